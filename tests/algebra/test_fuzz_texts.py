"""Whatever is typed, nothing but a tree or an `AlgebraError` comes out, and at once."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.algebra import AlgebraError, parse, parse_equations
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.show import show, write
from tutor.algebra.tree import number
from tutor.algebra.values import each

NAMES = {"x": number(3), "y": number("0.25"), "dL/dz": number(2), "X": evaluate(parse("[[1, 2], [3, 4]]"), {})}
PIECES = [
    *"0123456789.+-*/^()[],=;@<>'\"{}\\_ \t",
    *"·×÷−²⁻ᵀσπ∂√∞１＋ ½①٣é\u0301\u200b\u202e🙂𝑥가",
    *("x", "y", "dL/dz", "∂L/∂z", "X", "X.T", "e", "e^", "9^9^9", "1e30", "1e-30", "**", "==", "1e", ".T", "ᵀ"),
    *("exp(", "log(", "ln(", "sqrt(", "sin(", "tanh(", "sigmoid(", "max(", "min(", "sum(", "mean(", "abs(", "relu("),
    *(", ", ")", "]", "[[1, 2], [3, 4]]", "[[", "]]", "0", "10^400", "(-1)^0.5", "1/0", "__import__('os')"),
]
LIMIT = 0.05


def through(text: str) -> None:
    """All that happens to an answer in this room."""
    try:
        tree = parse(text, NAMES)
        write(tree)
        value = evaluate(tree, NAMES)
        each(nearest_float, value)
        show(value)
    except AlgebraError as error:
        assert 0 <= error.at <= len(text)
        assert str(error)
        assert "{" not in str(error) or "{" in text


def seconds(text: str) -> float:
    begun = time.process_time()
    through(text)
    return time.process_time() - begun


def assert_quick(text: str) -> None:
    # One slow reading may be the machine's; three are the text's.
    if seconds(text) > LIMIT:
        assert min(seconds(text) for _ in range(3)) <= LIMIT, text


def grammatical(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["x", "y", "2", "0", "1.5", "9", "dL/dz", "e", "π", "1e30", "X", "[[1, 2]]", "0.001"])
    inside = [grammatical(rng, depth - 1) for _ in range(2)]
    form = rng.choice(
        ["{0} + {1}", "{0}·{1}", "({0})/({1})", "-{0}", "({0})^({1})", "({0})^2", "{0} - {1}", "({0}) @ ({1})"]
        + [f"{name}({{0}})" for name in ("exp", "log", "sqrt", "sigmoid", "tanh", "sin", "cos", "abs", "relu", "sum")]
        + ["max({0}, {1})", "({0}).T", "{0}^{1}"]
    )
    return form.format(*inside)


def test_thousands_of_jumbled_texts_are_read_or_refused_at_once() -> None:
    through("x")
    rng = random.Random(1)
    for _ in range(5000):
        assert_quick("".join(rng.choice(PIECES) for _ in range(rng.randint(1, 25))))


def test_thousands_of_well_formed_texts_have_a_value_or_none_at_once() -> None:
    rng = random.Random(2)
    for _ in range(3000):
        assert_quick(grammatical(rng, rng.randint(1, 6))[:400])


def test_the_worst_texts_we_know_are_quick() -> None:
    for text in (
        "9^" * 39 + "9",
        "exp(" * 39 + "9" + ")" * 39,
        "log(" * 20 + "9^9^9" + ")" * 20,
        "*".join(["9^999"] * 60),
        "+".join(["1/7^99"] * 50),
        "*".join(["exp(sqrt(2))"] * 30),
        "sigmoid(" * 39 + "-9.5" + ")" * 39,
        "tanh(exp(" * 15 + "2" + "))" * 15,
        "(" * 400,
        "[" * 400,
        "-" * 400,
        "x" * 400,
        "sqrt(2)^0.5" * 30,
    ):
        assert_quick(text[:400])


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    through(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "z = ", "; ", "t = ", "t", "a", "b"]), max_size=30).map("".join))
def test_any_text_of_a_graph_is_read_or_refused(text: str) -> None:
    try:
        for equation in parse_equations(text):
            write(equation.tree)
    except AlgebraError as error:
        assert 0 <= error.at <= len(text)
