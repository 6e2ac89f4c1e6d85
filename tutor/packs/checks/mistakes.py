"""An author's mistakes are recognised as what they are, with the author's numbers and with fresh ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.algebra import AlgebraError
from tutor.algebra.show import show
from tutor.grading import Kind, Verdict, grade
from tutor.i18n import N_, Message, message
from tutor.packs.checks.finding import Finding, Subject
from tutor.packs.exercise import Variant

_RIGHT = N_("This mistake gives the right value with {numbers}. Choose other numbers, or another mistake.")
_OTHER = N_(
    "An answer with this mistake is taken for “{other}” with {numbers}. Choose other numbers, or leave one of the two out."
)
_UNREAD = N_("This mistake has no value with {numbers}: {problem}")


def check(subject: Subject, variants: Sequence[Variant]) -> Iterator[Finding]:
    """A fault for every mistake that is taken for something else, on the first variant where it is."""
    exercise = subject.exercise
    if exercise is None or not exercise.advice:
        return
    blanks = subject.source.data.get("blank", {})
    for name, settings in blanks.items():
        written = settings.get("mistake", []) if isinstance(settings, dict) else []
        for position in range(len(written)):
            place = ("blank", name, "mistake", position)
            for variant in variants:
                found = _taken_for(variant, name, written[position])
                if found is not None:
                    yield subject.fault(found, *place)
                    break


def _taken_for(variant: Variant, name: str, written: dict[str, str]) -> Message | None:
    problem = variant.problem
    blank = problem.place(name)
    numbers = ", ".join(f"{name} = {show(value)}" for name, value in problem.inputs.items())
    try:
        verdict: Verdict = grade(problem, blank, written["answer"])
    except AlgebraError as error:
        return message(_UNREAD, numbers=numbers, problem=error.message)
    if verdict.kind is Kind.MALFORMED:
        return message(_UNREAD, numbers=numbers, problem=verdict.message)
    if verdict.right or verdict.kind is Kind.COARSE:
        return message(_RIGHT, numbers=numbers)
    if verdict.mistake != written["id"]:
        return message(_OTHER, numbers=numbers, other=verdict.mistake or str(verdict.kind))
    return None
