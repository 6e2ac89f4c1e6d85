"""Promises for any input text: a quick value or a message with a position, and printed formulas that read back."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from tutor import i18n
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Expr, number
from tutor.algebra.limits import ANSWER, GRAPH, MAX_ANSWER_EXPONENT
from tutor.algebra.parser import parse, parse_equations, parse_value
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.builder import parse_graph
from tutor.engine.function_definition import parse_definition
from tutor.engine.passes import NonFiniteError, forward_backward
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.answer import preview
from tutor.grading.grader import grade
from tutor.grading.problem import Blank, Problem
from tutor.packs.validators import InvalidValueError, parse_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.limits import Limits

#: Processor seconds to read or refuse a text, and to compute each number that it asks for.
MAX_SECONDS = 0.05
SECONDS_PER_CELL = 1e-4
#: A printed formula may be longer than the answer that it came from, and have the exponents of an answer.
_READ_BACK = replace(GRAPH, exponent=MAX_ANSWER_EXPONENT)

_MATRIX = {name: evaluate(parse_value(text), {}) for name, text in (("X", "[[0.1, 0.2], [3, 4]]"), ("W", "[[1], [2]]"))}
_INPUTS = {name: number(value) for name, value in (("x", 3), ("y", "0.25"), ("w", -2), ("a", 1), ("b", 2), ("t", 0))}
_GRAPH_INPUTS = {**_INPUTS, **_MATRIX}


@cache
def _problem_blanks(matrices: bool) -> tuple[tuple[Problem, Blank], ...]:
    """Return the blanks of a graph of numbers, or of one of matrices with a start of 3, to type answers into."""
    problem = Problem(parse_graph("t = x * y; z = exp(t) + x"), {"x": number(2), "y": number("0.25")})
    if matrices:
        problem = Problem(parse_graph("S = sigmoid(X @ W); f = sum(S)", _MATRIX), _MATRIX, number(3))
    return tuple((problem, blank) for blank in problem.blanks)


def processor_seconds(kind: str, text: str) -> float:
    """Return the processor seconds that a text takes, less what its matrices may take.

    Raises `AssertionError` for a broken promise, and lets any exception of the program through.
    """
    start = time.thread_time()
    cells = _CHECKS[kind](text)
    return time.thread_time() - start - SECONDS_PER_CELL * cells


def best_seconds(kind: str, text: str) -> float:
    """Return the best of up to three runs, because the machine may have been slow for a moment."""
    seconds = processor_seconds(kind, text)
    if seconds <= MAX_SECONDS:
        return seconds
    return min(seconds, processor_seconds(kind, text), processor_seconds(kind, text))


def _check_answer(text: str) -> int:
    places = _problem_blanks(any(name in text for name in "XWS"))
    problem, blank = places[sum(map(ord, text)) % len(places)]
    reading = preview(problem, blank, text)
    if reading.error is not None:
        _check_error(reading.error, text)
    verdict = grade(problem, blank, text)
    _check_translations(verdict.message)
    if verdict.at is not None:
        assert 0 <= verdict.at <= len(text)
    return 0


def _check_graph(text: str) -> int:
    try:
        built = parse_graph(text, None if "X" not in text else {"X": _MATRIX["X"]}, with_standard_functions())
    except AlgebraError as error:
        _check_error(error, text)
        return 0
    for position in range(len(built.nodes)):
        assert built.label(position).strip("()")
    inputs = {name: _GRAPH_INPUTS.get(name, number("1.5")) for name in built.inputs}
    inputs = {
        name: value if ops.shape_of(value) == built.nodes[built.position[name]].shape else ONE
        for name, value in inputs.items()
    }
    floats = {name: ops.map_cells(nearest_float, value) for name, value in inputs.items()}
    for values, start in ((floats, 1.0), (inputs, ONE)):
        try:
            forward_backward(built, values, start)
        except NonFiniteError as error:
            _check_translations(error.message)
    return sum(ops.num_cells(node.shape) for node in built.nodes)


def _check_value(text: str) -> int:
    try:
        value = evaluate(parse_value(text), {})
        ops.map_cells(nearest_float, value)
        assert format_value(value)
        return ops.size(value) - 1
    except AlgebraError as error:
        _check_error(error, text)
        return 0


def _check_definition(text: str) -> int:
    try:
        definition = parse_definition(text)
    except AlgebraError as error:
        _check_error(error, text)
        return 0
    use = f"z = {definition.name}({', '.join(definition.inputs)}) + 1"
    try:
        built = parse_graph(use, None, {definition.name: definition})
    except AlgebraError as error:
        _check_error(error, use)
        return 0
    inside = [node.body for node in built.nodes if node.body]
    return sum(2 * ops.num_cells(node.shape) for graph in (built, *inside) for node in graph.nodes)


def _check_number(text: str) -> int:
    try:
        return ops.size(parse_input(text)) - 1
    except InvalidValueError as error:
        _check_translations(error.message)
        return 0


_CHECKS = {
    "answer": _check_answer,
    "graph": _check_graph,
    "value": _check_value,
    "definition": _check_definition,
    "number": _check_number,
}


def _check_error(error: AlgebraError, text: str) -> None:
    """Assert that an error lies within the text, or has no position, and has a message."""
    assert -1 <= error.position <= len(text), (error.position, error)
    assert error.length >= 1
    assert max(error.position, 0) + error.length <= len(text) + 1, (error.position, error.length, error)
    _check_translations(error.message)


def _check_translations(message: Any) -> None:
    before = i18n.current_language()
    try:
        for language in i18n.LANGUAGES:
            i18n.set_language(language)
            assert str(message).strip()
    finally:
        i18n.set_language(before)


def assert_round_trip(kind: str, text: str) -> None:
    """Assert that a formula that can be read has the same value after printing and reading it again."""
    names: Mapping[str, Any] = _GRAPH_INPUTS
    try:
        if kind == "graph":
            trees = [equation.expr for equation in parse_equations(text)]
        else:
            trees = [parse(text, names if kind == "answer" else ())]
    except AlgebraError:
        return
    for tree in trees:
        _check_same_value(tree, format_expr(tree), names)


def _check_same_value(tree: Expr, written: str, names: Mapping[str, Any]) -> None:
    first = _floats(tree, names)
    if first is None:
        return
    # Without the brackets of a·(b·c), more of a formula may be a matrix.
    again = _floats(parse_equations(written, _READ_BACK)[0].expr, names, _READ_BACK)
    assert again is not None, written
    assert ops.shape_of(first) == ops.shape_of(again), written
    for a, b in zip(_cells(first), _cells(again), strict=True):
        assert a == b or math.isclose(a, b, rel_tol=1e-12) or (math.isnan(a) and math.isnan(b)), (written, a, b)


def _floats(tree: Expr, names: Mapping[str, Any], limits: Limits = ANSWER) -> Any:
    try:
        return ops.map_cells(nearest_float, evaluate(tree, names, limits))
    except (AlgebraError, KeyError):
        return None


def _cells(value: Any) -> list[float]:
    return [float(cell) for cell in value.ravel()] if ops.is_matrix(value) else [float(value)]
