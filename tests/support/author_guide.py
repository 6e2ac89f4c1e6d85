"""The tables of the guide for authors, section "What counts as right": they are tests."""

from __future__ import annotations

from pathlib import Path

GUIDE_PATH = Path(__file__).parents[2] / "exercises" / "README.md"
#: The tables, by their first column.
NUMBERS_TABLE, FORMULAS_TABLE = "right value", "right formula"


def table_rows(first_column: str) -> list[tuple[str, ...]]:
    """The rows of a table, code without its quotes."""
    section = GUIDE_PATH.read_text(encoding="utf-8").partition("## What counts as right")[2].partition("\n## ")[0]
    _, found, table = section.partition(f"| {first_column} |")
    assert found, f"no table with {first_column}"
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split(" | ")) for line in lines]
