"""What lies behind a finished exercise: what Enter leads to, and what is advised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.practice.advice import Suggestion


@dataclass(frozen=True, slots=True)
class Onward:
    """`enter` says what Enter does, None where it leads back to the list. `advice` has the most useful first; `at` is
    the one that is shown, which is past the end when all were passed over.
    """

    enter: str | None = None
    advice: Sequence[Suggestion] = ()
    at: int = 0

    @property
    def suggestion(self) -> Suggestion | None:
        return self.advice[self.at] if self.at < len(self.advice) else None

    def skipped(self) -> Onward:
        """With the next suggestion, after the last one the first again."""
        return replace(self, at=(self.at + 1) % max(len(self.advice), 1))
