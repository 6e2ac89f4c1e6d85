"""The end of a solved exercise: the next step, one recommendation, and the changes of mastery."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.practice.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.practice.next_steps import Suggestion


@dataclass(frozen=True, slots=True)
class NextExercise:
    """The target of Enter: a title, and for an exercise its (pack, exercise), blanks and minutes, 0 if unknown."""

    title: str
    name: tuple[str, str] | None = None
    blanks: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """Facts about a solved exercise: suggestions, the best one first, the standing, and the size of its pack."""

    suggestions: Sequence[Suggestion] = ()
    standing: Standing = field(default_factory=Standing)
    pack_title: str = ""
    pack_size: int = 0
    next_blanks: int = 0
    next_minutes: int = 0


@dataclass(frozen=True, slots=True)
class AfterSolved:
    """The choices after an exercise: the target of Enter, None for the list, and the advice, once it was found.

    `before` is the standing when the exercise was opened.
    """

    following: NextExercise | None = None
    advice: Advice | None = None
    before: Standing | None = None

    @property
    def accepted_by_enter(self) -> Suggestion | None:
        """The suggestion that Enter accepts, because nothing else follows in the pack."""
        return self._best if self.following is None else None

    @property
    def recommendation(self) -> Suggestion | None:
        """The one suggestion that is better than what Enter leads to, with its reason; None if there is no reason."""
        if self.following is None or self.following.name is None:
            return None
        return self._best if self._best is not None and self._best.exercise != self.following.name else None

    @property
    def _best(self) -> Suggestion | None:
        return next(iter(self.advice.suggestions), None) if self.advice is not None else None
