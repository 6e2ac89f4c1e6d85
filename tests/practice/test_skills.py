"""Tests of skills: what custom nodes and questions practise, and whether every rule can become solid."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.support.events import (
    all_events,
    append_events,
    make_event,
    rebuilt_skills,
    run_sql,
    stored_skills,
    time_after,
)
from tests.support.simulated_learners import right_answer_forms
from tutor.grading.skills import QUESTION_SKILLS, known_skills
from tutor.packs import library
from tutor.packs.builder.exercise import load_exercise
from tutor.packs.diagnostics import PackError
from tutor.practice.exercise_index import load_index
from tutor.practice.mastery_levels import EXERCISES_FOR_SOLID, STEPS_FOR_SOLID
from tutor.practice.model_news import take_model_news
from tutor.practice.review import load_skills
from tutor.practice.rule_ids import all_rule_ids, blank_rules, normalise_rule_ids, proves_rule, rule_id_at, rule_name
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.grading.problem import Problem
    from tutor.practice.event import Event
    from tutor.practice.exercise_index import ExerciseIndex


def problem_of(text: str) -> Problem:
    """Return the problem of an exercise file with this text. Raise PackError."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "01-exercise.toml"
        path.write_text(text, encoding="utf-8")
        return load_exercise(path, path.parent, "pack", "exercise").variant().problem


@pytest.fixture(scope="module")
def built_in_index() -> ExerciseIndex:
    return load_index(library.all_packs(installed=False))


@pytest.fixture
def store(path: Path) -> Store:
    return Store.open(path)


# --- custom and folded nodes --------------------------------------------------------------------------------------------


def skill_of_node(text: str, blank: str) -> str:
    """Return the skill at a blank of the exercise with this file."""
    problem = problem_of(text)
    return rule_id_at(problem, problem.place(blank))


def custom(inputs: str, value: str, values: str, graph: str = "z = w * mine({0})") -> str:
    names = ", ".join(f'"{name}"' for name in inputs.split())
    call = graph.format(", ".join(inputs.split()))
    return f'graph = "{call}"\n[nodes.mine]\ninputs = [{names}]\nvalue = "{value}"\n[inputs]\nw = 3\n{values}\n'


@pytest.mark.parametrize(
    ("inputs", "value", "values", "skill"),
    [
        ("x", "1 / (1 + e^(-x))", "x = 2", "sigmoid"),
        ("x", "(e^x - e^(-x)) / (e^x + e^(-x))", "x = 2", "tanh"),
        ("x", "log(1 + e^x)", "x = 2", "softplus"),
        ("x", "x / (1 + e^(-x))", "x = 2", "silu"),
        # A gate: the slope of σ, times a weight.
        ("h x", "sigmoid(5*h - 2*x + 1/3)", "h = 1\nx = 2", "sigmoid"),
        ("h x", "tanh((h - x) / 4)", "h = 1\nx = 2", "tanh"),
        ("a t", "softplus(a) - t * a", "a = 2\nt = 1", "binary_cross_entropy_with_logits"),
        ("y t", "(y - t)^2", "y = 5\nt = 2", "mse:0"),
        # Two different functions of an author's stay apart, and what is nearly σ is not σ.
        ("x", "x * sin(x)", "x = 2", "custom:x*sin(x)"),
        ("x", "sigmoid(x) + 1/50", "x = 2", "custom:sigmoid(x)+1/50"),
        ("x y", "x * y + y^3", "x = 2\ny = 5", "custom:(x*y)+(y^3)"),
    ],
)
def test_a_custom_node_has_the_skill_of_what_it_computes(inputs: str, value: str, values: str, skill: str) -> None:
    first = inputs.split()[0]
    assert skill_of_node(custom(inputs, value, values), f"{first}->mine1") == skill
    assert normalise_rule_ids(skill) == (skill,)


def test_built_in_folded_nodes_have_different_skills() -> None:
    found = {}
    for name, blank in {
        "basics/sigmoid-folded": "x->inv1",
        "losses/softmax-folded": "A->cross_entropy1",
        "layers/batch-norm-folded": "X->div1",
        "layers/layer-norm": "X->Y",
        "sequences/lstm-gates": "h0->g",
    }.items():
        problem = library.find_exercise(name).variant().problem
        found[name.partition("/")[2]] = rule_id_at(problem, problem.place(blank))
    assert found == {
        "sigmoid-folded": "sigmoid",
        "softmax-folded": "cross_entropy_with_logits",
        "batch-norm-folded": "normalization",
        "layer-norm": "normalization",
        "lstm-gates": "tanh",
    }


