"""Folding several nodes into one, and unfolding a node into its parts; the values of all other nodes stay the same."""

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
    """Return the graph with `nodes` (ids or names) folded into one node, drawn as `name`.

    It gets the id and the name of the only node whose output is used outside the group, and an operand for each outside
    node that the group uses. Raises `AlgebraError` if the nodes cannot be one node.
    """
    for node in nodes:
        _check_operation(graph, node)
    inside = {graph.position[node] for node in nodes}
    group = sorted(inside)
    exit_node = _find_exit(graph, group)
    operands = [arg for i in group for arg in graph.nodes[i].args if arg is not None]
    sources = list(dict.fromkeys(arg for arg in operands if arg not in inside))
    operation = composite_operation(name, _extract_body(graph, group, sources), is_group=True)
    old = graph.nodes[exit_node]
    formula = Apply(name, tuple(inline_formula(graph.nodes, source) for source in sources))
    folded = replace(old, op=operation.id, args=tuple(sources), const=None, formula=formula, custom_operation=operation)
    remaining = [i for i in range(len(graph.nodes)) if i == exit_node or i not in inside]
    new_position = {i: position for position, i in enumerate(remaining)}
    order = graph.unfolded_order or tuple(node.id for node in graph.nodes)
    new_nodes = [_remap_args(folded if i == exit_node else graph.nodes[i], new_position.__getitem__) for i in remaining]
    return Graph(_replace_formula(new_nodes, old.formula, formula), graph.output, graph.text, order)


def _check_operation(graph: Graph, name: str) -> None:
    """Raise `AlgebraError` if there is no such operation."""
    if name not in graph.position:
        known = ", ".join(node.id for node in graph.nodes if not node.is_input)
        text = N_("The graph has no node “{name}”. Its nodes are {known}.")
        raise AlgebraError(message(text, name=name, known=known), -1)
    if graph.nodes[graph.position[name]].is_input:
        text = N_("“{name}” is an input, but only operations can be folded into one node. Leave it out.")
        raise AlgebraError(message(text, name=name), -1)


def _find_exit(graph: Graph, group: Sequence[int]) -> int:
    """Return the node whose output is used outside the group. Raises `AlgebraError` if it is not the only one."""
    if not group:
        raise AlgebraError(message(N_("There are no nodes to fold. Name at least one.")), -1)
    inside = set(group)
    leaving = [
        i
        for i in group
        if i == graph.output_position or any(edge.target not in inside for edge in graph.outgoing_edges[i])
    ]
    outside = [edge.target for i in leaving for edge in graph.outgoing_edges[i] if edge.target not in inside]
    after_group = _reachable(outside, lambda i: {edge.target for edge in graph.outgoing_edges[i]} - inside)
    returning = [i for i in sorted(after_group) if any(edge.target in inside for edge in graph.outgoing_edges[i])]
    if returning:
        before = _reachable(returning[:1], lambda i: {edge.source for edge in graph.incoming_edges[i]} - inside)
        exit_node = next(i for i in leaving if any(edge.target in before for edge in graph.outgoing_edges[i]))
        text = N_("A path leaves the group at {a} and comes back into it through {b}. Include {b} as well.")
        raise AlgebraError(message(text, a=graph.nodes[exit_node].id, b=graph.nodes[returning[0]].id), -1)
    unconnected = inside - _reachable(group[:1], lambda i: _neighbours(graph, i) & inside)
    if unconnected:
        text = N_("{a} and {b} are not connected within the group. Add the nodes between them, or leave one out.")
        raise AlgebraError(message(text, a=graph.nodes[group[0]].id, b=graph.nodes[min(unconnected)].id), -1)
    if len(leaving) > 1:
        ids = ", ".join(graph.nodes[i].id for i in leaving)
        text = N_("A node has one output, but this group has several: {ids}. Leave out all but one of them.")
        raise AlgebraError(message(text, ids=ids), -1)
    return leaving[0]


def _neighbours(graph: Graph, position: int) -> set[int]:
    return {edge.source for edge in graph.incoming_edges[position]} | {
        edge.target for edge in graph.outgoing_edges[position]
    }


