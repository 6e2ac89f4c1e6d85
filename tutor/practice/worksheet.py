"""One learner working on one variant: entries, verdicts, hints used. A plain object without any screen.

Every event is given to the journal before its effect is returned, so that a kill at any moment loses nothing
that was checked. The state is what replaying the events gives.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Grid
from tutor.algebra.printing import format_cells, format_expr
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import Hint, format_right_answer, hint_at, num_rungs, rule_rung
from tutor.grading.question import parse_choice
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, Message, message
from tutor.practice import exam
from tutor.practice.entries import Entries, Entry
from tutor.practice.event import NOTED, Event, new_id
from tutor.practice.rule_ids import proves_rule, rule_id_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Variant

BlankState = Literal["empty", "right", "wrong", "near", "revealed", "given", "noted"]

#: A next hint needs an attempt or this many seconds, so that hammering the key doesn't slide to the answer.
HINT_COOLDOWN = 2.0
#: Seconds between two events beyond this were a break, not work.
MAX_EVENT_SECONDS = 600.0
#: From this many wrong answers on one blank on, the rung that says the rule opens by itself.
OPEN_RULE_AFTER = 3
#: From this many wrong answers on one blank on, showing the value is offered.
OFFER_REVEAL_AFTER = 5


class Journal(Protocol):
    """Where events go. `append` returns whether the event is safe; it never raises."""

    def append(self, event: Event) -> bool: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What a finished worksheet tells: ∂output/∂inputs, mistakes met, help used, time taken in seconds.

    `verdicts` are those of an exam, by blank in their order; empty elsewhere.
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
    """What only ever grows during a try, whatever is taken back."""

    mistakes: Counter[str] = field(default_factory=Counter)
    wrong_attempts: int = 0
    revealed: set[str] = field(default_factory=set)
    seconds: float = 0.0


def random_seed() -> int:
    """Return a seed of at most six digits, which can be passed on by word of mouth."""
    return random.SystemRandom().randrange(1, exam.NUM_SEEDS)


class Worksheet:
    """A try at `variant`. With a journal every event is stored; `events` of an earlier sitting are replayed."""

    def __init__(
        self,
        variant: Variant,
        journal: Journal | None = None,
        events: Sequence[Event] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self.saved = True
        self._init_try(variant)
        if events:
            self._try_id = events[0].worksheet
            self._started = True
            for event in events:
                self._apply(event)
            self._finished = any(event.kind == "solved" for event in events)
            # A kill may have come between the last answer and the end.
            self._finish_if_done()

    def _init_try(self, variant: Variant) -> None:
        self.variant = variant
        self._entries = Entries(variant.problem)
        self._tally = _Tally()
        #: The blanks whose answers were stored with their verdicts.
        self._stored_verdicts: set[str] = set()
        self._try_id = new_id()
        self._started = self._finished = False
        self._last_event_time = self._last_hint_time = self._clock()
        self._hinted_blank: str | None = None

    # --- what there is ---

    @property
    def problem(self) -> Problem:
        """What is asked, with the nodes that are opened in their parts."""
        return self._entries.problem

    @property
    def last_blank(self) -> str | None:
        """The place of the last thing that was done."""
        return self._entries.last_place

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """The blanks to fill, in the order of the backward pass."""
        return self.problem.blanks

    @property
    def fillable(self) -> tuple[Blank, ...]:
        """The blanks, and the places inside opened nodes, which may be filled; in the order of the backward pass."""
        extra = {place.id for place in self._entries.extra_places}
        if not extra:
            return self.blanks
        asked = {blank.id for blank in self.blanks}
        backward = tuple(place for place in self.problem.places if place.id in extra or place.id in asked)
        return self.problem.forward_blanks + backward + self.problem.question_blanks

    def is_locked(self, blank: str) -> bool:
        """Whether a blank waits for others: the backward pass opens when the forward values are there."""
        return self.problem.place(blank).is_backward and any(
            not self.entry(place.id).settled for place in self.problem.forward_blanks
        )

    @property
    def hidden_nodes(self) -> frozenset[int]:
        """The nodes whose forward value is asked and can't be seen yet, by position."""
        if self.exam and self.done:
            return frozenset()
        return frozenset(place.node for place in self.problem.forward_blanks if not self.entry(place.id).is_correct)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The entries so far, by blank."""
        return self._entries.by_place

    def entry(self, blank: str) -> Entry:
        """The entry at a blank, an empty one where there is none."""
        return self._entries.get(blank)

    @property
    def exam(self) -> bool:
        """Whether this is an exam: no hints, one answer a blank, verdicts at the end."""
        return self.variant.exercise.exam

    @property
    def help_refusal(self) -> Message | None:
        """What to say to who asks for help or takes something back in an exam that goes on; None where that may be."""
        return exam.NO_HELP if self.exam and not self.done else None

    @property
    def done(self) -> bool:
        """Whether every blank is right or was shown; in an exam, whether it has its answer."""
        return all(self.entry(blank.id).settled for blank in self.blanks)

    def state(self, blank: str) -> BlankState:
        """How a place stands: `near` is an answer that cost nothing, `given` a value shown from the first."""
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
        """The places that show their values unasked: from the first, and inside opened nodes when all is done."""
        return self.problem.given_blanks + (self._entries.extra_places if self._entries.unfolded and self.done else ())

    def value_text(self, blank: str) -> list[list[str]]:
        """What stands in a place, cell by cell: the learner's entry, or a given or shown value. [] when empty."""
        place = self.problem.place(blank)
        if place.kind == "question" and self.problem.question(place).choices:
            return [[self._choice_text(place)]] if self.entry(blank).text else []
        state = self.state(blank)
        entry = self.entry(blank)
        # Of a formula the way it was shown is shorter than all of it in the inputs.
        told = state == "revealed" and not (self.problem.symbolic and place.shape is None)
        if state == "given" or told:
            return format_cells(self.problem.truth(place))
        if not entry.text:
            return []
        if place.shape is None:
            return [[entry.text.replace("-", "−")]]
        try:
            answer = self._entries.parsed_answer(blank)
        except AlgebraError:
            return []
        if isinstance(answer.expr, Grid):
            return [[format_expr(cell) for cell in row] for row in answer.expr.rows]
        return format_cells(answer.value)

    def _choice_text(self, place: Blank) -> str:
        """The words of the choice that was taken or shown."""
        question = self.problem.question(place)
        if self.entry(place.id).revealed:
            return str(next(choice.text for choice in question.choices if choice.right))
        return str(question.choices[parse_choice(question, self.entry(place.id).text)].text)

    def next_open_blank(self, after: str | None = None) -> str | None:
        """The next blank in backward order that is neither right nor shown, going round; None when done."""
        if self.done:
            return None
        order = [blank.id for blank in self.fillable]
        begin = order.index(after) + 1 if after in order else 0
        for name in order[begin:] + order[:begin]:
            if not self.entry(name).settled and not self.is_locked(name):
                return name
        return None

    def resume_place(self) -> str:
        """The blank to focus on when the worksheet is opened: where the learner stopped."""
        order = [blank.id for blank in self.fillable]
        if self.last_blank in order and not self.entry(self.last_blank).settled:
            return self.last_blank
        return self.next_open_blank(self.last_blank) or (self.last_blank if self.last_blank in order else order[0])

    def set_resume_place(self, blank: str) -> None:
        """Go on at this blank when the worksheet is opened."""
        self._entries.last_place = blank

    def offers_reveal(self, blank: str) -> bool:
        """Whether "show me" is offered: after enough wrong answers, or when the hints have come to the value."""
        entry = self.entry(blank)
        return not entry.settled and (entry.wrong_attempts >= OFFER_REVEAL_AFTER or self._has_seen_all_hints(blank))

    def offers_replay(self, blank: str) -> bool:
        """Whether the replay at other numbers is offered: when the rung that says the rule opens by itself."""
        entry = self.entry(blank)
        has_pass = self.problem.place(blank).is_backward and not self.exam
        return has_pass and not entry.settled and entry.wrong_attempts >= OPEN_RULE_AFTER

    def _has_seen_all_hints(self, blank: str) -> bool:
        entry = self.entry(blank)
        return entry.hints >= num_rungs(self.problem, self.problem.place(blank))

    def visible_places(self) -> frozenset[str]:
        """The places whose right value the learner can see."""
        true = {name for name, entry in self.entries.items() if entry.is_correct}
        return frozenset(true | {place.id for place in self._given_places})

    def visible_texts(self) -> Mapping[str, str]:
        """The right values the learner can see, as they are shown, by place; a matrix on one line."""
        found = {}
        for place in self.visible_places():
            rows = self.value_text(place)
            if rows:
                whole = "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
                found[place] = whole if self.problem.place(place).shape else rows[0][0]
        return found

    def summary(self) -> Summary:
        """What the worksheet comes to; gradients of the inputs that were asked about."""
        wrt = self.problem.wrt if self.problem.wrt is not None else self.problem.graph.inputs
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

    # --- nodes opened on the spot ---

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The nodes that are open, in the order they were opened."""
        return self._entries.unfolded

    def can_unfold(self, node: str) -> bool:
        """Whether a node can be shown in its parts: not in an exam that goes on, nor while its value is asked."""
        if self.help_refusal is not None or self.problem.graph.position.get(node) in self.hidden_nodes:
            return False
        return self._entries.can_unfold(node)

    def unfolded_group(self, node: str) -> str | None:
        """The opened node that a node is a part of; None where it is in none."""
        return self._entries.unfolded_group(node)

    def unfold(self, node: str) -> Mapping[str, str] | None:
        """Show a node in its parts, with places to fill between them; None where it can't be opened.

        What stands outside of it stays, and so does what is asked: the places inside are extra. Returns what the
        places so far are called now; only lines into the node change their names.
        """
        return self._toggle_unfold("open", node) if self.can_unfold(node) else None

    def fold(self, node: str) -> Mapping[str, str] | None:
        """Fold the opened node that `node` is a part of; None where there is none. Entries inside are kept for it.

        Returns what the places outside are called now.
        """
        return self._toggle_unfold("fold", node) if self.unfolded_group(node) is not None else None

    def _toggle_unfold(self, kind: str, node: str) -> Mapping[str, str]:
        before = self._entries.view
        self._record(kind, "", text=node)
        return self._entries.rename_map(before)

    # --- what the learner does ---

    def answer(self, blank: str, text: str) -> Verdict:
        """Check `text` at `blank`. The same text twice is one attempt.

        What can't be read changes nothing, and nothing changes a finished worksheet but taking an entry back. As
        everywhere here, `blank` is the id of a place; here it may be another name of it as well. In an exam the first
        answer is noted, and stands.
        """
        blank, text = self.problem.place(blank).id, text.strip()
        entry = self.entry(blank)
        if entry.sealed_verdict is not None:
            return exam.NOTED_VERDICT if entry.text == text else exam.ALREADY_ANSWERED
        # A step from a wrong value is judged again: that value may have changed.
        if entry.verdict is not None and entry.text == text and entry.verdict.kind is not VerdictKind.CARRIED:
            return entry.verdict
        if self.is_locked(blank):
            return Verdict(
                VerdictKind.MALFORMED, message(N_("The forward values come first: then the backward pass opens."))
            )
        verdict = self._grade(blank, text)
        if verdict.kind in (VerdictKind.MALFORMED, VerdictKind.UNDECIDED) or self.done:
            return verdict
        self._record(NOTED if self.exam else "answer", blank, text=text, verdict=verdict)
        if self.exam:
            self._finish_if_done()
            return exam.NOTED_VERDICT
        if verdict.is_wrong_attempt and self.entry(blank).wrong_attempts >= OPEN_RULE_AFTER:
            self._open_rule_hint(blank)
        self._finish_if_done()
        return verdict

    def _grade(self, blank: str, text: str) -> Verdict:
        return grade(self.problem, self.problem.place(blank), text, self._wrong_values(blank))

    def _wrong_values(self, excluded: str) -> Mapping[str, Value]:
        """The values the learner has at other places and has wrong, where they could be the place's value."""
        found = {}
        for name, entry in self.entries.items():
            if (
                name == excluded
                or entry.is_correct
                or (entry.sealed_verdict and entry.sealed_verdict.right)
                or not entry.text
            ):
                continue
            place = self.problem.place(name)
            if place.kind == "question":
                continue
            value = self._entries.parsed_answer(name).value
            if ops.shape_of(value) == place.shape:
                found[name] = value
        return found

    def _open_rule_hint(self, blank: str) -> None:
        """After so many wrong answers the rule itself is opened, without being asked for."""
        place = self.problem.place(blank)
        if place.kind == "question":
            return
        rule = rule_rung(self.problem, place)
        if self.entry(blank).hints < rule:
            self._record("hint", blank, hints=rule)

    def current_hint(self, blank: str) -> Hint | None:
        """The furthest rung that is open at `blank`, None where no hint is."""
        rung = self.entry(blank).hints
        return hint_at(self.problem, self.problem.place(blank), rung, self.visible_places()) if rung else None

    def next_hint(self, blank: str) -> Hint:
        """The next rung of help at `blank`; the same one again where neither an attempt nor a pause came between.

        Raises `RuntimeError` in an exam, as `reveal` does: ask `withheld` before.
        """
        self._forbid_in_exam()
        now = self._clock()
        entry = self.entry(blank)
        hurried = self._hinted_blank == blank and now - self._last_hint_time < HINT_COOLDOWN
        rung = max(entry.hints, 1) if hurried else entry.hints + 1
        found = hint_at(self.problem, self.problem.place(blank), rung, self.visible_places())
        if found.rung > entry.hints:
            self._record("hint", blank, hints=found.rung)
            self._last_hint_time, self._hinted_blank = now, blank
        return found

    def reveal(self, blank: str) -> Hint:
        """Show the value of `blank`: it counts as shown, not as solved. Returns the last rung."""
        self._forbid_in_exam()
        place = self.problem.place(blank)
        if not self.entry(blank).settled:
            self._record("reveal", blank, text=format_right_answer(self.problem, place))
            self._finish_if_done()
        return hint_at(self.problem, place, num_rungs(self.problem, place), self.visible_places())

    def _forbid_in_exam(self) -> None:
        if self.exam:
            raise RuntimeError(exam.NO_HELP.text)

    def clear(self, blank: str) -> None:
        """Empty a blank; wrong attempts and hints stay counted."""
        if self.entry(blank).text and not self.exam:
            self._record("clear", blank)

    def undo(self) -> str | None:
        """Take the last entry back, whatever was there before returns. The blank, or None where nothing is left."""
        blank = self._entries.last_undoable
        if blank is None or self.exam:
            return None
        self._record("undo", blank)
        return blank

    def new_numbers(self, seed: int | None = None) -> None:
        """Begin anew with fresh numbers, those of `seed` where one is given; after a stage that is done, the next one.

        Raises `RuntimeError` in an exam, whose numbers stay.
        """
        if self.exam:
            raise RuntimeError(exam.SAME_NUMBERS.text)
        if seed is None:
            seed = random_seed()
        exercise = self.variant.exercise
        stage = min(self.variant.stage + self.done, max(len(exercise.stages) - 1, 0))
        self._init_try(exercise.variant(seed, stage))
        self.start()

    def start(self) -> None:
        """Store that this try has begun, before anything is done in it: the one before is not gone back to."""
        if not self._started:
            self._started = True
            self._store_event(self._make_event("begin", ""))

    # --- events ---

    def _finish_if_done(self) -> None:
        if self.done and not self._finished:
            self._finished = True
            if self.exam:
                self._store_verdicts()
            self._record("solved", "")

    def _record(
        self, kind: str, blank: str, text: str = "", verdict: Verdict | None = None, hints: int | None = None
    ) -> None:
        """Store an event, then let it take effect."""
        self.start()
        event = self._make_event(kind, blank, text, verdict, hints)
        self._store_event(event)
        self._apply(event, verdict)

    def _make_event(
        self, kind: str, blank: str, text: str = "", verdict: Verdict | None = None, hints: int | None = None
    ) -> Event:
        now = self._clock()
        duration, self._last_event_time = min(now - self._last_event_time, MAX_EVENT_SECONDS), now
        told = verdict if kind != NOTED else None
        return Event(
            kind=kind,
            worksheet=self._try_id,
            pack=self.variant.exercise.pack,
            exercise=self.variant.exercise.id,
            rule=self._rule_of(blank) if kind != NOTED else "",
            seed=self.variant.seed,
            blank=blank,
            text=text,
            verdict=str(told.kind) if told else "",
            mistake=(told.mistake or "") if told else "",
            hints=self.entry(blank).hints if hints is None else hints,
            duration=duration,
            fingerprint=self.variant.fingerprint,
            proof=bool(told and told.right) and proves_rule(self.problem, self.problem.place(blank)),
        )

    def _rule_of(self, blank: str) -> str:
        """The rule a blank practises."""
        return rule_id_at(self.problem, self.problem.place(blank)) if blank else ""

    def _store_event(self, event: Event) -> None:
        if self._journal is not None and self.variant.exercise.pack:
            self.saved = self._journal.append(event)

    def _apply(self, event: Event, verdict: Verdict | None = None) -> None:
        """What an event does to the state; the same now and when it is replayed."""
        self._tally.seconds += event.duration
        if event.kind in ("open", "fold"):
            self._apply_unfold(event.text, event.kind == "open")
        if not event.blank or not self.problem.has_place(event.blank):
            return
        self._entries.last_place = event.blank
        entry = self.entry(event.blank)
        if event.kind in ("answer", NOTED):
            if event.kind == "answer":
                self._stored_verdicts.add(event.blank)
            self._apply_answer(event.blank, event.text, verdict)
        elif event.kind == "hint":
            self._entries.update(event.blank, replace(entry, hints=event.hints))
        elif event.kind == "reveal":
            self._tally.revealed.add(event.blank)
            self._entries.set(event.blank, replace(entry, text=event.text, verdict=None, revealed=True))
        elif event.kind == "clear":
            self._entries.set(event.blank, replace(entry, text="", verdict=None, revealed=False))
        elif event.kind == "undo":
            self._entries.undo()
            self._finished = self._finished and self.done

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
        if self.exam and entry.sealed_verdict is not None:
            return
        if verdict.is_wrong_attempt:
            self._tally.wrong_attempts += 1
            self._tally.mistakes.update([verdict.mistake] if verdict.mistake else [])
        if self.exam:
            self._entries.set(blank, Entry(text, exam.NOTED_VERDICT, sealed_verdict=verdict))
            self._disclose_verdicts()
            return
        wrongs = entry.wrong_attempts + verdict.is_wrong_attempt
        self._entries.set(blank, replace(entry, text=text, verdict=verdict, revealed=False, wrong_attempts=wrongs))

    def _store_verdicts(self) -> None:
        """At the end of an exam every answer is stored once more, with its verdict: until then no file tells it."""
        for blank in self.blanks:
            entry = self.entry(blank.id)
            if entry.sealed_verdict is not None and blank.id not in self._stored_verdicts:
                self._stored_verdicts.add(blank.id)
                self._store_event(self._make_event("answer", blank.id, entry.text, entry.sealed_verdict))

    def _disclose_verdicts(self) -> None:
        """At the end of an exam every blank gets its verdict."""
        if self.done:
            self._entries.update_all(lambda entry: replace(entry, verdict=entry.sealed_verdict))
