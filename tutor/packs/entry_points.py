"""Packs offered by installed Python packages, none of which is imported.

An entry point of the group `backprop_tutor.packs` names a folder of its package as Python would name a module:
`my_course.packs` is the folder `packs` in the package `my_course`. It is a pack, or holds packs.
"""

from __future__ import annotations

from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.packs.archive import has_pack_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "backprop_tutor.packs"


def entry_point_packs() -> tuple[Path, ...]:
    """Return the folders of packs that installed packages offer, in the order of their entry points' names."""
    points = sorted(_entry_points(), key=lambda point: (point.name, point.value))
    packs = (pack for point in points for folder in _resolve_folders(point.value) for pack in _list_packs(folder))
    return tuple(dict.fromkeys(packs))


def _entry_points() -> Iterator[EntryPoint]:
    """Yield the entry points of each distribution, without those whose metadata can't be read."""
    seen: set[str] = set()
    for distribution in distributions():
        try:
            points = list(distribution.entry_points.select(group=ENTRY_POINT_GROUP))
            # The first of two distributions with one name is the one that is imported.
            name = distribution.metadata["Name"] if points else ""
        except Exception:  # Another package's files may hold anything; the other packs are still there.
            continue
        if points and name not in seen:
            seen.add(name)
            yield from points


def _resolve_folders(value: str) -> Iterator[Path]:
    """Yield the folders that the value of an entry point names."""
    module, _, below = value.partition("[")[0].strip().partition(":")
    top, *parts = (part.strip() for part in (f"{module}.{below}" if below else module).split("."))
    for folder in _package_folders(top):
        inner = folder.joinpath(*parts)
        if ".." not in parts and inner.is_dir() and inner.resolve().is_relative_to(folder.resolve()):
            yield inner


def _package_folders(name: str) -> list[Path]:
    """Return the folders of a package, as import finders know them, without running its code."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return []
    if spec is None:
        return []
    try:
        return [Path(place) for place in spec.submodule_search_locations or ()]
    except Exception:  # Another package's finder may do anything wrong; the other packs are still there.
        return []


def _list_packs(folder: Path) -> list[Path]:
    if has_pack_file(folder):
        return [folder]
    try:
        return sorted(path for path in folder.iterdir() if has_pack_file(path))
    except OSError:
        return []
