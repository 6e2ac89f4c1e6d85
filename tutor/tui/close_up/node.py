"""Painting of the node in focus: its frame and sign, and both lanes of its inputs and its output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, message
from tutor.tui.close_up.plot import plot_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.practice.close_up.data import Operand, Quantity
    from tutor.tui.close_up.brush import Brush

#: Large signs, three rows each.
BIG_SIGNS = {
    "+": ("  ▄  ", "▄▄█▄▄", "  █  "),
    "×": ("▀▄ ▄▀", "  █  ", "▄▀ ▀▄"),
    "−": ("     ", "▀▀▀▀▀", "     "),
    "÷": ("  ▄  ", "▄▄▄▄▄", "  ▄  "),
    "Σ": ("█▀▀▀▀", " ▀▄  ", "█▄▄▄▄"),
}
#: Cells around a value on a lane: a piece of the line on both sides, and the arrowhead.
_LANE_MARGIN = 6
_MIN_LANE, _USUAL_LANE = 7, 12
_MAX_NAME = 14
#: The frame with a curve in it, and the least one with a sign.
_CURVE_WIDTH, _BOX_WIDTH = 20, 11
_CURVE_ROWS = 6
#: A sign on a value that is not known.
_OPEN = "···"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns: the name, the lanes into the box, the box, and the lanes out of it."""

    left: int
    name: int
    lane: int
    box: int
    out: int

    @property
    def box_x(self) -> int:
        return self.left + self.name + 1 + self.lane

    @property
    def out_x(self) -> int:
        return self.box_x + self.box


