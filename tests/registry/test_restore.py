"""Backup and restore, read-only media, purging from the bytes of the files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from registry import Registry
from registry.entities.errors import LoadBusy, StoreDamaged, StoreError, UsageError
from registry.store.engine import Connection, Database
from tests.registry.everything import fill
from tests.registry.making import concept, load

SMALL = {"A00": "Kolera"}


def test_restore_puts_a_verified_backup_in_place(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
        backup = registry.backup(tmp_path / "backup.sqlite")
        load(registry, "2021", SMALL)
    with pytest.raises(UsageError, match="--replace"):
        Registry.restore(str(path), backup)
    assert Registry.restore(str(path), backup, replace=True).ok
    with Registry.open(str(path)) as registry:
        assert [v.version for v in registry.versions("demo-icd")] == ["2020"]
        assert registry.verify().ok
    (kept,) = tmp_path.glob("r.sqlite.replaced-*")
    with Registry.open(str(kept), readonly=True) as registry:
        assert len(registry.versions("demo-icd")) == 2


def test_restore_replaces_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
        backup = registry.backup(tmp_path / "backup.sqlite")
    path.write_bytes(b"nothing" * 1000)
    Path(f"{path}-wal").write_bytes(b"old log")
    assert Registry.restore(str(path), backup, replace=True).ok
    with Registry.open(str(path)) as registry:
        assert registry.lookup("demo-icd", "A00", version="2020").found


def test_restore_refuses_a_damaged_backup_and_a_registry_in_use(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
        backup = registry.backup(tmp_path / "backup.sqlite")
        registry.lookup("demo-icd", "A00", version="2020")
        with pytest.raises(LoadBusy, match="another process"):
            Registry.restore(str(path), backup, replace=True)
    with sqlite3.connect(backup) as raw:
        raw.execute("UPDATE version SET valid_from = '1999-01-01'")
    raw.close()
    with pytest.raises(StoreDamaged, match="nothing was replaced"):
        Registry.restore(str(path), backup, replace=True)
    with Registry.open(str(path)) as registry:
        assert registry.verify().ok
    with pytest.raises(UsageError, match="no file"):
        Registry.restore(str(path), tmp_path / "none.sqlite")
    with pytest.raises(UsageError, match="pg_restore"):
        Registry.restore("postgresql://x/y", backup)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who may read only what everybody may."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def _is_readable(path: Path) -> bool:
    with Registry.open(str(path), readonly=True) as registry:
        return registry.lookup("demo-icd", "A00", version="2020").found and registry.verify().ok


def test_a_registry_on_a_read_only_medium_is_read(public_folder: Path) -> None:
    path = public_folder / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
    assert _is_readable(path)
    Path(f"{path}.lock").unlink()
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with without_rights():
        assert _is_readable(path)
        with (
            pytest.raises(StoreError, match="cannot write in the folder"),
            Registry.open(str(path)) as registry,
        ):
            load(registry, "2021", SMALL)


def test_a_log_on_a_read_only_medium_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
    Path(f"{path}-wal").write_bytes(b"frames")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreError, match="copy both files"):
        Registry.open(str(path), readonly=True)


MARKERS = {"Zqqxcode": "Zqqxtekst med zqqxord"}


def test_purged_words_are_in_no_file_of_the_database(tmp_path: Path) -> None:
    """Words, codes and values of properties; some of them were in segments and pages that were replaced since."""
    with Registry.open(str(tmp_path / "r.sqlite")) as registry:
        fill(registry)
        secret = [concept(code, text) for code, text in MARKERS.items()]
        load(registry, "2010", secret)
        for year in range(1990, 2003):
            load(registry, str(year), {**SMALL, f"B{year}": f"Tekst {year}"})
        assert any(b"zqqx" in p.read_bytes().lower() for p in tmp_path.iterdir())
        (gone,) = (r.release for r in registry.releases("demo-icd") if r.version == "2010")
        registry.purge("demo-icd", "2010", release=gone, why="licence")
        for path in tmp_path.iterdir():
            assert b"zqqx" not in path.read_bytes().lower(), path.name
        assert registry.verify().problems == []
        assert registry.search("tekst", system="demo-icd", version="1999").hits


def test_purging_beside_a_reader_says_what_remains(tmp_path: Path) -> None:
    with Registry.open(str(tmp_path / "r.sqlite")) as registry:
        load(registry, "2020", SMALL)
        load(registry, "2010", MARKERS)
        (gone,) = (r.release for r in registry.releases("demo-icd") if r.version == "2010")
        with registry.database.snapshot() as reading:
            reading.one("SELECT count(*) FROM publication")
            with pytest.raises(StoreError, match="the content is deleted, but other processes"):
                registry.purge("demo-icd", "2010", release=gone, why="licence")
        assert registry.repair().ok
        assert not any(b"zqqx" in p.read_bytes().lower() for p in tmp_path.iterdir())


def test_after_commit_a_full_disk_denies_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever statement the disk fills at: an error means that nothing is stored, success that all is."""
    path = tmp_path / "r.sqlite"
    Registry.open(str(path)).close()
    begun = Database.transaction
    for full_from in range(1, 6):
        left = iter(range(1, full_from))

        def transaction(
            self: Database, *, secure_delete: bool = False, left: Iterator[int] = left
        ) -> AbstractContextManager[Connection]:
            if next(left, None) is None:
                raise StoreError("nothing was stored: full")
            return begun(self, secure_delete=secure_delete)

        year = str(2000 + full_from)
        with Registry.open(str(path)) as registry:
            monkeypatch.setattr(Database, "transaction", transaction)
            try:
                load(registry, year, SMALL)
                said = True
            except StoreError:
                said = False
            monkeypatch.setattr(Database, "transaction", begun)
            registry.reader.forget()
            stored = any(v.version == year for v in registry.versions("demo-icd"))
            assert stored is said
    connection = sqlite3.connect(path)
    assert {s for (s,) in connection.execute("SELECT state FROM load")} <= {"ready", "failed", "running"}
    connection.close()
    Registry.open(str(path)).close()
    connection = sqlite3.connect(path)
    assert {s for (s,) in connection.execute("SELECT state FROM load")} == {"ready", "failed"}
    connection.close()
