"""Tests of rule ids: the rule of a blank, its name, and proofs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tutor import i18n
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import STANDARD_FUNCTIONS
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.rule_ids import all_rule_ids, normalise_rule_id, proves_rule, rule_id_at, rule_name, rule_text

if TYPE_CHECKING:
    from tutor.grading.problem import Problem


def make_problem(formula: str, start: str = "3", **inputs: str) -> Problem:
    values = {name: evaluate(parse_value(text), {}) for name, text in inputs.items()}
    return exercise_from_formula(formula, values, evaluate(parse_value(start), {})).variant().problem


def rules_of(problem: Problem) -> dict[str, str]:
    return {blank.id: rule_id_at(problem, blank) for blank in problem.places}


def test_every_place_has_the_rule_of_its_operation() -> None:
    assert rules_of(make_problem("z = x * (x - y)", x="3", y="5")) == {
        "start": "start",
        "x->mul1": "mul",
        "sub1->mul1": "mul",
        "x->sub1": "sub:0",
        "x": "branch",
        "y->sub1": "sub:1",
    }
    matrices = make_problem("f = sum(X @ W)", X="[[1, 2], [3, 4]]", W="[[5, 6], [7, 9]]")
    assert rules_of(matrices) == {
        "start": "start",
        "matmul1->sum1": "sum",
        "X->matmul1": "matmul:0",
        "W->matmul1": "matmul:1",
    }


def test_a_constant_operand_does_not_change_the_rule_of_the_other() -> None:
    assert rules_of(make_problem("z = 1 - x", x="3"))["x->sub1"] == "sub:1"
    assert rules_of(make_problem("z = x ^ 3", x="5"))["x->pow1"] == "pow:0"
    assert rules_of(make_problem("z = 2 ^ x", x="3"))["x->pow1"] == "pow:1"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_rule_has_a_unique_name_in_every_language(language: str) -> None:
    i18n.set_language(language)
    names = [rule_name(rule) for rule in all_rule_ids()]
    assert len(set(names)) == len(all_rule_ids())
    # A standard function is known by its name in programs.
    unnamed = set(names) & set(all_rule_ids())
    assert unnamed <= set(STANDARD_FUNCTIONS)
    if language == "ko":
        i18n.set_language("en")
        english = map(rule_name, all_rule_ids())
        assert {korean for korean, other in zip(names, english, strict=True) if korean == other} == unnamed


def test_every_operand_of_every_operation_belongs_to_a_rule() -> None:
    for id, operation in OPERATIONS.items():
        for slot in range(len(operation.derivative or operation.vjp)):
            if slot in operation.data_slots:
                continue
            candidates = {id, f"{id}:{operation.text_index(operation.rule, slot)}"} & set(all_rule_ids())
            assert len(candidates) == 1
            assert rule_text(candidates.pop()) == operation.text_for(operation.rule, slot)


def test_rule_ids_of_an_early_version_are_normalised() -> None:
    assert normalise_rule_id("mul", "x->mul1.1") == "mul"
    assert normalise_rule_id("sub", "x->sub1.1") == "sub:1"
    assert normalise_rule_id("sub", "x->sub1") is None
    assert normalise_rule_id("sum.0", "X->sum1") == "sum.0"
    assert normalise_rule_id("", "q1") is None
    assert normalise_rule_id("no-such-rule") is None


@pytest.mark.parametrize(
    ("formula", "start", "inputs", "blank", "proof"),
    [
        # With an upstream of 1, the local derivative of + alone gives the same.
        ("z = a + b", "1", {"a": "3", "b": "5"}, "a->add1", False),
        ("z = a + b", "4", {"a": "3", "b": "5"}, "a->add1", True),
        # × with another input of 1 passes the upstream on; with equal inputs either could have been used.
        ("z = a * b", "4", {"a": "3", "b": "1"}, "a->mul1", False),
        ("z = a * b", "4", {"a": "3", "b": "3"}, "a->mul1", False),
        ("z = a * b", "4", {"a": "3", "b": "5"}, "a->mul1", True),
        ("z = a * b", "1", {"a": "3", "b": "5"}, "a->mul1", False),
        # 1/x at 2: the square equals the double.
        ("z = 1 / x", "3", {"x": "2"}, "x->inv1", False),
        ("z = 1 / x", "3", {"x": "4"}, "x->inv1", True),
        # x·x at 2: the sum of 2 and 2 equals their product.
        ("z = x * x", "1", {"x": "2"}, "x", False),
        ("z = x * (x + y)", "2", {"x": "3", "y": "4"}, "x", True),
        # The gate of relu, open and closed.
        ("z = relu(x)", "3", {"x": "2"}, "x->relu1", True),
        ("z = relu(x)", "3", {"x": "-2"}, "x->relu1", True),
        ("z = relu(x)", "1", {"x": "2"}, "x->relu1", False),
        ("z = a + b", "1", {"a": "3", "b": "5"}, "start", True),
        ("z = a + b", "1", {"a": "-2", "b": "3"}, "start", False),
        # A forward value: the order of operands matters only for − and ÷, and 2 + 2 equals 2 · 2.
        ("z = a * b; y = z + 1", "1", {"a": "3", "b": "5"}, "value(z)", True),
        ("z = a - b; y = z + 1", "1", {"a": "3", "b": "5"}, "value(z)", True),
        ("z = a - b; y = z + 1", "1", {"a": "3", "b": "3"}, "value(z)", False),
        ("z = a * b; y = z + 1", "1", {"a": "2", "b": "2"}, "value(z)", False),
    ],
)
def test_an_answer_proves_a_rule_only_if_no_mistake_gives_the_same(
    formula: str, start: str, inputs: dict[str, str], blank: str, proof: bool
) -> None:
    problem = make_problem(formula, start, **inputs)
    if blank.startswith("value"):
        problem = replace(problem, forward=("z",))
    assert proves_rule(problem, problem.place(blank)) is proof


def test_every_rule_of_the_built_in_exercises_can_be_proved_somewhere() -> None:
    proved: dict[str, bool] = {}
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            problem = pack.open(entry.id).variant().problem
            for blank in problem.blanks:
                rule = rule_id_at(problem, blank)
                proved[rule] = proved.get(rule, False) or proves_rule(problem, blank)
    assert not {rule for rule, is_proved in proved.items() if rule and not is_proved}
