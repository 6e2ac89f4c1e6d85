"""An author's mistakes are recognised as what they are, with the author's numbers and with fresh ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.algebra import AlgebraError
from tutor.algebra.show import show
from tutor.grading import Kind, Verdict, grade
from tutor.i18n import N_, Message, message
from tutor.packs.checks.finding import Finding, Subject
from tutor.packs.exercise import Variant
from tutor.packs.faults import Place
from tutor.packs.templates import without_gradients

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
    for name, written, place in _written(subject.source.data):
        for variant in variants:
            found = _taken_for(variant, name, written)
            if found is not None:
                yield subject.fault(found, *place)
                break


def _written(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], Place]]:
    """Every mistake of an author: its blank, what was written, and where."""
    tables = [(name, ("blank", name), settings) for name, settings in data.get("blank", {}).items()]
    tables += [(f"q{n + 1}", ("question", n), question) for n, question in enumerate(data.get("question", []))]
    for name, place, table in tables:
        for position, written in enumerate(table.get("mistake", [])):
            yield name, written, (*place, "mistake", position)


def _taken_for(variant: Variant, name: str, written: dict[str, str]) -> Message | None:
    problem = variant.problem
    blank = problem.place(name)
    numbers = ", ".join(f"{name} = {show(value)}" for name, value in problem.inputs.items())
    try:
        answer = written["answer"]
        if blank.kind == "question":
            answer = without_gradients(answer, problem.question(blank).known)
        verdict: Verdict = grade(problem, blank, answer)
    except AlgebraError as error:
        return message(_UNREAD, numbers=numbers, problem=error.message)
    if verdict.kind is Kind.MALFORMED:
        return message(_UNREAD, numbers=numbers, problem=verdict.message)
    if verdict.right or verdict.kind is Kind.COARSE:
        return message(_RIGHT, numbers=numbers)
    if verdict.mistake != written["id"]:
        return message(_OTHER, numbers=numbers, other=verdict.mistake or str(verdict.kind))
    return None
