"""The terminal in a browser: packets over a socket whose other end may go, come back, or stop reading at any moment."""

from __future__ import annotations

import json
import os
import selectors
from codecs import getincrementaldecoder
from contextlib import suppress
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.geometry import Size
from textual.message import Message

from tutor.tui.key_parser import KeyParser

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO, TextIO

#: The file descriptors of the socket, as those of a terminal would be.
_INPUT, _OUTPUT = 0, 1
_READ_SIZE = 65_536
#: Seconds to wait for the rest of an escape sequence, and for anything else.
_ESCAPE_WAIT = 0.1
_IDLE_WAIT = 5.0
#: Waits for the rest of an escape sequence after the last key: the parser takes Esc for a key after half a second.
_ESCAPE_ROUNDS = 8
#: Seconds at most until the first screen is there.
_START_WAIT = 20.0
#: The largest file that is sent to the browser.
_MAX_FILE_BYTES = 64 * 2**20


class BrowserDriver(WebDriver):
    """Textual's driver for browsers, which expects that the browser stays and that everything is read at once."""

    class ExerciseWanted(Message):
        """A link has asked for an exercise by its name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Left(Message):
        """The server has ended the session, or has gone."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._write_lock = Lock()
        self._takes_keys = Event()
        self._write = partial(self._send)

    # --- output ---

    def _send(self, packet: bytes) -> int:
        """Send a packet in full. A server that has gone needs nothing any more, but its writer must not stop."""
        rest = memoryview(packet)
        with self._write_lock, suppress(OSError):
            while rest:
                rest = rest[os.write(_OUTPUT, rest) :]
        return len(packet)

    def _start_screen(self) -> None:
        """Send what a terminal needs before the first paint, to one that has just come."""
        self.write("\x1b[?1049h\x1b[?25l\x1b[H")
        self._enable_mouse_support()
        self._enable_bracketed_paste()

    # --- input ---

    def take_keys(self) -> None:
        """Pass keys on from now on: what was typed before the screen was there belongs to it."""
        self._takes_keys.set()

    def run_input_thread(self) -> None:
        """Read packets until the server has gone or the app has ended."""
        parser = KeyParser(self.process_message, self._debug)
        decode = getincrementaldecoder("utf-8")(errors="ignore").decode
        stream, rounds = ByteStream(), 0
        with selectors.DefaultSelector() as selector:
            selector.register(_INPUT, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_ESCAPE_WAIT if rounds else _IDLE_WAIT):
                    received = _read()
                    if not received:
                        self._app.post_message(self.Left())
                        return
                    rounds = _ESCAPE_ROUNDS
                    for kind, payload in stream.feed(received):
                        if kind == "D":
                            self._takes_keys.wait(_START_WAIT)
                            parser.feed(decode(payload))
                        else:
                            self._on_meta(kind, payload)
                parser.tick()
                rounds = max(rounds - 1, 0)

    def on_meta(self, packet_type: str, payload: dict[str, Any]) -> None:
        """Process a packet of the server that is no key."""
        if packet_type == "attach":
            # Another page has come, which has nothing on its screen yet.
            self._start_screen()
            size = Size(payload["width"], payload["height"])
            self._app.call_later(self._repaint, size)
        elif packet_type == "quit":
            self._app.post_message(self.Left())
        elif packet_type == "open":
            self._app.post_message(self.ExerciseWanted(payload["exercise"]))
        else:
            super().on_meta(packet_type, payload)

    def _repaint(self, size: Size) -> None:
        super().on_meta("resize", {"width": size.width, "height": size.height})
        self._app.refresh(layout=True)

    # --- files ---

    def deliver_binary(
        self, binary: BinaryIO | TextIO, *, save_path: Path, mime_type: str | None = None, **_: Any
    ) -> None:
        """Send a file to the browser, which saves it as one that was downloaded."""
        with binary:
            binary.seek(0)
            content = binary.read(_MAX_FILE_BYTES)
        content = content.encode("utf-8") if isinstance(content, str) else content
        head = json.dumps({"name": save_path.name, "type": mime_type or "application/octet-stream"}).encode("utf-8")
        size = 4 + len(head) + len(content)
        self._send(b"F" + size.to_bytes(4, "big") + len(head).to_bytes(4, "big") + head + content)


def _read() -> bytes:
    """Return what has come, nothing if the server has gone."""
    try:
        return os.read(_INPUT, _READ_SIZE)
    except OSError:
        return b""
