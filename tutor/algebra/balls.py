"""Ball arithmetic: numbers with a proven error (Arb, by python-flint)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Num, Sym
from tutor.algebra.matrix_product import Entry
from tutor.algebra.precision import PRECISIONS, ZERO_THRESHOLD, Ball, flint, working_precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from fractions import Fraction

#: A ball known to this many bits determines the nearest float.
FLOAT_BITS = 60
_BALL_KERNELS = functions.table(lambda function: {function.id: function.ball_kernel})


def ball_from_fraction(value: Fraction) -> Ball:
    return flint().arb(flint().fmpq(value.numerator, value.denominator))


def to_ball(tree: Expr, symbols: Mapping[str, Ball] | None = None, cache: dict[int, Ball] | None = None) -> Ball:
    """Return the ball of a scalar tree at the working precision; it is not finite if the tree has no value.

    `cache` holds the balls of known parts by id, and receives the new ones. Raises `KeyError` for a symbol that is not
    in `symbols`, and for a matrix.
    """
    arb, fmpq = flint().arb, flint().fmpq
    cache = {} if cache is None else cache
    # Faster than `postorder`: a matrix has thousands of parts, and every answer is compared with it.
    stack = [tree]
    while stack:
        node = stack[-1]
        if id(node) in cache:
            stack.pop()
        elif isinstance(node, Apply):
            pending = [arg for arg in node.args if id(arg) not in cache]
            if pending:
                stack += pending
            else:
                cache[id(node)] = _BALL_KERNELS[node.op](*[cache[id(arg)] for arg in node.args])
                stack.pop()
        elif isinstance(node, Num):
            cache[id(node)] = arb(fmpq(node.value.numerator, node.value.denominator))
        elif isinstance(node, Sym):
            cache[id(node)] = arb.pi() if node.name == "pi" else (symbols or {})[node.name]
        elif isinstance(node, Entry):
            cache[id(node)] = node.product.ball(node.row, node.column, BALL_CACHE)
        else:
            raise KeyError("a matrix has no ball")
    return cache[id(tree)]


class BallEvaluator:
    """Balls of trees that share parts, such as the cells of a matrix.

    Each part is computed once per precision. The trees must outlive the evaluator.
    """

    def __init__(self) -> None:
        self._cache: dict[int, dict[int, Ball]] = {}

    def __call__(self, tree: Expr) -> Ball:
        """Return the ball of a scalar tree without symbols at the working precision."""
        return to_ball(tree, None, self._cache.setdefault(flint().ctx.prec, {}))


class _BallCache:
    """The balls of recent trees: gradients consist of earlier values, and one truth meets many answers."""

    #: After this many parts, those that are not used again are dropped.
    _MAX_SIZE = 40_000

    def __init__(self) -> None:
        self._cache: dict[int, dict[int, Ball]] = {}
        self._previous: dict[int, dict[int, Ball]] = {}
        # An id identifies a part only while its tree is alive.
        self._trees: list[Expr] = []
        self._previous_trees: list[Expr] = []
        self._count = 0

    def __call__(self, tree: Expr) -> Ball:
        """Return the ball of a scalar tree without symbols at the working precision."""
        bits = flint().ctx.prec
        done = self._cache.setdefault(bits, {})
        ball = done.get(id(tree))
        if ball is not None:
            return ball
        if self._count > self._MAX_SIZE:
            self._previous, self._previous_trees = self._cache, self._trees
            done = {}
            self._cache, self._trees, self._count = {bits: done}, [], 0
        self._trees.append(tree)
        num_known = len(done)
        ball = self._previous.get(bits, {}).get(id(tree))
        if ball is None:
            ball = to_ball(tree, None, done)
        done[id(tree)] = ball
        self._count += len(done) - num_known
        return ball


#: Used only inside `working_precision`, so by one thread at a time.
BALL_CACHE = _BallCache()


def nearest_float(tree: Expr, evaluator: Callable[[Expr], Ball] = BALL_CACHE) -> float:
    """Return the float nearest to an exact scalar tree.

    It is 0.0 if the tree is zero as far as the last precision can tell, infinite if the tree is too large for a float,
    and NaN if the tree has no value or none that can be computed. Raises `KeyError` for a symbol. An `evaluator` keeps
    the balls of shared parts.
    """
    if isinstance(tree, Num):
        try:
            return float(tree.value)
        except OverflowError:
            return math.inf if tree.value > 0 else -math.inf
    for bits in PRECISIONS:
        with working_precision(bits):
            enclosure = evaluator(tree)
            if enclosure.rel_accuracy_bits() >= FLOAT_BITS:
                break
    if not enclosure.is_finite() or (
        enclosure.rel_accuracy_bits() < FLOAT_BITS and float(enclosure.rad()) > ZERO_THRESHOLD
    ):
        return math.nan
    return float(enclosure.mid())


def nearest_floats(trees: Iterable[Expr]) -> list[float]:
    """Return the floats nearest to many exact scalar trees. Raises `KeyError` for a symbol."""
    cells = list(trees)
    floats: list[float | None] = []
    # One change of precision for all that the first one decides.
    with working_precision(PRECISIONS[0]):
        for cell in cells:
            ball = None if isinstance(cell, Num) else BALL_CACHE(cell)
            is_clear = ball is not None and ball.rel_accuracy_bits() >= FLOAT_BITS
            floats.append(float(ball.mid()) if ball is not None and is_clear else None)
    return [nearest_float(cell) if value is None else value for cell, value in zip(cells, floats, strict=True)]
