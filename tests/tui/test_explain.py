"""Explanations, rule cards and the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import ExerciseSession, exercise_from, open_app, screen_text, wait_until
from tutor import i18n
from tutor.algebra.printing import format_value
from tutor.tui import replay_player
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.glossary import GlossaryScreen
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.themes import DARK_PALETTE
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.replay import Scrubber

if TYPE_CHECKING:
    from tutor.practice.worksheet import Worksheet

TWO_ROADS = "basics/two-roads"


async def open_explanation(session: ExerciseSession) -> ExplainScreen:
    await session.pilot.press("f6")
    await wait_until(session.pilot, lambda: isinstance(session.app.screen, ExplainScreen), "explain is open")
    screen = session.app.screen
    assert isinstance(screen, ExplainScreen)
    return screen


async def test_the_replay_goes_both_ways_with_rule_and_numbers() -> None:
    async with open_app(TWO_ROADS) as session:
        await session.solve()
        await session.wait_for_text("─ solved ─")
        screen = await open_explanation(session)
        await session.wait_for_text("1 of 6", "The calculation continues after")
        await session.pilot.press("right", "right")
        await session.wait_for_text("3 of 6", "× multiplies the upstream by the other input.", "∂y/∂q = p")
        truth = screen.replay.problem.truth(screen.replay.current_step.place)
        assert truth == session.state.worksheet.problem.truth(screen.replay.current_step.place)
        await session.pilot.press("end")
        await session.wait_for_text("6 of 6", "This is the last step")
        await session.pilot.press("left", "left")
        await session.wait_for_text("4 of 6")
        await session.pilot.press("home", "left")
        await session.wait_for_text("1 of 6")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, ExerciseScreen), "back again")


async def test_the_replay_of_an_unsolved_exercise_uses_other_numbers_and_starts_at_the_focus() -> None:
    async with open_app(TWO_ROADS) as session:
        await session.pilot.press("tab")
        at = session.state.focused_id
        screen = await open_explanation(session)
        await session.wait_for_text("Shown with different numbers.")
        assert screen.replay.current_step.place.id == at
        own, other = session.state.worksheet.problem, screen.replay.problem
        assert dict(own.inputs) != dict(other.inputs)
        assert not session.state.worksheet.entries


async def test_the_graph_fills_during_the_replay_and_a_click_selects_a_step() -> None:
    async with open_app(TWO_ROADS) as session:
        screen = await open_explanation(session)
        assert set(screen._graph_contents()) == screen.replay.visible_places
        await session.pilot.press("right")
        assert len(screen._graph_contents()) == screen.replay.index + 1
        await session.pilot.press("f7", "f7")
        await session.wait_for_text("of 6")


async def test_without_other_numbers_only_what_is_solved_is_replayed() -> None:
    async with open_app(exercise_from("z = a * 0", a=0)) as session:
        screen = await open_explanation(session)
        await session.wait_for_text("you see only the blanks you have solved")
        assert [step.place.id for step in screen.replay.steps] == ["start"]


async def test_a_question_without_a_graph_has_nothing_to_replay() -> None:
    async with open_app("basics/where-it-starts") as session:
        await session.pilot.press("f6")
        await session.wait_for_text("This exercise has no graph to replay.")
        await session.pilot.press("f4")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, GlossaryScreen), "all rules")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_every_size_shows_the_numbers_of_a_step(size: tuple[int, int]) -> None:
    async with open_app("matrices/sigma-xw", size=size) as session:
        await open_explanation(session)
        await session.pilot.press("right")
        await session.wait_for_text("3 of 5", "In the first cell, upstream × local derivative = 1 ×")


# --- rule cards ---


async def test_the_card_of_the_focused_node_gives_no_value_away() -> None:
    async with open_app(TWO_ROADS) as session:
        await session.pilot.press("f4")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, RuleCardScreen), "the card is open")
        await session.wait_for_text("× multiplication", "x = 3 ──▸", "? ◂──", "Why:", "there is one more q")
        await session.pilot.press("down", "down")
        await session.wait_for_text("Common mistakes:", "own value used")
        await session.pilot.press("f4")
        await session.answer(session.right_answer_text())
        await session.pilot.press("shift+tab", "f4")
        await session.wait_for_text("14 ◂──")


async def test_the_glossary_opens_from_a_card_and_opens_cards() -> None:
    async with open_app(TWO_ROADS) as session:
        await session.pilot.press("f4", "tab")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, GlossaryScreen), "all rules")
        await session.wait_for_text("Rules and terms", "× multiplication")
        await session.pilot.press("home", "enter")
        await session.wait_for_text("rule card", "start")
        await session.pilot.press("escape", "end")
        await session.wait_for_text("(꺾이는 점)")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, ExerciseScreen), "back again")


async def test_cards_and_explanations_in_korean() -> None:
    i18n.set_language("ko")
    async with open_app(TWO_ROADS) as session:
        await open_explanation(session)
        await session.wait_for_text("다른 숫자")
        await session.pilot.press("escape", "f4")
        await session.wait_for_text("곱셈", "이유:")
        await session.pilot.press("tab")
        await session.wait_for_text("규칙과 용어")


async def test_cards_and_replays_in_ascii() -> None:
    async with open_app(TWO_ROADS, ascii=True) as session:
        await open_explanation(session)
        await session.pilot.press("end")
        await session.wait_for_text("6 of 6")
        assert not {character for character in screen_text(session.pilot) if not character.isascii()}
        await session.pilot.press("escape", "f4")
        await session.wait_for_text(",---.", "--> z = 21")
        assert not {character for character in screen_text(session.pilot) if not character.isascii()}
        await session.pilot.press("tab", "end")
        await session.wait_for_text("kink")
        assert not {character for character in screen_text(session.pilot) if not character.isascii()}


async def test_an_explanation_does_not_count_as_help() -> None:
    async with open_app(TWO_ROADS) as session:
        await open_explanation(session)
        await session.pilot.press("right", "escape", "f4", "escape")
        worksheet: Worksheet = session.state.worksheet
        assert all(worksheet.entry(blank.id).hints == 0 for blank in worksheet.blanks)


# --- the replay in motion ---


def graph_rows(session: ExerciseSession) -> str:
    view = session.app.screen.query_one(GraphView)
    return "\n".join(view.render_line(row).text for row in range(view.size.height))


@pytest.mark.animated
async def test_a_step_runs_along_its_edges_and_lands(monkeypatch: pytest.MonkeyPatch) -> None:
    # A step stays on its way until the test has seen it, however slow the machine is.
    monkeypatch.setattr(replay_player, "_MOVING_FRAMES", 300)
    async with open_app(TWO_ROADS, size=(120, 40)) as session:
        screen = await open_explanation(session)
        await session.pilot.press("home", "right")
        await wait_until(session.pilot, lambda: "◂━━" in graph_rows(session), "the upstream is on its way")
        value = format_value(screen.replay.problem.truth(screen.replay.current_step.place))
        assert f"◂ {value} " not in graph_rows(session)
        await session.wait_for_text("?")
        monkeypatch.setattr(replay_player, "_MOVING_FRAMES", 16)
        await wait_until(session.pilot, lambda: f"◂ {value} ╌" in graph_rows(session), "the result has landed")
        assert "◂━━" not in graph_rows(session)
        await session.wait_for_text(f" {value} ", "local derivative")


@pytest.mark.animated
async def test_space_plays_to_the_end_and_pauses() -> None:
    async with open_app(TWO_ROADS) as session:
        screen = await open_explanation(session)
        await session.pilot.press("home", "4", "space")
        await session.wait_for_text("playing, speed 4")
        await wait_until(session.pilot, lambda: screen.replay.index >= 2, "it plays")
        await session.pilot.press("space")
        await wait_until(session.pilot, lambda: "playing" not in screen_text(session.pilot), "it pauses")
        at = screen.replay.index
        await session.pilot.press("space")
        await wait_until(session.pilot, lambda: screen.replay.index > at, "it goes on")
        await session.pilot.press("end")
        await session.wait_for_text("6 of 6", "This is the last step")
        assert not screen.player.is_running


async def test_without_animations_a_step_is_there_at_once_and_playing_goes_step_by_step() -> None:
    async with open_app(TWO_ROADS) as session:
        screen = await open_explanation(session)
        await session.pilot.press("home", "4", "space")
        while screen.replay.index < 2:
            assert "◂━" not in graph_rows(session)
            assert screen.player.progress == 1
            await session.pilot.pause(0.01)


async def test_the_first_cell_of_a_matrix_is_marked_with_what_makes_it() -> None:
    async with open_app("matrices/sigma-xw", size=(120, 40)) as session:
        screen = await open_explanation(session)
        await session.pilot.press("end")
        await session.wait_for_text("The first cell:")
        graph = screen.query_one(GraphView)
        chips = [
            part.text.split()
            for row in range(graph.size.height)
            for part in graph.render_line(row)
            if part.style
            and part.style.bgcolor
            and part.style.bgcolor.name in (DARK_PALETTE.forward, DARK_PALETTE.backward)
        ]
        shown = [text for texts in chips for text in texts]
        # A column of X, the same column of the upstream, and the cell that their products add up to.
        assert len(shown) == 7
        assert all(text in screen_text(session.pilot) for text in shown)


async def test_a_stop_of_the_line_is_clicked_and_dragged_to() -> None:
    async with open_app(TWO_ROADS, size=(120, 40)) as session:
        screen = await open_explanation(session)
        scrubber = screen.query_one(Scrubber)
        stops = [x for x, cell in enumerate(scrubber.render_line(2).text) if cell in "●○"]
        assert len(stops) == 6
        await session.pilot.click(Scrubber, offset=(stops[4], 2))
        await session.wait_for_text("5 of 6", "Σ x")
        await session.pilot.mouse_down(Scrubber, offset=(stops[4], 2))
        await session.pilot.hover(Scrubber, offset=(stops[1] + 1, 2))
        await session.pilot.mouse_up(Scrubber, offset=(stops[1] + 1, 2))
        await session.wait_for_text("2 of 6")


async def test_a_long_replay_has_a_line_in_every_window() -> None:
    chain = "; ".join(f"t{i + 1} = sigmoid(t{i})" for i in range(70))
    async with open_app(exercise_from(f"{chain}; z = 2 * t70", t0=1), size=(60, 16)) as session:
        screen = await open_explanation(session)
        await session.pilot.press("end")
        await session.wait_for_text("72 of 72")
        text = screen.query_one(Scrubber).render_line(1).text.strip()
        assert text.startswith("━")
        assert text.endswith("●")
