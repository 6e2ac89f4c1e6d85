"""The terminal: any byte may come, signals leave it clean, and it may be stopped, continued or taken away."""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import sys
import termios
from codecs import IncrementalDecoder, getincrementaldecoder, lookup
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

from tutor.tui.key_parser import KeyParser

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

#: Signals that end the program; the exit code is 128 plus their number, as in a shell.
_END_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
#: Seconds between two looks at whether the input should end.
_POLL_INTERVAL = 0.1
_READ_SIZE = 4096
#: Mouse, focus and paste reports off, lines wrap, the normal screen, the cursor is visible.
_LEAVE_SCREEN = b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"


class _ForgivingStream:
    """A stream whose errors are ignored: a terminal that has gone needs no output, but its writer must not stop."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's driver, which expects a terminal that is never stopped by force, sends only UTF-8 and stays."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        # `RunOptions` has found that standard output is a terminal; standard error may be a file, or closed.
        assert sys.__stdout__ is not None
        self._output = _ForgivingStream(sys.__stdout__)
        self._file = self._output  # type: ignore[assignment]
        #: Whether the terminal is in the mode of a full screen.
        self.is_active = False
        self._must_stop = False
        self._old_handlers: dict[int, Any] = {}
        for number in _END_SIGNALS:
            # A program started with nohup ignores hangups.
            if signal.getsignal(number) != signal.SIG_IGN:
                self._old_handlers[number] = signal.signal(number, self._on_end_signal)

    # --- signals: a handler runs between any two bytecodes, so that only the event loop may touch the terminal ---

    def _in_loop(self, action: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    def _on_end_signal(self, number: int, _frame: object) -> None:
        # The same signal again ends the program at once, wherever it hangs.
        signal.signal(number, self._end_at_once)
        self._in_loop(partial(self._leave, 128 + number))

    def _leave(self, code: int) -> None:
        if self._app.return_code is None:
            self._app.exit(self._app.return_value, return_code=code)

    def _end_at_once(self, number: int, _frame: object) -> None:
        with suppress(OSError, ValueError, termios.error):
            os.write(self._output.fileno(), _LEAVE_SCREEN)
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os._exit(128 + number)

    def _sigtstp_application(self, *_: object) -> None:
        self._must_stop = True
        self._in_loop(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        # A stop that has not happened yet is off, as the kernel has it with its own.
        self._must_stop = False
        self._in_loop(self._continue)

    def _stop(self) -> None:
        """Give the terminal back, and stop until the program is continued."""
        if self._auto_restart and self.is_active:
            self.suspend_application_mode()
            self._must_signal_resume = True
        if self._must_stop:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Take the terminal over again. After a SIGSTOP it was never given back, but a shell may have changed it."""
        if not self._auto_restart or self._app.return_code is not None:
            return
        if self.is_active:
            self.suspend_application_mode()
        self.resume_application_mode()
        self._app.refresh(layout=True)

    # --- the mode of the terminal ---

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # It returns early where the program is in the background.
        self.is_active = self._key_thread is not None and self._key_thread.is_alive()

    def stop_application_mode(self) -> None:
        if self.is_active:
            self.is_active = False
            super().stop_application_mode()

    def close(self) -> None:
        super().close()
        self._writer_thread = None

    def release(self) -> None:
        """Give the terminal and the signals back for good, however the app has ended."""
        if self.is_active:
            self.stop_application_mode()
        self.close()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)
        for number, handler in self._old_handlers.items():
            if signal.getsignal(number) != self._end_at_once:
                signal.signal(number, handler)
            else:
                # The signal that has ended the program may come again and gives the same exit code, to the very end:
                # the interpreter takes handlers away before it is gone, but goes on ignoring what is ignored.
                atexit.register(signal.signal, number, signal.SIG_IGN)

    def write(self, data: str) -> None:
        """Write to the terminal, unless the program has given it back."""
        if self._writer_thread is not None:
            self._writer_thread.write(data)

    # --- input ---

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            # The terminal has gone.
            self._in_loop(partial(self._leave, 128 + signal.SIGHUP))
        except Exception as error:
            self._in_loop(partial(self._app._handle_exception, error))

    def run_input_thread(self) -> None:
        """Read keys until the exit event is set or the terminal has gone."""
        decoder, parser = input_decoder(), KeyParser(self.process_message, self._debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_POLL_INTERVAL):
                    received = os.read(self.fileno, _READ_SIZE)
                    if not received:
                        raise OSError("end of input")
                    parser.feed(decoder.decode(received))
                parser.tick()


def input_decoder() -> IncrementalDecoder:
    """Return a decoder of what is typed, in the encoding of the terminal. It skips what is no text in it."""
    encoding = getattr(sys.__stdin__, "encoding", None) or "utf-8"
    # A locale of ASCII is nearly always a missing one on a terminal of UTF-8.
    if lookup(encoding).name == "ascii":
        encoding = "utf-8"
    return getincrementaldecoder(encoding)(errors="ignore")
