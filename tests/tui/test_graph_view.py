"""The graph on a screen: the wheel, the pulse after solving, and what is sent when the focus moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import MouseScrollUp

from tests.support.app_driver import exercise_from, open_app, wait_until
from tutor.tui.widgets.graph import GraphView

if TYPE_CHECKING:
    from textual.geometry import Region


@pytest.mark.animated
async def test_a_solved_graph_sends_a_pulse_back_once() -> None:
    async with open_app("basics/times", size=(120, 40)) as session:
        graph = session.screen.query_one(GraphView)
        await session.solve()
        await wait_until(session.pilot, lambda: graph.look.pulse is not None, "the pulse starts")
        await wait_until(session.pilot, lambda: graph.look.pulse is None, "the pulse is over")
        graph._step_pulse()
        assert graph.look.pulse is None, "a late tick of the timer starts no other pulse"
        assert graph.look.lanes_shine


async def test_nothing_moves_without_animations() -> None:
    async with open_app("basics/times") as session:
        graph = session.screen.query_one(GraphView)
        await session.solve()
        graph.pulse()
        assert graph.look.pulse is None


async def test_the_wheel_scrolls_a_graph_that_is_only_too_wide() -> None:
    chain = "; ".join(f"t{i + 1} = sigmoid(t{i})" for i in range(9))
    async with open_app(exercise_from(f"{chain}; z = 2 * t9", t0=1)) as session:
        graph = session.screen.query_one(GraphView)
        await session.pilot.press("f7")
        await wait_until(session.pilot, lambda: graph.max_scroll_x > 0, "it is too wide")
        assert graph.max_scroll_y == 0
        before = graph.scroll_offset.x
        await session.pilot._post_mouse_events([MouseScrollUp], graph, offset=(5, 2))
        await wait_until(session.pilot, lambda: graph.scroll_offset.x < before, "scrolled to the left")


async def test_only_what_differs_is_painted_when_the_focus_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_app("sequences/lstm-cell", size=(120, 40)) as session:
        graph = session.screen.query_one(GraphView)
        sent: list[int] = []
        refresh = graph.refresh

        def count(*regions: Region) -> None:
            sent.append(sum(region.area for region in regions))
            refresh(*regions)

        monkeypatch.setattr(graph, "refresh", count)
        await session.pilot.press("tab")
        assert sent
        assert all(0 < cells < graph.size.area / 4 for cells in sent)


async def test_sixteen_colours_stand_on_the_terminals_own_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLORTERM", "")
    async with open_app("basics/two-roads") as session:
        session.app.preferences.set_theme("light", announce=False)
        await session.answer("14")
        await session.wait_for_text("✓ right")
        styles = [
            part.style for strip in session.app.screen._compositor.render_strips() for part in strip if part.style
        ]
        colours = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
        assert colours
        assert all(colour.triplet is None for colour in colours)
