"""The settings: what is chosen, changed on the spot and kept in the settings file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

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

    from tutor.glyphs import Glyphs
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
_KEYS, _FILE = _BESIDES = (N_("Keys"), N_("Settings file"))
_GLYPH_SET_LABELS: Mapping[str, str] = {"all": N_("all characters"), "ascii": N_("ASCII only")}


class SettingsScreen(TutorScreen):
    """A row for each setting; Enter changes it."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Each row is a setting; Enter takes the next choice, and it holds at once. All of it is kept in one small "
        "file, where keys can be changed as well."
    )

    def __init__(self, glyphs: Glyphs, *, ascii: bool = False) -> None:
        super().__init__(glyphs, ascii=ascii)
        self._highlighted_row: int | None = 0

    @property
    def _preferences(self) -> Preferences:
        return cast("Preferences", self.app)

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (_("Settings"), "bold")), id="title")
        yield ReadableOptionList(*self._options(), id="settings")
        yield KeyBar(self.glyphs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = self._highlighted_row
        self.query_one(KeyBar).set_state([key for key in self.bindings() if key.show])

    def on_glyphs_changed(self) -> None:
        """The row in focus stays where it is."""
        self._highlighted_row = self.query_one(OptionList).highlighted

    def _options(self) -> list[Option]:
        shown = [Option(self._row(name, _(says)), name) for name, says in _ROW_LABELS.items()]
        path = settings.default_path()
        changed = self._preferences.keymap
        keys = ", ".join(changed) if changed else _("as they are; the file below changes them")
        return [
            *shown,
            Option(Content(""), disabled=True),
            Option(self._line(_(_KEYS), keys), "keys", disabled=True),
            Option(self._line(_(_FILE), str(path) if path.exists() else _("Enter makes it")), "file"),
        ]

    def _row(self, name: str, says: str) -> Content:
        value, choices = self._choices(name)
        return self._line(says, _(choices[value]))

    def _line(self, says: str, value: str) -> Content:
        width = max(cell_len(_(name)) for name in [*_ROW_LABELS.values(), *_BESIDES])
        return styled(self.glyphs, (says, "bold"), " " * (width - cell_len(says)), f"   {value}")

    def _choices(self, name: str) -> tuple[str, Mapping[str, str]]:
        """What is chosen, and all choices with what they are called."""
        chosen = self._preferences.settings
        if name == "theme":
            return chosen.theme, settings.THEMES
        if name == "language":
            return current_language(), {code: language.name for code, language in LANGUAGES.items()}
        if name == "density":
            return chosen.density, settings.DENSITIES
        return ("ascii" if self.ascii else "all"), _GLYPH_SET_LABELS

    # --- keys ---

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_change(1)

    async def action_change(self, by: int) -> None:
        """Take the next choice of the row in focus, after the last one the first."""
        options = self.query_one(OptionList)
        name = options.highlighted_option.id if options.highlighted_option else ""
        if name and name in _ROW_LABELS:
            value, choices = self._choices(name)
            every = list(choices)
            new = every[(every.index(value) + by) % len(every)]
            await self._apply_choice(name, new)
        elif name == "file":
            self._preferences.create_settings_file()
        self._refresh_rows()

    async def _apply_choice(self, name: str, value: str) -> None:
        app = self._preferences
        if name == "theme":
            app.set_theme(value)
        elif name == "language":
            await app.set_language(value)
        elif name == "density":
            app.set_density(value)
        else:
            await app.set_ascii(value == "ascii")

    def _refresh_rows(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        options.add_options(self._options())
        options.highlighted = at
