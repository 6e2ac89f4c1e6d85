"""The key bar: one row with the keys that can be pressed now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from tutor.glyphs import UNICODE, Glyphs
from tutor.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events

#: Bindings that are kept when the row is too short for all; of other screens the first ones are.
_PRIORITY = (
    "app.quit",
    "exercise.leave",
    "exercise.help",
    "exercise.page-down",
    "exercise.check",
    "exercise.hint",
    "exercise.open",
    "exercise.closer",
    "exercise.next",
    "exercise.reveal",
    "exercise.explain",
    "exercise.card",
    "exercise.fresh",
    "home.open",
    "home.clear",
    "home.help",
    "home.search",
)

QUIT = Binding(
    "ctrl+q,ctrl+c",
    "app.quit",
    N_("quit"),
    tooltip=N_("Quit (checked answers are saved)"),
    priority=True,
    id="app.quit",
)
COMMANDS = Binding(
    "ctrl+p",
    "app.commands",
    N_("menu"),
    tooltip=N_("Find a command, an exercise or a rule"),
    priority=True,
    id="app.commands",
)
#: The bindings of the app, which work on every screen.
GLOBAL_BINDINGS = (COMMANDS, QUIT)

#: Names of keys that are not simply capitalised.
_KEY_LABELS = {
    "escape": "Esc",
    "enter": "Enter",
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "ctrl+backslash": "^\\",
}

#: Bindings that are shown with the key of another one, which does the opposite.
_PARTNERS = {"playground.left": "playground.right", "playground.smaller-step": "playground.larger-step"}


def key_label(key: str, glyphs: Glyphs) -> str:
    """Return a key as people write it: `F2`, `^Q`, `Shift+Tab`, `Esc`, `→`."""
    key = key.strip()
    if key in _KEY_LABELS:
        return _KEY_LABELS[key]
    *modifiers, base = key.split("+")
    if modifiers == ["ctrl"] and len(base) == 1:
        return f"^{base.upper()}"
    name = glyphs.arrows.get(base) or _KEY_LABELS.get(base) or (base if len(base) == 1 else base.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def _rank(id: str) -> int:
    """Return the rank at which a key is kept when the row is short: help is kept on every screen."""
    if id in _PRIORITY:
        return _PRIORITY.index(id)
    return _PRIORITY.index("exercise.help") if id.endswith(".help") else len(_PRIORITY)


class KeySpan(NamedTuple):
    """A binding and the columns of the bar that show it."""

    begin: int
    end: int
    binding: Binding


class KeyBar(Widget):
    """Show the active bindings of the screen, as many as fit, and a status at the right; a click runs the action."""

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        #: The bindings that can be used now and are meant to be shown, whether there is room for them or not.
        self.keys: Sequence[Binding] = ()
        #: The keys of all active bindings, those too that are not meant to be shown.
        self._keys_by_id: dict[str | None, str] = {}
        self._status = ""
        #: The cells of each binding that is shown.
        self.spans: list[KeySpan] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.update_keys(), immediate=True)
        self.update_keys()

    def update_keys(self) -> None:
        """Read the active bindings of the screen, in the order in which it declares them."""
        active: dict[tuple[str | None, str], list[Binding]] = {}
        keys_by_id = {}
        changed: Mapping[str, str] = getattr(self.app, "keymap", {})
        for _node, binding, _enabled, _tooltip in self.screen.active_bindings.values():
            keys_by_id[binding.id] = binding.key
            if binding.show:
                active.setdefault((binding.id, binding.action), []).append(binding)
        keys = []
        for declared in (*self.screen.BINDINGS, *GLOBAL_BINDINGS):
            if isinstance(declared, Binding) and (same := active.get((declared.id, declared.action))):
                # Of several keys the first one is shown, of those that were changed the first one of these.
                first_key = changed.get(declared.id or "", declared.key).partition(",")[0]
                keys.append(next((binding for binding in same if binding.key == first_key), same[0]))
        if keys != self.keys or keys_by_id != self._keys_by_id:
            self.keys, self._keys_by_id = keys, keys_by_id
            self.refresh()

    def set_status(self, status: str) -> None:
        """Show a status at the right end."""
        if status != self._status:
            self._status = status
            self.refresh()

    def render(self) -> Content:
        room = self.size.width - (cell_len(self._status) + 1 if self._status else 0)
        parts: list[str | tuple[str, str]] = []
        self.spans = []
        x = 0
        for binding in self._fitting_keys(room):
            key, label = self._texts(binding)
            width = cell_len(key) + 1 + cell_len(label)
            parts += [(key, "bold $bright"), f" {label}  "]
            self.spans.append(KeySpan(x, x + width, binding))
            x += width + 2
        if self._status:
            parts += [" " * max(self.size.width - x - cell_len(self._status), 0), (self._status, "bold $help")]
        return Content.assemble(*parts)

    def _texts(self, binding: Binding) -> tuple[str, str]:
        key = key_label(binding.key, self.glyphs)
        if partner := self._keys_by_id.get(_PARTNERS.get(binding.id or "", "")):
            gap = "" if len(key) == 1 and key not in "[]" else " "
            key = f"{key}{gap}{key_label(partner, self.glyphs)}"
        return key, self.glyphs.render(_(binding.description))

    def _fitting_keys(self, room: int) -> list[Binding]:
        """Return the bindings there is room for in their order, chosen by rank."""
        ranks = {key: _rank(key.id or "") for key in self.keys}
        if not any((key.id or "").startswith("exercise.") for key in self.keys):
            # In an exercise its own keys are worth more than the way elsewhere.
            ranks |= {key: len(_PRIORITY) - 1 for key in self.keys if key.id == COMMANDS.id}
        fitting = set()
        for key in sorted(self.keys, key=ranks.__getitem__):
            width = cell_len(" ".join(self._texts(key)))
            if width > room:
                break
            room -= width + 2
            fitting.add(key)
        return [key for key in self.keys if key in fitting]

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        for span in self.spans:
            if offset is not None and span.begin <= offset.x < span.end:
                await self.screen.run_action(span.binding.action)
