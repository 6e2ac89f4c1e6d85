"""Fresh numbers: the same for a seed on every computer, and none that needlessly hide a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.parsed_values import exact_values
from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.grading.mistakes.finder import hidden_mistakes
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.conditions import parse_condition
from tutor.packs.content_hash import content_hash
from tutor.packs.library import find_exercise
from tutor.packs.random_inputs import RandomInputs

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText
    from tutor.packs.exercise import Exercise

VARIED = """
graph = "z = sum(X @ W) * k + k"
[inputs]
k = 5
X = [[1, 2], [3, 4]]
W = [[5, 6], [7, 8]]
[vary]
k = { choose = [2, "log(3)", 0.5] }
X = { from = -1, to = 1, step = 0.5, fix = [[1, 0]] }
"""

#: k and X for the seeds below.
CELLS = [
    ["1.099", "[[0.5, −0.5], [3, 0]]"],
    ["2", "[[1, −0.5], [3, −0.5]]"],
    ["1.099", "[[−0.5, 1], [3, −1]]"],
    ["1.099", "[[−1, 1], [3, −0.5]]"],
]
#: x, y and w for no seed and the seeds below.
LETTERS = ["5 7 8", "8 2 9", "2 8 5", "8 3 9", "8 4 5"]
#: Mistakes at x·y with a start of 5 that agree for all numbers.
ALWAYS_ALIKE = {
    frozenset({"any.inverted-local", "mul.undo"}),
    frozenset({"any.upstream-only", "mul.plus-rule"}),
    frozenset({"any.times-output", "mul.both-inputs"}),
}


def numbers(exercise: Exercise, seed: int | None = None) -> dict[str, str]:
    return {name: format_value(value) for name, value in exercise.variant(seed).problem.inputs.items()}


def test_without_a_seed_numbers_are_the_authors() -> None:
    assert numbers(find_exercise("basics/add-multiply")) == {"a": "50", "b": "70", "c": "2"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("basics/add-multiply", ["20 90 5", "50 80 6", "20 50 5", "70 80 5"]),
        ("basics/plus", ["8 3 3", "11 3 12", "9 8 8", "12 8 3"]),
        ("basics/sigmoid", ["−0.6190", "−1.386", "−0.6190", "−1.386"]),
    ],
)
def test_a_seed_gives_the_same_numbers_on_every_computer(name: str, expected: list[str]) -> None:
    assert [" ".join(numbers(find_exercise(name), seed).values()) for seed in (0, 1, 2**70, -1)] == expected


def test_a_seed_gives_the_same_matrices_on_every_computer(load_text: LoadText) -> None:
    exercise = load_text(VARIED)
    assert [[numbers(exercise, seed)[name] for name in ("k", "X")] for seed in (0, 1, 2**70, -1)] == CELLS


def test_a_seed_gives_the_same_numbers_to_inputs_without_a_value(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = x * y + w"')
    assert [" ".join(numbers(exercise, seed).values()) for seed in (None, 0, 1, 2**70, -1)] == LETTERS


def test_inputs_without_a_value_are_different_numbers_from_two_to_nine(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = a * b + c * d + e1 * f"')
    assert exercise.has_variants
    for seed in range(30):
        drawn = list(numbers(exercise, seed).values())
        assert len(set(drawn)) == 6
        assert set(drawn) <= set("23456789")


def test_inputs_without_a_value_have_the_numbers_of_seed_zero(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = x * (x + y)"')
    assert numbers(exercise) == numbers(exercise, None)
    assert exercise.variant().seed is None


def test_many_inputs_without_a_value_are_still_different() -> None:
    names = tuple(f"x_{n}" for n in range(20))
    drawn = RandomInputs(without_value=names).draw("any", 3)
    assert sorted(int(format_value(value)) for value in drawn.values()) == list(range(2, 22))


def test_only_varied_inputs_change_and_fixed_cells_stay(load_text: LoadText) -> None:
    exercise = load_text(VARIED)
    for seed in range(20):
        inputs = exercise.variant(seed).problem.inputs
        assert format_value(inputs["W"]) == "[[5, 6], [7, 8]]"
        assert format_value(inputs["k"]) in ("2", "1.099", "0.5")
        cells = [format_value(cell) for cell in inputs["X"].ravel()]
        assert cells[2] == "3"
        assert set(cells) - {"3"} <= {"−1", "−0.5", "0", "0.5", "1"}
        assert ops.shape_of(inputs["X"]) == (2, 2)


def test_conditions_may_use_rows_and_transposes(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = sum(P * P)"\nstart = 3\n[inputs]\nP = [[1, 4], [3, 2]]\n'
                      '[vary]\nP = { from = 1, to = 4 }\n[[where]]\nthat = "sum(P, 1) == 5 * ones(2, 1)"\n'
                      '[[where]]\nthat = "sum(P.T, 0) == 5"')  # fmt: skip
    drawn = [exercise.variant(seed).problem.inputs["P"] for seed in range(5)]
    assert all(format_value(row[0] + row[1]) == "5" for matrix in drawn for row in matrix)


@given(st.integers(), st.integers(0, 50))
def test_one_more_varied_input_changes_no_other_number(seed: int, attempt: int) -> None:
    some = find_exercise("basics/plus").random_inputs
    fewer = RandomInputs({name: draw for name, draw in some.draws.items() if name != "b"})
    drawn = some.draw("plus", seed, attempt)
    assert {name: format_value(value) for name, value in fewer.draw("plus", seed, attempt).items()} == {
        name: format_value(value) for name, value in drawn.items() if name != "b"
    }


def test_numbers_that_hide_a_mistake_are_avoided(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = x * y"\nstart = 5\n[inputs]\nx = 2\ny = 3\n[vary]\n'
                      "x = { from = 2, to = 4 }\ny = { from = 2, to = 4 }")  # fmt: skip
    authored = hidden_mistakes(exercise.variant().problem)
    for seed in range(40):
        drawn = numbers(exercise, seed)
        assert drawn["x"] != drawn["y"]
        assert drawn != {"x": "2", "y": "3"}
        assert hidden_mistakes(exercise.variant(seed).problem) <= authored


def test_the_best_numbers_are_chosen_if_all_are_poor(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = x * y"\nstart = 5\n[inputs]\nx = 2\ny = 3\n[vary]\n'
                      "x = { choose = [4] }\ny = { choose = [4] }")  # fmt: skip
    assert numbers(exercise, 1) == {"x": "4", "y": "4"}


def test_numbers_without_a_finite_value_are_avoided(load_text: LoadText) -> None:
    exercise = load_text('graph = "y = 1/x"\nstart = 3\n[inputs]\nx = 4\n[vary]\nx = { choose = [0, 5] }')
    assert {numbers(exercise, seed)["x"] for seed in range(20)} == {"5"}


def test_an_exercise_without_fresh_numbers_keeps_the_authors(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = x * y"\n[inputs]\nx = 2\ny = 3')
    assert not exercise.has_variants
    assert numbers(exercise, 7) == {"x": "2", "y": "3"}
    assert exercise.variant(7).seed == 7


def test_a_fingerprint_depends_on_the_problem_and_not_on_texts(load_text: LoadText) -> None:
    plain = 'graph = "z = x * y"\n[inputs]\nx = 2\ny = 3\n'
    print_ = load_text(plain).variant().fingerprint
    assert print_ == "152a7f541190cfa0"
    assert load_text("title = 'new'\nlevel = 3\ntext = 'x'\n" + plain).variant().fingerprint == print_
    for change in ("start = 2", "given = []", "blanks = ['x']", "wrt = ['x']"):
        assert load_text(f"{change}\n{plain}").variant().fingerprint != print_, change
    assert load_text(plain.replace("3", "4")).variant().fingerprint != print_


CONTENT = """
title = { en = "Two" }
graph = "z = x * y"
start = 2
text = { en = "Look." }
[inputs]
x = 3
y = 5
[vary]
x = { from = 2, to = 9 }
[blank.x]
hint = ["Look right."]
[[question]]
prompt = { en = "Which way?", ko = "어느 쪽?" }
choices = [{ en = "left", right = true }, { en = "right", why = { en = "No." } }]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = { en = "Two" }', 'title = { en = "Three", ko = "셋" }\nlevel = 2'),
        ('"Look."', '"Look again."'),
        ('"Look right."', '"Look left.", "It is 10."'),
        ("[blank.x]", "[blank.y]"),
        ("어느 쪽?", "어느 방향?"),
        ('{ en = "left", right', '{ en = "left", ko = "왼쪽", right'),
        ('"No."', '"Yes."'),
        ("x * y", "x  *  y"),
        ("Which way?", "Which  way?"),
        ("[inputs]", '[labels]\nx = { en = "width" }\n[inputs]'),
    ],
)
def test_texts_and_translations_leave_the_content_as_it_is(load_text: LoadText, old: str, new: str) -> None:
    assert CONTENT.replace(old, new) != CONTENT
    assert content_hash(load_text(CONTENT.replace(old, new))) == content_hash(load_text(CONTENT)) == "f7de3bcfc9ced006"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x * y", "y * x"),
        ("start = 2", "start = 3"),
        ("y = 5", "y = 7"),
        ("to = 9", "to = 8"),
        ("[vary]", "[[where]]\nthat = 'x > 2'\n[vary]"),
        ("start = 2", "start = 2\nblanks = ['x']"),
        ("start = 2", "start = 2\nstages = [['x'], 'all']"),
        ("start = 2", "start = 2\ngiven = ['start', 'x']"),
        ("start = 2", "start = 2\nwrt = ['x']"),
        ("start = 2", "start = 2\nforward = ['z']"),
        ("start = 2", "start = 2\nmode = 'exam'"),
        ("[blank.x]", "[blank.x]\ndigits = 5"),
        ("[blank.x]", "[blank.x]\nsymbols = ['y']"),
        ("Which way?", "Which road?"),
        ('"left"', '"to the left"'),
        ('"right", why', '"right", right = true, why'),
    ],
)
def test_what_is_asked_changes_the_content(load_text: LoadText, old: str, new: str) -> None:
    changed = CONTENT.replace(old, new, 1)
    if "right = true, why" in new:
        changed = changed.replace('"left", right = true', '"left"')
    assert content_hash(load_text(changed)) != content_hash(load_text(CONTENT))


