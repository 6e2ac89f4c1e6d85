"""Feedback on wrong answers that no mistake explains. It alternates, so that no sentence comes twice in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.mistakes.nodes import START_FROM_TEXT
from tutor.i18n import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tutor.grading.problem import Blank, Problem

#: The verdict on a wrong answer to a question, if nothing more is known.
TRY_AGAIN = N_("Not yet. What exactly does the question ask for? Read it again, or ask for a hint.")

#: What is said first, and then in turn with it, by what is asked for.
_FEEDBACK: Mapping[str, tuple[str, str]] = {
    "question": (
        TRY_AGAIN,
        N_("Still not right. Which numbers does the question name, and what do you calculate from them?"),
    ),
    "forward": (
        N_("Not yet. Which values go into {node}, and what does {node} compute from them?"),
        N_("Still not right. Find the values on the edges into {node}: which operation do you apply to them?"),
    ),
    "start": (
        N_("Not yet. When {name} changes by 1, by how much does {name} itself change?"),
        N_(
            "Still not right. Nothing follows {output}, so the backward pass starts with "
            "∂{output}/∂{output}. How much is that?"
        ),
    ),
    "given start": (
        START_FROM_TEXT,
        N_("Still not right. Where does the text say what comes back to {output}?"),
    ),
    "sum": (
        N_("Not yet. Gradients come back here along {n} edges: what are they, and how do you combine them?"),
        N_("Still not right. To which {n} places does the value of {name} go, and what came back from each of them?"),
    ),
    "edge": (
        N_(
            "Not yet. You need the upstream gradient of {node} and its local derivative for this "
            "input: which of the two are you unsure of?"
        ),
        N_(
            "Still not right. Take one factor at a time: what comes back to the output of {node}, and how fast does "
            "that output change with this input?"
        ),
    ),
}


def fallback_message(problem: Problem, blank: Blank, values: Mapping[str, Any], earlier: Sequence[str] = ()) -> Message:
    """Say what to look at if no mistake explains a wrong answer. `earlier` are the wrong answers before."""
    kind = "given start" if blank.kind == "start" and not problem.starts_at_one else blank.kind
    return Message(_FEEDBACK[kind][len(earlier) % 2], {} if kind == "question" else values)
