"""A pack in a folder or an archive, whatever state it is in: its titles, and its exercises to be opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, N_, Text, message
from tutor.packs.archive import PACK_FILE, around, is_archive, open_archive
from tutor.packs.faults import Fault, PackError, refusal
from tutor.packs.ids import is_id
from tutor.packs.plain_text import one_line, paragraphs

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise
    from tutor.packs.source import Source
    from tutor.packs.titles import Titles

NO_EXERCISES = N_("There is no exercise in this pack. Add a file such as 01-first.toml.")
#: A file may set its id where a line begins so; a key can hide behind escapes.
_SETS_ID = re.compile(r"""^[ \t]*(?:id|"id"|'id'|"[^"\n]*\\)""", re.MULTILINE)
_LEADING_NUMBER = re.compile(r"[0-9]+[-_. ]+(?=.)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One exercise in the list of a pack."""

    id: str
    title: Text
    path: Path


@dataclass(frozen=True)
class Pack:
    """A folder of exercises. `faults` are those of its `pack.toml`; a pack that has some can't be opened.

    Its exercises are an `exam` where they don't say. `order` is where it wants to stand among the packs beside it, None for after those that say so.
    """

    id: str
    title: Text
    description: Text
    folder: Path
    faults: tuple[Fault, ...] = ()
    order: int | None = None
    exam: bool = False
    #: Where its titles are remembered.
    titles: Titles | None = field(default=None, repr=False, compare=False)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its exercises, in the order of their file names; also those that can't be opened."""
        files = exercise_files(self.folder)
        known = self.titles.of(self.folder, files) if self.titles else None
        if known is not None:
            return tuple(Entry(name, title, path) for path, (name, title) in zip(files, known, strict=True))
        found = tuple(map(self._entry, files))
        if self.titles and not around(self.folder):
            self.titles.keep(self.folder, files, found)
        return found

    @cached_property
    def untitled(self) -> tuple[Entry, ...]:
        """The same with their ids for titles: only files that may set an id are read as TOML."""
        return tuple(map(self._untitled, exercise_files(self.folder)))

    def _untitled(self, path: Path) -> Entry:
        from tutor.packs.source import read_text

        by_name = id_of(path)
        try:
            sets_id = _SETS_ID.search(read_text(path, self.folder))
        except PackError:
            sets_id = None
        return self._entry(path) if sets_id else Entry(by_name, Text({"": by_name}), path)

    def _entry(self, path: Path) -> Entry:
        from tutor.packs.source import read, read_top

        by_name = id_of(path)
        try:
            data = read_top(path, self.folder)
            if "title" not in data:  # It may be a table further down.
                data = read(path, self.folder).data
        except PackError:
            return Entry(by_name, Text({"": by_name}), path)
        own = data.get("id")
        entry_id = own if isinstance(own, str) and is_id(own) else by_name
        graph = data.get("graph")
        title = _title(data.get("title")) or _title(graph if isinstance(graph, str) else None)
        return Entry(entry_id, title or Text({"": entry_id}), path)

    def open(self, exercise_id: str) -> Exercise:
        """An exercise of this pack. Raises `PackError` with everything that is wrong with it."""
        if self.faults:
            raise PackError(self.faults)
        entry = next((entry for entry in self.entries if entry.id == exercise_id), None)
        if entry is None:
            text = N_("There is no exercise “{name}”. `backprop-tutor list` shows all.")
            raise refusal(message(text, name=f"{self.id}/{exercise_id}"))
        self._check_unique(exercise_id)
        from tutor.packs.loading import open_exercise, read_pack

        read_pack(self.folder / PACK_FILE, self.folder)
        return open_exercise(entry.path, self.folder, self.id, exercise_id, self.exam)

    def _check_unique(self, exercise_id: str) -> None:
        faults = twice([entry for entry in self.entries if entry.id == exercise_id])
        if faults:
            raise PackError(faults)


def twice(entries: list[Entry]) -> list[Fault]:
    """A fault for every entry that has the id of an earlier one."""
    first: dict[str, Path] = {}
    found = []
    for entry in entries:
        if entry.id in first:
            text = message(
                N_("The exercise in {file} has the id “{id}” as well. Rename one of the two."),
                file=first[entry.id].name,
                id=entry.id,
            )
            found.append(Fault(entry.path, None, "id", text))
        first.setdefault(entry.id, entry.path)
    return found


def pack(folder: Path, titles: Titles | None = None) -> Pack:
    """The pack in a folder or an archive, whatever state it is in. `titles` is where its titles are remembered."""
    known = titles.head(folder) if titles else None
    if known is not None:
        return known
    # A list whose titles are all known is shown without what reads files.
    from tutor.packs.source import read

    by_name = one_line(folder.stem if is_archive(folder) else folder.name)
    try:
        if is_archive(folder):
            folder = open_archive(folder).folder
        source = read(folder / PACK_FILE, folder)
    except PackError as error:
        return Pack(by_name, Text({"": by_name}), Text({}), folder, error.faults, titles=titles)
    data = source.data
    own = data.get("id")
    pack_id = own if isinstance(own, str) and is_id(own) else by_name
    title = _title(data.get("title")) or Text({"": pack_id})
    description = _description(data.get("description"))
    order = data.get("order")
    place = order if isinstance(order, int) else None
    faults, exam = tuple(_format_faults(source)), data.get("mode") == "exam"
    found = Pack(pack_id, title, description, folder, faults, place, exam, titles)
    if titles and not faults and not around(folder):
        titles.keep_head(found)
    return found


def id_of(path: Path) -> str:
    """The id that an exercise has by its file name."""
    return one_line(_LEADING_NUMBER.sub("", unicodedata.normalize("NFC", path.stem), count=1))


def exercise_files(folder: Path) -> list[Path]:
    """The files of the exercises in a pack's folder, in their order."""
    try:
        archive = around(folder)
        inside = open_archive(archive).files if archive else [path for path in folder.iterdir() if not path.is_dir()]
    except (OSError, PackError):
        return []
    shown = [
        path for path in inside if path.suffix == ".toml" and path.name != PACK_FILE and not path.name.startswith(".")
    ]
    return sorted(shown, key=lambda path: path.name)


def _format_faults(source: Source) -> Iterator[Fault]:
    from tutor.packs.source import FORMAT, NEWER

    version = source.data.get("format")
    if isinstance(version, int) and version > FORMAT:
        yield source.fault(("format",), message(NEWER))


def _title(raw: Any) -> Text | None:
    """A title as far as it can be read, in one line for each language."""
    found = {language: one_line(text) for language, text in _strings(raw).items()}
    return Text(found) if any(found.values()) else None


def _description(raw: Any) -> Text:
    return Text({language: paragraphs(text) for language, text in _strings(raw).items()})


def _strings(raw: Any) -> dict[str, str]:
    texts = {"": raw} if isinstance(raw, str) else raw if isinstance(raw, dict) else {}
    return {key: text for key, text in texts.items() if key in ("", *LANGUAGES) and isinstance(text, str)}
