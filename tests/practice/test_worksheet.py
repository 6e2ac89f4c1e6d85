"""Tests of the worksheet, without any screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.events import MemoryJournal
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, number
from tutor.algebra.parser import parse_value
from tutor.grading.answer import ParsedAnswer, parse_answer
from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.content_hash import content_hash
from tutor.practice import entries
from tutor.practice.resume import open_worksheet, rebase_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import HINT_COOLDOWN, OFFER_REVEAL_AFTER, OPEN_RULE_AFTER, Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Variant


@dataclass
class FakeClock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def make_variant(start: int = 2) -> Variant:
    return exercise_from_formula("z = x * (x + y)", {"x": number(3), "y": number(4)}, number(start)).variant()


def two_roads_variant() -> Variant:
    return library.find_exercise("basics/two-roads").variant()


RIGHT = {"x->mul1": "14", "add1->mul1": "6", "x->add1": "6", "x": "20", "y->add1": "6"}


def test_blanks_are_in_the_order_of_the_backward_pass() -> None:
    assert [blank.id for blank in Worksheet(make_variant()).blanks] == list(RIGHT)


def test_right_answers_lead_to_the_next_blank_until_all_are_done() -> None:
    worksheet = Worksheet(make_variant())
    blank = worksheet.next_open_blank()
    while blank is not None:
        assert worksheet.answer(blank, RIGHT[blank]).right
        blank = worksheet.next_open_blank(blank)
    assert worksheet.done
    assert [name for name, _value in worksheet.summary().gradients] == ["x", "y"]


def test_a_repeated_wrong_answer_counts_once() -> None:
    worksheet = Worksheet(make_variant())
    for _ in range(3):
        assert worksheet.answer("x", "84").mistake == "branch.product"
    assert worksheet.entry("x").wrong_attempts == 1
    assert worksheet.summary().mistakes == {"branch.product": 1}


def test_a_wrong_entry_is_parsed_once_for_all_later_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def parse(problem: Problem, blank: Blank, text: str) -> ParsedAnswer:
        parsed.append(text)
        return parse_answer(problem, blank, text)

    monkeypatch.setattr(entries, "parse_answer", parse)
    worksheet = Worksheet(make_variant())
    worksheet.answer("x->mul1", "77")
    for answer in ("78", "79", "80"):
        worksheet.answer("add1->mul1", answer)
    assert parsed == ["77"]
    worksheet.answer("x->mul1", "76")
    worksheet.answer("add1->mul1", "81")
    assert parsed == ["77", "80", "76"]


@pytest.mark.parametrize("text", ["(", "zwei", "", "1/0", "0,5", "9" * 500])
def test_a_malformed_answer_changes_nothing(text: str) -> None:
    worksheet = Worksheet(make_variant())
    worksheet.answer("x", "84")
    before = worksheet.entry("x")
    assert worksheet.answer("x", text).kind is VerdictKind.MALFORMED
    assert worksheet.entry("x") == before


def test_undo_restores_the_entry_before() -> None:
    worksheet = Worksheet(make_variant())
    worksheet.answer("x", "84")
    worksheet.answer("x", "20")
    assert worksheet.undo() == "x"
    assert worksheet.entry("x").text == "84"
    assert worksheet.undo() == "x"
    assert worksheet.state("x") == "empty"
    assert worksheet.undo() is None
    assert worksheet.entry("x").wrong_attempts == 1, "wrong attempts stay counted"


def test_the_next_hint_needs_a_pause_or_an_attempt() -> None:
    clock = FakeClock()
    worksheet = Worksheet(make_variant(), clock=clock)
    assert [worksheet.next_hint("x").rung for _ in range(5)] == [1, 1, 1, 1, 1]
    clock.now += HINT_COOLDOWN
    assert worksheet.next_hint("x").rung == 2
    worksheet.answer("x", "84")
    assert worksheet.next_hint("x").rung == 3, "an attempt counts like a pause"


def test_revealing_the_value_is_offered_late_and_settles_the_blank() -> None:
    worksheet = Worksheet(make_variant())
    for wrong in range(OFFER_REVEAL_AFTER):
        assert not worksheet.offers_reveal("x")
        assert worksheet.offers_replay("x") is (wrong >= OPEN_RULE_AFTER), "with the hint that states the rule"
        worksheet.answer("x", str(1000 + wrong))
    assert worksheet.offers_reveal("x")
    assert "20" in str(worksheet.reveal("x").text)
    assert worksheet.state("x") == "revealed"
    assert worksheet.value_text("x") == [["20"]]
    assert worksheet.summary().revealed == 1


def test_an_answer_is_stored_with_its_verdict() -> None:
    journal = MemoryJournal()
    worksheet = Worksheet(two_roads_variant(), journal)
    assert not journal.events, "opening an exercise does not start a try"
    worksheet.answer("x", "84")
    assert [event.kind for event in journal.events] == ["begin", "answer"]
    event = journal.events[-1]
    assert (event.blank, event.text, event.verdict, event.mistake) == ("x", "84", "mistaken", "branch.product")
    assert event.rule == "branch"
    assert event.fingerprint == worksheet.variant.fingerprint


def test_the_learner_can_go_on_if_the_journal_cannot_save() -> None:
    journal = MemoryJournal(full=True)
    worksheet = Worksheet(two_roads_variant(), journal)
    assert worksheet.answer("x->mul1", "14").right
    assert not worksheet.saved
    journal.full = False
    worksheet.answer("add1->mul1", "6")
    assert worksheet.saved


def test_new_numbers_start_a_new_try_at_the_same_exercise() -> None:
    exercise = library.find_exercise("basics/times")
    worksheet = Worksheet(exercise.variant())
    worksheet.answer(worksheet.blanks[0].id, "77777")
    worksheet.new_numbers(seed=5)
    assert worksheet.variant.seed == 5
    assert all(worksheet.state(blank.id) == "empty" for blank in worksheet.blanks)
    assert worksheet.variant.fingerprint == exercise.variant(5).fingerprint


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["answer", "hint", "undo", "clear", "reveal"]), st.sampled_from(sorted(RIGHT)), st.booleans()
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_replaying_the_events_gives_the_same_worksheet(actions: list[tuple[str, str, bool]]) -> None:
    journal, clock = MemoryJournal(), FakeClock()
    variant = two_roads_variant()
    worksheet = Worksheet(variant, journal, clock=clock)
    for kind, blank, right in actions:
        clock.now += 10
        if kind == "answer":
            worksheet.answer(blank, RIGHT[blank] if right else "123456")
        elif kind == "undo":
            worksheet.undo()
        else:
            getattr(worksheet, {"hint": "next_hint"}.get(kind, kind))(blank)
    again = Worksheet(variant, events=journal.events)
    for place in worksheet.blanks:
        ours, theirs = worksheet.entry(place.id), again.entry(place.id)
        assert (ours.text, ours.revealed, ours.hints, ours.wrong_attempts) == (
            theirs.text,
            theirs.revealed,
            theirs.hints,
            theirs.wrong_attempts,
        )
        assert worksheet.state(place.id) == again.state(place.id)
    assert worksheet.done == again.done
    assert worksheet.summary().mistakes == again.summary().mistakes


def test_given_values_are_shown_and_are_no_blanks() -> None:
    worksheet = Worksheet(make_variant())
    assert worksheet.state("start") == "given"
    assert worksheet.value_text("start") == [["2"]]
    assert "start" not in [blank.id for blank in worksheet.blanks]


def test_a_matrix_entry_is_shown_cell_by_cell() -> None:
    value = evaluate(parse_value("[[1, 2], [3, 4]]"), {})
    worksheet = Worksheet(exercise_from_formula("f = sum(sigmoid(X))", {"X": value}, ONE).variant())
    worksheet.answer("sigmoid1->sum1", "[[1, 0.50], [1, 1]]")
    assert worksheet.value_text("sigmoid1->sum1") == [["1", "0.50"], ["1", "1"]]
    assert worksheet.entry("sigmoid1->sum1").verdict is not None
    assert worksheet.entry("sigmoid1->sum1").verdict.cells == ((True, False), (True, True))  # type: ignore[union-attr]
    worksheet.answer("X->sigmoid1", "up * [[0, 0], [0, 0]]")
    assert worksheet.value_text("X->sigmoid1") == [["0", "0"], ["0", "0"]]


def test_the_rule_opens_by_itself_after_three_wrong_answers() -> None:
    worksheet = Worksheet(make_variant())
    opened = []
    for wrong in (101, 102, 103, 104):
        worksheet.answer("x", str(wrong))
        open_hint = worksheet.current_hint("x")
        opened.append(open_hint.rung if open_hint else 0)
    assert opened == [0, 0, 2, 2]


def solve(journal: MemoryJournal) -> Worksheet:
    worksheet = Worksheet(two_roads_variant(), journal)
    for blank, text in RIGHT.items():
        worksheet.answer(blank, text)
    return worksheet


def test_the_end_is_stored_after_a_kill_between_the_last_answer_and_the_end() -> None:
    journal = MemoryJournal()
    solve(journal)
    assert journal.events[-1].kind == "solved"
    again = Worksheet(two_roads_variant(), journal, journal.events[:-1])
    assert again.done
    assert journal.events[-1].kind == "solved"


def test_a_finished_worksheet_takes_no_answer_but_allows_undo() -> None:
    worksheet = solve(MemoryJournal())
    assert worksheet.answer("x", "84").mistake == "branch.product"
    assert worksheet.done
    assert worksheet.entry("x").text == "20"
    assert worksheet.undo() == "y->add1"
    assert not worksheet.done
    assert worksheet.answer("y->add1", "6").right
    assert worksheet.done


def test_a_revealed_value_stays_counted() -> None:
    worksheet = Worksheet(two_roads_variant())
    worksheet.reveal("x")
    worksheet.undo()
    worksheet.answer("x", "20")
    assert worksheet.summary().revealed == 1


def test_a_malformed_answer_opens_no_hint_and_starts_no_try() -> None:
    journal, clock = MemoryJournal(), FakeClock()
    worksheet = Worksheet(two_roads_variant(), journal, clock=clock)
    worksheet.answer("x", "((")
    assert not journal.events
    assert [worksheet.next_hint("x").rung, worksheet.answer("x", "("), worksheet.next_hint("x").rung][::2] == [1, 1]


def test_new_numbers_are_resumed(home: Path) -> None:
    exercise = library.find_exercise("basics/times")
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.answer(worksheet.blanks[0].id, "77777")
        worksheet.new_numbers(seed=5)
    with Store.open(default_path()) as store:
        assert open_worksheet(store, exercise).variant.seed == 5
        assert open_worksheet(store, exercise, restart=True).variant.seed is None
        assert open_worksheet(store, exercise).variant.seed is None


def test_a_place_that_is_no_blank_is_not_resumed() -> None:
    problem = make_variant().problem
    variant = replace(make_variant(), problem=replace(problem, asked=("x", "y")))
    worksheet = Worksheet(variant)
    worksheet.answer("x->mul1", "5")
    assert worksheet.resume_place() in {blank.id for blank in worksheet.blanks}


def test_an_edited_exercise_stays_at_its_stage(tmp_path: Path) -> None:
    text = 'graph = "z = x * y"\nstages = [["x"], ["y"]]\n[vary]\nx = { from = 2, to = 9 }\ny = { from = 2, to = 9 }\n'
    (tmp_path / "pack.toml").write_text("format = 1")
    (tmp_path / "01-one.toml").write_text(text)
    exercise = library.read_pack(tmp_path).open("one")
    worksheet = Worksheet(exercise.variant(3, stage=0))
    worksheet.answer("x", "y")
    worksheet.new_numbers(4)
    assert (worksheet.variant.stage, [blank.id for blank in worksheet.blanks]) == (1, ["y->mul1"])
    again = rebase_worksheet(worksheet, exercise)
    assert again.variant.stage == 1
    assert [blank.id for blank in again.blanks] == ["y->mul1"]
    (tmp_path / "01-one.toml").write_text(text.replace(', ["y"]]', "]"))
    assert rebase_worksheet(worksheet, library.read_pack(tmp_path).open("one")).variant.stage == 0


def test_events_hold_what_an_item_analysis_needs() -> None:
    variant, journal = two_roads_variant(), MemoryJournal()
    worksheet = Worksheet(variant, journal)
    order = [blank.id for blank in worksheet.blanks]
    for blank in order:
        worksheet.answer(blank, "123456")
        worksheet.reveal(blank)
    answers = [event for event in journal.events if event.kind == "answer"]
    assert {event.content for event in journal.events} == {content_hash(variant.exercise)}
    assert [(event.blank, event.position) for event in answers] == [(blank, i) for i, blank in enumerate(order, 1)]
    assert [event.position for event in journal.events if not event.blank] == [0, 0]
    assert {event.message for event in answers} == {"wrong"}


@pytest.mark.parametrize(("agreed", "shown"), [(True, "mul.own-input"), (False, "any.off-by-one?")])
def test_events_name_the_message_that_was_shown(agreed: bool, shown: str) -> None:
    journal = MemoryJournal()
    worksheet = Worksheet(library.find_exercise("basics/times").variant(), journal)
    verdict = worksheet.answer("x->mul1", "2")
    assert verdict.mistake == "mul.own-input"
    if worksheet.asks("x->mul1"):
        worksheet.reply("x->mul1", agreed)
    messages = [event.message for event in journal.events if event.blank]
    assert messages == (["mul.own-input?", shown] if verdict.asks else ["mul.own-input"])


def test_a_wrong_choice_is_named_by_its_place_in_the_file() -> None:
    exercise = library.find_exercise("matrices/pytorch-agrees")
    for seed in (None, 1, 2, 3):
        journal = MemoryJournal()
        worksheet = Worksheet(exercise.variant(seed), journal)
        question = next(question for question in worksheet.problem.questions if len(question.choices) > 2)
        place = next(blank for blank in worksheet.problem.question_blanks if blank.id == question.id)
        for typed, choice in enumerate(question.choices, 1):
            if not choice.right:
                worksheet.answer(place.id, str(typed))
        template = next(each for each in exercise.questions if each.id == question.id)
        wrong = [choice for choice in question.choices if not choice.right]
        expected = [f"choice.{[each.text for each in template.choices].index(choice.text) + 1}" for choice in wrong]
        assert [event.message for event in journal.events if event.kind == "answer"] == expected
