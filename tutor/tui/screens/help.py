"""The help page: paragraphs about the screen and a table of its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.i18n import N_, _, capitalise
from tutor.tui.content import hanging_indent, styled
from tutor.tui.keymap import different_keys
from tutor.tui.screens.modal import TutorModal
from tutor.tui.widgets.key_bar import GLOBAL_BINDINGS, key_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tutor.tui.host import Host


class HelpScreen(TutorModal[None]):
    """Show paragraphs and a table of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,question_mark", "close", N_("close"), id="help.close"),
    ]

    TEXT_ID = "help-text"

    def __init__(self, paragraphs: Sequence[Content], bindings: Sequence[Binding], host: Host) -> None:
        super().__init__(host)
        self._paragraphs = paragraphs
        self._listed_bindings = [*bindings, *GLOBAL_BINDINGS]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(id="help-text")

    def on_mount(self) -> None:
        self.query_one("#help").focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)

    def text(self) -> Content:
        """Return the paragraphs and the table of keys, as wide as the page."""
        room = self.query_one("#help").scrollable_content_region.width
        return Content("\n\n").join([*filter(None, self._paragraphs), self._key_table(room)])

    def _key_table(self, room: int) -> Content:
        """Return a row for each binding: its keys, and what they do."""
        glyphs, keymap = self.glyphs, self.host.keymap
        rows = {
            ", ".join(key_label(key, glyphs) for key in different_keys(keymap.get(binding.id or "", binding.key))): (
                binding.tooltip or binding.description
            )
            for binding in self._listed_bindings
            if binding.tooltip or binding.description
        }
        width = max(map(cell_len, rows))
        lines = [
            hanging_indent(
                styled(glyphs, (" " * (width - cell_len(keys)) + keys, "bold $bright"), "  "),
                styled(glyphs, capitalise(_(description))),
                room,
            )
            for keys, description in rows.items()
        ]
        return Content("\n").join(lines)

    def action_close(self) -> None:
        self.dismiss()
