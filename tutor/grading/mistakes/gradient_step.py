"""Mistakes in a step of gradient descent, w − η·∂L/∂w, in a question next to the graph of L."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, is_close
from tutor.grading.tolerances import FLOAT_TOLERANCE
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.grading.question import Question

_UPHILL = GeneralMistake(
    "step",
    "step.uphill",
    N_("step along the gradient"),
    N_("That step follows the gradient, so the output grows. In which direction does the output shrink?"),
    N_("Did you add the step instead of subtracting it?"),
)
_WHOLE_GRADIENT = GeneralMistake(
    "step",
    "step.no-rate",
    N_("learning rate left out"),
    N_("That subtracts the whole gradient. What do you multiply it by first?"),
    N_("Did you leave out the learning rate?"),
)
_STEP_ONLY = GeneralMistake(
    "step",
    "step.step-alone",
    N_("the step alone"),
    N_("That is the step alone. Which value does it start from?"),
    N_("Did you stop at the step itself?"),
)
_OTHER_GRADIENT = GeneralMistake(
    "step",
    "step.other-gradient",
    N_("another input's gradient"),
    N_("It looks as if you used the gradient of another input. Which input does this step update?"),
    N_("Did you use the gradient of another input?"),
)
_UPDATED_FIRST = GeneralMistake(
    "step",
    "step.updated-first",
    N_("gradient taken after an update"),
    N_(
        "It looks as if you updated another input before you took this gradient. At which values do "
        "you take all the gradients of one step?"
    ),
    N_("Did you update another input before you took this gradient?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (_UPHILL, _UPDATED_FIRST, _WHOLE_GRADIENT, _STEP_ONLY, _OTHER_GRADIENT)


def gradient_step_mistakes(problem: Problem, question: Question, formula: Expr) -> Iterator[MistakeCandidate]:
    """Yield the mistakes in floats, the likeliest first; none if `formula` is not a gradient step of an input."""
    if problem.symbolic or not (
        isinstance(formula, Apply) and formula.op == "sub" and isinstance(formula.args[0], Sym)
    ):
        return
    moved, step = formula.args[0].name, formula.args[1]
    gradients = _input_gradients(problem, problem.float_passes)
    if moved not in gradients:
        return
    rate = _learning_rate(question.author_names, step, gradients[moved])
    if rate is None:
        return
    old = problem.float_passes.values[problem.graph.position[moved]]
    yield _UPHILL.candidate(old + rate * gradients[moved])
    yield from _updated_first_mistakes(problem, moved, rate, gradients)
    yield _WHOLE_GRADIENT.candidate(old - gradients[moved])
    yield _STEP_ONLY.candidate(rate * gradients[moved])
    yield _STEP_ONLY.candidate(-rate * gradients[moved])
    for name, gradient in gradients.items():
        if name != moved and ops.shape_of(gradient) == ops.shape_of(old):
            yield _OTHER_GRADIENT.candidate(old - rate * gradient)


def _input_gradients(problem: Problem, passes: Passes) -> dict[str, Value]:
    """Return the gradients of the inputs that have one."""
    gradients = {name: passes.gradients[problem.graph.position[name]] for name in problem.graph.inputs}
    return {name: gradient for name, gradient in gradients.items() if gradient is not None}


def _learning_rate(known: Mapping[str, Value], step: Expr, gradient: Value) -> float | None:
    """Return the factor of `step` that makes it a multiple of `gradient`, or None if there is none."""
    try:
        value = ops.map_cells(nearest_float, evaluate(step, known))
        factors = [evaluate(factor, known) for factor in _factors(step)]
        rates = [nearest_float(factor) for factor in factors if not ops.is_matrix(factor)]
    except AlgebraError:
        return None
    if ops.shape_of(value) != ops.shape_of(gradient):
        return None
    pairs = list(zip(value.ravel(), gradient.ravel(), strict=True)) if ops.is_matrix(value) else [(value, gradient)]
    fitting = (rate for rate in rates if all(is_close(float(a), rate * float(b), FLOAT_TOLERANCE) for a, b in pairs))
    return next(fitting, None) if any(float(a) for a, _ in pairs) else None


def _factors(step: Expr) -> list[Expr]:
    """Return the numbers and names that are multiplied in `step`."""
    if isinstance(step, Apply) and step.op == "mul":
        return [factor for arg in step.args for factor in _factors(arg)]
    return [step] if isinstance(step, Num | Sym) else []


def _updated_first_mistakes(
    problem: Problem, moved: str, rate: float, gradients: Mapping[str, Value]
) -> Iterator[MistakeCandidate]:
    """Yield the step with a gradient computed after all other inputs, or one of them, have moved."""
    graph, passes = problem.graph, problem.float_passes
    inputs = {name: passes.values[graph.position[name]] for name in graph.inputs}
    others = [name for name in gradients if name != moved]
    for updated in [others, *([name] for name in others if len(others) > 1)]:
        new_inputs = {**inputs, **{name: inputs[name] - rate * gradients[name] for name in updated}}
        try:
            new_passes = forward_backward(graph, new_inputs, passes.start, problem.wrt)
        except (NonFiniteError, ArithmeticError):
            continue
        yield _UPDATED_FIRST.candidate(inputs[moved] - rate * _input_gradients(problem, new_passes)[moved])
