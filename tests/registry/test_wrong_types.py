"""Values of a wrong type are understood or refused by name, never a traceback or a silent other answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.entities.errors import BadDate, StoreError, UsageError
from tests.registry.making import load

Wrong = Callable[[Registry], object]


def test_a_registry_from_a_path(tmp_path: Path) -> None:
    for given in (str(tmp_path / "a.sqlite"), tmp_path / "b.sqlite"):
        with Registry(given) as registry:
            assert registry.systems() == []
        with Registry.open(given, today="2024-06-01") as registry:
            assert registry.today() == date(2024, 6, 1)


@pytest.mark.parametrize("value", [7, True, 1.5, b"x.sqlite", ["x.sqlite"], object()])
def test_what_is_no_database_is_refused(value: Any) -> None:
    for opened in (Registry, Registry.open):
        with pytest.raises(UsageError, match="is not a database"):
            opened(value)


def test_a_path_that_does_not_exist_is_not_created(tmp_path: Path) -> None:
    missing = tmp_path / "folder" / "typo.sqlite"
    for options in ({"readonly": True}, {"create": False}):
        with pytest.raises(StoreError):
            Registry.open(missing, **options)
    assert list(tmp_path.iterdir()) == []


#: name in the message → the question with a value of a wrong type
WRONG: list[tuple[str, type[Exception], Wrong]] = [
    ("20240101", BadDate, lambda r: r.validity("demo-icd", "A", on=20240101)),  # type: ignore[arg-type]
    ("2024.5", BadDate, lambda r: r.lookup("demo-icd", "A", on=2024.5)),  # type: ignore[arg-type]
    ("True", BadDate, lambda r: r.applicable("demo-icd", on=True)),  # type: ignore[arg-type]
    ("2024", BadDate, lambda r: r.lookup("demo-icd", "A", on="2024")),
    ("9999", BadDate, lambda r: r.systems(known_at="9999-12-31T23:59:59-14:00")),
    ("0001", BadDate, lambda r: r.systems(known_at="0001-01-01T00:00:00+14:00")),
    ("known_at", BadDate, lambda r: r.systems(known_at=True)),  # type: ignore[arg-type]
    ("known_at", BadDate, lambda r: r.systems(known_at=["2024-01-01"])),  # type: ignore[arg-type]
    ("code 7", UsageError, lambda r: r.lookup("demo-icd", 7)),  # type: ignore[arg-type]
    ("code None", UsageError, lambda r: r.validity("demo-icd", None)),  # type: ignore[arg-type]
    ("code b'A'", UsageError, lambda r: r.history("demo-icd", b"A")),  # type: ignore[arg-type]
    ("code 1.0", UsageError, lambda r: r.subsumes("demo-icd", "A", 1.0)),  # type: ignore[arg-type]
    ("code 7", UsageError, lambda r: r.hierarchy("demo-icd", 7, "parents")),  # type: ignore[arg-type]
    ("system 7", UsageError, lambda r: r.applicable(7)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("names", "error", "ask"), WRONG)
def test_wrong_types_are_refused_by_name(
    registry: Registry, names: str, error: type[Exception], ask: Wrong
) -> None:
    load(registry, "2024", {"A": "a"})
    with pytest.raises(error) as caught:
        ask(registry)
    assert names in str(caught.value)


def test_dates_are_understood_in_every_form(registry: Registry) -> None:
    load(registry, "2024", {"A": "a"})
    for day in ("2024-06-01", date(2024, 6, 1), datetime(2024, 6, 1, 12), "2024-06-01T12:00:00+02:00"):
        assert registry.validity("demo-icd", "A", on=day).valid is True


def test_paths_alone_or_together(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "pets-2024.csv"
    file.write_text("code;text\nP1;Katt\nP2;Hund\n", encoding="utf-8")
    options = LoadOptions(system="pets")
    assert load_paths(registry, str(file), options)[0].outcome == "loaded"
    assert load_paths(registry, file, options)[0].outcome == "unchanged"
    for wrong in (7, [7], None):
        with pytest.raises(UsageError, match="is not a path"):
            load_paths(registry, wrong, options)  # type: ignore[arg-type]
