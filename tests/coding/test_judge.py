"""The judge of code: right solutions pass however they are written, and wrong ones are told by the rule they break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.code_solutions import solution
from tests.support.layer_solutions import (
    BREADTH_FIRST_WALK,
    RECURSIVE_WALK,
    RULES,
    SOLUTIONS,
    WALK,
    autograd_solution,
    layer_solution,
)
from tutor.coding.autograd_judge import judge_autograd
from tutor.coding.judge import judge_file
from tutor.coding.layers import LAYERS, LayerTask
from tutor.coding.session import exercise_style
from tutor.coding.steps import StepsTask
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.coding.verdict import FileResult, GradientResult

_FEW = ("basics/two-roads", "curves/gates", "matrices/sigma-xw", "layers/embedding", "sequences/lstm-gates")


def steps_task(name: str) -> StepsTask:
    task = exercise_style(library.find_exercise(name)).task
    assert isinstance(task, StepsTask)
    return task


def judge(task: StepsTask | LayerTask, text: str, folder: Path) -> FileResult:
    path = folder / "learner.py"
    path.write_text(text, encoding="utf-8")
    return judge_file(task, path)


def part(result: FileResult, name: str) -> GradientResult:
    return next(each for each in result.results if each.name == name)


# --- steps ---


@pytest.mark.parametrize("name", _FEW)
def test_a_right_solution_is_accepted(name: str, tmp_path: Path) -> None:
    result = judge(task := steps_task(name), solution(task), tmp_path)
    assert result.solved, [each for each in result.results if each.verdict != "right"]
    assert len(task.trials()) >= 4


@pytest.mark.parametrize(
    "lines",
    [
        {"dS": "dS = np.full_like(S, df)", "dA": "dA = dS * S - dS * S**2", "dX": "dX = np.dot(dA, W.transpose())"},
        {"dA": "slope = S * (1 - S); dA = np.multiply(slope, dS)", "dW": "dW = np.einsum('ni,nj->ij', X, dA)"},
        {"dX": "dX = np.float32(dA) @ np.float32(W).T", "dW": "dW = (dA.T @ X).T"},
        {"dA": "e = np.exp(-A); dA = dS * e / (1 + e) ** 2", "dS": "dS = np.ones(S.shape) * df"},
    ],
)
def test_other_ways_of_writing_it_are_right_as_well(lines: dict[str, str], tmp_path: Path) -> None:
    result = judge(task := steps_task("matrices/sigma-xw"), solution(task, lines), tmp_path)
    assert result.solved, [each for each in result.results if each.verdict != "right"]


@pytest.mark.parametrize(
    ("exercise", "name", "wrong", "mistake"),
    [
        ("basics/two-roads", "dadd1", "dadd1 = dz * add1", "mul.own-input"),
        ("basics/two-roads", "dx", "dx = dx_2", "branch.one-branch"),
        ("basics/two-roads", "dy", "dy = -dadd1", "any.wrong-sign"),
        ("matrices/sigma-xw", "dA", "dA = S * (1 - S)", "any.dropped-upstream"),
        ("matrices/sigma-xw", "dW", "dW = dA.T @ X", "matmul.transposed-result"),
        ("matrices/bias", "db", "db = dbroadcast1.sum(axis=0)", "code.keepdims"),
        ("curves/tanh", "dx", "dx = dy * y * (1 - y)", "tanh.sigmas-rule"),
    ],
)
def test_a_wrong_line_is_told_by_its_rule(exercise: str, name: str, wrong: str, mistake: str, tmp_path: Path) -> None:
    task = steps_task(exercise)
    assert name in {value.name for value in task.values}, [value.name for value in task.values]
    told = part(judge(task, solution(task, {name: wrong}), tmp_path), name)
    assert (told.verdict, told.mistake) == ("wrong", mistake)
    assert told.message is not None
    assert wrong.partition("= ")[2] not in str(told.message)


def test_later_gradients_follow_from_a_wrong_one(tmp_path: Path) -> None:
    task = steps_task("matrices/sigma-xw")
    result = judge(task, solution(task, {"dA": "dA = dS * S"}), tmp_path)
    assert [each.verdict for each in result.results] == ["right", "wrong", "follows", "follows"]


def test_lines_that_are_not_written_yet_are_told_from_wrong_ones(tmp_path: Path) -> None:
    task = steps_task("basics/two-roads")
    text = "\n".join(task.code()).replace("dx_1 = ...", "dx_1 = dz * add1")
    result = judge(task, text, tmp_path)
    assert [each.verdict for each in result.results] == ["right", *["missing"] * 4]
    assert result.first_open is not None
    assert text.splitlines()[(result.first_open.line or 0) - 1].strip() == "dadd1 = ..."


def test_numbers_of_the_example_are_no_solution(tmp_path: Path) -> None:
    task = steps_task("basics/two-roads")
    told = part(judge(task, solution(task, {"dadd1": "dadd1 = 6.0"}), tmp_path), "dadd1")
    assert (told.verdict, told.mistake) == ("wrong", "code.only-here")
    matrices = steps_task("matrices/sigma-xw")
    result = judge(matrices, solution(matrices, {"dS": "dS = df * np.ones((3, 2))"}), tmp_path)
    assert part(result, "dS").mistake == "code.only-here"


def test_a_value_of_the_call_before_is_told(tmp_path: Path) -> None:
    task = steps_task("basics/two-roads")
    lines = "right = dz * x; dadd1 = kept.get('last', right); kept['last'] = right"
    text = solution(task, {"dadd1": lines}).replace("def backward", "kept = {}\ndef backward")
    assert part(judge(task, text, tmp_path), "dadd1").mistake == "code.cached"


def test_an_argument_that_is_changed_in_place_is_told(tmp_path: Path) -> None:
    task = steps_task("matrices/sigma-xw")
    result = judge(task, solution(task, {"dW": "dW = X.T @ dA; X *= 0"}), tmp_path)
    assert "changes its argument X in place" in str(result.fault)
    assert not result.solved


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({"dX": "dX = dA @ W"}, "dA @ W: 3×2 @ 3×2 can't be multiplied, because the inner sizes 2 and 3 differ."),
        ({"dA": "dA = dS * X"}, "dS * X: the shapes 3×2 and 3×3 don't match."),
        ({"dA": "dA = dS * slope"}, "“slope” has no value here."),
        ({"dS": "dS = ...", "dA": "dA = dS * 2"}, "a ... that you haven't replaced yet"),
        ({"dS": "dS = df * np.nothing(S)"}, "AttributeError"),
        ({"dS": "dS = (df"}, "The bracket ( is never closed."),
        ({"dS": "dS = df df"}, "Python can't read this line"),
        ({"dS": "exit()"}, "This line ends the program before"),
        ({"dS": "dS = float(input())"}, "no keyboard"),
        ({"dS": "import nosuchlibrary"}, "The library nosuchlibrary is not installed here, but NumPy is."),
    ],
)
def test_an_error_is_one_sentence_with_the_learners_line(lines: dict[str, str], sentence: str, tmp_path: Path) -> None:
    task = steps_task("matrices/sigma-xw")
    text = solution(task, lines)
    result = judge(task, text, tmp_path)
    assert sentence in str(result.fault)
    wrong = list(lines.values())[-1]
    assert result.fault_line is not None
    assert text.splitlines()[result.fault_line - 1].strip() in (wrong, "dA = dS * 2")


@pytest.mark.parametrize("returned", ["return dX", "return None", 'return {"dX": dX}', "pass"])
def test_what_is_not_returned_is_told(returned: str, tmp_path: Path) -> None:
    task = steps_task("matrices/sigma-xw")
    text = solution(task)
    head, _, _old = text.rpartition("    return ")
    result = judge(task, f"{head}    {returned}\n", tmp_path)
    assert not result.solved
    told = str(result.fault or result.results[0].message)
    assert "return" in told


# --- layers ---


@pytest.mark.parametrize("name", LAYERS)
def test_a_right_layer_is_accepted_on_other_sizes_and_in_a_second_call(name: str, tmp_path: Path) -> None:
    result = judge(LayerTask(LAYERS[name]), layer_solution(name), tmp_path)
    assert result.solved, (result.fault, [each for each in result.results if each.verdict != "right"])


def test_every_layer_has_a_solution_and_a_batch_of_one_or_two_sizes_at_least() -> None:
    assert SOLUTIONS.keys() == LAYERS.keys()
    assert all(len(layer.sizes) >= 4 for layer in LAYERS.values())


def test_the_fault_of_the_sigmoid_class_is_found_first(tmp_path: Path) -> None:
    task = LayerTask(LAYERS["sigmoid"])
    text = "\n".join(task.code()) + "\n"
    result = judge(task, text, tmp_path)
    assert "“output” has no value here." in str(result.fault)
    assert text.splitlines()[(result.fault_line or 0) - 1].strip() == "return output"


@pytest.mark.parametrize(
    ("layer", "changes", "name", "mistake"),
    [
        ("affine", {"dY.sum(axis=0)": "dY"}, "db", "code.not-summed"),
        ("affine", {"dY.sum(axis=0)": "dY.sum(axis=0, keepdims=True)"}, "db", "code.keepdims"),
        ("affine", {"self.X.T @ dY": "dY.T @ self.X"}, "dW", "matmul.transposed-result"),
        ("softmax-loss", {" / len(self.T)": ""}, "dA", "softmax.not-by-rows"),
        ("mean-squared-error", {" * 2 *": " *"}, "dY", "mse.no-two"),
        ("relu", {"dy * self.on": "dy * (dy > 0)"}, "dx", "relu.gate-on-gradient"),
        ("dropout", {" / 0.5\n        return dX": "\n        return dX"}, "dX", "any.skipped-node"),
        ("embedding", {"np.add.at(self.dW, self.ids, dY)": "self.dW[self.ids] = dY"}, "dW", "index.overwritten"),
        ("relu", {"self.on = x > 0": "self.on = getattr(self, 'on', x > 0)"}, "dx", "code.cached"),
        ("softmax-loss", {"dL * (self.P": "(self.P"}, "dA", "any.start-ignored"),
    ],
)
def test_a_wrong_layer_is_told_by_its_rule(
    layer: str, changes: dict[str, str], name: str, mistake: str, tmp_path: Path
) -> None:
    told = part(judge(LayerTask(LAYERS[layer]), layer_solution(layer, changes), tmp_path), name)
    assert (told.verdict, told.mistake) == ("wrong", mistake), told


# --- autograd ---


@pytest.mark.parametrize(
    ("rules", "walk", "name", "mistake"),
    [
        (RULES, RECURSIVE_WALK, "chain", "code.recursion"),
        (RULES, BREADTH_FIRST_WALK, "order", "code.wrong-order"),
        (RULES, WALK.replace("        self.grad = 1.0\n", ""), "start", "code.start-not-set"),
        (RULES, WALK.replace("            node.grad = 0.0\n", "            pass\n"), "again", "code.not-reset"),
        ({name: rule.replace("+=", "=") for name, rule in RULES.items()}, WALK, "sums", "code.overwritten"),
        ({**RULES, "exp": "self.grad += out.data"}, WALK, "exp", "any.dropped-upstream"),
        ({**RULES, "tanh": "self.grad += out.data * (1 - out.data) * out.grad"}, WALK, "tanh", "tanh.sigmas-rule"),
    ],
)
def test_what_fails_in_an_autograd_is_told_apart(
    rules: dict[str, str], walk: str, name: str, mistake: str, tmp_path: Path
) -> None:
    path = tmp_path / "autograd.py"
    path.write_text(autograd_solution(rules, walk))
    result = judge_autograd(path)
    assert (part(result, name).verdict, part(result, name).mistake) == ("wrong", mistake)
    wrong = [each.name for each in result.results if each.verdict == "wrong"]
    assert wrong == [name]


def test_a_right_autograd_is_accepted_and_an_empty_one_is_not_written_yet(tmp_path: Path) -> None:
    path = tmp_path / "autograd.py"
    path.write_text(autograd_solution())
    assert judge_autograd(path).solved
    path.write_text(autograd_solution({}, "..."))
    assert {each.verdict for each in judge_autograd(path).results} == {"missing"}
