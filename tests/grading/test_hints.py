"""Hints: every blank has all rungs, and each is true and reveals only what it should."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.sample_problems import (
    ALL_PLACES,
    ALL_PROBLEMS,
    ODD_NUMBER_PROBLEMS,
    OPERATION_PROBLEMS,
    cells_of,
    make_problem,
    random_matrix_problems,
    random_problem,
    random_problems,
)
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Sym, free_names, number
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_cells, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.nudge import perturbed_output
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import forward
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import NUM_RUNGS, format_right_answer, hint_at, num_rungs, rule_rung
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.problem import AuthorNotes, Blank, Problem
from tutor.grading.symbolic_equality import Outcome, compare_formulas
from tutor.grading.verdict import VerdictKind
from tutor.grading.wording import describe_blank, place_name
from tutor.i18n import LocalizedText
from tutor.packs import library


def hint_text(problem: Problem, place: Blank, number: int) -> str:
    return str(hint_at(problem, place, number).text)


def product_of(text: str) -> str:
    """Return the product that ends in `= ?`."""
    before, sign, _ = text.partition(" = ?")
    assert sign, text
    return re.split(r" = |: ", before)[-1]


def test_the_samples_cover_every_operation_and_kind_of_blank() -> None:
    kinds, operations = set(), set()
    for name, place_id in ALL_PLACES:
        place = ALL_PROBLEMS[name].place(place_id)
        kinds.add(place.kind)
        if place.edge:
            operations.add((ALL_PROBLEMS[name].graph.nodes[place.edge.target].op, place.edge.slot))
    assert kinds == {"start", "edge", "sum"}
    assert operations == {
        (op.id, slot)
        for op in OPERATIONS.values()
        for slot in range(len(op.derivative or op.vjp))
        if slot not in op.data_slots
    }


@pytest.mark.parametrize(("name", "place_id"), ALL_PLACES)
def test_every_rung_of_every_blank_is_readable(name: str, place_id: str, language: str) -> None:
    problem = ALL_PROBLEMS[name]
    place = problem.place(place_id)
    texts = [hint_text(problem, place, number) for number in range(1, NUM_RUNGS + 1)]
    assert all(text.strip() and "{" not in text for text in texts)
    assert place.kind == "start" or len(set(texts)) == NUM_RUNGS
    for words in (
        describe_blank(problem, place),
        place_name(problem, place),
        describe_blank(problem, place, {part.id: "7" for part in problem.places}),
    ):
        assert str(words).strip()
        assert "{" not in str(words)


@pytest.mark.parametrize(("name", "place_id"), ALL_PLACES)
def test_the_first_rung_names_the_blank_but_not_its_value(name: str, place_id: str) -> None:
    problem = ALL_PROBLEMS[name]
    place = problem.place(place_id)
    text = hint_text(problem, place, 1)
    assert (
        problem.target_name in text
        or problem.graph.output in text
        or (place.kind == "sum" and problem.graph.label(place.node) in text)
    )
    if name in ODD_NUMBER_PROBLEMS and name != "start-one" and place.kind != "start":
        assert not _mentions(text, cells_of(problem.truth(place)))


def test_the_first_rung_shows_the_upstream_only_if_the_learner_has_it() -> None:
    problem = ODD_NUMBER_PROBLEMS["odd-branch"]
    place = problem.place("y->t")  # its upstream is x · 13.75 = 512.2
    assert "512.2" not in str(hint_at(problem, place, 1).text)
    assert "512.2" in str(hint_at(problem, place, 1, known_places=("t->mul1",)).text)


def _numbers(text: str) -> list[float]:
    return [float(token.replace("−", "-")) for token in re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", text)]


def _mentions(text: str, forbidden: list[Any]) -> bool:
    """Return whether a text contains one of these numbers, as precisely as numbers are shown."""
    values = [nearest_float(value) for value in forbidden]
    # A 0 may be mentioned: relu's slope changes there.
    return any(value and abs(number - value) <= 1e-3 * abs(value) for number in _numbers(text) for value in values)


@pytest.mark.parametrize(
    "name", [name for name in ODD_NUMBER_PROBLEMS if name not in ("constants", "start-one", "start-matrix")]
)
def test_the_second_rung_is_the_rule_without_these_numbers(name: str) -> None:
    problem = ODD_NUMBER_PROBLEMS[name]
    numbers = [cell for value in problem.exact_passes.values for cell in cells_of(value)]
    numbers += [cell for place in problem.places for cell in cells_of(problem.truth(place))]
    for place in problem.blanks:
        assert not _mentions(hint_text(problem, place, 2), numbers), place.id


def test_the_second_rung_of_an_elementwise_operation_shows_the_rule_in_letters() -> None:
    assert "∂y/∂q = p" in hint_text(OPERATION_PROBLEMS["mul"], OPERATION_PROBLEMS["mul"].place("y->t"), 2)
    assert "∂y/∂x = −y²" in hint_text(OPERATION_PROBLEMS["inv"], OPERATION_PROBLEMS["inv"].place("x->t"), 2)
    assert "∂y/∂x = y·(1 − y)" in hint_text(
        OPERATION_PROBLEMS["sigmoid"], OPERATION_PROBLEMS["sigmoid"].place("x->t"), 2
    )
    assert "∂y/∂x = 1/x" in hint_text(OPERATION_PROBLEMS["log"], OPERATION_PROBLEMS["log"].place("x->t"), 2)


def example_cell_of(text: str, problem: Problem) -> tuple[int, int]:
    """Return the cell that a third rung writes out: the first, unless it names another."""
    first = 0 if problem.graph.has_indexes else 1
    if named := re.match(r"\[(?:(\d+), ?)?(\d+)\] gets", text):
        return int(named[1] or first) - first, int(named[2]) - first
    found = re.search(r"(?:[Rr]ow (\d+), column|Entry) (\d+)", text)
    return (int(found[1] or first) - first, int(found[2]) - first) if found else (0, 0)


def check_third_rung(problem: Problem, place: Blank) -> None:
    text = hint_text(problem, place, 3)
    if text.startswith("Written out, this is long."):
        assert place.edge
        assert problem.graph.nodes[place.edge.target].operation.vjp
        return
    product = product_of(text)
    value = evaluate(parse(product), {})
    truth = problem.truth(place)
    if ops.shape_of(value) != ops.shape_of(truth):
        truth = truth[example_cell_of(text, problem)]
    for cell, true_cell in zip(cells_of(value), cells_of(truth), strict=True):
        # Terms that cancel leave the rounding errors of the shown numbers.
        largest = max(map(abs, _numbers(product)), default=0.0)
        rounding = (1e-3 if place.kind == "sum" else 1e-8) * largest
        assert nearest_float(cell) == pytest.approx(nearest_float(true_cell), rel=5e-3, abs=rounding), text


@pytest.mark.parametrize(("name", "place_id"), [row for row in ALL_PLACES if row[0] not in ("start", "start-matrix")])
def test_the_third_rung_multiplies_out_to_the_truth(name: str, place_id: str) -> None:
    problem = ALL_PROBLEMS[name]
    place = problem.place(place_id)
    if place.kind == "start":
        assert hint_text(problem, place, 3).startswith("∂z/∂z = (change in z) / (change in z)")
        return
    check_third_rung(problem, place)


@settings(max_examples=num_examples(120), deadline=None)
@given(random_problems)
def test_the_third_rung_multiplies_out_on_any_numbers(problem: Problem) -> None:
    for place in problem.blanks:
        check_third_rung(problem, place)


@pytest.mark.parametrize("name", ["odd-matrices", "matrices", "square-matrices"])
def test_the_third_rung_of_a_matrix_product_offers_an_expression_that_is_right(name: str) -> None:
    problem = ALL_PROBLEMS[name]
    for place in problem.blanks:
        offered = re.search(r"or the whole answer as (.+)\.$", hint_text(problem, place, 3))
        if offered:
            assert grade(problem, place, offered[1]).kind is VerdictKind.RIGHT
    assert any("or the whole answer as" in hint_text(problem, place, 3) for place in problem.blanks)


@pytest.mark.parametrize(("name", "place_id"), ALL_PLACES)
def test_the_last_rung_begins_with_the_right_value(name: str, place_id: str) -> None:
    problem = ALL_PROBLEMS[name]
    place = problem.place(place_id)
    text = hint_text(problem, place, 4)
    value = format_value(problem.truth(place))
    assert text.startswith(value + ".")
    assert grade(problem, place, value).kind is VerdictKind.RIGHT
    assert hint_at(problem, place, 4).is_last
    assert hint_at(problem, place, 99) == hint_at(problem, place, 4)


NUDGE_PATTERN = re.compile(
    r"To check it, change (?P<name>(?!this edge).+?)(?P<place>\[\d+(?:, ?\d+)?\])? from (?P<old>\S+) to (?P<new>[^:\s]+): "
    r"(?P<output>\S+) goes from (?P<before>\S+) to (?P<after>[^,\s]+), a change of (?P<moved>\S+) for (?P<delta>[^ ]+)\."
)
LINEAR_BLANKS = re.compile(
    r"To check it, change (?:this edge alone|(?P<place>\[[\d, ]+\])) from (?P<old>\S+) to (?P<new>[^:\s]+)(?: on this edge only)?: "
    r"(?P<output>\S+) goes from (?P<before>\S+) to (?P<after>[^,\s]+), a change of (?P<moved>\S+) for (?P<delta>[^ ]+)\."
)


def check_nudge(problem: Problem, place: Blank) -> bool:
    """Return whether the last rung has a nudge; if so, check that it is true."""
    text = hint_text(problem, place, 4)
    if "To check it" not in text:
        return False
    found = NUDGE_PATTERN.search(text) or LINEAR_BLANKS.search(text)
    assert found, text
    shown = {key: float(found[key].replace("−", "-")) for key in ("new", "old", "after", "before", "moved", "delta")}
    graph, floats = problem.graph, problem.float_passes
    # The name of a node may end in an index.
    assert bool(found["place"]) is bool(place.shape) or graph.label(place.node).endswith("]")
    # A graph with indexes counts from 0, as they do. A vector has no rows.
    first = 0 if any(node.op == "index" for node in graph.nodes) else 1
    *rows, column = (found["place"] or "[1]").strip("[]").split(",")
    cell = (int(rows[0]) - first if rows else 0, int(column) - first) if place.shape else None
    value = floats.values[place.node]
    moved = value + shown["delta"] if cell is None else value.copy()
    if cell is not None:
        moved[cell] += shown["delta"]
    if graph.nodes[place.node].is_input and "this edge" not in text:
        inputs = {name: floats.values[graph.position[name]] for name in graph.inputs}
        after = forward(graph, inputs | {graph.nodes[place.node].id: moved})[graph.output_position]
    else:
        edge = place.edge if "this edge" in text else None
        after = perturbed_output(graph, floats.values, place.node, moved, edge)
    before = floats.values[graph.output_position]
    assert shown["after"] == pytest.approx(after, rel=1e-6)
    assert shown["before"] == pytest.approx(before, rel=1e-6)
    assert shown["moved"] == pytest.approx(after - before, rel=1e-3, abs=1e-12)
    assert shown["old"] == pytest.approx(float(value if cell is None else value[cell]), rel=1e-6)
    # A reader who subtracts the shown numbers must get the shown difference.
    assert shown["new"] - shown["old"] == pytest.approx(shown["delta"], rel=0.05), text
    assert shown["after"] - shown["before"] == pytest.approx(shown["moved"], rel=0.05, abs=1e-12), text
    right = problem.truth(place)
    truth = nearest_float(right if cell is None else right[cell])
    start = nearest_float(problem.start)
    assert shown["moved"] * start / shown["delta"] == pytest.approx(truth, rel=0.03, abs=2e-3 * abs(start)), text
    assert ("The pass starts with" in text) is (start != 1)
    return True


@pytest.mark.parametrize(
    ("name", "place_id"),
    [
        row
        for row in ALL_PLACES
        if ALL_PROBLEMS[row[0]].place(row[1]).kind != "start"
        and row[0] != "start-matrix"
        and not row[0].endswith("-tie")
    ],
)
def test_a_nudge_is_shown_and_true(name: str, place_id: str) -> None:
    assert check_nudge(ALL_PROBLEMS[name], ALL_PROBLEMS[name].place(place_id))


@settings(max_examples=num_examples(150), deadline=None)
@given(random_problems)
def test_a_nudge_is_true_on_any_numbers(problem: Problem) -> None:
    for place in problem.blanks:
        check_nudge(problem, place)


@settings(max_examples=num_examples(40), deadline=None)
@given(random_matrix_problems)
def test_every_rung_is_true_for_any_matrices(problem: Problem) -> None:
    for place in problem.blanks:
        check_third_rung(problem, place)
        check_nudge(problem, place)


@settings(max_examples=num_examples(30), deadline=None)
@given(st.integers(0, 10**9))
def test_inputs_without_blanks_do_not_change_hints_and_mistakes(seed: int) -> None:
    problem = random_problem(seed, with_matrices=True)
    if problem is None or len(problem.inputs) < 2:
        return
    asked = Problem(problem.graph, problem.inputs, problem.start, wrt=tuple(problem.inputs)[:1])
    for place in asked.blanks:
        whole = problem.place(place.id) if problem.has_place(place.id) else None
        texts = [hint_text(asked, place, number) for number in range(1, NUM_RUNGS + 1)]
        assert whole is not None
        if place.kind == "edge":
            assert texts[1:3] == [hint_text(problem, whole, number) for number in (2, 3)]
        ids = {candidate.id for candidate in candidates_at(asked, place)}
        assert ids <= {candidate.id for candidate in candidates_at(problem, whole)}


def test_a_matrix_output_has_a_value_but_no_nudge() -> None:
    problem = ODD_NUMBER_PROBLEMS["start-matrix"]
    assert (
        hint_text(problem, problem.place("X->matmul1"), 4)
        == format_value(problem.truth(problem.place("X->matmul1"))) + "."
    )


def test_a_start_other_than_1_is_not_explained_as_1() -> None:
    problem = ODD_NUMBER_PROBLEMS["start"]
    texts = [hint_text(problem, problem.place("start"), number) for number in (1, 2, 3)]
    assert not any("÷" in text or "identity" in text for text in texts)
    assert hint_text(problem, problem.place("start"), 4) == "13.75."
    wrong = grade(problem, problem.place("start"), "77.7")
    assert (wrong.kind, "by how much" in str(wrong.message)) == (VerdictKind.WRONG, False)


def test_an_authors_rungs_come_first() -> None:
    plain = OPERATION_PROBLEMS["mul"]
    advice = {"x->t": AuthorNotes(hints=(LocalizedText({"en": "Think of {braces}.", "ko": "생각해 보세요."}),))}
    problem = Problem(plain.graph, plain.inputs, plain.start, author_notes=advice)
    place = problem.place("x->t")
    assert (hint_at(problem, place, 1).of, str(hint_at(problem, place, 1).text)) == (5, "Think of {braces}.")
    assert str(hint_at(problem, place, 2).text) == hint_text(plain, place, 1)
    assert hint_at(problem, place, 5).is_last
    assert (num_rungs(problem, place), rule_rung(problem, place)) == (5, 3)
    assert (num_rungs(plain, place), rule_rung(plain, place)) == (4, 2)


def test_values_near_1_are_shown_with_the_digits_that_1_minus_them_needs() -> None:
    problem = make_problem("t = sigmoid(x); z = t * c", "3", x="9", c="5")
    place = problem.place("x->t")
    check_third_rung(problem, place)
    assert format_cells(problem.exact_passes.values[1], near_one=True)[0][0] in hint_text(problem, place, 3)


# --- problems with symbols ---------------------------------------------------------------------------------


def symbolic(text: str, goal: str, **advice: AuthorNotes) -> Problem:
    """Return a problem with a symbol x > 0, after whose output the calculation continues."""
    inputs = {"x": Sym("x", domain="positive")}
    return Problem(parse_graph(text, inputs), inputs, Sym(goal), author_notes=advice)


SYMBOLIC = {
    "inv": symbolic("y = 1/x", "dL/dy"),
    "parts": symbolic("m = -x; q = exp(m); s = 1 + q; y = 1/s", "dL/dy"),
    "functions": symbolic("a = sqrt(x); b = log(a) * tanh(x); c = sin(b) + cos(b); y = softplus(c) / x", "dL/dy"),
    "powers": symbolic("a = x ^ 3; b = 2 ^ x; y = a * sigmoid(b)", "dL/dy"),
    "number": Problem(parse_graph("z = x * y", {}), {"x": number(2), "y": number(3)}, Sym("dL/dz")),
}
OPEN_SYMBOLIC = [(name, place.id) for name, problem in SYMBOLIC.items() for place in problem.blanks]


@pytest.mark.parametrize(("name", "place_id"), OPEN_SYMBOLIC)
def test_hints_in_symbols_are_readable_and_end_in_a_right_answer(name: str, place_id: str, language: str) -> None:
    problem = SYMBOLIC[name]
    place = problem.place(place_id)
    texts = [hint_text(problem, place, step) for step in range(1, NUM_RUNGS + 1)]
    assert len(set(texts)) == NUM_RUNGS
    assert all(text.strip() and "{" not in text for text in texts)
    answer = format_right_answer(problem, place)
    assert texts[-1].startswith(answer)
    assert grade(problem, place, answer).kind is VerdictKind.RIGHT


@pytest.mark.parametrize(("name", "place_id"), OPEN_SYMBOLIC)
def test_the_rule_for_a_symbolic_slope_is_named_before_its_formula(name: str, place_id: str) -> None:
    problem = SYMBOLIC[name]
    place = problem.place(place_id)
    if place.edge is None or not free_names(
        problem.exact_passes.edges[place.edge.target, place.edge.slot].local_gradient
    ):
        return
    named, formula = hint_text(problem, place, 2), hint_text(problem, place, 3)
    assert "∂y/∂" not in named
    assert "upstream" not in named
    shown = re.search(r" = (.+)\. Multiply the upstream by it\.$", formula)
    assert shown
    known = {
        **problem.names_at(place),
        **{node.name: problem.exact_passes.values[i] for i, node in enumerate(problem.graph.nodes) if node.name},
    }
    slope = evaluate(parse(shown[1], known), known)
    right = problem.exact_passes.edges[place.edge.target, place.edge.slot].local_gradient
    assert compare_formulas(slope, right).outcome is Outcome.SAME, formula


AT_A_POINT = re.compile(
    r"To check it, take (?P<at>.+?), where the local derivative is (?P<slope>\S+)\. Change .+? from (?P<old>\S+) to "
    r"(?P<new>[^:\s]+): .+? goes from (?P<before>\S+) to (?P<after>[^,\s]+), a change of (?P<moved>\S+) for (?P<delta>\S+)\.$"
)


@pytest.mark.parametrize(("name", "place_id"), [row for row in OPEN_SYMBOLIC if row[0] != "number"])
def test_a_slope_can_be_checked_at_a_point(name: str, place_id: str) -> None:
    problem = SYMBOLIC[name]
    place = problem.place(place_id)
    if place.edge is None:
        return
    found = AT_A_POINT.search(hint_text(problem, place, 4))
    assert found, hint_text(problem, place, 4)
    shown = {
        key: float(found[key].replace("−", "-")) for key in ("slope", "new", "old", "after", "before", "moved", "delta")
    }
    assert shown["new"] - shown["old"] == pytest.approx(shown["delta"], rel=1e-3)
    assert shown["after"] - shown["before"] == pytest.approx(shown["moved"], rel=0.01)
    assert shown["moved"] / shown["delta"] == pytest.approx(shown["slope"], rel=0.06)


def test_a_symbolic_start_is_shown_as_the_upstream() -> None:
    def first(name: str, place: str, *known: str) -> str:
        return str(hint_at(SYMBOLIC[name], SYMBOLIC[name].place(place), 1, ("start", *known)).text)

    assert "is ∂L/∂y." in first("inv", "x->inv1")
    assert "First find the upstream" in first("parts", "m->q")
    assert "is −∂L/∂y·y²." in first("parts", "m->q", "q->s")


def test_the_right_answer_uses_the_allowed_names() -> None:
    problem = symbolic("y = sigmoid(x)", "dL/dy", **{"x->sigmoid1": AuthorNotes(symbols=("y", "dL/dy"))})
    assert format_right_answer(problem, problem.place("x->sigmoid1")) == "∂L/∂y·y·(1 − y)"
    through = symbolic("p = exp(x); y = sqrt(p)", "dL/dy", **{"x->p": AuthorNotes(symbols=("p", "up"))})
    assert format_right_answer(through, through.place("x->p")) == "up·p"


def test_the_sum_at_a_branch_has_a_nudge_with_symbols() -> None:
    problem = symbolic("y = x * x + 3 * x", "dL/dy")
    shown = hint_text(problem, problem.place("x"), 4)
    assert "To check it, take x = 2, where ∂y/∂x = 7." in shown
    assert "y goes from 10 to 10.71, a change of 0.71 for 0.1" in shown
    assert "∂(x·x)/∂x = x" in hint_text(problem, problem.place("x->mul1.0"), 3)


@pytest.mark.parametrize("name", ["matrices", "relu", "bias", "softmax"])
def test_the_first_rung_at_a_matrix_gives_its_shape(name: str) -> None:
    problem = OPERATION_PROBLEMS[name]
    for place in problem.blanks:
        if place.shape:
            assert f"{place.shape[0]}×{place.shape[1]}" in hint_text(problem, place, 1)


@pytest.mark.parametrize(
    ("name", "question", "beginning"),
    [
        ("matrices/pytorch-agrees", "q1", "Go through the 3 choices"),
        ("layers/convolution", "q1", ""),
    ],
)
def test_a_question_without_author_hints_does_not_begin_with_the_answer(
    name: str, question: str, beginning: str
) -> None:
    problem = library.find_exercise(name).variant().problem
    place = problem.place(question)
    first = hint_at(problem, place, 1)
    assert num_rungs(problem, place) == 2
    assert (first.of, first.is_last, beginning in str(first.text)) == (2, False, True)
    assert format_right_answer(problem, place) not in str(first.text)
    assert format_right_answer(problem, place) in str(hint_at(problem, place, 2).text)
