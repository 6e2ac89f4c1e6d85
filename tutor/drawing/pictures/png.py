"""PNG of a picture, by a program that turns SVG into pixels, if one is installed."""

from __future__ import annotations

import shutil
import subprocess

from tutor.i18n import N_, Message, message

#: Programs that read SVG from standard input and write PNG to standard output, twice as large as in the SVG.
_PROGRAMS = {
    "rsvg-convert": ("--format", "png", "--zoom", "2"),
    "resvg": ("--zoom", "2", "-", "-c"),
    "inkscape": ("--pipe", "--export-type=png", "--export-dpi=192", "--export-filename=-"),
    "magick": ("-density", "192", "svg:-", "png:-"),
}
_TIMEOUT = 60
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_NONE_FOUND = N_("A PNG needs one of these programs: {names}. Install one, or use --svg.")
_FAILED = N_("{program} could not convert the picture to PNG. Use --svg instead.")


class RendererError(Exception):
    """No PNG could be made."""

    def __init__(self, error: Message) -> None:
        super().__init__(error)
        self.message = error


def render(svg: str) -> bytes:
    """Return the PNG of an SVG document. Raise RendererError."""
    name = next(filter(shutil.which, _PROGRAMS), None)
    if name is None:
        raise RendererError(message(_NONE_FOUND, names=", ".join(_PROGRAMS)))
    try:
        done = subprocess.run([name, *_PROGRAMS[name]], input=svg.encode(), capture_output=True, timeout=_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        raise RendererError(message(_FAILED, program=name)) from None
    if done.returncode or not done.stdout.startswith(_PNG_SIGNATURE):
        raise RendererError(message(_FAILED, program=name))
    return done.stdout
