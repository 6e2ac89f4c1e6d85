"""A session in a browser: its place outlasts it, and the page has a button for each key of the screen."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tutor.atomic_files import read_regular_file, write_atomically
from tutor.i18n import _
from tutor.paths import data_folder
from tutor.tui.browser_driver import BrowserDriver
from tutor.tui.drafts import drafts_as_data, drafts_from_data
from tutor.tui.widgets.key_bar import KeyBar, key_label

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.tui.host import Host
    from tutor.tui.navigator import Navigator

#: Seconds between two looks at whether something has changed.
_INTERVAL = 0.5
#: Looks between two of them at the place, which is written to a file.
_LOOKS_PER_PLACE = 4


def place_path() -> Path:
    """Return the file with the learner's place: the exercise that is open, and what is typed."""
    return data_folder() / "place.json"


class BrowserSession:
    """Keeps the learner's place while the session runs, and goes back to it."""

    def __init__(self, host: Host, navigator: Navigator) -> None:
        self._host = host
        self._navigator = navigator
        self._saved = self._keys = ""
        self._looks = 0

    def restore(self) -> str:
        """Take up what was typed; return the name of the exercise that was open, or nothing."""
        place = _read_place()
        self._navigator.restore_drafts(drafts_from_data(place.get("drafts")))
        return str(place.get("exercise") or "")

    def start(self) -> None:
        """Look now and then whether the place or the keys have changed, and let keys in."""
        self._host.app.set_interval(_INTERVAL, self._look)

    def _look(self) -> None:
        driver = self._host.app._driver
        if isinstance(driver, BrowserDriver):
            self._show_keys(driver)
            driver.take_keys()
        self._looks = (self._looks + 1) % _LOOKS_PER_PLACE
        if not self._looks:
            self.save_place()

    def save_place(self) -> None:
        """Save the place if it is another one than before. It is no loss if that is impossible."""
        screen = self._navigator.exercise_screen
        name = f"{screen.exercise.pack}/{screen.exercise.id}" if screen is not None and screen.exercise.pack else None
        text = json.dumps({"exercise": name, "drafts": drafts_as_data(self._navigator.drafts)})
        if text != self._saved:
            with suppress(OSError):
                write_atomically(text, place_path(), durable=False)
                self._saved = text

    def close(self) -> None:
        """Keep what is typed, and begin the next session at the list: the learner leaves the program."""
        self.save_place()
        forget_exercise()

    def _show_keys(self, driver: BrowserDriver) -> None:
        """Send the keys of the screen to the page, if they are others than before."""
        bars = self._host.app.screen.query(KeyBar)
        keys = [
            {"key": binding.key, "label": f"{key_label(binding.key, self._host.glyphs)} {_(binding.description)}"}
            for binding in (bars.first().keys if bars else ())
        ]
        text = json.dumps(keys)
        if text != self._keys:
            self._keys = text
            driver.write_meta({"type": "keys", "keys": keys})


def forget_exercise() -> None:
    """Begin the next session at the list: the learner has left the program, or the exercise has ended it."""
    with suppress(OSError):
        write_atomically(json.dumps({**_read_place(), "exercise": None}), place_path(), durable=False)


def _read_place() -> dict[str, Any]:
    try:
        place = json.loads(read_regular_file(place_path()))
    except (OSError, ValueError, RecursionError):
        return {}
    return place if isinstance(place, dict) else {}
