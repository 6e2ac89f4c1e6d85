"""Keys and pasted texts one at a time: each reaches what the one before it has opened."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual import events
    from textual.app import App
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.widget import Widget

#: How often a message follows the path of a key. An action takes up to three messages to take effect: the list
#: tells its screen that a row was selected, the screen asks the app to open it, and the app opens it.
_ROUNDS = 3
#: Seconds between two looks at whether the widget that has a key is gone, and how many there are at most.
_POLL_INTERVAL, _MAX_POLLS = 0.25, 40
#: Seconds between two looks at whether a new screen has given a widget the focus, and how many there are at most.
_FOCUS_INTERVAL, _MAX_FOCUS_LOOKS = 0.01, 20


class KeyQueue:
    """Deliver keys and pastes to an app, each when the one before has taken effect.

    Textual gives a key to the widget that has the focus when the key arrives. In a burst that is the one before the
    first key did anything: after `/text` in the list only the slash would come to something.
    """

    class KeyPassed(Message):
        """Follows a key through the same queues, and so arrives at the app after it."""

        def __init__(self, number: int, screen: Screen[Any], rounds: int = _ROUNDS) -> None:
            super().__init__()
            self.number = number
            self.screen = screen
            self.rounds = rounds

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        """`deliver` hands a key to the widget in focus."""
        self._app = app
        self._deliver = deliver
        self._waiting: deque[events.Event] = deque()
        self._is_busy = False
        self._number = 0
        self._timer: Timer | None = None
        self._num_polls = self._num_focus_looks = 0
        #: The screen in front when the last key was delivered.
        self._screen: Screen[Any] | None = None
        #: The widget that was given the last message that follows a key.
        self._target: Widget | None = None

    async def put(self, event: events.Event) -> None:
        """Deliver a key or a paste now, or after those that came before it."""
        self._waiting.append(event)
        if not self._is_busy:
            await self._deliver_next()
        elif self._timer is None:
            self._start_timer()

    def clear(self) -> None:
        """Forget the keys that are waiting."""
        self._waiting.clear()

    async def on_key_passed(self, passed: KeyPassed) -> None:
        """Deliver the next key once nothing of the last one is under way and the screen in front is mounted."""
        if passed.number != self._number:
            return
        screen = self._app.screen
        if screen is not passed.screen:
            self._follow(screen, screen, _ROUNDS)
        elif passed.rounds > 1:
            self._follow(self._app.focused or screen, screen, passed.rounds - 1)
        elif self._is_focus_due(screen):
            self._num_focus_looks += 1
            self._app.set_timer(_FOCUS_INTERVAL, partial(self._follow, screen, screen, 1))
        else:
            # After a move of the focus, which Textual queues in the app, too.
            self._app.call_later(self._deliver_next)

    def _is_focus_due(self, screen: Screen[Any]) -> bool:
        """Return whether a screen that has just been opened is about to give one of its widgets the focus."""
        if screen is self._screen or self._app.focused is not None or self._num_focus_looks >= _MAX_FOCUS_LOOKS:
            return False
        selector = self._app.AUTO_FOCUS if screen.AUTO_FOCUS is None else screen.AUTO_FOCUS
        return bool(selector) and any(widget.focusable for widget in screen.query(selector))

    async def _deliver_next(self) -> None:
        self._stop_timer()
        self._number += 1
        self._num_polls = self._num_focus_looks = 0
        self._is_busy = bool(self._waiting)
        if not self._waiting:
            return
        event = self._waiting.popleft()
        target, screen = self._app.focused or self._app.screen, self._app.screen
        self._screen = screen
        if self._waiting:
            self._start_timer()
        await self._deliver(event)
        self._follow(target, screen, _ROUNDS)

    def _follow(self, target: Widget, screen: Screen[Any], rounds: int) -> None:
        self._target = target
        if not target.post_message(self.KeyPassed(self._number, screen, rounds)):
            self._app.call_later(self._deliver_next)

    def _start_timer(self) -> None:
        self._timer = self._app.set_timer(_POLL_INTERVAL, self._poll)

    async def _poll(self) -> None:
        """Go on if the widget that has the key is gone, and with it the message that follows the key."""
        self._timer = None
        self._num_polls += 1
        is_lost = self._target is None or not self._target.is_attached or self._num_polls > _MAX_POLLS
        if self._is_busy and is_lost:
            await self._deliver_next()
        elif self._is_busy:
            self._start_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
