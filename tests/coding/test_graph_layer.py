"""Layers made of the graph of an exercise or a formula: the class comes from the checked graph, texts are comments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.code_solutions import graph_layer_solution
from tutor.algebra.expr import number
from tutor.coding.graph_layer import GraphLayerTask
from tutor.coding.header import HeaderError
from tutor.coding.judge import judge_file
from tutor.coding.new_file import exercise_file
from tutor.coding.session import exercise_style
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.coding.verdict import FileResult

long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="many; BACKPROP_TUTOR_LONG runs all")


def layer_task(name: str, parameters: Sequence[str]) -> GraphLayerTask:
    task = exercise_style(library.find_exercise(name), "layer", parameters).task
    assert isinstance(task, GraphLayerTask)
    return task


def judge(task: GraphLayerTask, text: str, folder: Path) -> FileResult:
    path = folder / "learner.py"
    path.write_text(text, encoding="utf-8")
    return judge_file(task, path)


def test_a_right_layer_is_accepted_and_a_new_one_is_not_written_yet(tmp_path: Path) -> None:
    task = layer_task("matrices/sigma-xw", ("W",))
    assert judge(task, graph_layer_solution(task), tmp_path).solved
    assert any(trial.has_other_shapes for trial in task.trials())
    empty = judge(task, "\n".join(task.code()), tmp_path)
    assert empty.fault is None
    assert [each.verdict for each in empty.results] == ["right", *["missing"] * (len(empty.results) - 1)]


@long
def test_layers_of_all_exercises_are_accepted(tmp_path: Path) -> None:
    # The program of the solution writes these sizes out, and a learner may not.
    sizes = {"matrices/sums-and-means", "losses/mean-squared-error", "training/mean-of-means", "modern/load-balance"}
    sizes |= {"modern/rms-norm-in-parts", "modern/einsum-lost-index"}
    refused, count = set(), 0
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            graph = pack.open(entry.id).graph
            try:
                task = layer_task(f"{pack.id}/{entry.id}", [name for name in graph.inputs if name[0] in "Wwb"])
            except HeaderError:
                continue
            count += 1
            if not judge(task, graph_layer_solution(task), tmp_path).solved:
                refused.add(f"{pack.id}/{entry.id}")
    assert count > 90
    assert refused <= sizes


@pytest.mark.parametrize(
    ("line", "wrong", "mistake"),
    [
        ("self.dW = d_W", "self.dW = d_W.T", "matmul.transposed-result"),
        ("d_A = d_S * (S * (1 - S))", "d_A = S * (1 - S)", "any.start-ignored"),
        ("self.kept = W, X, A, S, f,", "self.kept = self.kept or (W, X, A, S, f)", "code.cached"),
    ],
)
def test_a_wrong_layer_is_told_by_its_rule(line: str, wrong: str, mistake: str, tmp_path: Path) -> None:
    task = layer_task("matrices/sigma-xw", ("W",))
    text = graph_layer_solution(task)
    assert line in text
    told = next(each for each in judge(task, text.replace(line, wrong), tmp_path).results if each.name == "dW")
    assert (told.verdict, told.mistake) == ("wrong", mistake)


def test_names_that_methods_have_are_left_to_them(tmp_path: Path) -> None:
    values = {"forward": number(2), "self": number(3), "Layer": number(5), "dz": number(7)}
    exercise = exercise_from_formula("z = forward * self * Layer + dz", values)
    task = exercise_style(exercise, "layer", ("forward", "dz")).task
    assert isinstance(task, GraphLayerTask)
    assert judge(task, graph_layer_solution(task), tmp_path).solved


def test_what_can_be_no_parameter_is_told() -> None:
    exercise = library.find_exercise("layers/embedding")
    with pytest.raises(HeaderError, match="“Q” is not an input of this graph"):
        exercise_style(exercise, "layer", ("Q",))
    with pytest.raises(HeaderError, match="Only a layer has parameters"):
        exercise_file(exercise, "steps", ("W",))
