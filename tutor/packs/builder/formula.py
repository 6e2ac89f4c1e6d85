"""Problems and exercises made from a formula, as typed on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.lexer import tokenize
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.typed_text import on_one_line
from tutor.engine.builder import parse_graph
from tutor.engine.passes import NonFiniteError
from tutor.engine.python_source.source import PythonCode, PythonSource, is_python
from tutor.engine.standard_functions import with_standard_functions
from tutor.engine.symbolic import named_passes
from tutor.grading.problem import Problem
from tutor.i18n import N_, LocalizedText, Message, message
from tutor.packs.builder.assigned_values import split_assigned_values
from tutor.packs.data_inputs import data_input_message, find_data_input, index_value_errors
from tutor.packs.exercise import Exercise, compute_passes, drop_typed_text
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.function_definition import FunctionDefinition
    from tutor.engine.graph import Graph
    from tutor.engine.python_source.translation import PythonFormula


def read_formula(
    text: str | PythonCode,
    inputs: Mapping[str, Value],
    definitions: Mapping[str, FunctionDefinition] | None = None,
) -> str | PythonFormula:
    """Return a formula as it is, and the source of a Python function as the formula that it computes.

    Raises `AlgebraError` with every line of the source that can't be taken.
    """
    if isinstance(text, str) and not is_python(text):
        return text
    # Most formulas are no Python functions.
    from tutor.engine.python_source.translation import translate

    code = PythonCode(PythonSource(text)) if isinstance(text, str) else text
    return translate(code, inputs, with_standard_functions(definitions))


def exercise_from_formula(
    text: str | PythonFormula,
    inputs: Mapping[str, Value],
    start: Value = ONE,
    definitions: Mapping[str, FunctionDefinition] | None = None,
) -> Exercise:
    """Return an exercise from a formula, exact values for all its inputs and an exact start.

    Raises `AlgebraError` if the formula can't be parsed, an input has no value or a result is not finite.
    """
    problem = problem_from_formula(text, inputs, start, definitions)
    if isinstance(start, Sym) and problem.graph.nodes[problem.graph.output_position].shape is not None:
        symbol_matrix = N_(
            "The start {start} would be a matrix of symbols. Write numbers, or use a formula whose "
            "output is one number."
        )
        raise AlgebraError(message(symbol_matrix, start=start.name), -1)
    title = LocalizedText({"": clean_title(on_one_line(problem.graph.text))})
    return Exercise("formula", "", title, problem.graph, problem.inputs, start=problem.start)


def problem_from_formula(
    text: str | PythonFormula,
    inputs: Mapping[str, Value],
    start: Value = ONE,
    definitions: Mapping[str, FunctionDefinition] | None = None,
    wrt: tuple[str, ...] | None = None,
) -> Problem:
    """Return the problem of a formula; its inputs and the start may be symbols.

    `wrt` are the inputs whose gradients are asked for, None for all. Raises like `exercise_from_formula`.
    """
    formula = read_formula(text, inputs, definitions) if isinstance(text, str) else text
    if isinstance(formula, str):
        return _problem(formula, inputs, start, definitions, wrt)
    renamed = wrt and tuple(formula.renamed.get(name, name) for name in wrt)
    try:
        return _problem(formula.text, formula.inputs, start, definitions, renamed)
    except AlgebraError as error:
        raise formula.error(error) from None


def _problem(
    text: str,
    inputs: Mapping[str, Value],
    start: Value,
    definitions: Mapping[str, FunctionDefinition] | None,
    wrt: tuple[str, ...] | None,
) -> Problem:
    functions = with_standard_functions(definitions)
    formula, assigned = split_assigned_values(text, inputs, functions)
    inputs = {**assigned, **inputs}
    graph = parse_graph(formula, inputs, functions)
    missing = [name for name in graph.inputs if name not in inputs]
    if missing:
        raise _missing_value_error(text, missing)
    unknown = [name for name in wrt or () if name not in graph.inputs]
    if unknown:
        known = ", ".join(graph.inputs)
        raise AlgebraError(
            message(
                N_("“{name}” is not an input of this formula. Its inputs are {known}."), name=unknown[0], known=known
            ),
            -1,
        )
    if data := find_data_input(graph, wrt):
        raise AlgebraError(data_input_message(data), -1)
    for name, error in index_value_errors(graph, inputs):
        raise _error_at_name(error, text, name)
    output = graph.nodes[graph.output_position].shape
    if ops.shape_of(start) not in (None, output):
        raise AlgebraError(
            message(
                N_(
                    "The start has the shape {shape}, but the output has the shape {output}. Write a "
                    "start of that shape, or a number."
                ),
                shape=format_shape(ops.shape_of(start)),
                output=format_shape(output),
            )
        )
    if isinstance(start, Sym):
        _check_start(graph, start)
    exact = {name: _drop_typed_text(inputs[name]) for name in graph.inputs}
    problem = Problem(graph, exact, drop_typed_text(start), wrt)
    try:
        if problem.symbolic:
            named_passes(graph, exact, start, wrt)
        else:
            compute_passes(problem)
    except NonFiniteError as error:
        raise AlgebraError(error.message, 0, len(text)) from None
    return problem


def _drop_typed_text(value: Value) -> Value:
    return value if isinstance(value, MatrixExpr) else drop_typed_text(value)


def _check_start(graph: Graph, start: Sym) -> None:
    """Raise `AlgebraError` if a symbolic start is not d(a new name)/d(the output)."""
    goal, _, output = start.name.partition("/")
    goal, output = goal[1:], output[1:]
    if output != graph.output:
        text = N_("The start {start} does not match the output, which is {output}. Write {right}.")
        right = f"d{goal}/d{graph.output}"
        raise AlgebraError(message(text, start=start.name, output=graph.output, right=right), -1)
    if goal in graph.position:
        text = N_(
            "The start {start} can't be used because {goal} is already in the formula. Choose another "
            "name for the final result, as in {right}."
        )
        right = next(f"d{name}/d{output}" for name in ("L", "J", "E", "loss", "end") if name not in graph.position)
        raise AlgebraError(message(text, start=start.name, goal=goal, right=right), -1)


def _missing_value_error(text: str, names: list[str]) -> AlgebraError:
    remedy = " ".join(f"{name}=…" for name in names)
    if len(names) == 1:
        error = message(N_("{name} has no value. Add {remedy}"), name=names[0], remedy=remedy)
    else:
        error = message(N_("{names} have no values. Add {remedy}"), names=", ".join(names), remedy=remedy)
    return _error_at_name(error, text, names[0])


def _error_at_name(error: Message, text: str, name: str) -> AlgebraError:
    first = next(token for token in tokenize(text) if token.kind == "name" and token.text == name)
    return AlgebraError(error, first.position, len(first.text))
