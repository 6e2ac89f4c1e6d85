"""Pratt parser: expressions and equations. Every error is an `AlgebraError` with its offset in the text as typed.

Precedence, from loose to tight: `+ -`; `* / @` and the implicit product, left to right; unary minus; `^`,
right-associative, with a signed exponent; `.T`. So `-x^-2` is −(x^(−2)) and `1/2x` is (1/2)·x.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import functions
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym
from tutor.algebra.lexer import Token, skeleton, tokenize
from tutor.algebra.limits import ANSWER, GRAPH, Limits
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.algebra.functions import Function

_MATRIX_FUNCTIONS = {
    "sum": ("sum", 1, 2),
    "mean": ("mean", 1, 2),
    "softmax": ("softmax", 1, 1),
    "cross_entropy": ("cross_entropy", 2, 2),
    "mse": ("mse", 2, 2),
    "ones": ("ones", 2, 2),
}


def _typed_names(function: Function) -> dict[str, tuple[str, int, int]]:
    names = () if function.is_operator else (function.id, *function.aliases)
    return dict.fromkeys(names, (function.id, function.arity, function.arity))


#: Functions by the names that may be typed: the operation, and the least and the greatest number of operands.
FUNCTIONS = functions.table(_typed_names, _MATRIX_FUNCTIONS)
#: Functions whose names a graph may use for something else.
_REDEFINABLE = functions.table(lambda function: {function.id: function} if function.is_redefinable else {})
#: The id of an unnamed node is one of these words and a number.
_NODE_WORDS = functions.table(
    lambda function: {} if function.is_redefinable else {function.id: function.id},
    dict.fromkeys(
        ("q", "inv", "matmul", "transpose", "sum", "mean", "softmax", "broadcast", "cross_entropy", "mse"), ""
    ),
)
#: What people write for a function whose name is not the closest in its letters.
_ABBREVIATIONS = {"sig": "sigmoid", "sgn": "sign"}
#: Functions whose second operand is an axis: 0 sums each column, 1 each row.
_AXIS_FUNCTIONS = ("sum", "mean")
CONSTANTS = ("e", "pi", "π")
#: The error of an unknown name lists at most this many known ones.
_MAX_LISTED_NAMES = 12
#: A Korean letter, alone or in a syllable.
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

_SUM, _PRODUCT, _UNARY, _POWER = 10, 20, 25, 30
_INFIX = {
    "+": ("add", _SUM),
    "-": ("sub", _SUM),
    "*": ("mul", _PRODUCT),
    "/": ("div", _PRODUCT),
    "@": ("matmul", _PRODUCT),
    "^": ("pow", _POWER),
}
_OPERAND_STARTS = ("number", "name", "(", "[")


@dataclass(frozen=True, slots=True)
class Equation:
    """`name = expr`; the name may be missing."""

    name: str | None
    expr: Expr
    position: int


def is_reserved(name: str) -> bool:
    """Return whether inputs and nodes must not have this name: it has a meaning, or is the id of an unnamed node."""
    return is_built_in(name) or name in ("up", "start") or _is_generated(name)


def is_built_in(name: str) -> bool:
    """Return whether a name means a constant or a function that a graph cannot redefine."""
    return name in CONSTANTS or (name in FUNCTIONS and name not in _REDEFINABLE)


def _is_generated(name: str) -> bool:
    word = name.rstrip("0123456789")
    # The word itself may end in digits.
    return any(name[:end] in _NODE_WORDS for end in range(len(word), len(name)))


def _signature(token: Token, arity: int) -> str:
    """Return an example call of a function, `max(a, b)`."""
    return f"{token.text}({', '.join('abcdefgh'[:arity])})"


def _nearest_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that was probably meant by `name`."""
    expansion = _ABBREVIATIONS.get(name)
    if expansion in known:
        return expansion
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None)


def parse(text: str, names: Collection[str] | None = None, limits: Limits = ANSWER) -> Expr:
    """Return the tree of one expression; nothing is folded.

    `names` are the names it may use, including ones like `dL/dz`; None allows any. Raises `AlgebraError`.
    """
    return _Parser(text, names, limits).parse_single()


