"""Rules as skills: which rule a blank exercises, what people call it, and when an answer proves that it is known.

A rule's id is its operation's, with the operand behind a colon where the operands have different rules (`mul`,
`sub:1`); `branch` is the sum where a value goes several ways, `start` where the pass begins, `own` the rule of a node
that a pack defines. Ids are for ever: they stand in the store and in what is exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.finder import hidden_mistakes_at
from tutor.grading.tolerances import MIN_PROOF_SEPARATION
from tutor.i18n import N_, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.graph import Graph
    from tutor.grading.problem import Blank, Problem

#: What a calculation ends with, so that its upstream is the start of the pass.
_FINAL_OPERATIONS = ("sum", "mean", "cross_entropy", "mse")

BRANCH, START, OWN = "branch", "start", "own"

_RULE_NAMES = {
    "add": N_("+ passes on"),
    "sub:0": N_("− passes on"),
    "sub:1": N_("− changes the sign"),
    "mul": N_("× other input"),
    "div:0": N_("÷ to the numerator"),
    "div:1": N_("÷ to the denominator"),
    "neg": N_("change of sign"),
    "inv": N_("reciprocal"),
    "pow:0": N_("power, to the base"),
    "pow:1": N_("power, to the exponent"),
    "exp": N_("exp from the output"),
    "log": N_("slope of log"),
    "sqrt": N_("slope of the root"),
    "sin": N_("slope of sin"),
    "cos": N_("slope of cos"),
    "sigmoid": N_("σ′ from the output"),
    "tanh": N_("slope of tanh"),
    "softplus": N_("slope of softplus"),
    "relu": N_("gate of relu"),
    "abs": N_("sign at |x|"),
    "max": N_("winner of max"),
    "min": N_("winner of min"),
    "matmul:0": N_("@ to the left matrix"),
    "matmul:1": N_("@ to the right matrix"),
    "transpose": N_("transposed back"),
    "broadcast": N_("sum over copies"),
    "softmax": N_("softmax by rows"),
    "sum": N_("Σ to every cell"),
    "sum.0": N_("Σ of columns"),
    "sum.1": N_("Σ of rows"),
    "mean": N_("mean to every cell"),
    "mean.0": N_("mean of columns"),
    "mean.1": N_("mean of rows"),
    "cross_entropy:0": N_("cross entropy, to the prediction"),
    "cross_entropy:1": N_("cross entropy, to the target"),
    "mse:0": N_("squared error, to the prediction"),
    "mse:1": N_("squared error, to the target"),
    BRANCH: N_("sum at a branch"),
    START: N_("start of the pass"),
    OWN: N_("nodes of one's own"),
}


def _operand_table() -> dict[str, tuple[str, int]]:
    """Every rule of the table of operations, with its operation and operand."""
    found = {}
    for id, operation in OPERATIONS.items():
        if len(operation.rule) == 1:
            found[id] = (id, 0)
        else:
            found |= {f"{id}:{slot}": (id, slot) for slot in range(len(operation.rule))}
    return found


_OPERANDS: Mapping[str, tuple[str, int]] = _operand_table()
#: The ids of all rules.
RULE_IDS: tuple[str, ...] = (*_OPERANDS, BRANCH, START, OWN)


def rule_id_at(problem: Problem, blank: Blank) -> str:
    """The rule that a blank exercises; empty for a forward value or a question, which follow from no rule of ours."""
    if blank.edge:
        return _operand_rule(problem.graph, blank.edge.target, blank.edge.slot)
    return {"sum": BRANCH, "start": START}.get(blank.kind, "")


def _operand_rule(graph: Graph, target: int, slot: int) -> str:
    node = graph.nodes[target]
    id = node.operation.id
    if node.custom_operation is not None or id not in OPERATIONS:
        return OWN
    return id if id in _OPERANDS else f"{id}:{min(slot, len(node.operation.rule) - 1)}"


def normalise_rule_id(rule: str, blank: str = "") -> str | None:
    """The rule that an event tells of, None where it tells of none that is known here.

    Events of an early version hold the bare id of the operation; the operand is known where the blank's id has it.
    """
    if rule in _OPERANDS or rule in (BRANCH, START, OWN):
        return rule
    _, _, slot = blank.rpartition(".")
    return f"{rule}:{slot}" if f"{rule}:{slot}" in _OPERANDS else None


def rule_name(rule: str) -> str:
    """What people call a rule, in the language in use."""
    return translate(_RULE_NAMES[rule]) if rule in _RULE_NAMES else rule


def rule_text(rule: str) -> str:
    """The rule in words, in the language in use; empty where the table of operations has none."""
    if rule not in _OPERANDS:
        return ""
    id, slot = _OPERANDS[rule]
    operation = OPERATIONS[id]
    return translate(operation.text_for(operation.rule, slot))


def _harmless_mistakes(shape: tuple[int, int] | None) -> set[str]:
    """What is right as well in a value of this shape, whatever its numbers are."""
    rows, columns = shape or (1, 1)
    same = {"softmax.whole-matrix": rows == 1, "mse.by-rows": columns == 1, "broadcast.added-up": rows * columns == 1}
    return {mistake for mistake, always in same.items() if always}


def proves_rule(problem: Problem, blank: Blank) -> bool:
    """Whether the right value at a blank can't come from a mistake of its rule on these numbers.

    A + behind an upstream of 1 proves nothing: 1 is also what its slope is.
    """
    rule = rule_id_at(problem, blank)
    if not rule:
        return False
    if problem.symbolic:
        # Formulas differ where rules do, but for an upstream of 1, which is seen in none.
        return blank.edge is None or problem.upstream(blank) != "start" or not problem.starts_at_one
    found = hidden_mistakes_at(problem, blank, MIN_PROOF_SEPARATION)
    if rule == START:
        return not found & {"start.output-value", "start.zero"}
    if rule == BRANCH:
        return not any(mistake.startswith("branch.") for mistake in found)
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    own = {f"{operation.label}.{mistake.id}" for mistake in operation.mistakes} - _harmless_mistakes(blank.shape)
    if operation.has_kink:
        # One side of a kink shows one half of the rule: nothing there is told from every mistake at once.
        return bool(own - found) and ("any.dropped-upstream" not in found or "any.zero" in found)
    if operation.id in _FINAL_OPERATIONS and problem.upstream(blank) == "start":
        # Behind it there is nothing to be dropped: what is left are the rule's own mistakes.
        return not found & own
    return not found & (own | {"any.dropped-upstream"})
