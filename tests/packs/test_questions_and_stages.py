"""Questions, forward values, stages and symbols of an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at
from tutor.grading.verdict import VerdictKind
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines
    from tutor.packs.exercise import Exercise

GRAPH = 'graph = "t = a + b; z = t * c"\n[inputs]\na = 50\nb = 70\nc = 2\n'
CODE = """
[[question]]
prompt = { en = "Complete: `return d * ___`", ko = "빈칸을 채우세요: `return d * ___`" }
symbols = ["d", "self.output"]
answer = "(1 - self.output) * self.output"
hint = { en = "What is left above y?", ko = "1에서 y를 빼면 얼마인가요?" }
mistake = [{ id = "one-minus", answer = "1 - self.output", en = "And y itself?", ko = "y는 어디로 갔나요?" }]
"""
CHOICE = """
[[question]]
prompt = "Why 1?"
choices = [
  { en = "a constant", ko = "상수", why = { en = "Its slope is 0.", ko = "상수의 미분은 0입니다." } },
  { en = "the identity", ko = "항등함수", right = true },
  { en = "{a} and {b}", ko = "{a}, {b}" },
]
"""


def grade_blank(exercise: Exercise, blank: str, text: str) -> tuple[str, str | None]:
    problem = exercise.variant().problem
    verdict = grade(problem, problem.place(blank), text)
    return verdict.kind, verdict.mistake


def test_a_question_needs_no_graph(load_text: LoadText) -> None:
    exercise = load_text('title = "Code"' + CODE)
    worksheet = Worksheet(exercise.variant())
    assert [blank.id for blank in worksheet.blanks] == ["q1"]
    assert worksheet.answer("q1", "self.output * (1 - self.output)").right
    assert worksheet.done
    assert worksheet.summary().gradients == ()


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("self.output - self.output^2", (VerdictKind.RIGHT, None)),
        ("self.output * (1 - self.output) * d / d", (VerdictKind.RIGHT, None)),
        ("1 - self.output", (VerdictKind.MISTAKEN, "one-minus")),
        ("d", (VerdictKind.WRONG, None)),
        ("0.25", (VerdictKind.WRONG, None)),
        ("output", (VerdictKind.MALFORMED, None)),
    ],
)
def test_an_expression_is_graded_in_its_own_symbols(
    load_text: LoadText, typed: str, verdict: tuple[VerdictKind, str | None]
) -> None:
    assert grade_blank(load_text('title = "Code"' + CODE), "q1", typed) == verdict


def test_an_authors_hints_come_before_the_answer(load_text: LoadText) -> None:
    problem = load_text('title = "Code"' + CODE).variant().problem
    place = problem.place("q1")
    first, last = hint_at(problem, place, 1), hint_at(problem, place, 2)
    assert (str(first.text), first.of, last.is_last) == ("What is left above y?", 2, True)
    assert "self.output" in str(last.text)


def test_a_choice_is_typed_as_number_letter_or_text(load_text: LoadText) -> None:
    exercise = load_text(GRAPH + CHOICE)
    problem = exercise.variant().problem
    choices = problem.question(problem.place("q1")).choices
    texts = [str(choice.text) for choice in choices]
    assert sorted(texts) == ["50 and 70", "a constant", "the identity"]
    right = texts.index("the identity")
    for typed in (str(right + 1), "abc"[right], f"{right + 1}.", "The identity"):
        assert grade_blank(exercise, "q1", typed) == (VerdictKind.RIGHT, None)
    wrong = grade(problem, problem.place("q1"), "a constant")
    assert (wrong.kind, str(wrong.message)) == (VerdictKind.WRONG, "Its slope is 0.")
    for typed in ("4", "0", "x", "1 2"):
        assert grade_blank(exercise, "q1", typed)[0] is VerdictKind.MALFORMED


def test_choices_are_shuffled_by_the_seed(load_text: LoadText) -> None:
    exercise = load_text(GRAPH + CHOICE)

    def order(seed: int) -> tuple[str, ...]:
        problem = exercise.variant(seed).problem
        return tuple(str(choice.text) for choice in problem.question(problem.place("q1")).choices)

    assert order(7) == order(7)
    assert len({order(seed) for seed in range(20)}) > 1


def test_a_symbol_may_be_a_matrix_of_the_graph(load_text: LoadText) -> None:
    exercise = load_text(
        """graph = "A = X @ W; f = sum(A)"
