"""One function record and one operation bring a new node to every part of the program."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from tests.support.sample_problems import make_problem
from tutor.algebra import functions, ops
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.functions import Function
from tutor.algebra.printing import format_expr
from tutor.cli import run
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.drawing.render_text import render_text
from tutor.engine import operations
from tutor.engine.builder import parse_graph
from tutor.engine.finite_differences import check_gradients
from tutor.engine.fold import unfold
from tutor.engine.operation import Mistake, Operation
from tutor.engine.symbolic import named_passes
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import NUM_RUNGS, hint_at
from tutor.grading.mistakes.catalogue import catalogue
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.rule_cards import all_cards, card_at
from tutor.grading.verdict import VerdictKind
from tutor.practice.rule_ids import all_rule_ids, proves_rule, rule_id_at, rule_name, rule_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BELL = Function(
    id="bell",
    float_kernel=lambda x: math.exp(-x * x),
    array_kernel=lambda np, x: np.exp(-x * x),
    ball_kernel=lambda a: (-a * a).exp(),
    properties=lambda a: functions.POSITIVE | a & functions.DEFINED,
    decomposition="exp(-x^2)",
    numpy="np.exp(-({0})**2)",
    torch="torch.exp(-({0})**2)",
    latex=r"\operatorname{bell}",
)
BELL_NODE = Operation(
    id="bell",
    symbol="bell",
    title="bell curve",
    forward=lambda x: ops.SCALAR_FUNCTIONS["bell"](x),
    derivative=(lambda z, x: -2 * x * z,),
    rule=("bell multiplies the upstream by −2 times its input times its output.",),
    skill_name=("slope of bell",),
    question=("Left of 0, does bell rise or fall?",),
    calculus_rule=("Differentiate the exponent, −x².",),
    why="The exponent −x² has the slope −2x. exp is its own slope. The chain rule multiplies them.",
    mistakes=(
        Mistake("no-inner", "inner derivative left out", lambda e: e.g * e.z, "How fast does the exponent change?"),
        Mistake("no-two", "factor 2 left out", lambda e: -e.g * e.x * e.z, "What is the slope of x²?"),
    ),
)


@pytest.fixture(autouse=True)
def new_operation() -> Iterator[None]:
    functions.register(BELL)
    operations.register(BELL_NODE)
    yield
    operations.unregister(BELL_NODE)
    functions.unregister("bell")


def program_output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


def test_it_is_a_node_of_a_graph() -> None:
    graph = parse_graph("z = 3 * bell(x)")
    assert [node.op for node in graph.nodes] == [None, "bell", "mul"]
    assert graph.nodes[1].id == "bell1"


def test_answers_are_graded_and_its_own_mistakes_named() -> None:
    problem = make_problem("t = bell(x); z = t * c", "3", x="0.5", c="5")
    blank = problem.place("x->t")
    assert grade(problem, blank, "-15 * bell(0.5)").kind is VerdictKind.RIGHT
    for answer, mistake in (("15 * bell(0.5)", "bell.no-inner"), ("-7.5 * bell(0.5)", "bell.no-two")):
        assert grade(problem, blank, answer).mistake == mistake
    assert mistake_label("bell.no-two") == "bell: factor 2 left out"


def test_hints_have_four_rungs() -> None:
    problem = make_problem("t = bell(x); z = t * c", "3", x="0.5", c="5")
    blank = problem.place("x->t")
    hints = [str(hint_at(problem, blank, rung).text) for rung in range(1, NUM_RUNGS + 1)]
    assert BELL_NODE.question[0] in hints[0]
    assert BELL_NODE.rule[0] in hints[1]
    assert "∂y/∂x" in hints[1]
    assert "15 ×" in hints[2]
    assert "−11.68" in hints[3]


def test_it_has_a_rule_card_and_a_skill() -> None:
    card = next(card for card in all_cards() if card.title == "bell  bell curve")
    assert card.why_sentences[0] == "The exponent −x² has the slope −2x."
    assert [name for name, _ in card.mistakes] == ["inner derivative left out", "factor 2 left out"]
    problem = make_problem("t = bell(x); z = t * c", "3", x="0.5", c="5")
    blank = problem.place("x->t")
    assert card_at(problem, blank, ()).title == card.title
    assert rule_id_at(problem, blank) == "bell"
    assert "bell" in all_rule_ids()
    assert (rule_name("bell"), rule_text("bell")) == ("slope of bell", BELL_NODE.rule[0])
    assert proves_rule(problem, blank)


def test_it_is_in_every_form_of_solve(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    formula = ("solve", "z = 3 * bell(x)", "x=0.5")
    assert "∂z/∂x = −3·bell(0.5) ≈ −2.336" in program_output(capsys, *formula)
    assert "np.exp(-(x)**2)" in program_output(capsys, *formula, "--numpy")
    assert "torch.exp(-(x)**2)" in program_output(capsys, *formula, "--torch")
    assert r"\operatorname{bell}" in program_output(capsys, *formula, "--latex")
    result = json.loads(program_output(capsys, *formula, "--json"))
    assert "bell1" in json.dumps(result)


def test_it_is_in_the_list_of_mistakes(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    entries = {entry.id: entry for entry in catalogue()}
    assert entries["bell.no-inner"].feedback == ("How fast does the exponent change?",)
    assert "bell.no-inner  (bell)\n  bell: inner derivative left out\n" in program_output(capsys, "mistakes")


def test_it_is_drawn() -> None:
    problem = make_problem("t = bell(x); z = t * c", "3", x="0.5", c="5")
    assert "bell" in "\n".join(render_text(draw(boxes_of(problem)), {}))


def test_it_is_differentiated_in_symbols() -> None:
    passes = named_passes(parse_graph("z = 3 * bell(x)"), {"x": Sym("x")}, ONE)
    assert format_expr(passes.gradients[0]) == "−6·x·bell(x)"


def test_it_is_unfolded_into_its_parts() -> None:
    graph = unfold(parse_graph("z = 3 * bell(x)"), "bell1")
    assert [node.op for node in graph.nodes] == [None, "pow", "neg", "exp", "mul"]


def test_its_gradient_agrees_with_difference_quotients() -> None:
    graph = parse_graph("z = 3 * bell(x)")
    (check,) = check_gradients(graph, {"x": 0.5}, 1e-5)
    assert check.central.relative_error is not None
    assert check.central.relative_error < 1e-9


def test_nothing_is_left_of_it_once_it_is_unregistered() -> None:
    operations.unregister(BELL_NODE)
    assert "bell" not in all_rule_ids()
    assert not [entry.id for entry in catalogue() if entry.id.startswith("bell.")]
    operations.register(BELL_NODE)
    with pytest.raises(ValueError, match="bell"):
        operations.register(BELL_NODE)
