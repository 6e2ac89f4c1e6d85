"""The programming interface: `tutor.graph`, `tutor.exercise` and `tutor.check`, for scripts and notebooks.

Its names and results stay as they are from one version to the next. Nothing that is done here is stored.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_value
from tutor.commands.check import check_width
from tutor.drawing.pictures.picture import picture_of
from tutor.drawing.pictures.svg import SvgTheme, svg
from tutor.drawing.reports.worked import worked_text
from tutor.engine.codegen import to_latex, to_numpy, to_torch
from tutor.engine.passes import NonFiniteError
from tutor.grading.problem import parse_start_symbol
from tutor.grading.verdict import VerdictKind
from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.builder.formula import problem_from_formula
from tutor.packs.checks.runner import check_packs
from tutor.packs.diagnostics import PackError
from tutor.packs.path_argument import exercise_at, is_path_argument
from tutor.plain.carets import format_error
from tutor.practice.worksheet import Worksheet as _Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.exercise import Exercise as _Exercise

#: A number, a text such as `"log(3)"`, or a vector or matrix of them as a list or a NumPy array.
Input: TypeAlias = "int | float | Fraction | str | list[Any] | np.ndarray[Any, Any]"
#: A float, a NumPy array in the shape of the value, or a formula as text where a symbol is in it.
Output: TypeAlias = "float | np.ndarray[Any, Any] | str"

_NO_VALUE = N_("{name} has the type {type}. Give a number, a text such as “log(3)”, a list or an array.")
_NO_BLANK = N_("There is no blank “{name}”. The blanks are {known}.")
_EXAM = N_("{name} is an exam. Its values are shown only after it is due.")
_NO_THEME = N_("theme can't be “{theme}”. Write “light” or “dark”.")
_NO_FILE = N_("There is no such file or folder: {path}")


class TutorError(ValueError):
    """An argument can't be used; the text says what is wrong and what to do."""


@contextmanager
def _as_tutor_error(text: str = "", name: str = "") -> Iterator[None]:
    """Turn an error in `text`, which is the value of the input `name` or a formula, into a TutorError."""
    try:
        yield
    except AlgebraError as error:
        sentence = format_error(error, text) if text else str(error.message)
        raise TutorError(f"{name}: {sentence}" if name else sentence) from None
    except (NonFiniteError, PackError) as error:
        raise TutorError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge: operand number `slot` of the node `target` is the value of the node `source`.

    `gradient` is what comes back along it, `upstream` times the `local` derivative; `local` is None for operations on
    whole matrices, such as @. All three are None where nothing comes back.
    """

    source: str
    target: str
    slot: int
    value: Output
    upstream: Output | None
    local: Output | None
    gradient: Output | None


class Graph:
    """A computational graph with both passes. Make one with `tutor.graph`."""

    def __init__(self, problem: Problem, title: str) -> None:
        self._problem = problem
        self._title = title
        self._passes = problem.passes

    @property
    def value(self) -> Output:
        """The value of the output."""
        return _output(self._passes.values[self._problem.graph.output_position])

    @property
    def values(self) -> dict[str, Output]:
        """The forward value of every node, by its name, inputs first."""
        nodes = self._problem.graph.nodes
        return {node.id: _output(value) for node, value in zip(nodes, self._passes.values, strict=True)}

    @property
    def gradients(self) -> dict[str, Output]:
        """The gradient of the output in each input, by name; only of those in `wrt`, if that was given."""
        graph = self._problem.graph
        names = graph.differentiable_inputs(self._problem.wrt)
        return {name: _output(self._passes.gradients[graph.position[name]]) for name in names}

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, in the order of the forward pass."""
        graph = self._problem.graph
        edges = []
        for edge in graph.edges:
            found = self._passes.edges.get((edge.target, edge.slot))
            back = (found.upstream, found.local_gradient, found.gradient) if found else (None, None, None)
            upstream, local, gradient = (None if value is None else _output(value) for value in back)
            source, target = graph.nodes[edge.source].id, graph.nodes[edge.target].id
            value = _output(self._passes.values[edge.source])
            edges.append(Edge(source, target, edge.slot, value, upstream, local, gradient))
        return tuple(edges)

    def svg(self, *, blank: bool = False, theme: SvgTheme = "light") -> str:
        """Return the picture as SVG; with `blank`, with empty fields in place of the backward values. Raise TutorError."""
        if theme not in get_args(SvgTheme):
            raise TutorError(str(message(_NO_THEME, theme=theme)))
        return svg(picture_of(self._problem, self._title, blank=blank), theme)

    def torch(self) -> str:
        """Return a PyTorch program that computes the same gradients."""
        return _program(to_torch.torch_program, self._problem)

    def numpy(self) -> str:
        """Return a NumPy program with a line for each edge."""
        return _program(to_numpy.numpy_program, self._problem)

    def latex(self) -> str:
        """Return the derivation in LaTeX."""
        return _program(to_latex.latex_derivation, self._problem)

    def text(self, width: int = 100) -> str:
        """Return the worked graph as text of at most `width` columns, as `backprop-tutor solve` prints it."""
        return "\n".join(worked_text(self._problem, width=width))

    def __repr__(self) -> str:
        return f"<tutor.Graph {self._title}>"

    def _repr_svg_(self) -> str:
        return self.svg()


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on an answer. `mistake` is the id of a named mistake; `certain` says whether it is beyond doubt."""

    verdict: str
    right: bool
    mistake: str | None
    certain: bool
    message: str


class Worksheet:
    """A try at an exercise, kept in memory only. Make one with `Exercise.worksheet`."""

    def __init__(self, worksheet: _Worksheet) -> None:
        self._worksheet = worksheet

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names of the blanks, in the order of the backward pass."""
        return tuple(blank.id for blank in self._worksheet.blanks)

    @property
    def text(self) -> str:
        """The text of the exercise with these numbers."""
        return self._worksheet.variant.text().strip()

    @property
    def solved(self) -> bool:
        """Whether every blank is right."""
        return self._worksheet.done

    def answer(self, blank: str, text: str | float) -> Answer:
        """Check an answer, as it would be typed. Raise TutorError if there is no such blank."""
        verdict = self._worksheet.answer(self._find(blank), str(text))
        certain = verdict.certain and verdict.mistake is not None
        return Answer(
            str(verdict.kind), verdict.kind is VerdictKind.RIGHT, verdict.mistake, certain, str(verdict.message)
        )

    def hint(self, blank: str) -> str:
        """Return the next hint at a blank. Raise TutorError if there is none, as in an exam."""
        place = self._find(blank)
        if (refusal := self._worksheet.help_refusal) is not None:
            raise TutorError(str(refusal))
        return str(self._worksheet.next_hint(place).text)

    def _find(self, blank: str) -> str:
        problem = self._worksheet.problem
        if not problem.has_place(blank):
            raise TutorError(str(message(_NO_BLANK, name=blank, known=", ".join(self.blanks))))
        return problem.place(blank).id

    def __repr__(self) -> str:
        return f"<tutor.Worksheet {self._worksheet.variant.exercise.title}>"

    def _repr_svg_(self) -> str | None:
        """Return the graph with what is right so far; None for an exercise without a graph."""
        problem = self._worksheet.problem
        if not problem.graph.nodes:
            return None
        title = str(self._worksheet.variant.exercise.title)
        return svg(picture_of(problem, title, blank=True, shown=self._worksheet.visible_places()))


