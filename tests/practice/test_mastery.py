"""When a rule is solid, when it is shaky, and when it is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.practice.event import Event
from tutor.practice.mastery import Skill
from tutor.practice.scheduler import MAX_INTERVAL_DAYS, Rating, schedule_review

DAY = date(2026, 3, 2)


def event(kind: str, number: int = 1, blank: str = "x->mul1", *, day: date = DAY, **more: Any) -> Event:
    """Something done in try `number`, each try on numbers of its own."""
    return Event(
        kind=kind,
        at=f"{day.isoformat()}T10:00:00.000000+00:00",
        worksheet=f"try {number}",
        pack="basics",
        exercise="times",
        rule="mul",
        blank=blank,
        fingerprint=f"numbers {number}",
        **more,
    )


def right_answer(number: int = 1, blank: str = "x->mul1", *, proof: bool = True, day: date = DAY) -> Event:
    return event("answer", number, blank, verdict="right", proof=proof, day=day)


def wrong_answer(number: int = 1, blank: str = "x->mul1", mistake: str = "mul.own-input", day: date = DAY) -> Event:
    return event("answer", number, blank, verdict="mistaken", mistake=mistake, day=day)


def standing_after(*events: Event) -> Skill:
    skill = Skill("mul")
    for each in events:
        skill.apply(each)
    return skill


def test_three_first_try_successes_on_different_numbers_make_a_rule_solid() -> None:
    assert standing_after(right_answer(1), right_answer(2)).mastery == "learning"
    assert standing_after(right_answer(1), right_answer(2), right_answer(3)).mastery == "solid"


def test_several_blanks_of_one_exercise_count_once() -> None:
    assert standing_after(*(right_answer(1, blank) for blank in "abcdef")).proofs == ["basics/times numbers 1"]


def test_the_same_numbers_again_prove_nothing_new() -> None:
    again = [
        Event(
            **{
                **{name: getattr(right_answer(1), name) for name in Event.__slots__},
                "worksheet": f"try {n}",
                "id": str(n),
            }
        )
        for n in range(9)
    ]
    assert standing_after(*again).mastery == "learning"


def test_an_answer_that_proves_nothing_counts_for_nothing() -> None:
    assert standing_after(*(right_answer(number, proof=False) for number in range(9))).mastery == "learning"


@pytest.mark.parametrize(
    "other_events",
    [
        [event("hint", 2, hints=1)],
        [event("hint", 2, "another", hints=1)],
        [wrong_answer(2)],
        [wrong_answer(2, "another")],
        [event("reveal", 2, "another")],
    ],
)
def test_what_was_helped_or_mistaken_in_the_same_try_proves_nothing(other_events: list[Event]) -> None:
    assert "basics/times numbers 2" not in standing_after(right_answer(1), *other_events, right_answer(2)).proofs


def test_a_mistake_makes_a_rule_shaky_until_it_is_proved_three_times_again() -> None:
    solid = [right_answer(1), right_answer(2), right_answer(3)]
    assert standing_after(*solid, wrong_answer(4)).mastery == "shaky"
    assert standing_after(*solid, wrong_answer(4), right_answer(4)).mastery == "shaky"
    assert standing_after(*solid, wrong_answer(4), right_answer(5), right_answer(6)).mastery == "shaky"
    assert standing_after(*solid, wrong_answer(4), right_answer(5), right_answer(6), right_answer(7)).mastery == "solid"


def test_a_shown_value_makes_a_rule_shaky() -> None:
    assert standing_after(event("reveal")).mastery == "shaky"


def test_a_slip_of_arithmetic_says_nothing_about_the_rule() -> None:
    skill = standing_after(right_answer(1), wrong_answer(2, mistake="any.slip"), right_answer(2))
    assert skill.mastery == "learning"
    assert len(skill.proofs) == 1


@pytest.mark.parametrize("verdict", ["carried", "elsewhere", "coarse", "undecided", "of-tomorrow"])
def test_verdicts_that_cost_nothing_change_nothing(verdict: str) -> None:
    skill = standing_after(event("answer", verdict=verdict), right_answer())
    assert skill.mastery == "learning"
    assert len(skill.proofs) == 1


def test_the_mistake_that_keeps_coming_back_is_remembered_until_the_rule_is_solid() -> None:
    dropped = "any.dropped-upstream"
    assert standing_after(wrong_answer(1)).recurring_mistake is None
    skill = standing_after(wrong_answer(1), wrong_answer(2, mistake=dropped), wrong_answer(3, mistake=dropped))
    assert skill.recurring_mistake == dropped
    for number in (4, 5, 6):
        skill.apply(right_answer(number))
    assert skill.recurring_mistake is None
    assert skill.mistakes[dropped] == 2


def due_after(*events: Event) -> int:
    """Days until the rule is due."""
    found = standing_after(*events).due
    assert found is not None
    return (found - DAY).days


def test_the_better_it_went_the_later_it_is_due() -> None:
    assert (
        due_after(wrong_answer(), right_answer())
        == due_after(event("reveal"))
        == due_after(event("hint", hints=3), right_answer())
        == 1
    )
    assert due_after(wrong_answer(mistake="any.slip"), right_answer()) <= due_after(right_answer()) > 1
    assert due_after(event("hint", hints=1), right_answer()) <= due_after(right_answer())


def test_one_try_is_one_practice_however_many_blanks_it_has() -> None:
    assert (
        standing_after(right_answer(1, "a")).memory
        == standing_after(*(right_answer(1, blank) for blank in "abcdef")).memory
    )
    assert due_after(right_answer(1, "a"), wrong_answer(1, "b"), right_answer(1, "b")) == 1


def test_a_try_that_is_left_without_an_answer_is_no_practice() -> None:
    assert standing_after(event("hint", hints=1)).due is None


def test_a_rule_that_is_not_solid_comes_back_within_two_weeks() -> None:
    day, skill = DAY, Skill("mul")
    for number in range(12):
        skill.apply(right_answer(number, proof=number < 2, day=day))
        assert skill.due is not None
        assert timedelta(0) < skill.due - day <= timedelta(days=14)
        day = skill.due


def test_a_solid_rule_stays_away_longer_each_time_but_never_longer_than_a_term() -> None:
    day, skill, gaps = DAY, Skill("mul"), []
    for number in range(8):
        skill.apply(right_answer(number, day=day))
        assert skill.due is not None
        gaps.append((skill.due - day).days)
        day = skill.due
    assert gaps == sorted(gaps)
    assert gaps[-1] == MAX_INTERVAL_DAYS


def test_the_schedule_knows_no_chance() -> None:
    memory = schedule_review(None, Rating.GOOD, DAY)[0]
    assert len({schedule_review(memory, Rating.GOOD, DAY + timedelta(days=40)) for _ in range(20)}) == 1


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_what_no_clock_can_have_shown_is_passed_over(at: str) -> None:
    answer = {name: getattr(right_answer(), name) for name in Event.__slots__} | {"at": at}
    assert standing_after(Event(**answer)) == Skill("mul")


def test_a_clock_that_was_years_ahead_does_no_lasting_harm() -> None:
    skill = standing_after(right_answer(1, day=date(2999, 1, 1)), right_answer(2))
    assert skill.due is not None
    assert skill.due < DAY + timedelta(days=30)


EVENT_SAMPLES = st.lists(
    st.tuples(
        st.sampled_from(["answer", "answer", "answer", "hint", "reveal", "undo", "clear", "dance"]),
        st.integers(0, 4),
        st.sampled_from("abc"),
        st.sampled_from(["right", "mistaken", "wrong", "coarse", "carried"]),
        st.sampled_from(["", "any.slip", "mul.undo"]),
        st.integers(0, 6),
        st.booleans(),
        st.integers(-3, 400),
    ),
    max_size=30,
)


@given(EVENT_SAMPLES)
def test_what_is_kept_between_events_is_all_there_is_to_know(deeds: list[Any]) -> None:
    through, at_once = Skill("mul"), Skill("mul")
    for kind, number, blank, verdict, mistake, hints, proof, days in deeds:
        more = {"verdict": verdict, "mistake": mistake, "proof": proof} if kind == "answer" else {}
        each = event(kind, number, blank, hints=hints, day=DAY + timedelta(days=days), **more)
        at_once.apply(each)
        through.apply(each)
        through = Skill.from_json("mul", through.to_json())
    assert through == at_once
    assert at_once.mastery in ("learning", "shaky", "solid")
