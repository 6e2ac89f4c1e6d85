"""The crosshair of a matrix cell: the numbers it marks are those that make the cell."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import pytest

from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import number
from tutor.algebra.parser import parse_value
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.close_up.build import close_up
from tutor.practice.close_up.crosshair import MarkedCells, cells_behind, crosshair
from tutor.practice.close_up.words import describe_close_up
from tutor.practice.worksheet import HINT_COOLDOWN, OPEN_RULE_AFTER, Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run_tutor import Run
    from tutor.grading.problem import Blank, Problem

MATRICES = {"X": "[[1, 2, 3], [4, 5, 6]]", "W": "[[1, -2], [3, 4], [5, 6]]", "b": "[[7, 8]]"}


class FastClock:
    """A clock that runs so fast that every hint opens at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2 * HINT_COOLDOWN
        return self.now


def from_formula(formula: str, **inputs: str) -> Worksheet:
    """Return the worksheet of a formula; inputs that aren't given are in MATRICES."""
    texts = inputs or {name: text for name, text in MATRICES.items() if name in formula}
    values = {name: evaluate(parse_value(text), {}) for name, text in texts.items()}
    return Worksheet(exercise_from_formula(formula, values, number(2)).variant(), clock=FastClock())


def numbers_at(problem: Problem, marked: MarkedCells) -> list[float]:
    """Return the marked numbers: of a gradient, or of a forward value."""
    if marked.place:
        value = problem.truth(problem.place(marked.place))
    else:
        value = problem.exact_passes.values[problem.graph.position[marked.source]]
    rows = value if ops.is_matrix(value) else [[value]]
    return [
        float(nearest_float(cell)) for i, row in enumerate(rows) for j, cell in enumerate(row) if marked.covers(i, j)
    ]


def product_blanks() -> Iterator[tuple[str, Problem, Blank]]:
    """Yield every blank at a matrix product in the packs, for a gradient or a forward value."""
    for name in builtin_exercise_names():
        problem = library.find_exercise(name).variant().problem
        for blank in (*problem.places, *problem.forward_blanks):
            position = blank.edge.target if blank.edge else blank.node
            if blank.kind in ("edge", "forward") and problem.graph.nodes[position].op == "matmul" and blank.grid:
                yield f"{name} {blank.id}", problem, blank


def test_the_dot_product_of_the_marked_numbers_is_the_cell() -> None:
    num_cells = 0
    for name, problem, blank in product_blanks():
        right = problem.truth(blank)
        for i, row in enumerate(right):
            for j, cell in enumerate(row):
                first, second = (numbers_at(problem, marked) for marked in cells_behind(problem, blank, (i, j)))
                dot = sum(map(prod, zip(first, second, strict=True)))
                assert dot == pytest.approx(float(nearest_float(cell)), rel=1e-9, abs=1e-12), f"{name} [{i},{j}]"
                num_cells += 1
    assert num_cells > 100


def marks(worksheet: Worksheet, place: str, cell: tuple[int, int]) -> list[tuple[str, int | None, int | None]]:
    """Return what is marked as (place or source, row, column)."""
    problem = worksheet.problem
    found = cells_behind(problem, problem.place(place), cell)
    return [(marked.place or marked.source, marked.row, marked.column) for marked in found]


