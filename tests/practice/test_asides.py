"""Predictions before blanks and reasons after right answers: stored, told, undone, resumed, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.asides import exercise_in
from tests.support.events import MemoryJournal, append_events, make_event
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.prediction import TypedPrediction
from tutor.packs.library import find_exercise
from tutor.practice.calibration import MIN_PREDICTIONS, PREDICTIONS, calibration_of
from tutor.practice.export import as_json, read_export
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.exercise import Exercise

FILE = """graph = "q = x * y; z = q + w"
start = 3
[inputs]
x = 2
y = -5
w = 7
[vary]
[[prediction]]
before = "x"
about = "sign"
[[prediction]]
before = "w"
about = "size"
than = "q"
"""
CERTAIN = TypedPrediction("negative", "certain")


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return exercise_in(tmp_path, FILE)


def right(worksheet: Worksheet, *blanks: str) -> None:
    """Answer blanks, by default all that are open, with their right values."""
    for blank in blanks or [blank.id for blank in worksheet.blanks]:
        place = worksheet.problem.place(blank)
        assert worksheet.answer(blank, format_right_answer(worksheet.problem, place)).right


def test_a_prediction_is_no_attempt_and_its_verdict_waits_for_the_value(exercise: Exercise) -> None:
    journal = MemoryJournal()
    worksheet = Worksheet(exercise.variant(), journal)
    worksheet.asides.predict("x->q", TypedPrediction("positive", "certain"))
    worksheet.answer("x->q", "15")
    assert worksheet.asides.prediction_verdicts("x->q") == []
    right(worksheet, "x->q")
    (said,) = map(str, worksheet.asides.prediction_verdicts("x->q"))
    assert said == "You were certain of “positive”, but it is “negative”. This is worth a second look."
    assert worksheet.summary().wrong_attempts == 1
    predicted = next(event for event in journal.events if event.kind == "predict")
    assert (predicted.blank, predicted.text, predicted.verdict) == ("x->q", "positive, certain", "wrong")
    assert (predicted.rule, predicted.mistake, predicted.proof) == ("", "", False)


def test_a_size_is_told_only_when_both_values_are_known(exercise: Exercise) -> None:
    # The blanks are q, w, x, y: w is compared with q.
    worksheet = Worksheet(exercise.variant())
    worksheet.asides.predict("w->add1", TypedPrediction("equal", "fairly"))
    right(worksheet, "w->add1")
    assert worksheet.asides.prediction_verdicts("w->add1") == []
    right(worksheet, "q->add1")
    assert list(map(str, worksheet.asides.prediction_verdicts("q->add1"))) == [
        "You predicted “equally large”, and that is right."
    ]


def test_it_is_too_late_after_an_answer_a_hint_or_a_skip(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    assert worksheet.asides.prediction_before("x->q") is not None
    worksheet.answer("x->q", "3")
    assert worksheet.asides.prediction_before("x->q") is None
    worksheet.next_hint("w->add1")
    assert worksheet.asides.prediction_before("w->add1") is None
    other = Worksheet(exercise.variant())
    other.asides.skip_prediction("x->q")
    assert other.asides.prediction_before("x->q") is None
    assert other.asides.prediction_before("q->add1") is None, "nothing is predicted there"


def test_undo_takes_back_a_prediction_but_never_after_an_answer(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    right(worksheet, "q->add1")
    worksheet.asides.predict("x->q", CERTAIN)
    assert worksheet.undo() == "x->q"
    assert worksheet.asides.prediction_before("x->q") is not None
    assert worksheet.state("q->add1") == "right", "the answer before stays"
    worksheet.asides.predict("x->q", CERTAIN)
    worksheet.answer("x->q", "3")
    assert worksheet.undo() == "x->q"
    assert worksheet.asides.prediction_made("x->q") == CERTAIN
    assert worksheet.undo() == "q->add1"
    assert worksheet.asides.prediction_made("x->q") == CERTAIN


def test_predictions_come_back_after_leaving_and_wait_in_an_unfolded_node(exercise: Exercise, path: Path) -> None:
    with Store.open(path) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.asides.skip_prediction("w->add1")
        worksheet.asides.predict("x->q", CERTAIN)
        resumed = open_worksheet(store, exercise)
        assert resumed.resume_place() == "x->q"
        assert resumed.asides.prediction_made("x->q") == CERTAIN
        assert resumed.asides.prediction_before("w->add1") is None
        right(resumed, "x->q")
        assert len(resumed.asides.prediction_verdicts("x->q")) == 1
        resumed.new_numbers(4)
        assert resumed.asides.prediction_before("x->q") is not None
    worksheet = Worksheet(find_exercise("losses/logistic-loss").variant())
    moved = worksheet.unfold("y")
    assert moved is not None
    unfolded = moved["a->y"]
    assert unfolded != "a->y"
    assert worksheet.asides.prediction_before(unfolded) is not None
    worksheet.asides.predict(unfolded, CERTAIN)
    right(worksheet, unfolded)
    assert len(worksheet.asides.prediction_verdicts(unfolded)) == 1


def test_a_whole_pass_at_once_asks_for_neither(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    worksheet.start_whole_pass()
    assert worksheet.asides.prediction_before("x->q") is None


def test_the_last_prediction_before_a_blank_counts(path: Path) -> None:
    def predict(text: str, verdict: str, number: int = 0) -> None:
        event = make_event("predict", f"try {number}", blank="x->q", text=text, verdict=verdict)
        append_events(store, event)

    with Store.open(path) as store:
        predict("negative, guess", "right")
        predict("undone", "")
        for number in range(1, 6):
            predict("skipped" if number == 5 else "negative, certain", "right" if number < 4 else "wrong", number)
        found = calibration_of(store.query(PREDICTIONS))
        assert found.as_json() == {
            "guess": {"made": 0, "right": 0},
            "fairly": {"made": 0, "right": 0},
            "certain": {"made": 4, "right": 3},
        }
        assert not found.sentences, f"fewer than {MIN_PREDICTIONS} say nothing"
        predict("larger, certain", "right", 5)
        found = calibration_of(store.query(PREDICTIONS))
        assert list(map(str, found.sentences)) == ["When you were certain, 4 of 5 predictions were right."]


def test_predictions_and_reasons_are_exported_and_read_again(exercise: Exercise, path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.asides.predict("x->q", CERTAIN)
        right(worksheet)
        events = store.events("term", "one")
        file = tmp_path / "export.jsonl"
        file.write_text("".join(f"{as_json(event)}\n" for event in events), encoding="utf-8")
        read = [attempt.event for attempt in read_export(file)]
    assert [event for event in read if event.kind == "predict"] == [
        event for event in events if event.kind == "predict"
    ]


# --- reasons -----------------------------------------------------------------------------------------------


def whys_of(name: str, seed: int | None, events: MemoryJournal | None = None) -> tuple[list[str], int]:
    """Solve an exercise; return the blanks whose reason was asked for, and how many gradients were answered."""
    worksheet = Worksheet(find_exercise(name).variant(seed), events)
    asked, answers = [], 0
    for blank in worksheet.blanks:
        right(worksheet, blank.id)
        answers += blank.is_backward
        why = worksheet.asides.why
        if why is not None:
            assert why.blank.id == blank.id
            asked.append(blank.id)
    return asked, answers


def test_reasons_are_asked_for_now_and_then_and_the_same_each_time() -> None:
    names = ("chains/diamond", "chains/horner", "neuron/two-layers")
    found = [whys_of(name, seed) for name in names for seed in (None, 1, 2, 3)]
    assert 0 < sum(len(asked) for asked, _answers in found) <= sum(answers for _asked, answers in found) / 5
    assert found == [whys_of(name, seed) for name in names for seed in (None, 1, 2, 3)]


def test_formulas_of_matrices_and_of_symbols_can_be_solved(tmp_path: Path) -> None:
    for number in range(5):
        inputs = 'X = { symbol = true, shape = ["n", 3] }\nW = { symbol = true, shape = [3, 2] }'
        text = f'graph = "A = X @ W; f = sum(A * A)"\n[inputs]\n{inputs}\n'
        worksheet = Worksheet(exercise_in(tmp_path, text, f"matrices{number}").variant())
        for blank in worksheet.blanks:
            right(worksheet, blank.id)
            assert worksheet.asides.why is None
    for name in ("basics/goes-on", "basics/reciprocal-in-symbols", "chains/expanded", "curves/outputs-only"):
        whys_of(name, None)


def first_why(seed: int = 1) -> tuple[Worksheet, str, MemoryJournal]:
    """Return a worksheet just after the answer whose reason is asked for."""
    journal = MemoryJournal()
    worksheet = Worksheet(find_exercise("chains/horner").variant(seed), journal)
    for blank in worksheet.blanks:
        right(worksheet, blank.id)
        if worksheet.asides.why is not None:
            return worksheet, blank.id, journal
    raise AssertionError("no reason was asked for")


def test_there_are_three_reasons_of_which_one_is_the_rule() -> None:
    worksheet, blank, journal = first_why()
    why = worksheet.asides.why
    assert why is not None
    assert [reason.right for reason in why.reasons].count(True) == 1
    assert len({str(reason.text) for reason in why.reasons}) == len(why.reasons) == len(why.letters) == 3
    wrong = next(reason for reason in why.reasons if not reason.right)
    assert why.parse(f" {why.letters[why.reasons.index(wrong)].upper()} ") is wrong
    assert why.parse("3") is None
    worksheet.asides.choose_reason(blank, wrong)
    assert worksheet.asides.why is None
    event = journal.events[-1]
    assert (event.kind, event.blank, event.text, event.verdict) == ("why", blank, wrong.mistake, "wrong")
    assert worksheet.summary().wrong_attempts == 0
    assert not worksheet.summary().mistakes


def test_the_next_answer_or_leaving_ends_the_question() -> None:
    worksheet, _blank, journal = first_why()
    assert Worksheet(worksheet.variant, None, journal.events).asides.why is None
    following = worksheet.next_open_blank()
    assert following is not None
    worksheet.answer(following, "0.123")
    assert worksheet.asides.why is None


def test_no_reason_is_asked_for_after_much_help() -> None:
    worksheet, blank, _journal = first_why()
    helped = Worksheet(worksheet.variant)
    for place in helped.blanks:
        if place.id == blank:
            for number in ("0.1", "0.2", "0.3"):
                helped.answer(blank, number)
        right(helped, place.id)
        if place.id == blank:
            break
    assert helped.asides.why is None
