"""Checks of a pack as a whole: its own file, duplicate ids, circles of exercises that need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.archive import PACK_FILE
from tutor.packs.checks import languages, needs
from tutor.packs.checks.target import CheckTarget
from tutor.packs.diagnostics import PackError
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import NO_EXERCISES, duplicate_ids
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.model import PackFile
    from tutor.packs.title_cache import ExerciseEntry

_NO_LANGUAGES = N_('The pack does not list its languages. Add languages = ["en"], or the languages of its texts.')
_NO_SUCH_EXERCISE = N_("There is no exercise “{id}” in this pack. Its exercises are {known}.")
_NO_TITLE = N_('The pack has no title. Add title = "…".')


def check(pack: str, folder: Path, entries: Sequence[ExerciseEntry]) -> tuple[list[Diagnostic], PackFile | None]:
    """Return what is wrong with the pack itself, and its file; None if that can't be used."""
    path = folder / PACK_FILE
    found = [*duplicate_ids(entries), *needs.check_circles(pack, folder, entries)]
    try:
        file = load_pack_file(path, folder)
        source = read_source(path, folder)
    except PackError as error:
        return [*error.diagnostics, *found], None
    target = CheckTarget(path, source, None, file.languages)
    diagnostics = [*found, *languages.check(target)]
    if not entries:
        diagnostics.append(target.error(message(NO_EXERCISES)))
    if not file.languages:
        diagnostics.append(target.warning(message(_NO_LANGUAGES), "languages"))
    if file.title is None:
        diagnostics.append(target.warning(message(_NO_TITLE), "title"))
    ids = {entry.id for entry in entries}
    for name in file.terms.points_by_exercise:
        if name not in ids:
            text = message(_NO_SUCH_EXERCISE, id=name, known=", ".join(sorted(ids)))
            diagnostics.append(target.error(text, "points", name))
    return diagnostics, file
