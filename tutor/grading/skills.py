"""Skills: the ids of what a learner masters, and those of a question, as its author says or as its form shows.

A rule's id is that of its operation, followed by a colon and the operand if the operands have different rules.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import STANDARD_FUNCTIONS
from tutor.engine.symbolic import has_symbols
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.engine.operation import Operation
    from tutor.grading.question import Question

BRANCH, START = "branch", "start"
GRAPH, SHAPES, CHECK, FAULT, CODE_SKILL = "graph", "shapes", "check", "fault", "code"
FORMULA, MEANING, TRAINING = "formula", "meaning", "training"

#: Standard functions with one rule between them: the mean and the deviation are those of a row or of a column.
_FAMILIES: Mapping[str, str] = {
    "batch_norm": "normalization",
    "layer_norm": "normalization",
    "clamp": "clip",
    "prelu": "leaky_relu",
}
#: The skills of questions by their ids, which are stored and never change. Forward values are `graph`, too.
QUESTION_SKILLS: Mapping[str, str] = {
    GRAPH: N_("reading a graph"),
    SHAPES: N_("shapes of matrices"),
    FORMULA: N_("gradients as formulas"),
    MEANING: N_("meaning of gradients"),
    CHECK: N_("numerical checks"),
    FAULT: N_("finding errors"),
    CODE_SKILL: N_("reading and writing code"),
    TRAINING: N_("updating weights"),
}
_SHAPE = re.compile(r"\d+\s*×\s*\d+")
_CODE_BLANK = re.compile(r"`[^`]*___[^`]*`")


def rule_id(operation: Operation, text: int) -> str:
    """Return the id of the rule of an operation whose text is number `text`."""
    return operation.id if len(operation.rule) == 1 else f"{operation.id}:{text}"


def operation_rule_ids() -> Iterator[str]:
    """Yield the ids of the rules of all operations, in their order."""
    for operation in OPERATIONS.values():
        yield from (rule_id(operation, text) for text in range(len(operation.rule)))


def function_rule_id(name: str) -> str:
    """Return the id of the rule of a standard function, which a family may share."""
    return _FAMILIES.get(name, name)


@cache
def function_rule_ids() -> tuple[str, ...]:
    """Return the ids of the rules of all standard functions."""
    return tuple(dict.fromkeys(map(function_rule_id, STANDARD_FUNCTIONS)))


def known_skills() -> tuple[str, ...]:
    """Return the skills that an author may give to a question."""
    return (*QUESTION_SKILLS, BRANCH, START, *operation_rule_ids(), *function_rule_ids())


def skills_of_question(question: Question) -> tuple[str, ...]:
    """Return the skills of a question: its author's, else what its form shows, mostly nothing."""
    if question.skills:
        return question.skills
    derived = _derived_skill(question)
    return (derived,) if derived else ()


def _derived_skill(question: Question) -> str:
    if any(_CODE_BLANK.search(text) for text in question.prompt.texts.values()):
        return CODE_SKILL
    if question.choices:
        texts = [text for choice in question.choices for text in choice.text.texts.values()]
        return SHAPES if all(_SHAPE.search(text) for text in texts) else ""
    if question.is_text:
        return ""
    return FORMULA if question.is_matrix_formula or any(map(has_symbols, ops.cells(question.answer))) else ""
