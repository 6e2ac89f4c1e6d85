"""What a simulated learner types at a blank: the right value, that of a misconception, a slip, or any number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulated.answers import off_by_one_answers, random_wrong_answers
from tests.support.simulated_learners import typed_mistake, wrong_choice_numbers
from tutor.engine.symbolic import has_symbols
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.mistakes.finder import candidates_at, hidden_mistakes_at
from tutor.grading.mistakes.slips import GENERAL_MISTAKES

if TYPE_CHECKING:
    from random import Random

    from tutor.grading.mistakes.candidate import MistakeCandidate
    from tutor.grading.problem import Blank, Problem

#: A learner believes one of the likeliest mistakes at a blank.
_LIKELY = 4
_SLIPS = frozenset(mistake.id for mistake in GENERAL_MISTAKES)


class Replies:
    """The texts a learner may type at one blank; None where there is nothing to type, so that a hint is taken."""

    def __init__(self, problem: Problem, blank: Blank, rng: Random) -> None:
        self._problem = problem
        self._blank = blank
        self._rng = rng
        question = problem.question(blank) if blank.kind == "question" else None
        self._choices = question.choices if question is not None else ()

    def right(self) -> str:
        """Return the right answer."""
        if self._choices:
            return next(str(number) for number, choice in enumerate(self._choices, 1) if choice.right)
        return format_right_answer(self._problem, self._blank)

    def chance(self, guess: float) -> float:
        """Return the probability of guessing right: one of the choices, or `guess`."""
        return 1 / len(self._choices) if self._choices else guess

    def choose_misconception(self) -> str:
        """Return the id of one of the likeliest mistakes at this blank; empty if it has none."""
        likely = [candidate.id for candidate in self._candidates() if candidate.id not in _SLIPS][:_LIKELY]
        return self._rng.choices(likely, range(len(likely), 0, -1))[0] if likely else ""

    def of_mistake(self, mistake: str) -> str | None:
        """Return what follows from a misconception here, which may be the right value; any number if it says nothing."""
        for candidate in self._candidates():
            if candidate.id == mistake and (text := self._type(candidate)) is not None:
                return text
        return self.right() if mistake in hidden_mistakes_at(self._problem, self._blank) else self.lost()

    def slip(self) -> str | None:
        """Return a value that is off by one in its last digit, the next choice, or a mistake's formula."""
        return next(off_by_one_answers(self._truth, self._rng), None) if self._is_numeric else self.lost()

    def lost(self) -> str | None:
        """Return some wrong answer: a mistake's value or another number, a wrong choice."""
        if self._choices:
            return self._rng.choice(wrong_choice_numbers(self._problem, self._blank))
        candidates = self._candidates()
        if candidates and (not self._is_numeric or self._rng.random() < 0.5):
            return self._type(self._rng.choice(candidates))
        if not self._is_numeric:
            return None
        return next(random_wrong_answers(self._truth, self._rng, 1), None)

    @property
    def _truth(self) -> object:
        return self._problem.truth(self._blank)

    @property
    def _is_numeric(self) -> bool:
        return not self._choices and not has_symbols(self._truth)

    def _candidates(self) -> list[MistakeCandidate]:
        return [] if self._blank.kind == "question" else candidates_at(self._problem, self._blank)

    def _type(self, candidate: MistakeCandidate) -> str | None:
        return typed_mistake(candidate, self._problem.names_at(self._blank))
