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

#: Keys that are shown before all others, where the row is short.
_KEPT = ("app.quit", "exercise.leave", "exercise.page-down", "exercise.check", "exercise.help", "exercise.hint")

#: Keys as they are written; others are capitalised.
_WRITTEN = {
    "escape": "Esc",
    "enter": "Enter",
    "ctrl+z": "^Z",
    "ctrl+q": "^Q",
    "ctrl+s": "^S",
    "question_mark": "?",
    "pagedown": "PgDn",
}


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
        for binding in self._fitting(room):
            key, says = self._texts(binding)
            width = cell_len(key) + 1 + cell_len(says)
            parts += [(key, "bold $primary"), f" {says}  "]
            self._spans.append((x, x + width, binding.action))
            x += width + 2
        if self._status:
            parts += [" " * max(self.size.width - x - cell_len(self._status), 0), (self._status, "bold $warning")]
        return Content.assemble(*parts)

    def _texts(self, binding: Binding) -> tuple[str, str]:
        return written(binding.key.partition(",")[0]), self.signs.text(_(binding.description))

    def _fitting(self, room: int) -> list[Binding]:
        """The keys there is room for, in their order; those to be kept come first where not all fit."""
        ranks = {key: _KEPT.index(key.id) if key.id in _KEPT else len(_KEPT) for key in self._keys}
        fitting = set()
        for key in sorted(self._keys, key=ranks.__getitem__):
            width = cell_len(" ".join(self._texts(key)))
            if width > room:
                break
            room -= width + 2
            fitting.add(key)
        return [key for key in self._keys if key in fitting]

    async def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        for begin, end, action in self._spans:
            if spot is not None and begin <= spot.x < end:
                await self.screen.run_action(action)
