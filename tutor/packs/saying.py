"""What an author says: texts with numbers in them, hints, own mistakes and what is said to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tutor.algebra import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.grading.problem import Advice, OwnMistake, Problem
from tutor.i18n import N_, Text, message
from tutor.packs.exercise import Exercise
from tutor.packs.faults import Place
from tutor.packs.model import BlankSettings, OwnQuestion
from tutor.packs.reporting import Report
from tutor.packs.templates import Filling, read_formula


class Saying(Report):
    """Reads texts and formulas of an exercise that has values."""

    def _told_everything(self, exercise: Exercise, known: list[str]) -> Exercise:
        """The exercise with its author's hints and mistakes; what is wrong in texts and formulas is reported."""
        sound = self._texts(exercise)
        advice = self._advice(exercise, known) if sound else {}
        return replace(exercise, advice=advice) if advice else exercise

    def _texts(self, exercise: Exercise) -> bool:
        """Report every number that can't be filled into a text; whether the questions have their values."""
        if not exercise.questions and not any(text.texts for _place, text in self._all_texts()):
            return True
        # What was computed stays with an exercise.
        without = replace(exercise, questions=()) if exercise.questions else exercise
        fill = Filling(without.variant().problem, constants=exercise.constants)
        for place, text in self._all_texts():
            for language, said in text.texts.items():
                for error in fill.faults(said):
                    self.report(self._told(error, said), *place, *([language] if language else []))
        faults = [fault for question in exercise.questions for fault in question.faults(fill)]
        for error, said, place in faults:
            self.report(self._told(error, said), *place)
        return not faults

    def _all_texts(self) -> Iterable[tuple[Place, Text]]:
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

    def _advice(self, exercise: Exercise, known: list[str]) -> dict[str, Advice]:
        problem = exercise.variant().problem
        found: dict[str, Advice] = {}
        for name in known:
            settings, blank = self.file.blank[name], problem.place(name)
            mistakes = self._mistakes(problem, name, settings)
            earlier = found.get(blank.id, Advice())
            found[blank.id] = Advice(
                earlier.hints + settings.hint,
                earlier.mistakes + mistakes,
                earlier.digits or settings.digits,
                self._symbols(problem, name, settings) or earlier.symbols,
                settings.after or earlier.after,
            )
        for number, question in enumerate(self.file.question):
            blank = problem.place(f"q{number + 1}")
            mistakes = self._mistakes(problem, blank.id, question, "question", number)
            earlier = found.get(blank.id, Advice())
            found[blank.id] = replace(
                earlier, hints=earlier.hints + question.hint, mistakes=earlier.mistakes + mistakes
            )
        return found

    def _symbols(self, problem: Problem, name: str, settings: BlankSettings) -> tuple[str, ...] | None:
        """The only names that an answer may use, where the author says so."""
        known = problem.names_for(problem.place(name))
        for symbol in settings.symbols or ():
            if symbol not in known:
                text = N_("“{name}” is not known at this blank. Known are {known}.")
                self.report(message(text, name=symbol, known=", ".join(known)), "blank", name, "symbols")
        return settings.symbols

    def _mistakes(
        self, problem: Problem, name: str, settings: BlankSettings | OwnQuestion, *place: str | int
    ) -> tuple[OwnMistake, ...]:
        blank = problem.place(name)
        names = problem.question(blank).known if blank.kind == "question" else problem.names_for(blank)
        found = []
        for position, mistake in enumerate(settings.mistake):
            try:
                answer = read_formula(mistake.answer, names)
                evaluate(answer, names)
            except AlgebraError as error:
                at = place or ("blank", name)
                self.report(self._told(error, mistake.answer), *at, "mistake", position, "answer")
            else:
                found.append(OwnMistake(mistake.id, answer, mistake.text))
        return tuple(found)
