"""Which fresh numbers are worth taking: many sets of them looked at in one run over the graph.

Numbers are poor where a slope jumps; where a mistake comes within 3 % of the right value, or of another mistake, so
that an answer could not tell them apart; where an answer is a decimal too long to work with by hand. What is so for
all numbers lies in the graph and speaks against none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.engine.batch import forward_backward_batch
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, Passes, backward
from tutor.grading.problem import Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE, MAX_HAND_DIGITS
from tutor.packs.exercise import MAX_ATTEMPTS
from tutor.packs.mistake_collisions import CollisionTable, build_collision_tables
from tutor.packs.random_inputs import RandomInputs, is_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.packs.conditions import Condition

#: A slope jumps nearer to zero, or to a tie, than this.
_KINK_TOLERANCE = 1e-9
#: So many different sets of 40 come of what may be drawn where it is much; fewer than a few are too few for practice.
_ENOUGH_SETS, _MIN_SETS = 20, 4
#: Whose numbers show what is so for all numbers.
_REFERENCE_SEED, _NUM_REFERENCES = 0, 12


class _BatchProblem(Problem):
    """A problem with a batch of values for each input, all of it in floats."""

    symbolic = False

    @cached_property
    def _batch(self) -> tuple[Passes, Any]:
        return forward_backward_batch(self.graph, self.inputs, to_floats(self.start), self.wrt)

    @property
    def is_finite(self) -> Any:
        """For each set of numbers whether all values are finite."""
        return self._batch[1]

    @property
    def float_passes(self) -> Passes:
        return self._batch[0]

    @property
    def exact_passes(self) -> Passes:
        return self._batch[0]

    @cached_property
    def passes_from_output(self) -> Passes:
        found = self.float_passes.values
        return backward(self.graph, found, found[self.graph.output_position], self.wrt, lambda value: True)

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


class CandidateBatch:
    """Sets of numbers for one problem: a batch of floats for each input. `good` are those that have finite values and meet
    the conditions; what stands at the others means nothing. `decimals` says that inputs are.
    """

    def __init__(
        self,
        problem: Problem,
        inputs: Mapping[str, Any],
        count: int,
        conditions: Sequence[Condition] = (),
        inputs_are_decimal: bool = False,
    ) -> None:
        import numpy as np

        self._author_mistakes = {
            blank: advice.mistakes for blank, advice in problem.author_notes.items() if advice.mistakes
        }
        self._answers_are_decimal = inputs_are_decimal and _makes_decimals(problem)
        self._count = count
        self.problem = _BatchProblem(
            problem.graph, inputs, problem.start, problem.wrt, problem.asked, problem.given, forward=problem.forward
        )
        # What is asked does not depend on the numbers.
        vars(self.problem).update(places=problem.places, blanks=problem.blanks)
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
        """The good ones of the sets from one position to another."""
        return self.is_valid[begin:end].nonzero()[0] + begin

    @cached_property
    def collision_tables(self) -> list[CollisionTable]:
        """What comes near to what, at the blanks for values of the graph."""
        import numpy as np

        if not self.is_valid.any():
            return []
        with np.errstate(all="ignore"):
            return build_collision_tables(self.problem, self._author_mistakes, self._count)

    @cached_property
    def at_a_kink(self) -> Any:
        """Where a slope jumps."""
        import numpy as np

        found = np.zeros(self._count, dtype=bool)
        for position, node in enumerate(self.problem.graph.nodes):
            if not node.is_input and node.operation.has_kink and self.is_valid.any():
                x, *others = self.problem.float_passes.operands_of(position)
                off, size = (x - others[0], np.maximum(np.abs(x), np.abs(others[0]))) if others else (x, 1.0)
                found |= _any_cell(np.abs(off) <= _KINK_TOLERANCE * size, self._count)
        return found

    @cached_property
    def too_long(self) -> Any:
        """Where an answer is a decimal of more than six digits."""
        import numpy as np

        found = np.zeros(self._count, dtype=bool)
        if self._answers_are_decimal and self.is_valid.any():
            answers = [self.problem.truth(blank) for blank in self.problem.blanks if blank.kind != "question"]
            numbers = [np.broadcast_to(answer, (self._count,)) for answer in answers if not ops.is_matrix(answer)]
            if numbers:
                found |= (~has_few_digits(np.stack(numbers))).any(axis=0)
            for answer in answers:
                if ops.is_matrix(answer):
                    found |= _any_cell(~has_few_digits(answer), self._count)
        return found


@dataclass(frozen=True, slots=True)
class ChosenNumbers:
    """A set of numbers, and what speaks against it: a slope jumps, mistakes are hidden (as blank and mistake), a
    decimal is long, two mistakes can't be told apart. `attempt` is None for the author's own.
    """

    attempt: int | None
    at_a_kink: bool
    hidden_mistakes: tuple[tuple[str, str], ...]
    too_long: bool
    find_collision: Callable[[], tuple[str, str, str] | None] | None = field(default=None, compare=False)
    """looks for two such mistakes"""
    inputs: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """the numbers themselves in floats, by input"""

    @property
    def collision(self) -> tuple[str, str, str] | None:
        """Two mistakes that can't be told apart, as blank, mistake and mistake."""
        return self.find_collision() if self.find_collision else None


