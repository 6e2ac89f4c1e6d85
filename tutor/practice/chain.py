"""The hash chain of events: each holds a hash of itself and of the event stored before it, so that changes show.

A link is written `1:before:own`: the version of this scheme, the hash of the event stored before, empty for the first,
and the event's own hash, which covers both. The hash needs no secret: whoever runs this code can write another chain.
An event that was stored in two files independently has the links of both, with a space between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.packs.sanitize import escape_invisible
from tutor.practice.event import SALVAGED, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tutor.practice.event import Event

_SCHEME = "1"
_LINK = re.compile(r"1:([0-9a-f]{16})?:([0-9a-f]{16})")
_LATER_LINK = re.compile(r"[1-9][0-9]*:\S*")
#: In every stored time of ours, which needs no reading.
_UTC = "+00:00"
#: A text with the hashes of this many lost events fits into a line of an export.
_MAX_LOST = 2000


def hash_of(event: Event, before: str) -> str:
    """Return the hash of an event that is stored after the one with the hash `before`.

    It is the same after an export and an import, which write invisible characters out. The fields are named here,
    because an event of a later version has more of them.
    """
    texts: tuple[str, ...] = (
        before,
        event.id,
        event.at if event.at.endswith(_UTC) else _canonical_time(event.at),
        event.worksheet,
        event.kind,
        event.pack,
        event.exercise,
        event.rule,
        event.blank,
        event.text,
        event.verdict,
        event.mistake,
        event.fingerprint,
        event.content,
        event.message,
        event.program,
        str(event.seed),
        str(event.hints),
        repr(float(event.duration)),
        str(int(event.proof)),
        str(event.position),
    )
    if not all(map(str.isprintable, texts)):  # as in most events
        texts = tuple(map(escape_invisible, texts))
    # No text contains the separator now.
    return sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def _canonical_time(at: str) -> str:
    try:
        return parse_time(at)
    except ValueError:
        return at


def with_link(event: Event, before: str) -> Event:
    """Return an event with the link of one that is stored after the one with the hash `before`."""
    return replace(event, link=f"{_SCHEME}:{before}:{hash_of(event, before)}")


def own_hash(link: str) -> str:
    """Return the hash of the event with this link, of its own; empty if there is none."""
    return link.split(" ")[0].rpartition(":")[2]


def joined_links(one: str, other: str) -> str:
    """Return the links of an event that has some in two files."""
    return " ".join(dict.fromkeys((*one.split(), *other.split())))


def fitting_links(event: Event, links: str) -> str:
    """Return those of some links that are the event's."""
    return " ".join(link for link in links.split() if _fits(event, link))


@dataclass(slots=True)
class ChainCheck:
    """The findings from the chain of some events. `known_before` counts those of versions that had no chain.

    `changed` are the events that are not as they were stored, `gaps` the events in front of which one is missing.
    `lost` counts what was said to be lost or changed when a damaged file was replaced; it is in neither of the two.
    `unreadable` counts links of a later version, about which nothing can be said.
    """

    events: int = 0
    known_before: int = 0
    changed: list[Event] = field(default_factory=list)
    gaps: list[Event] = field(default_factory=list)
    lost: int = 0
    unreadable: int = 0

    @property
    def linked(self) -> int:
        return self.events - self.known_before

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed or removed, as far as the chain shows."""
        return not (self.changed or self.gaps)


def check_chain(events: Iterable[Event]) -> ChainCheck:
    """Check the links of all events of a file, in any order."""
    check = ChainCheck()
    events = list({event.id: event for event in events}.values())
    present: set[str] = set()
    changed: list[Event] = []
    for event in events:
        links = event.link.split()
        present.update(own_hash(link) for link in links)
        check.events += 1
        if not links and not event.program:
            check.known_before += 1
        elif any(_is_later(link) for link in links):
            check.unreadable += 1
        elif not links or not all(_fits(event, link) for link in links):
            changed.append(event)
    broken = {event.id for event in changed}
    gaps = [event for event in events if event.id not in broken and _lacks_one_before(event, present)]
    notes = [event.text for event in events if event.kind == SALVAGED and event.id not in broken]
    lost = set(" ".join(notes).split())
    check.changed = [event for event in changed if own_hash(event.link) not in lost]
    check.gaps = [event for event in gaps if not lost.intersection(_hashes_before(event))]
    check.lost = len(changed) + len(gaps) - len(check.changed) - len(check.gaps)
    return check


def _is_later(link: str) -> bool:
    return not link.startswith(f"{_SCHEME}:") and _LATER_LINK.fullmatch(link) is not None


def _fits(event: Event, link: str) -> bool:
    match = _LINK.fullmatch(link)
    return match is not None and hash_of(event, match[1] or "") == match[2]


def _hashes_before(event: Event) -> list[str]:
    return [match[1] for link in event.link.split() if (match := _LINK.fullmatch(link)) is not None and match[1]]


def _lacks_one_before(event: Event, present: set[str]) -> bool:
    """Return whether the event stored before is missing; one of several links is enough to have it."""
    links = event.link.split()
    before = _hashes_before(event)
    return len(before) == len(links) > 0 and not present.intersection(before)


def lost_events(events: Sequence[Event]) -> Iterator[str]:
    """Yield the texts of `SALVAGED` events for what the links of a replaced file lack, as `check_chain` reads them."""
    check = check_chain(events)
    lost = [own_hash(event.link) for event in check.changed if event.link]
    lost += [before for event in check.gaps for before in _hashes_before(event)]
    for start in range(0, len(lost), _MAX_LOST):
        yield " ".join(lost[start : start + _MAX_LOST])
