"""Nodes unfolded into their parts and folded again, by key and by mouse."""

from __future__ import annotations

import pytest

from tests.support.app_driver import open_app, screen_lines, screen_text, wait_until
from tutor.tui.widgets.graph import GraphView

SIGMA = "basics/sigmoid-folded"


async def test_a_node_unfolds_with_its_blanks_and_folds_again() -> None:
    async with open_app(SIGMA) as session:
        await session.wait_for_text("┃ sigma ┣", "^O unfold")
        await session.answer("1")
        await session.wait_for_text("✗ not yet")
        await session.pilot.press("ctrl+o")
        await session.wait_for_text("│ ×−1 ├", "│ exp ├", "^O fold", "The blanks inside are optional")
        assert session.state.focused_id == "s->inv1"
        await session.answer(session.right_answer_text())
        await session.wait_for_text("0 of 1", "on the edge q → +1", "✓ right")
        await session.pilot.press("shift+tab", "shift+tab")
        assert session.state.focused_id == "x->m"
        assert "1 ✗" in screen_text(session.pilot)
        await session.type("0.3")
        await session.pilot.press("ctrl+o")
        await session.wait_for_text("┃ sigma ┣", "0.3", "^O unfold")
        await session.pilot.press("ctrl+u")
        await session.answer(session.right_answer_text())
        await session.wait_for_text("1 of 1", "─ solved ─")
        await session.pilot.press("ctrl+o")
        await session.wait_for_text("│ exp ├", "0.375", "─ solved ─")


async def test_a_click_unfolds_a_node_and_a_click_on_a_part_folds_it() -> None:
    async with open_app(SIGMA) as session:
        graph = session.screen.query_one(GraphView)

        def spot(node: str) -> tuple[int, int]:
            assert graph.drawing is not None
            box = graph.drawing.boxes[node]
            return (graph.origin.x + box.x + box.width // 2, graph.origin.y + box.y + box.height // 2)

        await session.pilot.click(GraphView, offset=spot("inv1"))
        await wait_until(session.pilot, lambda: session.state.worksheet.unfolded, "open")
        await session.pilot.click(GraphView, offset=spot("x"))
        await session.pilot.click(GraphView, offset=spot("q"))
        await wait_until(session.pilot, lambda: not session.state.worksheet.unfolded, "folded")


@pytest.mark.parametrize("density", ["full", "compact"])
async def test_a_group_of_a_large_graph_unfolds_at_every_size(density: str) -> None:
    async with open_app("layers/batch-norm-folded", size=(60, 16)) as session:
        if session.drawing.density != density:
            await session.pilot.press("f7")
        await session.pilot.press("ctrl+o")
        await wait_until(session.pilot, lambda: session.state.worksheet.unfolded, "open")
        for size in ((80, 24), (120, 40), (60, 16)):
            await session.pilot.resize_terminal(*size)
            await session.pilot.press("tab")
            await session.pilot.pause()
            place = session.drawing.places[session.state.focused_id]
            graph = session.screen.query_one(GraphView)
            x, y = place.x + graph.origin.x - graph.scroll_offset.x, place.y + graph.origin.y - graph.scroll_offset.y
            assert 0 <= x < graph.size.width
            assert 0 <= y < graph.size.height
        await session.pilot.press("ctrl+o")
        await wait_until(session.pilot, lambda: not session.state.worksheet.unfolded, "folded")


async def test_a_node_without_parts_says_so() -> None:
    async with open_app("basics/plus") as session:
        await session.pilot.press("ctrl+o")
        await session.wait_for_text("This node has no smaller nodes inside.")
        assert not any("fold" in line for line in screen_lines(session.pilot))


async def test_the_replay_shows_the_unfolded_graph() -> None:
    async with open_app(SIGMA) as session:
        await session.pilot.press("ctrl+o", "f6")
        await session.wait_for_text("2 of 5", "solution", "│ exp ├")
