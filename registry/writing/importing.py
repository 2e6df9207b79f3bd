"""Publishing a release: all or nothing, one transaction, in order, under the writer's lock.

Input: records; output: states, bitmaps, text index and one publication row. A load that fails, is killed or fills the
disk leaves nothing behind and can be repeated (ARCHITECTURE, Storage).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from pyroaring import BitMap

from registry.entities import exact_json
from registry.entities.errors import ContentError, LoadBusy, StoreError
from registry.entities.intervals import iso
from registry.entities.messages import message
from registry.entities.records import Component, ConceptRecord, ReleaseHeader, Removal, SystemRecord
from registry.store.component_frames import ComponentFrame
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer
from registry.store.load_log import note_end, note_start
from registry.store.metadata import SystemRow
from registry.store.states import pack_ordering
from registry.systems import known
from registry.writing.content_writer import ContentWriter, Start, StoredContent

__all__ = [
    "Prepared",
    "ensure_system",
    "load_transaction",
    "prepare",
    "publish",
    "source_hash",
    "write_content",
    "write_release",
]

Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Prepared:
    """A release before it is written. ``concepts`` is consumed once; the last five fields are set afterwards."""

    header: ReleaseHeader
    system: SystemRecord
    concepts: Iterable[ConceptRecord | Removal | Component | ComponentFrame]
    ordered: bool = False
    may_be_empty: bool = False
    source_sha256: str = ""
    content_sha256: str = ""
    concept_count: int = 0
    fresh: int = 0
    warnings: list[str] = field(default_factory=list)
    stated: tuple[str, ...] = ()  #: fields of ``system`` that the caller stated
    counts: dict[str, int] = field(default_factory=dict)  #: changes by type
    other_bytes: bool = False  #: the content is here already, from files with other bytes

    def take(self, content: StoredContent) -> None:
        """Copy hash, counts and warnings of the stored content; raises ``ContentError`` if it is empty."""
        if not content.given and not content.removed and not self.may_be_empty and not self.header.is_changes:
            raise ContentError(message("error.no_codes"), file=file_of(self.header))
        self.content_sha256, self.fresh = content.content_sha256, content.fresh
        self.source_sha256 = self.source_sha256 or _hash_by_content(self.header, content.content_sha256)
        self.concept_count = len(content.members)
        self.warnings += content.warnings


def source_hash(header: ReleaseHeader) -> str:
    """Hash of the sorted file hashes; empty for a rolling source, whose downloads contain all versions.

    Releases of a rolling source are distinguished by their content.
    """
    if header.rolling or not header.files:
        return ""
    parts = sorted(f.sha256 for f in header.files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _hash_by_content(header: ReleaseHeader, content_sha256: str) -> str:
    return hashlib.sha256(f"{header.version}\n{content_sha256}".encode()).hexdigest()


def prepare(parsed: Any) -> Prepared:
    """The release of a parsed source; its records are not read yet."""
    header: ReleaseHeader = parsed.header
    system = parsed.system or known(header.system) or SystemRecord(slug=header.system)
    empty = bool(getattr(parsed, "may_be_empty", False))
    prepared = Prepared(header, system, parsed.concepts, parsed.ordered, empty, source_hash(header))
    prepared.stated = tuple(getattr(parsed, "stated", ()))
    return prepared


def file_of(header: ReleaseHeader) -> str:
    """Name of a release's source in errors."""
    return header.files[0].name if header.files else header.format


def ensure_system(writer: Writer, record: SystemRecord) -> tuple[SystemRow, bool]:
    """The system with that slug, created if unknown; True if it was created."""
    if (row := writer.snapshot.slugs.get(record.slug)) is not None:
        return row, False
    system_id = writer.next_id("code_system", "system_id")
    put_system(writer, system_id, record)
    return SystemRow(system_id, record, writer.recorded, None), True


def put_system(writer: Writer, system_id: int, record: SystemRecord) -> None:
    """Record a catalogue entry with all its names; ends the older entry."""
    now = writer.recorded
    writer.end("code_system", system_id, key="system_id")
    writer.end("system_alias", system_id, key="system_id")
    body = msgspec.json.encode(record).decode()
    writer.insert(
        "code_system", ("system_id", "slug", "body", "recorded_from"), [(system_id, record.slug, body, now)]
    )
    names = {
        record.slug,
        record.canonical,
        *record.oids,
        *record.aliases,
        *(f"urn:oid:{o}" for o in record.oids),
    } - {""}
    writer.insert(
        "system_alias", ("alias", "system_id", "recorded_from"), [(n, system_id, now) for n in sorted(names)]
    )


