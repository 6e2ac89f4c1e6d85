"""Calls in formulas: functions, and those of other programs with their methods and libraries."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import foreign
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, free_names
from tutor.algebra.matrix_parser import MatrixParser
from tutor.i18n import N_

if TYPE_CHECKING:
    from tutor.algebra.lexer import Token

#: Functions whose second operand is an axis: 0 sums each column, 1 each row.
_AXIS_FUNCTIONS = ("sum", "mean")
_AXIS_KEYWORDS = ("axis", "dim")
_SIZE_OF_ONES = N_("ones takes how many rows and columns, as in ones(2, 3).")


def _signature(name: str, arity: int) -> str:
    """Return an example call of a function, `max(a, b)`."""
    return f"{name}({', '.join('abcdefgh'[:arity])})"


class CallParser(MatrixParser):
    """Parses the calls of a formula."""

    def parse_call(self, token: Token) -> Expr:
        op, least, most = self.functions[token.text]
        if self.token.kind != "(":
            raise self.error(N_("{name} needs brackets: write {name}(…)."), token, name=token.text)
        opening = self.next()
        self.enter_nesting()
        if op == "ones" and self.token.kind == "(":
            args = self.parse_size(self.next())
        else:
            args = [self.parse_expression(0)]
            while self.token.kind == "," and (len(args) < most or self.at_axis()):
                self.next()
                args.append(self.parse_argument(token, op))
            if op == "softmax" and len(args) == 2:
                args.pop()
        if self.token.kind == "," and most == 1 and self.previous.text.isdecimal() and self.peek().text.isdecimal():
            raise self.comma_error()
        if self.token.kind == "," and most == 1:
            raise self.error(
                N_("{name} takes one value: write {form}."), token, name=op, form=_signature(token.text, 1)
            )
        if self.token.kind == "," or (self.token.kind == ")" and len(args) < least):
            if op == "ones":
                raise self.error(_SIZE_OF_ONES, token)
            raise self.error(
                N_("{name} takes {n} values: write {form}."),
                token,
                name=token.text,
                n=least,
                form=_signature(token.text, least),
            )
        self.expect_closing(opening, ")")
        self.depth -= 1
        if op in _AXIS_FUNCTIONS and len(args) == 2:
            args[1] = self.check_axis(token, args[1])
        elif op == "ones":
            self.check_ones(token, args)
        return self.count_node(Apply(op, tuple(args), token.position))

    def check_axis(self, token: Token, axis: Expr) -> Num:
        """Return an axis, 0 or 1. A negative one counts from the last."""
        if (
            isinstance(axis, Apply)
            and axis.op == "neg"
            and isinstance(axis.args[0], Num)
            and axis.args[0].value in (1, 2)
        ):
            axis = Num(2 - axis.args[0].value)
        if not (isinstance(axis, Num) and axis.value in (0, 1)):
            raise self.error(
                N_("Write {name}(X, 0) for a row of the columns, {name}(X, 1) for a column of the rows."),
                token,
                name=token.text.lstrip("."),
            )
        return axis

    def at_axis(self) -> bool:
        """Return whether a keyword for an axis may follow the comma."""
        return self.peek().kind == "name" and self.peek().text in _AXIS_KEYWORDS

    def parse_argument(self, token: Token, op: str) -> Expr:
        """Parse an operand after the first, perhaps with a keyword: `axis=0`."""
        keyword = self.token
        if keyword.kind != "name" or keyword.text not in _AXIS_KEYWORDS or self.peek().kind != "=":
            return self.parse_expression(0)
        self.next()
        self.next()
        axis = self.parse_expression(0)
        if op == "softmax":
            axis = self.check_axis(token, axis)
            if axis.value == 0:
                raise self.error(N_("softmax goes along the rows. For columns write softmax(X.T).T."), token)
        return axis

    def parse_size(self, opening: Token) -> list[Expr]:
        """Parse the size in `ones((2, 3))`."""
        sizes = [self.parse_expression(0)]
        while self.token.kind == ",":
            self.next()
            sizes.append(self.parse_expression(0))
        self.expect_closing(opening, ")")
        return sizes

    def check_ones(self, token: Token, sizes: list[Expr]) -> None:
        if self.names is not None and any(map(free_names, sizes)):
            # Whether the names are those of sizes shows when their values are known.
            return
        for size in sizes:
            if not (isinstance(size, Num) and size.value.denominator == 1 and 1 <= size.value <= self.limits.cells):
                raise self.error(_SIZE_OF_ONES, token)
            assert isinstance(size, Num)
        rows, columns = (size.value.numerator for size in sizes if isinstance(size, Num))
        self.cells += rows * columns
        if self.cells > self.limits.cells:
            raise self.error(N_("A matrix may have {n} entries at most."), token, n=self.limits.cells)

    def parse_foreign_name(self, token: Token) -> Expr | None:
        """Parse a name of another program, `np.exp(x)` or `dot(A, B)`; return None for any other name."""
        if token.text in foreign.LIBRARIES and self.token.kind == "attribute":
            return self.parse_library_name(token)
        if self.token.kind == "(" and token.text not in self.functions and foreign.builder(token.text):
            return self.parse_foreign_call(token, token.text)
        return None

    def parse_library_name(self, token: Token) -> Expr:
        """Parse `np.exp(x)`, `torch.nn.functional.relu(x)`, `math.pi`: what stands behind the last point counts."""
        while self.token.kind == "attribute":
            attribute = self.next()
        name = attribute.text[1:]
        whole = attribute._replace(
            text=name, position=token.position, length=attribute.position + attribute.width - token.position
        )
        if self.token.kind == "(" and name in self.functions:
            return self.parse_call(whole)
        if self.token.kind == "(" and foreign.builder(name):
            return self.parse_foreign_call(whole, name)
        if name in foreign.CONSTANTS:
            return self.parse_constant(foreign.CONSTANTS[name], token.position)
        if name in foreign.INSTEAD:
            raise self.error(foreign.INSTEAD[name], whole)
        if name in self.functions or foreign.builder(name):
            raise self.error(N_("{name} needs brackets: write {name}(…)."), whole, name=name)
        raise self.unknown_library_function(whole)

    def parse_attribute(self, owner: Token, tree: Expr) -> Expr:
        """Parse what follows a value: `.exp()`, `.dot(B)`, `.sum(axis=0)`, `.grad`."""
        token = self.next()
        name = token.text[1:]
        if self.token.kind == "(" and (name in self.functions or foreign.builder(name)):
            return self.parse_foreign_call(token, name, tree)
        if name == "grad" and isinstance(tree, Sym):
            gradient = next((known for known in self.compound_names if known.endswith(f"/d{tree.name}")), None)
            if gradient:
                return self.count_node(Sym(gradient, tree.position))
        raise self.attribute_error(token, owner if isinstance(tree, Sym) else None)

    def parse_foreign_call(self, token: Token, name: str, *operands: Expr) -> Expr:
        """Parse the operands in brackets after `operands`, and return the tree of the operation."""
        opening = self.next()
        self.enter_nesting()
        op, least, most = self.functions.get(name, (name, 0, 0))
        found = foreign.builder(name) if not least else None
        build, most = found or ((lambda position, *args: Apply(op, args, position)), most)
        least = least or most
        is_flat = self.token.kind == "[" and self.peek().kind != "["
        args = list(operands)
        while self.token.kind != ")" or not args:
            args.append(self.parse_argument(token, op) if args else self.parse_expression(0))
            if self.token.kind != ",":
                break
            if self.peek().kind == ")" or len(args) < most or self.at_axis():
                self.next()
            else:
                break
        if op == "softmax" and len(args) == 2:
            args.pop()
        if not least <= len(args) <= most or self.token.kind == ",":
            text = (
                N_("{name} takes one value: write {form}.")
                if most == 1
                else N_("{name} takes {n} values: write {form}.")
            )
            raise self.error(text, token, name=name, n=least, form=_signature(name, least))
        self.expect_closing(opening, ")")
        self.depth -= 1
        if op in _AXIS_FUNCTIONS and len(args) == 2:
            args[1] = self.check_axis(token, args[1])
        if name in foreign.COLUMN_TYPES and is_flat and isinstance(args[0], Grid):
            return Grid(tuple((cell,) for cell in args[0].rows[0]), args[0].position)
        return self.count_node(build(token.position, *args))

    def parse_constant(self, name: str, position: int) -> Expr:
        """Return e or π."""
        if name == "e":
            return self.count_node(Apply("exp", (Num(Fraction(1), "1"),), position))
        return self.count_node(Sym("pi", position))
