"""Check that the author's numbers and fresh ones are finite, fit difference quotients and hide no mistake."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.printing import format_number, format_value
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import check_gradients, stops_gradients, to_floats, with_constant_stops
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.matrix_points import points_of
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.tolerances import MAX_HAND_DIGITS
from tutor.i18n import N_, message
from tutor.packs.author_collisions import JudgedNumbers
from tutor.packs.batch_size import sets_in_passes
from tutor.packs.builder.inputs import has_finite_variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.packs.author_collisions import Collision
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.exercise import Exercise
    from tutor.packs.number_selection import ChosenNumbers

#: The seeds of the variants that are checked.
CHECKED_SEEDS = (1, 2, 3, 4, 5)

_NO_VARIATION = N_("There are no fresh numbers. Add [vary]; leave it empty to use only these numbers.")
_NONE_FIT = N_("For seed {seed}, no fresh numbers have finite values and meet [[where]]. Choose others.")
_HIDES = N_("With these numbers, mistakes at {blank} give the right value: {mistakes}. {remedy}")
_BOTH_RIGHT = N_("With these numbers, “{one}” and the right answer at {blank} are both {value}. {remedy}")
_BOTH = N_("With these numbers, “{one}” and “{other}” at {blank} are both {value}. {remedy}")
_SAME_RIGHT = N_("With these numbers, “{one}” and the right answer at {blank} are the same. {remedy}")
_SAME = N_("With these numbers, “{one}” and “{other}” at {blank} are the same. {remedy}")
_TAKE, _CHOOSE = N_("Use {numbers}."), N_("Choose other numbers.")
_FRESH_HIDE = N_(
    "For seed {seed}, all numbers that can be drawn let mistakes at {blank} give the right value, or "
    "nearly: {mistakes}. Offer other numbers."
)
_FRESH_ALIKE = N_(
    "For seed {seed}, all numbers that can be drawn give the mistakes {one} and {other} at {blank} the "
    "same value, or nearly. Offer more numbers."
)
_KINK = N_("With these numbers, a derivative jumps. Choose numbers away from zero and from ties.")
_FRESH_KINK = N_(
    "For seed {seed}, a derivative jumps with all numbers that can be drawn. Choose numbers away from zero "
    "and from ties."
)
_LONG = N_("With these numbers, answers have more than {n} digits. Choose rounder numbers.")
_FRESH_LONG = N_(
    "For seed {seed}, answers have more than {n} digits with all numbers that can be drawn. Choose rounder numbers."
)
_DISAGREES = N_(
    "The gradient of {name} is {gradient}, but changing {name} numerically gives {quotient} (seed "
    "{seed}). Please report this to the developers of backprop-tutor."
)

#: Collisions at the author's numbers that are named; one remedy helps against all of them.
_MAX_COLLISIONS = 3
#: The largest relative error of a central difference that rounding and curvature explain.
_TOLERANCE = 1e-4
_STEP = 1e-6
#: Cells of a matrix that are moved.
_MAX_CELLS = 4
#: Floats are shown as fractions with smaller denominators, which they nearly are: 3 and not 3.000.
_MAX_DENOMINATOR = 10**6
#: Points of symbolic matrices at which gradients are compared with differences.
_NUM_CHECKED_POINTS = 3


def choose_numbers(exercise: Exercise) -> dict[int, ChosenNumbers | None]:
    """Return the numbers of each seed; none if nothing can be drawn or nothing is computed."""
    problem = exercise.variant().problem
    if problem.symbolic or not problem.graph.nodes:
        return {}
    seeds = CHECKED_SEEDS if exercise.has_variants else ()
    return dict(zip(seeds, exercise.number_selector.choose(seeds), strict=True))


def has_finite_numbers(exercise: Exercise, chosen: dict[int, ChosenNumbers | None]) -> bool:
    """Return whether some of these numbers, or of those that could have been chosen, have finite values."""
    if not exercise.random_inputs.draws or chosen.get(CHECKED_SEEDS[0]) is not None:
        return True
    return has_finite_variant(exercise)


def check(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """Yield everything to say about the numbers."""
    exercise = target.exercise
    if exercise is None or not exercise.graph.nodes:
        return
    problem = exercise.variant().problem
    if problem.has_matrix_symbols:
        yield from _check_at_points(target, problem)
    if problem.symbolic:
        return
    if exercise.code.only:
        # Code is tried on numbers of its own.
        yield from _check_gradients(target, exercise, chosen)
        return
    if not exercise.has_variants and exercise.graph.inputs and "vary" not in target.source.data:
        yield target.warning(message(_NO_VARIATION), "vary")
    yield from check_hidden(target, chosen)
    yield from _check_gradients(target, exercise, chosen)


def check_hidden(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """Yield what the numbers hide, or make tedious."""
    exercise = target.exercise
    if exercise is None or not exercise.graph.nodes or exercise.variant().problem.symbolic:
        return
    author_numbers = exercise.number_selector.author_numbers if exercise.inputs else None
    if author_numbers:
        yield from _check_author_numbers(target, author_numbers)
    yield from _check_fresh_numbers(target, chosen)


def _check_author_numbers(target: CheckTarget, numbers: ChosenNumbers) -> Iterator[Diagnostic]:
    if numbers.at_a_kink:
        # Everything else that is poor about such numbers follows from it.
        yield target.warning(message(_KINK), "inputs")
        return
    hidden = _hidden_by_blank(numbers)
    judged = JudgedNumbers(target.exercise) if target.exercise and JudgedNumbers.can_judge(target.exercise) else None
    collisions = judged.collisions() if judged and target.source.data.get("vary") != {} else []
    remedy = _remedy(judged.better_numbers()) if judged and (hidden or collisions) else message(_CHOOSE)
    for blank, mistakes in hidden.items():
        yield target.warning(message(_HIDES, blank=blank, mistakes=mistakes, remedy=remedy), "inputs")
    if numbers.too_long:
        yield target.warning(message(_LONG, n=MAX_HAND_DIGITS), "inputs")
    # With a warning, what it recommends tells these apart as well.
    by_blank = {each.blank: each for each in reversed(collisions)} if not hidden else {}
    for collision in list(reversed(by_blank.values()))[:_MAX_COLLISIONS]:
        # A note only: the numbers may be those of a source, or the point.
        yield target.note(_collision_message(collision, remedy), "inputs")


def _remedy(better: Mapping[str, Value]) -> Message:
    """Return what to write instead."""
    if not better:
        return message(_CHOOSE)
    return message(_TAKE, numbers=", ".join(f"{name} = {format_value(value)}" for name, value in better.items()))


def _collision_message(collision: Collision, remedy: Message) -> Message:
    names = {"one": mistake_label(collision.one), "blank": collision.blank, "remedy": remedy}
    if collision.other:
        names["other"] = mistake_label(collision.other)
    if collision.value is None:
        return message(_SAME if collision.other else _SAME_RIGHT, **names)
    value = format_number(Fraction(collision.value).limit_denominator(_MAX_DENOMINATOR))
    return message(_BOTH if collision.other else _BOTH_RIGHT, value=value, **names)


def _check_fresh_numbers(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """Yield the flaws that all drawn numbers have, each once."""
    reported: set[str] = set()
    for seed, numbers in chosen.items():
        if numbers is None:
            yield target.error(message(_NONE_FIT, seed=seed), "vary")
            return
        warnings = {
            blank: message(_FRESH_HIDE, seed=seed, blank=blank, mistakes=ids)
            for blank, ids in _hidden_by_blank(numbers).items()
        }
        if numbers.at_a_kink:
            warnings = {_FRESH_KINK: message(_FRESH_KINK, seed=seed)}
        elif numbers.too_long:
            warnings[_FRESH_LONG] = message(_FRESH_LONG, seed=seed, n=MAX_HAND_DIGITS)
        for kind, text in warnings.items():
            if kind not in reported:
                reported.add(kind)
                yield target.warning(text, "vary")
        if not warnings and _FRESH_ALIKE not in reported and (collision := numbers.collision):
            # A note only: with small numbers, an author can't always keep so many mistakes apart.
            reported.add(_FRESH_ALIKE)
            blank, one, other = collision
            yield target.note(message(_FRESH_ALIKE, seed=seed, blank=blank, one=one, other=other), "vary")


def _hidden_by_blank(numbers: ChosenNumbers) -> dict[str, str]:
    """Return the hidden mistakes of each blank as a list to read."""
    mistakes: dict[str, list[str]] = {}
    for blank, mistake in numbers.hidden_mistakes:
        mistakes.setdefault(blank, []).append(mistake)
    return {blank: ", ".join(ids) for blank, ids in mistakes.items()}


def _check_gradients(
    target: CheckTarget, exercise: Exercise, chosen: dict[int, ChosenNumbers | None]
) -> Iterator[Diagnostic]:
    """Yield an error if a gradient and its difference quotient disagree, for the author's numbers or chosen ones."""
    problem = exercise.variant().problem
    sets: list[Mapping[str, Value]] = [{name: to_floats(value) for name, value in problem.inputs.items()}]
    seeds: list[int | None] = [None]
    for seed, numbers in chosen.items():
        if numbers is not None and not numbers.at_a_kink:
            sets.append(numbers.inputs)
            seeds.append(seed)
    suspects = (
        # Differences look through a stopped gradient, so that all of them would be suspect.
        [(position, name) for position in range(len(sets)) for name in problem.graph.differentiable_inputs(problem.wrt)]
        if stops_gradients(problem.graph)
        else _find_suspect_gradients(problem, sets)
    )
    for position, name in suspects:
        yield from _confirm_disagreement(target, problem, sets[position], name, seeds[position])


