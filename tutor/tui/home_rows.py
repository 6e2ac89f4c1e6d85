"""The rows of the home screen: actions, packs that unfold, and exercises, as plain data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tutor.i18n import N_, _, current_language, message
from tutor.practice.event import DONE_STATES
from tutor.practice.exercise_records import last_worked_on, minutes_text, next_exercise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tutor.glyphs import Glyphs
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_records import ExerciseName, ExerciseRecord
    from tutor.practice.overview import Overview
    from tutor.practice.storage.store import Store

#: The key of a row: its kind and its id or ids.
RowKey = tuple[str, ...]
ExerciseState = Literal["new", "begun", "revealed", "solved", "first-try", "broken"]

START, CONTINUE, REVIEW, PLAYGROUND, PROGRESS = "start", "continue", "review", "playground", "progress"
PLACEMENT = "placement"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A row that leads elsewhere; `exercise` is the one that it opens."""

    id: str
    name: str
    detail: str
    exercise: ExerciseName | None = None

    @property
    def key(self) -> RowKey:
        return "action", self.id


@dataclass(frozen=True, slots=True)
class PackRow:
    """The title of a pack with how many of its exercises are solved."""

    pack: Pack
    solved: int
    is_open: bool

    @property
    def key(self) -> RowKey:
        return "pack", self.pack.id


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise with its state; `note` says in a few words how it went, or how long it takes."""

    pack: Pack
    entry: ExerciseEntry
    state: ExerciseState
    note: str = ""
    in_code: bool = False

    @property
    def key(self) -> RowKey:
        return "exercise", self.pack.id, self.entry.id

    @property
    def name(self) -> ExerciseName:
        return self.pack.id, self.entry.id


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A sentence of its own between the rows, or with an empty text a line across the list."""

    text: str = ""
    is_error: bool = False

    @property
    def key(self) -> RowKey:
        return "note", self.text


Row = ActionRow | PackRow | ExerciseRow | NoteRow


@dataclass(frozen=True)
class HomeState:
    """The data of the rows: states of exercises, unfolded packs, faulty files. Without an overview there are no details."""

    packs: Sequence[Pack]
    states: Mapping[ExerciseName, str]
    overview: Overview | None = None
    unfolded: Collection[str] = ()
    open_errors: Mapping[ExerciseName, str] = field(default_factory=dict)
    due_count: int = 0
    is_first_start: bool = False
    #: The exercise last worked on, and whether it is still unfinished.
    last_exercise: ExerciseName | None = None
    has_unfinished: bool = False
    #: The exercises that were solved in code.
    in_code: Collection[ExerciseName] = ()
    #: The exercises that are not needed by a placement test, and how far the last test is.
    placed_out: Collection[ExerciseName] = ()
    placement: Literal["none", "begun", "finished"] = "none"

    @property
    def num_exercises(self) -> int:
        return sum(len(pack.entries) for pack in self.packs)

    @property
    def num_solved(self) -> int:
        return sum(map(self.solved_in, self.packs))

    @property
    def is_all_solved(self) -> bool:
        return 0 < self.num_exercises <= self.num_solved

    def solved_in(self, pack: Pack) -> int:
        return sum(self.states.get((pack.id, entry.id)) == "solved" for entry in pack.entries)

    def record(self, name: ExerciseName) -> ExerciseRecord | None:
        return self.overview.records.get(name) if self.overview is not None else None

    def state_of(self, pack: Pack, entry: ExerciseEntry) -> ExerciseState:
        name = pack.id, entry.id
        if name in self.open_errors or pack.errors:
            return "broken"
        state = self.states.get(name)
        if state == "solved":
            record = self.record(name)
            return "first-try" if record is not None and record.first_try else "solved"
        return "begun" if state == "begun" else "revealed" if state == "revealed" else "new"

    def next_exercise(self) -> tuple[Pack, ExerciseEntry] | None:
        """Return the unfinished exercise that was worked on last, else the first unsolved one after it."""
        listed = {(pack.id, entry.id): (pack, entry) for pack in self.packs for entry in pack.entries}
        name = next_exercise(
            list(listed),
            self.last_exercise,
            self.has_unfinished,
            lambda name: self.state_of(*listed[name]) in ("new", "begun") and name not in self.placed_out,
        )
        return listed[name] if name is not None else None

    def minutes_of(self, pack: Pack, entry: ExerciseEntry) -> int:
        """Return the minutes that an exercise takes, estimated if its author names none; 0 if that is not known."""
        estimates = self.overview.minutes if self.overview is not None else {}
        return entry.minutes or round(estimates.get((pack.id, entry.id), 0))

    def minutes_left(self, pack: Pack) -> int:
        """Return the minutes that the unsolved exercises of a pack take."""
        return sum(
            self.minutes_of(pack, entry)
            for entry in pack.entries
            if self.states.get((pack.id, entry.id), "new") not in DONE_STATES
        )


def read_state(packs: Sequence[Pack], store: Store, first_steps_mark: Path | None) -> HomeState:
    """Return the state of exercises as it is stored. Without the file `first_steps_mark` it may be the first start."""
    names = {(pack.id, entry.id) for pack in packs for entry in pack.entries}
    states, (last, has_unfinished) = store.states(), last_worked_on(store, names)
    # A progress file that can't be used means that this is not the first start.
    placed_out = store.placed_out()
    has_begun = bool(states or placed_out) or store.notice is not None
    is_new = first_steps_mark is not None and not has_begun and not first_steps_mark.exists()
    return HomeState(
        packs,
        states,
        is_first_start=is_new,
        last_exercise=last,
        has_unfinished=has_unfinished,
        in_code=store.solved_in_code(),
        placed_out=placed_out,
        placement=store.placement_progress(),
    )


