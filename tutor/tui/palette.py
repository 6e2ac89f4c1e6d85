"""The command palette: what can be done here, every exercise, every rule, and what can be chosen.

What is searched are names in both languages. Nothing that comes from a pack is read as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.widgets import LoadingIndicator, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.i18n import LANGUAGES, N_, _, current_language, message, translate_to
from tutor.tui.content import styled
from tutor.tui.keymap import keys_for
from tutor.tui.search import SearchQuery, search_names
from tutor.tui.widgets.key_bar import KeyBar, key_label
from tutor.tui.widgets.option_list import PaletteList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.content import Content

    from tutor.glyphs import Glyphs
    from tutor.tui.app import TutorApp

#: Keys that are of no use as commands: those that move, type or choose what is in focus.
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
    """Something to be done: what it is called, what stands beside it, other names that find it."""

    name: str
    detail: str
    run: Callable[[], Any]
    aliases: Sequence[str] = ()
    #: Whether it is listed before anything is typed.
    discoverable: bool = True


class TutorCommands(Provider):
    """All commands, in this order: this screen's, the program's, the settings', exercises, rules."""

    @property
    def tutor(self) -> TutorApp:
        return cast("TutorApp", self.app)

    async def startup(self) -> None:
        self._commands = list(self._all_commands())

    async def discover(self) -> Hits:
        for command in self._commands:
            if command.discoverable:
                yield DiscoveryHit(_format_command(self.tutor.glyphs, command), command.run, command.name)

    async def search(self, query: str) -> Hits:
        wanted = SearchQuery(query)
        for command in self._commands:
            score = wanted.score(command.name, *command.aliases)
            if score:
                yield Hit(score, _format_command(self.tutor.glyphs, command, wanted), command.run, command.name)

    # --- what there is ---

    def _all_commands(self) -> Iterator[PaletteCommand]:
        yield from self._screen_commands()
        yield from self._app_commands()
        yield from self._setting_commands()
        yield from self._exercise_commands()
        if not self.tutor.exam_in_progress:
            yield from self._rule_commands()

    def _screen_commands(self) -> Iterator[PaletteCommand]:
        """What the keys of the screen do that are of use now."""
        bars = self.screen.query(KeyBar)
        for binding in bars.first().keys if bars else ():
            first = binding.key.partition(",")[0]
            if first in _NAVIGATION_KEYS or (binding.id or "").startswith("app."):
                continue
            yield self._key_command(binding, partial(self.screen.run_action, binding.action))

    def _key_command(self, binding: Binding, run: Callable[[], Any]) -> PaletteCommand:
        says = binding.tooltip or binding.description
        key = key_label(keys_for(self.app, binding).partition(",")[0], self.tutor.glyphs)
        return PaletteCommand(
            _capitalise(_(says)), key, run, (_(binding.description), _in_other_language(says), binding.id or "")
        )

    def _app_commands(self) -> Iterator[PaletteCommand]:
        app = self.tutor
        if self.screen is not app.home:
            yield self._app_command(N_("the list of exercises"), app.show_home)
            if not app.exam_in_progress:
                yield self._app_command(N_("rules and words"), app.show_glossary)
            yield self._app_command(N_("playground: any formula of your own"), app.show_playground)
            yield self._app_command(N_("progress: rules, packs, weeks, mistakes"), app.show_progress)
        if app.home.due_count:
            yield self._app_command(N_("review: the rules that are due"), app.show_review)
        yield self._app_command(N_("the first steps once more: one pass replayed, then by hand"), app.show_first_steps)
        yield self._app_command(
            N_("quit; everything checked is kept"), app.action_quit, app.glyphs.key_label("app.quit", "^Q")
        )

    def _app_command(self, name: str, run: Callable[[], Any], detail: str = "") -> PaletteCommand:
        return PaletteCommand(_capitalise(_(name)), detail, run, (_in_other_language(name),))

    def _setting_commands(self) -> Iterator[PaletteCommand]:
        app, chosen = self.tutor, self.tutor.settings
        yield self._app_command(N_("settings"), app.show_settings)
        for name, says in settings.THEMES.items():
            if name != chosen.theme:
                yield self._setting_command(N_("theme: {name}"), says, partial(app.set_theme, name))
        for code in LANGUAGES:
            if code != current_language():
                yield self._setting_command(
                    N_("language: {name}"), LANGUAGES[code].name, partial(app.set_language, code)
                )
        for name, says in settings.DENSITIES.items():
            if name != chosen.density:
                yield self._setting_command(N_("graphs open: {name}"), says, partial(app.set_density, name))
        if app.ascii:
            yield self._app_command(N_("draw with all characters"), partial(app.set_ascii, False))
        else:
            yield self._app_command(N_("draw in ASCII"), partial(app.set_ascii, True))
        yield self._app_command(N_("make the settings file, or say where it is"), app.create_settings_file)

    def _setting_command(self, text: str, value: str, run: Callable[[], Any]) -> PaletteCommand:
        other = translate_to(text, _other_language()).format(name=translate_to(value, _other_language()))
        return PaletteCommand(_capitalise(str(message(text, name=_(value)))), "", run, (other,))

    def _exercise_commands(self) -> Iterator[PaletteCommand]:
        for pack in self.tutor.packs:
            for entry in pack.entries:
                name = f"{pack.id}/{entry.id}"
                run = partial(self.tutor.show_exercise, name)
                yield PaletteCommand(str(entry.title), name, run, search_names(pack, entry), discoverable=False)

    def _rule_commands(self) -> Iterator[PaletteCommand]:
        from tutor.grading.rule_cards import all_cards

        for card in all_cards():
            beside = _("rule card")
            names = (card.name, _in_other_language(card.name), *map(str, card.rules))
            yield PaletteCommand(
                card.title, beside, partial(self.tutor.show_rule_card, card), names, discoverable=False
            )


def _capitalise(text: str) -> str:
    """A text as a line begins."""
    return text[:1].upper() + text[1:]


def _other_language() -> str:
    """The language that is not in use."""
    return "ko" if current_language() == "en" else "en"


def _in_other_language(text: str) -> str:
    return translate_to(text, _other_language())


def _format_command(glyphs: Glyphs, command: PaletteCommand, query: SearchQuery | None = None) -> Content:
    """A command in one line, the letters that were typed marked."""
    name = styled(glyphs, command.name)
    if query is not None and len(name.plain) == len(command.name):
        for begin, end in query.spans(command.name):
            name = name.stylize("underline", begin, end)
    return styled(glyphs, name, (f"   {command.detail}" if command.detail else "", "$foreground 60%"))


class TutorPalette(CommandPalette):
    """The palette in the language in use, and in the signs in use."""

    def __init__(self, glyphs: Glyphs) -> None:
        said = glyphs.render(_("a command, an exercise, a rule"))
        super().__init__([TutorCommands], placeholder=said, id="palette")
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield Static(styled(self._glyphs, (self._glyphs.prompt, "bold $primary")), id="palette-sign")
                yield CommandInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield PaletteList()
                yield LoadingIndicator()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say at once that nothing is called so."""
        self._stop_no_matches_countdown()
        if search_value:
            said = message(N_("Nothing is called “{text}”. Esc goes back."), text=search_value)
            found = self.query_one(CommandList)
            found.add_option(Option(styled(self._glyphs, str(said)), disabled=True, id=self._NO_MATCHES))
            self._list_visible = True
        else:
            self._list_visible = False
