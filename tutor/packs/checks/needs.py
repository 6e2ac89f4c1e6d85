"""Check that exercises which others need exist, and that none comes before itself."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.diagnostics import Diagnostic, PackError
from tutor.packs.pack_reader import read_ids
from tutor.packs.toml_source import read_header, read_source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.title_cache import ExerciseEntry

_UNKNOWN_NEED = N_("There is no exercise “{name}” in the pack {pack}. Correct or remove the name.")
_UNKNOWN_NEED_NEAR = N_("There is no exercise “{name}” in the pack {pack}. Did you mean {near}?")
_NEEDS_ITSELF = N_("An exercise can't need itself. Remove this name.")
_CIRCLE = N_("These exercises need one another in a circle: {names}. Remove one of the needs.")
_NO_SUCH_PACK = N_(
    "The pack “{pack}” with the exercise “{name}” was not found. Put it beside this one, or correct the name."
)


def check(target: CheckTarget, own_id: str, pack: str, folder: Path, known_ids: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield an error for each needed exercise that is missing or is itself, a warning if its pack can't be found."""
    for need in _own_needs(target.source.data):
        pack_id, _, name = need.partition("/")
        if (pack_id, name) == (pack, own_id):
            yield target.error(message(_NEEDS_ITSELF), "needs")
            continue
        ids = known_ids if pack_id == pack else _exercise_ids_in(pack_id, folder.resolve().parent)
        if ids is None:
            yield target.warning(message(_NO_SUCH_PACK, pack=pack_id, name=need), "needs")
        elif name not in ids:
            near = difflib.get_close_matches(need, [f"{pack_id}/{exercise_id}" for exercise_id in ids], n=1)
            text = message(_UNKNOWN_NEED, name=need, pack=pack_id)
            if near:
                text = message(_UNKNOWN_NEED_NEAR, name=need, pack=pack_id, near=near[0])
            yield target.error(text, "needs")


def check_circles(pack: str, folder: Path, entries: Sequence[ExerciseEntry]) -> Iterator[Diagnostic]:
    """Yield an error for each circle of exercises of a pack that need each other, at the first of them."""
    needs = {entry.id: _needs_within(pack, folder, entry) for entry in entries}
    paths = {entry.id: entry.path for entry in entries}
    done: set[str] = set()
    for start in needs:
        circle = _find_circle(start, needs, done)
        if circle:
            source = read_source(paths[circle[0]], folder)
            yield source.diagnostic(("needs",), message(_CIRCLE, names=" → ".join([*circle, circle[0]])))


def _find_circle(start: str, needs: Mapping[str, Sequence[str]], done: set[str]) -> list[str]:
    """Return a circle that is reached from an exercise, if any; add all that were visited to `done`."""
    path: list[str] = []
    pending = [] if start in done else [iter([start])]
    while pending:
        following = next(pending[-1], None)
        if following is None:
            pending.pop()
            if path:
                done.add(path.pop())
        elif following in path:
            circle = path[path.index(following) :]
            done.update(path)
            return circle
        elif following not in done:
            path.append(following)
            pending.append(iter(needs.get(following, ())))
    return []


def _needs_within(pack: str, folder: Path, entry: ExerciseEntry) -> list[str]:
    """Return the ids of the other exercises of the same pack that an exercise needs."""
    try:
        # Few files have needs, and only their first lines are parsed.
        data = read_header(entry.path, folder) if "needs" in read_text(entry.path, folder) else {}
    except PackError:
        return []
    names = (need.partition("/") for need in _own_needs(data))
    return [name for pack_id, _, name in names if pack_id == pack and name != entry.id]


def _own_needs(data: Mapping[str, object]) -> list[str]:
    needs = data.get("needs")
    return [need for need in needs if isinstance(need, str)] if isinstance(needs, list) else []


@cache
def _exercise_ids_in(pack_id: str, parent: Path) -> tuple[str, ...] | None:
    """Return the ids of the exercises in another pack, in the same folder or known to the program."""
    for pack in (*map(library.read_pack, library.list_packs(parent)), *library.all_packs()):
        if pack.id == pack_id:
            return tuple(entry.id for entry in read_ids(pack.folder))
    return None
