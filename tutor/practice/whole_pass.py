"""The whole pass at once: no answer is judged until the last one, and then the learner looks for the first wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tutor.grading.verdict import Verdict, VerdictKind
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message
from tutor.packs.fading import sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.grading.problem import Blank, Problem
    from tutor.practice.entries import Entries, Entry

#: How often the learner may point at a place before the first wrong one is shown.
MAX_POINTS = 2

Phase = Literal["off", "filling", "finding", "judged"]

#: The message at the start of a whole pass.
RULES = message(N_("The whole pass at once: you see the results after the last blank."))
#: The refusal of help until the end.
NO_HELP_YET = message(N_("In the whole pass, help is available after the last blank."))
#: The refusal to start a whole pass.
NOTHING_LEFT = message(N_("Every blank is already filled. Choose new numbers to start another pass."))
NOT_IN_EXAMS = message(N_("In an exam you see the results at the end anyway."))
#: The message after the end of the mode.
LEFT = message(N_("You left the whole pass. Your answers so far are checked."))
ALL_RIGHT = message(N_("You got the whole pass right, without any checks on the way."))
#: The verdict on an answer while the first wrong one is looked for.
FIND_FIRST = Verdict(VerdictKind.MALFORMED, message(N_("Find the first wrong value. Then you can correct it.")))
#: The verdict on a wrong answer after the first wrong one, which is explained first.
WRONG_TOO = Verdict(
    VerdictKind.WRONG,
    message(N_("This value has a mistake of its own. Correct the first wrong value; then this one is explained.")),
)


class WholePass:
    """The whole pass of one try, over the entries of a worksheet."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self.phase: Phase = "off"
        #: Whether the learner wants the next numbers as a whole pass as well.
        self.is_wanted = False
        #: The places that the learner pointed at.
        self.pointed: list[str] = []
        #: The first wrong place, once it is found or shown, and whether the learner found it.
        self.first_wrong: str | None = None
        self.was_found = False
        #: The reply when the learner last pointed at a place.
        self.said: Message | None = None
        #: The verdicts of the end by place, and the places whose answers are not stored with them yet.
        self.judged: dict[str, Verdict] = {}
        self.unstored: list[str] = []
        #: The wrong places that are explained only after those before them.
        self._unexplained: list[str] = []

    @property
    def is_on(self) -> bool:
        """Whether verdicts wait."""
        return self.phase in ("filling", "finding")

    @property
    def is_finding(self) -> bool:
        """Whether all blanks are filled and the learner looks for the first wrong one."""
        return self.phase == "finding"

    @property
    def was_right_at_once(self) -> bool:
        """Whether a whole pass ended with every answer right."""
        return self.phase == "judged" and self.first_wrong is None

    def start(self) -> None:
        """Let verdicts wait from now on."""
        self.phase, self.is_wanted = "filling", True
        self.pointed, self.first_wrong, self.was_found, self.said = [], None, False, None

    # --- the answers that wait ---

    def waiting(self, order: Sequence[Blank]) -> list[Blank]:
        """Return the places whose answers wait for their verdicts, in the order of the pass."""
        return [place for place in order if self._entries.get(place.id).sealed_verdict is not None]

    def score(self, order: Sequence[Blank]) -> Message:
        """Return how many answers are right, before the first wrong one is found."""
        whole = len(self.waiting(order))
        return message(N_("Right: {n} of {all}."), n=whole - len(self._wrong_places(order)), all=whole)

    def close(self, order: Sequence[Blank], grade: Callable[[str, str], Verdict]) -> None:
        """Judge all waiting answers beside one another once the last blank is filled; tell none of them yet."""
        for place in self.waiting(order):
            entry = self._entries.get(place.id)
            self._entries.update(place.id, replace(entry, sealed_verdict=grade(place.id, entry.text)))
        if self._wrong_places(order):
            self.phase = "finding"
        else:
            self.disclose(order)

    # --- finding the first wrong one ---

    def is_first_wrong(self, problem: Problem, order: Sequence[Blank], place: str) -> bool:
        """Return whether a place is wrong and nothing that it follows from is.

        On branches that do not depend on each other, each can have a first wrong one.
        """
        wrong = self._wrong_places(order)
        if place not in wrong or place == wrong[0]:
            return place in wrong
        blank = problem.place(place)
        return blank.kind != "question" and not _places_before(problem, blank) & set(wrong)

    def _wrong_places(self, order: Sequence[Blank]) -> list[str]:
        return [place.id for place in self.waiting(order) if _is_wrong(self._sealed(place.id))]

    def _sealed(self, place: str) -> Verdict:
        verdict = self._entries.get(place).sealed_verdict
        assert verdict is not None
        return verdict

    def point(self, problem: Problem, order: Sequence[Blank], place: str) -> None:
        """Count a place as the learner's answer to which is the first wrong one; at the end tell all verdicts."""
        self.pointed.append(place)
        self.said = self._reply_to(problem, order, place)

    def _reply_to(self, problem: Problem, order: Sequence[Blank], place: str) -> Message:
        name = place_name(problem, problem.place(place))
        if self.is_first_wrong(problem, order, place):
            self.was_found, self.first_wrong = True, place
            self.disclose(order)
            return message(N_("Found it: {place} is the first wrong value."), place=name)
        if len(self.pointed) < MAX_POINTS:
            return message(N_("{said} Try once more."), said=self._about(place, name))
        said = self._about(place, name)
        first = self._wrong_places(order)[0]
        self.first_wrong = first
        self.disclose(order)
        return message(
            N_("{said} The first wrong value is {first}."), said=said, first=place_name(problem, problem.place(first))
        )

    def _about(self, place: str, name: Message) -> Message:
        """Return what is said about a place that is not the first wrong one."""
        verdict = self._entries.get(place).sealed_verdict
        if verdict is None or not _is_wrong(verdict):
            return message(N_("No: {place} is right."), place=name)
        if verdict.kind is VerdictKind.CARRIED:
            return message(N_("No: {place} is a right step that starts from a wrong value."), place=name)
        return message(N_("{place} is wrong too, but an earlier value is wrong already."), place=name)

    # --- the verdicts ---

    def disclose(self, order: Sequence[Blank]) -> None:
        """Tell the verdict on every waiting answer. Of several wrong ones only the first is explained."""
        waiting = self.waiting(order)
        carried = [place.id for place in waiting if self._sealed(place.id).kind is VerdictKind.CARRIED]
        wrong = [place for place in self._wrong_places(order) if place not in carried]
        explained = self.first_wrong if self.first_wrong in wrong else next(iter(wrong), None)
        is_left = self.phase != "finding" and bool(wrong)
        self._unexplained = [] if is_left else [place for place in wrong if place != explained]
        self.judged = {place.id: self._sealed(place.id) for place in waiting}
        for place in waiting:
            entry = self._entries.get(place.id)
            verdict = WRONG_TOO if place.id in self._unexplained else self.judged[place.id]
            self._entries.update(place.id, _judged(entry, self.judged[place.id], verdict))
        self._entries.forget_history()
        self.unstored = [place.id for place in waiting]
        self.phase = "judged"

    def leave(self, order: Sequence[Blank], grade: Callable[[str, str], Verdict]) -> None:
        """Judge what was answered so far as in ordinary practice."""
        was_finding, self.is_wanted = self.is_finding, False
        if was_finding:
            self.first_wrong = self._wrong_places(order)[0]
        else:
            for place in self.waiting(order):
                entry = self._entries.get(place.id)
                self._entries.update(place.id, replace(entry, sealed_verdict=grade(place.id, entry.text)))
        self.disclose(order)
        if not was_finding:
            self.phase = "off"

    def explain_next(self, order: Sequence[Blank], grade: Callable[[str, str], Verdict]) -> None:
        """Explain the next wrong answer once those before it are no longer wrong."""
        for place in order if self._unexplained else ():
            verdict = self._entries.get(place.id).verdict
            if place.id in self._unexplained and verdict is not WRONG_TOO:
                self._unexplained.remove(place.id)
            if verdict is WRONG_TOO:
                self._unexplained.remove(place.id)
                entry = self._entries.get(place.id)
                self._entries.update(place.id, replace(entry, verdict=grade(place.id, entry.text)))
                return
            if verdict is not None and verdict.is_wrong_attempt:
                return


