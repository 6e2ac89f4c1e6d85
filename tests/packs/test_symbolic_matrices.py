"""Formulas of matrices whose sizes have names: what is right, and what is said to what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.matrix_files import GRAPHS, LAYER, QUESTION, SOFTMAX, graph_file
from tutor.engine.symbolic import closed_form_gradients
from tutor.glyphs import to_ascii
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import format_right_answer, hint_at, num_rungs
from tutor.grading.matrix_formulas import is_equal
from tutor.grading.matrix_points import points_of, value_at
from tutor.grading.replay import Replay
from tutor.grading.rule_cards import card_at
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.practice.replay_choice import choose_replay
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines, WritePack
    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise


def judge(exercise: Exercise, blank: str, text: str) -> Verdict:
    problem = exercise.variant().problem
    return grade(problem, problem.place(blank), text)


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_right_answer_of_each_blank_can_be_typed_and_no_multiple_of_it(load_text: LoadText, graph: str) -> None:
    exercise = load_text(graph_file(graph))
    problem = exercise.variant().problem
    assert problem.blanks
    for blank in problem.blanks:
        right = format_right_answer(problem, blank)
        assert grade(problem, blank, right).right, (blank.id, right)
        assert grade(problem, blank, to_ascii(right)).right
        for wrong in (f"2*({right})", f"-({right})", f"({right}) + 1", f"1.02*({right})"):
            assert not grade(problem, blank, wrong).right, (blank.id, wrong)


@pytest.mark.parametrize("graph", GRAPHS)
def test_gradients_in_the_inputs_alone_have_the_values_of_the_points(load_text: LoadText, graph: str) -> None:
    problem = load_text(graph_file(graph)).variant().problem
    forms = closed_form_gradients(problem.graph, problem.inputs, problem.start, problem.wrt)
    for name, formula in forms.items():
        for point in points_of(problem):
            truth = point.exact_passes.gradients[point.graph.position[name]]
            assert is_equal(value_at(formula, point.all_values), truth), name


def test_a_matrix_that_is_zero_everywhere_keeps_its_shape(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "s = X - mean(X, 0); f = sum((s @ W)^2)"\n[inputs]\n'
        'X = { symbol = true, shape = [1, "k"] }\nW = { symbol = true, shape = ["k", 3] }'
    )
    problem = exercise.variant().problem
    forms = closed_form_gradients(problem.graph, problem.inputs, problem.start, problem.wrt)
    for point in points_of(problem):
        truth = point.exact_passes.gradients[point.graph.position["W"]]
        assert is_equal(value_at(forms["W"], point.all_values), truth)
    assert judge(exercise, "W", "0*W").right


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_blank_has_hints_a_card_and_a_replay(load_text: LoadText, graph: str) -> None:
    exercise = load_text(graph_file(graph))
    problem = exercise.variant().problem
    for blank in problem.blanks:
        texts = [str(hint_at(problem, blank, rung).text) for rung in range(1, num_rungs(problem, blank) + 1)]
        assert all(texts)
        assert card_at(problem, blank, set()).render_lines()
    assert all(step.paragraphs() for step in Replay(problem).steps)
    replay, note = choose_replay(Worksheet(exercise.variant()))
    assert "numbers" in str(note)
    assert all(re.search("[0-9]", " ".join(step.paragraphs())) for step in replay.steps)


@pytest.mark.parametrize(
    ("blank", "answer", "kind", "mistake"),
    [
        ("X", "dL/dY @ W.T", "right", None),
        ("X", "up @ W.T", "right", None),
        ("X", "(W @ up.T).T", "right", None),
        ("X", "n*up @ W.T / n", "right", None),
        ("X", "up @ W", "malformed", None),
        ("X", "(up @ W.T).T", "mistaken", "matmul.transposed-result"),
        ("X", "up", "mistaken", "any.upstream-only"),
        ("X", "-up @ W.T", "mistaken", "any.wrong-sign"),
        ("X", "X", "mistaken", "any.forward-value"),
        ("X", "ones(m, 3)", "wrong-shape", None),
        ("X", "0", "wrong-shape", None),
        ("X", "[[1, 2], [3, 4]]", "wrong-shape", None),
        ("X", "ones(n, 3)", "wrong", None),
        ("X", "up @ W.T / m", "wrong", None),
        ("W", "X.T @ dL/dY", "right", None),
        ("W", "dL/dY.T @ X", "mistaken", "matmul.transposed-result"),
        ("W", "ones(2.5, 1)", "malformed", None),
        ("b->broadcast1", "sum(up, 0)", "right", None),
        ("b->broadcast1", "ones(1, n) @ up", "right", None),
        ("b->broadcast1", "mean(up, 0)*n", "right", None),
        ("b->broadcast1", "mean(up, 0)", "mistaken", "broadcast.mean-for-sum"),
        ("b->broadcast1", "sum(up, 1)", "mistaken", "broadcast.wrong-axis"),
        ("b->broadcast1", "sum(up)", "wrong-shape", None),
        ("b", "dX/dW", "malformed", None),
    ],
)
def test_answers_in_a_linear_layer(
    load_text: LoadText, blank: str, answer: str, kind: str, mistake: str | None
) -> None:
    verdict = judge(load_text(LAYER), blank, answer)
    assert (str(verdict.kind), verdict.mistake) == (kind, mistake), str(verdict.message)


@pytest.mark.parametrize(
    ("blank", "answer", "kind", "mistake"),
    [
        ("S", "(P - Y)/n", "right", None),
        ("S", "softmax(S)/n - Y/n", "right", None),
        ("S", "P*(up - sum(up*P, 1))", "right", None),
        ("S", "P - Y", "mistaken", "softmax.not-by-rows"),
        ("S", "(Y - P)/n", "mistaken", "any.wrong-sign"),
        ("S", "P*(1 - P)*up", "mistaken", "softmax.diagonal"),
        ("S", "(P - Y)/k", "wrong", None),
        ("P", "-Y/P/n", "right", None),
        ("P", "-Y/P", "mistaken", "cross_entropy.not-by-rows"),
    ],
)
def test_answers_with_one_hot_targets(
    load_text: LoadText, blank: str, answer: str, kind: str, mistake: str | None
) -> None:
    verdict = judge(load_text(SOFTMAX), blank, answer)
    assert (str(verdict.kind), verdict.mistake) == (kind, mistake), str(verdict.message)


@pytest.mark.parametrize(
    ("answer", "kind", "mistake"),
    [
        ("X.T @ dL/dY", "right", None),
        ("(dL/dY.T @ X).T", "right", None),
        ("dL/dY.T @ X", "mistaken", "question.transposed"),
        ("X.T @ (X @ W)", "mistaken", "no-start"),
        ("dL/dY @ W.T", "wrong-shape", None),
        ("X @ dL/dY", "malformed", None),
    ],
)
def test_answers_to_a_question(load_text: LoadText, answer: str, kind: str, mistake: str | None) -> None:
    verdict = judge(load_text(QUESTION), "q1", answer)
    assert (str(verdict.kind), verdict.mistake) == (kind, mistake), str(verdict.message)


def test_the_gradient_of_a_weight_matrix_at_a_vector_is_an_outer_product(load_text: LoadText) -> None:
    problem = load_text(graph_file("y = W @ x")).variant().problem
    assert format_right_answer(problem, problem.place("W")) == "outer(∂L/∂y, x)"
    assert format_right_answer(problem, problem.place("x")) == "∂L/∂y @ W"
    for text in ("outer(dL/dy, x)", "dL/dy.T @ x", "W.T @ dL/dy"):
        assert grade(problem, problem.place("x" if text.startswith("W") else "W"), text).right, text


def test_shapes_are_told_in_the_names_of_sizes(load_text: LoadText) -> None:
    exercise = load_text(LAYER)
    assert "n×3, but yours has shape m×3" in str(judge(exercise, "X", "ones(m, 3)").message)
    assert "n×m @ 3×m doesn't fit" in str(judge(exercise, "X", "up @ W").message)
    assert (
        str(judge(load_text(QUESTION), "q1", "dL/dY @ W.T").message)
        == "The answer has shape 3×m, but yours has shape n×3."
    )


def test_a_counterexample_has_few_numbers_and_is_true(load_text: LoadText) -> None:
    exercise = load_text(LAYER)
    verdict = judge(exercise, "X", "2*up @ W.T")
    assert verdict.kind is VerdictKind.WRONG
    found = re.search(
        r"W = \[\[(.*)\], \[(.*)\], \[(.*)\]\], up = \[\[(.*?)\]\].*yours gives \[\[(.*?)\]\]", str(verdict.message)
    )
    assert found, str(verdict.message)
    *weights, up = (float(text.replace("−", "-")) for text in found.groups()[:4])
    mine = [float(text.replace("−", "-")) for text in found[5].split(", ")]
    assert mine == [2 * up * weight for weight in weights]


def test_the_right_value_comes_after_a_second_formula(load_text: LoadText) -> None:
    problem = load_text(LAYER).variant().problem
    blank = problem.place("X")
    first = grade(problem, blank, "2*up @ W.T")
    assert "should give" not in str(first.message)
    second = grade(problem, blank, "3*up @ W.T", earlier=("2*up @ W.T",))
    assert "should give" in str(second.message)


def test_no_two_sizes_of_a_point_are_equal(load_text: LoadText) -> None:
    problem = load_text(LAYER).variant().problem
    numbers = [dict(point.numbers) for point in points_of(problem)]
    assert len(numbers) == 6
    assert all(3 not in sizes.values() and sizes["n"] != sizes["m"] for sizes in numbers)
    assert len({sizes["n"] for sizes in numbers}) > 2


def test_a_right_step_from_a_wrong_value_is_carried(load_text: LoadText) -> None:
    sheet = Worksheet(load_text(graph_file("H = relu(X @ V); Y = H @ W")).variant())
    assert sheet.answer("H->matmul2", "-up @ W.T").kind is VerdictKind.MISTAKEN
    assert sheet.answer("matmul1->H", "-(up*sign(H))").kind is not VerdictKind.RIGHT
    carried = sheet.answer("matmul1->H", "-(dL/dY @ W.T)*sign(H)")
    assert carried.kind is VerdictKind.CARRIED, str(carried.message)
    assert sheet.answer("H->matmul2", "up @ W.T").right
    assert sheet.answer("matmul1->H", "(dL/dY @ W.T)*sign(H)").right


def test_a_slope_at_a_kink_may_be_written_in_any_form(load_text: LoadText) -> None:
    exercise = load_text(graph_file("H = relu(X @ V); Y = H @ W"))
    for slope in ("sign(H)", "sign(relu(X @ V))", "(1 + sign(X @ V))/2", "H/(X @ V)", "max(sign(X @ V), 0)"):
        assert judge(exercise, "matmul1->H", f"up*({slope})").right, slope


def test_the_value_of_another_edge_is_recognised(load_text: LoadText) -> None:
    text = 'graph = "Y = A @ B + C @ B"\nstart = "dL/dY"\n[inputs]\n' + "\n".join(
        f'{name} = {{ symbol = true, shape = ["n", "n"] }}' for name in "ABC"
    )
    verdict = judge(load_text(text), "B->matmul1", "C.T @ dL/dY")
    assert verdict.kind in (VerdictKind.ELSEWHERE, VerdictKind.MISTAKEN)
    assert verdict.kind is VerdictKind.ELSEWHERE or verdict.mistake is not None


def test_decimals_in_a_formula_are_roundings(load_text: LoadText) -> None:
    text = 'graph = "Y = X / 3"\nstart = "dL/dY"\n[inputs]\nX = { symbol = true, shape = ["n", "m"] }'
    exercise = load_text(text)
    assert judge(exercise, "X", "0.3333*up").right
    assert not judge(exercise, "X", "0.34*up").right
    assert not judge(exercise, "X", "333/1000*up").right


BESIDE_A_GRAPH = """
text = "{n} rows, dW is {grad(W)}"
graph = "Y = X @ W"
start = "dL/dY"

