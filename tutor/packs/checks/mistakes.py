"""An author's mistakes are recognised as what they are, with the author's numbers and with fresh ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.algebra.errors import AlgebraError
from tutor.algebra.printing import format_value
from tutor.grading.grader import grade
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, Message, message
from tutor.packs.templates import inline_gradients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.packs.checks.target import CheckTarget, Diagnostic
    from tutor.packs.diagnostics import KeyPath
    from tutor.packs.exercise import Variant

_RIGHT = N_("This mistake gives the right value with {numbers}. Choose other numbers, or another mistake.")
_OTHER = N_(
    "An answer with this mistake is taken for “{other}” with {numbers}. Choose other numbers, or leave one of the two out."
)
_UNREAD = N_("This mistake has no value with {numbers}: {problem}")


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """A fault for every mistake that is taken for something else, on the first variant where it is."""
    exercise = target.exercise
    if exercise is None or not exercise.author_notes:
        return
    for name, written, place in _iter_mistakes(target.source.data):
        for variant in variants:
            found = _misjudged_message(variant, name, written)
            if found is not None:
                yield target.fault(found, *place)
                break


def _iter_mistakes(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], KeyPath]]:
    """Every mistake of an author: its blank, what was written, and where."""
    tables = [(name, ("blank", name), settings) for name, settings in data.get("blank", {}).items()]
    tables += [(f"q{n + 1}", ("question", n), question) for n, question in enumerate(data.get("question", []))]
    for name, place, table in tables:
        for position, written in enumerate(table.get("mistake", [])):
            yield name, written, (*place, "mistake", position)


def _misjudged_message(variant: Variant, name: str, written: dict[str, str]) -> Message | None:
    problem = variant.problem
    blank = problem.place(name)
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    try:
        answer = written["answer"]
        if blank.kind == "question":
            answer = inline_gradients(answer, problem.question(blank).author_names)
        verdict: Verdict = grade(problem, blank, answer)
    except AlgebraError as error:
        return message(_UNREAD, numbers=numbers, problem=error.message)
    if verdict.kind is VerdictKind.MALFORMED:
        return message(_UNREAD, numbers=numbers, problem=verdict.message)
    if verdict.right or verdict.kind is VerdictKind.COARSE:
        return message(_RIGHT, numbers=numbers)
    if verdict.mistake != written["id"]:
        return message(_OTHER, numbers=numbers, other=verdict.mistake or str(verdict.kind))
    return None
