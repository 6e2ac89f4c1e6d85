"""Values for the inputs of a formula that have none: their shapes, and numbers for which everything is finite."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Sym, free_names, number, postorder
from tutor.algebra.ops import VectorShape
from tutor.engine.builder import build_from_equations, parse_and_check, parse_graph
from tutor.engine.finite_differences import to_floats
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.singularities import find_kinks
from tutor.engine.standard_functions import with_standard_functions
from tutor.packs.data_inputs import default_source, inputs_of
from tutor.packs.random_inputs import ChoiceSource, StepSource
from tutor.practice.lab.number_choice import NUM_SERIES, SMALL_SERIES, array_of, choose_numbers, one_hot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.expr import Num
    from tutor.algebra.ops import Shape, Value
    from tutor.algebra.parser import Equation
    from tutor.engine.graph import Graph

_VECTORS: tuple[Shape, ...] = (VectorShape.of_length(3), VectorShape.of_length(2))
_MATRICES: tuple[Shape, ...] = ((2, 3), (3, 2), (2, 2), (3, 3), (3, 4), (1, 3), (3, 1))
#: With more inputs that are numbers, small ones are chosen first.
_MAX_LARGE_NUMBERS = 6
#: With a smaller gradient, a nudge of an input can't be seen at the output.
_LEAST_GRADIENT = 1e-2
#: Changing several shapes at once counts as so many changes.
_TOGETHER = 2
#: So many sets of shapes are tried at most.
_MAX_TRIED = 160


def input_names(text: str) -> list[str]:
    """Return the inputs of a formula in their order in it. Raise `AlgebraError` if it can't be parsed."""
    equations = parse_and_check(text, with_standard_functions())
    return _input_names(equations, text)


def _input_names(equations: list[Equation], text: str) -> list[str]:
    defined: set[str] = set()
    used: dict[str, None] = {}
    for equation in equations:
        names = [part.name for part in postorder(equation.expr) if isinstance(part, Sym)]
        free = free_names(equation.expr)
        used |= dict.fromkeys(name for name in names if name in free and name not in defined)
        if equation.name is not None:
            defined.add(equation.name)
    return sorted(used, key=lambda name: _first_use(equations, name, text))


def _first_use(equations: list[Equation], name: str, text: str) -> int:
    places = (
        part.position
        for equation in equations
        for part in postorder(equation.expr)
        if isinstance(part, Sym) and part.name == name
    )
    return min(places, default=len(text))


