"""Which rule a blank exercises, what it is called, and when a right answer proves that it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor import i18n
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.engine.operations import OPERATIONS
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.rule_ids import all_rule_ids, normalise_rule_id, proves_rule, rule_id_at, rule_name, rule_text

if TYPE_CHECKING:
    from tutor.grading.problem import Problem


def problem(formula: str, start: str = "3", **inputs: str) -> Problem:
    given = {name: evaluate(parse_value(text), {}) for name, text in inputs.items()}
    return exercise_from_formula(formula, given, evaluate(parse_value(start), {})).variant().problem


def rules(problem: Problem) -> dict[str, str]:
    return {blank.id: rule_id_at(problem, blank) for blank in problem.places}


def test_every_blank_has_its_rule_from_the_table_of_operations() -> None:
    assert rules(problem("z = x * (x - y)", x="3", y="5")) == {
        "start": "start",
        "x->mul1": "mul",
        "sub1->mul1": "mul",
        "x->sub1": "sub:0",
        "x": "branch",
        "y->sub1": "sub:1",
    }
    matrices = problem("f = sum(X @ W)", X="[[1, 2], [3, 4]]", W="[[5, 6], [7, 9]]")
    assert rules(matrices) == {
        "start": "start",
        "matmul1->sum1": "sum",
        "X->matmul1": "matmul:0",
        "W->matmul1": "matmul:1",
    }


def test_a_constant_operand_leaves_the_rule_of_the_other() -> None:
    assert rules(problem("z = 1 - x", x="3"))["x->sub1"] == "sub:1"
    assert rules(problem("z = x ^ 3", x="5"))["x->pow1"] == "pow:0"
    assert rules(problem("z = 2 ^ x", x="3"))["x->pow1"] == "pow:1"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_rule_has_a_name_of_its_own_in_every_language(language: str) -> None:
    i18n.set_language(language)
    names = [rule_name(rule) for rule in all_rule_ids()]
    assert len(set(names)) == len(all_rule_ids())
    assert not set(names) & set(all_rule_ids())
    if language == "ko":
        i18n.set_language("en")
        assert not [rule for rule, korean in zip(all_rule_ids(), names, strict=True) if korean == rule_name(rule)]


def test_every_operand_of_every_operation_belongs_to_a_rule() -> None:
    for id, operation in OPERATIONS.items():
        for slot in range(len(operation.derivative or operation.vjp)):
            mine = {id, f"{id}:{min(slot, len(operation.rule) - 1)}"} & set(all_rule_ids())
            assert len(mine) == 1
            assert rule_text(mine.pop()) == operation.text_for(operation.rule, slot)


def test_events_of_an_early_version_are_read_where_they_tell_the_operand() -> None:
    assert normalise_rule_id("mul", "x->mul1.1") == "mul"
    assert normalise_rule_id("sub", "x->sub1.1") == "sub:1"
    assert normalise_rule_id("sub", "x->sub1") is None
    assert normalise_rule_id("sum.0", "X->sum1") == "sum.0"
    assert normalise_rule_id("", "q1") is None
    assert normalise_rule_id("swish") is None


@pytest.mark.parametrize(
    ("formula", "start", "inputs", "blank", "proof"),
    [
        # The upstream of + is 1: its slope alone gives the same.
        ("z = a + b", "1", {"a": "3", "b": "5"}, "a->add1", False),
        ("z = a + b", "4", {"a": "3", "b": "5"}, "a->add1", True),
        # × with the other input 1 passes on, with equal inputs it can't be told which one was taken.
        ("z = a * b", "4", {"a": "3", "b": "1"}, "a->mul1", False),
        ("z = a * b", "4", {"a": "3", "b": "3"}, "a->mul1", False),
        ("z = a * b", "4", {"a": "3", "b": "5"}, "a->mul1", True),
        ("z = a * b", "1", {"a": "3", "b": "5"}, "a->mul1", False),
        # 1/x at 2: the square is the double.
        ("z = 1 / x", "3", {"x": "2"}, "x->inv1", False),
        ("z = 1 / x", "3", {"x": "4"}, "x->inv1", True),
        # x·x at 2: the parts 2 and 2 have the sum of their product.
        ("z = x * x", "1", {"x": "2"}, "x", False),
        ("z = x * (x + y)", "2", {"x": "3", "y": "4"}, "x", True),
        # The gate, from either side.
        ("z = relu(x)", "3", {"x": "2"}, "x->relu1", True),
        ("z = relu(x)", "3", {"x": "-2"}, "x->relu1", True),
        ("z = relu(x)", "1", {"x": "2"}, "x->relu1", False),
        ("z = a + b", "1", {"a": "3", "b": "5"}, "start", True),
        ("z = a + b", "1", {"a": "-2", "b": "3"}, "start", False),
    ],
)
def test_an_answer_proves_a_rule_only_where_its_mistakes_give_others(
    formula: str, start: str, inputs: dict[str, str], blank: str, proof: bool
) -> None:
    here = problem(formula, start, **inputs)
    assert proves_rule(here, here.place(blank)) is proof


def test_every_rule_of_the_built_in_exercises_can_be_proved_somewhere() -> None:
    seen: dict[str, bool] = {}
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            here = pack.open(entry.id).variant().problem
            for blank in here.blanks:
                rule = rule_id_at(here, blank)
                seen[rule] = seen.get(rule, False) or proves_rule(here, blank)
    assert not {rule for rule, proved in seen.items() if rule and not proved}
