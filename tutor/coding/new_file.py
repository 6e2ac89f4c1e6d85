"""A new file for a code exercise: what is in it, and where it goes without replacing another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.coding import files
from tutor.coding.header import Header, HeaderError, read_header
from tutor.coding.layers import LAYERS
from tutor.coding.library import NUMPY, Library
from tutor.coding.session import code_style, formula_header, layer_style
from tutor.coding.standalone import STANDALONE_TITLES, standalone_style
from tutor.i18n import N_, _, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.coding.styles import CodeStyle
    from tutor.packs.code_settings import Style
    from tutor.packs.exercise import Exercise

_ONLY_LAYERS = N_("Only a layer has parameters. Add --style layer, or leave out --parameter.")


@dataclass(frozen=True, slots=True)
class NewFile:
    """The content of a new file."""

    header: Header
    name: str
    title: str
    text: str
    style: CodeStyle


def standalone_file(style: Style) -> NewFile:
    """Return a file of a style that needs no graph, such as a class of numbers."""
    return NewFile(Header(style), style, _(STANDALONE_TITLES[style]), "", standalone_style(style))


def layer_file(name: str, library: Library = NUMPY) -> NewFile:
    """Return a file for a layer. Raise HeaderError if there is none of this name."""
    style = layer_style(name, library)
    header = Header("layer", layer=name, library=library.id)
    return NewFile(header, _with_library(name, library), _(LAYERS[name].title), "", style)


def _with_library(name: str, library: Library) -> str:
    return name if library is NUMPY else f"{name}-{library.id}"


def exercise_file(
    exercise: Exercise, style: Style | None = None, parameters: Sequence[str] = (), library: Library = NUMPY
) -> NewFile:
    """Return a file for an exercise of a pack, of a file or of a formula. Raise HeaderError if it can't be coded.

    Without a style or parameters, those of the exercise's author are used.
    """
    style = style or ("layer" if parameters else exercise.code.style)
    if style == "layer":
        parameters = tuple(parameters) or exercise.code.parameters
    elif parameters:
        raise HeaderError(message(_ONLY_LAYERS))
    code = code_style(exercise, style, parameters, library)
    text = exercise.variant().text()
    if exercise.pack:
        name = f"{exercise.pack}/{exercise.id}"
        header = Header(style, exercise=name)
    elif exercise.path is not None:
        name, header = exercise.path.stem, Header(style, path=str(exercise.path.absolute()))
    else:
        name = exercise.variant().problem.graph.text
        header = replace(formula_header(exercise, name, ()), style=style)
    header = replace(header, parameters=tuple(parameters), library=library.id)
    has_other_style = style == "layer" and not exercise.code.only
    name = _with_library(f"{name}-layer" if has_other_style else name, library)
    return NewFile(header, name, str(exercise.title), text, code)


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
