"""Requests for the benchmark of the FHIR server: thousands of different ones of each shape, the same on every run.

``peer``: requests per second of the fastest open server (Node.js, all in memory, 98,466 codes, one core, 10
connections). Aims are in units of the bare ASGI cost of the same run. No two requests of a shape are equal.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from registry.entities.records import ConceptRecord

__all__ = ["SHAPES", "Material", "Shape", "resources"]

_OWN = "http://example.org/bench"
_TARGET = f"{_OWN}/target"
_COUNT = 2000  #: different requests of a shape whose requests are large
_SMALL = 40_000  #: different requests of the others
_ROOTS = 200  #: stored value sets of descendants


class Material:
    """Codes and texts of a system for requests."""

    def __init__(self, url: str, records: Sequence[ConceptRecord]) -> None:
        self.url, self.random = url, random.Random(5)
        self.texts = {r.code: r.designations[0].text for r in records}
        self.codes = list(self.texts)
        self.heads = [c for c in self.codes if len(c) == 3]
        below: dict[str, list[str]] = {head: [] for head in self.heads}
        for code in self.codes:
            if code[:3] in below:
                below[code[:3]].append(code)
        self.below = below
        fitting = [h for h in self.heads if 5 <= len(below[h]) <= 300]
        self.roots = self.random.sample(fitting, min(_ROOTS, len(fitting)))

    def code(self) -> str:
        """Any code."""
        return self.random.choice(self.codes)

    def near(self) -> str:
        """A code in or near the stored sets of descendants."""
        return self.random.choice(self.below[self.random.choice(self.roots)])

    def listed(self, size: int) -> list[str]:
        """``size`` codes."""
        return self.random.sample(self.codes, min(size, len(self.codes)))

    def typed(self, code: str) -> str:
        """A text that a user may have typed: one or two words of the code's text, the last one unfinished."""
        words = [w for w in self.texts[code].replace(",", " ").split() if len(w) > 3] or ["other"]
        chosen = self.random.sample(words, min(len(words), self.random.choice((1, 1, 2))))
        last = chosen[-1]
        return " ".join([*chosen[:-1], last[: self.random.randint(3, len(last))]])


def resources(m: Material) -> list[dict[str, Any]]:
    """Resources to store beforehand: sets of descendants, a set of 200 listed codes, a map."""
    found = [_value_set(f"isa-{root}", _is_a(m, root)) for root in m.roots]
    found.append(_value_set("listed", _listed(m, m.listed(200))))
    group = {"source": m.url, "target": _TARGET, "element": [_element(c) for c in m.codes[::20]]}
    about = {"resourceType": "ConceptMap", "status": "active", "url": f"{_OWN}/map", "group": [group]}
    return [*found, about]


def _element(code: str) -> dict[str, Any]:
    return {"code": code, "target": [{"code": f"T{code}", "equivalence": "equivalent"}]}


def _value_set(name: str, include: dict[str, Any]) -> dict[str, Any]:
    about = {"resourceType": "ValueSet", "status": "active", "url": f"{_OWN}/{name}"}
    return {**about, "compose": {"include": [include]}}


def _is_a(m: Material, root: str) -> dict[str, Any]:
    return {"system": m.url, "filter": [{"property": "concept", "op": "is-a", "value": root}]}


def _listed(m: Material, codes: Sequence[str]) -> dict[str, Any]:
    return {"system": m.url, "concept": [{"code": code} for code in codes]}


def _get(path: str, **query: str) -> bytes:
    head = f"GET /fhir/{path}?{urlencode(query)} HTTP/1.1\r\nHost: bench\r\nAccept: application/fhir+json\r\n\r\n"
    return head.encode()


