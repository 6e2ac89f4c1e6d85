"""The syntax tree of a Python source, of which only what a function needs is parsed if it is long."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from tutor.engine.python_source.errors import source_error
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.engine.python_source.errors import PythonError
    from tutor.engine.python_source.source import PythonSource

#: A source up to this long is parsed as a whole, a longer one only where the function needs it.
_MAX_WHOLE = 20_000
#: The longest function with all that it uses: parsing takes about a microsecond for each character.
_MAX_NEEDED = 20_000
#: The most statements at the top of a file, and the most of these, strings and comments.
_MAX_STATEMENTS, _MAX_TOKENS = 10_000, 100_000
#: Strings and comments, in which nothing begins a statement, and the beginning of each line.
_TOP_LEVEL = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'(?:[^'\\\n]|\\.)*+'?"
    r"|\#[^\n]*"
    r"|^(?P<start>[^\W\d]\w*|@)",
    re.M | re.S,
)
_DEFINED = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)|((?:\w+\s*,\s*)*\w+)\s*(?::[^=\n]*)?=(?!=)")
_WORD = re.compile(r"[^\W\d]\w*")


def parse_module(source: PythonSource, wanted: str = "") -> ast.Module:
    """Return the syntax tree; of a long source only the parts that `wanted`, such as `loss`, needs. Raises `PythonError`."""
    text = source.text
    if (null := text.find("\0")) >= 0:
        raise source_error(source, message(N_("There is a null byte here. Save the file as text.")), null, null + 1)
    if len(text) > _MAX_WHOLE:
        needed = _keep_needed(text, wanted.partition(".")[0])
        if needed is None:
            limit = N_("The file has more than {n} statements at its top level. Put the function in a file of its own.")
            raise source_error(source, message(limit, n=_MAX_STATEMENTS))
        text = needed
        if len(text) - text.count("\n") > _MAX_NEEDED:
            limit = N_(
                "The function and the code that it uses are longer than {n} characters. Put only what "
                "is needed in a smaller file."
            )
            raise source_error(source, message(limit, n=_MAX_NEEDED))
    text, indentation = _dedent(text)
    try:
        with warnings.catch_warnings():
            # Python warns on standard error of backslashes in strings, for example.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise _syntax_error(error, source, indentation) from None
    except (RecursionError, MemoryError):
        raise source_error(
            source, message(N_("This Python code is nested too deeply. Give a part of it a name first."))
        ) from None
    except ValueError:
        raise source_error(source, message(N_("This text is not in UTF-8. Save the file as UTF-8."))) from None
    if indentation:
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword):
                node.col_offset += indentation
                node.end_col_offset = (node.end_col_offset or 0) + indentation
    return tree


def _syntax_error(error: SyntaxError, source: PythonSource, indentation: int) -> PythonError:
    line = min(error.lineno or 1, len(source.line_starts))
    start = source.line_starts[line - 1] + max((error.offset or 1) - 1, 0) + indentation
    text = message(N_("Python can't read this: {reason}."), reason=(error.msg or "").rstrip("."))
    return source_error(source, text, min(start, len(source.text)), start + 1)


def _dedent(text: str) -> tuple[str, int]:
    """Return a text that was copied from inside a class or a block without its indentation, in characters."""
    first = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]+)(?=\S)", text)
    if first is None:
        return text, 0
    width = len(first[1])
    # Lines that begin further left are inside a string or inside brackets.
    lines = (line.removeprefix(first[1]) for line in text.split("\n"))
    return "\n".join(lines), width


def _keep_needed(text: str, wanted: str) -> str | None:
    """Return a source with only the line breaks of the statements that the function `wanted` doesn't need.

    Return None if there are too many statements to look at.
    """
    starts = [match.start() for match in islice(_TOP_LEVEL.finditer(text), _MAX_TOKENS) if match["start"]]
    if len(starts) > _MAX_STATEMENTS:
        return None
    # A decorator belongs to what follows it.
    starts = [start for i, start in enumerate(starts) if not (i and text[starts[i - 1]] == "@")]
    chunks = [*pairwise([*starts, len(text)])]
    #: The last definition of each name, which is the one that counts.
    definitions: dict[str, int] = {}
    kept: set[int] = set()
    functions: list[str] = []
    for i, (start, end) in enumerate(chunks):
        head = text[start : min(end, start + 1_000)]
        if head.startswith(("import ", "from ")):
            kept.add(i)
        elif found := _DEFINED.search(head) if head[0] == "@" else _DEFINED.match(head):
            names = (found[1] or found[2]).split(",")
            for name in names:
                definitions[name.strip()] = i
            if found[1]:
                functions.append(found[1])
    waiting = [wanted or (functions[-1] if functions else "")]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        i = definitions.get(name, -1)
        if i >= 0 and i not in kept:
            kept.add(i)
            waiting += set(_WORD.findall(text, *chunks[i]))
    parts = [_line_breaks(text[: starts[0] if starts else len(text)])]
    parts += [text[start:end] if i in kept else _line_breaks(text[start:end]) for i, (start, end) in enumerate(chunks)]
    return "".join(parts)


def _line_breaks(text: str) -> str:
    return "\n" * text.count("\n")
