"""One thing that `check` has to say about a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.sanitize import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.packs.diagnostics import Fault, KeyPath, PackError
    from tutor.packs.exercise import Exercise
    from tutor.packs.toml_source import TomlSource

_WARNING = N_("{place}: warning: {text}")
_NOTE = N_("{place}: note: {text}")


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """A fault; or a warning: the exercise works, but teaches worse than it could; or a note, which may be left so.

    `message` is in the language in use. Findings sort by file, line and key. `line` is 1 where no line is to blame.
    """

    path: str
    line: int
    key: str
    message: str
    warning: bool = False
    note: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the exercise does not work so."""
        return not self.warning and not self.note

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}"
        text = f"{self.key}: {self.message}" if self.key else self.message
        if not self.is_error:
            return escape_invisible(str(message(_NOTE if self.note else _WARNING, place=place, text=text)))
        return escape_invisible(f"{place}: {text}")


def diagnostic_from_fault(fault: Fault) -> Diagnostic:
    return Diagnostic(str(fault.path or ""), fault.line or 1, fault.key, str(fault.message))


def diagnostics_from_error(error: PackError) -> list[Diagnostic]:
    return [diagnostic_from_fault(fault) for fault in error.faults]


@dataclass(frozen=True)
class CheckTarget:
    """What is checked of one file: its text, its exercise (None where it can't be opened), what its pack promises."""

    path: Path
    source: TomlSource
    exercise: Exercise | None
    languages: tuple[str, ...]

    def fault(self, text: Message, *key_path: str | int) -> Diagnostic:
        return diagnostic_from_fault(self.source.fault(key_path, text))

    def warning(self, text: Message, *key_path: str | int) -> Diagnostic:
        fault = self.source.fault(key_path, text)
        return Diagnostic(str(fault.path), fault.line or 1, fault.key, str(text), warning=True)

    def note(self, text: Message, *key_path: str | int) -> Diagnostic:
        return replace(self.warning(text, *key_path), warning=False, note=True)

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Every text that people see, with its place; one that is for all languages has the place of its key."""
        yield from _iter_texts(self.source.data, ())


#: Keys whose texts are shown, at any depth; what stands in other texts is read by the program.
_TEXT_KEYS = {
    "title",
    "text",
    "after",
    "hint",
    "en",
    "ko",
    "prompt",
    "why",
    "labels",
    "description",
    "presumes",
    "choices",
}


def _iter_texts(data: object, place: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _iter_texts(value, (*place, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _iter_texts(value, (*place, position))
    elif isinstance(data, str):
        names = [part for part in place if isinstance(part, str)]
        if names and (names[-1] in _TEXT_KEYS or names[0] == "labels"):
            yield place, data