[inputs]
X = { symbol = true, shape = ["n", 3] }
W = { symbol = true, shape = [3, "m"] }

[[question]]
prompt = "W after a step of 0.1?"
answer = "W - 0.1*grad(W)"

[[question]]
prompt = "How many weights are there?"
answer = "3*m"

[[question]]
prompt = "And with symbols?"
symbols = ["X", "dL/dY"]
answer = "grad(W)"
"""


@pytest.mark.parametrize(
    ("blank", "answer", "kind", "mistake"),
    [
        ("q1", "W - 0.1*X.T @ dL/dY", "right", None),
        ("q1", "W + 0.1*X.T @ dL/dY", "mistaken", "step.uphill"),
        ("q1", "W - X.T @ dL/dY", "mistaken", "step.no-rate"),
        ("q2", "m + m + m", "right", None),
        ("q2", "3*n", "wrong", None),
        ("q2", "12", "wrong", None),
        ("q3", "X.T @ dL/dY", "right", None),
        ("q3", "X.T @ Y", "malformed", None),
    ],
)
def test_questions_beside_a_graph_of_matrices(
    load_text: LoadText, blank: str, answer: str, kind: str, mistake: str | None
) -> None:
    exercise = load_text(BESIDE_A_GRAPH)
    assert exercise.variant().text() == "n rows, dW is Xᵀ @ ∂L/∂Y"
    verdict = judge(exercise, blank, answer)
    assert (str(verdict.kind), verdict.mistake) == (kind, mistake), str(verdict.message)


def test_a_step_of_a_matrix_of_numbers_is_judged(load_text: LoadText) -> None:
    text = 'graph = "f = sum(X @ W)"\n[inputs]\nX = [[3, 4]]\nW = [[5], [7]]\n[[question]]\nprompt = "?"\nanswer = "W - 0.1*grad(W)"'
    exercise = load_text(text)
    assert judge(exercise, "q1", "[[4.7], [6.6]]").right
    assert judge(exercise, "q1", "[[5.3], [7.4]]").mistake == "step.uphill"


def test_an_entry_of_a_matrix_that_is_data_is_picked(load_text: LoadText) -> None:
    text = (
        'graph = "f = sum(X[1] * w) + sum(X[:, 0])"\nwrt = ["w"]\n[inputs]\nX = { symbol = true, shape = ["n", 3] }\n'
    )
    exercise = load_text(text + "w = { symbol = true, shape = [3] }")
    assert judge(exercise, "w", "X[1]").right
    assert not judge(exercise, "w", "X[0]").right


def test_fresh_numbers_beside_a_symbolic_matrix(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "Y = c * X"\nstart = "dL/dY"\n[inputs]\nX = { symbol = true, shape = ["n", 3] }\n'
        "[vary]\nc = { from = 2, to = 9 }"
    )
    numbers = {
        format_right_answer((problem := exercise.variant(seed).problem), problem.place("X")) for seed in range(9)
    }
    assert len(numbers) > 3
    assert {text.partition("·")[2] for text in numbers} == {"∂L/∂Y"}


def test_a_symbolic_start_of_a_matrix_of_numbers_is_a_matrix(load_text: LoadText) -> None:
    exercise = load_text('graph = "Y = X @ W"\nstart = "dL/dY"\n[inputs]\nX = [[1, 2]]\nW = [[3], [4]]')
    assert judge(exercise, "X", "dL/dY @ W.T").right
    assert judge(exercise, "W", "X.T @ dL/dY").right


# --- files -------------------------------------------------------------------------------------------------

ONE_LAYER = 'graph = "Y = X @ W"\nstart = "dL/dY"\n[inputs]\nW = { symbol = true, shape = [3, "m"] }\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('X = { symbol = true, shape = "n" }', 'shape: A shape lists rows and columns, such as ["n", 3], or one'),
        ('X = { symbol = true, shape = ["n", 3, 2] }', "shape: A shape lists rows and columns"),
        ('X = { symbol = true, shape = [] }', "shape: A shape lists rows and columns"),
        ('X = { symbol = true, shape = ["n", 0] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["n", -1] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["n", 1.5] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["n", 784] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["2n", 3] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["n", true] }', "shape: A size is a whole number from 1 to 12, or a name in quotes"),
        ('X = { symbol = true, shape = ["up", 3] }', "shape: “up” can't be the name of a size. Use a letter such as n or m."),
        ('X = { symbol = true, shape = ["W", 3] }', "shape: “W” is the name of both a size and a value."),
        ('X = { symbol = true, shape = ["Y", 3] }', "shape: “Y” is the name of both a size and a value."),
        ('X = { symbol = true, shape = ["n", 3], domain = "onehot" }', "domain: There is no domain “onehot”. The domains are real,"),
        ('X = { symbol = true, domain = "one-hot" }', 'domain: Only a matrix has one-hot rows. Add a shape, such as'),
        ('X = { symbol = true, shapes = ["n", 3] }', "shapes: A symbol has no key “shapes”. Its keys are symbol, domain,"),
        ('X = { shape = ["n", 3] }', ": Write symbol = true for a symbol."),
        ('X = { symbol = false, shape = ["n", 3] }', ": Write symbol = true for a symbol."),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_reported_with_its_line(refusal_lines: RefusalLines, line: str, expected: str) -> None:
    (found,) = refusal_lines(ONE_LAYER + line)
    assert found.startswith("5: inputs.X"), found
    assert expected in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'graph = "Y = X @ W"\nstart = "dL/dY"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }\n'
            'W = { symbol = true, shape = [3, "m"] }',
            "1: graph: n×2 @ 3×m doesn't fit: the inner sizes 2 and 3 differ.",
        ),
        (
            'graph = "Y = X @ W"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }\nW = [[1], [2]]',
            '1: graph: The output Y is a matrix of symbols. Name its gradient: start = "dL/dY".',
        ),
        (
            'graph = "f = sum(log(-X^2 - 1))"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }',
            "2: inputs: No matrix that was tried gives finite values.",
        ),
        (
            'graph = "f = sum(X[0])"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }',
            "1: graph: The gradient that reaches a symbolic matrix through [0] can't be written as a formula. Use numbers,",
        ),
        (
            'graph = "f = sum(concat(X, X))"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }',
            "1: graph: concat can't join along a size that has only a name. Write that size as a number.",
        ),
        (
            'graph = "f = sum(X[:-1] * w)"\nwrt = ["w"]\n[inputs]\nw = 2\nX = { symbol = true, shape = ["n", 2] }',
            "1: graph: Along a size with a name, an index must be a number, : or a range such as 1:3.",
        ),
        (
            'graph = "z = x * y"\n[values]\nX = { symbol = true, shape = ["n", 2] }',
            "3: values.X: Write symbolic matrices under [inputs]. Numbers are expected here.",
        ),
        (
            'graph = "f = sum(X)"\n[inputs]\nX = { symbol = true, shape = ["n", 2] }\n[vary]\nX = { from = 1, to = 2 }',
            "5: vary.X: “X” is a symbol, so no numbers can be drawn for it.",
        ),
        (
            '[[question]]\nprompt = "?"\nsymbols = { X = { shape = ["n", 3] }, n = "real" }\nanswer = "X.T"',
            "3: question[0].symbols.X.shape: “n” is the name of both a size and a value.",
        ),
        (
            '[[question]]\nprompt = "?"\nsymbols = { X = { shape = ["n", 3] }, Y = { shape = ["n", 0] } }\nanswer = "X.T"',
            "3: question[0].symbols.Y.shape: A size is a whole number from 1 to 12",
        ),
        (
            '[[question]]\nprompt = "?"\nsymbols = { X = { shape = ["n", 3] } }\nanswer = "X @ X"',
            "4: question[0].answer: n×3 @ n×3 doesn't fit: the inner sizes 3 and n differ.",
        ),
        (
            'graph = "f = sum(A + B)"\n[inputs]\nA = { symbol = true, shape = ["a1", "a2"] }\n'
            'B = { symbol = true, shape = ["a3", "a4"] }',
            "1: graph: The shapes a1×a2 and a3×a4 don't fit cell by cell.",
        ),
    ],
)  # fmt: skip
def test_what_only_the_whole_file_shows_is_reported_with_its_line(
    refusal_lines: RefusalLines, text: str, expected: str
) -> None:
    assert expected in "\n".join(refusal_lines(text))


def test_a_seventh_name_of_a_size_is_too_many(refusal_lines: RefusalLines) -> None:
    inputs = "\n".join(f'X{n} = {{ symbol = true, shape = ["a{n}", "b{n}"] }}' for n in range(4))
    graph = " + ".join(f"sum(X{n})" for n in range(4))
    assert any(
        "There are more than 6 names of sizes." in line
        for line in refusal_lines(f'graph = "f = {graph}"\n[inputs]\n{inputs}')
    )


@pytest.fixture
def folder(write_pack: WritePack) -> Path:
    write_pack(
        pack_toml='format = 1\nlanguages = ["en", "ko"]\ntitle = { en = "Symbols", ko = "기호" }',
        layer=LAYER,
        softmax='title = { en = "Loss", ko = "손실" }\n' + SOFTMAX,
        question=QUESTION.replace('"Back through a layer"', '{ en = "Back", ko = "역전파" }'),
    )
    return Path("mine")


def test_check_is_content(run_tutor: Run, folder: Path) -> None:
    done = run_tutor("check", str(folder), "--strict")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_check_finds_an_author_mistake_that_is_right(run_tutor: Run, folder: Path) -> None:
    path = folder / "question.toml"
    path.write_text(path.read_text("utf-8").replace("X.T @ (X @ W)", "(dL/dY.T @ X).T"), encoding="utf-8")
    done = run_tutor("check", str(folder))
    assert done.returncode == 1
    assert "question.toml" in done.stdout
    assert "This mistake gives the right value" in done.stdout


def test_a_layer_is_solved_in_plain_mode(run_tutor: Run, folder: Path) -> None:
    answers = "up\nup\nup @ W\nup @ W.T\nX.T @ dL/dY\nsum(up, 0)\n"
    done = run_tutor("play", str(folder / "layer.toml"), "--plain", text=answers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "X is a matrix, n×3" in done.stdout
    assert "n×m @ 3×m doesn't fit" in done.stdout
    assert "Solved." in done.stdout


def test_a_layer_is_solved_in_korean(run_tutor: Run, folder: Path) -> None:
    answers = "up\nup\nones(m, 3)\nup @ W.T\nX.T @ dL/dY\nsum(up, 0)\n"
    done = run_tutor("play", str(folder / "layer.toml"), "--plain", text=answers, LANGUAGE="ko")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "X: n×3 행렬" in done.stdout
    assert "n×3인데, 쓰신 답의 형상은 m×3입니다." in done.stdout


def test_an_exam_takes_formulas_of_matrices(load_text: LoadText) -> None:
    sheet = Worksheet(load_text('mode = "exam"\n' + SOFTMAX).variant())
    assert [sheet.answer(blank, text).kind for blank, text in (("P", "-Y/P/n"), ("S", "P - Y"))] == ["noted"] * 2
    verdicts = [verdict for _blank, verdict in sheet.summary().verdicts]
    assert [(verdict.right, verdict.mistake) for verdict in verdicts] == [(True, None), (False, "softmax.not-by-rows")]


def test_grade_judges_a_formula_of_matrices(run_tutor: Run, folder: Path) -> None:
    wrong = run_tutor("grade", str(folder / "softmax.toml"), "--blank", "S->P", "--answer", "P - Y", "--json")
    assert '"softmax.not-by-rows"' in wrong.stdout, wrong.stdout + wrong.stderr
