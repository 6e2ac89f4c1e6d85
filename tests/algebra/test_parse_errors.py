"""Parse errors: each marks its position in the text as typed and suggests a remedy; limits hold."""

from __future__ import annotations

import pytest

from tests.support.timing import runs_within
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate, evaluate_as_float
from tutor.algebra.expr import Num
from tutor.algebra.limits import ANSWER, GRAPH
from tutor.algebra.parser import parse, parse_equations, parse_value

KNOWN = ("x", "y", "dL/dz", "X")


def parse_error(text: str, names: tuple[str, ...] | None = KNOWN) -> AlgebraError:
    with pytest.raises(AlgebraError) as caught:
        parse(text, names)
    return caught.value


REFUSALS = [
    # typed, what is marked, words of the sentence
    ("x + y1", "y1", ("Unknown name “y1”", "use X, dL/dz, x, y")),
    ("xy", "xy", ("write x*y",)),
    ("x + ㅛ", "ㅛ", ("Korean letters", "Switch the keyboard", "use X, dL/dz, x, y")),
    ("2*테", "테", ("Korean letters",)),
    ("sigmod(x)", "sigmod", ("Did you mean sigmoid?",)),
    ("(x + 1", "(", ("never closed", "Add a “)”")),
    ("[1, 2", "[", ("never closed", "Add a “]”")),
    ("x + 1)", ")", ("closes nothing",)),
    ("x = 3", "=", ("“=” can't be used here",)),
    ("= 3", "=", ("“=” can't be used here",)),
    ("x == 3", "==", ("in brackets", "up*(x > 0)")),
    ("x < 3", "<", ("in brackets", "up*(x > 0)")),
    ("x ≤ 3", "≤", ("in brackets", "up*(x > 0)")),
    ("x != 3", "!=", ("in brackets", "up*(x > 0)")),
    ("x; y", ";", ("just one value",)),
    ("0,5", ",", ("point: 0.5",)),
    ("0，5", "，", ("point: 0.5",)),
    ("exp(0，5)", "，", ("point: 0.5",)),
    ("sig(x)", "sig", ("Did you mean sigmoid?",)),
    ("sgn(x)", "sgn", ("Did you mean sign?",)),
    ("(0,5)", ",", ("point: 0.5",)),
    ("2x, y", ",", ("point",)),
    ("max(1, 2, 3)", "max", ("max is written max(a, b) or max(X)",)),
    ("log(0,5)", ",", ("point: 0.5",)),
    ("x +", "", ("ends too early",)),
    ("x + * y", "*", ("A value is missing before “*”",)),
    ("()", ")", ("A value is missing",)),
    ("2 3", "3", ("An operator is missing before 3",)),
    ("x 3", "3", ("An operator is missing before 3",)),
    ("exp x", "exp", ("needs brackets", "exp(…)")),
    ("silu * 2", "silu", ("needs brackets", "silu(…)")),
    (".T", ".T", ("after the matrix",)),
    ("[]", "]", ("row is empty",)),
    ("[[1, 2], [3]]", "[", ("Entries in this row: 1, in the first row: 2",)),
    ("[[1, 2], 3]", "3", ("each row of a matrix in brackets",)),
    ("x . 5", ".", ("point is not part of a number",)),
    ("x + dL.dz", "dL.dz", ("Did you mean dL/dz?",)),
    ("x + X.y", ".", ("point is not part of a number",)),
    ("X.t", "X.t", ("transpose as X.T",)),
    ("X'", "X'", ("transpose as X.T",)),
    ("x\u200b+1", "\u200b", ("invisible", "U+200B")),
    ("X.dot", "X.dot", ("with @",)),
    ("X.shape", ".", ("point is not part of a number",)),
    ("x.grad", "x.grad", ("not a name here", "use X, dL/dz, x, y")),
    ("matmul * 2", "matmul", ("with @",)),
    ("np.exp", "np.exp", ("needs brackets", "write exp(…)")),
    ("np.sigmod(x)", "np.sigmod", ("Did you mean sigmoid?",)),
    ("np.foo(x)", "np.foo", ("functions are exp",)),
    ("tan(x)", "tan", ("sin(x)/cos(x)",)),
    ("X.sum(axis=2)", ".sum", ("An axis is 0", "1 (along the rows)")),
    ("X.sum(weight=2)", ".sum", ("sum doesn't take weight=",)),
    ("√2x", "√", ("Where does this root end?", "sqrt(…)")),
    ("√x^2", "√", ("Where does this root end?",)),
    ("∛8", "∛", ("x^(1/3)",)),
    ("2½", "½", ("2 + 1/2",)),
    ("x½", "½", ("x*1/2",)),
    ("0.(3)", "0.(3)", ("repeating decimal", "Write 1/3 or 0*3")),
    ("0.1(6)", "0.1(6)", ("repeating decimal", "Write 1/6 or 0.1*6")),
    ("0.333...", "...", ("leaves something out", "1/3")),
    ("0.333…", "…", ("leaves something out", "1/3")),
    ("1,234", ",", ("Write 1234, or 1.234",)),
    ("1.234,5", ",", ("point: 1234.5",)),
    ("1 234", "1 234", ("Write 1234.",)),
    ("1\u202f234 567", "1\u202f234 567", ("Write 1234567.",)),
    ("nan", "nan", ("is not a number",)),
    ("∂L/∂q", "∂L/∂q", ("Unknown name “dL/dq”",)),
    ("dL / dq", "dL / dq", ("Unknown name “dL/dq”",)),
    ("\\frac12", "\\frac", ("as in 1/2",)),
    ("\\partial", "\\", ("LaTeX",)),
    ("٣.٥", "٣.٥", ("another script", "Write 3.5")),
    ("|x|", "|", ("abs(x)",)),
    ("50 %", "%", ("0.5 for 50%",)),
    ("x!", "!", ("factorial",)),
    ("∑ X", "∑", ("sum(X)",)),
    ("2∞", "∞", ("is not a number",)),
    ("1_000_000", "_", ("can't contain “_”. Write 1000000",)),
    ("х + 1", "х", ("looks like x", "different letters")),
    ("x\x85", "\x85", ("invisible", "U+0085")),
    ("x\x1b[2J", "\x1b", ("invisible", "U+001B")),
    ("x × ", "", ("ends too early",)),
    ("× x", "×", ("A value is missing before “×”",)),
    ("exp(x, y)", "exp", ("takes one value", "exp(a)")),
    ("2[0, 1]", "[", ("Write * or @",)),
    ("x # 1", "#", ("be used here",)),
    ("'x", "'", ("be used here",)),
    ("x ? y", "?", ("be used here",)),
    ("1234567890123456789012345678901", "1234567890123456789012345678901", ("more than 30 digits",)),
    ("1e309", "1e309", ("Exponents go from −308 to 308",)),
    ("1e-309", "1e-309", ("Exponents go from −308 to 308",)),
    ("1e10000000", "1e10000000", ("Exponents go from −308 to 308",)),
]


