"""The text of a learner's file: its syntax tree, and the lines in which values are assigned."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def parse_source(source: str) -> ast.Module | None:
    """Return the syntax tree of a file, None if Python can't read it."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def find_lines(source: str, names: Collection[str]) -> dict[str, int]:
    """Return the line of the last assignment to each name; of a file that can't be read, by its text."""
    tree = parse_source(source)
    if tree is None:
        found = {}
        for number, line in enumerate(source.splitlines(), 1):
            match = re.match(r"\s*(\w+)\s*=(?!=)", line)
            if match and match[1] in names:
                found[match[1]] = number
        return found
    lines: dict[str, int] = {}
    for node in ast.walk(tree):
        for target in _targets(node):
            name = (
                target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
            )
            if name in names:
                lines[name] = max(target.lineno, lines.get(name, 0))
    return lines


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    for target in targets:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def has_entry(source: str, name: str) -> bool:
    """Return whether a file defines a function or class of this name, as far as the source shows without running it."""
    return bool(re.search(rf"^\s*(async\s+)?(def|class)\s+{name}\b|^{name}\s*=", source, re.MULTILINE))
