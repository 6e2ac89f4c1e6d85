"""Inputs that are data in exercise files: indexes and conditions, which have no gradient and fresh numbers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_value
from tutor.packs.builder.formula import exercise_from_formula
from tutor.packs.scaffold import new_exercise
from tutor.practice.playground import PlaygroundInput, save_exercise
from tutor.practice.replay_choice import choose_replay
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines, WritePack
    from tests.support.run_tutor import Run
    from tutor.algebra.ops import Value
    from tutor.packs.exercise import Exercise

_GATHER = """graph = "f = sum(W[ids] * U)"
wrt = ["W"]
[inputs]
W = [[2, 3], [5, 7], [4, 6]]
ids = [0, 2, 0]
U = [[2, 5], [3, 4], [7, 9]]
"""


def _cells(value: Value) -> list[float]:
    return [nearest_float(cell) for cell in ops.cells(value)]


def _drawn(exercise: Exercise, name: str, count: int = 30) -> list[Value]:
    return [exercise.variant(seed).problem.inputs[name] for seed in range(1, count)]


@pytest.mark.parametrize("vary", ["ids = { from = 0, to = 2 }", "ids = { choose = [0, 1, -1] }"])
def test_an_index_is_drawn_from_the_numbers_its_author_lists(load_text: LoadText, vary: str) -> None:
    drawn = _drawn(load_text(f"{_GATHER}[vary]\n{vary}"), "ids")
    assert all(ops.is_vector(ids) for ids in drawn)
    assert {cell for ids in drawn for cell in _cells(ids)} == ({0, 1, 2} if "from" in vary else {0, 1, -1})


@pytest.mark.parametrize(
    ("graph", "name", "expected"),
    [
        ("f = w[i]^2", "i", {0, 1, 2}),
        # The shorter axis bounds an index that is used on two of different lengths.
        ("f = W[i, 0] * w[i]", "i", {0, 1}),
        # Of what an index is computed from, sets that lead out of the axis are not taken.
        ("f = w[i - 1] * 3", "i", {0, 1, 2}),
        ("f = second(w, i)^2", "i", {0, 1, 2}),
        ("f = before(w, i)^2", "i", {0, 1, 2}),
        ("f = sum(where(m, w, 2*w))", "m", {0, 1}),
        ("f = sum(either(m, w))", "m", {0, 1}),
    ],
)
def test_data_without_a_value_is_drawn_within_its_bounds(
    load_text: LoadText, graph: str, name: str, expected: set[int]
) -> None:
    matrix = "W = [[2, 3, 4], [5, 6, 8]]\n" if "W" in graph else ""
    nodes = {
        "second": 'second = { inputs = ["v", "j"], value = "v[j]" }',
        "before": 'before = { inputs = ["v", "j"], value = "v[j-1]" }',
        "either": 'either = { inputs = ["c", "v"], value = "where(c, v, v*v)" }',
    }
    used = "\n".join(node for function, node in nodes.items() if function in graph)
    exercise = load_text(
        f'graph = "{graph}"\n[nodes]\n{used}\n[inputs]\nw = [2, 3, 5]\n{matrix}[vary]\nw = {{ from = 2, to = 9 }}'
    )
    assert set(exercise.random_inputs.draws[name].numbers.floats) == expected
    assert {cell for value in _drawn(exercise, name, 5) for cell in _cells(value)} <= expected


def test_a_compared_input_without_a_value_is_drawn_like_any_other(load_text: LoadText) -> None:
    exercise = load_text('graph = "f = sum(x * (k > 5))"\n[inputs]\nx = [2, 3]\n[vary]\nx = { from = 2, to = 9 }')
    drawn = {cell for value in _drawn(exercise, "k") for cell in _cells(value)}
    assert drawn <= set(range(2, 10))
    assert len(drawn) > 3


def test_no_fresh_numbers_lie_on_the_jump_of_a_mask(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "f = sum(X * (X > 0))"\n[inputs]\nX = [[2, -3]]\n[vary]\nX = { choose = [-2, -1, 0, 3] }'
    )
    assert all(0 not in _cells(X) for X in _drawn(exercise, "X"))
    # A label is compared exactly by design: that is no jump of a slope.
    labels = load_text(
        'graph = "f = sum(X * (k == 2))"\n[inputs]\nX = [3, 4]\nk = [2, 1]\n'
        "[vary]\nk = { from = 1, to = 3 }\nX = { from = 2, to = 9 }"
    )
    assert any(2 in _cells(k) for k in _drawn(labels, "k"))


def test_an_author_meets_one_sentence_with_the_place(refusal_lines: RefusalLines) -> None:
    last = "There is no entry 3: the 3 entries are counted from 0 to 2."
    lines = {
        "ids = [0, 2, 3]": f"5: inputs.ids: ids: {last}",
        "ids = [0, 2, -4]": "5: inputs.ids: ids: There is no entry -4: the 3 entries are counted from 0 to 2.",
        "ids = [0, 0.5, 1]": "5: inputs.ids: ids is an index, but 0.5 is not a whole number. Write one from 0 to 2.",
        'ids = [0, "sqrt(2)", 1]': "5: inputs.ids: ids is an index, but 1.414 is not a whole number. Write one from 0 to 2.",
        "ids = { symbol = true }": "5: inputs.ids: ids is an index and needs a number. "
        "Give it a whole number from 0 to 2.",
    }
    for line, expected in lines.items():
        text = _GATHER.replace("ids = [0, 2, 0]", line)
        text = text.replace("sum(W[ids] * U)", "sum(W[ids] * U[0])") if "symbol" in line else text
        assert refusal_lines(text) == [expected], line


@pytest.mark.parametrize(
    ("vary", "key"),
    [
        ("{ from = 0, to = 3 }", "to"),
        ("{ from = -4, to = 2 }", "from"),
        ("{ from = 0.5, to = 2 }", "from"),
        ("{ from = 0, to = 2, step = 0.5 }", "step"),
        ("{ choose = [0, 1, 3] }", "choose"),
        ("{ choose = [0, 0.5] }", "choose"),
    ],
)
def test_fresh_indexes_must_stay_within_their_bounds(refusal_lines: RefusalLines, vary: str, key: str) -> None:
    assert refusal_lines(f"{_GATHER}[vary]\nids = {vary}") == [
        f"8: vary.ids.{key}: ids is an index. Draw whole numbers from 0 to 2 for it."
    ]


def test_places_that_carry_no_gradient_are_named(refusal_lines: RefusalLines) -> None:
    asks = [
        ('blanks = ["ids->index1"]', "blanks", "ids->index1", "ids"),
        ('given = ["start", "ids"]', "given", "ids", "ids"),
        ('stages = [["ids->index1"], "all"]', "stages", "ids->index1", "ids"),
    ]
    for line, key, name, source in asks:
        assert refusal_lines(f"{line}\n{_GATHER}".replace('wrt = ["W"]\n', "")) == [
            f"1: {key}: There is no blank “{name}” because {source} is data and gets no gradient."
        ]
    masked = '[blank."X->gt1"]\nhint = "…"\n'
    (line,) = refusal_lines(f'graph = "f = sum(X * (X > 0))"\n[inputs]\nX = [[2, -3]]\n{masked}')
    assert line.endswith("There is no blank “X->gt1” because X is data and gets no gradient.")
    assert refusal_lines(_GATHER.replace('["W"]', '["W", "ids"]')) == [
        "2: wrt: ids has no gradient because it is data here, such as an index or a condition. Name other inputs."
    ]


def test_conditions_may_look_at_entries_and_masks(load_text: LoadText, refusal_lines: RefusalLines) -> None:
    text = (
        'graph = "h = x * y; f = h[0] * h[1]"\n[inputs]\nx = [6, 2]\ny = [1, 3]\n'
        "[vary]\nx = { from = 1, to = 9 }\ny = { from = 1, to = 9 }\n"
    )
    where = ["x[0] > x[1]", "h[-1] < 30", "sum(x > 3) == 1", "max(x) - x[0] < 1e-9", "sum((x*y)[0:1]) > 2"]
    tables = "".join(f'[[where]]\nthat = "{condition}"\n' for condition in where[:3] + where[4:])
    exercise = load_text(text + tables)
    for x, y in zip(_drawn(exercise, "x"), _drawn(exercise, "y"), strict=True):
        (first, second), (a, b) = _cells(x), _cells(y)
        assert first > second
        assert second * b < 30
        assert (first > 3) + (second > 3) == 1
        assert first * a > 2
    (line,) = refusal_lines(f'{text}[[where]]\nthat = "x[2] > 1"\n')
    assert "There is no entry 2: the 2 entries are counted from 0 to 1." in line


def test_texts_and_questions_may_look_at_entries(load_text: LoadText) -> None:
    exercise = load_text(
        f"""{_GATHER}