def paint_node(brush: Brush, top: int, rows: int) -> None:
    """Paint a node with its operands in the rows from `top` on."""
    data = brush.data
    shown, step = _window(data.operands, rows)
    has_plot = data.curve is not None and rows >= _CURVE_ROWS and brush.canvas.width >= 50 and not brush.glyphs.ascii
    height = _height(len(shown), step, rows, has_plot, brush.glyphs.render(data.symbol))
    layout = _columns(brush, shown, has_plot)
    y = top + max(0, (rows - height) // 2)
    _paint_box(brush, layout, y, height, has_plot)
    for index, operand in enumerate(shown):
        _paint_operand(brush, layout, _operand_row(index, len(shown), step, y, height), operand)
    _paint_more(brush, layout, y, height, len(data.operands) - len(shown))
    if brush.data.kind == "start":
        _paint_end(brush, layout, y + max(0, height // 2 - 1), data.operands[0])
    else:
        _paint_output(brush, layout, y + max(0, height // 2 - 1), y + height)


def _window(operands: Sequence[Operand], rows: int) -> tuple[Sequence[Operand], int]:
    """Return the operands that fit, with the asked one among them, and the rows from one to the next."""
    count = max(1, len(operands))
    for step in (4, 3, 2):
        if step * count - (step - 2) + 2 <= rows and (step < 4 or count <= 2):
            return operands, step
    most = max(1, (rows - 2) // 2)
    asked = next((index for index, operand in enumerate(operands) if operand.is_asked), 0)
    first = min(max(0, asked - most // 2), max(0, count - most))
    return operands[first : first + most], 2


def _height(count: int, step: int, rows: int, has_plot: bool, sign: str) -> int:
    lanes = step * count - (step - 2) + 2
    least = 8 if has_plot else 7 if count == 1 and sign in BIG_SIGNS else 5
    # With room on every side, an odd height has the sign in the middle.
    return min(rows, max(lanes + (step == 4), least))


def _operand_row(index: int, count: int, step: int, y: int, height: int) -> int:
    lanes = step * count - (step - 2)
    first = y + 1 + max(0, (height - 2 - lanes) // 2)
    # The lanes of two inputs keep the same distance from the top and from the bottom.
    odd = (height - 2 - lanes) % 2 if count == 2 and index == 1 else 0
    return first + index * step + odd


def _columns(brush: Brush, shown: Sequence[Operand], has_plot: bool) -> _Layout:
    """Return the columns; where room is short, names are shortened first, then values."""
    render, width = brush.glyphs.render, brush.canvas.width - 2
    if brush.data.kind == "start":
        shown = ()
    name = min(_MAX_NAME, max((cell_len(render(operand.name)) for operand in shown), default=0))
    texts = [brush.with_mark(operand.value) for operand in shown]
    texts += [_gradient_text(brush, operand) for operand in shown]
    lane = max(_USUAL_LANE, max(map(cell_len, texts), default=0) + _LANE_MARGIN) if shown else 0
    sign = cell_len(render(brush.data.symbol)) + 4
    box = max(_CURVE_WIDTH if has_plot else _BOX_WIDTH, min(sign, 18))
    output = brush.data.output
    ends = [brush.with_mark(output.value), brush.with_mark(output.upstream), render(_source(brush))]
    out = max(_USUAL_LANE, *(cell_len(end) + _LANE_MARGIN for end in ends[:2]), cell_len(ends[2]) + 2)
    if brush.data.kind == "forward" or brush.data.kind == "start":
        out = max(out, cell_len(brush.asked_text()) + _LANE_MARGIN)
    excess = name + 1 + lane + box + out + (cell_len(render(output.name)) + 1 if not shown else 0) - width
    if excess > 0 and not has_plot:
        cut = min(excess, box - max(7, min(sign, 9)))
        box, excess = box - cut, excess - cut
    if excess > 0:
        cut = min(excess, max(0, name - 4))
        name, excess = name - cut, excess - cut
    while excess > 0 and max(lane, out) > _MIN_LANE:
        if lane >= out:
            lane -= 1
        else:
            out -= 1
        excess -= 1
    left = 1 + max(0, (width - name - 1 - lane - box - out) // 2)
    return _Layout(left, name, lane, box, out)


def _gradient_text(brush: Brush, operand: Operand) -> str:
    if operand.is_asked:
        return brush.asked_text()
    return brush.with_mark(operand.gradient) if operand.gradient.is_known else _OPEN


def _source(brush: Brush) -> str:
    output = brush.data.output
    if output.upstream.state == "none":
        return ""
    return str(message(N_("from {node}"), node=output.source))


def _paint_box(brush: Brush, layout: _Layout, y: int, height: int, has_plot: bool) -> None:
    canvas, palette = brush.canvas, brush.palette
    x, width = layout.box_x, layout.box
    frame, inside = palette.ink(brush.lane, bold=True), palette.ink("bright", on="raised", bold=True)
    canvas.put(x, y, f"┏{'━' * (width - 2)}┓", frame)
    canvas.put(x, y + height - 1, f"┗{'━' * (width - 2)}┛", frame)
    for row in range(y + 1, y + height - 1):
        canvas.put(x, row, "┃", frame)
        canvas.put(x + width - 1, row, "┃", frame)
    canvas.fill(x + 1, y + 1, width - 2, height - 2, palette.ink("bright", on="raised"))
    sign = brush.glyphs.render(brush.data.symbol)
    if has_plot and brush.data.curve is not None:
        canvas.put(x + 2, y + 1, truncate(sign, width - 4), inside)
        plot = plot_of(brush.data.curve, width - 4, height - 3)
        plot.paint(
            canvas, x + 2, y + 2, palette.ink("forward", on="raised"), palette.ink("backward", on="raised"), inside
        )
        return
    big = None if brush.glyphs.ascii else BIG_SIGNS.get(sign)
    if big is not None and height >= 7 and width >= 9:
        for index, line in enumerate(big):
            canvas.put(x + (width - 5) // 2, y + height // 2 - 1 + index, line, inside)
        return
    canvas.centre(x + 1, width - 2, y + (height - 1) // 2, [(truncate(sign, width - 2), inside)])


def _paint_operand(brush: Brush, layout: _Layout, y: int, operand: Operand) -> None:
    if brush.data.kind == "start":
        return
    canvas, palette = brush.canvas, brush.palette
    name = truncate(brush.glyphs.render(operand.name), layout.name)
    canvas.right(layout.left + layout.name, y, [(name, palette.ink("bright", bold=True))])
    x = layout.left + layout.name + 1
    paint_forward(brush, x, y, layout.lane, operand.value, name)
    for row in (y, y + 1):
        brush.mark_place(layout.left, row, layout.box_x - layout.left, operand.gradient.place)
    if operand.is_asked:
        paint_asked(brush, x, y + 1, layout.lane)
    elif operand.is_data:
        says = brush.glyphs.render(str(message(N_("data"))))
        canvas.centre(x, layout.lane, y + 1, [(truncate(says, layout.lane), palette.ink("faint", italic=True))])
    elif operand.gradient.state != "none":
        paint_backward(brush, x, y + 1, layout.lane, operand.gradient)


def _paint_more(brush: Brush, layout: _Layout, y: int, height: int, count: int) -> None:
    """Say how many operands there was no room for."""
    if count > 0:
        text = brush.glyphs.render(f"+{count} …")
        brush.canvas.right(layout.box_x - 1, y + height - 1, [(text, brush.palette.ink("faint"))])


def _paint_output(brush: Brush, layout: _Layout, y: int, end: int) -> None:
    output, x = brush.data.output, layout.out_x
    if brush.data.kind == "forward":
        hue = brush.asked_hue
        brush.canvas.put(x, y, f"{'─' * (layout.out - 1)}▸", brush.palette.ink("forward", bold=True))
        text = truncate(brush.asked_text(), layout.out - 4)
        brush.canvas.chip(x + (layout.out - cell_len(text) - 2) // 2, y, text, hue)
        return
    paint_forward(brush, x, y, layout.out, output.value)
    if output.upstream.state == "none":
        return
    paint_backward(brush, x, y + 1, layout.out, output.upstream, is_upstream=True)
    source = truncate(brush.glyphs.render(_source(brush)), max(layout.out, brush.canvas.width - x - 1))
    if y + 2 < end:
        style = brush.palette.ink("muted", italic=True)
        brush.canvas.centre(x, max(layout.out, cell_len(source)), y + 2, [(source, style)])


def _paint_end(brush: Brush, layout: _Layout, y: int, operand: Operand) -> None:
    """Paint the end of the graph, where the backward pass starts."""
    paint_forward(brush, layout.out_x, y, layout.out, brush.data.output.value)
    paint_asked(brush, layout.out_x, y + 1, layout.out)
    name = brush.glyphs.render(brush.data.output.name)
    brush.canvas.put(layout.out_x + layout.out + 1, y, name, brush.palette.ink("bright", bold=True))


# --- lanes -------------------------------------------------------------------------------------------------


def paint_forward(brush: Brush, x: int, y: int, width: int, value: Quantity, name: str = "") -> None:
    """Paint a forward value on its lane, which points right. A symbol that is the `name` beside it is not repeated."""
    palette = brush.palette
    brush.canvas.put(x, y, f"{'─' * (width - 1)}▸", palette.ink("forward"))
    text = truncate(brush.glyphs.render(value.brief), width - 4)
    if text == name:
        return
    style = palette.ink("forward" if value.is_known else "muted", bold=True)
    brush.canvas.centre(x, width, y, [(f" {text} ", style)])


def paint_backward(brush: Brush, x: int, y: int, width: int, gradient: Quantity, *, is_upstream: bool = False) -> None:
    """Paint a gradient on its lane, which points left; the upstream is underlined where there are no colours."""
    palette = brush.palette
    brush.canvas.put(
        x, y, f"◂{'╌' * (width - 1)}", palette.ink("backward", fade=0 if gradient.is_known else palette.fade)
    )
    text = brush.with_mark(gradient) if gradient.is_known else "?" if is_upstream else _OPEN
    brush.mark_place(x, y, width, gradient.place)
    hue = brush.hue(gradient, "backward") if gradient.is_known else "muted"
    is_underlined = is_upstream and gradient.is_known and palette.colours == "none"
    style, around = palette.ink(hue, bold=gradient.is_known, underline=is_underlined), palette.ink(hue)
    text = truncate(text, width - 4)
    brush.canvas.runs(x + (width - cell_len(text) - 2) // 2, y, [(" ", around), (text, style), (" ", around)])


def paint_asked(brush: Brush, x: int, y: int, width: int) -> None:
    """Paint the asked gradient on its lane, as a chip."""
    brush.canvas.put(x, y, f"◂{'╌' * (width - 1)}", brush.palette.ink(brush.asked_hue, bold=True))
    text = truncate(brush.asked_text(), width - 3)
    brush.canvas.chip(x + max(1, (width - cell_len(text) - 2) // 2), y, text, brush.asked_hue)
