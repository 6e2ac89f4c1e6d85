"""The style `steps`: a function with the forward pass written out, and a line to complete for each gradient."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import as_expr
from tutor.coding.arrays import input_argument, to_argument, to_array
from tutor.coding.library import NUMPY, TORCH, Library
from tutor.coding.task import AskedValue, ExpectedMistake, describe_value
from tutor.coding.variants import trials_of
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.algebra.expr import Expr
    from tutor.coding.variants import Trial
    from tutor.engine.codegen.identifiers import IdentifierPool
    from tutor.grading.mistakes.equivalence import FloatProblem
    from tutor.grading.problem import Blank, Problem

_RETURN = N_("Return the gradients of all edges, from the output to the inputs.")
_FORWARD = N_("Forward pass")
_BACKWARD = N_("Backward pass: write {library} in place of each ...")
_NO_AUTOGRAD = N_("PyTorch could compute the gradients itself; here you write the backward pass by hand.")


@dataclass(frozen=True, slots=True)
class StepsTask:
    """A function of the inputs in order and the start, that returns every gradient by name."""

    problem: Problem
    arguments: tuple[str, ...]
    start: str
    values: tuple[AskedValue, ...]
    definitions: tuple[str, ...]
    forward_lines: tuple[str, ...]
    library: Library = NUMPY

    @property
    def entry(self) -> str:
        return "backward"

    def code(self) -> list[str]:
        head = [*self.library.imports((*self.definitions, *self.forward_lines)), "", "", *self.definitions]
        parameters = ", ".join([*self.arguments, self.start])
        backward = message(_BACKWARD, library=self.library.title)
        body = [f'"""{_(_RETURN)}"""', f"# {_(_FORWARD)}", *self.forward_lines, "", f"# {backward}"]
        body += [f"# {_(_NO_AUTOGRAD)}"] if self.library is TORCH else []
        for asked in self.values:
            body += [f"# {describe_value(self.problem, asked)}", f"{asked.name} = ..."]
        entries = [f'    "{asked.name}": {asked.name},' for asked in self.values]
        body += ["", "return {", *entries, "}"]
        return [*head, f"def {self.entry}({parameters}):", *(f"    {line}" if line else "" for line in body)]

    def trials(self) -> Sequence[Trial]:
        return trials_of(self.problem)

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        return {
            "function": self.entry,
            "names": [asked.name for asked in self.values],
            "calls": [_arguments(trial) for trial in trials],
            **self.library.job(trials),
        }

    def expected_mistakes(self) -> Sequence[ExpectedMistake]:
        """Return the mistakes of the exercise's author."""
        notes = self.problem.author_notes
        return [
            ExpectedMistake(mistake.id, mistake.feedback, partial(_wrong_value, asked, mistake.answer))
            for asked in self.values
            if asked.place.id in notes
            for mistake in notes[asked.place.id].mistakes
        ]

    def argument_name(self, position: int) -> str:
        return (*self.arguments, self.start)[position]


def steps_task(problem: Problem, library: Library = NUMPY) -> StepsTask:
    """Return the task of writing every gradient of a graph."""
    graph = problem.graph
    forward = library.forward(graph)
    pool, names = forward.pool, forward.names
    start = pool.allocate(f"d{names[graph.output_position]}")
    places = [place for place in problem.places if place.kind != "start"]
    return StepsTask(
        problem,
        tuple(names[graph.position[name]] for name in graph.inputs),
        start,
        tuple(_name_gradients(places, names, pool)),
        forward.definitions,
        forward.lines,
        library,
    )


def _arguments(trial: Trial) -> list[Mapping[str, Any]]:
    problem = trial.problem
    arguments = [input_argument(problem, name) for name in problem.graph.inputs]
    return [*arguments, to_argument(problem.truth(problem.places[0]), problem.places[0].shape)]


def _wrong_value(asked: AskedValue, answer: Expr, _trial: int, problem: FloatProblem, name: str) -> NDArray[Any] | None:
    """Return what an author's wrong answer gives on a trial; None if it has no value there, or is about another place."""
    if name != asked.name:
        return None
    place = asked.place_in(problem)
    names = {
        each: ops.map_cells(lambda cell: as_expr(Fraction(float(cell))), value)
        for each, value in problem.names_at(place).items()
    }
    try:
        return to_array(ops.map_cells(nearest_float, evaluate(answer, names)), place.shape)
    except (AlgebraError, ArithmeticError, ValueError):
        return None


def _name_gradients(places: Sequence[Blank], names: Sequence[str], pool: IdentifierPool) -> list[AskedValue]:
    """Name the gradients: dx for the only edge of x and for a branch's sum, dx_1, dx_2 for the parts of a branch."""
    counts: dict[int, int] = {}
    values = []
    sums = {place.node: pool.allocate(f"d{names[place.node]}") for place in places if place.kind == "sum"}
    for place in places:
        if place.kind == "sum":
            values.append(AskedValue(sums[place.node], place))
            continue
        counts[place.node] = counts.get(place.node, 0) + 1
        part = f"_{counts[place.node]}" if place.node in sums else ""
        values.append(AskedValue(pool.allocate(f"d{names[place.node]}{part}"), place))
    return values
