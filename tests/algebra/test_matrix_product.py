"""Large products of exact matrices: the same values as when they are written out."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Apply, Expr, Num, Sym, free_names, number, structurally_equal
from tutor.algebra.matrix_product import Entry
from tutor.algebra.printing import format_expr, format_scalar
from tutor.algebra.simplify import simplify


def matrix(rng: random.Random, rows: int, columns: int, functions: tuple[str, ...] = ()) -> ops.Value:
    def cell() -> Expr:
        tree: Expr = number(Fraction(rng.randint(-99, 99), rng.randint(1, 20)))
        return Apply(rng.choice(functions), (tree,)) if functions else tree

    return ops.make_matrix(tuple(tuple(cell() for _ in range(columns)) for _ in range(rows)))


@given(st.integers(1, 14), st.integers(1, 14), st.integers(1, 14), st.booleans(), st.booleans(), st.integers(0, 10**6))
def test_a_product_has_the_value_of_the_product_written_out(
    rows: int, inner: int, columns: int, irrational: bool, right_too: bool, seed: int
) -> None:
    rng = random.Random(seed)
    functions = ("exp", "sigmoid", "tanh") if irrational else ()
    left, right = matrix(rng, rows, inner, functions), matrix(rng, inner, columns, functions if right_too else ())
    product = ops.matmul(left, right)
    for place, written in np.ndenumerate(left @ right):
        assert nearest_float(product[place]) == nearest_float(written)
        if not irrational:
            assert product[place].value == written.value


def test_only_a_large_product_of_numbers_is_computed_as_a_whole() -> None:
    rng = random.Random(1)
    large, small = matrix(rng, 9, 9, ("exp",)), matrix(rng, 3, 3, ("exp",))
    assert isinstance(ops.matmul(large, large)[0, 0], Entry)
    assert isinstance(ops.matmul(matrix(rng, 9, 9), matrix(rng, 9, 9))[0, 0], Num)
    assert isinstance(ops.matmul(small, small)[0, 0], Apply)
    large[4, 4] = Sym("x")
    assert free_names(ops.matmul(large, large)[4, 0]) == {"x"}


def test_the_same_operands_give_the_same_cells() -> None:
    rng = random.Random(2)
    left, right = matrix(rng, 10, 10, ("exp",)), matrix(rng, 10, 10)
    first, second = ops.matmul(left, right), ops.matmul(left.copy(), right)
    assert structurally_equal(Apply("exp", (first[1, 2],)), Apply("exp", (second[1, 2],)))
    assert not structurally_equal(first[1, 2], second[2, 1])
    assert not structurally_equal(first[1, 2], ops.matmul(right, left)[1, 2])


def test_a_cell_is_written_as_a_number() -> None:
    rng = random.Random(3)
    cell = ops.matmul(matrix(rng, 10, 10, ("tanh",)), matrix(rng, 10, 10))[0, 0]
    assert format_scalar(cell) == format_scalar(nearest_float(cell))
    formula = Apply("mul", (number(2), Apply("add", (cell, Sym("x")))))
    assert "x" in format_expr(simplify(formula))


@pytest.mark.parametrize("factor", ["10^-40", "10^40"])
def test_small_cells_beside_large_ones_keep_their_digits(factor: str) -> None:
    rng = random.Random(4)
    left, right = matrix(rng, 10, 10, ("exp",)), matrix(rng, 10, 10)
    scale = number(Fraction(10) ** int(factor[3:]))
    left[:5] = left[:5] * scale
    for place, written in np.ndenumerate(left @ right):
        assert nearest_float(ops.matmul(left, right)[place]) == nearest_float(written)
