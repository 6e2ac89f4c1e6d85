"""Tests of numbers at which mistakes can't be told apart, and of the numbers that `check` recommends instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.algebra.printing import format_value
from tutor.packs.author_collisions import JudgedNumbers
from tutor.packs.checks.runner import check_packs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pack_files import LoadText

TIMES = "graph = 'z = x * y'\nstart = {start}\n[inputs]\nx = {x}\ny = {y}\n[vary]\nx = {{ from = 2, to = 9 }}\n"


def found(load_text: LoadText, text: str) -> set[tuple[str, str, str, float | None]]:
    return {(each.blank, each.one, each.other, each.value) for each in JudgedNumbers(load_text(text)).collisions()}


@pytest.mark.parametrize(
    ("start", "x", "y", "collision"),
    [
        # Start 3 at x·y: x gets 3·y. Started at 1 it would be y, own value 3·x, added 3 + y, plus rule 3, forward value x.
        (3, 5, 5, ("x->mul1", "any.start-ignored", "any.forward-value", 5)),
        (3, 4, 4, ("x->mul1", "mul.own-input", "", 12)),
        (3, 5, 12, ("x->mul1", "mul.own-input", "any.added", 15)),
        (3, 8, 5, ("x->mul1", "any.added", "any.forward-value", 8)),
        (3, 3, 5, ("x->mul1", "any.upstream-only", "any.forward-value", 3)),
        (3, 5, 3, ("x->mul1", "any.start-ignored", "any.upstream-only", 3)),
        (3, 15, 5, ("x->mul1", "any.forward-value", "", 15)),
    ],
)
def test_frequent_mistakes_with_one_value_are_found(
    load_text: LoadText, start: int, x: int, y: int, collision: tuple[str, str, str, float | None]
) -> None:
    assert collision in found(load_text, TIMES.format(start=start, x=x, y=y))


def test_what_all_numbers_have_in_common_is_no_collision(load_text: LoadText) -> None:
    # With start 1 the own value is the forward value, and the plus rule of a + is right.
    assert not found(load_text, TIMES.format(start=1, x=5, y=7))
    assert not found(load_text, "graph = 'z = x + y'\nstart = 3\n[inputs]\nx = 7\ny = 5\n")


def test_a_gradient_that_is_shared_out(load_text: LoadText) -> None:
    collision = ("x->add1", "add.split", "any.forward-value", 5)
    assert collision in found(load_text, "graph = 'z = x + y'\nstart = 10\n[inputs]\nx = 5\ny = 7\n")


def test_matrices_that_hide_a_mistake_are_found(load_text: LoadText) -> None:
    text = "graph = 'z = sum(X * Y)'\nstart = 3\n[inputs]\nX = [[{a}, 5]]\nY = [[4, 5]]\n"
    assert ("X->mul1", "mul.own-input", "", None) in found(load_text, text.format(a=4))
    assert not found(load_text, text.format(a=7))


def test_the_recommended_numbers_are_near_and_tell_everything_apart(load_text: LoadText) -> None:
    judged = JudgedNumbers(load_text(TIMES.format(start=3, x=4, y=4)))
    better = {name: format_value(value) for name, value in judged.better_numbers().items()}
    assert len(better) == 1
    changed = {"x": "4", "y": "4"} | better
    assert not found(load_text, TIMES.format(start=3, **changed))


def test_of_a_small_vector_entries_are_changed(tmp_path: Path) -> None:
    text = "graph = 'f = x[0]*x[1] + x[2]'\nstart = 3\n[inputs]\nx = [2, 5, 4]\n[vary]\nx = { from = 2, to = 9 }\n"
    assert {line.partition(". ")[2] for line in write(tmp_path, text)} == {"Use x = [2, 4, 5]."}


def test_recommended_numbers_meet_the_conditions(load_text: LoadText) -> None:
    text = TIMES.format(start=3, x=4, y=4).replace("[inputs]", "[[where]]\nthat = 'x = y'\n[inputs]")
    assert not JudgedNumbers(load_text(text)).better_numbers()


def write(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "times.toml").write_text("title = { en = 'T', ko = 'T' }\n" + text)
    return [f"{each.severity}: {each.message}" for each in check_packs([tmp_path / "times.toml"])]


def test_check_names_the_mistakes_their_value_and_a_remedy(tmp_path: Path) -> None:
    assert write(tmp_path, TIMES.format(start=3, x=8, y=5)) == [
        "note: With these numbers, “added instead of multiplied” and “forward value” at x->mul1 are both 8. Use x = 9."
    ]


def test_a_hidden_mistake_is_a_warning_with_a_remedy(tmp_path: Path) -> None:
    [line, *notes] = write(tmp_path, TIMES.format(start=3, x=4, y=4))
    assert line.startswith("warning: With these numbers, mistakes at x->mul1 give the right value: mul.own-input")
    assert " Use " in line
    assert not [note for note in notes if "right answer" in note]


def test_numbers_that_are_meant_get_no_note(tmp_path: Path) -> None:
    text = TIMES.format(start=3, x=8, y=5).split("[vary]")[0] + "[vary]\n"
    assert write(tmp_path, text) == []
