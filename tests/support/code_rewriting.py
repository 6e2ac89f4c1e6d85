"""Right code written in other ways: other names and more lines, other but equal formulas, float32."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class _Renamer(ast.NodeTransformer):
    """Gives variables and functions other names, but for attributes and the names of arguments in calls."""

    def __init__(self, kept: Collection[str], own: Collection[str]) -> None:
        self.kept, self.own = kept, own

    def _new(self, name: str) -> str:
        return f"my_{name}" if name in self.own and name not in self.kept else name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._new(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._new(node.arg))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._new(node.name)
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return ast.keyword(node.arg, self.visit(node.value))


class _MoreLines(ast.NodeTransformer):
    """Computes each value in a line of its own before it gets its name."""

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        if isinstance(node.targets[0], ast.Tuple):
            return node
        spare = ast.Assign([ast.Name("spare", ast.Store())], node.value)
        return [spare, ast.Assign(node.targets, ast.Name("spare", ast.Load()))]


def with_other_names(text: str, kept: Collection[str] = ()) -> str:
    """Return code with other names, but for those that are `kept`, and more lines."""
    tree = ast.parse(text)
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    methods = {
        node.name
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
        for node in each.body
        if isinstance(node, ast.FunctionDef)
    }
    own = (functions - methods | stored | arguments) - {"self", "backward"}
    tree = _Renamer(kept, own).visit(tree)
    return ast.unparse(ast.fix_missing_locations(_MoreLines().visit(tree)))


class _Equal(ast.NodeTransformer):
    """Writes operators and calls in another way with the same result."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        # An index stays a whole number.
        return ast.Subscript(self.visit(node.value), node.slice, node.ctx)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Add | ast.Mult):
            return ast.BinOp(right, node.op, left)
        if isinstance(node.op, ast.Sub):
            return ast.UnaryOp(ast.USub(), ast.BinOp(right, ast.Sub(), left))
        if isinstance(node.op, ast.Div):
            return ast.BinOp(left, ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), right))
        if isinstance(node.op, ast.MatMult):
            return _numpy_call("matmul", [left, right])
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
            return ast.BinOp(left, ast.Mult(), left)
        return ast.BinOp(left, node.op, right)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value = self.visit(node.value)
        is_transpose = node.attr == "T" and ast.unparse(node) != "self.T"
        return _numpy_call("transpose", [value]) if is_transpose else ast.Attribute(value, node.attr, node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "mean") and _is_array(node.func.value):
            return _numpy_call(node.func.attr, [self.visit(node.func.value), *node.args], node.keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("reshape", "zeros", "ones", "full"):
            # A shape stays whole numbers.
            return ast.Call(self.visit(node.func), node.args, node.keywords)
        return self.generic_visit(node)


def _is_array(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Name) and node.id in ("np", "math"))


def _numpy_call(name: str, arguments: list[ast.expr], keywords: Sequence[ast.keyword] = ()) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), arguments, list(keywords))


def _methods(tree: ast.Module, *names: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in names]


def with_equal_formulas(text: str) -> str:
    """Return code whose backward pass has other formulas with the same values."""
    tree = ast.parse(text)
    for function in _methods(tree, "backward", "_backward"):
        function.body = [_Equal().visit(statement) for statement in function.body]
    return ast.unparse(ast.fix_missing_locations(tree))


def in_float32(text: str, whole: Collection[str] = ()) -> str:
    """Return code that computes in float32: arguments are turned into it first, but for `whole` numbers."""
    tree = ast.parse(text)
    for function in _methods(tree, "backward", "forward", "__init__"):
        names = [each.arg for each in function.args.args if each.arg != "self" and each.arg not in whole]
        function.body[:0] = ast.parse("\n".join(f"{name} = np.float32({name})" for name in names)).body
    return ast.unparse(ast.fix_missing_locations(tree))
