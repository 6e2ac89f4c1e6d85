"""Painting of a branch: one value that goes to several nodes, and the gradients that come back from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.tui.close_up.node import paint_asked, paint_backward, paint_forward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.practice.close_up.data import BranchPart
    from tutor.tui.close_up.brush import Brush

_MAX_NAME, _MAX_SIGN, _MARGIN = 10, 10, 6


def paint_branch(brush: Brush, top: int, rows: int) -> None:
    """Paint a branch in the rows from `top` on."""
    canvas, palette, data = brush.canvas, brush.palette, brush.data
    parts, step = _window(data.parts, rows)
    operand, render = data.operands[0], brush.glyphs.render
    name = truncate(render(operand.name), _MAX_NAME)
    signs = [truncate(render(part.symbol), _MAX_SIGN) for part in parts]
    lane = max(cell_len(brush.with_mark(operand.value)), cell_len(brush.asked_text()), 5) + _MARGIN
    ahead = max(max(cell_len(brush.with_mark(part.gradient)) for part in parts), 5) + _MARGIN + 4
    room = canvas.width - 2 - cell_len(name) - 3 - max(map(cell_len, signs))
    while lane + ahead > room and max(lane, ahead) > 7:
        if lane >= ahead:
            lane -= 1
        else:
            ahead -= 1
    height = step * len(parts) - (step - 2)
    y = top + max(0, (rows - height) // 2)
    x = 1 + max(0, (room - lane - ahead) // 2)
    middle = y + (height - 1) // 2
    if step == 2 and len(parts) > 2 and (middle - y) % 2:
        # On the row of a part, not on that of its gradient.
        middle -= 1
    canvas.put(x, middle, name, palette.ink("bright", bold=True))
    x += cell_len(name) + 1
    paint_forward(brush, x, middle, lane, operand.value)
    paint_asked(brush, x, middle + 1, lane)
    fork = x + lane
    # The line to the branch has no arrowhead.
    canvas.put(fork - 1, middle, "─", palette.ink("forward"))
    for index, (part, sign) in enumerate(zip(parts, signs, strict=True)):
        row = y + index * step
        canvas.put(fork + 1, row, f"{'─' * (ahead - 1)}▸", palette.ink("forward", fade=palette.fade))
        paint_backward(brush, fork + 1, row + 1, ahead, part.gradient, is_upstream=True)
        canvas.put(fork + 2 + ahead, row, sign, palette.ink("bright", bold=True))
    _paint_fork(brush, fork, y, middle, step, len(parts))
    if len(parts) < len(data.parts):
        more = render(f"+{len(data.parts) - len(parts)} …")
        canvas.put(fork + 2 + ahead, min(y + height, top + rows - 1), more, palette.ink("faint"))


def _window(parts: Sequence[BranchPart], rows: int) -> tuple[Sequence[BranchPart], int]:
    """Return the parts that fit, and the rows from one to the next."""
    if 3 * len(parts) - 1 <= rows:
        return parts, 3
    return parts[: max(1, rows // 2)], 2


def _paint_fork(brush: Brush, x: int, y: int, middle: int, step: int, count: int) -> None:
    """Paint the line from which the parts leave, with the branch on it."""
    style = brush.palette.ink("forward", fade=brush.palette.fade)
    rows = [y + index * step for index in range(count)]
    for row in range(min(*rows, middle), max(*rows, middle) + 1):
        corner = {rows[0]: "┌", rows[-1]: "└"}.get(row, "├" if row in rows else "│")
        brush.canvas.put(x, row, corner, style)
    brush.canvas.put(x, middle, "●", brush.palette.ink("forward", bold=True))
