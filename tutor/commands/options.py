"""The options that all commands share."""

from __future__ import annotations

import errno
import functools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tutor.commands.errors import CommandError
from tutor.drawing.cell_width import truncate
from tutor.i18n import LANGUAGES, N_, _, describe_os_error, message
from tutor.packs.sanitize import clean_title
from tutor.run_options import RunOptions

#: In front of an argument that begins with a minus and is not an option, such as `-x^2`.
GUARD = "\x00"
_LANG_HELP = str(message(N_("The language: {codes}."), codes=_(" or ").join(LANGUAGES)))

_NO_FILE_NAME = N_("“{path}” can't be a file name. Check it.")
_MAX_SHOWN = 60

Function = TypeVar("Function", bound=Callable[..., Any])


def usable_path(text: str | Path) -> Path:
    """Return a path with `~` for the home folder.

    Raise CommandError if no file can have this name, or if its folder, or it as a folder, can't be read.
    """
    try:
        path = Path(text).expanduser()
        if stat.S_ISDIR(path.lstat().st_mode):
            next(path.iterdir(), None)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            reason = describe_os_error(error)
            raise CommandError(message(N_("{file} can't be read: {reason}."), file=path, reason=reason), 2) from None
        if error.errno != errno.ENAMETOOLONG:
            return path
    except (RuntimeError, ValueError):  # `~` with a user that does not exist; a zero byte.
        pass
    else:
        return path
    raise CommandError(message(_NO_FILE_NAME, path=truncate(clean_title(str(text)), _MAX_SHOWN)), 2)


class FilePath(click.Path):
    """An argument that is a path, which need not exist. The command itself reports what is wrong with it."""

    def __init__(self) -> None:
        # Without click's own checks, whose messages are only in English.
        super().__init__(readable=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        given = value.removeprefix(GUARD) if isinstance(value, str) else value
        return usable_path(os.fsdecode(super().convert(given, param, ctx)))


def common_options(function: Function) -> Function:
    """Add `--plain`, `--ascii` and `--lang`, before or after the command; the callback gets `options`."""

    @click.option("--plain", is_flag=True, help=_("Use plain text instead of the full screen."))
    @click.option("--ascii", "ascii_only", is_flag=True, help=_("Draw with ASCII characters only."))
    @click.option("--lang", type=click.Choice(tuple(LANGUAGES)), expose_value=False, help=_LANG_HELP)
    @click.pass_context
    @functools.wraps(function)
    def with_options(context: click.Context, /, plain: bool, ascii_only: bool, *args: Any, **kwargs: Any) -> Any:
        outer = context.find_object(RunOptions) or RunOptions()
        context.obj = RunOptions(plain or outer.plain, ascii_only or outer.ascii)
        return context.invoke(function, *args, options=context.obj, **kwargs)

    return with_options  # type: ignore[return-value]
