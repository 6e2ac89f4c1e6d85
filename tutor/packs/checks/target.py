"""The exercises and files that checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.i18n import LANGUAGES
from tutor.packs.assessment import NO_TERMS, PackTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tutor.i18n import Message
    from tutor.packs.diagnostics import Diagnostic, KeyPath
    from tutor.packs.exercise import Exercise
    from tutor.packs.title_cache import ExerciseEntry
    from tutor.packs.toml_source import TomlSource


#: Keys whose texts are shown, at any depth; texts of other keys are for the program.
_TEXT_KEYS = {
    "title", "text", "after", "hint", "prompt", "why", "labels", "description", "presumes", "choices", *LANGUAGES,
}  # fmt: skip

#: A check of one exercise by a package that packs must not import.
ExtraCheck: TypeAlias = "Callable[[CheckTarget], Iterable[Diagnostic]]"
#: The ids of all exercises of each pack, by folder.
KnownIds: TypeAlias = "dict[Path, tuple[str, ...]]"


@dataclass(frozen=True)
class Task:
    """Some exercises of one pack to check."""

    pack: str
    folder: Path
    languages: tuple[str, ...]
    entries: tuple[ExerciseEntry, ...]
    terms: PackTerms = NO_TERMS


@dataclass(frozen=True)
class CheckTarget:
    """One file to check: its text, its exercise (None if it can't be opened), the languages that its pack lists."""

    path: Path
    source: TomlSource
    exercise: Exercise | None
    languages: tuple[str, ...]

    def error(self, text: Message, *key_path: str | int) -> Diagnostic:
        """Return an error at a key of the file."""
        return self.source.diagnostic(key_path, text)

    def warning(self, text: Message, *key_path: str | int) -> Diagnostic:
        """Return a warning at a key of the file."""
        return self.source.diagnostic(key_path, text, "warning")

    def note(self, text: Message, *key_path: str | int) -> Diagnostic:
        """Return a note at a key of the file."""
        return self.source.diagnostic(key_path, text, "note")

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield every text that people see, with its place; one for all languages has the place of its key."""
        for key_path, value in iter_values(self.source.data):
            names = [part for part in key_path if isinstance(part, str)]
            if isinstance(value, str) and names and (names[-1] in _TEXT_KEYS or names[0] == "labels"):
                yield key_path, value


def iter_values(data: object, key_path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Yield every value in nested tables and lists with its place, each before those in it."""
    yield key_path, data
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from iter_values(value, (*key_path, key))
