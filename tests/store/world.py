"""Content for the tests of the store, written straight into the tables: the obvious slow way to store a release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyroaring import BitMap

from registry.records import Coding, ConceptRecord, Designation, Property, ReleaseHeader
from registry.store.engine import Connection, Database
from registry.store.overlay import Layer
from registry.store.search import add_terms
from registry.store.states import canonical, encode, pack_numbers, pack_ordering, state_hash
from registry.store.stored_view import StoredView
from registry.store.text import compact_code
from registry.systems import CodeRules, rules_for
from registry.views import ViewInfo

ALL_FACETS = (
    "display",
    "label.full",
    "label.short",
    "hierarchy",
    "notes",
    "selectable",
    "inactive",
    "property:colour",
)


def record(code: str, text: str = "", *parents: str, **more: object) -> ConceptRecord:
    """A concept with one text."""
    texts = (Designation("label.full", text, "nb"),) if text else ()
    return ConceptRecord(code=code, designations=texts, parents=parents, **more)  # type: ignore[arg-type]


def header(line: str = "list", facets: Sequence[str] = ALL_FACETS) -> ReleaseHeader:
    return ReleaseHeader(system="demo", version="2024", source_line=line, facets=tuple(facets), language="nb")


class World:
    """One code system in a database; ``add`` stores a release and gives its layer."""

    def __init__(self, database: Database, *, rules: CodeRules | None = None, system_id: int = 1) -> None:
        self.database, self.system_id = database, system_id
        self.rules = rules or rules_for("icd-10-no")
        self._release = 100 * system_id

    def add(
        self, records: Iterable[ConceptRecord], about: ReleaseHeader | None = None, *, ordered: bool = False
    ) -> Layer:
        self._release += 1
        release = self._release
        with self.database.transaction() as connection:
            records = [canonical(r) for r in records]
            concepts = self._concepts(connection, [r.stable_key for r in records])
            idents, new = [], []
            for one in records:
                ident, fresh = self._state(connection, one, concepts)
                idents.append(ident)
                if fresh:
                    new.append((ident, one))
            add_terms(connection, self.system_id, new)
            self._properties(connection, new)
            bitmap = BitMap(idents)
            self._row(connection, release, bitmap, pack_ordering(idents) if ordered else None)
        return Layer(release, bitmap, about or header())

    def view(self, *layers: Layer, **info: object) -> StoredView:
        details = ViewInfo(system="demo", url="urn:demo", version="2024", **info)  # type: ignore[arg-type]
        return StoredView(self.database, layers, details, self.rules)

    def _concepts(self, connection: Connection, keys: Iterable[str]) -> dict[str, int]:
        found = dict(connection.all("SELECT key, id FROM concept WHERE system_id = ?", (self.system_id,)))
        start = (connection.one("SELECT coalesce(max(id), 0) FROM concept") or (0,))[0]
        for key in keys:
            if key not in found:
                start += 1
                found[key] = start
                connection.execute(
                    "INSERT INTO concept (id, system_id, key) VALUES (?, ?, ?)", (start, self.system_id, key)
                )
        return found

    def _state(
        self, connection: Connection, one: ConceptRecord, concepts: dict[str, int]
    ) -> tuple[int, bool]:
        body = encode(one)
        digest = state_hash(body)
        known = connection.one(
            "SELECT id FROM concept_state WHERE system_id = ? AND hash = ?", (self.system_id, digest)
        )
        if known:
            return int(known[0]), False
        ident = (connection.one("SELECT coalesce(max(id), 0) FROM concept_state") or (0,))[0] + 1
        parents = pack_numbers(concepts[p] for p in one.parents) if one.parents else None
        connection.execute(
            "INSERT INTO concept_state (id, system_id, concept_id, code, compact, parents, hash, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                ident,
                self.system_id,
                concepts[one.stable_key],
                one.code,
                compact_code(one.code),
                parents,
                digest,
                body,
            ),
        )
        return ident, True

    def _properties(self, connection: Connection, new: list[tuple[int, ConceptRecord]]) -> None:
        sets: dict[tuple[str, str], BitMap] = {}
        for ident, one in new:
            for key in property_keys(one):
                sets.setdefault(key, BitMap()).add(ident)
        for (code, value), idents in sets.items():
            triple = (self.system_id, code, value)
            where = "WHERE system_id = ? AND property = ? AND value = ?"
            row = connection.one(f"SELECT bitmap FROM property_bitmap {where}", triple)
            if row:
                idents |= BitMap.deserialize(row[0])
                connection.execute(f"DELETE FROM property_bitmap {where}", triple)
            connection.execute(
                "INSERT INTO property_bitmap (system_id, property, value, bitmap) VALUES (?, ?, ?, ?)",
                (*triple, idents.serialize()),
            )

    def _row(self, connection: Connection, release: int, bitmap: BitMap, ordering: bytes | None) -> None:
        connection.execute(
            "INSERT INTO release (id, version_id, system_id, source_sha256, content_sha256, source_line, header,"
            " concepts, ready, purged, recorded_from) VALUES (?, 1, ?, ?, '', 'list', '{}', ?, ?, '', 1)",
            (release, self.system_id, str(release), len(bitmap), True),
        )
        connection.execute(
            "INSERT INTO release_content (release_id, bitmap, bitmap_sha256, ordering) VALUES (?, ?, '', ?)",
            (release, bitmap.serialize(), ordering),
        )


def property_keys(one: ConceptRecord) -> Iterable[tuple[str, str]]:
    """What the inverted index says of a record."""
    for item in one.properties:
        yield item.code, value_text(item)
    if one.inactive:
        yield ".inactive", "true"
    if one.selectable is False:
        yield ".selectable", "false"


def value_text(item: Property) -> str:
    if isinstance(item.value, bool):
        return "true" if item.value else "false"
    return item.value.code if isinstance(item.value, Coding) else str(item.value)
