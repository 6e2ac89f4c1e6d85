"""Texts, hints and mistakes of an author, checked with the numbers they are filled with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.grading.problem import AuthorMistake, AuthorNotes
from tutor.i18n import N_, message
from tutor.packs.templates import parse_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.grading.problem import Problem
    from tutor.i18n import LocalizedText
    from tutor.packs.builder.context import BuildContext
    from tutor.packs.diagnostics import KeyPath
    from tutor.packs.model import BlankTable, MistakeTable
    from tutor.packs.questions import QuestionTemplate
    from tutor.packs.templates import TemplateContext


def has_texts(context: BuildContext) -> bool:
    """Return whether there is any text in which numbers may be filled."""
    return any(text.texts for _key_path, text in _iter_texts(context))


def check_texts(context: BuildContext, template: TemplateContext, questions: Sequence[QuestionTemplate]) -> bool:
    """Report everything that can't be filled into texts; return whether all questions have their values."""
    for key_path, text in _iter_texts(context):
        for error, part, part_path in template.find_errors(text, key_path):
            context.report_algebra_error(error, part, *part_path)
    errors = [error for question in questions for error in question.find_errors(template)]
    for error, part, key_path in errors:
        context.report_algebra_error(error, part, *key_path)
    return not errors


def _iter_texts(context: BuildContext) -> Iterable[tuple[KeyPath, LocalizedText]]:
    file = context.file
    yield ("text",), file.text
    yield ("after",), file.after
    for name, blank in file.blank.items():
        yield from _iter_notes(("blank", name), blank.hint, blank.mistake)
        yield ("blank", name, "after"), blank.after
    for number, question in enumerate(file.question):
        yield from _iter_notes(("question", number), question.hint, question.mistake)
    for number, prediction in enumerate(file.prediction):
        yield ("prediction", number, "text"), prediction.text


def _iter_notes(
    key_path: KeyPath, hints: Sequence[LocalizedText], mistakes: Sequence[MistakeTable]
) -> Iterable[tuple[KeyPath, LocalizedText]]:
    for position, hint in enumerate(hints):
        yield (*key_path, "hint", position), hint
    for position, mistake in enumerate(mistakes):
        yield (*key_path, "mistake", position), mistake.text


def build_author_notes(context: BuildContext, problem: Problem, blanks: Iterable[str]) -> dict[str, AuthorNotes]:
    """Return the author's hints and mistakes by blank, for these keys of `[blank]` and all questions."""
    notes: dict[str, AuthorNotes] = {}
    for name in blanks:
        table, blank = context.file.blank[name], problem.place(name)
        mistakes = _build_mistakes(context, problem, name, table.mistake, ("blank", name))
        # Two keys may name the same blank.
        earlier = notes.get(blank.id, AuthorNotes())
        notes[blank.id] = AuthorNotes(
            earlier.hints + table.hint,
            earlier.mistakes + mistakes,
            earlier.precision if earlier.precision.is_demanded else table.precision,
            _check_symbols(context, problem, name, table) or earlier.symbols,
            table.after or earlier.praise,
        )
    for number, question in enumerate(context.file.question):
        blank_id = f"q{number + 1}"
        # Those of a text are texts, and belong to the question itself.
        mistakes = (
            ()
            if question.accept
            else _build_mistakes(context, problem, blank_id, question.mistake, ("question", number))
        )
        earlier = notes.get(blank_id, AuthorNotes())
        notes[blank_id] = replace(
            earlier,
            hints=earlier.hints + question.hint,
            mistakes=earlier.mistakes + mistakes,
            precision=question.precision if question.precision.is_demanded else earlier.precision,
        )
    return notes


def _check_symbols(context: BuildContext, problem: Problem, name: str, table: BlankTable) -> tuple[str, ...] | None:
    """Return the only names that an answer may use, None if the author does not restrict them."""
    known = problem.names_at(problem.place(name))
    for symbol in table.symbols or ():
        if symbol not in known:
            text = N_("“{name}” can't be used at this blank. You can use {known}.")
            context.report(message(text, name=symbol, known=", ".join(known)), "blank", name, "symbols")
    return table.symbols


def _build_mistakes(
    context: BuildContext, problem: Problem, name: str, tables: Sequence[MistakeTable], key_path: KeyPath
) -> tuple[AuthorMistake, ...]:
    blank = problem.place(name)
    names = problem.question(blank).author_names if blank.kind == "question" else problem.names_at(blank)
    mistakes = []
    for position, table in enumerate(tables):
        try:
            answer = parse_formula(table.answer, names)
            evaluate(answer, names)
        except AlgebraError as error:
            context.report_algebra_error(error, table.answer, *key_path, "mistake", position, "answer")
        else:
            mistakes.append(AuthorMistake(table.id, answer, table.text))
    return tuple(mistakes)
