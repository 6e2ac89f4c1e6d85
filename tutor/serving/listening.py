"""The address of the server: a host and a port, or a Unix socket."""

from __future__ import annotations

import errno
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.i18n import N_, describe_os_error, message

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.i18n import Message

_CANT_LISTEN = N_("The server can't listen on {address}: {reason}. Choose another --host or --port.")
_PORT_TAKEN = N_("Port {port} on {host} is in use by another program. Choose another one: --port {other}.")
_CANT_LISTEN_SOCKET = N_("The server can't listen on {address}: {reason}. Choose another --unix-socket.")
_SOCKET_TAKEN = N_("A server is already listening on {address}. Stop it, or choose another --unix-socket.")
_NO_SUCH_HOST = N_(
    "This computer doesn't have the address {host}. Choose another --host, such as 127.0.0.1 or 0.0.0.0."
)
_LAST_PORT = 65535


class ListenError(Exception):
    """The server can't listen where it should."""

    def __init__(self, text: Message) -> None:
        super().__init__(str(text))


@dataclass(frozen=True, slots=True)
class Place:
    """The address of the server: a host and a port, or a Unix socket."""

    host: str = "127.0.0.1"
    port: int = 8000
    unix_socket: Path | None = None


def open_socket(place: Place) -> socket.socket:
    """Return a socket that is bound to a place. Raise ListenError with the reason in one sentence."""
    if place.unix_socket is not None:
        return _open_unix_socket(place.unix_socket)
    shown = f"{place.host}:{place.port}"
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise ListenError(message(_NO_SUCH_HOST, host=place.host)) from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(256)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            other = place.port + 1 if place.port < _LAST_PORT else place.port - 1
            raise ListenError(message(_PORT_TAKEN, port=place.port, host=place.host, other=other)) from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise ListenError(message(_NO_SUCH_HOST, host=place.host)) from None
        raise ListenError(message(_CANT_LISTEN, address=shown, reason=describe_os_error(error))) from None
    listening.setblocking(False)
    return listening


def _open_unix_socket(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            # What a server that was killed has left is no reason not to start.
            if stat.S_ISSOCK(path.lstat().st_mode):
                if _has_server(path):
                    raise ListenError(message(_SOCKET_TAKEN, address=path))
                path.unlink()
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(256)
    except ListenError:
        listening.close()
        raise
    except OSError as error:
        listening.close()
        raise ListenError(message(_CANT_LISTEN_SOCKET, address=path, reason=describe_os_error(error))) from None
    listening.setblocking(False)
    return listening


def _has_server(path: Path) -> bool:
    """Return whether somebody answers at a Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True
