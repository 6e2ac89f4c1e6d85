"""The learner's progress file, opened for a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.plain.notices import print_notices
from tutor.practice import learner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.practice.storage.store import Store


@contextmanager
def open_store() -> Iterator[Store]:
    """Open the learner's progress file, and report what is wrong with it on standard error.

    Damage may be found only when the command reads further, so notices are reported after it as well.
    """
    store = learner.open_store()
    print_notices(store)
    try:
        with store:
            yield store
    finally:
        print_notices(store)
