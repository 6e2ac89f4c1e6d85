"""Any text is read or refused with a message, and quickly. `long_run.py` tries a million texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import formula_answers, solve_lines
from tests.fuzz.extreme_answers import find_failures
from tests.fuzz.pack_files import PACK_KINDS, PackFileGenerator, find_broken_promise
from tests.fuzz.promises import assert_round_trip, best_seconds, processor_seconds
from tests.fuzz.texts import HOSTILE_PIECES, KINDS, NAMES, NUMBERS, PUNCTUATION, TextGenerator, exercise_texts
from tests.support.timing import baseline_seconds
from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import GRAPH
from tutor.algebra.parser import parse, parse_equations
from tutor.algebra.printing import format_expr

if TYPE_CHECKING:
    from pathlib import Path

#: The limit for one text, relative to the baseline of `tests.support.timing`. The long run limits seconds instead.
LIMIT_FACTOR = 40

WORST = (
    "9^" * 39 + "9",
    "exp(" * 39 + "9" + ")" * 39,
    "log(" * 20 + "9^9^9" + ")" * 20,
    "*".join(["9^999"] * 60),
    "+".join(["1/7^99"] * 50),
    "+".join(f"1/{n}^30" for n in range(101, 140, 2)),
    "*".join(["exp(sqrt(2))"] * 30),
    "sigmoid(" * 39 + "-9.5" + ")" * 39,
    "tanh(exp(" * 15 + "2" + "))" * 15,
    "exp(" * 10 + "ones(14, 14)" + ")" * 10,
    "(ones(14, 14) + 1)" + "^9" * 8,
    "ones(14, 14)" + " @ ones(14, 14)" * 20,
    "X" + " @ X^99" * 40,
    "exp(ones(99, 1) @ ones(1, 99))",
    "softmax(ones(14, 14))",
    *("(" * 400, "[" * 400, "-" * 400, "x" * 400, "1," * 200, ";" * 400, "²" * 400, "1²" * 200, "^" * 400),
    "sqrt(2)^0.5" * 30,
)
#: Texts as long as a graph's may be. Right or wrong, they must not take long.
LONGEST = (
    *("(" * 20_000, "[" * 20_000, "-" * 20_000, "1^" * 9_999, "exp(" * 4_999, "1+" * 9_999, ";" * 20_000),
    *("1.1" * 6_600, "²" * 20_000, "1²" * 9_999, "x," * 9_999, "@" * 20_000, "[1," * 6_000, "a" * 20_000, "a;" * 9_999),
    *("a=1;" * 4_999, "a+" * 9_999, "x*" * 900 + "/", "".join(f"a{n}=b+1;" for n in range(1_900))),
)


def is_fast(kind: str, text: str) -> bool:
    return best_seconds(kind, text) <= LIMIT_FACTOR * baseline_seconds()


@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_every_kind_keep_every_promise(kind: str) -> None:
    texts = TextGenerator(20)
    processor_seconds(kind, "1")
    for _ in range(900):
        text = texts.text(kind)
        assert is_fast(kind, text), text
        assert_round_trip(kind, text)


@pytest.mark.parametrize("kind", ["answer", "graph", "value"])
def test_enough_of_the_texts_can_be_read(kind: str) -> None:
    # If the program refused all texts, they would prove nothing about values.
    texts, read = TextGenerator(3), 0
    for _ in range(300):
        text = texts.text(kind)
        try:
            parse_equations(text) if kind == "graph" else parse(text)
            read += 1
        except AlgebraError:
            pass
    assert read > 75


@pytest.mark.parametrize("text", WORST, ids=range(len(WORST)))
def test_the_worst_answers_we_know_are_quick(text: str) -> None:
    processor_seconds("answer", "x")
    assert is_fast("answer", text[:400])
    assert is_fast("value", text[:400])


@pytest.mark.parametrize("text", LONGEST, ids=range(len(LONGEST)))
@pytest.mark.parametrize("kind", ["graph", "value", "definition"])
def test_the_longest_texts_are_refused_at_once(text: str, kind: str) -> None:
    assert is_fast(kind, text)


@pytest.mark.takes_long
def test_every_text_of_the_exercises_keeps_the_promises_and_any_beginning_of_it() -> None:
    for text in exercise_texts():
        for end in {len(text), len(text) // 2, len(text) // 3}:
            for kind in ("answer", "graph"):
                assert is_fast(kind, text[:end]), text
                assert_round_trip(kind, text[:end])


def test_random_formulas_get_a_verdict_at_once() -> None:
    assert formula_answers.find_failures(60, 1) == []


def test_any_line_of_solve_is_answered_or_refused() -> None:
    assert solve_lines.find_failures(60, 1) == []


@pytest.mark.parametrize("seed", range(4))
def test_huge_and_tiny_answers_at_the_blanks_of_the_exercises_get_a_verdict(seed: int) -> None:
    assert find_failures(250, seed) == []


#: What stands before and behind the rest at each level of a nested formula.
NESTINGS = (
    *(("-", ""), ("(-", ")"), ("-(1+", ")"), ("a*-(", ")"), ("a/-(b*", ")"), ("a+-(", ")"), ("a-(-(", "))")),
    *(("-(a/", ")"), ("2^-", ""), ("x^-y^", ""), ("e^-", ""), ("", "⁻¹"), ("(", ")^2"), ("a^(", ")"), ("(-2)^(", ")")),
    *(("exp(", ")"), ("exp(-", ")"), ("sqrt(1 + ", ")"), ("√(", ")"), ("2(", ")"), ("x(y-", ")"), ("A@(", ")")),
)


@pytest.mark.parametrize(("before", "behind"), NESTINGS)
def test_a_formula_nested_as_deeply_as_allowed_is_read_back(before: str, behind: str) -> None:
    deepest = None
    for depth in range(1, GRAPH.depth + 2):
        try:
            deepest = parse_equations(before * depth + "x" + behind * depth)[0].expr
        except AlgebraError:
            break
    assert deepest is not None
    written = format_expr(deepest)
    assert format_expr(parse_equations(written)[0].expr) == written


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_any_text_is_read_or_refused(kind: str, text: str) -> None:
    processor_seconds(kind, text)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from([*PUNCTUATION, *NAMES, *NUMBERS, *HOSTILE_PIECES]), max_size=15).map("".join),
)
def test_any_sequence_of_pieces_is_read_or_refused(kind: str, text: str) -> None:
    processor_seconds(kind, text)
    assert_round_trip(kind, text)


@pytest.mark.parametrize("kind", PACK_KINDS)
def test_an_exercise_file_opens_or_is_refused_for_what_is_wrong_with_it(tmp_path: Path, kind: str) -> None:
    files = PackFileGenerator(7)
    for _ in range(60):
        content = files.file(kind)
        assert find_broken_promise(tmp_path / "ex.toml", content) is None, content
