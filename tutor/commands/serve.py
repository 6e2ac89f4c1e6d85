"""`backprop-tutor serve`: the tutor as a web page, for learners without a terminal."""

from __future__ import annotations

import ipaddress
import math
import re
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import click

from tutor.commands.completion import complete_packs
from tutor.commands.errors import CommandError
from tutor.commands.help import LocalizedCommand
from tutor.commands.options import FilePath, common_options, usable_path
from tutor.commands.output import echo, format_csv_row
from tutor.commands.roster import read_roster
from tutor.i18n import N_, _, describe_os_error, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import Pack, read_pack
from tutor.packs.path_argument import is_path_argument, open_path
from tutor.packs.title_cache import TitleCache
from tutor.paths import data_folder
from tutor.practice.exercise_index import load_index
from tutor.serving.identity import Signer, clean_name
from tutor.serving.learners import RULES, TITLES, Learners
from tutor.serving.listening import ListenError, Place, open_socket
from tutor.serving.pages import BAD_NAME
from tutor.serving.processes import Processes
from tutor.serving.site import Limits, Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.run_options import RunOptions

_PREFIX = re.compile(r"(/(?!\.\.?(/|$))[\w.~-]+)+")
_DEFAULT_SESSIONS = 50
_FOLDER = "serve"


@click.command(cls=LocalizedCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("The address to listen on; 0.0.0.0 for all."))
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=_("The port; 0 picks a free one.")
)
@click.option("--unix-socket", type=FilePath(), help=_("Listen on this Unix socket instead of a port."))
@click.option("--prefix", default="", metavar="/PATH", help=_("The path that a proxy adds before every address."))
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help=_("The address at which a proxy shows the page. Can be repeated."),
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="PACK",
    help=_("List only this pack. Can be repeated."),
    shell_complete=complete_packs,
)
@click.option(
    "--class-token",
    envvar="BACKPROP_TUTOR_CLASS_TOKEN",
    metavar="CODE",
    help=_("Admit only people with this code, as ?token=CODE in the link or typed in."),
)
@click.option("--links-only", is_flag=True, help=_("Admit only people with a personal link."))
@click.option(
    "--single", is_flag=True, help=_("Serve only yourself: with your own progress, without names or cookies.")
)
@click.option(
    "--sessions",
    default=_DEFAULT_SESSIONS,
    show_default=True,
    type=click.IntRange(1),
    help=_("The number of learners who can work at the same time."),
)
@click.option(
    "--idle",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="MINUTES",
    help=_("End a session after this time without input. The learner can continue it later."),
)
@click.option("--links", type=FilePath(), metavar="CSV", help=_("Print a personal link for each id in a roster."))
@click.option("--url", default="", metavar="URL", help=_("The address that learners open, for --links."))
@common_options
def serve(
    options: RunOptions,
    host: str,
    port: int,
    unix_socket: Path | None,
    prefix: str,
    origins: Sequence[str],
    packs: Sequence[str],
    class_token: str | None,
    links_only: bool,
    single: bool,
    sessions: int,
    idle: float,
    links: Path | None,
    url: str,
) -> int:
    if single and links_only:
        raise CommandError(message(N_("--single and --links-only can't be combined. Choose one.")), 2)
    if prefix and not _PREFIX.fullmatch(prefix):
        raise CommandError(message(N_("--prefix must be a path such as /tutor, without a slash at its end.")), 2)
    if class_token is not None and not class_token.strip():
        raise CommandError(message(N_("The code of --class-token is empty. Give one, or leave out the option.")), 2)
    if math.isnan(idle):
        raise CommandError(message(N_("--idle must be a number of minutes above 0.")), 2)
    origins = [_check_address("--origin", origin.rstrip("/")) for origin in origins]
    if url:
        _check_address("--url", url)
    if not Processes.can_fork():
        raise CommandError(message(N_("serve needs Linux or macOS. On Windows, run it in WSL.")))
    folder = data_folder() / _FOLDER
    try:
        signer = Signer.load(folder)
    except OSError as error:
        raise CommandError(
            message(N_("{path} can't be written: {reason}."), path=folder, reason=describe_os_error(error))
        ) from None
    if links is not None:
        _print_links(signer, links, url or _own_address(host, port, prefix))
        return 0
    if find_spec("aiohttp") is None or find_spec("textual_serve") is None:
        raise CommandError(message(N_('serve needs additional packages: pip install "backprop-tutor[serve]"')))
    is_local = unix_socket is not None or _is_local(host)
    if single and not is_local and not class_token:
        raise CommandError(
            message(
                N_("With --single, everyone who can reach {host} would see your progress. Add --class-token."),
                host=host,
            ),
            2,
        )
    folders = _pack_folders(packs)
    if not single:
        # Each learner gets the list of rules from here; making it would take every one of them seconds.
        titles = TitleCache(folder / TITLES)
        load_index([read_pack(each, titles) for each in folders], folder / RULES)

    try:
        listening = open_socket(Place(host, port, unix_socket))
    except ListenError as error:
        raise CommandError(error) from None

    def say_ready() -> None:
        if unix_socket is not None:
            echo(message(N_("Serving at {address}. Press Ctrl+C to stop."), address=unix_socket))
            return
        address = _address(host, listening.getsockname()[1], prefix)
        echo(message(N_("Serving at {address}. Press Ctrl+C to stop."), address=address))
        if not is_local and not class_token:
            echo(
                message(N_("Everyone who can reach this address can join. Use --class-token to ask for a code.")),
                err=True,
            )

    site = Site(prefix, single, class_token or "", links_only, folders, origins)
    limits = Limits(sessions, idle_after=60 * idle, alone_after=min(60 * idle, 300.0))
    # The help page can be read without the packages that serve.
    server = import_module("tutor.serving.server")
    server.serve(listening, site, signer, Learners(folder), Processes(), limits, say_ready)
    return 0


