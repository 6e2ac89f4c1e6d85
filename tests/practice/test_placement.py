"""Tests of the placement test: the belief about topics, the graphs, a test from its start to what follows from it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.simulated.placement import LEAST_SHARE, simulate_all
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs import library
from tutor.practice.exercise_index import ExerciseIndex, load_index
from tutor.practice.knowledge_space import Belief, knowledge_states
from tutor.practice.next_steps import suggest_next
from tutor.practice.placement import MAX_GRAPHS, PlacementTest, load_tests
from tutor.practice.placement_bank import MAX_BLANKS, PREREQUISITES, TOPICS, draw_graph, topic_of
from tutor.practice.placement_result import PlacementResult, finish_test, load_results
from tutor.practice.progress import load_progress
from tutor.practice.review import load_skills
from tutor.practice.rule_ids import rule_id_at
from tutor.practice.storage.store import Store, default_path
from tutor.tui.home_rows import packs_unfolded_first

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.support.run_tutor import Run
    from tutor.practice.placement import Kind
    from tutor.practice.placement_bank import Topic

ALL = frozenset(topic.id for topic in TOPICS)
FIRST_HALF = frozenset({"products", "functions", "branches", "differences", "curves", "neurons"})


@cache
def exercise_index() -> ExerciseIndex:
    return load_index(library.all_packs())


def take_test(
    store: Store, known: Collection[str], kind: Kind = "first", seed: int = 1, graphs: int = MAX_GRAPHS
) -> PlacementTest:
    """Take a test as a learner who knows some topics, until its end or for a number of graphs."""
    test = PlacementTest(store, kind, seed)
    for _graph in range(graphs):
        worksheet = test.open_worksheet()
        if worksheet is None:
            break
        exercise = worksheet.variant.exercise
        topic = topic_of(f"{exercise.pack}/{exercise.id}")
        assert topic is not None
        if topic.id not in known:
            test.give_up(worksheet)
            continue
        for blank in worksheet.blanks:
            worksheet.answer(blank.id, format_right_answer(worksheet.problem, blank))
    return test


def finish(store: Store, known: Collection[str], kind: Kind = "first", seed: int = 1) -> PlacementResult:
    return finish_test(take_test(store, known, kind, seed), exercise_index(), store)


def test_states_contain_the_prerequisites_of_their_topics() -> None:
    states = knowledge_states({"a": (), "b": ("a",), "c": ("a",)})
    assert {"".join(sorted(state)) for state in states} == {"", "a", "ab", "ac", "abc"}
    for state in knowledge_states(PREREQUISITES):
        assert all(state.issuperset(PREREQUISITES[topic]) for topic in state)


def test_an_answer_tells_about_what_a_topic_builds_on_and_what_builds_on_it() -> None:
    belief = Belief({"a": (), "b": ("a",), "c": ("b",)})
    belief.observe("b", True)
    assert belief.probability("a") > belief.probability("b") > 0.8
    belief.observe("c", False)
    belief.observe("c", False)
    assert belief.probability("c") < 0.1


def test_simulated_learners_are_placed_within_one_pack_of_the_truth() -> None:
    outcomes = simulate_all(200)
    assert sum(outcome.is_near for outcome in outcomes) / len(outcomes) >= LEAST_SHARE
    assert all(outcome.graphs <= MAX_GRAPHS for outcome in outcomes)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_the_graphs_of_a_topic_ask_for_its_rules(topic: Topic) -> None:
    assert len(topic.graphs) >= 2
    graph = topic.graphs[0]
    assert topic_of(graph.exercise) is topic
    problem = draw_graph(topic, graph, 7).problem
    rules = {rule for blank in problem.blanks for rule in rule_id_at(problem, blank).split()}
    assert 1 <= len(problem.blanks) <= MAX_BLANKS
    assert not problem.question_blanks
    assert rules & set(topic.rules) or graph.blanks


def test_who_knows_everything_begins_nowhere() -> None:
    with Store.open(default_path()) as store:
        result = finish(store, ALL)
        assert result.begin == ""
        assert not result.open_topics
        assert result.num_graphs < MAX_GRAPHS


def test_who_knows_nothing_begins_at_the_beginning() -> None:
    with Store.open(default_path()) as store:
        result = finish(store, ())
        assert result.begin == TOPICS[0].begin
        assert not result.known
        assert not store.placed_out()


def test_who_knows_the_first_half_begins_after_it_and_is_not_sent_back() -> None:
    packs, index = library.all_packs(), exercise_index()
    with Store.open(default_path()) as store:
        result = finish(store, FIRST_HALF)
        assert result.begin == "matrices/shapes-first"
        assert {topic.id for topic in result.known} == FIRST_HALF
        assert "shown" in result.topics.values()
        assert "implied" in result.topics.values()
        assert ("basics", "times") in store.placed_out()
        assert ("matrices", "product") not in store.placed_out()
        # What was used in the test counts as one step, and the rest not at all.
        skills = load_skills(store)
        shown = {rule for rule, skill in skills.items() if skill.state.steps == 1}
        assert shown == set(skills)
        assert "relu" in shown
        assert {skill.mastery for skill in skills.values()} == {"learning"}
        # Nothing is pretended to be solved.
        assert not store.states()
        assert packs_unfolded_first(packs, store) == {"matrices"}
        suggestions = [suggestion.exercise for suggestion in suggest_next(store, index, packs)]
        assert suggestions[0] == ("matrices", "shapes-first")
        assert ("basics", "left-to-right") not in suggestions
        data = load_progress(store, index, packs).as_json()["placement"]
        assert data[0]["begin"] == "matrices/shapes-first"
        assert data[0]["topics"]["products"] in ("shown", "implied")


def test_a_test_is_kept_when_it_is_left() -> None:
    with Store.open(default_path()) as store:
        test = take_test(store, FIRST_HALF, graphs=3)
        worksheet = test.open_worksheet()
        assert worksheet is not None
        first = worksheet.blanks[0]
        worksheet.answer(first.id, format_right_answer(worksheet.problem, first))
        assert store.placement_progress() == "begun"
        assert not worksheet.summary().verdicts or not worksheet.visible_places() - {
            place.id for place in worksheet.problem.given_blanks
        }
    with Store.open(default_path()) as store:
        again = PlacementTest(store)
        assert again.record.id == test.record.id
        assert again.position == test.position
        resumed = again.open_worksheet()
        assert resumed is not None
        if again.position == 3:
            assert resumed.variant.fingerprint == worksheet.variant.fingerprint
            assert resumed.state(first.id) == "noted"


def test_no_verdict_is_told_during_the_test() -> None:
    with Store.open(default_path()) as store:
        test = PlacementTest(store, seed=3)
        worksheet = test.open_worksheet()
        assert worksheet is not None
        for blank in worksheet.blanks:
            worksheet.answer(blank.id, format_right_answer(worksheet.problem, blank))
        assert {worksheet.state(blank.id) for blank in worksheet.blanks} == {"noted"}
        assert worksheet.help_refusal is not None


def test_a_final_test_takes_other_graphs_and_is_compared_with_the_first() -> None:
    with Store.open(default_path()) as store:
        finish(store, FIRST_HALF, seed=1)
        final = finish(store, ALL, kind="final", seed=2)
        first_test, final_test = load_tests(store)
        shared = set(first_test.answers) & set(final_test.answers)
        for exercise in shared:
            topic = topic_of(exercise)
            assert topic is not None
            assert {graph.exercise for graph in topic.graphs} <= {*first_test.answers, *final_test.answers}
        assert final.before is not None
        assert final.before["softmax"] == "open"
        assert final.topics["softmax"] != "open"
        assert [result.kind for result in load_results(store)] == ["first", "final"]


def test_a_later_test_can_ask_for_exercises_again() -> None:
    with Store.open(default_path()) as store:
        finish(store, FIRST_HALF)
        finish(store, ())
        assert not store.placed_out()


def test_the_command_takes_the_test_in_plain_mode(run_tutor: Run) -> None:
    left = run_tutor("placement", "--plain", text="?\n")
    assert left.returncode == 1
    assert "Graph 2 of at most 12" in left.stdout
    assert "You can continue where you stopped." in left.stdout
    done = run_tutor("placement", "--plain", text=":hint\n" * MAX_GRAPHS)
    assert done.returncode == 0
    assert "Start with “From left to right” (basics/left-to-right)." in done.stdout
    assert "sums and products: to learn" in done.stdout
