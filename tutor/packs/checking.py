"""What only the graph can tell about an exercise file: from the file to the exercise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tutor.algebra import AlgebraError, Sym
from tutor.algebra.values import Value, shape
from tutor.engine import Graph
from tutor.engine.build import build_of, read_equations
from tutor.i18n import N_, Text, message
from tutor.packs.asking import Asking
from tutor.packs.composites import definitions, folded, report_unused
from tutor.packs.computing import Computing
from tutor.packs.exercise import Exercise
from tutor.packs.faults import at_place
from tutor.packs.plain_text import one_line
from tutor.packs.saying import Saying


class Checker(Computing, Asking, Saying):
    """Builds the exercise of one file; what depends on a fault is left out."""

    def build(self, exercise_id: str, pack: str, path: Path) -> Exercise | None:
        """The exercise, or None where there are faults."""
        file = self.file
        own = definitions(file.nodes, self.report)
        if own is None:
            return None
        if file.graph is None:
            return self._without_graph(exercise_id, pack, path)
        try:
            equations = read_equations(file.graph, own)
        except AlgebraError as error:
            self.report(at_place(error, file.graph), "graph")
            return None
        report_unused(own, equations, self.report)
        inputs = self._inputs(equations)
        try:
            graph = build_of(equations, file.graph, {name: shape(value) for name, value in inputs.items()}, own)
        except AlgebraError as error:
            # Without its value a matrix is taken for a number.
            if not self.doubtful:
                self.report(at_place(error, file.graph), "graph")
            return None
        self.whole = graph
        grouped = folded(graph, file.fold, self.report)
        graph, self.hidden = grouped or (graph, {})
        exercise = Exercise(
            id=exercise_id,
            pack=pack,
            title=file.title or Text({"": one_line(file.graph)}),
            graph=graph,
            inputs={name: _named(value, name) for name, value in inputs.items()},
            drawing=self._drawing(graph, inputs),
            start=self._start(graph),
            wrt=self._wrt(graph),
            level=file.level,
            minutes=file.minutes,
            needs=file.needs,
            links=file.links,
            constants=self._constants(graph),
            labels=self._labels(graph),
            text=file.text,
            after=file.after,
            path=path,
            exam=self.exam,
        )
        if grouped is None:
            return None
        problem = self._problem(exercise)
        exercise = replace(
            exercise,
            asked=self._asked(problem),
            given=self._given(problem),
            stages=self._stages(problem),
            forward=self._forward(graph),
            questions=self._questions(),
        )
        if exercise.stages:
            exercise = replace(exercise, asked=exercise.stages[0])
        known = self._known(self._asking(exercise), file.blank, "blank") if file.blank else []
        if self.doubtful:
            return None
        self._something_to_fill(exercise, problem)
        # What was computed for an exercise stays with it: it is made anew only where something is added.
        bare = replace(exercise, questions=()) if exercise.questions else exercise
        if self._finite(bare):
            if self.file.where:
                exercise = replace(exercise, where=self._where(bare))
            exercise = self._told_everything(exercise, known)
        return None if self.faults else exercise

    def _without_graph(self, exercise_id: str, pack: str, path: Path) -> Exercise | None:
        """An exercise of questions alone."""
        file = self.file
        for key in ("inputs", "vary", "where", "labels", "fold", "nodes"):
            if getattr(file, key):
                self.report(message(N_("This belongs to a graph, and there is none. Add one or leave this out.")), key)
        exercise = Exercise(
            id=exercise_id,
            pack=pack,
            title=file.title or Text({"": exercise_id}),
            graph=Graph((), ""),
            inputs={},
            given=(),
            level=file.level,
            minutes=file.minutes,
            needs=file.needs,
            links=file.links,
            questions=self._questions(),
            constants=file.values,
            text=file.text,
            after=file.after,
            path=path,
            exam=self.exam,
        )
        known = self._known(self._asking(exercise), file.blank, "blank") if file.blank else []
        if self.doubtful:
            return None
        exercise = self._told_everything(exercise, known)
        return None if self.faults else exercise


def _named(value: Value, name: str) -> Value:
    """A symbol that stands at an input is called as the input is."""
    return Sym(name, domain=value.domain) if isinstance(value, Sym) and not value.name else value
