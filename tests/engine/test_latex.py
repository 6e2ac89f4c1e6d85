"""LaTeX derivations: well-formed, with every step equal to the one before."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support.parsed_values import custom_functions, exact_values
from tests.support.program_samples import (
    AWKWARD_NAMES,
    INJECTION_ATTEMPTS,
    LESSON,
    SAMPLE_PROGRAMS,
    fold_randomly,
    random_case,
    rename_nodes,
)
from tests.support.random_programs import exact_inputs
from tests.support.reference_functions import operations_with_references
from tutor.algebra.evaluate import evaluate, evaluate_as_float
from tutor.algebra.expr import ONE, Sym, number
from tutor.algebra.limits import GRAPH
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.parser import parse, parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.codegen.latex_names import LatexNames
from tutor.engine.codegen.to_latex import latex_derivation
from tutor.engine.fold import fold
from tutor.engine.passes import NonFiniteError
from tutor.i18n import set_language

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

#: The allowed commands, all from LaTeX or amsmath, with their numbers of arguments.
COMMANDS = {
    **dict.fromkeys(("begin", "end", "text", "mathrm", "mathbf", "mathcal", "operatorname", "sqrt"), 1),
    "frac": 2,
    **dict.fromkeys(
        ("noindent", "begingroup", "endgroup", "allowdisplaybreaks", "partial", "cdot", "odot", "oslash"), 0
    ),
    **dict.fromkeys(("times", "circ", "top", "left", "right", "sum", "approx", "cdots", "vdots", "ddots"), 0),
    **dict.fromkeys(("exp", "log", "sin", "cos", "tanh", "max", "min", "sigma", "pi", "lambda", "mu", "alpha"), 0),
    **dict.fromkeys(("textbackslash", "textasciitilde", "textasciicircum"), 0),
}
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[{}&^_$#%~]|[^\\{}&^_$#%~]", re.DOTALL)


def assert_well_formed(lines: list[str]) -> None:
    """Assert that braces, environments, \\left and \\right, indices and alignment match, and commands are allowed."""
    assert all(len(line.splitlines()) <= 1 for line in lines)
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
            assert tokens[n] in ("(", "|", ".")
        elif token == "\\right":
            assert groups.pop() == "left"
            scripts.pop()
            scripts[-1] = set()
            n += 1
            assert tokens[n] in (")", "|")
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


#: Replacements that turn LaTeX numbers into the syntax of answers, from the inside out.
_READ = [
    (re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}"), r"((\1)/(\2))"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"\\operatorname\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\^\{([^{}]*)\}"), r"^(\1)"),
]
_PLAIN = {
    r"\left|": "abs(",
    r"\right|": ")",
    r"\left": "",
    r"\right": "",
    r"\cdot": "*",
    r"\times": "*",
    r"\sigma": "sigmoid",
}


def parse_latex_value(text: str) -> float:
    """Return the value of a formula without names."""
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    before = ""
    while before != text:
        before = text
        for pattern, plain in _READ:
            text = pattern.sub(plain, text)
    return evaluate_as_float(parse(text.replace("\\", ""), limits=GRAPH), {})


def split_equations(lines: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the left side of each equation, and its right sides with the relation before each."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in lines:
        if " &" in line:
            left, _, rest = line.removesuffix(r" \\").partition(" &")
            if left.strip():
                found.append((left, []))
            parts = re.split(r"(?:^|(?<= ))(= |\\approx )", rest)
            found[-1][1].extend(
                (sign.strip(), text.strip()) for sign, text in zip(parts[1::2], parts[2::2], strict=True)
            )
    return found


def test_each_side_of_an_equation_equals_the_one_before() -> None:
    rng = random.Random(6100)
    compared = 0
    for _ in range(150):
        program, graph, start, wrt = random_case(rng)
        if any(node.shape for node in graph.nodes):
            continue
        for _left, steps in split_equations(latex_derivation(graph, exact_inputs(program), start, wrt)):
            known = [
                (sign, parse_latex_value(text))
                for sign, text in steps
                if not re.search(r"\\partial|_\{|[xyuvwz]|sgn|L", _strip_markup(text))
            ]
            for (_, before), (sign, after) in pairwise(known):
                compared += 1
                # Decimals have four digits, and rounded values may cancel.
                assert after == pytest.approx(
                    before, rel=1e-12 if sign == "=" else 2e-2, abs=1e-12 if sign == "=" else 2e-2
                )
    assert compared > 300


def _strip_markup(text: str) -> str:
    """Return text without commands and function names."""
    return re.sub(r"\\[a-z]+|\{(?:relu|softplus|erf|silu|gelu)\}", "", text)


def values_of(lines: list[str]) -> dict[str, str]:
    """Return the last right side of each equation."""
    return {left: steps[-1][1] for left, steps in split_equations(lines)}


def test_the_lesson_gradients_end_their_equations() -> None:
    inputs = exact_values(**LESSON)
    found = values_of(latex_derivation(parse_graph("f = sum(sigmoid(X @ W))", inputs), inputs, ONE, ("X",)))
    last = found[r"\frac{\partial f}{\partial X}"]
    cells = [float(cell) for cell in re.findall(r"[0-9.]+", last)]
    assert np.allclose(cells, [0.1979, 0.4856, 0.7732, 0.01065, 0.02863, 0.04662, 0.0005907, 0.001681, 0.002772])
    assert r"\frac{\partial f}{\partial W}" not in found


def steps_of(text: str, name: str, start: str = "1", **texts: str) -> list[str]:
    inputs = exact_values(**texts)
    lines = latex_derivation(parse_graph(text, inputs), inputs, evaluate(parse_value(start), {}))
    assert_well_formed(lines)
    return next([step for _sign, step in steps] for left, steps in split_equations(lines) if left == name)


def test_equations_go_from_derivatives_to_formulas_to_numbers() -> None:
    assert steps_of("z = (a + b) * c", r"\frac{\partial z}{\partial c}", a="50", b="70", c="2") == [
        r"\frac{\partial z}{\partial z} \frac{\partial z}{\partial c}",
        r"\frac{\partial z}{\partial z} \cdot \mathrm{add}_{1}",
        r"1 \cdot 120",
        "120",
    ]


def test_exact_values_are_shown_exactly() -> None:
    assert steps_of("z = 3 * exp(x)", "z", x="2")[1:] == ["3 e^{2}", "22.17"]
    assert steps_of("z = x * (1/y) + y", r"\frac{\partial z}{\partial x}", x="4", y="2")[-1] == r"\frac{1}{2}"
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
    assert r"\operatorname{max}\left(x, y\right) = \operatorname{max}\left(2, 3\right) = 8" in text


def test_branches_are_sums_and_double_edges_are_distinct() -> None:
    found = steps_of("z = x * x + x", r"\frac{\partial z}{\partial x}", x="3")
    assert found[0].count(" + ") == found[1].count(" + ") == 2
    assert r"\right|_{1}" in found[0]
    assert r"\right|_{2}" in found[0]
    assert found[-1] == "7"


def test_a_symbolic_start_is_written_as_a_derivative() -> None:
    graph, inputs = parse_graph("z = x^2"), exact_values(x="3")
    lines = latex_derivation(graph, inputs, Sym("dL/dz"))
    assert_well_formed(lines)
    found = values_of(lines)
    assert found == {"x": "3", "z": "9", r"\frac{\partial L}{\partial x}": r"6 \cdot \frac{\partial L}{\partial z}"}
    assert r"\frac{\partial L}{\partial z}" in values_of(latex_derivation(graph, inputs, number(2)))
    named = parse_graph("L = x^2")
    assert r"\frac{\partial \mathcal{L}}{\partial L}" in values_of(latex_derivation(named, inputs, number(2)))


def test_symbols_are_kept_without_inserted_values() -> None:
    inputs: dict[str, Value] = {"X": MatrixExpr(Sym("X"), (2, 3)), "W": MatrixExpr(Sym("W"), (3, 2)), "b": Sym("b")}
    graph = parse_graph("f = sum(sigmoid(X @ W) * b)", inputs)
    lines = latex_derivation(graph, inputs, ONE)
    assert_well_formed(lines)
    found = values_of(lines)
    assert "X" not in found
    assert found[r"\mathrm{sigmoid}_{1}"] == r"\sigma\left(X \, W\right)"
    assert r"W^{\top}" in found[r"\frac{\partial f}{\partial X}"]
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


def test_a_custom_node_is_an_operator_with_its_rule() -> None:
    own = custom_functions("swish(x) = x * sigmoid(x)", "longer(x) = swish(swish(swish(x)))")
    inputs = exact_values(x="2")
    lines = latex_derivation(parse_graph("z = 3 * swish(x)", inputs, own), inputs, ONE)
    assert_well_formed(lines)
    text = "\n".join(lines)
    assert r"\mathrm{swish}_{1} &= \operatorname{swish}\left(x\right) = \operatorname{swish}\left(2\right)" in text
    assert r"\sigma\left(x\right) + x \cdot \sigma\left(x\right) \cdot \left(1 - \sigma\left(x\right)\right)" in text
    assert_well_formed(latex_derivation(parse_graph("z = longer(x)", inputs, own), inputs, ONE))


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
    assert lines[0] == (r"\noindent Forward pass:" if language == "en" else r"\noindent 순전파:")