def parse_equations(
    text: str,
    limits: Limits = GRAPH,
    own_functions: Mapping[str, tuple[int, int]] | None = None,
    redefinable: Collection[str] = (),
) -> list[Equation]:
    """Return the equations of a graph's text, `t = a + b; z = t * c`; the last one may lack a name.

    `own_functions` maps the names of further functions to the least and the greatest number of their operands; those in
    `redefinable` are functions only directly before a bracket. Raises `AlgebraError`.
    """
    return _Parser(text, None, limits, own_functions, redefinable).parse_equations()


def parse_value(text: str) -> Expr:
    """Return the tree of a value without names: `3`, `-1/2`, `log(3)`, `[[1, 2], [3, 4]]`. Raises `AlgebraError`."""
    return parse(text, names=(), limits=GRAPH)


class _Parser:
    def __init__(
        self,
        text: str,
        names: Collection[str] | None,
        limits: Limits,
        own_functions: Mapping[str, tuple[int, int]] | None = None,
        redefinable: Collection[str] = (),
    ) -> None:
        self.functions = {**FUNCTIONS, **{name: (name, *arity) for name, arity in (own_functions or {}).items()}}
        self.redefinable = {*_REDEFINABLE, *redefinable}
        if len(text) > limits.characters:
            raise AlgebraError(
                message(N_("This is longer than {n} characters. Write it shorter."), n=limits.characters),
                limits.characters,
            )
        self.names = names
        self.limits = limits
        compound = [name for name in names or () if not name.isidentifier()]
        self.tokens = tokenize(text, compound, limits.exponent)
        self.second_previous = self.previous = self.token = next(self.tokens)
        self.lookahead: Token | None = None
        self.nodes = self.cells = self.depth = 0

    def next(self) -> Token:
        """Return the current token and move to the next one."""
        self.second_previous, self.previous = self.previous, self.token
        self.token, self.lookahead = self.lookahead or next(self.tokens, self.token), None
        return self.previous

    def peek(self) -> Token:
        """Return the token after the current one."""
        self.lookahead = self.lookahead or next(self.tokens, self.token)
        return self.lookahead

    def parse_single(self) -> Expr:
        if self.token.kind == "end":
            raise AlgebraError(message(N_("Nothing is written here yet. Type a value.")), 0)
        tree = self.parse_expression(0)
        self.expect_end(("end",))
        return tree

    def parse_equations(self) -> list[Equation]:
        found: list[Equation] = []
        while True:
            while self.token.kind == ";":
                self.next()
            if self.token.kind == "end":
                break
            first = self.token
            name = None
            if first.kind == "name" and self.peek().kind == "=":
                name = first.text
                self.next()
                self.next()
                if is_reserved(name) or (name in self.functions and name not in self.redefinable):
                    raise AlgebraError(
                        message(N_("“{name}” has a meaning of its own here. Choose another name."), name=name),
                        first.position,
                        len(first.text),
                    )
            found.append(Equation(name, self.parse_expression(0), first.position))
            self.expect_end((";", "end"))
        if not found:
            raise AlgebraError(message(N_("There is no formula. Write one, such as z = (a + b) * c.")), 0)
        return found

    def expect_end(self, ends: tuple[str, ...]) -> None:
        token = self.token
        if token.kind in ends:
            return
        if token.kind == ")" or token.kind == "]":
            raise self.error(N_("This “{c}” closes nothing. Delete it or open a bracket before."), c=token.text)
        if token.kind == ",":
            raise self.comma_error()
        if token.kind == "=" and ";" in ends:
            raise self.error(N_("One “=” makes an equation. Put “;” between two of them, as in t = a + b; z = t * c."))
        if token.kind == "=":
            raise self.error(N_("“=” is not read here. Write only the value."))
        if token.kind == ";":
            raise self.error(N_("Write one value only, without “;”."))
        raise self.error(N_("“{c}” is not expected here. Is a sign such as + or * missing before it?"), c=token.text)

    def error(self, text: str, token: Token | None = None, **values: object) -> AlgebraError:
        token = token or self.token
        return AlgebraError(Message(text, values), token.position, len(token.text))

    def comma_error(self) -> AlgebraError:
        before, after = self.previous, self.peek()
        if before.text.isdecimal() and after.text.isdecimal() and len(after.text) == 3:
            return self.error(
                N_("A comma is not read in numbers. Write {whole}, or {d} for a decimal."),
                whole=before.text + after.text,
                d=f"{before.text}.{after.text}",
            )
        if before.text.isdecimal() and after.text.isdecimal():
            return self.error(N_("Decimals are written with a point: write {d}."), d=f"{before.text}.{after.text}")
        return self.error(N_("A comma is not expected here. Decimals are written with a point, as 0.5."))

    def count_node(self, tree: Expr) -> Expr:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise AlgebraError(
                message(N_("This has more than {n} parts. Write it shorter."), n=self.limits.nodes),
                self.previous.position,
            )
        return tree

    def enter_nesting(self) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.error(N_("This is nested more than {n} deep. Name a part of it first."), n=self.limits.depth)

    def parse_expression(self, binding: int) -> Expr:
        tree = self.parse_operand()
        while True:
            token = self.token
            if token.kind == "T":
                self.next()
                tree = self.count_node(Apply("T", (tree,), token.position))
            elif token.kind in _INFIX:
                op, strength = _INFIX[token.kind]
                if strength < binding or (strength == binding and op != "pow"):
                    return tree
                self.next()
                if op == "pow":
                    self.enter_nesting()
                right = self.parse_expression(strength)
                if op == "pow":
                    self.depth -= 1
                tree = self.count_node(Apply(op, (tree, right), token.position))
            elif token.kind == "number":
                raise self.error(
                    N_("An operator is missing before {c}. Write *, ^ or another one there."), c=token.text
                )
            elif token.kind == "[":
                raise self.error(N_("A matrix right behind a value is no product. Write * or @ between them."))
            elif token.kind in _OPERAND_STARTS and binding < _PRODUCT:
                right = self.parse_expression(_PRODUCT)
                tree = self.count_node(Apply("mul", (tree, right), token.position))
            else:
                return tree

    def parse_operand(self) -> Expr:
        token = self.next()
        if token.kind == "number":
            return self.count_node(Num(token.value, token.text))
        if token.kind == "name":
            return self.parse_name(token)
        if token.kind == "(":
            return self.parse_parenthesized(token)
        if token.kind == "[":
            return self.parse_grid(token)
        if token.kind in ("+", "-"):
            self.enter_nesting()
            inside = self.parse_expression(_UNARY)
            self.depth -= 1
            return inside if token.kind == "+" else self.count_node(Apply("neg", (inside,), token.position))
        if token.kind == "end":
            raise self.error(N_("The text ends too early: a value is missing here."), token)
        if token.kind == "T":
            raise self.error(N_("A transpose stands behind its matrix: X.T."), token)
        if token.kind == "=":
            raise self.error(N_("“=” is not read here. Write only the value."), token)
        if token.kind == ")":
            raise self.error(N_("A value is missing before this “)”."), token)
        raise self.error(N_("A value is missing before “{c}”."), token, c=token.text)

    def parse_name(self, token: Token) -> Expr:
        name = token.text
        declared = self.names is not None and name in self.names
        is_function = name in self.functions and not declared
        if is_function and (self.names is not None or name not in self.redefinable or self.token.kind == "("):
            return self.parse_call(token)
        if name == "e" and not declared:
            return self.count_node(Apply("exp", (Num(Fraction(1), "1"),), token.position))
        if name in ("pi", "π") and not declared:
            return self.count_node(Sym("pi", token.position))
        if self.names is not None and not declared:
            raise self.unknown_name_error(token)
        if self.names is None and self.token.kind == "(" and self.token.position == token.position + len(token.text):
            self.reject_unknown_function(token)
        return self.count_node(Sym(name, token.position))

    def reject_unknown_function(self, token: Token) -> None:
        """Raise an error for an unknown name directly before a bracket, `tan(x)`; `y(1 - y)` is a product."""
        name = token.text
        if name == "Σ":
            raise self.error(N_("Write the sum of a matrix as sum(X)."), token)
        if len(name) < 2:
            return
        # A function with few values, such as sign, has no node: its gradient would be 0 everywhere.
        known = [
            known for known, (op, _, _) in self.functions.items()
            if op not in functions.FUNCTIONS or not functions.FUNCTIONS[op].values
        ]  # fmt: skip
        if near := _nearest_name(name.lower(), known):
            raise self.error(
                N_("“{name}” is no function here. Did you mean {near}? For a product write {name}*(…)."),
                token,
                name=name,
                near=near,
            )
        raise self.error(
            N_("“{name}” is no function here. For a product write {name}*(…). Functions are {known}."),
            token,
            name=name,
            known=", ".join(known),
        )

    def unknown_name_error(self, token: Token) -> AlgebraError:
        token = self.merge_derivative(token)
        names = sorted(self.names or ())
        known = names if len(names) <= _MAX_LISTED_NAMES else [*names[:_MAX_LISTED_NAMES], "…"]
        if not known:
            return self.error(N_("Unknown name “{name}”. Only numbers are read here."), token, name=token.text)
        if instead := self.suggestion(token):
            return self.error(instead, token, name=token.text.rstrip("'"))
        letters = list(token.text)
        if len(letters) > 1 and all(letter in names for letter in letters):
            return self.error(
                N_("Unknown name “{name}”. For a product write {product}."),
                token,
                name=token.text,
                product="*".join(letters),
            )
        lookalike = next((name for name in names if skeleton(name) == skeleton(token.text)), None)
        if lookalike:
            return self.error(
                N_("“{name}” looks like {other} but is written with other letters. Type {other}."),
                token,
                name=token.text,
                other=lookalike,
            )
        if _HANGUL.search(token.text) and not any(map(_HANGUL.search, names)):
            return self.error(
                N_("“{name}” is in Korean letters. Switch the keyboard to English ones. This exercise knows {known}."),
                token,
                name=token.text,
                known=", ".join(known),
            )
        if near := _nearest_name(token.text, [*names, *self.functions]):
            return self.error(
                N_("Unknown name “{name}”. Did you mean {near}? This exercise knows {known}."),
                token,
                name=token.text,
                near=near,
                known=", ".join(known),
            )
        return self.error(
            N_("Unknown name “{name}”. This exercise knows {known}."), token, name=token.text, known=", ".join(known)
        )

    def suggestion(self, token: Token) -> str | None:
        """Return how to write a matrix operation that other programs call by this name, None for any other name."""
        bare = token.text.rstrip("'")
        if token.text in ("matmul", "dot"):
            return N_("Write the product of two matrices with @, as in X @ W.")
        if token.text == "transpose" or (token.text == "T" and self.second_previous.kind == "^"):
            return N_("A transpose stands behind its matrix: X.T.")
        if bare != token.text and bare[:1].isupper() and bare in (self.names or ()):
            return N_("Write a transpose as {name}.T.")
        return None

    def merge_derivative(self, token: Token) -> Token:
        """Return the token extended to all of an unknown `dz/dx`, which is not meant as a quotient."""
        if token.text.startswith("d") and len(token.text) > 1 and self.token.kind == "/":
            below = self.peek()
            if (
                below.kind == "name"
                and below.text.startswith("d")
                and below.position == token.position + len(token.text) + 1
            ):
                return token._replace(text=f"{token.text}/{below.text}")
        return token

    def parse_call(self, token: Token) -> Expr:
        op, least, most = self.functions[token.text]
        if self.token.kind != "(":
            raise self.error(N_("{name} needs brackets: write {name}(…)."), token, name=token.text)
        opening = self.next()
        self.enter_nesting()
        args = [self.parse_expression(0)]
        while self.token.kind == "," and len(args) < most:
            self.next()
            args.append(self.parse_expression(0))
        if self.token.kind == "," and most == 1 and self.previous.text.isdecimal() and self.peek().text.isdecimal():
            raise self.comma_error()
        if self.token.kind == "," and most == 1:
            raise self.error(N_("{name} takes one value: write {form}."), token, name=op, form=_signature(token, 1))
        if self.token.kind == "," or (self.token.kind == ")" and len(args) < least):
            raise self.error(
                N_("{name} takes {n} values: write {form}."),
                token,
                name=token.text,
                n=least,
                form=_signature(token, least),
            )
        self.expect_closing(opening, ")")
        self.depth -= 1
        if op in _AXIS_FUNCTIONS and len(args) == 2:
            self.check_axis(token, args[1])
        elif op == "ones":
            self.check_ones(token, args)
        return self.count_node(Apply(op, tuple(args), token.position))

    def check_axis(self, token: Token, axis: Expr) -> None:
        if not (isinstance(axis, Num) and axis.value in (0, 1)):
            raise self.error(
                N_("Write {name}(X, 0) for a row of the columns, {name}(X, 1) for a column of the rows."),
                token,
                name=token.text,
            )

    def check_ones(self, token: Token, sizes: list[Expr]) -> None:
        for size in sizes:
            if not (isinstance(size, Num) and size.value.denominator == 1 and 1 <= size.value <= self.limits.cells):
                raise self.error(N_("ones takes how many rows and columns, as in ones(2, 3)."), token)
            assert isinstance(size, Num)
        rows, columns = (size.value.numerator for size in sizes if isinstance(size, Num))
        self.cells += rows * columns
        if self.cells > self.limits.cells:
            raise self.error(N_("A matrix may have {n} entries at most."), token, n=self.limits.cells)

    def parse_parenthesized(self, opening: Token) -> Expr:
        self.enter_nesting()
        tree = self.parse_expression(0)
        self.expect_closing(opening, ")")
        self.depth -= 1
        return tree

    def expect_closing(self, opening: Token, closing: str) -> None:
        if self.token.kind == closing:
            self.next()
        elif self.token.kind == "end":
            raise self.error(N_("This “{c}” is never closed. Add a “{d}”."), opening, c=opening.text, d=closing)
        elif self.token.kind == ",":
            raise self.comma_error()
        elif self.token.kind in (")", "]"):
            raise self.error(
                N_("“{c}” does not close the “{d}” before it. Write “{e}”."),
                c=self.token.text,
                d=opening.text,
                e=closing,
            )
        else:
            self.expect_end(())

    def parse_grid(self, opening: Token) -> Expr:
        """Parse `[[1, 2], [3, 4]]`, or the single row `[1, 2]`."""
        rows: list[tuple[Expr, ...]] = []
        if self.token.kind == "[":
            while True:
                inner = self.token
                if inner.kind != "[":
                    raise self.error(N_("Each row of a matrix stands in brackets: [[1, 2], [3, 4]]."))
                self.next()
                rows.append(self.parse_row(inner))
                if len(rows[-1]) != len(rows[0]):
                    raise self.error(
                        N_("Entries in this row: {n}, in the first row: {m}. Make all rows equally long."),
                        inner,
                        n=len(rows[-1]),
                        m=len(rows[0]),
                    )
                if self.token.kind != ",":
                    break
                self.next()
            self.expect_closing(opening, "]")
        else:
            rows.append(self.parse_row(opening))
        return self.count_node(Grid(tuple(rows), opening.position))

    def parse_row(self, opening: Token) -> tuple[Expr, ...]:
        if self.token.kind == "]":
            raise self.error(N_("This row is empty. Write its entries, separated by commas."))
        self.enter_nesting()
        cells = [self.parse_cell()]
        while self.token.kind == ",":
            self.next()
            cells.append(self.parse_cell())
        self.expect_closing(opening, "]")
        self.depth -= 1
        return tuple(cells)

    def parse_cell(self) -> Expr:
        self.cells += 1
        if self.cells > self.limits.cells:
            raise self.error(N_("A matrix may have {n} entries at most."), n=self.limits.cells)
        if self.token.kind == "number" and self.peek().kind in (",", "]"):
            token = self.next()
            return Num(token.value, token.text)
        # Numbers count as cells only, not as nodes, too.
        before = self.nodes
        tree = self.parse_expression(0)
        if isinstance(tree, Num) or (isinstance(tree, Apply) and tree.op == "neg" and isinstance(tree.args[0], Num)):
            self.nodes = before
        return tree
