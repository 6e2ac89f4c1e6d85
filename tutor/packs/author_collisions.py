"""Author's numbers at which frequent mistakes give the right value or each other's, and numbers that tell them apart.

What all numbers have in common is no fault of these: where a pass starts with 1, the own value of an input is the forward
value for all of them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.expr import Num, number
from tutor.engine.finite_differences import to_floats
from tutor.grading.tolerances import FLOAT_TOLERANCE
from tutor.packs.number_selection import CandidateBatch
from tutor.packs.random_inputs import is_decimal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise
    from tutor.packs.mistake_collisions import CollisionTable

#: The right answer among the mistakes.
TRUTH = ""
#: The frequent mistakes, each by an id or the end of one: those that have one value for all operations come together.
STARTED_AT_ONE, OWN_VALUE, ADDED, SPLIT, PLUS_RULE, FORWARD_VALUE = (
    "any.start-ignored",
    "own-input",
    "any.added",
    "split",
    "any.upstream-only",
    "any.forward-value",
)
FREQUENT = (STARTED_AT_ONE, OWN_VALUE, ADDED, SPLIT, PLUS_RULE, FORWARD_VALUE)

#: Other numbers, near the author's, that show which values always agree.
_NUM_REFERENCES = 12
#: Whole numbers that are tried instead of the author's.
_MOST_TRIED = 9
#: With more numbers than this, they are changed one at a time only.
_MAX_CHANGED_IN_PAIRS = 4
#: Of a larger matrix no other numbers are recommended.
_MAX_CELLS = 9


@dataclass(frozen=True, slots=True)
class Collision:
    """Two frequent mistakes that have the same value at a blank, which is None for matrices.

    The second may be `TRUTH`: the first one gives the right answer.
    """

    blank: str
    one: str
    other: str
    value: float | None


class JudgedNumbers:
    """The numbers of a variant of an exercise, beside others."""

    def __init__(self, exercise: Exercise, seed: int | None = None) -> None:
        self._exercise = exercise
        self._problem: Problem = exercise.variant(seed).problem
        self._floats = {name: np.asarray(to_floats(value)) for name, value in self._problem.inputs.items()}

    @staticmethod
    def can_judge(exercise: Exercise) -> bool:
        """Return whether an exercise has a graph whose author gave all its numbers."""
        problem = exercise.variant().problem
        has_numbers = not problem.symbolic and not problem.has_matrix_symbols
        return (
            bool(problem.graph.nodes) and has_numbers and all(name in exercise.inputs for name in exercise.graph.inputs)
        )

    def collisions(self) -> list[Collision]:
        """Return the collisions, by blank; none at numbers where a slope jumps."""
        batch = self._batch([])
        if not batch.is_valid[0] or batch.at_a_kink[0]:
            return []
        return [collision for collision, flags in self._collisions_in(batch) if flags[0]]

    def better_numbers(self) -> dict[str, Value]:
        """Return numbers for one or two inputs at which nothing collides, the nearest ones; empty if none were found."""
        changes = self._changes()
        if not changes:
            return {}
        batch = self._batch(changes)
        usable = batch.is_valid & ~batch.at_a_kink & ~batch.too_long & ~self._hides(batch)
        for _collision, flags in self._collisions_in(batch):
            usable &= ~flags
        return next((change for change, is_usable in zip(changes, usable[1:], strict=False) if is_usable), {})

    def _batch(self, changes: Sequence[Mapping[str, Value]]) -> CandidateBatch:
        """Return the author's numbers, these with the changes, and the references at the end."""
        rng = random.Random(0)
        rows: list[dict[str, Any]] = [dict(self._floats)]
        rows += [
            self._floats | {name: np.asarray(to_floats(value)) for name, value in each.items()} for each in changes
        ]
        num_candidates = len(rows)
        rows += [
            {name: _vary(value, rng) if name in self._varied else value for name, value in self._floats.items()}
            for _ in range(_NUM_REFERENCES)
        ]
        inputs = {name: np.stack([row[name] for row in rows]) for name in self._floats}
        batch = CandidateBatch(self._problem, inputs, len(rows), inputs_are_decimal=self._are_decimal)
        if self._exercise.conditions and num_candidates > 1:
            # The references need not meet the conditions.
            meeting = CandidateBatch(self._problem, inputs, len(rows), self._exercise.conditions).is_valid
            batch.is_valid[1:num_candidates] &= meeting[1:num_candidates]
        return batch

    @cached_property
    def _are_decimal(self) -> bool:
        return all(map(is_decimal, self._problem.inputs.values()))

    def _collisions_in(self, batch: CandidateBatch) -> Iterator[tuple[Collision, Any]]:
        """Yield each pair of values that collides, and in which sets of numbers; not those that always agree."""
        references = _references(batch)
        with np.errstate(all="ignore"):
            for table in batch.collision_tables:
                for position, blank in enumerate(table.blanks):
                    values = self._frequent_values(table, position)
                    for one, other in combinations(values, 2):
                        agree = _agree(values[one], values[other])
                        flags = agree & table.is_countable[position]
                        if not _always(agree, references) and flags.any():
                            first = values[one][0]
                            yield Collision(blank, one, other, float(first) if first.ndim == 0 else None), flags

    def _hides(self, batch: CandidateBatch) -> Any:
        """Return at which sets any mistake gives the right answer, but not those that always do."""
        references, flags = _references(batch), np.zeros(len(batch.is_valid), dtype=bool)
        with np.errstate(all="ignore"):
            for table in batch.collision_tables:
                for position, mistake in np.argwhere(table.is_present).tolist():
                    agree = _agree(table.mistake_values[position, mistake], table.truth[position])
                    if not _always(agree, references):
                        flags |= agree & table.is_countable[position]
        return flags

    def _frequent_values(self, table: CollisionTable, position: int) -> dict[str, Any]:
        """Return the values of the frequent mistakes at a blank by id, and the right ones, with an axis for the sets."""
        found: dict[str, tuple[str, Any]] = {}
        for mistake, name in enumerate(table.names[position]):
            kind = frequent_kind(name)
            if kind and kind not in found:
                found[kind] = name, table.mistake_values[position, mistake]
        truth, start = table.truth[position], self._problem.start
        if isinstance(start, Num) and start.value not in (0, 1):
            # All gradients are multiples of the start.
            found[STARTED_AT_ONE] = STARTED_AT_ONE, truth / float(start.value)
        return dict(found[kind] for kind in FREQUENT if kind in found) | {TRUTH: truth}

    @cached_property
    def _varied(self) -> frozenset[str]:
        return frozenset(self._problem.graph.differentiable_inputs())

    def _changes(self) -> list[dict[str, Value]]:
        """Return other numbers for one input, or for two, those that change least first."""
        single: list[tuple[float, dict[str, Value]]] = []
        cells: list[tuple[float, dict[str, Value]]] = []
        for name, value in self._problem.inputs.items():
            if name in self._varied and isinstance(value, Num):
                single += [(cost, {name: number(other)}) for cost, other in _other_numbers(value.value)]
            elif name in self._varied and ops.is_matrix(value) and value.size <= _MAX_CELLS:
                cells += [(cost, {name: other}) for cost, other in _other_matrices(value)]
        pairs = []
        if len({name for _cost, change in single for name in change}) <= _MAX_CHANGED_IN_PAIRS:
            pairs = [
                (one_cost + other_cost + 1, one | other)
                for (one_cost, one), (other_cost, other) in combinations(single, 2)
                if not one.keys() & other.keys()
            ]
        return [change for _cost, change in sorted(single + pairs + cells, key=lambda each: each[0])]


