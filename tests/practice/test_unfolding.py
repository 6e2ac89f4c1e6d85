"""Nodes opened on the spot: what is asked stays, what stands outside stays, and the places inside are extra."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tutor.algebra.parser import parse_value
from tutor.engine.fold import fold
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.replay_choice import choose_replay
from tutor.practice.resume import open_worksheet, rebase_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.unfolding import unfold_all
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.packs.exercise import Variant

SIGMA = "basics/sigmoid-folded"
INSIDE = ["s->inv1", "q->s", "m->q"]


def variant(formula: str, groups: dict[str, list[str]], **numbers: str) -> Variant:
    """A formula with groups of its nodes folded."""
    inputs: dict[str, Value] = {name: parse_value(text) for name, text in numbers.items()}
    exercise = exercise_from_formula(formula, inputs)
    graph: Graph = exercise.graph
    for name, nodes in groups.items():
        graph = fold(graph, nodes, name)
    return replace(exercise, graph=graph).variant()


def answer_rightly(worksheet: Worksheet, name: str) -> str:
    return format_right_answer(worksheet.problem, worksheet.problem.place(name))


def answer_all_rightly(worksheet: Worksheet, *names: str) -> None:
    for name in names:
        assert worksheet.answer(name, answer_rightly(worksheet, name)).right, name


def test_an_opened_node_has_places_inside_that_nothing_waits_for() -> None:
    worksheet = Worksheet(library.find_exercise(SIGMA).variant())
    assert worksheet.unfold("inv1") == {"start": "start", "x->inv1": "x->m"}
    assert [blank.id for blank in worksheet.blanks] == ["x->m"]
    assert [stop.id for stop in worksheet.fillable] == [*INSIDE, "x->m"]
    answer_all_rightly(worksheet, "x->m")
    assert worksheet.done
    assert [worksheet.state(name) for name in INSIDE] == ["given"] * 3
    worksheet.fold("q")
    assert worksheet.state("x->inv1") == "right"
    assert worksheet.done


def test_entries_stay_outside_and_wait_inside() -> None:
    worksheet = Worksheet(library.find_exercise(SIGMA).variant())
    assert not worksheet.answer("x->inv1", "1").right
    worksheet.unfold("inv1")
    assert worksheet.entry("x->m").text == "1"
    answer_all_rightly(worksheet, "s->inv1")
    assert worksheet.next_open_blank("s->inv1") == "q->s"
    worksheet.fold("inv1")
    assert list(worksheet.entries) == ["x->inv1"]
    worksheet.unfold("inv1")
    assert worksheet.state("s->inv1") == "right"
    assert worksheet.entry("x->m").text == "1"
    assert worksheet.undo() == "x->m"
    worksheet.fold("inv1")
    assert worksheet.state("x->inv1") == "empty"


def test_a_try_is_taken_up_again_with_its_nodes_open() -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, library.find_exercise(SIGMA))
        worksheet.unfold("inv1")
        answer_all_rightly(worksheet, "s->inv1", "q->s")
        worksheet.fold("inv1")
        worksheet.unfold("inv1")
    with Store.open(default_path()) as store:
        again = open_worksheet(store, library.find_exercise(SIGMA))
        assert again.unfolded == ("inv1",)
        assert {name: entry.text for name, entry in again.entries.items()} == {
            name: entry.text for name, entry in worksheet.entries.items()
        }
        renewed = rebase_worksheet(again, library.find_exercise(SIGMA))
        assert renewed.unfolded == ("inv1",)
        assert set(renewed.entries) == {"s->inv1", "q->s"}


def test_a_line_that_leads_to_several_parts_is_the_sum_at_its_beginning() -> None:
    worksheet = Worksheet(variant("s = x * sigmoid(x); z = s * w", {"swish": ["s", "sigmoid1"]}, x="1", w="3"))
    worksheet.answer("x->s", "5")
    names = worksheet.unfold("s")
    assert names is not None
    assert names["x->s"] == "x"
    assert worksheet.entry("x").text == "5"
    assert worksheet.state("x->s") == "empty"
    answer_all_rightly(worksheet, "x->s")
    worksheet.fold("s")
    assert worksheet.entry("x->s").text == "5"


def test_a_node_stays_closed_where_a_blank_would_lose_its_place() -> None:
    worksheet = Worksheet(variant("s = x * sigmoid(x); z = s * x", {"swish": ["s", "sigmoid1"]}, x="1"))
    assert not worksheet.can_unfold("s")
    assert worksheet.unfold("s") is None
    assert worksheet.fold("s") is None


def test_groups_open_within_groups_and_beside_one_another() -> None:
    groups = {"inner": ["a", "b"], "outer": ["b", "c"], "other": ["p", "q"]}
    formula = "a = x + 1; b = 2 * a; c = b^2; p = exp(c); q = 3 * p; z = q + 1"
    worksheet = Worksheet(variant(formula, groups, x="2"))
    before = [blank.id for blank in worksheet.blanks]
    for node in ("c", "q", "b"):
        assert worksheet.unfold(node) is not None
    assert list(worksheet.unfolded) == ["c", "q", "b"]
    answer_all_rightly(worksheet, "p->q", "a->b")
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


def test_built_in_nodes_open_where_there_is_something_to_see() -> None:
    worksheet = Worksheet(
        exercise_from_formula("z = sigmoid(x) - 1/y", {"x": parse_value("1"), "y": parse_value("2")}).variant()
    )
    assert worksheet.can_unfold("sigmoid1")
    assert not worksheet.can_unfold("sub1")
    assert not worksheet.can_unfold("inv1")
    assert not worksheet.can_unfold("x")


def test_an_exam_stays_closed_until_it_is_over() -> None:
    worksheet = Worksheet(replace(library.find_exercise(SIGMA), exam=True).variant())
    assert not worksheet.can_unfold("inv1")
    worksheet.answer("x->inv1", "1")
    assert worksheet.done
    assert worksheet.can_unfold("inv1")


def test_a_node_whose_value_is_asked_stays_closed_until_it_is_found() -> None:
    worksheet = Worksheet(replace(library.find_exercise(SIGMA), forward=("inv1",)).variant())
    assert not worksheet.can_unfold("inv1")
    answer_all_rightly(worksheet, "value(inv1)")
    assert worksheet.can_unfold("inv1")


@pytest.mark.parametrize("name", ["losses/softmax-folded", "layers/batch-norm-folded", "neuron/ten-sigmas"])
def test_every_value_is_the_same_open_and_folded(name: str) -> None:
    worksheet = Worksheet(library.find_exercise(name).variant())
    problem = worksheet.problem
    folded = next(node.id for node in problem.graph.nodes if node.is_group)
    truths = [answer_rightly(worksheet, blank.id) for blank in worksheet.blanks]
    worksheet.unfold(folded)
    assert [answer_rightly(worksheet, blank.id) for blank in worksheet.blanks] == truths
    replayed, _note = choose_replay(worksheet)
    assert {step.place.id for step in replayed.steps} == {place.id for place in worksheet.problem.places}
    assert unfold_all(problem, ["nothing"]) is problem