@pytest.mark.parametrize("before", ["", "  ", "1 + ", "\u3000x − ", "dL/dz·"], ids=repr)
@pytest.mark.parametrize(("text", "marked", "words"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_an_error_marks_its_position(text: str, marked: str, words: tuple[str, ...], before: str) -> None:
    fault = parse_error(before + text)
    place = len(before) + (text.rindex(marked) if marked in "[)," else text.index(marked) if marked else len(text))
    if text == "[1, 2":
        place = len(before)
    assert (fault.position, fault.length) == (place, max(len(marked), 1))
    for word in words:
        assert word in str(fault)


def test_characters_outside_the_basic_plane_count_once() -> None:
    names = ("𝑥", "日本", "y")
    assert parse_error("𝑥 + 日本 + q", names).position == 9
    assert parse_error("𝑥·日本·🙂", names).position == 5


@pytest.mark.parametrize(
    ("text", "marked", "words"),
    [
        ("z = tan(x)", "tan", ("sin(x)/cos(x)",)),
        ("z = floor(x)", "floor", ("derivative of floor is 0",)),
        ("z = sim(x)", "sim", ("is not a function here", "sim*(…)", "erf, …")),
        ("z = d(a, p) + m", "d", ("“d” is not a function here", "Write out")),
        ("a, b = x", "a", ("a step for each name",)),
        ("h[h < 0] = 0", "h", ("h = where(h > 0, h, 0)",)),
        ("p[0] -= 1", "p", ("g = p - one_hot(y, 3)",)),
        (r"z = \sum_i x", r"\sum", ("sum(X)",)),
        (r"z = \|x\|", r"\|", ("norm(x)",)),
        ("z = arc(x)", "arc", ("is not a function here", "functions are exp")),
        ("z = sig(x)", "sig", ("Did you mean sigmoid?",)),
        ("z = log10(x)", "log10", ("log(x)/log(10)",)),
        ("z = Σ(X)", "Σ", ("sum(X)",)),
        ("z = 2[0]", "[", ("Write * or @",)),
        ("z = " + "a" * 101 + " * x", "a" * 101, ("longer than 100 characters",)),
        ("z = x < y == 2", "==", ("(0 < x) * (x < 1)",)),
    ],
)
def test_an_ambiguous_graph_text_is_rejected(text: str, marked: str, words: tuple[str, ...]) -> None:
    with pytest.raises(AlgebraError) as caught:
        parse_equations(text)
    assert (caught.value.position, caught.value.length) == (text.index(marked), len(marked))
    for word in words:
        assert word in str(caught.value)


def test_a_function_without_a_node_is_not_suggested() -> None:
    for text in ("z = sgn(x)", "z = arc(x)"):
        with pytest.raises(AlgebraError) as caught:
            parse_equations(text)
        assert "sign" not in str(caught.value)


@pytest.mark.parametrize("text", ["((5,5,8),(1,2,3))", "1,2,3", "1, 20, 3", "12,5,8"])
def test_commas_that_separate_values_are_not_taken_for_those_of_one_number(text: str) -> None:
    assert "[[1, 2], [3, 4]]" in str(parse_error(text))


def test_a_full_width_comma_separates_values() -> None:
    assert is_accepted("[[1，2]，[3， x]]")
    assert is_accepted("max(x，y)")


def test_a_bracket_after_a_letter_is_a_product() -> None:
    assert is_accepted_graph("z = y(1 - y)")
    assert is_accepted_graph("z = rate (1 - y)")
    assert is_accepted_graph("z = rate*(1 - y)")


def test_look_alike_operators_are_equivalent() -> None:
    for text in ("x·y", "x×y", "x•y", "x⊙y", "x⋅y", "x÷y", "x∕y", "x⁄y", "x−y", "x‑y", "x–y", "x‒y", "x﹣y"):
        assert is_accepted(text), text


def test_only_some_of_many_names_are_listed() -> None:
    fault = parse_error("q", tuple(f"name{n:03}" for n in range(500)))
    assert "name011, …" in str(fault)
    assert len(str(fault)) < 300


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_text_is_an_error(text: str) -> None:
    assert "There is nothing" in str(parse_error(text))


def test_without_names_only_numbers_are_allowed() -> None:
    with pytest.raises(AlgebraError, match="Only numbers"):
        parse_value("x")


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("1/0", 1, "divides by zero"),
        ("2 + 1/(3 - 3)", 5, "divides by zero"),
        ("0^-1", 1, "divides by zero"),
        ("log(0)", 0, "no value"),
        ("1 + log(-2)", 4, "no value"),
        ("sqrt(-1)", 0, "no value"),
        ("(-8)^(1/3)", 4, "no value"),
        ("(-4)^0.5", 4, "no value"),
        ("[[1, 2]] @ [[1, 2]]", 9, "inner sizes 2 and 1"),
        ("2 @ [[1, 2]]", 2, "write *"),
        ("[[1, 2, 3]] + [[1, 2], [3, 4]]", 12, "cell by cell"),
        ("[[1, 2], [3, 4]] * [[1, 2, 3], [4, 5, 6]]", 17, "write @"),
        ("[[[1]]]", 1, "contain a matrix"),
    ],
)
def test_an_undefined_operation_is_marked(text: str, at: int, word: str) -> None:
    with pytest.raises(AlgebraError) as caught:
        evaluate(parse(text), {})
    assert word in str(caught.value)
    assert abs(caught.value.position - at) <= 1


