"""Matrices in formulas: as lists, as NumPy prints them, with semicolons between rows, and in LaTeX."""

from __future__ import annotations

import re
from abc import abstractmethod
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from tutor.algebra.expr import Apply, Expr, Grid, Num
from tutor.algebra.lexer import COMPARISONS
from tutor.algebra.literals import MINUS_SIGNS
from tutor.algebra.parse_errors import ErrorReports
from tutor.i18n import N_

if TYPE_CHECKING:
    from tutor.algebra.lexer import Token

_NUMBER = rf"[+\-{MINUS_SIGNS}]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-{MINUS_SIGNS}]?[0-9]+)?"
#: A row whose numbers have only spaces between them, up to its end.
_SPACED_ROW = re.compile(rf"\s*{_NUMBER}(?:\s+{_NUMBER})+\s*(?=[\];])")


def _is_new_or_whole(part: Expr) -> bool:
    """Return whether a part of an index is a new axis, or all of an axis."""
    if not isinstance(part, Apply) or part.op not in ("newaxis", "slice"):
        return False
    return all(isinstance(bound, Apply) and bound.op == "none" for bound in part.args)


class MatrixParser(ErrorReports):
    """Parses the matrices of a formula."""

    @abstractmethod
    def parse_expression(self, binding: int) -> Expr:
        """Parse an expression up to an operator that binds no tighter than `binding`."""

    def parse_grid(self, opening: Token) -> Expr:
        """Parse `[[1, 2], [3, 4]]`, the vector `[1, 2]`, or `[1, 2; 3, 4]`; commas may be spaces."""
        rows: list[tuple[Expr, ...]] = []
        is_vector = False
        if self.token.kind == "[":
            while True:
                inner = self.token
                if inner.kind != "[":
                    raise self.error(N_("Write each row of a matrix in brackets: [[1, 2], [3, 4]]."))
                self.next()
                self.add_row(rows, inner)
                self.expect_closing(inner, "]")
                self.depth -= 1
                if self.token.kind in (",", ";"):
                    self.next()
                    if self.token.kind == "]":
                        break
                elif self.token.kind != "[":
                    break
            self.expect_closing(opening, "]")
        else:
            self.add_row(rows, opening)
            is_vector = self.token.kind != ";"
            while self.token.kind == ";":
                self.depth -= 1
                self.add_row(rows, self.next())
            self.expect_closing(opening, "]")
            self.depth -= 1
        return self.count_node(Grid(tuple(rows), opening.position, is_vector))

    def parse_index(self, tree: Expr) -> Expr:
        """Parse the index behind a value: `[0]`, `[:, 1]`, `[1:3]`, `[ids]`, `[range(3), y]`."""
        opening = self.next()
        self.enter_nesting()
        parts = [self.parse_index_part()]
        while self.token.kind == ",":
            self.next()
            if self.token.kind == "]":
                break
            parts.append(self.parse_index_part())
        self.expect_closing(opening, "]")
        self.depth -= 1
        new_axis = [isinstance(part, Apply) and part.op == "newaxis" for part in parts]
        if any(new_axis):
            if len(parts) > 2 or (len(parts) == 2 and not all(map(_is_new_or_whole, parts))):
                raise self.error(N_("Write x[:, None] for a column, x[None, :] for a row."), opening)
            axis = Num(Fraction(new_axis.index(True)))
            return self.count_node(Apply("unsqueeze", (tree, axis), opening.position))
        if len(parts) > 2:
            raise self.error(N_("A matrix has two axes: write X[row, column]."), opening)
        return self.count_node(Apply("index", (tree, *parts), opening.position))

    def parse_index_part(self) -> Expr:
        """Parse what picks along one axis: a value, or a slice such as `1:3`."""
        position = self.token.position
        if self.token.kind == "name" and self.token.text in ("None", "newaxis"):
            self.next()
            return Apply("newaxis", (), position)
        if self.token.text in ("np", "numpy", "torch", "jnp") and self.peek().text == ".newaxis":
            self.next()
            self.next()
            return Apply("newaxis", (), position)
        bounds: list[Expr] = [Apply("none", ())] * 3
        for place in range(3):
            if self.token.kind not in (":", ",", "]"):
                bounds[place] = self.parse_expression(0)
            if self.token.kind != ":":
                if place == 0 and self.token.kind in (",", "]") and bounds[0] is not bounds[1]:
                    return bounds[0]
                break
            self.next()
        if place == 0:
            raise self.error(N_("An index is missing here. Write X[0], X[:, 1] or X[1:3]."))
        return self.count_node(Apply("slice", tuple(bounds), position))

    def add_row(self, rows: list[tuple[Expr, ...]], opening: Token) -> None:
        """Parse the cells of the next row, which is as long as the first."""
        rows.append(self.parse_row(opening))
        if len(rows[-1]) != len(rows[0]):
            raise self.error(
                N_("Entries in this row: {n}, in the first row: {m}. Make all rows the same length."),
                opening,
                n=len(rows[-1]),
                m=len(rows[0]),
            )

    def parse_row(self, opening: Token) -> tuple[Expr, ...]:
        if self.token.kind == "]":
            raise self.error(N_("This row is empty. Write its entries, separated by commas."))
        self.enter_nesting()
        if spaced := self.names is not None and _SPACED_ROW.match(self.text, opening.position + 1):
            return self.parse_spaced_row(spaced.end())
        cells = [self.parse_cell()]
        while self.token.kind == ",":
            self.next()
            if self.token.kind == "]":
                break
            cells.append(self.parse_cell())
        return tuple(cells)

    def parse_spaced_row(self, end: int) -> tuple[Expr, ...]:
        """Parse the numbers up to `end`, with a sign directly before them: `[1 -2]` has two."""
        cells: list[Expr] = []
        while self.token.position < end and self.token.kind != "end":
            self.count_cell()
            sign = self.next() if self.token.kind in ("+", "-") else None
            token = self.next()
            number = Num(token.value, token.text)
            cells.append(Apply("neg", (number,), sign.position) if sign and sign.kind == "-" else number)
        return tuple(cells)

    def parse_cell(self) -> Expr:
        self.count_cell()
        if self.token.kind == "number" and self.peek().kind in (",", "]"):
            token = self.next()
            return Num(token.value, token.text)
        # Numbers count as cells only, not as nodes, too.
        before = self.nodes
        tree = self.parse_expression(0)
        if isinstance(tree, Num) or (isinstance(tree, Apply) and tree.op == "neg" and isinstance(tree.args[0], Num)):
            self.nodes = before
        return tree

    def count_cell(self) -> None:
        self.cells += 1
        if self.cells > self.limits.cells:
            raise self.error(N_("A matrix can have at most {n} entries."), n=self.limits.cells)

    def parse_latex_matrix(self, opening: Token) -> Expr:
        r"""Parse the cells up to `\end{…}`: `1 & 2 \\ 3 & 4`."""
        rows: list[tuple[Expr, ...]] = []
        self.enter_nesting()
        while self.token.kind != "end-matrix":
            cells = [self.parse_cell()]
            while self.token.kind == "&":
                self.next()
                cells.append(self.parse_cell())
            rows.append(tuple(cells))
            if len(cells) != len(rows[0]):
                raise self.error(
                    N_("Entries in this row: {n}, in the first row: {m}. Make all rows the same length."),
                    n=len(cells),
                    m=len(rows[0]),
                )
            if self.token.kind == "new-row":
                self.next()
            elif self.token.kind != "end-matrix":
                self.expect_closing(opening, "end-matrix")
        self.next()
        self.depth -= 1
        if not rows:
            raise self.error(N_("This row is empty. Write its entries, separated by commas."), opening)
        return self.count_node(Grid(tuple(rows), opening.position))

    def expect_closing(self, opening: Token, closing: str) -> None:
        """Move on behind the bracket that closes `opening`."""
        if self.token.kind == closing:
            self.next()
        elif self.token.kind == "end":
            raise self.error(N_("This “{c}” is never closed. Add a “{d}”."), opening, c=opening.text, d=closing)
        elif self.token.kind == ",":
            raise self.comma_error()
        elif self.token.kind in (")", "]", "}"):
            raise self.error(
                N_("“{c}” doesn't close the “{d}” before it. Write “{e}”."),
                c=self.token.text,
                d=opening.text,
                e=closing,
            )
        else:
            self.reject_token()

    def reject_token(self, between_equations: bool = False) -> NoReturn:
        """Raise the error of a token that can't follow what was parsed."""
        token = self.token
        if token.kind in (")", "]", "}"):
            raise self.error(N_("This “{c}” closes nothing. Delete it, or open a bracket before it."), c=token.text)
        if token.kind == ",":
            raise self.comma_error()
        if token.kind == "=" and between_equations:
            raise self.error(N_("Each equation has one “=”. Put “;” between equations, as in t = a + b; z = t * c."))
        if token.kind in COMPARISONS:
            raise self.error(N_("Write a comparison in brackets, as in up*(x > 0). Its value is 1 or 0."))
        if token.kind == "=":
            raise self.error(N_("“=” can't be used here. Write just the value."))
        if token.kind == ";":
            raise self.error(N_("Write just one value, without “;”."))
        raise self.error(N_("“{c}” is not expected here. Is a sign such as + or * missing before it?"), c=token.text)
