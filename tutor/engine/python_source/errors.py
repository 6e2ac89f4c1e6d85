"""Errors and notes about Python source, each with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.python_source.source import PythonSource

#: The most lines that are reported at once.
_MAX_SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """A problem or a note about the characters of a source from `start` to `end`."""

    message: Message
    start: int
    end: int

    def __hash__(self) -> int:
        # The values of a message are in a dictionary.
        return hash((self.message.text, self.start, self.end))


class RefusedError(Exception):
    """A part of a statement that can't become part of a graph; what follows the statement is still looked at."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class PythonError(AlgebraError):
    """Lines of a Python source that can't be taken. Its place is that of the first one."""

    def __init__(self, faults: Sequence[Fault], source: PythonSource) -> None:
        first = faults[0]
        super().__init__(first.message, first.start, first.end - first.start)
        self.faults = faults
        self.source = source

    def __str__(self) -> str:
        return "\n".join(str(line) for line, _fault in self.reports)

    @property
    def reports(self) -> list[tuple[Message, Fault | None]]:
        """Return the sentence of each line with its fault; the last one counts those left out, if there are any."""
        shown: list[tuple[Message, Fault | None]] = [
            (with_place(fault, self.source), fault) for fault in self.faults[:_MAX_SHOWN]
        ]
        if len(self.faults) > _MAX_SHOWN:
            shown.append((message(N_("… and {n} more lines."), n=len(self.faults) - _MAX_SHOWN), None))
        return shown


def source_error(source: PythonSource, text: Message, start: int = -1, end: int = 0) -> PythonError:
    """Return an error at one place, nowhere if `start` is −1."""
    return PythonError([Fault(text, start, end)], source)


def with_place(fault: Fault, source: PythonSource) -> Message:
    """Return the sentence of a fault with its file and line before it, if there are several lines."""
    if fault.start < 0:
        return fault.message
    line = source.line_number(fault.start)
    if source.name:
        return message(N_("{file}:{line}: {problem}"), file=PurePath(source.name), line=line, problem=fault.message)
    if "\n" in source.text.strip():
        return message(N_("Line {line}: {problem}"), line=line, problem=fault.message)
    return fault.message
