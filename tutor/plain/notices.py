"""Notices about the progress file on standard error, and news among the text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.practice.model_news import take_model_news

if TYPE_CHECKING:
    from tutor.plain.console import Console
    from tutor.practice.storage.store import Store


def print_notices(store: Store) -> None:
    """Print what is wrong with the progress file, each notice once."""
    for notice in store.new_notices():
        # A closed stream is None.
        if sys.stderr is not None:
            print(notice, file=sys.stderr, flush=True)


def print_news(console: Console, store: Store) -> None:
    """Print what an update changed in how progress is measured, once."""
    news = take_model_news(store)
    if news is not None:
        console.print(news, "")
