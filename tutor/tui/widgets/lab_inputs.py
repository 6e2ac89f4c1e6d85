"""The inputs of the lab: each number with a slider, its gradient, and what a nudge of it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Offset
from textual.message import Message

from tutor.algebra.balls import nearest_float
from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, _, message
from tutor.practice.lab.curve import reach_of
from tutor.practice.lab.model import REACH
from tutor.practice.lab.numbers import format_float, format_lab_cells
from tutor.tui.lab_notice import NOTICE_ROWS, paint_change, paint_sentence
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.algebra.errors import AlgebraError
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle
    from tutor.tui.canvas import Canvas, Run

#: The cells of the columns behind the slider: value, gradient, Δoutput/Δinput.
_VALUE, _GRADIENT, _MOVED = 9, 13, 12
_LABEL_LEFT, _MIN_SLIDER, _MAX_LABEL = 2, 6, 12
#: With fewer rows the heading is directly below the title.
_ROOMY = 12


class LabInputs(CanvasWidget, can_focus=True):
    """Paints the list of handles. The screen moves the numbers and calls `show`."""

    #: Rows of the title, the heading and the notice in a small window.
    OTHER_ROWS: ClassVar[int] = 2 + NOTICE_ROWS

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class Nudged(Message):
        """The wheel was turned on a slider."""

        def __init__(self, index: int, steps: int) -> None:
            super().__init__()
            self.index = index
            self.steps = steps

    class Dragged(Message):
        """A slider was dragged so many steps from where its number began."""

        def __init__(self, index: int, steps: int) -> None:
            super().__init__()
            self.index = index
            self.steps = steps

    class Typed(Message):
        """The first characters of a value were typed or pasted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, lab: Lab, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.lab = lab
        self.handles: Sequence[Handle] = ()
        self.chosen = 0
        #: The notice instead of the last change, and its colour.
        self.notice: tuple[str, str] = ("", "")
        #: The error of the value that is being typed; it is shown below the editor.
        self._fault: AlgebraError | None = None
        self._first = 0
        self._dragged: int | None = None

    def show(self, handles: Sequence[Handle], chosen: int, notice: tuple[str, str] = ("", "")) -> None:
        """Show handles as they are now, one of which is chosen."""
        self.handles, self.chosen, self.notice = handles, chosen, notice
        if self.size:
            self._scroll()
            self.repaint()

    def show_fault(self, error: AlgebraError | None) -> None:
        """Show the error of the value that is being typed, with carets below it."""
        if error is not self._fault:
            self._fault = error
            self.repaint()

    # --- where things are ---

    @property
    def _top(self) -> int:
        """The row of the first handle."""
        return 3 if self.size.height >= _ROOMY else 2

    @property
    def _rows(self) -> int:
        """The number of handles that can be seen."""
        return max(self.size.height - self._top - NOTICE_ROWS - (self.size.height >= _ROOMY), 1)

    @property
    def page(self) -> int:
        """Return by how many rows a page moves."""
        return max(self._rows - 1, 1)

    @property
    def _label_width(self) -> int:
        return min(max((cell_len(self.glyphs.render(handle.label)) for handle in self.handles), default=1), _MAX_LABEL)

    @property
    def _slider(self) -> tuple[int, int]:
        """The first cell of the sliders and their width."""
        first = _LABEL_LEFT + self._label_width + 1
        return first, max(self.size.width - first - _VALUE - _GRADIENT - _MOVED - 2, _MIN_SLIDER)

    def editor_place(self) -> tuple[int, int, int]:
        """Return the cell and the row at which the chosen value is edited, and the cells there are for it."""
        first, _width = self._slider
        return first, self._top + self.chosen - self._first, max(self.size.width - first - 1, 1)

    def _scroll(self) -> None:
        """Make the chosen row one of those that can be seen."""
        last = max(len(self.handles) - self._rows, 0)
        self._first = min(max(self._first, self.chosen - self._rows + 1), self.chosen, last)

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        # The formula may have changed since `show`.
        self.handles = self.lab.handles()
        self.chosen = min(self.chosen, max(len(self.handles) - 1, 0))
        if not self.handles:
            self._paint_title(canvas)
            return
        self._scroll()
        self._paint_title(canvas)
        self._paint_heading(canvas, self._top - 1)
        for index in range(self._first, min(self._first + self._rows, len(self.handles))):
            self._paint_row(canvas, self._top + index - self._first, index)
        self._paint_notice(canvas)
        if self._fault is not None:
            self._paint_fault(canvas, self._fault)

    def _paint_fault(self, canvas: Canvas, error: AlgebraError) -> None:
        """Paint carets below the editor, over the next row, and the error below the list."""
        ink = self.palette.ink
        x, y, width = self.editor_place()
        if error.position >= 0 and error.position < width:
            canvas.fill(0, y + 1, canvas.width, 1, ink(), " ")
            carets = "^" * max(min(error.length, width - error.position), 1)
            canvas.put(x + error.position, y + 1, carets, ink("wrong", bold=True))

    def _paint_title(self, canvas: Canvas) -> None:
        ink = self.palette.ink
        title: list[Run] = [(_("Inputs"), ink("muted", bold=True))]
        if len(self.handles) > self._rows:
            title.append((f"  {self.chosen + 1}/{len(self.handles)}", ink("muted")))
        tail: list[Run] = []
        if self.handles:
            arrows = self.glyphs.arrows
            step = format_float(float(self.lab.step_of(self.handles[self.chosen])))
            vertical = arrows.get("up", "Up") + arrows.get("down", "/Down")
            sideways = arrows.get("left", "Left") + arrows.get("right", "/Right")
            by = str(message(N_("nudge by {step}"), step=step))
            tail = [
                (f"{vertical} ", ink("bright", bold=True)),
                (_("choose") + "  ", ink("muted")),
                (f"{sideways} ", ink("bright", bold=True)),
                (by, ink("muted")),
            ]
            if sum(cell_len(text) for text, _style in (*title, *tail)) + 10 > canvas.width:
                tail = tail[2:]
        canvas.rule(0, 0, canvas.width, title, tail)

    def _paint_heading(self, canvas: Canvas, y: int) -> None:
        first, width = self._slider
        muted, output = self.palette.ink("muted"), self.lab.graph.output
        end = first + width + _VALUE
        canvas.right(end, y, [(_("value"), muted)])
        name = output if cell_len(output) <= 3 and not self.lab.has_matrix_output else ""
        gradient = _("gradient")
        if name:
            gradient += f" ∂{name}"
        canvas.right(end + _GRADIENT, y, [(self.glyphs.render(gradient), muted)])
        delta = "d" if self.glyphs.ascii else "Δ"
        moved = f"{delta}{name}/{delta}{self.handles[self.chosen].label}"
        if not name or cell_len(moved) >= _MOVED:
            moved = f"{delta}{name}/{delta}"
        canvas.right(end + _GRADIENT + _MOVED, y, [(moved, muted)])

    def _paint_row(self, canvas: Canvas, y: int, index: int) -> None:
        handle, lab, palette = self.handles[index], self.lab, self.palette
        is_chosen = index == self.chosen
        on = "raised" if is_chosen and self.has_focus_within else "surface" if is_chosen else "ground"
        if is_chosen:
            canvas.fill(0, y, canvas.width - 1, 1, palette.ink(on=on))
            if self.has_focus_within:
                canvas.put(0, y, "▌", palette.ink("backward", on=on))
        label = truncate(self.glyphs.render(handle.label), self._label_width, self.glyphs.ellipsis)
        canvas.put(_LABEL_LEFT, y, label, palette.ink("bright", on=on, bold=True))
        first, width = self._slider
        end = first + width + _VALUE
        if handle.is_symbol:
            canvas.put(first, y, _("a symbol"), palette.ink("muted", on=on))
        else:
            self._paint_slider(canvas, first, y, width, handle, on)
            text = truncate(self.glyphs.render(format_lab_cells(lab.value(handle))[0][0]), _VALUE - 1)
            style = palette.ink("forward", on=on, bold=not lab.is_filled(handle), italic=lab.is_filled(handle))
            canvas.right(end, y, [(text, style)])
        self._paint_gradient(canvas, end + _GRADIENT, y, handle, on)
        change = lab.change()
        moved: Run = ("·", palette.ink("faint", on=on))
        if change is not None and change.handle == handle:
            moved = (self.glyphs.render(format_float(change.quotient)), palette.ink("bright", on=on, bold=True))
        canvas.right(end + _GRADIENT + _MOVED, y, [moved])

    def _paint_gradient(self, canvas: Canvas, end: int, y: int, handle: Handle, on: str) -> None:
        palette, gradient = self.palette, self.lab.gradient(handle)
        if gradient is None:
            canvas.right(end, y, [(_("data"), palette.ink("muted", on=on))])
            return
        text = truncate(self.glyphs.render(format_lab_cells(gradient)[0][0]), _GRADIENT - 3, self.glyphs.ellipsis)
        canvas.right(
            end, y, [("◂ ", palette.ink("backward", on=on)), (text, palette.ink("backward", on=on, bold=True))]
        )

    def _paint_slider(self, canvas: Canvas, x: int, y: int, width: int, handle: Handle, on: str) -> None:
        ink = self.palette.ink
        low, high = reach_of(self.lab, handle)
        home = _cell_at(nearest_float(self.lab.home_value(handle)), low, high, width)
        now = _cell_at(self.lab.number(handle), low, high, width)
        canvas.put(x, y, "─" * width, ink("edge", on=on))
        if 0 <= home < width:
            canvas.put(x + home, y, "┼", ink("faint", on=on))
        begin, end = sorted((min(max(home, 0), width - 1), now))
        if begin != end:
            canvas.put(x + begin, y, "━" * (end - begin + 1), ink("forward", on=on))
        canvas.put(x + now, y, "●", ink("forward", on=on, bold=True))

    def _paint_notice(self, canvas: Canvas) -> None:
        """Tell below the list what happened last."""
        y = canvas.height - NOTICE_ROWS
        if canvas.height >= _ROOMY:
            y = min(self._top + min(self._rows, len(self.handles)) + 1, y)
        text, tone = self.notice
        if self._fault is not None:
            text, tone = str(self._fault), "wrong"
        change = self.lab.change()
        if not text and change is not None:
            paint_change(canvas, _LABEL_LEFT, y, self.glyphs, self.lab, change)
            return
        if not text:
            is_filled = any(map(self.lab.is_filled, self.handles))
            chosen = _("Values in italics were chosen for you. Nudge them, or type others.")
            text = chosen if is_filled else _("Nudge an input and watch every value change.")
            tone = "muted"
        paint_sentence(canvas, _LABEL_LEFT, y, self.glyphs, text, tone)

    @property
    def has_focus_within(self) -> bool:
        """Whether the keys go to the inputs: to the list, or to the value that is being edited."""
        focused = self.screen.focused
        return focused is not None and focused.id in ("inputs", "value")

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell at which a value is typed next."""
        x, y, _width = self.editor_place()
        return self.content_region.offset + Offset(x, y)

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()

    # --- keys and mouse ---

    def on_key(self, event: events.Key) -> None:
        character = event.character
        if character is None or not event.is_printable or event.key in self.screen.active_bindings:
            return
        if self.handles and (character.isalnum() or character in "-−.=_√"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(character))

    def on_paste(self, event: events.Paste) -> None:
        if self.handles and event.text.strip():
            event.stop()
            self.post_message(self.Typed(" ".join(event.text.split())))

    def _handle_at(self, y: int) -> int | None:
        index = self._first + y - self._top
        return index if self._first <= index < min(self._first + self._rows, len(self.handles)) else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        index = self._handle_at(event.y)
        if index is None:
            return
        self.post_message(self.Chosen(index))
        first, width = self._slider
        if first <= event.x < first + width and not self.handles[index].is_symbol:
            self._dragged = index
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is None or self._dragged >= len(self.handles):
            return
        first, width = self._slider
        handle = self.handles[self._dragged]
        low, high = reach_of(self.lab, handle)
        share = min(max(event.x - first, 0), width - 1) / (width - 1)
        step = self.lab.step_of(handle)
        home = nearest_float(self.lab.home_value(handle))
        steps = round((low + share * (high - low) - home) / float(step))
        self.post_message(self.Dragged(self._dragged, min(max(steps, -2 * REACH), 2 * REACH)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._release()

    def _release(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._on_wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._on_wheel(event, -1)

    def _on_wheel(self, event: events.MouseEvent, steps: int) -> None:
        """Nudge the slider below the pointer; elsewhere choose the row above or below."""
        event.stop()
        first, width = self._slider
        index = self._handle_at(event.y)
        if index is not None and first <= event.x < first + width:
            self.post_message(self.Nudged(index, steps))
        elif self.handles:
            self.post_message(self.Chosen(min(max(self.chosen - steps, 0), len(self.handles) - 1)))


def _cell_at(value: float, low: float, high: float, width: int) -> int:
    """Return the cell of a slider at which a value is; outside of it for one that is out of reach."""
    share = (value - low) / (high - low) if high > low else 0.5
    return round(min(max(share, -0.1), 1.1) * (width - 1))
