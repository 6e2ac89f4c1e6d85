"""The state of the lab at one moment, to go back to when an edit is cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class LabSnapshot:
    """The attributes of a lab; dictionaries are copies."""

    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> LabSnapshot:
        """Return a copy of a state."""
        return cls(_copied(state))

    def state(self) -> dict[str, Any]:
        """Return the state again, which may be changed."""
        return _copied(self.attributes)


def _copied(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in state.items()}
