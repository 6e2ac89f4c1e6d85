"""A new file for a code exercise: what is in it, and where it goes without replacing another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.coding import files
from tutor.coding.header import Header, HeaderError, read_header
from tutor.coding.layers import LAYERS
from tutor.coding.session import formula_header, layer_style, steps_style
from tutor.coding.styles import AutogradStyle
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.coding.styles import CodeStyle
    from tutor.packs.exercise import Exercise


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is written into a new file."""

    header: Header
    name: str
    title: str
    text: str
    style: CodeStyle


def autograd_file() -> NewFile:
    """Return a file for a class of numbers."""
    return NewFile(Header("autograd"), "autograd", _("A small autograd"), "", AutogradStyle())


def layer_file(name: str) -> NewFile:
    """Return a file for a layer. Raise HeaderError if there is none of this name."""
    style = layer_style(name)
    return NewFile(Header("layer", layer=name), name, _(LAYERS[name].title), "", style)


def exercise_file(exercise: Exercise) -> NewFile:
    """Return a file for an exercise of a pack, of a file or of a formula. Raise HeaderError if it can't be coded."""
    style = steps_style(exercise)
    if exercise.pack:
        name = f"{exercise.pack}/{exercise.id}"
        header = Header("steps", exercise=name)
        return NewFile(header, name, str(exercise.title), exercise.variant().text(), style)
    if exercise.path is not None:
        header = Header("steps", path=str(exercise.path.absolute()))
        return NewFile(header, exercise.path.stem, str(exercise.title), exercise.variant().text(), style)
    text = exercise.variant().problem.graph.text
    return NewFile(formula_header(exercise, text, ()), text, str(exercise.title), "", style)


def place_file(new: NewFile, folder: Path | None = None, *, fresh: bool = False) -> tuple[Path, bool]:
    """Return the path of a file for an exercise, and whether it was written now. Raise OSError.

    A file that is there and is for the same exercise is used again, unless a fresh one is wanted.
    """
    parent = folder if folder is not None else Path(files.DEFAULT_FOLDER)
    path = parent / files.file_name(new.name)
    if path.exists() and not fresh and _is_for(path, new.header):
        return path, False
    path = files.free_path(parent, path.name)
    files.write_new(path, files.file_text(new.header, new.title, new.text, new.style.code()))
    return path, True


def _is_for(path: Path, header: Header) -> bool:
    try:
        return read_header(path) == header
    except (OSError, HeaderError):
        return False
