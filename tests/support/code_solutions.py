"""Right solutions of code exercises, and wrong ones made from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.engine.codegen import to_numpy
from tutor.engine.codegen.helper_functions import HelperFunctions, composite_operations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.coding.graph_layer import GraphLayerTask
    from tutor.coding.steps import StepsTask


def right_lines(task: StepsTask) -> dict[str, list[str]]:
    """Return the lines that compute each gradient of a steps file, by its name; those of a node with its first one."""
    graph, problem = task.problem.graph, task.problem
    functions = HelperFunctions()
    for operation in composite_operations(graph):
        functions.define(operation, to_numpy._function_bodies(operation, functions))
    writer = to_numpy._NumpyWriter(graph, problem.wrt, functions)
    edge_names: dict[tuple[int, int], str] = {}
    allocate = writer._edge_gradient_name

    def named(edge: object) -> str:
        key = (edge.target, edge.slot)  # type: ignore[attr-defined]
        if key not in edge_names:
            edge_names[key] = allocate(edge)  # type: ignore[arg-type]
        return edge_names[key]

    writer._edge_gradient_name = named  # type: ignore[method-assign]
    start = writer.gradient_name(graph.output_position)
    lines = writer.backward_lines()
    theirs = {start: task.start}
    for line in task.values:
        place = line.place
        name = edge_names[place.edge.target, place.edge.slot] if place.edge else writer.gradient_names[place.node]
        theirs[name] = line.name
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(theirs, key=len, reverse=True))) + r")\b")
    code = [pattern.sub(lambda match: theirs[match[0]], line) for line in lines if line and not line.startswith("#")]
    sources = {line.name: writer.names[line.place.node] for line in task.values}
    code = [_for_every_size(line, sources) for line in code]
    helpers = to_numpy._helper_definitions([*functions.lines, *code])
    return {"": [*helpers, *functions.lines], **_by_first_name(code, [line.name for line in task.values])}


def _for_every_size(line: str, sources: Mapping[str, str]) -> str:
    """Return a line that takes sizes from its arrays instead of writing the example's."""
    name = line.partition(" = ")[0]
    if name not in sources:
        return line
    return re.sub(r"np\.ones\(\(\d+, \d+\)\)", f"np.ones_like({sources[name]})", line)


def _by_first_name(code: list[str], names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current = ""
    for line in code:
        left = line.partition(" = ")[0]
        assigned = [name for name in re.split(r", ", left) if name in names]
        current = assigned[0] if assigned else current
        found.setdefault(current, []).append(line)
    return found


def solution(task: StepsTask, change: Callable[[str], str] | Mapping[str, str] | None = None) -> str:
    """Return a whole file that is right, or with some lines replaced: by name, or by a function of each line."""
    lines = right_lines(task)
    text = "\n".join(task.code()) + "\n"
    head, _, rest = text.partition(f"def {'backward'}(")
    signature, _, body = rest.partition("\n")
    forward = body.partition("\n\n    # ")[0]
    steps = [line for name, code in lines.items() if name for line in code]
    if callable(change):
        steps = [change(line) for line in steps]
    elif change:
        steps = [change.get(line.partition(" = ")[0], line) for line in steps]
    returned = "{" + ", ".join(f'"{line.name}": {line.name}' for line in task.values) + "}"
    return "\n".join(
        [
            head,
            *lines[""],
            f"def backward({signature}",
            forward,
            *(f"    {line}" for line in steps),
            f"    return {returned}",
            "",
        ]
    )


def graph_layer_solution(task: GraphLayerTask) -> str:
    """Return a whole file with a layer that keeps everything it computes."""
    problem, form = task.problem, task.form
    graph = problem.graph
    functions = HelperFunctions(("Layer", "self", "forward", "backward"))
    for operation in composite_operations(graph):
        functions.define(operation, to_numpy._function_bodies(operation, functions))
    writer = to_numpy._NumpyWriter(graph, problem.wrt, functions)
    forward = [*writer.constant_lines, *writer.forward_lines()]
    start = writer.gradient_name(graph.output_position)
    backward = [line for line in writer.backward_lines() if line and not line.startswith("#")]
    backward = [re.sub(r"np\.ones\(\(\d+, \d+\)\)", "np.float64(1)", line) for line in backward]
    names = [*dict.fromkeys(line.partition(" = ")[0] for line in forward if not line.startswith(" "))]
    kept = [*form.parameters.values(), *form.arguments.values(), *names]
    helpers = to_numpy._helper_definitions([*functions.lines, *forward, *backward])
    parameters = form.parameters.values()
    result = form.output[1]
    gradient = {name: writer.gradient_names[graph.position[name]] for name in (problem.wrt or ())}
    lines = [
        "def __init__(self, " + ", ".join(parameters) + "):",
        *(f"    self.{name} = {name}" for name in parameters),
        "    self.kept = None",
        f"def forward({', '.join(['self', *form.arguments.values()])}):",
        *(f"    {name} = self.{name}" for name in parameters),
        *(f"    {line}" for line in forward),
        f"    self.kept = {', '.join(kept)},",
        f"    return {result}",
        f"def backward(self, {form.upstream}):",
        f"    {', '.join(kept)}, = self.kept",
        f"    {start} = {form.upstream}",
        *(f"    {line}" for line in backward),
        *(f"    self.{form.gradients[name]} = {gradient[name]}" for name in form.parameters),
        f"    return {', '.join(gradient[name] for name in form.returned) or None}",
    ]
    return "\n".join(
        [
            "import math",
            "import numpy as np",
            *helpers,
            *functions.lines,
            "class Layer:",
            *(f"    {line}" for line in lines),
            "",
        ]
    )
