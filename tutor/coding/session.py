"""A code exercise: a learner's file, what it is checked against, and what is stored of each check."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_expr, format_rows
from tutor.coding.graph_layer import GraphLayerTask
from tutor.coding.header import Header, HeaderError, read_header
from tutor.coding.layers import LAYERS, LayerTask
from tutor.coding.library import LIBRARIES, NUMPY, Library
from tutor.coding.standalone import standalone_style
from tutor.coding.steps import steps_task
from tutor.coding.styles import TaskStyle
from tutor.engine.function_definition import parse_definition
from tutor.engine.standard_functions import with_standard_functions
from tutor.glyphs import to_ascii
from tutor.grading.problem import parse_start_symbol
from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.code_settings import STANDALONE_STYLES
from tutor.packs.content_hash import content_hash
from tutor.packs.diagnostics import PackError
from tutor.packs.path_argument import exercise_at
from tutor.practice.event import CODE, Event, new_id
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import MAX_EVENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.coding.part_texts import CodeHint
    from tutor.coding.styles import CodeStyle
    from tutor.coding.verdict import FileResult
    from tutor.engine.function_definition import FunctionDefinition
    from tutor.packs.code_settings import Style
    from tutor.packs.exercise import Exercise
    from tutor.practice.worksheet import Journal

_NO_LAYER = N_("There is no layer {name}. The layers are {known}.")
_ONLY_NUMPY = N_("This exercise uses NumPy. Leave out --torch.")
_OTHER_STYLE = N_("This exercise has no graph, and its style is {style}. Leave out --style.")

#: What may be raised when a file is opened.
OPEN_ERRORS = (OSError, HeaderError, PackError, AlgebraError)


class CodeSession:
    """One learner's file. `check` runs it; hints are those of the graph's blanks, rung by rung."""

    def __init__(
        self, path: Path, style: CodeStyle, exercise: Exercise | None = None, journal: Journal | None = None
    ) -> None:
        self.path = path
        self.style = style
        self.exercise = exercise
        self.result: FileResult | None = None
        self._journal = journal
        self._try_id = new_id()
        self._rungs: dict[str, int] = {}
        self._has_begun = self._is_solved = False
        self._last_event_time = time.monotonic()

    def check(self) -> FileResult:
        """Run the file and judge it, in any thread. `record` keeps the result. Raise OSError."""
        return self.style.judge(self.path)

    def record(self, result: FileResult) -> None:
        """Keep the result of a check, and store one event. Its text are the rules whose lines are right.

        An exercise that asks for nothing but code is begun by the first check, and solved once all is right. A file that
        was solved before and is only opened again is nothing new.
        """
        is_first, self.result = self.result is None, result
        if self._journal is None or self.exercise is None or not self.exercise.pack:
            return
        if is_first and result.solved and self._was_solved_before():
            return
        first = result.first_open
        right = [each.name for each in result.results if each.verdict == "right"]
        if self.exercise.code.only and not self._has_begun:
            self._has_begun = True
            self._append("begin")
        self._append(
            CODE,
            blank=self.style.place_and_rule(first.name)[0] if first is not None else "",
            text=" ".join(self.style.rules_of(right)),
            verdict="right" if result.solved else "wrong",
            mistake=first.mistake if first is not None else "",
            hints=min(sum(self._rungs.values()), 999),
            duration=self._seconds_since_last(),
        )
        if self.exercise.code.only and result.solved and not self._is_solved:
            self._is_solved = True
            self._append("solved")

    def _was_solved_before(self) -> bool:
        store, exercise = self._journal, self.exercise
        assert exercise is not None
        return isinstance(store, Store) and (exercise.pack, exercise.id) in store.solved_in_code()

    def _seconds_since_last(self) -> float:
        now = time.monotonic()
        seconds, self._last_event_time = min(now - self._last_event_time, MAX_EVENT_SECONDS), now
        return seconds

    def _append(self, kind: str, **details: Any) -> None:
        assert self._journal is not None
        assert self.exercise is not None
        self._journal.append(
            Event(
                worksheet=self._try_id,
                kind=kind,
                pack=self.exercise.pack,
                exercise=self.exercise.id,
                fingerprint=self.exercise.variant().fingerprint,
                content=content_hash(self.exercise),
                **details,
            )
        )

    def next_hint(self, name: str = "") -> CodeHint | None:
        """Return the next hint at a part, by default the first one that is not right; None if there is no such part."""
        if not name:
            first = self.result.first_open if self.result is not None else None
            name = first.name if first is not None else self.style.part_names[0]
        if name not in self.style.part_names:
            return None
        hint = self.style.hint(name, self._rungs.get(name, 0) + 1)
        self._rungs[name] = hint.rung
        return hint


def open_session(path: Path, journal: Journal | None = None) -> CodeSession:
    """Return the session of a file. Raise OSError, HeaderError, PackError, AlgebraError."""
    header = read_header(path)
    if header.style in STANDALONE_STYLES and not (header.exercise or header.path):
        return CodeSession(path, standalone_style(header.style), journal=journal)
    if header.layer:
        return CodeSession(path, layer_style(header.layer, LIBRARIES[header.library]), journal=journal)
    exercise = exercise_of(header)
    library = LIBRARIES[header.library]
    return CodeSession(path, code_style(exercise, header.style, header.parameters, library), exercise, journal)


def layer_style(name: str, library: Library = NUMPY, *, faulty: bool = False) -> TaskStyle:
    """Return the style of a layer that is built in. Raise HeaderError if there is none."""
    layer = LAYERS.get(name)
    if layer is None:
        raise HeaderError(message(_NO_LAYER, name=name, known=", ".join(LAYERS)))
    return TaskStyle(LayerTask(layer, library, faulty=faulty))


def code_style(exercise: Exercise, style: Style, parameters: Sequence[str] = (), library: Library = NUMPY) -> CodeStyle:
    """Return the style of an exercise: made from its graph, or one without a graph that its author chose.

    Raise HeaderError if it can't be written in code, or not with these parameters or in this library.
    """
    if exercise.code_refusal is None:
        if library is not NUMPY and (style in STANDALONE_STYLES or exercise.code.faulty):
            raise HeaderError(message(_ONLY_NUMPY))
        if style in STANDALONE_STYLES:
            return standalone_style(style)
        if exercise.code.layer and style == "layer":
            return layer_style(exercise.code.layer, library, faulty=exercise.code.faulty)
    return exercise_style(exercise, style, parameters, library)


def exercise_style(
    exercise: Exercise, style: Style = "steps", parameters: Sequence[str] = (), library: Library = NUMPY
) -> TaskStyle:
    """Return the style that is made from an exercise's graph: its gradients line by line, or a layer.

    Raise HeaderError if it can't be written in code, or not with these parameters.
    """
    refusal = exercise.code_refusal
    if refusal is not None:
        raise HeaderError(refusal)
    problem = exercise.variant().problem
    if not problem.graph.nodes:
        raise HeaderError(message(_OTHER_STYLE, style=exercise.code.style))
    if style == "layer":
        return TaskStyle(GraphLayerTask(problem, parameters, library))
    return TaskStyle(steps_task(problem, library))


def exercise_of(header: Header) -> Exercise:
    """Return the exercise that a file is checked against. Raise PackError, AlgebraError, OSError."""
    if header.exercise:
        return library.find_exercise(header.exercise)
    if header.path:
        return exercise_at(Path(header.path))
    values = {name: _parse_exact(text) for name, text in header.values.items()}
    start = (parse_start_symbol(header.start) or _parse_exact(header.start)) if header.start else ONE
    return exercise_from_formula(header.formula, values, start, _parse_definitions(header.definitions))


def formula_header(exercise: Exercise, formula: str, definitions: tuple[str, ...]) -> Header:
    """Return the head of a file for a formula, with the values of its inputs."""
    problem = exercise.variant().problem
    values = {name: _format_exact(value) for name, value in problem.inputs.items()}
    start = "" if problem.starts_at_one else _format_exact(problem.start)
    return Header("steps", formula=formula, start=start, definitions=definitions, values=values)


def _format_exact(value: Value) -> str:
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
