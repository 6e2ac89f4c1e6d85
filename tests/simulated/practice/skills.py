"""What a blank really asks for, found without the rule ids of the program that is measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

from tests.simulated.practice.earlier_model import earlier_rule_at
from tutor.engine.operations import OPERATIONS
from tutor.practice.rule_ids import blank_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor.engine.graph import Graph, Node
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Exercise

#: The first word of the skills that nearly everyone gets right at once, and of those that few do.
EASY = frozenset({"add", "sub", "start", "neg", "mean", "sum", "value"})
HARD = frozenset({"matmul", "softmax", "cross_entropy", "broadcast", "transpose", "body"})

#: The functions that are also written as custom nodes, and points that tell them apart.
_FUNCTIONS = ("sigmoid", "tanh", "softplus", "exp")
_POINTS = (0.3, 1.7, -0.8)
_WEIGHTED_SUM = frozenset({"mul", "add", "matmul", "sub", "broadcast"})


def true_skill(exercise: str, problem: Problem, blank: Blank) -> str:
    """Return a name for what a blank asks for.

    A custom node is the graph inside it, under whatever name, unless it computes a well-known function: `2*y*(1-y)` is
    learnt apart from softmax. A question about an operation asks for that; others with the same skills are one, and a
    question to which the program assigns none is its own, because it is asked again in the same words.
    """
    if blank.edge is not None:
        return _skill_of_edge(problem.graph.nodes[blank.edge.target], blank.edge.slot)
    if blank.kind == "question":
        rules = blank_rules(problem, blank)
        about = next((rule for rule in rules if rule.partition(":")[0] in (*OPERATIONS, "branch", "start")), None)
        return about.replace(":", " ") if about else f"question {' '.join(rules) or f'{exercise} {blank.id}'}"
    return {"sum": "branch", "forward": "value"}.get(blank.kind, blank.kind)


def first_word(skill: str) -> str:
    """Return the operation of a skill, "body" for a custom node or "question"."""
    return skill.partition(" ")[0]


@dataclass(frozen=True)
class Catalog:
    """What the rules of the program stand for in some exercises: the skills at all their blanks.

    The same for the rules of an earlier version, which recorded `earlier_rules` at places (pack, exercise, blank).
    """

    skills: Mapping[str, frozenset[str]]
    earlier_skills: Mapping[str, frozenset[str]]
    earlier_rules: Mapping[tuple[str, str, str], str]


def make_catalog(exercises: Iterable[Exercise]) -> Catalog:
    """Return the catalog of these exercises."""
    now: dict[str, set[str]] = defaultdict(set)
    earlier: dict[str, set[str]] = defaultdict(set)
    rules: dict[tuple[str, str, str], str] = {}
    for exercise in exercises:
        problem = exercise.variant().problem
        for blank in (*problem.forward_blanks, *problem.places, *problem.question_blanks):
            rules[exercise.pack, exercise.id, blank.id] = earlier_rule_at(problem, blank)
        for blank in problem.blanks:
            skill = true_skill(f"{exercise.pack}/{exercise.id}", problem, blank)
            for rule in blank_rules(problem, blank):
                now[rule].add(skill)
            earlier[earlier_rule_at(problem, blank)].add(skill)
    return Catalog(_frozen(now), _frozen(earlier), rules)


def _frozen(skills: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {rule: frozenset(found) for rule, found in skills.items() if rule}


def _skill_of_edge(node: Node, slot: int) -> str:
    op = node.op or ""
    if node.body is not None:
        function = _function_of(node, node.body)
        return function or f"body {_structure(node.body)} {slot}"
    if op not in OPERATIONS:
        return f"body {op} {slot}"
    rules = len(OPERATIONS[op].rule)
    return op if rules == 1 else f"{op} {min(node.rule_index(slot), rules - 1)}"


def _function_of(node: Node, body: Graph) -> str | None:
    """Return the function that a custom node computes of its inputs or of their weighted sum, if it has a name."""
    *before, last = (inner for inner in body.nodes if not inner.is_input)
    if last.op in _FUNCTIONS and all(inner.op in _WEIGHTED_SUM for inner in before):
        return last.op
    if len(body.inputs) != 1 or body.nodes[0].shape is not None:
        return None
    try:
        values = [float(node.operation.forward(point)) for point in _POINTS]
    except (ArithmeticError, ValueError, TypeError):
        return None
    for name in _FUNCTIONS:
        forward = OPERATIONS[name].forward
        if all(isclose(float(forward(point)), value) for point, value in zip(_POINTS, values, strict=True)):
            return name
    return None


def _structure(body: Graph) -> str:
    return ";".join(f"{node.op or ''}{node.args}" for node in body.nodes)
