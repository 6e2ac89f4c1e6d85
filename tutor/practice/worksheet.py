"""The worksheet: one learner's try at one variant of an exercise, independent of any screen.

Every event is stored in the journal before its effect is returned, so that a kill at any moment loses nothing that
was checked. Replaying the events restores the state.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Grid
from tutor.algebra.printing import SHOWN_DIGITS, format_cells, format_expr
from tutor.grading.answer import Preview, preview
from tutor.grading.concealment import Concealment
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import Hint, format_right_answer, hint_at, num_rungs, rule_rung
from tutor.grading.question import parse_choice
from tutor.grading.selection import parse_selection
from tutor.grading.skills import FAULT
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, Message, message
from tutor.packs.content_hash import content_hash
from tutor.practice import exam
from tutor.practice.asides import Asides
from tutor.practice.entries import Entries, Entry
from tutor.practice.event import (
    AGAIN,
    ALL_REVEALED,
    ASIDE_KINDS,
    NO,
    NOTED,
    OFF,
    ON,
    PART,
    POINTED,
    REPLY,
    SCORED,
    SOLVED,
    UNJUDGED,
    WHOLE,
    YES,
    Event,
    new_id,
)
from tutor.practice.mastery import count_reply
from tutor.practice.rule_ids import proves_rule, rule_id_at
from tutor.practice.score import score_of
from tutor.practice.telling_numbers import distinct_mistakes, find_telling_seed
from tutor.practice.whole_pass import FIND_FIRST, NO_HELP_YET, NOT_IN_EXAMS, NOTHING_LEFT, WholePass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Variant

BlankState = Literal["empty", "right", "wrong", "near", "revealed", "given", "noted"]

#: Seconds before the next hint without an attempt, so that hammering the key doesn't reveal the answer.
HINT_COOLDOWN = 2.0
#: More seconds than this between two events are a break, not work.
MAX_EVENT_SECONDS = 600.0
#: The same answer after fewer seconds is a key pressed twice.
MIN_SECONDS_AGAIN = 2.0
#: From this many wrong answers on one blank, the hint that states the rule opens by itself.
OPEN_RULE_AFTER = 3
#: From this many wrong answers on one blank, revealing the value is offered.
OFFER_REVEAL_AFTER = 5


#: After so many sums at branches without help, the next ones are not written out.
SUMS_BEFORE_FADING = 2
#: At most this many sets of fresh numbers are tried to tell mistakes apart.
_MAX_TELLING_SEEDS = 12


class Journal(Protocol):
    """Storage for events. `append` returns whether the event is saved; it never raises."""

    def append(self, event: Event) -> bool: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a worksheet: ∂output/∂inputs, mistakes, help, and time in seconds.

    `verdicts` are those of an exam, in the order of its blanks; empty otherwise.
    """

    gradients: tuple[tuple[str, Value], ...]
    mistakes: Counter[str]
    wrong_attempts: int
    hints: int
    revealed: int
    seconds: float
    verdicts: tuple[tuple[Blank, Verdict], ...] = ()


@dataclass
class _Tally:
    """Counters of a try that undo does not reduce."""

    mistakes: Counter[str] = field(default_factory=Counter)
    wrong_attempts: int = 0
    revealed: set[str] = field(default_factory=set)
    seconds: float = 0.0


def random_seed() -> int:
    """Return a seed of at most six digits, which can be passed on by word of mouth."""
    return random.SystemRandom().randrange(1, exam.NUM_SEEDS)


