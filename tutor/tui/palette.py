"""The command palette: what can be done here, every exercise, every rule, and what can be chosen.

What is searched are names in both languages. Nothing that comes from a pack is read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.command import CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import LoadingIndicator, Static
from textual.widgets.option_list import Option

from tutor import settings
from tutor.i18n import LANGUAGES, N_, _, in_language, language, message
from tutor.tui.contents import content
from tutor.tui.finding import Wanted, names_of
from tutor.tui.keymap import keys_of
from tutor.tui.widgets.key_bar import KeyBar, written
from tutor.tui.widgets.rows import FoundRows

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp
    from tutor.tui.signs import Signs

#: Keys that are of no use as commands: those that move, type or choose what is in focus.
_MOVES = ("left", "right", "up", "down", "home", "end", "backspace", "delete", "tab", "shift+tab", "enter", "pageup")


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be done: what it is called, what stands beside it, other names that find it."""

    name: str
    beside: str
    run: Callable[[], Any]
    names: Sequence[str] = ()
    #: Whether it is listed before anything is typed.
    at_once: bool = True


class Commands(Provider):
    """All commands, in this order: this screen's, the program's, the settings', exercises, rules."""

    @property
    def tutor(self) -> TutorApp:
        return cast("TutorApp", self.app)

    async def startup(self) -> None:
        self._commands = list(self._all())

    async def discover(self) -> Hits:
        for command in self._commands:
            if command.at_once:
                yield DiscoveryHit(_shown(self.tutor.signs, command), command.run, command.name)

    async def search(self, query: str) -> Hits:
        wanted = Wanted(query)
        for command in self._commands:
            score = wanted.score(command.name, *command.names)
            if score:
                yield Hit(score, _shown(self.tutor.signs, command, wanted), command.run, command.name)

    # --- what there is ---

    def _all(self) -> Iterator[Command]:
        yield from self._here()
        yield from self._everywhere()
        yield from self._choices()
        yield from self._exercises()
        if not self.tutor.withholding:
            yield from self._rules()

    def _here(self) -> Iterator[Command]:
        """What the keys of the screen do that are of use now."""
        bars = self.screen.query(KeyBar)
        for binding in bars.first().keys if bars else ():
            first = binding.key.partition(",")[0]
            if first in _MOVES or (binding.id or "").startswith("app."):
                continue
            yield self._of_key(binding, partial(self.screen.run_action, binding.action))

    def _of_key(self, binding: Binding, run: Callable[[], Any]) -> Command:
        says = binding.tooltip or binding.description
        key = written(keys_of(self.app, binding).partition(",")[0], self.tutor.signs)
        return Command(_begun(_(says)), key, run, (_(binding.description), _other(says), binding.id or ""))

    def _everywhere(self) -> Iterator[Command]:
        app = self.tutor
        if self.screen is not app.home:
            yield self._named(N_("the list of exercises"), app.go_home)
            if not app.withholding:
                yield self._named(N_("rules and words"), app.go_to_glossary)
            yield self._named(N_("playground: any formula of your own"), app.go_to_playground)
            yield self._named(N_("progress: rules, packs, weeks, mistakes"), app.go_to_progress)
        if app.home.due:
            yield self._named(N_("review: the rules that are due"), app.go_to_review)
        yield self._named(N_("the first steps once more: one pass replayed, then by hand"), app.go_to_first_steps)
        yield self._named(N_("quit; everything checked is kept"), app.action_quit, app.signs.key("app.quit", "^Q"))

    def _named(self, name: str, run: Callable[[], Any], beside: str = "") -> Command:
        return Command(_begun(_(name)), beside, run, (_other(name),))

    def _choices(self) -> Iterator[Command]:
        app, chosen = self.tutor, self.tutor.chosen
        yield self._named(N_("settings"), app.go_to_settings)
        for name, says in settings.THEMES.items():
            if name != chosen.theme:
                yield self._choice(N_("theme: {name}"), says, partial(app.choose_theme, name))
        for code in LANGUAGES:
            if code != language():
                yield self._choice(N_("language: {name}"), settings.NAMES[code], partial(app.choose_language, code))
        for name, says in settings.DENSITIES.items():
            if name != chosen.density:
                yield self._choice(N_("graphs open: {name}"), says, partial(app.choose_density, name))
        if app.ascii:
            yield self._named(N_("draw with all characters"), partial(app.choose_ascii, False))
        else:
            yield self._named(N_("draw in ASCII"), partial(app.choose_ascii, True))
        yield self._named(N_("make the settings file, or say where it is"), app.write_settings)

    def _choice(self, text: str, value: str, run: Callable[[], Any]) -> Command:
        other = in_language(text, _beside()).format(name=in_language(value, _beside()))
        return Command(_begun(str(message(text, name=_(value)))), "", run, (other,))

    def _exercises(self) -> Iterator[Command]:
        for pack in self.tutor.packs:
            for entry in pack.entries:
                name = f"{pack.id}/{entry.id}"
                run = partial(self.tutor.go_to_exercise, name)
                yield Command(str(entry.title), name, run, names_of(pack, entry), at_once=False)

    def _rules(self) -> Iterator[Command]:
        from tutor.grading.card import cards

        for card in cards():
            beside = _("rule card")
            names = (card.name, _other(card.name), *map(str, card.says))
            yield Command(card.title, beside, partial(self.tutor.go_to_card, card), names, at_once=False)


def _begun(text: str) -> str:
    """A text as a line begins."""
    return text[:1].upper() + text[1:]


def _beside() -> str:
    """The language that is not in use."""
    return "ko" if language() == "en" else "en"


def _other(text: str) -> str:
    return in_language(text, _beside())


def _shown(signs: Signs, command: Command, wanted: Wanted | None = None) -> Content:
    """A command in one line, the letters that were typed marked."""
    name = content(signs, command.name)
    if wanted is not None and len(name.plain) == len(command.name):
        for begin, end in wanted.spans(command.name):
            name = name.stylize("underline", begin, end)
    return content(signs, name, (f"   {command.beside}" if command.beside else "", "$foreground 60%"))


class Palette(CommandPalette):
    """The palette in the language in use, and in the signs in use."""

    def __init__(self, signs: Signs) -> None:
        said = signs.text(_("a command, an exercise, a rule"))
        super().__init__([Commands], placeholder=said, id="palette")
        self._signs = signs

    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield Static(content(self._signs, (self._signs.point, "bold $primary")), id="palette-sign")
                yield CommandInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield FoundRows()
                yield LoadingIndicator()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say at once that nothing is called so."""
        self._stop_no_matches_countdown()
        if search_value:
            said = message(N_("Nothing is called “{text}”. Esc goes back."), text=search_value)
            found = self.query_one(CommandList)
            found.add_option(Option(content(self._signs, str(said)), disabled=True, id=self._NO_MATCHES))
            self._list_visible = True
        else:
            self._list_visible = False
