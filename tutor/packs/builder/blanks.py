"""What an exercise asks: blanks, forward values, stages, questions."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.grading.question import Choice, Question
from tutor.i18n import N_, Message, message
from tutor.packs.builder.context import BuildContext
from tutor.packs.diagnostics import MAX_FAULTS
from tutor.packs.questions import QuestionTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise

_MAX_NAMES_SHOWN = 40


class BlankBuilder(BuildContext):
    """Reads what is asked; names that are no blank are reported."""

    def _lookup_problem(self, exercise: Exercise) -> Problem:
        """The problem with all its places, for looking up names; its values don't matter."""
        if all(name in exercise.inputs for name in exercise.graph.inputs):
            return exercise.make_problem(exercise.inputs)
        drawn = exercise.random_inputs.draw(exercise.id, 0)
        return exercise.make_problem({**drawn, **exercise.inputs})

    def _lookup_problem_with_questions(self, exercise: Exercise) -> Problem:
        """The problem with all its places and questions, for looking up names; values don't matter."""
        problem = self._lookup_problem(exercise)
        asked = tuple(Question(question.id, question.prompt) for question in exercise.questions)
        return replace(problem, questions=asked)

    def _check_blanks(self, problem: Problem, names: Iterable[str], key: str) -> list[str]:
        """The names that are blanks; the others are reported."""
        found = []
        for name in names:
            if problem.has_place(name):
                found.append(name)
            elif len(self.faults) < MAX_FAULTS:
                text = self._inside_group_message(name, problem) or _unknown_blank_message(name, problem)
                self.report(text, key, *([name] if key == "blank" else []))
        return found

    def _build_asked_blanks(self, problem: Problem) -> tuple[str, ...] | None:
        return None if self.file.blanks is None else tuple(self._check_blanks(problem, self.file.blanks, "blanks"))

    def _build_given_blanks(self, problem: Problem) -> tuple[str, ...]:
        return tuple(self._check_blanks(problem, self.file.given, "given"))

    def _build_forward_nodes(self, graph: Graph) -> tuple[str, ...]:
        """The nodes whose forward values are asked."""
        operations = [node.id for node in graph.nodes if not node.is_input]
        if self.file.forward is None:
            return tuple(operations)
        found = []
        for name in self.file.forward:
            position = graph.position.get(name)
            if position is None or graph.nodes[position].is_input:
                text = N_("“{name}” is no node that computes something. Those are {known}.")
                self.report(message(text, name=name, known=", ".join(operations[:_MAX_NAMES_SHOWN])), "forward")
            else:
                found.append(name)
        return tuple(found)

    def _build_stages(self, problem: Problem) -> tuple[tuple[str, ...] | None, ...]:
        if self.file.stages and self.file.blanks is not None:
            self.report(message(N_("Stages say what is asked, and so does blanks. Leave one of them out.")), "stages")
        if self.file.stages and self.exam:
            self.report(message(N_("An exam asks everything at once. Leave the stages out.")), "stages")
        return tuple(
            None if stage is None else tuple(self._check_blanks(problem, stage, "stages")) for stage in self.file.stages
        )

    def _build_questions(self) -> tuple[QuestionTemplate, ...]:
        return tuple(
            QuestionTemplate(
                id=f"q{number}",
                prompt=question.prompt,
                answer=question.answer,
                symbols=question.symbols,
                choices=tuple(Choice(one.text, one.right, one.why) for one in question.choices),
                key_path=("question", number - 1),
            )
            for number, question in enumerate(self.file.question, 1)
        )

    def _check_something_to_fill(self, exercise: Exercise, problem: Problem) -> None:
        if self.file.question or self.file.forward != ():
            return
        if not self.faults and not replace(problem, asked=exercise.asked, given=exercise.given).blanks:
            self.report(message(N_("All blanks are given, so nothing is left to fill. Give fewer.")), "given")


def _unknown_blank_message(name: str, problem: Problem) -> Message:
    ids = [place.id for place in problem.places]
    known = ", ".join(ids[:_MAX_NAMES_SHOWN]) + (", …" if len(ids) > _MAX_NAMES_SHOWN else "")
    near = difflib.get_close_matches(name, ids[:500], n=1)
    if near:
        return message(
            N_("There is no blank “{name}”. Did you mean {near}? The blanks are {known}."),
            name=name,
            near=near[0],
            known=known,
        )
    return message(N_("There is no blank “{name}”. The blanks are {known}."), name=name, known=known)
