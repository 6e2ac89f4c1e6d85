"""The learner's progress file, opened for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tutor.practice import learner

if TYPE_CHECKING:
    from tutor.practice.storage.store import Store


def open_store() -> Store:
    """Open the learner's progress file, and report what is wrong with it on standard error."""
    store = learner.open_store()
    if store.notice:
        click.echo(str(store.notice), err=True)
    return store