class Exercise:
    """An exercise of a pack or a file. Open one with `tutor.exercise`."""

    def __init__(self, exercise: _Exercise) -> None:
        self._exercise = exercise

    @property
    def title(self) -> str:
        """The title, in the language in use."""
        return str(self._exercise.title)

    def worksheet(self, seed: int | None = None) -> Worksheet:
        """Return a new try, with the author's numbers or those of a seed. Raise TutorError."""
        with _as_tutor_error():
            return Worksheet(_Worksheet(self._exercise.variant(seed)))

    def graph(self, seed: int | None = None) -> Graph:
        """Return the solved graph, with the author's numbers or those of a seed. Raise TutorError, for an exam as well."""
        if self._exercise.exam and not self._exercise.assessment.is_over:
            raise TutorError(str(message(_EXAM, name=self.title)))
        with _as_tutor_error():
            return Graph(self._exercise.variant(seed).problem, self.title)

    def __repr__(self) -> str:
        return f"<tutor.Exercise {self.title}>"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a pack: an error, a warning or a note, with its place and a remedy."""

    severity: Literal["error", "warning", "note"]
    file: Path | None
    line: int | None
    key: str
    message: str


def graph(formula: str, *, start: Input = 1, wrt: tuple[str, ...] | None = None, **inputs: Input) -> Graph:
    """Return the graph of a formula such as `"z = (a + b) * c"`, with the values of its inputs.

    `start` is the gradient at the output, a value or a symbol such as `"dL/dz"`; `wrt` names the inputs whose gradients
    are wanted, all if it is None. Raise TutorError for a formula that can't be read or has no finite value.
    """
    values = {name: _exact(name, value) for name, value in inputs.items()}
    symbol = parse_start_symbol(start) if isinstance(start, str) else None
    begin = ONE if start == 1 and isinstance(start, int) else symbol or _exact("start", start)
    with _as_tutor_error(formula):
        return Graph(problem_from_formula(formula, values, begin, None, wrt), formula)


def exercise(name: str | Path) -> Exercise:
    """Return the exercise with a name such as `"basics/plus"`, or the one in a file. Raise TutorError."""
    with _as_tutor_error():
        if not isinstance(name, Path) and not is_path_argument(name):
            return Exercise(library.find_exercise(name))
        return Exercise(exercise_at(Path(name).expanduser()))


def check(path: str | Path) -> tuple[Finding, ...]:
    """Return everything there is to say about a pack or an exercise file; nothing if all is well. Raise TutorError."""
    file = Path(path).expanduser()
    if not file.exists():
        raise TutorError(str(message(_NO_FILE, path=path)))
    with _as_tutor_error():
        found = check_packs([file], (check_width,))
    return tuple(Finding(each.severity, each.path, each.line, each.key, str(each.message)) for each in found)


def _exact(name: str, value: Input) -> Value:
    """Return an input as an exact value. Raise TutorError."""
    text = _literal(value)
    if text is None:
        raise TutorError(str(message(_NO_VALUE, name=name, type=type(value).__name__)))
    with _as_tutor_error(text, name):
        return evaluate(parse_value(text), {})


def _literal(value: Any) -> str | None:
    """Return a value as it would be typed; None if it is of no kind that can be."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        parts = [_literal(part) for part in value]
        return None if None in parts else f"[{', '.join(filter(None, parts))}]"
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction | str):
        return None
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def _output(value: Value) -> Output:
    if ops.is_array(value) and value.dtype != object:
        return np.array(ops.to_lists(value))
    return value if isinstance(value, float) else format_value(value)


def _program(write: Any, problem: Problem) -> str:
    return "\n".join(write(problem.graph, problem.inputs, problem.start, problem.wrt))
