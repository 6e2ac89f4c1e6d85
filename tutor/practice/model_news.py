"""News about how progress is measured, told once after an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.i18n import Message
    from tutor.practice.storage.store import Store

_NEWS = N_(
    "Progress is now measured in steps. A rule is solid after three right answers on the first try, in "
    "two exercises and on two days. All your answers were counted again; nothing is lost. Solid rules "
    "before: {before}, now: {now}. F1 in Progress explains the steps."
)


def take_model_news(store: Store) -> Message | None:
    """Return what changed in how progress is measured, the first time it is asked for after the skills were rebuilt."""
    change = store.with_database(lambda database: database.take_model_change())
    return None if change is None else message(_NEWS, before=change.solid_before, now=change.solid_now)
