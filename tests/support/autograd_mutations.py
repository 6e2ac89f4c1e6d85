"""Wrong classes of numbers: one rule or the walk changed by one typical mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.code_mutations import WrongFile
from tests.support.layer_solutions import (
    BREADTH_FIRST_WALK,
    EVERY_PATH_WALK,
    FORWARD_WALK,
    RECURSIVE_WALK,
    RULES,
    WALK,
    autograd_solution,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OTHER_RULES: Mapping[str, str] = {
    "__add__": "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad",
    "__mul__": "self.grad += out.grad\n            other.grad += out.grad",
    "exp": "self.grad += out.grad / self.data",
    "tanh": "self.grad += out.data * (1 - out.data) * out.grad",
}


def wrong_autograds() -> Iterator[WrongFile]:
    """Yield a class for each mistake."""
    for method, rule in RULES.items():
        for kind, wrong in _wrong_rules(method, rule):
            if wrong != rule:
                yield WrongFile(kind, method, wrong, autograd_solution({**RULES, method: wrong}))
    every = {method: rule.replace("+=", "=") for method, rule in RULES.items()}
    yield WrongFile("= for +=", "sums", "= in all rules", autograd_solution(every))
    for kind, walk in {
        "recursion": RECURSIVE_WALK,
        "wrong order": BREADTH_FIRST_WALK,
        "every path": EVERY_PATH_WALK,
        "from the leaves": FORWARD_WALK,
        "start missing": WALK.replace("        self.grad = 1.0\n", ""),
        "start is the value": WALK.replace("self.grad = 1.0", "self.grad = self.data"),
        "not reset": WALK.replace("            node.grad = 0.0\n", "            pass\n"),
        "_backward is not called": WALK.replace("node._backward()", "pass"),
    }.items():
        yield WrongFile(kind, "backward", walk, autograd_solution(RULES, walk))


def _wrong_rules(method: str, rule: str) -> Iterator[tuple[str, str]]:
    yield "= for +=", rule.replace("+=", "=")
    yield "sign", rule.replace("+=", "-=")
    yield "factor 2", rule.replace("+=", "+= 2 *")
    yield "upstream missing", rule.replace(" * out.grad", "").replace("+= out.grad", "+= 1.0")
    yield "upstream twice", rule.replace("out.grad", "out.grad ** 2")
    yield "forward value", "self.grad += self.data"
    if method != "__add__":
        yield "upstream only", "self.grad += out.grad"
    if method == "__mul__":
        yield "own input", "self.grad += self.data * out.grad\n            other.grad += other.data * out.grad"
        yield "added for multiplied", rule.replace("* out.grad", "+ out.grad")
        yield "one operand left out", rule.partition("\n")[0]
    if method == "__add__":
        yield "one operand left out", rule.partition("\n")[0]
    if method in _OTHER_RULES:
        yield "rule of another function", _OTHER_RULES[method]
