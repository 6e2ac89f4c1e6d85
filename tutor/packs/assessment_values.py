"""Validators of points, shares and times in exercise files and in `pack.toml`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tutor.i18n import N_, message
from tutor.packs.validators import InvalidValueError, parse_id, parse_number

if TYPE_CHECKING:
    from fractions import Fraction

MAX_POINTS = 10_000

_NO_MOMENT = N_("Write a date and a time with a time zone here, such as 2026-12-01T09:00:00+09:00.")
_NO_ZONE = N_("This time has no time zone. Write it as {time}, with your time zone at the end.")


def parse_points(raw: Any) -> Fraction:
    """Return points: an exact number from 0 on."""
    number = parse_number(raw)
    if not 0 <= number <= MAX_POINTS:
        raise InvalidValueError(message(N_("The points must be a number from 0 to {n}."), n=MAX_POINTS))
    return number


def parse_pack_points(raw: Any) -> Fraction | dict[str, Fraction]:
    """Return the points of every exercise of a pack, or those of each by its id."""
    if not isinstance(raw, dict):
        return parse_points(raw)
    points = {}
    for name, value in raw.items():
        try:
            points[parse_id(name)] = parse_points(value)
        except InvalidValueError as error:
            raise InvalidValueError(error.message, name) from None
    return points


def parse_share(raw: Any) -> Fraction:
    """Return a share: an exact number from 0 to 1."""
    number = parse_number(raw)
    if not 0 <= number <= 1:
        raise InvalidValueError(message(N_("The share must be a number from 0 to 1, such as 0.5.")))
    return number


def parse_moment(raw: Any) -> datetime:
    """Return a date and time with its time zone."""
    if isinstance(raw, str):
        with suppress(ValueError):
            raw = datetime.fromisoformat(raw.strip())
    if not isinstance(raw, datetime):
        raise InvalidValueError(message(_NO_MOMENT))
    if raw.tzinfo is None:
        raise InvalidValueError(message(_NO_ZONE, time=f"{raw:%Y-%m-%dT%H:%M:%S}+09:00"))
    return raw
