"""Ball arithmetic: numbers with a proven error (Arb, by python-flint)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Num, Sym
from tutor.algebra.precision import PRECISIONS, ZERO_THRESHOLD, Ball, flint, working_precision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

_BALL_KERNELS = functions.table(lambda function: {function.id: function.ball_kernel})


def ball_from_fraction(value: Fraction) -> Ball:
    return flint().arb(flint().fmpq(value.numerator, value.denominator))


def to_ball(tree: Expr, symbols: Mapping[str, Ball] | None = None, cache: dict[int, Ball] | None = None) -> Ball:
    """The ball of a scalar tree at the precision in force. It is not finite where the tree has no value there.
    Raises `KeyError` for a symbol that is not given, and for a matrix.

    `cache` holds the balls of parts that are known already, by id, and gets the new ones.
    """
    arb, fmpq = flint().arb, flint().fmpq
    cache = {} if cache is None else cache
    # Written out: a matrix has thousands of parts, and every answer is held against it.
    stack = [tree]
    while stack:
        node = stack[-1]
        if id(node) in cache:
            stack.pop()
        elif isinstance(node, Apply):
            waiting = [arg for arg in node.args if id(arg) not in cache]
            if waiting:
                stack += waiting
            else:
                cache[id(node)] = _BALL_KERNELS[node.op](*[cache[id(arg)] for arg in node.args])
                stack.pop()
        elif isinstance(node, Num):
            cache[id(node)] = arb(fmpq(node.value.numerator, node.value.denominator))
        elif isinstance(node, Sym):
            cache[id(node)] = arb.pi() if node.name == "pi" else (symbols or {})[node.name]
        else:
            raise KeyError("a matrix has no ball")
    return cache[id(tree)]


class BallEvaluator:
    """Balls of trees that have parts in common, as the cells of a matrix do: each part is computed once for each
    precision. The trees must outlive it.
    """

    def __init__(self) -> None:
        self._cache: dict[int, dict[int, Ball]] = {}

    def __call__(self, tree: Expr) -> Ball:
        """The ball of a scalar tree without symbols, at the precision in force."""
        return to_ball(tree, None, self._cache.setdefault(flint().ctx.prec, {}))


class _BallCache:
    """Balls that are not computed again for trees met lately: gradients consist of values seen before, and what is
    right is compared with one answer after the other.
    """

    #: After so many parts what is not asked for again is forgotten.
    _MAX_SIZE = 10_000

    def __init__(self) -> None:
        self._cache: dict[int, dict[int, Ball]] = {}
        self._previous: dict[int, dict[int, Ball]] = {}
        # Ids are those of these trees' parts only as long as the trees are kept.
        self._trees: list[Expr] = []
        self._previous_trees: list[Expr] = []
        self._count = 0

    def __call__(self, tree: Expr) -> Ball:
        """The ball of a scalar tree without symbols, at the precision in force."""
        bits = flint().ctx.prec
        done = self._cache.setdefault(bits, {})
        found = done.get(id(tree))
        if found is not None:
            return found
        if self._count > self._MAX_SIZE:
            self._previous, self._previous_trees = self._cache, self._trees
            done = {}
            self._cache, self._trees, self._count = {bits: done}, [], 0
        self._trees.append(tree)
        known = len(done)
        found = self._previous.get(bits, {}).get(id(tree))
        if found is None:
            found = to_ball(tree, None, done)
        done[id(tree)] = found
        self._count += len(done) - known
        return found


#: Used only while the precision is held, which is held by one thread at a time.
BALL_CACHE = _BallCache()


def nearest_float(tree: Expr, evaluator: Callable[[Expr], Ball] = BALL_CACHE) -> float:
    """The float nearest to an exact scalar tree: 0.0 where it can't be told from zero, infinite where it is too
    large for a float, not a number where it has no value or none that can be computed.

    `evaluator` may be a `BallEvaluator` that remembers what several trees have in common. Raises `KeyError` for a symbol.
    """
    if isinstance(tree, Num):
        try:
            return float(tree.value)
        except OverflowError:
            return math.inf if tree.value > 0 else -math.inf
    for bits in PRECISIONS:
        with working_precision(bits):
            enclosure = evaluator(tree)
            if enclosure.rel_accuracy_bits() >= 60:
                break
    if not enclosure.is_finite() or (enclosure.rel_accuracy_bits() < 60 and float(enclosure.rad()) > ZERO_THRESHOLD):
        return math.nan
    return float(enclosure.mid())
