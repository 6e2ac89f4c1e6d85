"""The hint ladder: four rungs of help at each blank, built from the operation's rule and the numbers.

Rung 1 says where to look, 2 gives the rule in words and symbols (never these numbers), 3 the product ready to multiply,
4 the value and a way to find it yourself. An author's hints come first. A question has only the author's hints, or one
that says where to start, and the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.evaluate import format_shape
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.symbolic import has_symbols
from tutor.grading.hints.matrix_formulas import forward_step, matrix_step
from tutor.grading.hints.nudges import nudge_hint
from tutor.grading.hints.rule_formulas import (
    forward_with_numbers,
    join_sentences,
    parenthesize,
    rule_in_letters,
    rule_with_numbers,
)
from tutor.grading.hints.symbolic import (
    answer_in_names,
    calculus_rule,
    local_gradient_formula,
    local_gradient_is_symbolic,
    nudge_hint_at_point,
    upstream_in_names,
)
from tutor.grading.mistakes.nodes import START_FROM_TEXT
from tutor.grading.problem import Blank, Problem
from tutor.grading.wording import BRANCH_RULE, template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.engine.operation import Operation
    from tutor.i18n import LocalizedText

#: The derived rungs of a blank for a value of the graph, and which of them states the rule.
NUM_RUNGS, _RULE_RUNG = 4, 2

_SHAPE_TEXT = N_("The answer has the shape of the forward value here, {shape}: one entry per cell.")

#: A template, or a function of the problem, the blank and the ids of the places whose values the learner has.
_Rung = str | Callable[[Problem, Blank, Collection[str]], Message]


@dataclass(frozen=True, slots=True)
class Hint:
    """Rung `rung` of `of`, and its text. The last rung gives the value."""

    rung: int
    of: int
    text: Message

    @property
    def is_last(self) -> bool:
        return self.rung == self.of


def hint_at(
    problem: Problem, blank: Blank, rung: int, known_places: Collection[str] = (), hides_addends: bool = False
) -> Hint:
    """Return rung `rung` at `blank`, counted from 1; a number beyond the last rung means the last.

    `known_places` are the ids of the places whose values the learner has: only those may be mentioned. With
    `hides_addends`, the sum at a branch is not written out.
    """
    author_hints, derived_rungs = _rungs_at(problem, blank)
    num_author_hints = len(author_hints)
    count = num_author_hints + len(derived_rungs)
    rung = min(max(rung, 1), count)
    if rung <= num_author_hints:
        return Hint(rung, count, message(N_("{text}"), text=author_hints[rung - 1]))
    derived = derived_rungs[rung - num_author_hints - 1]
    if hides_addends and derived is _sum_product:
        derived = _sum_without_addends
    if isinstance(derived, str):
        return Hint(rung, count, Message(derived, template_values(problem, blank)))
    return Hint(rung, count, derived(problem, blank, known_places))


def num_rungs(problem: Problem, blank: Blank) -> int:
    """Count the rungs at `blank`, without building them."""
    return sum(map(len, _rungs_at(problem, blank)))


def num_author_hints(problem: Problem, blank: Blank) -> int:
    """Count the rungs at `blank` that the author wrote."""
    return len(_rungs_at(problem, blank)[0])


def rule_rung(problem: Problem, blank: Blank) -> int:
    """Return the number of the rung that states the rule. `blank` must not be a question."""
    return num_rungs(problem, blank) - NUM_RUNGS + _RULE_RUNG


def _rungs_at(problem: Problem, blank: Blank) -> tuple[tuple[LocalizedText, ...], tuple[_Rung, ...]]:
    notes = problem.author_notes.get(blank.id)
    author_hints = notes.hints if notes else ()
    if blank.kind == "start" and not problem.starts_at_one:
        return author_hints, _GIVEN_START_LADDER
    ladder = _LADDERS[blank.kind]
    # An author knows better where to start than we do, and more about a node of several steps than its general rule.
    if author_hints and blank.kind == "question":
        return author_hints, ladder[1:]
    if author_hints and blank.edge and problem.graph.nodes[blank.edge.target].body is not None:
        return author_hints, ladder[_RULE_RUNG:]
    return author_hints, ladder


def format_right_answer(problem: Problem, blank: Blank) -> str:
    """Format the right answer at `blank`: a value, a formula in names, the text of a choice, or of an accepted answer."""
    if blank.kind == "question" and not problem.question(blank).has_value:
        return problem.question(blank).right_text
    return answer_in_names(problem, blank)


# --- the start and the sum at a branch ---------------------------------------------------------------------


def _value(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("{value}."), value=format_value(problem.truth(blank)))


def _start_value(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(
        N_("{value}. To check it, raise {output} by 0.01: {output} itself rises by 0.01."),
        value=format_value(problem.truth(blank)),
        output=problem.graph.output,
    )


def _sum_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    question = Message(
        N_(
            "The value of {name} goes to {n} places. When it changes, it changes {goal} along every "
            "edge. What came back along each of them?"
        ),
        template_values(problem, blank),
    )
    if blank.shape is None:
        return question
    return join_sentences(question, message(_SHAPE_TEXT, shape=format_shape(blank.shape)))


def _sum_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    parts = " + ".join(parenthesize(answer_in_names(problem, part)) for part in problem.branch_edges(blank))
    return message(N_("{parts} = ?"), parts=parts)


def _sum_without_addends(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return Message(
        N_("The sum has {n} terms. Find each on an edge that leaves {name}, and add them."),
        template_values(problem, blank),
    )


def _value_and_nudge(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    value = message(N_("{value}."), value=answer_in_names(problem, blank))
    if blank.is_matrix_formula:
        return value
    nudge = nudge_hint_at_point(problem, blank) if problem.symbolic else nudge_hint(problem, blank)
    return join_sentences(value, nudge) if nudge else value


# --- an edge -----------------------------------------------------------------------------------------------


def _edge_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    values = dict(template_values(problem, blank))
    values["g"] = upstream_in_names(problem, blank) or values["g"]
    if len(problem.gradient_edges[blank.node]) > 1:
        quantity = Message(N_("We want what comes back from {node} to {name}: one part of ∂{goal}/∂{name}."), values)
    else:
        quantity = Message(
            N_("We want ∂{goal}/∂{name}: how much does {goal} change when only {name} changes a little?"), values
        )
    upstream = problem.upstream(blank)
    if upstream in known or upstream is None or not problem.has_place(upstream):
        received = Message(N_("The upstream of {node} is {g}."), values)
    else:
        received = Message(N_("First find the upstream of {node}, the gradient that came back to it."), values)
    operation, slot, has_constant = _operation_at(problem, blank)
    question = (has_constant and operation.question_with_constant) or operation.text_for(operation.question, slot)
    sentences = [quantity, received]
    if blank.shape is not None and "{shape}" not in question:
        sentences.append(Message(_SHAPE_TEXT, values))
    return join_sentences(*sentences, Message(question, values))


def _edge_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    if local_gradient_is_symbolic(problem, blank) and (named_rule := calculus_rule(problem, blank)):
        return named_rule
    operation, slot, has_constant = _operation_at(problem, blank)
    rule = (has_constant and operation.rule_with_constant) or operation.text_for(operation.rule, slot)
    in_words = Message(rule, template_values(problem, blank))
    in_letters = rule_in_letters(problem, blank.edge)
    return join_sentences(in_words, in_letters) if in_letters else in_words


def _operation_at(problem: Problem, blank: Blank) -> tuple[Operation, int, bool]:
    """Return an edge's operation, its slot there, and whether the other operand is a constant."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    return node.operation, blank.edge.slot, node.const is not None