class NumberSelector:
    """Chooses among the numbers that may be drawn for an exercise. `problem` has the author's, which are never chosen;
    `has_own` says that it has some.
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
        #: The author's own numbers, with the mistakes that give the right value itself; None where they aren't finite.
        self.author_numbers: ChosenNumbers | None = None

    def choose(self, seeds: Sequence[int]) -> list[ChosenNumbers | None]:
        """What is taken for each seed; None where nothing can be. The same for a seed in any company.

        It is the first set that nothing speaks against, or else one of the best there are.
        """
        drawn = [
            self._random_inputs.draw_batch(self._exercise, seeds, MAX_ATTEMPTS),
            self._random_inputs.draw_batch(self._exercise, (_REFERENCE_SEED,), _NUM_REFERENCES),
        ]
        known = len(seeds) * MAX_ATTEMPTS
        count = known + _NUM_REFERENCES + 1
        trial = CandidateBatch(
            self._problem, self._join_batches(drawn, count - 1), count, self._conditions, self._inputs_are_decimal
        )
        # The author's numbers stand last: they count as well, where only one set can be drawn.
        judged = _CandidateScores(trial, trial.valid_rows(known, count if self._has_author_numbers else count - 1))
        self.author_numbers = judged.make_numbers(count - 1, None, exactly_right=True) if trial.is_valid[-1] else None
        sets = []
        for begin in range(0, known, MAX_ATTEMPTS):
            rows = trial.valid_rows(begin, begin + MAX_ATTEMPTS)
            sets.append(
                rows[~self._equals_author_inputs(trial, rows)] if self._has_author_numbers and len(rows) else rows
            )
        best = enumerate(judged.choose_rows(sets)) if sets else ()
        return [
            None
            if found is None
            else judged.make_numbers(found[0], found[0] - place * MAX_ATTEMPTS, has_collision=found[1])
            for place, found in best
        ]

    def _join_batches(self, drawn: Sequence[Mapping[str, Any]], count: int) -> dict[str, Any]:
        """All numbers that were drawn, the author's at the end."""
        import numpy as np

        found = {}
        for name, value in self._author_inputs.items():
            own = np.asarray(value)[None]
            parts = [one[name] for one in drawn] if name in drawn[0] else [np.repeat(own, count, axis=0)]
            found[name] = np.concatenate([*parts, own])
        return found

    def _equals_author_inputs(self, trial: CandidateBatch, rows: Any) -> Any:
        import numpy as np

        found = np.ones(len(rows), dtype=bool)
        for name, value in self._author_inputs.items():
            found &= _every_cell(trial.problem.inputs[name][rows] == value)
        return found


