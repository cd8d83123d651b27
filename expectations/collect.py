"""Finds the suites: every module of a package but what its modules share."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def modules(package: str, path: Iterable[str]) -> list[Any]:
    """The modules of a package of suites, by name."""
    names = sorted(module.name for module in iter_modules(path) if module.name != "common")
    return [import_module(f"{package}.{name}") for name in names]
