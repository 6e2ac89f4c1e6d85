"""The command palette: a line to type into, and the commands, exercises and rules that it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.i18n import N_, _, message
from tutor.text_search import MAX_QUERY_LENGTH, Hits, Reading
from tutor.tui.content import styled
from tutor.tui.palette_commands import PaletteCommand, PaletteCommands
from tutor.tui.widgets.line_input import LineInput
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.content import Content
    from textual.screen import Screen
    from textual.widgets import Input

    from tutor.glyphs import Glyphs
    from tutor.tui.navigator import Navigator

#: Hits that are listed. With more, a longer query helps sooner than scrolling.
_MAX_HITS = 100


def _format_command(glyphs: Glyphs, command: PaletteCommand, reading: Reading) -> Content:
    """Return a command in one line, with the letters found by the query underlined."""
    style = "$muted" if command.refusal else ""
    name = styled(glyphs, (command.name, style))
    if len(name.plain) == len(command.name):
        for begin, end in reading.spans(command.name):
            name = name.stylize("underline", begin, end)
    return styled(glyphs, name, (f"   {command.detail}" if command.detail else "", "$muted"))


class TutorPalette(ModalScreen[None]):
    """A line to type into and the commands found. Everything happens at once, so that keys may follow each other fast."""

    AUTO_FOCUS = "LineInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", show=False),
        Binding("escape", "close", show=False),
        *(
            Binding(keys, f"move('{move}')", show=False)
            for keys, move in (
                ("down", "cursor_down"),
                ("up", "cursor_up"),
                ("pagedown", "page_down"),
                ("pageup", "page_up"),
                ("ctrl+home,shift+home", "first"),
                ("ctrl+end,shift+end", "last"),
            )
        ),
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
        placeholder = self._glyphs.render(_("a command, an exercise, a rule"))
        with Horizontal(id="palette-line"):
            yield Static(styled(self._glyphs, (self._glyphs.prompt, "bold $bright")), id="palette-sign")
            yield LineInput(self._query_text, placeholder=placeholder, max_length=MAX_QUERY_LENGTH)
        hits = ReadableOptionList(*self._options(), id="palette-hits")
        hits.can_focus = False
        yield hits

    async def redraw(self) -> None:
        """Show the commands with the glyphs, keys and language in use; what is typed stays."""
        self._commands = PaletteCommands(self._navigator, self._calling_screen)
        await self.recompose()
        for line in self.query(LineInput):
            line.focus()

    def _options(self) -> list[Option]:
        """Find the commands and return a row for each, or one that says that there are none."""
        self._hits = self._commands.find(self._query_text)
        if not self._hits.items:
            notice = message(N_("Nothing is called “{text}”. Esc goes back."), text=self._query_text)
            return [Option(styled(self._glyphs, str(notice)), disabled=True)]
        shown = self._hits.items[:_MAX_HITS]
        return [Option(_format_command(self._glyphs, command, self._hits.reading)) for command in shown]

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._query_text = event.value.strip()
        hits = self.query_one(OptionList)
        hits.clear_options()
        hits.add_options(self._options())
        hits.action_first()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        # The second one of two fast clicks or Enters comes when the palette is closed.
        if self.app.screen is not self or event.option_index >= len(self._hits.items):
            return
        command = self._hits.items[event.option_index]
        if command.refusal:
            self._navigator.preferences.show_notification(command.refusal)
        else:
            self.dismiss()
            self.app.call_later(command.run)

    def on_click(self, event: events.Click) -> None:
        """Close the palette when the screen below it is clicked."""
        if event.widget is self:
            self.action_close()

    def action_run(self) -> None:
        self.query_one(OptionList).action_select()

    def action_move(self, move: str) -> None:
        getattr(self.query_one(OptionList), f"action_{move}")()

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss()
