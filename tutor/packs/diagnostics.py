"""What is wrong with a pack, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.i18n import N_, Message, message
from tutor.packs.sanitize import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tutor.algebra.errors import AlgebraError

#: What follows after so many faults helps nobody.
MAX_FAULTS = 200

#: Where a value stands in a file: keys, and positions in lists.
KeyPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `path` and `line` are None where no file or line is to blame; `key` is dotted, or empty."""

    path: Path | None
    line: int | None
    key: str
    message: Message

    def __str__(self) -> str:
        where = [str(self.path)] if self.path else []
        where += [str(self.line)] if self.line else []
        return escape_invisible(": ".join(part for part in (":".join(where), self.key, str(self.message)) if part))


class PackError(Exception):
    """All that is wrong with a file or a pack, in the order of its lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (str(fault.path or ""), fault.line or 0)))
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def pack_error(text: Message) -> PackError:
    """A refusal that no file is to blame for."""
    return PackError([Fault(None, None, "", text)])


def format_key_path(key_path: KeyPath) -> str:
    """A place as it is written in TOML: `blank."u->L".mistake[0].answer`."""
    found = ""
    for part in key_path:
        if isinstance(part, int):
            found += f"[{part}]"
        else:
            bare = part.replace("_", "a").replace("-", "a")
            name = part if bare.isalnum() and bare.isascii() else f'"{part}"'
            found += f".{name}" if found else name
    return found


def with_position(error: AlgebraError, text: str) -> Message:
    """The sentence of an algebra error, with the place in `text` that it is about."""
    piece = text[error.position : error.position + error.length].strip()
    if not piece:
        return error.message
    place = N_("{problem} (Character {n}: “{piece}”.)")
    return message(place, problem=error.message, n=error.position + 1, piece=piece)