def test_all_numbers_of_an_exercise_have_one_content(load_text: LoadText) -> None:
    exercise = load_text(CONTENT)
    variants = [exercise.variant(), exercise.variant(1), exercise.variant(2)]
    assert len({variant.fingerprint for variant in variants}) == 3
    assert {content_hash(variant.exercise) for variant in variants} == {content_hash(exercise)}


@pytest.mark.parametrize("start", ["1", "3"])
def test_the_fingerprint_of_a_formula_depends_on_its_numbers(start: str) -> None:
    from tutor.algebra.parser import parse_value

    inputs = {"x": parse_value("2"), "y": parse_value("3")}
    same = exercise_from_formula("z = x  *  y", inputs, parse_value(start)).variant().fingerprint
    assert (same == "152a7f541190cfa0") == (start == "1")


ONE_OF = "graph = '{graph}'\nstart = {start}\n[inputs]\nx = {x}\n[vary]\nx = {{ choose = {choices} }}"


@pytest.mark.parametrize(
    ("graph", "start", "x", "choices", "expected"),
    [
        ("y = relu(x) * 3", "5", "4", "[0, 7]", {"7"}),
        ("y = abs(x) + x", "5", "4", "[0, 7]", {"7"}),
        ("y = max(x, 6) * 3", "5", "4", "[6, 9]", {"9"}),
        ("y = log(x)", "5", "4", "[-1, 0, 7]", {"7"}),
        ("y = exp(x) * 2", "5", "2", "[100000, 3]", {"3"}),
        ("y = x ^ 2", "5", "7", "[1, 9]", {"9"}),
        ("y = x * x + 3", "5", "7", "[1.23456, 9]", {"9"}),
    ],
)
def test_kinks_missing_values_and_long_decimals_are_avoided(
    load_text: LoadText, graph: str, start: str, x: str, choices: str, expected: set[str]
) -> None:
    exercise = load_text(ONE_OF.format(graph=graph, start=start, x=x, choices=choices))
    assert {numbers(exercise, seed)["x"] for seed in range(20)} == expected


