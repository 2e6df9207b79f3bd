"""Faults: a killed load, a full disk, two loads at once, a reader during a load, a flipped byte."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from registry import Registry
from registry.entities.errors import LoadBusy, StoreDamaged, StoreError, StoreFull, UsageError
from tests.registry.making import load, release

ROOT = Path(__file__).resolve().parents[2]
MANY = {
    f"A{n // 100 % 100:02d}.{n % 100:02d}{chr(97 + n // 10000)}": f"Tekst nummer {n}" for n in range(30000)
}
SMALL = {"A00": "Kolera", "B00": "Herpes"}
KILLED = """
import os, sys
from registry import Registry
from tests.registry.making import load
from tests.registry.test_faults import MANY
at = sys.argv[2]
def die(*args, **kwargs):
    print("reached", flush=True)
    os.kill(os.getpid(), 9)
from registry.writing import content_writer, importing, loading
for module in (content_writer, importing, loading):
    if hasattr(module, at):
        setattr(module, at, die)
load(Registry.open(sys.argv[1]), "2021", MANY)
"""


def _python(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("step", ["_write_concepts", "add_states", "TermsWriter", "publish"])
def test_kill_9_leaves_nothing_and_the_load_repeats(database: str, step: str) -> None:
    with Registry.open(database) as registry:
        load(registry, "2020", SMALL)
    killed = _python(KILLED, database, step)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "reached\n"), killed.stderr
    with Registry.open(database) as registry:
        assert [v.version for v in registry.versions("demo-icd")] == ["2020"]
        assert registry.search("tekst", system="demo-icd", version="2020").hits == []
        assert registry.verify().ok
        assert load(registry, "2021", MANY).outcome == "loaded"
        assert registry.lookup("demo-icd", "A0000a", version="2021").found
        assert registry.verify().ok


def test_a_full_disk_stores_nothing_and_raises(tmp_path: Path) -> None:
    registry = Registry.open(str(tmp_path / "small.sqlite"))
    load(registry, "2020", SMALL)
    connect = registry.database.connect

    def bounded() -> object:
        connection = connect()
        pages = connection.one("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {(pages or (0,))[0] + 50}")
        return connection

    registry.database.connect = bounded  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreFull, match="nothing was stored"):
        load(registry, "2021", MANY)
    registry.database.connect = connect  # type: ignore[method-assign]
    assert [v.version for v in registry.versions("demo-icd")] == ["2020"]
    assert registry.verify().ok
    assert load(registry, "2021", MANY).outcome == "loaded"


def test_a_second_load_waits_or_says_that_one_is_running(database: str) -> None:
    with Registry.open(database) as registry:
        with registry.database.load_lock(), pytest.raises(LoadBusy, match="another load"):
            registry.load_parsed(release("2020", SMALL), wait=False)
        assert registry.load_parsed(release("2020", SMALL), wait=False).outcome == "loaded"


def test_two_loads_at_once_both_arrive(database: str) -> None:
    reports, errors = [], []

    def run(year: str) -> None:
        try:
            with Registry.open(database) as registry:
                reports.append(load(registry, year, {**SMALL, f"C{year[2:]}": year}))
        except BaseException as error:  # noqa: BLE001 - reported below
            errors.append(error)

    Registry.open(database).close()
    threads = [threading.Thread(target=run, args=(y,)) for y in ("2019", "2020", "2021", "2022")]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert not errors and sorted(r.version for r in reports) == ["2019", "2020", "2021", "2022"]
    with Registry.open(database) as registry:
        assert registry.verify().ok
        assert len(registry.changes_since(0).entries) == 4


def test_a_reader_sees_all_of_a_load_or_nothing(database: str) -> None:
    registry = Registry.open(database)
    load(registry, "2020", SMALL)
    writer = Registry.open(database)
    thread = threading.Thread(target=load, args=(writer, "2020", MANY))
    seen = set()
    thread.start()
    while thread.is_alive():
        registry.reader.forget()
        found = registry.lookup("demo-icd", "A00", version="2020").found
        many = registry.lookup("demo-icd", "A00.00a", version="2020").found
        seen.add((found, many))
        time.sleep(0.01)
    thread.join()
    registry.reader.forget()
    assert seen <= {(True, False), (False, True), (True, True), (False, False)} - {(False, False)}
    assert registry.lookup("demo-icd", "A00.00a", version="2020").found
    registry.close()
    writer.close()


def test_one_flipped_byte_is_found(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2020", SMALL)
        assert registry.verify().ok
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    data = bytearray(path.read_bytes())
    at = data.find(b"Kolera")
    data[at] ^= 1
    path.write_bytes(data)
    with Registry.open(str(path)) as registry:
        report = registry.verify()
    assert not report.ok and "A00" in report.problems[0]


def test_a_damaged_bitmap_or_missing_state_is_found(registry: Registry) -> None:
    load(registry, "2020", SMALL)
    with registry.database.transaction() as connection:
        connection.execute("DELETE FROM concept_state WHERE code = 'A00'")
    assert any("missing" in p for p in registry.verify().problems)


def test_files_that_are_no_registry_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("hello, this is not a database at all, only text" * 10)
    with pytest.raises((StoreError, StoreDamaged)):
        Registry.open(str(text))
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE mine (x)")
    raw.close()
    with pytest.raises(StoreError, match="another program"):
        Registry.open(str(other))
    with pytest.raises(StoreError, match="no registry"):
        Registry.open(str(tmp_path / "none.sqlite"), create=False)
    with pytest.raises(UsageError):
        Registry.open("mysql://x/y")


def test_backup_copies_a_live_database(tmp_path: Path) -> None:
    with Registry.open(str(tmp_path / "r.sqlite")) as registry:
        load(registry, "2020", SMALL)
        copy = registry.backup(tmp_path / "copy.sqlite")
        with pytest.raises(UsageError, match="exists"):
            registry.backup(copy)
    with Registry.open(str(copy), readonly=True) as again:
        assert again.lookup("demo-icd", "A00", version="2020").found and again.verify().ok


def test_a_failed_load_is_noted(registry: Registry) -> None:
    from registry.entities.errors import ContentError
    from tests.registry.making import concept

    load(registry, "2020", SMALL)
    twice = [concept("A00", "Kolera"), concept("A00", "Noe annet")]
    with pytest.raises(ContentError, match="twice with different content"):
        load(registry, "2021", twice)
    for parents, text in (
        ({"A00": ("X",)}, "not in the file"),
        ({"A00": ("B00",), "B00": ("A00",)}, "cycle"),
    ):
        codes = [concept(c, c, parents=parents.get(c, ())) for c in ("A00", "B00")]
        with pytest.raises(ContentError, match=text):
            load(registry, "2021", codes)
    with pytest.raises(ContentError, match="no code"):
        load(registry, "2021", [])
    assert [v.version for v in registry.versions("demo-icd")] == ["2020"]
