"""Previews on their way: requested when the cursor has rested, made one at a time in a thread, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen
    from textual.timer import Timer

    from tutor.practice.storage.store import Store
    from tutor.tui.home_rows import PreviewRequest
    from tutor.tui.host import Host
    from tutor.tui.preview_painting import Preview

#: Seconds that the cursor rests before the preview follows.
_DELAY = 0.06
#: Previews that are kept.
_MAX_KEPT = 200


class PreviewLoader:
    """Makes the preview that `request` asks for, and calls `show` with it."""

    class Made(Message):
        """A preview was made, or could not be."""

        def __init__(self, key: tuple[Any, ...], preview: Preview | None) -> None:
            super().__init__()
            self.key = key
            self.preview = preview

    def __init__(
        self,
        screen: Screen[Any],
        host: Host,
        store: Store,
        request: Callable[[], PreviewRequest | None],
        show: Callable[[Preview], None],
    ) -> None:
        self._screen = screen
        self._host = host
        self._store = store
        self._request = request
        self._show = show
        self._timer: Timer | None = None
        self._kept: dict[tuple[Any, ...], Preview] = {}
        self._has_started = self._is_making = False
        self._then: Callable[[], None] | None = None

    def start(self, then: Callable[[], None]) -> None:
        """Make previews from now on, the first one at once, and call `then` when it has been made."""
        self._has_started, self._then = True, then
        self.update()
        if not self._is_making:
            self._go_on()

    def _go_on(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def clear(self) -> None:
        """Forget the previews: what they show has changed."""
        self._kept = {}

    def update_soon(self) -> None:
        """Let the preview follow when the cursor has rested for a moment."""
        if self._timer is not None:
            self._timer.stop()
        if self._has_started:
            self._timer = self._screen.set_timer(_DELAY, self.update)

    def update(self) -> None:
        """Show the preview that is asked for, or have it made."""
        request = self._request()
        if request is None or not self._has_started or not (request.width and request.height):
            return
        if request.key in self._kept:
            self._show(self._kept[request.key])
        elif not self._is_making:
            self._is_making = True
            kept = self._kept
            self._screen.run_worker(lambda: self._make(request, kept), thread=True, exit_on_error=False)

    def _make(self, request: PreviewRequest, kept: dict[tuple[Any, ...], Preview]) -> None:
        # It loads what draws graphs, and the list comes first.
        from tutor.tui.previews import make_preview

        preview = None
        try:
            preview = make_preview(request, self._store, self._host.glyphs)
            if len(kept) < _MAX_KEPT:
                kept[request.key] = preview
        finally:
            self._screen.post_message(self.Made(request.key, preview))

    def on_made(self, event: PreviewLoader.Made) -> None:
        """Show a preview that was made if it is still asked for, else the one that is."""
        self._is_making = False
        self._go_on()
        request = self._request()
        if request is None:
            return
        if request.key != event.key:
            self.update()
        elif event.preview is not None:
            self._show(event.preview)
