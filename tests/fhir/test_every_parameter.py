"""Every parameter of every operation: what the standard lists is in the table, and each row changes an answer.

``STANDARD`` repeats the operation definitions of FHIR R4 (4.0.1) and R5 (5.0.0): name → (type, max). ``PROBES`` has for
each used parameter two requests that differ in it alone and must be answered differently, by URL and by body.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.fhir.operations.operation import Operation, Parameter
from api.fhir.operations.operation_table import OPERATIONS
from api.settings import Settings
from registry import Registry
from tests.fhir.conftest import URL, fill

Json = dict[str, Any]
Request = dict[str, Any]

_LOOKUP = {
    "code": ("code", "1"), "system": ("uri", "1"), "version": ("string", "1"), "coding": ("Coding", "1"),
    "date": ("dateTime", "1"), "displayLanguage": ("code", "1"), "property": ("code", "*"),
}  # fmt: skip
_CODED = {
    "code": ("code", "1"), "display": ("string", "1"), "coding": ("Coding", "1"),
    "codeableConcept": ("CodeableConcept", "1"), "date": ("dateTime", "1"), "abstract": ("boolean", "1"),
    "displayLanguage": ("code", "1"),
}  # fmt: skip
_SUPPLEMENT = {"useSupplement": ("canonical", "*")}
_SYSTEM = {"url": ("uri", "1"), "codeSystem": ("CodeSystem", "1"), "version": ("string", "1"), **_CODED}
_SET = {
    "url": ("uri", "1"), "context": ("uri", "1"), "valueSet": ("ValueSet", "1"), "valueSetVersion": ("string", "1"),
    "system": ("uri", "1"), "systemVersion": ("string", "1"), **_CODED,
}  # fmt: skip
_SUBSUMES = {
    "codeA": ("code", "1"), "codeB": ("code", "1"), "system": ("uri", "1"), "version": ("string", "1"),
    "codingA": ("Coding", "1"), "codingB": ("Coding", "1"),
}  # fmt: skip
_EXPAND = {
    "url": ("uri", "1"), "valueSet": ("ValueSet", "1"), "valueSetVersion": ("string", "1"), "context": ("uri", "1"),
    "contextDirection": ("code", "1"), "filter": ("string", "1"), "date": ("dateTime", "1"),
    "offset": ("integer", "1"), "count": ("integer", "1"), "includeDesignations": ("boolean", "1"),
    "designation": ("string", "*"), "includeDefinition": ("boolean", "1"), "activeOnly": ("boolean", "1"),
    "excludeNested": ("boolean", "1"), "excludeNotForUI": ("boolean", "1"),
    "excludePostCoordinated": ("boolean", "1"), "displayLanguage": ("code", "1"),
    "exclude-system": ("canonical", "*"), "system-version": ("canonical", "*"),
    "check-system-version": ("canonical", "*"), "force-system-version": ("canonical", "*"),
}  # fmt: skip
_TRANSLATE = {
    "url": ("uri", "1"), "conceptMap": ("ConceptMap", "1"), "conceptMapVersion": ("string", "1"),
    "system": ("uri", "1"), "version": ("string", "1"), "dependency": ("BackboneElement", "*"),
}  # fmt: skip
_TRANSLATE_R4 = {
    "code": ("code", "1"), "coding": ("Coding", "1"), "codeableConcept": ("CodeableConcept", "1"),
    "source": ("uri", "1"), "target": ("uri", "1"), "targetsystem": ("uri", "1"), "reverse": ("boolean", "1"),
}  # fmt: skip
_TRANSLATE_R5 = {
    "sourceCode": ("code", "1"), "sourceCoding": ("Coding", "1"), "sourceCodeableConcept": ("CodeableConcept", "1"),
    "targetCode": ("code", "1"), "targetCoding": ("Coding", "1"), "targetCodeableConcept": ("CodeableConcept", "1"),
    "sourceScope": ("uri", "1"), "targetScope": ("uri", "1"), "targetSystem": ("uri", "1"),
}  # fmt: skip
#: operation → (parameters in R4, parameters in R5)
STANDARD = {
    "CodeSystem-lookup": (_LOOKUP, _LOOKUP | _SUPPLEMENT),
    "CodeSystem-validate-code": (_SYSTEM, _SYSTEM),
    "CodeSystem-subsumes": (_SUBSUMES, _SUBSUMES),
    "ValueSet-expand": (_EXPAND, _EXPAND | _SUPPLEMENT | {"property": ("string", "*")}),
    "ValueSet-validate-code": (_SET, _SET | _SUPPLEMENT | {"inferSystem": ("boolean", "1")}),
    "ConceptMap-translate": (_TRANSLATE | _TRANSLATE_R4, _TRANSLATE | _TRANSLATE_R5),
}


@pytest.mark.parametrize("ident", STANDARD)
def test_the_table_has_what_the_standard_lists(ident: str) -> None:
    """Name, type, cardinality and origin of every parameter of the two releases; nothing else claims to be of them."""
    operation = next(o for o in OPERATIONS if o.ident == ident)
    r4, r5 = STANDARD[ident]
    rows = {p.name: (p.type, p.max) for p in operation.parameters}
    assert {name: rows.get(name) for name in r4 | r5} == r4 | r5
    assert all(p.min == 0 for p in operation.parameters)
    origins = {p.name: p.origin for p in operation.parameters if p.origin.startswith("R")}
    both = dict.fromkeys(r4.keys() & r5.keys(), "R4 and R5")
    assert origins == both | {n: "R4" for n in r4 if n not in r5} | {n: "R5" for n in r5 if n not in r4}


# the world: "fruit" of the registry in 2020 and 2022, and what follows, sent once and kept under a cache-id

OTHER, SETS, MAP, SUPPLEMENT = "http://t/other", "http://t/set", "http://t/map", "http://t/supplement"
_LABELS = [
    {"code": "F1", "display": "Other F1"},
    {"code": "X1", "display": "One"},
    {"code": "X2", "display": "Two"},
]
OTHER_SYSTEM: Json = {
    "resourceType": "CodeSystem", "url": OTHER, "version": "7", "status": "active", "content": "complete",
    "concept": _LABELS,
}  # fmt: skip
CHANGED_SYSTEM: Json = {**OTHER_SYSTEM, "url": "http://t/changed", "concept": [{"code": "Y"}]}


def value_set(url: str, version: str, *include: Json, exclude: Json | None = None) -> Json:
    compose: Json = {"include": list(include)} | ({"exclude": [exclude]} if exclude else {})
    return {
        "resourceType": "ValueSet",
        "url": url,
        "version": version,
        "status": "active",
        "compose": compose,
    }


def concept_map(
    release: str, url: str, version: str, source: str, target: str, rows: Json, scope: str = ""
) -> Json:
    word, ends = ("relationship", "Scope") if release == "r5" else ("equivalence", "")
    listed = [
        {"code": a, "target": [{"code": b, word: "equivalent", "comment": version}]} for a, b in rows.items()
    ]
    key = f"source{ends}Uri" if ends else "sourceUri"
    scopes = {key: scope, key.replace("source", "target"): scope + "/to"} if scope else {}
    group = {"source": source, "target": target, "element": listed}
    return {
        "resourceType": "ConceptMap",
        "url": url,
        "version": version,
        "status": "active",
        "group": [group],
        **scopes,
    }


def world(release: str) -> list[Json]:
    """The resources that the requests rest on."""
    whole, old = {"system": URL}, {"system": URL, "version": "2020"}
    supplement = {
        "resourceType": "CodeSystem", "url": SUPPLEMENT, "version": "1", "status": "active", "content": "supplement",
        "supplements": URL,
        "concept": [{"code": "F1", "designation": [{"language": "nb", "value": "Tillegg"}]}],
    }  # fmt: skip
    return [
        OTHER_SYSTEM,
        supplement,
        value_set(SETS, "1", {**whole, "concept": [{"code": "F2"}]}),
        value_set(SETS, "2", whole),
        value_set(SETS + "/import", "1", {"valueSet": [SETS]}),
        value_set(SETS + "/several", "1", old, exclude={**whole, "concept": [{"code": "F1"}]}),
        value_set(SETS + "/two", "1", {**whole, "concept": [{"code": "F1"}]}, {"system": OTHER}),
        concept_map(release, MAP, "1", URL, OTHER, {"F1": "X1"}, "http://t/from"),
        concept_map(release, MAP, "2", URL, OTHER, {"F1": "X2"}, "http://t/from"),
        concept_map(release, MAP + "/old", "1", URL + "|2020", OTHER, {"F2": "X2"}),
        concept_map(release, MAP + "/back", "1", OTHER, URL, {"X1": "F1"}),
    ]


F1 = {"system": URL, "code": "F1"}
F2 = {"system": URL, "code": "F2"}
WRONG = {"display": "Nothing of the kind"}
PINNED = {
    "system-version": f"{URL}|2020",
    "check-system-version": f"{URL}|2020",
    "force-system-version": f"{URL}|2020",
    "useSupplement": SUPPLEMENT,
    "date": "2020-03-01",
    "known-at": "2001-01-01",
    "displayLanguage": "nb",
}
Probes = dict[str, tuple[Request, Request]]


def adding(base: Request, **more: Any) -> Probes:
    """Probes that add one parameter to the same request."""
    return {name: (base, {**base, name: value}) for name, value in more.items()}


def concept(*codings: Json) -> Json:
    return {"coding": list(codings)}


def sent(kind: str, base: Request) -> Probes:
    """Probes about resources: sent with the request, or kept from an earlier one."""
    return {
        "tx-resource": ({**base, "cache-id": None}, {**base, "cache-id": None, "tx-resource": world(kind)}),
        "cache-id": ({**base, "cache-id": None}, base),
    }


def probes(ident: str, kind: str) -> Probes:
    """Parameter → two requests that differ in it; ``kind`` is ``r4`` or ``r5``."""
    old_display = {"display": "Apple"}
    if ident == "CodeSystem-lookup":
        return {
            **adding(F1, version="2020", property="colour", **PINNED),
            "code": (F1, F2),
            "system": (F1, {**F1, "system": OTHER}),
            "url": ({"code": "F1"}, {"code": "F1", "url": URL}),
            "coding": ({"coding": F1}, {"coding": F2}),
            **sent(kind, {"system": OTHER, "code": "X1"}),
        }
    if ident == "CodeSystem-validate-code":
        base = {"url": URL, "code": "F1"}
        return {
            **adding({**base, **old_display}, version="2020", systemVersion="2020", date="2020-03-01"),
            **adding(base, display="Nothing", **{k: v for k, v in PINNED.items() if k != "date"}),
            **adding({"code": "F1"}, url=URL, system=URL),
            **adding({**base, "display": "Tillegg"}, useSupplement=SUPPLEMENT),
            **adding({**base, **WRONG}, **{"lenient-display-validation": True}),
            **adding({"url": URL, "code": "F"}, abstract=False),
            **adding({"url": URL, "code": "F2"}, activeOnly=True),
            "codeSystem": (
                {"code": "Y", "url": "http://t/changed"},
                {"code": "Y", "codeSystem": CHANGED_SYSTEM},
            ),
            "code": (base, {**base, "code": "F9"}),
            "coding": ({"url": URL, "coding": F1}, {"url": URL, "coding": {**F1, "code": "F9"}}),
            "codeableConcept": (
                {"url": URL, "codeableConcept": concept(F1)},
                {"url": URL, "codeableConcept": concept({**F1, "code": "F9"})},
            ),
            **sent(kind, {"url": OTHER, "code": "X1"}),
        }
    if ident == "CodeSystem-subsumes":
        base = {"system": URL, "codeA": "F1", "codeB": "F1a"}
        a, b = {"system": URL, "code": "F"}, {"system": URL, "code": "F1"}
        pinned = {k: v for k, v in PINNED.items() if k not in ("useSupplement", "displayLanguage")}
        return {
            **adding(base, version="2020", **pinned),
            **adding({**base, "version": "2020", "codeB": "F"}, displayLanguage="nb"),
            "codeA": (base, {**base, "codeA": "F2"}),
            "codeB": (base, {**base, "codeB": "F"}),
            "system": (base, {**base, "system": OTHER}),
            "codingA": ({"codingA": a, "codingB": b}, {"codingA": b, "codingB": b}),
            "codingB": ({"codingA": a, "codingB": b}, {"codingA": a, "codingB": a}),
            **sent(kind, {"system": OTHER, "codeA": "X1", "codeB": "X2"}),
        }
    if ident == "ValueSet-expand":
        base = {"url": SETS, "valueSetVersion": "2"}
        more: Json = {
            "filter": "quince", "count": 1, "offset": 2, "activeOnly": True, "excludeNested": True, "limit": 1,
            "includeDesignations": True, "includeDefinition": True, "property": "colour",
        }  # fmt: skip
        return {
            **adding(base, **more, **PINNED),
            **adding({**base, "includeDesignations": True}, designation="urn:ietf:bcp:47|nb"),
            **value_set_probes({}),
            **sent(kind, {"url": SETS}),
        }
    if ident == "ConceptMap-translate":
        return translate_probes(kind)
    return validate_probes(kind)


def value_set_probes(more: Request) -> Probes:
    """Probes about the value set meant."""
    inline = value_set("http://t/inline", "1", {"system": URL, "concept": [{"code": "F"}]})
    return {
        "url": ({**more, "url": SETS}, {**more, "url": SETS + "/two"}),
        "valueSet": ({**more, "url": "http://t/inline"}, {**more, "valueSet": inline}),
        **adding({**more, "url": SETS}, valueSetVersion="1"),
        **adding({**more, "url": SETS + "/several"}, versionsMatch=False),
        **adding({**more, "url": SETS + "/import"}, **{"default-valueset-version": SETS + "|1"}),
    }


def validate_probes(kind: str) -> Probes:
    base = {"url": SETS, "valueSetVersion": "2"}
    coded, wrong = {**base, **F1}, {**base, **F1, **WRONG}
    return {
        **value_set_probes(F1),
        **adding({**base, **F1, "display": "Apple"}, systemVersion="2020", date="2020-03-01"),
        **adding(coded, display="Nothing", **{k: v for k, v in PINNED.items() if k != "date"}),
        **adding(wrong, **{"lenient-display-validation": True, "valueset-membership-only": True}),
        **adding({**base, "code": "F1"}, inferSystem=True, implySystem=True, system=URL),
        **adding({**base, "system": URL, "code": "F"}, abstract=False),
        **adding({**base, **F2}, activeOnly=True),
        **adding({**coded, "display": "Tillegg"}, useSupplement=SUPPLEMENT),
        "url": ({**F2, "url": SETS}, {**F2, "url": SETS + "/two"}),
        "code": (coded, {**coded, "code": "F9"}),
        "coding": ({**base, "coding": F1}, {**base, "coding": {**F1, "code": "F9"}}),
        "codeableConcept": (
            {**base, "codeableConcept": concept(F1)},
            {**base, "codeableConcept": concept(F2)},
        ),
        **sent(kind, {"url": SETS, **F1}),
    }


def translate_probes(kind: str) -> Probes:
    base = {"url": MAP, **F1}
    back = {"url": MAP + "/back", "system": OTHER, "code": "X1"}
    inline = concept_map(kind, "http://t/own", "9", URL, OTHER, {"F1": "X1"})
    x1, x2 = {"system": OTHER, "code": "X1"}, {"system": OTHER, "code": "X2"}
    dated = {k: PINNED[k] for k in ("date", "known-at", "displayLanguage")}
    old = {"url": MAP + "/old", **F2}
    forms: Probes = {
        name: ({"url": MAP, name: a}, {"url": MAP, name: b})
        for name, a, b in (
            ("coding", F1, F2), ("sourceCoding", F1, F2), ("targetCoding", x1, x2),
            ("codeableConcept", concept(F1), concept(F2)), ("sourceCodeableConcept", concept(F1), concept(F2)),
            ("targetCodeableConcept", concept(x1), concept(x2)),
        )
    }  # fmt: skip
    return {
        **forms,
        "code": (base, {**base, "code": "F2"}),
        "sourceCode": ({"url": MAP, "system": URL, "sourceCode": "F1"}, {"url": MAP, "system": URL, "sourceCode": "F2"}),
        "targetCode": ({"url": MAP, "system": OTHER, "targetCode": "X2"}, {"url": MAP, "system": OTHER, "targetCode": "X1"}),
        "url": (F1, {**F1, "url": MAP + "/old"}),
        "conceptMap": (F1, {**F1, "conceptMap": inline}),
        "version": ({**old, "version": "2020"}, {**old, "version": "2022"}),
        "system": (base, {**base, "system": OTHER}),
        **adding(base, conceptMapVersion="1", reverse=True, sourceSystem=OTHER, targetSystem=URL, targetsystem=URL),
        **adding(F1, sourceScope="http://t/no", source="http://t/no", targetScope="http://t/no", target="http://t/no"),
        **adding(back, **dated),
        **sent(kind, base),
    }  # fmt: skip


def batch_probes(kind: str) -> Probes:
    """The probes of ``$validate-code`` with all but the code in the batch."""
    own = ("code", "system", "systemVersion", "display", "coding", "codeableConcept")

    def batch(request: Request) -> Request:
        single = body({k: v for k, v in request.items() if k in own})
        return {**{k: v for k, v in request.items() if k not in own}, "validation": single}

    found = {n: (batch(a), batch(b)) for n, (a, b) in validate_probes(kind).items() if n not in own}
    base = {"url": SETS}
    return {**found, "validation": (batch({**base, **F1}), batch({**base, **F2, "code": "F9"}))}


# asking


_KEYS = {"boolean": "valueBoolean", "integer": "valueInteger", "Coding": "valueCoding", "CodeableConcept": "valueCodeableConcept"}  # fmt: skip
TYPES = {p.name: p.type for o in OPERATIONS for p in o.parameters}


def body(request: Request) -> Json:
    """The request as a Parameters resource."""
    listed = []
    for name, value in request.items():
        for one in value if isinstance(value, list) else [value]:
            key = (
                "resource"
                if isinstance(one, dict) and "resourceType" in one
                else _KEYS.get(TYPES.get(name, ""), "valueString")
            )
            if one is not None:
                listed.append({"name": name, key: one})
    return {"resourceType": "Parameters", "parameter": listed}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application on 1 June 2022, which keeps the world under ``r4`` and ``r5``."""
    place: Path = tmp_path_factory.mktemp("walk")
    with Registry.open(str(place / "walk.sqlite"), today=date(2022, 6, 1)) as registry:
        fill(registry)
        app = create_app(
            Settings(host="127.0.0.1", today=date(2022, 6, 1), token="secret"), registry=registry
        )
        with TestClient(app, client=("127.0.0.1", 50000), base_url="http://localhost") as found:
            for kind in ("r4", "r5"):
                prime = {"cache-id": kind, "tx-resource": world(kind), "system": URL, "code": "F1"}
                assert found.post(f"/fhir/{kind}/CodeSystem/$lookup", json=body(prime)).status_code == 200
            yield found


