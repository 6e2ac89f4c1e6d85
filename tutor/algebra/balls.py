"""Tree -> ball: a number with a proven error, in Arb's ball arithmetic (python-flint)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeAlias

from tutor.algebra.tree import Apply, Expr, Num, Sym, postorder

#: flint.arb; python-flint ships without types.
Ball: TypeAlias = Any

_PRECISION = threading.RLock()
#: The precisions tried one after the other, in bits. At the last one two numbers that can't be told apart are one.
PRECISIONS = (80, 192, 640, 2048)

#: What can't be told apart from zero by more than this is taken for zero.
_TINY = 1e-200


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with `bits` bits inside the block, one thread at a time: flint has one precision for all."""
    from flint import ctx

    with _PRECISION:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


def from_fraction(value: Fraction) -> Ball:
    from flint import arb, fmpq

    return arb(fmpq(value.numerator, value.denominator))


def _power(a: Ball, b: Ball) -> Ball:
    return a**b


def _relu(a: Ball) -> Ball:
    from flint import arb

    return a.max(arb(0))


def _sign(a: Ball) -> Ball:
    """Proven where `a` keeps away from zero; what can't be told from zero at the last precision is zero."""
    from flint import arb, ctx

    if a > 0:
        return arb(1)
    if a < 0:
        return arb(-1)
    nearly = a.is_finite() and float(a.abs_upper()) < _TINY
    return arb(0) if a.is_zero() or (nearly and ctx.prec >= PRECISIONS[-1]) else arb(0, 1)


_MEANING: Mapping[str, Callable[..., Ball]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": _power,
    "exp": lambda a: a.exp(),
    "log": lambda a: a.log(),
    "sqrt": lambda a: a.sqrt(),
    "sin": lambda a: a.sin(),
    "cos": lambda a: a.cos(),
    "tanh": lambda a: a.tanh(),
    "sigmoid": lambda a: 1 / (1 + (-a).exp()),
    "softplus": lambda a: a.exp().log1p(),
    "relu": _relu,
    "sign": _sign,
    "abs": abs,
    "max": lambda a, b: a.max(b),
    "min": lambda a, b: a.min(b),
}


def ball(tree: Expr, symbols: Mapping[str, Ball] | None = None, done: dict[int, Ball] | None = None) -> Ball:
    """The ball of a scalar tree at the precision in force. It is not finite where the tree has no value there.

    `done` holds the balls of parts that are known already, by id, and gets the new ones.
    """
    from flint import arb

    done = {} if done is None else done
    for node in postorder(tree, done):
        if isinstance(node, Num):
            done[id(node)] = from_fraction(node.value)
        elif isinstance(node, Sym):
            done[id(node)] = arb.pi() if node.name == "pi" else (symbols or {})[node.name]
        elif isinstance(node, Apply):
            done[id(node)] = _MEANING[node.op](*(done[id(arg)] for arg in node.args))
    return done[id(tree)]


class Balls:
    """Balls of trees that have parts in common, as the cells of a matrix do: each part is computed once for each
    precision. The trees must outlive it.
    """

    def __init__(self) -> None:
        self._done: dict[int, dict[int, Ball]] = {}

    def __call__(self, tree: Expr) -> Ball:
        """The ball of a scalar tree without symbols, at the precision in force."""
        from flint import ctx

        return ball(tree, None, self._done.setdefault(ctx.prec, {}))


class _Recent(Balls):
    """Balls that hold on to their trees, as long as they are not many: gradients consist of values seen before."""

    _MOST = 20_000

    def __init__(self) -> None:
        super().__init__()
        self._trees: list[Expr] = []

    def __call__(self, tree: Expr) -> Ball:
        if len(self._trees) + sum(map(len, self._done.values())) > self._MOST:
            self._trees.clear()
            self._done.clear()
        self._trees.append(tree)
        return super().__call__(tree)


#: Used only while the precision is held, which is held by one thread at a time.
RECENT = _Recent()


def nearest_float(tree: Expr, balls: Callable[[Expr], Ball] = RECENT) -> float:
    """The float nearest to an exact scalar tree: 0.0 where it can't be told from zero, infinite where it is too
    large for a float, not a number where it has no value or none that can be computed.

    `balls` may be a `Balls` that remembers what several trees have in common. Raises `KeyError` for a symbol.
    """
    if isinstance(tree, Num):
        try:
            return float(tree.value)
        except OverflowError:
            return math.inf if tree.value > 0 else -math.inf
    for bits in PRECISIONS:
        with precision(bits):
            enclosure = balls(tree)
            if enclosure.rel_accuracy_bits() >= 60:
                break
    if not enclosure.is_finite() or (enclosure.rel_accuracy_bits() < 60 and float(enclosure.rad()) > _TINY):
        return math.nan
    return float(enclosure.mid())
