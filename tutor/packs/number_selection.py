"""Selection of fresh numbers, many sets of which are judged in one run over the graph.

Numbers are poor if a slope jumps at them, if a mistake gives within 3 % the right value or that of another mistake (an
answer could not tell them apart), or if an answer is a long decimal. A flaw that all numbers have does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.lexer import COMPARISONS
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, Passes, backward, forward_interpreted, operands_of
from tutor.grading.problem import Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE, MAX_HAND_DIGITS
from tutor.packs.batch_size import sets_in_selection
from tutor.packs.data_inputs import inputs_of
from tutor.packs.mistake_collisions import CollisionTable, build_collision_tables
from tutor.packs.random_batches import draw_batch
from tutor.packs.random_inputs import MAX_ATTEMPTS, is_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.packs.conditions import Condition
    from tutor.packs.random_inputs import RandomInputs

#: A slope jumps within this distance of zero, or of a tie, relative to the numbers.
_KINK_TOLERANCE = 1e-9
#: Different sets among 40 if there is much to draw from, and the fewest that are enough for practice.
_ENOUGH_SETS, _MIN_SETS = 20, 4
#: The seed, and the number of sets, that show which flaws all numbers have.
_REFERENCE_SEED, _NUM_REFERENCES = 0, 12


class _BatchProblem(Problem):
    """A problem with a batch of floats for each input."""

    symbolic = False

    @cached_property
    def _batch(self) -> tuple[Passes, Any]:
        return forward_backward_batch(self.graph, self.inputs, to_floats(self.start), self.wrt)

    @property
    def is_finite(self) -> Any:
        """Which sets of numbers have only finite values."""
        return self._batch[1]

    @property
    def float_passes(self) -> Passes:
        return self._batch[0]

    @property
    def exact_passes(self) -> Passes:
        return self._batch[0]

    @cached_property
    def passes_from_output(self) -> Passes:
        values = self.float_passes.values
        return backward(self.graph, values, values[self.graph.output_position], self.wrt, lambda value: True)

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


class CandidateBatch:
    """Sets of numbers for one problem, as a batch of floats for each input.

    `is_valid` tells which of them have finite values and meet the conditions; results for the others mean nothing.
    """

    def __init__(
        self,
        problem: Problem,
        inputs: Mapping[str, Any],
        count: int,
        conditions: Sequence[Condition] = (),
        inputs_are_decimal: bool = False,
    ) -> None:
        self._author_mistakes = {
            blank: advice.mistakes for blank, advice in problem.author_notes.items() if advice.mistakes
        }
        self._answers_are_decimal = inputs_are_decimal and _makes_decimals(problem)
        self._count = count
        self.problem = _BatchProblem(
            problem.graph, inputs, problem.start, problem.wrt, problem.asked, problem.given, forward=problem.forward
        )
        self.is_valid: Any = np.zeros(count, dtype=bool)
        with np.errstate(all="ignore"):
            try:
                self.is_valid = self.problem.is_finite.copy()
            except NonFiniteError:
                return
            for condition in conditions:
                self.is_valid &= condition.holds(self._values_by_name(), count)

    def _values_by_name(self) -> dict[str, Value]:
        nodes = self.problem.graph.nodes
        return {
            node.name: value for node, value in zip(nodes, self.problem.float_passes.values, strict=True) if node.name
        }

    def valid_rows(self, begin: int, end: int) -> Any:
        """Return the positions from `begin` to `end` of valid sets."""
        return self.is_valid[begin:end].nonzero()[0] + begin

    @cached_property
    def collision_tables(self) -> list[CollisionTable]:
        """The mistakes that can't be told apart, at the blanks for values of the graph."""
        if not self.is_valid.any():
            return []
        with np.errstate(all="ignore"):
            return build_collision_tables(self.problem, self._author_mistakes, self._count)

    @cached_property
    def at_a_kink(self) -> Any:
        """The sets at which a slope jumps."""
        flags = np.zeros(self._count, dtype=bool)
        if self.is_valid.any():
            with np.errstate(all="ignore"):
                for x, other in _kink_operands(self.problem.graph, self.problem.float_passes.values):
                    distance, size = (x, 1.0) if other is None else (x - other, np.maximum(np.abs(x), np.abs(other)))
                    flags |= _any_cell(np.abs(distance) <= _KINK_TOLERANCE * size, self._count)
        return flags

    @cached_property
    def too_long(self) -> Any:
        """The sets for which an answer is a decimal of more than six digits."""
        flags = np.zeros(self._count, dtype=bool)
        if self._answers_are_decimal and self.is_valid.any():
            answers = [self.problem.truth(blank) for blank in self.problem.blanks if blank.kind != "question"]
            numbers = [np.broadcast_to(answer, (self._count,)) for answer in answers if not ops.is_matrix(answer)]
            if numbers:
                flags |= (~has_few_digits(np.stack(numbers))).any(axis=0)
            for answer in answers:
                if ops.is_matrix(answer):
                    flags |= _any_cell(~has_few_digits(answer), self._count)
        return flags


