"""The backward pass told step by step: at every place the rule, the rule in letters, and the numbers multiplied."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from tutor.algebra import values
from tutor.algebra.show import show
from tutor.grading.hints import RUNGS, hint
from tutor.grading.problem import Blank, Problem
from tutor.grading.rules import bracketed, in_numbers
from tutor.grading.wording import asks
from tutor.i18n import N_, Message, message

#: What stands in a sentence for the value that is looked for, in every language.
_ASKED = "= ?"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one place. `looked_at` are the places whose values it is computed from."""

    problem: Problem
    place: Blank
    looked_at: tuple[str, ...] = ()

    @property
    def asks(self) -> Message:
        """The quantity that is found."""
        known = {part: show(self.problem.truth(self.problem.place(part))) for part in self.looked_at}
        return asks(self.problem, self.place, known)

    def lines(self) -> list[str]:
        """The rule, the numbers and the value, a paragraph each, in the language in use."""
        problem, place = self.problem, self.place
        value = show(problem.truth(place))
        if place.kind == "start" and problem.starts_at_one:
            told = message(
                N_("The backward pass starts here. {output} moves exactly as much as it moves itself: 1."),
                output=problem.graph.output,
            )
            return [str(told)]
        if place.kind == "start":
            text = N_("The calculation goes on behind {output}. This is what comes back from there: {value}.")
            return [str(message(text, output=problem.graph.output, value=value))]
        if place.kind == "sum":
            parts = " + ".join(bracketed(show(problem.truth(part))) for part in problem.parts(place))
            rule = message(N_("At a branch the gradient is the sum of what comes back along its lines."))
            return [str(rule), f"{parts} = {value}"]
        numbers = in_numbers(problem, place)
        # What could be typed instead follows for who is asked; here the first sentence will do.
        numbers = numbers.values.get("first", numbers)
        worked = str(numbers).replace(_ASKED, f"= {self._found(numbers)}")
        whole = message(N_("All of it: {value}"), value=value)
        own = [str(whole)] if place.shape or value not in worked else []
        return [str(rule_at(problem, place)), worked, *own]

    def _found(self, numbers: Message) -> str:
        """The value of what is written out: the number, or the cell that a sentence is about."""
        truth = self.problem.truth(self.place)
        if not values.is_matrix(truth):
            return show(truth)
        row, column = _cell(numbers) or (1, 1)
        return show(truth[row - 1, column - 1])


def rule_at(problem: Problem, place: Blank) -> Message:
    """The rule at a place in words, and in letters where that says it: the second of the derived hints."""
    return hint(problem, place, hint(problem, place, 1).of - RUNGS + 2).text


def _cell(numbers: Message) -> tuple[int, int] | None:
    """The cell that a sentence is about, by row and column from 1."""
    if "row" in numbers.values:
        return numbers.values["row"], numbers.values["column"]
    inner = (_cell(part) for part in numbers.values.values() if isinstance(part, Message))
    return next((found for found in inner if found), None)


@dataclass
class Replay:
    """A backward pass to go through, backwards and forwards. `only` are the places it may tell of, None for all."""

    problem: Problem
    only: Collection[str] | None = None
    at: int = field(default=0)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """A step for each place, in the order of the backward pass."""
        return tuple(
            Step(self.problem, place, self._looked_at(place))
            for place in self.problem.places
            if self.only is None or place.id in self.only
        )

    def _looked_at(self, place: Blank) -> tuple[str, ...]:
        if place.kind == "sum":
            return tuple(part.id for part in self.problem.parts(place))
        upstream = self.problem.upstream(place)
        return () if upstream is None or not self.problem.has_place(upstream) else (upstream,)

    @property
    def step(self) -> Step:
        """The step that is told now."""
        return self.steps[self.at]

    @property
    def shown(self) -> frozenset[str]:
        """The places whose values are there by now."""
        return frozenset(step.place.id for step in self.steps[: self.at + 1])

    def move(self, by: int) -> bool:
        """Go on, or back where `by` is negative, as far as there are steps; whether that led anywhere."""
        before = self.at
        self.at = min(max(self.at + by, 0), len(self.steps) - 1)
        return self.at != before

    def go(self, place: str) -> bool:
        """Go to the step of a place; False where there is none."""
        found = next((index for index, step in enumerate(self.steps) if step.place.id == place), None)
        if found is not None:
            self.at = found
        return found is not None
