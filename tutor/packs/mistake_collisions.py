"""Where the values that mistakes lead to come within 3 % of the right one, or of each other, for a batch of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.grading.mistakes.batched import batched_mistakes, can_batch
from tutor.grading.mistakes.finder import mistakes_at
from tutor.grading.problem import AuthorMistake, Blank, Problem
from tutor.grading.tolerances import FLOAT_TOLERANCE, MIN_SEPARATION
from tutor.packs.batch_evaluation import evaluate_batch

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

#: Rounding in floats must not decide on what lies right at the edge.
_NEAR_TOLERANCE = MIN_SEPARATION * (1 + FLOAT_TOLERANCE)
#: An author's mistakes, by blank.
MistakesByBlank = Mapping[str, Sequence[AuthorMistake]]


class CollisionTable:
    """The mistakes at several blanks, all of them numbers, or at one that is a matrix.

    Arrays are by blank, then by mistake, then by set of numbers; where a blank has fewer mistakes than another there
    is nothing, which is near to nothing.
    """

    def __init__(
        self, blanks: Sequence[str], names: Sequence[Sequence[str]], mistake_values: Any, truth: Any, excused: Any
    ):
        import numpy as np

        self.blanks = tuple(blanks)
        self.names = tuple(map(tuple, names))
        self._are_matrices = mistake_values.ndim > 3
        self._values = mistake_values
        self._truth = truth
        self._is_countable = ~excused
        self._cells = (None, None) if self._are_matrices else ()
        self._is_present = np.array([[bool(name) for name in one] for one in self.names])
        #: The same number for the same name, by blank and mistake.
        self._name_ids = np.array([_first_positions(one) for one in self.names])
        #: Whether a mistake comes near to the right value.
        self.is_near_truth: Any = (
            _is_near_truth(self._values, truth[:, None], self._are_matrices) & self._is_countable[:, None]
        )

    def classify_mistakes(self, rows: Any) -> tuple[Any, Any]:
        """For these sets of numbers, by blank and mistake: what gives the right value in all of them; and of those
        that don't one of each class of mistakes that come to the same in all."""
        import numpy as np

        hidden = self.is_near_truth[:, :, rows].all(axis=2) & bool(len(rows))
        different = self._is_present & ~hidden
        if len(rows):
            some = self._values[:, :, rows]
            first = some[:, :, 0]
            alike = (
                _is_same_result(first[:, :, None], first[:, None], self._are_matrices)
                & different[:, :, None]
                & different[:, None]
            )
            blank, one, other = np.nonzero(np.triu(alike, 1))
            alike = _is_same_result(some[blank, one], some[blank, other], self._are_matrices).all(axis=-1)
            for place, kept, left_out in zip(*(part[alike].tolist() for part in (blank, one, other)), strict=True):
                if different[place, kept]:
                    different[place, left_out] = False
        return hidden, different

    def gives_right_value(self, row: int) -> Any:
        """For one set of numbers, by blank and mistake: whether it gives the right value itself."""
        equal = _is_near(self._values[:, :, row], self._truth[:, None, row], self._are_matrices, FLOAT_TOLERANCE)
        return equal & self._is_countable[:, row, None]

    def count_hidden(self, excluded: Any) -> Any:
        """For each set of numbers how many mistakes come near to the right value; `but` are left out."""
        return (self.is_near_truth & ~excluded[:, :, None]).sum(axis=(0, 1))

    def count_collisions(self, among: Any, rows: Any) -> Any:
        """For each of some sets of numbers how many of these mistakes come near to another one."""
        import numpy as np

        columns = among.any(axis=0).nonzero()[0]
        # Indices in brackets are several times as slow.
        some = self._values.take(columns, axis=1).take(rows, axis=2)
        some[~among[:, columns]] = np.nan
        called, counts = self._name_ids[:, columns], self._is_countable[:, rows]
        if self._are_matrices:
            near = _is_near(some[:, :, None], some[:, None], True)
            return (near & (called[:, :, None] < called[:, None])[..., None] & counts[:, None, None]).sum(
                axis=(0, 1, 2)
            )
        # Where any two are near, neighbours are. The names are put in order with the values, in their last digits.
        digits = (1 << len(self.names[0]).bit_length()) - 1
        lined_up = some.transpose(0, 2, 1).astype(np.float32, order="C")
        written = lined_up.view(np.int32)
        written &= ~digits
        written |= called[:, None]
        lined_up.sort(axis=-1)
        found = written & digits
        written &= ~digits
        below, above = lined_up[..., :-1], lined_up[..., 1:]
        near = above - below <= _NEAR_TOLERANCE * np.maximum(-below, above)
        near &= found[..., 1:] != found[..., :-1]
        return (near & counts[..., None]).sum(axis=(0, 2))

    def find_collision(self, row: int, among: Any) -> tuple[str, str, str] | None:
        """Two of these mistakes that come near to each other for one set of numbers: their blank and their names."""
        import numpy as np

        some = self._values[:, :, row]
        near = _is_near(some[:, :, None], some[:, None], self._are_matrices) & self._is_countable[:, row, None, None]
        near &= among[:, :, None] & among[:, None] & (self._name_ids[:, :, None] < self._name_ids[:, None])
        if not near.any():
            return None
        blank, one, other = np.unravel_index(near.argmax(), near.shape)
        return self.blanks[blank], self.names[blank][one], self.names[blank][other]


