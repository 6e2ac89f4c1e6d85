"""Replay of the backward pass: at each place the rule, in words and letters, and the product with its value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.grading.hints.ladder import hint_at, rule_rung
from tutor.grading.hints.rule_formulas import parenthesize, rule_with_numbers
from tutor.grading.wording import BRANCH_RULE, describe_blank
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.grading.problem import Blank, Problem

#: Ends the product in a hint's sentence, in every language.
_UNKNOWN_VALUE = "= ?"


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """The computation at one place, from the values at the places `depends_on`."""

    problem: Problem
    place: Blank
    depends_on: tuple[str, ...] = ()

    @property
    def description(self) -> Message:
        """The quantity that this step computes."""
        shown_values = {part: format_value(self.problem.truth(self.problem.place(part))) for part in self.depends_on}
        return describe_blank(self.problem, self.place, shown_values)

    def paragraphs(self) -> list[str]:
        """Return the rule, the numbers and the value, a paragraph each, in the current language."""
        problem, place = self.problem, self.place
        value = format_value(problem.truth(place))
        if place.kind == "start" and problem.starts_at_one:
            text = N_(
                "The backward pass starts here: ∂{output}/∂{output} = 1, because when {output} changes by "
                "1, {output} changes by 1."
            )
            return [str(message(text, output=problem.graph.output))]
        if place.kind == "start":
            text = N_("The calculation continues after {output}. The gradient that comes back from there is {value}.")
            return [str(message(text, output=problem.graph.output, value=value))]
        if place.kind == "sum":
            parts = " + ".join(parenthesize(format_value(problem.truth(part))) for part in problem.branch_edges(place))
            rule = message(BRANCH_RULE)
            return [str(rule), f"{parts} = {value}"]
        if place.is_matrix_formula:
            return [str(rule_text_at(problem, place)), str(message(N_("The whole result: {value}"), value=value))]
        product = rule_with_numbers(problem, place)
        # A second sentence would only say what else may be typed.
        product = product.values.get("first", product)
        worked = str(product).replace(_UNKNOWN_VALUE, f"= {self._product_value(product)}")
        value_lines = (
            [str(message(N_("The whole result: {value}"), value=value))] if place.shape or value not in worked else []
        )
        return [str(rule_text_at(problem, place)), worked, *value_lines]

    def _product_value(self, product: Message) -> str:
        """Return the value of a written-out product, which in a matrix is about one cell."""
        truth = self.problem.truth(self.place)
        if not ops.is_matrix(truth):
            return format_value(truth)
        row, column = _find_cell(product) or (1, 1)
        return format_value(truth[row - 1, column - 1])


def rule_text_at(problem: Problem, place: Blank) -> Message:
    """Return the rule at a place in words, and in letters if they help: the hint that states the rule."""
    return hint_at(problem, place, rule_rung(problem, place)).text


def _find_cell(sentence: Message) -> tuple[int, int] | None:
    """Return the cell that a sentence is about, as (row, column) from 1."""
    if "row" in sentence.values:
        return sentence.values["row"], sentence.values["column"]
    parts = (_find_cell(part) for part in sentence.values.values() if isinstance(part, Message))
    return next(filter(None, parts), None)


@dataclass
class Replay:
    """A backward pass to step through in both directions. `only` are the ids of the places to show, None for all."""

    problem: Problem
    only: Collection[str] | None = None
    index: int = field(default=0)

    @cached_property
    def steps(self) -> tuple[ReplayStep, ...]:
        """The steps, in the order of the backward pass."""
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
        return self.steps[self.index]

    @property
    def visible_places(self) -> frozenset[str]:
        """The ids of the places whose values have been computed."""
        return frozenset(step.place.id for step in self.steps[: self.index + 1])

    def move(self, by: int) -> bool:
        """Move `by` steps, but not beyond the first or last; return whether the step changed."""
        previous = self.index
        self.index = min(max(previous + by, 0), len(self.steps) - 1)
        return self.index != previous

    def go_to(self, place: str) -> bool:
        """Go to the step of a place; return False if it has none."""
        index = next((index for index, step in enumerate(self.steps) if step.place.id == place), None)
        if index is not None:
            self.index = index
        return index is not None