def answers(client: TestClient, kind: str, operation: Operation, request: Request) -> list[tuple[int, Any]]:
    """Status and body, by POST and, if all values are simple, by GET too."""
    path = f"/fhir/{kind}/{operation.kind}/${operation.name}"
    if not operation.kind:
        path = f"/fhir/{kind}/${operation.name}"
    request = {"cache-id": kind, **request}
    found = [client.post(path, json=body(request))]
    simple = {k: v for k, v in request.items() if v is not None}
    if "GET" in operation.methods and not any(isinstance(v, dict | list) for v in simple.values()):
        texts = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in simple.items()}
        found.append(client.get(path, params=texts))
    return [(a.status_code, comparable(a.json())) for a in found]


def comparable(answer: Json) -> Json:
    """The answer without what is new in every expansion."""
    if answer["resourceType"] == "ValueSet":
        answer.pop("id", None)
    expansion = answer.get("expansion", {})
    expansion.pop("identifier", None)
    expansion.pop("timestamp", None)
    return answer


ROWS = [(o, p) for o in OPERATIONS if o.kind for p in o.parameters]
NAMES = [f"{o.ident}-{p.name}" for o, p in ROWS]


def probes_of(operation: Operation, kind: str) -> Probes:
    return batch_probes(kind) if "batch" in operation.name else probes(operation.ident, kind)


