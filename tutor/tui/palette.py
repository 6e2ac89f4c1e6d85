"""The command palette: the commands of the screen and the program, every exercise, every rule, the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.command import CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.widgets import LoadingIndicator, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.grading.rule_cards import all_cards
from tutor.i18n import LANGUAGES, N_, _, current_language, message, other_languages, translate_to
from tutor.tui.content import styled
from tutor.tui.search import SearchQuery, search_names
from tutor.tui.widgets.key_bar import KeyBar, key_label
from tutor.tui.widgets.option_list import PaletteList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.glyphs import Glyphs
    from tutor.tui.navigator import Navigator

#: Keys that move, type or select, which are of no use as commands.
_NAVIGATION_KEYS = (
    "left",
    "right",
    "up",
    "down",
    "home",
    "end",
    "backspace",
    "delete",
    "tab",
    "shift+tab",
    "enter",
    "pageup",
)


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """A command: its name, a detail shown after it, what it runs, and other names that find it."""

    name: str
    detail: str
    run: Callable[[], Any]
    aliases: Sequence[str] = ()
    #: Whether it is listed before anything is typed.
    discoverable: bool = True


class TutorCommands(Provider):
    """All commands in this order: the screen's, the program's, the settings', exercises, rules."""

    #: Set by the palette in a subclass: Textual makes the provider itself.
    navigator: Navigator

    @property
    def _glyphs(self) -> Glyphs:
        return self.navigator.preferences.glyphs

    async def startup(self) -> None:
        self._commands = list(self._all_commands())

    async def discover(self) -> Hits:
        for command in self._commands:
            if command.discoverable:
                yield DiscoveryHit(_format_command(self._glyphs, command), command.run, command.name)

    async def search(self, query: str) -> Hits:
        search_query = SearchQuery(query)
        for command in self._commands:
            score = search_query.score(command.name, *command.aliases)
            if score:
                yield Hit(score, _format_command(self._glyphs, command, search_query), command.run, command.name)

    # --- all commands ---

    def _all_commands(self) -> Iterator[PaletteCommand]:
        yield from self._screen_commands()
        yield from self._app_commands()
        yield from self._setting_commands()
        yield from self._exercise_commands()
        if not self.navigator.exam_in_progress:
            yield from self._rule_commands()

    def _screen_commands(self) -> Iterator[PaletteCommand]:
        """Yield what the keys of the screen do now."""
        bars = self.screen.query(KeyBar)
        for binding in bars.first().keys if bars else ():
            if binding.key in _NAVIGATION_KEYS or (binding.id or "").startswith("app."):
                continue
            text = binding.tooltip or binding.description
            yield PaletteCommand(
                _capitalise(_(text)),
                key_label(binding.key, self._glyphs),
                partial(self.screen.run_action, binding.action),
                (_(binding.description), *_translations(text), binding.id or ""),
            )

    def _app_commands(self) -> Iterator[PaletteCommand]:
        navigator = self.navigator
        if self.screen is not navigator.home:
            yield self._command(N_("the list of exercises"), navigator.show_home)
            if not navigator.exam_in_progress:
                yield self._command(N_("rules and words"), navigator.show_glossary)
            yield self._command(N_("playground: any formula of your own"), navigator.show_playground)
            yield self._command(N_("progress: rules, packs, weeks, mistakes"), navigator.show_progress)
        if navigator.home.due_count:
            yield self._command(N_("review: the rules that are due"), navigator.show_review)
        yield self._command(
            N_("the first steps once more: one pass replayed, then by hand"), navigator.show_first_steps
        )
        key = self._glyphs.key_label("app.quit", "^Q")
        yield self._command(N_("quit; everything checked is kept"), self.app.action_quit, key)

    def _command(self, name: str, run: Callable[[], Any], detail: str = "") -> PaletteCommand:
        return PaletteCommand(_capitalise(_(name)), detail, run, _translations(name))

    def _setting_commands(self) -> Iterator[PaletteCommand]:
        preferences = self.navigator.preferences
        yield self._command(N_("settings"), self.navigator.show_settings)
        for name, label in settings.THEMES.items():
            if name != preferences.settings.theme:
                yield self._setting_command(N_("theme: {name}"), label, partial(preferences.set_theme, name))
        for code, language in LANGUAGES.items():
            if code != current_language():
                set_language = partial(preferences.set_language, code)
                yield self._setting_command(N_("language: {name}"), language.name, set_language)
        for name, label in settings.DENSITIES.items():
            if name != preferences.settings.density:
                yield self._setting_command(N_("graphs open: {name}"), label, partial(preferences.set_density, name))
        if preferences.glyphs.ascii:
            yield self._command(N_("draw with all characters"), partial(preferences.set_ascii, False))
        else:
            yield self._command(N_("draw in ASCII"), partial(preferences.set_ascii, True))
        yield self._command(N_("make the settings file, or say where it is"), preferences.create_settings_file)

    def _setting_command(self, text: str, value: str, run: Callable[[], Any]) -> PaletteCommand:
        aliases = [translate_to(text, code).format(name=translate_to(value, code)) for code in other_languages()]
        return PaletteCommand(_capitalise(str(message(text, name=_(value)))), "", run, aliases)

    def _exercise_commands(self) -> Iterator[PaletteCommand]:
        for pack in self.navigator.home.packs:
            for entry in pack.entries:
                name = f"{pack.id}/{entry.id}"
                run = partial(self.navigator.show_exercise, name)
                yield PaletteCommand(str(entry.title), name, run, search_names(pack, entry), discoverable=False)

    def _rule_commands(self) -> Iterator[PaletteCommand]:
        for card in all_cards():
            names = (card.name, *_translations(card.name), *map(str, card.rules))
            run = partial(self.navigator.show_rule_card, card)
            yield PaletteCommand(card.title, _("rule card"), run, names, discoverable=False)


def _capitalise(text: str) -> str:
    """Return a text with a capital, as a line begins."""
    return text[:1].upper() + text[1:]


def _translations(text: str) -> list[str]:
    """Return a text in the languages that are not in use."""
    return [translate_to(text, code) for code in other_languages()]


def _format_command(glyphs: Glyphs, command: PaletteCommand, query: SearchQuery | None = None) -> Content:
    """Return a command in one line, with the letters found by the query underlined."""
    name = styled(glyphs, command.name)
    if query is not None and len(name.plain) == len(command.name):
        for begin, end in query.spans(command.name):
            name = name.stylize("underline", begin, end)
    return styled(glyphs, name, (f"   {command.detail}" if command.detail else "", "$foreground 60%"))


class TutorPalette(CommandPalette):
    """The palette with texts in the language in use."""

    def __init__(self, navigator: Navigator) -> None:
        self._glyphs = navigator.preferences.glyphs
        provider = type("NavigatorCommands", (TutorCommands,), {"navigator": navigator})
        placeholder = self._glyphs.render(_("a command, an exercise, a rule"))
        super().__init__([provider], placeholder=placeholder, id="palette")

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield Static(styled(self._glyphs, (self._glyphs.prompt, "bold $primary")), id="palette-sign")
                yield CommandInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield PaletteList()
                yield LoadingIndicator()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say at once that nothing matches."""
        self._stop_no_matches_countdown()
        if search_value:
            notice = message(N_("Nothing is called “{text}”. Esc goes back."), text=search_value)
            options = self.query_one(CommandList)
            options.add_option(Option(styled(self._glyphs, str(notice)), disabled=True, id=self._NO_MATCHES))
            self._list_visible = True
        else:
            self._list_visible = False
