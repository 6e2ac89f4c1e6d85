"""A pack of small exercises for tests of reviews and simulated terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.library import Pack

#: Exercises in one line each.
GRAPHS = {
    "both": "z = (a + b) * c",
    "over-one": "z = 1 / (x * y)",
    "steps": "z = 1 / (1 + exp(-x / y))",
    "squash": "z = sigmoid(a - b) * c",
    "minus": "z = (a - b) * c",
    "over": "z = (a / b) * c",
    "power": "z = x ^ 3 * y",
    "root": "z = sqrt(x) * y",
    "larger": "z = max(a, b) * c",
    "gate": "z = relu(a - b) * c",
    "sine": "z = (a * b) / c - a",
    "branch": "z = (x + y) * (x * y)",
}


def make_term_pack(folder: Path) -> Pack:
    """Write a pack with one exercise per graph."""
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "term"\ntitle = "Term"\nlanguages = ["en"]\n')
    for number, (name, graph) in enumerate(GRAPHS.items(), 10):
        (folder / f"{number}-{name}.toml").write_text(f'graph = "{graph}"\nstart = 3\n')
    return library.read_pack(folder)
