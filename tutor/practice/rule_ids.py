"""Rule ids: the skill that a blank exercises, its name, and when an answer proves it.

A rule's id is that of its operation, followed by a colon and the operand if the operands have different rules (`mul`,
`sub:1`). `branch` is the sum at a branch, `start` the start of the pass. A folded or custom node has the rule of what
it is equal to: an operation, a standard function (`cross_entropy_with_logits`), else `custom:` and its formula. The
skills of questions are in `grading.skills`. Ids never change because they are stored and exported; `own` is that of
all custom nodes in events of an earlier version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.finder import hidden_mistakes_at
from tutor.grading.skills import (
    BRANCH,
    GRAPH,
    QUESTION_SKILLS,
    START,
    function_rule_ids,
    operation_rule_ids,
    rule_id,
    skills_of_question,
)
from tutor.grading.tolerances import MIN_PROOF_SEPARATION
from tutor.i18n import N_, message, translate
from tutor.practice.known_functions import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation
    from tutor.grading.problem import Blank, Problem

OWN = "own"
_CUSTOM = "custom:"
_CUSTOM_ID = re.compile(r"custom:[!-~]{1,64}")
#: A choice among fewer answers than this is guessed too easily to prove anything.
MIN_PROVING_CHOICES = 3

_GENERAL_RULE_NAMES = {
    BRANCH: N_("sum at a branch"),
    START: N_("start of the pass"),
}
_FUNCTION_NAMES = {
    "cross_entropy_with_logits": N_("softmax with cross-entropy"),
    "binary_cross_entropy_with_logits": N_("σ with cross-entropy"),
    "normalization": N_("batch and layer norm"),
}
_OWN_NAME = N_("custom nodes (earlier versions)")


def all_rule_ids() -> tuple[str, ...]:
    """Return the ids of all rules: the operations' in their order, the general ones, functions, those of questions."""
    return (*operation_rule_ids(), *_GENERAL_RULE_NAMES, *function_rule_ids(), *QUESTION_SKILLS, OWN)


def _find_rule(rule: str) -> tuple[Operation, int] | None:
    """Return the operation and the operand of a rule; None if no operation has it."""
    operation = OPERATIONS.get(rule.partition(":")[0])
    slots = range(len(operation.rule)) if operation else ()
    return next(((operation, slot) for slot in slots if operation and rule_id(operation, slot) == rule), None)


def blank_rules(problem: Problem, blank: Blank) -> tuple[str, ...]:
    """Return the rules that a blank exercises: one for a gradient, those of a question that have any."""
    if blank.kind == "question":
        return skills_of_question(problem.question(blank))
    return (_rule_at(problem, blank),)


def rule_id_at(problem: Problem, blank: Blank) -> str:
    """Return the rules that a blank exercises as they are stored: ids with a space between; empty without one."""
    return " ".join(blank_rules(problem, blank))


def _rule_at(problem: Problem, blank: Blank) -> str:
    if blank.edge:
        return _operand_rule(problem.graph, blank.edge.target, blank.edge.slot)
    return {"sum": BRANCH, "start": START}.get(blank.kind, GRAPH)


def _operand_rule(graph: Graph, target: int, slot: int) -> str:
    node = graph.nodes[target]
    if node.body is not None:
        known = recognise(node)
        if not known.operation:
            return known.function or f"{_CUSTOM}{known.formula}"
        declared = OPERATIONS[known.operation]
        # An activation of a weighted sum has more operands than the activation.
        return rule_id(declared, min(declared.text_index(declared.rule, slot), len(declared.rule) - 1))
    declared = OPERATIONS[node.op or ""]
    return rule_id(declared, min(node.rule_index(slot), len(declared.rule) - 1))


def normalise_rule_id(rule: str, blank: str = "") -> str | None:
    """Return the id of an event's rule; None if there is no such rule here.

    Events of an early version hold the bare id of the operation; the operand is taken from the blank's id, if it is
    there.
    """
    if _is_plain_id(rule) or _CUSTOM_ID.fullmatch(rule):
        return rule
    _, _, slot = blank.rpartition(".")
    return next((id for id in (rule, f"{rule}:{slot}") if _find_rule(id)), None)


def normalise_rule_ids(rules: str, blank: str = "") -> tuple[str, ...]:
    """Return the ids of an event's rules, those that are known here."""
    return tuple(id for rule in rules.split(" ") if (id := normalise_rule_id(rule, blank)) is not None)


def _is_plain_id(rule: str) -> bool:
    """Return whether this is the id of a rule that is not an operation's."""
    return rule in _GENERAL_RULE_NAMES or rule in QUESTION_SKILLS or rule == OWN or rule in function_rule_ids()


def rule_name(rule: str) -> str:
    """Return the name of a rule as a skill, in the current language."""
    if rule.startswith(_CUSTOM):
        return str(message(N_("custom node {formula}"), formula=rule.removeprefix(_CUSTOM)))
    if rule == OWN:
        return translate(_OWN_NAME)
    name = _GENERAL_RULE_NAMES.get(rule) or QUESTION_SKILLS.get(rule) or _FUNCTION_NAMES.get(rule)
    if name:
        return translate(name)
    found = _find_rule(rule)
    return translate(found[0].skill_name[found[1]]) if found and found[0].skill_name else rule


def rules_at(problem: Problem, blanks: Iterable[Blank]) -> list[str]:
    """Return the rules that blanks exercise, each once, in their order."""
    return [*dict.fromkeys(rule for blank in blanks for rule in blank_rules(problem, blank))]


def rule_text(rule: str) -> str:
    """Return the rule in words, in the current language; empty for a rule that does not belong to an operation."""
    found = _find_rule(rule)
    return translate(found[0].rule[found[1]]) if found else ""


def proves_rule(problem: Problem, blank: Blank) -> bool:
    """Return whether no mistake of a blank's rule gives the right value on these numbers.

    A + with an upstream of 1 proves nothing: its local derivative is 1 too.
    """
    if blank.kind == "question":
        choices = problem.question(blank).choices
        return bool(blank_rules(problem, blank)) and (not choices or len(choices) >= MIN_PROVING_CHOICES)
    if problem.symbolic:
        # Different rules give different formulas, unless the upstream is 1.
        return blank.edge is None or problem.upstream(blank) != "start" or not problem.starts_at_one
    hidden = hidden_mistakes_at(problem, blank, MIN_PROOF_SEPARATION)
    if blank.kind == "forward":
        # A sum is the same in the other order.
        return not hidden - {"forward.other-order"}
    if blank.kind == "start":
        return not hidden & {"start.output-value", "start.zero"}
    if blank.kind == "sum":
        return not any(mistake.startswith("branch.") for mistake in hidden)
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    ends_pass = operation.ends_pass or (node.body is not None and recognise(node).ends_pass)
    rows, columns = blank.shape or (1, 1)
    declared = {
        f"{operation.label}.{mistake.id}"
        for mistake in operation.mistakes
        if not (mistake.correct_for_shape and mistake.correct_for_shape(rows, columns))
    }
    if operation.has_kink:
        # On one side of a kink some mistakes always give the right value.
        return bool(declared - hidden) and ("any.dropped-upstream" not in hidden or "any.zero" in hidden)
    if ends_pass and problem.upstream(blank) == "start":
        # The upstream is the start, so dropping it is not a mistake here.
        return not hidden & declared
    return not hidden & (declared | {"any.dropped-upstream"})
