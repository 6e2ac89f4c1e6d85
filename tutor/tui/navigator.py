"""Navigation: opening exercises and screens from anywhere without losing what is typed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from tutor.algebra.errors import AlgebraError
from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import PackError
from tutor.practice.export import export_lines
from tutor.practice.replay_choice import choose_replay
from tutor.practice.resume import open_worksheet
from tutor.practice.worksheet import Worksheet, random_seed
from tutor.served import CODE_ELSEWHERE, NOT_LISTED, is_shared
from tutor.tui.after_solved import NextExercise
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.glossary import GlossaryScreen
from tutor.tui.screens.onboarding import onboarding_exercise, onboarding_replay
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.screens.settings import SettingsScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from tutor.grading.rule_cards import RuleCard
    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.placement import Kind
    from tutor.practice.playground import PlaygroundInput
    from tutor.practice.storage.store import Store
    from tutor.tui.answer_input import AnswerInput
    from tutor.tui.drafts import DraftKey, Drafts
    from tutor.tui.host import Host
    from tutor.tui.preferences import Preferences
    from tutor.tui.reset_flow import ResetFlow
    from tutor.tui.screens.home import HomeScreen

_ATTEMPTS_FILE = "attempts.jsonl"


class Navigator:
    """Opens exercises and the screens behind the list. Going elsewhere loses nothing, so it never asks."""

    def __init__(
        self,
        host: Host,
        store: Store,
        home: HomeScreen,
        preferences: Preferences,
        *,
        seed: int | None,
        is_watching: bool,
        leave_review: Callable[[bool], None],
        start_placement: Callable[[Kind], None],
    ) -> None:
        """`seed` chooses the numbers of every exercise. What an author does while watching a file is not recorded.

        `leave_review` ends a review or a test that is in progress; it receives whether the open exercise was solved.
        """
        self._host = host
        self._store = store
        self.home = home
        self.preferences = preferences
        self._seed = seed
        self._is_watching = is_watching
        self._leave_review = leave_review
        self._start_placement = start_placement
        self._last_exercise_screen: ExerciseScreen | None = None
        #: Input that was not checked, by exercise and blank.
        self._drafts: Drafts = {}
        self._playground_input: PlaygroundInput | None = None

    # --- the open exercise ---

    @property
    def exercise_screen(self) -> ExerciseScreen | None:
        """Return the screen of the exercise that is open, also under other screens."""
        return self._last_exercise_screen if self._last_exercise_screen in self._host.app.screen_stack else None

    def exercise_in_front(self, exercise: Exercise) -> ExerciseScreen | None:
        """Return the screen of this exercise if it is in front: messages may come after it was left."""
        screen = self.exercise_screen
        return screen if screen is self._host.app.screen and screen and screen.exercise is exercise else None

    @property
    def exam_in_progress(self) -> bool:
        """Return whether an exam is open, which gives no help."""
        screen = self.exercise_screen
        return screen is not None and screen.state.worksheet.help_refusal is not None

    # --- opening exercises ---

    def open_entry(self, pack: Pack, entry: ExerciseEntry, seed: int | None = None) -> None:
        """Open an exercise of the list, with the numbers of a seed if there is one."""
        try:
            self.open_exercise(pack.open(entry.id), self._seed if seed is None else seed)
        except (PackError, AlgebraError) as error:
            self.home.mark_broken(pack, entry, str(error))

    def show_replay(self, pack: Pack, entry: ExerciseEntry) -> None:
        """Show an exercise of the list worked out, with other numbers than the learner's own."""
        try:
            exercise = pack.open(entry.id)
            if (not_open := exercise.assessment.opening_refusal(entry.title)) is not None:
                self.home.set_message(not_open)
                return
            worksheet = open_worksheet(self._store, exercise, self._seed)
            replay, note = choose_replay(worksheet)
        except (PackError, AlgebraError) as error:
            self.home.mark_broken(pack, entry, str(error))
            return
        refusal = worksheet.help_refusal
        if refusal is not None or not replay.steps:
            self.home.set_message(refusal or note or message(N_("This exercise has no graph to replay.")))
            return
        self._host.app.push_screen(ExplainScreen(self._host, replay, str(entry.title), note=note))

    def open_by_name(self, name: str, *, new_numbers: bool = False) -> None:
        """Open an exercise by its name `pack/exercise`; say so if it is not listed."""
        entries = ((pack, entry) for pack in self.home.packs for entry in pack.entries)
        for pack, entry in entries:
            if f"{pack.id}/{entry.id}" == name:
                self.open_entry(pack, entry, random_seed() if new_numbers else None)
                return
        self.home.set_message(message(NOT_LISTED, name=name))

    def open_exercise(
        self, exercise: Exercise, seed: int | None = None, *, restart: bool = False, whole: bool = False
    ) -> None:
        """Open an exercise where it was left, or from its start; `whole` judges nothing before the last blank."""
        if exercise.code.only:
            self.home.return_to(exercise)
            self.push_code(exercise)
            return
        try:
            if self._is_watching:
                worksheet = Worksheet(exercise.variant(seed, stage=0))
            else:
                worksheet = open_worksheet(self._store, exercise, seed, restart)
        except PackError as error:
            self.home.set_message(error)
            return
        if whole:
            worksheet.start_whole_pass()
        self.home.return_to(exercise)
        self.show_worksheet(worksheet, self._following(exercise))

    def show_worksheet(
        self,
        worksheet: Worksheet,
        following: NextExercise | None,
        title_prefix: str = "",
        notice: Message | None = None,
    ) -> None:
        """Show an exercise; `following` is what comes next, None at the end of a pack. A notice is shown first."""
        title = self._pack_title(worksheet.variant.exercise)
        screen = ExerciseScreen(self._host, worksheet, following, title_prefix, title)
        screen.state.status_message = notice
        self.push_exercise(screen)

    def _pack_title(self, exercise: Exercise) -> str:
        pack_id = exercise.pack
        return next((str(pack.title) for pack in self.home.packs if pack.id == pack_id), "") if pack_id else ""

    def push_exercise(self, screen: ExerciseScreen) -> None:
        """Show the screen of an exercise, with the input that was left in it."""
        drafts = self._drafts.pop(_draft_key(screen), {})
        screen.state.inputs.update({} if screen.state.worksheet.done else drafts)
        self._last_exercise_screen = screen
        self._host.app.push_screen(screen)

    def show_watched(self, exercise: Exercise) -> None:
        """Show an exercise as its file is now."""
        if self.exercise_screen is not None and not exercise.code.only:
            self.exercise_screen.reload(exercise)
        else:
            self.open_exercise(exercise, self._seed)

    def _next_entry(self, exercise: Exercise) -> tuple[Pack, ExerciseEntry] | None:
        """Return the exercise after this one in its pack."""
        for pack in self.home.packs:
            ids = [entry.id for entry in pack.entries]
            if pack.id == exercise.pack and exercise.id in ids[:-1]:
                return pack, pack.entries[ids.index(exercise.id) + 1]
        return None

    def _following(self, exercise: Exercise) -> NextExercise | None:
        """Return what Enter leads to after an exercise."""
        entry = self._next_entry(exercise)
        return NextExercise(str(entry[1].title), (entry[0].id, entry[1].id)) if entry else None

    def open_next(self, exercise: Exercise) -> None:
        """Open the exercise after this one in its pack, if there is one."""
        following = self._next_entry(exercise)
        if following is not None:
            self.open_entry(*following)

    # --- leaving ---

    async def leave_exercise(self, screen: ExerciseScreen) -> None:
        """Go back from an exercise to the screen below."""
        self._save_drafts(screen)
        await self._host.app.pop_screen()
        self._leave_review(screen.state.worksheet.done)

    def _save_drafts(self, screen: ExerciseScreen) -> None:
        self._drafts[_draft_key(screen)] = _drafts_of(screen)

    @property
    def drafts(self) -> Drafts:
        """Return what is typed and not checked, also in the exercise that is open."""
        screen = self.exercise_screen
        return self._drafts if screen is None else {**self._drafts, _draft_key(screen): _drafts_of(screen)}

    def restore_drafts(self, drafts: Drafts) -> None:
        """Have these drafts in their exercises when they are opened."""
        self._drafts.update(drafts)

    async def show_home(self) -> None:
        """Go back to the list; a review in progress is left."""
        screen = self.exercise_screen
        if screen is not None:
            self._save_drafts(screen)
        while self._host.app.screen is not self.home:
            await self._host.app.pop_screen()
        self._leave_review(screen is not None and screen.state.worksheet.done)

    # --- other screens, from anywhere ---

    def find_screen(self, screen_class: type[Screen[Any]]) -> Screen[Any] | None:
        """Return the open screen of a class that is the nearest one below, None if there is none."""
        return next((screen for screen in reversed(self._host.app.screen_stack) if type(screen) is screen_class), None)

    async def run_on(self, target: Screen[Any], action: str) -> None:
        """Go back to an open screen, and run an action there."""
        if target is self.home:
            await self.show_home()
        while self._host.app.screen is not target and target in self._host.app.screen_stack:
            await self._host.app.pop_screen()
        if self._host.app.screen is target:
            await target.run_action(action)

    async def show_exercise(self, name: str) -> None:
        await self.show_home()
        self.open_by_name(name)

    async def show_review(self) -> None:
        await self.show_home()
        self.home.action_review()

    async def show_placement(self, kind: Kind) -> None:
        await self.show_home()
        self._start_placement(kind)

    async def show_progress(self) -> None:
        await self.show_home()
        self.home.action_progress()

    async def show_playground(self) -> None:
        await self.show_home()
        self.push_playground()

    def push_playground(self) -> None:
        """Show the playground with what was last typed there."""
        # It validates what it saves, and that takes long to load.
        from tutor.tui.screens.playground import PlaygroundScreen

        self._host.app.push_screen(
            PlaygroundScreen(self._host, initial_input=self._playground_input), self._remember_playground
        )

    def _remember_playground(self, current: PlaygroundInput | None) -> None:
        self._playground_input = current

    def push_code(self, exercise: Exercise) -> None:
        """Write the backward pass of an exercise in Python, and have it judged."""
        if is_shared():
            self._host.show_notification(message(CODE_ELSEWHERE), warning=True)
            return
        # Few write code, and the judge loads NumPy.
        from tutor.tui.code_flow import open_code

        # What an author does while watching a file is not recorded.
        journal = None if self._is_watching else self._store
        following = self._following(exercise) if exercise.code.only else None
        open_code(self._host, journal, exercise, following, self._pack_title(exercise))

    def push_progress(self, load_exercise_index: Callable[[], ExerciseIndex], reset_flow: ResetFlow) -> None:
        # Progress is looked up rarely, and takes long to load.
        from tutor.tui.screens.progress import ProgressScreen

        self._host.app.push_screen(ProgressScreen(self._host, self._store, load_exercise_index, reset_flow))

    def show_glossary(self, selected_title: str = "") -> None:
        self._host.app.push_screen(GlossaryScreen(self._host, selected_title))

    def show_rule_card(self, card: RuleCard) -> None:
        self._host.app.push_screen(RuleCardScreen(self._host, card))

    def show_settings(self) -> None:
        if not isinstance(self._host.app.screen, SettingsScreen):
            self._host.app.push_screen(SettingsScreen(self._host, self.preferences))

    def download_attempts(self) -> None:
        """Let the browser save what `backprop-tutor export` writes."""
        events = self._store.with_database(lambda database: list(database.all_events())) or []
        text = "".join(f"{line}\n" for line in export_lines(events))
        self._host.app.deliver_text(io.StringIO(text), save_filename=_ATTEMPTS_FILE, mime_type="application/x-ndjson")
        self._host.show_notification(message(N_("Downloaded: {name}"), name=_ATTEMPTS_FILE))

    # --- the first steps ---

    async def show_first_steps(self) -> None:
        """Show a pass replayed, and then the exercise to do it by hand. The list no longer begins with them."""
        await self.show_home()
        self.home.mark_first_steps()
        replay = onboarding_replay(self._host)

        def go_on(_result: None) -> None:
            if replay.wants_exercise:
                self.push_exercise(onboarding_exercise(self._host, self._store))

        self._host.app.push_screen(replay, go_on)


def _drafts_of(screen: ExerciseScreen) -> dict[str, AnswerInput]:
    return {blank: answer for blank, answer in screen.state.inputs.items() if not answer.is_empty}


def _draft_key(screen: ExerciseScreen) -> DraftKey:
    exercise, fingerprint = screen.exercise, screen.state.worksheet.variant.fingerprint
    return exercise.pack, exercise.id, fingerprint
