"""Errors, warnings and notes about packs, each with its place and a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.i18n import N_, Message, message
from tutor.packs.sanitize import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tutor.algebra.errors import AlgebraError

#: At most this many errors of one file are reported.
MAX_ERRORS = 200

#: The keys, and positions in lists, that lead to a value in a file.
KeyPath: TypeAlias = tuple[str | int, ...]
Severity: TypeAlias = Literal["error", "warning", "note"]

_WARNING = N_("{place}: warning: {text}")
_NOTE = N_("{place}: note: {text}")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to say about a file. With a warning the exercise works, and a note needs no change.

    `path` and `line` are None if no file or line is to blame; `key` is dotted as in TOML, or empty.
    """

    severity: Severity
    path: Path | None
    line: int | None
    key: str
    message: Message

    @property
    def is_error(self) -> bool:
        """Whether the file can't be used as it is."""
        return self.severity == "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part)
        text = f"{self.key}: {self.message}" if self.key else str(self.message)
        if self.is_error:
            return escape_invisible(f"{place}: {text}" if place else text)
        return escape_invisible(str(message(_WARNING if self.severity == "warning" else _NOTE, place=place, text=text)))


class PackError(Exception):
    """Everything that is wrong with a file or a pack, in the order of its lines."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda each: (str(each.path or ""), each.line or 0)))
        super().__init__(*self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


class PackNotExerciseError(PackError):
    """A pack where one of its exercises is needed."""


def pack_error(text: Message, path: Path | None = None, line: int | None = None, key: str = "") -> PackError:
    """Return an error with a single diagnostic, to be raised."""
    return PackError([Diagnostic("error", path, line, key, text)])


def format_key_path(key_path: KeyPath) -> str:
    """Return a key path as TOML writes it: `blank."u->L".mistake[0].answer`."""
    dotted = ""
    for part in key_path:
        if isinstance(part, int):
            dotted += f"[{part}]"
        else:
            bare = part.replace("_", "a").replace("-", "a")
            name = part if bare.isalnum() and bare.isascii() else f'"{part}"'
            dotted += f".{name}" if dotted else name
    return dotted


def with_position(error: AlgebraError, text: str) -> Message:
    """Return the message of an algebra error with the piece of `text` that it is about."""
    piece = text[error.position : error.position + error.length].strip()
    if not piece:
        return error.message
    place = N_("{problem} (Character {n}: “{piece}”.)")
    return message(place, problem=error.message, n=error.position + 1, piece=piece)
