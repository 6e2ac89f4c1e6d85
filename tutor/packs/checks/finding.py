"""One thing that `check` has to say about a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.i18n import N_, Message, message
from tutor.packs.exercise import Exercise
from tutor.packs.faults import Fault, PackError, Place
from tutor.packs.plain_text import visible
from tutor.packs.source import Source

_WARNING = N_("{place}: warning: {text}")
_NOTE = N_("{place}: note: {text}")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
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
    def fault(self) -> bool:
        """Whether the exercise does not work so."""
        return not self.warning and not self.note

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}"
        text = f"{self.key}: {self.message}" if self.key else self.message
        if not self.fault:
            return visible(str(message(_NOTE if self.note else _WARNING, place=place, text=text)))
        return visible(f"{place}: {text}")


def of_fault(fault: Fault) -> Finding:
    return Finding(str(fault.path or ""), fault.line or 1, fault.key, str(fault.message))


def of_error(error: PackError) -> list[Finding]:
    return [of_fault(fault) for fault in error.faults]


@dataclass(frozen=True)
class Subject:
    """What is checked of one file: its text, its exercise (None where it can't be opened), what its pack promises."""

    path: Path
    source: Source
    exercise: Exercise | None
    languages: tuple[str, ...]

    def fault(self, text: Message, *place: str | int) -> Finding:
        return of_fault(self.source.fault(place, text))

    def warning(self, text: Message, *place: str | int) -> Finding:
        fault = self.source.fault(place, text)
        return Finding(str(fault.path), fault.line or 1, fault.key, str(text), warning=True)

    def note(self, text: Message, *place: str | int) -> Finding:
        return replace(self.warning(text, *place), warning=False, note=True)

    def texts(self) -> Iterator[tuple[Place, str]]:
        """Every text that people see, with its place; one that is for all languages has the place of its key."""
        yield from _texts_in(self.source.data, ())


#: Keys whose texts are shown, at any depth; what stands in other texts is read by the program.
_SHOWN = {"title", "text", "after", "hint", "en", "ko", "prompt", "why", "labels", "description", "presumes", "choices"}


def _texts_in(data: object, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _texts_in(value, (*place, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _texts_in(value, (*place, position))
    elif isinstance(data, str):
        names = [part for part in place if isinstance(part, str)]
        if names and (names[-1] in _SHOWN or names[0] == "labels"):
            yield place, data
