"""The style `steps`: a function with the forward pass written out, and a line to complete for each gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.evaluate import format_shape
from tutor.engine.codegen.to_numpy import numpy_forward
from tutor.grading.wording import place_name
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.codegen.identifiers import IdentifierPool
    from tutor.grading.problem import Blank, Problem

#: The function that the judge calls: the inputs in order, then the start.
FUNCTION = "backward"

_RETURN = N_("Return the gradients of all edges, from the output to the inputs.")
_FORWARD = N_("Forward pass")
_BACKWARD = N_("Backward pass: write NumPy in place of each ...")


@dataclass(frozen=True, slots=True)
class GradientLine:
    """A gradient that the learner's function computes: its variable, and the place of the graph."""

    name: str
    place: Blank


@dataclass(frozen=True, slots=True)
class StepsTask:
    """What a steps file asks for: the arguments of its function, and its gradients in backward order."""

    problem: Problem
    arguments: tuple[str, ...]
    start: str
    gradients: tuple[GradientLine, ...]
    definitions: tuple[str, ...]
    forward_lines: tuple[str, ...]

    def code(self) -> list[str]:
        """Return the lines of the file below its header, with `...` in place of each gradient."""
        head = ["import math"] if any("math." in line for line in (*self.definitions, *self.forward_lines)) else []
        head += ["import numpy as np", "", "", *self.definitions]
        parameters = ", ".join([*self.arguments, self.start])
        body = [f'"""{_(_RETURN)}"""', f"# {_(_FORWARD)}", *self.forward_lines, "", f"# {_(_BACKWARD)}"]
        for line in self.gradients:
            body += [f"# {self.describe(line)}", f"{line.name} = ..."]
        names = [line.name for line in self.gradients]
        entries = [f'    "{name}": {name},' for name in names]
        body += ["", "return {", *entries, "}"]
        return [*head, f"def {FUNCTION}({parameters}):", *(f"    {line}" if line else "" for line in body)]

    def describe(self, line: GradientLine) -> str:
        """Return what a gradient belongs to, with its shape: `x → ×, 2×3`."""
        shape = line.place.shape
        name = str(place_name(self.problem, line.place))
        return str(message(N_("{name}, {shape}"), name=name, shape=format_shape(shape))) if shape else name


def steps_task(problem: Problem) -> StepsTask:
    """Return the task of writing every gradient of a graph."""
    graph = problem.graph
    forward = numpy_forward(graph)
    pool, names = forward.pool, forward.names
    output = names[graph.output_position]
    start = pool.allocate(f"d{output}")
    places = [place for place in problem.places if place.kind != "start"]
    return StepsTask(
        problem,
        tuple(names[graph.position[name]] for name in graph.inputs),
        start,
        tuple(_gradient_lines(problem, places, names, pool)),
        forward.definitions,
        forward.lines,
    )


def _gradient_lines(
    problem: Problem, places: Sequence[Blank], names: Sequence[str], pool: IdentifierPool
) -> list[GradientLine]:
    """Name the gradients: dx for the only edge of x and for a branch's sum, dx_1, dx_2 for the parts of a branch."""
    counts: dict[int, int] = {}
    lines = []
    sums = {place.node: pool.allocate(f"d{names[place.node]}") for place in places if place.kind == "sum"}
    for place in places:
        if place.kind == "sum":
            lines.append(GradientLine(sums[place.node], place))
            continue
        counts[place.node] = counts.get(place.node, 0) + 1
        part = f"_{counts[place.node]}" if place.node in sums else ""
        lines.append(GradientLine(pool.allocate(f"d{names[place.node]}{part}"), place))
    return lines
