"""What only the pack as a whole can tell: its description, ids that stand twice, exercises that are needed first."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from tutor.i18n import N_, message
from tutor.packs.archive import PACK_FILE
from tutor.packs.checks import languages
from tutor.packs.checks.finding import Finding, Subject, of_error, of_fault
from tutor.packs.faults import PackError
from tutor.packs.loading import read_pack
from tutor.packs.pack import Pack, twice
from tutor.packs.source import read

_NO_EXERCISES = N_("There is no exercise in this pack. Add a file such as 01-first.toml.")
_NO_LANGUAGES = N_('The pack does not say its languages. Add languages = ["en"], or those it is written in.')
_NO_TITLE = N_('The pack has no title. Add title = "…".')
_UNKNOWN_NEED = N_("There is no exercise “{name}” in this pack. Correct the name or leave it out.")
_UNKNOWN_NEED_NEAR = N_("There is no exercise “{name}” in this pack. Did you mean {near}?")


def check(found: Pack) -> tuple[list[Finding], tuple[str, ...]]:
    """What is to be said of the pack itself, and the languages it lists."""
    path = found.folder / PACK_FILE
    try:
        file = read_pack(path, found.folder)
        source = read(path, found.folder)
    except PackError as error:
        return [*of_error(error), *map(of_fault, twice(list(found.entries)))], ()
    subject = Subject(path, source, None, file.languages)
    told = [*map(of_fault, twice(list(found.entries))), *languages.check(subject)]
    if not found.entries:
        told.append(of_fault(source.fault((), message(_NO_EXERCISES))))
    if not file.languages:
        told.append(subject.warning(message(_NO_LANGUAGES), "languages"))
    if file.title is None:
        told.append(subject.warning(message(_NO_TITLE), "title"))
    return told, file.languages


def check_needs(subject: Subject, pack: str, known: Sequence[str]) -> Iterator[Finding]:
    """A fault for every exercise of this pack that is needed and isn't there."""
    needs = subject.source.data.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, str) and need.partition("/")[0] == pack and need.partition("/")[2] not in known:
            near = difflib.get_close_matches(need, [f"{pack}/{name}" for name in known], n=1)
            text = message(_UNKNOWN_NEED_NEAR, name=need, near=near[0]) if near else message(_UNKNOWN_NEED, name=need)
            yield subject.fault(text, "needs")
