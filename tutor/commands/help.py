"""Help pages in the language in use; click's own words are only in English."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tutor.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Generator

_SECTION_TITLES = {"Options": N_("Options"), "Commands": N_("Commands")}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage:") + " ")

    @contextmanager
    def section(self, name: str) -> Generator[None, None, None]:
        with super().section(_(_SECTION_TITLES.get(name, name))):
            yield


class _Context(click.Context):
    formatter_class = _Formatter


class LocalizedCommand(click.Command):
    """A command with a translated help page."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("Show this help.")
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        self.options_metavar = _("[OPTIONS]")
        return super().collect_usage_pieces(ctx)


class LocalizedGroup(LocalizedCommand, click.Group):
    """A group with a translated help page."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_("[OPTIONS]"), _("[COMMAND] ...")]
