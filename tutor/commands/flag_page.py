"""The part of `backprop-tutor report` about trust: answers graded again, and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.commands.documents import Heading, Sentence
from tutor.i18n import N_, _, message
from tutor.practice.class_flags import FACTS
from tutor.practice.export import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.commands.documents import Block
    from tutor.practice.class_flags import Flag, FlagKind
    from tutor.practice.classroom import Classroom

FLAGS_HEADER = ("learner", "pack", "exercise", "flag", "count", "with", "sentence")

_BELIEVED = N_("These verdicts come from the files. Leave out --no-regrade to grade the answers again.")
_REGRADED = N_("Answers graded again with version {here}: {n}. Changed verdicts: {different}.")
_FACTS: dict[FlagKind, str] = {
    "salvaged": N_("Damaged progress file, replaced: {learners}"),
    "without-chain": N_("Rows from an earlier version, without a hash chain: {learners}"),
    "later-chain": N_("Rows from a later version, with a hash chain that can't be read here: {learners}"),
    "not-regraded": N_("Answers that can't be graded again here: {learners}"),
}
_NOT_ACCUSED = N_("A flag describes what the files show, not who did it or why. It doesn't change any points.")
#: More names would hide what else is said.
_MAX_NAMES = 12


def grading_page(classroom: Classroom, flags: Sequence[Flag], *, regraded: bool) -> list[Block]:
    """Return how the answers were graded, and facts about files and answers that say nothing against a row."""
    blocks: list[Block] = [Sentence(_grading_sentence(classroom) if regraded else _(_BELIEVED))]
    for kind in FACTS:
        learners = list(dict.fromkeys(flag.learner for flag in flags if flag.kind == kind))
        if learners:
            blocks.append(Sentence(str(message(_FACTS[kind], learners=_names(learners)))))
    return blocks


def flag_page(flags: Sequence[Flag]) -> list[Block]:
    """Return what is worth a look, with a sentence for each flag; nothing if there is none."""
    sentences = [_flag_sentence(flag) for flag in flags if not flag.is_fact]
    if not sentences:
        return []
    return [Heading(_("Worth a look")), Sentence(_(_NOT_ACCUSED)), *map(Sentence, sentences)]


def _flag_sentence(flag: Flag) -> str:
    if not flag.exercise:
        return f"{flag.learner}: {flag.sentence}"
    return f"{flag.learner}, {flag.pack}/{flag.exercise}: {flag.sentence}"


def _grading_sentence(classroom: Classroom) -> str:
    tries = [each for tries in classroom.regraded.values() for each in tries]
    number, different = sum(each.num_regraded for each in tries), sum(len(each.differences) for each in tries)
    return str(message(_REGRADED, here=__version__, n=number, different=different))


def _names(learners: Sequence[str]) -> str:
    if len(learners) <= _MAX_NAMES:
        return ", ".join(learners)
    more = len(learners) - _MAX_NAMES
    return str(message(N_("{names} and {n} more"), names=", ".join(learners[:_MAX_NAMES]), n=more))


def flag_rows(flags: Sequence[Flag]) -> Iterator[list[str]]:
    """Yield a row for each flag, in the order of `FLAGS_HEADER`."""
    for flag in flags:
        names = map(spreadsheet_cell, (flag.learner, flag.pack, flag.exercise))
        yield [
            *names,
            flag.kind,
            str(flag.count),
            spreadsheet_cell(", ".join(flag.others)),
            spreadsheet_cell(flag.sentence),
        ]


def flag_ids(flags: Sequence[Flag]) -> Mapping[tuple[str, str, str], str]:
    """Return the ids of the flags on each learner's work on an exercise, and on their file, by two empty names."""
    ids: dict[tuple[str, str, str], list[str]] = {}
    for flag in flags:
        ids.setdefault((flag.learner, flag.pack, flag.exercise), []).append(flag.kind)
    return {name: " ".join(dict.fromkeys(kinds)) for name, kinds in ids.items()}


def flags_json(classroom: Classroom, flags: Sequence[Flag], *, regraded: bool) -> dict[str, Any]:
    """Return the flags as JSON data, with the version that graded again; none with `--no-regrade`."""
    tries = [each for tries in classroom.regraded.values() for each in tries]
    return {
        "program": __version__,
        "regraded": sum(each.num_regraded for each in tries) if regraded else None,
        "regraded_differently": sum(len(each.differences) for each in tries) if regraded else None,
        "flags": [
            {
                "learner": flag.learner,
                "pack": flag.pack,
                "exercise": flag.exercise,
                "flag": flag.kind,
                "count": flag.count,
                "with": list(flag.others),
                "versions": list(flag.versions),
                "sentence": str(flag.sentence),
            }
            for flag in flags
        ],
    }
