"""Tests of the close-up: it says what is known around a blank, gives nothing away, and is never wrong."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, free_names, number
from tutor.algebra.parser import parse, parse_value
from tutor.grading.hints.ladder import format_right_answer, hint_at, num_rungs, rule_rung
from tutor.grading.hints.symbolic import local_gradient_is_symbolic
from tutor.i18n import set_language
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.pack import read_pack
from tutor.practice.close_up.build import close_up
from tutor.practice.close_up.words import describe_close_up, format_equation
from tutor.practice.worksheet import HINT_COOLDOWN, Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.grading.problem import Blank
    from tutor.practice.close_up.data import CloseUpData


class FastClock:
    """A clock that runs so fast that every hint opens at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 2 * HINT_COOLDOWN
        return self.now


def worksheet_of(name: str) -> Worksheet:
    return Worksheet(library.find_exercise(name).variant(), clock=FastClock())


def from_formula(formula: str, **inputs: str) -> Worksheet:
    """Return the worksheet of a formula whose backward pass starts at 2."""
    values = {name: evaluate(parse_value(text), {}) for name, text in inputs.items()}
    return Worksheet(exercise_from_formula(formula, values, number(2)).variant(), clock=FastClock())


def seen(worksheet: Worksheet, place: str) -> CloseUpData:
    data = close_up(worksheet, place)
    assert data is not None
    return data


def equation(worksheet: Worksheet, place: str) -> str:
    return format_equation(seen(worksheet, place).equation)


def open_hints(worksheet: Worksheet, place: str, count: int) -> None:
    for _ in range(count):
        worksheet.next_hint(place)


# --- an edge -----------------------------------------------------------------------------------------------


def test_the_upstream_appears_once_it_is_found_and_the_local_derivative_with_its_rungs() -> None:
    worksheet = from_formula("y = sigmoid(x * w)", x="1", w="log(4)")
    edge = "x->mul1"
    assert equation(worksheet, edge) == "? (upstream) × ? (local derivative) = ? (∂L/∂x)"
    worksheet.answer("mul1->sigmoid1", "0.32")
    assert equation(worksheet, edge) == "0.32 (upstream) × ? (local derivative) = ? (∂L/∂x)"
    open_hints(worksheet, edge, 1)
    assert equation(worksheet, edge) == "0.32 (upstream) × ? (local derivative) = ? (∂L/∂x)"
    open_hints(worksheet, edge, 1)
    assert equation(worksheet, edge) == "0.32 (upstream) × w (local derivative) = ? (∂L/∂x)"
    open_hints(worksheet, edge, 1)
    assert equation(worksheet, edge) == "0.32 (upstream) × 1.386 (local derivative) = ? (∂L/∂x)"
    worksheet.answer(edge, "0.32*log(4)")
    assert equation(worksheet, edge) == "0.32 (upstream) × 1.386 (local derivative) = 0.32*log(4) (∂L/∂x)"


def test_a_wrong_answer_and_a_step_carried_from_it_are_marked() -> None:
    worksheet = worksheet_of("basics/two-roads")
    worksheet.answer("x->mul1", "14")
    worksheet.answer("add1->mul1", "5")
    assert equation(worksheet, "add1->mul1") == "2 (upstream) × ? (local derivative) = 5 ✗ (∂L/∂(x + y))"
    worksheet.answer("x->add1", "5")
    assert equation(worksheet, "x->add1") == "5 ✗ (upstream) × ? (local derivative) = 5 ~ (part of ∂L/∂x)"
    assert equation(worksheet, "x") == "5 ~ (from +) ? 14 (from ×) = ? (∂L/∂x)"


def test_that_a_branch_adds_is_not_told_before_the_rule() -> None:
    worksheet = worksheet_of("basics/two-roads")
    for place, text in (("x->mul1", "14"), ("add1->mul1", "6"), ("x->add1", "6")):
        worksheet.answer(place, text)
    open_hints(worksheet, "x", 1)
    assert equation(worksheet, "x") == "6 (from +) ? 14 (from ×) = ? (∂L/∂x)"
    open_hints(worksheet, "x", 1)
    assert equation(worksheet, "x") == "6 (from +) + 14 (from ×) = ? (∂L/∂x)"


