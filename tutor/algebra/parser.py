"""Tokens -> tree: a Pratt parser. Every error is an `AlgebraError` with its place in the text as typed.

Binding, from loose to tight: `+ -`; `* / @` and the implicit product, left to right; a minus in front; `^`,
right-associative, with a signed exponent; `.T`. So `-x^-2` is −(x^(−2)) and `1/2x` is (1/2)·x.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tutor.algebra.errors import AlgebraError
from tutor.algebra.lexer import Token, tokens
from tutor.algebra.limits import ANSWER, GRAPH, Limits
from tutor.algebra.lookalikes import look
from tutor.algebra.tree import Apply, Expr, Grid, Num, Sym
from tutor.i18n import N_, Message, message

#: Functions by the names they are written with: the operation, and how many values they take, at least and at most.
FUNCTIONS = {
    "exp": ("exp", 1, 1),
    "log": ("log", 1, 1),
    "ln": ("log", 1, 1),
    "sqrt": ("sqrt", 1, 1),
    "sin": ("sin", 1, 1),
    "cos": ("cos", 1, 1),
    "tanh": ("tanh", 1, 1),
    "sigmoid": ("sigmoid", 1, 1),
    "σ": ("sigmoid", 1, 1),
    "relu": ("relu", 1, 1),
    "softplus": ("softplus", 1, 1),
    "abs": ("abs", 1, 1),
    "sign": ("sign", 1, 1),
    "max": ("max", 2, 2),
    "min": ("min", 2, 2),
    "sum": ("sum", 1, 2),
    "mean": ("mean", 1, 2),
    "softmax": ("softmax", 1, 1),
    "cross_entropy": ("cross_entropy", 2, 2),
    "mse": ("mse", 2, 2),
    "ones": ("ones", 2, 2),
}
#: Functions whose second value is an axis: 0 goes down the columns, 1 along the rows.
_ALONG = ("sum", "mean")
CONSTANTS = ("e", "pi", "π")
#: So many names are listed where an unknown one stands.
_NAMED = 12
#: A letter of the Korean keyboard, alone or in a syllable.
_KOREAN = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

_SUM, _PRODUCT, _SIGN, _POWER = 10, 20, 25, 30
_INFIX = {
    "+": ("add", _SUM),
    "-": ("sub", _SUM),
    "*": ("mul", _PRODUCT),
    "/": ("div", _PRODUCT),
    "@": ("matmul", _PRODUCT),
    "^": ("pow", _POWER),
}
_BEGINS_OPERAND = ("number", "name", "(", "[")


@dataclass(frozen=True, slots=True)
class Equation:
    """`name = tree`; the name may be missing."""

    name: str | None
    tree: Expr
    at: int


def reserved(name: str) -> bool:
    """Whether no input or node may have this name: it means something of its own, or is given by counting."""
    return name in FUNCTIONS or name in CONSTANTS or name in ("up", "start") or bool(_COUNTED.fullmatch(name))


def _form(token: Token, takes: int) -> str:
    """How a function is written, with letters for its values."""
    return f"{token.text}({', '.join('abcdefgh'[:takes])})"


_COUNTED = re.compile(
    r"(?:q|add|sub|mul|div|neg|inv|pow|exp|log|sqrt|sin|cos|tanh|sigmoid|relu|softplus|abs|sign|max|min|matmul|transpose"
    r"|sum|mean|softmax|broadcast|cross_entropy|mse)[0-9]+"
)


def parse(text: str, names: Collection[str] | None = None, limits: Limits = ANSWER) -> Expr:
    """The tree of one expression, as typed, nothing folded.

    `names` are the names it may use (also such as `dL/dz`), None for any.
    Raises `AlgebraError` with the place and the remedy.
    """
    return _Parser(text, names, limits).expression_alone()


def parse_equations(text: str, limits: Limits = GRAPH, own: Mapping[str, int] | None = None) -> list[Equation]:
    """The equations of a graph's text, `t = a + b; z = t * c`; the last one may lack a name.

    `own` are functions of one's own, by name, with how many values they take.
    """
    return _Parser(text, None, limits, own).equations()


def read_value(text: str) -> Expr:
    """A value without names: `3`, `-1/2`, `log(3)`, `[[1, 2], [3, 4]]`."""
    return parse(text, names=(), limits=GRAPH)


class _Parser:
    def __init__(
        self,
        text: str,
        names: Collection[str] | None,
        limits: Limits,
        own: Mapping[str, int] | None = None,
    ) -> None:
        self.functions = {**FUNCTIONS, **{name: (name, takes, takes) for name, takes in (own or {}).items()}}
        if len(text) > limits.characters:
            raise AlgebraError(
                message(N_("This is longer than {n} characters. Write it shorter."), n=limits.characters),
                limits.characters,
            )
        self.names = names
        self.limits = limits
        compound = [name for name in names or () if not name.isidentifier()]
        self.coming = tokens(text, compound)
        self.before = self.last = self.token = next(self.coming)
        self.ahead: Token | None = None
        self.nodes = self.cells = self.depth = 0

    def next(self) -> Token:
        """The token in hand; the one behind it is taken up."""
        self.before, self.last = self.last, self.token
        self.token, self.ahead = self.ahead or next(self.coming, self.token), None
        return self.last

    def peek(self) -> Token:
        """The token behind the one in hand."""
        self.ahead = self.ahead or next(self.coming, self.token)
        return self.ahead

    def expression_alone(self) -> Expr:
        if self.token.kind == "end":
            raise AlgebraError(message(N_("Nothing is written here yet. Type a value.")), 0)
        tree = self.expression(0)
        self.expect_end(("end",))
        return tree

    def equations(self) -> list[Equation]:
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
                if reserved(name) or name in self.functions:
                    raise AlgebraError(
                        message(N_("“{name}” has a meaning of its own here. Choose another name."), name=name),
                        first.at,
                        len(first.text),
                    )
            found.append(Equation(name, self.expression(0), first.at))
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
            raise self.comma()
        if token.kind == "=" and ";" in ends:
            raise self.error(N_("One “=” makes an equation. Put “;” between two of them, as in t = a + b; z = t * c."))
        if token.kind == "=":
            raise self.error(N_("“=” is not read here. Write only the value."))
        if token.kind == ";":
            raise self.error(N_("Write one value only, without “;”."))
        raise self.error(N_("“{c}” is not expected here. Is a sign such as + or * missing before it?"), c=token.text)

    def error(self, text: str, token: Token | None = None, **values: object) -> AlgebraError:
        token = token or self.token
        return AlgebraError(Message(text, values), token.at, len(token.text))

    def comma(self) -> AlgebraError:
        before, after = self.last, self.peek()
        if before.text.isdecimal() and after.text.isdecimal() and len(after.text) == 3:
            return self.error(
                N_("A comma is not read in numbers. Write {whole}, or {d} for a decimal."),
                whole=before.text + after.text,
                d=f"{before.text}.{after.text}",
            )
        if before.text.isdecimal() and after.text.isdecimal():
            return self.error(N_("Decimals are written with a point: write {d}."), d=f"{before.text}.{after.text}")
        return self.error(N_("A comma is not expected here. Decimals are written with a point, as 0.5."))

    def made(self, tree: Expr) -> Expr:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise AlgebraError(
                message(N_("This has more than {n} parts. Write it shorter."), n=self.limits.nodes),
                self.last.at,
            )
        return tree

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.error(N_("This is nested more than {n} deep. Name a part of it first."), n=self.limits.depth)

    def expression(self, binding: int) -> Expr:
        tree = self.operand()
        while True:
            token = self.token
            if token.kind == "T":
                self.next()
                tree = self.made(Apply("T", (tree,), token.at))
            elif token.kind in _INFIX:
                op, strength = _INFIX[token.kind]
                if strength < binding or (strength == binding and op != "pow"):
                    return tree
                self.next()
                if op == "pow":
                    self.deeper()
                right = self.expression(strength)
                if op == "pow":
                    self.depth -= 1
                tree = self.made(Apply(op, (tree, right), token.at))
            elif token.kind == "number":
                raise self.error(
                    N_("An operator is missing before {c}. Write *, ^ or another one there."), c=token.text
                )
            elif token.kind == "[":
                raise self.error(N_("A matrix right behind a value is no product. Write * or @ between them."))
            elif token.kind in _BEGINS_OPERAND and binding < _PRODUCT:
                right = self.expression(_PRODUCT)
                tree = self.made(Apply("mul", (tree, right), token.at))
            else:
                return tree

    def operand(self) -> Expr:
        token = self.next()
        if token.kind == "number":
            return self.made(Num(token.value, token.text))
        if token.kind == "name":
            return self.named(token)
        if token.kind == "(":
            return self.bracketed(token)
        if token.kind == "[":
            return self.grid(token)
        if token.kind in ("+", "-"):
            self.deeper()
            inside = self.expression(_SIGN)
            self.depth -= 1
            return inside if token.kind == "+" else self.made(Apply("neg", (inside,), token.at))
        if token.kind == "end":
            raise self.error(N_("The text ends too early: a value is missing here."), token)
        if token.kind == "T":
            raise self.error(N_("A transpose stands behind its matrix: X.T."), token)
        if token.kind == "=":
            raise self.error(N_("“=” is not read here. Write only the value."), token)
        if token.kind == ")":
            raise self.error(N_("A value is missing before this “)”."), token)
        raise self.error(N_("A value is missing before “{c}”."), token, c=token.text)

    def named(self, token: Token) -> Expr:
        name = token.text
        declared = self.names is not None and name in self.names
        if name in self.functions and not declared:
            return self.call(token)
        if name == "e" and not declared:
            return self.made(Apply("exp", (Num(Fraction(1), "1"),), token.at))
        if name in ("pi", "π") and not declared:
            return self.made(Sym("pi", token.at))
        if self.names is not None and not declared:
            raise self.unknown(token)
        if self.names is None and self.token.kind == "(" and self.token.at == token.at + len(token.text):
            self.check_product(token)
        return self.made(Sym(name, token.at))

    def check_product(self, token: Token) -> None:
        """Refuse a name with a bracket right behind it that reads like a function: `tan(x)`, but not `y(1 - y)`."""
        name = token.text
        if name == "Σ":
            raise self.error(N_("Write the sum of a matrix as sum(X)."), token)
        if len(name) < 2:
            return
        near = difflib.get_close_matches(name.lower(), self.functions, n=1, cutoff=0.75)
        if near:
            raise self.error(
                N_("“{name}” is no function here. Did you mean {near}? For a product write {name}*(…)."),
                token,
                name=name,
                near=near[0],
            )
        raise self.error(
            N_("“{name}” is no function here. For a product write {name}*(…). Functions are {known}."),
            token,
            name=name,
            known=", ".join(self.functions),
        )

    def unknown(self, token: Token) -> AlgebraError:
        token = self.derivative(token)
        names = sorted(self.names or ())
        known = names if len(names) <= _NAMED else [*names[:_NAMED], "…"]
        if not known:
            return self.error(N_("Unknown name “{name}”. Only numbers are read here."), token, name=token.text)
        if instead := self.instead(token):
            return self.error(instead, token, name=token.text.rstrip("'"))
        letters = list(token.text)
        if len(letters) > 1 and all(letter in names for letter in letters):
            return self.error(
                N_("Unknown name “{name}”. For a product write {product}."),
                token,
                name=token.text,
                product="*".join(letters),
            )
        alike = next((name for name in names if look(name) == look(token.text)), None)
        if alike:
            return self.error(
                N_("“{name}” looks like {other} but is written with other letters. Type {other}."),
                token,
                name=token.text,
                other=alike,
            )
        if _KOREAN.search(token.text) and not any(map(_KOREAN.search, names)):
            return self.error(
                N_("“{name}” is in Korean letters. Switch the keyboard to English ones. This exercise knows {known}."),
                token,
                name=token.text,
                known=", ".join(known),
            )
        near = difflib.get_close_matches(token.text, [*names, *self.functions], n=1, cutoff=0.75)
        if near:
            return self.error(
                N_("Unknown name “{name}”. Did you mean {near}? This exercise knows {known}."),
                token,
                name=token.text,
                near=near[0],
                known=", ".join(known),
            )
        return self.error(
            N_("Unknown name “{name}”. This exercise knows {known}."), token, name=token.text, known=", ".join(known)
        )

    def instead(self, token: Token) -> str | None:
        """What is written for an operation of matrices that has no name here, None where the name is none of them."""
        bare = token.text.rstrip("'")
        if token.text in ("matmul", "dot"):
            return N_("Write the product of two matrices with @, as in X @ W.")
        if token.text == "transpose" or (token.text == "T" and self.before.kind == "^"):
            return N_("A transpose stands behind its matrix: X.T.")
        if bare != token.text and bare[:1].isupper() and bare in (self.names or ()):
            return N_("Write a transpose as {name}.T.")
        return None

    def derivative(self, token: Token) -> Token:
        """The whole of `dz/dx` where that has no name here: nobody who writes it means a quotient."""
        if token.text.startswith("d") and len(token.text) > 1 and self.token.kind == "/":
            below = self.peek()
            if below.kind == "name" and below.text.startswith("d") and below.at == token.at + len(token.text) + 1:
                return token._replace(text=f"{token.text}/{below.text}")
        return token

    def call(self, token: Token) -> Expr:
        op, least, most = self.functions[token.text]
        if self.token.kind != "(":
            raise self.error(N_("{name} needs brackets: write {name}(…)."), token, name=token.text)
        opening = self.next()
        self.deeper()
        args = [self.expression(0)]
        while self.token.kind == "," and len(args) < most:
            self.next()
            args.append(self.expression(0))
        if self.token.kind == "," and most == 1 and self.last.text.isdecimal() and self.peek().text.isdecimal():
            raise self.comma()
        if self.token.kind == "," and most == 1:
            raise self.error(N_("{name} takes one value: write {form}."), token, name=op, form=_form(token, 1))
        if self.token.kind == "," or (self.token.kind == ")" and len(args) < least):
            raise self.error(
                N_("{name} takes {n} values: write {form}."), token, name=token.text, n=least, form=_form(token, least)
            )
        self.close(opening, ")")
        self.depth -= 1
        if op in _ALONG and len(args) == 2:
            self.check_axis(token, args[1])
        elif op == "ones":
            self.check_ones(token, args)
        return self.made(Apply(op, tuple(args), token.at))

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

    def bracketed(self, opening: Token) -> Expr:
        self.deeper()
        tree = self.expression(0)
        self.close(opening, ")")
        self.depth -= 1
        return tree

    def close(self, opening: Token, closing: str) -> None:
        if self.token.kind == closing:
            self.next()
        elif self.token.kind == "end":
            raise self.error(N_("This “{c}” is never closed. Add a “{d}”."), opening, c=opening.text, d=closing)
        elif self.token.kind == ",":
            raise self.comma()
        elif self.token.kind in (")", "]"):
            raise self.error(
                N_("“{c}” does not close the “{d}” before it. Write “{e}”."),
                c=self.token.text,
                d=opening.text,
                e=closing,
            )
        else:
            self.expect_end(())

    def grid(self, opening: Token) -> Expr:
        """`[[1, 2], [3, 4]]`, or `[1, 2]`, which is one row."""
        rows: list[tuple[Expr, ...]] = []
        if self.token.kind == "[":
            while True:
                inner = self.token
                if inner.kind != "[":
                    raise self.error(N_("Each row of a matrix stands in brackets: [[1, 2], [3, 4]]."))
                self.next()
                rows.append(self.row(inner))
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
            self.close(opening, "]")
        else:
            rows.append(self.row(opening))
        return self.made(Grid(tuple(rows), opening.at))

    def row(self, opening: Token) -> tuple[Expr, ...]:
        if self.token.kind == "]":
            raise self.error(N_("This row is empty. Write its entries, separated by commas."))
        self.deeper()
        cells = [self.cell()]
        while self.token.kind == ",":
            self.next()
            cells.append(self.cell())
        self.close(opening, "]")
        self.depth -= 1
        return tuple(cells)

    def cell(self) -> Expr:
        self.cells += 1
        if self.cells > self.limits.cells:
            raise self.error(N_("A matrix may have {n} entries at most."), n=self.limits.cells)
        if self.token.kind == "number" and self.peek().kind in (",", "]"):
            token = self.next()
            return Num(token.value, token.text)
        # Plain entries are counted as cells, not as parts of an expression.
        before = self.nodes
        tree = self.expression(0)
        if isinstance(tree, Num) or (isinstance(tree, Apply) and tree.op == "neg" and isinstance(tree.args[0], Num)):
            self.nodes = before
        return tree
