"""One thing a learner did, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from math import isfinite


def new_id() -> str:
    """Return a new UUID for an event or a try."""
    # Here, because it takes longer to load than everything else in this module.
    from uuid import uuid4

    return str(uuid4())


def utc_now() -> str:
    """Return the time in UTC as ISO 8601 with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def sanitize_text(text: str) -> str:
    """`text` as it can be kept: half a surrogate pair, which a terminal may let through, becomes `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing a learner did in one try of an exercise.

    `worksheet` is the id of the try, a UUID made with its `begin`; a formula typed at the command line has no pack
    and is not kept. `kind` is `begin`, `answer`, `hint`, `reveal`, `clear`, `undo`, `solved`; `open` and `fold` of
    the node in `text`; `noted` is an answer in an exam, which comes once more as an `answer`, with its verdict, when
    the exam is finished; `review` and `reviewed` in place of `begin` and `solved` in a review; `reset` sets aside all
    that was done before in an exercise, in a pack (no exercise) or everywhere (no pack), `restore` takes the reset
    with the id in `text` back. Others may come: who reads events passes over kinds it does not know. `rule` is the
    rule practised, an id of `tutor.practice.rule_ids`; `hints` counts the rungs seen on this blank so far; `duration`
    is in seconds, since the blank got the focus or the event before. `fingerprint` is the variant's: a try with
    another one cannot be resumed. `proof` tells of a right answer that no mistake of its rule leads to it on these
    numbers. What does not apply to a kind is left at its default.

    Raises ValueError for a value that cannot be kept: of another type, a seed beyond 64 bits, a duration that
    is no number.
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

    def __post_init__(self) -> None:
        for name in TEXT_COLUMNS:
            value = getattr(self, name)
            if not isinstance(value, str):
                raise ValueError(f"{name} is no text: {value!r}")
            object.__setattr__(self, name, sanitize_text(value))
        if self.seed is not None and not (isinstance(self.seed, int) and -(2**63) <= self.seed < 2**63):
            raise ValueError(f"seed is no whole number of 64 bits: {self.seed!r}")
        if not isinstance(self.hints, int):
            raise ValueError(f"hints is no whole number: {self.hints!r}")
        if not (isinstance(self.duration, (int, float)) and isfinite(self.duration)):
            raise ValueError(f"duration is no number: {self.duration!r}")
        if self.proof not in (False, True):
            raise ValueError(f"proof is neither true nor false: {self.proof!r}")
        object.__setattr__(self, "proof", bool(self.proof))


#: The kind of an answer whose verdict is not told yet.
NOTED = "noted"
#: What is kept of an event, in order.
COLUMNS = tuple(part.name for part in fields(Event))
#: The names of those that are texts.
TEXT_COLUMNS = tuple(name for name in COLUMNS if name not in ("seed", "hints", "duration", "proof"))
