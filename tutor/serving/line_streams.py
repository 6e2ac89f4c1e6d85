"""Standard input and output of a session in plain lines: text in the packets of a session with a screen."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PRELUDE = b"__GANGLION__\n"
_HEAD_SIZE = 5


class _PacketInput(io.RawIOBase):
    """The text of the packets of a file descriptor. It ends with the packet that isn't text: the server's last word."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        while not self._text:
            head = self._read(_HEAD_SIZE)
            if len(head) < _HEAD_SIZE:
                return 0
            payload = self._read(int.from_bytes(head[1:], "big"))
            if head[:1] == b"M" and b'"quit"' in payload:
                return 0
            self._text = payload if head[:1] == b"D" else b""
        size = min(len(view), len(self._text))
        view[:size] = self._text[:size]
        self._text = self._text[size:]
        return size

    def _read(self, size: int) -> bytes:
        """Return so many bytes, fewer at the end."""
        parts = b""
        while len(parts) < size:
            try:
                part = os.read(self._descriptor, size - len(parts))
            except OSError:
                return parts
            if not part:
                break
            parts += part
        return parts


class _PacketOutput(io.RawIOBase):
    """A file descriptor to which text is written in packets. A server that has gone needs none any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        text = bytes(data)
        _write_all(self._descriptor, b"D" + len(text).to_bytes(_HEAD_SIZE - 1, "big") + text)
        return len(text)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError:
        pass


def use_lines(source: int, output: int) -> None:
    """Make the packets of two file descriptors the standard streams."""
    _write_all(output, _PRELUDE)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_PacketInput(source)), encoding="utf-8", errors="replace")
    # Errors and notices belong to the learner, too.
    sys.stdout = sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_PacketOutput(output)), encoding="utf-8", errors="replace", line_buffering=True
    )
