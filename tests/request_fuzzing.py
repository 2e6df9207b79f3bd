"""Made-up requests to REST and FHIR, each by its number: ``made(number)`` gives the same request again.

A request begins as one that is right and is then damaged: values, names, paths, headers, bodies. Bodies are resources,
parameters and bundles, nested deeply at times. What a request may lead to is in ``tests.test_request_fuzz``.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from api.fhir.operations.operation_table import OPERATIONS
from tests.rest.test_every_route import ROUTES

__all__ = ["TOKEN", "Made", "deep_extensions", "made"]

TOKEN = "secret-of-the-tests"
URL = "https://example.org/demo-no"
_CODES = ["B10", "B20", "B30.2", "B90.1", "b10", "B", "X99", "B10\x00", "B\u0301", "B10 "]
_DATES = [
    "2024-02-01",
    "2022",
    "2024-03",
    "2024-02-30",
    "0001-01-01",
    "9999-12-31",
    "2024-02-01T10:00:00Z",
    "x",
]
_URLS = [
    URL,
    f"{URL}|2023",
    f"{URL}?fhir_vs",
    f"{URL}?fhir_vs=isa/B10",
    "urn:oid:1.2",
    "http://x",
    "demo-no",
    f"{URL}|*",
]
#: values that no parameter wants
_ODD: list[Any] = [
    "", " ", "\x00", "\x01\x1f\x7f", "\ufffe", "\ud7ff", "\u202e", "a" * 5000, "%", "%00", "../..", "' OR 1=1 --", "|", "||",
    "*", "2.x", "(.{1,100}){1,10}", "[", "-1", "0", "1e400", "99999999999999999999", "NaN", "null", "true", "<a>&#0;</a>",
    "$lookup", "__class__", "🜁", "\r\nX-A: b",
]  # fmt: skip
_JSON_ODD: list[Any] = [
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "\x00",
    "\u0001",
    [],
    {},
    [[]],
    [None],
    {"code": []},
    "A" * 300,
]
_ACCEPT = ["application/fhir+json", "application/fhir+xml", "application/json", "text/html", "*/*", "x", ""]
_TYPES = [
    "application/fhir+json",
    "application/json",
    "application/fhir+xml",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
]
_BASES = [
    "",
    "/r4",
    "/r5",
    "/as-of/2024-02-01",
    "/r5/as-of/2023",
    "/r4/r5",
    "/r5/r5/r4",
    "/as-of/x",
    "/as-of",
    "/as-of/2024/r4",
]
_METHODS = ["GET"] * 60 + ["POST"] * 30 + ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"]
_REST_PATCHES = {"big": "demo-no", "A00.0": "B20", "A00": "B10", "2021": "2023"}


@dataclass(slots=True)
class Made:
    """A request as a server gives it to the application."""

    method: str
    path: str
    query: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


def deep_extensions(depth: int) -> dict[str, Any]:
    """A resource with an extension in an extension in an extension …"""
    inner: dict[str, Any] = {"url": "http://x", "valueString": "end"}
    for _ in range(depth):
        inner = {"url": "http://x", "extension": [inner]}
    return {"resourceType": "ValueSet", "url": "http://deep", "status": "active", "extension": [inner]}


def made(number: int) -> Made:
    """The request of a number."""
    draw = random.Random(number)
    request = _rest(draw) if draw.random() < 0.4 else _fhir(draw)
    request.headers += _headers(draw)
    return request


def _headers(draw: random.Random) -> list[tuple[bytes, bytes]]:
    found = {"host": "localhost"}
    if draw.random() < 0.5:
        found["accept"] = draw.choice(_ACCEPT)
    if draw.random() < 0.2:
        found["accept-language"] = draw.choice(["nb", "de-CH;q=0.5", "*", "x" * 300, "\x01", ";;,"])
    if draw.random() < 0.1:
        found["if-none-match"] = draw.choice(["*", '"x"', 'W/"1"', ""])
    if draw.random() < 0.05:
        found["accept-encoding"] = "gzip"
    if draw.random() < 0.3:
        found["authorization"] = draw.choice(
            [f"Bearer {TOKEN}"] * 20 + ["Bearer x", "Basic eDp5", "", "\xff"]
        )
    return [(name.encode(), value.encode("latin-1")) for name, value in found.items()]


def _value(draw: random.Random, *usual: str) -> str:
    return str(draw.choice(usual) if usual and draw.random() < 0.7 else draw.choice(_ODD))


def _rest(draw: random.Random) -> Made:
    route = draw.choice(ROUTES)
    path, _, query = route.path.partition("?")
    for old, new in _REST_PATCHES.items():
        path, query = path.replace(old, new), query.replace(old, new)
    pairs = [tuple(p.split("=", 1)) for p in query.split("&") if "=" in p]
    names = [
        "on",
        "version",
        "known_at",
        "count",
        "cursor",
        "scope",
        "lang",
        "type",
        "format",
        "since",
        "x",
        "status",
    ]
    pairs += [
        (draw.choice(names), _value(draw, *_DATES, "2023", "3", "nb", "csv"))
        for _ in range(draw.choice([0, 0, 1, 2]))
    ]
    if pairs and draw.random() < 0.3:
        at = draw.randrange(len(pairs))
        pairs[at] = (pairs[at][0], _value(draw, *_CODES, *_DATES, *_URLS))
    if draw.random() < 0.2:
        pieces = path.split("/")
        pieces[draw.randrange(1, len(pieces))] = _value(draw, *_CODES, "demo-no")
        path = "/".join(pieces)
    method = route.method if draw.random() < 0.9 else draw.choice(_METHODS)
    request = Made(method, path, urlencode(pairs, errors="replace").encode())
    if method not in ("GET", "HEAD") or draw.random() < 0.05:
        request.body = _damaged_json(draw, dict(route.body or {"scope": "made", "title": "x"}))
        request.headers.append((b"content-type", b"application/json"))
    return request


def _fhir(draw: random.Random) -> Made:
    base = draw.choice(_BASES) if draw.random() < 0.3 else ""
    chance = draw.random()
    if chance < 0.6:
        return _operation(draw, f"/fhir{base}")
    if chance < 0.8:
        return _resource(draw, f"/fhir{base}")
    if chance < 0.9:
        return _batch(draw, f"/fhir{base}")
    kind = draw.choice(
        ["metadata", "CodeSystem", "ValueSet", "ConceptMap", "Patient", "OperationDefinition", "", "$x"]
    )
    rest = draw.choice(
        [
            "",
            "/demo-no-2023",
            "/x/_history",
            "/demo-no-2023/_history/1",
            f"/{quote(_value(draw))}",
            "/_search",
        ]
    )
    names = [
        "url",
        "name",
        "_id",
        "_count",
        "_sort",
        "_summary",
        "_elements",
        "_format",
        "code",
        "effective",
        "known-at",
        "x",
    ]
    return Made(_method(draw), f"/fhir{base}/{kind}{rest}", _pairs(draw, names))


def _method(draw: random.Random) -> str:
    return draw.choice(_METHODS)


def _pairs(draw: random.Random, names: list[str]) -> bytes:
    pairs = [
        (draw.choice(names), _value(draw, *_URLS, *_CODES, *_DATES, "3", "true"))
        for _ in range(draw.randrange(5))
    ]
    return urlencode(pairs, errors="replace").encode()


def _operation(draw: random.Random, base: str) -> Made:
    operation = draw.choice(OPERATIONS)
    level = draw.choice(["", "", "", "", "/demo-no-2023", "/demo-no-2023", f"/{quote(_value(draw))}"])
    path = f"{base}/{operation.kind}{level}/${operation.name}".replace("//", "/")
    given = {"system": URL, "code": "B10", "url": URL, "codeA": "B10", "codeB": "B20", "version": "2023"}
    names = [p.name for p in operation.parameters]
    values = {
        n: draw.choice([given.get(n, ""), *_URLS, *_CODES, *_DATES]) for n in names if draw.random() < 0.05
    }
    values |= {n: given[n] for n in names if n in given and draw.random() < 0.8}
    if operation.name == "expand":
        values["url"] = f"{URL}?fhir_vs"
    for name in list(values):
        if draw.random() < 0.1:
            values[name] = _value(draw)
    if draw.random() < 0.5:
        return Made("GET", path, urlencode(values, errors="replace").encode())
    body = {"resourceType": "Parameters", "parameter": [_parameter(draw, n, v) for n, v in values.items()]}
    return _posted(draw, path, body)


def _parameter(draw: random.Random, name: str, value: str) -> dict[str, Any]:
    kind = draw.choice(
        [
            "valueUri",
            "valueString",
            "valueCode",
            "valueCoding",
            "valueBoolean",
            "resource",
            "part",
            "valueDate",
        ]
    )
    shown: Any = {
        "valueCoding": {"system": URL, "code": value},
        "valueBoolean": draw.random() < 0.5,
        "resource": _value_set(draw),
        "part": [{"name": "x", "valueString": value}],
    }.get(kind, value)
    return {"name": name, kind: shown}


def _posted(draw: random.Random, path: str, body: dict[str, Any], method: str = "POST") -> Made:
    kind = draw.choice(_TYPES[:2] * 4 + _TYPES)
    data = _damaged_json(draw, body)
    if "xml" in kind and draw.random() < 0.8:
        data = draw.choice([
            b'<ValueSet xmlns="http://hl7.org/fhir"><url value="&#1;"/></ValueSet>', b"<a/>", b"<", b"\xff\xfe<",
            b'<Parameters xmlns="http://hl7.org/fhir">' + b"<parameter>" * 300 + b"</parameter>" * 300 + b"</Parameters>",
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        ])  # fmt: skip
    return Made(method, path, b"", [(b"content-type", kind.encode())], data)


def _value_set(draw: random.Random) -> dict[str, Any]:
    include: dict[str, Any] = {"system": draw.choice(_URLS)}
    if draw.random() < 0.4:
        include["concept"] = [{"code": draw.choice(_CODES)} for _ in range(draw.randrange(4))]
    if draw.random() < 0.4:
        op = draw.choice(["is-a", "=", "regex", "in", "exists", "descendent-of", "generalizes", "x"])
        include["filter"] = [
            {
                "property": draw.choice(["concept", "code", "inactive", "x"]),
                "op": op,
                "value": _value(draw, *_CODES),
            }
        ]
    if draw.random() < 0.2:
        include["valueSet"] = [draw.choice(_URLS)]
    found: dict[str, Any] = {
        "resourceType": "ValueSet",
        "url": f"http://made/{draw.randrange(5)}",
        "status": "active",
    }
    found["compose"] = {draw.choice(["include", "include", "exclude"]): [include]}
    return deep_extensions(draw.choice([3, 200])) if draw.random() < 0.05 else found


def _code_system(draw: random.Random) -> dict[str, Any]:
    concepts = [
        {"code": draw.choice(_CODES), "display": _value(draw, "tekst")} for _ in range(draw.randrange(4))
    ]
    return {
        "resourceType": "CodeSystem", "url": f"http://made/cs{draw.randrange(3)}", "version": draw.choice(_DATES), "status": "active",
        "content": draw.choice(["complete", "fragment", "supplement", "x"]), "concept": concepts,
    }  # fmt: skip


def _resource(draw: random.Random, base: str) -> Made:
    body = draw.choice([_value_set, _code_system])(draw)
    kind = body["resourceType"] if draw.random() < 0.9 else "ConceptMap"
    method = draw.choice(["PUT", "POST", "DELETE", "GET", "PATCH"])
    ident = "" if method == "POST" else f"/{draw.choice(['a', 'b', quote(_value(draw))])}"
    if draw.random() < 0.9:
        body["id"] = ident.strip("/")
    request = _posted(draw, f"{base}/{kind}{ident}", body, method)
    request.headers.append((b"if-match", b'W/"1"')) if draw.random() < 0.1 else None
    return request


def _batch(draw: random.Random, base: str) -> Made:
    entries = []
    for _ in range(draw.randrange(4)):
        inner = _operation(draw, "") if draw.random() < 0.7 else _resource(draw, "")
        url = inner.path.lstrip("/") + (f"?{inner.query.decode()}" if inner.query else "")
        entries.append({"request": {"method": inner.method, "url": url}, "resource": _value_set(draw)})
    kind = draw.choice(["batch", "batch", "transaction", "x"])
    return _posted(draw, base, {"resourceType": "Bundle", "type": kind, "entry": entries})


def _damaged_json(draw: random.Random, body: Any) -> bytes:
    """The body as JSON; often with one value or name changed, sometimes cut, nested or no JSON at all."""
    chance = draw.random()
    if chance < 0.03:
        return draw.choice(
            [b"", b"{", b"\xff", b"[" * 3000, b'{"a":' * 500, b"nul", b'"' + b"\\u0000" * 20 + b'"', b"1e999"]
        )
    changed = copy.deepcopy(body)
    if chance < 0.4:
        _change(draw, changed)
    data = json.dumps(changed, ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")
    return data[: draw.randrange(len(data) + 1)] if chance < 0.06 else data


def _change(draw: random.Random, value: Any) -> None:
    """Change one place of a JSON value."""
    while isinstance(value, dict | list) and value:
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = draw.choice(keys)
        if draw.random() < 0.4 or not isinstance(value[key], dict | list):
            if isinstance(value, dict) and draw.random() < 0.3:
                value[str(draw.choice(["x", "", "extension", "_value", "\x00"]))] = value.pop(key)
            else:
                value[key] = draw.choice(_JSON_ODD)
            return
        value = value[key]
