"""Checks of a file with attempts: its hash chain, its seal, and clocks that jump."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tutor.practice.chain import ChainCheck, check_chain
from tutor.practice.export import Sealing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor.practice.event import Event
    from tutor.practice.export import Attempt

#: Clocks are corrected by seconds, and two processes may store what they did a little later.
_MIN_JUMP = timedelta(minutes=2)
#: A clock in another time zone is no clock that is ahead.
_MAX_AHEAD = timedelta(days=1)

SealState = Literal["whole", "no end", "changed"]


@dataclass(slots=True)
class FileCheck:
    """The findings of one file about the attempts of one learner.

    `seal` is "no end" if lines with a chain are not followed by a seal, and "changed" if one doesn't fit what is before
    it. `back` are the events whose time is before that of the event before in the same try, with how far.
    """

    chain: ChainCheck
    seal: SealState
    back: list[tuple[Event, timedelta]] = field(default_factory=list)
    ahead: list[Event] = field(default_factory=list)


def check_files(attempts: Sequence[Attempt], default_learner: str) -> dict[str, FileCheck]:
    """Return what a file tells, by learner. A file may hold several exports, one after the other."""
    seals: dict[str, SealState] = {}
    events: dict[str, list[Event]] = {}
    for lines in _exports(attempts):
        state = _seal_state(lines)
        for attempt in lines:
            learner = attempt.learner or default_learner
            events.setdefault(learner, []).append(attempt.event)
            if seals.get(learner, "whole") == "whole":
                seals[learner] = state
    return {learner: FileCheck(check_chain(own), seals[learner], *_clock_jumps(own)) for learner, own in events.items()}


def _exports(attempts: Iterable[Attempt]) -> list[list[Attempt]]:
    """Return the exports in a file; each ends with its seal, if it has one."""
    exports: list[list[Attempt]] = [[]]
    for attempt in attempts:
        exports[-1].append(attempt)
        if attempt.seal is not None:
            exports.append([])
    return [lines for lines in exports if lines]


def _seal_state(lines: Sequence[Attempt]) -> SealState:
    seal = lines[-1].seal
    if seal is None:
        return "no end" if any(attempt.event.link for attempt in lines) else "whole"
    sealing = Sealing()
    for attempt in lines:
        sealing.add(attempt.event)
    return "whole" if sealing.fits(seal) else "changed"


def _clock_jumps(events: Sequence[Event]) -> tuple[list[tuple[Event, timedelta]], list[Event]]:
    """Return the events at which the clock was set back during a try, and those that are dated ahead of now."""
    back: list[tuple[Event, timedelta]] = []
    latest: dict[str, str] = {}
    limit = (datetime.now(UTC) + _MAX_AHEAD).isoformat(timespec="microseconds")
    for event in events:
        before = latest.get(event.worksheet, "")
        # As texts first, which are in the order of the times: to read a time takes much longer.
        if event.at < before and (jump := _time(before) - _time(event.at)) >= _MIN_JUMP:
            back.append((event, jump))
        latest[event.worksheet] = event.at
    return back, [event for event in events if event.at > limit]


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at)
