"""Formulas of gradients: ∂f/∂x of a problem as an ordinary formula with its values, to be solved and worked on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE
from tutor.algebra.printing import format_expr
from tutor.engine.gradient_graph import format_typed, gradient_graph
from tutor.engine.passes import NonFiniteError, forward_interpreted
from tutor.engine.singularities import find_kinks
from tutor.i18n import LANGUAGES, N_, LocalizedText, Message, message, translate_to
from tutor.packs.builder.formula import exercise_from_formula, problem_from_formula
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise

_EXPLANATION = N_(
    "This graph computes {name} = ∂{f}/∂{x} of `{formula}`. It is the backward pass, drawn as a graph "
    "of its own, so its gradients are second derivatives."
)
_ONE_SIDE = N_("{node} has a kink. This graph is right only on the side of the kink where the current values are.")
_AT_KINK = N_(
    "{node} is exactly at its kink, where its derivative jumps. This graph treats the derivative as a "
    "constant, as PyTorch does."
)


@dataclass(frozen=True)
class GradientFormula:
    """The gradient ∂f/∂x of `source` by its input `input`.

    `text` is its formula with the output `name`, and `values` are those of its inputs. `notes` say on which side of a kink
    it holds.
    """

    source: Problem
    input: str
    name: str
    text: str
    values: Mapping[str, Value]
    notes: tuple[Message, ...]

    @property
    def typed_values(self) -> str:
        """The values as they are typed: `x=3 y=1/2`."""
        return " ".join(f"{name}={format_typed(value)}" for name, value in self.values.items())

    def problem(self, start: Value = ONE, wrt: tuple[str, ...] | None = None) -> Problem:
        """Return the problem of the formula, by default with the start 1 and all gradients. Raise `AlgebraError`."""
        try:
            return problem_from_formula(self.text, self.values, start, wrt=wrt)
        except AlgebraError as error:
            raise self._without_place(error) from None

    def exercise(self, start: Value = ONE) -> Exercise:
        """Return the exercise of the formula, which says what it computes. Raise `AlgebraError`."""
        try:
            exercise = exercise_from_formula(self.text, self.values, start)
        except AlgebraError as error:
            raise self._without_place(error) from None
        source = self.source.graph
        explanation = message(
            _EXPLANATION, name=self.name, f=source.output, x=self.input, formula=clean_title(source.text)
        )
        texts = {
            code: "\n\n".join(_in_language(each, code) for each in (explanation, *self.notes)) for code in LANGUAGES
        }
        return replace(exercise, text=LocalizedText(texts))

    def _without_place(self, error: AlgebraError) -> AlgebraError:
        """Return the error without its place in a formula that was never typed."""
        if error.position < 0:
            return error
        text = N_("∂{f}/∂{x} can't be used as a graph: {problem}")
        return AlgebraError(message(text, f=self.source.graph.output, x=self.input, problem=error.message), -1)


def gradient_formula(problem: Problem, name: str) -> GradientFormula:
    """Return the formula of the gradient of the input `name`.

    Raise `AlgebraError` if there is no such input or no graph: for matrices, and for a gradient without an operation.
    """
    graph = problem.graph
    if name not in graph.inputs:
        text = N_("“{name}” is not an input of this formula. Its inputs are {known}.")
        raise AlgebraError(message(text, name=name, known=", ".join(graph.inputs)), -1)
    try:
        gradient = gradient_graph(graph, name, problem.inputs)
    except NonFiniteError as error:
        raise AlgebraError(error.message, -1) from None
    if gradient.graph is None:
        text = N_(
            "∂{f}/∂{x} is {value} for all inputs, so its graph has no operation node. Choose another input or formula."
        )
        raise AlgebraError(message(text, f=graph.output, x=name, value=format_expr(gradient.formula)), -1)
    values = {other: problem.inputs[other] for other in gradient.graph.inputs}
    return GradientFormula(problem, name, gradient.name, gradient.graph.text, values, tuple(_kink_notes(problem, name)))


def _kink_notes(problem: Problem, name: str) -> list[Message]:
    """Return a note for each node with a kink between the input and the output."""
    if problem.symbolic:
        return []
    graph, depends = problem.graph, problem.graph.depends_on((name,))
    at_kink = find_kinks(graph, forward_interpreted(graph, problem.inputs))
    return [
        message(_AT_KINK if position in at_kink else _ONE_SIDE, node=graph.label(position))
        for position, node in enumerate(graph.nodes)
        if not node.is_input and depends[position] and node.operation.has_kink
    ]


def _in_language(text: Message, code: str) -> str:
    return translate_to(text.text, code).format_map(text.values)
