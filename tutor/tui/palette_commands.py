"""The commands of the palette: those of every screen, the program's, the settings', exercises, rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

from tutor import settings, text_search
from tutor.grading.rule_cards import all_cards
from tutor.i18n import LANGUAGES, N_, _, capitalise, current_language, message, other_languages, translate_to
from tutor.packs.exercise_search import search_fields
from tutor.served import is_in_browser, is_shared
from tutor.text_search import SearchFields
from tutor.tui.keymap import PLACES
from tutor.tui.widgets.key_bar import KeyBar, key_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.screen import Screen

    from tutor.text_search import Hits
    from tutor.tui.navigator import Navigator

#: Keys that move, type, select or go back, which are of no use as commands.
_NAVIGATION_KEYS = (
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown"),
    *("tab", "shift+tab", "enter", "space", "backspace", "delete"),
)
_OTHER_PLACE = N_("on another screen")


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """A command: its name, a detail shown after it, what it runs, and what else finds it."""

    name: str
    detail: str
    run: Callable[[], Any]
    fields: SearchFields
    #: Whether it is listed before anything is typed.
    discoverable: bool = True
    #: Why it can't be run now.
    refusal: str = ""
    #: The heading above it before anything is typed.
    group: str = ""


class PaletteCommands:
    """The commands that can be found from a screen."""

    def __init__(self, navigator: Navigator, screen: Screen[Any]) -> None:
        self.navigator = navigator
        self.screen = screen
        self._glyphs = navigator.preferences.glyphs
        self._own = list(self._each_own())

    def find(self, text: str) -> Hits[PaletteCommand]:
        """Return the commands that match what was typed, the best first; for nothing those to discover."""
        if text_search.is_blank(text):
            return text_search.Hits([command for command in self._own if command.discoverable])
        # An exam doesn't reveal what else would help.
        elsewhere = [] if self.navigator.exam_in_progress else self._elsewhere
        return text_search.find(text, [*self._own, *elsewhere], lambda command: command.fields)

    def _each_own(self) -> Iterator[PaletteCommand]:
        for group, commands in (
            (_("On this screen"), self._screen_commands()),
            (_("Other screens"), self._app_commands()),
            (_("Settings"), self._setting_commands()),
        ):
            yield from (replace(command, group=group) for command in commands)
        yield from self._exercise_commands()
        if not self.navigator.exam_in_progress:
            yield from self._rule_commands()

    # --- the screen, and all others ---

    def _screen_commands(self) -> Iterator[PaletteCommand]:
        """Yield what the keys of the screen do now."""
        for binding in self._active_bindings():
            if _is_command(binding):
                run = partial(self.screen.run_action, binding.action)
                yield self._binding_command(binding, key_label(binding.key, self._glyphs), run)

    def _active_bindings(self) -> Sequence[Binding]:
        bars = self.screen.query(KeyBar)
        return bars.first().keys if bars else ()

    @cached_property
    def _elsewhere(self) -> list[PaletteCommand]:
        """The commands of the other screens, and those of this one that can't be used now."""
        # Only a query finds them; all screens are loaded for it.
        from tutor.tui.all_bindings import SCREENS

        names = {command.name for command in self._own}
        commands = []
        for screen in SCREENS:
            for binding in screen.BINDINGS:
                if not (isinstance(binding, Binding) and binding.show and _is_command(binding)):
                    continue
                if binding.key.startswith("escape"):
                    continue
                command = self._command_elsewhere(screen, binding)
                if command.name not in names:
                    names.add(command.name)
                    commands.append(command)
        return commands

    def _command_elsewhere(self, screen_class: type[Screen[Any]], binding: Binding) -> PaletteCommand:
        key = self._glyphs.key_label(str(binding.id), key_label(binding.key.partition(",")[0], self._glyphs))
        if type(self.screen) is screen_class:
            refusal = message(N_("“{command}” can't be used right now."), command=_name_of(binding))
            return self._binding_command(binding, f"{key} · " + _("not now"), _do_nothing, str(refusal))
        scope = str(binding.id).partition(".")[0]
        place = _(PLACES.get(scope, _OTHER_PLACE))
        target = self.navigator.find_screen(screen_class)
        if target is not None:
            return self._binding_command(
                binding, f"{key} · {place}", partial(self.navigator.run_on, target, binding.action), other_screen=True
            )
        refusal = message(N_("“{command}” works {place}."), command=_name_of(binding), place=place)
        return self._binding_command(binding, f"{key} · {place}", _do_nothing, str(refusal))

    def _binding_command(
        self,
        binding: Binding,
        detail: str,
        run: Callable[[], Any],
        refusal: str = "",
        *,
        other_screen: bool = False,
    ) -> PaletteCommand:
        """Return the command of a key. One of another screen comes after those that can be used here."""
        text = binding.tooltip or binding.description
        titles = (_name_of(binding), _(binding.description), *_translations(text), *_translations(binding.description))
        is_away = other_screen or bool(refusal)
        fields = SearchFields(() if is_away else titles, (*(titles if is_away else ()), binding.id or ""))
        return PaletteCommand(_name_of(binding), detail, run, fields, refusal=refusal)

    # --- the program ---

    def _app_commands(self) -> Iterator[PaletteCommand]:
        navigator = self.navigator
        if self.screen is not navigator.home:
            yield self._command(N_("List of exercises"), navigator.show_home)
            if not navigator.exam_in_progress:
                yield self._command(N_("Rules and terms"), navigator.show_glossary)
            yield self._command(N_("Playground: try any formula"), navigator.show_playground)
            yield self._command(N_("Progress: rules, packs, weeks, mistakes"), navigator.show_progress)
        if navigator.home.due_count:
            yield self._command(N_("Review: the rules that are due"), navigator.show_review)
        yield self._command(N_("Placement test: find where to start"), partial(navigator.show_placement, "first"))
        yield self._command(N_("Final test: see what you know now"), partial(navigator.show_placement, "final"))
        yield self._command(N_("First steps: watch one pass, then do it by hand"), navigator.show_first_steps)
        if is_in_browser():
            yield self._command(N_("Download all your attempts"), navigator.download_attempts)
        key = self._glyphs.key_label("app.quit", "^Q")
        yield self._command(N_("Quit (checked answers are saved)"), self.screen.app.action_quit, key)

    def _command(self, name: str, run: Callable[[], Any], detail: str = "") -> PaletteCommand:
        shown = capitalise(_(name))
        return PaletteCommand(shown, detail, run, SearchFields((shown, *_translations(name))))

    def _setting_commands(self) -> Iterator[PaletteCommand]:
        preferences = self.navigator.preferences
        yield self._command(N_("Settings"), self.navigator.show_settings)
        for name in preferences.theme_names:
            if name != preferences.settings.theme:
                run, is_own = partial(preferences.set_theme, name), name in settings.THEMES
                label = settings.THEMES.get(name, name)
                yield self._setting_command(N_("Theme: {name}"), label, run, discoverable=is_own)
        for code, language in LANGUAGES.items():
            if code != current_language():
                set_language = partial(preferences.set_language, code)
                yield self._setting_command(N_("Language: {name}"), language.name, set_language)
        for name, label in settings.DENSITIES.items():
            if name != preferences.settings.density:
                yield self._setting_command(N_("Graph view: {name}"), label, partial(preferences.set_density, name))
        if preferences.glyphs.ascii:
            yield self._command(N_("Draw with Unicode characters"), partial(preferences.set_ascii, False))
        else:
            yield self._command(N_("Draw in ASCII"), partial(preferences.set_ascii, True))
        if preferences.settings.predictions:
            yield self._command(N_("Turn predictions off"), partial(preferences.set_predictions, False))
        else:
            yield self._command(N_("Turn predictions on"), partial(preferences.set_predictions, True))
        if preferences.settings.reasons:
            yield self._command(N_("Turn questions about reasons off"), partial(preferences.set_reasons, False))
        else:
            yield self._command(N_("Turn questions about reasons on"), partial(preferences.set_reasons, True))
        if not is_shared():
            yield self._command(N_("Create the settings file, or show where it is"), preferences.create_settings_file)

    def _setting_command(
        self, text: str, value: str, run: Callable[[], Any], *, discoverable: bool = True
    ) -> PaletteCommand:
        titles = [translate_to(text, code).format(name=translate_to(value, code)) for code in other_languages()]
        name = capitalise(str(message(text, name=_(value))))
        return PaletteCommand(name, "", run, SearchFields((name, *titles)), discoverable)

    def _exercise_commands(self) -> Iterator[PaletteCommand]:
        for pack in self.navigator.home.packs:
            for entry in pack.entries:
                name = f"{pack.id}/{entry.id}"
                run = partial(self.navigator.show_exercise, name)
                yield PaletteCommand(str(entry.title), name, run, search_fields(pack, entry), discoverable=False)

    def _rule_commands(self) -> Iterator[PaletteCommand]:
        for card in all_cards():
            titles = (card.title, card.name, *_translations(card.name))
            run = partial(self.navigator.show_rule_card, card)
            fields = SearchFields(titles, texts=tuple(map(str, card.rules)))
            yield PaletteCommand(card.title, _("rule card"), run, fields, discoverable=False)


def _is_command(binding: Binding) -> bool:
    key = binding.key.partition(",")[0]
    return key not in _NAVIGATION_KEYS and not (binding.id or "").startswith("app.")


def _name_of(binding: Binding) -> str:
    return capitalise(_(binding.tooltip or binding.description))


def _do_nothing() -> None:
    """Stand in for a command that can't be run."""


def _translations(text: str) -> list[str]:
    """Return a text in the languages that are not in use."""
    return [translate_to(text, code) for code in other_languages()]
