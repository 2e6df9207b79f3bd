"""One engine: whatever a registry holds, Python, REST, the command line and FHIR say the same of it.

A registry of two years with a gap between them is generated; each surface answers the same questions. FHIR's
operations also answer over a view in memory of the same records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.languages import parse
from registry.entities.messages import in_language, worded
from registry.entities.records import ConceptRecord, Designation, SystemRecord
from registry.entities.results import plain
from registry.systems import behaviour_of
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.lookup import LookupRequest
from registry.terminology.lookup import lookup as fhir_lookup
from registry.terminology.subsumes import SubsumesRequest
from registry.terminology.subsumes import subsumes as fhir_subsumes
from tests.fhir.conftest import parameters
from tests.registry.making import load

URL = "http://example.org/generated"
SYSTEM = SystemRecord(
    slug="generated", url=URL, rules="icd-10-no", language="nb", access="open", redistribution="yes",
    end_rule="calendar-year",
)  # fmt: skip
CODES = ["E10", "E10.0", "E10.01", "E11", "K63.8"]
LANGUAGES = ["nb", "nb-NO", "no", "de-CH", "en"]
DAYS = ["2020-07-01", "2021-07-01", "2022-07-01", "2019-01-01", "2023-01-01"]
FACETS = ("display", "label.full", "label.short", "synonym", "selectable", "inactive")

texts = st.lists(
    st.builds(
        Designation,
        kind=st.sampled_from(["display", "label.full", "label.short", "synonym"]),
        text=st.sampled_from(["rød løk", "Zwiebel", "onion", "løk"]),
        language=st.sampled_from(["nb", "nn", "no", "de", "en", "en-GB"]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


@st.composite
def contents(draw: st.DrawFn) -> tuple[list[ConceptRecord], bool]:
    """Records of some codes; whether their source asserts a hierarchy."""
    asserted = draw(st.booleans())
    chosen = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(sorted))
    records = []
    for n, code in enumerate(chosen):
        parents = draw(st.lists(st.sampled_from(chosen[:n]), max_size=1)) if asserted and n else []
        selectable = draw(st.sampled_from([None, True, False]))
        records.append(
            ConceptRecord(
                code=code,
                designations=draw(texts),
                parents=tuple(parents),
                selectable=selectable,
                inactive=draw(st.booleans()),
            )  # fmt: skip
        )
    return records, asserted


Years = dict[str, tuple[list[ConceptRecord], bool]]


def _filled(url: str, years: Years) -> None:
    with Registry.open(url) as registry:
        for year, (records, asserted) in years.items():
            facets = (*FACETS, "hierarchy") if asserted else FACETS
            load(registry, year, records, system=SYSTEM, facets=facets, language="nb")


def _fhir(client: TestClient, operation: str, **query: str) -> dict[str, Any]:
    """The parameters of an operation; of one that fails only ``failed``."""
    answer = client.get(f"/fhir/CodeSystem/${operation}", params={"system": URL, **query})
    return parameters(answer.json()) if answer.status_code == 200 else {"failed": answer.status_code}


@given(contents(), contents())
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_surface_gives_the_same_answers(
    gyldig: Callable[..., Any],
    first: tuple[list[ConceptRecord], bool],
    last: tuple[list[ConceptRecord], bool],
) -> None:
    years = {"2020": first, "2022": last}
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder) / "r.sqlite")
        _filled(db, years)
        with (
            Registry.open(db) as registry,
            TestClient(
                create_app(Settings(host="127.0.0.1", db=db)),
                client=("127.0.0.1", 1),
                base_url="http://localhost",
            ) as client,
        ):
            surfaces = _Surfaces(registry, client, lambda *words: gyldig("--db", db, "--json", *words).json)
            for day in DAYS:
                surfaces.version_in_force(day)
                for code in (*CODES[:2], "e101"):
                    surfaces.validity(code, day)
            for code, language in product(CODES, LANGUAGES):
                surfaces.lookup(code, "2020-07-01", language)
            for code in CODES:
                surfaces.relatives(code, "2022-07-01")
                for other in CODES[:3]:
                    surfaces.subsumes(code, other, "2022-07-01")
            surfaces.search("løk", "2022-07-01")
            _in_memory(registry, years["2020"], "2020")


class _Surfaces:
    """Each method is one question; Python's answer is what the others must give."""

    def __init__(self, registry: Registry, client: TestClient, command: Callable[..., Any]) -> None:
        self.registry, self.client, self.command = registry, client, command

    def rest(self, path: str, **query: str) -> Any:
        return self.client.get(f"/api/{path}", params=query).json()

    def version_in_force(self, day: str) -> None:
        python = plain(self.registry.applicable("generated", on=day))
        assert self.rest("systems/generated/applicable", on=day) == python
        assert self.command("applicable", "generated", "--on", day) == python
        found = self.client.get(
            "/fhir/ValueSet/$expand", params={"url": f"{URL}?fhir_vs", "date": day, "count": 0}
        )
        used = [
            p["valueUri"] for p in found.json().get("expansion", {}).get("parameter", []) if "valueUri" in p
        ]
        assert used[:1] == [f"{URL}|{v['version']}" for v in python["versions"]][:1]
        assert python["versions"] or worded(python["reason"]) in found.text

    def validity(self, code: str, day: str) -> None:
        python = plain(self.registry.validity("generated", code, on=day))
        assert self.rest(f"systems/generated/codes/{code}/validity", on=day) == python
        assert self.command("valid", "generated", code, "--on", day) == python

    def lookup(self, code: str, day: str, language: str) -> None:
        python = plain(self.registry.lookup("generated", code, on=day, lang=language))
        assert self.rest(f"systems/generated/codes/{code}", on=day, lang=language) == python
        if language in ("nb", "de-CH"):
            shown = self.command("--lang", language, "lookup", "generated", code, "--on", day)
            assert shown == python | {"message": in_language(python["message"], language)}
        fhir = _fhir(self.client, "lookup", code=code, date=day, displayLanguage=language)
        assert ("failed" in fhir) != python["found"]
        if python["found"]:
            assert (fhir["display"], fhir["version"]) == (python["concept"]["display"], python["version"])

    def relatives(self, code: str, day: str) -> None:
        for relation in ("parents", "children", "ancestors", "descendants"):
            python = plain(self.registry.hierarchy("generated", code, relation, on=day))
            assert self.rest(f"systems/generated/codes/{code}/{relation}", on=day) == python
        assert self.command("hierarchy", "descendants", "generated", code, "--on", day) == python
        query = {"url": f"{URL}?fhir_vs=isa/{code}", "date": day, "excludeNested": "true"}
        found = self.client.get("/fhir/ValueSet/$expand", params=query)
        if python["reason"] == "unknown_code":
            assert found.status_code == 422
            return
        codes = sorted(e["code"] for e in found.json()["expansion"]["contains"])
        assert codes == sorted([code, *(c["code"] for c in python["codes"])])

    def subsumes(self, code: str, other: str, day: str) -> None:
        python = plain(self.registry.subsumes("generated", code, other, on=day))
        assert self.rest("subsumes", system="generated", a=code, b=other, on=day) == python
        fhir = _fhir(self.client, "subsumes", codeA=code, codeB=other, date=day)
        assert fhir.get("outcome") == python["outcome"]

    def search(self, text: str, day: str) -> None:
        python = plain(self.registry.search(text, system="generated", on=day))
        assert self.rest("systems/generated/search", q=text, on=day) == python
        assert self.command("search", "generated", text, "--on", day) == python
        query = {"url": f"{URL}?fhir_vs", "filter": text, "date": day, "excludeNested": "true"}
        found = self.client.get("/fhir/ValueSet/$expand", params=query).json()["expansion"]
        assert sorted(e["code"] for e in found.get("contains", [])) == sorted(
            h["code"] for h in python["hits"]
        )


def _in_memory(registry: Registry, content: tuple[list[ConceptRecord], bool], version: str) -> None:
    """FHIR's operations over the records themselves."""
    info = ViewInfo(
        system="", url=URL, version=version, language="nb", hierarchy="asserted" if content[1] else ""
    )
    catalog = MemoryCatalog()
    catalog.add_code_system(MemoryView(info, content[0], rules=behaviour_of("icd-10-no")))
    for code, language in product(CODES, LANGUAGES):
        python = registry.lookup("generated", code, version=version, lang=language)
        context = Context(catalog, languages=parse(language))
        found = fhir_lookup(context, LookupRequest(system=URL, code=code))
        assert (found.problem is None) == python.found
        if python.concept is not None:
            assert found.display == python.concept.display
            above = [value for name, _, value, _ in found.properties if name == "parent"]
            assert above == [p.code for p in python.concept.parents or []]
    for a, b in product(CODES, CODES[:3]):
        request = SubsumesRequest(system=URL, code_a=a, code_b=b)
        asked = registry.subsumes("generated", a, b, version=version)
        assert (fhir_subsumes(Context(catalog), request).outcome or None) == asked.outcome