[text]
en = "{{ids}} takes {{W[ids[0], 1]}}, of {{W[0]}}; {{grad(W)[0, 1]}}, {{sum(ids == 0)}}"
[[question]]
prompt = "The second entry of the first row?"
answer = "W[0, 1]"
symbols = {{ W = "W" }}
[[question]]
prompt = "How many rows of W are taken twice?"
answer = "sum(ids == 0) - 1"
[blank."W->index1"]
hint = "The first index is {{ids[0]}}."
[[blank."W->index1".mistake]]
id = "half"
answer = "up[0:1] * W"
en = "No."
"""
    )
    variant = exercise.variant()
    assert variant.text() == "[0, 2, 0] takes 3, of [2, 3]; 14, 2"
    assert [format_value(question.answer) for question in variant.problem.questions] == ["3", "1"]


def _formula_error(formula: str, **values: str) -> str:
    with pytest.raises(AlgebraError) as caught:
        exercise_from_formula(formula, {name: evaluate(parse_value(text), {}) for name, text in values.items()})
    return str(caught.value)


def test_a_formula_on_the_command_line_names_what_is_wrong_with_an_index() -> None:
    assert _formula_error("f = w[i]^2", w="[1, 2]", i="2") == (
        "i: There is no entry 2: the 2 entries are counted from 0 to 1."
    )
    assert _formula_error("f = w[i]^2", w="[1, 2]", i="0.5") == (
        "i is an index, but 0.5 is not a whole number. Write one from 0 to 1."
    )
    assert _formula_error("f = w[i+1]^2", w="[1, 2]", i="1") == (
        "There is no entry 2: the 2 entries are counted from 0 to 1."
    )
    assert _formula_error("f = w[i/2]^2", w="[1, 2]", i="1") == (
        "An index is a whole number, counted from 0: X[0] is the first row."
    )


def test_the_commands_say_the_same(run_tutor: Run) -> None:
    message = "i: There is no entry 2: the 2 entries are counted from 0 to 1."
    for command in ("solve", "play"):
        result = run_tutor(command, "f = w[i]^2", "w=[1,2]", "i=2")
        assert result.returncode == 2
        assert message in result.stderr
    symbol = run_tutor("solve", "f = w[i]^2", "w=[1,2]", "--symbols", "i")
    assert "i is an index and needs a number. Give it a whole number from 0 to 1." in symbol.stderr
    wrt = run_tutor("solve", "f = w[i]^2", "w=[1,2]", "i=1", "--wrt", "i")
    assert "i has no gradient because it is data here, such as an index or a condition." in wrt.stderr


def test_a_replay_draws_other_indexes_and_masks() -> None:
    inputs = {
        "w": "[2, 5, 7]", "ids": "[0, 2]", "m": "[[1, 0]]", "k": "1", "X": "[[3, 4]]"
    }  # fmt: skip
    exercise = exercise_from_formula(
        "f = sum(w[ids]) + sum(where(m, X, 2*X)) * where(k, 2, 3)",
        {name: evaluate(parse_value(text), {}) for name, text in inputs.items()},
    )
    replay, _note = choose_replay(Worksheet(exercise.variant()))
    drawn = replay.problem.inputs
    assert ops.is_vector(drawn["ids"])
    assert set(_cells(drawn["ids"])) <= {0, 1, 2}
    assert set(_cells(drawn["m"])) <= {0, 1}
    assert set(_cells(drawn["k"])) <= {0, 1}


def test_a_new_exercise_draws_indexes_within_their_bounds(write_pack: WritePack) -> None:
    folder = write_pack('graph = "z = x*y"').folder
    inputs = {name: evaluate(parse_value(text), {}) for name, text in (("w", "[2, 5, 7]"), ("ids", "[0, 2]"))}
    (path,) = new_exercise(folder, "taken", "f = sum(w[ids]^2)", inputs)
    text = path.read_text()
    assert "ids = [0, 2]" in text
    assert "ids = { from = 0, to = 2 }" in text
    assert "w = { from = 2, to = 9 }" in text


def test_the_playground_saves_an_index_as_one() -> None:
    name, path = save_exercise(PlaygroundInput("f = sum(w[ids]^2)", "w=[2,5,7] ids=[0,2]"))
    assert name == "mine/formula-1"
    assert "ids = { from = 0, to = 2 }" in path.read_text()


def test_sets_that_lead_out_of_an_axis_are_not_chosen(load_text: LoadText) -> None:
    exercise = load_text(
        'graph = "f = w[i + 1] * w[2 - k]"\n[inputs]\nw = [2, 3, 5]\n'
        "[vary]\nw = { from = 2, to = 9 }\ni = { from = 0, to = 5 }\nk = { from = 0, to = 8, step = 0.5 }"
    )
    assert {cell for value in _drawn(exercise, "i") for cell in _cells(value)} == {0, 1}
    assert {cell for value in _drawn(exercise, "k") for cell in _cells(value)} <= {0, 1, 2, 3, 4, 5}
