"""The keys, in one row at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from tutor.i18n import _
from tutor.tui.signs import UNICODE, Signs

#: Keys as they are written; others are capitalised.
_WRITTEN = {"escape": "Esc", "enter": "Enter", "ctrl+z": "^Z", "ctrl+q": "^Q", "question_mark": "?"}


def written(key: str) -> str:
    """A key as people write it: `F2`, `^Q`, `Esc`."""
    return _WRITTEN.get(key) or key.replace("ctrl+", "^").replace("shift+", "Shift+").capitalize()


class KeyBar(Widget):
    """Shows keys with what they do, as many as fit, and `status` at the right; a click does the same as the key."""

    def __init__(self, signs: Signs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.signs = signs
        self._keys: Sequence[Binding] = ()
        self._status = ""
        self._spans: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[Binding], status: str = "") -> None:
        if (keys, status) != (self._keys, self._status):
            self._keys, self._status = keys, status
            self.refresh()

    def render(self) -> Content:
        room = self.size.width - (cell_len(self._status) + 1 if self._status else 0)
        parts: list[str | tuple[str, str]] = []
        self._spans = []
        x = 0
        for binding in self._keys:
            key, says = written(binding.key.partition(",")[0]), self.signs.text(_(binding.description))
            width = cell_len(key) + 1 + cell_len(says)
            if x + width > room:
                break
            parts += [(key, "bold $primary"), f" {says}  "]
            self._spans.append((x, x + width, binding.action))
            x += width + 2
        if self._status:
            parts += [" " * max(self.size.width - x - cell_len(self._status), 0), (self._status, "bold $warning")]
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        for begin, end, action in self._spans:
            if spot is not None and begin <= spot.x < end:
                await self.screen.run_action(action)