def _post(path: str, **given: Any) -> bytes:
    listed = [{"name": k, "resource" if isinstance(v, dict) else "valueString": v} for k, v in given.items()]
    body = orjson.dumps({"resourceType": "Parameters", "parameter": listed})
    head = (
        f"POST /fhir/{path} HTTP/1.1\r\nHost: bench\r\nAccept: application/fhir+json\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _many(m: Material, count: int, make: Callable[[Material], bytes]) -> Iterator[bytes]:
    return (make(m) for _ in range(count))


def _subsumes(m: Material) -> bytes:
    a = m.code()
    above = a[:-1].rstrip(".")
    b = above if above in m.texts and m.random.random() < 0.5 else m.code()
    return _get("CodeSystem/$subsumes", system=m.url, codeA=a, codeB=b)


def _search(m: Material) -> bytes:
    kind = m.random.choice(("url", "name", "title", "id"))
    if kind == "url":
        return _get("CodeSystem", url=m.url)
    if kind == "name":
        return _get("ValueSet", url=f"{_OWN}/isa-{m.random.choice(m.roots)}", status="active")
    if kind == "title":
        return _get("CodeSystem", **{"title:contains": m.random.choice(("icd", "10", "cm", "none"))})
    return _get("ValueSet", _count=str(m.random.randint(1, 20)), _summary="true")


def _typed_in(m: Material) -> bytes:
    head = m.random.choice(m.roots)
    text = m.typed(m.random.choice(m.below[head]))
    value_set = f"{_OWN}/isa-{head}"
    return _get("ValueSet/$expand", url=value_set, filter=text)


@dataclass(frozen=True, slots=True)
class Shape:
    """One row of the table: ``peer`` in answers per second, ``aim`` in units of the bare ASGI cost."""

    name: str
    make: Callable[[Material], bytes]
    peer: int | None
    aim: float | None
    count: int = _SMALL

    def requests(self, m: Material) -> list[bytes]:
        """Different requests, in random order."""
        return list(dict.fromkeys(_many(m, self.count, self.make)))


def _is_a_member(m: Material) -> bytes:
    """A code and a stored set of descendants, of which it may be a member."""
    root = m.random.choice(m.roots)
    code = m.random.choice(m.below[root]) if m.random.random() < 0.5 else m.code()
    return _get("ValueSet/$validate-code", url=f"{_OWN}/isa-{root}", system=m.url, code=code)


def _with_display(m: Material) -> bytes:
    code = m.code()
    return _get("CodeSystem/$validate-code", url=m.url, code=code, display=m.texts[code])


def _expand_is_a(m: Material) -> bytes:
    """Descendants of any header; the name of the set makes requests differ where headers are few."""
    value_set = _value_set(f"sent-{m.random.randint(1, 99_999)}", _is_a(m, m.random.choice(m.heads)))
    return _post("ValueSet/$expand", valueSet=value_set)


SHAPES = [
    Shape("$lookup", lambda m: _get("CodeSystem/$lookup", system=m.url, code=m.code()), 1566, 3),
    Shape(
        "$lookup as of a day",
        lambda m: _get("as-of/2021-03-01/CodeSystem/$lookup", system=m.url, code=m.code()),
        None,
        3,
    ),
    Shape(
        "CodeSystem $validate-code",
        lambda m: _get("CodeSystem/$validate-code", url=m.url, code=m.code()),
        1682,
        3,
    ),
    Shape("CodeSystem $validate-code with display", _with_display, 1478, 3),
    Shape(
        "ValueSet $validate-code, all codes",
        lambda m: _get("ValueSet/$validate-code", url=f"{m.url}?fhir_vs", system=m.url, code=m.code()),
        1851,
        3,
    ),
    Shape("ValueSet $validate-code, is-a", _is_a_member, 312, 5),
    Shape(
        "ValueSet $validate-code, 200 listed",
        lambda m: _get("ValueSet/$validate-code", url=f"{_OWN}/listed", system=m.url, code=m.code()),
        None,
        5,
    ),
    Shape("$subsumes", _subsumes, 1509, 3),
    Shape(
        "$translate",
        lambda m: _get("ConceptMap/$translate", url=f"{_OWN}/map", system=m.url, code=m.code()),
        2265,
        3,
    ),
    Shape("$expand is-a (POST)", _expand_is_a, 602, 6, _COUNT * 4),
    Shape(
        "$expand with text filter",
        lambda m: _get("ValueSet/$expand", url=f"{m.url}?fhir_vs", filter=m.typed(m.code()), count="20"),
        25,
        28,
        _COUNT * 2,
    ),
    Shape("$expand is-a + text", _typed_in, 23, 28, _COUNT * 2),
    Shape(
        "$expand 200 listed (POST)",
        lambda m: _post("ValueSet/$expand", valueSet=_value_set("sent", _listed(m, m.listed(200)))),
        224,
        16,
        _COUNT * 2,
    ),
    Shape("search", _search, 355, None, _COUNT),
]