def _check_at_points(target: CheckTarget, problem: Problem) -> Iterator[Diagnostic]:
    """Yield an error if a gradient and its difference quotient disagree at matrices of several sizes."""
    for number, point in enumerate(points_of(problem)[:_NUM_CHECKED_POINTS]):
        inputs = {name: to_floats(value) for name, value in point.inputs.items()}
        for name in inputs if problem.wrt is None else problem.wrt:
            yield from _confirm_disagreement(target, point, inputs, name, number)


def _find_suspect_gradients(problem: Problem, sets: Sequence[Mapping[str, Value]]) -> list[tuple[int, str]]:
    """Return the set and the input of each gradient that differs from its difference quotient."""
    inputs = {name: np.array([each[name] for each in sets], dtype=float) for name in problem.graph.inputs}
    differentiated = [name for name in inputs if name in problem.graph.differentiable_inputs(problem.wrt)]
    moved = [(name, cell) for name in differentiated for cell in _sample_cells(inputs[name][0])]
    at_once = max(1, (sets_in_passes(problem.graph) // len(sets) - 1) // 2)
    parts = (moved[begin : begin + at_once] for begin in range(0, len(moved), at_once))
    return list(dict.fromkeys(suspect for part in parts for suspect in _find_suspects_among(problem, inputs, part)))


def _find_suspects_among(
    problem: Problem, inputs: Mapping[str, Any], moved: Sequence[tuple[str, tuple[int, int] | None]]
) -> list[tuple[int, str]]:
    """Return the set and the input of each suspect gradient, among those of these inputs and cells.

    All sets go through the graph together, unchanged and with one number moved up or down.
    """
    count = len(next(iter(inputs.values())))
    # The batch is all sets unchanged, then for each number that is moved all sets with it above, then below.
    batch = {name: np.concatenate([value] * (1 + 2 * len(moved))) for name, value in inputs.items()}
    steps = []
    for position, (name, cell) in enumerate(moved):
        index = (slice(None), *(cell or ()))
        step = _STEP * np.maximum(1.0, np.abs(inputs[name][index]))
        begin = count * (1 + 2 * position)
        batch[name][begin : begin + count][index] += step
        batch[name][begin + count : begin + 2 * count][index] -= step
        steps.append(step)
    start, members = to_floats(problem.start), count * (1 + 2 * len(moved))
    try:
        with np.errstate(all="ignore"):
            passes, finite = forward_backward_batch(problem.graph, batch, start, problem.wrt)
    except NonFiniteError:
        return []
    output = passes.values[problem.graph.output_position]
    total = (output * start).reshape(members, -1).sum(axis=1) if ops.is_matrix(output) else output * start
    totals = np.broadcast_to(total, (members,)).reshape(-1, count)
    above, below, middle, step = totals[1::2], totals[2::2], totals[0], np.array(steps)
    gradient = np.empty((len(moved), count))
    for position, (name, cell) in enumerate(moved):
        full = np.broadcast_to(passes.gradients[problem.graph.position[name]], (members, *inputs[name].shape[1:]))
        gradient[position] = full[(slice(count), *(cell or ()))]
    with np.errstate(all="ignore"):
        quotient = (above - below) / (2 * step)
        rounding = 1e-15 * (np.abs(above) + np.abs(below)) / step
        # At a flat spot between steep slopes the sides differ a little, and a rounded step tilts the quotient.
        bend = np.abs(above - 2 * middle + below) / step
        allowed = _TOLERANCE * np.maximum(np.abs(gradient), np.abs(quotient)) + 100 * rounding + 10 * _STEP * bend
        agree = (np.abs(gradient - quotient) <= allowed) & finite[:count]
    return [(position, moved[place][0]) for place, position in np.argwhere(~agree).tolist()]


def _confirm_disagreement(
    target: CheckTarget, problem: Problem, inputs: Mapping[str, Value], name: str, seed: int | None
) -> Iterator[Diagnostic]:
    """Yield an error if a careful check of one input confirms it.

    Kinks and poles within the step do not count, nor does rounding of large values that cancel on the way.
    """
    start = to_floats(problem.start)
    try:
        graph = with_constant_stops(problem.graph, inputs)
        entries = check_gradients(graph, inputs, _STEP, start, (name,), _MAX_CELLS)
        rounding = 1e-14 * _rounding_scale(forward_backward(problem.graph, inputs, start)) / _STEP
    except NonFiniteError:
        return
    for entry in entries:
        quotient, relative = entry.central.value, entry.central.relative_error
        if entry.crosses_kink or quotient is None or relative is None:
            continue
        error = abs(quotient - entry.gradient)
        # If the sides of the step differ, the curve bends, and a hundredth of that is the next term of its series.
        error -= 0.01 * abs((entry.forward.value or quotient) - quotient)
        if relative > 100 * _TOLERANCE and error > 1e-3 * max(1.0, abs(quotient)) + rounding:
            text = message(
                _DISAGREES,
                name=name,
                gradient=f"{entry.gradient:.6g}",
                quotient=f"{quotient:.6g}",
                seed="-" if seed is None else seed,
            )
            yield target.error(text, "graph")
            return


def _rounding_scale(passes: Passes) -> float:
    """Return how much the output would move if every value on the way moved by its own size."""
    pairs = zip(passes.values, passes.gradients, strict=True)
    return float(sum(np.abs(np.multiply(value, gradient)).sum() for value, gradient in pairs if gradient is not None))


def _sample_cells(value: Value) -> list[tuple[int, int] | None]:
    if not ops.is_matrix(value):
        return [None]
    rows, columns = value.shape
    num_cells = min(rows * columns, _MAX_CELLS)
    return [divmod(i * rows * columns // num_cells, columns) for i in range(num_cells)]
