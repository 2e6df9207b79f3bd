"""Members of every kind of source as streams: the same bytes as when they are read whole, errors while reading."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from loaders.contract import Source
from loaders.reading import spool
from loaders.reading.archive import open_source
from registry.entities.errors import ArchiveError, StoreFull

CONTENT = {"a.txt": b"first\n", "folder/b.txt": bytes(range(256)) * 900}


def source_of(kind: str, tmp_path: Path) -> Source:
    if kind == "folder":
        for name, data in CONTENT.items():
            path = tmp_path / "s" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return open_source(tmp_path / "s")
    path = tmp_path / f"s.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in CONTENT.items():
                archive.writestr(name, data)
        return open_source(path)
    with tarfile.open(path, "w:gz") as tar:
        for name, data in CONTENT.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return open_source(path)


@pytest.mark.parametrize("kept", [True, False], ids=["in memory", "in a file"])
@pytest.mark.parametrize("kind", ["folder", "zip", "tgz"])
def test_a_stream_gives_what_reading_gives(
    kind: str, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(spool, "_IN_MEMORY", 1)
    source = source_of(kind, tmp_path)
    for name, data in CONTENT.items():
        with source.open(name) as stream:
            pieces = iter(lambda: stream.read(1000), b"")
            assert b"".join(pieces) == data == source.read(name)


def test_a_single_file_is_a_stream_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc")
    with open_source(path).open("a.txt") as stream:
        assert stream.read() == b"abc"


def test_damage_shows_while_a_stream_is_read(tmp_path: Path) -> None:
    source_of("zip", tmp_path)
    path = tmp_path / "s.zip"
    damaged = bytearray(path.read_bytes())
    at = damaged.find(b"folder/b.txt") + len("folder/b.txt") + 40
    damaged[at : at + 200] = b"\xff" * 200
    path.write_bytes(damaged)
    with (
        open_source(path).open("folder/b.txt") as stream,
        pytest.raises(ArchiveError, match="b.txt: truncated"),
    ):
        stream.read()


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    part = spool.Spool()

    def full(_: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(part._file, "write", full)
    with pytest.raises(StoreFull, match="no space is left for temporary files in"):
        part.append(b"x")


def test_many_members_share_one_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred lists in a zip open one temporary file, not one each."""
    from loaders.reading import spool
    from tests.loaders.made import concepts, parsed, zipped

    opened: list[object] = []
    made = spool.SpooledTemporaryFile
    monkeypatch.setattr(spool, "SpooledTemporaryFile", lambda **o: opened.append(o) or made(**o))
    files = {f"l{n}.csv": f"A{n};a\nB{n};b\n".encode() for n in range(200)}
    items = parsed(zipped(tmp_path / "a2020.zip", files), system="x")
    assert len(opened) == 1
    assert [sorted(concepts(item)) for item in items[:2]] == [["A0", "B0"], ["A1", "B1"]]  # type: ignore[arg-type]
