"""Judging fresh numbers takes bounded memory, however large the graph is."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tutor.algebra.expr import number
from tutor.algebra.ops import num_cells
from tutor.packs import batch_size
from tutor.packs.batch_size import sets_in_passes, sets_in_selection
from tutor.packs.builder.formula import problem_from_formula
from tutor.packs.checks.numbers import CHECKED_SEEDS, check
from tutor.packs.checks.target import CheckTarget
from tutor.packs.number_selection import CandidateBatch, ChosenNumbers
from tutor.packs.random_inputs import MAX_ATTEMPTS
from tutor.packs.toml_source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.pack_files import LoadText

VARIED = "\n[inputs]\nx = 2\ny = 3\n[vary]\nx = { from = 2, to = 9 }\ny = { from = 2, to = 9 }\n"
#: By name: exercises with many cells, many mistakes in matrices of middling size, many numbers.
LARGE = {
    "cells": 'graph = "a1 = ones(40,40)*x; a2 = a1*y + a1; z = sum(a2)"' + VARIED,
    "pairs of mistakes": 'graph = "a1 = ones(20,20)*x; a2 = a1*y; z = sum(a2)"' + VARIED,
    "edges": 'graph = "z = ' + " + ".join(["x*y"] * 60) + '"' + VARIED,
}
#: A bound that small graphs reach, too; and what may be held with it, intermediate results included.
SMALL_BOUND = 1_000_000
MAX_BYTES = 4 * 8 * SMALL_BOUND


def peak_bytes(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(autouse=True)
def small_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_size, "_MAX_FLOATS", SMALL_BOUND, raising=False)


@pytest.mark.parametrize("name", LARGE)
def test_choosing_numbers_takes_bounded_memory(load_text: LoadText, name: str) -> None:
    selector = load_text(LARGE[name]).number_selector
    assert peak_bytes(lambda: selector.choose(CHECKED_SEEDS)) < MAX_BYTES


def test_checking_gradients_takes_bounded_memory(load_text: LoadText) -> None:
    names = [f"x{number}" for number in range(220)]
    inputs = "\n".join(f"{name} = {number}" for number, name in enumerate(names, 2))
    graph = " + ".join(f"{name}*{name}" for name in names)
    exercise = load_text(f'graph = "z = {graph}"\n[inputs]\n{inputs}\n[vary]\n')
    assert exercise.path
    target = CheckTarget(exercise.path, read_source(exercise.path, exercise.path.parent), exercise, ())
    numbers = replace(ChosenNumbers(1, False, (), False), inputs=dict.fromkeys(names, 3.0))
    assert peak_bytes(lambda: list(check(target, dict.fromkeys(CHECKED_SEEDS, numbers)))) < MAX_BYTES


def test_the_bound_holds_back_hundreds_of_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    formula = "a = ones(100,100)*x; b = a*y + a; c = b*y + a; d = c*y + a; z = sum(d)"
    problem = problem_from_formula(formula, {"x": number(2), "y": number(3)})
    cells = sum(num_cells(node.shape) for node in problem.graph.nodes)
    assert cells * sets_in_selection(problem) < 2_000_000
    assert cells * sets_in_passes(problem.graph) < 4_000_000


def test_the_numbers_of_one_seed_do_not_depend_on_how_many_are_judged_at_once(
    load_text: LoadText, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = load_text('graph = "z = x * y + x"' + VARIED)
    together = exercise.number_selector.choose(CHECKED_SEEDS)
    monkeypatch.setattr("tutor.packs.number_selection.sets_in_selection", lambda problem: 13 + MAX_ATTEMPTS)
    assert exercise.number_selector.choose(CHECKED_SEEDS) == together


def test_sampled_cells_find_the_same_mistakes_near_the_right_value(
    load_text: LoadText, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = load_text('graph = "a = ones(5, 4)*x; b = a*y + a; z = sum(b)"' + VARIED)

    def near_truth() -> dict[tuple[str, str], list[bool]]:
        inputs = {"x": np.arange(2.0, 10.0), "y": np.full(8, 1.0)}
        tables = CandidateBatch(exercise.variant().problem, inputs, 8).collision_tables
        return {
            (blank, name): table.is_near_truth[row, column].tolist()
            for table in tables
            for row, blank in enumerate(table.blanks)
            for column, name in enumerate(table.names[row])
            if name
        }

    full = near_truth()
    monkeypatch.setattr("tutor.packs.mistake_collisions.MAX_COMPARED_CELLS", 6)
    assert near_truth() == full
    assert any(any(flags) for flags in full.values())
