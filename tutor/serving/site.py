"""Settings of the server: the exercises it offers, who may come in, and how many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """The settings of the server: the exercises it offers, and who may come in.

    With `links_only` only people with a personal link are admitted. With `single` everyone who reaches it is the one
    learner of this account. `packs` are the folders of the packs to list. `origins` are addresses besides its own whose
    pages may connect.
    """

    prefix: str = ""
    single: bool = False
    class_token: str = ""
    links_only: bool = False
    packs: Sequence[Path] = ()
    origins: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The number of sessions, and the seconds after which one ends without a key or without a page."""

    sessions: int
    idle_after: float
    alone_after: float