class _CandidateScores:
    """The sets of a trial, a row each, with what speaks against them: slopes that jump, hidden mistakes, long decimals.
    `reference` are the rows that show what lies in the graph.
    """

    def __init__(self, trial: CandidateBatch, reference: Any) -> None:
        import numpy as np

        #: What comes near to what; what always gives the right value, and one mistake of each class of the others.
        self._tables = [(group, *group.classify_mistakes(reference)) for group in trial.collision_tables]
        self._inputs = trial.problem.inputs
        self._flat_inputs = np.concatenate([value.reshape(len(value), -1) for value in self._inputs.values()], axis=1)
        self.flaws = np.zeros((len(trial.is_valid), 3), dtype=int)
        with np.errstate(all="ignore"):
            self.flaws[:, 0] = trial.at_a_kink
            self.flaws[:, 2] = trial.too_long
            for group, always, _different in self._tables:
                self.flaws[:, 1] += group.count_hidden(always)

    def choose_rows(self, sets: Sequence[Any]) -> list[tuple[int, bool] | None]:
        """For each of some lists of rows the first of those with the fewest flaws in which the fewest mistakes can't be told
        from another. Where there is little to choose from it is the first among the better quarter. With it whether there
        are mistakes that can't be told apart.
        """
        import numpy as np

        several: list[Any] = [_fewest_flaws(rows, self.flaws[rows]) if len(rows) else rows for rows in sets]
        candidates = np.concatenate(several)
        alike = np.zeros(len(candidates), dtype=int)
        with np.errstate(all="ignore"):
            for group, _always, different in self._tables:
                alike += group.count_collisions(different, candidates)
        ends = np.cumsum([len(rows) for rows in several])
        parts = np.split(alike, ends[:-1])
        return [self._choose_row(rows, part) if len(rows) else None for rows, part in zip(several, parts, strict=True)]

    def _choose_row(self, rows: Any, alike: Any) -> tuple[int, bool]:
        """The row to take, given how many mistakes are alike in each."""
        # Of few sets every seed draws the same: there, what is left must be some, or it would be the same each time.
        few = self._has_fewer_sets(rows[alike == alike.min()], _MIN_SETS) and self._has_fewer_sets(rows, _ENOUGH_SETS)
        tolerable = sorted(alike.tolist())[len(alike) // 4] if few else int(alike.min())
        taken = int((alike <= tolerable).argmax())
        return int(rows[taken]), bool(alike[taken])

    def _has_fewer_sets(self, rows: Any, limit: int) -> bool:
        """Whether there are fewer different sets of numbers among some rows."""
        found: set[bytes] = set()
        for row in rows:
            found.add(self._flat_inputs[row].tobytes())
            if len(found) == limit:
                return False
        return True

    def make_numbers(
        self, row: int, attempt: int | None, has_collision: bool = False, exactly_right: bool = False
    ) -> ChosenNumbers:
        """A row as a pick. A mistake is hidden where it comes near to the right value, or gives that `itself`. `alike`
        says that there are mistakes that can't be told apart.
        """
        kink, hides, long = self.flaws[row].tolist()
        hidden: dict[tuple[str, str], None] = {}
        for group, always, _different in self._tables:
            if hides:
                here = (group.gives_right_value(row) if exactly_right else group.is_near_truth[:, :, row]) & ~always
                for blank, mistake in zip(*(found.tolist() for found in here.nonzero()), strict=True):
                    hidden[group.blanks[blank], group.names[blank][mistake]] = None
        pair = partial(self._find_collision, row) if has_collision else None
        inputs = {name: value[row] for name, value in self._inputs.items()}
        return ChosenNumbers(attempt, bool(kink), tuple(hidden), bool(long), pair, inputs)

    def _find_collision(self, row: int) -> tuple[str, str, str] | None:
        """Two mistakes that can't be told apart in a row."""
        return next(
            filter(None, (group.find_collision(row, different) for group, _always, different in self._tables)), None
        )


def _fewest_flaws(rows: Any, flaws: Any) -> Any:
    """The rows with the fewest flaws, the graver ones counting first."""
    for kind in range(flaws.shape[1]):
        least = flaws[:, kind] == flaws[:, kind].min()
        rows, flaws = rows[least], flaws[least]
    return rows


def has_few_digits(value: Any) -> Any:
    """Which numbers have at most six significant digits as decimals; an array of flags."""
    import numpy as np

    size = np.abs(value)
    power = np.floor(np.log10(np.where(size > 0, size, 1.0)))
    scaled = value * 10.0 ** (MAX_HAND_DIGITS - 1 - power)
    return np.abs(scaled - np.round(scaled)) <= FLOAT_TOLERANCE * np.maximum(np.abs(scaled), 1.0)


def _makes_decimals(problem: Problem) -> bool:
    """Whether all values are decimals where the inputs are."""
    nodes = [node for node in problem.graph.nodes if not node.is_input]
    return all(node.operation.keeps_decimals and (node.op != "pow" or node.const is not None) for node in nodes)


def _any_cell(flags: Any, count: int) -> Any:
    """Flags by set of numbers, where any cell of a matrix is flagged."""
    import numpy as np

    flags = np.asarray(flags)
    if ops.is_matrix(flags):
        flags = flags.any(axis=(-2, -1))
    return np.broadcast_to(flags, (count,))


def _every_cell(flags: Any) -> Any:
    """Flags by set of numbers, where all cells of a matrix are flagged."""
    return flags.all(axis=(-2, -1)) if ops.is_matrix(flags) else flags
