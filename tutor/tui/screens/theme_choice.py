"""The list of themes: the one under the cursor is shown in a sample at once, and everywhere a moment later."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tutor import settings
from tutor.i18n import N_, _
from tutor.tui.screens.base import TutorScreen
from tutor.tui.themes import palette_of_theme
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.row_list import Row, RowList
from tutor.tui.widgets.theme_sample import ThemeSample

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences

KEYS: list[BindingType] = [
    Binding("escape", "cancel", N_("cancel"), tooltip=N_("Restore the previous theme"), id="themes.cancel"),
    Binding("enter", "take", N_("use"), tooltip=N_("Use this theme"), id="themes.take"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="themes.help"),
]
#: Seconds for which the cursor rests until everything is shown in its theme, which takes longer than the sample.
_REST = 0.15


def theme_label(name: str) -> str:
    """Return the name of a theme as it is shown; those of Textual have only one."""
    return _(settings.THEMES[name]) if name in settings.THEMES else name


class ThemeChoiceScreen(TutorScreen[None]):
    """Choose a theme by looking at it."""

    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "The theme under the cursor is previewed at once. Enter keeps it; Esc restores the previous "
        "one. The first four are made for this program, the others are Textual's."
    )

    def __init__(self, host: Host, preferences: Preferences) -> None:
        super().__init__(host)
        self._preferences = preferences
        self._current = preferences.settings.theme
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        with Horizontal(id="themes-body"):
            yield RowList(self.glyphs, self._rows(), self._current, id="themes")
            yield ThemeSample(self.glyphs, id="sample")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self.query_one(Head).show(HeadContent(_("Theme"), trail=(_("Settings"),)))
        self.query_one(RowList).focus()
        self._show_sample()

    def on_glyphs_changed(self) -> None:
        if self.has_widgets:
            self._current = self.query_one(RowList).current

    def _rows(self) -> list[Row]:
        names = self._preferences.theme_names
        own = [self._row(name) for name in names if name in settings.THEMES]
        others = [self._row(name) for name in names if name not in settings.THEMES]
        return [Row(label=_("Made for this program")), *own, Row(), Row(label=_("Textual's themes")), *others]

    def _row(self, name: str) -> Row:
        palette = palette_of_theme(self._preferences.textual_theme(name))
        is_in_use = name == self._preferences.settings.theme
        swatch = palette if palette.colours == "all" and self._preferences.shows_themes else None
        note = f"{self.glyphs.correct} " if is_in_use else ""
        return Row(name, theme_label(name), note=note, is_marked=is_in_use, swatch=swatch)

    # --- the theme under the cursor ---

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self._show_sample()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST, self._show_everywhere)

    def _show_sample(self) -> None:
        self.query_one(ThemeSample).show(self._preferences.textual_theme(self.query_one(RowList).current))

    def _show_everywhere(self) -> None:
        if self.app.screen is self and self.has_widgets:
            self._preferences.preview_theme(self.query_one(RowList).current)

    def on_row_list_clicked(self, event: RowList.Clicked) -> None:
        """Take the theme under the cursor, which the first click on it has shown."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        self._leave(self.query_one(RowList).current)

    def action_cancel(self) -> None:
        self._leave(None)

    def _leave(self, chosen: str | None) -> None:
        """Go back with a theme, or with the one before for None."""
        if self.app.screen is not self:
            return
        if chosen is None:
            self._preferences.preview_theme(self._preferences.settings.theme)
        else:
            self._preferences.set_theme(chosen)
        self.dismiss(None)
