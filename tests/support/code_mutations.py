"""Wrong code made from right code: one line of `backward` is changed by one typical mistake."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True)
class LineFacts:
    """What a gradient's line is about, as variables: its upstream, the value that it belongs to, and the node's.

    `other` is the other operand of the node, `op` its operation; `is_sum` says that it adds up the parts of a branch.
    """

    upstream: str = ""
    source: str = ""
    output: str = ""
    other: str = ""
    op: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class WrongFile:
    """A file with one mistake, in the line that computes `target`."""

    kind: str
    target: str
    line: str
    text: str


#: The rule of another function for each operation, with g the upstream, x the own value, y the output, o the other one.
_OTHER_RULES: Mapping[str, str] = {
    "add": "{g} * {o}",
    "sub": "{g} * {o}",
    "mul": "{g} * np.ones_like({x})",
    "div": "{g} * {o}",
    "max": "{g} * {o}",
    "min": "{g} * {o}",
    "exp": "{g} / {x}",
    "log": "{g} * np.exp({x})",
    "sqrt": "{g} * 2 * {x}",
    "sigmoid": "{g} * (1 - {y} ** 2)",
    "tanh": "{g} * {y} * (1 - {y})",
    "softplus": "{g} * {y} * (1 - {y})",
    "silu": "{g} * {y} * (1 - {y})",
    "softmax": "{g} * {y} * (1 - {y})",
    "masked_softmax": "{g} * {y} * (1 - {y})",
    "sin": "{g} * -np.sin({x})",
    "cos": "{g} * np.cos({x})",
    "prod": "{g} * np.ones_like({x})",
}


class _Replace(ast.NodeTransformer):
    """Replaces the nodes that `change` returns something for, in one place or everywhere."""

    def __init__(self, change: Callable[[ast.AST], ast.AST | None], only: int | None = None) -> None:
        self.change, self.only, self.count = change, only, 0

    def visit(self, node: ast.AST) -> ast.AST:
        changed = self.change(node)
        if changed is not None:
            self.count += 1
            if self.only is None or self.only == self.count - 1:
                return changed
        return self.generic_visit(node)


def replaced(code: str, change: Callable[[ast.AST], ast.AST | None]) -> str:
    """Return an expression with all nodes replaced that `change` returns something for."""
    return ast.unparse(_Replace(change).visit(ast.parse(code, mode="eval")))


def _each_replaced(code: str, change: Callable[[ast.AST], ast.AST | None]) -> Iterator[str]:
    """Yield an expression with one of these nodes replaced, each in turn."""
    finder = _Replace(change, -1)
    finder.visit(ast.parse(code, mode="eval"))
    for only in range(finder.count):
        yield ast.unparse(_Replace(change, only).visit(ast.parse(code, mode="eval")))


def expression(code: str) -> ast.expr:
    """Return the tree of an expression."""
    return ast.parse(code, mode="eval").body


def _name_to(name: str, code: str) -> Callable[[ast.AST], ast.AST | None]:
    return lambda node: expression(code) if isinstance(node, ast.Name) and node.id == name else None


def _without_transpose(node: ast.AST) -> ast.AST | None:
    is_transpose = isinstance(node, ast.Attribute) and node.attr == "T" and ast.unparse(node) != "self.T"
    return node.value if is_transpose and isinstance(node, ast.Attribute) else None


def _method(node: ast.AST, *names: str) -> ast.Call | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
        return node
    return None


def _without_sum(node: ast.AST) -> ast.AST | None:
    call = _method(node, "sum")
    return call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None


def _sum_for_mean(node: ast.AST) -> ast.AST | None:
    call = _method(node, "mean")
    if call is None or not isinstance(call.func, ast.Attribute):
        return None
    return ast.Call(ast.Attribute(call.func.value, "sum", ast.Load()), call.args, call.keywords)


def _without_count(node: ast.AST) -> ast.AST | None:
    """Drop a division by a number of rows or cells: `/ len(x)`, `/ x.size`, `/ x.shape[0]`, `/ 6`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return None
    divisor = ast.unparse(node.right)
    is_count = re.fullmatch(r"len\(.*\)|.*\.size|.*\.shape\[[01]\]|\d+", divisor)
    return node.left if is_count else None


def _without_keepdims(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Call) or not any(each.arg == "keepdims" for each in node.keywords):
        return None
    return ast.Call(node.func, node.args, [each for each in node.keywords if each.arg != "keepdims"])


