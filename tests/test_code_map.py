"""The code map `tutor/README.md`: every module is in it, in the section of its package.

An `__init__.py` with nothing but a docstring is not.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

TUTOR = Path(__file__).parents[1] / "tutor"
_SECTION = re.compile(r"^### (?P<title>.*?):", re.MULTILINE)
_ROW = re.compile(r"^\| `(?P<module>[\w/]+\.py)` \| \S.*\|$", re.MULTILINE)


def mapped_modules() -> list[str]:
    """Return the paths in the table of modules, relative to `tutor/`."""
    _, *parts = _SECTION.split((TUTOR / "README.md").read_text("utf-8"))
    modules = []
    for title, section in zip(parts[::2], parts[1::2], strict=True):
        package = re.fullmatch(r"`(\w+/)`", title)
        modules += [(package[1] if package else "") + row["module"] for row in _ROW.finditer(section)]
    return modules


def test_every_module_is_on_the_map_once() -> None:
    modules = [
        path.relative_to(TUTOR).as_posix()
        for path in TUTOR.rglob("*.py")
        if path.name != "__init__.py" or len(ast.parse(path.read_text("utf-8")).body) > 1
    ]
    assert sorted(mapped_modules()) == sorted(modules)


def test_every_path_that_the_map_names_exists() -> None:
    text = (TUTOR / "README.md").read_text("utf-8")
    for path in re.findall(r"`((?:\w+/)+(?:\w+\.(?:py|po|tcss|md|toml))?)`", text.partition("## Modules")[0]):
        assert (TUTOR / path).exists() or (TUTOR.parent / path).exists(), path
