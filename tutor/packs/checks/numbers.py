"""The author's numbers and a sample of fresh ones: finite, agreeing with difference quotients, hiding no mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import check_gradients, to_floats
from tutor.engine.passes import NonFiniteError, Passes, forward_backward
from tutor.grading.tolerances import MAX_HAND_DIGITS
from tutor.i18n import N_, message
from tutor.packs.builder.inputs import has_finite_variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.checks.target import CheckTarget, Diagnostic
    from tutor.packs.exercise import Exercise
    from tutor.packs.number_selection import ChosenNumbers

#: The seeds of the variants that are looked at.
CHECKED_SEEDS = (1, 2, 3, 4, 5)

_NO_VARIATION = N_("There are no fresh numbers. Add [vary], an empty one if just these numbers are meant.")
_NONE_FIT = N_("None of the fresh numbers for seed {seed} has a finite value and meets [[where]]. Choose other ones.")
_HIDES = N_("At {blank} these numbers give the right value to mistakes: {mistakes}. Choose other ones.")
_FRESH_HIDE = N_(
    "Whatever is drawn for seed {seed}, at {blank} mistakes come to the right value, or nearly: {mistakes}. "
    "Give other numbers to choose from."
)
_FRESH_ALIKE = N_(
    "Whatever is drawn for seed {seed}, at {blank} the mistakes {one} and {other} come to the same value, or nearly. "
    "Give more numbers to choose from."
)
_KINK = N_("With these numbers a slope jumps. Choose numbers away from zero and from ties.")
_FRESH_KINK = N_("Whatever is drawn for seed {seed}, a slope jumps. Choose numbers away from zero and from ties.")
_LONG = N_("With these numbers answers have more than {n} digits. Choose rounder ones.")
_FRESH_LONG = N_("Whatever is drawn for seed {seed}, answers have more than {n} digits. Choose rounder numbers.")
_DISAGREES = N_(
    "The gradient of {name} is {gradient}, but moving {name} says {quotient} (seed {seed}). Please report this to the makers of backprop-tutor."
)

#: A central difference is this far off at most, relatively, where nothing but rounding and curvature is at work.
_TOLERANCE = 1e-4
_STEP = 1e-6
#: So many cells of a matrix are moved.
_MAX_CELLS = 4


def choose_numbers(exercise: Exercise) -> dict[int, ChosenNumbers | None]:
    """What is taken for each of the seeds; empty where nothing can be drawn or nothing is computed."""
    problem = exercise.variant().problem
    if problem.symbolic or not problem.graph.nodes:
        return {}
    seeds = CHECKED_SEEDS if exercise.has_variants else ()
    return dict(zip(seeds, exercise.number_selector.choose(seeds), strict=True))


def has_finite_numbers(exercise: Exercise, chosen: dict[int, ChosenNumbers | None]) -> bool:
    """Whether some of the numbers that were sampled, or of those that could have been, have values."""
    if not exercise.random_inputs.draws or not chosen or chosen[CHECKED_SEEDS[0]] is not None:
        return True
    return has_finite_variant(exercise)


def check(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """What is wrong with the numbers, or could be better."""
    exercise = target.exercise
    if exercise is None or not exercise.graph.nodes:
        return
    if exercise.variant().problem.symbolic:
        return
    if not exercise.has_variants and exercise.graph.inputs and "vary" not in target.source.data:
        yield target.warning(message(_NO_VARIATION), "vary")
    yield from check_hidden(target, chosen)
    yield from _check_gradients(target, exercise, chosen)


def check_hidden(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """What the numbers hide, or make tedious."""
    exercise = target.exercise
    if exercise is None or not exercise.graph.nodes or exercise.variant().problem.symbolic:
        return
    if exercise.inputs:
        yield from _check_author_numbers(target, exercise.number_selector.author_numbers)
    yield from _check_fresh_numbers(target, chosen)


def _check_author_numbers(target: CheckTarget, numbers: ChosenNumbers | None) -> Iterator[Diagnostic]:
    """The author's numbers are finite once the file can be opened; here is what they hide."""
    if numbers is None:
        return
    if numbers.at_a_kink:
        # What else such numbers do comes of that.
        yield target.warning(message(_KINK), "inputs")
        return
    for blank, mistakes in _hidden_by_blank(numbers).items():
        yield target.warning(message(_HIDES, blank=blank, mistakes=mistakes), "inputs")
    if numbers.too_long:
        yield target.warning(message(_LONG, n=MAX_HAND_DIGITS), "inputs")


def _check_fresh_numbers(target: CheckTarget, chosen: dict[int, ChosenNumbers | None]) -> Iterator[Diagnostic]:
    """What can't be helped, told once."""
    told: set[str] = set()
    for seed, pick in chosen.items():
        if pick is None:
            yield target.fault(message(_NONE_FIT, seed=seed), "vary")
            return
        found = {
            blank: message(_FRESH_HIDE, seed=seed, blank=blank, mistakes=ids)
            for blank, ids in _hidden_by_blank(pick).items()
        }
        if pick.at_a_kink:
            found = {_FRESH_KINK: message(_FRESH_KINK, seed=seed)}
        elif pick.too_long:
            found[_FRESH_LONG] = message(_FRESH_LONG, seed=seed, n=MAX_HAND_DIGITS)
        for what, text in found.items():
            if what not in told:
                told.add(what)
                yield target.warning(text, "vary")
        if not found and _FRESH_ALIKE not in told and (alike := pick.collision):
            # Of so many mistakes two can be alike wherever numbers are small: an author can't always help it.
            told.add(_FRESH_ALIKE)
            blank, one, other = alike
            yield target.note(message(_FRESH_ALIKE, seed=seed, blank=blank, one=one, other=other), "vary")


