"""The settings: what is chosen, changed on the spot and kept in the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.i18n import N_, _, language
from tutor.tui.contents import content
from tutor.tui.screens.visited import VisitedScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from tutor.tui.choosing import Choosing

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("back"), tooltip=N_("back to where you were"), id="settings.close"),
    Binding("enter,right", "change(1)", N_("change"), tooltip=N_("the next choice"), id="settings.change"),
    Binding("left", "change(-1)", N_("back"), tooltip=N_("the choice before"), show=False, id="settings.before"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="settings.help"),
]

_NAMES: Mapping[str, str] = {
    "theme": N_("Theme"),
    "language": N_("Language"),
    "density": N_("Graphs open"),
    "ascii": N_("Drawn with"),
}
_KEYS, _FILE = _BESIDES = (N_("Keys"), N_("Settings file"))
_DRAWN: Mapping[str, str] = {"all": N_("all characters"), "ascii": N_("ASCII only")}


class SettingsScreen(VisitedScreen):
    """A row for each setting; Enter changes it."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_(
        "Each row is a setting; Enter takes the next choice, and it holds at once. All of it is kept in one small "
        "file, where keys can be changed as well."
    )

    def __init__(self, signs: Signs, *, ascii: bool = False) -> None:
        super().__init__(signs, ascii=ascii)
        self._at: int | None = 0

    @property
    def _choosing(self) -> Choosing:
        return cast("Choosing", self.app)

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (_("Settings"), "bold")), id="title")
        yield Rows(*self._options(), id="settings")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):
            return
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = self._at
        self.query_one(KeyBar).show([key for key in self.own_keys() if key.show])

    def restyle(self) -> None:
        """The row in focus stays where it is."""
        self._at = self.query_one(OptionList).highlighted

    def _options(self) -> list[Option]:
        shown = [Option(self._row(name, _(says)), name) for name, says in _NAMES.items()]
        path = settings.default_path()
        changed = self._choosing.keymap
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
        width = max(cell_len(_(name)) for name in [*_NAMES.values(), *_BESIDES])
        return content(self.signs, (says, "bold"), " " * (width - cell_len(says)), f"   {value}")

    def _choices(self, name: str) -> tuple[str, Mapping[str, str]]:
        """What is chosen, and all choices with what they are called."""
        chosen = self._choosing.chosen
        if name == "theme":
            return chosen.theme, settings.THEMES
        if name == "language":
            return language(), settings.NAMES
        if name == "density":
            return chosen.density, settings.DENSITIES
        return ("ascii" if self.ascii else "all"), _DRAWN

    # --- keys ---

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_change(1)

    async def action_change(self, by: int) -> None:
        """Take the next choice of the row in focus, after the last one the first."""
        options = self.query_one(OptionList)
        name = options.highlighted_option.id if options.highlighted_option else ""
        if name and name in _NAMES:
            value, choices = self._choices(name)
            every = list(choices)
            new = every[(every.index(value) + by) % len(every)]
            await self._take(name, new)
        elif name == "file":
            self._choosing.write_settings()
        self._renew()

    async def _take(self, name: str, value: str) -> None:
        app = self._choosing
        if name == "theme":
            app.choose_theme(value)
        elif name == "language":
            await app.choose_language(value)
        elif name == "density":
            app.choose_density(value)
        else:
            await app.choose_ascii(value == "ascii")

    def _renew(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        options.add_options(self._options())
        options.highlighted = at
