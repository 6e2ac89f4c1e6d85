"""What only the graph can tell about an exercise file: names, shapes, values, blanks, texts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tutor.algebra import AlgebraError, Equation, Sym, parse, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import describe, evaluate
from tutor.algebra.parser import reserved
from tutor.algebra.tree import ONE
from tutor.algebra.tree import names as names_in
from tutor.algebra.values import Shape, Value
from tutor.engine import Graph, NotANumber
from tutor.engine.build import read_equations
from tutor.engine.numerical import in_floats
from tutor.grading.problem import Advice, OwnMistake, Problem
from tutor.grading.question import Choice, Question
from tutor.i18n import N_, Message, Text, message
from tutor.packs.composites import definitions, folded, report_unused
from tutor.packs.conditions import Condition, read_condition
from tutor.packs.exercise import ATTEMPTS, Exercise, compute
from tutor.packs.faults import MAX_FAULTS, Fault, Place, at_place
from tutor.packs.model import BlankSettings, ExerciseFile, OwnQuestion, Vary
from tutor.packs.plain_text import one_line
from tutor.packs.questions import AuthoredQuestion
from tutor.packs.readers import MISPLACED
from tutor.packs.source import Source
from tutor.packs.templates import Filling
from tutor.packs.variants import Choice as Listed
from tutor.packs.variants import Draw, Drawing, Steps

_NAMES_SHOWN = 40
_NAME = re.compile(r"[^\W\d]\w*'*")


class Checker:
    """Builds the exercise of one file and gathers its `faults`; what depends on a fault is left out.

    `doubtful` says that values are missing from `file` because they were refused: then only names are checked. `exam`
    is what the pack is, where the file does not say.
    """

    def __init__(self, source: Source, file: ExerciseFile, doubtful: bool, exam: bool = False) -> None:
        self.source = source
        self.file = file
        self.doubtful = doubtful
        self.exam = exam if file.mode is None else file.mode == "exam"
        self.faults: list[Fault] = []
        #: The graph before groups were folded, and the group of each id and name inside one.
        self.whole: Graph | None = None
        self.hidden: Mapping[str, str] = {}

    def report(self, text: Message, *place: str | int) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(self.source.fault(place, text))

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
            graph = Graph.parse(file.graph, inputs, own)
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
        known = self._known(self._asking(exercise), file.blank, "blank")
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

    def _told_everything(self, exercise: Exercise, known: list[str]) -> Exercise:
        """The exercise with its author's hints and mistakes; what is wrong in texts and formulas is reported."""
        sound = self._texts(exercise)
        advice = self._advice(exercise, known) if sound else {}
        return replace(exercise, advice=advice) if advice else exercise

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
        known = self._known(self._asking(exercise), file.blank, "blank")
        if self.doubtful:
            return None
        exercise = self._told_everything(exercise, known)
        return None if self.faults else exercise

    def _constants(self, graph: Graph) -> dict[str, Value]:
        """The numbers that only texts and questions use."""
        for name in self.file.values:
            if not name.isidentifier() or reserved(name) or name in graph.position:
                text = N_("“{name}” can't be a name here: the graph has it, or it has a meaning of its own. Rename it.")
                self.report(message(text, name=name), "values", name)
        return self.file.values

    def _labels(self, graph: Graph) -> dict[str, Text]:
        for name in self.file.labels:
            if name not in graph.inputs:
                self.report(_unknown_input(name, graph.inputs), "labels", name)
        return self.file.labels

    def _asking(self, exercise: Exercise) -> Problem:
        """The problem with all its places and questions, for looking up names; values don't matter."""
        problem = self._problem(exercise)
        asked = tuple(Question(question.id, question.prompt) for question in exercise.questions)
        return replace(problem, questions=asked)

    def _forward(self, graph: Graph) -> tuple[str, ...]:
        """The nodes whose forward values are asked."""
        operations = [node.id for node in graph.nodes if not node.is_input]
        if self.file.forward is None:
            return tuple(operations)
        found = []
        for name in self.file.forward:
            position = graph.position.get(name)
            if position is None or graph.nodes[position].is_input:
                text = N_("“{name}” is no node that computes something. Those are {known}.")
                self.report(message(text, name=name, known=", ".join(operations[:_NAMES_SHOWN])), "forward")
            else:
                found.append(name)
        return tuple(found)

    def _stages(self, problem: Problem) -> tuple[tuple[str, ...] | None, ...]:
        if self.file.stages and self.file.blanks is not None:
            self.report(message(N_("Stages say what is asked, and so does blanks. Leave one of them out.")), "stages")
        if self.file.stages and self.exam:
            self.report(message(N_("An exam asks everything at once. Leave the stages out.")), "stages")
        return tuple(
            None if stage is None else tuple(self._known(problem, stage, "stages")) for stage in self.file.stages
        )

    def _questions(self) -> tuple[AuthoredQuestion, ...]:
        return tuple(
            AuthoredQuestion(
                id=f"q{number}",
                prompt=question.prompt,
                answer=question.answer,
                symbols=question.symbols,
                choices=tuple(Choice(one.text, one.right, one.why) for one in question.choices),
                place=("question", number - 1),
            )
            for number, question in enumerate(self.file.question, 1)
        )

    def _inputs(self, equations: list[Equation]) -> dict[str, Value]:
        """The values that belong to inputs of the graph."""
        defined = {equation.name for equation in equations if equation.name}
        used = {name for equation in equations for name in names_in(equation.tree)} - defined
        found = {}
        for name, value in self.file.inputs.items():
            if name in used:
                found[name] = value
            elif name in defined:
                text = N_("“{name}” is computed in the graph, so it takes no value. Delete this.")
                self.report(message(text, name=name), "inputs", name)
            elif name in ExerciseFile.model_fields:
                self.report(message(MISPLACED, key=name), "inputs", name)
            else:
                self.report(_unknown_input(name, used), "inputs", name)
        return found

    def _drawing(self, graph: Graph, inputs: Mapping[str, Value]) -> Drawing:
        draws = {}
        for name, vary in self.file.vary.items():
            if name not in graph.inputs:
                self.report(_unknown_input(name, graph.inputs), "vary", name)
            else:
                draws[name] = self._draw(name, vary, inputs.get(name))
        missing = tuple(name for name in graph.inputs if name not in inputs and name not in draws)
        return Drawing(draws, missing)

    def _draw(self, name: str, vary: Vary, value: Value) -> Draw:
        self._check_fix(name, vary, values.shape(value))
        matrix = value if values.is_matrix(value) else None
        if vary.choose is not None:
            return Draw(Listed(vary.choose), matrix, vary.fix)
        assert vary.first is not None and vary.to is not None
        count = int((vary.to - vary.first) / vary.step) + 1
        return Draw(Steps(vary.first, vary.step, count), matrix, vary.fix)

    def _check_fix(self, name: str, vary: Vary, shape: Shape) -> None:
        if shape is None:
            if vary.fix and not self.doubtful:
                text = N_("fix keeps cells of a matrix, and this is a number. Leave it out.")
                self.report(message(text), "vary", name, "fix")
            return
        for row, column in sorted(vary.fix):
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                text = N_("There is no cell [{row}, {column}]: the matrix is {shape}, and cells count from 0.")
                told = message(text, row=row, column=column, shape=describe(shape))
                self.report(told, "vary", name, "fix")

    def _start(self, graph: Graph) -> Value:
        """The start, or 1 where its shape does not fit."""
        if isinstance(self.file.start, Sym):
            return self._symbolic_start(graph, self.file.start)
        shape, wanted = values.shape(self.file.start), graph.nodes[graph.last].shape
        if shape is None or shape == wanted or self.doubtful:
            return self.file.start
        if wanted is None:
            text = N_("The start is {shape}, but the output is a number. Write a number.")
        else:
            text = N_("The start is {shape}, but the output is {output}. Write a number or such a matrix.")
        self.report(message(text, shape=describe(shape), output=describe(wanted)), "start")
        return ONE

    def _symbolic_start(self, graph: Graph, start: Sym) -> Value:
        """The start as a symbol, or 1 where it is not what comes back to this output."""
        goal, _, output = start.name.removeprefix("d").partition("/d")
        if output != graph.output:
            text = N_("{start} is no start of this graph: its output is {output}. Write d{goal}/d{output}.")
            self.report(message(text, start=start.name, output=graph.output, goal=goal), "start")
            return ONE
        if goal in graph.position:
            text = N_("“{name}” is a name in this graph. What the calculation ends in needs another one.")
            self.report(message(text, name=goal), "start")
            return ONE
        return start

    def _wrt(self, graph: Graph) -> tuple[str, ...] | None:
        unknown = [name for name in self.file.wrt or () if name not in graph.inputs]
        for name in unknown:
            self.report(_unknown_input(name, graph.inputs), "wrt")
        return None if unknown else self.file.wrt

    def _problem(self, exercise: Exercise) -> Problem:
        """The problem with all its places, for looking up names; its values don't matter."""
        drawn = exercise.drawing.draw(exercise.id, 0)
        return exercise.problem({**drawn, **exercise.inputs})

    def _known(self, problem: Problem, names: Iterable[str], key: str) -> list[str]:
        """The names that are blanks; the others are reported."""
        found = []
        for name in names:
            if problem.has_place(name):
                found.append(name)
            elif len(self.faults) < MAX_FAULTS:
                text = self._inside_a_group(name, problem) or _unknown_blank(name, problem)
                self.report(text, key, *([name] if key == "blank" else []))
        return found

    def _inside_a_group(self, name: str, problem: Problem) -> Message | None:
        """What is wrong with the name of a blank that a folded group hides."""
        assert self.whole
        unfolded = replace(problem, graph=self.whole)
        if not self.hidden or not unfolded.has_place(name):
            return None
        place = unfolded.place(name)
        ends = [place.edge.target, place.edge.source] if place.edge else [place.node]
        ids = [self.whole.nodes[end].id for end in ends]
        group = next((self.hidden[one] for one in ids if one in self.hidden), None)
        if group is None:
            return None
        text = N_("“{name}” lies inside the folded group “{group}”, where nothing is asked. Name a blank outside.")
        return message(text, name=name, group=group)

    def _told(self, error: AlgebraError, text: str) -> Message:
        """What is wrong in a text, with the place; a name that a folded group hides is told from an unknown one."""
        names = _NAME.findall(text[error.at : error.at + error.length])
        name = next((name for name in names if name in self.hidden), None)
        if name is None:
            return at_place(error, text)
        said = N_("“{name}” lies inside the folded group “{group}”, so it has no value here. Take it out.")
        return message(said, name=name, group=self.hidden[name])

    def _asked(self, problem: Problem) -> tuple[str, ...] | None:
        return None if self.file.blanks is None else tuple(self._known(problem, self.file.blanks, "blanks"))

    def _given(self, problem: Problem) -> tuple[str, ...]:
        return tuple(self._known(problem, self.file.given, "given"))

    def _something_to_fill(self, exercise: Exercise, problem: Problem) -> None:
        if self.file.question or self.file.forward != ():
            return
        if not self.faults and not replace(problem, asked=exercise.asked, given=exercise.given).blanks:
            self.report(message(N_("All blanks are given, so nothing is left to fill. Give fewer.")), "given")

    def _finite(self, exercise: Exercise) -> bool:
        """Whether both passes have values: for the author's numbers, and for fresh ones."""
        try:
            compute(exercise.variant().problem)
        except NotANumber as error:
            text = message(N_("{problem} Choose other numbers."), problem=error.message)
            self.report(text, "inputs" if self.file.inputs else "graph")
            return False
        if exercise.drawing.draws and not _fresh_are_finite(exercise):
            self.report(message(N_("None of the fresh numbers gives a finite value. Choose other ones.")), "vary")
            return False
        return True

    def _where(self, exercise: Exercise) -> tuple[Condition, ...]:
        """The conditions on fresh numbers, which the author's numbers meet too."""
        problem = exercise.variant().problem
        if problem.symbolic:
            self.report(message(N_("Conditions compare numbers, and here are symbols. Leave this out.")), "where")
            return ()
        exact = {node.name: problem.exact.values[i] for i, node in enumerate(problem.graph.nodes) if node.name}
        found = []
        for position, where in enumerate(self.file.where):
            place = ("where", position, "that")
            try:
                condition = read_condition(where.that, exact)
            except AlgebraError as error:
                self.report(at_place(error, where.that), *place)
                continue
            numbers = {name: in_floats(value) for name, value in exact.items()}
            authored = all(name in exercise.inputs for name in exercise.graph.inputs)
            if authored and not condition.holds(numbers, 1).all():
                text = N_("The numbers under [inputs] don't meet this condition. Change one or the other.")
                self.report(message(text), *place)
            found.append(condition)
        return tuple(found)

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
        names = problem.names_for(problem.place(name))
        found = []
        for position, mistake in enumerate(settings.mistake):
            try:
                answer = parse(mistake.answer, names)
                evaluate(answer, names)
            except AlgebraError as error:
                at = place or ("blank", name)
                self.report(self._told(error, mistake.answer), *at, "mistake", position, "answer")
            else:
                found.append(OwnMistake(mistake.id, answer, mistake.text))
        return tuple(found)

    def _texts(self, exercise: Exercise) -> bool:
        """Report every number that can't be filled into a text; whether the questions have their values."""
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


