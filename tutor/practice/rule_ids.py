"""Rule ids: the rule that a blank exercises, its name as a skill, and when an answer proves it.

A rule's id is that of its operation, followed by a colon and the operand if the operands have different rules (`mul`,
`sub:1`). `branch` is the sum at a branch, `start` the start of the pass, `own` the rule of any custom node. Ids never
change because they are stored and exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.finder import hidden_mistakes_at
from tutor.grading.tolerances import MIN_PROOF_SEPARATION
from tutor.i18n import N_, translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation
    from tutor.grading.problem import Blank, Problem

BRANCH, START, OWN = "branch", "start", "own"

_GENERAL_RULE_NAMES = {
    BRANCH: N_("sum at a branch"),
    START: N_("start of the pass"),
    OWN: N_("nodes of one's own"),
}


def all_rule_ids() -> tuple[str, ...]:
    """Return the ids of all rules: the operations' in their order, then the general ones."""
    operand_rules = (_rule_id(operation, i) for operation in OPERATIONS.values() for i in range(len(operation.rule)))
    return (*operand_rules, *_GENERAL_RULE_NAMES)


def _rule_id(operation: Operation, text: int) -> str:
    """Return the id of the rule whose text is number `text`."""
    return operation.id if len(operation.rule) == 1 else f"{operation.id}:{text}"


def _find_rule(rule: str) -> tuple[Operation, int] | None:
    """Return the operation and the operand of a rule; None if no operation has it."""
    operation = OPERATIONS.get(rule.partition(":")[0])
    slots = range(len(operation.rule)) if operation else ()
    return next(((operation, slot) for slot in slots if operation and _rule_id(operation, slot) == rule), None)


def rule_id_at(problem: Problem, blank: Blank) -> str:
    """Return the rule that a blank exercises; empty for a forward value or a question."""
    if blank.edge:
        return _operand_rule(problem.graph, blank.edge.target, blank.edge.slot)
    return {"sum": BRANCH, "start": START}.get(blank.kind, "")


def _operand_rule(graph: Graph, target: int, slot: int) -> str:
    node = graph.nodes[target]
    if node.op is None or node.body is not None or node.op not in OPERATIONS:
        return OWN
    declared = OPERATIONS[node.op]
    return _rule_id(declared, min(node.rule_index(slot), len(declared.rule) - 1))


def normalise_rule_id(rule: str, blank: str = "") -> str | None:
    """Return the id of an event's rule; None if there is no such rule here.

    Events of an early version hold the bare id of the operation; the operand is taken from the blank's id, if it is
    there.
    """
    _, _, slot = blank.rpartition(".")
    candidates = (rule, f"{rule}:{slot}")
    return next((id for id in candidates if id in _GENERAL_RULE_NAMES or _find_rule(id)), None)


def rule_name(rule: str) -> str:
    """Return the name of a rule as a skill, in the current language."""
    if rule in _GENERAL_RULE_NAMES:
        return translate(_GENERAL_RULE_NAMES[rule])
    found = _find_rule(rule)
    return translate(found[0].skill_name[found[1]]) if found and found[0].skill_name else rule


def rules_at(problem: Problem, blanks: Iterable[Blank]) -> list[str]:
    """Return the rules that blanks exercise, each once, in their order."""
    return [*dict.fromkeys(filter(None, (rule_id_at(problem, blank) for blank in blanks)))]


def rule_text(rule: str) -> str:
    """Return the rule in words, in the current language; empty for a rule that does not belong to an operation."""
    found = _find_rule(rule)
    return translate(found[0].rule[found[1]]) if found else ""


def proves_rule(problem: Problem, blank: Blank) -> bool:
    """Return whether no mistake of a blank's rule gives the right value on these numbers.

    A + with an upstream of 1 proves nothing: its local derivative is 1 too.
    """
    rule = rule_id_at(problem, blank)
    if not rule:
        return False
    if problem.symbolic:
        # Different rules give different formulas, unless the upstream is 1.
        return blank.edge is None or problem.upstream(blank) != "start" or not problem.starts_at_one
    hidden = hidden_mistakes_at(problem, blank, MIN_PROOF_SEPARATION)
    if rule == START:
        return not hidden & {"start.output-value", "start.zero"}
    if rule == BRANCH:
        return not any(mistake.startswith("branch.") for mistake in hidden)
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    rows, columns = blank.shape or (1, 1)
    declared = {
        f"{operation.label}.{mistake.id}"
        for mistake in operation.mistakes
        if not (mistake.correct_for_shape and mistake.correct_for_shape(rows, columns))
    }
    if operation.has_kink:
        # On one side of a kink some mistakes always give the right value.
        return bool(declared - hidden) and ("any.dropped-upstream" not in hidden or "any.zero" in hidden)
    if operation.ends_pass and problem.upstream(blank) == "start":
        # The upstream is the start, so dropping it is not a mistake here.
        return not hidden & declared
    return not hidden & (declared | {"any.dropped-upstream"})
