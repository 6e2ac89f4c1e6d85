"""Sizes that are names."""

from __future__ import annotations

import pytest

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, format_shape
from tutor.algebra.expr import as_expr
from tutor.algebra.matrix_expr import expr_of, matrix_symbol
from tutor.algebra.ops import VectorShape, shape_of
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.algebra.sizes import MAX_SIZE_NAMES, named_sizes, shape_in_numbers, size_of

SIZES = named_sizes("nm")
N, M = SIZES["n"], SIZES["m"]
NAMES = {
    "X": matrix_symbol("X", (N, 3)),
    "W": matrix_symbol("W", (3, M)),
    "x": matrix_symbol("x", VectorShape.of_length(M), is_vector=True),
    "n": as_expr(N),
    "m": as_expr(M),
}


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("X @ W", "n×m"),
        ("(X @ W).T", "m×n"),
        ("sum(X, 0)", "1×3"),
        ("sum(X, 1)", "n×1"),
        ("sum(X)", "1"),
        ("X * ones(n, 3)", "n×3"),
        ("X + ones(1, 3)", "n×3"),
        ("ones(n, m) / n", "n×m"),
        ("ones(2*n, 1)", "2·n×1"),
        ("W @ x", "(3,)"),
        ("softmax(X)", "n×3"),
    ],
)
def test_shapes_are_those_of_numpy_in_names(text: str, shape: str) -> None:
    assert format_shape(shape_of(evaluate(parse(text, NAMES), NAMES))) == shape


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("W @ X", "3×m @ n×3 doesn't fit: the inner sizes m and n differ."),
        ("X + W", "The shapes n×3 and 3×m don't fit cell by cell."),
        ("X * ones(7, 3)", "The shapes n×3 and 7×3 don't fit cell by cell."),
        ("ones(n/2, 1)*ones(x, 2)", "ones needs the numbers of rows and columns, as in ones(2, 3)."),
    ],
)
def test_sizes_with_different_names_or_numbers_do_not_fit(text: str, problem: str) -> None:
    with pytest.raises(AlgebraError) as caught:
        evaluate(parse(text, NAMES), NAMES)
    assert str(caught.value) == problem


def test_what_counts_entries_is_a_formula() -> None:
    assert format_expr(expr_of(evaluate(parse("mean(X, 0)", NAMES), NAMES))) == "sum(X, 0)/n"
    assert str(N * 3) == "n·3"
    assert str(3 * N + M) == "3·n + m"
    assert format_expr(as_expr(N * M)) == "n·m"


def test_a_named_size_equals_no_number_and_no_other_name() -> None:
    assert named_sizes("n")["n"] == N
    assert int(N) != N
    assert N != M
    assert (named_sizes("n")["n"], 3) == (N, 3)
    assert len(named_sizes("abcdefgh")) == MAX_SIZE_NAMES


def test_numbers_take_the_place_of_names() -> None:
    numbers = {"n": 4, "m": 5}
    assert shape_in_numbers((N * M, 3), numbers) == (20, 3)
    vector = shape_in_numbers(VectorShape.of_length(M), numbers)
    assert (vector, format_shape(vector)) == ((1, 5), "(5,)")
    assert size_of(parse("2*n + 1"), numbers.get) == 9
    assert size_of(parse("n - m"), numbers.get) is None
