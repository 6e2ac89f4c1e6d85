"""Plans of reviews: every due rule is asked or named, in different exercises each time, and long ones are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra.printing import format_value
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.fading import dependents
from tutor.practice.cutting import ITEM_MINUTES, can_ask, estimate_minutes
from tutor.practice.exercise_index import ExerciseIndex, IndexedExercise, index_exercise
from tutor.practice.review import ReviewSession, load_skills
from tutor.practice.review_history import EarlierQuestions, load_history
from tutor.practice.review_plan import SESSION_MINUTES, ReviewHistory, ReviewPlan, interleave, plan_session
from tutor.practice.review_texts import describe_plan, explain_left
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

RULES = ("mul", "add", "exp", "log", "branch", "shapes", "check")


def indexed(
    name: str,
    *rules: str,
    minutes: float = 4.0,
    variants: bool = True,
    proves: bool = True,
    fixed: tuple[str, ...] = (),
    cells: int = 1,
) -> IndexedExercise:
    """Return an exercise with a chain of blanks b0, b1, …, one for each rule; questions are q1, q2, …"""
    blanks = [f"q{n}" if rule in ("shapes", "check") else f"b{n}" for n, rule in enumerate(rules, 1)]
    backward = [blank for blank in blanks if blank.startswith("b")]
    sources = {
        blank: ((("start",),) if n == 0 else ((backward[n - 1], *backward[:n]),)) for n, blank in enumerate(backward)
    }
    return IndexedExercise(
        "p",
        name,
        dict.fromkeys(rules, proves),
        minutes,
        variants,
        (),
        len(blanks),
        {blank: (rule,) for blank, rule in zip(blanks, rules, strict=True)},
        {},
        tuple(blanks),
        sources,
        tuple(blank for blank in blanks if blank in fixed),
        dict.fromkeys(blanks, cells),
    )


def asked(plan: ReviewPlan) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(item.indexed.exercise, item.rules, item.blanks) for item in plan]


@st.composite
def exercises(draw: st.DrawFn) -> tuple[IndexedExercise, ...]:
    found = []
    for number in range(draw(st.integers(1, 7))):
        rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=6))
        found.append(
            indexed(
                f"e{number}",
                *rules,
                minutes=draw(st.sampled_from([1.0, 3.0, 8.0, 20.0, 90.0])),
                cells=draw(st.sampled_from([1, 1, 4, 100])),
                variants=draw(st.booleans()),
                proves=draw(st.booleans()),
                fixed=tuple(draw(st.sets(st.sampled_from(["q1", "q2", "q3"])))),
            )
        )
    return tuple(found)


histories = st.builds(
    ReviewHistory,
    last_used=st.dictionaries(st.sampled_from([f"p/e{n}" for n in range(7)]), st.integers(0, 50)),
    last_session=st.sets(st.sampled_from([f"p/e{n}" for n in range(7)])),
    asked_questions=st.sets(
        st.tuples(st.sampled_from([f"p/e{n}" for n in range(7)]), st.sampled_from(["q1", "q2", "q3"]))
    ),
    known_rules=st.none() | st.sets(st.sampled_from(RULES)),
    turn=st.integers(0, 1000),
)
due_rules = st.lists(st.sampled_from(RULES), unique=True)


@given(exercises(), due_rules, histories)
def test_every_due_rule_is_asked_or_named(
    found: tuple[IndexedExercise, ...], rules: list[str], history: ReviewHistory
) -> None:
    plan = plan_session(rules, ExerciseIndex(found), history)
    assert sorted([*plan.rules, *plan.left]) == sorted(rules)
    assert plan.minutes <= SESSION_MINUTES
    names = [item.indexed.name for item in plan]
    assert len(set(names)) == len(names)
    assert sorted(item.indexed.name for item in interleave(plan.items)) == sorted(names)
    for item in plan:
        on_the_way = {rule for blank in item.blanks for rule in item.indexed.asked[blank]}
        assert set(item.rules) <= on_the_way
        assert can_ask(item.indexed, item.blanks)
        assert item.minutes == estimate_minutes(item.indexed, item.blanks)
        assert not any(
            blank in item.indexed.fixed_questions and (item.indexed.name, blank) in history.asked_questions
            for blank in item.blanks
        )


@given(exercises(), due_rules, st.integers(0, 1000))
def test_two_sessions_in_a_row_differ_where_the_index_allows(
    found: tuple[IndexedExercise, ...], rules: list[str], turn: int
) -> None:
    index = ExerciseIndex(found)
    first = plan_session(rules, index, ReviewHistory(turn=turn))
    names = [item.indexed.name for item in first]
    history = ReviewHistory({name: number for number, name in enumerate(names)}, names, turn=turn)
    second = plan_session(rules, index, history)
    for item in second:
        if item.indexed.name in names:
            here = item.indexed
            # Some rule of it can be asked nowhere else, as far as it goes with fresh numbers that prove the rule.
            assert (
                any(
                    not [
                        other
                        for other in index.exercises_for(rule)
                        if other.name not in names
                        and other.has_variants >= here.has_variants
                        and other.rules[rule] >= here.rules[rule]
                        and estimate_minutes(other, other.whole[:1]) <= SESSION_MINUTES / 5
                    ]
                    for rule in item.rules
                )
                or second.minutes > SESSION_MINUTES / 2
            )


def test_operations_take_turns() -> None:
    found = ExerciseIndex(
        (indexed("a", "sub:0"), indexed("b", "sub:1"), indexed("c", "exp"), indexed("d", "log")),
    )
    plan = plan_session(["sub:0", "sub:1", "exp", "log"], found)
    rules = [item.rules[0].partition(":")[0] for item in plan]
    assert len(rules) == 4
    assert all(one != other for one, other in pairwise(rules))


def test_a_long_exercise_is_cut_to_the_blanks_of_the_rule() -> None:
    long = indexed("long", "exp", "add", "softmax", "mul", minutes=14.0)
    assert asked(plan_session(["softmax"], ExerciseIndex((long,)))) == [("long", ("softmax",), ("b3",))]
    short = indexed("short", "exp", "softmax", minutes=3.0)
    assert asked(plan_session(["softmax"], ExerciseIndex((short,)))) == [("short", ("softmax",), ("b1", "b2"))]


def test_a_blank_that_follows_from_another_one_is_not_asked_with_it() -> None:
    # Between the two × is a + that is not asked, so that the second × would need a value that nobody fills in.
    chain = indexed("chain", "mul", "add", "mul", minutes=5.0)
    for turn in range(4):
        ((_name, _rules, blanks),) = asked(plan_session(["mul"], ExerciseIndex((chain,)), ReviewHistory(turn=turn)))
        assert blanks in (("b1",), ("b3",))


def test_rules_that_do_not_fit_are_named_for_the_next_session() -> None:
    found = ExerciseIndex(tuple(indexed(f"e{n}", f"r{n}", minutes=4.0) for n in range(13)))
    plan = plan_session([f"r{n}" for n in range(13)], found)
    assert plan.rules == tuple(f"r{n}" for n in range(11))
    assert plan.left_because("time") == ("r11", "r12")
    assert str(describe_plan(plan)) == "Rules due: 13. This session: 11, about 9 min."
    assert str(explain_left(plan)[0]) == "Next session: r11, r12."


def test_a_rule_of_endless_exercises_is_explained() -> None:
    plan = plan_session(["mul"], ExerciseIndex((indexed("endless", "mul", minutes=60.0, cells=100),)))
    assert (len(plan), plan.left) == (0, {"mul": "long"})


def test_a_rule_that_does_not_go_with_the_others_waits() -> None:
    # The × of the only exercise is asked already, and log follows from it through a + that is not asked.
    only = ExerciseIndex((indexed("only", "mul", "add", "log", minutes=20.0),))
    plan = plan_session(["mul", "log"], only)
    assert (plan.rules, plan.left) == (("mul",), {"log": "time"})


def test_a_rule_that_needs_another_exercise_gets_one() -> None:
    found = ExerciseIndex((indexed("one", "mul"), indexed("two", "mul")))
    for done, other in (("p/one", "two"), ("p/two", "one")):
        history = ReviewHistory(proved_in={"mul": [done]})
        assert [item.indexed.exercise for item in plan_session(["mul"], found, history)] == [other]


def test_a_question_is_not_asked_again_in_the_same_words() -> None:
    found = ExerciseIndex((indexed("one", "shapes", minutes=2.0, fixed=("q1",)),))
    assert len(plan_session(["shapes"], found)) == 1
    history = ReviewHistory(asked_questions=[("p/one", "q1")])
    plan = plan_session(["shapes"], found, history)
    assert (len(plan), plan.left) == (0, {"shapes": "questions"})


def test_numbers_bring_new_words(tmp_path: Path, path: Path) -> None:
    (tmp_path / "pack.toml").write_text("format = 1")
    (tmp_path / "01-one.toml").write_text(
        'graph = "z = x * y"\nblanks = []\n[inputs]\nx = 2\ny = 3\n[vary]\nx = { from = 2, to = 3 }\n'
        '[[question]]\nskills = ["check"]\nprompt = "What is {x} + {y}?"\nanswer = "x + y"\nsymbols = { x = "x", y = "y" }\n'
    )
    exercise = library.read_pack(tmp_path).open("one")
    index = ExerciseIndex((index_exercise(exercise),))
    (rule,) = index.exercises[0].rules
    with Store.open(path) as store:
        first = Worksheet(exercise.variant(), store)
        words = {str(first.problem.questions[0].prompt)}
        first.answer("q1", "5")
        plan = plan_session([rule], index, load_history(store, index, [rule], load_skills(store)))
        worksheet = ReviewSession(store, plan, seed=1).open_worksheet(exercise)
        assert str(worksheet.problem.questions[0].prompt) not in words
        assert worksheet.answer("q1", "6").right
        assert EarlierQuestions(store, exercise).repeated(worksheet.variant) == ["q1"]
        # There are only two sets of numbers. The rule would be due for ever if neither could come again.
        assert ReviewSession(store, plan, seed=2).open_worksheet(exercise).problem.questions


def test_a_question_that_never_changes_is_not_asked_again(tmp_path: Path, path: Path) -> None:
    (tmp_path / "pack.toml").write_text("format = 1")
    (tmp_path / "01-one.toml").write_text(
        'graph = "z = x * y"\nblanks = []\n[inputs]\nx = 2\ny = 3\n[vary]\nx = { from = 2, to = 3 }\n'
        '[[question]]\nskills = ["check"]\nprompt = "Is it?"\nchoices = [{ en = "yes", right = true }, { en = "no" }]\n'
    )
    exercise = library.read_pack(tmp_path).open("one")
    index = ExerciseIndex((index_exercise(exercise),))
    with Store.open(path) as store:
        plan = plan_session(["check"], index)
        Worksheet(exercise.variant(), store).answer("q1", "yes")
        with pytest.raises(PackError):
            ReviewSession(store, plan, seed=2).open_worksheet(exercise)


def test_a_question_in_the_same_words_is_new_if_its_answer_is(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text("format = 1")
    (tmp_path / "01-one.toml").write_text(
        'graph = "z = x * y"\n[inputs]\nx = 2\ny = 3\n[vary]\nx = { from = 2, to = 9 }\n[values]\nrate = 0.1\n'
        '[[question]]\nskills = ["training"]\nprompt = "And after a step of {rate}?"\nanswer = "x - rate * y"\n'
        '[[question]]\nskills = ["training"]\nprompt = "How long is a step of {rate} along 2?"\nanswer = "2 * rate"\n'
    )
    assert index_exercise(library.read_pack(tmp_path).open("one")).fixed_questions == ("q2",)


@pytest.mark.parametrize(
    ("name", "rule"),
    [("losses/softmax-folded", ""), ("losses/softmax-in-parts", "exp"), ("sequences/attention-head", "softmax")],
)
def test_softmax_and_attention_are_reviewed_in_two_minutes(name: str, rule: str, path: Path) -> None:
    exercise = library.find_exercise(name)
    found = index_exercise(exercise)
    rule = rule or next(rule for rule in found.rules if "entropy" in rule)
    plan = plan_session([rule], ExerciseIndex((found,)))
    assert plan.rules == (rule,)
    assert plan.minutes <= ITEM_MINUTES
    with Store.open(path) as store:
        worksheet = ReviewSession(store, plan, seed=3).open_worksheet(exercise)
        assert [blank.id for blank in worksheet.blanks] == list(plan.items[0].blanks)
        for blank in worksheet.blanks:
            assert worksheet.answer(blank.id, format_value(worksheet.problem.truth(blank))).right
        assert worksheet.done
        # A part of it is not the exercise.
        assert store.state(exercise.pack, exercise.id) == ("new" if worksheet.variant.is_cut else "solved")


def test_every_built_in_rule_can_be_reviewed_and_cuts_give_nothing_away() -> None:
    opened = {name: library.find_exercise(name) for name in builtin_exercise_names()}
    index = ExerciseIndex(tuple(index_exercise(exercise) for exercise in opened.values()))
    for rule in sorted(index.rules):
        plan = plan_session([rule], index, ReviewHistory(turn=7))
        assert plan.rules == (rule,), rule
        (item,) = plan
        problem = opened[item.indexed.name].cut(item.blanks).problem
        assert {blank.id for blank in problem.blanks} == set(item.blanks)
        filled = {place.id for place in problem.given_blanks}
        backward = {blank.id for blank in problem.blanks if blank.is_backward}
        assert not filled & dependents(problem, backward), rule
