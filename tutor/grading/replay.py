"""The backward pass told step by step: at every place the rule, the rule in letters, and the numbers multiplied."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.grading.hints.ladder import NUM_RUNGS, hint_at
from tutor.grading.hints.rule_formulas import parenthesize, rule_with_numbers
from tutor.grading.wording import describe_blank
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.grading.problem import Blank, Problem

#: What stands in a sentence for the value that is looked for, in every language.
_ASKED_MARK = "= ?"


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """What happens at one place. `looked_at` are the places whose values it is computed from."""

    problem: Problem
    place: Blank
    depends_on: tuple[str, ...] = ()

    @property
    def description(self) -> Message:
        """The quantity that is found."""
        known = {part: format_value(self.problem.truth(self.problem.place(part))) for part in self.depends_on}
        return describe_blank(self.problem, self.place, known)

    def paragraphs(self) -> list[str]:
        """The rule, the numbers and the value, a paragraph each, in the language in use."""
        problem, place = self.problem, self.place
        value = format_value(problem.truth(place))
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
            parts = " + ".join(parenthesize(format_value(problem.truth(part))) for part in problem.branch_edges(place))
            rule = message(N_("At a branch the gradient is the sum of what comes back along its lines."))
            return [str(rule), f"{parts} = {value}"]
        numbers = rule_with_numbers(problem, place)
        # What could be typed instead follows for who is asked; here the first sentence will do.
        numbers = numbers.values.get("first", numbers)
        worked = str(numbers).replace(_ASKED_MARK, f"= {self._worked_value(numbers)}")
        whole = message(N_("All of it: {value}"), value=value)
        own = [str(whole)] if place.shape or value not in worked else []
        return [str(rule_text_at(problem, place)), worked, *own]

    def _worked_value(self, numbers: Message) -> str:
        """The value of what is written out: the number, or the cell that a sentence is about."""
        truth = self.problem.truth(self.place)
        if not ops.is_matrix(truth):
            return format_value(truth)
        row, column = _find_cell(numbers) or (1, 1)
        return format_value(truth[row - 1, column - 1])


def rule_text_at(problem: Problem, place: Blank) -> Message:
    """The rule at a place in words, and in letters where that says it: the second of the derived hints."""
    return hint_at(problem, place, hint_at(problem, place, 1).of - NUM_RUNGS + 2).text


def _find_cell(numbers: Message) -> tuple[int, int] | None:
    """The cell that a sentence is about, by row and column from 1."""
    if "row" in numbers.values:
        return numbers.values["row"], numbers.values["column"]
    inner = (_find_cell(part) for part in numbers.values.values() if isinstance(part, Message))
    return next((found for found in inner if found), None)


@dataclass
class Replay:
    """A backward pass to go through, backwards and forwards. `only` are the places it may tell of, None for all."""

    problem: Problem
    only: Collection[str] | None = None
    index: int = field(default=0)

    @cached_property
    def steps(self) -> tuple[ReplayStep, ...]:
        """A step for each place, in the order of the backward pass."""
        return tuple(
            ReplayStep(self.problem, place, self._dependencies(place))
            for place in self.problem.places
            if self.only is None or place.id in self.only
        )

    def _dependencies(self, place: Blank) -> tuple[str, ...]:
        if place.kind == "sum":
            return tuple(part.id for part in self.problem.branch_edges(place))
        upstream = self.problem.upstream(place)
        return () if upstream is None or not self.problem.has_place(upstream) else (upstream,)

    @property
    def current_step(self) -> ReplayStep:
        """The step that is told now."""
        return self.steps[self.index]

    @property
    def visible_places(self) -> frozenset[str]:
        """The places whose values are there by now."""
        return frozenset(step.place.id for step in self.steps[: self.index + 1])

    def move(self, by: int) -> bool:
        """Go on, or back where `by` is negative, as far as there are steps; whether that led anywhere."""
        before = self.index
        self.index = min(max(self.index + by, 0), len(self.steps) - 1)
        return self.index != before

    def go_to(self, place: str) -> bool:
        """Go to the step of a place; False where there is none."""
        found = next((index for index, step in enumerate(self.steps) if step.place.id == place), None)
        if found is not None:
            self.index = found
        return found is not None
