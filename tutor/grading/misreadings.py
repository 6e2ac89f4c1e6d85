"""Formulas that can be read, but perhaps not as they were meant: each with the form that would say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Num, Sym, postorder
from tutor.algebra.ops import is_vector_shape
from tutor.algebra.parser import parse_equations
from tutor.engine.standard_functions import with_standard_functions
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Shape
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem

#: Names of two or three letters that are usual, not products of their letters.
_USUAL_NAMES = frozenset(
    [
        "lr",
        "dx",
        "dy",
        "dz",
        "dt",
        "dh",
        "dw",
        "db",
        "mu",
        "nu",
        "xi",
        "pi",
        "ce",
        "bn",
        "kl",
        "tp",
        "fp",
        "tn",
        "fn",
        "ln",
        "id",
        "no",
        "qk",
        "kv",
        "dk",
        "nn",
        "ff",
        "lo",
        "hi",
        "up",
        "ema",
        "std",
        "var",
        "bce",
        "mse",
        "mae",
        "sgd",
    ]
)
_LETTERS = re.compile(r"[a-z]{2,3}")
#: Signs of a product entry by entry.
_PRODUCT_SIGNS = "*·×∗⋅•∙⊙✕✖⨯"
#: Those that books write for the product of two vectors.
_DOTS = ("·", "⋅", "∙", "•", "\\cdot")
#: Rows of probabilities may miss 1 by this much.
_ROW_TOLERANCE = 1e-3


def find_misreadings(problem: Problem, labels: bool = False, are_words: bool = False) -> list[AlgebraError]:
    """Return what may not be meant in a problem's formula, as messages with their offset in it.

    With `labels`, inputs that have labels are names chosen on purpose; `are_words`: all names are, as in Python.
    """
    graph = problem.graph
    if not graph.nodes:
        return []
    found = [*([] if are_words else _joined_letters(problem, labels)), *_matrix_output(problem)]
    found += [*_probabilities(problem), *_columns_of_softmax(graph), *_calls(graph)]
    return sorted(found, key=lambda each: each.position)


def _place(graph: Graph, name: str) -> int:
    """Return the offset of a name in the graph's text."""
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", graph.text)
    return match.start() if match else 0


def _joined_letters(problem: Problem, labels: bool) -> Iterator[AlgebraError]:
    """Find an input such as bc beside inputs of one letter."""
    graph = problem.graph
    others = [name for name in (*graph.inputs, *(node.name or "" for node in graph.nodes)) if len(name) == 1]
    for name in graph.inputs:
        is_number = graph.nodes[graph.position[name]].shape is None and name not in graph.index_sizes
        if not is_number or not _LETTERS.fullmatch(name) or name in _USUAL_NAMES or (labels and name in problem.labels):
            continue
        are_letters = all(len(other) == 1 for other in graph.inputs if other != name and not _LETTERS.fullmatch(other))
        if others and are_letters:
            text = N_("“{name}” is read as one input. For a product write {product}.")
            yield AlgebraError(message(text, name=name, product="*".join(name)), _place(graph, name), len(name))


def _matrix_output(problem: Problem) -> Iterator[AlgebraError]:
    """Find a matrix at the end with the start 1: its gradients are those of the sum of its entries."""
    graph = problem.graph
    if graph.nodes[graph.output_position].shape is not None and problem.starts_at_one:
        text = N_(
            "{name} is not a single number, so these are the gradients of the sum of its entries. "
            "Write sum({name}), or give a start such as dL/d{name}."
        )
        yield AlgebraError(message(text, name=graph.output), _place(graph, graph.output), len(graph.output))


def _probabilities(problem: Problem) -> Iterator[AlgebraError]:
    """Find a cross-entropy whose first operand has rows that don't add up to 1."""
    graph = problem.graph
    if problem.symbolic:
        return
    for node in graph.nodes:
        if node.is_input or node.operation.label != "cross_entropy" or node.args[0] is None:
            continue
        source = graph.nodes[node.args[0]]
        value = problem.float_passes.values[node.args[0]]
        if (not source.is_input and "softmax" in source.operation.label) or not ops.is_matrix(value):
            continue
        if bool((abs(value.sum(axis=-1) - 1) > _ROW_TOLERANCE).any() or (value < 0).any()):
            name = graph.label(node.args[0])
            text = N_(
                "cross_entropy takes probabilities, and the rows of {name} don't add up to 1. Did you mean "
                "cross_entropy(softmax({name}), …)?"
            )
            yield AlgebraError(message(text, name=name), _call_place(graph, "cross_entropy"), len("cross_entropy"))


