"""Modules that documents, docstrings and comments name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.test_plain_english import MODULES, PAGES, ROOT, prose

_NAME = re.compile(r"``?((?:api|benchmarks|loaders|mappings|registry)(?:[./]\w+)+)``?")
#: modules that a decision plans
_PLANNED = {"registry/store/adoption.py"}


def _exists(name: str) -> bool:
    """Whether the name is a file, a module, a package, or a name in a module."""
    parts = re.split(r"[./]", name)
    path = ROOT.joinpath(*parts)
    if (ROOT / name).exists() or path.is_dir() or path.with_suffix(".py").exists():
        return True
    owner = ROOT.joinpath(*parts[:-1])
    file = owner.with_suffix(".py") if owner.with_suffix(".py").exists() else owner / "__init__.py"
    if not file.exists():
        return len(parts) > 2 and _exists(".".join(parts[:-1]))
    return re.search(rf"\b{parts[-1]}\b", file.read_text(encoding="utf-8")) is not None


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda p: str(p.relative_to(ROOT)))
def test_named_modules_exist(path: Path) -> None:
    texts = [path.read_text(encoding="utf-8")] if path.suffix == ".md" else [text for _, text in prose(path)]
    named = {m[1] for text in texts for m in _NAME.finditer(text)} - _PLANNED
    assert not [name for name in sorted(named) if not _exists(name)]
