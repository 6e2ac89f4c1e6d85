"""Several nodes put together into one, and one opened into its parts; all values outside stay as they are."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Sym, postorder, substitute
from tutor.engine.composite import composite_operation
from tutor.engine.decomposition import decompose
from tutor.engine.graph import Graph, Node, inline_formula
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence


def fold(graph: Graph, nodes: Collection[str], name: str) -> Graph:
    """The graph with `nodes` (ids or names) put together into one node, called `name` on its face.

    It takes the id and the name of the one node that leads out of them, and has an operand for each node outside
    that feeds them. Raises `AlgebraError` where they do not make one node.
    """
    inside = {graph.position[one] for one in nodes if _check_operation(graph, one)}
    group = sorted(inside)
    out = _find_exit(graph, group)
    fed = [arg for i in group for arg in graph.nodes[i].args if arg is not None]
    sources = list(dict.fromkeys(arg for arg in fed if arg not in inside))
    operation = composite_operation(name, _extract_body(graph, group, sources), is_group=True)
    old = graph.nodes[out]
    formula = Apply(name, tuple(inline_formula(graph.nodes, source) for source in sources))
    one = replace(old, op=operation.id, args=tuple(sources), const=None, formula=formula, custom_operation=operation)
    kept = [i for i in range(len(graph.nodes)) if i == out or i not in inside]
    moved = {i: position for position, i in enumerate(kept)}
    order = graph.unfolded_order or tuple(node.id for node in graph.nodes)
    found = [_remap_args(one if i == out else graph.nodes[i], moved.__getitem__) for i in kept]
    return Graph(_replace_formula(found, old.formula, formula), graph.output, graph.text, order)


def _check_operation(graph: Graph, name: str) -> bool:
    """True. Raises `AlgebraError` where there is no such operation."""
    if name not in graph.position:
        known = ", ".join(node.id for node in graph.nodes if not node.is_input)
        text = N_("There is no node “{name}” in the graph. Its nodes are {known}.")
        raise AlgebraError(message(text, name=name, known=known), -1)
    if graph.nodes[graph.position[name]].is_input:
        text = N_("“{name}” is an input, and only operations go together into one node. Leave it out.")
        raise AlgebraError(message(text, name=name), -1)
    return True


def _find_exit(graph: Graph, group: Sequence[int]) -> int:
    """The node that leads out of the group. Raises `AlgebraError` where it is not the only one."""
    if not group:
        raise AlgebraError(message(N_("There are no nodes to put together. Name some.")), -1)
    inside = set(group)
    leaving = [
        i
        for i in group
        if i == graph.output_position or any(edge.target not in inside for edge in graph.outgoing_edges[i])
    ]
    outside = [edge.target for i in leaving for edge in graph.outgoing_edges[i] if edge.target not in inside]
    behind = _reachable(outside, lambda i: {edge.target for edge in graph.outgoing_edges[i]} - inside)
    back = [i for i in sorted(behind) if any(edge.target in inside for edge in graph.outgoing_edges[i])]
    if back:
        before = _reachable(back[:1], lambda i: {edge.source for edge in graph.incoming_edges[i]} - inside)
        gone = next(i for i in leaving if any(edge.target in before for edge in graph.outgoing_edges[i]))
        text = N_("From {a} a way leads out of the group and through {b} back into it. Take {b} in as well.")
        raise AlgebraError(message(text, a=graph.nodes[gone].id, b=graph.nodes[back[0]].id), -1)
    apart = inside - _reachable(group[:1], lambda i: _neighbours(graph, i) & inside)
    if apart:
        text = N_("{a} and {b} are not connected within the group. Add the nodes between them, or leave one out.")
        raise AlgebraError(message(text, a=graph.nodes[group[0]].id, b=graph.nodes[min(apart)].id), -1)
    if len(leaving) > 1:
        ids = ", ".join(graph.nodes[i].id for i in leaving)
        text = N_("A node has one output, but several nodes lead out of this group: {ids}. Leave out all but one.")
        raise AlgebraError(message(text, ids=ids), -1)
    return leaving[0]


def _neighbours(graph: Graph, position: int) -> set[int]:
    return {edge.source for edge in graph.incoming_edges[position]} | {
        edge.target for edge in graph.outgoing_edges[position]
    }


def _reachable(start: Iterable[int], neighbours_of: Callable[[int], Collection[int]]) -> set[int]:
    found = set(start)
    waiting = deque(found)
    while waiting:
        for other in neighbours_of(waiting.popleft()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _extract_body(graph: Graph, group: Sequence[int], sources: Sequence[int]) -> Graph:
    """The group as a graph of its own, its sources as inputs in front."""
    moved = {i: position for position, i in enumerate((*sources, *group))}
    inputs = []
    for source in sources:
        node = graph.nodes[source]
        inputs.append(Node(node.id, None, name=node.id, formula=Sym(node.id), shape=node.shape))
    parts = [_remap_args(graph.nodes[i], moved.__getitem__) for i in group]
    return Graph((*inputs, *parts), parts[-1].id)


def unfold(graph: Graph, name: str) -> Graph:
    """The graph with one node (by id or name) opened into its parts.

    A folded group has its nodes back as they were. Parts of other nodes are called after the node, `swish1/exp1`,
    but for the last one, which keeps the node's id and name. At a kink itself (relu at 0) the parts' own convention
    holds. Raises `AlgebraError` where there are no parts.
    """
    _check_operation(graph, name)
    at = graph.position[name]
    node = graph.nodes[at]
    parts = node.body or decompose(graph, at)
    if parts is None:
        text = N_("{name} has no parts to open: {node} is as simple as it gets.")
        raise AlgebraError(message(text, name=node.id, node=node.symbol), -1)
    sources = [arg for arg in node.args if arg is not None]
    order = graph.unfolded_order or tuple(other.id for other in graph.nodes)
    inner = list(parts.nodes[len(sources) :])
    if not node.is_group:
        inner = _adopt_parts(inner, parts, graph, at, set(order))
        new = tuple(part.id for part in inner[:-1])
        place = order.index(node.id)
        order = order[:place] + new + order[place:]
    # Positions: those of the parts behind those of the graph, until all are put in order.
    beyond = len(graph.nodes)

    def outside(position: int) -> int:
        inside = sources[position] if position < len(sources) else beyond + position - len(sources)
        return at if inside == beyond + len(inner) - 1 else inside

    nodes = dict(enumerate(graph.nodes)) | {beyond + i: part for i, part in enumerate(inner)}
    nodes[at] = nodes.pop(beyond + len(inner) - 1)
    rank = {one: i for i, one in enumerate(order)}
    kept = sorted(nodes, key=lambda i: rank[nodes[i].id])
    moved = {i: position for position, i in enumerate(kept)}
    found = []
    for i in kept:
        part = i == at or i >= beyond
        found.append(_remap_args(nodes[i], (lambda arg: moved[outside(arg)]) if part else moved.__getitem__))
    return Graph(_replace_formula(found, node.formula, nodes[at].formula), graph.output, graph.text, order)


def _adopt_parts(inner: Sequence[Node], parts: Graph, graph: Graph, at: int, taken: Collection[str]) -> list[Node]:
    """The parts with their ids and formulas as they are in the graph."""
    node = graph.nodes[at]
    sources = [arg for arg in node.args if arg is not None]
    meaning: dict[str, Expr] = {}
    for one, source in zip(parts.nodes, sources, strict=False):
        meaning[one.id] = inline_formula(graph.nodes, source)
    found: list[Node] = []
    for part in inner[:-1]:
        name = f"{node.id}/{part.id}"
        if name in taken:
            name = next(other for n in count(2) if (other := f"{name}_{n}") not in taken)
        made = replace(part, id=name, name=None, formula=substitute(part.formula, meaning))
        meaning[part.id] = inline_formula([made], 0)
        if part.name:
            meaning[part.name] = meaning[part.id]
        found.append(made)
    found.append(replace(inner[-1], id=node.id, name=node.name, formula=node.formula))
    return found


def _remap_args(node: Node, to: Callable[[int], int]) -> Node:
    return replace(node, args=tuple(None if arg is None else to(arg) for arg in node.args))


def _replace_formula(nodes: Sequence[Node], old: Expr, new: Expr) -> tuple[Node, ...]:
    """The nodes with `new` wherever the very formula `old` stands inside of theirs."""
    if old is new:
        return tuple(nodes)
    found = []
    for node in nodes:
        inside = list(postorder(node.formula))
        if node.formula is not old and any(part is old for part in inside):
            done: dict[int, Expr] = {id(old): new}
            for part in inside:
                if isinstance(part, Apply) and part is not old:
                    done[id(part)] = Apply(part.op, tuple(done.get(id(arg), arg) for arg in part.args), part.position)
            node = replace(node, formula=done[id(node.formula)])
        found.append(node)
    return tuple(found)