def _hidden_by_blank(numbers: ChosenNumbers) -> dict[str, str]:
    """The mistakes that are hidden, by blank, as a list to read."""
    found: dict[str, list[str]] = {}
    for blank, mistake in numbers.hidden_mistakes:
        found.setdefault(blank, []).append(mistake)
    return {blank: ", ".join(mistakes) for blank, mistakes in found.items()}


def _check_gradients(
    target: CheckTarget, exercise: Exercise, chosen: dict[int, ChosenNumbers | None]
) -> Iterator[Diagnostic]:
    """Analytic and numerical gradients agree, for the author's numbers and every sampled variant."""
    problem = exercise.variant().problem
    sets: list[Mapping[str, Value]] = [{name: to_floats(value) for name, value in problem.inputs.items()}]
    seeds: list[int | None] = [None]
    for seed, pick in chosen.items():
        if pick is not None and not pick.at_a_kink:
            sets.append(pick.inputs)
            seeds.append(seed)
    for position, name in _find_suspect_gradients(problem, sets):
        yield from _confirm_disagreement(target, problem, sets[position], name, seeds[position])


def _find_suspect_gradients(problem: Problem, sets: Sequence[Mapping[str, Value]]) -> list[tuple[int, str]]:
    """Where gradient and difference quotient differ: set and input. All sets, with one number moved up or down in each,
    go through the graph together.
    """
    import numpy as np

    count = len(sets)
    given = {name: np.array([one[name] for one in sets], dtype=float) for name in problem.graph.inputs}
    wanted = [name for name in given if problem.wrt is None or name in problem.wrt]
    moved = [(name, cell) for name in wanted for cell in _sample_cells(given[name][0])]
    # All sets as they are, then for each number that is moved all sets with it above, then with it below.
    batch = {name: np.concatenate([value] * (1 + 2 * len(moved))) for name, value in given.items()}
    steps = []
    for position, (name, cell) in enumerate(moved):
        where = (slice(None), *(cell or ()))
        step = _STEP * np.maximum(1.0, np.abs(given[name][where]))
        begin = count * (1 + 2 * position)
        batch[name][begin : begin + count][where] += step
        batch[name][begin + count : begin + 2 * count][where] -= step
        steps.append(step)
    start, members = to_floats(problem.start), count * (1 + 2 * len(moved))
    try:
        with np.errstate(all="ignore"):
            passes, finite = forward_backward_batch(problem.graph, batch, start, problem.wrt)
    except NonFiniteError:
        return []
    output = passes.values[problem.graph.output_position]
    total = (output * start).reshape(members, -1).sum(axis=1) if ops.is_matrix(output) else output * start
    weighed = np.broadcast_to(total, (members,)).reshape(-1, count)
    above, below, middle, step = weighed[1::2], weighed[2::2], weighed[0], np.array(steps)
    gradient = np.empty((len(moved), count))
    for position, (name, cell) in enumerate(moved):
        whole = np.broadcast_to(passes.gradients[problem.graph.position[name]], (members, *given[name].shape[1:]))
        gradient[position] = whole[(slice(count), *(cell or ()))]
    with np.errstate(all="ignore"):
        quotient = (above - below) / (2 * step)
        rounding = 1e-15 * (np.abs(above) + np.abs(below)) / step
        # At a flat spot between steep slopes the sides differ a little, and a step that is rounded tilts the quotient.
        bend = np.abs(above - 2 * middle + below) / step
        allowed = _TOLERANCE * np.maximum(np.abs(gradient), np.abs(quotient)) + 100 * rounding + 10 * _STEP * bend
        agree = (np.abs(gradient - quotient) <= allowed) & finite[:count]
    return list({(position, moved[place][0]): None for place, position in np.argwhere(~agree).tolist()})


def _confirm_disagreement(
    target: CheckTarget, problem: Problem, inputs: Mapping[str, Value], name: str, seed: int | None
) -> Iterator[Diagnostic]:
    """The careful check of one input: kinks and poles within the step are no disagreement, nor is rounding, however
    large what cancels on the way.
    """
    start = to_floats(problem.start)
    try:
        entries = check_gradients(problem.graph, inputs, _STEP, start, (name,), _MAX_CELLS)
        rounding = 1e-14 * _rounding_scale(forward_backward(problem.graph, inputs, start)) / _STEP
    except NonFiniteError:
        return
    for entry in entries:
        quotient, relative = entry.central.value, entry.central.relative_error
        if entry.crosses_kink or quotient is None or relative is None:
            continue
        off = abs(quotient - entry.gradient)
        # Where the curve bends as much as the sides of the step differ, a hundredth of that is its next term.
        off -= 0.01 * abs((entry.forward.value or quotient) - quotient)
        if relative > 100 * _TOLERANCE and off > 1e-3 * max(1.0, abs(quotient)) + rounding:
            text = message(
                _DISAGREES,
                name=name,
                gradient=f"{entry.gradient:.6g}",
                quotient=f"{quotient:.6g}",
                seed="-" if seed is None else seed,
            )
            yield target.fault(text, "graph")
            return


def _rounding_scale(passes: Passes) -> float:
    """By how much the output would move if every value on the way moved by as much as it is large."""
    import numpy as np

    both = zip(passes.values, passes.gradients, strict=True)
    return float(sum(np.abs(np.multiply(value, gradient)).sum() for value, gradient in both if gradient is not None))


def _sample_cells(value: Value) -> list[tuple[int, int] | None]:
    if not ops.is_matrix(value):
        return [None]
    rows, columns = value.shape
    taken = min(rows * columns, _MAX_CELLS)
    return [divmod(i * rows * columns // taken, columns) for i in range(taken)]
