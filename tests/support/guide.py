"""The pages of the guide in `exercises/`, for tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "exercises"
START, USING, REFERENCE, PACKS, LANGUAGE, GRADING, TEACHING, TABLE, HUB = (
    FOLDER / f"{name}.md"
    for name in ("README", "USING", "REFERENCE", "PACKS", "LANGUAGE", "GRADING", "TEACHING", "TABLE", "JUPYTERHUB")
)
#: Every page, also those that a test doesn't name.
PAGES = sorted(FOLDER.glob("*.md"))
#: The tables in GRADING, by the heading of their first column.
NUMBERS_TABLE, FORMULAS_TABLE = "right value", "right formula"


def read_page(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def table_rows(first_column: str) -> list[tuple[str, ...]]:
    """Return the rows of a table in GRADING, with code out of its quotes."""
    _, heading, table = read_page(GRADING).partition(f"| {first_column} |")
    assert heading, f"no table with {first_column}"
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split(" | ")) for line in lines]
