"""Right solutions of code exercises, and wrong ones made from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.code_mutations import LineFacts
from tutor.engine.codegen import to_numpy
from tutor.engine.codegen.helper_functions import HelperFunctions, composite_operations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.coding.graph_layer import GraphLayerTask
    from tutor.coding.steps import StepsTask
    from tutor.engine.graph import Edge, Graph


def right_lines(task: StepsTask) -> dict[str, list[str]]:
    """Return the lines that compute each gradient of a steps file, by its name; those of a node with its first one."""
    graph, problem = task.problem.graph, task.problem
    functions = HelperFunctions()
    for operation in composite_operations(graph):
        functions.define(operation, to_numpy._function_bodies(operation, functions))
    writer = to_numpy._NumpyWriter(graph, problem.wrt, functions, for_any_size=True)
    edge_names = _named_edges(writer)
    start = writer.gradient_name(graph.output_position)
    lines = writer.backward_lines()
    theirs = {start: task.start}
    for line in task.values:
        place = line.place
        name = edge_names[place.edge.target, place.edge.slot] if place.edge else writer.gradient_names[place.node]
        theirs[name] = line.name
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(theirs, key=len, reverse=True))) + r")\b")
    code = [pattern.sub(lambda match: theirs[match[0]], line) for line in lines if line and not line.startswith("#")]
    facts = step_facts(task)
    code = [_for_every_size(line, facts.get(line.partition(" = ")[0])) for line in code]
    helpers = to_numpy._helper_definitions([*functions.lines, *code])
    return {"": [*helpers, *functions.lines], **_by_first_name(code, [line.name for line in task.values])}


def _for_every_size(line: str, facts: LineFacts | None) -> str:
    """Return a line that takes sizes from its arrays instead of writing the example's."""
    if facts is None or not facts.source:
        return line
    line = re.sub(r"np\.ones\(\(\d+, \d+\)\)", f"np.ones_like({facts.source})", line)
    line = re.sub(r"(np\.broadcast_to\(.*), \(\d+, \d+\)\)", rf"\1, {facts.source}.shape)", line)
    counts = {"mse": f"{facts.source}.size", "mean": f"{facts.source}.size", "cross_entropy": f"len({facts.source})"}
    counts |= {"mean.0": f"{facts.source}.shape[0]", "mean.1": f"{facts.source}.shape[1]"}
    return re.sub(r"/ \d+\b", f"/ {counts[facts.op]}", line) if facts.op in counts else line


def _by_first_name(code: list[str], names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current = ""
    for line in code:
        left = line.partition(" = ")[0]
        assigned = [name for name in re.split(r", ", left) if name in names]
        current = assigned[0] if assigned else current
        found.setdefault(current, []).append(line)
    return found


def step_facts(task: StepsTask) -> dict[str, LineFacts]:
    """Return what each line of a steps file is about, by the name of its gradient."""
    names = to_numpy.numpy_forward(task.problem.graph).names
    gradients = {asked.place.id: asked.name for asked in task.values} | {"start": task.start}
    facts = {}
    for asked in task.values:
        upstream = gradients.get(task.problem.upstream(asked.place) or "") or ""
        edge = asked.place.edge
        is_sum = LineFacts(source=names[asked.place.node], is_sum=True)
        facts[asked.name] = _edge_facts(task.problem.graph, edge, names, upstream) if edge else is_sum
    return facts


def _edge_facts(graph: Graph, edge: Edge, names: Sequence[str], upstream: str) -> LineFacts:
    target = graph.nodes[edge.target]
    others = [names[node] for slot, node in enumerate(target.args) if slot != edge.slot and node is not None]
    other = others[0] if len(others) == 1 else ""
    return LineFacts(upstream, names[edge.source], names[edge.target], other, target.op or "")


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
    return _graph_layer(task)[0]


def graph_layer_facts(task: GraphLayerTask) -> dict[str, LineFacts]:
    """Return what each line of `backward` in that file is about, by its variable."""
    return _graph_layer(task)[1]


def _graph_layer(task: GraphLayerTask) -> tuple[str, dict[str, LineFacts]]:
    problem, form = task.problem, task.form
    graph = problem.graph
    functions = HelperFunctions(("Layer", "self", "forward", "backward"))
    for operation in composite_operations(graph):
        functions.define(operation, to_numpy._function_bodies(operation, functions))
    writer = to_numpy._NumpyWriter(graph, problem.wrt, functions, for_any_size=True)
    edge_names = _named_edges(writer)
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
    facts = {
        edge_names[edge.target, edge.slot]: _edge_facts(
            graph, edge, writer.names, writer.gradient_names.get(edge.target, "")
        )
        for edge in graph.edges
        if (edge.target, edge.slot) in edge_names
    }
    for position, name in writer.gradient_names.items():
        facts.setdefault(name, LineFacts(source=writer.names[position], is_sum=True))
    facts.pop(start)
    backward = [_for_every_size(line, facts.get(line.partition(" = ")[0])) for line in backward]
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
    text = [
        "import math",
        "import numpy as np",
        *helpers,
        *functions.lines,
        "class Layer:",
        *(f"    {line}" for line in lines),
        "",
    ]
    return "\n".join(text), facts


def _named_edges(writer: to_numpy._NumpyWriter) -> dict[tuple[int, int], str]:
    """Return the names that a writer gives to the gradients of edges, as target and slot, when it writes its lines."""
    names: dict[tuple[int, int], str] = {}
    allocate = writer._edge_gradient_name

    def named(edge: Edge) -> str:
        key = (edge.target, edge.slot)
        if key not in names:
            names[key] = allocate(edge)
        return names[key]

    writer._edge_gradient_name = named  # type: ignore[method-assign]
    return names
