"""Examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

PACKAGES = ("api", "loaders", "mappings", "registry")


def _modules() -> list[str]:
    found = []
    for name in PACKAGES:
        package = importlib.import_module(name)
        found += [m.name for m in pkgutil.walk_packages(package.__path__, f"{name}.")]
    return sorted(m for m in found if ".migrations" not in m)


@pytest.mark.parametrize("name", _modules())
def test_examples_run(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", _modules())
def test_modules_say_what_belongs_in_them(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__ or hasattr(module, "__path__")
