"""The Textual app: it owns its parts and passes messages between screens and parts."""

from __future__ import annotations

import os
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from textual import events
from textual.app import App
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.worker import WorkerState

from tutor.packs import library
from tutor.paths import data_folder
from tutor.practice.model_news import take_model_news
from tutor.served import is_in_browser
from tutor.tui.background import Background
from tutor.tui.host import Redrawable
from tutor.tui.key_queue import KeyQueue
from tutor.tui.nearest_colours import NearestColours
from tutor.tui.preferences import Preferences
from tutor.tui.reset_flow import ResetFlow
from tutor.tui.saving import Saving
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.too_small import MIN_HEIGHT, MIN_WIDTH, TooSmallScreen
from tutor.tui.textual_patches import CachedStylesheet, send_only_changes
from tutor.tui.themes import NO_COLOURS, palette_of_theme
from tutor.tui.widgets.key_bar import GLOBAL_BINDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import RenderableType
    from textual.binding import Binding, BindingType
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.worker import Worker

    from tutor.drawing.model import Density
    from tutor.glyphs import Glyphs
    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.practice.placement import Kind
    from tutor.practice.review import ReviewSession
    from tutor.practice.storage.store import Store
    from tutor.tui.browser_driver import BrowserDriver
    from tutor.tui.browser_session import BrowserSession
    from tutor.tui.navigator import Navigator
    from tutor.tui.placement_flow import PlacementFlow
    from tutor.tui.review_flow import ReviewFlow
    from tutor.tui.screens.code import CodeScreen
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.placement_graph import PlacementGraphScreen
    from tutor.tui.screens.placement_result import PlacementResultScreen
    from tutor.tui.screens.playground import PlaygroundScreen
    from tutor.tui.screens.progress import ProgressScreen
    from tutor.tui.watch import Watch

#: Seconds until the first screen has reached the terminal after it was painted.
_FIRST_PAINT_DELAY = 0.05
#: News are read once and in full.
NEWS_SECONDS = 30


