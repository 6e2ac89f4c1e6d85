"""The hash chain in the progress file: the head that new events follow, and links that events have elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor import __version__
from tutor.practice.chain import fitting_links, joined_links, lost_events, own_hash, with_link
from tutor.practice.event import SALVAGED, Event, new_id
from tutor.practice.storage.migrations import protect_events, unprotect_events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence


class ChainHead:
    """The hash of the last event that was stored here. Use one within a transaction, and `save` it at its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.hash = read_head(connection)

    def following(self, event: Event) -> Event:
        """Return an event linked to the head; one that has a link keeps it."""
        return event if event.link else with_link(event, self.hash)

    def move_to(self, event: Event) -> None:
        """Let the next event follow this one, which was stored."""
        self.hash = own_hash(event.link)

    def save(self) -> None:
        self._connection.execute("UPDATE chain SET head = ?", (self.hash,))


def read_head(connection: sqlite3.Connection) -> str:
    """Return the hash of the last event that was stored here; empty if there is none yet."""
    row = connection.execute("SELECT head FROM chain").fetchone()
    return str(row[0]) if row else ""


def notes_of_losses(events: Sequence[Event]) -> list[Event]:
    """Return events that note what the chain of a damaged file lacks, so that nobody is taken to have removed it."""
    return [
        Event(kind=SALVAGED, worksheet=new_id(), pack="", exercise="", text=text, fingerprint="", program=__version__)
        for text in lost_events(events)
    ]


def add_links(connection: sqlite3.Connection, events: Iterable[Event], links: Mapping[str, str]) -> None:
    """Add links to stored events that were stored in another file as well, so that what follows them there fits.

    `links` are those of the other file, by the ids of the events. Call it within a transaction.
    """
    joined = {event.id: joined_links(event.link, fitting_links(event, links[event.id])) for event in events}
    if joined:
        unprotect_events(connection)
        connection.executemany("UPDATE event SET link = ? WHERE id = ?", [(link, id) for id, link in joined.items()])
        protect_events(connection)
