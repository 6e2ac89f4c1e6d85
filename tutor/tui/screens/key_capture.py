"""A dialog that waits for the new key of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Static

from tutor.i18n import N_, _, capitalise, message
from tutor.tui.content import styled
from tutor.tui.keymap import latin_key
from tutor.tui.screens.modal import TutorModal
from tutor.tui.widgets.key_bar import key_label

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.content import Content

    from tutor.i18n import Message
    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences


class KeyCaptureScreen(TutorModal[str | None]):
    """Wait for a key; the result is the key, None if none was taken. It says why a key can't be taken, and waits on."""

    takes_every_key: ClassVar[bool] = True

    def __init__(self, host: Host, preferences: Preferences, binding: Binding) -> None:
        super().__init__(host)
        self._preferences = preferences
        self._binding = binding
        self._refusal: Message | None = None
        self._refused_key = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self.text(), id="question")

    def text(self) -> Content:
        """Return what the key will do, and what was wrong with the last one."""
        id, binding = str(self._binding.id), self._binding
        action = _(binding.tooltip or binding.description)
        keys = self.host.keymap.get(id, binding.key).partition(",")[0]
        now = message(N_("Press the new key. Esc keeps {key}."), key=key_label(keys, self.glyphs))
        text = styled(self.glyphs, (capitalise(action), "bold $bright"), f"\n\n{now}")
        if self._refusal is None:
            return text
        mark = (f"\n\n{self.glyphs.incorrect} {key_label(self._refused_key, self.glyphs)}  ", "bold $wrong")
        return text + styled(self.glyphs, mark, str(self._refusal))

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if self.app.screen is not self:
            return
        key = latin_key(event.key)
        if key == "escape":
            self.dismiss(None)
            return
        id = str(self._binding.id)
        self._refusal, self._refused_key = self._preferences.check_key(id, key), key
        if self._refusal is None:
            self.dismiss(key)
        else:
            await self.redraw()