def test_numbers_at_which_two_mistakes_agree_are_avoided(load_text: LoadText) -> None:
    from tutor.grading.mistakes.candidate import is_close
    from tutor.grading.mistakes.finder import mistakes_at

    exercise = load_text('graph = "z = x * y"\nstart = 5\n[inputs]\nx = 7\ny = 3\n[vary]\n'
                      "x = { from = 2, to = 12 }\ny = { from = 2, to = 12 }")  # fmt: skip
    for seed in range(30):
        problem = exercise.variant(seed).problem
        for blank in problem.blanks:
            truth = problem.truth_in_floats(blank)
            found = [one for one in mistakes_at(problem, blank) if not is_close(one.value, truth, 1e-9)]
            colliding = [
                (one.id, other.id)
                for i, one in enumerate(found)
                for other in found[i + 1 :]
                if one.id != other.id and is_close(one.value, other.value, 0.03)
            ]
            # Mistakes that agree for all numbers form one class: x·y is the output whatever they are.
            assert {frozenset(pair) for pair in colliding} <= ALWAYS_ALIKE, (seed, blank.id)


def test_numbers_that_hide_an_authors_mistake_are_avoided(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "z = x * y"\nstart = 5\n[inputs]\nx = 7\ny = 3\n[vary]\ny = { choose = [4, 9] }\n'
        '[blank."x->mul1"]\nmistake = [{ id = "mine", answer = "20 + 0*y", en = "No." }]'
    )
    assert {numbers(exercise, seed)["y"] for seed in range(20)} == {"9"}


