"""What a learner chooses for the whole program: colours, language, density, ASCII, keys. Each choice is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.message import Message

from tutor import i18n, settings
from tutor.i18n import N_, _, message
from tutor.system_errors import reason
from tutor.tui.scroll_bars import draw_scroll_bars
from tutor.tui.signs import ASCII, UNICODE
from tutor.tui.theme import COLOURLESS, THEMES
from tutor.tui.widgets.key_bar import written

if TYPE_CHECKING:
    from tutor.drawing import Density
    from tutor.tui.screens.home import HomeScreen
    from tutor.tui.signs import Signs


class Choosing(App[bool]):
    """An app with the settings of a learner."""

    signs: Signs
    ascii: bool
    home: HomeScreen

    class Keys(Message):
        """It is known which of the keys in the settings can be had."""

        def __init__(self, keys: Mapping[str, str], faults: list[tuple[str, i18n.Message]]) -> None:
            super().__init__()
            self.keys = keys
            self.faults = faults

    def begin_to_choose(self, ascii: bool) -> None:
        """Read the settings; `ascii` asks for ASCII whatever they say."""
        found = settings.read()
        self.chosen = found.chosen
        #: Keys that were changed, by the id of what they do.
        self.keymap: Mapping[str, str] = {}
        self._settings_faults = found.faults
        for theme in THEMES.values():
            self.register_theme(theme)
        self.colourless = "NO_COLOR" in os.environ
        self._show_theme()
        self.ascii = ascii or bool(self.chosen.ascii)
        self._choose_signs()

    def _choose_signs(self) -> None:
        signs = ASCII if self.ascii else UNICODE
        names = {id: written(keys.partition(",")[0], signs) for id, keys in self.keymap.items()}
        self.signs = replace(signs, keys=names)
        self.set_class(self.ascii, "-ascii")
        draw_scroll_bars(self.ascii)

    def _show_theme(self) -> None:
        self.theme = COLOURLESS if self.colourless else THEMES[self.chosen.theme].name

    @property
    def density(self) -> Density | None:
        """The density that graphs open in; None: what fits."""
        if self.chosen.density == "full":
            return "full"
        return "compact" if self.chosen.density == "compact" else None

    def tell(self, said: object, *, trouble: bool = False) -> None:
        """Say something in a corner, for a moment. It is shown as it is, never as markup."""
        text = self.signs.text(str(said))
        self.clear_notifications()
        self.notify(text, markup=False, severity="warning" if trouble else "information", timeout=8)

    def tell_faults(self) -> None:
        """Say what is wrong with the settings file, in one sentence."""
        if self._settings_faults:
            first, *others = self._settings_faults
            more = message(N_("(and {n} more: `backprop-tutor settings`)"), n=len(others))
            self.home.say(f"{first} {more}" if others else first)

    # --- keys ---

    def look_at_keys(self) -> None:
        """Find out which of the keys in the settings can be had. It loads all screens; runs beside the app."""
        if self.chosen.keys:
            from tutor.tui.keymap import usable

            self.post_message(self.Keys(*usable(self.chosen.keys)))

    async def on_choosing_keys(self, event: Keys) -> None:
        self.keymap = event.keys
        self.set_keymap(dict(event.keys))
        self._choose_signs()
        await self._renew_screens()
        if event.faults:
            path = settings.default_path()
            found = [settings.at(path, id, said) for id, said in event.faults]
            self._settings_faults = [*self._settings_faults, *found]
            self.tell_faults()

    # --- choosing ---

    def _keep(self, name: str, value: str | bool, said: object) -> None:
        from tutor.tui.keymap import write_template
        from tutor.tui.screens.settings import SettingsScreen

        path = settings.default_path()
        with suppress(OSError):
            write_template(path)
        trouble = settings.write(name, value, path)
        if trouble is not None:
            self.tell(trouble, trouble=True)
        elif not isinstance(self.screen, SettingsScreen):  # where it stands already
            self.tell(said)

    def choose_theme(self, name: str) -> None:
        self.chosen = replace(self.chosen, theme=name)
        self._show_theme()
        said = message(N_("Theme: {name}."), name=_(settings.THEMES[name]))
        if self.colourless:
            said = message(N_("Kept. NO_COLOR is set, so no colours are shown now."))
        self._keep("theme", name, said)

    def choose_density(self, name: str) -> None:
        self.chosen = replace(self.chosen, density=name)
        self._keep("density", name, message(N_("Graphs open: {how}."), how=_(settings.DENSITIES[name])))

    async def choose_language(self, code: str) -> None:
        i18n.use(code)
        self.chosen = replace(self.chosen, language=code)
        await self._renew_screens()
        self._keep("language", code, message(N_("Language: {name}."), name=settings.NAMES[code]))

    async def choose_ascii(self, wanted: bool) -> None:
        self.chosen = replace(self.chosen, ascii=wanted)
        self.ascii = wanted
        self._choose_signs()
        await self._renew_screens()
        self._keep("ascii", wanted, _("Drawn in ASCII.") if wanted else _("Drawn with all characters."))

    async def _renew_screens(self) -> None:
        """Make the screens that stand once more, in other words or signs. What they know stays."""
        for screen in self.screen_stack:
            if not hasattr(screen, "signs"):
                continue
            screen.signs = self.signs
            if hasattr(screen, "ascii"):
                screen.ascii = self.ascii
            if hasattr(screen, "restyle"):
                screen.restyle()
            await screen.recompose()
            screen.on_mount()  # type: ignore[attr-defined]
            screen.post_message(events.Resize(screen.size, screen.size))

    def write_settings(self) -> None:
        """Make the settings file, with all there is to set, and say where it lies."""
        from tutor.tui.keymap import write_template

        path = settings.default_path()
        try:
            made = write_template(path)
        except OSError as error:
            why = reason(error)
            self.tell(message(N_("{path} can't be written: {reason}."), path=path, reason=why), trouble=True)
            return
        said = N_("Made: {path}") if made else N_("The settings are in {path}")
        self.tell(message(said, path=path))