def test_the_id_of_a_custom_node_is_short_and_plain_whatever_its_author_wrote() -> None:
    long = " + ".join(f"x^{power} * sin(x)" for power in range(2, 30))
    skill = skill_of_node(custom("x", long, "x = 2"), "x->mine1")
    assert normalise_rule_ids(skill) == (skill,)
    assert len(skill) < 60
    other = skill_of_node(custom("x", long + " + x", "x = 2"), "x->mine1")
    assert other != skill
    assert normalise_rule_ids("custom:\x1b[31m custom:가 custom:" + "x" * 99) == ()
    assert rule_name("custom:x*sin(x)") == "custom node x*sin(x)"


# --- questions ----------------------------------------------------------------------------------------------------------


def question(rest: str, prompt: str = "What?") -> str:
    return f'title = "T"\n[[question]]\nprompt = "{prompt}"\n{rest}\n'


CHOICES = 'choices = [{{ en = "{0}", right = true }}, {{ en = "{1}" }}{2}]'


@pytest.mark.parametrize(
    ("text", "skills", "proves"),
    [
        (question('answer = "3"'), (), False),
        (question('symbols = ["x"]\nanswer = "2 * x"'), ("formula",), True),
        (question('symbols = ["x"]\nanswer = "2 * x"', "Fill in: `return ___`"), ("code",), True),
        (question(CHOICES.format("2×3", "3×2", "")), ("shapes",), False),
        (question(CHOICES.format("2×3", "3×2", ', { en = "a 3×3 matrix" }')), ("shapes",), True),
        (question(CHOICES.format("yes", "no", ', { en = "perhaps" }')), (), False),
        (question('skills = ["check", "mul"]\nanswer = "3"'), ("check", "mul"), True),
        (question('skills = ["cross_entropy_with_logits"]\nsymbols = ["x"]\nanswer = "x"'),
         ("cross_entropy_with_logits",), True),
    ],
)  # fmt: skip
def test_a_question_has_the_skills_of_its_author_or_of_its_form(
    text: str, skills: tuple[str, ...], proves: bool
) -> None:
    problem = problem_of(text)
    place = problem.place("q1")
    assert blank_rules(problem, place) == skills
    assert proves_rule(problem, place) is proves


def test_an_unknown_skill_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(PackError) as error:
        problem_of(question('skills = ["grahp"]\nanswer = "3"'))
    assert "There is no skill “grahp”" in str(error.value)
    assert all(skill in str(error.value) for skill in QUESTION_SKILLS)


def test_every_skill_of_a_question_is_a_rule_with_a_name() -> None:
    assert set(known_skills()) <= set(all_rule_ids())


def test_forward_values_are_reading_a_graph() -> None:
    problem = problem_of('graph = "z = (a + b) * c"\nforward = ["add1"]\n[inputs]\na = 2\nb = 5\nc = 3\n')
    place = problem.forward_blanks[0]
    assert blank_rules(problem, place) == ("graph",)
    assert proves_rule(problem, place)


# --- all packs ----------------------------------------------------------------------------------------------------------


def test_every_question_of_the_built_in_exercises_practises_something(built_in_index: ExerciseIndex) -> None:
    assert not [
        (exercise.name, blank)
        for exercise in built_in_index.exercises
        for blank, rules in exercise.asked.items()
        if not rules
    ]


def test_every_rule_that_is_asked_can_become_solid(built_in_index: ExerciseIndex) -> None:
    """Two exercises can prove it on the author's numbers, and there are numbers enough for three steps."""
    poor = {}
    for rule in built_in_index.rules:
        proving = [exercise for exercise in built_in_index.exercises_for(rule) if exercise.rules[rule]]
        steps = sum(STEPS_FOR_SOLID if exercise.has_variants else 1 for exercise in proving)
        if len(proving) < EXERCISES_FOR_SOLID or steps < STEPS_FOR_SOLID:
            poor[rule] = [exercise.name for exercise in proving]
    assert not poor


