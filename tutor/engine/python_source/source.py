"""Python source: whether a text is some, and the places of its syntax tree in the text as typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

#: The longest file.
MAX_BYTES = 2**19

_FUNCTION_HEAD = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+[ \t]*\([^()]*(?:\([^()]*\)[^()]*)*\)[^\n:]*:", re.M)
_LAMBDA = re.compile(r"\s*(?:\w+\s*=\s*)?lambda\b[^;\n]*:")


def is_python(text: str) -> bool:
    """Return whether a formula is the source of a Python function or a lambda."""
    return bool(_LAMBDA.match(text) or ("def" in text and _FUNCTION_HEAD.search(text)))


@dataclass(frozen=True)
class PythonSource:
    """The text of a Python file, or a function as pasted, which has no name."""

    text: str
    name: str = ""

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of each line."""
        return [0, *(match.end() for match in re.finditer("\r\n|\r|\n", self.text))]

    def line_number(self, offset: int) -> int:
        """Return the number of the line at an offset, the first being 1."""
        return bisect_right(self.line_starts, max(offset, 0))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the offsets at which a node of the syntax tree begins and ends."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", column + 1)
        return self._offset(line, column), self._offset(end_line, end_column)

    def _offset(self, line: int, column: int) -> int:
        """Return the offset of a column, which counts bytes."""
        start = self.line_starts[min(line, len(self.line_starts)) - 1]
        text = self.text[start : start + column]
        return start + (
            column if text.isascii() else len(text.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))
        )

    def line_span(self, node: ast.AST) -> tuple[int, int]:
        """Return the span of a node up to the end of its first line."""
        start, end = self.span(node)
        line_end = self.text.find("\n", start)
        return start, min(end, line_end) if line_end >= 0 else end


@dataclass(frozen=True)
class PythonCode:
    """A function to be read: the source, and the name of the function such as `loss` or `Net.forward`, or empty."""

    source: PythonSource
    function: str = ""
