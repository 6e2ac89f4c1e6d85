"""The keys of all screens, each of which can be changed by pressing another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tutor.i18n import N_, _, capitalise, message
from tutor.tui.keymap import PLACES, different_keys
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.key_capture import KeyCaptureScreen
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar, key_label
from tutor.tui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("back"), tooltip=N_("Go back"), id="keys.close"),
    Binding("enter", "capture", N_("change"), tooltip=N_("Choose another key for this"), id="keys.change"),
    Binding("delete,backspace", "reset", N_("default"), tooltip=N_("Restore the default key"), id="keys.reset"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="keys.help"),
]
#: At most so many keys of one action are shown: those of other keyboards follow.
_MAX_KEYS_SHOWN = 3


class KeySettingsScreen(TutorScreen[None]):
    """List what keys do, screen by screen, with the keys."""

    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Each row is an action with its key. Press Enter and then a new key to change it; Delete "
        "restores the default. Changed keys are saved in the settings file under [keys]."
    )

    def __init__(self, host: Host, preferences: Preferences) -> None:
        super().__init__(host)
        self._preferences = preferences
        self._current = ""

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        yield RowList(self.glyphs, self._rows(), self._current, id="key-list")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self.query_one(Head).show(HeadContent(_("Keys"), trail=(_("Settings"),)))
        self.query_one(RowList).focus()

    def on_glyphs_changed(self) -> None:
        if self.has_widgets:
            self._current = self.query_one(RowList).current

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "reset" or (self.has_widgets and self._is_changed(self.query_one(RowList).current))

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        scope = ""
        for id, binding in self._preferences.bindings.items():
            if (own_scope := id.partition(".")[0]) != scope:
                scope = own_scope
                place = _(PLACES[scope]) if scope in PLACES else _("on every screen")
                rows += [*([Row()] if rows else []), Row(label=capitalise(place))]
            rows.append(self._row(id, binding))
        return rows

    def _row(self, id: str, binding: Binding) -> Row:
        text = _(binding.tooltip or binding.description)
        in_use = self.host.keymap.get(id, binding.key)
        if not self._is_changed(id):
            return Row(id, capitalise(text), self._labels(in_use))
        note = str(message(N_("default {keys}"), keys=self._labels(binding.key)))
        value = self._labels(self._preferences.settings.keys[id])
        return Row(id, capitalise(text), value, note=note, is_marked=True)

    def _is_changed(self, id: str) -> bool:
        """Return whether the learner has changed a key, in a way that can be used."""
        return id in self.host.keymap and id in self._preferences.settings.keys

    def _labels(self, keys: str) -> str:
        return "  ".join(key_label(key, self.glyphs) for key in different_keys(keys)[:_MAX_KEYS_SHOWN])

    # --- changing ---

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def on_row_list_clicked(self, event: RowList.Clicked) -> None:
        event.stop()
        self.action_capture()

    def action_capture(self) -> None:
        """Wait for a key that the action under the cursor gets."""
        if self.app.screen is self:
            id = self.query_one(RowList).current
            binding = self._preferences.bindings[id]
            self.app.push_screen(KeyCaptureScreen(self.host, self._preferences, binding), self._use_key)

    async def _use_key(self, key: str | None) -> None:
        if key is not None:
            default = self._preferences.bindings[self.query_one(RowList).current].key
            await self._set_key(None if key == default else key)

    async def action_reset(self) -> None:
        await self._set_key(None)

    async def _set_key(self, key: str | None) -> None:
        await self._preferences.set_key(self.query_one(RowList).current, key)
        self.query_one(RowList).show(self._rows())
        self.refresh_bindings()
