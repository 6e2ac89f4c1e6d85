"""Calls of functions of arrays: subscripts in quotes, masks with −∞, texts that read back, and refusals."""

from __future__ import annotations

import pytest

from tests.support.parsed_values import exact_values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.limits import ANSWER
from tutor.algebra.parser import parse, parse_equations, parse_value
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.builder import parse_graph

MASK_ONLY = "Infinity is allowed only to mask a softmax"


def read(text: str) -> str:
    return "; ".join(f"{equation.name} = {format_expr(equation.expr)}" for equation in parse_equations(text))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("P = softmax(where(M, S, -inf))", "P = softmax(where(M, S, −inf))"),
        ("P = F.softmax(torch.where(M, S, -torch.inf), dim=0)", "P = softmax(where(M, S, −inf), axis=0)"),
        ("P = softmax(where(M > 0, -np.inf, S))", "P = softmax(where(M ≤ 0, S, −inf))"),
        ("P = softmax(where(M, -math.inf, S))", "P = softmax(where(M == 0, S, −inf))"),
        ("P = softmax(S.masked_fill(M == 0, float('-inf')), dim=-1)", "P = softmax(where(M ≠ 0, S, −inf))"),
        ('P = softmax(where(M, S, -float("inf")))', "P = softmax(where(M, S, −inf))"),
        ("P = softmax(S + where(M, 0, -inf))", "P = softmax(where(M, S, −inf))"),
        # The masked scores may be a step of their own, also with the name that they had.
        ("s = q @ k.T; s = s.masked_fill(m == 0, -np.inf); p = softmax(s, dim=-1)",
         "s = q @ kᵀ; p = softmax(where(m ≠ 0, s, −inf))"),
        ("m = where(c > 0, 0, -inf); P = softmax(S + m)", "P = softmax(where(c > 0, S, −inf))"),
        # An input may be called so.
        ("z = inf * 2", "z = inf·2"),
        ("Z = np.einsum('ij,jk -> ik', A, B)", 'Z = einsum("ij,jk -> ik", A, B)'),
        ("Z = einsum(“ij,ij”, A, B)", 'Z = einsum("ij,ij", A, B)'),
    ],
)  # fmt: skip
def test_what_is_read(text: str, meaning: str) -> None:
    assert read(text) == meaning
    assert read(meaning) == meaning


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("z = np.inf * x", MASK_ONLY, 4),
        ("P = where(M, S, -inf)", MASK_ONLY, 4),
        ("P = softmax(S + [[0, -inf], [0, 0]])", MASK_ONLY, 16),
        ("P = softmax(S + where(M, 1, -inf))", MASK_ONLY, 16),
        ("A = where(M, S, -inf); P = softmax(A) + A", MASK_ONLY, 4),
        ("z = max(x, float('inf'))", MASK_ONLY, 17),
        ('z = "a" + x', "Text in quotes is allowed only as the first argument of einsum", 4),
        ('z = einsum("ij->i", "x")', "Text in quotes is allowed only as the first argument of einsum", 20),
    ],
)
def test_what_is_refused_as_it_is_read(text: str, message: str, offset: int) -> None:
    with pytest.raises(AlgebraError, match=message) as caught:
        parse_equations(text)
    assert caught.value.position == offset


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('z = einsum("ijk->i", A)', "Values have at most two axes here"),
        ('z = einsum("ij,jk->ijk", A, B)', "Values have at most two axes here"),
        ('z = einsum("ij,jk->il", A, B)', "The result has the axis l, but none of the values has it"),
        ('z = einsum("ij->ii", A)', "The result has the axis i twice"),
        ('z = einsum("ij,jk", A)', "einsum takes one or two values"),
        ('z = einsum("ij->i", a)', "“ij” names 2 axes, but this value has 0"),
        ('z = einsum("i->", A)', "“i” names 1 axes, but this value has 2"),
        ('z = einsum("ij,ij->", A, B)', "The axis i has 2 entries in one place and 3 in another"),
        ('z = einsum("i…->i", A)', "The subscripts of einsum are letters"),
        ("z = einsum(A, B)", "einsum begins with its subscripts in quotes"),
        ("z = det(A)", "det takes a square matrix"),
        ("z = inv(a)", "inv takes a square matrix. For a number, write 1/x."),
        ("z = trace(v)", "trace takes a square matrix"),
        ("z = det(W)", "det takes a matrix with up to 6 rows here"),
        ("z = conv2d(A, W)", "The kernel, 7×7, doesn't fit into the image, 2×3"),
        ("z = conv2d(v, v)", "conv2d takes two matrices, an image and a kernel"),
        ("z = max(a)", "max needs a vector or a matrix, but this is a number"),
        ("z = prod(v, axis=1)", "prod has no axis 1 here"),
        ("z = cumsum(a)", "cumsum needs a vector or a matrix, but this is a number"),
        ("z = softmax(where(B, A, -inf))", "The mask of a softmax must have the shape of the scores"),
    ],
)
def test_what_does_not_fit_is_explained(text: str, message: str) -> None:
    inputs = exact_values(
        A="[[1, 2, 3], [4, 5, 6]]", B="[[1, 2], [3, 4], [5, 6]]", a="2", v="[1, 2]", W=str([[1] * 7] * 7)
    )
    used = {
        name: value
        for name, value in inputs.items()
        if name in text.partition("=")[2].replace("axis", "").replace("max", "").replace("mat", "")
    }
    with pytest.raises(AlgebraError, match=message):
        parse_graph(text, used)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("max([[1, 7], [3, 2]])", "7"),
        ("[[1, 7], [3, 2]].max(axis=1)", "[7, 3]"),
        ("min([[1, 7], [3, 2]], axis=0, keepdims=True)", "[[1, 2]]"),
        ("max([4, 9])", "9"),
        ("prod([2, 3, 1/2])", "3"),
        ("prod([[2, 3], [4, 5]], axis=0)", "[8, 15]"),
        ("prod_others([2, 0, 5])", "[0, 10, 0]"),
        ("cumsum([1, 2, 4])", "[1, 3, 7]"),
        ("cumsum([[1, 2], [4, 8]], axis=0)", "[[1, 2], [5, 10]]"),
        ("cumsum([1, 2, 4][::-1])[::-1]", "[7, 6, 4]"),
        ("trace([[1, 2], [3, 4]]) + det([[1, 2], [3, 4]])", "3"),
        ("2 * inv([[1, 2], [3, 4]])", "[[−4, 2], [3, −1]]"),
        ("cofactors([[1, 2], [3, 4]])", "[[4, −3], [−2, 1]]"),
        ("3 * eye(2)", "[[3, 0], [0, 3]]"),
        ("conv2d([[1, 2, 3], [4, 5, 6]], [[1, -1]])", "[[−1, −1], [−1, −1]]"),
        ("convolve2d([[1, 2]], [[1, 1], [0, 1]])", "[[1, 3, 2], [0, 1, 2]]"),
        ('einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10])', "[21, 43]"),
        ("softmax([[0, 1], [0, 1]], axis=0)", "[[0.5, 0.5000], [0.5, 0.5000]]"),
        ("softmax(where([1, 0, 1], [3, 9, 3], -inf))", "[0.5000, 0, 0.5000]"),
    ],
)
def test_answers_may_use_them(text: str, value: str) -> None:
    assert format_value(evaluate(parse_value(text), {}, ANSWER)) == value


def test_work_is_limited_before_anything_is_computed() -> None:
    inputs = exact_values(A=str([[1] * 30] * 30))
    call = 'einsum("ij,jk->ik", A, A)'
    evaluate(parse(call, inputs), inputs, ANSWER)
    with pytest.raises(AlgebraError, match="more than"):
        evaluate(parse("+".join([call] * 12), inputs), inputs, ANSWER)
    with pytest.raises(AlgebraError, match="This sum has more than 50000 products"):
        parse_graph('z = sum(einsum("ij,jk->ik", A, A))', exact_values(A=str([[1] * 40] * 40)))
