"""Replays and rule cards, at every place of every exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor import i18n
from tutor.algebra.expr import Sym, number
from tutor.engine.operations import OPERATIONS
from tutor.glyphs import ASCII
from tutor.grading.replay import Replay
from tutor.grading.rule_cards import all_cards, card_at, card_for
from tutor.packs import library
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice.replay_choice import choose_replay
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.grading.problem import Problem


def problem(text: str, **inputs: int) -> Problem:
    return exercise_from_formula(text, {name: number(value) for name, value in inputs.items()}).variant().problem


def step_text(replay: Replay, place: str) -> str:
    replay.go_to(place)
    return " ".join(replay.current_step.paragraphs())


def test_a_step_gives_the_rule_and_the_value() -> None:
    replay = Replay(problem("z = (a + b) * c", a=1, b=2, c=5))
    assert step_text(replay, "c->mul1").endswith("∂y/∂q = p. upstream × local derivative = 1 × 3 = 3")
    assert step_text(replay, "a->add1").endswith("upstream × local derivative = 5 × 1 = 5")


def test_at_a_branch_the_parts_are_added() -> None:
    replay = Replay(problem("z = x * (x + 3)", x=2))
    assert step_text(replay, "x").endswith("5 + 2 = 7") or step_text(replay, "x").endswith("2 + 5 = 7")
    assert set(replay.current_step.depends_on) == {"x->mul1", "x->add1"}


def test_moving_stops_at_the_ends() -> None:
    replay = Replay(problem("z = a * b", a=1, b=2))
    assert not replay.move(-1)
    assert replay.move(1)
    assert replay.visible_places == {"start", "a->mul1"}
    assert replay.move(99)
    assert not replay.move(1)
    assert len(replay.visible_places) == 3
    assert not replay.go_to("nowhere")
    assert replay.go_to("start")
    assert replay.index == 0


def test_symbols_stay_letters() -> None:
    solved_problem = exercise_from_formula("z = a * b", {"a": Sym("a"), "b": number(2)}).variant().problem
    assert step_text(Replay(solved_problem), "b->mul1").endswith("1 × a = a")


def test_every_place_of_every_exercise_has_a_readable_step() -> None:
    count = 0
    for pack in library.all_packs(installed=False):
        for entry in pack.entries:
            solved_problem = pack.open(entry.id).variant().problem
            for step in Replay(solved_problem).steps:
                for language in i18n.LANGUAGES:
                    i18n.set_language(language)
                    lines = step.paragraphs()
                    assert lines, (entry.id, step.place.id)
                    assert not any("= ?" in line or "{" in line for line in lines), (entry.id, step.place.id)
                    assert str(step.description)
                    assert "{" not in "".join(card_at(solved_problem, step.place, ()).render_lines())
                count += 1
    assert count > 100


def test_a_replay_before_the_solution_uses_other_numbers() -> None:
    for name in ("basics/two-roads", "matrices/sigma-xw", "basics/sigmoid-in-symbols"):
        worksheet = Worksheet(library.find_exercise(name).variant())
        replay, note = choose_replay(worksheet)
        assert note is not None
        assert "different numbers" in str(note)
        assert any(str(value) != str(worksheet.problem.inputs[name]) for name, value in replay.problem.inputs.items())
        assert [step.place.id for step in replay.steps] == [place.id for place in worksheet.problem.places]


def test_a_replay_of_an_own_formula_uses_other_numbers() -> None:
    worksheet = Worksheet(exercise_from_formula("z = a * b", {"a": number(3), "b": number(-4)}).variant())
    replay, _note = choose_replay(worksheet)
    assert {str(value) for value in replay.problem.inputs.values()} != {"3", "-4"}
    for name, answer in (("a", "-4"), ("b", "3")):
        worksheet.answer(name, answer)
    assert worksheet.done
    replay, note = choose_replay(worksheet)
    assert note is None
    assert replay.problem is worksheet.problem


# --- rule cards ---


def test_every_operation_has_a_name_and_a_reason() -> None:
    for operation in OPERATIONS.values():
        assert operation.title
        assert operation.why
        assert not [name for name, _feedback in card_for(operation).mistakes if ":" in name]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_card_has_three_reasons_and_filled_templates(language: str) -> None:
    i18n.set_language(language)
    for card in all_cards():
        assert len(card.why_sentences) in (3, 4), card.title
        assert card.mistakes or not card.rules, card.title
        assert "{" not in "\n".join(card.render_lines()), card.title


def test_a_card_shows_only_what_is_known() -> None:
    solved_problem = problem("z = a * b", a=3, b=4)
    closed = card_at(solved_problem, solved_problem.place("a"), {"start"}).render_lines(ASCII)
    assert "   ,---." in closed[4]
    assert "    ? <-- " in closed[6]
    assert closed[7].endswith("<-- 1")
    opened = card_at(solved_problem, solved_problem.place("a"), {"start", "a->mul1"}).render_lines(ASCII)
    assert "    4 <-- " in opened[6]
