"""The echo of an answer and the feedback on it give away neither another blank's value nor the right formula's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tutor.algebra.expr import Sym
from tutor.engine.builder import parse_graph
from tutor.grading.grader import grade
from tutor.grading.problem import Problem
from tutor.packs import library
from tutor.packs.exercise import Exercise
from tutor.packs.path_argument import open_path
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.pack import Pack

SYMBOLIC = Problem(parse_graph("z = x * y"), {"x": Sym("x"), "y": Sym("y")}, Sym("dL/dz"))


def open_worksheet(name: str) -> Worksheet:
    return Worksheet(library.find_exercise(name).variant(None))


def test_the_echo_keeps_the_value_of_an_open_blank_to_itself() -> None:
    worksheet = open_worksheet("chains/diamond")
    assert worksheet.preview("t->p", "dz/dp").text == "∂z/∂p"
    assert worksheet.preview("t->p", "dz/dp + 2").text == "∂z/∂p + 2"
    assert worksheet.preview("x->t", "2*up").text == "2·up"
    # ∂z/∂p is 9.
    assert worksheet.preview("t->p", "(4) + 5").text == "4 + 5"
    assert worksheet.preview("t->p", "4 + 7").text == "4 + 7 = 11"
    worksheet.answer("p->mul1", "9")
    assert worksheet.preview("t->p", "dz/dp").text == "∂z/∂p = 9"
    # ∂z/∂q is 15.
    assert worksheet.preview("t->p", "dz/dp + 6").text == "∂z/∂p + 6"
    assert worksheet.preview("t->p", "dz/dp + 2").text == "∂z/∂p + 2 = 11"


def test_the_echo_shows_the_value_of_the_blank_itself() -> None:
    worksheet = open_worksheet("chains/diamond")
    assert worksheet.preview("p->mul1", "3*3").text == "3·3 = 9"
    assert worksheet.preview("p->mul1", "9").text == ""


@pytest.mark.parametrize("pack", library.all_packs(installed=False), ids=lambda pack: pack.id)
def test_no_echo_gives_away_the_value_of_a_name(pack: Pack) -> None:
    for entry in pack.entries:
        worksheet = Worksheet(pack.open(entry.id).variant())
        visible = worksheet.visible_places()
        for blank in worksheet.blanks:
            for name in worksheet.problem.names_at(blank):
                place = worksheet.problem.place_named(blank, name)
                if place is not None and place not in visible and not worksheet.is_locked(blank.id):
                    echo = worksheet.preview(blank.id, f"{name} + {name}").text
                    assert not re.search("[=≈]", echo), (entry.id, blank.id, echo)


def test_in_an_exam_no_expression_has_a_value(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("mode = 'exam'\ngraph = 'p = x * y; z = p * w'\n[inputs]\nx = 3\ny = 4\nw = 5\n")
    exercise = open_path(tmp_path / "one.toml")
    assert isinstance(exercise, Exercise)
    worksheet = Worksheet(exercise.variant())
    echoes = [worksheet.preview("x", text).text for text in ("dz/dp", "up*4", "2 + 2", "17")]
    assert echoes == ["∂z/∂p", "up·4", "", ""]
    for blank in worksheet.blanks:
        worksheet.answer(blank.id, "1")
    assert worksheet.preview("x", "up*4").text == "up·4 = 20"


@pytest.mark.parametrize("throwaway", [("1",), ("1", "2", "3"), ("0", "100")])
def test_a_throwaway_number_does_not_earn_the_right_value(throwaway: tuple[str, ...]) -> None:
    blank = SYMBOLIC.place("x")
    for text in throwaway:
        assert "should give" not in str(grade(SYMBOLIC, blank, text, earlier=throwaway).message)
        assert "should give" not in str(grade(SYMBOLIC, blank, "dL/dz + y^7", earlier=throwaway).message)


@pytest.mark.parametrize(
    ("earlier", "text", "gives_value"),
    [
        ((), "dL/dz + y^7", False),
        (("dL/dz + y^8",), "dL/dz + y^7", True),
        (("y^7 + dL/dz", "dL/dz + y^7 + 0"), "dL/dz + y^7", False),
        (("dL/dz + y^8",), "17", False),
        (("[[dL/dz]] @ [[1, 2]]",), "dL/dz + y^7", False),
        (("no longer read ((",), "dL/dz + y^7", False),
    ],
)
def test_the_right_value_comes_with_the_second_real_attempt(
    earlier: tuple[str, ...], text: str, gives_value: bool
) -> None:
    verdict = grade(SYMBOLIC, SYMBOLIC.place("x"), text, earlier=earlier)
    assert verdict.is_wrong_attempt
    assert ("should give" in str(verdict.message)) is gives_value


def test_a_right_answer_without_symbols_is_never_given() -> None:
    problem = Problem(parse_graph("u = x + 3; z = u + y"), {"x": Sym("x"), "y": Sym("y")})
    verdict = grade(problem, problem.place("x->u"), "x^7", earlier=["y^5", "x^3", "x*y^2"])
    assert verdict.is_wrong_attempt
    assert "should give" not in str(verdict.message)


def test_the_worksheet_counts_the_real_attempts() -> None:
    worksheet = open_worksheet("basics/reciprocal-in-symbols")
    messages = [str(worksheet.answer("x->inv1", text).message) for text in ("1", "5", "x^5 + 7", "x^6 + 7")]
    assert ["should give" in text for text in messages] == [False, False, False, True]