def _edge_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if blank.is_matrix_formula:
        return matrix_step(problem, blank)
    if local_gradient_is_symbolic(problem, blank) and (formula := local_gradient_formula(problem, blank)):
        return formula
    return rule_with_numbers(problem, blank)


# --- a forward value ---------------------------------------------------------------------------------------


def _forward_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    graph = problem.graph
    names = [graph.label(arg) for arg in graph.nodes[blank.node].args if arg is not None]
    text = (
        N_("The input of {node} is {names}. Which operation is it?")
        if len(names) == 1
        else N_("The inputs of {node} are {names}. Which operation is it?")
    )
    return Message(text, {**template_values(problem, blank), "names": ", ".join(names)})


def _forward_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    formula = format_expr(problem.graph.nodes[blank.node].formula)
    return Message(N_("{node} computes {formula}."), {**template_values(problem, blank), "formula": formula})


def _forward_numbers(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if blank.is_matrix_formula:
        return forward_step(problem, blank)
    return message(N_("{formula} = ?"), formula=forward_with_numbers(problem, blank))


# --- a question --------------------------------------------------------------------------------------------


def _question_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    question = problem.question(blank)
    if question.is_ungraded:
        return message(
            N_("Your instructor reads this answer; it is not graded here. Write what you know in your own words.")
        )
    if question.is_text:
        return message(N_("The answer is a term or a short text. What is the thing in the question called?"))
    if question.select_all:
        return message(
            N_("Go through the {n} choices one by one: does this one apply? More than one may."),
            n=len(question.choices),
        )
    if question.choices:
        return message(
            N_(
                "Go through the {n} choices one by one: what would have to be true for each? Rule out "
                "those that can't be right."
            ),
            n=len(question.choices),
        )
    if question.shape is not None:
        return message(
            N_("The answer has shape {shape}. Which values does each of its rows come from?"),
            shape=format_shape(question.shape),
        )
    if has_symbols(question.answer):
        names = ", ".join(question.names)
        return message(N_("The answer is a formula. It may use {names}: which of these does it need?"), names=names)
    return message(N_("The answer is one number. From which values can you calculate it, step by step?"))


def _question_answer(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if problem.question(blank).is_ungraded:
        return message(N_("There is no single right answer. Write yours, then check it to record it."))
    return message(N_("The answer: {answer}"), answer=format_right_answer(problem, blank))


_GIVEN_START_LADDER: tuple[_Rung, ...] = (START_FROM_TEXT, START_FROM_TEXT, START_FROM_TEXT, _value)
_LADDERS: dict[str, tuple[_Rung, ...]] = {
    "forward": (_forward_focus, _forward_rule, _forward_numbers, _value),
    "question": (_question_focus, _question_answer),
    "start": (
        N_(
            "The backward pass starts here, at the output. When {output} changes by 1, by how much does "
            "{output} itself change?"
        ),
        N_("We want ∂{output}/∂{output}. This is the derivative of the identity function, whose output is its input."),
        N_("∂{output}/∂{output} = (change in {output}) / (change in {output}) = ?"),
        _start_value,
    ),
    "sum": (
        _sum_focus,
        BRANCH_RULE,
        _sum_product,
        _value_and_nudge,
    ),
    "edge": (_edge_focus, _edge_rule, _edge_product, _value_and_nudge),
}
