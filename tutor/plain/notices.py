"""Notices about the progress file on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.practice.storage.store import Store


def print_notices(store: Store) -> None:
    """Print what is wrong with the progress file, each notice once."""
    for notice in store.new_notices():
        # A closed stream is None.
        if sys.stderr is not None:
            print(notice, file=sys.stderr, flush=True)
