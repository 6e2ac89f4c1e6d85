"""Mistakes whose values come within 3 % of the right one, or of each other, for a batch of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.grading.mistakes.batched import batched_mistakes, can_batch
from tutor.grading.mistakes.finder import mistakes_at
from tutor.grading.problem import AuthorMistake, Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE, MIN_SEPARATION
from tutor.packs.batch_evaluation import evaluate_batch
from tutor.packs.batch_size import MAX_COMPARED_CELLS

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

#: Rounding of floats must not decide about values right at the limit.
_NEAR_TOLERANCE = MIN_SEPARATION * (1 + FLOAT_TOLERANCE)
#: An author's mistakes by blank.
MistakesByBlank = Mapping[str, Sequence[AuthorMistake]]


class CollisionTable:
    """The mistakes at several blanks for numbers, or at one blank for a matrix.

    The axes of arrays are the blank, the mistake, the set of numbers. If a blank has fewer mistakes than another, the
    rest are NaN, which is near no value. `nearness` says which mistakes come near the right value and which give it,
    if that can't be told from `mistake_values` because it has only some of the cells of large matrices.
    """

    def __init__(
        self,
        blanks: Sequence[str],
        names: Sequence[Sequence[str]],
        mistake_values: Any,
        truth: Any,
        excused: Any,
        nearness: tuple[Any, Any] | None = None,
    ):
        self.blanks = tuple(blanks)
        self.names = tuple(map(tuple, names))
        self._are_matrices = mistake_values.ndim > 3
        self.mistake_values = mistake_values
        self.truth = truth
        #: Which sets can show at a blank what went wrong.
        self.is_countable = ~excused
        self._cells = (None, None) if self._are_matrices else ()
        #: Which mistakes a blank has.
        self.is_present = np.array([[bool(name) for name in row] for row in self.names])
        #: Equal for mistakes of the same name at a blank.
        self._name_ids = np.array([_first_positions(row) for row in self.names])
        #: Whether a mistake comes near the right value.
        near = nearness[0] if nearness else _is_near_truth(self.mistake_values, truth[:, None], self._are_matrices)
        self.is_near_truth: Any = near & self.is_countable[:, None]
        self._equals_truth = nearness[1] if nearness else None

    def classify_mistakes(self, rows: Any) -> tuple[Any, Any]:
        """Return two arrays of flags by blank and mistake, for these sets of numbers.

        The first marks mistakes that come near the right value in all sets. Of the others, the second marks one of
        each class of mistakes that have the same value in all sets.
        """
        hidden = self.is_near_truth[:, :, rows].all(axis=2) & bool(len(rows))
        different = self.is_present & ~hidden
        if len(rows):
            values = self.mistake_values[:, :, rows]
            first = values[:, :, 0]
            agree = (
                _is_same_result(first[:, :, None], first[:, None], self._are_matrices)
                & different[:, :, None]
                & different[:, None]
            )
            # Only pairs that agree in the first set are compared in all of them.
            blank, mistake, other = np.nonzero(np.triu(agree, 1))
            agree = _is_same_result(values[blank, mistake], values[blank, other], self._are_matrices).all(axis=-1)
            for blank_index, kept, dropped in zip(
                *(part[agree].tolist() for part in (blank, mistake, other)), strict=True
            ):
                if different[blank_index, kept]:
                    different[blank_index, dropped] = False
        return hidden, different

    def gives_right_value(self, row: int) -> Any:
        """Return by blank and mistake whether it gives the right value, not only a near one, for one set of numbers."""
        if self._equals_truth is not None:
            equal = self._equals_truth[:, :, row]
        else:
            equal = _is_near(
                self.mistake_values[:, :, row], self.truth[:, None, row], self._are_matrices, FLOAT_TOLERANCE
            )
        return equal & self.is_countable[:, row, None]

    def count_hidden(self, excluded: Any) -> Any:
        """Return for each set of numbers how many mistakes come near the right value, without the `excluded` ones."""
        return (self.is_near_truth & ~excluded[:, :, None]).sum(axis=(0, 1))

    def count_collisions(self, among: Any, rows: Any) -> Any:
        """Return for each of these sets of numbers how many of the mistakes in `among` come near another one."""
        columns = among.any(axis=0).nonzero()[0]
        # take() is several times as fast as indexing.
        values = self.mistake_values.take(columns, axis=1).take(rows, axis=2)
        values[~among[:, columns]] = np.nan
        name_ids, counts = self._name_ids[:, columns], self.is_countable[:, rows]
        if self._are_matrices:
            # One mistake after the other: all pairs at once would be hundreds of megabytes.
            collisions = np.zeros(len(rows), dtype=int)
            for mistake in range(len(columns)):
                near = _is_near(values[:, mistake, None], values, True)
                differ = (name_ids[:, mistake, None] < name_ids)[..., None]
                collisions += (near & differ & counts[:, None]).sum(axis=(0, 1))
            return collisions
        # If any two sorted values are near, neighbours are. The names are sorted along in the last bits of the values.
        mask = (1 << len(self.names[0]).bit_length()) - 1
        floats = values.transpose(0, 2, 1).astype(np.float32, order="C")
        bits = floats.view(np.int32)
        bits &= ~mask
        bits |= name_ids[:, None]
        floats.sort(axis=-1)
        sorted_ids = bits & mask
        bits &= ~mask
        below, above = floats[..., :-1], floats[..., 1:]
        near = above - below <= _NEAR_TOLERANCE * np.maximum(-below, above)
        near &= sorted_ids[..., 1:] != sorted_ids[..., :-1]
        return (near & counts[..., None]).sum(axis=(0, 2))

    def find_collision(self, row: int, among: Any) -> tuple[str, str, str] | None:
        """Return a blank and two of the mistakes in `among` that come near each other for one set of numbers."""
        values = self.mistake_values[:, :, row]
        near = _is_near(values[:, :, None], values[:, None], self._are_matrices) & self.is_countable[:, row, None, None]
        near &= among[:, :, None] & among[:, None] & (self._name_ids[:, :, None] < self._name_ids[:, None])
        if not near.any():
            return None
        blank, mistake, other = np.unravel_index(near.argmax(), near.shape)
        return self.blanks[blank], self.names[blank][mistake], self.names[blank][other]


def build_collision_tables(problem: Problem, author_mistakes: MistakesByBlank, count: int) -> list[CollisionTable]:
    """Return the tables for a batch of `count` sets: numbers share one, each matrix has one."""
    blanks = [blank for blank in problem.blanks if blank.kind != "question"]
    batched = [blank for blank in blanks if can_batch(problem, blank)]
    numbers = [blank for blank in blanks if blank.shape is None and blank not in batched]
    tables = [_build_edge_table(problem, batched, author_mistakes, count)] if batched else []
    groups = [numbers] if numbers else []
    groups += [[blank] for blank in blanks if blank.shape and ops.num_cells(blank.shape) <= MAX_COMPARED_CELLS]
    tables += [_build_general_table(problem, group, author_mistakes, count) for group in groups]
    large = [blank for blank in blanks if ops.num_cells(blank.shape) > MAX_COMPARED_CELLS]
    return tables + [_build_sampled_table(problem, blank, author_mistakes, count) for blank in large]


def _build_edge_table(
    problem: Problem, blanks: Sequence[Blank], author_mistakes: MistakesByBlank, count: int
) -> CollisionTable:
    batched = batched_mistakes(problem, blanks, count)
    names, values = batched.mistake_ids, batched.values
    if any(blank.id in author_mistakes for blank in blanks):
        authored = [
            [pair for pair in _author_mistake_values(problem, blank, author_mistakes) if not ops.is_matrix(pair[1])]
            for blank in blanks
        ]
        author_names, author_values = _pad_mistakes(authored, (count,))
        names = tuple((*first, *second) for first, second in zip(author_names, names, strict=True))
        values = np.concatenate([author_values, values], axis=1)
    has_kink = [bool(problem.graph.nodes[blank.edge.target].operation.has_kink) for blank in blanks if blank.edge]
    excused = np.array(has_kink)[:, None] | (batched.upstream == 0)
    return CollisionTable([blank.id for blank in blanks], names, values, batched.truth, excused)


def _build_general_table(
    problem: Problem, blanks: Sequence[Blank], author_mistakes: MistakesByBlank, count: int
) -> CollisionTable:
    """Return the table of blanks of one shape, whose mistakes are evaluated one by one."""
    shape = blanks[0].shape
    value_shape = (count, *(shape or ()))
    mistakes = [list(_mistake_values(problem, blank, author_mistakes)) for blank in blanks]
    names, values = _pad_mistakes(mistakes, value_shape)
    truth = np.stack([np.broadcast_to(problem.truth(blank), value_shape) for blank in blanks])
    excused = np.stack([np.broadcast_to(_is_excused(problem, blank), (count,)) for blank in blanks])
    return CollisionTable([blank.id for blank in blanks], names, values, truth, excused)


def _build_sampled_table(
    problem: Problem, blank: Blank, author_mistakes: MistakesByBlank, count: int
) -> CollisionTable:
    """Return the table of a blank for a large matrix, in which mistakes are compared with each other in some cells.

    They are compared with the right value in all cells, one after the other.
    """
    shape = blank.shape
    assert shape is not None
    value_shape = (count, *shape)
    sample = np.linspace(0, ops.num_cells(shape) - 1, MAX_COMPARED_CELLS).astype(int)
    truth = np.broadcast_to(problem.truth(blank), value_shape)
    some_truth = truth.reshape(count, 1, -1)[:, :, sample]
    names, near, equal, kept = [], [], [], []
    for name, found in _mistake_values(problem, blank, author_mistakes):
        value = np.broadcast_to(np.asarray(found, dtype=float), value_shape)
        some = value.reshape(count, 1, -1)[:, :, sample]
        # Infinite values are near nothing, not even each other.
        some = np.where(np.isfinite(some), some, np.nan)
        is_near, is_equal = _is_near_truth(some, some_truth, True), np.zeros(count, dtype=bool)
        (rows,) = is_near.nonzero()  # Few mistakes come near in so many cells, so few are compared in all.
        is_near[rows] = _is_near_truth(value[rows], truth[rows], True)
        is_equal[rows] = is_near[rows] & _is_near(value[rows], truth[rows], True, FLOAT_TOLERANCE)
        names.append(name)
        near.append(is_near)
        equal.append(is_equal)
        kept.append(some)
    excused = np.broadcast_to(_is_excused(problem, blank), (count,))
    return CollisionTable(
        [blank.id],
        [names],
        np.stack(kept)[None],
        some_truth[None],
        excused[None],
        (np.stack(near)[None], np.stack(equal)[None]),
    )


def _mistake_values(problem: Problem, blank: Blank, author_mistakes: MistakesByBlank) -> Iterator[tuple[str, Value]]:
    """Yield every mistake at a blank whose value has the right shape."""
    yield from (
        pair for pair in _author_mistake_values(problem, blank, author_mistakes) if ops.shape_of(pair[1]) == blank.shape
    )
    for mistake in mistakes_at(problem, blank):
        if ops.shape_of(mistake.value) == blank.shape:
            yield mistake.id, mistake.value


def _pad_mistakes(
    mistakes: Sequence[Sequence[tuple[str, Value]]], value_shape: tuple[int, ...]
) -> tuple[list[tuple[str, ...]], Any]:
    """Return names and values by blank and mistake; missing ones have no name, missing and infinite values are NaN."""
    width = max(map(len, mistakes))
    values = np.full((len(mistakes), width, *value_shape), np.nan)
    for position, row in enumerate(mistakes):
        for place, (_name, value) in enumerate(row):
            values[position, place] = value
    np.copyto(values, np.nan, where=~np.isfinite(values))
    return [(*(name for name, _value in row), *[""] * (width - len(row))) for row in mistakes], values


def _first_positions(names: Sequence[str]) -> list[int]:
    """Return for each name the position at which it occurs first."""
    first: dict[str, int] = {}
    return [first.setdefault(name, position) for position, name in enumerate(names)]


def _is_near_truth(values: Any, truth: Any, matrices: bool) -> Any:
    """Return the same as `_is_near`, faster for many values and few truths."""
    one, other = truth * (1 - _NEAR_TOLERANCE), truth / (1 - _NEAR_TOLERANCE)
    near = values >= np.minimum(one, other)
    near &= values <= np.maximum(one, other)
    return near.all(axis=(-2, -1)) if matrices else near


def _is_near(a: Any, b: Any, matrices: bool, tolerance: float = _NEAR_TOLERANCE) -> Any:
    near = np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b))
    return near.all(axis=(-2, -1)) if matrices else near


def _is_same_result(a: Any, b: Any, matrices: bool) -> Any:
    """Return whether two mistakes have the same value, or neither has any."""
    both_missing = np.isnan(a) & np.isnan(b)
    return _is_near(a, b, matrices) | (both_missing.all(axis=(-2, -1)) if matrices else both_missing)


def _is_excused(problem: Problem, blank: Blank) -> Any:
    """Return for which sets numbers can't show what went wrong: at a gate, and behind one that is shut."""
    if blank.kind == "sum":
        return reduce(np.logical_and, [_is_excused(problem, part) for part in problem.branch_edges(blank)])
    if not blank.edge:
        return False
    edge = problem.float_passes.edges[blank.edge.target, blank.edge.slot]
    if problem.graph.nodes[blank.edge.target].operation.has_kink:
        return True
    return False if ops.is_matrix(edge.upstream) else np.asarray(edge.upstream) == 0


def _author_mistake_values(
    problem: Problem, blank: Blank, author_mistakes: MistakesByBlank
) -> Iterator[tuple[str, Value]]:
    for mistake in author_mistakes.get(blank.id, ()):
        try:
            yield mistake.id, evaluate_batch(mistake.answer, problem.names_at(blank))
        except (ArithmeticError, ValueError, TypeError, LookupError):
            # It has no value, which `check` reports.
            continue
