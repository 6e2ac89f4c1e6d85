"""What the server offers, to whom, and to how many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """What the server offers, and to whom.

    With `links_only` nobody comes in but by a personal link. With `single` everyone who reaches it is the one learner of this account. `packs` are the folders of the packs to
    list. `origins` are addresses besides its own whose pages may connect.
    """

    prefix: str = ""
    single: bool = False
    class_token: str = ""
    links_only: bool = False
    packs: Sequence[Path] = ()
    origins: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sessions there may be, and after how many seconds one ends without a key or without a page."""

    sessions: int
    idle_after: float
    alone_after: float