def test_which_input_passes_is_told_by_its_number_only() -> None:
    worksheet = from_formula("z = max(x, y)", x="3", y="8")
    assert equation(worksheet, "x->max1") == "2 (upstream) × ? (local derivative) = ? (∂L/∂x)"
    open_hints(worksheet, "x->max1", 2)
    after_rule = seen(worksheet, "x->max1").equation
    assert format_equation(after_rule) == "2 (upstream) × ? (local derivative) = ? (∂L/∂x)"
    assert str(after_rule.note) == "the upstream to the greater input, 0 to the other, half if equal"
    open_hints(worksheet, "x->max1", 1)
    assert equation(worksheet, "x->max1") == "2 (upstream) × 0 (local derivative) = ? (∂L/∂x)"


def test_symbols_are_told_as_symbols_and_not_before_the_formula_is() -> None:
    worksheet = worksheet_of("basics/sigmoid-from-output")
    edge = worksheet.blanks[0].id
    open_hints(worksheet, edge, 2)
    assert equation(worksheet, edge).startswith("∂L/∂y (upstream) × ? (local derivative)")
    assert seen(worksheet, edge).equation.note is None
    open_hints(worksheet, edge, 1)
    assert equation(worksheet, edge) == "∂L/∂y (upstream) × y·(1 − y) (local derivative) = ? (∂L/∂x)"


def test_a_folded_node_multiplies_by_the_derivative_of_what_it_stands_for() -> None:
    worksheet = worksheet_of("basics/sigmoid-folded")
    open_hints(worksheet, "x->inv1", num_rungs(worksheet.problem, worksheet.problem.place("x->inv1")) - 2)
    assert "y²·e^(−x) (local derivative)" in equation(worksheet, "x->inv1")


# --- matrices and structural nodes -------------------------------------------------------------------------


def test_a_matrix_product_is_told_in_shapes_and_in_order() -> None:
    worksheet = from_formula("z = sum(X @ W)", X="[[1, 2, 3], [4, 5, 6]]", W="[[1, 2], [3, 4], [5, 6]]")
    worksheet.answer("matmul1->sum1", "[[2, 2], [2, 2]]")
    assert equation(worksheet, "W->matmul1") == "2×2 (upstream) ? (by which rule?) = ? 3×2 (∂L/∂W)"
    open_hints(worksheet, "X->matmul1", 2)
    assert equation(worksheet, "X->matmul1") == "2×2 (upstream) @ Wᵀ 2×3 (other operand) = ? 2×3 (∂L/∂X)"
    open_hints(worksheet, "W->matmul1", 2)
    assert equation(worksheet, "W->matmul1") == "Xᵀ 3×2 (other operand) @ 2×2 (upstream) = ? 3×2 (∂L/∂W)"
    assert seen(worksheet, "W->matmul1").forward == "2×3 @ 3×2 = 2×2"


@pytest.mark.parametrize(
    ("formula", "note"),
    [
        ("z = sum(X.T)", "the transposed upstream"),
        ("z = sum(reshape(X, 3, 2))", "the upstream in the shape of the input"),
        ("z = sum(X[0])", "the upstream at each picked entry, 0 elsewhere"),
        ("z = sum(concat(X, X * 2))", "the part of the upstream that belongs to this input"),
        ("z = sum(softmax(X))", "y·(upstream − the row's y-weighted mean)"),
    ],
)
def test_a_node_that_only_moves_or_mixes_cells_is_told_in_shapes_and_words(formula: str, note: str) -> None:
    worksheet = from_formula(formula, X="[[1, 2, 3], [4, 5, 6]]")
    edge = next(place.id for place in worksheet.problem.places if place.edge and place.id.startswith("X->"))
    assert seen(worksheet, edge).equation.note is None
    open_hints(worksheet, edge, 2)
    told = seen(worksheet, edge).equation
    assert (told.equals, told.signs, str(told.note)) == ("→", (), note)


