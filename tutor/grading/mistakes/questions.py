"""Questions to the learner: was it this mistake that led to the answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.expr import Apply, Expr, Num, postorder
from tutor.algebra.printing import format_expr, format_scalar, format_value
from tutor.grading.mistakes.calculations import is_bare_number
from tutor.grading.wording import template_values
from tutor.i18n import N_, LocalizedText, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.mistakes.candidate import MistakeCandidate
    from tutor.grading.problem import Blank, Problem

#: Functions that a learner has not written: rules need them to bring a value into the shape of a matrix.
_SHAPING_FUNCTIONS = frozenset({"ones", "broadcast"})
#: A matrix or a formula with more characters is not repeated in a question.
_MAX_VALUE_CHARACTERS = 40


def question_about(problem: Problem, blank: Blank, candidate: MistakeCandidate, text: str) -> Message:
    """Return the question whether a mistake led to the answer `text`, with the numbers that lead to it."""
    if isinstance(candidate.feedback_template, LocalizedText):
        # An author's text stays as it is; the interface adds the question.
        return message(N_("{text}"), text=candidate.feedback_template)
    if candidate.question_template:
        values = {**template_values(problem, blank, text), **_more_values(problem, blank)}
        return Message(candidate.question_template, {**values, "at": candidate.other_node})
    tree = candidate.calculation() if candidate.calculation else None
    if isinstance(tree, Apply) and _can_be_asked_about(tree) and not _gives_away(problem, blank, tree):
        calculation = format_expr(tree, juxtapose=False)
        if len(calculation) <= _MAX_VALUE_CHARACTERS:
            return message(N_("Did you calculate {calculation}?"), calculation=calculation)
    if candidate.question_in_words:
        return Message(candidate.question_in_words, template_values(problem, blank, text))
    return message(N_("Does this describe what you did: {label}?"), label=message(candidate.label))


def _can_be_asked_about(tree: Apply) -> bool:
    """Return whether a learner may have calculated this by hand."""
    shapes = any(isinstance(part, Apply) and part.op in _SHAPING_FUNCTIONS for part in postorder(tree))
    return not is_bare_number(tree) and not shapes


def _more_values(problem: Problem, blank: Blank) -> Mapping[str, Any]:
    """Return the phrases of questions: what a value is, with its number unless that is the right answer."""
    if blank.kind == "question":
        return {}
    return problem.memoize(("question values", blank.id), lambda: _phrases_at(problem, blank))


def _phrases_at(problem: Problem, blank: Blank) -> dict[str, Any]:
    passes, graph = problem.exact_passes, problem.graph
    truth = problem.truth(blank)
    output = graph.output_position

    def phrase(
        with_number: str,
        without: str,
        value: Value,
        near_one: bool = False,
        given: bool = False,
        **names: str,
    ) -> Message:
        is_secret = not given and value is not None and _is_same(value, truth)
        text = "" if value is None or is_secret else format_value(value, near_one=near_one)
        if not text or len(text) > _MAX_VALUE_CHARACTERS:
            return message(without, **names)
        return message(with_number, number=text, **names)

    near_one = problem.needs_extra_digits
    phrases: dict[str, Any] = {
        "final": phrase(
            N_("the value {number} of {name}"),
            N_("the value of {name}"),
            passes.values[output],
            near_one[output],
            name=graph.output,
        ),
        "own": phrase(
            N_("the forward value {number} of {name}"),
            N_("the forward value of {name}"),
            passes.values[blank.node],
            near_one[blank.node],
            name=graph.label(blank.node),
        ),
    }
    if blank.edge:
        target, slot = blank.edge.target, blank.edge.slot
        operands, edge = passes.operands_of(target), passes.edges[blank.edge.target, blank.edge.slot]
        other = operands[1 - slot] if len(operands) == 2 else None
        symbol = graph.nodes[target].symbol
        phrases |= {
            "up": phrase(
                N_("the upstream gradient {number}"),
                N_("the upstream gradient"),
                edge.upstream,
                # Where + passes it on, the learner sees it beside the blank.
                given=problem.upstream(blank) in {place.id for place in problem.given_blanks},
            ),
            "local": phrase(N_("the local derivative {number}"), N_("the local derivative"), edge.local_gradient),
            "own": phrase(
                N_("this edge's own value {number}"),
                N_("this edge's own value"),
                operands[slot],
                near_one[blank.node],
            ),
            "other": phrase(N_("the other input's value {number}"), N_("the other input's value"), other),
            "out": phrase(
                N_("the output {number} of {node}"),
                N_("the output of {node}"),
                passes.values[target],
                near_one[target],
                node=symbol,
            ),
        }
    return phrases


def _is_same(value: Value, truth: Value) -> bool:
    """Return whether two values have the same numbers, up to their signs and to what is shown."""
    if ops.shape_of(value) != ops.shape_of(truth):
        return False
    cells = zip(value.ravel(), truth.ravel(), strict=True) if ops.is_matrix(value) else ((value, truth),)
    return all(format_scalar(a).lstrip("−") == format_scalar(b).lstrip("−") for a, b in cells)


def _gives_away(problem: Problem, blank: Blank, tree: Expr) -> bool:
    """Return whether a calculation contains the right answer as one of its numbers."""
    truth = problem.truth(blank)
    if ops.is_matrix(truth):
        cells = {format_scalar(cell).lstrip("−") for cell in truth.ravel()}
    else:
        cells = {format_scalar(truth).lstrip("−")}
    return any(isinstance(part, Num) and format_scalar(part).lstrip("−") in cells for part in postorder(tree))
