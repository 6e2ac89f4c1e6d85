"""Texts that other programs print and people type: they are read, or one message leads to a spelling that is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.example_count import num_examples
from tests.support.source_messages import source_messages
from tutor.algebra.errors import AlgebraError
from tutor.algebra.parser import FUNCTIONS, parse, parse_equations
from tutor.algebra.printing import format_expr

NAMES = ("x", "y", "x1", "A", "B", "X", "W", "S", "dL/dy", "dL/dX", "up")

READINGS = [
    # typed, echo
    ("½", "1/2"),
    ("⅓x", "(1/3)·x"),
    ("1⁄2", "1/2"),
    ("√2", "sqrt(2)"),
    ("√½", "sqrt(1/2)"),
    ("√(x + 1)·2", "sqrt(x + 1)·2"),
    ("2√x", "2·sqrt(x)"),
    ("2²", "2²"),
    (r"\frac{1}{2}", "1/2"),
    (r"\frac{x+1}{2}x", "((x + 1)/2)·x"),
    (r"\dfrac{1}{1 + e^{-x}}", "1/(1 + e^(−x))"),
    (r"\sqrt{2}", "sqrt(2)"),
    (r"2\cdot x \times y", "2·x·y"),
    (r"\sigma(x)", "σ(x)"),
    (r"\operatorname{relu}\left(x\right)", "relu(x)"),
    (r"$\frac{\partial L}{\partial y}$", "∂L/∂y"),
    (r"2\pi", "2π"),
    (r"X^T", "Xᵀ"),
    (r"X^{T} @ W^\top", "Xᵀ @ Wᵀ"),
    ("X⊤", "Xᵀ"),
    (r"\begin{pmatrix} 1 & -2 \\ 3 & x \end{pmatrix}", "[[1, −2], [3, x]]"),
    (r"\begin{bmatrix}1&2\\3&4\\\end{bmatrix}", "[[1, 2], [3, 4]]"),
    ("∂L/∂y", "∂L/∂y"),
    ("∂L / ∂y", "∂L/∂y"),
    ("dL / dy", "∂L/∂y"),
    ("dL÷dy", "∂L/∂y"),
    ("1,234,567", "1234567"),
    ("1,234.5", "1234.5"),
    ("１２．５＊ｘ", "12.5·x"),
    ("0。5", "0.5"),
    ("max（1，２）", "max(1, 2)"),
    ("x₁", "x1"),
    ("1.", "1."),
    ("[[1 2]\n [3 4]]", "[[1, 2], [3, 4]]"),
    ("[[ 1.  -2.5]\n [ 3.   4. ]]", "[[1., −2.5], [3., 4.]]"),
    ("[1 -2; 3 4]", "[[1, −2], [3, 4]]"),
    ("[1, x; 3, 4]", "[[1, x], [3, 4]]"),
    ("[[1, 2],\n [3, 4],]", "[[1, 2], [3, 4]]"),
    ("array([[1., 2.],\n       [3., 4.]])", "[[1., 2.], [3., 4.]]"),
    ("array([1., 2.], dtype=float32)", "[1., 2.]"),
    ("tensor([[1., -2.]], grad_fn=<MulBackward0>)", "[[1., −2.]]"),
    ("tensor([[1e-05]], device='cuda:0', dtype=torch.float64, requires_grad=True)", "[[1e-05]]"),
    ("tensor(0.4800, grad_fn=<SigmoidBackward0>)", "0.4800"),
    ("Array([[1., 2.]], dtype=float32, weak_type=True)", "[[1., 2.]]"),
    ("np.float64(0.3)", "0.3"),
    ("Matrix([[1, 2], [3, 4]])", "[[1, 2], [3, 4]]"),
    ("Matrix([1, 2])", "[[1], [2]]"),
    ("Fraction(1, 3)", "1/3"),
    ("np.transpose(W)", "Wᵀ"),
    ("np.dot(A, B)", "A @ B"),
    ("torch.mm(A, B) @ W.T", "A @ B @ Wᵀ"),
    ("(A).dot(B)", "A @ B"),
    ("W.transpose()", "Wᵀ"),
    ("np.array([[1, 2]])", "[[1, 2]]"),
    ("S.sum()", "sum(S)"),
    ("S.sum(axis=0)", "sum(S, axis=0)"),
    ("torch.sum(S, dim=-1, keepdim=True)", "sum(S, 1)"),
    ("S.mean(1)", "mean(S, axis=1)"),
    ("torch.softmax(X, dim=1)", "softmax(X)"),
    ("X.grad @ W", "∂L/∂X @ W"),
    ("torch.nn.functional.relu(x)", "relu(x)"),
    ("math.exp(-x)*math.pi", "e^(−x)·π"),
    ("x.exp()", "e^x"),
    ("Math.pow(x, 2)", "x²"),
    ("np.square(x)", "x²"),
    ("np.maximum(x, 0)", "max(x, 0)"),
    ("np.ones((2, 3))", "ones(2, 3)"),
]


@pytest.mark.parametrize(("text", "echo"), READINGS, ids=[row[0] for row in READINGS])
def test_another_spelling_is_read(text: str, echo: str) -> None:
    assert format_expr(parse(text, NAMES)) == echo


@pytest.mark.parametrize("text", ["[1 -2]", "[x y]", "x{y}", "{x}"])
def test_a_graph_keeps_its_own_spelling(text: str) -> None:
    try:
        echo = format_expr(parse_equations(f"z = {text} + x")[0].expr)
    except AlgebraError:
        return
    assert echo in ("[1 − 2] + x", "[x·y] + x")


#: Pieces of what learners type wrongly.
_PIECES = (
    "0,5", "1,234", "1 234", "0.(3)", "0.1(6)", "2½", "x½", "√2x", "√x^2", "∛x", "1_000", "50%", "|x|", "x!", "X^t", "sig(x)",
    "sgn(x)", "sigmod(x)", "tan(x)", "log10(x)", "exp x", "np.exp", "np.sigmod(x)", "np.where(x, 1, 0)", "X.t", "X.dot", "X'",
    "np.outer(x, y)", "softmax(X, dim=0)", "max(1)", "max(1, 2, 3)", "exp(x, y)", "xy", "yy1", "dL/dx", "∂L/∂z", "∂", "∑X",
    "ΣX", "Σ(X)", "1.234,5", "1,5e3", "(0,5)", "x =", "{x", "٣.٥", "①", "ones(2)", "sum(X, 2)", "transpose*x", "matmul", "X[1]",
)  # fmt: skip
#: Where a message recommends a whole value or a name.
_RECOMMENDATION = re.compile(r"(?:rite|or|mean|as in) \{(\w+)\}(?![.(\w]*\()")


def error_of(text: str) -> AlgebraError | None:
    try:
        parse(text, NAMES)
    except AlgebraError as error:
        return error
    return None


def assert_recommendations_are_accepted(text: str) -> None:
    error = error_of(text)
    if error is None:
        return
    for key in _RECOMMENDATION.findall(error.message.text):
        recommended = str(error.message.values[key])
        call = f"{recommended}(x)" if recommended in FUNCTIONS else recommended
        parse(call, (*NAMES, "a", "b"))


@pytest.mark.parametrize("text", _PIECES)
def test_every_recommended_value_is_accepted(text: str) -> None:
    assert_recommendations_are_accepted(text)


@settings(max_examples=num_examples(200), deadline=None)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=3), st.sampled_from("+-*/"))
def test_no_recommendation_is_refused(pieces: list[str], sign: str) -> None:
    text = f" {sign} ".join(pieces)
    assert_recommendations_are_accepted(text)


#: Formulas inside the sentences of messages.
_FORMULA = re.compile(
    r"[a-z_]+\((?:[^()…{}]|\([^()]*\))*\)(?:\.T)?(?:/[a-z]+\([^()]*\))?|[A-Za-z]\.T(?: @ \w)?|\[\[[^]]*\](?:, \[[^]]*\])*\]|X @ W|x\^\(1/\d\)"
)
#: Written as what not to type.
_REFUSED = ("tan(x)", "log2(x)", "log10(x)", "sinh(x)", "cosh(x)")


def test_every_formula_that_a_message_shows_is_read() -> None:
    shown = {
        formula
        for text, place in source_messages().items()
        if place.startswith("algebra/")
        for formula in _FORMULA.findall(text)
        if formula not in _REFUSED
    }
    assert {"sqrt(x)", "X.T", "abs(x)", "sum(X)", "sin(x)/cos(x)", "x^(1/3)"} <= shown
    for formula in shown:
        parse(formula, (*NAMES, "a", "b", "c", "K", "M"))


@pytest.mark.parametrize(
    "text", ["∂L / ∂y", r"\frac{1}{2}", "½", "1,234,567", "array([[1, 2]], dtype=float32)", "np.exp(x)", "√(x)", "X^T"]
)
def test_offsets_count_in_the_text_as_typed(text: str) -> None:
    error = error_of(f"{text} + q")
    assert error is not None
    assert (error.position, error.length) == (len(text) + 3, 1)
