"""LaTeX derivations: well-formed, with every side of every equation equal to the value it is about."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.latex_reader import read_formula, split_equations
from tests.support.numpy_evaluator import evaluate_with_numpy
from tests.support.parsed_values import custom_functions, exact_values
from tests.support.program_samples import (
    AWKWARD_NAMES,
    INJECTION_ATTEMPTS,
    LESSON,
    SAMPLE_PROGRAMS,
    fold_randomly,
    passes_of,
    random_case,
    rename_nodes,
)
from tests.support.random_programs import exact_inputs
from tests.support.reference_functions import operations_with_references
from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Apply, Expr, Grid, Sym, number
from tutor.algebra.limits import GRAPH
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse, parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.latex_columns import PrintedFormula
from tutor.engine.codegen.latex_formulas import NodeFormulas
from tutor.engine.codegen.latex_fragments import ATOM
from tutor.engine.codegen.latex_names import LatexNames, adjoint
from tutor.engine.codegen.latex_printer import format_latex
from tutor.engine.codegen.latex_steps import LatexSteps
from tutor.engine.codegen.to_latex import latex_derivation
from tutor.engine.fold import fold
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import NonFiniteError, Passes
from tutor.i18n import set_language

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

#: The allowed commands, all from LaTeX or amsmath, with their numbers of arguments.
COMMANDS = {
    **dict.fromkeys(("begin", "end", "text", "mathrm", "mathbf", "mathcal", "operatorname", "sqrt"), 1),
    **dict.fromkeys(("bar", "overline", "hat", "tilde", "dot", "vec", "boldsymbol"), 1),
    "frac": 2,
    **dict.fromkeys(
        ("noindent", "begingroup", "endgroup", "allowdisplaybreaks", "partial", "cdot", "odot", "oslash"), 0
    ),
    **dict.fromkeys(("times", "circ", "top", "left", "right", "sum", "approx", "quad"), 0),
    **dict.fromkeys(("dots", "cdots", "vdots", "ddots"), 0),
    **dict.fromkeys(("exp", "log", "sin", "cos", "tanh", "max", "min", "sigma", "pi", "lambda", "mu", "alpha"), 0),
    **dict.fromkeys(("textbackslash", "textasciitilde", "textasciicircum"), 0),
}
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[{}&^_$#%~]|[^\\{}&^_$#%~]", re.DOTALL)


def assert_well_formed(lines: list[str]) -> None:
    """Assert that braces, environments, \\left and \\right, indices and alignment match, and commands are allowed."""
    assert all(len(line.splitlines()) <= 1 for line in lines)
    headings = [re.split(r"(?<!\\)\$", line) for line in lines if line.startswith(r"\noindent")]
    for formula in (part for heading in headings for part in heading[1::2]):
        assert_well_formed([r"\begin{align*}", f"{formula} &= 0", r"\end{align*}"])
    lines = [*("".join(heading[::2]) for heading in headings), *(line for line in lines if line[:9] != r"\noindent")]
    tokens = _TOKEN.findall("\n".join(lines))
    assert "".join(tokens) == "\n".join(lines)
    groups: list[str] = []
    environments: list[str] = []
    marks = 0
    scripts: list[set[str]] = [set()]
    n = 0
    while n < len(tokens):
        token = tokens[n]
        inside = environments[-1] if environments else ""
        in_text = "text" in groups
        if token == "{":
            groups.append("text" if tokens[n - 1] == "\\text" else "{")
            scripts.append(set())
        elif token == "}":
            groups.pop()
            scripts.pop()
        elif token in "^_" and not in_text:
            # LaTeX rejects a second index on the same base.
            assert inside
            assert tokens[n + 1] == "{"
            assert token not in scripts[-1], "".join(tokens[max(n - 60, 0) : n + 5])
            scripts[-1].add(token)
        elif token == "&":
            assert inside in ("align*", "pmatrix")
            marks += inside == "align*"
            scripts[-1] = set()
        elif token == "\\\\":
            assert inside in ("align*", "pmatrix")
            if inside == "align*":
                assert marks == 1
                marks = 0
            scripts[-1] = set()
        elif token in ("\\begin", "\\end"):
            name = "".join(tokens[n + 2 : tokens.index("}", n)])
            if token == "\\begin":
                assert (name, inside) in (("align*", ""), ("pmatrix", "align*"), ("pmatrix", "pmatrix"))
                environments.append(name)
                groups.append(name)
                scripts.append(set())
            else:
                assert environments.pop() == groups.pop() == name
                scripts.pop()
                scripts[-1] = set()
                marks -= name == "align*"
                assert marks == 0 or name == "pmatrix"
            n = tokens.index("}", n)
        elif token == "\\left":
            groups.append("left")
            scripts.append(set())
            n += 1
            assert tokens[n] in ("(", "|", "[")
        elif token == "\\right":
            assert groups.pop() == "left"
            scripts.pop()
            scripts[-1] = set()
            n += 1
            assert tokens[n] in (")", "|", "]")
        elif re.fullmatch(r"\\[A-Za-z]+", token):
            assert token[1:] in COMMANDS, token
            assert inside or token in ("\\noindent", "\\begingroup", "\\endgroup", "\\allowdisplaybreaks")
            ahead = n + 1
            for _ in range(COMMANDS[token[1:]]):
                assert tokens[ahead] == "{"
                ahead = _closing_index(tokens, ahead)
            scripts[-1] = set()
        elif token.startswith("\\"):
            assert token in ("\\,", *(f"\\{c}" for c in "{}$&#_%"))
        else:
            assert token not in "$#%~"
            assert in_text or not inside or token.isascii(), token
            if not token.isspace():
                scripts[-1] = set()
        n += 1
    assert not groups
    assert not environments


def _closing_index(tokens: list[str], n: int) -> int:
    depth = 0
    while True:
        depth += {"{": 1, "}": -1}.get(tokens[n], 0)
        n += 1
        if depth == 0:
            return n


@pytest.mark.parametrize(
    "broken",
    [
        r"x^{2}^{3} &= 1",
        r"{x_{1}}_{2}_{3} &= 1",
        r"x^2 &= 1",
        r"\frac{1} &= 1",
        r"\frac{1}{2 &= 1",
        r"\left(1 &= 1",
        r"\left(1\right) = 1",
        r"x &= 1 &= 2",
        r"x_y &= 1",
        r"50% &= 1",
        r"무게 &= 1",
        r"\write18{ls} &= 1",
        r"\begin{pmatrix} 1 \\ 2 &= 1",
        "x &= 1 \\\\\n2",
    ],
)
def test_malformed_latex_is_detected(broken: str) -> None:
    assert_well_formed([r"\begin{align*}", r"{x_{1}}_{2} &= \frac{1}{x^{2}}", r"\end{align*}"])
    with pytest.raises((AssertionError, IndexError)):
        assert_well_formed([r"\begin{align*}", broken, r"\end{align*}"])


def test_random_derivations_are_well_formed() -> None:
    rng = random.Random(6000)
    used = set()
    for _ in range(200):
        program, graph, start, wrt = random_case(rng)
        graph = fold_randomly(rng, graph) if rng.random() < 0.2 else graph
        try:
            assert_well_formed(latex_derivation(graph, exact_inputs(program), start, wrt))
        except NonFiniteError:
            continue
        used |= {node.op for node in graph.nodes if node.op}
    assert used >= operations_with_references()


def _as_column(value: Any) -> Any:
    """Return a number or a matrix as an array, a vector as a column."""
    return np.asarray(value, dtype=float).T if ops.is_vector(value) else np.asarray(value, dtype=float)


def _names_and_values(steps: LatexSteps, passes: Passes) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
    """Return identifiers for the names in a derivation, their values, and the value that each left side is about."""
    identifiers, values, expected = {}, {}, {}
    for position, node in enumerate(passes.graph.nodes):
        if steps.formulas.is_hidden[position]:
            continue
        text, gradient = steps.texts[position][0], passes.gradients[position]
        expected[text] = passes.values[position]
        if node.is_input or node.name or text in steps.symbols or position == passes.graph.output_position:
            identifiers[text], values[f"n{position}"] = f"n{position}", _as_column(passes.values[position])
        if gradient is not None:
            bar = steps.adjoints[position]
            expected[bar] = gradient
            identifiers[bar], values[f"g{position}"] = f"g{position}", _as_column(gradient)
    return identifiers, values, expected


def test_every_side_of_an_equation_has_the_value_it_is_about() -> None:
    rng = random.Random(6100)
    compared = 0
    for _ in range(70):
        program, graph, start, wrt = random_case(rng)
        inputs = exact_inputs(program)
        try:
            equations = split_equations(latex_derivation(graph, inputs, start, wrt))
        except NonFiniteError:
            continue
        passes = passes_of(graph, inputs, start, wrt)
        identifiers, values, expected = _names_and_values(LatexSteps(graph, NodeFormulas(graph), False), passes)
        has_vectors = any(map(ops.is_vector, passes.values))
        for left, sides in equations:
            value = _as_column(expected[left])
            for sign, side in [("=", left), *sides]:
                # Softmax reads the rows of a matrix, and a vector is a column here.
                if "dots" in side or (has_vectors and "softmax" in side):
                    continue
                formula = read_formula(side, identifiers, ops.is_vector(expected[left]))
                found = evaluate_with_numpy(parse(formula, limits=GRAPH), values)
                # Decimals have four digits, and rounded values may cancel.
                tolerance = (1e-9 if sign == "=" else 3e-2) * max(1, np.abs(value).max())
                assert np.size(found) in (1, value.size)
                assert np.allclose(np.ravel(found), np.ravel(value), rtol=0, atol=tolerance), (program.text, left, side)
                compared += 1
    assert compared > 1500


def values_of(lines: list[str]) -> dict[str, str]:
    """Return the last right side of each equation."""
    return {left: steps[-1][1] for left, steps in split_equations(lines)}


def test_the_lesson_gradients_end_their_equations() -> None:
    inputs = exact_values(**LESSON)
    found = values_of(latex_derivation(parse_graph("f = sum(sigmoid(X @ W))", inputs), inputs, ONE, ("X",)))
    last = found[r"\bar{X}"]
    cells = [float(cell) for cell in re.findall(r"[0-9.]+", last)]
    assert np.allclose(cells, [0.1979, 0.4856, 0.7732, 0.01065, 0.02863, 0.04662, 0.0005907, 0.001681, 0.002772])
    assert r"\bar{W}" not in found


def steps_of(text: str, name: str, start: str = "1", **texts: str) -> list[str]:
    inputs = exact_values(**texts)
    lines = latex_derivation(parse_graph(text, inputs), inputs, evaluate(parse_value(start), {}))
    assert_well_formed(lines)
    return next([step for _sign, step in steps] for left, steps in split_equations(lines) if left == name)


def test_gradients_are_adjoints_and_unnamed_steps_their_expressions() -> None:
    inputs = exact_values(x="8", y="6")
    lines = latex_derivation(parse_graph("z = x * (x + y)", inputs), inputs, ONE)
    assert_well_formed(lines)
    assert [line.removesuffix(r" \\") for line in lines if " &" in line] == [
        "x &= 8",
        "y &= 6",
        "x + y &= 8 + 6 = 14",
        r"z &= x \cdot \left(x + y\right) = 8 \cdot 14 = 112",
        r"\bar{z} &= 1",
        r"\overline{x + y} &= \bar{z} \cdot x = 1 \cdot 8 = 8",
        r"\bar{y} &= \overline{x + y} = 8",
        r"\bar{x} &= \bar{z} \cdot \left(x + y\right) + \overline{x + y} = 1 \cdot 14 + 8 = 22",
    ]
    # The bar is explained once, and ∂ is for nothing but local derivatives beside it.
    assert [line for line in lines if r"\bar{x} = \frac{\partial z}{\partial x}" in line] == [lines[10]]
    assert not [line for line in lines if r"\partial" in line and not line.startswith(r"\noindent")]


def test_long_and_repeated_steps_get_symbols_that_are_announced() -> None:
    text = "z = (w2 * tanh(w1 * x + b1) + b2 - y)^2"
    inputs = exact_values(w1="1", w2="2", b1="3", b2="-1", x="1", y="3")
    lines = latex_derivation(parse_graph(text, inputs), inputs, ONE)
    assert_well_formed(lines)
    assert "$v_{1}, v_{2}$" in lines[0]
    found = dict(split_equations(lines))
    assert found["v_{1}"][0] == ("=", r"\tanh\left(w_{1} \cdot x + b_{1}\right)")
    assert found[r"w_{2} \cdot v_{1} + b_{2}"]
    assert found[r"\bar{w}_{2}"][0] == ("=", r"\overline{w_{2} \cdot v_{1}} \cdot v_{1}")
    # The same expression twice is two steps with a gradient each; v is an input here.
    repeated = parse_graph("t = v + y; z = (v + y) * t * 2", {"v": ONE, "y": ONE})
    found = dict(split_equations(latex_derivation(repeated, {"v": number(2), "y": ONE}, ONE)))
    assert {"u_{1}", r"\bar{u}_{1}", "t", r"\bar{t}"} <= set(found)
    assert not {"v + y", r"\overline{v + y}"} & set(found)


def test_vectors_are_columns() -> None:
    inputs = exact_values(W="[[1, -2], [4, 3]]", x="[3, 2]", b="[1, 0]", v="[5, 7]")
    lines = latex_derivation(parse_graph("y = W @ x + b; z = y @ v; L = z + sum(W * x)", inputs), inputs, ONE)
    assert_well_formed(lines)
    found = dict(split_equations(lines))
    assert found["x"] == [("=", r"\begin{pmatrix} 3 \\ 2 \end{pmatrix}")]
    assert found["y"][0] == ("=", r"W \, x + b")
    assert found["z"][:2] == [
        ("=", r"y^{\top} \, v"),
        ("=", r"\begin{pmatrix} 0 & 18 \end{pmatrix} \, \begin{pmatrix} 5 \\ 7 \end{pmatrix}"),
    ]
    assert found[r"W \odot x^{\top}"]
    assert found[r"\bar{W}"][0][1].endswith(r"+ \overline{W \, x} \, x^{\top}")
    assert found[r"\bar{x}"][0][1].endswith(r"+ W^{\top} \, \overline{W \, x}")
    softmax = latex_derivation(
        parse_graph("p = softmax(x); z = p @ x", exact_values(x="[3, 2]")), exact_values(x="[3, 2]"), ONE
    )
    assert_well_formed(softmax)
    assert (r"=", r"\bar{z} \cdot p + p \odot \left(\bar{p} - \bar{p}^{\top} \, p\right)") in dict(
        split_equations(softmax)
    )[r"\bar{x}"]


def test_a_smaller_operand_is_shown_as_it_is_and_gets_a_sum() -> None:
    inputs = exact_values(X="[[1, 2], [3, 4]]", b="[[5, 6]]", c="2")
    lines = latex_derivation(parse_graph("f = sum((X + b) * c)", inputs), inputs, ONE)
    assert_well_formed(lines)
    assert "broadcast" not in "\n".join(lines)
    assert "repeated" in lines[0]
    found = dict(split_equations(lines))
    assert found["X + b"]
    assert found[r"\bar{b}"][0] == ("=", r"\sum_{i} \overline{X + b}_{i,:}")
    assert found[r"\bar{c}"][0][1].startswith(r"\sum_{i,j} \left(\overline{")


def test_a_kink_has_a_condition() -> None:
    assert steps_of("z = relu(x) * 3", r"\bar{x}", x="2")[:2] == [
        r"\overline{\operatorname{relu}\left(x\right)} \cdot \left[x > 0\right]",
        r"3 \cdot \left[2 > 0\right]",
    ]


def test_long_sums_are_broken_between_terms() -> None:
    text = "z = " + " + ".join(f"sin(weight * {n}.5)" for n in range(1, 9))
    inputs = exact_values(weight="0.3")
    lines = latex_derivation(parse_graph(text, inputs), inputs, ONE)
    assert_well_formed(lines)
    assert sum(line.startswith(r"  &\quad +") for line in lines) >= 3


def test_exact_values_are_shown_exactly() -> None:
    assert steps_of("z = 3 * exp(x)", "z", x="2")[1:] == ["3 e^{2}", "22.17"]
    assert steps_of("z = x * (1/y) + y", r"\bar{x}", x="4", y="2")[-1] == r"\frac{1}{2}"
    assert steps_of("z = x / y", "z", x="0.5", y="2")[-1] == "0.25"
    assert steps_of("z = x / y", "z", x="1/2", y="2")[-1] == r"\frac{1}{4}"


def test_rounded_values_use_an_approximation_sign() -> None:
    inputs = exact_values(x="2")
    lines = latex_derivation(parse_graph("z = x * 0.123456789", inputs), inputs, ONE)
    found = dict(split_equations(lines))
    assert found["z"] == [
        (r"\approx", r"x \cdot 0.1235"),
        (r"\approx", r"2 \cdot 0.1235"),
        (r"\approx", "0.2469"),
    ]


def test_a_group_named_like_an_operation_stays_a_group() -> None:
    inputs = exact_values(x="2", y="3")
    graph = fold(parse_graph("z = exp(x * y + x)", inputs), ["mul1", "add1"], "max")
    text = "\n".join(latex_derivation(graph, inputs, ONE))
    assert r"\operatorname{max}\left(x, y\right) &= \operatorname{max}\left(2, 3\right) = 8" in text


def test_branches_are_sums_with_a_term_for_each_edge() -> None:
    found = steps_of("z = x * x + x", r"\bar{x}", x="3")
    assert found == [
        r"\bar{z} + \overline{x \cdot x} \cdot x + \overline{x \cdot x} \cdot x",
        r"1 + 1 \cdot 3 + 1 \cdot 3",
        "7",
    ]
    assert steps_of("z = y - x", r"\bar{x}", x="3", y="1") == [r"-\bar{z}", "-1"]
    assert steps_of("z = x - x", r"\bar{x}", x="3")[0] == r"-\bar{z} + \bar{z}"


def test_a_symbolic_start_is_the_gradient_of_the_output() -> None:
    graph, inputs = parse_graph("z = x^2"), exact_values(x="3")
    lines = latex_derivation(graph, inputs, Sym("dL/dz"))
    assert_well_formed(lines)
    assert values_of(lines) == {
        "x": "3",
        "z": "9",
        r"\bar{z}": r"\frac{\partial L}{\partial z}",
        r"\bar{x}": r"6 \cdot \bar{z}",
    }
    text = "\n".join(latex_derivation(graph, inputs, number(2)))
    assert r"$\bar{x} = \frac{\partial L}{\partial x}$" in text
    named = parse_graph("L = x^2")
    assert r"\frac{\partial \mathcal{L}}{\partial x}" in "\n".join(latex_derivation(named, inputs, number(2)))


def test_symbols_are_kept_without_inserted_values() -> None:
    inputs: dict[str, Value] = {"X": MatrixExpr(Sym("X"), (2, 3)), "W": MatrixExpr(Sym("W"), (3, 2)), "b": Sym("b")}
    graph = parse_graph("f = sum(sigmoid(X @ W) * b)", inputs)
    lines = latex_derivation(graph, inputs, ONE)
    assert_well_formed(lines)
    found = values_of(lines)
    assert "X" not in found
    assert found["f"].startswith(r"\sum_{i,j}")
    assert r"W^{\top}" in found[r"\bar{X}"]
    assert not re.search(r"[0-9]\.[0-9]|approx", "\n".join(lines))


def test_large_matrices_are_abbreviated() -> None:
    cells = np.array([[number(Fraction(10 * i + j)) for j in range(6)] for i in range(7)], dtype=object)
    inputs = {"X": cells}
    lines = latex_derivation(parse_graph("f = sum(X)", inputs), inputs, ONE)
    assert_well_formed(lines)
    assert values_of(lines)["X"] == (
        r"\begin{pmatrix} 0 & 1 & \cdots & 5 \\ 10 & 11 & \cdots & 15 \\ "
        r"\vdots & \vdots & \ddots & \vdots \\ 60 & 61 & \cdots & 65 \end{pmatrix}"
    )


def test_a_custom_node_is_a_function_with_its_rule() -> None:
    own = custom_functions("swish(x) = x * sigmoid(x)", "longer(x) = swish(swish(swish(x)))", "f(p, q) = p * q + p")
    inputs = exact_values(x="2")
    lines = latex_derivation(parse_graph("z = 3 * swish(x)", inputs, own), inputs, ONE)
    assert_well_formed(lines)
    text = "\n".join(lines)
    assert r"\operatorname{swish}\left(x\right) &= \operatorname{swish}\left(2\right)" in text
    assert r"\overline{\operatorname{swish}\left(x\right)} \cdot \operatorname{swish}'\left(x\right)" in text
    assert r"\sigma\left(x\right) + x \cdot \sigma\left(x\right) \cdot \left(1 - \sigma\left(x\right)\right)" in text
    longer = latex_derivation(parse_graph("z = longer(x)", inputs, own), inputs, ONE)
    assert_well_formed(longer)
    assert r"\bar{x} &= \bar{z} \cdot \operatorname{longer}'\left(x\right) \approx" in "\n".join(longer)
    # Two edges from x: each has a local derivative of its own.
    twice = latex_derivation(parse_graph("z = f(x, x)", inputs, own), inputs, ONE)
    assert_well_formed(twice)
    assert (
        r"\bar{z} \cdot \partial_{2} f\left(x, x\right) + \bar{z} \cdot \partial_{1} f\left(x, x\right)"
        in "\n".join(twice)
    )
    assert any(r"$\partial_{k} f$" in line for line in twice)


def test_a_call_shows_its_constants() -> None:
    own = custom_functions("leaky(x, a) = max(x, a * x)")
    inputs = exact_values(x="-2")
    lines = latex_derivation(parse_graph("z = leaky(x, 0.5) + leaky(x, 0.25)", inputs, own), inputs, ONE)
    assert_well_formed(lines)
    found = dict(split_equations(lines))
    assert found[r"\operatorname{leaky}\left(x, 0.5\right)"][-1] == ("=", "-1")
    bar = r"\overline{\operatorname{leaky}\left(x, 0.25\right)}"
    assert rf"{bar} \cdot \partial_{{1}} \operatorname{{leaky}}\left(x, 0.25\right)" in found[r"\bar{x}"][0][1]
    assert found[r"\bar{x}"][-1] == ("=", "0.75")


def test_a_step_that_hands_its_operand_on_does_not_look_like_it() -> None:
    inputs = exact_values(x="2", X="[[3, 4]]")
    lines = latex_derivation(parse_graph("z = detach(x) * x + sum(sum(X, 0) * 2)", inputs), inputs, ONE)
    assert_well_formed(lines)
    found = dict(split_equations(lines))
    assert found[r"\operatorname{detach}\left(x\right)"][-1] == ("=", "2")
    assert found[r"\bar{x}"][0][1].endswith(r"\operatorname{detach}\left(x\right)")
    assert found["V_{1}"][0] == ("=", "X")
    assert found[r"\bar{X}"][0] == ("=", r"\bar{V}_{1}")


def test_an_operation_without_rules_on_names_is_a_call() -> None:
    def only_numbers(*values: Any) -> Any:
        if isinstance(values[-1], Sym):
            raise TypeError
        return ops.sin(values[-1])

    unknown = replace(OPERATIONS["sin"], id="bell", label="bell", forward=only_numbers, derivative=(only_numbers,))
    graph = parse_graph("z = 2 * sin(x)", exact_values(x="1"))
    nodes = tuple(replace(node, custom_operation=unknown) if node.op == "sin" else node for node in graph.nodes)
    lines = latex_derivation(replace(graph, nodes=nodes), exact_values(x="1"), ONE)
    assert_well_formed(lines)
    text = "\n".join(lines)
    assert r"\operatorname{bell}\left(x\right) &= \operatorname{bell}\left(1\right)" in text
    assert r"\overline{\operatorname{bell}\left(x\right)} \cdot \operatorname{bell}'\left(x\right) = 2" in text


def _call(op: str, *args: Expr | int) -> Apply:
    return Apply(op, tuple(number(arg) if isinstance(arg, int) else arg for arg in args))


@pytest.mark.parametrize(
    ("tree", "written"),
    [
        (_call("index", Sym("x"), 1), "x_{[1]}"),
        (_call("index", Sym("X"), _call("slice", _call("none"), 2, _call("none")), Sym("y")), "X_{[:2, y]}"),
        (_call("index", _call("add", Sym("x"), Sym("y")), 0), r"\left(x + y\right)_{[0]}"),
        (
            _call("index", Sym("W"), Grid(((number(2), number(1)),))),
            "W_{[(2, 1)]}",
        ),
        (_call("scatter_add", Sym("x"), Sym("y"), 3, 2), r"\operatorname{scatter}_{[y]}\left(x\right)"),
        (_call("reshape", Sym("X"), 3, 2), r"\operatorname{reshape}_{3 \times 2}\left(X\right)"),
        (_call("reshape", Sym("X"), -1), r"\operatorname{flatten}\left(X\right)"),
        (_call("concat", Sym("x"), Sym("y"), 0), r"\operatorname{concat}\left(x, y\right)"),
        (_call("stack", Sym("x"), Sym("y"), 1), r"\operatorname{stack}_{\mathrm{axis} = 1}\left(x, y\right)"),
        (_call("grid", 0, 2, Sym("x"), Sym("y")), r"\begin{pmatrix} x \\ y \end{pmatrix}"),
        (_call("grid", 1, 2, Sym("x"), Sym("y")), r"\begin{pmatrix} x & y \end{pmatrix}"),
        (
            _call("where", _call("is_positive", Sym("x")), Sym("x"), 0),
            r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (_call("where", Sym("y"), Sym("x"), 0), r"\begin{cases} x & y \ne 0 \\ 0 & \text{otherwise} \end{cases}"),
        (_call("softmax", Sym("X"), 0), r"\operatorname{softmax}_{\mathrm{axis} = 0}\left(X\right)"),
        (
            _call("masked_softmax", Sym("X"), Sym("W")),
            r"\operatorname{softmax}\left(\operatorname{where}\left(W, X, -\infty\right)\right)",
        ),
        (_call("matrix_inverse", Sym("X")), "X^{-1}"),
        (
            _call("einsum", _call("subscripts", *map(ord, "ij,jk->ik")), Sym("X"), Sym("W")),
            r"\operatorname{einsum}_{ij, jk \to ik}\left(X, W\right)",
        ),
        (_call("roll_over", Sym("x"), 2), r"\operatorname{roll\_over}\left(x, 2\right)"),
    ],
)
def test_operations_are_spelled_as_people_write_them(tree: Apply, written: str) -> None:
    names = {name: (name, ATOM) for name in "xyXW"}
    assert format_latex(PrintedFormula(tree, {}), names)[0] == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_1", "x_{1}"),
        ("h_t", "h_{t}"),
        ("d_model", r"d_{\mathrm{model}}"),
        ("learning_rate", r"\mathrm{learning\_rate}"),
        ("x'", "{x'}"),
        ("ŷ", r"\hat{y}"),
        ("x̂2", r"\hat{x}_{2}"),
        ("y_hat", r"\hat{y}"),
        ("yhat", r"\hat{y}"),
        ("what", r"\mathrm{what}"),
        ("x̄", r"x_{\mathrm{bar}}"),
        ("x̄3", r"x_{\mathrm{bar}, 3}"),
        ("λ", r"\lambda"),
        ("alpha", r"\alpha"),
        ("μ2", r"\mu_{2}"),
        ("sigma", r"\mathrm{sigma}"),
        ("rate", r"\mathrm{rate}"),
        ("무게", r"\text{무게}"),
        ("mul12", r"\mathrm{mul}_{12}"),
        ("dL/dz", r"\frac{\partial L}{\partial z}"),
        ("∂L/∂y1", r"\frac{\partial L}{\partial y_{1}}"),
        ("50%_{a}", r"\text{50\%\_\{a\}}"),
        ("sigmoid1/exp1", r"\text{sigmoid1/exp}_{1}"),
    ],
)
def test_names_in_latex(name: str, written: str) -> None:
    assert LatexNames().name(name) == written


def test_names_that_would_look_the_same_stay_distinct() -> None:
    letters = LatexNames()
    names = [*dict.fromkeys([*AWKWARD_NAMES, "x1", "x_1", "alpha", "α", "sigma", "σ", "e", "pi", "{x'}", "x'"])]
    found = [letters.name(name) for name in names]
    assert len(set(found)) == len(names)
    assert found == [letters.name(name) for name in names]
    assert not {"e", r"\pi", r"\sigma"} & set(found)


@pytest.mark.parametrize(
    ("text", "bar"),
    [
        ("x", r"\bar{x}"),
        ("x_{1}", r"\bar{x}_{1}"),
        (r"\alpha_{2}", r"\bar{\alpha}_{2}"),
        (r"d_{\mathrm{model}}", r"\bar{d}_{\mathrm{model}}"),
        ("{x'}", r"\overline{{x'}}"),
        (r"\mathrm{rate}", r"\overline{\mathrm{rate}}"),
        ("x_{[1]}", r"\overline{x_{[1]}}"),
        ("x_{1} + y_{2}", r"\overline{x_{1} + y_{2}}"),
    ],
)
def test_the_bar_of_a_letter_is_short(text: str, bar: str) -> None:
    assert adjoint(text) == bar


def test_names_with_a_meaning_are_free_where_that_does_not_occur() -> None:
    graph = parse_graph("t = x * y; z = t + 1")
    renamed = rename_nodes(graph, {"t": "σ", "y": "e"}, "")
    found = dict(split_equations(latex_derivation(renamed, {"x": ONE, "e": number(2)}, ONE)))
    assert {r"\sigma", r"\bar{\sigma}", "e", r"\bar{e}"} <= set(found)
    graph = parse_graph("t = sigmoid(x) * exp(y); z = t + 1")
    renamed = rename_nodes(graph, {"t": "σ", "y": "e"}, "")
    found = dict(split_equations(latex_derivation(renamed, {"x": ONE, "e": number(2)}, ONE)))
    assert {r"\boldsymbol{\sigma}", r"\overline{\boldsymbol{\sigma}}", r"\text{e}", r"\overline{\text{e}}"} <= set(
        found
    )


@pytest.mark.parametrize("attack", INJECTION_ATTEMPTS)
def test_a_name_is_never_a_command(attack: str) -> None:
    graph = rename_nodes(
        parse_graph("t = a * b; z = exp(t) + a"), {"a": attack, "t": attack + "2", "z": attack + "3"}, attack
    )
    assert_well_formed(latex_derivation(graph, {attack: number(2), "b": number(3)}, ONE))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", SAMPLE_PROGRAMS)
def test_sample_derivations_are_well_formed(name: str, language: str) -> None:
    text, texts, start, wrt, own = SAMPLE_PROGRAMS[name]
    inputs = exact_values(**texts)
    set_language(language)
    try:
        lines = latex_derivation(
            parse_graph(text, inputs, custom_functions(*own)), inputs, evaluate(parse_value(start), {}), wrt
        )
    finally:
        set_language("en")
    assert_well_formed(lines)
    assert lines[0].startswith(r"\noindent Forward pass." if language == "en" else r"\noindent 순전파입니다.")
