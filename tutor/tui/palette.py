"""The command palette: the commands of the screen and the program, every exercise, every rule, the settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.grading.rule_cards import all_cards
from tutor.i18n import LANGUAGES, N_, _, current_language, message, other_languages, translate_to
from tutor.tui.content import styled
from tutor.tui.search import SearchQuery, search_names
from tutor.tui.widgets.key_bar import KeyBar, key_label
from tutor.tui.widgets.line_input import LineInput
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.content import Content
    from textual.screen import Screen
    from textual.widgets import Input

    from tutor.glyphs import Glyphs
    from tutor.tui.navigator import Navigator

#: Characters of a query; no name is longer.
_MAX_QUERY_LENGTH = 200
#: Hits that are listed. With more, a longer query helps sooner than scrolling.
_MAX_HITS = 100
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


class PaletteCommands:
    """The commands that can be run from a screen: its own, the program's, the settings', exercises, rules."""

    def __init__(self, navigator: Navigator, screen: Screen[Any]) -> None:
        self.navigator = navigator
        self.screen = screen
        self._glyphs = navigator.preferences.glyphs
        self._commands = tuple(self._all_commands())

    def find(self, query: SearchQuery) -> list[PaletteCommand]:
        """Return the commands that match, the best first; for an empty query those to discover."""
        if not query:
            return [command for command in self._commands if command.discoverable]
        scores = ((query.score(command.name, *command.aliases), command) for command in self._commands)
        hits = sorted((hit for hit in scores if hit[0]), key=lambda hit: -hit[0])
        return [command for _score, command in hits[:_MAX_HITS]]

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
        yield self._command(N_("quit; everything checked is kept"), self.screen.app.action_quit, key)

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


def _format_command(glyphs: Glyphs, command: PaletteCommand, query: SearchQuery) -> Content:
    """Return a command in one line, with the letters found by the query underlined."""
    name = styled(glyphs, command.name)
    if len(name.plain) == len(command.name):
        for begin, end in query.spans(command.name):
            name = name.stylize("underline", begin, end)
    return styled(glyphs, name, (f"   {command.detail}" if command.detail else "", "$muted"))


class TutorPalette(ModalScreen[None]):
    """A line to type into and the commands found. Everything happens at once, so that keys may follow each other fast."""

    AUTO_FOCUS = "LineInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run", show=False),
        Binding("escape", "close", show=False),
        *(
            Binding(keys, f"move('{move}')", show=False)
            for keys, move in (
                ("down", "cursor_down"),
                ("up", "cursor_up"),
                ("pagedown", "page_down"),
                ("pageup", "page_up"),
                ("ctrl+home,shift+home", "first"),
                ("ctrl+end,shift+end", "last"),
            )
        ),
    ]

    def __init__(self, navigator: Navigator, calling_screen: Screen[Any]) -> None:
        """List what can be run from the `calling_screen`."""
        super().__init__()
        self._navigator = navigator
        self._calling_screen = calling_screen
        self._commands = PaletteCommands(navigator, calling_screen)
        self._query_text = ""
        self._hits: list[PaletteCommand] = []

    @property
    def _glyphs(self) -> Glyphs:
        return self._navigator.preferences.glyphs

    def compose(self) -> ComposeResult:
        placeholder = self._glyphs.render(_("a command, an exercise, a rule"))
        with Horizontal(id="palette-line"):
            yield Static(styled(self._glyphs, (self._glyphs.prompt, "bold $bright")), id="palette-sign")
            yield LineInput(self._query_text, placeholder=placeholder, max_length=_MAX_QUERY_LENGTH)
        hits = ReadableOptionList(*self._options(), id="palette-hits")
        hits.can_focus = False
        yield hits

    async def redraw(self) -> None:
        """Show the commands with the glyphs, keys and language in use; what is typed stays."""
        self._commands = PaletteCommands(self._navigator, self._calling_screen)
        await self.recompose()
        for line in self.query(LineInput):
            line.focus()

    def _options(self) -> list[Option]:
        """Find the commands and return a row for each, or one that says that there are none."""
        query = SearchQuery(self._query_text)
        self._hits = self._commands.find(query)
        if not self._hits:
            notice = message(N_("Nothing is called “{text}”. Esc goes back."), text=self._query_text)
            return [Option(styled(self._glyphs, str(notice)), disabled=True)]
        return [Option(_format_command(self._glyphs, command, query)) for command in self._hits]

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._query_text = event.value.strip()
        hits = self.query_one(OptionList)
        hits.clear_options()
        hits.add_options(self._options())
        hits.action_first()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        # The second one of two fast clicks or Enters comes when the palette is closed.
        if self.app.screen is self and event.option_index < len(self._hits):
            self.dismiss()
            self.app.call_later(self._hits[event.option_index].run)

    def on_click(self, event: events.Click) -> None:
        """Close the palette when the screen below it is clicked."""
        if event.widget is self:
            self.action_close()

    def action_run(self) -> None:
        self.query_one(OptionList).action_select()

    def action_move(self, move: str) -> None:
        getattr(self.query_one(OptionList), f"action_{move}")()

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss()