def _named(value: Value, name: str) -> Value:
    """A symbol that stands at an input is called as the input is."""
    return Sym(name, domain=value.domain) if isinstance(value, Sym) and not value.name else value


def _fresh_are_finite(exercise: Exercise) -> bool:
    """Whether there are fresh numbers with values: the first ones drawn, or some of the others, tried all at once."""
    if exercise.variant().problem.symbolic:
        return True
    from tutor.engine.batch import run_batch

    drawn = (exercise.drawing.draw(exercise.id, 1, attempt) for attempt in range(ATTEMPTS))
    problems = (exercise.problem({**exercise.inputs, **numbers}) for numbers in drawn)
    try:
        return next(problems).floats is not None
    except NotANumber:
        import numpy as np

        others = [problem.inputs for problem in problems]
        columns = {
            name: np.array([values.each(nearest_float, inputs[name]) for inputs in others], dtype=float)
            for name in exercise.graph.inputs
        }
    try:
        _, finite = run_batch(exercise.graph, columns, values.each(nearest_float, exercise.start), exercise.wrt)
    except NotANumber:
        return False
    return bool(finite.any())


def _unknown_input(name: str, known: Iterable[str]) -> Message:
    return message(
        N_("“{name}” is no input of the graph. Its inputs are {known}."),
        name=name,
        known=", ".join(sorted(known)),
    )


def _unknown_blank(name: str, problem: Problem) -> Message:
    ids = [place.id for place in problem.places]
    known = ", ".join(ids[:_NAMES_SHOWN]) + (", …" if len(ids) > _NAMES_SHOWN else "")
    near = difflib.get_close_matches(name, ids[:500], n=1)
    if near:
        return message(
            N_("There is no blank “{name}”. Did you mean {near}? The blanks are {known}."),
            name=name,
            near=near[0],
            known=known,
        )
    return message(N_("There is no blank “{name}”. The blanks are {known}."), name=name, known=known)
