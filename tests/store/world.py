"""Small content for the tests of the store, imported as a loader would import it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from msgspec.structs import replace

from loaders.contract import ParsedRelease
from registry import Registry
from registry.content.source_layers import Layer
from registry.content.stored import StoredView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation, ReleaseHeader, SystemRecord
from registry.store.content import release_bitmap
from registry.store.engine import Database
from registry.systems import SystemBehaviour, behaviour_of

ALL_FACETS = (
    "display", "label.full", "label.short", "hierarchy", "notes", "selectable", "inactive", "property:colour",
)  # fmt: skip


def record(code: str, text: str = "", *parents: str, **more: object) -> ConceptRecord:
    """A concept with one text."""
    texts = (Designation("label.full", text, "nb"),) if text else ()
    return ConceptRecord(code=code, designations=texts, parents=parents, **more)  # type: ignore[arg-type]


def header(line: str = "list", facets: Sequence[str] = ALL_FACETS) -> ReleaseHeader:
    """A header that asserts the facets."""
    return ReleaseHeader(system="", version="", source_line=line, facets=tuple(facets), language="nb")


class World:
    """One code system in a database; ``add`` imports a release, as a version of its own, and gives its layer."""

    def __init__(self, database: Database, *, rules: str = "icd-10-no", slug: str = "demo") -> None:
        self.database, self.registry, self.slug = database, Registry(database), slug
        self.system = SystemRecord(slug=slug, rules=rules)
        self.rules: SystemBehaviour = behaviour_of(rules)
        self.system_id = 0
        self._labels = (f"v{number}" for number in count(1))

    def add(
        self, records: Iterable[ConceptRecord], about: ReleaseHeader | None = None, *, ordered: bool = False
    ) -> Layer:
        named = replace(about or header(), system=self.slug, version=next(self._labels))
        parsed = ParsedRelease(header=named, concepts=list(records), system=self.system, ordered=ordered)
        self.registry.load_parsed(parsed)
        reader = self.database.reader()
        release, self.system_id = reader.all("SELECT id, system_id FROM release ORDER BY id DESC LIMIT 1")[0]
        return Layer(release, release_bitmap(reader, release), named)

    def view(self, *layers: Layer, **info: object) -> StoredView:
        """A view of the layers, the first of them deciding which concepts there are."""
        details = ViewInfo(system=self.slug, url="urn:demo", version="2024", **info)  # type: ignore[arg-type]
        return StoredView(self.database, layers, details, self.rules)
