"""Loads the demonstration's data: the synthetic system, and packages if they can be fetched."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from api.demo import universe
from loaders.contract import LoadOptions, Progress
from loaders.run import load_paths, silent
from loaders.sources.fetching import default_cache, fetch
from registry.entities.errors import GyldigError

if TYPE_CHECKING:
    from registry import Registry
    from registry.entities.results.loading import LoadReport

__all__ = ["PACKAGES", "fetch_packages", "fill"]

#: Declared sources with their versions: ICD-10-CM of January 2021, April 2025 and April 2026; Norway 2026.
PACKAGES = (
    ("simple-icd-10-cm", "2021-01"),
    ("simple-icd-10-cm", "2025-04"),
    ("simple-icd-10-cm", "2026-04"),
    ("navikt-diagnosekoder", "2026"),
)


def fill(registry: Registry) -> list[LoadReport]:
    """Load the synthetic system with its versions, updates and register; existing content is kept."""
    registry.add_system(universe.SYSTEM)
    with tempfile.TemporaryDirectory() as folder:
        reports = [r for e in universe.editions() for r in _load(registry, e, Path(folder))]
    have = {(r.scope, r.version) for r in registry.scopes(universe.SYSTEM.slug)}
    slug, title, kind = universe.REGISTER
    if not have:
        registry.add_scope(slug, title=title, kind=kind)
    for row in universe.SCOPES:
        if (row.scope, row.version) not in have:
            registry.add_applicability(row)
    return reports


def _load(registry: Registry, edition: universe.Edition, folder: Path) -> list[LoadReport]:
    slug = universe.SYSTEM.slug
    if edition.codes is None:
        if edition.version not in [v.version for v in registry.versions(slug)]:
            registry.add_version(
                slug, edition.version, valid_from=edition.valid_from, valid_to=edition.valid_to
            )
        return []
    name = f"demo-{edition.update_from or edition.version}.json"
    rows = [{"code": c, "text": t} for c, t in edition.codes.items()]
    (folder / name).write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    options = LoadOptions(
        system=slug, version=edition.version, valid_from=edition.valid_from, valid_to=edition.valid_to,
        kind="update" if edition.update_from else "", effective_from=edition.update_from,
        published=(edition.update_from or edition.valid_from).isoformat(), label_kind="label.full",
    )  # fmt: skip
    return load_paths(registry, [folder / name], options)


def fetch_packages(
    registry: Registry, missed: Callable[[str, str], None], progress: Progress = silent
) -> Iterator[list[LoadReport]]:
    """Fetch and load the packages; yields the reports of one package at a time.

    A package that cannot be fetched is passed to ``missed`` with the reason, and its other versions are not tried,
    because a machine without a network would wait for each of them.
    """
    failed: set[str] = set()
    for name, version in PACKAGES:
        if name in failed:
            continue
        try:
            found = fetch(name, version=version, cache_dir=default_cache(), timeout=60)
            yield found.load(registry, progress=progress)
        except GyldigError as error:
            failed.add(name)
            missed(f"{name} {version}", error.text)
