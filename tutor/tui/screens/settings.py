"""The settings screen: every setting with its value, and a sample of how things look with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tutor import settings
from tutor.i18n import LANGUAGES, N_, _, current_language, message
from tutor.tui.content import styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.key_settings import KeySettingsScreen
from tutor.tui.screens.theme_choice import ThemeChoiceScreen, theme_label
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.row_list import Row, RowList
from tutor.tui.widgets.theme_sample import ThemeSample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult

    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("back"), tooltip=N_("Go back"), id="settings.close"),
    Binding("enter", "open", N_("choose"), tooltip=N_("List the choices of this setting"), id="settings.open"),
    Binding("right,space", "change(1)", N_("change"), tooltip=N_("Go to the next choice"), id="settings.change"),
    Binding(
        "left", "change(-1)", N_("back"), tooltip=N_("Go to the previous choice"), show=False, id="settings.before"
    ),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="settings.help"),
]

#: The settings that have a few choices: their labels, and what they are about.
_LABELS: Mapping[str, str] = {
    "theme": N_("Theme"),
    "ascii": N_("Characters"),
    "animations": N_("Animations"),
    "density": N_("Graph view"),
    "predictions": N_("Predictions"),
    "reasons": N_("Reasons"),
    "language": N_("Language"),
}
_DESCRIPTIONS: Mapping[str, str] = {
    "theme": N_("The colours. Enter lists all themes with a preview. Every state also has a sign or a word."),
    "ascii": N_("Draw with Unicode characters, or with ASCII only if your terminal or font lacks some of them."),
    "animations": N_("Short animations, such as a gradient travelling along its edges. When off, nothing moves."),
    "density": N_("How a graph opens: in full if there is room, always with all values, or compact."),
    "predictions": N_("Before some blanks, predict a gradient's sign or size and say how sure you are. Esc skips it."),
    "reasons": N_("Sometimes, after a right answer, choose why it is right. To skip it, keep typing or press Esc."),
    "language": N_("The language of all texts."),
    "keys": N_("The keys of every screen. Enter lists them, and you can change each one."),
    "file": N_("All settings are saved in this file, with comments. You can also edit it yourself."),
}
_CHOICES_OF_SWITCHES: Mapping[str, Mapping[str, str]] = {
    "ascii": {"all": N_("Unicode"), "ascii": N_("ASCII only")},
    "animations": {"on": N_("On"), "off": N_("Off")},
    "predictions": {"on": N_("On"), "off": N_("Off")},
    "reasons": {"on": N_("On"), "off": N_("Off")},
}
#: The sample is shown beside the list from this width on.
_WIDTH_FOR_SAMPLE = 76


class SettingsScreen(TutorScreen[None]):
    """List the settings; the arrow keys change the one under the cursor, which takes effect at once and is saved."""

    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Each row is a setting. The left and right arrow keys change it; Enter lists its choices. A "
        "change takes effect at once and is saved in the settings file. The rest of the file stays as "
        "it is."
    )

    def __init__(self, host: Host, preferences: Preferences) -> None:
        super().__init__(host)
        self._preferences = preferences
        self._current = "theme"

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        with Horizontal(id="settings-body"):
            with Vertical(id="settings-list"):
                yield RowList(self.glyphs, self._rows(), self._current, id="settings")
                yield Static(id="settings-description")
            yield ThemeSample(self.glyphs, id="sample")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self.query_one(Head).show(HeadContent(_("Settings")))
        self.query_one(RowList).focus()
        self._describe()
        self._show_sample_if_wide()

    def on_resize(self, _event: events.Resize) -> None:
        self._show_sample_if_wide()

    def _show_sample_if_wide(self) -> None:
        for sample in self.query(ThemeSample):
            sample.display = self.size.width >= _WIDTH_FOR_SAMPLE

    def on_glyphs_changed(self) -> None:
        """Remember the row under the cursor."""
        if self.has_widgets:
            self._current = self.query_one(RowList).current

    def on_screen_resume(self) -> None:
        """Show what was chosen on the screen above."""
        if self.has_widgets:
            self._refresh_rows()

    # --- rows ---

    def _rows(self) -> list[Row]:
        path = settings.default_path()
        num_changed = len(self.host.keymap.keys() & self._preferences.settings.keys.keys())
        keys = str(message(N_("{n} changed"), n=num_changed)) if num_changed else _("Default")
        return [
            Row(label=_("Appearance")),
            *map(self._setting_row, ("theme", "ascii", "animations")),
            Row(),
            Row(label=_("Graphs")),
            self._setting_row("density"),
            Row(),
            Row(label=_("Practice")),
            *map(self._setting_row, ("predictions", "reasons")),
            Row(),
            Row(label=_("Language and keys")),
            self._setting_row("language"),
            Row("keys", _("Keys"), keys, note=self.glyphs.prompt),
            Row(),
            Row(label=_("Settings file")),
            Row("file", str(path) if path.exists() else _("Not created yet; Enter creates it")),
        ]

    def _setting_row(self, name: str) -> Row:
        value, choices = self._choices(name)
        note = self.glyphs.prompt if name == "theme" else ""
        return Row(name, _(_LABELS[name]), _(choices[value]), note=note, turns=True)

    def _choices(self, name: str) -> tuple[str, Mapping[str, str]]:
        """Return the current value of a setting, and the label of each choice."""
        current = self._preferences.settings
        if name == "theme":
            return current.theme, {theme: theme_label(theme) for theme in self._preferences.theme_names}
        if name == "language":
            return current_language(), {code: language.name for code, language in LANGUAGES.items()}
        if name == "density":
            return current.density, settings.DENSITIES
        is_first = not self.glyphs.ascii if name == "ascii" else bool(getattr(current, name))
        choices = _CHOICES_OF_SWITCHES[name]
        return list(choices)[0 if is_first else 1], choices

    def _refresh_rows(self) -> None:
        self.query_one(RowList).show(self._rows())
        self._describe()

    def _describe(self) -> None:
        """Say what the setting under the cursor is about."""
        description = _DESCRIPTIONS.get(self.query_one(RowList).current, "")
        text = _(description) if description else ""
        self.query_one("#settings-description", Static).update(styled(self.glyphs, (text, "$muted")))

    # --- keys and mouse ---

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self._describe()

    async def on_row_list_clicked(self, event: RowList.Clicked) -> None:
        event.stop()
        if event.step:
            await self.action_change(event.step)
        else:
            await self.action_open()

    async def action_open(self) -> None:
        """List the choices of the row under the cursor, or take the next one."""
        if self.app.screen is not self:
            return
        name = self.query_one(RowList).current
        if name == "theme":
            self.app.push_screen(ThemeChoiceScreen(self.host, self._preferences))
        elif name == "keys":
            self.app.push_screen(KeySettingsScreen(self.host, self._preferences))
        elif name == "file":
            self._preferences.create_settings_file()
            self._refresh_rows()
        else:
            await self.action_change(1)

    async def action_change(self, step: int) -> None:
        """Take the next choice of the row under the cursor, or the previous one for a step of -1."""
        name = self.query_one(RowList).current
        if name in _LABELS:
            value, choices = self._choices(name)
            values = list(choices)
            await self._apply_choice(name, values[(values.index(value) + step) % len(values)])
            self._refresh_rows()

    async def _apply_choice(self, name: str, value: str) -> None:
        preferences = self._preferences
        if name == "theme":
            preferences.set_theme(value, announce=False)
        elif name == "language":
            await preferences.set_language(value, announce=False)
        elif name == "density":
            preferences.set_density(value, announce=False)
        elif name == "animations":
            preferences.set_animations(value == "on", announce=False)
        elif name == "predictions":
            preferences.set_predictions(value == "on", announce=False)
        elif name == "reasons":
            preferences.set_reasons(value == "on", announce=False)
        else:
            await preferences.set_ascii(value == "ascii", announce=False)
