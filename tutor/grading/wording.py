"""Names and descriptions of blanks, and the values that fill message templates: the same in every interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE_HOT, Expr, Sym, children, postorder
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_brief, format_expr, format_number
from tutor.engine.composite import formula_in_names, operand_letters
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.engine.graph import Graph, Node
    from tutor.grading.problem import Blank, Problem

BRANCH_RULE = N_("At a branch, add the gradients that come back along its edges.")

#: A longer label is not repeated in what is asked.
_MAX_DRAWN_NAME = 24
_WORDS = re.compile(r"\w+")
#: A formula with more parts than this is too long to read.
MAX_FORMULA_SIZE = 40
#: A constant such as those of selu, whose 29 digits are of no use to a reader.
_LONG_DECIMAL = re.compile(r"\d+\.\d{7,}")


def describe_blank(problem: Problem, blank: Blank, shown_values: Mapping[str, str] | None = None) -> Message:
    """Describe the quantity asked for at `blank`.

    `shown_values` are the values shown at other places, by place id; a branch lists those that meet there.
    """
    if blank.kind == "question":
        return message(N_("{text}"), text=problem.question(blank).prompt)
    values = template_values(problem, blank)
    if blank.kind == "forward":
        return Message(N_("the output of {node}: forward value {name}"), values)
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(N_("at the output {output}: the start of the backward pass"), values)
    if blank.kind == "start":
        return Message(N_("at the output {output}, where the backward pass starts: ∂{output}/∂{output}"), values)
    if blank.kind == "sum":
        parts = []
        for part in problem.branch_edges(blank):
            assert part.edge
            symbol = problem.graph.nodes[part.edge.target].symbol
            value = (shown_values or {}).get(part.id) or "?"
            parts.append(message(N_("from {node}: {value}"), node=symbol, value=value))
        return Message(
            N_("at the branch ● of {name}: {parts}, together ∂{goal}/∂{name} = ?"),
            {**values, "parts": ", ".join(map(str, parts))},
        )
    if len(problem.gradient_edges[blank.node]) > 1:
        return Message(N_("what comes back from {node} to {name}, a part of ∂{goal}/∂{name}"), values)
    drawn = drawn_name(problem, blank.node)
    drawn = drawn if len(drawn) <= _MAX_DRAWN_NAME else values["name"]
    return Message(N_("on the edge {drawn} → {node}: ∂{goal}/∂{name}"), {**values, "drawn": drawn})


def drawn_name(problem: Problem, position: int) -> str:
    """Return the name of a node as it is drawn: an input's label, with the name behind it if the two differ."""
    name, label = problem.graph.label(position), problem.labels.get(problem.graph.nodes[position].id)
    if label is None:
        return name
    text = str(label)
    return text if name in _WORDS.findall(text) else f"{text} ({name})"


def usable_names(problem: Problem, blank: Blank) -> list[Message]:
    """Return sentences about the names that an answer at `blank` may use; none if it is no value or takes no names."""
    if blank.kind == "question" and not problem.question(blank).has_value:
        return []
    names, spellings = problem.names_at(blank), problem.spellings_at(blank)
    listed = [_spelled(problem, name, spellings) for name in names if name != "up"]
    sentences = [message(N_("Names for answers: {names}."), names=", ".join(listed))] if listed else []
    if "up" in names:
        text = N_("up or U is the upstream gradient.") if "U" in spellings else N_("up is the upstream gradient.")
        sentences.append(message(text))
    return sentences


def _spelled(problem: Problem, name: str, spellings: Mapping[str, str]) -> str:
    """Return a name as it is drawn; behind one in other letters than those of a keyboard, how it is typed."""
    if name.startswith("d") and "/d" in name:
        return name.replace("d", "∂", 1).replace("/d", "/∂")
    if name in problem.labels and name in problem.graph.position:
        return drawn_name(problem, problem.graph.position[name])
    typed = (
        ""
        if name.isascii()
        else next((other for other in spellings if spellings[other] == name and other.isascii()), "")
    )
    return f"{name} ({typed})" if typed else name