start = 2
[inputs]
X = [[1, 0, 2], [-1, 3, 1]]
W = [[2, -1], [0, 1], [1, 3]]
[[question]]
prompt = "The gradient of W?"
symbols = { X = "X", U = "grad(A)" }
answer = "X.T @ U"
"""
    )
    assert grade_blank(exercise, "q1", "X.T @ U") == (VerdictKind.RIGHT, None)
    assert grade_blank(exercise, "q1", "U @ X") == (VerdictKind.MISTAKEN, "question.transposed")
    assert grade_blank(exercise, "q1", "[[1, 2]]")[0] is VerdictKind.WRONG_SHAPE
    assert grade_blank(exercise, "q1", "W")[0] is VerdictKind.MALFORMED


def test_a_question_uses_the_numbers_of_the_variant(load_text: LoadText) -> None:
    exercise = load_text(
        GRAPH.replace("[inputs]", "[values]\nstep = 0.1\n[inputs]")
        + '[vary]\na = { from = 20, to = 60 }\n[[question]]\nprompt = "c after a step of {step}?"\nanswer = "c - step * grad(c)"\n'
    )
    problem = exercise.variant().problem
    assert str(problem.question(problem.place("q1")).prompt) == "c after a step of 0.1?"
    assert (
        grade_blank(exercise, "q1", "-10") == grade_blank(exercise, "q1", "c - step*120") == (VerdictKind.RIGHT, None)
    )
    other = exercise.variant(3).problem
    assert str(grade(other, other.place("q1"), f"2 - ({other.inputs['a'].value} + 70)/10").kind) == "right"


def test_forward_values_come_before_the_backward_pass(load_text: LoadText) -> None:
    worksheet = Worksheet(load_text("forward = ['z', 't']\n" + GRAPH).variant())
    assert [blank.id for blank in worksheet.blanks][:2] == ["value(t)", "value(mul1)"]
    assert worksheet.resume_place() == "value(t)"
    assert worksheet.is_locked("c->mul1")
    assert worksheet.answer("c->mul1", "120").kind is VerdictKind.MALFORMED
    assert worksheet.answer("value(t)", "3500").mistake == "forward.other-operation"
    assert worksheet.answer("value(t)", "119").mistake == "any.slip"
    assert worksheet.answer("value(z)", "238").kind is VerdictKind.CARRIED
    assert worksheet.answer("value(t)", "a + b").right
    assert worksheet.hidden_nodes == {3 + 1}
    assert worksheet.answer("value(z)", "240").right
    assert not worksheet.is_locked("c->mul1")
    assert worksheet.answer("c->mul1", "t").right


def test_forward_all_asks_for_every_operation(load_text: LoadText) -> None:
    problem = load_text('forward = "all"\n' + GRAPH).variant().problem
    assert [blank.id for blank in problem.forward_blanks] == ["value(t)", "value(mul1)"]


def test_a_forward_answer_may_not_name_later_nodes(load_text: LoadText) -> None:
    exercise = load_text('forward = "all"\n' + GRAPH)
    assert (
        grade_blank(exercise, "value(t)", "t")
        == grade_blank(exercise, "value(t)", "z/c")
        == (VerdictKind.MALFORMED, None)
    )


def test_each_stage_has_fresh_numbers(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "t = a + b; z = t * c"\nstages = [["c"], ["c", "t"], "all"]\n[vary]\nc = { from = 2, to = 9 }\n'
        "[inputs]\na = 50\nb = 70\n"
    )
    worksheet = Worksheet(exercise.variant(stage=0))
    seen = []
    for _ in range(4):
        seen.append([blank.id for blank in worksheet.blanks])
        for blank in worksheet.blanks:
            worksheet.reveal(blank.id)
        worksheet.new_numbers()
    assert seen == [["c->mul1"], ["t->mul1", "c->mul1"], *[["t->mul1", "c->mul1", "a->t", "b->t"]] * 2]


def test_an_unfinished_stage_comes_again(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = a * c"\nstages = [["c"], "all"]\n')
    worksheet = Worksheet(exercise.variant(stage=0))
    worksheet.new_numbers()
    assert [blank.id for blank in worksheet.blanks] == ["c->mul1"]


def test_inputs_and_the_start_may_be_symbols(load_text: LoadText) -> None:
    exercise = load_text(
        """graph = "y = 1/x"
