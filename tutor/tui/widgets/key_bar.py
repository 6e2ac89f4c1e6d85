"""The keys, in one row at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from tutor.glyphs import UNICODE, Glyphs
from tutor.i18n import N_, _
from tutor.tui.keymap import keys_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

#: Keys that are shown before all others, where the row is short; of other screens the first ones are.
_PRIORITY = (
    "app.quit",
    "exercise.leave",
    "exercise.page-down",
    "exercise.check",
    "exercise.help",
    "exercise.hint",
    "exercise.open",
    "exercise.closer",
    "home.open",
    "home.clear",
    "home.help",
    "home.search",
)

QUIT = Binding("ctrl+q,ctrl+c", "app.quit", N_("quit"), tooltip=N_("quit; everything checked is kept"), id="app.quit")
COMMANDS = Binding(
    "ctrl+p", "app.commands", N_("menu"), tooltip=N_("find a command, an exercise or a rule"), id="app.commands"
)
#: What works on every screen.
GLOBAL_BINDINGS = (COMMANDS, QUIT)

#: Keys as they are written; others are capitalised.
_KEY_LABELS = {
    "escape": "Esc",
    "enter": "Enter",
    "question_mark": "?",
    "slash": "/",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def key_label(key: str, glyphs: Glyphs) -> str:
    """A key as people write it: `F2`, `^Q`, `Shift+Tab`, `Esc`, `→`."""
    *modifiers, base = key.strip().split("+")
    if modifiers == ["ctrl"] and len(base) == 1:
        return f"^{base.upper()}"
    name = glyphs.arrows.get(base) or _KEY_LABELS.get(base) or (base if len(base) == 1 else base.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def _rank(id: str) -> int:
    """Which keys are shown before which, where the row is short: help is kept on every screen."""
    if id in _PRIORITY:
        return _PRIORITY.index(id)
    return _PRIORITY.index("exercise.help") if id.endswith(".help") else len(_PRIORITY)


class KeySpan(NamedTuple):
    """A key with what it does, and the columns it takes up."""

    begin: int
    end: int
    binding: Binding


class KeyBar(Widget):
    """Shows keys with what they do, as many as fit, and `status` at the right; a click does the same as the key."""

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._keys: Sequence[Binding] = ()
        self._status = ""
        #: Where each key is written.
        self.spans: list[KeySpan] = []

    @property
    def keys(self) -> Sequence[Binding]:
        """The keys that mean something now, whether there is room for them or not."""
        return self._keys

    def set_state(self, keys: Sequence[Binding], status: str = "") -> None:
        """`keys` are those of the screen; what works everywhere comes behind them."""
        own = [key for key in keys if key.id not in ("app.quit", "app.commands")]
        keys = [*own, *GLOBAL_BINDINGS]
        if (keys, status) != (self._keys, self._status):
            self._keys, self._status = keys, status
            self.refresh()

    def render(self) -> Content:
        room = self.size.width - (cell_len(self._status) + 1 if self._status else 0)
        parts: list[str | tuple[str, str]] = []
        self.spans = []
        x = 0
        for binding in self._fitting_keys(room):
            key, says = self._texts(binding)
            width = cell_len(key) + 1 + cell_len(says)
            parts += [(key, "bold $primary"), f" {says}  "]
            self.spans.append(KeySpan(x, x + width, binding))
            x += width + 2
        if self._status:
            parts += [" " * max(self.size.width - x - cell_len(self._status), 0), (self._status, "bold $warning")]
        return Content.assemble(*parts)

    def _texts(self, binding: Binding) -> tuple[str, str]:
        return key_label(keys_for(self.app, binding).partition(",")[0], self.glyphs), self.glyphs.render(
            _(binding.description)
        )

    def _fitting_keys(self, room: int) -> list[Binding]:
        """The keys there is room for, in their order; those to be kept come first where not all fit."""
        ranks = {key: _rank(key.id or "") for key in self._keys}
        if not any((key.id or "").startswith("exercise.") for key in self._keys):
            # At work the keys of the exercise are worth more than the way elsewhere.
            ranks[COMMANDS] = len(_PRIORITY) - 1
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
        for span in self.spans:
            if spot is not None and span.begin <= spot.x < span.end:
                await self.screen.run_action(span.binding.action)