def test_an_answer_of_another_shape_is_shown_as_it_was_typed() -> None:
    worksheet = worksheet_of("matrices/product")
    worksheet.answer("X->matmul1", "14")
    assert equation(worksheet, "X->matmul1") == "2×2 (upstream) ? (by which rule?) = 14 ✗ (∂L/∂X)"


@pytest.mark.parametrize(
    ("formula", "edge", "forward", "told"),
    [
        ("z = sum(W @ v)", "W->matmul1", "2×3 @ (3,) = (2,)", "(2,) (upstream) → ? 2×3 (∂L/∂W)"),
        ("z = sum(W @ v)", "v->matmul1", "2×3 @ (3,) = (2,)", "(2,) (upstream) @ W 2×3 (other operand) = ? (3,) (∂L/∂v)"),
        ("z = v @ v", "v->dot1.0", "(3,) @ (3,) = 14", "2 (upstream) → ? (3,) (part of ∂L/∂v)"),
        ("z = sum(W * W)", "W->mul1.0", "2×3 * 2×3 = 2×3", "2×3 (upstream) * W (cell by cell) = ? 2×3 (part of ∂L/∂W)"),
        ("z = sum([a, 2*a])", "a->grid1", "[3, 6] = (2,)", "(2,) (upstream) → ? (part of ∂L/∂a)"),
        ("z = leaky_relu(a, 0.1)", "a->leaky_relu1", "leaky_relu(3, 0.1) = 3", "2 (upstream) × ? (local derivative) = ? (∂L/∂a)"),
        ("z = 5 - a", "a->sub1", "5 − 3 = 2", "2 (upstream) × −1 (local derivative) = ? (∂L/∂a)"),
        ("z = silu(a)", "a->silu1", "silu(3) = 2.858",
         "2 (upstream) × (σ(a) + z·(1 − σ(a))) (local derivative) = ? (∂L/∂a)"),
    ],
)  # fmt: skip
def test_vectors_constants_and_sums_are_told_as_they_are_typed(
    formula: str, edge: str, forward: str, told: str
) -> None:
    values = {"W": "[[1, 2, 3], [4, 5, 6]]", "v": "[1, 2, 3]", "a": "3"}
    worksheet = from_formula(formula, **{name: text for name, text in values.items() if name in formula})
    open_hints(worksheet, edge, 2)
    upstream = worksheet.problem.upstream(worksheet.problem.place(edge))
    if upstream is not None and upstream != "start":
        worksheet.reveal(upstream)
    assert seen(worksheet, edge).forward == forward
    assert equation(worksheet, edge) == told


def test_a_formula_of_matrices_is_not_given_away_by_its_factors() -> None:
    names = (name for name in builtin_exercise_names() if name.startswith("matrices/"))
    worksheets = (worksheet_of(name) for name in names)
    for worksheet in worksheets:
        for place in worksheet.problem.places:
            if place.is_matrix_formula and place.edge:
                open_hints(worksheet, place.id, 3)
                assert "ᵀ" not in equation(worksheet, place.id)


# --- forward values and curves -----------------------------------------------------------------------------


def test_a_hidden_forward_value_is_hidden_in_the_close_up_too() -> None:
    worksheet = worksheet_of("basics/left-to-right")
    data = seen(worksheet, "value(mul2)")
    assert [operand.value.text for operand in data.operands] == ["?", "?"]
    assert data.forward == "? × ? = ?"
    assert equation(worksheet, "value(mul1)") == "2 (c) × 5 (d) = ? ((c·d))"
    worksheet.answer("value(mul1)", "10")
    worksheet.answer("value(add1)", "7")
    assert equation(worksheet, "value(mul2)") == "7 ((a + b)) × 10 ((c·d)) = ? (z)"


