"""Start of the tutor, on the screen or in plain mode; the fast path to the first screen imports nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor import tui
from tutor.atomic_files import remove_stale_files
from tutor.commands.errors import CommandError
from tutor.i18n import N_, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.paths import cache_folder, config_folder, data_folder
from tutor.plain.notices import print_notices
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import Pack
    from tutor.run_options import RunOptions


def launch(
    options: RunOptions,
    exercise: Exercise | None = None,
    seed: int | None = None,
    restart: bool = False,
    packs: Sequence[Pack] | None = None,
    watch: Path | None = None,
    *,
    whole: bool = False,
) -> int:
    """Open the tutor at an exercise or at the list of exercises, and return the exit code.

    `packs` are the packs to list, None for all. The file or folder at `watch` is reloaded whenever it is saved. `whole`
    judges nothing in the exercise before its last blank.
    """
    # A closed stream is None.
    if sys.stdout is None:
        raise CommandError(message(N_("Standard output is closed.")))
    store = Store.open(default_path(), for_screen=not options.use_plain)
    try:
        with store:
            if not options.use_plain:
                return tui.run(
                    store,
                    exercise,
                    seed=seed,
                    restart=restart,
                    whole=whole,
                    ascii=options.ascii,
                    packs=packs,
                    watch=watch,
                )
            from tutor.plain.app import run_plain

            return run_plain(options, store, exercise, seed, restart, packs, watch, whole)
    except PackError as error:
        raise CommandError(error) from None
    finally:
        # After the screen is closed, because notices printed before would be hidden by it.
        print_notices(store)
        for folder in {data_folder(), config_folder(), cache_folder(), library.user_packs_dir()}:
            remove_stale_files(folder)
