"""The options that all commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from tutor.i18n import LANGUAGES, N_, _, message
from tutor.run_options import RunOptions

_LANG_HELP = str(message(N_("The language: {codes}."), codes=_(" or ").join(LANGUAGES)))

Function = TypeVar("Function", bound=Callable[..., Any])


def common_options(function: Function) -> Function:
    """Add `--plain`, `--ascii` and `--lang`, before or after the command; the callback gets `options`."""

    @click.option("--plain", is_flag=True, help=_("Plain lines instead of a screen."))
    @click.option("--ascii", "ascii_only", is_flag=True, help=_("Draw with ASCII characters only."))
    @click.option("--lang", type=click.Choice(tuple(LANGUAGES)), expose_value=False, help=_LANG_HELP)
    @click.pass_context
    @functools.wraps(function)
    def with_options(context: click.Context, /, plain: bool, ascii_only: bool, *args: Any, **kwargs: Any) -> Any:
        outer = context.find_object(RunOptions) or RunOptions()
        context.obj = RunOptions(plain or outer.plain, ascii_only or outer.ascii)
        return context.invoke(function, *args, options=context.obj, **kwargs)

    return with_options  # type: ignore[return-value]
