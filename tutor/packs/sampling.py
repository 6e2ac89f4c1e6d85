"""Which fresh numbers are worth taking: many sets of them looked at in one run over the graph.

Numbers are poor where a slope jumps; where a mistake comes within 3 % of the right value, or of another mistake, so
that an answer could not tell them apart; where an answer is a decimal too long to work with by hand. What is so for
all numbers lies in the graph and speaks against none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine import Passes
from tutor.engine.batch import run_batch
from tutor.engine.numerical import in_floats
from tutor.engine.passes import NotANumber, backward
from tutor.grading.problem import Blank, OwnMistake, Problem
from tutor.packs.conditions import Condition
from tutor.packs.exercise import ATTEMPTS
from tutor.packs.nearness import Nearness
from tutor.packs.variants import Drawing

#: A slope jumps nearer to zero, or to a tie, than this.
_AT_A_KINK = 1e-9
#: Decimals of more digits than this are too long to work with by hand.
DIGITS = 6
#: Operations that make decimals of decimals; elsewhere a long one is no surprise.
_DECIMAL = {"add", "sub", "mul", "neg", "matmul", "transpose", "sum", "sum.0", "sum.1", "relu", "abs", "max", "min",
            "pow", "broadcast"}  # fmt: skip
#: How many sets are drawn for a seed before the best of them is taken: the first, and more where none will do.
_ROUNDS = (range(12), range(12, ATTEMPTS))
#: Whose numbers show what is so for all numbers.
_REFERENCE = 0


class _Many(Problem):
    """A problem with a batch of values for each input, all of it in floats."""

    symbolic = False

    @cached_property
    def _batch(self) -> tuple[Passes, Any]:
        return run_batch(self.graph, self.inputs, in_floats(self.start), self.wrt)

    @property
    def finite(self) -> Any:
        """For each set of numbers whether all values are finite."""
        return self._batch[1]

    @property
    def floats(self) -> Passes:
        return self._batch[0]

    @property
    def exact(self) -> Passes:
        return self._batch[0]

    @cached_property
    def from_output(self) -> Passes:
        found = self.floats.values
        return backward(self.graph, found, found[self.graph.last], self.wrt, lambda value: True)

    def truth_in_floats(self, blank: Blank) -> Value:
        return self.truth(blank)


class Trial:
    """Sets of numbers for one problem: a batch of floats for each input. Those without a finite value are left out, and
    those that don't meet the conditions; `kept` are the positions of the others.
    """

    def __init__(
        self, problem: Problem, inputs: Mapping[str, Any], count: int, conditions: Sequence[Condition] = ()
    ) -> None:
        import numpy as np

        def many(inputs: Mapping[str, Any]) -> _Many:
            return _Many(problem.graph, inputs, problem.start, problem.wrt, problem.asked, problem.given)

        self._advice = problem.advice
        self.problem = many(inputs)
        with np.errstate(all="ignore"):
            try:
                good = self.problem.finite.copy()
            except NotANumber:
                good = np.zeros(count, dtype=bool)
            else:
                for condition in conditions:
                    good &= condition.holds(self._names(), count)
        self.kept: Any = np.flatnonzero(good)
        if len(self.kept) < count:
            self.problem = many({name: value[self.kept] for name, value in inputs.items()})

    def _names(self) -> dict[str, Value]:
        nodes = self.problem.graph.nodes
        return {node.name: value for node, value in zip(nodes, self.problem.floats.values, strict=True) if node.name}

    @cached_property
    def blanks(self) -> list[Nearness]:
        """What comes near to what, at each blank for a backward value."""
        import numpy as np

        if not len(self.kept):
            return []
        with np.errstate(all="ignore"):
            return [
                Nearness(self.problem, blank, self._own(blank), len(self.kept))
                for blank in self.problem.blanks
                if blank.backward
            ]

    def _own(self, blank: Blank) -> tuple[OwnMistake, ...]:
        return self._advice[blank.id].mistakes if blank.id in self._advice else ()

    @cached_property
    def at_a_kink(self) -> Any:
        """Where a slope jumps."""
        import numpy as np

        found = np.zeros(len(self.kept), dtype=bool)
        for position, node in enumerate(self.problem.graph.nodes):
            if len(self.kept) and not node.is_input and node.operation.kink:
                x, *others = self.problem.floats.operands(position)
                off, size = (x - others[0], np.maximum(np.abs(x), np.abs(others[0]))) if others else (x, 1.0)
                found |= _any_cell(np.abs(off) <= _AT_A_KINK * size, len(self.kept))
        return found

    @cached_property
    def too_long(self) -> Any:
        """Where an answer is a decimal of more than six digits."""
        import numpy as np

        found = np.zeros(len(self.kept), dtype=bool)
        if len(self.kept) and _makes_decimals(self.problem):
            for blank in self.problem.blanks:
                if blank.backward:
                    found |= _any_cell(~short(self.problem.truth(blank)), len(self.kept))
        return found


class Usual:
    """What comes near to what for all numbers of some trial."""

    def __init__(self, trial: Trial) -> None:
        import numpy as np

        with np.errstate(all="ignore"):
            self._known = {blank.id: (blank.names, *blank.always()) for blank in trial.blanks}

    def at(self, blank: Nearness) -> tuple[Any, Any]:
        """Flags of the mistakes at a blank that always give the right value, and one mistake of each class."""
        import numpy as np

        names, hidden, different = self._known.get(blank.id, ((), None, None))
        if names != blank.names:
            # A mistake that leads somewhere for some numbers only: nothing is known of it.
            return np.zeros(len(blank.names), dtype=bool), np.arange(len(blank.names))
        return hidden, different


@dataclass(frozen=True, slots=True)
class Pick:
    """A set of numbers, and what speaks against it: a slope jumps, mistakes are hidden (as blank and mistake), a
    decimal is long, so many mistakes can't be told from another one. `attempt` is None for the author's own.
    """

    attempt: int | None
    at_a_kink: bool
    hidden: tuple[tuple[str, str], ...]
    too_long: bool
    alike: int

    @property
    def poor(self) -> tuple[int, ...]:
        """To compare picks by, the better one first; all zero but the last where a set will do."""
        return int(self.at_a_kink), len(self.hidden), int(self.too_long), self.alike


class Sampler:
    """Chooses among the numbers that may be drawn for an exercise. `problem` has the author's, which are never chosen;
    `has_own` says that it has some.
    """

    def __init__(
        self,
        exercise: str,
        problem: Problem,
        drawing: Drawing,
        conditions: Sequence[Condition] = (),
        has_own: bool = True,
    ) -> None:
        self._exercise = exercise
        self._problem = problem
        self._drawing = drawing
        self._conditions = conditions
        self._has_own = has_own
        self._authored = {name: in_floats(value) for name, value in problem.inputs.items()}
        self._usual: Usual | None = None
        self._tolerable = 0

    def picks(self, seeds: Sequence[int]) -> list[Pick | None]:
        """What is taken for each seed; None where nothing can be. The same for a seed in any company.

        It is the first set that will do and that is among the better quarter, or else the best there is.
        """
        best: dict[int, Pick] = {}
        waiting = list(dict.fromkeys(seeds))
        for attempts in _ROUNDS:
            done = set()
            for seed, pick in self._look(waiting, attempts):
                if seed not in done and (seed not in best or pick.poor < best[seed].poor):
                    best[seed] = pick
                if not any(pick.poor[:3]) and pick.alike <= self._tolerable:
                    best[seed] = best[seed] if seed in done else pick
                    done.add(seed)
            waiting = [seed for seed in waiting if seed not in best or any(best[seed].poor[:3])]
            if not waiting:
                break
        return [best.get(seed) for seed in seeds]

    def authored(self) -> Pick | None:
        """The author's own numbers, with the mistakes that give the right value itself; None where they are not finite."""
        if self._usual is None:
            list(self._look((), range(0)))
        assert self._usual is not None
        trial = Trial(self._problem, self._fixed(1), 1)
        return next((pick for _position, pick in _judged(trial, self._usual, [None], itself=True)), None)

    def _look(self, seeds: Sequence[int], attempts: range) -> list[tuple[int, Pick]]:
        sets: list[tuple[int | None, int]] = [(seed, attempt) for seed in seeds for attempt in attempts]
        drawn = [self._drawing.in_floats(self._exercise, seed, attempts) for seed in seeds]
        if self._usual is None:
            sets += [(None, attempt) for attempt in _ROUNDS[0]]
            drawn.append(self._drawing.in_floats(self._exercise, _REFERENCE, _ROUNDS[0]))
        trial = Trial(self._problem, self._joined(drawn, len(sets)), len(sets), self._conditions)
        self._usual = self._usual or Usual(trial)
        found, reference = [], []
        for position, pick in _judged(trial, self._usual, [attempt for _seed, attempt in sets]):
            seed = sets[position][0]
            if seed is None:
                reference.append(pick.alike)
            elif not (self._has_own and self._is_authored(trial, position)):
                found.append((seed, pick))
        if reference:
            self._tolerable = sorted(reference)[len(reference) // 4]
        return found

    def _joined(self, drawn: Sequence[Mapping[str, Any]], count: int) -> dict[str, Any]:
        import numpy as np

        fresh = {name: np.concatenate([one[name] for one in drawn]) for name in drawn[0]} if drawn else {}
        return {**self._fixed(count), **fresh}

    def _fixed(self, count: int) -> dict[str, Any]:
        """The author's numbers, as a batch."""
        import numpy as np

        return {name: np.repeat(np.asarray(value)[None], count, axis=0) for name, value in self._authored.items()}

    def _is_authored(self, trial: Trial, position: int) -> bool:
        import numpy as np

        row = int(np.searchsorted(trial.kept, position))
        return all(bool((trial.problem.inputs[name][row] == value).all()) for name, value in self._authored.items())


def _judged(trial: Trial, usual: Usual, attempts: Sequence[int | None], itself: bool = False) -> list[tuple[int, Pick]]:
    """The sets of a trial that can be taken, by position, with what speaks against each.

    A mistake is hidden where it comes near to the right value, or gives that `itself`.
    """
    import numpy as np

    count = len(trial.kept)
    alike = np.zeros(count, dtype=int)
    hidden: list[list[tuple[str, str]]] = [[] for _ in range(count)]
    with np.errstate(all="ignore"):
        for blank in trial.blanks:
            always, different = usual.at(blank)
            alike += blank.alike(different)
            for mistake, row in np.argwhere((blank.right if itself else blank.near_truth) & ~always[:, None]):
                hidden[row].append((blank.id, blank.names[mistake]))
        kinks, long = trial.at_a_kink, trial.too_long
    return [
        (
            int(position),
            Pick(
                attempts[position],
                bool(kinks[row]),
                tuple(dict.fromkeys(hidden[row])),
                bool(long[row]),
                int(alike[row]),
            ),
        )
        for row, position in enumerate(trial.kept)
    ]


def short(value: Any) -> Any:
    """Which numbers have at most six significant digits as decimals; an array of flags."""
    import numpy as np

    size = np.abs(value)
    power = np.floor(np.log10(np.where(size > 0, size, 1.0)))
    scaled = value * 10.0 ** (DIGITS - 1 - power)
    return np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(np.abs(scaled), 1.0)


def _makes_decimals(problem: Problem) -> bool:
    """Whether all values are decimals where the inputs are."""
    nodes = [node for node in problem.graph.nodes if not node.is_input]
    if any(node.op not in _DECIMAL or (node.op == "pow" and node.const is None) for node in nodes):
        return False
    return all(bool(short(problem.inputs[name]).all()) for name in problem.inputs)


def _any_cell(flags: Any, count: int) -> Any:
    """Flags by set of numbers, where any cell of a matrix is flagged."""
    import numpy as np

    flags = np.asarray(flags)
    if values.is_matrix(flags):
        flags = flags.any(axis=(-2, -1))
    return np.broadcast_to(flags, (count,))
