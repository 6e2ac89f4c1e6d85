"""Packs in folders and archives: their titles, and their exercises to be opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.archive import enclosing_archive, exercise_files
from tutor.packs.boundary import exercise_boundary
from tutor.packs.diagnostics import Diagnostic, PackError, pack_error
from tutor.packs.ids import id_from_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tutor.i18n import LocalizedText
    from tutor.packs.exercise import Exercise
    from tutor.packs.title_cache import ExerciseEntry, TitleCache

NO_EXERCISES = N_("This pack has no exercise. Add a file such as 01-first.toml.")


@dataclass(frozen=True)
class Pack:
    """A folder of exercises, whatever state it is in. With `errors` in its `pack.toml` it can't be opened.

    `exam` is the mode of exercises that set none; they can be worked on from the time `opens` on. `order` is the position
    among the packs beside it, None for after those that have one.
    """

    id: str
    title: LocalizedText
    description: LocalizedText
    folder: Path
    errors: tuple[Diagnostic, ...] = ()
    order: int | None = None
    exam: bool = False
    opens: datetime | None = None
    title_cache: TitleCache | None = field(default=None, repr=False, compare=False)

    @cached_property
    def entries(self) -> tuple[ExerciseEntry, ...]:
        """Its exercises, in the order of their file names; also those that can't be opened."""
        files = exercise_files(self.folder)
        entries = self.title_cache.lookup(self.folder, files) if self.title_cache else None
        if entries is not None:
            return entries
        # A list whose titles are all cached is shown without parsing TOML.
        from tutor.packs.pack_reader import read_entry

        entries = tuple(read_entry(path, self.folder) for path in files)
        if self.title_cache and not enclosing_archive(self.folder):
            self.title_cache.store(self.folder, entries)
        return entries

    @cached_property
    def _entries_by_id(self) -> dict[str, list[ExerciseEntry]]:
        by_id: dict[str, list[ExerciseEntry]] = {}
        for entry in self.entries:
            by_id.setdefault(entry.id, []).append(entry)
        return by_id

    def open(self, exercise_id: str) -> Exercise:
        """Return an exercise of this pack. Raises `PackError` with everything that is wrong with it."""
        if self.errors:
            raise PackError(self.errors)
        matching = self._entries_by_id.get(exercise_id, [])
        if not matching:
            text = N_("There is no exercise “{name}”. `backprop-tutor list` shows all exercises.")
            raise pack_error(message(text, name=f"{self.id}/{exercise_id}"))
        if len(matching) > 1:
            raise PackError(duplicate_ids(matching))
        return _load_exercise(matching[0].path, self.folder, self.id, exercise_id, check_pack_file=True)


def open_lone_exercise(path: Path) -> Exercise:
    """Return the exercise in a file that belongs to no pack. Raises `PackError` with everything that is wrong."""
    return _load_exercise(path, path.parent, "", id_from_path(path))


def _load_exercise(path: Path, folder: Path, pack: str, exercise_id: str, check_pack_file: bool = False) -> Exercise:
    from tutor.packs.builder.exercise import load_exercise

    with exercise_boundary(path):
        return load_exercise(path, folder, pack, exercise_id, check_pack_file)


def duplicate_ids(entries: Iterable[ExerciseEntry]) -> Iterator[Diagnostic]:
    """Yield an error for every exercise that has the id of an earlier one."""
    first: dict[str, Path] = {}
    for entry in entries:
        if entry.id in first:
            text = message(
                N_("The exercise in {file} also has the id “{id}”. Rename one of the two."),
                file=first[entry.id].name,
                id=entry.id,
            )
            yield Diagnostic("error", entry.path, None, "id", text)
        first.setdefault(entry.id, entry.path)


def read_pack(folder: Path, title_cache: TitleCache | None = None) -> Pack:
    """Return the pack in a folder or an archive, whatever state it is in."""
    header = title_cache.lookup_header(folder) if title_cache else None
    errors: tuple[Diagnostic, ...] = ()
    if header is None:
        from tutor.packs.pack_reader import read_pack_header

        folder, header, errors = read_pack_header(folder)
        if title_cache and not errors and not enclosing_archive(folder):
            title_cache.store_header(folder, header)
    return Pack(
        header.id,
        header.title,
        header.description,
        folder,
        errors,
        header.order,
        header.exam,
        header.opens,
        title_cache,
    )