def build_collision_tables(problem: Problem, author_mistakes: MistakesByBlank, count: int) -> list[CollisionTable]:
    """What comes near to what at the blanks for values of the graph: numbers together, matrices one by one."""
    blanks = [blank for blank in problem.blanks if blank.kind != "question"]
    together = [blank for blank in blanks if can_batch(problem, blank)]
    numbers = [blank for blank in blanks if blank.shape is None and blank not in together]
    found = [_build_edge_table(problem, together, author_mistakes, count)] if together else []
    found += [_build_general_table(problem, numbers, author_mistakes, count)] if numbers else []
    return found + [
        _build_general_table(problem, [blank], author_mistakes, count) for blank in blanks if blank.shape is not None
    ]


def _build_edge_table(
    problem: Problem, blanks: Sequence[Blank], author_mistakes: MistakesByBlank, count: int
) -> CollisionTable:
    import numpy as np

    found = batched_mistakes(problem, blanks, count)
    names, led_to = found.mistake_ids, found.values
    if any(blank.id in author_mistakes for blank in blanks):
        authored = [list(_author_mistake_values(problem, blank, author_mistakes)) for blank in blanks]
        most = max(map(len, authored))
        added = np.full((len(blanks), most, count), np.nan)
        for position, mistakes in enumerate(authored):
            for place, (_name, value) in enumerate(mistakes):
                if not ops.is_matrix(value):
                    added[position, place] = value
        np.copyto(added, np.nan, where=~np.isfinite(added))
        led_to = np.concatenate([added, led_to], axis=1)
        named = [[name for name, _value in mistakes] for mistakes in authored]
        names = tuple((*mine, *[""] * (most - len(mine)), *others) for mine, others in zip(named, names, strict=True))
    gates = [bool(problem.graph.nodes[blank.edge.target].operation.has_kink) for blank in blanks if blank.edge]
    excused = np.array(gates)[:, None] | (found.upstream == 0)
    return CollisionTable([blank.id for blank in blanks], names, led_to, found.truth, excused)


def _build_general_table(
    problem: Problem, blanks: Sequence[Blank], author_mistakes: MistakesByBlank, count: int
) -> CollisionTable:
    """Blanks of one shape, each with its mistakes in turn."""
    import numpy as np

    shape = blanks[0].shape
    whole = (count, *(shape or ()))
    led_to = [
        [
            (name, value)
            for name, value in (
                *_author_mistake_values(problem, blank, author_mistakes),
                *((mistake.id, mistake.value) for mistake in mistakes_at(problem, blank)),
            )
            if ops.shape_of(value) == shape
        ]
        for blank in blanks
    ]
    most = max(map(len, led_to))
    found = np.full((len(blanks), most, *whole), np.nan)
    for position, mistakes in enumerate(led_to):
        for place, (_name, value) in enumerate(mistakes):
            found[position, place] = value
    np.copyto(found, np.nan, where=~np.isfinite(found))
    names = [[*(name for name, _value in mistakes), *[""] * (most - len(mistakes))] for mistakes in led_to]
    truth = np.stack([np.broadcast_to(problem.truth(blank), whole) for blank in blanks])
    excused = np.stack([np.broadcast_to(_is_excused(problem, blank), (count,)) for blank in blanks])
    return CollisionTable([blank.id for blank in blanks], names, found, truth, excused)


def _first_positions(names: Sequence[str]) -> list[int]:
    """For each name where it stands first."""
    first: dict[str, int] = {}
    return [first.setdefault(name, position) for position, name in enumerate(names)]


def _is_near_truth(found: Any, truth: Any, matrices: bool) -> Any:
    """The same as `_near`, faster for many values and few truths."""
    import numpy as np

    one, other = truth * (1 - _NEAR_TOLERANCE), truth / (1 - _NEAR_TOLERANCE)
    near = found >= np.minimum(one, other)
    near &= found <= np.maximum(one, other)
    return near.all(axis=(-2, -1)) if matrices else near


def _is_near(a: Any, b: Any, matrices: bool, tolerance: float = _NEAR_TOLERANCE) -> Any:
    import numpy as np

    near = np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b))
    return near.all(axis=(-2, -1)) if matrices else near


def _is_same_result(a: Any, b: Any, matrices: bool) -> Any:
    """Whether two mistakes come to the same, or neither leads anywhere."""
    import numpy as np

    nowhere = np.isnan(a) & np.isnan(b)
    return _is_near(a, b, matrices) | (nowhere.all(axis=(-2, -1)) if matrices else nowhere)


def _is_excused(problem: Problem, blank: Blank) -> Any:
    """Where numbers can't show what went wrong: at a gate, which is open or shut, and where nothing came through one."""
    import numpy as np

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
            # It leads nowhere: `check` says so.
            continue
