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
from tutor.packs.nearness import Nearness, Together, together
from tutor.packs.variants import Drawing, is_decimal

#: A slope jumps nearer to zero, or to a tie, than this.
_AT_A_KINK = 1e-9
#: Decimals of more digits than this are too long to work with by hand.
DIGITS = 6
#: Operations that make decimals of decimals; elsewhere a long one is no surprise.
_DECIMAL = {"add", "sub", "mul", "neg", "matmul", "transpose", "sum", "sum.0", "sum.1", "relu", "abs", "max", "min",
            "pow", "broadcast"}  # fmt: skip
#: How many sets are drawn for a seed before the best of them is taken: the first, and more where none will do.
_ROUNDS = (range(16), range(16, ATTEMPTS))
#: Whose numbers show what is so for all numbers.
_REFERENCE, _REFERENCES = 0, range(12)


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
    those that don't meet the conditions; `kept` are the positions of the others. `decimals` says that inputs are.
    """

    def __init__(
        self,
        problem: Problem,
        inputs: Mapping[str, Any],
        count: int,
        conditions: Sequence[Condition] = (),
        decimals: bool = False,
    ) -> None:
        import numpy as np

        def many(inputs: Mapping[str, Any]) -> _Many:
            return _Many(
                problem.graph,
                inputs,
                problem.start,
                problem.wrt,
                problem.asked,
                problem.given,
                forward=problem.forward,
            )

        self._advice = problem.advice
        self._decimals = decimals and _makes_decimals(problem)
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

    def rows(self, begin: int, end: int) -> Any:
        """The rows of the sets from one position to another, without those that are left out."""
        import numpy as np

        return np.arange(*np.searchsorted(self.kept, (begin, end)))

    @cached_property
    def blanks(self) -> list[Nearness]:
        """What comes near to what, at each blank for a value of the graph."""
        import numpy as np

        if not len(self.kept):
            return []
        with np.errstate(all="ignore"):
            return [
                Nearness(self.problem, blank, self._own(blank), len(self.kept))
                for blank in self.problem.blanks
                if blank.kind != "question"
            ]

    @cached_property
    def together(self) -> list[Together]:
        """The same, in as few arrays as can be."""
        import numpy as np

        with np.errstate(all="ignore"):
            return together(self.blanks, len(self.kept))

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
        if len(self.kept) and self._decimals:
            for blank in self.problem.blanks:
                if blank.kind != "question":
                    found |= _any_cell(~short(self.problem.truth(blank)), len(self.kept))
        return found


class Usual:
    """What comes near to what for all of some sets of numbers, given as rows of a trial."""

    def __init__(self, trial: Trial, rows: Any) -> None:
        import numpy as np

        with np.errstate(all="ignore"):
            self._known = {
                blank.id: (blank.names, *found)
                for group in trial.together
                for blank, found in zip(group.blanks, group.always(rows), strict=True)
            }

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
    decimal is long. `attempt` is None for the author's own.
    """

    attempt: int | None
    at_a_kink: bool
    hidden: tuple[tuple[str, str], ...]
    too_long: bool


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
        fixed = [value for name, value in problem.inputs.items() if name not in drawing.draws]
        self._decimals = all(map(is_decimal, fixed)) and all(draw.decimal for draw in drawing.draws.values())
        self._usual: Usual | None = None
        self._tolerable = 0
        #: The author's own numbers, with the mistakes that give the right value itself; None where they aren't finite.
        self.authored: Pick | None = None

    def picks(self, seeds: Sequence[int]) -> list[Pick | None]:
        """What is taken for each seed; None where nothing can be. The same for a seed in any company.

        It is the first set that will do and that is among the better quarter, or else the best there is.
        """
        best: dict[int, tuple[tuple[int, ...], Pick]] = {}
        waiting = list(dict.fromkeys(seeds))
        for attempts in _ROUNDS:
            for seed, found in self._look(waiting, attempts).items():
                if seed not in best or found[0] < best[seed][0]:
                    best[seed] = found
            # Hidden mistakes and long decimals that so many sets have lie in what may be drawn.
            waiting = [seed for seed in waiting if seed not in best or best[seed][0][0]]
            if not waiting:
                break
        return [best[seed][1] if seed in best else None for seed in seeds]

    def _look(self, seeds: Sequence[int], attempts: range) -> dict[int, tuple[tuple[int, ...], Pick]]:
        """The best of these attempts for each seed, with what to compare it by."""
        drawn = [self._drawing.in_floats(self._exercise, seed, attempts) for seed in seeds]
        count = len(seeds) * len(attempts)
        first = self._usual is None
        if first:
            drawn.append(self._drawing.in_floats(self._exercise, _REFERENCE, _REFERENCES))
            count += len(_REFERENCES)
        inputs = self._joined(drawn, count, first)
        trial = Trial(self._problem, inputs, count + first, self._conditions, self._decimals)
        if self._usual is None:
            # The author's numbers stand last: they count as well, where only one set can be drawn.
            self._usual = Usual(trial, trial.rows(count - len(_REFERENCES), count + self._has_own))
        judged = _Judged(trial, self._usual)
        if first:
            self._learn(judged, count)
        taken = {}
        for position, seed in enumerate(seeds):
            begin = position * len(attempts)
            rows = trial.rows(begin, begin + len(attempts))
            if self._has_own:
                rows = rows[~self._are_authored(trial, rows)]
            row = judged.best(rows, self._tolerable)
            if row is not None:
                flaws = tuple(int(flaw) for flaw in judged.flaws[row])
                taken[seed] = flaws, judged.pick(row, attempts[int(trial.kept[row]) - begin])
        return taken

    def _learn(self, judged: _Judged, count: int) -> None:
        """What the reference and the author's numbers, which stand last, tell."""
        trial = judged.trial
        rows = trial.rows(count - len(_REFERENCES), count)
        alike = sorted(judged.flaws[rows, -1])
        self._tolerable = int(alike[len(alike) // 4]) if alike else 0
        for row in trial.rows(count, count + 1):
            self.authored = judged.pick(int(row), None, itself=True)

    def _joined(self, drawn: Sequence[Mapping[str, Any]], count: int, with_author: bool) -> dict[str, Any]:
        import numpy as np

        found = {}
        for name, value in self._authored.items():
            own = np.asarray(value)[None]
            parts = [one[name] for one in drawn] if name in drawn[0] else [np.repeat(own, count, axis=0)]
            found[name] = np.concatenate([*parts, own] if with_author else parts)
        return found

    def _are_authored(self, trial: Trial, rows: Any) -> Any:
        import numpy as np

        found = np.ones(len(rows), dtype=bool)
        for name, value in self._authored.items():
            found &= _every_cell(trial.problem.inputs[name][rows] == value)
        return found


class _Judged:
    """The sets of a trial that can be taken, a row each, with what speaks against them: slopes that jump, hidden
    mistakes, long decimals, mistakes that can't be told from another.
    """

    def __init__(self, trial: Trial, usual: Usual) -> None:
        import numpy as np

        self.trial = trial
        self._usual = usual
        self.flaws = np.zeros((len(trial.kept), 4), dtype=int)
        with np.errstate(all="ignore"):
            self.flaws[:, 0] = trial.at_a_kink
            self.flaws[:, 2] = trial.too_long
            for group in trial.together:
                known = [usual.at(blank) for blank in group.blanks]
                self.flaws[:, 1] += group.hidden([always for always, _different in known])
                self.flaws[:, 3] += group.alike([different for _always, different in known])

    def best(self, rows: Any, tolerable: int) -> int | None:
        """Among these the first without a flaw, but for so many mistakes that are alike; else the least bad."""
        import numpy as np

        if not len(rows):
            return None
        flaws = self.flaws[rows]
        good = ~flaws[:, :3].any(axis=1) & (flaws[:, 3] <= tolerable)
        return int(rows[np.argmax(good)] if good.any() else rows[np.lexsort(flaws.T[::-1])[0]])

    def pick(self, row: int, attempt: int | None, itself: bool = False) -> Pick:
        """A row as a pick. A mistake is hidden where it comes near to the right value, or gives that `itself`."""
        found: dict[tuple[str, str], None] = {}
        near = {
            blank.id: group.near_truth[position, : len(blank.names), row]
            for group in self.trial.together
            for position, blank in enumerate(group.blanks)
        }
        for blank in self.trial.blanks:
            always, _different = self._usual.at(blank)
            hidden = blank.right(row) if itself else near[blank.id]
            found.update({(blank.id, blank.names[mistake]): None for mistake in (hidden & ~always).nonzero()[0]})
        kink, _hidden, long, _alike = self.flaws[row]
        return Pick(attempt, bool(kink), tuple(found), bool(long))


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
    return all(node.op in _DECIMAL and (node.op != "pow" or node.const is not None) for node in nodes)


def _any_cell(flags: Any, count: int) -> Any:
    """Flags by set of numbers, where any cell of a matrix is flagged."""
    import numpy as np

    flags = np.asarray(flags)
    if values.is_matrix(flags):
        flags = flags.any(axis=(-2, -1))
    return np.broadcast_to(flags, (count,))


def _every_cell(flags: Any) -> Any:
    """Flags by set of numbers, where all cells of a matrix are flagged."""
    return flags.all(axis=(-2, -1)) if values.is_matrix(flags) else flags
