"""What goes wrong with a step downhill, w − η·∂L/∂w, in a question beside the graph of L."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Apply, Expr, Num, Sym
from tutor.algebra.values import Value
from tutor.engine import NotANumber, Passes, run
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.grading.suspect import Named, Suspect, near
from tutor.i18n import N_

_UPHILL = Named(
    "step", "step.uphill", N_("That way the output rises. The gradient points uphill: which way do you want to go?")
)
_WHOLE_GRADIENT = Named(
    "step", "step.no-rate", N_("You went by the whole gradient. How long is the step to be for each unit of it?")
)
_STEP_ALONE = Named("step", "step.step-alone", N_("That is the step. From where is it taken?"))
_OTHER_GRADIENT = Named(
    "step", "step.other-gradient", N_("Looks as if you took the gradient of another input. Which one moves here?")
)
_UPDATED_FIRST = Named(
    "step",
    "step.updated-first",
    N_(
        "Looks as if another input had moved already when you took this gradient. "
        "All gradients belong to the place where the step begins."
    ),
)

#: All of these, in the order of the catalogue.
ANYWHERE = (_UPHILL, _UPDATED_FIRST, _WHOLE_GRADIENT, _STEP_ALONE, _OTHER_GRADIENT)


def at_step(problem: Problem, question: Question, form: Expr) -> Iterator[Suspect]:
    """What mistakes lead to in floats, the likeliest first; nothing where a formula is no step of an input."""
    if problem.symbolic or not (isinstance(form, Apply) and form.op == "sub" and isinstance(form.args[0], Sym)):
        return
    moved, step = form.args[0].name, form.args[1]
    gradients = _gradients(problem, problem.floats)
    if moved not in gradients:
        return
    rate = _rate(question.known, step, gradients[moved])
    if rate is None:
        return
    place = problem.floats.values[problem.graph.position[moved]]
    yield _UPHILL.leads_to(place + rate * gradients[moved])
    yield from _after_others(problem, moved, rate, gradients)
    yield _WHOLE_GRADIENT.leads_to(place - gradients[moved])
    yield _STEP_ALONE.leads_to(rate * gradients[moved])
    yield _STEP_ALONE.leads_to(-rate * gradients[moved])
    for name, gradient in gradients.items():
        if name != moved and values.shape(gradient) == values.shape(place):
            yield _OTHER_GRADIENT.leads_to(place - rate * gradient)


def _gradients(problem: Problem, passes: Passes) -> dict[str, Value]:
    """The gradients of the inputs that have one."""
    found = {name: passes.gradients[problem.graph.position[name]] for name in problem.graph.inputs}
    return {name: gradient for name, gradient in found.items() if gradient is not None}


def _rate(known: Mapping[str, Value], step: Expr, gradient: Value) -> float | None:
    """The learning rate: the number or name in a product that leaves the gradient, None where there is none."""
    try:
        taken = values.each(nearest_float, evaluate(step, known))
        rates = [nearest_float(evaluate(factor, known)) for factor in _factors(step)]
    except AlgebraError:
        return None
    if values.shape(taken) != values.shape(gradient):
        return None
    pairs = list(zip(taken.ravel(), gradient.ravel(), strict=True)) if values.is_matrix(taken) else [(taken, gradient)]
    fitting = (rate for rate in rates if all(near(float(a), rate * float(b), 1e-9) for a, b in pairs))
    return next(fitting, None) if any(float(a) for a, _ in pairs) else None


def _factors(step: Expr) -> list[Expr]:
    """The numbers and names that a product consists of."""
    if isinstance(step, Apply) and step.op == "mul":
        return [factor for arg in step.args for factor in _factors(arg)]
    return [step] if isinstance(step, Num | Sym) else []


def _after_others(problem: Problem, moved: str, rate: float, gradients: Mapping[str, Value]) -> Iterator[Suspect]:
    """The step with the gradient that is found when all other inputs, or one of them, have moved before."""
    graph, passes = problem.graph, problem.floats
    inputs = {name: passes.values[graph.position[name]] for name in graph.inputs}
    others = [name for name in gradients if name != moved]
    for before in [others, *([name] for name in others if len(others) > 1)]:
        stepped = {name: inputs[name] - rate * gradients[name] for name in before}
        try:
            gradient = _gradients(problem, run(graph, {**inputs, **stepped}, passes.start, problem.wrt))[moved]
        except (NotANumber, ArithmeticError):
            continue
        yield _UPDATED_FIRST.leads_to(inputs[moved] - rate * gradient)
