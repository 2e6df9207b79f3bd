"""A short way for the questions asked most: one code, by GET, with plain parameters.

What such requests share (system, version, date, value set, languages, caller) is worked out once, by the same
code as on the general way, and kept as a *frame* until the catalog changes; then a request is a code put into a
frame. Whatever is unusual — a parameter not listed here or given twice, an unknown system, anything refused —
is left to the general way: ``answer`` gives None. ``tests/fhir/test_hot.py`` holds the two ways to equal answers.

Not here: the prepared_request (``prepared_request``), the general way (``service``, ``questions``), rules (``registry.terminology``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused
from api.fhir.format.parameters import Given
from api.fhir.operations import prepared_request as prepared_request
from api.fhir.operations.client_profile import ClientProfile
from api.fhir.operations.prepared_request import PreparedRequest
from api.fhir.operations.request_context import RequestContext
from registry.entities.errors import GyldigError
from registry.store.bounded import Bounded
from registry.terminology.catalog import Catalog
from registry.terminology.issues import Unanswerable

__all__ = ["FastPath"]

Json = dict[str, Any]
_FRAMES = 1024  #: kept prepared_request, each about 2 KB
_LONGEST = 2000  #: bytes of a query that is still plain


@dataclass(frozen=True, slots=True)
class _Way:
    """One operation: parameters that must and may vary, those that may stand in the frame, and what makes it."""

    must: frozenset[bytes]
    may: frozenset[bytes]
    shared: frozenset[str]
    frame: Callable[[RequestContext], PreparedRequest | None]


_CODE, _DISPLAY, _NONE = frozenset({b"code"}), frozenset({b"display"}), frozenset[bytes]()
_WHEN = frozenset({"date", "displayLanguage"})
_WAYS = {
    "CodeSystem/$lookup": _Way(
        _CODE, _NONE, _WHEN | {"system", "version", "property"}, prepared_request.lookup_frame
    ),
    "CodeSystem/$validate-code": _Way(
        _CODE, _DISPLAY, _WHEN | {"url", "version"}, prepared_request.in_system
    ),
    "CodeSystem/$subsumes": _Way(
        frozenset({b"codeA", b"codeB"}), _NONE, _WHEN | {"system", "version"}, prepared_request.subsumes_frame
    ),
    "ValueSet/$validate-code": _Way(
        _CODE,
        _DISPLAY,
        _WHEN | {"url", "system", "systemVersion", "valueSetVersion"},
        prepared_request.in_value_set,
    ),
    "ConceptMap/$translate": _Way(
        _CODE,
        _NONE,
        _WHEN | {"url", "system", "version", "conceptMapVersion", "targetSystem"},
        prepared_request.translate_frame,
    ),
}
_PLACES = (("", ""), ("r4/", "R4"), ("r5/", "R5"))
_ROUTES = {f"/{at}{name}": (release, way) for name, way in _WAYS.items() for at, release in _PLACES}


class FastPath:
    """The short way over one catalog source; ``release`` is the one of the base address."""

    def __init__(self, release: str, settings: FhirSettings) -> None:
        self._release, self._settings = release, settings
        self._frames: Bounded[tuple[object, ...], PreparedRequest | None] = Bounded(_FRAMES)

    def answer(self, catalog: Catalog, caller: ClientProfile, path: str, query: bytes) -> Json | None:
        """The answer to a GET below the base; None = go the general way. ``path`` is decoded, ``query`` not."""
        route = _ROUTES.get(path)
        if route is None or not caller.plain or len(query) > _LONGEST or not query.isascii():
            return None
        release, way = route
        asked: dict[bytes, str] = {}
        shared: list[bytes] = []
        for part in query.split(b"&"):
            name, _, value = part.partition(b"=")
            if name in way.must or name in way.may:
                if name in asked or not value:
                    return None
                asked[name] = _decoded(value)
            else:
                shared.append(part)
        if not way.must <= asked.keys():
            return None
        return self._framed(catalog, caller, path, shared, release, way, asked)

    def _framed(
        self,
        catalog: Catalog,
        caller: ClientProfile,
        path: str,
        shared: list[bytes],
        release: str,
        way: _Way,
        asked: dict[bytes, str],
    ) -> Json | None:
        stamp = catalog.stamp()
        if stamp is None:
            return None
        key = (stamp, self._settings.today(), caller, path, *shared)
        frame = self._frames.get(key, lambda: self._made(catalog, caller, shared, release, way))
        try:
            return frame(asked) if frame is not None else None
        except (Refused, GyldigError, Unanswerable):
            return None

    def _made(
        self, catalog: Catalog, caller: ClientProfile, shared: list[bytes], release: str, way: _Way
    ) -> PreparedRequest | None:
        pairs = parse_qsl(b"&".join(shared).decode("ascii"), keep_blank_values=True)
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names) or not way.shared.issuperset(names):
            return None
        given = Given.of_query(pairs)
        call = RequestContext(catalog, self._settings, release or self._release, given, caller.headers)
        try:
            return way.frame(call)
        except (Refused, GyldigError, Unanswerable):
            return None


def _decoded(value: bytes) -> str:
    """A value as ``parse_qsl`` reads it."""
    text = value.decode("ascii")
    return unquote_plus(text, errors="replace") if "%" in text or "+" in text else text
