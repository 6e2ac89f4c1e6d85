"""Parts of a file outside the graph, such as the start of a pass: what each is about, and its hints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.i18n import message

if TYPE_CHECKING:
    from tutor.i18n import Message


@dataclass(frozen=True, slots=True)
class CodeHint:
    """Rung `rung` of `of` for one part of a file, with its text. No rung shows a line of code."""

    name: str
    rung: int
    of: int
    text: Message


@dataclass(frozen=True, slots=True)
class PartText:
    """A description of a part in a few words, its hints, and the rule that it practises; empty if there is none."""

    about: str
    hints: tuple[str, ...]
    rule: str = ""

    def hint(self, name: str, rung: int) -> CodeHint:
        """Return a hint; a number beyond the last rung means the last."""
        rung = min(max(rung, 1), len(self.hints))
        return CodeHint(name, rung, len(self.hints), message(self.hints[rung - 1]))
