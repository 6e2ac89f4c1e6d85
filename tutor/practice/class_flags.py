"""Flags of a class report: what is worth a look before points are given. None of them changes a point.

A flag says what the files show, and not who did it or why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from tutor import __version__
from tutor.i18n import N_, Message, message
from tutor.practice.copied_rows import copied_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.practice.classroom import Classroom
    from tutor.practice.event import Event
    from tutor.practice.file_checks import FileCheck

FlagKind = Literal[
    "regraded",
    "other-form",
    "other-numbers",
    "other-id",
    "copied",
    "begun-again",
    "clock-back",
    "dated-ahead",
    "changed-rows",
    "removed-chain",
    "missing-rows",
    "changed-export",
    "no-end",
    "salvaged",
    "without-chain",
    "later-chain",
    "not-regraded",
]
#: Facts that say nothing against a row: they are told, but no notes of a gradebook.
FACTS: tuple[FlagKind, ...] = ("salvaged", "without-chain", "later-chain", "not-regraded")

_SENTENCES: dict[FlagKind, str] = {
    "regraded": N_("Answers whose verdict changes when graded again: {n}. The points follow the new verdicts."),
    "other-form": N_("Tries at a different version of this exercise: {n}."),
    "other-numbers": N_("Tries with numbers that this exercise does not draw: {n}."),
    "other-id": N_(
        "Tries with numbers that don't belong to this student id, although other students have theirs: {n}."
    ),
    "copied": N_("The answers and times are identical to those of: {others}."),
    "begun-again": N_("Tries at the exam: {n}. The first one that was finished counts."),
    "clock-back": N_("Records that are earlier than the record before them: {n}, by up to {time}."),
    "dated-ahead": N_("Records dated in the future: {n}."),
    "changed-rows": N_("Records that differ from what was stored: {n}."),
    "removed-chain": N_(
        "Records without a hash chain: {n}. Versions that write none can't read this exercise in its present form."
    ),
    "missing-rows": N_("Gaps where records are missing: {n}."),
    "changed-export": N_("After the export, records were removed, added or moved."),
    "no-end": N_("The end of the file is missing. Records may be missing, too."),
    "salvaged": N_("A damaged progress file was replaced. Records lost or damaged in it: {n}."),
    "without-chain": N_("Records from an earlier version, without a hash chain: {n}."),
    "later-chain": N_("Records from a later version, with a hash chain that can't be read here: {n}."),
    "not-regraded": N_("Answers that can't be graded again here: {n}."),
}
_EARLIER_VERSION = N_("{sentence} An earlier version stored them; this is version {here}.")
_OTHER_VERSION = N_("{sentence} Version {versions} stored them; this is version {here}.")


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing about a learner's work on an exercise, or about their file if `pack` and `exercise` are empty.

    `count` is how many rows or tries it is about, `others` are the learners with the same rows, `versions` the versions
    of the program that stored them, if they are other ones than this; an early one is empty.
    """

    learner: str
    pack: str
    exercise: str
    kind: FlagKind
    count: int = 0
    others: tuple[str, ...] = ()
    time: timedelta = timedelta(0)
    versions: tuple[str, ...] = ()

    @property
    def is_fact(self) -> bool:
        """Whether it says nothing against a row."""
        return self.kind in FACTS

    @property
    def sentence(self) -> Message:
        values = {"n": self.count, "others": ", ".join(self.others), "time": format_span(self.time)}
        sentence = message(_SENTENCES[self.kind], **values)
        if not self.versions:
            return sentence
        text = _OTHER_VERSION if any(self.versions) else _EARLIER_VERSION
        versions = ", ".join(filter(None, self.versions))
        return message(text, sentence=sentence, versions=versions, here=__version__)


def format_span(time: timedelta) -> Message:
    """Return how far a clock was set back."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 2 * 60:
        return message(N_("{m} min"), m=minutes)
    if minutes < 2 * 24 * 60:
        return message(N_("{h} h"), h=round(minutes / 60))
    return message(N_("{d} days"), d=round(minutes / 60 / 24))


def class_flags(classroom: Classroom) -> list[Flag]:
    """Return the flags of a class, by learner and exercise; those about a file come first."""
    flags = [*_file_flags(classroom), *_work_flags(classroom)]
    for (learner, name), others in copied_rows(classroom.events).items():
        flags.append(Flag(learner, *name, "copied", len(others), tuple(others)))
    for (learner, pack, exercise), work in classroom.work_by_learner().items():
        if work.exam is not None and len(work.tries) > 1:
            flags.append(Flag(learner, pack, exercise, "begun-again", len(work.tries)))
    return sorted(flags, key=lambda flag: (flag.learner, flag.pack, flag.exercise, flag.is_fact))


def _file_flags(classroom: Classroom) -> Iterator[Flag]:
    for learner, checks in classroom.checks.items():
        for check in checks:
            yield from _chain_flags(learner, check)
            exercises = {(event.pack, event.exercise) for event, _ in check.back}
            for name in exercises:
                jumps = [jump for event, jump in check.back if (event.pack, event.exercise) == name]
                yield Flag(learner, *name, "clock-back", len(jumps), time=max(jumps))
            yield from _by_exercise(learner, "dated-ahead", check.ahead)


def _chain_flags(learner: str, check: FileCheck) -> Iterator[Flag]:
    chain = check.chain
    yield from _by_exercise(learner, "changed-rows", chain.changed)
    if chain.gaps:
        yield Flag(learner, "", "", "missing-rows", len(chain.gaps))
    # What the chain shows already isn't told twice.
    if check.seal == "changed" and chain.is_whole:
        yield Flag(learner, "", "", "changed-export")
    if check.seal == "no end":
        yield Flag(learner, "", "", "no-end")
    facts: tuple[tuple[FlagKind, int], ...] = (
        ("salvaged", chain.lost),
        ("without-chain", chain.known_before),
        ("later-chain", chain.unreadable),
    )
    for kind, count in facts:
        if count:
            yield Flag(learner, "", "", kind, count)


def _by_exercise(learner: str, kind: FlagKind, events: list[Event]) -> Iterator[Flag]:
    for name in dict.fromkeys((event.pack, event.exercise) for event in events):
        count = sum((event.pack, event.exercise) == name for event in events)
        yield Flag(learner, *name, kind, count)


def _work_flags(classroom: Classroom) -> Iterator[Flag]:
    # Where nobody was given an id, numbers follow from none.
    has_ids = any(each.follows_id for tries in classroom.regraded.values() for each in tries)
    for (learner, name), tries in classroom.regraded.items():
        if has_ids and (others := sum(each.follows_id is False for each in tries)):
            yield Flag(learner, *name, "other-id", others)
        forms = [each.form for each in tries]
        differences = [difference for each in tries for difference in each.differences]
        if differences:
            versions = {difference.event.program for difference in differences} - {__version__}
            yield Flag(learner, *name, "regraded", len(differences), versions=tuple(sorted(versions)))
        if "other" in forms:
            yield Flag(learner, *name, "other-form", forms.count("other"))
        if "other-numbers" in forms:
            yield Flag(learner, *name, "other-numbers", forms.count("other-numbers"))
        if unchained := sum(each.num_unchained for each in tries):
            yield Flag(learner, *name, "removed-chain", unchained)
        if kept := sum(each.num_kept for each in tries):
            yield Flag(learner, *name, "not-regraded", kept)
