"""The Textual app: which screen stands, and what goes on behind it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.worker import get_current_worker

from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.library import Entry, Pack
from tutor.practice.store import Store
from tutor.tui.arrangement import LEAST_HEIGHT, LEAST_WIDTH
from tutor.tui.going import Going
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.too_small import TooSmallScreen
from tutor.tui.stylesheet import SteadyStylesheet
from tutor.tui.widgets.key_bar import COMMANDS, QUIT

if TYPE_CHECKING:
    from textual import events

    from tutor.packs import Exercise
    from tutor.practice.playground import Trial
    from tutor.practice.review import Session
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.playground import PlaygroundScreen

#: Seconds between two looks at what is watched.
_LOOK_EVERY = 0.25
#: By so many seconds after it was painted the first screen has reached the terminal.
_SENT_AFTER = 0.05


class TutorApp(Going):
    """The tutor. Its result: whether the exercise it was opened with was solved, None where there was none."""

    TITLE = "backprop-tutor"
    #: The styles of all other screens are read behind the first one.
    CSS_PATH = "home.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        replace(QUIT, action="quit", priority=True),
        replace(COMMANDS, action="commands", priority=True),
    ]

    class Broken(Message):
        """An exercise can't be opened."""

        def __init__(self, pack: Pack, entry: Entry, reason: str) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry
            self.reason = reason

    class Found(Message):
        """There are more packs than were listed first."""

        def __init__(self, packs: tuple[Pack, ...]) -> None:
            super().__init__()
            self.packs = packs

    class Saved(Message):
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
        review: Session | None = None,
    ) -> None:
        """`review` is one to begin with. What else there is: see `tutor.tui.run`."""
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.begin_to_choose(ascii)
        self.stylesheet = SteadyStylesheet(variables=self.get_css_variables())
        self.begin_to_go()
        self.store = store
        self.packs = library.packs(installed=False) if packs is None else tuple(packs)
        self._all = packs is None
        self._watched = watch
        self._asked = exercise
        self._seed, self._restart = seed, restart
        self._solved = False
        self.typed: Trial | None = None
        self.home = HomeScreen(self.packs, store, self.signs)
        self.begin_to_last(review, keeps=self._all and watch is None)

    def get_default_screen(self) -> HomeScreen:
        """The list stands first, with no empty screen behind it."""
        return self.home

    def on_mount(self) -> None:
        at_the_list = self._asked is None and self._session is None and self._watched is None
        if at_the_list:
            # What is painted is sent by a thread of its own, which anything done at once would hold up.
            self.call_after_refresh(self.set_timer, _SENT_AFTER, self._dress)
        else:
            self._dress()
        if self._asked is not None:
            self._open(self._asked, self._seed, self._restart)
        if self._session is not None:
            self.open_review_item()
        if self._watched is not None:
            self.run_worker(self._watch, thread=True, group="watch", exit_on_error=False)
            self.post_message(self.Saved())
        self.tell_faults()
        if self._all and at_the_list:
            self.call_after_refresh(self.set_timer, _SENT_AFTER, self.welcome)
        self.call_after_refresh(self.set_timer, 2 * _SENT_AFTER, self._begin_to_warm_up)

    def _dress(self) -> None:
        """Read the styles of the screens behind the first one, before any of them stands."""
        self.stylesheet.read(Path(__file__).with_name("tutor.tcss"))
        self.stylesheet.parse()
        if self.screen is not self.home:  # A key came first.
            self.stylesheet.update(self.screen)

    def _begin_to_warm_up(self) -> None:
        self.run_worker(self._warm_up, thread=True, exit_on_error=False)

    def _warm_up(self) -> None:
        """Load what opening an exercise needs, and find out which exercises can't be opened."""
        from tutor.tui.rehearsal import begin_to_look_for_garbage, rehearse

        try:
            self.look_at_keys()
            rehearse(self.packs if self._asked is None else (), self.signs, self.ascii)
        finally:
            begin_to_look_for_garbage()
        from tutor.algebra.errors import AlgebraError
        from tutor.packs import PackError

        worker = get_current_worker()
        # What is known to be due is told before the atlas is read, which may take seconds the first time.
        self._find_due()
        self._get_ready()
        every = library.packs() if self._all else self.packs
        # Copies of the packs: theirs are in use on the screen.
        copies = [copy(pack) for pack in every]
        if len(every) > len(self.packs):
            self.post_message(self.Found(tuple(every)))
        for pack in copies:
            for entry in pack.entries:
                if worker.is_cancelled:
                    return
                # What the atlas knows has been opened before and has not changed since.
                if self._all and self._atlas is not None and (pack.id, entry.id) in self._atlas:
                    continue
                began = time.monotonic()
                try:
                    pack.open(entry.id)
                except (PackError, AlgebraError) as error:
                    self.post_message(self.Broken(pack, entry, str(error)))
                # Keys come first: the screen gets twice the time that this takes.
                time.sleep(2 * (time.monotonic() - began))

    # --- opening ---

    def on_home_screen_chosen(self, event: HomeScreen.Chosen) -> None:
        # A second key may have reached the list before the first one took effect.
        if self.screen is self.home:
            self.open_exercise(event.pack, event.entry)

    def open_exercise(self, pack: Pack, entry: Entry, seed: int | None = None) -> None:
        from tutor.algebra.errors import AlgebraError
        from tutor.packs import PackError

        try:
            self._open(pack.open(entry.id), self._seed if seed is None and not self._all else seed)
        except (PackError, AlgebraError) as error:
            self.home.mark_broken(pack, entry, str(error))

    def _open(self, exercise: Exercise, seed: int | None = None, restart: bool = False) -> None:
        # What works on an exercise is loaded with the first one: the list stands sooner without it.
        from tutor.practice.resume import open_worksheet
        from tutor.practice.worksheet import Worksheet
        from tutor.tui.screens.exercise import ExerciseScreen

        if self._watched is not None:
            # An author who looks at work in progress is no learner.
            worksheet = Worksheet(exercise.variant(seed))
        else:
            worksheet = open_worksheet(self.store, exercise, seed, restart)
        following = self._following(exercise)
        enter = str(message(N_("next: {title}"), title=following[1].title)) if following else None
        self.home.come_back_from(exercise)
        screen = ExerciseScreen(worksheet, self.signs, enter, self.ascii)
        self.give_drafts(screen)
        self.push_screen(screen)
        if worksheet.done:
            self.look_for_advice(exercise)

    def on_home_screen_playground(self) -> None:
        from tutor.tui.screens.playground import PlaygroundScreen

        if self.screen is self.home:
            self.push_screen(PlaygroundScreen(self.signs, ascii=self.ascii, typed=self.typed), self._keep_typed)

    def on_home_screen_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        if self.screen is self.home:
            self.push_screen(GlossaryScreen(self.signs, ascii=self.ascii))

    def on_playground_screen_chosen(self, event: PlaygroundScreen.Chosen) -> None:
        from tutor.tui.screens.playground import PlaygroundScreen

        # A second key may have reached the line before the first one took effect.
        if isinstance(self.screen, PlaygroundScreen):
            self._open(event.exercise)

    def _keep_typed(self, typed: Trial | None) -> None:
        """What is typed in the playground stands there again when it is opened again."""
        self.typed = typed

    def on_playground_screen_saved(self) -> None:
        if self._all:
            self.post_message(self.Found(library.packs()))

    def _following(self, exercise: Exercise) -> tuple[Pack, Entry] | None:
        """The exercise after this one in its pack."""
        for pack in self.packs:
            names = [entry.id for entry in pack.entries]
            if pack.id == exercise.pack and exercise.id in names[:-1]:
                return pack, pack.entries[names.index(exercise.id) + 1]
        return None

    def on_exercise_screen_solved(self, event: ExerciseScreen.Solved) -> None:
        self._solved = self._solved or event.exercise is self._asked
        self.look_for_advice(event.exercise)

    async def on_exercise_screen_leave(self, event: ExerciseScreen.Leave) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        screen = self.screen
        if self._stands(event.exercise):
            assert isinstance(screen, ExerciseScreen)
            self.keep_drafts(screen)
            await self.pop_screen()
            if self._session is not None:
                self.leave_review(screen.desk.worksheet.done)

    async def on_exercise_screen_next(self, event: ExerciseScreen.Next) -> None:
        if not self._stands(event.exercise):
            return
        await self.pop_screen()
        if self._session is not None:
            self.go_on_with_review()
            return
        following = self._following(event.exercise)
        if following is not None:
            self.open_exercise(*following)

    def _stands(self, exercise: Exercise) -> bool:
        """Whether the screen of this exercise is in front, and not gone already."""
        from tutor.tui.screens.exercise import ExerciseScreen

        return isinstance(self.screen, ExerciseScreen) and self.screen.desk.worksheet.variant.exercise is exercise

    def on_tutor_app_found(self, event: Found) -> None:
        self.packs = event.packs
        self.home.renew(event.packs)

    # --- watching ---

    def _watch(self) -> None:
        """Tell when anything at the watched place was saved. Runs beside the app."""
        from tutor.packs.places import stamp

        worker = get_current_worker()
        assert self._watched is not None
        before = stamp(self._watched)
        while not worker.is_cancelled:
            time.sleep(_LOOK_EVERY)
            now = stamp(self._watched)
            if now != before:
                before = now
                self.post_message(self.Saved())

    async def on_tutor_app_saved(self) -> None:
        """Show what is watched as it is now: its faults over everything else, until they are mended."""
        from tutor.packs import PackError
        from tutor.packs.places import open_place
        from tutor.tui.screens.exercise import ExerciseScreen
        from tutor.tui.screens.faults import FaultsScreen

        assert self._watched is not None
        shown = next((screen for screen in self.screen_stack if isinstance(screen, ExerciseScreen)), None)
        faults = next((screen for screen in self.screen_stack if isinstance(screen, FaultsScreen)), None)
        try:
            found = open_place(self._watched)
            if isinstance(found, Pack):
                self.packs = (found,)
                self.home.renew(self.packs)
                exercise = found.open(shown.desk.worksheet.variant.exercise.id) if shown else None
            else:
                exercise = found
        except PackError as error:
            if faults:
                faults.tell(str(error))
            else:
                await self.push_screen(FaultsScreen(str(error), self.signs))
            return
        while faults and self.screen is not faults:
            await self.pop_screen()
        if faults:
            await self.pop_screen()
        if exercise and shown:
            if self._asked is shown.desk.worksheet.variant.exercise:
                self._asked = exercise
            shown.renew(exercise)
        elif exercise:
            self._asked = exercise
            self._open(exercise, self._seed, self._restart)

    def on_tutor_app_broken(self, event: Broken) -> None:
        self.home.mark_broken(event.pack, event.entry, event.reason)

    # --- the window ---

    async def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < LEAST_WIDTH or event.size.height < LEAST_HEIGHT
        stands = isinstance(self.screen, TooSmallScreen)
        if small and not stands:
            self.push_screen(TooSmallScreen())
        elif stands and not small:
            await self.pop_screen()

    async def action_quit(self) -> None:
        """Leave; everything checked is stored already."""
        if self._review_asked:
            self.exit(self.review_done)
        else:
            self.exit(None if self._asked is None else self._solved)