start = "∂L/∂y"
[inputs]
x = { symbol = true, domain = "nonzero" }
[blank.x]
after = "And that is −y²."
"""
    )
    for typed in ("-dL/dy/x^2", "-∂L/∂y y^2", "-up * x^-2"):
        assert grade_blank(exercise, "x", typed) == (VerdictKind.RIGHT, None)
    problem = exercise.variant().problem
    praise = str(grade(problem, problem.place("x"), "-up*y^2").message)
    assert praise.startswith("Right. ")
    assert praise.endswith(" And that is −y².")
    assert grade_blank(exercise, "x", "dL/dy/x^2") == (VerdictKind.MISTAKEN, "inv.no-minus")
    assert grade_blank(exercise, "x", "-1/x^2") == (VerdictKind.MISTAKEN, "any.dropped-upstream")


def test_an_answer_may_be_restricted_to_the_output(load_text: LoadText) -> None:
    exercise = load_text('graph = "y = sigmoid(x)"\n[inputs]\nx = { symbol = true }\n[blank.x]\nsymbols = ["y"]\n')
    assert grade_blank(exercise, "x", "y*(1-y)") == (VerdictKind.RIGHT, None)
    assert grade_blank(exercise, "x", "sigmoid(x)*(1-y)")[0] is VerdictKind.MALFORMED
    assert grade_blank(exercise, "x", "y") == (VerdictKind.MISTAKEN, "sigmoid.forgot-1-minus")


def test_a_blank_may_need_more_digits(load_text: LoadText) -> None:
    exercise = load_text('graph = "y = 1/x"\ngiven = []\n[inputs]\nx = 3\n[blank.x]\ndigits = 6\n')
    assert grade_blank(exercise, "x", "-0.111") == (VerdictKind.COARSE, None)
    assert grade_blank(exercise, "x", "-0.111111") == grade_blank(exercise, "x", "-1/9") == (VerdictKind.RIGHT, None)


SMALL_DIFFERENCE = """graph = "z = x^2"
blanks = ["x"]
[inputs]
x = 6
[[question]]
prompt = "The forward difference with δ = 0.01?"
answer = "((x + 0.01)^2 - x^2) / 0.01"
PRECISION
"""


@pytest.mark.parametrize("precision", ["digits = 4", "tolerance = 0.0004", "tolerance = 4e-4"])
def test_a_question_may_be_about_a_small_difference(load_text: LoadText, precision: str) -> None:
    exercise = load_text(SMALL_DIFFERENCE.replace("PRECISION", precision))
    for answer in ("12.01", "12.010", "12.01000000000062", "1201/100"):
        assert grade_blank(exercise, "q1", answer)[0] is VerdictKind.RIGHT, answer
    assert grade_blank(exercise, "q1", "12.0")[0] is VerdictKind.COARSE  # with too few digits to tell
    for answer in ("12", "12.02", "12.00"):
        assert grade_blank(exercise, "q1", answer)[0] not in (VerdictKind.RIGHT, VerdictKind.COARSE), answer


def test_an_estimate_may_be_off_by_more(load_text: LoadText) -> None:
    exercise = load_text(SMALL_DIFFERENCE.replace("PRECISION", "tolerance = 0.05"))
    for answer in ("12", "12.0", "11.5", "12.6"):
        assert grade_blank(exercise, "q1", answer)[0] is VerdictKind.RIGHT, answer
    assert grade_blank(exercise, "q1", "11.4")[0] is not VerdictKind.RIGHT
    assert grade_blank(exercise, "q1", "13")[0] is not VerdictKind.RIGHT


def test_a_revealed_answer_has_the_digits_that_are_asked_for(load_text: LoadText) -> None:
    exercise = load_text('graph = "y = 1/x"\n[inputs]\nx = 3\n[blank.x]\ntolerance = 0.000001\n')
    sheet = Worksheet(exercise.variant())
    assert sheet.reveal("x").text is not None
    assert sheet.value_text("x") == [["−0.1111111"]]
    assert grade_blank(exercise, "x", "−0.1111111")[0] is VerdictKind.RIGHT


def test_labels_are_drawn_but_names_are_typed(load_text: LoadText) -> None:
    from tutor.drawing.from_problem import boxes_of

    exercise = load_text(GRAPH + '[labels]\nc = { en = "factor", ko = "배율" }\n')
    problem = exercise.variant().problem
    assert "factor" in [box.label for box in boxes_of(problem)]
    assert grade_blank(exercise, "t->mul1", "c") == (VerdictKind.RIGHT, None)


def test_a_changed_question_changes_the_fingerprint(load_text: LoadText) -> None:
    one = load_text(GRAPH + CHOICE).variant().fingerprint
    assert one == load_text(GRAPH + CHOICE).variant().fingerprint
    assert one != load_text(GRAPH + CHOICE.replace("the identity", "itself")).variant().fingerprint
    assert one != load_text("forward = ['t']\n" + GRAPH + CHOICE).variant().fingerprint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[[question]]\nprompt = 'x'\nanswer = '1'\nchoices = [{ en = 'a' }]",
            "1: question[0]: A question needs exactly one of answer, choices, accept and ungraded = true.",
        ),
        (
            "[[question]]\nprompt = 'x'\nchoices = [{ en = 'a' }, { en = 'b' }]",
            "1: question[0]: Write at least two choices, and mark one with right = true.",
        ),
        (
            "[[question]]\nprompt = 'x'\nanswer = 'y + 1'",
            "3: question[0].answer: Unknown name “y”. Only numbers can be used here. (Character 1: “y”.)",
        ),
        (
            "[[question]]\nprompt = 'x {q}'\nanswer = '1'",
            "2: question[0].prompt: Unknown name “q”. Only numbers can be used here. (Character 3: “{q}”.)",
        ),
        (
            "[[question]]\nprompt = 'x'\nanswer = '1'\nsymbols = ['sin']",
            "4: question[0].symbols: “sin” can't be a symbol. Write a name such as y or self.output.",
        ),
        (
            "[[question]]\nprompt = 'x'\nanswr = '1'",
            "3: question[0].answr: There is no key “answr” here. Did you mean answer?",
        ),
        (
            "[inputs]\na = 1\n[[question]]\nprompt = 'x'\nanswer = '1'",
            "1: inputs: This needs a graph, and there is none. Add a graph or remove this.",
        ),
        (
            "graph = 'z = a * b'\nblanks = ['a']\nstages = [['a']]",
            "3: stages: Both stages and blanks say which blanks are asked for. Remove one of them.",
        ),
        (
            "graph = 'z = a * b'\nstages = [['a'], ['q']]",
            "2: stages: There is no blank “q”. The blanks are start, a->mul1, b->mul1.",
        ),
        (
            "graph = 'z = a * b'\n[blank.a]\nsymbols = ['y']",
            "3: blank.a.symbols: “y” can't be used at this blank. You can use a, b, z, up.",
        ),
        (
            "graph = 'z = a * b'\n[values]\na = 3",
            "3: values.a: “a” can't be used here: the graph has this name, or it has a special meaning. Rename it.",
        ),
        (
            "graph = 'z = a * b'\nstart = 'da/dz'",
            "2: start: “a” is already a name in this graph. Choose another name for the final result.",
        ),
    ],
)
def test_errors_are_reported_with_their_line(refusal_lines: RefusalLines, text: str, expected: str) -> None:
    assert expected in refusal_lines(text)
