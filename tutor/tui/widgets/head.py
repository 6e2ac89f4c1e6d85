"""The head of a screen: where the learner is, and a line with a segment for each blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from rich.cells import cell_len
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.tui.canvas import Run, line_bar, runs_width
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas

#: The state of a segment. The focused blank is `forward` or `backward` if it is open.
SegmentState: TypeAlias = Literal["right", "wrong", "help", "forward", "backward", "noted", "open"]

#: A segment needs this many cells, of which one is the gap.
_MIN_SEGMENT = 3
#: Facts are shown from this width on, because titles come first.
_WIDTH_FOR_FACTS = 96


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of the line, and the place it stands for."""

    state: SegmentState = "open"
    place: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class HeadContent:
    """The content of a head.

    `trail` are the names on the way to the `title`; `aside` follows it, such as a formula. At the right are `facts`, such
    as the minutes, and a `count` whose first part is emphasised. `done` of `whole` fill the line if there are no segments
    or too many.
    """

    title: str
    trail: Sequence[str] = ()
    aside: str = ""
    facts: Sequence[str] = ()
    count: tuple[str, str] = ("", "")
    done: int = 0
    whole: int = 0
    segments: Sequence[Segment] = ()
    #: The hue of the filled part of a line without segments.
    hue: str = "right"
    #: How many names at the end of the trail come before the aside if there is little room.
    num_firm: int = 0


class Head(CanvasWidget):
    """Shows a `HeadContent` in two rows. A click on a segment sends its place."""

    DEFAULT_CSS: ClassVar[str] = "Head { height: 2; }"

    class SegmentSelected(Message):
        """A segment was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, glyphs: Glyphs, id: str | None = None, content: HeadContent | None = None) -> None:
        super().__init__(glyphs, id)
        self._content = content or HeadContent("")
        #: Each segment with the cell where it begins and the cell after it.
        self._spans: list[tuple[int, int, str]] = []

    @property
    def content(self) -> HeadContent:
        return self._content

    def show(self, content: HeadContent) -> None:
        """Show another content."""
        if content != self._content:
            self._content = content
            self.repaint()

    def paint(self, canvas: Canvas) -> None:
        self._paint_names(canvas)
        self._paint_line(canvas, 1)

    # --- the first row ---

    def _paint_names(self, canvas: Canvas) -> None:
        palette, content = self.palette, self._content
        canvas.fill(0, 0, canvas.width, 1, palette.ink(on="surface"))
        tail = self._tail()
        end = canvas.right(canvas.width - 1, 0, tail) - 2 if tail else canvas.width - 1
        x = canvas.runs(
            1,
            0,
            [
                (self.glyphs.render("∂"), palette.ink("backward", on="surface", bold=True)),
                (" ", palette.ink(on="surface")),
            ],
        )
        names = self._names(end - x)
        x = canvas.runs(x, 0, names, limit=end)
        aside = self.glyphs.render(content.aside)
        if aside and end - x - 3 >= min(cell_len(aside), 12):
            canvas.put(x + 3, 0, truncate(aside, end - x - 3, self.glyphs.ellipsis), palette.ink("text", on="surface"))

    def _names(self, room: int) -> list[Run]:
        """Return the way here and the title; the first names of the way are left out if there is no room for them."""
        palette, content = self.palette, self._content
        title = self.glyphs.render(content.title)
        aside = cell_len(self.glyphs.render(content.aside))
        trail = [self.glyphs.render(name) for name in content.trail]
        # The formula says more than the name of the pack, but less than where in a review or in the stages this is.
        wanted = aside + 3 if aside and aside <= room // 2 else 0
        while trail:
            needed = cell_len(title) + sum(cell_len(name) + 3 for name in trail)
            if needed + (wanted if len(trail) > content.num_firm else 0) <= room:
                break
            trail.pop(0)
        runs: list[Run] = []
        for name in trail:
            runs += [
                (f"{name} ", palette.ink("muted", on="surface")),
                (f"{self.glyphs.prompt} ", palette.ink("faint", on="surface")),
            ]
        title = truncate(title, max(room - runs_width(runs), 1), self.glyphs.ellipsis)
        return [*runs, (title, palette.ink("bright", on="surface", bold=True))]

    def _tail(self) -> list[Run]:
        palette, content = self.palette, self._content
        runs: list[Run] = []
        if self.size.width >= _WIDTH_FOR_FACTS:
            runs += [(f"{self.glyphs.render(fact)}   ", palette.ink("faint", on="surface")) for fact in content.facts]
        strong, rest = content.count
        runs += [(self.glyphs.render(strong), palette.ink("bright", on="surface", bold=True))] if strong else []
        runs += [(self.glyphs.render(rest), palette.ink("muted", on="surface"))] if rest else []
        return runs

    # --- the line ---

    def _paint_line(self, canvas: Canvas, y: int) -> None:
        palette, content = self.palette, self._content
        self._spans = []
        segments = content.segments
        if not segments or len(segments) * _MIN_SEGMENT > canvas.width:
            bar = line_bar(content.done, content.whole, canvas.width, palette.ink(content.hue), palette.ink("line"))
            canvas.runs(0, y, bar)
            return
        count = len(segments)
        for number, segment in enumerate(segments):
            begin, end = round(number * canvas.width / count), round((number + 1) * canvas.width / count)
            self._spans.append((begin, end, segment.place))
            gap = 1 if number < count - 1 else 0
            self._paint_segment(canvas, begin, y, end - begin - gap, segment)

    def _paint_segment(self, canvas: Canvas, x: int, y: int, width: int, segment: Segment) -> None:
        """Paint a segment: thin if it is open. Without colours a sign says what it is, and that it is focused."""
        palette, state = self.palette, segment.state
        colours = {"open": "line", "noted": "muted"}
        style = palette.ink(colours.get(state, state), bold=segment.is_current)
        canvas.put(x, y, ("─" if state == "open" else "━") * width, style)
        if self.glyphs.ascii or palette.colours == "none":
            signs = {"right": self.glyphs.correct, "wrong": self.glyphs.incorrect, "help": self.glyphs.near}
            sign = (self.glyphs.started if segment.is_current else "") + signs.get(state, "")
            canvas.put(x + (width - len(sign)) // 2, y, sign, style)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y != 1:
            return
        for begin, end, place in self._spans:
            if begin <= offset.x < end and place:
                self.post_message(self.SegmentSelected(place))