def write_content(
    writer: Writer,
    prepared: Prepared,
    *,
    start: Start | None = None,
    progress: Progress | None = None,
) -> tuple[SystemRow, StoredContent]:
    """Store the states of a release, within the writer's transaction; nothing refers to them yet.

    A release that is already stored adds nothing: all its states and concepts exist.
    """
    system, _ = ensure_system(writer, prepared.system)
    content = ContentWriter(
        writer, system.system_id, prepared.header, start, progress, system.rules.parent_attribute
    ).store(prepared.concepts, ordered=prepared.ordered)
    prepared.take(content)
    return system, content


def write_release(writer: Writer, prepared: Prepared, system: SystemRow, content: StoredContent) -> int:
    """Write the release of stored content; returns the version id."""
    version_id = _ensure_version(writer, system, prepared.header)
    header, connection = prepared.header, writer.connection
    release_id = writer.next_id("release", "id")
    stripped = msgspec.structs.replace(header, notices=())
    columns = ("id", "version_id", "system_id", "source_sha256", "content_sha256", "source_line", "header",
               "concepts", "ready", "purged", "recorded_from")  # fmt: skip
    row = (release_id, version_id, system.system_id, prepared.source_sha256, prepared.content_sha256, header.source_line,
           exact_json.encode(stripped).decode(), len(content.members), True, "", writer.recorded)  # fmt: skip
    writer.insert("release", columns, [row])
    packed = _packed(content.members)
    connection.insert(
        "release_content",
        ("release_id", "bitmap", "bitmap_sha256", "ordering", "removed"),
        [
            (
                release_id,
                packed,
                hashlib.sha256(packed).hexdigest(),
                pack_ordering(content.order) if content.order else None,
                _packed(content.removed) if content.removed else None,
            )
        ],
    )
    if content.components is not None:
        content.components.write(release_id)
    modules = [(release_id, module) for module in content.modules]
    connection.insert("release_dependency", ("release_id", "depends_on"), modules)
    return version_id


def _packed(members: BitMap) -> bytes:
    members.run_optimize()
    packed: bytes = members.serialize()
    return packed


def _ensure_version(writer: Writer, system: SystemRow, header: ReleaseHeader) -> int:
    """The id of the release's version, which is created if it is new.

    The dates of a known version are settled by ``registry.writing.version_dates``.
    """
    current = writer.snapshot.version(system.system_id, header.version, header.track)
    if current is not None:
        return current.version_id
    version_id = writer.next_id("version", "version_id")
    put_version(writer, version_id, system.system_id, header)
    return version_id


def put_version(
    writer: Writer,
    version_id: int,
    system_id: int,
    header: ReleaseHeader,
    *,
    same_as: str = "",
    declared: bool = False,
) -> None:
    """Insert a version row."""
    columns = ("version_id", "system_id", "track", "label", "valid_from", "valid_to", "published", "rolling",
               "same_as", "declared", "recorded_from")  # fmt: skip
    row = (version_id, system_id, header.track, header.version, iso(header.valid_from), iso(header.valid_to),
           header.published, header.rolling, same_as, declared, writer.recorded)  # fmt: skip
    writer.insert("version", columns, [row])


@contextmanager
def load_transaction(database: Database, source: str) -> Iterator[Connection]:
    """The transaction of a load, under the lock of loads; the load table says that it runs and how it ended.

    Success is recorded in the load's own transaction: nothing that fails after COMMIT can deny it.
    """
    with database.transaction() as connection:
        ident = note_start(connection, source)
    try:
        with database.transaction() as connection:
            yield connection
            note_end(connection, ident, state="ready")
    except BaseException as error:
        _note_failure(database, ident, error)
        raise


def _note_failure(database: Database, ident: int, error: BaseException) -> None:
    """Record that a load failed; if the disk is full for that too, the next load or opening records it."""
    with suppress(StoreError, LoadBusy), database.transaction() as connection:
        note_end(connection, ident, state="failed", message=str(error) or type(error).__name__)


def publish(writer: Writer, prepared: Prepared, action: str) -> None:
    """The publication row of a release."""
    h = prepared.header
    writer.publish(
        action,
        h.system,
        h.version,
        prepared.source_sha256,
        f"{prepared.concept_count} codes from {h.source_line}",
    )
