"""A pack in a folder or an archive, whatever state it is in: its titles, and its exercises to be opened."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, N_, LocalizedText, message
from tutor.packs.archive import PACK_FILE, enclosing_archive, is_archive, open_archive
from tutor.packs.diagnostics import Fault, PackError, pack_error
from tutor.packs.ids import is_valid_id
from tutor.packs.sanitize import clean_text, clean_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.title_cache import TitleCache
    from tutor.packs.toml_source import TomlSource

NO_EXERCISES = N_("There is no exercise in this pack. Add a file such as 01-first.toml.")
#: A file may set its id where a line begins so; a key can hide behind escapes.
_ID_LINE = re.compile(r"""^[ \t]*(?:id|"id"|'id'|"[^"\n]*\\)""", re.MULTILINE)
_LEADING_NUMBER = re.compile(r"[0-9]+[-_. ]+(?=.)")


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    """One exercise in the list of a pack."""

    id: str
    title: LocalizedText
    path: Path


@dataclass(frozen=True)
class Pack:
    """A folder of exercises. `faults` are those of its `pack.toml`; a pack that has some can't be opened.

    Its exercises are an `exam` where they don't say. `order` is where it wants to stand among the packs beside it, None for after those that say so.
    """

    id: str
    title: LocalizedText
    description: LocalizedText
    folder: Path
    faults: tuple[Fault, ...] = ()
    order: int | None = None
    exam: bool = False
    #: Where its titles are remembered.
    title_cache: TitleCache | None = field(default=None, repr=False, compare=False)

    @cached_property
    def entries(self) -> tuple[ExerciseEntry, ...]:
        """Its exercises, in the order of their file names; also those that can't be opened."""
        files = exercise_files(self.folder)
        known = self.title_cache.lookup(self.folder, files) if self.title_cache else None
        if known is not None:
            return tuple(ExerciseEntry(name, title, path) for path, (name, title) in zip(files, known, strict=True))
        found = tuple(map(self._read_entry, files))
        if self.title_cache and not enclosing_archive(self.folder):
            self.title_cache.store(self.folder, files, found)
        return found

    @cached_property
    def entries_without_titles(self) -> tuple[ExerciseEntry, ...]:
        """The same with their ids for titles: only files that may set an id are read as TOML."""
        return tuple(map(self._make_entry_without_title, exercise_files(self.folder)))

    def _make_entry_without_title(self, path: Path) -> ExerciseEntry:
        from tutor.packs.toml_source import read_text

        by_name = id_from_path(path)
        try:
            sets_id = _ID_LINE.search(read_text(path, self.folder))
        except PackError:
            sets_id = None
        return self._read_entry(path) if sets_id else ExerciseEntry(by_name, LocalizedText({"": by_name}), path)

    def _read_entry(self, path: Path) -> ExerciseEntry:
        from tutor.packs.toml_source import read_header, read_source

        by_name = id_from_path(path)
        try:
            data = read_header(path, self.folder)
            if "title" not in data:  # It may be a table further down.
                data = read_source(path, self.folder).data
        except PackError:
            return ExerciseEntry(by_name, LocalizedText({"": by_name}), path)
        own = data.get("id")
        entry_id = own if isinstance(own, str) and is_valid_id(own) else by_name
        graph = data.get("graph")
        title = _parse_title(data.get("title")) or _parse_title(graph if isinstance(graph, str) else None)
        return ExerciseEntry(entry_id, title or LocalizedText({"": entry_id}), path)

    def open(self, exercise_id: str) -> Exercise:
        """An exercise of this pack. Raises `PackError` with everything that is wrong with it."""
        if self.faults:
            raise PackError(self.faults)
        entry = next((entry for entry in self.entries if entry.id == exercise_id), None)
        if entry is None:
            text = N_("There is no exercise “{name}”. `backprop-tutor list` shows all.")
            raise pack_error(message(text, name=f"{self.id}/{exercise_id}"))
        self._check_unique(exercise_id)
        from tutor.packs.loader import load_exercise, load_pack_file

        load_pack_file(self.folder / PACK_FILE, self.folder)
        return load_exercise(entry.path, self.folder, self.id, exercise_id, self.exam)

    def _check_unique(self, exercise_id: str) -> None:
        faults = duplicate_ids([entry for entry in self.entries if entry.id == exercise_id])
        if faults:
            raise PackError(faults)


def duplicate_ids(entries: list[ExerciseEntry]) -> list[Fault]:
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


def read_pack(folder: Path, title_cache: TitleCache | None = None) -> Pack:
    """The pack in a folder or an archive, whatever state it is in. `titles` is where its titles are remembered."""
    known = title_cache.lookup_pack(folder) if title_cache else None
    if known is not None:
        return known
    # A list whose titles are all known is shown without what reads files.
    from tutor.packs.toml_source import read_source

    by_name = clean_title(folder.stem if is_archive(folder) else folder.name)
    try:
        if is_archive(folder):
            folder = open_archive(folder).folder
        source = read_source(folder / PACK_FILE, folder)
    except PackError as error:
        return Pack(
            by_name, LocalizedText({"": by_name}), LocalizedText({}), folder, error.faults, title_cache=title_cache
        )
    data = source.data
    own = data.get("id")
    pack_id = own if isinstance(own, str) and is_valid_id(own) else by_name
    title = _parse_title(data.get("title")) or LocalizedText({"": pack_id})
    description = _parse_description(data.get("description"))
    order = data.get("order")
    place = order if isinstance(order, int) else None
    faults, exam = tuple(_format_faults(source)), data.get("mode") == "exam"
    found = Pack(pack_id, title, description, folder, faults, place, exam, title_cache)
    if title_cache and not faults and not enclosing_archive(folder):
        title_cache.store_pack(found)
    return found


def id_from_path(path: Path) -> str:
    """The id that an exercise has by its file name."""
    return clean_title(_LEADING_NUMBER.sub("", unicodedata.normalize("NFC", path.stem), count=1))


def exercise_files(folder: Path) -> list[Path]:
    """The files of the exercises in a pack's folder, in their order."""
    try:
        archive = enclosing_archive(folder)
        inside = open_archive(archive).files if archive else [path for path in folder.iterdir() if not path.is_dir()]
    except (OSError, PackError):
        return []
    shown = [
        path for path in inside if path.suffix == ".toml" and path.name != PACK_FILE and not path.name.startswith(".")
    ]
    return sorted(shown, key=lambda path: path.name)


def _format_faults(source: TomlSource) -> Iterator[Fault]:
    from tutor.packs.toml_source import FORMAT_VERSION, NEWER_FORMAT

    version = source.data.get("format")
    if isinstance(version, int) and version > FORMAT_VERSION:
        yield source.fault(("format",), message(NEWER_FORMAT))


def _parse_title(raw: Any) -> LocalizedText | None:
    """A title as far as it can be read, in one line for each language."""
    found = {language: clean_title(text) for language, text in _strings_by_language(raw).items()}
    return LocalizedText(found) if any(found.values()) else None


def _parse_description(raw: Any) -> LocalizedText:
    return LocalizedText({language: clean_text(text) for language, text in _strings_by_language(raw).items()})


def _strings_by_language(raw: Any) -> dict[str, str]:
    texts = {"": raw} if isinstance(raw, str) else raw if isinstance(raw, dict) else {}
    return {key: text for key, text in texts.items() if key in ("", *LANGUAGES) and isinstance(text, str)}