def fill_inputs(text: str, given: Mapping[str, Value], before: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Return values for the inputs of a formula that have none in `given`.

    Those in `before`, chosen for an earlier form of the formula, stay as long as they fit. Raise `AlgebraError` if no
    values are found that fit.
    """
    names = [name for name in input_names(text) if name not in given]
    kept = {name: value for name, value in (before or {}).items() if name in names}
    if kept:
        try:
            return _fill(text, names, given, kept)
        except AlgebraError:
            pass
    return _fill(text, names, given, {})


def _fill(text: str, names: list[str], given: Mapping[str, Value], kept: Mapping[str, Value]) -> dict[str, Value]:
    missing = [name for name in names if name not in kept]
    if not names:
        return {}
    known = {name: ops.shape_of(value) for name, value in {**given, **kept}.items()}
    shapes = _with_vectors_beside_products(text, infer_shapes(text, tuple(missing), tuple(known.items())), known)
    graph = parse_graph(text, {**given, **kept, **choose_numbers(shapes, 0)}, with_standard_functions())
    return {name: value for name, value in _choose(graph, shapes, given, kept).items() if name in names}


# --- shapes ---


def infer_shapes(text: str, names: tuple[str, ...], known: tuple[tuple[str, Shape], ...]) -> dict[str, Shape]:
    """Return shapes of inputs with which a formula can be built. Raise `AlgebraError` with what is wrong with numbers.

    Numbers come first. Where they don't fit, the inputs of the part that fails become vectors or matrices, one after
    the other, and what reaches furthest into the formula is followed first.
    """
    found = _infer_shapes(text, names, known)
    if isinstance(found, AlgebraError):
        raise found
    return found


@lru_cache(maxsize=128)
def _infer_shapes(
    text: str, names: tuple[str, ...], known: tuple[tuple[str, Shape], ...]
) -> dict[str, Shape] | AlgebraError:
    """Return what `infer_shapes` returns or raises: while one types, most parts of a formula are the same as before."""
    definitions = with_standard_functions()
    equations = parse_and_check(text, definitions)
    first: AlgebraError | None = None
    order = count()
    waiting: list[tuple[int, int, int, tuple[Shape, ...]]] = [(0, 0, next(order), (None,) * len(names))]
    seen = {waiting[0][-1]}
    for _attempt in range(_MAX_TRIED):
        if not waiting:
            break
        _reached, changes, _order, shapes = heappop(waiting)
        try:
            build_from_equations(equations, text, {**dict(known), **dict(zip(names, shapes, strict=True))}, definitions)
        except AlgebraError as error:
            first = first or error
            step, blamed = _blame(equations, error.position, names)
            if not blamed and not changes:
                # What is wrong with numbers is no operation on inputs, so that no shape makes up for it.
                break
            for cost, changed in _changes(names, shapes, blamed or list(names)):
                if changed not in seen:
                    seen.add(changed)
                    heappush(waiting, (-step, changes + cost, next(order), changed))
        else:
            return dict(zip(names, shapes, strict=True))
    assert first is not None
    return first


def _blame(equations: list[Equation], position: int, names: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return how many parts of the formula come before the operation at `position`, and the inputs in it."""
    parts = 0
    for index, equation in enumerate(equations):
        for part in postorder(equation.expr):
            parts += 1
            if isinstance(part, Apply) and part.position == position:
                inside = [name for name in names if name in _names_within(equations, index, part)]
                if inside:
                    return parts, inside
    return 0, []


def _names_within(equations: list[Equation], index: int, part: Apply) -> set[str]:
    """Return the inputs that a part depends on, through the steps before it."""
    found = set(free_names(part))
    for equation in reversed(equations[:index]):
        if equation.name in found:
            found |= set(free_names(equation.expr))
    return found


def _changes(
    names: tuple[str, ...], shapes: tuple[Shape, ...], blamed: list[str]
) -> Iterator[tuple[int, tuple[Shape, ...]]]:
    """Yield sets of shapes in which one of the blamed inputs has another shape, and how unusual the change is.

    Capitals are matrices first. The last ones change all of them: to vectors, and to a matrix with vectors for its
    columns, as normalizations take.
    """
    for name in blamed:
        place = names.index(name)
        options = (*_MATRICES, *_VECTORS) if name[:1].isupper() else (*_VECTORS, *_MATRICES)
        for option in (*options, None):
            if option != shapes[place]:
                yield 1, (*shapes[:place], option, *shapes[place + 1 :])
    if len(blamed) > 1 and not any(name[:1].isupper() for name in blamed[1:]):
        for first in (_MATRICES[0],) if blamed[0][:1].isupper() else (_VECTORS[0], _MATRICES[0]):
            together = {**dict.fromkeys(blamed, _VECTORS[0]), blamed[0]: first}
            yield _TOGETHER, tuple(together.get(name, shape) for name, shape in zip(names, shapes, strict=True))


def _with_vectors_beside_products(text: str, shapes: dict[str, Shape], known: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return shapes with a vector for each number that is added to a matrix product, as a bias or a target is."""
    definitions = with_standard_functions()
    equations = parse_and_check(text, definitions)
    for name in _names_beside_products(equations):
        if name not in shapes or shapes[name] is not None:
            continue
        for vector in (VectorShape.of_length(length) for length in (2, 3, 4)):
            with suppress(AlgebraError):
                build_from_equations(equations, text, {**known, **shapes, name: vector}, definitions)
                shapes = {**shapes, name: vector}
                break
    return shapes


def _names_beside_products(equations: list[Equation]) -> Iterator[str]:
    """Yield the names that are added to a matrix product or subtracted from one."""
    products = {
        equation.name for equation in equations if isinstance(equation.expr, Apply) and equation.expr.op == "matmul"
    }
    for equation in equations:
        for part in postorder(equation.expr):
            if not (isinstance(part, Apply) and part.op in ("add", "sub")):
                continue
            for one, other in (part.args, part.args[::-1]):
                is_product = (isinstance(one, Apply) and one.op == "matmul") or (
                    isinstance(one, Sym) and one.name in products
                )
                if is_product and isinstance(other, Sym):
                    yield other.name


# --- numbers ---


def _choose(
    graph: Graph, shapes: dict[str, Shape], given: Mapping[str, Value], kept: Mapping[str, Value]
) -> dict[str, Value]:
    """Return numbers in these shapes for which both passes are finite, if possible away from kinks and flat parts.

    Raise `AlgebraError` if none are finite.
    """
    data = {name: value for name, shape in shapes.items() if (value := _data_value(graph, name, shape)) is not None}
    targets = {name: one_hot(shapes[name]) for name in _target_inputs(graph) if shapes.get(name) is not None}
    taken = [*given.values(), *kept.values()]
    usable: dict[str, Value] | None = None
    fault: AlgebraError | None = None
    # Many numbers of 3 and 4 would drive most sigmoids to their ends.
    are_many = sum(shape is None for shape in shapes.values()) > _MAX_LARGE_NUMBERS
    for series in sorted(range(NUM_SERIES), key=lambda each: are_many and each != SMALL_SERIES):
        chosen = {**kept, **choose_numbers(shapes, series, taken), **targets, **data}
        try:
            is_telling = _is_telling(graph, {**given, **chosen})
        except NonFiniteError as error:
            fault = fault or AlgebraError(error.message, 0, len(graph.text))
            continue
        if is_telling:
            return chosen
        usable = usable or chosen
    if usable is None:
        assert fault is not None
        raise fault
    return usable


def _is_telling(graph: Graph, values: Mapping[str, Value]) -> bool:
    """Return whether no node is at a kink and most inputs move the output. Raise `NonFiniteError`."""
    # Any number does for a symbol.
    floats = {name: 1.5 if isinstance(values[name], Sym) else to_floats(values[name]) for name in graph.inputs}
    passes = forward_backward(graph, floats, 1.0)
    gradients = [passes.gradients[graph.position[name]] for name in graph.inputs]
    moving = [
        any(abs(float(cell)) >= _LEAST_GRADIENT for cell in ops.cells(gradient))
        for gradient in gradients
        if gradient is not None
    ]
    return sum(moving) * 2 > len(moving) and not find_kinks(graph, passes.values)


def _data_value(graph: Graph, name: str, shape: Shape) -> Value | None:
    """Return whole numbers for an index and truth values for a condition; None for any other input."""
    source = default_source(graph, name)
    if isinstance(source, StepSource):
        numbers = [source.first + source.step * index for index in range(source.count)]
    elif isinstance(source, ChoiceSource):
        numbers = [1, 0]  # type: ignore[list-item]
    else:
        return None
    # An index 0 would hide that it is one: the next entry is picked first.
    cells: list[Num] = [number(numbers[(index + 1) % len(numbers)]) for index in range(ops.num_cells(shape))]
    if isinstance(source, ChoiceSource):
        cells = [number(numbers[index % 2]) for index in range(ops.num_cells(shape))]
    return cells[0] if shape is None else array_of(shape, cells)


def _target_inputs(graph: Graph) -> Iterator[str]:
    """Yield the inputs that are the targets of a cross-entropy."""
    for node in graph.nodes:
        if not node.is_input and node.operation.label == "cross_entropy" and len(node.args) > 1:
            source = node.args[1]
            if source is not None and graph.nodes[source].is_input:
                yield from inputs_of(graph, source)
