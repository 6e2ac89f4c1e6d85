"""What a blank asks, in words: every face shows the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.hints.symbolic import answer_in_names
from tutor.grading.message_values import template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.grading.problem import Blank, Problem


def describe_blank(problem: Problem, blank: Blank, shown_values: Mapping[str, str] | None = None) -> Message:
    """The quantity asked at `blank`. `known` are the values that stand in other places, as they are shown."""
    if blank.kind == "question":
        return message(N_("{text}"), text=problem.question(blank).prompt)
    words = template_values(problem, blank)
    if blank.kind == "forward":
        return Message(N_("what {node} gives: the forward value {name}"), words)
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(N_("at the output {output}: the value that the backward pass starts with"), words)
    if blank.kind == "start":
        return Message(N_("at the output {output}, where the backward pass starts: ∂{output}/∂{output}"), words)
    if blank.kind == "sum":
        parts = []
        for part in problem.branch_edges(blank):
            assert part.edge
            sign = problem.graph.nodes[part.edge.target].symbol
            value = (shown_values or {}).get(part.id) or "?"
            parts.append(message(N_("from {node}: {value}"), node=sign, value=value))
        joined = ", ".join(map(str, parts))
        return Message(
            N_("at the branch ● of {name}: {parts}, together ∂{goal}/∂{name} = ?"), {**words, "parts": joined}
        )
    assert blank.edge
    if len(problem.graph.outgoing_edges[blank.node]) > 1:
        return Message(N_("what comes back from {node} to {name}, a part of ∂{goal}/∂{name}"), words)
    return Message(N_("on the edge {name} → {node}: ∂{goal}/∂{name}"), words)


def place_name(problem: Problem, blank: Blank) -> Message:
    """A short name for a place: `c → ×`, `● x`, `start`."""
    if blank.kind == "question":
        return message(N_("question {n}"), n=blank.id.removeprefix("q"))
    # Names alone: no value is needed, which may be long to write.
    name = problem.graph.label(blank.node)
    if blank.kind == "start":
        return message(N_("start"))
    if blank.kind == "forward":
        return message(N_("the value of {name}"), name=name)
    if blank.kind == "sum":
        return message(N_("● {name}"), name=name)
    assert blank.edge
    return message(N_("{name} → {node}"), name=name, node=problem.graph.nodes[blank.edge.target].symbol)


def format_right_answer(problem: Problem, blank: Blank) -> str:
    """The right answer as it is shown: a value, a formula, or the words of a choice."""
    if blank.kind == "question" and problem.question(blank).choices:
        return str(next(choice.text for choice in problem.question(blank).choices if choice.right))
    return answer_in_names(problem, blank)