def _reachable(start: Iterable[int], neighbours_of: Callable[[int], Collection[int]]) -> set[int]:
    reached = set(start)
    waiting = deque(reached)
    while waiting:
        for other in neighbours_of(waiting.popleft()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached


def _extract_body(graph: Graph, group: Sequence[int], sources: Sequence[int]) -> Graph:
    """Return the group as a graph that begins with an input for each source."""
    new_position = {i: position for position, i in enumerate((*sources, *group))}
    inputs = []
    for source in sources:
        node = graph.nodes[source]
        inputs.append(Node(node.id, None, name=node.id, formula=Sym(node.id), shape=node.shape))
    parts = [_remap_args(graph.nodes[i], new_position.__getitem__) for i in group]
    return Graph((*inputs, *parts), parts[-1].id)


def unfold(graph: Graph, name: str) -> Graph:
    """Return the graph with one node (by id or name) unfolded into its parts.

    A folded group gets its nodes back unchanged. The parts of other nodes are called `swish1/exp1`, except for the last
    one, which keeps the id and the name of the node. Exactly at a kink (relu at 0) the slopes of the parts may differ
    from the node's. Raises `AlgebraError` if there are no parts.
    """
    _check_operation(graph, name)
    unfolded = graph.position[name]
    node = graph.nodes[unfolded]
    body = node.body or decompose(graph, unfolded)
    if body is None:
        text = N_("{name} can't be unfolded, because {node} is a basic operation.")
        raise AlgebraError(message(text, name=node.id, node=node.symbol), -1)
    sources = [arg for arg in node.args if arg is not None]
    order = graph.unfolded_order or tuple(other.id for other in graph.nodes)
    inner = list(body.nodes[len(sources) :])
    if not node.is_group:
        inner = _adopt_parts(inner, body, graph, unfolded, set(order))
        new_ids = tuple(part.id for part in inner[:-1])
        index = order.index(node.id)
        order = order[:index] + new_ids + order[index:]
    # Until all nodes are in order, the parts are numbered after the nodes of the graph.
    first_part = len(graph.nodes)
    last_part = first_part + len(inner) - 1

    def in_graph(position_in_body: int) -> int:
        if position_in_body < len(sources):
            return sources[position_in_body]
        position = first_part + position_in_body - len(sources)
        return unfolded if position == last_part else position

    nodes = dict(enumerate(graph.nodes)) | {first_part + i: part for i, part in enumerate(inner)}
    nodes[unfolded] = nodes.pop(last_part)
    rank = {node_id: i for i, node_id in enumerate(order)}
    sorted_nodes = sorted(nodes, key=lambda i: rank[nodes[i].id])
    new_position = {i: position for position, i in enumerate(sorted_nodes)}
    new_nodes = []
    for i in sorted_nodes:
        is_part = i == unfolded or i >= first_part
        new_nodes.append(
            _remap_args(nodes[i], (lambda arg: new_position[in_graph(arg)]) if is_part else new_position.__getitem__)
        )
    return Graph(_replace_formula(new_nodes, node.formula, nodes[unfolded].formula), graph.output, graph.text, order)


def _adopt_parts(
    inner: Sequence[Node], body: Graph, graph: Graph, unfolded: int, used_ids: Collection[str]
) -> list[Node]:
    """Return the parts with the ids and formulas that they get in the graph."""
    node = graph.nodes[unfolded]
    sources = [arg for arg in node.args if arg is not None]
    formulas = {
        operand.id: inline_formula(graph.nodes, source) for operand, source in zip(body.nodes, sources, strict=False)
    }
    adopted: list[Node] = []
    for part in inner[:-1]:
        part_id = f"{node.id}/{part.id}"
        if part_id in used_ids:
            part_id = next(other for n in count(2) if (other := f"{part_id}_{n}") not in used_ids)
        adopted_part = replace(part, id=part_id, name=None, formula=substitute(part.formula, formulas))
        formulas[part.id] = inline_formula([adopted_part], 0)
        if part.name:
            formulas[part.name] = formulas[part.id]
        adopted.append(adopted_part)
    adopted.append(replace(inner[-1], id=node.id, name=node.name, formula=node.formula))
    return adopted


def _remap_args(node: Node, new_position: Callable[[int], int]) -> Node:
    return replace(node, args=tuple(None if arg is None else new_position(arg) for arg in node.args))


def _replace_formula(nodes: Sequence[Node], old: Expr, new: Expr) -> tuple[Node, ...]:
    """Return the nodes with `new` for the formula `old`, the same object, inside their formulas."""
    if old is new:
        return tuple(nodes)
    replaced = []
    for node in nodes:
        parts = list(postorder(node.formula))
        if node.formula is not old and any(part is old for part in parts):
            done: dict[int, Expr] = {id(old): new}
            for part in parts:
                if isinstance(part, Apply) and part is not old:
                    done[id(part)] = Apply(part.op, tuple(done.get(id(arg), arg) for arg in part.args), part.position)
            node = replace(node, formula=done[id(node.formula)])
        replaced.append(node)
    return tuple(replaced)