def _columns_of_softmax(graph: Graph) -> Iterator[AlgebraError]:
    """Find a softmax along rows of a column, where each row has one entry."""
    for node in graph.nodes:
        if node.is_input or node.op != "softmax" or node.shape is None:
            continue
        if node.shape[1] == 1 and node.shape[0] > 1 and node.operation.symbol == "softmax":
            text = N_(
                "softmax works along the rows. Each row has only one entry here, so all outputs are 1. "
                "Write the column as a vector, such as x = [3, 5], or use softmax(…, axis=0)."
            )
            yield AlgebraError(message(text), _call_place(graph, "softmax"), len("softmax"))


def _call_place(graph: Graph, name: str) -> int:
    return max(graph.text.find(name), 0)


def _calls(graph: Graph) -> Iterator[AlgebraError]:
    """Find calls that other programs read in another way."""
    try:
        own = {name: (each.min_operands, each.max_operands) for name, each in with_standard_functions().items()}
        equations = parse_equations(graph.text, own_functions=own, redefinable=list(own))
    except AlgebraError:
        return
    shapes = {node.name: node.shape for node in graph.nodes if node.name and node.shape is not None}
    for equation in equations:
        for part in postorder(equation.expr):
            if isinstance(part, Apply):
                yield from _call_misread(part, set(shapes))
                yield from _product_misread(part, shapes, graph.text)


def _call_misread(part: Apply, matrices: set[str | None]) -> Iterator[AlgebraError]:
    if (
        part.op in ("max", "min")
        and len(part.args) == 2
        and _is_one(part.args[1])
        and _is_matrix(part.args[0], matrices)
    ):
        text = N_("{name}(…, 1) compares each entry with 1. To go along the rows, write {name}(…, axis=1).")
        yield AlgebraError(message(text, name=part.op), part.position, 3)
    first = part.args[0] if part.args else None
    if part.op == "index" and isinstance(first, Apply) and first.op in ("amax", "amin") and len(first.args) > 1:
        text = N_(
            "Here, [0] picks an entry of the result. Leave it out: only in PyTorch does max along an "
            "axis return values and indexes."
        )
        yield AlgebraError(message(text), part.position, 1)


def _product_misread(part: Apply, shapes: Mapping[str, Shape], text: str) -> Iterator[AlgebraError]:
    """Find products of arrays that books write side by side, and products with a transposed vector."""
    if part.op not in ("mul", "matmul"):
        return
    names = [_transposed_name(arg) for arg in part.args]
    if not all(name in shapes for name, _turned in names):
        return
    (left, left_turned), (right, right_turned) = names
    one, other = (f"{name}.T" if turned else name for name, turned in names)
    are_vectors = is_vector_shape(shapes[left]) and is_vector_shape(shapes[right])
    is_side_by_side = part.op == "mul" and text[part.position : part.position + 1] not in _PRODUCT_SIGNS
    is_dotted = part.op == "mul" and text.startswith(_DOTS, part.position)
    if left != right and are_vectors and (is_dotted or is_side_by_side) and not (left_turned or right_turned):
        sentence = N_("This multiplies cell by cell. For the dot product of two vectors, write {product}.")
        yield AlgebraError(message(sentence, product=f"{left} @ {right}"), part.position)
    elif is_side_by_side:
        are_matrices = not (is_vector_shape(shapes[left]) or is_vector_shape(shapes[right]))
        if left_turned or right_turned or are_matrices or shapes[left] != shapes[right]:
            sentence = N_(
                "Arrays written side by side are multiplied cell by cell. For the matrix product, write {product}."
            )
            yield AlgebraError(message(sentence, product=f"{one} @ {other}"), part.position, len(right))
    elif part.op == "matmul" and left_turned and are_vectors:
        sentence = N_(
            "{one} is a column here, so this is the matrix of all products. For a single number, write {product}."
        )
        yield AlgebraError(message(sentence, one=one, product=f"{left} @ {right}"), part.position)


def _transposed_name(tree: Expr) -> tuple[str, bool]:
    """Return the name that a part is, and whether it is transposed; an empty one for any other part."""
    is_turned = isinstance(tree, Apply) and (tree.op == "T" or (tree.op == "pow" and _name_of(tree.args[1]) == "T"))
    return _name_of(tree.args[0] if is_turned and isinstance(tree, Apply) else tree), is_turned


def _name_of(tree: Expr) -> str:
    return tree.name if isinstance(tree, Sym) else ""


def _is_one(value: Expr) -> bool:
    return isinstance(value, Num) and value.text == "1"


def _is_matrix(tree: Expr, matrices: set[str | None]) -> bool:
    """Return whether a part may be a matrix: it has the name of one."""
    return any(getattr(part, "name", None) in matrices for part in postorder(tree)) and not (
        isinstance(tree, Apply) and tree.op in ("sum", "mean", "dot", "amax", "amin")
    )
