"""The ways in which SymPy may write a formula, each within a number of steps, and the measure of the simplest.

The same SymPy gives the same formula on every machine: the limit is a count of SymPy's own calls, never seconds.
`sympy.simplify` takes no part. It tries much more, is seldom shorter, and its own measure counts differently.
"""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.algebra.expr import Apply, Expr, Num, children, postorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from fractions import Fraction

#: The calls of SymPy's functions for one candidate; formulas of exercises need up to 60,000.
MAX_STEPS = 200_000
#: The most terms of a sum that is multiplied out, its largest degree, and the bits of a number. With larger ones a single
#: call can take SymPy hours.
_MAX_TERMS, _MAX_DEGREE, _MAX_BITS = 300, 30, 512
_TRIGONOMETRIC = frozenset(("sin", "cos", "tan"))


def count_parts(formula: Expr) -> int:
    """Return how many names, numbers, operations and signs are written: the measure of the simplest formula.

    A shared part counts each time, a fraction as a division.
    """
    sizes: dict[int, int] = {}
    for node in postorder(formula):
        size = 1 + sum(sizes[id(child)] for child in children(node))
        if isinstance(node, Num):
            size += (node.value < 0) + 2 * (node.value.denominator != 1)
        sizes[id(node)] = size
    return sizes[id(formula)]


def is_feasible(tree: Expr) -> bool:
    """Return whether the numbers of a formula stay small when SymPy computes with them."""
    return all(size.bits <= _MAX_BITS for size in _sizes(tree).values())


def candidates(sympy: Any, formula: Any, tree: Expr) -> Iterator[Any]:
    """Yield a formula of SymPy as SymPy writes it in different ways; `tree` is the same formula as ours.

    Of equally simple ones the first counts. Those that take too many steps are left out.
    """
    yield formula
    sizes = _sizes(tree)
    ways: list[Callable[[Any], Any]] = [sympy.together]
    if _has_small_factors(tree, sizes):
        ways += [sympy.factor, lambda given: sympy.factor(sympy.powsimp(given))]
    if all(map(_is_small_polynomial, sizes.values())):
        ways += [sympy.cancel, sympy.expand]
        if any(isinstance(node, Apply) and node.op in _TRIGONOMETRIC for node in postorder(tree)):
            ways.append(sympy.trigsimp)
    for way in ways:
        try:
            yield _run_within_limit(sympy, way, formula)
        except (_TooManyStepsError, RecursionError, ArithmeticError, ValueError, TypeError, AttributeError):
            continue


class _TooManyStepsError(BaseException):
    """No `Exception`: SymPy handles those itself in places."""


def _run_within_limit(sympy: Any, way: Callable[[Any], Any], formula: Any) -> Any:
    """Return the formula written in a way. Raise _TooManyStepsError."""
    # What was computed before would save steps, and factors of polynomials are found by chance.
    sympy.core.cache.clear_cache()
    for generator in (random, sympy.core.random):
        generator.seed(0)
    folder, steps = str(Path(sympy.__file__).parent), 0

    def count(frame: Any, event: str, _argument: object) -> None:
        nonlocal steps
        code = frame.f_code
        # Comprehensions are calls in some versions of Python.
        if event == "call" and code.co_filename.startswith(folder) and code.co_name[0] != "<":
            steps += 1
            if steps > MAX_STEPS:
                raise _TooManyStepsError

    sys.setprofile(count)
    try:
        return way(formula)
    finally:
        sys.setprofile(None)


@dataclass(frozen=True, slots=True)
class _Size:
    """Bounds of a formula: the bits of its numbers, its degree, and its terms when it is multiplied out."""

    bits: int = 0
    degree: int = 1
    terms: int = 1


def _sizes(tree: Expr) -> Mapping[int, _Size]:
    """Return bounds for each part of a formula, by its id."""
    sizes: dict[int, _Size] = {}
    for node in postorder(tree):
        sizes[id(node)] = _size(node, [sizes[id(child)] for child in children(node)])
    return sizes


def _size(node: Expr, operands: Sequence[_Size]) -> _Size:
    if isinstance(node, Num):
        return _Size(max(node.value.numerator.bit_length(), node.value.denominator.bit_length()) - 1, 0, 1)
    if not isinstance(node, Apply) or not operands:
        return _Size()
    bits = [operand.bits for operand in operands]
    degrees, terms = [operand.degree for operand in operands], [operand.terms for operand in operands]
    if node.op in ("add", "sub"):
        return _Size(max(bits) + 1, max(degrees), _limited(sum(terms)))
    if node.op in ("mul", "div"):
        return _Size(sum(bits), sum(degrees), _limited(math.prod(terms)))
    if (exponent := _number_exponent(node)) is not None:
        power = max(abs(exponent.numerator), exponent.denominator)
        expanded = math.comb(terms[0] + min(power, _MAX_TERMS) - 1, terms[0] - 1) if exponent.denominator == 1 else 1
        return _Size(bits[0] * power, degrees[0] * power, _limited(expanded))
    if node.op in ("exp", "pow"):
        # SymPy takes e^(100·x) for the hundredth power of e^x.
        return _Size(max(bits), max(*degrees, 1 << min(bits[-1] + 1, _MAX_BITS)), max(terms))
    return _Size(max(bits), max(1, *degrees), max(terms))


def _limited(count: int) -> int:
    """Return a count, up to one more than `_MAX_TERMS`."""
    return min(count, _MAX_TERMS + 1)


def _number_exponent(node: Expr) -> Fraction | None:
    if isinstance(node, Apply) and node.op == "pow" and isinstance(node.args[1], Num):
        return node.args[1].value
    return None


def _is_small_polynomial(size: _Size) -> bool:
    return size.degree <= _MAX_DEGREE and size.terms <= _MAX_TERMS


def _has_small_factors(tree: Expr, sizes: Mapping[int, _Size]) -> bool:
    """Return whether each factor is small when it is multiplied out: SymPy factors each on its own."""
    if isinstance(tree, Apply) and tree.op in ("mul", "div", "neg"):
        return all(_has_small_factors(factor, sizes) for factor in tree.args)
    if _number_exponent(tree) is not None:
        return _has_small_factors(children(tree)[0], sizes)
    return _is_small_polynomial(sizes[id(tree)])
