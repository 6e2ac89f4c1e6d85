"""The learner's overview: how each exercise went, days of practice, what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.events import START, append_events, make_event, time_after
from tutor.packs import library
from tutor.practice.classroom import ExerciseWork
from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise
from tutor.practice.exercise_records import describe_state, load_records
from tutor.practice.overview import Overview, load_overview
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.practice.event import Event

TODAY = START.date() + timedelta(days=10)
NAME = ("basics", "times")
BLANKS = {"a": ("mul",), "b": ("add",)}
INDEX = ExerciseIndex(
    (IndexedExercise(*NAME, {"mul": True}, 2.5, True, (), 4, BLANKS, whole=tuple(BLANKS)),),
)


def event(
    kind: str, blank: str = "", verdict: str = "", *, worksheet: str = "1", days: float = 0, **more: object
) -> Event:
    """Return an event of an exercise, some days after START."""
    fields = {"at": time_after(days=days), "pack": NAME[0], "exercise": NAME[1], "rule": "mul" if blank else ""}
    return make_event(kind, worksheet, blank=blank, verdict=verdict, **(fields | more))


def overview_after(*events: Event) -> Overview:
    with Store.open(default_path()) as store:
        append_events(store, *events)
        return load_overview(store, INDEX, TODAY)


def test_an_unfinished_try_tells_what_is_filled_and_what_was_wrong() -> None:
    record = overview_after(
        event("begin"),
        event("answer", "a", "right"),
        event("answer", "b", "mistaken"),
        event("hint", "b", hints=1),
        event("answer", "b", "right", hints=1),
        event("answer", "c", "right"),
        event("clear", "c"),
        event("answer", "d", "right"),
        event("undo", "d"),
        event("reveal", "d"),
    ).records[NAME]
    assert record.unfinished is record.latest
    assert (record.latest.filled, record.latest.wrong, record.latest.hints, record.latest.revealed) == (3, 1, 1, 1)
    assert not record.solved


def test_a_clean_try_counts_as_first_try_and_a_later_one_is_the_latest() -> None:
    clean = [event("begin"), event("answer", "a", "right"), event("solved")]
    again = [
        event("begin", worksheet="2", days=3),
        event("answer", "a", "wrong", worksheet="2", days=3, duration=40.0),
        event("answer", "a", "right", worksheet="2", days=3, duration=20.0),
        event("solved", worksheet="2", days=3),
    ]
    record = overview_after(*clean, *again).records[NAME]
    assert record.first_try
    assert record.solved
    assert record.unfinished is None
    assert not record.latest.is_clean
    assert (record.latest.seconds, record.latest.day) == (60.0, START.date() + timedelta(days=3))


def test_help_and_mistakes_are_no_first_try_and_a_reset_forgets_them() -> None:
    helped = [event("begin"), event("hint", "a", hints=1), event("answer", "a", "right", hints=1), event("solved")]
    with Store.open(default_path()) as store:
        append_events(store, *helped)
        assert not load_overview(store, INDEX, TODAY).records[NAME].first_try
        assert store.reset(*NAME)
        assert not load_overview(store, INDEX, TODAY).records


def test_a_review_does_not_hide_the_try_that_would_be_resumed() -> None:
    record = overview_after(
        event("begin"),
        event("answer", "a", "right"),
        event("review", worksheet="2", days=1),
        event("answer", "a", "right", worksheet="2", days=1),
        event("reviewed", worksheet="2", days=1),
    ).records[NAME]
    assert record.latest.finished
    assert record.unfinished is not None
    assert record.unfinished.filled == 1


def test_days_and_the_review_that_is_due() -> None:
    found = overview_after(
        event("begin"),
        event("answer", "a", "mistaken"),
        event("answer", "a", "right"),
        event("answer", "b", "right", days=2),
    )
    assert dict(found.days) == {START.date(): 2, START.date() + timedelta(days=2): 1}
    assert found.last_days(11) == [2, 0, 1, *[0] * 8]
    assert found.due == ("mul",)
    assert [item.indexed.name for item in found.review] == ["basics/times"]
    assert found.review_minutes == 1
    assert {rule: state.level for rule, state in found.states.items()} == {"mul": "shaky"}
    assert found.blanks[NAME] == 4


def test_the_last_exercise_is_known_though_it_is_solved() -> None:
    with Store.open(default_path()) as store:
        assert store.last_exercise() is None
        append_events(store, event("begin"), event("answer", "a", "right"), event("solved"))
        assert store.last_exercise() == NAME
        assert store.exercise_to_continue() is None


def test_an_exercise_of_which_every_value_was_revealed_is_not_solved() -> None:
    exercise = library.find_exercise("basics/plus")
    name = ("basics", "plus")
    with Store.open(default_path()) as store:
        worksheet = Worksheet(exercise.variant(), store)
        for blank in worksheet.blanks:
            worksheet.reveal(blank.id)
        assert worksheet.done
        assert store.states()[name] == "revealed"
        assert describe_state("revealed", load_records(store)[name], 3) == "values shown"
        assert store.exercise_to_continue() is None
        work = ExerciseWork()
        for each in store.events(*name):
            work.apply(each)
        assert not work.solved

        again = Worksheet(exercise.variant(7), store)
        again.reveal(again.blanks[0].id)
        for blank in again.blanks[1:]:
            again.answer(blank.id, "5")
        assert store.states()[name] == "solved"
        third = Worksheet(exercise.variant(8), store)
        for blank in third.blanks:
            third.reveal(blank.id)
        assert store.states()[name] == "solved"
