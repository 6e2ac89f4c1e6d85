"""Check that authors' mistakes are recognised, with the author's numbers and with fresh ones."""

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

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic, KeyPath
    from tutor.packs.exercise import Variant

_RIGHT = N_("With {numbers}, this mistake gives the right value. Choose other numbers or another mistake.")
_OTHER = N_(
    "With {numbers}, an answer with this mistake is recognised as “{other}”. Choose other numbers, or "
    "remove one of the two."
)
_UNREAD = N_("With {numbers}, this mistake has no value: {problem}")
#: The same for an exercise without numbers.
_ALWAYS_RIGHT = N_("This mistake gives the right value. Choose another mistake.")
_ALWAYS_OTHER = N_("An answer with this mistake is recognised as “{other}”. Remove one of the two.")
_NEVER_READ = N_("This mistake has no value: {problem}")


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """Yield an error for every mistake that is taken for something else, on the first variant where it is."""
    if target.exercise is None or not target.exercise.author_notes:
        return
    for name, mistake, key_path in _iter_mistakes(target.source.data):
        texts = (_misjudged_message(variant, name, mistake) for variant in variants)
        text = next(filter(None, texts), None)
        if text is not None:
            yield target.error(text, *key_path)


def _iter_mistakes(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], KeyPath]]:
    """Yield the blank, the table and the place of every mistake of the author's."""
    tables = [(name, ("blank", name), table) for name, table in data.get("blank", {}).items()]
    tables += [(f"q{n + 1}", ("question", n), table) for n, table in enumerate(data.get("question", []))]
    for name, key_path, table in tables:
        for position, mistake in enumerate(table.get("mistake", [])):
            yield name, mistake, (*key_path, "mistake", position)


def _misjudged_message(variant: Variant, name: str, mistake: dict[str, str]) -> Message | None:
    problem = variant.problem
    blank = problem.place(name)
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    try:
        answer = mistake["answer"]
        if blank.kind == "question" and problem.question(blank).has_value:
            answer = inline_gradients(answer, problem.question(blank).author_names)
        verdict: Verdict = grade(problem, blank, answer)
    except AlgebraError as error:
        return _unread_message(numbers, error.message)
    if verdict.kind is VerdictKind.MALFORMED:
        return _unread_message(numbers, verdict.message)
    if verdict.right or verdict.kind is VerdictKind.COARSE:
        return message(_RIGHT, numbers=numbers) if numbers else message(_ALWAYS_RIGHT)
    if verdict.mistake != mistake["id"]:
        other = verdict.mistake or str(verdict.kind)
        return message(_OTHER, numbers=numbers, other=other) if numbers else message(_ALWAYS_OTHER, other=other)
    return None


def _unread_message(numbers: str, problem: Message) -> Message:
    return message(_UNREAD, numbers=numbers, problem=problem) if numbers else message(_NEVER_READ, problem=problem)
