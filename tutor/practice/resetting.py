"""Begin anew with an exercise, a pack or everything, and take that back."""

from __future__ import annotations

from tutor.practice.event import Event, new_id
from tutor.practice.resets import RESET, RESTORE, Reset
from tutor.practice.store import Store


def reset(store: Store, pack: str = "", exercise: str = "") -> Reset | None:
    """Set aside all that was done so far in an exercise, in a pack, or everywhere. Nothing is deleted.

    None where it can't be saved; then nothing has happened.
    """
    event = Event(kind=RESET, worksheet=new_id(), pack=pack, exercise=exercise, fingerprint="")
    if not _keep(store, event):
        return None
    return next((held for held in resets(store) if held.id == event.id), None)


def restore(store: Store, id: str) -> bool:
    """Take a reset back. False where that can't be saved."""
    return _keep(store, Event(kind=RESTORE, worksheet=new_id(), pack="", exercise="", text=id, fingerprint=""))


def resets(store: Store) -> list[Reset]:
    """The resets that hold, oldest first."""
    return store.consult(lambda database: database.resets()) or []


def _keep(store: Store, event: Event) -> bool:
    """Keep an event now or not at all: one that waits in memory would come into force at another time."""
    if not store.flush():
        return False
    return store.consult(lambda database: database.write([event])) is not None
