"""Command groups that import a command's module only when the command runs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tutor.commands.help import LocalizedGroup
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """The place where a command is defined, as `module:attribute` below `tutor.commands`, and the text of its help page."""

    target: str
    help: str

    def load(self) -> click.Command:
        module, _colon, attribute = self.target.partition(":")
        command: click.Command = getattr(import_module(f"tutor.commands.{module}"), attribute)
        command.help = _(self.help)
        return command


class LazyGroup(LocalizedGroup):
    """A group with lazy commands beside those that were added to it."""

    def __init__(self, *args: Any, lazy_commands: Mapping[str, LazyCommand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy_commands = lazy_commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands, *self.lazy_commands])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        lazy = self.lazy_commands.get(cmd_name)
        return super().get_command(ctx, cmd_name) if lazy is None else lazy.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands without loading them: their names and help texts are enough."""
        click.Group(commands=self._unloaded_commands()).format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the commands and options that begin as typed, without loading the commands."""
        commands = [
            CompletionItem(name, help=command.get_short_help_str())
            for name, command in sorted(self._unloaded_commands().items())
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def _unloaded_commands(self) -> dict[str, click.Command]:
        """Return commands of which only the name and the help text are right."""
        stubs = {name: click.Command(name, help=_(lazy.help)) for name, lazy in self.lazy_commands.items()}
        return {**self.commands, **stubs}
