"""Playing a replay: which step it is at, and how far the gradient is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.grading.replay import Replay

#: How much faster than usual the replay runs.
SPEEDS = (0.5, 1.0, 2.0, 4.0)
_USUAL = 1
#: The frames of a step on its way, and those that follow before the next one, at the usual speed.
_MOVING_FRAMES = 16
_READING_FRAMES = 36


class Player:
    """Moves a replay in frames. `progress` is how far the current step is on its way, from 0 to 1."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self.progress = 1.0
        self.is_playing = False
        self.speed = _USUAL
        self._reading = 0.0

    @property
    def is_running(self) -> bool:
        """Return whether the next frame changes anything."""
        return self.is_playing or self.progress < 1

    @property
    def visible_places(self) -> frozenset[str]:
        """Return the places whose values have landed."""
        places = self._replay.visible_places
        return places if self.progress >= 1 else places - {self._replay.current_step.place.id}

    def move(self, by: int, moves: bool) -> bool:
        """Move `by` steps and return whether that changed anything; a single step on runs if anything `moves`."""
        changed = self._replay.move(by) or self.progress < 1
        self.is_playing = False
        self._start(moves and by == 1 and changed)
        return changed

    def go_to(self, place: str) -> bool:
        """Go to the step of a place; return False if it has none."""
        self.is_playing = False
        self._start(False)
        return self._replay.go_to(place)

    def toggle(self, moves: bool) -> None:
        """Play on from here, from the start if this is the end; or pause."""
        self.is_playing = not self.is_playing
        if self.is_playing and self.progress >= 1:
            if not self._replay.move(1):
                self._replay.move(-len(self._replay.steps))
            self._start(moves)

    def stop(self) -> None:
        """Stop playing, with the current step at its end."""
        self.is_playing = False
        self._start(False)

    def tick(self, moves: bool) -> bool:
        """Move on by a frame, and return whether anything changed."""
        factor = SPEEDS[self.speed]
        if self.progress < 1:
            self.progress = min(self.progress + factor / _MOVING_FRAMES, 1.0) if moves else 1.0
            return True
        if not self.is_playing:
            return False
        self._reading += factor
        if self._reading < _READING_FRAMES:
            return False
        if self._replay.move(1):
            self._start(moves)
        else:
            self.is_playing = False
        return True

    def _start(self, moves: bool) -> None:
        self.progress = 0.0 if moves else 1.0
        self._reading = 0.0
