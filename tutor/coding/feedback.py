"""Feedback on mistakes of the catalogue in code, where a line is a line of the file, not an edge of a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.i18n import N_, LocalizedText, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.grading.mistakes.candidate import MistakeCandidate

_SIGN = N_("The size is right. When {name} grows, does {node} grow or shrink?")
#: By the id of the mistake. The others have texts that are as clear in code.
_TEXTS: Mapping[str, str] = {
    "any.dropped-upstream": N_(
        "That is the local derivative of {node}, and it is right. Which factor of the chain rule is still missing?"
    ),
    "any.upstream-only": N_(
        "That is the upstream gradient, unchanged. How much does {node} change when {name} changes by 1?"
    ),
    "any.forward-value": N_(
        "That is the forward value of {name}. We want its gradient: how much does {goal} change when {name} changes by 1?"
    ),
    "any.wrong-sign": N_("The size is right. When {name} grows, does {goal} grow or shrink?"),
    "any.skipped-node": N_(
        "It looks as if you took the upstream gradient of a later node. Which gradient did {node} itself receive?"
    ),
    "any.inverted-local": N_(
        "It looks as if you divided by the local derivative. How much does {node} change when {name} changes by 1?"
    ),
    "any.times-output": N_(
        "You multiplied by the output of {node}. How much does this output change when {name} changes by 1?"
    ),
    "any.zero": N_(
        "A gradient of 0 means that a small change of {name} doesn't change {goal}. What happens to {goal} "
        "when {name} grows?"
    ),
    "any.whole-on-one-line": N_(
        "That is the whole gradient of {name}. Only the part through {node} belongs here: what does {node} send back?"
    ),
    "any.unsummed-upstream": N_(
        "You continued with only one part of the gradient. The value of {node} is used {n} times: what "
        "do you add first?"
    ),
    "branch.path-forgotten": N_(
        "It looks as if you left out one use of {at}. Where is {at} used, and what comes back from each use?"
    ),
    "branch.one-branch": N_(
        "A part is missing. {name} is used {n} times: what comes back from each use, and how do you combine them?"
    ),
    "branch.product": N_(
        "You multiplied the parts. {name} changes {goal} through each of them: how do such changes combine?"
    ),
    "add.own-input": N_("You multiplied by {name} itself. How much does the sum change when {name} changes by 1?"),
    "mul.own-input": N_("You used {name} itself. How much does the product change when {name} changes by 1?"),
    "mul.both-inputs": N_(
        "You multiplied by both factors. How much does the product change when only {name} changes by 1?"
    ),
    "sub.no-minus": _SIGN,
    "neg.no-minus": _SIGN,
}


def feedback_in_code(candidate: MistakeCandidate, values: Mapping[str, Any]) -> Message:
    """Return the feedback on a mistake, filled with the template values of its place; an author's text stays."""
    text = _TEXTS.get(candidate.id, "")
    if not text or isinstance(candidate.feedback_template, LocalizedText):
        return candidate.feedback(values)
    return Message(text, {**values, "at": candidate.other_node})
