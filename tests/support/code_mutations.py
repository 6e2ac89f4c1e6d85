"""Wrong lines of code made from right ones, each by one typical mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.coding.steps import StepsTask


def mutations(task: StepsTask, name: str, line: str) -> Iterator[tuple[str, str]]:
    """Yield a kind of mistake and the line `name = …` with it; lines that stay the same are left out."""
    asked = next(value for value in task.values if value.name == name)
    graph = task.problem.graph
    names = dict(zip(graph.inputs, task.arguments, strict=True))
    source = names.get(graph.nodes[asked.place.node].id) or _variable(task, asked.place.node)
    right = line.partition(" = ")[2]
    upstream = _upstream(task, name)
    found = {
        "sign": f"-({right})",
        "doubled": f"2 * ({right})",
        "forward value": source,
        "other axis": re.sub(r"axis=([01])", lambda match: f"axis={1 - int(match[1])}", right),
        "not summed": re.sub(r"\.sum\([^()]*\)", "", right),
        "keepdims": re.sub(r", keepdims=True", "", right),
        "not transposed": right.replace(".T", ""),
        "transposed": f"({right}).T" if asked.place.shape and min(asked.place.shape) > 1 else right,
        "no mean": re.sub(r" / \d+", "", right),
        "one branch": re.sub(r"^(\w+) \+ .*", r"\1", right) if asked.place.kind == "sum" else right,
        "product of branches": right.replace(" + ", " * ") if asked.place.kind == "sum" else right,
    }
    if upstream and re.search(rf"\b{upstream}\b", right):
        found["no upstream"] = re.sub(rf"\b{upstream}\b", f"np.ones_like({upstream})", right)
        found["upstream only"] = upstream
        found["upstream squared"] = f"{upstream} * ({right})"
    factors = re.fullmatch(r"(\w+) \* (\w+)", right)
    if factors and factors[2] != source:
        found["own input"] = f"{factors[1]} * {source}"
        found["sum for product"] = f"{factors[1]} + {factors[2]}"
    product = re.fullmatch(r"([\w.]+) @ ([\w.]+)", right)
    if product:
        found["swapped"] = f"{product[2]} @ {product[1]}"
    for kind, wrong in found.items():
        if wrong != right:
            yield kind, f"{name} = {wrong}"


def _variable(task: StepsTask, position: int) -> str:
    from tutor.engine.codegen.to_numpy import numpy_forward

    return numpy_forward(task.problem.graph).names[position]


def _upstream(task: StepsTask, name: str) -> str:
    asked = next(value for value in task.values if value.name == name)
    place = task.problem.upstream(asked.place)
    if place == "start":
        return task.start
    return next((value.name for value in task.values if value.place.id == place), "")
