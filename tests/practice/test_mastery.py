"""Tests of mastery: when a rule is solid, shaky and due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import make_event
from tutor.practice.mastery import Skill
from tutor.practice.mastery_levels import MasteryState
from tutor.practice.scheduler import MAX_INTERVAL_DAYS, Rating, schedule_review

if TYPE_CHECKING:
    from tutor.practice.event import Event

DAY = date(2026, 3, 2)
NEXT_DAY = DAY + timedelta(days=1)


def mul_event(
    kind: str,
    number: int = 1,
    blank: str = "x->mul1",
    *,
    day: date = DAY,
    hour: int = 10,
    exercise: str = "times",
    **fields: Any,
) -> Event:
    """Return an event of try `number`; every try has different numbers."""
    at = f"{day.isoformat()}T{hour:02}:00:00.000000+00:00"
    place = {"exercise": exercise, "rule": "mul", "blank": blank, "fingerprint": f"numbers {number}"}
    return make_event(kind, f"try {number}", at=at, **place, **fields)


def right_answer(number: int = 1, blank: str = "x->mul1", *, proof: bool = True, **fields: Any) -> Event:
    return mul_event("answer", number, blank, verdict="right", proof=proof, **fields)


def wrong_answer(number: int = 1, blank: str = "x->mul1", mistake: str = "mul.own-input", day: date = DAY) -> Event:
    return mul_event("answer", number, blank, verdict="mistaken", mistake=mistake, day=day)


def skill_after(*events: Event) -> Skill:
    skill = Skill("mul")
    for event in events:
        skill.apply(event)
    return skill


def solid_after(first: int) -> list[Event]:
    """Return what makes a rule solid: three tries from `first` on, in two exercises and on two days."""
    return [
        right_answer(first),
        right_answer(first + 1, day=NEXT_DAY),
        right_answer(first + 2, day=NEXT_DAY, exercise="add-multiply"),
    ]


def test_three_first_try_successes_in_two_exercises_on_two_days_make_a_rule_solid() -> None:
    assert skill_after(*solid_after(1)[:2]).mastery == "learning"
    assert skill_after(*solid_after(1)).mastery == "solid"


def test_a_flawless_first_encounter_is_learning() -> None:
    assert skill_after(right_answer(1)).state == MasteryState("learning", 1, (), skill_after(right_answer(1)).due)


def test_many_numbers_in_one_sitting_never_make_a_rule_solid() -> None:
    skill = skill_after(*(right_answer(number) for number in range(30)))
    assert (skill.mastery, skill.state.steps, skill.needs) == ("learning", 2, ("day", "exercise"))
    assert len(skill.proofs) == 3
    skill.apply(right_answer(31, exercise="other"))
    assert (skill.state.steps, skill.needs) == (2, ("day",))
    skill.apply(right_answer(32, day=NEXT_DAY))
    assert skill.mastery == "solid"


def test_one_exercise_never_makes_a_rule_solid() -> None:
    skill = skill_after(*(right_answer(number, day=DAY + timedelta(days=3 * number)) for number in range(20)))
    assert (skill.mastery, skill.state.steps, skill.needs) == ("learning", 2, ("exercise",))
    assert skill.due is not None
    assert (skill.due - DAY).days > 3 * 19 + 14, "what only lacks an exercise need not come back every other week"
    assert skill_after(*solid_after(1)[1:], right_answer(9, hour=12)).mastery == "solid"


def test_a_sitting_over_midnight_is_one_day_and_the_next_morning_another() -> None:
    late = [right_answer(1, hour=23), right_answer(2, hour=23, exercise="other")]
    assert skill_after(*late, right_answer(3, day=NEXT_DAY, hour=0)).needs == ("day",)
    assert skill_after(*late, right_answer(3, day=NEXT_DAY, hour=11)).mastery == "solid"


@given(st.permutations(range(6)))
def test_the_order_of_successes_does_not_matter_for_what_they_prove(order: list[int]) -> None:
    events = [*solid_after(1), *solid_after(4)]
    skill = skill_after(*(events[number] for number in order))
    assert (skill.mastery, skill.state.steps) == ("solid", 3)


def test_several_blanks_of_one_exercise_count_once() -> None:
    skill = skill_after(*(right_answer(1, blank) for blank in "abcdef"))
    assert [(proof.exercise, proof.variant) for proof in skill.proofs] == [("basics/times", "numbers 1")]


def test_the_same_numbers_again_prove_nothing_new() -> None:
    answers = [replace(right_answer(1), worksheet=f"try {n}", id=str(n)) for n in range(9)]
    assert skill_after(*answers).mastery == "learning"


def test_an_answer_that_is_no_proof_does_not_count() -> None:
    assert skill_after(*(right_answer(number, proof=False) for number in range(9))).mastery == "learning"


@pytest.mark.parametrize(
    "other_events",
    [
        [mul_event("hint", 2, hints=1)],
        [mul_event("hint", 2, "another", hints=1)],
        [wrong_answer(2)],
        [wrong_answer(2, "another")],
        [mul_event("reveal", 2, "another")],
    ],
)
def test_an_answer_after_help_or_a_mistake_in_the_same_try_is_no_proof(other_events: list[Event]) -> None:
    proofs = skill_after(right_answer(1), *other_events, right_answer(2)).proofs
    assert "numbers 2" not in {proof.variant for proof in proofs}


def test_a_mistake_makes_a_rule_shaky_until_the_next_flawless_try() -> None:
    solid = solid_after(1)
    assert skill_after(*solid, wrong_answer(4)).state.steps == 0
    assert skill_after(*solid, wrong_answer(4)).mastery == "shaky"
    assert skill_after(*solid, wrong_answer(4), right_answer(4), right_answer(4, "another")).mastery == "shaky"
    assert skill_after(*solid, wrong_answer(4), right_answer(5)).mastery == "learning"
    assert skill_after(*solid, wrong_answer(4), right_answer(5, proof=False)).mastery == "learning"
    assert skill_after(*solid, wrong_answer(4), *solid_after(5)).mastery == "solid"


def test_right_code_is_one_step_and_changes_no_schedule() -> None:
    code = mul_event("code", 7, "", text="mul branch", verdict="wrong", exercise="other")
    assert skill_after(code, replace(code, exercise="third")).state == MasteryState("learning", 1)
    assert skill_after(replace(code, hints=1)).proofs == []
    by_hand = [right_answer(1), right_answer(2, day=NEXT_DAY)]
    assert skill_after(*by_hand, code).mastery == "solid"
    assert skill_after(*by_hand, code).due == skill_after(*by_hand).due
    assert skill_after(wrong_answer(1), code).mastery == "shaky"


def test_a_revealed_value_makes_a_rule_shaky() -> None:
    assert skill_after(mul_event("reveal")).mastery == "shaky"


def test_a_slip_of_arithmetic_does_not_make_a_rule_shaky() -> None:
    skill = skill_after(right_answer(1), wrong_answer(2, mistake="any.slip"), right_answer(2))
    assert skill.mastery == "learning"
    assert len(skill.proofs) == 1


@pytest.mark.parametrize("verdict", ["carried", "elsewhere", "coarse", "undecided", "of-tomorrow"])
def test_verdicts_that_are_no_attempt_change_nothing(verdict: str) -> None:
    skill = skill_after(mul_event("answer", verdict=verdict), right_answer())
    assert skill.mastery == "learning"
    assert len(skill.proofs) == 1


def test_the_recurring_mistake_is_known_until_the_rule_is_solid() -> None:
    dropped = "any.dropped-upstream"
    assert skill_after(wrong_answer(1)).recurring_mistake is None
    skill = skill_after(wrong_answer(1), wrong_answer(2, mistake=dropped), wrong_answer(3, mistake=dropped))
    assert skill.recurring_mistake == dropped
    for event in solid_after(4):
        skill.apply(event)
    assert skill.recurring_mistake is None
    assert skill.mistakes[dropped] == 2


def due_after(*events: Event) -> int:
    """Return the number of days until the rule is due."""
    due = skill_after(*events).due
    assert due is not None
    return (due - DAY).days


def test_a_rule_is_due_later_the_better_the_try_went() -> None:
    assert (
        due_after(wrong_answer(), right_answer())
        == due_after(mul_event("reveal"))
        == due_after(mul_event("hint", hints=3), right_answer())
        == 1
    )
    assert due_after(wrong_answer(mistake="any.slip"), right_answer()) <= due_after(right_answer()) > 1
    assert due_after(mul_event("hint", hints=1), right_answer()) <= due_after(right_answer())


def test_a_try_is_one_practice_regardless_of_its_number_of_blanks() -> None:
    assert (
        skill_after(right_answer(1, "a")).memory == skill_after(*(right_answer(1, blank) for blank in "abcdef")).memory
    )
    assert due_after(right_answer(1, "a"), wrong_answer(1, "b"), right_answer(1, "b")) == 1


def test_a_try_without_an_answer_is_no_practice() -> None:
    assert skill_after(mul_event("hint", hints=1)).due is None


def test_a_rule_that_is_not_solid_comes_back_within_two_weeks() -> None:
    day, skill = DAY, Skill("mul")
    for number in range(12):
        skill.apply(right_answer(number, proof=number < 2, day=day))
        assert skill.due is not None
        assert timedelta(0) < skill.due - day <= timedelta(days=14)
        day = skill.due


def test_the_interval_of_a_solid_rule_grows_up_to_the_maximum() -> None:
    day, skill, gaps = DAY, Skill("mul"), []
    for number in range(8):
        skill.apply(right_answer(number, day=day))
        assert skill.due is not None
        gaps.append((skill.due - day).days)
        day = skill.due
    assert gaps == sorted(gaps)
    assert gaps[-1] == MAX_INTERVAL_DAYS


def test_the_schedule_is_deterministic() -> None:
    memory = schedule_review(None, Rating.GOOD, DAY)[0]
    assert len({schedule_review(memory, Rating.GOOD, DAY + timedelta(days=40)) for _ in range(20)}) == 1


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_an_event_with_an_implausible_time_is_ignored(at: str) -> None:
    assert skill_after(replace(right_answer(), at=at)) == Skill("mul")


def test_a_clock_that_was_years_ahead_does_no_lasting_harm() -> None:
    skill = skill_after(right_answer(1, day=date(2999, 1, 1)), right_answer(2))
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
def test_a_skill_can_be_stored_and_restored_between_events(actions: list[Any]) -> None:
    skill, restored = Skill("mul"), Skill("mul")
    for kind, number, blank, verdict, mistake, hints, proof, days in actions:
        fields = {"verdict": verdict, "mistake": mistake, "proof": proof} if kind == "answer" else {}
        exercise = ("times", "plus", "cube")[number % 3]
        event = mul_event(kind, number, blank, hints=hints, day=DAY + timedelta(days=days), exercise=exercise, **fields)
        skill.apply(event)
        restored.apply(event)
        restored = Skill.from_json("mul", restored.to_json())
        assert_true(skill)
    assert restored == skill


def assert_true(skill: Skill) -> None:
    """Assert that the state of a skill says no more than its proofs show."""
    assert skill.mastery in ("learning", "shaky", "solid")
    assert 0 <= skill.state.steps <= len(skill.proofs) <= 6
    assert (skill.state.steps == 3) == (skill.mastery == "solid")
    if skill.mastery == "solid":
        assert not skill.needs
        assert len({(proof.exercise, proof.variant) for proof in skill.proofs}) >= 3
        assert len({proof.exercise for proof in skill.proofs}) >= 2
        times = [datetime.fromisoformat(proof.at) for proof in skill.proofs]
        assert max(times) - min(times) >= timedelta(hours=12)


def test_a_rule_is_remembered_less_every_day_and_nine_times_in_ten_on_the_day_it_is_due() -> None:
    memory, due = schedule_review(None, Rating.GOOD, DAY)
    chances = [memory.retrievability(DAY + timedelta(days=days)) for days in range(60)]
    assert chances[0] == 1
    assert all(later < earlier for earlier, later in pairwise(chances))
    assert memory.retrievability(due) == pytest.approx(0.9, abs=0.03)