def matrix_label(problem: Problem, position: int) -> str:
    """Return the shape of a matrix that is known by its name or its formula, `n×3`, with what is special about it."""
    value, shape = problem.exact_passes.values[position], format_shape(problem.graph.nodes[position].shape)
    formula = value.expr if isinstance(value, MatrixExpr) else None
    return f"{shape} {ONE_HOT}" if isinstance(formula, Sym) and formula.domain == ONE_HOT else shape


def place_name(problem: Problem, blank: Blank) -> Message:
    """Name a place in a few characters: `c → ×`, `● x`, `start`."""
    if blank.kind == "question":
        return message(N_("question {n}"), n=blank.id.removeprefix("q"))
    # No template_values: formatting the values would be slow, and only names are needed.
    name = problem.graph.label(blank.node)
    if blank.kind == "start":
        return message(N_("start"))
    if blank.kind == "forward":
        return message(N_("the value of {name}"), name=name)
    if blank.kind == "sum":
        return message(N_("● {name}"), name=name)
    assert blank.edge
    return message(N_("{name} → {node}"), name=name, node=problem.graph.nodes[blank.edge.target].symbol)


def template_values(problem: Problem, blank: Blank, text: str = "") -> Mapping[str, Any]:
    """Return the values for message templates about `blank`, by field name. `text` is the answer as typed."""
    if blank.kind == "question":
        return {"v": text}
    return {**problem.memoize(("template values", blank.id), lambda: _blank_values(problem, blank)), "v": text}


def _blank_values(problem: Problem, blank: Blank) -> dict[str, Any]:
    graph = problem.graph
    values: dict[str, Any] = {
        "name": graph.label(blank.node),
        "output": graph.output,
        "goal": problem.target_name,
        "n": len(problem.gradient_edges[blank.node]),
    }
    if blank.kind == "forward":
        values["node"] = graph.nodes[blank.node].symbol
    if blank.edge:
        target = graph.nodes[blank.edge.target]
        passes, source = problem.exact_passes, blank.edge.source
        upstream = passes.edges[blank.edge.target, blank.edge.slot].upstream
        values |= {
            "node": target.symbol,
            "n": len(problem.gradient_edges[blank.edge.target]),
            "x": format_brief(passes.values[source], near_one=problem.needs_extra_digits[source]),
            "g": format_brief(upstream),
            "shape": format_shape(blank.shape) if blank.shape else message(N_("a single number")),
            "up_shape": format_shape(ops.shape_of(upstream)),
        }
        if target.body:
            values |= _custom_node_values(graph, target, blank.edge.slot)
    return values


def _custom_node_values(graph: Graph, node: Node, slot: int) -> dict[str, Any]:
    """Return the formula of a custom node in general, in letters, and in this graph, with what one operand is in each."""
    assert node.body
    letters, names = operand_letters(node.body), _operand_names(graph, node)
    return {
        "inside": _formula_text(node.body, letters),
        "letter": letters[slot],
        "formula": _formula_text(node.body, names),
        "operand": names[slot],
    }


def _operand_names(graph: Graph, node: Node) -> tuple[str, ...]:
    """Return the names of a custom node's operands; their letters if one has no name, or two have the same."""
    assert node.body
    names = [graph.nodes[arg].name if arg is not None else None for arg in node.args]
    known = [name for name in names if name]
    if len(known) == len(node.body.inputs) == len(set(known)):
        return tuple(known)
    return operand_letters(node.body)


def _formula_text(body: Graph, names: Sequence[str]) -> Message | str:
    formula = formula_in_names(body, names)
    if expanded_size(formula) > MAX_FORMULA_SIZE:
        return message(N_("a function of {n} steps"), n=len(body.nodes) - len(body.inputs))
    return _LONG_DECIMAL.sub(lambda decimal: format_number(float(decimal[0])), format_expr(formula))


def expanded_size(tree: Expr) -> int:
    """Count the parts of a formula as written, so a shared part counts each time."""
    sizes: dict[int, int] = {}
    for node in postorder(tree):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(tree)]