class Worksheet:
    """A try at `variant`. Events go to the journal, if there is one; `events` of an earlier session are replayed.

    `sums_found` counts the sums at branches that the learner found without help before this try. `is_repeated`: an exam
    was taken before, and that sitting counts, with the score `first_score` if its verdicts were told.
    """

    #: Whether verdicts say why; one that only replays events does without.
    _explains = True

    def __init__(
        self,
        variant: Variant,
        journal: Journal | None = None,
        events: Sequence[Event] = (),
        clock: Callable[[], float] = time.monotonic,
        sums_found: int = 0,
        *,
        is_repeated: bool = False,
        first_score: str = "",
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._sums_found = sums_found
        self.is_repeated, self.first_score = is_repeated, first_score
        self.saved = True
        self._init_try(variant)
        if events:
            self._try_id = events[0].worksheet
            self._started = True
            for event in events:
                self._apply(event)
            self.asides.forget_last()
            self._finished = any(event.kind in (SOLVED, PART) for event in events)
            self._is_told_late = _is_told_late(events)
            # The program may have been killed between the last answer and the event of the end.
            self._store_whole_pass()
            self._finish_if_done()
            self._store_verdicts()

    def _init_try(self, variant: Variant) -> None:
        self.variant = variant
        self._entries = Entries(variant.problem)
        self._tally = _Tally()
        #: The whole pass at once, if the learner works in this mode.
        self.whole_pass = WholePass(self._entries)
        #: Predictions before blanks, and reasons for right answers.
        self.asides = Asides(self)
        #: The blanks of an exam whose answers were stored with their verdicts, and whether its score was.
        self._stored_verdicts: set[str] = set()
        self._is_scored = False
        #: The blanks that were answered after the exercise was due.
        self._late: set[str] = set()
        self._try_id = new_id()
        self._started = self._finished = False
        #: Whether the verdicts of an exam were told some time after its end.
        self._is_told_late = False
        self._last_event_time = self._last_hint_time = self._clock()
        self._hinted_blank: str | None = None

    # --- state ---

    @property
    def problem(self) -> Problem:
        """The problem, with unfolded nodes replaced by their parts."""
        return self._entries.problem

    @property
    def last_blank(self) -> str | None:
        """The place of the last action."""
        return self._entries.last_place

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """The blanks to fill, in the order of the backward pass."""
        return self.problem.blanks

    @property
    def fillable(self) -> tuple[Blank, ...]:
        """The blanks, and the optional places inside unfolded nodes, in the order of the backward pass."""
        extra = {place.id for place in self._entries.extra_places}
        if not extra:
            return self.blanks
        fillable = extra | {blank.id for blank in self.blanks}
        backward = tuple(place for place in self.problem.places if place.id in fillable)
        return self.problem.forward_blanks + backward + self.problem.question_blanks

    @property
    def drawn_places(self) -> frozenset[str]:
        """The places for which a drawing of the graph has room."""
        return self.problem.drawn_places.union(place.id for place in self._entries.extra_places)

    def is_locked(self, blank: str) -> bool:
        """Return whether a blank has to wait: the backward pass is locked until all forward values are settled."""
        return self.problem.place(blank).is_backward and any(
            not self.entry(place.id).settled for place in self.problem.forward_blanks
        )

    @property
    def hidden_nodes(self) -> frozenset[int]:
        """The positions of the nodes whose forward value is a blank that is not right yet."""
        if self.exam and self.tells_answers:
            return frozenset()
        return frozenset(place.node for place in self.problem.forward_blanks if not self.entry(place.id).is_correct)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries so far, by blank."""
        return self._entries.by_place

    def entry(self, blank: str) -> Entry:
        """Return the entry at a place; an empty one if there is none."""
        return self._entries.get(blank)

    @property
    def is_stored(self) -> bool:
        """Whether its events are stored: not those of a formula of the learner's own, nor of a watched file."""
        return self._journal is not None and bool(self.variant.exercise.pack)

    @property
    def exam(self) -> bool:
        """Whether this is an exam: no hints, one answer for each blank, verdicts at the end."""
        return self.variant.exercise.exam

    @property
    def help_refusal(self) -> Message | None:
        """The refusal of help in a whole pass, and in an exam until right answers are told; None if it is allowed."""
        if self.whole_pass.is_on:
            return NO_HELP_YET
        return exam.NO_HELP if self.exam and not self.tells_answers else None

    @property
    def tells_result(self) -> bool:
        """Whether all blanks are done and what is right may be told; in some exams only after they were due."""
        return self.done and (not self.exam or self.variant.exercise.assessment.tells_verdicts)

    @property
    def tells_answers(self) -> bool:
        """Whether the right answers may be told, too: some exams tell verdicts and the score only."""
        return self.tells_result and (not self.exam or self.variant.exercise.assessment.tells_answers)

    def is_late(self, blank: str) -> bool:
        """Return whether a blank was answered after the exercise was due."""
        return blank in self._late

    @property
    def notices(self) -> tuple[Message, ...]:
        """The notices above the exercise: when it is due, and whether an earlier sitting of an exam counts."""
        due = self.variant.exercise.assessment.due_notice
        repeated = exam.practice_notice(self.first_score) if self.is_repeated else None
        return tuple(notice for notice in (due, repeated) if notice is not None)

    @property
    def exam_rules(self) -> Message:
        """The message at the start of an exam."""
        return exam.exam_rules(self.variant.exercise.assessment)

    @property
    def hides_verdicts(self) -> bool:
        """Whether verdicts wait, so that nothing may give away what is right: in an exam and in a whole pass."""
        return self.exam or self.whole_pass.is_on

    @property
    def done(self) -> bool:
        """Whether every blank is right or revealed; in an exam, answered."""
        return not self.whole_pass.is_on and self._is_filled

    @property
    def _is_filled(self) -> bool:
        return all(self.entry(blank.id).settled for blank in self.blanks)

    def is_fixed(self, blank: str) -> bool:
        """Return whether the entry at a blank can't be changed now."""
        return self.done or self.whole_pass.is_finding or (self.exam and self.entry(blank).sealed_verdict is not None)

    @property
    def leads_to_stage(self) -> bool:
        """Whether this is a finished stage after which another one comes."""
        return self.done and self.variant.is_partial and not self.variant.is_cut

    def state(self, blank: str) -> BlankState:
        """Return the state of a place: "near" is an answer that is not a wrong attempt, "given" a shown value."""
        entry = self.entry(blank)
        if entry.revealed:
            return "revealed"
        if entry.verdict is None:
            return "given" if any(place.id == blank for place in self._given_places) else "empty"
        if entry.verdict.right:
            return "right"
        if entry.verdict.kind is VerdictKind.NOTED:
            return "noted"
        return "wrong" if entry.verdict.is_wrong_attempt else "near"

    @property
    def _given_places(self) -> tuple[Blank, ...]:
        """The places whose values are shown: given ones, and those inside unfolded nodes once all blanks are done."""
        return self.problem.given_blanks + (self._entries.extra_places if self._entries.unfolded and self.done else ())

    def value_text(self, blank: str) -> list[list[str]]:
        """Return the rows of cells at a place: the learner's entry, or a given or revealed value; [] if empty."""
        place = self.problem.place(blank)
        if place.kind == "question" and not self.problem.question(place).has_value:
            return [[self._text_at(place)]] if self.entry(blank).text else []
        state = self.state(blank)
        entry = self.entry(blank)
        # A revealed formula is shown as in the last hint, which is shorter than the one in terms of the inputs.
        is_formula = place.is_matrix_formula or (self.problem.symbolic and place.shape is None)
        if state == "given" or (state == "revealed" and not is_formula):
            return format_cells(self.problem.truth(place), max(SHOWN_DIGITS, self.problem.precision_at(place).digits))
        if not entry.text:
            return []
        if place.grid is None:
            return [[entry.text.replace("-", "−")]]
        try:
            answer = self._entries.parsed_answer(blank)
        except AlgebraError:
            return []
        if isinstance(answer.expr, Grid):
            return [[format_expr(cell) for cell in row] for row in answer.expr.rows]
        return format_cells(answer.value)

    def _text_at(self, place: Blank) -> str:
        """Return the text of the options that were chosen or revealed, or the text that was typed."""
        question, entry = self.problem.question(place), self.entry(place.id)
        if entry.revealed:
            return question.right_text
        if question.is_text:
            return entry.text
        if question.select_all:
            return "; ".join(str(question.choices[i].text) for i in parse_selection(question, entry.text))
        return str(question.choices[parse_choice(question, entry.text)].text)

    def next_open_blank(self, after: str | None = None) -> str | None:
        """Return the next unsettled place in backward order after `after`, cyclically; None if all blanks are done."""
        if self.done:
            return None
        order = [blank.id for blank in self.fillable]
        begin = order.index(after) + 1 if after in order else 0
        for name in order[begin:] + order[:begin]:
            if not self.entry(name).settled and not self.is_locked(name):
                return name
        return None

    def resume_place(self) -> str:
        """Return the blank to focus on when the worksheet is opened: where the learner stopped."""
        order = [blank.id for blank in self.fillable]
        if self.whole_pass.is_finding:
            return order[0]
        if self.last_blank in order and not self.entry(self.last_blank).settled:
            return self.last_blank
        return self.next_open_blank(self.last_blank) or (self.last_blank if self.last_blank in order else order[0])

    def set_resume_place(self, blank: str) -> None:
        """Set the blank to focus on when the worksheet is opened."""
        self._entries.last_place = blank

    def offers_reveal(self, blank: str) -> bool:
        """Return whether to offer revealing the value: after enough wrong answers, or after the last hint."""
        entry = self.entry(blank)
        if entry.settled or self.whole_pass.is_on:
            return False
        return entry.wrong_attempts >= OFFER_REVEAL_AFTER or self._has_seen_all_hints(blank)

    def offers_replay(self, blank: str) -> bool:
        """Return whether to offer the replay with other numbers: once the hint with the rule opens by itself."""
        entry = self.entry(blank)
        has_pass = self.problem.place(blank).is_backward and not self.hides_verdicts
        return has_pass and not entry.settled and entry.wrong_attempts >= OPEN_RULE_AFTER

    def _has_seen_all_hints(self, blank: str) -> bool:
        entry = self.entry(blank)
        return entry.hints >= num_rungs(self.problem, self.problem.place(blank))

    def hides_addends(self, blank: str) -> bool:
        """Return whether the learner has to find the addends at a branch: after two sums found without help."""
        if self.problem.place(blank).kind != "sum" or self.entry(blank).is_correct:
            return False
        found = (self.entry(place.id) for place in self.blanks if place.kind == "sum")
        here = sum(entry.is_correct and not (entry.wrong_attempts or entry.hints or entry.revealed) for entry in found)
        return self._sums_found + here >= SUMS_BEFORE_FADING

    def visible_places(self) -> frozenset[str]:
        """Return the places whose right value the learner can see."""
        correct = {name for name, entry in self.entries.items() if entry.is_correct}
        return frozenset(correct | {place.id for place in self._given_places})

    def visible_texts(self, at: str = "") -> Mapping[str, str]:
        """Return the texts of the right values the learner can see, by place; a matrix as [[1, 2], [3, 4]].

        At a branch whose addends the learner has to find, they are left out.
        """
        texts = {}
        hidden = set()
        if at and self.hides_addends(at):
            hidden = {edge.id for edge in self.problem.branch_edges(self.problem.place(at))}
        for place in self.visible_places() - hidden:
            rows = self.value_text(place)
            if rows:
                matrix = "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
                texts[place] = matrix if self.problem.place(place).grid else rows[0][0]
        return texts

    def summary(self) -> Summary:
        """Return the result so far; gradients of the inputs in `problem.wrt`, of all inputs if that is None."""
        wrt = self.problem.graph.differentiable_inputs(self.problem.wrt)
        exact, position = self.problem.exact_passes, self.problem.graph.position
        return Summary(
            gradients=tuple((name, exact.gradients[position[name]]) for name in wrt),
            mistakes=self._tally.mistakes,
            wrong_attempts=self._tally.wrong_attempts,
            hints=sum(entry.hints for entry in self._entries),
            revealed=len(self._tally.revealed),
            seconds=self._tally.seconds,
            verdicts=tuple(
                (blank, sealed) for blank in self.blanks if (sealed := self.entry(blank.id).sealed_verdict) is not None
            ),
        )

    # --- unfolding nodes ---

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The unfolded nodes, in the order they were unfolded."""
        return self._entries.unfolded

    def can_unfold(self, node: str) -> bool:
        """Return whether a node can be unfolded: not in an unfinished exam, nor while its value is a blank."""
        if self.help_refusal is not None or self.problem.graph.position.get(node) in self.hidden_nodes:
            return False
        return self._entries.can_unfold(node)

    def unfolded_group(self, node: str) -> str | None:
        """Return the unfolded node that a node is a part of; None if there is none."""
        return self._entries.unfolded_group(node)

    def unfold(self, node: str) -> Mapping[str, str] | None:
        """Replace a node by its parts, with extra places between them; return None if that can't be done.

        Return the new ids of the places so far; only edges into the node get new ones. Blanks and entries stay.
        """
        return self._toggle_unfold("open", node) if self.can_unfold(node) else None

    def fold(self, node: str) -> Mapping[str, str] | None:
        """Fold the unfolded node that `node` is a part of; return None if there is none.

        Return the new ids of the places outside. Entries inside come back when the node is unfolded again.
        """
        return self._toggle_unfold("fold", node) if self.unfolded_group(node) is not None else None

    def _toggle_unfold(self, kind: str, node: str) -> Mapping[str, str]:
        before = self._entries.view
        self._record(kind, "", text=node)
        return self._entries.rename_map(before)

    # --- actions ---

    def answer(self, blank: str, text: str) -> Verdict:
        """Grade `text` at `blank`, the id of a place or another name of it; the same text twice is one attempt.

        A text that can't be parsed changes nothing, and neither does an answer on a finished worksheet. In an exam the
        first answer is noted and can't be changed; in a whole pass it can be changed until the last blank is filled.
        """
        blank, text = self.problem.place(blank).id, text.strip()
        entry = self.entry(blank)
        if entry.sealed_verdict is not None:
            if entry.text == text:
                return exam.NOTED_VERDICT
            if self.exam:
                return exam.ALREADY_ANSWERED
        if self.whole_pass.is_finding:
            return FIND_FIRST
        # An answer that follows from a wrong value is graded again, because that value may have changed.
        is_judged = entry.verdict is not None and not self.whole_pass.is_on
        if is_judged and entry.verdict and entry.text == text and entry.verdict.kind is not VerdictKind.CARRIED:
            if entry.verdict.is_wrong_attempt and self._clock() - self._last_event_time >= MIN_SECONDS_AGAIN:
                self._record(AGAIN, blank, text=text, verdict=entry.verdict)
            return entry.verdict
        if self.is_locked(blank):
            return Verdict(
                VerdictKind.MALFORMED, message(N_("Fill in the forward values first. Then the backward pass opens."))
            )
        verdict = self._grade(blank, text)
        if verdict.kind in (VerdictKind.MALFORMED, VerdictKind.UNDECIDED) or self.done:
            return verdict
        if self.hides_verdicts:
            self._record(NOTED if self.exam else UNJUDGED, blank, text=text, verdict=verdict)
            self._store_whole_pass()
            self._finish_if_done()
            return exam.NOTED_VERDICT
        self._record("answer", blank, text=text, verdict=verdict)
        if verdict.is_wrong_attempt and self.entry(blank).wrong_attempts >= OPEN_RULE_AFTER:
            self._open_rule_hint(blank)
        self._finish_if_done()
        return verdict

    def asks(self, blank: str) -> bool:
        """Return whether the verdict at a blank is a question, to be answered with `reply`; never in an exam."""
        verdict = self.entry(blank).verdict
        return verdict is not None and verdict.asks and not self.exam

    def reply(self, blank: str, agreed: bool) -> Verdict:
        """Answer the question whether a mistake led to the answer at a blank, and return what is said then.

        Raise `RuntimeError` if there is no question: check `asks` before.
        """
        verdict = self.entry(blank).verdict
        if verdict is None or not self.asks(blank):
            raise RuntimeError("no question")
        suspicion = verdict.suspicions[0]
        about = Verdict(VerdictKind.MISTAKEN, suspicion.question, suspicion.mistake) if not suspicion.distinct else None
        shown = verdict.after_reply(suspicion.mistake, agreed).message_id
        self._record(REPLY, blank, YES if agreed else NO, about, mistake=suspicion.mistake, message_id=shown)
        after = self.entry(blank).verdict
        assert after is not None
        return after

    def offers_telling_numbers(self, blank: str) -> bool:
        """Return whether fresh numbers may tell the mistakes apart between which the question at a blank can't."""
        can_change = self.variant.exercise.has_variants and not self.exam
        return can_change and bool(distinct_mistakes(self.entry(blank).verdict))

    def take_telling_numbers(self, blank: str) -> bool:
        """Start a new try with numbers that tell the mistakes at a blank apart; return whether there are such numbers."""
        mistakes, variant = distinct_mistakes(self.entry(blank).verdict), self.variant
        seeds = (random_seed() for _ in range(_MAX_TELLING_SEEDS))
        seed = find_telling_seed(variant, blank, mistakes, seeds)
        self.new_numbers(seed)
        return seed is not None

    def _grade(self, blank: str, text: str) -> Verdict:
        wrong, accepted = self._values_at_other_places(blank)
        earlier = self.entry(blank).wrong_texts
        visible = None if self.hides_verdicts else self.visible_places()
        place, explain = self.problem.place(blank), self._explains
        return grade(self.problem, place, text, wrong, earlier, accepted, visible, explain=explain)

    def preview(self, blank: str, text: str) -> Preview:
        """Return how an answer being typed is read, without giving away the value of another blank."""
        place, visible = self.problem.place(blank), self.visible_places()
        if self.tells_result:
            return preview(self.problem, place, text)
        concealment = Concealment(
            {other.id for other in (*self.problem.forward_blanks, *self.problem.places)} - visible,
            tuple(other for other in self.fillable if other.id not in visible and other.id != place.id),
            no_values=self.hides_verdicts,
        )
        return preview(self.problem, place, text, concealment)

    def _values_at_other_places(self, excluded: str) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
        """Return the learner's wrong values at all other places, and the accepted ones that have decimals.

        Values of the wrong shape are left out.
        """
        wrong, accepted = {}, {}
        for name, entry in self.entries.items():
            place = self.problem.place(name)
            if name == excluded or not entry.text or entry.revealed or place.kind == "question":
                continue
            try:
                answer = self._entries.parsed_answer(name)
            except AlgebraError:
                # An earlier version read this text.
                continue
            if ops.shape_of(answer.value) != place.shape:
                continue
            is_right = entry.is_correct or (entry.sealed_verdict is not None and entry.sealed_verdict.right)
            if not is_right:
                wrong[name] = answer.value
            elif any(typed.decimal for row in answer.typed_cells for typed in row):
                accepted[name] = answer.value
        return wrong, accepted

    def _open_rule_hint(self, blank: str) -> None:
        place = self.problem.place(blank)
        if place.kind == "question":
            return
        rung = rule_rung(self.problem, place)
        if self.entry(blank).hints < rung:
            self._record("hint", blank, hints=rung)

    def current_hint(self, blank: str) -> Hint | None:
        """Return the highest open hint at a blank; None if there is none."""
        rung = self.entry(blank).hints
        return self._hint_at(blank, rung) if rung else None

    def _hint_at(self, blank: str, rung: int) -> Hint:
        place = self.problem.place(blank)
        return hint_at(self.problem, place, rung, self.visible_places(), self.hides_addends(blank))

    def next_hint(self, blank: str) -> Hint:
        """Open the next hint at a blank; return the same one again if it came without an attempt or a pause.

        Raise `RuntimeError` in an exam, as `reveal` does: check `help_refusal` before.
        """
        self._forbid_in_exam()
        now = self._clock()
        entry = self.entry(blank)
        too_soon = self._hinted_blank == blank and now - self._last_hint_time < HINT_COOLDOWN
        rung = max(entry.hints, 1) if too_soon else entry.hints + 1
        hint = self._hint_at(blank, rung)
        if hint.rung > entry.hints:
            self._record("hint", blank, hints=hint.rung)
            self._last_hint_time, self._hinted_blank = now, blank
        return hint

    def reveal(self, blank: str) -> Hint:
        """Reveal the value of a blank, which does not count as solved; return the last hint."""
        self._forbid_in_exam()
        place = self.problem.place(blank)
        if not self.entry(blank).settled:
            self._record("reveal", blank, text=format_right_answer(self.problem, place))
            self._finish_if_done()
        return hint_at(self.problem, place, num_rungs(self.problem, place), self.visible_places())

    def _forbid_in_exam(self) -> None:
        if self.hides_verdicts:
            raise RuntimeError(exam.NO_HELP.text)

    def clear(self, blank: str) -> None:
        """Clear a blank; wrong attempts and hints stay counted."""
        if self.entry(blank).text and not self.exam and not self.whole_pass.is_finding:
            self._record("clear", blank)

    @property
    def last_undoable(self) -> str | None:
        """The blank whose entry or prediction `undo` would change; None if there is none, and in an exam."""
        if self.exam or self.whole_pass.is_finding:
            return None
        return self.asides.undoable or self._entries.last_undoable

    def undo(self) -> str | None:
        """Undo the last change of an entry; return its blank, or None if there is nothing to undo.

        A prediction can be undone until something else happens: after an answer it would be no prediction any more.
        """
        blank = self.last_undoable
        if blank is None:
            return None
        if self.asides.undoable is not None:
            self.asides.undo()
            return blank
        self._record("undo", blank)
        return blank

    # --- predictions and reasons ---

    def folded_id(self, blank: str) -> str:
        """Return the id of a place in the graph as it was before nodes were unfolded."""
        places = self._entries.view.places
        return next((old for old, new in places.items() if new == blank), blank)

    def unfolded_id(self, blank: str) -> str:
        """Return the id now of a place in the graph as it was before nodes were unfolded."""
        return self._entries.view.places.get(blank, blank)

    def record_aside(self, kind: str, blank: str, text: str, verdict: str = "") -> None:
        """Store a prediction or a reason, which is no attempt, and let it take effect."""
        self.start()
        event = replace(self._make_event(kind, "", text), blank=blank, verdict=verdict)
        self._store_event(event)
        self._apply(event)

    def new_numbers(self, seed: int | None = None) -> None:
        """Start a new try with new numbers, or those of `seed`; after a finished stage, at the next stage.

        Raise `RuntimeError` in an exam, whose numbers are fixed.
        """
        if self.exam:
            raise RuntimeError(exam.SAME_NUMBERS.text)
        if seed is None:
            seed = random_seed()
        is_whole = self.whole_pass.is_wanted
        self._init_try(self.variant.next_stage(seed) if self.done else self.variant.with_seed(seed))
        self.start()
        if is_whole:
            self.start_whole_pass()

    def skip_stages(self) -> None:
        """Start a new try at the whole exercise with new numbers."""
        self._init_try(self.variant.exercise.variant(random_seed()))
        self.start()

    def start(self) -> None:
        """Store the `begin` event, so that this try is resumed rather than the one before."""
        if not self._started:
            self._started = True
            self._store_event(self._make_event("begin", ""))

    # --- the whole pass at once ---

    @property
    def whole_pass_refusal(self) -> Message | None:
        """Why a whole pass can't be started here; None if it can, or was."""
        if self.exam:
            return NOT_IN_EXAMS
        return NOTHING_LEFT if self._is_filled and not self.whole_pass.is_on else None

    def start_whole_pass(self) -> None:
        """Let verdicts wait until the last blank is filled; check `whole_pass_refusal` before."""
        if self.whole_pass_refusal is None and not self.whole_pass.is_on:
            self._record(WHOLE, "", ON)

    def leave_whole_pass(self) -> None:
        """Leave the whole pass: what was answered so far is judged as usual."""
        if self.whole_pass.is_on:
            self._record(WHOLE, "", OFF)
            self._store_whole_pass()

    def point_at(self, blank: str) -> None:
        """Take a place as the learner's answer to which is the first wrong one."""
        blank = self.problem.place(blank).id
        if self.whole_pass.is_finding and self.entry(blank).sealed_verdict is not None:
            found = self.whole_pass.is_first_wrong(self.problem, self.fillable, blank)
            kind = VerdictKind.RIGHT if found else VerdictKind.WRONG
            self._record(POINTED, blank, verdict=Verdict(kind, Message(text="")))
            self._store_whole_pass()

    def _store_whole_pass(self) -> None:
        """Store every answer of a finished whole pass again with its verdict, which no file contains before."""
        unstored, self.whole_pass.unstored = self.whole_pass.unstored, []
        for blank in unstored:
            entry = self.entry(blank)
            self._store_event(self._make_event("answer", blank, entry.text, self.whole_pass.judged[blank]))

    # --- events ---

    def _finish_if_done(self) -> None:
        if self.done and not self._finished:
            self._store_verdicts()
            self._finished = True
            is_found = any(not self.entry(blank.id).revealed for blank in self.blanks)
            self._record(PART if self.variant.is_partial else SOLVED, "", "" if is_found else ALL_REVEALED)

    def _record(
        self,
        kind: str,
        blank: str,
        text: str = "",
        verdict: Verdict | None = None,
        hints: int | None = None,
        mistake: str = "",
        message_id: str = "",
    ) -> None:
        """Store an event, then let it take effect."""
        self.start()
        event = self._make_event(kind, blank, text, verdict, hints)
        event = replace(event, mistake=mistake or event.mistake, message=message_id or event.message)
        self._store_event(event)
        self._apply(event, verdict)

    def _make_event(
        self, kind: str, blank: str, text: str = "", verdict: Verdict | None = None, hints: int | None = None
    ) -> Event:
        now = self._clock()
        duration, self._last_event_time = min(now - self._last_event_time, MAX_EVENT_SECONDS), now
        public_verdict = verdict if kind not in (NOTED, UNJUDGED) else None
        return Event(
            kind=kind,
            worksheet=self._try_id,
            pack=self.variant.exercise.pack,
            exercise=self.variant.exercise.id,
            rule=FAULT if kind == POINTED else self._rule_of(blank) if kind not in (NOTED, UNJUDGED) else "",
            seed=self.variant.seed,
            blank=blank,
            text=text,
            verdict=str(public_verdict.kind) if public_verdict else "",
            mistake=(public_verdict.mistake or "") if public_verdict else "",
            hints=self.entry(blank).hints if hints is None else hints,
            duration=duration,
            fingerprint=self.variant.fingerprint,
            proof=bool(public_verdict and public_verdict.right)
            and (kind == POINTED or proves_rule(self.problem, self.problem.place(blank))),
            content=self._content,
            message=public_verdict.message_id if public_verdict else "",
            position=self._position_of(blank) if blank else 0,
        )

    @cached_property
    def _content(self) -> str:
        return content_hash(self.variant.exercise) if self.is_stored else ""

    def _position_of(self, blank: str) -> int:
        """Return the place of a blank in the order in which they are asked, from 1; 0 if it is not asked."""
        order = [place.id for place in self.fillable]
        return order.index(blank) + 1 if blank in order else 0

    def _rule_of(self, blank: str) -> str:
        return rule_id_at(self.problem, self.problem.place(blank)) if blank else ""

    def _store_event(self, event: Event) -> None:
        if self._journal is not None and self.variant.exercise.pack:
            self.saved = self._journal.append(event)

    def _apply(self, event: Event, verdict: Verdict | None = None) -> None:
        """Change the state by an event, whether new or replayed."""
        self._tally.seconds += event.duration
        if event.kind in ("open", "fold"):
            self._apply_unfold(event.text, event.kind == "open")
        elif event.kind == WHOLE:
            self._apply_whole(event.text == ON)
        elif event.kind == SCORED:
            self._is_scored = True
        self.asides.apply(event)
        if event.kind in ASIDE_KINDS:
            place = self.unfolded_id(event.blank)
            self._entries.last_place = place if self.problem.has_place(place) else self._entries.last_place
            return
        if not event.blank or not self.problem.has_place(event.blank):
            return
        if event.kind == "answer" and event.blank in self.whole_pass.unstored:
            # Its verdict was told when the whole pass ended.
            self.whole_pass.unstored.remove(event.blank)
            return
        self._entries.last_place = event.blank
        entry = self.entry(event.blank)
        if event.kind in ("answer", NOTED, UNJUDGED):
            self._note_time(event)
            if event.kind == "answer":
                self._stored_verdicts.add(event.blank)
            self._apply_answer(event.blank, event.text, verdict)
        elif event.kind == POINTED and self.whole_pass.is_finding:
            self.whole_pass.point(self.problem, self.fillable, event.blank)
            self._count_judged()
        elif event.kind == REPLY and entry.verdict is not None:
            self._apply_reply(event, entry, entry.verdict)
        elif event.kind == "hint":
            self._entries.update(event.blank, replace(entry, hints=event.hints))
        elif event.kind == "reveal":
            self._tally.revealed.add(event.blank)
            self._entries.set(event.blank, replace(entry, text=event.text, verdict=None, revealed=True))
        elif event.kind == "clear":
            self._entries.set(event.blank, replace(entry, text="", verdict=None, revealed=False, sealed_verdict=None))
        elif event.kind == "undo":
            self._entries.undo()
            self._finished = self._finished and self.done
        self.whole_pass.explain_next(self.fillable, self._grade)

    def _note_time(self, event: Event) -> None:
        """Remember whether an answer in an exam came too late."""
        is_first = event.kind == NOTED and self.entry(event.blank).sealed_verdict is None
        if is_first and self.variant.exercise.assessment.is_late(event.at):
            self._late.add(event.blank)

    def _apply_unfold(self, node: str, opened: bool) -> None:
        before = self._entries.view
        if opened:
            self._entries.unfold(node)
        else:
            self._entries.fold(node)
        self._hinted_blank = self._entries.rename_map(before).get(self._hinted_blank or "")

    def _apply_answer(self, blank: str, text: str, verdict: Verdict | None) -> None:
        verdict = verdict or self._grade(blank, text)
        self._hinted_blank = None
        entry = self.entry(blank)
        if self.whole_pass.is_on:
            waiting = replace(entry, text=text, verdict=exam.NOTED_VERDICT, revealed=False, sealed_verdict=verdict)
            self._entries.set(blank, waiting)
            if self._is_filled:
                self.whole_pass.close(self.fillable, self._grade)
                self._count_judged()
            return
        if self.exam and entry.sealed_verdict is not None:
            return
        if verdict.is_wrong_attempt:
            self._tally.wrong_attempts += 1
            self._tally.mistakes.update([verdict.mistake] if verdict.mistake else [])
        if self.exam:
            self._entries.set(blank, Entry(text, exam.NOTED_VERDICT, sealed_verdict=verdict))
            self._disclose_verdicts()
            return
        if verdict.right:
            self.asides.on_right(blank)
        self._entries.set(
            blank,
            replace(
                entry,
                text=text,
                verdict=verdict,
                revealed=False,
                wrong_attempts=entry.wrong_attempts + verdict.is_wrong_attempt,
                wrong_texts=(*entry.wrong_texts, text) if verdict.is_wrong_attempt else entry.wrong_texts,
            ),
        )

    def _apply_whole(self, on: bool) -> None:
        if on:
            self.whole_pass.start()
        elif self.whole_pass.is_on:
            self.whole_pass.leave(self.fillable, self._grade)
            self._count_judged()

    def _count_judged(self) -> None:
        """Count the wrong answers of a whole pass that has just ended, and go to the first."""
        if self.whole_pass.first_wrong is not None and not self.whole_pass.is_on:
            self._entries.last_place = self.whole_pass.first_wrong
        for blank in self.whole_pass.unstored:
            verdict = self.whole_pass.judged[blank]
            if verdict.is_wrong_attempt:
                self._tally.wrong_attempts += 1
                self._tally.mistakes.update([verdict.mistake] if verdict.mistake else [])

    def _apply_reply(self, event: Event, entry: Entry, verdict: Verdict) -> None:
        after = verdict.after_reply(event.mistake, event.text == YES)
        if after is verdict:
            return
        count_reply(self._tally.mistakes, event)
        self._entries.update(event.blank, replace(entry, verdict=after))

    def _store_verdicts(self) -> None:
        """Store every answer of a finished exam again with its verdict, which no file contains before it is told."""
        if not self.exam or not self.tells_result:
            return
        # An exam that was finished with an earlier version stays as it is.
        is_new = not self._finished or self._is_told_late
        for blank in self.blanks:
            entry = self.entry(blank.id)
            if entry.sealed_verdict is not None and blank.id not in self._stored_verdicts:
                is_new = True
                self._stored_verdicts.add(blank.id)
                self._store_event(self._make_event("answer", blank.id, entry.text, entry.sealed_verdict))
        score = score_of(self)
        if is_new and score.most and not self._is_scored and not self.is_repeated:
            self._is_scored = True
            self._store_event(self._make_event(SCORED, "", score.text))

    def _disclose_verdicts(self) -> None:
        if self.tells_result:
            self._entries.update_all(lambda entry: replace(entry, verdict=entry.sealed_verdict))


def _is_told_late(events: Sequence[Event]) -> bool:
    """Return whether a verdict of an exam was stored after its end."""
    kinds = [event.kind for event in events]
    return SOLVED in kinds and "answer" in kinds[kinds.index(SOLVED) :]