def test_undefined_operations_are_errors_in_floats() -> None:
    for text in ("1/(x - 2)", "log(x - 3)", "exp(1000 x)", "(x - 4)^0.5"):
        with pytest.raises(AlgebraError):
            evaluate_as_float(parse(text), {"x": 2.0})


SIZES = [
    # typed, at, words
    ("ones(100, 1) @ ones(1, 100)", 13, "200 entries"),
    ("exp(ones(15, 14))", 4, "200 entries"),
    ("[[1], [2]] @ ones(1, 120)", 11, "200 entries"),
    ("exp(" * 15 + "ones(14, 14)" + ")" * 15, None, "steps of calculation"),
]


@pytest.mark.parametrize(("text", "at", "word"), SIZES, ids=[row[0][:20] for row in SIZES])
def test_an_answer_stays_within_its_work_limit(text: str, at: int | None, word: str) -> None:
    with pytest.raises(AlgebraError) as caught:
        evaluate(parse(text), {}, ANSWER)
    assert word in str(caught.value)
    assert at is None or caught.value.position == at


def test_large_matrices_raise_the_work_limit() -> None:
    large = evaluate(parse("ones(30, 30)", limits=GRAPH), {})
    assert evaluate(parse("M @ M.T"), {"M": large}, ANSWER).shape == (30, 30)


@pytest.mark.parametrize(
    "text",
    [
        "ones(5000, 1) @ ones(1, 5000)",
        "(ones(100, 1) @ ones(1, 100)) @ (ones(100, 1) @ ones(1, 100))",
        "exp(" * 90 + "ones(90, 90)" + ")" * 90,
        "max(ones(100, 100), 2)" + " + 1" * 900,
    ],
)
def test_a_value_is_rejected_before_it_is_computed(text: str) -> None:
    tree = parse_value(text)

    def refused() -> None:
        with pytest.raises(AlgebraError, match=r"at most [0-9]+ entries|steps of calculation"):
            evaluate(tree, {})

    # Computing the smallest of these would take most of a second.
    assert runs_within(refused, 50)


