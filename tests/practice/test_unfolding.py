"""Tests of unfolding nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tutor.algebra.parser import parse_value
from tutor.engine.fold import fold
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs import library
from tutor.packs.assessment import Assessment
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.replay_choice import choose_replay
from tutor.practice.resume import open_worksheet, rebase_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.unfolding import unfold_all
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.packs.assessment import Reveal
    from tutor.packs.exercise import Variant

SIGMA = "basics/sigmoid-folded"
INSIDE = ["s->inv1", "q->s", "m->q"]


def make_variant(formula: str, groups: dict[str, list[str]], **numbers: str) -> Variant:
    """Return a formula with groups of its nodes folded."""
    inputs: dict[str, Value] = {name: parse_value(text) for name, text in numbers.items()}
    exercise = exercise_from_formula(formula, inputs)
    graph: Graph = exercise.graph
    for name, nodes in groups.items():
        graph = fold(graph, nodes, name)
    return replace(exercise, graph=graph).variant()


def right_answer(worksheet: Worksheet, name: str) -> str:
    return format_right_answer(worksheet.problem, worksheet.problem.place(name))


def answer_correctly(worksheet: Worksheet, *names: str) -> None:
    for name in names:
        assert worksheet.answer(name, right_answer(worksheet, name)).right, name


def test_the_places_inside_an_unfolded_node_are_optional() -> None:
    worksheet = Worksheet(library.find_exercise(SIGMA).variant())
    assert worksheet.unfold("inv1") == {"start": "start", "x->inv1": "x->m"}
    assert [blank.id for blank in worksheet.blanks] == ["x->m"]
    assert [place.id for place in worksheet.fillable] == [*INSIDE, "x->m"]
    answer_correctly(worksheet, "x->m")
    assert worksheet.done
    assert [worksheet.state(name) for name in INSIDE] == ["given"] * 3
    worksheet.fold("q")
    assert worksheet.state("x->inv1") == "right"
    assert worksheet.done


def test_entries_outside_stay_and_those_inside_come_back() -> None:
    worksheet = Worksheet(library.find_exercise(SIGMA).variant())
    assert not worksheet.answer("x->inv1", "1").right
    worksheet.unfold("inv1")
    assert worksheet.entry("x->m").text == "1"
    answer_correctly(worksheet, "s->inv1")
    assert worksheet.next_open_blank("s->inv1") == "q->s"
    worksheet.fold("inv1")
    assert list(worksheet.entries) == ["x->inv1"]
    worksheet.unfold("inv1")
    assert worksheet.state("s->inv1") == "right"
    assert worksheet.entry("x->m").text == "1"
    assert worksheet.undo() == "x->m"
    worksheet.fold("inv1")
    assert worksheet.state("x->inv1") == "empty"


def test_a_try_is_resumed_with_its_unfolded_nodes() -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, library.find_exercise(SIGMA))
        worksheet.unfold("inv1")
        answer_correctly(worksheet, "s->inv1", "q->s")
        worksheet.fold("inv1")
        worksheet.unfold("inv1")
    with Store.open(default_path()) as store:
        again = open_worksheet(store, library.find_exercise(SIGMA))
        assert again.unfolded == ("inv1",)
        assert {name: entry.text for name, entry in again.entries.items()} == {
            name: entry.text for name, entry in worksheet.entries.items()
        }
        rebased = rebase_worksheet(again, library.find_exercise(SIGMA))
        assert rebased.unfolded == ("inv1",)
        assert set(rebased.entries) == {"s->inv1", "q->s"}


def test_an_edge_into_several_parts_becomes_the_sum_at_its_source() -> None:
    worksheet = Worksheet(make_variant("s = x * sigmoid(x); z = s * w", {"swish": ["s", "sigmoid1"]}, x="1", w="3"))
    worksheet.answer("x->s", "5")
    names = worksheet.unfold("s")
    assert names is not None
    assert names["x->s"] == "x"
    assert worksheet.entry("x").text == "5"
    assert worksheet.state("x->s") == "empty"
    answer_correctly(worksheet, "x->s")
    worksheet.fold("s")
    assert worksheet.entry("x->s").text == "5"


def test_a_node_cannot_be_unfolded_if_a_blank_would_lose_its_place() -> None:
    worksheet = Worksheet(make_variant("s = x * sigmoid(x); z = s * x", {"swish": ["s", "sigmoid1"]}, x="1"))
    assert not worksheet.can_unfold("s")
    assert worksheet.unfold("s") is None
    assert worksheet.fold("s") is None


def test_nested_and_separate_groups_can_be_unfolded() -> None:
    groups = {"inner": ["a", "b"], "outer": ["b", "c"], "other": ["p", "q"]}
    formula = "a = x + 1; b = 2 * a; c = b^2; p = exp(c); q = 3 * p; z = q + 1"
    worksheet = Worksheet(make_variant(formula, groups, x="2"))
    before = [blank.id for blank in worksheet.blanks]
    for node in ("c", "q", "b"):
        assert worksheet.unfold(node) is not None
    assert list(worksheet.unfolded) == ["c", "q", "b"]
    answer_correctly(worksheet, "p->q", "a->b")
    worksheet.fold("c")
    assert list(worksheet.unfolded) == ["q"]
    assert worksheet.state("p->q") == "right"
    assert not worksheet.problem.has_place("a->b")
    worksheet.unfold("c")
    worksheet.unfold("b")
    assert worksheet.state("a->b") == "right"
    for node in ("p", "a", "c"):
        worksheet.fold(node)
    assert not worksheet.unfolded
    assert [blank.id for blank in worksheet.blanks] == before


def test_built_in_nodes_can_be_unfolded_if_they_have_enough_parts() -> None:
    worksheet = Worksheet(
        exercise_from_formula("z = sigmoid(x) - 1/y", {"x": parse_value("1"), "y": parse_value("2")}).variant()
    )
    assert worksheet.can_unfold("sigmoid1")
    assert not worksheet.can_unfold("sub1")
    assert not worksheet.can_unfold("inv1")
    assert not worksheet.can_unfold("x")


@pytest.mark.parametrize("reveal", [None, "at-end"])
def test_nodes_of_an_exam_can_be_unfolded_after_its_end_if_it_tells_answers(reveal: Reveal | None) -> None:
    exam = replace(library.find_exercise(SIGMA), exam=True, assessment=Assessment(reveal=reveal))
    worksheet = Worksheet(exam.variant())
    assert not worksheet.can_unfold("inv1")
    worksheet.answer("x->inv1", "1")
    assert worksheet.done
    assert worksheet.can_unfold("inv1") == (reveal == "at-end")


def test_a_node_can_be_unfolded_once_its_value_is_not_a_blank_any_more() -> None:
    worksheet = Worksheet(replace(library.find_exercise(SIGMA), forward=("inv1",)).variant())
    assert not worksheet.can_unfold("inv1")
    answer_correctly(worksheet, "value(inv1)")
    assert worksheet.can_unfold("inv1")


@pytest.mark.parametrize("name", ["losses/softmax-folded", "layers/batch-norm-folded", "neuron/ten-sigmas"])
def test_values_are_the_same_unfolded_and_folded(name: str) -> None:
    worksheet = Worksheet(library.find_exercise(name).variant())
    problem = worksheet.problem
    group = next(node.id for node in problem.graph.nodes if node.is_group)
    truths = [right_answer(worksheet, blank.id) for blank in worksheet.blanks]
    worksheet.unfold(group)
    assert [right_answer(worksheet, blank.id) for blank in worksheet.blanks] == truths
    replay, _message = choose_replay(worksheet)
    assert {step.place.id for step in replay.steps} == {place.id for place in worksheet.problem.places}
    assert unfold_all(problem, ["nothing"]) is problem