@dataclass(frozen=True, slots=True)
class ChosenNumbers:
    """A set of numbers, and what is poor about it.

    `attempt` is None for the author's own; `hidden_mistakes` are pairs of a blank and a mistake; `inputs` are the
    numbers in floats.
    """

    attempt: int | None
    at_a_kink: bool
    hidden_mistakes: tuple[tuple[str, str], ...]
    too_long: bool
    find_collision: Callable[[], tuple[str, str, str] | None] | None = field(default=None, compare=False)
    inputs: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def collision(self) -> tuple[str, str, str] | None:
        """A blank and two mistakes that can't be told apart there."""
        return self.find_collision() if self.find_collision else None


class NumberSelector:
    """Selects among the numbers that may be drawn for an exercise.

    `problem` has the author's numbers, which are never chosen; without `has_author_numbers` they were drawn too.
    """

    def __init__(
        self,
        exercise: str,
        problem: Problem,
        random_inputs: RandomInputs,
        conditions: Sequence[Condition] = (),
        has_author_numbers: bool = True,
    ) -> None:
        self._exercise = exercise
        self._problem = problem
        self._random_inputs = random_inputs
        self._conditions = conditions
        self._has_author_numbers = has_author_numbers
        self._author_inputs = {name: to_floats(value) for name, value in problem.inputs.items()}
        fixed = [value for name, value in problem.inputs.items() if name not in random_inputs.draws]
        self._inputs_are_decimal = all(map(is_decimal, fixed)) and all(
            draw.all_decimal for draw in random_inputs.draws.values()
        )
        #: The author's numbers, once `choose` has judged them: only mistakes that give exactly the right value count
        #: as hidden. None if they are not finite.
        self.author_numbers: ChosenNumbers | None = None

    def choose(self, seeds: Sequence[int]) -> list[ChosenNumbers | None]:
        """Return the numbers for each seed, None if none are finite; the other seeds make no difference.

        They are the first set that has no flaw, or else one of the best. Of a very large graph, fewer sets are judged.
        """
        num_references = _NUM_REFERENCES + 1
        room = sets_in_selection(self._problem) - num_references
        attempts = max(1, min(MAX_ATTEMPTS, room))
        at_once = max(1, room // attempts)
        chosen: list[ChosenNumbers | None] = []
        for begin in range(0, max(1, len(seeds)), at_once):
            chosen += self._choose_together(seeds[begin : begin + at_once], attempts)
        return chosen

    def _choose_together(self, seeds: Sequence[int], attempts: int) -> list[ChosenNumbers | None]:
        """Return the numbers for each seed, among so many sets for each of them."""
        drawn = [
            draw_batch(self._random_inputs, self._exercise, seeds, attempts),
            draw_batch(self._random_inputs, self._exercise, (_REFERENCE_SEED,), _NUM_REFERENCES),
        ]
        num_candidates = len(seeds) * attempts
        # The author's numbers come last: they are a reference as well, in case only one set can be drawn.
        count = num_candidates + _NUM_REFERENCES + 1
        batch = CandidateBatch(
            self._problem, self._join_batches(drawn, count - 1), count, self._conditions, self._inputs_are_decimal
        )
        end = count if self._has_author_numbers else count - 1
        scores = _CandidateScores(batch, batch.valid_rows(num_candidates, end))
        self.author_numbers = scores.make_numbers(count - 1, None, exactly_right=True) if batch.is_valid[-1] else None
        row_sets = []
        for begin in range(0, num_candidates, attempts):
            rows = batch.valid_rows(begin, begin + attempts)
            if self._has_author_numbers and len(rows):
                rows = rows[~self._equals_author_inputs(batch, rows)]
            row_sets.append(rows)
        chosen = enumerate(scores.choose_rows(row_sets)) if row_sets else ()
        return [
            None
            if choice is None
            else scores.make_numbers(choice[0], choice[0] - position * attempts, has_collision=choice[1])
            for position, choice in chosen
        ]

    def _join_batches(self, drawn: Sequence[Mapping[str, Any]], count: int) -> dict[str, Any]:
        """Return all numbers that were drawn, with the author's at the end."""
        joined = {}
        for name, value in self._author_inputs.items():
            authored = np.asarray(value)[None]
            parts = [batch[name] for batch in drawn] if name in drawn[0] else [np.repeat(authored, count, axis=0)]
            joined[name] = np.concatenate([*parts, authored])
        return joined

    def _equals_author_inputs(self, batch: CandidateBatch, rows: Any) -> Any:
        equal = np.ones(len(rows), dtype=bool)
        for name, value in self._author_inputs.items():
            equal &= _every_cell(batch.problem.inputs[name][rows] == value)
        return equal


class _CandidateScores:
    """The flaws of each set of a batch: a slope that jumps, the number of hidden mistakes, a long decimal.

    The `reference` rows show which flaws all numbers have.
    """

    def __init__(self, batch: CandidateBatch, reference: Any) -> None:
        #: Each with the mistakes that are always right, and one mistake of each class of the others.
        self._tables = [(table, *table.classify_mistakes(reference)) for table in batch.collision_tables]
        self._inputs = batch.problem.inputs
        self._flat_inputs = np.concatenate([value.reshape(len(value), -1) for value in self._inputs.values()], axis=1)
        self.flaws = np.zeros((len(batch.is_valid), 3), dtype=int)
        with np.errstate(all="ignore"):
            self.flaws[:, 0] = batch.at_a_kink
            self.flaws[:, 2] = batch.too_long
            for table, always_right, _different in self._tables:
                self.flaws[:, 1] += table.count_hidden(always_right)

    def choose_rows(self, row_sets: Sequence[Any]) -> list[tuple[int, bool] | None]:
        """Return one row of each list, and whether it has mistakes that can't be told apart; None for an empty list.

        Of the rows with the fewest flaws it is the first with the fewest such mistakes.
        """
        best = [_fewest_flaws(rows, self.flaws[rows]) if len(rows) else rows for rows in row_sets]
        candidates = np.concatenate(best)
        collisions = np.zeros(len(candidates), dtype=int)
        with np.errstate(all="ignore"):
            for table, _always_right, different in self._tables:
                collisions += table.count_collisions(different, candidates)
        ends = np.cumsum([len(rows) for rows in best])
        parts = np.split(collisions, ends[:-1])
        return [self._choose_row(rows, part) if len(rows) else None for rows, part in zip(best, parts, strict=True)]

    def _choose_row(self, rows: Any, collisions: Any) -> tuple[int, bool]:
        # If every seed draws from the same few sets, the first of the better quarter is taken: with the very best
        # only, the numbers would be the same each time.
        fewest = rows[collisions == collisions.min()]
        few = self._has_fewer_sets(fewest, _MIN_SETS) and self._has_fewer_sets(rows, _ENOUGH_SETS)
        tolerable = sorted(collisions.tolist())[len(collisions) // 4] if few else int(collisions.min())
        first = int((collisions <= tolerable).argmax())
        return int(rows[first]), bool(collisions[first])

    def _has_fewer_sets(self, rows: Any, limit: int) -> bool:
        """Return whether there are fewer than `limit` different sets of numbers among these rows."""
        different: set[bytes] = set()
        for row in rows:
            different.add(self._flat_inputs[row].tobytes())
            if len(different) == limit:
                return False
        return True

    def make_numbers(
        self, row: int, attempt: int | None, has_collision: bool = False, exactly_right: bool = False
    ) -> ChosenNumbers:
        """Return the numbers of a row.

        A mistake is hidden if its value is near the right one or, if `exactly_right` is set, equal to it.
        """
        at_a_kink, num_hidden, too_long = self.flaws[row].tolist()
        hidden: dict[tuple[str, str], None] = {}
        for table, always_right, _different in self._tables if num_hidden else ():
            flags = (table.gives_right_value(row) if exactly_right else table.is_near_truth[:, :, row]) & ~always_right
            for blank, mistake in np.argwhere(flags).tolist():
                hidden[table.blanks[blank], table.names[blank][mistake]] = None
        find_collision = partial(self._find_collision, row) if has_collision else None
        inputs = {name: value[row] for name, value in self._inputs.items()}
        return ChosenNumbers(attempt, bool(at_a_kink), tuple(hidden), bool(too_long), find_collision, inputs)

    def _find_collision(self, row: int) -> tuple[str, str, str] | None:
        collisions = (table.find_collision(row, different) for table, _always_right, different in self._tables)
        return next(filter(None, collisions), None)


def _kink_operands(graph: Graph, values: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    """Yield pairs of values between which a slope jumps where they are equal; the second is None for 0.

    A comparison counts only if it depends on a value that has a gradient: `ids == 2` is no kink, `X > 0` is one at 0.
    """
    differentiable = set(graph.differentiable_inputs())
    for position, node in enumerate(graph.nodes):
        if node.is_input or not node.operation.has_kink:
            continue
        operands = operands_of(graph, values, position)
        is_composite = node.body is not None and (len(operands) > 2 or node.operation.data_slots)
        if node.body and is_composite:
            inside = dict(zip(node.body.inputs, operands, strict=True))
            yield from _kink_operands(node.body, forward_interpreted(node.body, inside, lambda value: True))
        elif node.op in COMPARISONS.values():
            if any(differentiable.intersection(inputs_of(graph, arg)) for arg in node.args):
                yield operands[0], operands[1]
        elif not node.operation.data_slots:
            yield operands[0], operands[1] if len(operands) > 1 else None


def _fewest_flaws(rows: Any, flaws: Any) -> Any:
    """Return the rows with the fewest flaws; the first kind counts most."""
    for kind in range(flaws.shape[1]):
        least = flaws[:, kind] == flaws[:, kind].min()
        rows, flaws = rows[least], flaws[least]
    return rows


def has_few_digits(value: Any) -> Any:
    """Return which numbers have at most six significant digits as decimals."""
    size = np.abs(value)
    power = np.floor(np.log10(np.where(size > 0, size, 1.0)))
    scaled = value * 10.0 ** (MAX_HAND_DIGITS - 1 - power)
    return np.abs(scaled - np.round(scaled)) <= FLOAT_TOLERANCE * np.maximum(np.abs(scaled), 1.0)


def _makes_decimals(problem: Problem) -> bool:
    """Return whether all values are decimals if the inputs are."""
    nodes = [node for node in problem.graph.nodes if not node.is_input]
    return all(node.operation.keeps_decimals and (node.op != "pow" or node.const is not None) for node in nodes)


def _any_cell(flags: Any, count: int) -> Any:
    """Return one flag for each set of numbers: whether any cell of a matrix has one."""
    flags = np.asarray(flags)
    if ops.is_matrix(flags):
        flags = flags.any(axis=(-2, -1))
    return np.broadcast_to(flags, (count,))


def _every_cell(flags: Any) -> Any:
    """Return one flag for each set of numbers: whether all cells of a matrix have one."""
    return flags.all(axis=(-2, -1)) if ops.is_matrix(flags) else flags
