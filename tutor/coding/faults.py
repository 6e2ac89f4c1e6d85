"""What stops a learner's file: errors of Python and NumPy in one plain sentence, with the line."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import format_array_shape
from tutor.coding.sandbox import TIME_LIMIT
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.coding.sandbox import Run
    from tutor.i18n import Message

_TIME = N_("The code was stopped after {n} seconds. Is there a loop that never ends?")
_MEMORY = N_("The code needed more memory than it may have. Does a list or an array grow without end?")
_EARLY = N_("The program ended by itself, with exit code {code}, before its gradients could be read.")

_SYNTAX = N_("Python can't read this line: {text}.")
_NAME = N_("“{name}” has no value here. Is it written as above, and assigned before it is used?")
_ELLIPSIS = N_("This line computes with a ... that is still to be written.")
_EXIT = N_("This line ends the program. Take it out: the gradients could not be read.")
_INPUT = N_("There is no keyboard while the code is checked, so that input() gets nothing.")
_IMPORT = N_("The library {name} is not installed here. NumPy is.")
_MISMATCH = N_("{code}: {left} and {right} don't go together.")
_PRODUCT = N_("{code}: {left} @ {right} doesn't fit, because the inner sizes {a} and {b} differ.")
_OTHER = N_("{kind}: {text}.")
_ANY_SHAPES = N_("The shapes don't go together: {text}.")

_MAX_TEXT = 200
_SHAPE_ERRORS = ("could not be broadcast", "mismatch in its core dimension", "not aligned", "does not have enough dim")


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
    """Return whether a file defines a function or class of this name, as far as can be told without running it."""
    return bool(re.search(rf"^\s*(async\s+)?(def|class)\s+{name}\b|^{name}\s*=", source, re.MULTILINE))


def ending_fault(run: Run) -> Message:
    """Return why a file did not come to its end."""
    if run.ending == "time":
        return message(_TIME, n=round(TIME_LIMIT))
    if run.ending == "memory":
        return message(_MEMORY)
    return message(_EARLY, code=run.code if run.code is not None else "?")


def error_fault(error: Any, source: str) -> tuple[Message, int | None]:
    """Return an exception of the learner's code as a sentence, and the line."""
    if not isinstance(error, dict):
        return message(_OTHER, kind="?", text="?"), None
    line = error.get("line") if isinstance(error.get("line"), int) else None
    text = " ".join(str(error.get("text", "")).split())[:_MAX_TEXT].rstrip(".")
    kind, bases = str(error.get("kind", "?"))[:80], error.get("bases", ())
    return _error_sentence(kind, bases if isinstance(bases, list) else (), text, error, source, line), line


def _error_sentence(
    kind: str, bases: Collection[str], text: str, error: Mapping[str, Any], source: str, line: int | None
) -> Message:
    if "SyntaxError" in bases:
        return message(_SYNTAX, text=re.sub(r" \(.*line \d+\)$", "", text))
    if "NameError" in bases:
        return message(_NAME, name=_quoted(text) or error.get("name") or "?")
    if "ellipsis" in text or "Ellipsis" in text:
        return message(_ELLIPSIS)
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return message(_EXIT)
    if kind == "EOFError":
        return message(_INPUT)
    if "ImportError" in bases:
        return message(_IMPORT, name=error.get("name") or _quoted(text) or "?")
    if any(part in text for part in _SHAPE_ERRORS):
        shapes = error.get("shapes")
        found = _mismatch(source, line, shapes if isinstance(shapes, dict) else {})
        return found or message(_ANY_SHAPES, text=text)
    return message(_OTHER, kind=kind, text=text or kind)


def _quoted(text: str) -> str:
    match = re.search(r"'([^']*)'", text)
    return match[1] if match else ""


# --- which shapes met ---


def _mismatch(source: str, line: int | None, shapes: Mapping[str, Any]) -> Message | None:
    """Return the first operation of a line whose operands have shapes that don't go together."""
    tree = parse_source(source)
    if tree is None:
        return None
    known = {
        name: tuple(shape)
        for name, shape in shapes.items()
        if isinstance(shape, list) and all(isinstance(size, int) for size in shape)
    }
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _spans(node, line)]
    for node in reversed(statements):
        finder = _ShapeFinder(source, known)
        for expression in ast.iter_child_nodes(node):
            if isinstance(expression, ast.expr):
                finder.shape_of(expression)
                if finder.found is not None:
                    return finder.found
    return None


def _spans(node: ast.stmt, line: int | None) -> bool:
    is_simple = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr)
    return is_simple and line is not None and node.lineno <= line <= (node.end_lineno or node.lineno)


class _ShapeFinder:
    """Follows the shapes of names through the operators of an expression, until two of them don't go together."""

    def __init__(self, source: str, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self._source = source
        self._shapes = shapes
        self.found: Message | None = None

    def shape_of(self, node: ast.expr) -> tuple[int, ...] | None:
        """Return the shape of an expression, None if it is not known."""
        if isinstance(node, ast.Name):
            return self._shapes.get(node.id)
        if isinstance(node, ast.Constant):
            return () if isinstance(node.value, int | float) else None
        if isinstance(node, ast.Attribute) and node.attr == "T":
            shape = self.shape_of(node.value)
            return None if shape is None else shape[::-1]
        if isinstance(node, ast.UnaryOp):
            return self.shape_of(node.operand)
        if isinstance(node, ast.BinOp):
            return self._operation(node, self.shape_of(node.left), self.shape_of(node.right))
        if isinstance(node, ast.Call):
            for argument in node.args:
                self.shape_of(argument)
        return None

    def _operation(
        self, node: ast.BinOp, left: tuple[int, ...] | None, right: tuple[int, ...] | None
    ) -> tuple[int, ...] | None:
        if left is None or right is None or self.found is not None:
            return None
        code = (ast.get_source_segment(self._source, node) or "")[:_MAX_TEXT]
        shown = {"code": code, "left": format_array_shape(left), "right": format_array_shape(right)}
        if isinstance(node.op, ast.MatMult):
            if not left or not right:
                return None
            inner = right[-2] if len(right) > 1 else right[0]
            if left[-1] != inner:
                self.found = message(_PRODUCT, a=left[-1], b=inner, **shown)
                return None
            return (*left[:-1], *(right[-1:] if len(right) > 1 else ()))
        size = max(len(left), len(right))
        pairs = list(zip((1,) * (size - len(left)) + left, (1,) * (size - len(right)) + right, strict=True))
        if any(a != b and 1 not in (a, b) for a, b in pairs):
            self.found = message(_MISMATCH, **shown)
            return None
        return tuple(max(pair) if 0 not in pair else 0 for pair in pairs)
