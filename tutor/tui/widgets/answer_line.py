"""The answer line."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Offset
from textual.widget import Widget

from tutor.drawing.cell_width import graphemes
from tutor.tui.answer_input import LineEditor


class AnswerLine(Widget):
    """Shows a line with its cursor, scrolled to keep the cursor visible; the screen handles the keys.

    A placeholder after an empty line shows the last answer, or what can be typed.
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = LineEditor()
        self._prompt = ""
        self._placeholder = Content("")
        self._active = False
        self._last_shown: object = None

    def set_state(self, line: LineEditor, prompt: str, placeholder: Content, active: bool) -> None:
        """Show a line; `active` tells whether it is being typed into."""
        self._line, self._prompt, self._placeholder, self._active = line, prompt, placeholder, active
        shown = (line.text, line.cursor, line.checked, prompt, placeholder, active)
        if shown != self._last_shown:
            self._last_shown = shown
            self.refresh()
        if active and self.is_attached:
            region = self.content_region
            # The terminal opens the window of an input method here.
            self.app.cursor_position = Offset(region.x + self.column(self._line.cursor), region.y)

    def column(self, offset: int) -> int:
        """Return the column at which character `offset` of the line is shown."""
        first, _room = self._window()
        cut = cell_len(self._line.text[:first])
        return cell_len(self._prompt) + max(cell_len(self._line.text[:offset]) - cut, 0)

    def _window(self) -> tuple[int, int]:
        """Return the first character that is shown, and the number of cells for the text."""
        room = max(self.size.width - cell_len(self._prompt) - 1, 1)
        text, cursor = self._line.text, self._line.cursor
        first = max(cursor - room, 0)
        while cell_len(text[first:cursor]) > room - 1:
            first += 1
        return first, room

    def render(self) -> Content:
        first, room = self._window()
        text, cursor = self._line.text[first:], self._line.cursor - first
        shown = "".join(graphemes(text)[:room])
        while cell_len(shown) > room:
            shown = shown[:-1]
        head = Content.styled(self._prompt, "$muted")
        style = "$muted" if self._line.checked else ""
        if not self._active:
            return head + (Content.styled(shown, style) if text else self._placeholder)
        under = shown[cursor : cursor + 1] or " "
        body = Content.assemble((shown[:cursor], style), (under, "reverse"), (shown[cursor + 1 :], style))
        return head + body + (Content("") if text else Content(" ") + self._placeholder)
