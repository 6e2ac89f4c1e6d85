"""The Textual app: which screen stands, and what goes on behind it."""

from __future__ import annotations

import os
import time
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.screen import ModalScreen
from textual.worker import get_current_worker

from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.library import ExerciseEntry, Pack
from tutor.paths import data_folder
from tutor.tui.layout import MIN_HEIGHT, MIN_WIDTH
from tutor.tui.review_flow import ReviewFlow
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.too_small import TooSmallScreen
from tutor.tui.textual_patches import CachedStylesheet
from tutor.tui.widgets.key_bar import COMMANDS, QUIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from tutor.grading.rule_cards import RuleCard
    from tutor.packs.exercise import Exercise
    from tutor.practice.playground import PlaygroundInput
    from tutor.practice.review import ReviewSession
    from tutor.practice.storage.store import Store
    from tutor.tui.answer_input import AnswerInput
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.playground import PlaygroundScreen

#: Seconds between two looks at what is watched.
_POLL_INTERVAL = 0.25
#: By so many seconds after it was painted the first screen has reached the terminal.
_FIRST_PAINT_DELAY = 0.05


class Navigation(ReviewFlow):
    """An app whose screens can be reached from each other. Going elsewhere loses nothing, so nothing is asked."""

    #: What was typed and not checked, by exercise, its numbers and the blank, until the program is left.
    _saved_drafts: dict[tuple[str, str, str], dict[str, AnswerInput]]

    def init_navigation(self) -> None:
        self._saved_drafts = {}

    def action_commands(self) -> None:
        """Open the palette, or close it. A question that waits for its answer comes first."""
        from tutor.tui.palette import TutorPalette

        if isinstance(self.screen, TutorPalette):
            self.screen.dismiss()
        elif not isinstance(self.screen, ModalScreen):
            self.push_screen(TutorPalette(self.glyphs))

    @property
    def exam_in_progress(self) -> bool:
        """Whether an exam is open, which gives no help."""
        from tutor.tui.screens.exercise import ExerciseScreen

        return any(
            isinstance(screen, ExerciseScreen) and screen.state.worksheet.help_refusal for screen in self.screen_stack
        )

    # --- drafts ---

    def save_drafts(self, screen: ExerciseScreen) -> None:
        """Hold on to what is typed on a screen that is left."""
        self._saved_drafts[_draft_key(screen)] = {
            name: draft for name, draft in screen.state.inputs.items() if not draft.is_empty
        }

    def restore_drafts(self, screen: ExerciseScreen) -> None:
        """What was typed here before stands there again."""
        kept = self._saved_drafts.pop(_draft_key(screen), {})
        screen.state.inputs.update(kept if not screen.state.worksheet.done else {})

    # --- from anywhere ---

    async def show_home(self) -> None:
        """Back to the list; a review that is under way is left."""
        from tutor.tui.screens.exercise import ExerciseScreen

        done = False
        while self.screen is not self.home:
            if isinstance(self.screen, ExerciseScreen):
                self.save_drafts(self.screen)
                done = self.screen.state.worksheet.done
            await self.pop_screen()
        if self._session is not None:
            self.leave_review(done)

    async def show_exercise(self, name: str) -> None:
        await self.show_home()
        self.open_by_name(name)

    async def show_playground(self) -> None:
        await self.show_home()
        self.home.action_playground()

    async def show_review(self) -> None:
        await self.show_home()
        self.home.action_review()

    async def show_progress(self) -> None:
        await self.show_home()
        self.home.action_progress()

    def show_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        self.push_screen(GlossaryScreen(self.glyphs, ascii=self.ascii))

    def show_rule_card(self, card: RuleCard) -> None:
        from tutor.tui.screens.rule_card import RuleCardScreen

        self.push_screen(RuleCardScreen(card, self.glyphs, ascii=self.ascii))

    def show_settings(self) -> None:
        from tutor.tui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.glyphs, ascii=self.ascii))

    # --- the first start ---

    def offer_onboarding(self) -> None:
        """Offer the first steps to those who begin, once."""
        mark = data_folder() / "welcomed"
        begun = self.store.exercise_to_continue() is not None or self.store.states()
        # Who has a file that can't be used now has been here before.
        if mark.exists() or begun or self.store.notice is not None or self.screen is not self.home:
            return
        from tutor.tui.screens.onboarding import WelcomeScreen

        try:
            mark.touch()
        except OSError:
            # Where nothing can be kept, a question that comes back at every start would be in the way.
            return
        self.push_screen(WelcomeScreen(self.glyphs), self._after_onboarding_offer)

    async def _after_onboarding_offer(self, agreed: bool | None) -> None:
        if agreed:
            await self.show_first_steps()

    async def show_first_steps(self) -> None:
        """A pass of another one's numbers replayed, and then one by hand, a little more of it each time."""
        from tutor.tui.screens.onboarding import onboarding_replay

        await self.show_home()
        replay = onboarding_replay(self.glyphs, ascii=self.ascii)
        self.push_screen(replay, lambda _result: self._after_onboarding_replay(replay.wants_exercise))

    def _after_onboarding_replay(self, wants_exercise: bool) -> None:
        from tutor.practice.resume import open_worksheet
        from tutor.tui.screens.onboarding import OnboardingExerciseScreen, onboarding_exercise

        if wants_exercise:
            worksheet = open_worksheet(self.store, onboarding_exercise(), restart=True)
            self.push_screen(OnboardingExerciseScreen(worksheet, self.glyphs, ascii=self.ascii))


