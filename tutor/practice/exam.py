"""Exams: one answer for each blank, no help, verdicts at the end, and numbers that the learner can't choose.

All of it holds only as far as this program goes: a learner owns the files in which it is stored.
"""

from __future__ import annotations

import os
from contextlib import suppress
from getpass import getuser
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.atomic_files import read_regular_file, remove_stale_files
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import N_, Message, message
from tutor.packs.assessment import format_time
from tutor.paths import data_folder
from tutor.practice.event import new_id
from tutor.practice.score_texts import score_text
from tutor.practice.student import student_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tutor.packs.assessment import Assessment
    from tutor.packs.exercise import Exercise

_RULES_AT_END = N_("This is an exam: no hints, and one answer for each blank. You see the right answers at the end.")
_RULES_SCORE = N_("This is an exam: no hints, and one answer for each blank. You see your score at the end.")
_RULES_AFTER_DUE = N_(
    "This is an exam: no hints, and one answer for each blank. You see the right answers after {time}."
)
_RULES_NEVER = N_("This is an exam: no hints, and one answer for each blank. The right answers are not shown here.")
_FOR_PRACTICE = N_("You have taken this exam before. That sitting counts; this one is for practice.")
_FOR_PRACTICE_SCORED = N_(
    "You have taken this exam before. That sitting counts, with {score}; this one is for practice."
)
#: The verdict shown until the end.
NOTED_VERDICT = Verdict(VerdictKind.NOTED, message(N_("Noted.")))
#: The verdict on a second answer at the same blank.
ALREADY_ANSWERED = Verdict(
    VerdictKind.MALFORMED, message(N_("You have answered this blank. In an exam you can't change an answer."))
)
#: The refusal of help, and of changing an answer.
NO_HELP = message(N_("This is an exam. There is no help, and you can't change an answer."))
#: The refusal of new numbers, and of a new start.
SAME_NUMBERS = message(N_("This is an exam. You can't choose its numbers or reset it here."))

#: Seeds are smaller than this, so that they can be passed on by word of mouth.
NUM_SEEDS = 1_000_000
_LEARNER_FILE = "learner"


def learner_id(folder: Path | None = None) -> str:
    """Return the random id that decides a learner's numbers in exams. It is stored in the data folder only.

    Another data folder, or a changed file, gives other numbers, and a copied file the same. If it can't be stored,
    return the name of the account, so that the numbers still stay the same.
    """
    file = (folder or data_folder()) / _LEARNER_FILE
    with suppress(OSError, UnicodeDecodeError):
        id = read_regular_file(file).decode("utf-8").strip()
        if id:
            return id
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_stale_files(file.parent)
        part = file.with_name(f".{_LEARNER_FILE}.{os.urandom(4).hex()}.part")
        part.write_text(f"{new_id()}\n", encoding="utf-8")
        try:
            # A link fails if another process was first, whose id then counts.
            os.link(part, file)
        except FileExistsError:
            pass
        except OSError:
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        return read_regular_file(file).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return _account_name()


def _account_name() -> str:
    try:
        return getuser()
    except (OSError, KeyError, ImportError):
        return ""


def exam_seed(exercise: Exercise, owner: str | None = None) -> int | None:
    """Return the seed of a learner's numbers in an exam, and of the order of choices; None if both are fixed.

    `owner` is the student's id, None for the one on this computer.
    """
    if not exercise.has_variants and not any(question.choices for question in exercise.questions):
        return None
    text = f"{owner or student_id() or learner_id()}\n{exercise.pack}\n{exercise.id}"
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") % (NUM_SEEDS - 1) + 1


def exam_rules(assessment: Assessment) -> Message:
    """Return the message above an exam."""
    if assessment.tells_verdicts:
        return message(_RULES_AT_END if assessment.tells_answers else _RULES_SCORE)
    if assessment.reveal == "never" or assessment.due is None:
        return message(_RULES_NEVER)
    return message(_RULES_AFTER_DUE, time=format_time(assessment.due))


def practice_notice(score: str) -> Message:
    """Return what is said above an exam that was taken before, with the score of that sitting if it is known."""
    if not score:
        return message(_FOR_PRACTICE)
    return message(_FOR_PRACTICE_SCORED, score=score_text(score))


def reset_warning(exams: Iterable[tuple[str, str]], pack: str, exercise: str) -> Message | None:
    """Return what a learner should know before a reset that covers some of the `exams` that were begun."""
    covered = [name for name in exams if pack in ("", name[0]) and exercise in ("", name[1])]
    text = N_("Exams among them: {n}. The first sitting still counts, and class reports show the reset.")
    return message(text, n=len(covered)) if covered else None