@pytest.mark.parametrize(
    ("formula", "place", "cell", "expected"),
    [
        ("z = sum(X @ W)", "X->matmul1", (1, 2), [("matmul1->sum1", 1, None), ("W", 2, None)]),
        ("z = sum(X @ W)", "W->matmul1", (0, 1), [("matmul1->sum1", None, 1), ("X", None, 0)]),
        ("z = sum(X @ W)", "matmul1->sum1", (1, 1), [("start", None, None)]),
        ("z = sum(sigmoid(X))", "X->sigmoid1", (0, 2), [("sigmoid1->sum1", 0, 2), ("sigmoid1", 0, 2)]),
        ("z = sum(X.T @ X)", "X->transpose1", (0, 2), [("transpose1->matmul1", 2, 0)]),
        ("z = sum(X @ W + b)", "b->broadcast1", (0, 1), [("broadcast1->add1", None, 1)]),
        ("z = sum(sum(X, 1) * 3)", "X->sum1", (1, 2), [("sum1->mul1", 1, 0)]),
        ("z = sum(softmax(X))", "X->softmax1", (1, 0), [("softmax1->sum1", 1, None), ("softmax1", 1, None)]),
        ("z = sum(max(X, axis=1))", "X->amax1", (1, 2), [("amax1->sum1", 0, 1), ("X", 1, None), ("amax1", 0, 1)]),
        ("z = sum(X[0] * 2)", "X->index1", (0, 1), [("index1->mul1", 0, 1)]),
        ("z = sum(X * X)", "X", (1, 0), [("X->mul1.0", 1, 0), ("X->mul1.1", 1, 0)]),
    ],
)  # fmt: skip
def test_what_makes_a_cell(
    formula: str, place: str, cell: tuple[int, int], expected: list[tuple[str, int | None, int | None]]
) -> None:
    assert marks(from_formula(formula), place, cell) == expected


def test_a_window_is_marked_cell_by_cell() -> None:
    worksheet = from_formula("z = sum(conv2d(X, K))", X="[[1, 2, 3], [4, 5, 6], [7, 8, 9]]", K="[[1, 0], [0, 1]]")
    found = marks(worksheet, "X->conv2d1", (0, 1))
    assert found == [("conv2d1->sum1", 0, None), ("K", 0, None)]
    assert marks(worksheet, "X->conv2d1", (1, 1))[-1] == ("K", None, None)


def test_it_comes_with_the_rule() -> None:
    worksheet = from_formula("z = sum(X @ W)")
    assert crosshair(worksheet, "X->matmul1", (0, 0)) == ()
    worksheet.next_hint("X->matmul1")
    assert crosshair(worksheet, "X->matmul1", (0, 0)) == ()
    worksheet.next_hint("X->matmul1")
    assert crosshair(worksheet, "X->matmul1", (0, 0)) == (
        MarkedCells(0, None, place="matmul1->sum1"),
        MarkedCells(0, None, source="W", target="matmul1"),
    )


def test_matrices_that_are_too_large_have_none() -> None:
    row = "[" + ", ".join(["1"] * 30) + "]"
    worksheet = from_formula("z = sum(X * X)", X="[" + ", ".join([row] * 30) + "]")
    assert marks(worksheet, "X->mul1.0", (0, 0)) == []


def test_the_close_up_has_the_numbers_of_the_active_cell() -> None:
    worksheet = from_formula("z = sum(X @ W)")
    for _rung in range(2):
        worksheet.next_hint("X->matmul1")
    data = close_up(worksheet, "X->matmul1", (1, 2))
    assert data is not None
    assert data.cell is not None
    upstream, other = data.cell.sources
    assert (str(upstream.caption), upstream.numbers) == ("row 2 of the upstream", ())
    assert (str(other.caption), other.numbers) == ("row 3 of W", ("5", "6"))
    worksheet.answer("matmul1->sum1", "[[2, 2], [2, 2]]")
    data = close_up(worksheet, "X->matmul1", (1, 2))
    assert data is not None
    assert data.cell is not None
    assert data.cell.is_product
    assert [source.numbers for source in data.cell.sources] == [("2", "2"), ("5", "6")]
    words = describe_close_up(data)
    assert "For example, cell [2,3] is computed from row 2 of the upstream (2, 2) and row 3 of W (5, 6)." in words


def test_plain_mode_tells_where_a_cell_comes_from(run_tutor: Run) -> None:
    wrong = "".join(f"{number} * ones(3, 3)\n" for number in range(1, OPEN_RULE_AFTER + 1))
    text = f"[[1,1],[1,1],[1,1]]\nup*S*(1-S)\n{wrong}:closeup\n:quit\n"
    shown = run_tutor("play", "matrices/sigma-xw", "--plain", text=text).stdout
    assert "cell [1,1] is computed from row 1 of the upstream (0.08980, 0.05404) and row 1 of W (1, 2)." in shown