def test_a_curve_comes_with_its_tangent_only_after_the_rule() -> None:
    worksheet = worksheet_of("basics/sigmoid")
    edge = worksheet.blanks[0].id
    curve = seen(worksheet, edge).curve
    assert curve is not None
    assert curve.slope is None
    assert curve.at == pytest.approx((math.log(4), 0.8))
    defined = [point for point in curve.points if point[1] is not None]
    assert all(value == pytest.approx(1 / (1 + math.exp(-at))) for at, value in defined)
    assert defined[0][0] < curve.at[0] < defined[-1][0]
    open_hints(worksheet, edge, 2)
    after = seen(worksheet, edge).curve
    assert after is not None
    assert after.slope == pytest.approx(0.16)


@pytest.mark.parametrize("formula", ["y = log(x)", "y = sqrt(x)", "y = 1/x", "y = exp(x)", "y = x^3", "y = tan(x)"])
def test_a_curve_keeps_to_where_its_function_is_defined(formula: str) -> None:
    worksheet = from_formula(formula, x="0.5")
    edge = next(place.id for place in worksheet.problem.places if place.id.startswith("x->"))
    curve = seen(worksheet, edge).curve
    assert curve is not None
    values = [value for _at, value in curve.points if value is not None]
    assert len(values) > len(curve.points) / 2
    assert min(values) <= curve.at[1] <= max(values)


# --- exams -------------------------------------------------------------------------------------------------


