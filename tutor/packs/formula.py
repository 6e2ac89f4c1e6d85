"""A formula typed at the command line, as an exercise."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra import AlgebraError, values
from tutor.algebra.evaluate import describe
from tutor.algebra.lexer import tokens
from tutor.algebra.tree import ONE
from tutor.algebra.values import Value
from tutor.engine import Graph, NotANumber
from tutor.i18n import N_, Text, message
from tutor.packs.exercise import Exercise, compute, untyped
from tutor.packs.plain_text import one_line


def from_formula(text: str, inputs: Mapping[str, Value], start: Value = ONE) -> Exercise:
    """An exercise from a formula, exact values for all its inputs and an exact start.

    Raises `AlgebraError` where the formula can't be read, an input has no value or nothing finite comes out.
    """
    graph = Graph.parse(text, inputs)
    missing = [name for name in graph.inputs if name not in inputs]
    if missing:
        raise _without_value(text, missing)
    output = graph.nodes[graph.last].shape
    if values.shape(start) not in (None, output):
        raise AlgebraError(
            message(
                N_("The start is {shape}, but the output is {output}. Write one of that shape, or a number."),
                shape=describe(values.shape(start)),
                output=describe(output),
            )
        )
    exact = {name: untyped(value) for name, value in inputs.items()}
    exercise = Exercise("formula", "", Text({"": one_line(text)}), graph, exact, start=untyped(start))
    try:
        compute(exercise.variant().problem)
    except NotANumber as error:
        raise AlgebraError(error.message, 0, len(text)) from None
    return exercise


def _without_value(text: str, names: list[str]) -> AlgebraError:
    remedy = " ".join(f"{name}=…" for name in names)
    if len(names) == 1:
        sentence = message(N_("{name} has no value: add {remedy}"), name=names[0], remedy=remedy)
    else:
        sentence = message(N_("{names} have no values: add {remedy}"), names=", ".join(names), remedy=remedy)
    first = next(token for token in tokens(text) if token.kind == "name" and token.text == names[0])
    return AlgebraError(sentence, first.at, len(first.text))
