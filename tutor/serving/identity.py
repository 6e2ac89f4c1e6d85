"""Identities of learners: names that may be folders, signatures for cookies and links, and the secret behind them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import time
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from pathlib import Path

#: A name is a folder on every system: letters and digits of any language, with few signs, none of them at its ends.
_NAME = re.compile(r"[^\W_]([\w.@+-]{0,62}[^\W_])?")
#: No system takes longer names for files.
_MAX_BYTES = 200
#: Names that Windows takes for devices, should the folders be copied there.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_SECRET_FILE = "secret"
_SECRET_BYTES = 32
#: Seconds that a page may take to open its connection. Proxies write the address of a connection into their logs.
TICKET_SECONDS = 3600


def clean_name(text: str) -> str | None:
    """Return a learner's name as it is used for the folder: in small letters; None if it can't be one."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    is_name = _NAME.fullmatch(name) and not _DEVICES.fullmatch(name) and ".." not in name
    return name if is_name and len(name.encode("utf-8", "replace")) <= _MAX_BYTES else None


def new_name() -> str:
    """Return a name for a learner who gave none."""
    return f"guest-{secrets.token_hex(6)}"


class Signer:
    """Signs names with the server's secret, each signature for one purpose."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def load(cls, folder: Path) -> Signer:
        """Read the secret from a folder, or make one there. Raise OSError if that is impossible."""
        path = folder / _SECRET_FILE
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
        secret = path.read_bytes()
        if len(secret) < _SECRET_BYTES:  # a kill between the creation and the write
            path.unlink()
            return cls.load(folder)
        return cls(secret)

    def _signature(self, purpose: str, text: str) -> str:
        digest = hmac.new(self._secret, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()

    @property
    def cookie(self) -> str:
        """Return the name of the cookie, which differs for servers on other ports of this computer: they share cookies."""
        return f"backprop-tutor-{hashlib.sha256(self._secret).hexdigest()[:8]}"

    def key_of(self, learner: str) -> str:
        """Return the key of the personal link of a learner, whose id counts as it is written."""
        return self._signature("link", learner)

    def is_key(self, learner: str, key: str) -> bool:
        return hmac.compare_digest(self.key_of(learner).encode(), key.encode())

    def sign(self, purpose: str, text: str) -> str:
        """Return a text with its signature, in letters that cookies and addresses may have."""
        return f"{self._signature(purpose, text)}.{quote(text, safe='')}"

    def unsign(self, purpose: str, signed: str) -> str | None:
        """Return the text of a signed text, None if it was not signed here."""
        signature, _dot, quoted = signed.partition(".")
        text = unquote(quoted)
        expected = self._signature(purpose, text)
        return text if hmac.compare_digest(expected.encode(), signature.encode()) else None

    def ticket(self, learner: str) -> str:
        """Return what lets a page of this learner open its connection."""
        return self.sign("ticket", f"{int(time.time()) + TICKET_SECONDS}.{learner}")

    def learner_of(self, ticket: str) -> str | None:
        """Return whose ticket this is, None if it is none or too old."""
        until, _dot, learner = (self.unsign("ticket", ticket) or "").partition(".")
        return learner if until.isdigit() and int(until) > time.time() else None
