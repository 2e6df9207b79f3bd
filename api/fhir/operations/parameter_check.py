"""Parameters that operations know: the others are refused rather than ignored in silence.

The rule: in a URL every name that no operation knows is refused. In a Parameters resource, where clients send
their own settings along with everything, only a name that is nearly a known one is (``dato`` for ``date``). The
refusal names the nearest. A name of another operation is let pass. What may be said once only is refused twice.
Not here: what parameters mean (``questions``, ``circumstances``).
"""

from __future__ import annotations

from collections.abc import Iterable

from api.fhir.format.outcome import refuse
from api.fhir.format.parameters import Given

__all__ = ["check_body", "check_once", "check_query", "nearest"]

_ONCE = frozenset(
    [
        "abstract",
        "activeOnly",
        "check",
        "code",
        "codeA",
        "codeB",
        "codeableConcept",
        "codeSystem",
        "coding",
        "codingA",
        "codingB",
        "conceptMap",
        "conceptMapVersion",
        "count",
        "date",
        "display",
        "displayLanguage",
        "excludeNested",
        "filter",
        "includeDefinition",
        "includeDesignations",
        "inferSystem",
        "known-at",
        "offset",
        "reverse",
        "sourceCode",
        "sourceCodeableConcept",
        "sourceCoding",
        "sourceScope",
        "sourceSystem",
        "system",
        "systemVersion",
        "targetCode",
        "targetCodeableConcept",
        "targetCoding",
        "targetScope",
        "targetSystem",
        "url",
        "valueSet",
        "valueSetVersion",
        "version",
    ]
)
#: known here, or sent by clients of the ecosystem without a meaning here
KNOWN = _ONCE | frozenset(
    [
        "cache-id",
        "check-system-version",
        "context",
        "contextDirection",
        "default-valueset-version",
        "dependency",
        "designation",
        "diagnostics",
        "exact",
        "exclude-system",
        "excludeNotForUI",
        "excludePostCoordinated",
        "for-code-system",
        "force-system-version",
        "implySystem",
        "includeAlternateCodes",
        "incomplete-ok",
        "lenient-display-validation",
        "limit",
        "mode",
        "no-cache",
        "product",
        "profile",
        "profile-url",
        "property",
        "property-value",
        "source",
        "supplement",
        "system-version",
        "target",
        "targetsystem",
        "tx-resource",
        "useSupplement",
        "uuid",
        "validation",
        "valueset-membership-only",
        "vs-system-version",
    ]
)
_NEAR = 2  #: letters to change, add or leave out


def check_query(query: Given) -> None:
    """Raise Refused for a parameter of a URL that is unknown or said twice."""
    for name in query.names():
        if name not in KNOWN:
            raise _unknown(name)
    check_once(query)


def check_body(body: Given) -> None:
    """Raise Refused for a parameter of a body that is nearly a known one.

    CodingRequest after the answer is known: that a question lacks something is said before what it has too much.
    """
    for name in body.names():
        if name not in KNOWN and nearest(name, KNOWN):
            raise _unknown(name)


def check_once(given: Given) -> None:
    """Raise Refused for what may be said once only and is said again."""
    for name in given.names():
        if name in _ONCE and len(given.all(name)) > 1:
            raise refuse("REQUEST_INVALID", f"'{name}' is given more than once", place=name)


def _unknown(name: str) -> Exception:
    near, shown = nearest(name, KNOWN), name[:60]
    hint = f": is '{near}' meant?" if near else ""
    return refuse("REQUEST_INVALID", f"The parameter '{shown}' is not known{hint}", place=shown)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is at most two letters away, or differs in case alone; empty if there is none."""
    if len(name) > 60:
        return ""
    ranked = [(_distance(name.lower(), k.lower()), k) for k in known if abs(len(k) - len(name)) <= _NEAR]
    best = min(ranked, default=(_NEAR + 1, ""))
    return best[1] if best[0] <= min(_NEAR, len(name) // 2) else ""


def _distance(a: str, b: str) -> int:
    """Letters to change, add or leave out to make one of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]
