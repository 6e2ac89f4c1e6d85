"""Boundary around each exercise: a fault of the program in one exercise must not take down the others."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import PackError, pack_error

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNEXPECTED = N_(
    "This exercise can't be used because of an error in backprop-tutor ({fault}). Please report it to the developers."
)


@contextmanager
def exercise_boundary(path: Path | None = None) -> Iterator[None]:
    """Raise `PackError` for whatever fails inside, about the file at `path`.

    An error with a message of its own, of a formula or a value that is not finite, keeps that message. Any other
    exception is a fault of the program. It stays the cause of what is raised.
    """
    try:
        yield
    except PackError:
        raise
    except Exception as error:
        text = getattr(error, "message", None)
        raise (pack_error(text, path) if isinstance(text, Message) else unexpected_error(error, path)) from error


def unexpected_error(error: Exception, path: Path | None = None) -> PackError:
    """Return the error to raise for a fault of the program: its kind, and the line of code that raised it."""
    return pack_error(message(_UNEXPECTED, fault=_describe(error)), path)


def is_unexpected(error: PackError) -> bool:
    """Return whether some of the error is a fault of the program rather than of the file."""
    return any(diagnostic.message.text == _UNEXPECTED for diagnostic in error.diagnostics)


def _describe(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    kind = type(error).__name__
    return kind if trace is None else f"{kind}, {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