class TutorApp(App[bool]):
    """The tutor. Its result: whether the exercise or review that it was opened with is done, None without one."""

    TITLE = "backprop-tutor"
    #: The styles of the other screens are read after the first paint.
    CSS_PATH = "home.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*GLOBAL_BINDINGS]

    def __init__(
        self,
        store: Store,
        exercise: Exercise | None = None,
        *,
        seed: int | None = None,
        restart: bool = False,
        whole: bool = False,
        ascii: bool = False,
        packs: Sequence[Pack] | None = None,
        watch: Path | None = None,
        review: ReviewSession | None = None,
        placement: Kind | None = None,
        link: str = "",
    ) -> None:
        """Open at an exercise, at a `review`, at a `placement` test, or at the list; `tutor.tui.run` describes the parameters."""
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.store = store
        self._shows_library = packs is None
        self._records_progress = self._shows_library and watch is None
        self._initial_exercise, self._initial_review = exercise, review
        self._initial_placement, self._link = placement, link
        self._seed, self._restart, self._whole = seed, restart, whole
        self._watched_path = watch
        self._solved = False
        self.preferences = Preferences(
            self,
            ascii=ascii,
            load_bindings=_load_bindings,
            redraw_screens=self._redraw_screens,
            report=lambda fault: self.home.set_message(fault),
        )
        self._nearest_colours = NearestColours()
        self.key_queue = KeyQueue(self, super().on_event)
        self._has_started = self._is_leaving = self._has_screen_styles = False
        send_only_changes()
        self.stylesheet = CachedStylesheet(variables=self.get_css_variables())
        self.home = HomeScreen(
            self,
            library.all_packs(installed=False) if packs is None else tuple(packs),
            store,
            data_folder() / "welcomed" if self._records_progress else None,
        )
        self.resets = ResetFlow(self, store)
        self.background = Background(
            self, store, shows_library=self._shows_library, records_progress=self._records_progress
        )

    # The parts behind the first screen are imported when they are first used: the first paint comes before.

    @cached_property
    def navigator(self) -> Navigator:
        from tutor.tui.navigator import Navigator

        return Navigator(
            self,
            self.store,
            self.home,
            self.preferences,
            seed=None if self._shows_library else self._seed,
            is_watching=self._watched_path is not None,
            leave_review=self._leave_session,
            start_placement=lambda kind: self.placement.start(kind),
        )

    def _leave_session(self, solved: bool) -> None:
        """End the review or the test that is in progress."""
        self.review.leave(solved)
        self.placement.leave()

    @cached_property
    def browser(self) -> BrowserSession | None:
        """Return what a session in a browser needs besides; None in a terminal."""
        if not is_in_browser():
            return None
        session: BrowserSession = import_module("tutor.tui.browser_session").BrowserSession(self, self.navigator)
        return session

    @cached_property
    def review(self) -> ReviewFlow:
        from tutor.tui.review_flow import ReviewFlow

        return ReviewFlow(
            self, self.store, self.home, self.navigator, self.background, records_progress=self._records_progress
        )

    @cached_property
    def placement(self) -> PlacementFlow:
        from tutor.tui.placement_flow import PlacementFlow

        return PlacementFlow(self, self.store, self.home, self.navigator, self.background)

    @cached_property
    def file_watch(self) -> Watch:
        from tutor.tui.watch import Watch

        assert self._watched_path is not None
        return Watch(self, self._watched_path, self.home, self.navigator)

    async def _redraw_screens(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Redrawable):
                await screen.redraw()

    # --- Host ---

    @property
    def glyphs(self) -> Glyphs:
        return self.preferences.glyphs

    @property
    def keymap(self) -> Mapping[str, str]:
        return self.preferences.keymap

    @property
    def density(self) -> Density | None:
        return self.preferences.density

    def asks_for(self, what: Literal["predictions", "reasons"]) -> bool:
        return self.preferences.asks_for(what)

    def show_notification(self, text: object, *, warning: bool = False) -> None:
        self.preferences.show_notification(text, warning=warning)

    def confirm(self, question: str, on_answer: Callable[[bool | None], None]) -> None:
        self.push_screen(ConfirmScreen(question, self), on_answer)

    def show_glossary(self, selected_title: str = "") -> None:
        self.navigator.show_glossary(selected_title)

    # --- keys ---

    async def on_event(self, event: events.Event) -> None:
        is_input = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        if is_input and self._is_leaving:
            return
        if is_input and not isinstance(event, events.MouseEvent):
            await self.key_queue.put(event)
        else:
            await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a key of the program acts now: not while a screen waits for any key."""
        waits_for_key = action in ("quit", "commands") and self._has_started and self._screen_stack
        if waits_for_key and getattr(self.screen, "takes_every_key", False):
            return False
        return super().check_action(action, parameters)

    async def on_key_queue_key_passed(self, event: KeyQueue.KeyPassed) -> None:
        await self.key_queue.on_key_passed(event)

    # --- colours ---

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of what is drawn, with the one for a terminal of 256 colours."""
        filters = super().get_line_filters()
        return [*filters, self._nearest_colours] if self.console.color_system == "256" else filters

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the palette's variables for themes that don't define them: Textual's own."""
        palette = NO_COLOURS if self.no_color else palette_of_theme(self.current_theme)
        return {
            name: value if value.startswith("#") else f"ansi_{value}" for name, value in palette.variables().items()
        }

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send an update, with the terminal's cursor where the widget in focus wants it.

        Input methods show there what is composed, and screen magnifiers follow it. Textual moves it only when a key
        changes the text of an input, not when the input appears or moves.
        """
        wanted = getattr(self.focused, "cursor_screen_offset", None)
        if isinstance(wanted, Offset):
            self.cursor_position = wanted
        super()._display(screen, renderable)

    # --- start and end ---

    def get_driver_class(self) -> type[Driver]:
        if os.name != "posix" or "TEXTUAL_DRIVER" in os.environ:
            return super().get_driver_class()
        # Only where there are POSIX terminals can it be imported.
        from tutor.tui.terminal_driver import TerminalDriver

        return TerminalDriver

    def get_default_screen(self) -> HomeScreen:
        """Return the list, without Textual's empty screen below it."""
        return self.home

    @property
    def screen(self) -> Screen[object]:
        """Return the screen in front. While the app closes it is the list: messages under way may still ask for it."""
        if self._has_started and not self._screen_stack:
            return cast("Screen[object]", self.home)
        return super().screen

    def on_mount(self) -> None:
        self._has_started = True
        opened_first = (self._initial_exercise, self._initial_review, self._initial_placement, self._watched_path)
        starts_at_list = all(first is None for first in opened_first)
        if starts_at_list:
            # A thread sends what is painted; work done at once would hold it up.
            self._after_first_paint(_FIRST_PAINT_DELAY, self._load_screen_styles)
        else:
            self._load_screen_styles()
        place = self.browser.restore() if self.browser is not None else ""
        if self._initial_exercise is not None:
            self.navigator.open_exercise(self._initial_exercise, self._seed, restart=self._restart, whole=self._whole)
        if self._initial_review is not None:
            self.review.start(self._initial_review)
        if self._initial_placement is not None:
            self.placement.start(self._initial_placement)
        if self._watched_path is not None:
            self.file_watch.start()
        if self.browser is not None:
            if starts_at_list and (name := self._link or place):
                self.navigator.open_by_name(name)
            self.browser.start()
        self.preferences.report_settings_faults()
        self._after_first_paint(2 * _FIRST_PAINT_DELAY, self._start_preload)
        Saving(self, self.store, self._show_saved).start()

    def _after_first_paint(self, delay: float, callback: Callable[[], None]) -> None:
        """Call a function some seconds after the first paint, unless the app was left before."""

        def call() -> None:
            if self.screen_stack:
                callback()

        self.call_after_refresh(self.set_timer, delay, call)

    def _load_screen_styles(self) -> None:
        """Read the styles of the screens behind the first one, if that has not been done."""
        if not self._has_screen_styles:
            self._has_screen_styles = True
            self.stylesheet.read(Path(__file__).with_name("tutor.tcss"))
            self.stylesheet.parse()

    def push_screen(self, screen: Screen[Any] | str, *arguments: Any, **named: Any) -> Any:
        """Show a screen, with its styles even if a key opens it before they have been read."""
        if screen is not self.home:
            self._load_screen_styles()
        return super().push_screen(screen, *arguments, **named)

    def _start_preload(self) -> None:
        opens_first = self._initial_exercise is None
        # The preview comes first: both load much, and only one is waited for.
        self.home.start_previews(
            lambda: self.background.start_preload(
                self.home.packs, self.preferences.load_keymap, opens_first=opens_first
            )
        )

    def _show_saved(self) -> None:
        """No longer show that something is not saved."""
        if (screen := self.navigator.exercise_screen) is not None:
            screen.mark_saved()
        self._refresh_notices()

    def _refresh_notices(self) -> None:
        """Show on all open screens what is wrong with the progress file, or no longer."""
        for screen in self.screen_stack:
            if isinstance(screen, TutorScreen):
                screen.refresh_notice()

    async def action_quit(self) -> None:
        """Leave; everything that was checked is stored already."""
        if self.browser is not None:
            self.browser.close()
        if self._initial_review is not None:
            self.exit(self.review.was_completed)
        elif self._initial_placement is not None:
            self.exit(self.placement.was_completed)
        else:
            self.exit(None if self._initial_exercise is None else self._solved)

    def exit(self, result: bool | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave; keys that come now reach nothing any more."""
        self._is_leaving = True
        self.key_queue.clear()
        super().exit(result, return_code, message)

    # --- unexpected errors: the app closes, and `tutor.tui.run` raises the error when the terminal is restored ---

    @property
    def error(self) -> Exception | None:
        """Return the unexpected error that has ended the app."""
        return self._exception

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.report_worker(event.worker)

    def report_worker(self, worker: Worker[Any]) -> None:
        """Report work in the background that has failed, which ends nothing else."""
        # A worker that was cancelled has an error, too.
        if worker.state != WorkerState.ERROR or worker.error is None or self._is_leaving:
            return
        # Nothing of it is needed unless something is broken.
        from tutor import crash_report

        notice = crash_report.report_in_background(worker.error)
        if notice is not None:
            self.show_notification(notice, warning=True)

    def release_terminal(self) -> None:
        """Restore the terminal and the handling of signals, however the app has ended."""
        release = getattr(self._driver, "release", None)
        if release is not None:
            release()

    def _fatal_error(self) -> None:
        """Close without the traceback that Textual would show, with everything typed in it."""
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """Close without a text; the error is reported when the terminal is restored."""
        self._close_messages_no_wait()

    def action_commands(self) -> None:
        """Open the palette, or close it. A question that waits for its answer comes first."""
        from tutor.tui.palette import TutorPalette

        if isinstance(self.screen, TutorPalette):
            self.screen.dismiss()
        elif not isinstance(self.screen, ModalScreen):
            self.push_screen(TutorPalette(self.navigator, self.screen))

    async def on_resize(self, event: events.Resize) -> None:
        is_small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        is_covered = isinstance(self.screen, TooSmallScreen)
        if is_small and not is_covered:
            self.push_screen(TooSmallScreen(self))
        elif is_covered and not is_small:
            await self.pop_screen()

    # --- messages of the list; a second key may come before the first one has opened a screen ---

    def on_home_screen_exercise_selected(self, event: HomeScreen.ExerciseSelected) -> None:
        if self.screen is self.home:
            self.navigator.open_entry(event.pack, event.entry)

    async def on_home_screen_first_steps_requested(self) -> None:
        if self.screen is self.home:
            await self.navigator.show_first_steps()

    def on_home_screen_replay_requested(self, event: HomeScreen.ReplayRequested) -> None:
        if self.screen is self.home:
            self.navigator.show_replay(event.pack, event.entry)

    def on_home_screen_playground_requested(self) -> None:
        if self.screen is self.home:
            self.navigator.push_playground()

    def on_home_screen_glossary_requested(self) -> None:
        if self.screen is self.home:
            self.show_glossary()

    def on_home_screen_review_requested(self) -> None:
        if self.screen is self.home:
            self.review.plan()

    def on_home_screen_placement_requested(self) -> None:
        if self.screen is self.home:
            self.placement.start("final" if self.home.is_all_solved else "first")

    async def on_placement_graph_screen_finished(self, event: PlacementGraphScreen.Finished) -> None:
        await self.placement.advance(event.exercise, given_up=False)

    async def on_placement_graph_screen_given_up(self, event: PlacementGraphScreen.GivenUp) -> None:
        await self.placement.advance(event.exercise, given_up=True)

    def on_placement_flow_test_done(self, event: PlacementFlow.TestDone) -> None:
        self.placement.show_result(event.test, event.index)

    async def on_placement_result_screen_begin_requested(self, event: PlacementResultScreen.BeginRequested) -> None:
        if self.screen is event.screen:
            await self.pop_screen()
            self.navigator.open_by_name(event.exercise)

    def on_home_screen_progress_requested(self) -> None:
        if self.screen is self.home:
            self.navigator.push_progress(self.background.load_exercise_index, self.resets)

    def on_home_screen_reset_requested(self, event: HomeScreen.ResetRequested) -> None:
        if self.screen is self.home:
            self.resets.confirm_reset(event.pack, event.exercise, event.title, self._report_at_home, "home.undo")

    def on_home_screen_undo_requested(self) -> None:
        if self.screen is self.home:
            self.resets.undo(self._report_at_home)

    def _report_at_home(self, report: str) -> None:
        self.home.set_message(report)
        self.background.refresh_due()

    def on_home_screen_resumed(self) -> None:
        self.background.refresh_due()

    # --- messages of other screens ---

    def on_exercise_screen_solved(self, event: ExerciseScreen.Solved) -> None:
        self._solved = self._solved or event.exercise is self._initial_exercise
        self._request_advice(event.exercise)

    def on_exercise_screen_code_requested(self, event: ExerciseScreen.CodeRequested) -> None:
        if self.navigator.exercise_in_front(event.exercise) is not None:
            self.navigator.push_code(event.exercise)

    def on_code_screen_solved(self, event: CodeScreen.Solved) -> None:
        self._solved = self._solved or event.exercise is self._initial_exercise
        self.background.refresh_due()

    async def on_code_screen_next_requested(self, event: CodeScreen.NextRequested) -> None:
        if self.screen is event.screen:
            await self.pop_screen()
            self.navigator.open_next(event.exercise)

    def on_exercise_screen_advice_requested(self, event: ExerciseScreen.AdviceRequested) -> None:
        self._request_advice(event.exercise)

    def _request_advice(self, exercise: Exercise) -> None:
        screen = self.navigator.exercise_screen
        following = screen.after_solved.following if screen is not None else None
        self.review.request_advice(exercise, following.name if following is not None else None)

    def on_exercise_screen_standing_requested(self, event: ExerciseScreen.StandingRequested) -> None:
        self.review.request_standing(event.exercise)

    async def on_exercise_screen_left(self, event: ExerciseScreen.Left) -> None:
        screen = self.navigator.exercise_in_front(event.exercise)
        if screen is not None:
            await self.navigator.leave_exercise(screen)

    async def on_exercise_screen_next_requested(self, event: ExerciseScreen.NextRequested) -> None:
        if self.navigator.exercise_in_front(event.exercise) is None:
            return
        await self.pop_screen()
        if self.review.is_active:
            self.review.advance()
        else:
            self.navigator.open_next(event.exercise)

    async def on_exercise_screen_suggestion_accepted(self, event: ExerciseScreen.SuggestionAccepted) -> None:
        if self.navigator.exercise_in_front(event.exercise) is None:
            return
        await self.pop_screen()
        if event.suggestion.exercise is None:
            self.home.action_review()
        else:
            name = "/".join(event.suggestion.exercise)
            self.navigator.open_by_name(name, new_numbers=event.suggestion.new_numbers)

    def on_playground_screen_exercise_requested(self, event: PlaygroundScreen.ExerciseRequested) -> None:
        if self.screen is event.screen:
            self.navigator.open_exercise(event.exercise)

    def on_playground_screen_code_requested(self, event: PlaygroundScreen.CodeRequested) -> None:
        if self.screen is event.screen:
            self.navigator.push_code(event.exercise)

    def on_playground_screen_exercise_saved(self) -> None:
        if self._shows_library:
            self.home.set_packs(library.all_packs())

    async def on_progress_screen_exercise_requested(self, event: ProgressScreen.ExerciseRequested) -> None:
        if self.screen is not event.screen:
            return
        await self.pop_screen()
        self.navigator.open_by_name(event.exercise)

    async def on_progress_screen_review_requested(self, event: ProgressScreen.ReviewRequested) -> None:
        if self.screen is not event.screen:
            return
        await self.pop_screen()
        if event.rule:
            self.review.plan([event.rule])
        else:
            self.home.action_review()

    # --- messages of the parts ---

    async def on_preferences_keymap_loaded(self, event: Preferences.KeymapLoaded) -> None:
        await self.preferences.apply_keymap(event)

    def on_background_overview_loaded(self, event: Background.OverviewLoaded) -> None:
        self.home.show_overview(event.overview)
        # What made it may have found the progress file damaged.
        self._refresh_notices()
        # Elsewhere it would be in the way, and on the list it can wait.
        news = take_model_news(self.store) if self.screen is self.home else None
        if news is not None:
            self.preferences.show_notification(news, seconds=NEWS_SECONDS)

    def on_background_exercise_broken(self, event: Background.ExerciseBroken) -> None:
        self.home.mark_broken(event.pack, event.entry, event.reason)

    def on_background_packs_changed(self, event: Background.PacksChanged) -> None:
        self.home.set_packs(event.packs)

    def on_review_flow_review_planned(self, event: ReviewFlow.ReviewPlanned) -> None:
        self.review.start_planned(event.plan)

    def on_review_flow_advice_ready(self, event: ReviewFlow.AdviceReady) -> None:
        screen = self.navigator.exercise_screen
        if screen is not None and screen.exercise is event.exercise:
            screen.set_advice(event.advice)

    def on_review_flow_standing_ready(self, event: ReviewFlow.StandingReady) -> None:
        screen = self.navigator.exercise_screen
        if screen is not None and screen.exercise is event.exercise:
            screen.set_standing(event.standing)

    def on_browser_driver_left(self) -> None:
        """Keep the place, where the next session goes on."""
        if self.browser is not None:
            self.browser.save_place()
        self.exit()

    async def on_browser_driver_exercise_wanted(self, event: BrowserDriver.ExerciseWanted) -> None:
        """Follow a link to an exercise. What is open there already stays as it is."""
        screen = self.navigator.exercise_screen
        if screen is None or f"{screen.exercise.pack}/{screen.exercise.id}" != event.name:
            await self.navigator.show_exercise(event.name)

    async def on_watch_file_changed(self) -> None:
        screen = self.navigator.exercise_screen
        before = screen.exercise if screen is not None else None
        exercise = await self.file_watch.reload()
        if exercise is not None and (before is None or self._initial_exercise is before):
            self._initial_exercise = exercise


def _load_bindings() -> Sequence[Binding]:
    """Return all bindings whose keys can be changed; this imports every screen."""
    from tutor.tui.all_bindings import ALL_BINDINGS

    return ALL_BINDINGS
