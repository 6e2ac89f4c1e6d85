"""Four rungs of help at a blank, built from the operation's rule and the numbers.

1 says where to look, 2 the rule in words and symbols (never these numbers), 3 the product ready to multiply,
4 the value and a way to have found it oneself. An author's rungs come before these. A question has the author's, or one
that says where to look, and the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.evaluate import format_shape
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.symbolic import has_symbols
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
from tutor.grading.message_values import template_values
from tutor.grading.mistakes.nodes import START_FROM_TEXT
from tutor.grading.wording import format_right_answer
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.grading.problem import Blank, Problem

NUM_RUNGS = 4

_SHAPE_TEXT = N_("The answer has the shape of what flowed here, {shape}, a number for each cell.")


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung: number `rung` of `of`, and what it says. The last one gives the value."""

    rung: int
    of: int
    text: Message

    @property
    def is_last(self) -> bool:
        return self.rung == self.of


def hint_at(problem: Problem, blank: Blank, rung: int, known_places: Collection[str] = ()) -> Hint:
    """Rung `rung` (from 1; beyond the last is the last). `known` are the places whose value the learner has."""
    advice = problem.author_notes.get(blank.id)
    own = advice.hints if advice else ()
    ladder = _LADDERS[blank.kind]
    if blank.kind == "question" and own:
        # Who asks knows better where to look.
        ladder = ladder[1:]
    of = len(own) + len(ladder)
    rung = min(max(rung, 1), of)
    if rung <= len(own):
        return Hint(rung, of, message(N_("{text}"), text=own[rung - 1]))
    derived = ladder[rung - len(own) - 1]
    return Hint(rung, of, derived(problem, blank, known_places))


# --- the start ---------------------------------------------------------------------------------------------


def _start_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(START_FROM_TEXT, template_values(problem, blank))
    return Message(
        N_("The backward pass begins here, at the output. If {output} moves by 1, by how much does {output} move?"),
        template_values(problem, blank),
    )


def _start_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(START_FROM_TEXT, template_values(problem, blank))
    return Message(
        N_(
            "Asked is ∂{output}/∂{output}. A quantity moves exactly as much as it moves itself: "
            "that is the slope of the identity function."
        ),
        template_values(problem, blank),
    )


def _start_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(START_FROM_TEXT, template_values(problem, blank))
    return Message(N_("∂{output}/∂{output} = {output} ÷ {output} = ?"), template_values(problem, blank))


def _start_value(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    value = format_value(problem.truth(blank))
    if not problem.starts_at_one:
        return message(N_("{value}."), value=value)
    return message(
        N_("{value}. Check by nudging: when {output} rises by 0.01, then {output} rises by 0.01."),
        value=value,
        output=problem.graph.output,
    )


# --- a branch's sum ----------------------------------------------------------------------------------------


def _sum_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    words = template_values(problem, blank)
    asked = Message(
        N_(
            "The value of {name} went to {n} places. Move {name} a little, and it moves the output along every one of "
            "them. What came back along each?"
        ),
        words,
    )
    if blank.shape is None:
        return asked
    return join_sentences(asked, message(_SHAPE_TEXT, shape=format_shape(blank.shape)))


def _sum_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("At a branch the gradient is the sum of what comes back along its lines."))


def _sum_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    parts = " + ".join(parenthesize(answer_in_names(problem, part)) for part in problem.branch_edges(blank))
    return message(N_("{parts} = ?"), parts=parts)


def _value_and_nudge(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    value = message(N_("{value}."), value=answer_in_names(problem, blank))
    check = nudge_hint_at_point(problem, blank) if problem.symbolic else nudge_hint(problem, blank)
    return join_sentences(value, check) if check else value


# --- an edge -----------------------------------------------------------------------------------------------


def _edge_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    words = dict(template_values(problem, blank))
    words["g"] = upstream_in_names(problem, blank) or words["g"]
    graph = problem.graph
    node = graph.nodes[blank.edge.target]
    if len(graph.outgoing_edges[blank.node]) > 1:
        asked = Message(N_("Asked is what comes back from {node} to {name}: a part of ∂{goal}/∂{name}."), words)
    else:
        asked = Message(N_("You are asked ∂{goal}/∂{name}: how does {goal} move when only {name} moves?"), words)
    upstream = problem.upstream(blank)
    if upstream in known or upstream is None or not problem.has_place(upstream):
        received = Message(N_("From the right, {node} received {g}."), words)
    else:
        received = Message(N_("First find what {node} received from the right: that is its upstream."), words)
    operation = node.operation
    alone = node.const is not None and operation.question_with_constant
    asks = alone or operation.text_for(operation.question, blank.edge.slot)
    first = [asked, received]
    if blank.shape is not None and "{shape}" not in asks:
        first.append(Message(_SHAPE_TEXT, words))
    return join_sentences(*first, Message(asks, words))


def _edge_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    if local_gradient_is_symbolic(problem, blank) and (named := calculus_rule(problem, blank)):
        return named
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    alone = node.const is not None and operation.rule_with_constant
    says = Message(alone or operation.text_for(operation.rule, blank.edge.slot), template_values(problem, blank))
    formula = rule_in_letters(problem, blank.edge)
    return join_sentences(says, formula) if formula else says


def _edge_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if local_gradient_is_symbolic(problem, blank) and (formula := local_gradient_formula(problem, blank)):
        return formula
    return rule_with_numbers(problem, blank)


# --- a forward value ---------------------------------------------------------------------------------------


def _forward_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    graph = problem.graph
    names = ", ".join(graph.label(arg) for arg in graph.nodes[blank.node].args if arg is not None)
    return Message(
        N_("Into {node} flows {names}. What does its sign say to do?"),
        {**template_values(problem, blank), "names": names},
    )


def _forward_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    formula = format_expr(problem.graph.nodes[blank.node].formula)
    return Message(N_("{node} computes {formula}."), {**template_values(problem, blank), "formula": formula})


def _forward_numbers(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("{formula} = ?"), formula=forward_with_numbers(problem, blank))


def _forward_answer(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("{value}."), value=format_value(problem.truth(blank)))


# --- a question --------------------------------------------------------------------------------------------


def _question_focus(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    question = problem.question(blank)
    if question.choices:
        return message(
            N_("Go through the {n} choices one by one: what would have to be true for each? Rule out what can't be."),
            n=len(question.choices),
        )
    if question.shape is not None:
        return message(
            N_("A matrix is asked, {shape}. What is each of its rows made from?"), shape=format_shape(question.shape)
        )
    if has_symbols(question.answer):
        names = ", ".join(question.names)
        return message(N_("A formula is asked. It may name {names}: which of these belong in it?"), names=names)
    return message(N_("One number is asked. From which numbers can it be calculated, one step after the other?"))


def _question_answer(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("The answer: {answer}"), answer=format_right_answer(problem, blank))


_LADDERS = {
    "forward": (_forward_focus, _forward_rule, _forward_numbers, _forward_answer),
    "question": (_question_focus, _question_answer),
    "start": (_start_focus, _start_rule, _start_product, _start_value),
    "sum": (_sum_focus, _sum_rule, _sum_product, _value_and_nudge),
    "edge": (_edge_focus, _edge_rule, _edge_product, _value_and_nudge),
}
