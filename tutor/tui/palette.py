"""The command palette: a line to type into, and the commands, exercises and rules that it finds."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.text_search import MAX_QUERY_LENGTH, Hits, is_blank
from tutor.tui.content import styled
from tutor.tui.palette_commands import PaletteCommand, PaletteCommands
from tutor.tui.widgets.line_input import LineInput
from tutor.tui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.screen import Screen
    from textual.widgets import Input

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.navigator import Navigator

#: Hits that are listed. With more, a longer query helps sooner than scrolling.
_MAX_HITS = 100


class PaletteRows(RowList, can_focus=False):
    """The commands that were found; a click runs one."""

    GROUND = "surface"
    ACTS_AT_ONCE = True

    def paint_heading(self, canvas: Canvas, y: int, text: str) -> None:
        canvas.put(2, y, text, self.palette.ink("muted", on="surface"))


class TutorPalette(ModalScreen[None]):
    """A line to type into and the commands found. Everything happens at once, so that keys may follow each other fast."""

    AUTO_FOCUS = "LineInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", show=False),
        Binding("escape", "close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("ctrl+home,shift+home", "move(-100000)", show=False),
        Binding("ctrl+end,shift+end", "move(100000)", show=False),
    ]

    def __init__(self, navigator: Navigator, calling_screen: Screen[Any]) -> None:
        """List what can be run from the `calling_screen`."""
        super().__init__()
        self._navigator = navigator
        self._calling_screen = calling_screen
        self._commands = PaletteCommands(navigator, calling_screen)
        self._query_text = ""
        self._hits: Hits[PaletteCommand] = Hits([])

    @property
    def _glyphs(self) -> Glyphs:
        return self._navigator.preferences.glyphs

    def compose(self) -> ComposeResult:
        placeholder = self._glyphs.render(_("Find a command, an exercise or a rule"))
        with Vertical(id="palette"):
            with Horizontal(id="palette-line"):
                yield Static(styled(self._glyphs, (self._glyphs.prompt, "bold $bright")), id="palette-sign")
                yield LineInput(self._query_text, placeholder=placeholder, max_length=MAX_QUERY_LENGTH)
            yield PaletteRows(self._glyphs, self._rows(), id="palette-hits")
            yield Static(id="palette-message")

    def on_mount(self) -> None:
        self._show_message("")

    async def redraw(self) -> None:
        """Show the commands with the glyphs, keys and language in use; what is typed stays."""
        self._commands = PaletteCommands(self._navigator, self._calling_screen)
        await self.recompose()
        for line in self.query(LineInput):
            line.focus()

    def _rows(self) -> list[Row]:
        """Find the commands and return a row for each; in groups before anything is typed."""
        self._hits = self._commands.find(self._query_text)
        numbered = list(enumerate(self._hits.items[:_MAX_HITS]))
        if not is_blank(self._query_text):
            return [self._row(number, command) for number, command in numbered]
        rows: list[Row] = []
        for group, commands in groupby(numbered, key=lambda pair: pair[1].group):
            rows += [*([Row()] if rows else []), Row(label=group), *(self._row(*pair) for pair in commands)]
        return rows

    def _row(self, number: int, command: PaletteCommand) -> Row:
        """Return the row of a command, with the letters found by the query underlined."""
        spans = tuple(self._hits.reading.spans(command.name))
        return Row(str(number), command.name, note=command.detail, is_dim=bool(command.refusal), spans=spans)

    def _show_message(self, text: str) -> None:
        """Say why a command can't be run, or that nothing was found."""
        if not self._hits.items:
            text = str(message(N_("No match for “{text}”. Esc goes back."), text=self._query_text))
        for line in self.query("#palette-message").results(Static):
            line.display = bool(text)
            line.update(styled(self._glyphs, (text, "$muted")))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._query_text = event.value.strip()
        self.query_one(RowList).show(self._rows(), from_first=True)
        self._show_message("")

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self._show_message("")

    def on_row_list_clicked(self, event: RowList.Clicked) -> None:
        event.stop()
        self.action_run()

    def on_click(self, event: events.Click) -> None:
        """Close the palette when the screen below it is clicked."""
        if event.widget is self:
            self.action_close()

    def action_run(self) -> None:
        current = self.query_one(RowList).current
        # The second one of two fast clicks or Enters comes when the palette is closed.
        if self.app.screen is not self or not current:
            return
        command = self._hits.items[int(current)]
        if command.refusal:
            self._show_message(command.refusal)
        else:
            self.dismiss()
            self.app.call_later(command.run)

    def action_move(self, step: int) -> None:
        self.query_one(RowList).action_move_by(step)

    def action_page(self, step: int) -> None:
        self.query_one(RowList).action_page(step)

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss()