def test_a_pack_solved_without_a_mistake_leaves_no_rule_shaky_and_none_solid_in_one_sitting() -> None:
    pack = library.all_packs(installed=False)[0]
    with Store.open(default_path()) as store:
        for entry in pack.entries:
            worksheet = Worksheet(pack.open(entry.id).variant(), store)
            for blank in worksheet.blanks:
                texts = (text for _form, text in right_answer_forms(worksheet.problem, blank))
                assert any(worksheet.answer(blank.id, text).right for text in texts)
        states = {rule: skill.state for rule, skill in load_skills(store).items()}
        assert len(states) > 10
        assert {state.level for state in states.values()} == {"learning"}
        assert states["mul"].steps == 2
        assert states["mul"].needs == ("day",)
        assert stored_skills(store) == rebuilt_skills(store)


# --- events of earlier versions -----------------------------------------------------------------------------------------


def old_answer(rule: str, exercise: str, blank: str, number: int = 1, pack: str = "basics") -> Event:
    """Return an answer as the version stored it that had one rule for custom nodes and none for questions."""
    fields = {"pack": pack, "exercise": exercise, "rule": rule, "blank": blank, "fingerprint": f"{exercise} {number}"}
    return make_event("answer", f"{exercise} {number}", verdict="right", at=time_after(days=number), **fields)


def test_old_events_count_for_what_was_practised(store: Store) -> None:
    append_events(
        store,
        old_answer("own", "sigmoid-folded", "x->inv1", 1),
        old_answer("own", "softmax-folded", "A->cross_entropy1", 2, pack="losses"),
        old_answer("", "nudge-it", "q1", 3),
        old_answer("", "read-the-formula", "q2", 4),
    )
    rebuilt_skills(store)
    skills = load_skills(store)
    assert set(skills) == {"sigmoid", "cross_entropy_with_logits", "meaning", "graph"}
    assert (skills["graph"].state.steps, skills["sigmoid"].state.steps) == (1, 0)


def test_old_events_of_an_exercise_that_is_gone_are_kept_and_count_for_nothing_else(store: Store) -> None:
    events = [old_answer("own", "long-gone", "x->mine1", number) for number in range(1, 9)]
    append_events(store, *events, old_answer("", "long-gone", "q1", 9))
    rebuilt_skills(store)
    assert set(load_skills(store)) == {"own"}
    assert load_skills(store)["own"].mastery == "learning"
    assert len(all_events(store)) == 9


@pytest.mark.parametrize("first", [0, 1])
def test_two_computers_merge_to_the_same_skills(tmp_path: Path, first: int) -> None:
    """Whichever file the other one is merged into, event by event or at once, twice or not."""
    events = [
        make_event(
            kind, f"try {number % 5}", rule="mul", blank="a", exercise=f"e{number % 3}", fingerprint=f"f{number % 4}",
            verdict=verdict, proof=verdict == "right", hints=int(kind == "hint"), at=time_after(hours=7 * number),
        )
        for number, (kind, verdict) in enumerate(
            [("answer", "right"), ("answer", "wrong"), ("hint", ""), ("reveal", ""), ("answer", "right")] * 4
        )
    ]  # fmt: skip
    halves = events[::2], events[1::2]
    with Store.open(tmp_path / "here.sqlite3") as here, Store.open(tmp_path / "straight.sqlite3") as straight:
        append_events(straight, *events)
        append_events(here, *halves[first])
        for _again in range(2):
            here.with_database(lambda database: database.merge(halves[1 - first]))
            assert rebuilt_skills(here) == stored_skills(straight)


# --- news ---------------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_once_to_those_who_had_progress(path: Path) -> None:
    with Store.open(path) as store:
        solid = [old_answer("mul", "times", "x->mul1", number) for number in range(3)]
        append_events(store, *solid)
        load_skills(store)
        assert take_model_news(store) is None
    # As the version before left the file: another model, by which the rule is solid.
    run_sql(
        path, "UPDATE skill SET standing = 'solid'", "DELETE FROM derived", "INSERT INTO derived VALUES ('skill', 1)"
    )
    with Store.open(path) as store:
        assert take_model_news(store) is None
        load_skills(store)
        news = take_model_news(store)
        assert news is not None
        assert "Solid rules before: 1, now: 0." in str(news)
        assert take_model_news(store) is None
    with Store.open(path) as store:
        store.reset()
        load_skills(store)
        assert take_model_news(store) is None


def test_an_empty_file_has_no_news(path: Path) -> None:
    with Store.open(path) as store:
        load_skills(store)
        rebuilt_skills(store)
        assert take_model_news(store) is None
