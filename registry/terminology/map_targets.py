"""Version, display and validity on the day of a code found by a translation.

A code of a system with dated versions is ambiguous without a version: the version in force on the day and its
display are added. A code of an undated system is returned as the map states it. An invalid code is never left out or
replaced; it is returned with its validity.
"""

from __future__ import annotations

from registry.content.display import choose
from registry.entities.records import Coding
from registry.terminology.catalog import CodeValidity, Missing
from registry.terminology.context import Context

__all__ = ["UNKNOWN", "described"]

UNKNOWN = CodeValidity(valid=None)
_VALID = CodeValidity(valid=True)


def described(
    context: Context, system: str, version: str, code: str, display: str
) -> tuple[Coding, CodeValidity]:
    """The code in its canonical form with version and display, and whether it is valid.

    ``version`` is the one that the map names: it decides unless the caller gave a day. Validity is unknown, with the
    reason, if the system is unknown, not loaded, not in force on the day, or the caller may not read it.
    """
    code = context.behaviour(system).canonical(code)
    by_day = not version or context.date_given
    if not system:
        return Coding(code, system, version, display), UNKNOWN
    view = context.mapped(system, "" if by_day else version)
    if isinstance(view, Missing):
        return Coding(code, system, version, display), CodeValidity(valid=None, reason=view.reason)
    ident = view.find(code)
    record = view.concept(ident) if ident is not None else None
    info = view.info
    if record is not None and (info.valid_from or info.valid_to):
        text = choose(record, context.languages, language=info.language)
        version, display = info.version, (text.text if text is not None else "") or display
    if record is not None and not record.inactive:
        return Coding(code, system, version, display), _VALID
    found = context.catalog.code_validity(system, code, context.on) if by_day else UNKNOWN
    if record is not None and found.valid is not False:
        found = CodeValidity(valid=False, reason="inactive")
    return Coding(code, system, version, display), found
