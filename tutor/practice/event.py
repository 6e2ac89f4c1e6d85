"""Events: everything a learner does, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How far ahead the clock may have been. Far, because what we store and export can be imported again.
_MAX_CLOCK_SKEW = timedelta(days=100 * 365)
#: Outside these years the clock must be wrong.
_PLAUSIBLE_YEARS = range(2000, 3000)


def new_id() -> str:
    """Return a new UUID for an event or a try."""
    # Here, because it takes longer to load than everything else in this module.
    from uuid import uuid4

    return str(uuid4())


def utc_now() -> str:
    """Return the time in UTC as ISO 8601 with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def sanitize_text(text: str) -> str:
    """Replace lone surrogates, which a terminal may let through but no file can hold, by `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def parse_time(text: str) -> str:
    """Return a time in the format of `Event.at`. Raise ValueError if it is invalid or in another century."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("not a time") from None
    if at > datetime.now(UTC) + _MAX_CLOCK_SKEW:
        raise ValueError("too far in the future")
    return at.isoformat(timespec="microseconds")


def parse_day(at: str) -> date | None:
    """Return the day of an event's time; None if it is not a plausible date."""
    try:
        day = date.fromisoformat(at[:10])
    except ValueError:
        return None
    return day if day.year in _PLAUSIBLE_YEARS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One action of a learner in one try of an exercise.

    Kinds:

    - `begin`, `answer`, `hint`, `reveal`, `clear`, `undo`, `solved`, which has the `text` `revealed` if the learner found
      no value. An exercise that asks for nothing but code is begun by its first check, and has only `code` events in
      between;
    - `again`: the same wrong answer once more, which changes nothing;
    - `reply`: the learner's yes or no (in `text`) to the question whether `mistake` led to the answer at `blank`;
    - `open` and `fold`: the node in `text` was unfolded or folded;
    - `predict`: a prediction before `blank`, in `text` as `negative, certain`, with `right` or `wrong` as its `verdict`;
      or `skipped`, or `undone` for the one before. The last one before a blank counts;
    - `why`: the reason that was chosen after the right answer at `blank`, in `text` as `rule` or as the id of the mistake
      that it follows, with `right` or `wrong` as its `verdict`; or `skipped`;
    - `noted`: an answer in an exam. Once verdicts are told it is stored once more as an `answer` with its verdict;
    - `scored`: the points of the sitting of an exam that counts, in `text` as `7.5/10`, once verdicts are told;
    - `whole`: a whole pass, in which answers wait for their verdicts, was started or left (`on` or `off` in `text`);
    - `unjudged`: an answer in a whole pass. At its end it is stored once more as an `answer` with its verdict;
    - `pointed`: the place at which the learner pointed as the first wrong one; `verdict` is `right` if it is;
    - `part`: everything was found that was asked of a part of the exercise: a stage before the last one, or what a
      review cut it to. The exercise is not solved by it;
    - `review` and `reviewed`: `begin` and `solved` in a review;
    - `placement`, `placement-noted`, `placement-answer`, `placement-end`: a placement test was begun (`first` or `final` in
      `text`), an answer in it, the same with its verdict once its graph is finished, and its end with the exercise to begin
      with in `text`. `pack` is empty, and `exercise` the full name of the one from which the graph was cut;
    - `placed`: a rule was right throughout a test. Its fields are those of the first answer in which it was;
    - `placed-out` and `placed-in`: by a test an exercise is not needed, or is needed again;
    - `code`: a check of the learner's Python file; `verdict` is `right` if all of it is. In `text` are the ids of the
      rules whose lines are right, in `blank` and `mistake` the first place that is not and what is wrong with it;
    - `salvaged`: a damaged progress file was replaced; in `text` are the hashes of the chain that were lost in it;
    - `reset`: all earlier events of an exercise, of a pack (no exercise) or of everything (no pack) are hidden;
    - `restore`: the reset with the id in `text` is undone.

    Readers skip kinds they don't know, because later versions may add some. A field that does not apply to a kind has
    its default:

    - `worksheet`: the id of the try;
    - `pack`: empty for a formula typed at the command line, whose events are not stored;
    - `rule`: the id of the rule practised, see `tutor.practice.rule_ids`;
    - `hints`: the number of hints seen on this blank so far;
    - `duration`: seconds since the previous event;
    - `fingerprint`: that of the variant. A try can only be resumed with the same one;
    - `mistake`: the mistake that an answer shows, or the likeliest one, and for a reply the one it is about;
    - `verdict`: that of the answer; for a reply `mistaken` if the answer itself has this mistake;
    - `proof`: whether the answer is right and no mistake of its rule gives the same value;
    - `content`: the hash of what the exercise asks, the same for all its variants, see `tutor.packs.content_hash`;
    - `message`: the id of the message that an answer or a reply got, see `Verdict.message_id`;
    - `position`: the place of the blank in the order in which the try asks for its blanks, from 1;
    - `program`: the version of the program that stored the event;
    - `link`: its place in the hash chain, see `tutor.practice.chain`. The progress file assigns it.

    Events of earlier versions have none of the last five. Two events are equal whatever their last two are.

    Raise ValueError for a value that cannot be stored: a wrong type, a seed beyond 64 bits, an infinite duration.
    """

    id: str = field(default_factory=new_id)
    at: str = field(default_factory=utc_now)
    worksheet: str
    kind: str
    pack: str
    exercise: str
    rule: str = ""
    seed: int | None = None
    blank: str = ""
    text: str = ""
    verdict: str = ""
    mistake: str = ""
    hints: int = 0
    duration: float = 0.0
    fingerprint: str
    proof: bool = False
    content: str = ""
    message: str = ""
    position: int = 0
    program: str = field(default="", compare=False)
    link: str = field(default="", compare=False)

    @classmethod
    def from_row(cls, values: Iterable[Any]) -> Event:
        """Return the event with these values of `COLUMNS`."""
        return cls(**dict(zip(COLUMNS, values, strict=True)))

    def __post_init__(self) -> None:
        for name in TEXT_COLUMNS:
            value = getattr(self, name)
            if not isinstance(value, str):
                raise ValueError(f"{name} is not a string: {value!r}")
            if not value.isascii():
                object.__setattr__(self, name, sanitize_text(value))
        if self.seed is not None and not (isinstance(self.seed, int) and -(2**63) <= self.seed < 2**63):
            raise ValueError(f"seed is not an integer of 64 bits: {self.seed!r}")
        for name in ("hints", "position"):
            if not isinstance(getattr(self, name), int):
                raise ValueError(f"{name} is not an integer: {getattr(self, name)!r}")
        if not (isinstance(self.duration, (int, float)) and isfinite(self.duration)):
            raise ValueError(f"duration is not a finite number: {self.duration!r}")
        if self.proof not in (False, True):
            raise ValueError(f"proof is not a boolean: {self.proof!r}")
        object.__setattr__(self, "proof", bool(self.proof))


#: The kind of an answer whose verdict is still secret.
NOTED = "noted"
#: The kind of the score of an exam.
SCORED = "scored"
#: The kind of a wrong answer that is given once more.
AGAIN = "again"
#: The kinds of a whole pass: its start and end with their texts, an answer that waits, a place pointed at.
WHOLE, ON, OFF, UNJUDGED, POINTED = "whole", "on", "off", "unjudged", "pointed"
#: The kind of the end of a try, and that of a try at a part of the exercise.
SOLVED, PART = "solved", "part"
#: The text of the end of a try in which every value was revealed.
ALL_REVEALED = "revealed"
#: The states of an exercise that was finished: with values that the learner found, or with every value revealed.
DONE_STATES = ("solved", ALL_REVEALED)
#: The kinds of a placement test: its beginning, an answer, the same with its verdict, its end.
PLACEMENT, PLACEMENT_NOTED, PLACEMENT_ANSWER, PLACEMENT_END = (
    "placement",
    "placement-noted",
    "placement-answer",
    "placement-end",
)
#: The findings of a test about a rule, and about exercises.
PLACED, PLACED_OUT, PLACED_IN = "placed", "placed-out", "placed-in"
#: The kind of what is stored when a damaged file is replaced.
SALVAGED = "salvaged"
#: The kind of a check of code. It says nothing about the blanks of the exercise.
CODE = "code"
#: The kind of a reply to a question about a mistake, and its two texts.
REPLY, YES, NO = "reply", "yes", "no"
#: The kinds of a prediction before a blank and of a reason after it, and their verdicts. Neither is an attempt.
PREDICT, WHY = "predict", "why"
ASIDE_KINDS = (PREDICT, WHY)
RIGHT, WRONG = "right", "wrong"
#: The fields of an event, in the order in which they are stored.
COLUMNS = tuple(part.name for part in fields(Event))
#: The fields that events of earlier versions don't have.
LATER_COLUMNS = ("content", "message", "position", "program", "link")
#: The fields that are strings.
TEXT_COLUMNS = tuple(name for name in COLUMNS if name not in ("seed", "hints", "duration", "proof", "position"))


def check_plausible(event: Event) -> None:
    """Raise ValueError if an event from outside has a duration, a number of hints or a position that none can have."""
    if not (0 <= event.duration < 1e9 and 0 <= event.hints < 1000 and 0 <= event.position < 100_000):
        raise ValueError("implausible duration, number of hints or position")
