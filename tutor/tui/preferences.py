"""The learner's preferences: theme, language, density, ASCII and keys, kept in the settings file."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from tutor import i18n, settings
from tutor.glyphs import ASCII, UNICODE
from tutor.i18n import N_, _, describe_os_error, message
from tutor.served import is_in_browser
from tutor.tui.browser_keys import browser_keymap
from tutor.tui.keymap import check_new_key, validate_keymap, write_template
from tutor.tui.textual_patches import set_scroll_bar_style
from tutor.tui.themes import TERMINAL_COLOURS, THEMES
from tutor.tui.widgets.key_bar import key_label

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from textual.app import App
    from textual.binding import Binding
    from textual.theme import Theme

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs


class Preferences:
    """The learner's preferences, applied to an app at once and saved."""

    class KeymapLoaded(Message):
        """The keys in the settings file were validated."""

        def __init__(self, keymap: Mapping[str, str], faults: list[tuple[str, i18n.Message]]) -> None:
            super().__init__()
            self.keymap = keymap
            self.faults = faults

    def __init__(
        self,
        app: App[Any],
        *,
        ascii: bool,
        load_bindings: Callable[[], Sequence[Binding]],
        redraw_screens: Callable[[], Awaitable[None]],
        report: Callable[[object], None],
    ) -> None:
        """Read the settings and apply them; `ascii` overrides what they say about ASCII.

        `load_bindings` loads every screen to find the bindings. `report` shows what is wrong with the settings file.
        """
        self._redraw_screens = redraw_screens
        self._app = app
        self._load_bindings = load_bindings
        self._report = report
        loaded = settings.load()
        self.settings = loaded.settings
        #: Keys that were changed, by the id of their binding.
        self.keymap: Mapping[str, str] = {}
        self._settings_faults = loaded.faults
        for theme in THEMES.values():
            app.register_theme(theme)
        self.is_colourless = "NO_COLOR" in os.environ
        #: Whether only the terminal's own sixteen colours are shown, on its own ground.
        self.has_few_colours = app.console.color_system == "standard"
        self._animation_level = app.animation_level
        self._apply_theme()
        self._apply_glyphs(ascii or bool(self.settings.ascii))
        self._apply_animations()

    def _apply_glyphs(self, ascii: bool) -> None:
        glyphs = ASCII if ascii else UNICODE
        changed_keys = {id: key_label(keys.partition(",")[0], glyphs) for id, keys in self.keymap.items()}
        self.glyphs: Glyphs = replace(glyphs, changed_keys=changed_keys)
        self._app.set_class(ascii, "-ascii")
        set_scroll_bar_style(ascii)

    @property
    def theme_names(self) -> Sequence[str]:
        """Return the names of the themes that can be chosen: the program's own, then those that Textual has."""
        return (*THEMES, *(name for name in settings.TEXTUAL_THEMES if name in self._app.available_themes))

    def _apply_theme(self) -> None:
        self.preview_theme(self.settings.theme)

    def preview_theme(self, name: str) -> None:
        """Show everything in a theme without choosing it; in the terminal's own colours nothing changes."""
        self._app.theme = self.textual_theme(name).name if self.shows_themes else TERMINAL_COLOURS

    @property
    def shows_themes(self) -> bool:
        """Return whether there are colours other than the terminal's own."""
        return not self.is_colourless and not self.has_few_colours

    def textual_theme(self, name: str) -> Theme:
        """Return a theme by its name in the settings; the default one for a theme that this Textual does not have."""
        others = self._app.available_themes
        return THEMES.get(name) or others.get(name) or THEMES[settings.Settings().theme]

    @property
    def density(self) -> Density | None:
        """Return the density that graphs open in; None for the one that fits."""
        if self.settings.density == "full":
            return "full"
        return "compact" if self.settings.density == "compact" else None

    def show_notification(self, text: object, *, warning: bool = False, seconds: int = 8) -> None:
        """Show a short message in the corner, never read as markup."""
        self._app.clear_notifications()
        shown = self.glyphs.render(str(text))
        self._app.notify(shown, markup=False, severity="warning" if warning else "information", timeout=seconds)

    def report_settings_faults(self) -> None:
        """Report the first fault of the settings file, and how many more there are."""
        if self._settings_faults:
            first, *others = self._settings_faults
            more = message(N_("(and {n} more: `backprop-tutor settings`)"), n=len(others))
            self._report(f"{first} {more}" if others else first)

    # --- keys ---

    def load_keymap(self) -> None:
        """Validate the keys in the settings and post them to the app. It may load all screens: run it in a thread."""
        if self.settings.keys or is_in_browser():
            self._app.post_message(self.KeymapLoaded(*self._keymap_of(self.settings.keys, self._load_bindings())))

    def _keymap_of(
        self, keys: Mapping[str, str], available: Sequence[Binding]
    ) -> tuple[Mapping[str, str], list[tuple[str, i18n.Message]]]:
        """Return the usable keys by the id of their binding, in a browser with second ones, and what is wrong."""
        keymap, faults = validate_keymap(keys, available)
        return browser_keymap(keymap, available) if is_in_browser() else keymap, faults

    async def apply_keymap(self, loaded: KeymapLoaded) -> None:
        """Use validated keys from now on, and report what is wrong with the others."""
        self.keymap = loaded.keymap
        self._app.set_keymap(dict(loaded.keymap))
        self._apply_glyphs(self.glyphs.ascii)
        await self._redraw_screens()
        if loaded.faults:
            path = settings.default_path()
            faults = [settings.fault_at(path, id, fault) for id, fault in loaded.faults]
            self._settings_faults = [*self._settings_faults, *faults]
            self.report_settings_faults()

    @cached_property
    def bindings(self) -> Mapping[str, Binding]:
        """Return the bindings whose keys can be changed, by their ids; this loads every screen."""
        return {binding.id: binding for binding in self._load_bindings() if binding.id is not None}

    def check_key(self, id: str, key: str) -> i18n.Message | None:
        """Return why a binding can't have a key, None if it can."""
        return check_new_key(id, key, self.keymap, self.bindings.values())

    async def set_key(self, id: str, key: str | None) -> None:
        """Give a binding a key from now on, or its default for None; screens show it at once."""
        keys = {name: value for name, value in self.settings.keys.items() if name != id}
        if key is not None:
            keys[id] = key
        self.settings = replace(self.settings, keys=keys)
        self.keymap, _faults = self._keymap_of(keys, list(self.bindings.values()))
        self._app.set_keymap(dict(self.keymap))
        self._apply_glyphs(self.glyphs.ascii)
        await self._redraw_screens()
        self._write(lambda path: settings.save_key(id, key, self.bindings[id].key, path), None)

    # --- choices ---

    def _save(self, name: str, value: str | bool, notice: object) -> None:
        """Save a setting. Show why if that fails, otherwise the notice if there is one."""
        self._write(lambda path: settings.save_value(name, value, path), notice)

    def _write(self, save: Callable[[Path], i18n.Message | None], notice: object) -> None:
        """Change the settings file, which is made if there is none."""
        path = settings.default_path()
        with suppress(OSError):
            write_template(path, self._load_bindings())
        problem = save(path)
        if problem is not None:
            self.show_notification(problem, warning=True)
        elif notice is not None:
            self.show_notification(notice)

    def set_theme(self, name: str, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, theme=name)
        self._apply_theme()
        notice = message(N_("Theme: {name}."), name=_(settings.THEMES.get(name, name)))
        if self.is_colourless:
            notice = message(N_("Saved. NO_COLOR is set, so no colours are shown now."))
        elif self.has_few_colours:
            notice = message(N_("Saved. This terminal uses its own 16 colours, so the theme is not visible here."))
        self._save("theme", name, notice if announce else None)

    def set_density(self, name: str, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, density=name)
        notice = message(N_("Graph view: {how}."), how=_(settings.DENSITIES[name]))
        self._save("density", name, notice if announce else None)

    async def set_language(self, code: str, *, announce: bool = True) -> None:
        i18n.set_language(code)
        self.settings = replace(self.settings, language=code)
        await self._redraw_screens()
        notice = message(N_("Language: {name}."), name=i18n.LANGUAGES[code].name)
        self._save("language", code, notice if announce else None)

    async def set_ascii(self, ascii: bool, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, ascii=ascii)
        self._apply_glyphs(ascii)
        await self._redraw_screens()
        notice = _("Drawing in ASCII.") if ascii else _("Drawing with Unicode characters.")
        self._save("ascii", ascii, notice if announce else None)

    def _apply_animations(self) -> None:
        self._app.animation_level = self._animation_level if self.settings.animations else "none"

    def set_animations(self, animations: bool, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, animations=animations)
        self._apply_animations()
        notice = _("Animations are on.") if animations else _("Animations are off.")
        self._save("animations", animations, notice if announce else None)

    def asks_for(self, what: Literal["predictions", "reasons"]) -> bool:
        """Return whether predictions or reasons are asked for."""
        return self.settings.predictions if what == "predictions" else self.settings.reasons

    def set_predictions(self, predictions: bool, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, predictions=predictions)
        notice = _("Predictions are on.") if predictions else _("Predictions are off.")
        self._save("predictions", predictions, notice if announce else None)

    def set_reasons(self, reasons: bool, *, announce: bool = True) -> None:
        self.settings = replace(self.settings, reasons=reasons)
        notice = _("Questions about reasons are on.") if reasons else _("Questions about reasons are off.")
        self._save("reasons", reasons, notice if announce else None)

    def create_settings_file(self) -> None:
        """Write a settings file that lists all settings, and say where it is."""
        path = settings.default_path()
        try:
            is_new = write_template(path, self._load_bindings())
        except OSError as error:
            template = N_("{path} can't be written: {reason}.")
            self.show_notification(message(template, path=path, reason=describe_os_error(error)), warning=True)
            return
        self.show_notification(message(N_("Created: {path}") if is_new else N_("Settings file: {path}"), path=path))