def frequent_kind(mistake: str) -> str:
    """Return which of the frequent mistakes an id is; empty if it is none."""
    return next((kind for kind in FREQUENT if mistake == kind or mistake.endswith(f".{kind}")), "")


def _references(batch: CandidateBatch) -> Any:
    return batch.valid_rows(len(batch.is_valid) - _NUM_REFERENCES, len(batch.is_valid))


def _always(flags: Any, references: Any) -> bool:
    return bool(len(references)) and bool(flags[references].all())


def _other_numbers(value: Fraction) -> Iterator[tuple[float, Fraction]]:
    """Yield other numbers of the same sign with as few digits, and how far each is away."""
    unit = next((Fraction(1, 10**places) for places in range(7) if (value * 10**places).denominator == 1), None)
    if unit is None or not value:
        return
    sign = 1 if value > 0 else -1
    for count in range(1, _MOST_TRIED + 1):
        for other in (sign * count * unit, value + count * unit, value - count * unit):
            if other != value and other * sign > 0:
                yield float(abs(other - value) / abs(value)), other


def _other_matrices(value: Value) -> Iterator[tuple[float, Value]]:
    """Yield a small matrix or vector with other numbers in one cell, or in two, and how far they are away."""
    single = [
        (cost, cell, other)
        for cell in np.ndindex(value.shape)
        if isinstance(value[cell], Num)
        for cost, other in _other_numbers(value[cell].value)
    ]
    pairs = combinations(single, 2) if value.size <= _MAX_CHANGED_IN_PAIRS else ()
    for changes in (*((each,) for each in single), *(pair for pair in pairs if pair[0][1] != pair[1][1])):
        changed = value.copy()
        for _cost, cell, other in changes:
            changed[cell] = number(other)
        cost = sum(cost for cost, _cell, _other in changes) + len(changes) - 1
        yield cost, ops.as_vector(changed) if ops.is_vector(value) else changed


def _vary(value: Any, rng: random.Random) -> Any:
    """Return other numbers of the same signs, all different."""
    factors = np.array([rng.uniform(0.5, 1.8) for _ in range(value.size)]).reshape(value.shape)
    return np.where(value == 0, factors - 1, value * factors)


def _agree(one: Any, other: Any) -> Any:
    """Return in which sets of numbers two values are equal."""
    equal = np.abs(one - other) <= FLOAT_TOLERANCE * np.maximum(np.abs(one), np.abs(other))
    return equal.all(axis=tuple(range(1, equal.ndim)))
