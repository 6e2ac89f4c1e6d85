"""Addresses of packs on the web: only https, without passwords."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from tutor.i18n import N_, message
from tutor.packs.diagnostics import pack_error

NO_ADDRESS = N_("“{address}” is not an address. Write it like https://example.org/week-1.zip.")
_NOT_HTTPS = N_("“{address}” can't be loaded. Only addresses that begin with https:// are accepted.")
_PASSWORD = N_("“{address}” contains a user name or a password. Remove it from the address.")


def is_address(text: str) -> bool:
    """Return whether a text is meant as an address and not as a path: it begins as in `https://`."""
    scheme, separator, _rest = text.partition("://")
    return bool(separator) and scheme.isalnum()


def check_address(address: str) -> SplitResult:
    """Return the parts of an https address. Raise PackError."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - it raises an error for what is no number
    except ValueError:
        raise pack_error(message(NO_ADDRESS, address=address)) from None
    if parts.scheme.lower() != "https":
        raise pack_error(message(_NOT_HTTPS, address=address))
    if not parts.hostname or any(character.isspace() or not character.isprintable() for character in address):
        raise pack_error(message(NO_ADDRESS, address=address))
    if "@" in parts.netloc:
        raise pack_error(message(_PASSWORD, address=address))
    return parts