def _is_wrong(verdict: Verdict) -> bool:
    """Return whether a value is wrong: too few digits are not, nor is a text that nobody grades here."""
    return not verdict.right and verdict.kind not in (VerdictKind.COARSE, VerdictKind.NOTED)


def _judged(entry: Entry, judged: Verdict, told: Verdict) -> Entry:
    """Return an entry that waited with the verdict that is told; the attempt counts as it was judged."""
    is_wrong = judged.is_wrong_attempt
    return replace(
        entry,
        verdict=told,
        sealed_verdict=None,
        wrong_attempts=entry.wrong_attempts + is_wrong,
        wrong_texts=(*entry.wrong_texts, entry.text) if is_wrong else entry.wrong_texts,
    )


def _places_before(problem: Problem, place: Blank) -> set[str]:
    """Return the ids of all places from which the value at a place follows, at once or in several steps."""
    found: set[str] = set()
    stack = [place]
    while stack:
        for earlier in _direct_sources(problem, stack.pop()):
            if earlier not in found and problem.has_place(earlier):
                found.add(earlier)
                stack.append(problem.place(earlier))
    return found


def _direct_sources(problem: Problem, place: Blank) -> list[str]:
    forward = {blank.node: blank.id for blank in problem.forward_blanks}
    if place.kind == "forward":
        return [forward[arg] for arg in problem.graph.nodes[place.node].args if arg in forward]
    # A local derivative is made of forward values.
    return [*sources_of(problem, place), *forward.values()]