def _other_axis(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        return ast.keyword("axis", ast.Constant(1 - node.value.value)) if node.value.value in (0, 1) else None
    return None


def _swapped_product(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return ast.BinOp(node.right, node.op, node.left)
    return None


_STRUCTURAL: Mapping[str, Callable[[ast.AST], ast.AST | None]] = {
    "transpose missing": _without_transpose,
    "sum missing": _without_sum,
    "1/n missing": lambda node: _without_count(node) or _sum_for_mean(node),
    "keepdims missing": _without_keepdims,
    "wrong axis": _other_axis,
    "operands swapped": _swapped_product,
}


def wrong_expressions(right: str, facts: LineFacts) -> Iterator[tuple[str, str]]:
    """Yield a kind of mistake and the expression with it, for the right expression of a gradient."""
    yield "sign", f"-({right})"
    yield "factor 2", f"2 * ({right})"
    for kind, change in _STRUCTURAL.items():
        for wrong in _each_replaced(right, change):
            yield kind, wrong
    if facts.source:
        yield "forward value", facts.source
    if facts.is_sum:
        parts = _summands(expression(right))
        yield "= for +=", parts[-1]
        yield "one branch left out", " + ".join(parts[1:])
        yield "branches multiplied", " * ".join(parts)
        return
    yield "result transposed", f"np.transpose({right})"
    if facts.upstream and re.search(rf"\b{facts.upstream}\b", right):
        yield "upstream missing", replaced(right, _name_to(facts.upstream, f"np.ones_like({facts.upstream})"))
        yield "upstream only", facts.upstream
        if "@" not in right and ".sum" not in right:
            yield "upstream twice", f"{facts.upstream} * ({right})"
    yield from _wrong_rules(right, facts)


def _wrong_rules(right: str, facts: LineFacts) -> Iterator[tuple[str, str]]:
    if facts.op in ("mul", "dot", "outer") and facts.other and facts.other != facts.source:
        yield "own input", replaced(right, _name_to(facts.other, facts.source))
        if facts.op == "mul":
            yield "added for multiplied", f"{facts.upstream} + {facts.other}"
    rule = _OTHER_RULES.get(facts.op, "")
    if rule and facts.upstream and ("{o}" not in rule or facts.other):
        names = {"g": facts.upstream, "x": facts.source, "y": facts.output, "o": facts.other}
        yield "rule of another function", rule.format(**names)


def _summands(node: ast.expr) -> list[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_summands(node.left), ast.unparse(node.right)]
    return [ast.unparse(node)]


def wrong_files(
    text: str, facts: Mapping[str, LineFacts], arrays: Sequence[str] = (), examples: Mapping[str, str] | None = None
) -> Iterator[WrongFile]:
    """Yield a right file with one wrong line in `backward`, for each line with an entry in `facts`.

    `arrays` are variables with arguments that are arrays; `examples` are right values of lines, written out.
    """
    for position, statement in enumerate(_backward(ast.parse(text)).body):
        target = _target(statement)
        if target not in facts:
            continue
        for kind, lines in _wrong_lines(statement, target, facts[target], arrays, (examples or {}).get(target, "")):
            tree = ast.parse(text)
            body = _backward(tree).body
            body[position : position + 1] = ast.parse("\n".join(lines)).body
            kept = ast.parse("kept = {}").body if any("kept" in line for line in lines) else []
            tree.body = [*kept, *tree.body]
            yield WrongFile(kind, target, "; ".join(lines), ast.unparse(ast.fix_missing_locations(tree)))


def _backward(tree: ast.Module) -> ast.FunctionDef:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "backward"]
    return found[0]


def _target(statement: ast.stmt) -> str:
    """Return what a statement assigns or changes: `dx`, `self.dW`; for `np.add.at(dx, …)` its first argument."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0])
    if isinstance(statement, ast.AugAssign):
        return ast.unparse(statement.target).partition("[")[0]
    if isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("np.add.at("):
        call = statement.value
        assert isinstance(call, ast.Call)
        return ast.unparse(call.args[0])
    return ""


def _wrong_lines(
    statement: ast.stmt, target: str, facts: LineFacts, arrays: Sequence[str], example: str
) -> Iterator[tuple[str, list[str]]]:
    line = ast.unparse(statement)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        place, index, value = map(ast.unparse, statement.value.args)
        yield "= for +=", [f"{place}[{index}] = {value}"]
        yield "sign", [f"np.subtract.at({place}, {index}, {value})"]
        yield "factor 2", [line, line]
        return
    if not isinstance(statement, ast.Assign):
        return
    right = ast.unparse(statement.value)
    for kind, wrong in wrong_expressions(right, facts):
        if wrong != right:
            yield kind, [f"{target} = {wrong}"]
    yield "value of the first call", [f"{target} = kept.setdefault('{target}', {right})"]
    yield (
        "value of the call before",
        [
            f"newest = {right}",
            f"{target} = kept.get('{target}', newest)",
            f"kept['{target}'] = newest",
        ],
    )
    if example:
        yield "numbers written out", [f"{target} = {example}"]
    for name in arrays[:1]:
        yield "argument changed in place", [line, f"{name} *= 2"]
