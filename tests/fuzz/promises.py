"""What holds for any text: a value or one clear sentence with its place, at once; what is written reads back."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from tutor import i18n
from tutor.algebra import ANSWER, AlgebraError, Expr, parse, parse_equations, read_value, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.show import show, write
from tutor.algebra.tree import ONE, number
from tutor.engine import Graph, NotANumber, run
from tutor.engine.definition import parse_definition
from tutor.grading import Blank, Problem, grade, reads_as
from tutor.packs.readers import Refused, read_input

#: Seconds of the processor to refuse a text or to take it in, and what each number that it asks for may add.
LIMIT = 0.05
CELL = 1e-4

_MATRIX = {name: evaluate(read_value(text), {}) for name, text in (("X", "[[0.1, 0.2], [3, 4]]"), ("W", "[[1], [2]]"))}
_INPUTS = {name: number(value) for name, value in (("x", 3), ("y", "0.25"), ("w", -2), ("a", 1), ("b", 2), ("t", 0))}
_GRAPH_INPUTS = {**_INPUTS, **_MATRIX}


@cache
def _places(matrices: bool) -> tuple[tuple[Problem, Blank], ...]:
    """Where answers are typed into: the blanks of a graph of numbers, or of one of matrices with a start of 3."""
    problem = Problem(Graph.parse("t = x * y; z = exp(t) + x"), {"x": number(2), "y": number("0.25")})
    if matrices:
        problem = Problem(Graph.parse("S = sigmoid(X @ W); f = sum(S)", _MATRIX), _MATRIX, number(3))
    return tuple((problem, blank) for blank in problem.blanks)


def seconds(kind: str, text: str) -> float:
    """What the product takes for the text, in seconds of the processor, without what large matrices may take.

    Raises `AssertionError`, and whatever comes out that should not.
    """
    begun = time.thread_time()
    cells = _THROUGH[kind](text)
    return time.thread_time() - begun - CELL * cells


def slowness(kind: str, text: str) -> float:
    """The least of up to three times: one that is slow may be the machine's fault."""
    taken = seconds(kind, text)
    return min(taken, seconds(kind, text), seconds(kind, text)) if taken > LIMIT else taken


def _answer(text: str) -> int:
    places = _places(any(name in text for name in "XWS"))
    problem, blank = places[sum(map(ord, text)) % len(places)]
    reading = reads_as(problem, blank, text)
    if reading.error is not None:
        _told(reading.error, text)
    verdict = grade(problem, blank, text)
    _in_both_languages(verdict.message)
    if verdict.at is not None:
        assert 0 <= verdict.at <= len(text)
    return 0


def _graph(text: str) -> int:
    try:
        built = Graph.parse(text, None if "X" not in text else {"X": _MATRIX["X"]})
    except AlgebraError as error:
        _told(error, text)
        return 0
    for position in range(len(built.nodes)):
        assert built.title(position).strip("()")
    inputs = {name: _GRAPH_INPUTS.get(name, number("1.5")) for name in built.inputs}
    inputs = {
        name: value if values.shape(value) == built.nodes[built.position[name]].shape else ONE
        for name, value in inputs.items()
    }
    floats = {name: values.each(nearest_float, value) for name, value in inputs.items()}
    for given, start in ((floats, 1.0), (inputs, ONE)):
        try:
            run(built, given, start)
        except NotANumber as error:
            _in_both_languages(error.message)
    return sum(values.cells(node.shape) for node in built.nodes)


def _value(text: str) -> int:
    try:
        value = evaluate(read_value(text), {})
        values.each(nearest_float, value)
        assert show(value)
        return values.count(value) - 1
    except AlgebraError as error:
        _told(error, text)
        return 0


def _definition(text: str) -> int:
    try:
        definition = parse_definition(text)
    except AlgebraError as error:
        _told(error, text)
        return 0
    use = f"z = {definition.name}({', '.join(definition.inputs)}) + 1"
    try:
        built = Graph.parse(use, None, {definition.name: definition})
    except AlgebraError as error:
        _told(error, use)
        return 0
    inside = [node.own.parts for node in built.nodes if node.own and node.own.parts]
    return sum(2 * values.cells(node.shape) for graph in (built, *inside) for node in graph.nodes)


def _number(text: str) -> int:
    try:
        return values.count(read_input(text)) - 1
    except Refused as error:
        _in_both_languages(error.message)
        return 0


_THROUGH = {"answer": _answer, "graph": _graph, "value": _value, "definition": _definition, "number": _number}


def _told(error: AlgebraError, text: str) -> None:
    """The fault lies within the text (or nowhere in it) and has a sentence."""
    assert -1 <= error.at <= len(text), (error.at, error)
    assert error.length >= 1
    assert max(error.at, 0) + error.length <= len(text) + 1, (error.at, error.length, error)
    _in_both_languages(error.message)


def _in_both_languages(message: Any) -> None:
    before = i18n.language()
    try:
        for language in i18n.LANGUAGES:
            i18n.use(language)
            assert str(message).strip()
    finally:
        i18n.use(before)


def reads_back(kind: str, text: str) -> None:
    """What is written of a text that can be read has the same value. Raises `AssertionError`."""
    names: Mapping[str, Any] = _GRAPH_INPUTS
    try:
        if kind == "graph":
            trees = [equation.tree for equation in parse_equations(text)]
        else:
            trees = [parse(text, names if kind == "answer" else ())]
    except AlgebraError:
        return
    for tree in trees:
        _same(tree, write(tree), names)


def _same(tree: Expr, written: str, names: Mapping[str, Any]) -> None:
    first = _floats(tree, names)
    if first is None:
        return
    again = _floats(parse_equations(written)[0].tree, names)
    assert again is not None and values.shape(first) == values.shape(again), written
    for a, b in zip(_cells(first), _cells(again), strict=True):
        assert a == b or math.isclose(a, b, rel_tol=1e-12) or (math.isnan(a) and math.isnan(b)), (written, a, b)


def _floats(tree: Expr, names: Mapping[str, Any]) -> Any:
    try:
        return values.each(nearest_float, evaluate(tree, names, ANSWER))
    except (AlgebraError, KeyError):
        return None


def _cells(value: Any) -> list[float]:
    return [float(cell) for cell in value.ravel()] if values.is_matrix(value) else [float(value)]