def test_an_exam_shows_only_what_was_noted(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(
        "title = 'One'\nmode = 'exam'\ngraph = 'y = sigmoid(x * w)'\n[inputs]\nx = 1\nw = 2\n"
    )
    (tmp_path / "pack.toml").write_text("format = 1\nid = 'term'\ntitle = 'Term'\n")
    worksheet = Worksheet(read_pack(tmp_path).open("one").variant())
    worksheet.answer("mul1->sigmoid1", "7")
    data = seen(worksheet, "x->mul1")
    assert format_equation(data.equation) == "7 (upstream) × ? (local derivative) = ? (∂y/∂x)"
    assert data.output.upstream.state == "noted"
    assert seen(worksheet, "mul1->sigmoid1").curve is None
    for place, text in (("x->mul1", "1"), ("w->mul1", "1")):
        worksheet.answer(place, text)
    assert worksheet.done
    assert "7 ✗ (∂y/∂(x·w))" in equation(worksheet, "mul1->sigmoid1")


# --- every exercise ----------------------------------------------------------------------------------------


def close_ups(worksheet: Worksheet, place: Blank) -> Iterator[tuple[int, CloseUpData]]:
    """Yield the close-up with each number of hints open, up to the one before the value."""
    yield 0, seen(worksheet, place.id)
    for rung in range(1, num_rungs(worksheet.problem, place)):
        worksheet.next_hint(place.id)
        yield rung, seen(worksheet, place.id)


def test_no_close_up_gives_the_answer_away_or_says_anything_false() -> None:
    for exercise in builtin_exercise_names():
        worksheet = worksheet_of(exercise)
        for place in worksheet.fillable:
            if place.kind == "question":
                continue
            right = format_right_answer(worksheet.problem, place)
            hints = ""
            for rung, data in close_ups(worksheet, place):
                hints += str(hint_at(worksheet.problem, place, rung).text) if rung else ""
                assert data.equation.asked.quantity.text == "?", (exercise, place.id)
                assert_nothing_is_given_away(data, right, hints)
                if place.is_backward and rung < rule_rung(worksheet.problem, place):
                    assert_rule_is_not_told(data)
                assert_note_tells_no_more(worksheet, place, data, hints)
                assert_product_is_right(worksheet, place, data)
            worksheet.reveal(place.id)
            data = seen(worksheet, place.id)
            assert data.equation.asked.quantity.state == "revealed"
            assert_product_is_right(worksheet, place, data)


def assert_nothing_is_given_away(data: CloseUpData, right: str, hints: str) -> None:
    """Assert that a term with the right value is one that the graph shows, or that a hint has told."""
    shown = {operand.value.text for operand in data.operands} | {part.gradient.text for part in data.parts}
    shown |= {data.output.value.text, data.output.upstream.text, data.symbol.lstrip("+−×÷")}
    for term in data.equation.terms:
        if term.quantity.text == right and term.quantity.is_known:
            assert right in shown or right in hints, (data.place, right)
    if data.kind != "forward":
        assert right not in data.forward.replace("=", " ").split() or right in shown


def assert_rule_is_not_told(data: CloseUpData) -> None:
    told = data.equation
    assert not any(term.quantity.is_known for term in told.terms if term.lane == "local")
    assert told.note is None
    assert set(told.signs) <= ({"?"} if data.kind == "sum" else {"×", ""})
    assert data.curve is None or data.curve.slope is None


def assert_note_tells_no_more(worksheet: Worksheet, place: Blank, data: CloseUpData, hints: str) -> None:
    """Assert that a sentence with a formula that could be the answer's is one of the hints."""
    note = data.equation.note
    if note is not None and place.edge and local_gradient_is_symbolic(worksheet.problem, place):
        assert str(note) in hints, (place.id, note)


def assert_product_is_right(worksheet: Worksheet, place: Blank, data: CloseUpData) -> None:
    """Assert that the terms lead to the right value, if all of them are numbers."""
    told = data.equation
    if place.shape or worksheet.problem.symbolic or not told.terms or len(set(told.signs) & {"×", "+"}) != 1:
        return
    if data.kind == "forward" or not all(term.quantity.is_known for term in told.terms):
        return
    # A node may be called e, which as a formula is a number.
    nodes = {node.id for node in worksheet.problem.graph.nodes}
    if any(nodes & set(re.findall(r"\w+", term.quantity.text)) for term in told.terms):
        return
    trees: list[Expr] = [parse(term.quantity.text.replace("−", "-")) for term in told.terms]
    if any(map(free_names, trees)):
        return
    numbers = [nearest_float(evaluate(tree, {})) for tree in trees]
    expected = nearest_float(worksheet.problem.truth(place))
    value = math.prod(numbers) if told.signs[0] == "×" else math.fsum(numbers)
    assert value == pytest.approx(expected, rel=2e-3, abs=1e-3 * max(map(abs, numbers))), (place.id, told)


# --- in words ----------------------------------------------------------------------------------------------


def test_the_close_up_in_words() -> None:
    worksheet = worksheet_of("basics/two-roads")
    worksheet.answer("add1->mul1", "6")
    assert describe_close_up(seen(worksheet, "x->add1")) == [
        "+ takes x = 3 and y = 4 and outputs 7. 6 comes back from ×. What is the gradient of x along this edge?",
        "6 (upstream) × ? (local derivative) = ? (part of ∂L/∂x)",
    ]
    worksheet.answer("x->add1", "20")
    assert describe_close_up(seen(worksheet, "x->add1")) == [
        "+ takes x = 3 and y = 4 and outputs 7. 6 comes back from ×. Your value for x, 20, isn't right yet. "
        "What is the gradient of x along this edge?",
        "6 (upstream) × ? (local derivative) = 20 ✗ (part of ∂L/∂x)",
    ]


def test_the_close_up_in_korean() -> None:
    set_language("ko")
    worksheet = worksheet_of("basics/two-roads")
    worksheet.answer("add1->mul1", "6")
    assert describe_close_up(seen(worksheet, "x->add1")) == [
        "+ 노드의 입력은 x = 3, y = 4이고 출력은 7입니다. × 쪽에서 돌아온 기울기는 6입니다. 이 에지를 따라 x 쪽으로 돌아가는 기울기는 얼마일까요?",
        "6 (상류 기울기) × ? (국소적 미분) = ? (∂L/∂x 중 일부)",
    ]


def test_plain_mode_prints_the_close_up(run_tutor: Run) -> None:
    done = run_tutor("play", "basics/two-roads", "--plain", "--skip-stages", text=":closeup\n14\n:closeup\n:quit\n")
    assert (
        "× takes x = 3 and (x + y) = 7 and outputs 21. 2 comes back from z. What is the gradient of x along this edge?"
        in done.stdout
    )
    assert "2 (upstream) × ? (local derivative) = ? (∂L/∂(x + y))" in done.stdout
