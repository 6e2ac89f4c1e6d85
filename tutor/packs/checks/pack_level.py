"""What only the pack as a whole can tell: its description, ids that stand twice, exercises that are needed first."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.archive import PACK_FILE
from tutor.packs.checks import languages
from tutor.packs.checks.target import CheckTarget, Diagnostic, diagnostic_from_fault, diagnostics_from_error
from tutor.packs.diagnostics import PackError
from tutor.packs.loader import load_pack_file
from tutor.packs.pack import NO_EXERCISES, Pack, duplicate_ids
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_NO_LANGUAGES = N_('The pack does not say its languages. Add languages = ["en"], or those it is written in.')
_NO_TITLE = N_('The pack has no title. Add title = "…".')
_UNKNOWN_NEED = N_("There is no exercise “{name}” in the pack {pack}. Correct the name or leave it out.")
_UNKNOWN_NEED_NEAR = N_("There is no exercise “{name}” in the pack {pack}. Did you mean {near}?")
_NO_SUCH_PACK = N_(
    "There is no pack “{pack}” here to look for “{name}” in. Put it beside this one, or correct the name."
)


def check(found: Pack) -> tuple[list[Diagnostic], tuple[str, ...]]:
    """What is to be said of the pack itself, and the languages it lists."""
    path = found.folder / PACK_FILE
    try:
        file = load_pack_file(path, found.folder)
        source = read_source(path, found.folder)
    except PackError as error:
        return [
            *diagnostics_from_error(error),
            *map(diagnostic_from_fault, duplicate_ids(list(found.entries_without_titles))),
        ], ()
    subject = CheckTarget(path, source, None, file.languages)
    told = [*map(diagnostic_from_fault, duplicate_ids(list(found.entries_without_titles))), *languages.check(subject)]
    if not found.entries_without_titles:
        told.append(diagnostic_from_fault(source.fault((), message(NO_EXERCISES))))
    if not file.languages:
        told.append(subject.warning(message(_NO_LANGUAGES), "languages"))
    if file.title is None:
        told.append(subject.warning(message(_NO_TITLE), "title"))
    return told, file.languages


def check_needs(target: CheckTarget, pack: str, folder: Path, known: Sequence[str]) -> Iterator[Diagnostic]:
    """A fault for every exercise that is needed and isn't there, a warning where its pack isn't here to look."""
    needs = target.source.data.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if not isinstance(need, str):
            continue
        theirs, _, name = need.partition("/")
        ids = known if theirs == pack else _exercise_ids_in(theirs, folder.resolve().parent)
        if ids is None:
            yield target.warning(message(_NO_SUCH_PACK, pack=theirs, name=need), "needs")
        elif name not in ids:
            near = difflib.get_close_matches(need, [f"{theirs}/{one}" for one in ids], n=1)
            text = message(_UNKNOWN_NEED, name=need, pack=theirs)
            yield target.fault(
                message(_UNKNOWN_NEED_NEAR, name=need, pack=theirs, near=near[0]) if near else text, "needs"
            )


@cache
def _exercise_ids_in(pack: str, beside: Path) -> tuple[str, ...] | None:
    """The ids of the exercises in another pack, beside the one that is checked or known to the program."""
    for found in (*map(library.read_pack, library.list_packs(beside)), *library.all_packs()):
        if found.id == pack:
            return tuple(entry.id for entry in found.entries_without_titles)
    return None
