"""Verdicts on a learner's file: one on each gradient, or why the file can't be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tutor.i18n import Message

#: "right"; "wrong"; "follows": the right rule on a wrong value before it; "missing": not written yet; "unknown": the
#: file did not come that far.
GradientVerdict = Literal["right", "wrong", "follows", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class GradientResult:
    """The verdict on one gradient: its variable, the mistake's id if it is known, and its line in the file."""

    name: str
    verdict: GradientVerdict
    mistake: str = ""
    certain: bool = True
    message: Message | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """The verdicts on a file in backward order, what is wrong with the file itself, and what it printed.

    `agrees` says whether PyTorch, asked by itself, finds the same gradients; None if it was not asked. `losses` are those
    of a network while it was trained, at even distances. `source` is the text that was judged.
    """

    results: tuple[GradientResult, ...]
    fault: Message | None = None
    fault_line: int | None = None
    output: str = ""
    agrees: bool | None = None
    losses: tuple[float, ...] = ()
    source: str = ""

    def code_of(self, line: int | None) -> str:
        """Return the text of a line of the file; empty if there is none."""
        lines = self.source.splitlines()
        return lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""

    @property
    def solved(self) -> bool:
        """Return whether every gradient is right."""
        return self.fault is None and bool(self.results) and all(each.verdict == "right" for each in self.results)

    @property
    def first_open(self) -> GradientResult | None:
        """Return the first gradient in backward order that is not right; None if all are."""
        return next((each for each in self.results if each.verdict != "right"), None)
