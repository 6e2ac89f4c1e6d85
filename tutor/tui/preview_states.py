"""Previews of the two ends of the way: the first start, and when every exercise is solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, _, message
from tutor.tui.canvas import runs_width
from tutor.tui.flow import PROSE_WIDTH, flow
from tutor.tui.preview_painting import (
    LEFT,
    RIGHT,
    STRIP_ROWS,
    paint_picture,
    paint_strip_title,
    put_due_rules,
    put_keys,
    put_lines,
    text_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas, Run
    from tutor.tui.flow import Line
    from tutor.tui.preview_painting import Picture, RuleStanding
    from tutor.tui.themes import Palette

#: How far a solved exercise's square is from the colour of one that was right at the first try.
_SOLVED_FADE = 0.5
#: The cells that a pack's title has at most beside its squares.
_MAX_TITLE = 30
#: Stars around the sentence: column in hundredths, row, sign, hue, how faint.
_STARS = (
    (4, 0, "✦", "help", 0.0),
    (30, 0, "⋆", "backward", 0.2),
    (62, 0, "·", "muted", 0.0),
    (93, 0, "⋆", "forward", 0.2),
    (14, 1, "·", "muted", 0.0),
    (85, 1, "✦", "backward", 0.0),
    (7, 2, "⋆", "forward", 0.1),
    (96, 2, "·", "muted", 0.0),
    (16, 3, "✦", "right", 0.2),
    (83, 3, "·", "muted", 0.0),
    (3, 4, "·", "muted", 0.0),
    (97, 4, "⋆", "help", 0.2),
)


@dataclass(frozen=True)
class StartPreview:
    """The first start: a picture of the two lanes, what they mean, and the key to press."""

    picture: Picture
    strip_picture: Picture
    playground_key: str

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        if canvas.height < STRIP_ROWS:
            self._paint_strip(canvas, glyphs, scroll)
            return
        palette, render = canvas.palette, glyphs.render
        width = canvas.width - LEFT - RIGHT
        lines = self._lines(palette, width, glyphs)
        rows = self.picture.drawing.height + 4
        free = canvas.height - rows - len(lines) - 4
        y = max(free // 2, 1)
        title = [(render(_("Back-propagation, by hand.")), palette.ink("bright", bold=True))]
        canvas.centre(LEFT, width, y, title)
        for number, line in enumerate(
            flow([(render(_("One edge at a time, from the loss back to every weight.")), palette.ink("muted"))], width)
        ):
            canvas.centre(LEFT, width, y + 1 + number, line)
        y += 2
        if canvas.height - len(lines) - y > self.picture.drawing.height:
            paint_picture(canvas, 1, y, canvas.width - 2, rows, self.picture)
            y += rows
        else:
            y += 1
        block = max(runs_width(line) for line in lines)
        x = LEFT + max((width - block) // 2, 0)
        for line in lines:
            canvas.runs(x, y, line)
            y += 1
        self._paint_key(canvas, x, y, max(block, 44), glyphs)

    def _lines(self, palette: Palette, width: int, glyphs: Glyphs) -> list[Line]:
        """Return what the lanes and the colours mean, with a free line after each."""
        texts = (
            (_("forward pass"), "forward", _("Each edge passes a value to the right.")),
            (_("backward pass"), "backward", _("You type the gradient that comes back along it.")),
            (_("feedback"), "right", _("When an answer is wrong, you learn why.")),
        )
        names = [glyphs.render(name) for name, _hue, _text in texts]
        indent = max(runs_width([(name, palette.ink())]) for name in names) + 3
        lines: list[Line] = []
        for name, (_name, hue, text) in zip(names, texts, strict=True):
            wrapped = flow([(glyphs.render(text), palette.ink())], max(min(width, PROSE_WIDTH) - indent, 10))
            lead = name + " " * (indent - runs_width([(name, palette.ink())]))
            lines += [
                [(lead, palette.ink(hue, bold=True)) if number == 0 else (" " * indent, palette.ink()), *line]
                for number, line in enumerate(wrapped)
            ]
            lines.append([])
        return lines

    def _paint_key(self, canvas: Canvas, x: int, y: int, width: int, glyphs: Glyphs) -> None:
        palette, render = canvas.palette, glyphs.render
        canvas.fill(x, y, width, 1, palette.ink(on="raised"), " ")
        canvas.put(x, y, "▌", palette.ink("backward", on="raised", bold=True))
        promise = _("your first backward pass, step by step, in five minutes")
        run = [
            ("Enter", palette.ink("bright", on="raised", bold=True)),
            (f"  {render(promise)}", palette.ink(on="raised")),
        ]
        canvas.runs(x + 2, y, run, limit=canvas.width - 1)
        if y + 2 < canvas.height:
            keys = [
                (glyphs.arrows.get("down", "Down"), _("browse the exercises")),
                (self.playground_key, _("a formula of your own")),
            ]
            put_keys(canvas, x + 2, y + 2, keys, glyphs)

    def _paint_strip(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        paint_strip_title(canvas, _("Start here"), (), glyphs)
        drawing = self.strip_picture.drawing
        paint_picture(canvas, 2, 1, drawing.width, canvas.height - 1, self.strip_picture)
        x = drawing.width + 6
        text = _("Watch one small backward pass, then fill in one gradient, then two, then all of them.")
        lines = text_lines(text, canvas.width - x - 2, glyphs, canvas.palette)
        put_lines(canvas, x, 1 + (canvas.height > 6), lines, canvas.height - 2, glyphs, scroll)


@dataclass(frozen=True)
class CompletePreview:
    """Every exercise is solved: a square for each of them, and what is due next."""

    #: Each pack's title, and for each of its exercises whether it was right at the first try.
    packs: Sequence[tuple[str, Sequence[bool]]]
    rules: Sequence[RuleStanding]
    keys: Sequence[tuple[str, str]]

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        palette, render = canvas.palette, glyphs.render
        number = sum(len(squares) for _title, squares in self.packs)
        title = render(str(message(N_("All {n} solved"), n=number)))
        if canvas.height < STRIP_ROWS:
            paint_strip_title(canvas, title, (), glyphs)
            names = ", ".join(f"{rule.name} ({rule.due})" for rule in self.rules)
            lines = text_lines(names or _("Nothing is due."), canvas.width - 4, glyphs, palette)
            put_lines(canvas, 2, 1 + (canvas.height > 5), lines, canvas.height - 2, glyphs, scroll)
            return
        width = canvas.width - LEFT - RIGHT
        rows = len(self.packs) + 11 + max(len(self.rules), 1)
        y = max((canvas.height - rows) // 2 - 2, 0) + 1
        self._paint_stars(canvas, y)
        star = palette.ink("help")
        canvas.centre(LEFT, width, y + 1, [("✦ ", star), (title, palette.ink("bright", bold=True)), (" ✦", star)])
        y = self._paint_squares(canvas, y + 5, glyphs) + 2
        if y + 4 >= canvas.height:
            return
        canvas.rule(1, y, canvas.width - 1, [(render(_("coming reviews")), palette.ink("muted"))])
        y += 2
        if self.rules:
            y = put_due_rules(canvas, LEFT, y, self.rules, canvas.height - y - 3, glyphs, scroll)
        else:
            canvas.put(LEFT, y, render(_("Nothing is due.")), palette.ink("muted"))
            y += 1
        put_keys(canvas, LEFT, min(y + 1, canvas.height - 1), self.keys, glyphs)

    def _paint_stars(self, canvas: Canvas, y: int) -> None:
        palette = canvas.palette
        if palette.colours == "none" or canvas.ascii:
            return
        for share, row, sign, hue, faint in _STARS:
            x = 2 + share * (canvas.width - 5) // 100
            canvas.put(x, y + row, sign, palette.shade(hue, faint))

    def _paint_squares(self, canvas: Canvas, y: int, glyphs: Glyphs) -> int:
        """Paint the squares of each pack behind its title, and the key to them; return the row after them."""
        palette, render, width = canvas.palette, glyphs.render, canvas.width - 2
        most = max(len(squares) for _title, squares in self.packs)
        longest = max(cell_len(render(title)) for title, _squares in self.packs)
        # Titles in full are worth more than gaps between the squares.
        step = 2 if min(longest, _MAX_TITLE) + 2 * most + 1 <= width else 1
        room = max(min(longest, _MAX_TITLE, width - step * most - 1), 8)
        x = 1 + max((width - room - 2 - step * most) // 2, 0)
        bright, solved = palette.ink("right"), palette.shade("right", _SOLVED_FADE)
        other = "■" if palette.colours == "all" and not canvas.ascii else "□"
        for title, squares in self.packs:
            if y >= canvas.height - 2:
                return y
            name = truncate(render(title), room, glyphs.ellipsis)
            canvas.right(x + room, y, [(name, palette.ink())])
            for number, is_first in enumerate(squares):
                mark, style = ("■", bright) if is_first else (other, solved)
                canvas.put(x + room + 2 + step * number, y, mark, style)
            y += 1
        first_label = _("first try")
        key: list[Run] = [
            ("■ ", bright),
            (f"{render(first_label)}   ", palette.ink("muted")),
            (f"{other} ", solved),
            (render(_("solved")), palette.ink("muted")),
        ]
        canvas.runs(x + room + 2, y + 1, key, limit=canvas.width - 1)
        return y + 2
