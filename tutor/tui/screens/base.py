"""Base classes of the screens: glyphs, help, the way back, scrolling."""

from __future__ import annotations

from asyncio import Lock
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding
from textual.screen import Screen, ScreenResultType

from tutor.i18n import _
from tutor.tui.content import styled
from tutor.tui.screens.help import HelpScreen
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.content import Content
    from textual.worker import Worker

    from tutor.glyphs import Glyphs
    from tutor.tui.host import Host


class TutorScreen(Screen[ScreenResultType]):
    """A screen with a key bar and a help page."""

    #: The text of the help page about the screen.
    HELP_TEXT: ClassVar[str] = ""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        #: Held while the widgets are replaced. What waits while it changes them takes it, too.
        self.redraw_lock = Lock()
        self._is_composing_again = False

    @property
    def glyphs(self) -> Glyphs:
        return self.host.glyphs

    def on_mount(self) -> None:
        if self.has_widgets:
            self.set_up()

    def set_up(self) -> None:
        """Focus and fill the widgets after they were composed."""

    def refresh_notice(self) -> None:
        """Show what is wrong with the progress file, or no longer, if this screen tells that."""

    def on_glyphs_changed(self) -> None:
        """Prepare for being composed again with other glyphs or texts."""

    async def redraw(self) -> None:
        """Compose the screen again with the glyphs and the language in use; its state stays."""
        async with self.redraw_lock:
            self.on_glyphs_changed()
            if not self.has_widgets:  # It will be composed with them.
                return
            # Widgets come before those inside them, and messages may come in between.
            self._is_composing_again = True
            try:
                await self.recompose()
            finally:
                self._is_composing_again = False
            if self.has_widgets:
                self.set_up()
                self.post_message(events.Resize(self.size, self.size))

    @property
    def has_widgets(self) -> bool:
        """Whether the widgets exist: not before they are composed, while they are replaced, and after the app is left.

        Messages and questions about the bindings may come then.
        """
        return not self._is_composing_again and bool(self.query(KeyBar))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.host.report_worker(event.worker)

    def help_paragraphs(self) -> list[Content]:
        """Return what the help page says above the table of keys."""
        return [styled(self.glyphs, _(self.HELP_TEXT))]

    def action_help(self) -> None:
        if self.app.screen is self:
            bindings = [key for key in self.BINDINGS if isinstance(key, Binding) and not key.system]
            self.app.push_screen(HelpScreen(self.help_paragraphs(), bindings, self.host))

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(None)


class ScrollingScreen(TutorScreen[None]):
    """A screen to read, whose keys scroll the text if it goes on."""

    #: Selects the widget that scrolls.
    SCROLL_TARGET: ClassVar[str] = "#card"

    def set_up(self) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def on_resize(self) -> None:
        self.call_after_refresh(self.refresh_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("page", "scroll") or not self.has_widgets:
            return True
        target = self.query_one(self.SCROLL_TARGET)
        sideways = action == "scroll" and parameters[0] != 0
        return bool(target.max_scroll_x if sideways else target.max_scroll_y)

    def action_scroll(self, columns: int, rows: int) -> None:
        self.query_one(self.SCROLL_TARGET).scroll_relative(x=columns, y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        target = self.query_one(self.SCROLL_TARGET)
        target.scroll_relative(y=pages * max(target.size.height - 1, 1), animate=False)
