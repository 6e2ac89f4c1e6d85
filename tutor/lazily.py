"""Names of a package that are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def found(name: str, package: str, modules: Mapping[str, str]) -> Any:
    """What `package` calls `name`, from the module in which `modules` says it is. Raises AttributeError."""
    if name not in modules:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    return getattr(import_module(f"{package}.{modules[name]}"), name)