def _draft_key(screen: ExerciseScreen) -> tuple[str, str, str]:
    variant = screen.state.worksheet.variant
    return variant.exercise.pack, variant.exercise.id, variant.fingerprint


class TutorApp(Navigation):
    """The tutor. Its result: whether the exercise it was opened with was solved, None where there was none."""

    TITLE = "backprop-tutor"
    #: The styles of all other screens are read behind the first one.
    CSS_PATH = "home.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        replace(QUIT, action="quit", priority=True),
        replace(COMMANDS, action="commands", priority=True),
    ]

    class ExerciseBroken(Message):
        """An exercise can't be opened."""

        def __init__(self, pack: Pack, entry: ExerciseEntry, reason: str) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry
            self.reason = reason

    class PacksChanged(Message):
        """There are more packs than were listed first."""

        def __init__(self, packs: tuple[Pack, ...]) -> None:
            super().__init__()
            self.packs = packs

    class WatchedFileChanged(Message):
        """What is watched was saved."""

    def __init__(
        self,
        store: Store,
        exercise: Exercise | None = None,
        *,
        seed: int | None = None,
        restart: bool = False,
        ascii: bool = False,
        packs: Sequence[Pack] | None = None,
        watch: Path | None = None,
        review: ReviewSession | None = None,
    ) -> None:
        """`review` is one to begin with. What else there is: see `tutor.tui.run`."""
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.init_preferences(ascii)
        self.stylesheet = CachedStylesheet(variables=self.get_css_variables())
        self.init_navigation()
        self.store = store
        self.packs = library.all_packs(installed=False) if packs is None else tuple(packs)
        self._shows_library = packs is None
        self._watched_path = watch
        self._initial_exercise = exercise
        self._seed, self._restart = seed, restart
        self._solved = False
        self.playground_input: PlaygroundInput | None = None
        self.home = HomeScreen(self.packs, store, self.glyphs)
        self.init_review_flow(review, records_progress=self._shows_library and watch is None)

    def get_default_screen(self) -> HomeScreen:
        """The list stands first, with no empty screen behind it."""
        return self.home

    def on_mount(self) -> None:
        at_the_list = self._initial_exercise is None and self._session is None and self._watched_path is None
        if at_the_list:
            # What is painted is sent by a thread of its own, which anything done at once would hold up.
            self.call_after_refresh(self.set_timer, _FIRST_PAINT_DELAY, self._load_screen_styles)
        else:
            self._load_screen_styles()
        if self._initial_exercise is not None:
            self._open(self._initial_exercise, self._seed, self._restart)
        if self._session is not None:
            self.open_review_item()
        if self._watched_path is not None:
            self.run_worker(self._poll_watched_path, thread=True, group="watch", exit_on_error=False)
            self.post_message(self.WatchedFileChanged())
        self.report_settings_faults()
        if self._shows_library and at_the_list:
            self.call_after_refresh(self.set_timer, _FIRST_PAINT_DELAY, self.offer_onboarding)
        self.call_after_refresh(self.set_timer, 2 * _FIRST_PAINT_DELAY, self._start_preload)

    def _load_screen_styles(self) -> None:
        """Read the styles of the screens behind the first one, before any of them stands."""
        self.stylesheet.read(Path(__file__).with_name("tutor.tcss"))
        self.stylesheet.parse()
        if self.screen is not self.home:  # A key came first.
            self.stylesheet.update(self.screen)

    def _start_preload(self) -> None:
        self.run_worker(self._preload, thread=True, exit_on_error=False)

    def _preload(self) -> None:
        """Load what opening an exercise needs, and find out which exercises can't be opened."""
        from tutor.tui.background import enable_gc, preload_first_exercise

        try:
            self.load_keymap()
            preload_first_exercise(self.packs if self._initial_exercise is None else (), self.glyphs, self.ascii)
        finally:
            enable_gc()
        from tutor.algebra.errors import AlgebraError
        from tutor.packs.diagnostics import PackError

        worker = get_current_worker()
        # What is known to be due is told before the atlas is read, which may take seconds the first time.
        self._count_due()
        self._preload_practice()
        every = library.all_packs() if self._shows_library else self.packs
        # Copies of the packs: theirs are in use on the screen.
        copies = [copy(pack) for pack in every]
        if len(every) > len(self.packs):
            self.post_message(self.PacksChanged(tuple(every)))
        for pack in copies:
            for entry in pack.entries:
                if worker.is_cancelled:
                    return
                # What the atlas knows has been opened before and has not changed since.
                if (
                    self._shows_library
                    and self._exercise_index is not None
                    and (pack.id, entry.id) in self._exercise_index
                ):
                    continue
                began = time.monotonic()
                try:
                    pack.open(entry.id)
                except (PackError, AlgebraError) as error:
                    self.post_message(self.ExerciseBroken(pack, entry, str(error)))
                # Keys come first: the screen gets twice the time that this takes.
                time.sleep(2 * (time.monotonic() - began))

    # --- opening ---

    def on_home_screen_exercise_selected(self, event: HomeScreen.ExerciseSelected) -> None:
        # A second key may have reached the list before the first one took effect.
        if self.screen is self.home:
            self.open_exercise(event.pack, event.entry)

    def open_exercise(self, pack: Pack, entry: ExerciseEntry, seed: int | None = None) -> None:
        from tutor.algebra.errors import AlgebraError
        from tutor.packs.diagnostics import PackError

        try:
            self._open(pack.open(entry.id), self._seed if seed is None and not self._shows_library else seed)
        except (PackError, AlgebraError) as error:
            self.home.mark_broken(pack, entry, str(error))

    def _open(self, exercise: Exercise, seed: int | None = None, restart: bool = False) -> None:
        # What works on an exercise is loaded with the first one: the list stands sooner without it.
        from tutor.practice.resume import open_worksheet
        from tutor.practice.worksheet import Worksheet
        from tutor.tui.screens.exercise import ExerciseScreen

        if self._watched_path is not None:
            # An author who looks at work in progress is no learner.
            worksheet = Worksheet(exercise.variant(seed))
        else:
            worksheet = open_worksheet(self.store, exercise, seed, restart)
        following = self._next_exercise(exercise)
        enter = str(message(N_("next: {title}"), title=following[1].title)) if following else None
        self.home.return_to(exercise)
        screen = ExerciseScreen(worksheet, self.glyphs, enter, self.ascii)
        self.restore_drafts(screen)
        self.push_screen(screen)
        if worksheet.done:
            self.request_advice(exercise)

    def on_home_screen_playground_requested(self) -> None:
        from tutor.tui.screens.playground import PlaygroundScreen

        if self.screen is self.home:
            self.push_screen(
                PlaygroundScreen(self.glyphs, ascii=self.ascii, initial_input=self.playground_input),
                self._save_playground_input,
            )

    def on_home_screen_glossary_requested(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        if self.screen is self.home:
            self.push_screen(GlossaryScreen(self.glyphs, ascii=self.ascii))

    def on_playground_screen_exercise_requested(self, event: PlaygroundScreen.ExerciseRequested) -> None:
        from tutor.tui.screens.playground import PlaygroundScreen

        # A second key may have reached the line before the first one took effect.
        if isinstance(self.screen, PlaygroundScreen):
            self._open(event.exercise)

    def _save_playground_input(self, typed: PlaygroundInput | None) -> None:
        """What is typed in the playground stands there again when it is opened again."""
        self.playground_input = typed

    def on_playground_screen_exercise_saved(self) -> None:
        if self._shows_library:
            self.post_message(self.PacksChanged(library.all_packs()))

    def _next_exercise(self, exercise: Exercise) -> tuple[Pack, ExerciseEntry] | None:
        """The exercise after this one in its pack."""
        for pack in self.packs:
            names = [entry.id for entry in pack.entries]
            if pack.id == exercise.pack and exercise.id in names[:-1]:
                return pack, pack.entries[names.index(exercise.id) + 1]
        return None

    def on_exercise_screen_solved(self, event: ExerciseScreen.Solved) -> None:
        self._solved = self._solved or event.exercise is self._initial_exercise
        self.request_advice(event.exercise)

    async def on_exercise_screen_left(self, event: ExerciseScreen.Left) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        screen = self.screen
        if self._is_in_front(event.exercise):
            assert isinstance(screen, ExerciseScreen)
            self.save_drafts(screen)
            await self.pop_screen()
            if self._session is not None:
                self.leave_review(screen.state.worksheet.done)

    async def on_exercise_screen_next_requested(self, event: ExerciseScreen.NextRequested) -> None:
        if not self._is_in_front(event.exercise):
            return
        await self.pop_screen()
        if self._session is not None:
            self.continue_review()
            return
        following = self._next_exercise(event.exercise)
        if following is not None:
            self.open_exercise(*following)

    def _is_in_front(self, exercise: Exercise) -> bool:
        """Whether the screen of this exercise is in front, and not gone already."""
        from tutor.tui.screens.exercise import ExerciseScreen

        return isinstance(self.screen, ExerciseScreen) and self.screen.state.worksheet.variant.exercise is exercise

    def on_tutor_app_packs_changed(self, event: PacksChanged) -> None:
        self.packs = event.packs
        self.home.set_packs(event.packs)

    # --- watching ---

    def _poll_watched_path(self) -> None:
        """Tell when anything at the watched place was saved. Runs beside the app."""
        from tutor.packs.path_argument import snapshot

        worker = get_current_worker()
        assert self._watched_path is not None
        before = snapshot(self._watched_path)
        while not worker.is_cancelled:
            time.sleep(_POLL_INTERVAL)
            now = snapshot(self._watched_path)
            if now != before:
                before = now
                self.post_message(self.WatchedFileChanged())

    async def on_tutor_app_watched_file_changed(self) -> None:
        """Show what is watched as it is now: its faults over everything else, until they are mended."""
        from tutor.packs.diagnostics import PackError
        from tutor.packs.path_argument import open_path
        from tutor.tui.screens.exercise import ExerciseScreen
        from tutor.tui.screens.file_errors import FileErrorsScreen

        assert self._watched_path is not None
        shown = next((screen for screen in self.screen_stack if isinstance(screen, ExerciseScreen)), None)
        faults = next((screen for screen in self.screen_stack if isinstance(screen, FileErrorsScreen)), None)
        try:
            found = open_path(self._watched_path)
            if isinstance(found, Pack):
                self.packs = (found,)
                self.home.set_packs(self.packs)
                exercise = found.open(shown.state.worksheet.variant.exercise.id) if shown else None
            else:
                exercise = found
        except PackError as error:
            if faults:
                faults.update_errors(str(error))
            else:
                await self.push_screen(FileErrorsScreen(str(error), self.glyphs))
            return
        while faults and self.screen is not faults:
            await self.pop_screen()
        if faults:
            await self.pop_screen()
        if exercise and shown:
            if self._initial_exercise is shown.state.worksheet.variant.exercise:
                self._initial_exercise = exercise
            shown.reload(exercise)
        elif exercise:
            self._initial_exercise = exercise
            self._open(exercise, self._seed, self._restart)

    def on_tutor_app_exercise_broken(self, event: ExerciseBroken) -> None:
        self.home.mark_broken(event.pack, event.entry, event.reason)

    # --- the window ---

    async def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        stands = isinstance(self.screen, TooSmallScreen)
        if small and not stands:
            self.push_screen(TooSmallScreen())
        elif stands and not small:
            await self.pop_screen()

    async def action_quit(self) -> None:
        """Leave; everything checked is stored already."""
        if self._started_with_review:
            self.exit(self.review_done)
        else:
            self.exit(None if self._initial_exercise is None else self._solved)
