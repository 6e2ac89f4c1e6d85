"""Downloads from https addresses that a learner gives: bounded in size and time, with every redirect checked."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit

from tutor import __version__
from tutor.i18n import N_, describe_os_error, message
from tutor.packs.addresses import NO_ADDRESS, check_address
from tutor.packs.diagnostics import pack_error

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import IO

    from tutor.i18n import Message

#: Seconds for the whole download, and for the server to say anything.
TIME_LIMIT, _SILENCE_LIMIT = 60.0, 15.0
_MAX_REDIRECTS = 5
_CHUNK = 1 << 16
#: Characters that stay as they are in an address; all others are written with % signs.
_SAFE = "%/:=&?~#+!$,;'@()*[]"

_TOO_LARGE = N_("{address} is larger than {n} MiB, too large for a pack. Nothing was loaded.")
_TOO_SLOW = N_("{host} took longer than {n} s. Try again later.")
_CUT_OFF = N_("The connection to {host} ended too early. Try again.")
_STATUS = N_("{address} can't be loaded. The server answered {code} ({reason}). Check the address.")
_CERTIFICATE = N_("The certificate of {host} can't be trusted: {reason}. Nothing was loaded.")
_NO_TLS = N_("{host} has no secure connection: {reason}. Nothing was loaded.")
_NO_HOST = N_("The host {host} does not exist, or there is no network. Check the address.")
_NO_CONNECTION = N_("There is no connection to {host}: {reason}. Try again later.")
_NO_WEB_SERVER = N_("{host} does not answer like a web server. Check the address.")
_REDIRECTS = N_("{address} only redirects to other addresses and never to a file. Check the address.")


@dataclass(frozen=True, slots=True)
class Download:
    """The loaded data, the final address, and the hosts on the way that are in a private network."""

    content: bytes
    address: str
    private_hosts: tuple[str, ...] = ()


def download(address: str, max_bytes: int) -> Download:
    """Return what is at an address. Raise PackError if that is larger, or takes longer than `TIME_LIMIT`."""
    host = check_address(address).hostname
    results: SimpleQueue[Download | Exception] = SimpleQueue()
    # A limit for each answer of the server would not end one that sends a byte now and then.
    Thread(target=_put_result, args=(results, address, max_bytes), daemon=True).start()
    try:
        result = results.get(timeout=TIME_LIMIT)
    except Empty:
        raise pack_error(message(_TOO_SLOW, host=host, n=round(TIME_LIMIT))) from None
    if isinstance(result, Exception):
        raise result
    return result


def _put_result(results: SimpleQueue[Download | Exception], address: str, max_bytes: int) -> None:
    try:
        results.put(_Loader(max_bytes).load(address))
    except Exception as error:  # It is raised where the result is awaited.
        results.put(error)


class _Loader(request.HTTPRedirectHandler):
    """One download, which follows redirects to other https addresses."""

    max_redirections = _MAX_REDIRECTS

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._private_hosts: list[str] = []
        self._address = ""

    def load(self, address: str) -> Download:
        self._go_to(address)
        opener = request.OpenerDirector()
        # Without the handlers of files, FTP and http that urllib has by itself.
        for handler in (
            request.ProxyHandler(),
            request.HTTPSHandler(context=ssl.create_default_context()),
            request.HTTPDefaultErrorHandler(),
            request.HTTPErrorProcessor(),
            self,
        ):
            opener.add_handler(handler)
        headers = {"User-Agent": f"backprop-tutor/{__version__}", "Accept-Encoding": "identity"}
        try:
            with opener.open(request.Request(_ascii(address), headers=headers), timeout=_SILENCE_LIMIT) as response:
                content = self._read(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise pack_error(self._describe(error)) from None
        return Download(content, self._address, tuple(dict.fromkeys(self._private_hosts)))

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> request.Request | None:
        self._go_to(newurl)
        return super().redirect_request(req, fp, code, msg, headers, _ascii(newurl))

    def _go_to(self, address: str) -> None:
        """Check an address before anything is asked there. Raise PackError."""
        parts = check_address(address)
        self._address = address
        assert parts.hostname
        if _is_private(parts.hostname):
            self._private_hosts.append(parts.hostname)

    def _read(self, response: Any) -> bytes:
        announced = response.headers.get("Content-Length", "")
        length = int(announced) if announced.isdecimal() else None
        content = bytearray()
        while length is None or length <= self._max_bytes:
            chunk = response.read1(_CHUNK)
            content += chunk
            if len(content) > self._max_bytes:
                break
            if not chunk:
                if length is not None and len(content) < length:
                    raise http.client.IncompleteRead(bytes(content))
                return bytes(content)
        raise pack_error(message(_TOO_LARGE, address=self._address, n=self._max_bytes >> 20))

    def _describe(self, error: Exception) -> Message:
        host, reason = urlsplit(self._address).hostname or "", getattr(error, "reason", error)
        if isinstance(error, HTTPError):
            if error.code in (301, 302, 303, 307, 308):
                return message(_REDIRECTS, address=self._address)
            known = error.code in set(HTTPStatus)
            phrase = HTTPStatus(error.code).phrase if known else "?"
            return message(_STATUS, address=self._address, code=error.code, reason=phrase)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return message(_CERTIFICATE, host=host, reason=reason.verify_message.rstrip("."))
        if isinstance(reason, ssl.SSLError):
            return message(_NO_TLS, host=host, reason=reason.reason or "TLS")
        if isinstance(reason, TimeoutError):
            return message(_TOO_SLOW, host=host, n=round(_SILENCE_LIMIT))
        if isinstance(reason, socket.gaierror | UnicodeError):
            return message(_NO_HOST, host=host)
        if isinstance(error, http.client.IncompleteRead | ConnectionResetError):
            return message(_CUT_OFF, host=host)
        if isinstance(reason, OSError) and not isinstance(reason, URLError):
            return message(_NO_CONNECTION, host=host, reason=describe_os_error(reason))
        return message(_NO_WEB_SERVER, host=host)


def _ascii(address: str) -> str:
    """Return an address as it is sent: with international names and other letters in ASCII."""
    parts = urlsplit(address)
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        raise pack_error(message(NO_ADDRESS, address=address)) from None
    place = f"[{host}]" if ":" in host else host
    place += f":{parts.port}" if parts.port is not None else ""
    return urlunsplit((parts.scheme, place, quote(parts.path, safe=_SAFE), quote(parts.query, safe=_SAFE), ""))


def _is_private(host: str) -> bool:
    """Return whether a host is in the learner's own network, or this computer."""
    try:
        found = {str(each[4][0]).partition("%")[0] for each in socket.getaddrinfo(host, None)}
        return any(not ipaddress.ip_address(address).is_global for address in found)
    except (OSError, ValueError):
        return False