def packs_unfolded_first(packs: Sequence[Pack], store: Store) -> set[str]:
    """Return the pack that was worked on last, else that of the exercise to begin with; none if everything is solved."""
    state = read_state(packs, store, None)
    if state.is_all_solved:
        return set()
    ids = [pack.id for pack in packs]
    last = state.last_exercise[0] if state.last_exercise is not None else ""
    if last in ids:
        return {last}
    following = state.next_exercise()
    return {following[0].id} if following is not None else set(ids[:1])


@dataclass(frozen=True)
class PreviewRequest:
    """A row to be previewed in a pane of a size."""

    row: Row
    state: HomeState
    width: int
    height: int

    @property
    def key(self) -> tuple[Any, ...]:
        """The key of the preview. A folded pack and an unfolded one have different keys to press."""
        return self.row.key, getattr(self.row, "is_open", None), self.width, self.height, current_language()


def render_words(text: str, glyphs: Glyphs) -> str:
    """Return words as the glyphs can show them: in ASCII the dots between them would be signs of multiplication."""
    return glyphs.render(text.replace(" · ", ", ") if glyphs.ascii else text)


def num_due_text(number: int) -> str:
    """Return how many rules are due, in words."""
    return _("1 rule due") if number == 1 else str(message(N_("{n} rules due"), n=number))


def list_rows(state: HomeState) -> list[Row]:
    """Return the rows of the list: actions first, then the packs with the exercises of those that are unfolded."""
    rows: list[Row] = [*_action_rows(state), NoteRow()]
    for pack in state.packs:
        is_open = pack.id in state.unfolded
        rows.append(PackRow(pack, state.solved_in(pack), is_open))
        rows += [NoteRow(without_folder(str(fault), pack), is_error=True) for fault in pack.errors]
        if is_open:
            for entry in pack.entries:
                rows += _exercise_rows(state, pack, entry)
    return rows


def hit_rows(state: HomeState, hits: Iterable[tuple[Pack, ExerciseEntry]], nothing: str) -> list[Row]:
    """Return the exercises that a search has found, each with the title of its pack; the text `nothing` for none."""
    rows: list[Row] = []
    for pack, entry in hits:
        rows += _exercise_rows(state, pack, entry, str(pack.title))
    return rows or [NoteRow(nothing)]


def _action_rows(state: HomeState) -> Iterator[ActionRow]:
    if state.is_first_start:
        yield ActionRow(START, _("Start here"), _("five minutes, step by step"))
        if state.placement == "none":
            yield _placement_row(state)
    elif (following := state.next_exercise()) is not None:
        pack, entry = following
        has_begun = state.states or state.placed_out
        name = _("Continue") if state.has_unfinished else _("Next") if has_begun else _("Start")
        yield ActionRow(CONTINUE, name, str(entry.title), (pack.id, entry.id))
    if state.due_count or state.is_all_solved:
        yield ActionRow(REVIEW, _("Review"), _review_detail(state))
    yield ActionRow(PLAYGROUND, _("Playground"), _("a formula of your own"))
    yield ActionRow(PROGRESS, _("Progress"), _("rules, packs, days"))
    if state.placement == "begun" or state.is_all_solved:
        yield _placement_row(state)


def _placement_row(state: HomeState) -> ActionRow:
    """Return the row of the test: one that was left, the final one, or the first one."""
    if state.placement == "begun":
        return ActionRow(PLACEMENT, _("Placement test"), _("continue where you left off"))
    if state.is_all_solved:
        return ActionRow(PLACEMENT, _("Final test"), _("what you know now"))
    return ActionRow(PLACEMENT, _("I know some of this"), _("a short test finds where to start"))


def _review_detail(state: HomeState) -> str:
    if not state.due_count:
        return _("nothing is due")
    minutes = state.overview.review_minutes if state.overview is not None else 0
    due = num_due_text(state.due_count)
    return f"{due} · {minutes_text(minutes)}" if minutes else due


def _exercise_rows(state: HomeState, pack: Pack, entry: ExerciseEntry, note: str | None = None) -> Iterator[Row]:
    name = pack.id, entry.id
    words = _note_on(state, pack, entry) if note is None else note
    yield ExerciseRow(pack, entry, state.state_of(pack, entry), words, name in state.in_code)
    reason = state.open_errors.get(name)
    if reason is not None:
        yield NoteRow(without_folder(reason, pack), is_error=True)


def without_folder(reason: str, pack: Pack) -> str:
    """Return a reason with the file's name instead of its path, which takes lines and is found by `check`."""
    return reason.replace(f"{pack.folder}{os.sep}", "")


def _note_on(state: HomeState, pack: Pack, entry: ExerciseEntry) -> str:
    name = pack.id, entry.id
    reached = state.state_of(pack, entry)
    if reached == "first-try":
        return _("first try")
    if reached == "revealed":
        return _("values shown")
    record = state.record(name)
    if reached == "solved" and record is not None and record.is_exam:
        return record.score or _("exam finished")
    if reached == "begun":
        return progress_text(state, name) or _("in progress")
    if reached == "new" and name in state.placed_out:
        return _("can be skipped")
    minutes = state.minutes_of(pack, entry)
    return minutes_text(minutes) if reached == "new" and minutes else ""


def progress_text(state: HomeState, name: ExerciseName) -> str:
    """Return how many blanks of an unfinished try are filled, such as "2 of 5"; empty if that is not known."""
    record = state.record(name)
    blanks = state.overview.blanks.get(name, 0) if state.overview is not None else 0
    if record is None or record.unfinished is None or not 0 <= record.unfinished.filled <= blanks or not blanks:
        return ""
    return str(message(N_("{n} of {all}"), n=record.unfinished.filled, all=blanks))
