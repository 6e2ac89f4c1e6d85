"""Checks of a pack as a whole: its own file, duplicate ids, exercises that others need."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.archive import PACK_FILE
from tutor.packs.checks import languages
from tutor.packs.checks.target import CheckTarget
from tutor.packs.diagnostics import PackError
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import NO_EXERCISES, duplicate_ids
from tutor.packs.pack_reader import read_ids
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.title_cache import ExerciseEntry

_NO_LANGUAGES = N_('The pack does not say its languages. Add languages = ["en"], or those it is written in.')
_NO_TITLE = N_('The pack has no title. Add title = "…".')
_UNKNOWN_NEED = N_("There is no exercise “{name}” in the pack {pack}. Correct the name or leave it out.")
_UNKNOWN_NEED_NEAR = N_("There is no exercise “{name}” in the pack {pack}. Did you mean {near}?")
_NEEDS_ITSELF = N_("An exercise can't come before itself. Leave it out.")
_NO_SUCH_PACK = N_(
    "There is no pack “{pack}” here to look for “{name}” in. Put it beside this one, or correct the name."
)


def check(folder: Path, entries: Sequence[ExerciseEntry]) -> tuple[list[Diagnostic], tuple[str, ...]]:
    """Return what is wrong with the pack itself, and the languages that it lists."""
    path = folder / PACK_FILE
    duplicates = list(duplicate_ids(entries))
    try:
        file = load_pack_file(path, folder)
        source = read_source(path, folder)
    except PackError as error:
        return [*error.diagnostics, *duplicates], ()
    target = CheckTarget(path, source, None, file.languages)
    diagnostics = [*duplicates, *languages.check(target)]
    if not entries:
        diagnostics.append(target.error(message(NO_EXERCISES)))
    if not file.languages:
        diagnostics.append(target.warning(message(_NO_LANGUAGES), "languages"))
    if file.title is None:
        diagnostics.append(target.warning(message(_NO_TITLE), "title"))
    return diagnostics, file.languages


def check_needs(
    target: CheckTarget, own_id: str, pack: str, folder: Path, known_ids: Sequence[str]
) -> Iterator[Diagnostic]:
    """Yield an error for each needed exercise that is missing or is itself, a warning if its pack can't be found."""
    needs = target.source.data.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if not isinstance(need, str):
            continue
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


@cache
def _exercise_ids_in(pack_id: str, parent: Path) -> tuple[str, ...] | None:
    """Return the ids of the exercises in another pack, in the same folder or known to the program."""
    for pack in (*map(library.read_pack, library.list_packs(parent)), *library.all_packs()):
        if pack.id == pack_id:
            return tuple(entry.id for entry in read_ids(pack.folder))
    return None