# --- limits: the last that fits, the first that doesn't -----------------------------------------------------


def is_accepted(text: str) -> bool:
    try:
        parse(text, KNOWN)
    except AlgebraError:
        return False
    return True


def is_accepted_graph(text: str) -> bool:
    try:
        parse_equations(text)
    except AlgebraError:
        return False
    return True


def test_an_answer_has_at_most_400_characters() -> None:
    assert is_accepted("x" + " " * 399)
    fault = parse_error("x" + " " * 400)
    assert (fault.position, "400" in str(fault)) == (400, True)


def test_an_answer_has_at_most_200_parts() -> None:
    assert ANSWER.nodes == 200
    assert is_accepted("+".join("x" * 100))  # 100 names and 99 sums
    assert not is_accepted("-" + "+".join("x" * 100) + "+x")


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("-", ""), ("exp(", ")"), ("x^", ""), ("2^(", ")"), ("2^-", "")]
)
def test_an_answer_is_nested_at_most_40_deep(opening: str, closing: str) -> None:
    assert is_accepted(opening * 40 + "x" + closing * 40)
    assert "40" in str(parse_error(opening * 41 + "x" + closing * 41))


def test_a_flat_sum_has_no_depth() -> None:
    assert is_accepted("+".join("x" * 100))
    assert is_accepted("*".join("x" * 100))
    assert is_accepted_graph("+".join(f"x{i}" for i in range(900)))


def test_a_graph_text_has_at_most_20000_characters() -> None:
    assert is_accepted_graph("x + 1" + " " * 19_995)
    assert not is_accepted_graph("x + 1" + " " * 19_996)


def test_a_graph_text_has_at_most_2000_parts() -> None:
    assert is_accepted_graph("+".join("x" * 1000))  # 1,999 parts
    assert not is_accepted_graph("+".join("x" * 1001))
    assert not is_accepted_graph("; ".join(f"a{i} = x + y" for i in range(667)))  # three parts each, in all 2,001


def test_a_matrix_in_a_file_has_at_most_10000_cells() -> None:
    row = "[" + ",".join("1" * 100) + "]"
    value = parse_value("[" + ",".join([row] * 99) + "]")
    assert evaluate(value, {}).shape == (99, 100)
    rows = "[" + ",".join([f"[{','.join('1' * 101)}]"] * 100) + "]"
    with pytest.raises(AlgebraError, match=r"10000|20000"):
        parse_value(rows)
    assert GRAPH.cells == 10_000


def test_a_number_has_at_most_30_digits() -> None:
    thirty = "1." + "3" * 29
    value = parse_value(thirty)
    assert isinstance(value, Num)
    assert value.value.numerator == int("1" + "3" * 29)
    with pytest.raises(AlgebraError, match="30 digits"):
        parse_value(thirty + "3")


def test_an_exponent_is_between_minus_30_and_30() -> None:
    for text, power in (("1e30", 30), ("1e-30", -30), ("1e+30", 30), ("1e0030", 30)):
        value = parse_value(text)
        assert isinstance(value, Num)
        assert value.value == pytest.approx(10.0**power)


def test_the_exponent_of_an_answer_may_be_any_of_a_float() -> None:
    for text in ("1.8049e-35", "2e32", "1.7976931348623157e308", "2.2250738585072014e-308"):
        value = parse(text)
        assert isinstance(value, Num)
        assert float(value.value) == float(text)
        with pytest.raises(AlgebraError, match="Exponents go from −30 to 30"):
            parse_value(text)


def test_an_exponent_may_have_thousands_of_leading_zeros() -> None:
    value = parse_value("1e" + "0" * 6000 + "2")
    assert isinstance(value, Num)
    assert value.value == 100


@pytest.mark.parametrize("text", ["9^9^9", "9^9^9^9", "(1e30)^(1e30)", "2^(2^(2^(2^(2^9))))", "0.5^9^9^9", "9^-9^9"])
def test_a_huge_power_is_never_evaluated(text: str) -> None:
    # This test would never end if it were computed: 9^(9^9) alone has 369 million digits.
    value = evaluate(parse(text), {})
    assert not isinstance(value, Num)


def test_deep_texts_of_a_graph_do_not_exhaust_the_stack() -> None:
    assert is_accepted_graph("z = " + "a + b * exp(" * 95 + "x" + ")" * 95)
    parse_equations("z = x * " + "[1 + 2 * " * 48 + "3" + "]" * 48)
    assert not is_accepted_graph("z = " + "(" * 5000 + "x" + ")" * 5000)
