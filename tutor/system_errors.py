"""What the system says when a file can't be used, in the language of the program."""

from __future__ import annotations

from tutor.i18n import N_, _

#: As POSIX systems say it.
_KNOWN = frozenset(
    {
        N_("No such file or directory"),
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("Is a directory"),
        N_("Not a directory"),
        N_("File exists"),
        N_("File name too long"),
        N_("No space left on device"),
        N_("Disk quota exceeded"),
        N_("Read-only file system"),
        N_("Input/output error"),
        N_("Too many levels of symbolic links"),
    }
)


def reason(error: Exception) -> str:
    """Why a file can't be used, in words."""
    said = getattr(error, "strerror", None) or str(error)
    return _(said) if said in _KNOWN else said