def _check_address(option: str, text: str) -> str:
    """Return the address given to an option. Raise CommandError if no browser could show it."""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query + parts.fragment
    except ValueError:
        is_address = False
    if not is_address or (option == "--origin" and parts.path):
        example = "https://tutor.example.edu" + ("" if option == "--origin" else "/")
        raise CommandError(
            message(N_("{option} must be an address such as {example}."), option=option, example=example), 2
        )
    return text


def _address(host: str, port: int, prefix: str) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{prefix}/"


def _own_address(host: str, port: int, prefix: str) -> str:
    """Return the address of this server for links. Raise CommandError if other computers can't know it."""
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_unspecified or not port:
            template = N_("A browser can't open {address}. Use --url to give the address that learners open.")
            raise CommandError(message(template, address=_address(host, port, prefix)), 2)
    return _address(host, port, prefix)


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _pack_folders(targets: Sequence[str]) -> list[Path]:
    """Return the folders of the packs to list: those that are named, or all of this account."""
    if not targets:
        return [pack.folder for pack in library.all_packs(installed=True)]
    folders = []
    for target in targets:
        try:
            found = open_path(usable_path(target)) if is_path_argument(target) else None
        except PackError as error:
            raise CommandError(error) from None
        if found is None:
            found = next((pack for pack in library.all_packs(True) if pack.id == target), None)
        if not isinstance(found, Pack):
            raise CommandError(
                message(N_("There is no pack “{name}”. `backprop-tutor pack list` shows all."), name=target)
            )
        folders.append(found.folder.resolve())
    return folders


def _print_links(signer: Signer, roster: Path, url: str) -> None:
    """Print a personal link for each learner, which opens the learner's own progress in any browser."""
    students: dict[str, str] = {}
    for student in read_roster(roster):
        name = clean_name(student)
        if name is None:
            raise CommandError(
                message(N_("“{id}” can't be a learner's name here. {rule}"), id=student, rule=message(BAD_NAME))
            )
        if name in students:
            template = N_("“{id}” and “{other}” would be the same learner here. Write them differently.")
            raise CommandError(message(template, id=students[name], other=student))
        students[name] = student
    for student in students.values():
        echo(format_csv_row([student, f"{url}?learner={quote(student)}&key={signer.key_of(student)}"]))
