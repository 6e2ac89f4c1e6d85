"""A code exercise: a learner's file, the exercise that it is checked against, and what is stored of each check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_expr, format_rows
from tutor.coding.header import Header, HeaderError, read_header
from tutor.coding.judge import judge_file
from tutor.coding.steps import steps_task
from tutor.engine.function_definition import parse_definition
from tutor.engine.standard_functions import with_standard_functions
from tutor.glyphs import to_ascii
from tutor.grading.hints.ladder import hint_at, num_rungs
from tutor.grading.problem import parse_start_symbol
from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.diagnostics import PackError, pack_error
from tutor.packs.pack import Pack
from tutor.packs.path_argument import open_path
from tutor.practice.event import Event, new_id
from tutor.practice.rule_ids import rule_id_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.coding.task import AskedValue, Task
    from tutor.coding.verdict import FileResult
    from tutor.engine.function_definition import FunctionDefinition
    from tutor.grading.hints.ladder import Hint
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Journal

#: The kind of the event of a check: its verdict is "right" once every gradient is.
CODE = "code"

_NO_GRAPH = N_("{name} has no graph, so that there is nothing to write in code.")
_SYMBOLS = N_("{name} has symbols in place of numbers. Code needs numbers.")
_EXAM = N_("{name} is an exam, which is done on paper.")
_IS_PACK = N_("{name} is a pack. Name one of its exercises.")


class CodeSession:
    """One learner's file. `check` runs it; hints are those of the graph's blanks, rung by rung."""

    def __init__(self, path: Path, exercise: Exercise, task: Task, journal: Journal | None = None) -> None:
        self.path = path
        self.exercise = exercise
        self.task = task
        self.result: FileResult | None = None
        self._journal = journal
        self._try_id = new_id()
        self._rungs: dict[str, int] = {}

    def check(self) -> FileResult:
        """Run the file, judge it and store the result. Raise OSError."""
        self.result = judge_file(self.task, self.path)
        self._store(self.result)
        return self.result

    def _store(self, result: FileResult) -> None:
        if self._journal is None or not self.exercise.pack:
            return
        first = result.first_open
        line = self._line(first.name) if first is not None else None
        right = [self._line(each.name) for each in result.results if each.verdict == "right"]
        rules = sorted({rule_id_at(self.task.problem, each.place) for each in right if each is not None})
        self._journal.append(
            Event(
                worksheet=self._try_id,
                kind=CODE,
                pack=self.exercise.pack,
                exercise=self.exercise.id,
                blank=line.place.id if line is not None else "",
                text=" ".join(rules),
                verdict="right" if result.solved else "wrong",
                mistake=first.mistake if first is not None else "",
                hints=sum(self._rungs.values()),
                fingerprint=self.exercise.variant().fingerprint,
            )
        )

    def _line(self, name: str) -> AskedValue | None:
        return next((line for line in self.task.values if line.name == name), None)

    def next_hint(self, name: str = "") -> tuple[AskedValue, Hint] | None:
        """Return the next hint at a gradient, by default the first one that is not right; None if there is none.

        The last rung tells the numbers of the example, never the line of code.
        """
        if not name:
            first = self.result.first_open if self.result is not None else None
            name = first.name if first is not None else self.task.values[0].name
        line = self._line(name)
        if line is None:
            return None
        most = num_rungs(self.task.problem, line.place)
        self._rungs[name] = min(self._rungs.get(name, 0) + 1, most)
        known = {each.place.id for each in self.task.values[: self.task.values.index(line)]} | {"start"}
        return line, hint_at(self.task.problem, line.place, self._rungs[name], known)


def open_session(path: Path, journal: Journal | None = None) -> CodeSession:
    """Return the session of a file. Raise OSError, HeaderError, PackError, AlgebraError."""
    exercise = exercise_of(read_header(path))
    return CodeSession(path, exercise, task_of(exercise), journal)


def task_of(exercise: Exercise) -> Task:
    """Return the task of an exercise. Raise HeaderError if it has none."""
    problem = exercise.variant().problem
    name = f"{exercise.pack}/{exercise.id}" if exercise.pack else str(exercise.title)
    if exercise.exam:
        raise HeaderError(message(_EXAM, name=name))
    if not problem.graph.nodes:
        raise HeaderError(message(_NO_GRAPH, name=name))
    if problem.symbolic or problem.has_matrix_symbols:
        raise HeaderError(message(_SYMBOLS, name=name))
    return steps_task(problem)


def exercise_of(header: Header) -> Exercise:
    """Return the exercise that a file is checked against. Raise PackError, AlgebraError, OSError."""
    if header.exercise:
        return library.find_exercise(header.exercise)
    if header.path:
        return exercise_at(Path(header.path))
    values = {name: _parse_exact(text) for name, text in header.values.items()}
    start = (parse_start_symbol(header.start) or _parse_exact(header.start)) if header.start else ONE
    return exercise_from_formula(header.formula, values, start, _parse_definitions(header.definitions))


def exercise_at(path: Path) -> Exercise:
    """Return the exercise in a file. Raise PackError, also for a pack."""
    opened = open_path(path)
    if isinstance(opened, Pack):
        raise pack_error(message(_IS_PACK, name=path), path)
    return opened


def formula_header(exercise: Exercise, formula: str, definitions: tuple[str, ...]) -> Header:
    """Return the head of a file for a formula, with the values of its inputs."""
    problem = exercise.variant().problem
    values = {name: format_exact(value) for name, value in problem.inputs.items()}
    start = "" if problem.starts_at_one else format_exact(problem.start)
    return Header("steps", formula=formula, start=start, definitions=definitions, values=values)


def format_exact(value: Value) -> str:
    """Return an exact value as it is typed."""
    if not ops.is_matrix(value):
        return to_ascii(format_expr(value))
    rows = [[to_ascii(format_expr(cell)) for cell in row] for row in value]
    return format_rows(rows, ops.is_vector(value))


def _parse_exact(text: str) -> Value:
    return evaluate(parse_value(text), {})


def _parse_definitions(texts: tuple[str, ...]) -> Mapping[str, FunctionDefinition]:
    definitions: dict[str, FunctionDefinition] = {}
    for text in texts:
        definition = parse_definition(text, with_standard_functions(definitions), ())
        definitions[definition.name] = definition
    return definitions


#: What may be raised when a file is opened.
OPEN_ERRORS = (OSError, HeaderError, PackError, AlgebraError)
