"""Help: what has the focus, the exercise's text, and all keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.i18n import N_, _
from tutor.tui.content import hanging_indent, styled
from tutor.tui.keymap import keys_for
from tutor.tui.widgets.key_bar import GLOBAL_BINDINGS, key_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tutor.glyphs import Glyphs


class HelpScreen(ModalScreen[None]):
    """Shows paragraphs and a table of keys; scrolls, and closes on Escape or F1."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,question_mark", "close", N_("close"), id="help.close"),
    ]

    def __init__(self, paragraphs: Sequence[Content], keys: Sequence[Binding], glyphs: Glyphs) -> None:
        super().__init__()
        self.paragraphs = paragraphs
        self.keys = keys
        self.glyphs = glyphs

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(id="help-text")

    def on_mount(self) -> None:
        self.query_one("#help").focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._update_text)

    def _update_text(self) -> None:
        if not self.query("#help-text"):
            return
        room = self.query_one("#help").scrollable_content_region.width
        told = [*filter(None, self.paragraphs), self._key_table(room)]
        self.query_one("#help-text", Static).update(Content("\n\n").join(told))

    def _key_table(self, room: int) -> Content:
        """A row for each binding: its keys, and what they do."""
        rows = {
            ", ".join(key_label(key, self.glyphs) for key in keys_for(self.app, binding).split(",")): (
                binding.tooltip or binding.description
            )
            for binding in [*self.keys, *GLOBAL_BINDINGS]
        }
        width = max(map(cell_len, rows))
        lines = [
            hanging_indent(
                styled(self.glyphs, (" " * (width - cell_len(keys)) + keys, "bold $primary"), "  "),
                styled(self.glyphs, _(says)),
                room,
            )
            for keys, says in rows.items()
        ]
        return Content("\n").join(lines)

    def action_close(self) -> None:
        self.dismiss()
