"""The settings screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.i18n import LANGUAGES, N_, _, current_language
from tutor.tui.content import styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("back"), tooltip=N_("back to where you were"), id="settings.close"),
    Binding("enter,right", "change(1)", N_("change"), tooltip=N_("the next choice"), id="settings.change"),
    Binding("left", "change(-1)", N_("back"), tooltip=N_("the choice before"), show=False, id="settings.before"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="settings.help"),
]

_ROW_LABELS: Mapping[str, str] = {
    "theme": N_("Theme"),
    "language": N_("Language"),
    "density": N_("Graphs open"),
    "ascii": N_("Drawn with"),
}
_KEYS_LABEL = N_("Keys")
_FILE_LABEL = N_("Settings file")
_GLYPH_SET_LABELS: Mapping[str, str] = {"all": N_("all characters"), "ascii": N_("ASCII only")}


class SettingsScreen(TutorScreen[None]):
    """List the settings; Enter takes the next choice of the row in focus, which holds at once and is saved."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Each row is a setting; Enter takes the next choice, and it holds at once. All of it is kept in one small "
        "file, where keys can be changed as well."
    )

    def __init__(self, host: Host, preferences: Preferences) -> None:
        super().__init__(host)
        self._preferences = preferences
        self._highlighted_row: int | None = 0

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (_("Settings"), "bold")), id="title")
        yield ReadableOptionList(*self._options(), id="settings")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = self._highlighted_row

    def on_glyphs_changed(self) -> None:
        """Remember the row in focus."""
        if self.has_widgets:
            self._highlighted_row = self.query_one(OptionList).highlighted

    def _options(self) -> list[Option]:
        path = settings.default_path()
        changed = self.host.keymap
        keys = ", ".join(changed) if changed else _("as they are; the file below changes them")
        return [
            *(Option(self._setting_line(name), name) for name in _ROW_LABELS),
            Option(Content(""), disabled=True),
            Option(self._line(_KEYS_LABEL, keys), "keys", disabled=True),
            Option(self._line(_FILE_LABEL, str(path) if path.exists() else _("Enter makes it")), "file"),
        ]

    def _setting_line(self, name: str) -> Content:
        value, choices = self._choices(name)
        return self._line(_ROW_LABELS[name], _(choices[value]))

    def _line(self, label: str, value: str) -> Content:
        width = max(cell_len(_(name)) for name in (*_ROW_LABELS.values(), _KEYS_LABEL, _FILE_LABEL))
        return styled(self.glyphs, (_(label), "bold"), " " * (width - cell_len(_(label))), f"   {value}")

    def _choices(self, name: str) -> tuple[str, Mapping[str, str]]:
        """Return the current value of a setting, and the label of each choice."""
        current = self._preferences.settings
        if name == "theme":
            return current.theme, settings.THEMES
        if name == "language":
            return current_language(), {code: language.name for code, language in LANGUAGES.items()}
        if name == "density":
            return current.density, settings.DENSITIES
        return ("ascii" if self.glyphs.ascii else "all"), _GLYPH_SET_LABELS

    # --- keys ---

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_change(1)

    async def action_change(self, step: int) -> None:
        """Take the next choice of the row in focus, or the previous one for a step of -1."""
        options = self.query_one(OptionList)
        name = options.highlighted_option.id if options.highlighted_option else ""
        if name and name in _ROW_LABELS:
            value, choices = self._choices(name)
            values = list(choices)
            await self._apply_choice(name, values[(values.index(value) + step) % len(values)])
        elif name == "file":
            self._preferences.create_settings_file()
        self._refresh_rows()

    async def _apply_choice(self, name: str, value: str) -> None:
        preferences = self._preferences
        if name == "theme":
            preferences.set_theme(value, announce=False)
        elif name == "language":
            await preferences.set_language(value, announce=False)
        elif name == "density":
            preferences.set_density(value, announce=False)
        else:
            await preferences.set_ascii(value == "ascii", announce=False)

    def _refresh_rows(self) -> None:
        options = self.query_one(OptionList)
        row = options.highlighted
        options.clear_options()
        options.add_options(self._options())
        options.highlighted = row
