"""Print what the rules find: `python -m tests.reading [FOLDER OF EXERCISES…]`, without one everything."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from tests.reading.prose import find_in_english
from tests.reading.rules import find
from tests.reading.texts import ROOT, catalog_texts, document_texts, exercise_texts


def main(names: list[str]) -> int:
    """Print the findings, and return 1 if there are any."""
    folders = [Path(name).resolve() for name in names] or sorted((ROOT / "exercises").glob("*/"))
    texts = exercise_texts(folders)
    if not names:
        texts = chain(texts, catalog_texts(), document_texts())
    findings = [str(one) for text in texts for one in chain(find(text), find_in_english(text))]
    print(*findings, f"{len(findings)} found", sep="\n")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
