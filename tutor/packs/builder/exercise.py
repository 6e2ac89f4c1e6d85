"""What only the graph can tell about an exercise file: from the file to the exercise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Sym
from tutor.algebra.ops import Value, shape_of
from tutor.engine.builder import build_from_equations, parse_and_check
from tutor.engine.graph import Graph
from tutor.i18n import N_, LocalizedText, message
from tutor.packs.builder.blanks import BlankBuilder
from tutor.packs.builder.custom_nodes import build_definitions, fold_groups, report_unused_definitions
from tutor.packs.builder.inputs import InputBuilder
from tutor.packs.builder.texts import TextBuilder
from tutor.packs.diagnostics import with_position
from tutor.packs.exercise import Exercise
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from pathlib import Path


class ExerciseBuilder(InputBuilder, BlankBuilder, TextBuilder):
    """Builds the exercise of one file; what depends on a fault is left out."""

    def build(self, exercise_id: str, pack: str, path: Path) -> Exercise | None:
        """The exercise, or None where there are faults."""
        file = self.file
        own = build_definitions(file.nodes, self.report)
        if own is None:
            return None
        if file.graph is None:
            return self._build_without_graph(exercise_id, pack, path)
        try:
            equations = parse_and_check(file.graph, own)
        except AlgebraError as error:
            self.report(with_position(error, file.graph), "graph")
            return None
        report_unused_definitions(own, equations, self.report)
        inputs = self._build_inputs(equations)
        try:
            graph = build_from_equations(
                equations, file.graph, {name: shape_of(value) for name, value in inputs.items()}, own
            )
        except AlgebraError as error:
            # Without its value a matrix is taken for a number.
            if not self.has_invalid_values:
                self.report(with_position(error, file.graph), "graph")
            return None
        self.unfolded_graph = graph
        grouped = fold_groups(graph, file.fold, self.report)
        graph, self.group_of = grouped or (graph, {})
        exercise = Exercise(
            id=exercise_id,
            pack=pack,
            title=file.title or LocalizedText({"": clean_title(file.graph)}),
            graph=graph,
            inputs={name: _name_symbol(value, name) for name, value in inputs.items()},
            random_inputs=self._build_random_inputs(graph, inputs),
            start=self._build_start(graph),
            wrt=self._build_wrt(graph),
            level=file.level,
            minutes=file.minutes,
            needs=file.needs,
            links=file.links,
            constants=self._build_constants(graph),
            labels=self._build_labels(graph),
            text=file.text,
            after=file.after,
            path=path,
            exam=self.exam,
        )
        if grouped is None:
            return None
        problem = self._lookup_problem(exercise)
        exercise = replace(
            exercise,
            asked=self._build_asked_blanks(problem),
            given=self._build_given_blanks(problem),
            stages=self._build_stages(problem),
            forward=self._build_forward_nodes(graph),
            questions=self._build_questions(),
        )
        if exercise.stages:
            exercise = replace(exercise, asked=exercise.stages[0])
        known = (
            self._check_blanks(self._lookup_problem_with_questions(exercise), file.blank, "blank") if file.blank else []
        )
        if self.has_invalid_values:
            return None
        self._check_something_to_fill(exercise, problem)
        # What was computed for an exercise stays with it: it is made anew only where something is added.
        bare = replace(exercise, questions=()) if exercise.questions else exercise
        if self._check_finite(bare):
            if self.file.where:
                exercise = replace(exercise, conditions=self._build_conditions(bare))
            exercise = self._add_author_notes(exercise, known)
        return None if self.faults else exercise

    def _build_without_graph(self, exercise_id: str, pack: str, path: Path) -> Exercise | None:
        """An exercise of questions alone."""
        file = self.file
        for key in ("inputs", "vary", "where", "labels", "fold", "nodes"):
            if getattr(file, key):
                self.report(message(N_("This belongs to a graph, and there is none. Add one or leave this out.")), key)
        exercise = Exercise(
            id=exercise_id,
            pack=pack,
            title=file.title or LocalizedText({"": exercise_id}),
            graph=Graph((), ""),
            inputs={},
            given=(),
            level=file.level,
            minutes=file.minutes,
            needs=file.needs,
            links=file.links,
            questions=self._build_questions(),
            constants=file.values,
            text=file.text,
            after=file.after,
            path=path,
            exam=self.exam,
        )
        known = (
            self._check_blanks(self._lookup_problem_with_questions(exercise), file.blank, "blank") if file.blank else []
        )
        if self.has_invalid_values:
            return None
        exercise = self._add_author_notes(exercise, known)
        return None if self.faults else exercise


def _name_symbol(value: Value, name: str) -> Value:
    """A symbol that stands at an input is called as the input is."""
    return Sym(name, domain=value.domain) if isinstance(value, Sym) and not value.name else value
