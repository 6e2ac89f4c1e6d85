"""The tables of the authors' guide, section "What counts as right", which are tests."""

from __future__ import annotations

from pathlib import Path

GUIDE_PATH = Path(__file__).parents[2] / "exercises" / "README.md"
#: The tables, by the heading of their first column.
NUMBERS_TABLE, FORMULAS_TABLE = "right value", "right formula"


def table_rows(first_column: str) -> list[tuple[str, ...]]:
    """Return the rows of a table, with code out of its quotes."""
    section = GUIDE_PATH.read_text(encoding="utf-8").partition("## What counts as right")[2].partition("\n## ")[0]
    _, heading, table = section.partition(f"| {first_column} |")
    assert heading, f"no table with {first_column}"
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split(" | ")) for line in lines]
