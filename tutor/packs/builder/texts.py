"""What an author says: texts with numbers in them, hints, own mistakes and what is said to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.grading.problem import AuthorMistake, AuthorNotes, Problem
from tutor.i18n import N_, LocalizedText, message
from tutor.packs.builder.context import BuildContext
from tutor.packs.templates import TemplateContext, parse_formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.packs.diagnostics import KeyPath
    from tutor.packs.exercise import Exercise
    from tutor.packs.model import BlankTable, QuestionTable


class TextBuilder(BuildContext):
    """Reads texts and formulas of an exercise that has values."""

    def _add_author_notes(self, exercise: Exercise, known: list[str]) -> Exercise:
        """The exercise with its author's hints and mistakes; what is wrong in texts and formulas is reported."""
        sound = self._check_texts(exercise)
        advice = self._build_author_notes(exercise, known) if sound else {}
        return replace(exercise, author_notes=advice) if advice else exercise

    def _check_texts(self, exercise: Exercise) -> bool:
        """Report every number that can't be filled into a text; whether the questions have their values."""
        if not exercise.questions and not any(text.texts for _place, text in self._iter_texts()):
            return True
        # What was computed stays with an exercise.
        without = replace(exercise, questions=()) if exercise.questions else exercise
        fill = TemplateContext(without.variant().problem, constants=exercise.constants)
        for place, text in self._iter_texts():
            for language, said in text.texts.items():
                for error in fill.find_errors(said):
                    self.report(self._error_message(error, said), *place, *([language] if language else []))
        faults = [fault for question in exercise.questions for fault in question.find_errors(fill)]
        for error, said, place in faults:
            self.report(self._error_message(error, said), *place)
        return not faults

    def _iter_texts(self) -> Iterable[tuple[KeyPath, LocalizedText]]:
        yield ("text",), self.file.text
        yield ("after",), self.file.after
        for name, settings in self.file.blank.items():
            for position, hint in enumerate(settings.hint):
                yield ("blank", name, "hint", position), hint
            for position, mistake in enumerate(settings.mistake):
                yield ("blank", name, "mistake", position), mistake.text
            yield ("blank", name, "after"), settings.after
        for number, question in enumerate(self.file.question):
            for position, hint in enumerate(question.hint):
                yield ("question", number, "hint", position), hint
            for position, mistake in enumerate(question.mistake):
                yield ("question", number, "mistake", position), mistake.text

    def _build_author_notes(self, exercise: Exercise, known: list[str]) -> dict[str, AuthorNotes]:
        problem = exercise.variant().problem
        found: dict[str, AuthorNotes] = {}
        for name in known:
            settings, blank = self.file.blank[name], problem.place(name)
            mistakes = self._build_mistakes(problem, name, settings)
            earlier = found.get(blank.id, AuthorNotes())
            found[blank.id] = AuthorNotes(
                earlier.hints + settings.hint,
                earlier.mistakes + mistakes,
                earlier.digits or settings.digits,
                self._check_symbols(problem, name, settings) or earlier.symbols,
                settings.after or earlier.praise,
            )
        for number, question in enumerate(self.file.question):
            blank = problem.place(f"q{number + 1}")
            mistakes = self._build_mistakes(problem, blank.id, question, "question", number)
            earlier = found.get(blank.id, AuthorNotes())
            found[blank.id] = replace(
                earlier, hints=earlier.hints + question.hint, mistakes=earlier.mistakes + mistakes
            )
        return found

    def _check_symbols(self, problem: Problem, name: str, settings: BlankTable) -> tuple[str, ...] | None:
        """The only names that an answer may use, where the author says so."""
        known = problem.names_at(problem.place(name))
        for symbol in settings.symbols or ():
            if symbol not in known:
                text = N_("“{name}” is not known at this blank. Known are {known}.")
                self.report(message(text, name=symbol, known=", ".join(known)), "blank", name, "symbols")
        return settings.symbols

    def _build_mistakes(
        self, problem: Problem, name: str, settings: BlankTable | QuestionTable, *place: str | int
    ) -> tuple[AuthorMistake, ...]:
        blank = problem.place(name)
        names = problem.question(blank).author_names if blank.kind == "question" else problem.names_at(blank)
        found = []
        for position, mistake in enumerate(settings.mistake):
            try:
                answer = parse_formula(mistake.answer, names)
                evaluate(answer, names)
            except AlgebraError as error:
                at = place or ("blank", name)
                self.report(self._error_message(error, mistake.answer), *at, "mistake", position, "answer")
            else:
                found.append(AuthorMistake(mistake.id, answer, mistake.text))
        return tuple(found)
