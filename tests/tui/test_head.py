"""The head of a screen: its names, and the line with a segment for each blank."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult

from tutor.glyphs import ASCII, UNICODE, Glyphs
from tutor.tui.canvas import Canvas
from tutor.tui.flow import cut_line, flow, marked
from tutor.tui.themes import DARK_PALETTE
from tutor.tui.widgets.head import Head, HeadContent, Segment


class HeadApp(App[None]):
    """An app with nothing but a head."""

    def __init__(self, content: HeadContent, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.content = content
        self.glyphs = glyphs
        self.clicked: list[str] = []

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs)

    def on_mount(self) -> None:
        self.query_one(Head).show(self.content)

    def on_head_segment_selected(self, event: Head.SegmentSelected) -> None:
        self.clicked.append(event.place)

    def rows(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()][:2]


CONTENT = HeadContent(
    "Two roads from x",
    ("First steps back",),
    "z = x·(x + y)",
    ("5 min",),
    ("2", " of 5"),
    2,
    5,
    [
        Segment("right", "a"),
        Segment("wrong", "b", is_current=True),
        Segment("help", "c"),
        Segment("open", "d"),
        Segment(),
    ],
)


@pytest.mark.parametrize(
    ("width", "shown", "hidden"),
    [
        (120, ("First steps back › Two roads from x", "z = x·(x + y)", "5 min   2 of 5"), ()),
        (80, ("First steps back › Two roads from x", "z = x·(x + y)", "2 of 5"), ("5 min",)),
        (60, ("∂ Two roads from x   z = x·(x + y)", "2 of 5"), ("First steps",)),
    ],
)
async def test_a_narrow_head_leaves_out_the_pack_before_the_formula(
    width: int, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    app = HeadApp(CONTENT)
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.pause()
        names, line = app.rows()
        assert all(text in names for text in shown), names
        assert not any(text in names for text in hidden), names
        assert cell_len(names) == cell_len(line) == width
        assert line.count(" ") == 4


async def test_a_click_on_a_segment_selects_its_blank() -> None:
    app = HeadApp(CONTENT)
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        for x in (3, 20, 50, 78):
            await pilot.click(Head, offset=(x, 1))
        await pilot.click(Head, offset=(3, 0))
        assert app.clicked == ["a", "b", "d"]


async def test_many_blanks_are_a_plain_bar_and_signs_replace_colours() -> None:
    many = HeadContent(
        "Long", count=("10", " of 40"), done=10, whole=40, segments=[Segment("right", f"{n}") for n in range(40)]
    )
    app = HeadApp(many)
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert app.rows()[1] == "━" * 20 + "─" * 60
        await pilot.click(Head, offset=(3, 1))
        assert app.clicked == []
    app = HeadApp(CONTENT, ASCII)
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        line = app.rows()[1]
        assert line.isascii()
        assert [sign for sign in line if sign not in "=- "] == ["v", ">", "X", "~"]


def test_styled_words_wrap_between_words_and_never_inside_a_wide_character() -> None:
    plain, strong = DARK_PALETTE.ink("text"), DARK_PALETTE.ink("bright", bold=True)
    runs = marked(UNICODE, "The *other* line, `up * W.T`.\n\n가나다라마바사 end", plain, strong)
    assert (("other"), strong) in runs
    lines = ["".join(text for text, _style in line) for line in flow(runs, 9)]
    assert lines == ["The other", "line, up", "* W.T.", "", "가나다라", "마바사", "end"]
    canvas = Canvas(9, 1, DARK_PALETTE)
    canvas.runs(0, 0, cut_line(flow(runs, 40)[0], 9))
    assert canvas.text() == ["The othe…"]


def test_code_in_a_text_keeps_its_indentation() -> None:
    runs = marked(UNICODE, "A layer:\n\n`class Sigmoid:`\n`    def forward(self, x):`", Style(), Style())
    lines = ["".join(text for text, _style in line) for line in flow(runs, 40)]
    assert lines == ["A layer:", "", "class Sigmoid:", "    def forward(self, x):"]
