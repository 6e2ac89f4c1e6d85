"""What a learner chooses for the whole program: colours, language, density, ASCII, keys. Each choice is kept."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.message import Message

from tutor import i18n, settings
from tutor.glyphs import ASCII, UNICODE
from tutor.i18n import N_, _, describe_os_error, message
from tutor.tui.textual_patches import set_scroll_bar_style
from tutor.tui.themes import COLOURLESS, THEMES
from tutor.tui.widgets.key_bar import key_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs
    from tutor.tui.screens.home import HomeScreen


class Preferences(App[bool]):
    """An app with the settings of a learner."""

    glyphs: Glyphs
    ascii: bool
    home: HomeScreen

    class KeymapLoaded(Message):
        """It is known which of the keys in the settings can be had."""

        def __init__(self, keys: Mapping[str, str], faults: list[tuple[str, i18n.Message]]) -> None:
            super().__init__()
            self.keys = keys
            self.faults = faults

    def init_preferences(self, ascii: bool) -> None:
        """Read the settings; `ascii` asks for ASCII whatever they say."""
        found = settings.load()
        self.settings = found.settings
        #: Keys that were changed, by the id of what they do.
        self.keymap: Mapping[str, str] = {}
        self._settings_faults = found.faults
        for theme in THEMES.values():
            self.register_theme(theme)
        self.colourless = "NO_COLOR" in os.environ
        self._apply_theme()
        self.ascii = ascii or bool(self.settings.ascii)
        self._apply_glyphs()

    def _apply_glyphs(self) -> None:
        signs = ASCII if self.ascii else UNICODE
        names = {id: key_label(keys.partition(",")[0], signs) for id, keys in self.keymap.items()}
        self.glyphs = replace(signs, changed_keys=names)
        self.set_class(self.ascii, "-ascii")
        set_scroll_bar_style(self.ascii)

    def _apply_theme(self) -> None:
        self.theme = COLOURLESS if self.colourless else THEMES[self.settings.theme].name

    @property
    def density(self) -> Density | None:
        """The density that graphs open in; None: what fits."""
        if self.settings.density == "full":
            return "full"
        return "compact" if self.settings.density == "compact" else None

    def show_notification(self, notice: object, *, warning: bool = False) -> None:
        """Say something in a corner, for a moment. It is shown as it is, never as markup."""
        text = self.glyphs.render(str(notice))
        self.clear_notifications()
        self.notify(text, markup=False, severity="warning" if warning else "information", timeout=8)

    def report_settings_faults(self) -> None:
        """Say what is wrong with the settings file, in one sentence."""
        if self._settings_faults:
            first, *others = self._settings_faults
            more = message(N_("(and {n} more: `backprop-tutor settings`)"), n=len(others))
            self.home.set_message(f"{first} {more}" if others else first)

    # --- keys ---

    def load_keymap(self) -> None:
        """Find out which of the keys in the settings can be had. It loads all screens; runs beside the app."""
        if self.settings.keys:
            from tutor.tui.keymap import validate_keymap

            self.post_message(self.KeymapLoaded(*validate_keymap(self.settings.keys)))

    async def on_preferences_keymap_loaded(self, event: KeymapLoaded) -> None:
        self.keymap = event.keys
        self.set_keymap(dict(event.keys))
        self._apply_glyphs()
        await self._recompose_screens()
        if event.faults:
            path = settings.default_path()
            found = [settings.fault_at(path, id, said) for id, said in event.faults]
            self._settings_faults = [*self._settings_faults, *found]
            self.report_settings_faults()

    # --- choosing ---

    def _save(self, name: str, value: str | bool, notice: object) -> None:
        from tutor.tui.keymap import write_template
        from tutor.tui.screens.settings import SettingsScreen

        path = settings.default_path()
        with suppress(OSError):
            write_template(path)
        trouble = settings.save_value(name, value, path)
        if trouble is not None:
            self.show_notification(trouble, warning=True)
        elif not isinstance(self.screen, SettingsScreen):  # where it stands already
            self.show_notification(notice)

    def set_theme(self, name: str) -> None:
        self.settings = replace(self.settings, theme=name)
        self._apply_theme()
        said = message(N_("Theme: {name}."), name=_(settings.THEMES[name]))
        if self.colourless:
            said = message(N_("Kept. NO_COLOR is set, so no colours are shown now."))
        self._save("theme", name, said)

    def set_density(self, name: str) -> None:
        self.settings = replace(self.settings, density=name)
        self._save("density", name, message(N_("Graphs open: {how}."), how=_(settings.DENSITIES[name])))

    async def set_language(self, code: str) -> None:
        i18n.set_language(code)
        self.settings = replace(self.settings, language=code)
        await self._recompose_screens()
        self._save("language", code, message(N_("Language: {name}."), name=i18n.LANGUAGES[code].name))

    async def set_ascii(self, ascii: bool) -> None:
        self.settings = replace(self.settings, ascii=ascii)
        self.ascii = ascii
        self._apply_glyphs()
        await self._recompose_screens()
        self._save("ascii", ascii, _("Drawn in ASCII.") if ascii else _("Drawn with all characters."))

    async def _recompose_screens(self) -> None:
        """Make the screens that stand once more, in other words or signs. What they know stays."""
        for screen in self.screen_stack:
            if not hasattr(screen, "glyphs"):
                continue
            screen.glyphs = self.glyphs
            if hasattr(screen, "ascii"):
                screen.ascii = self.ascii
            if hasattr(screen, "on_glyphs_changed"):
                screen.on_glyphs_changed()
            await screen.recompose()
            screen.on_mount()  # type: ignore[attr-defined]
            screen.post_message(events.Resize(screen.size, screen.size))

    def create_settings_file(self) -> None:
        """Make the settings file, with all there is to set, and say where it lies."""
        from tutor.tui.keymap import write_template

        path = settings.default_path()
        try:
            made = write_template(path)
        except OSError as error:
            why = describe_os_error(error)
            self.show_notification(
                message(N_("{path} can't be written: {reason}."), path=path, reason=why), warning=True
            )
            return
        said = N_("Made: {path}") if made else N_("The settings are in {path}")
        self.show_notification(message(said, path=path))