@pytest.mark.parametrize("kind", ["r4", "r5"])
@pytest.mark.parametrize(("operation", "row"), ROWS, ids=NAMES)
def test_every_parameter_changes_an_answer_or_is_refused_or_has_no_effect(
    client: TestClient, operation: Operation, row: Parameter, kind: str
) -> None:
    found = probes_of(operation, kind)
    if row.effect == "used":
        before, after = found[row.name]
        first, second = answers(client, kind, operation, before), answers(client, kind, operation, after)
        assert all(a[1] != b[1] for a in first for b in second), (first, second)
        assert 200 in {status for status, _ in (*first, *second)}
        return
    base = found["date"][0]
    plain = answers(client, kind, operation, base)
    value: Any = {"boolean": True, "integer": 5}.get(row.type, "http://t/x")
    with_it = answers(client, kind, operation, {**base, row.name: value})
    if row.effect == "hint":
        assert with_it == plain and plain[0][0] == 200
    else:
        assert all(status == 400 and row.name in str(answer) for status, answer in with_it)


@pytest.mark.parametrize(("operation", "row"), ROWS, ids=NAMES)
def test_what_may_occur_once_is_refused_twice(
    client: TestClient, operation: Operation, row: Parameter
) -> None:
    base = next(iter(probes_of(operation, "r5").values()))[0]
    value = probes_of(operation, "r5").get(row.name, (base, {row.name: "x"}))[1].get(row.name, "x")
    if row.max == "1" and not isinstance(value, list):
        for status, answer in answers(client, "r5", operation, {**base, row.name: [value, value]}):
            assert status == 400 and answer["issue"][0]["expression"] == [row.name]


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.kind], ids=lambda o: o.ident)
def test_unknown_parameters_are_refused_in_a_url_and_in_a_body(
    client: TestClient, operation: Operation
) -> None:
    base = next(iter(probes_of(operation, "r5").values()))[0]
    for status, answer in answers(client, "r5", operation, {**base, "x-my-own-setting": "1"}):
        assert status == 400 and answer["issue"][0]["expression"] == ["x-my-own-setting"]