def test_many_seeds_at_once_give_the_same_as_each_alone() -> None:
    for name in ("basics/add-multiply", "basics/plus", "matrices/sigma-xw"):
        together = find_exercise(name).number_selector.choose(range(12))
        assert together == [find_exercise(name).number_selector.choose([seed])[0] for seed in range(12)]


def test_a_condition_may_compare_a_number_with_every_cell_of_a_matrix(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "z = sum(x * y)"\n[inputs]\nx = [[4, 5, 6]]\ny = 3\n[vary]\nx = { from = 2, to = 9 }\n'
        'y = { from = 2, to = 9 }\n[[where]]\nthat = "y < x < 9"\n'
    )
    for seed in range(5):
        inputs = exercise.variant(seed).problem.inputs
        assert all(inputs["y"].value < cell.value < 9 for cell in inputs["x"].ravel())


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("det(X) != 0", [True, False]),
        ("max(x, axis=0) > 5", [False, True]),
        ("x[0] > 0", [True, False]),
        ("sum(cumsum(x)) > 9", [True, False]),
        ('einsum("ii", X) == 6', [True, False]),
        ("max(abs(X - X.T), axis=1) > 0", [True, False]),
        ("eye(2) <= X", [True, True]),
    ],
)
def test_a_condition_may_use_functions_of_arrays(text: str, holds: list[bool]) -> None:
    names = exact_values(X="[[1, 2], [3, 5]]", x="[1, 2, 3]")
    batch = {
        "X": np.array([[[1.0, 2], [3, 5]], [[1, 2], [2, 4]]]),
        "x": np.array([[[1.0, 2, 3]], [[0, 1, 7]]]),
    }
    assert parse_condition(text, names).holds(batch, 2).tolist() == holds
