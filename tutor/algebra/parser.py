"""Pratt parser: expressions and equations. Every error is an `AlgebraError` with its offset in the text as typed.

Precedence, from loose to tight: `> >= < <= == !=`; `+ -`; `* / @` and the implicit product, left to right; unary minus;
`^`, right-associative, with a signed exponent; `.T` and `[…]`. So `-x^-2` is −(x^(−2)) and `1/2x` is (1/2)·x.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra.call_parser import CallParser
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym
from tutor.algebra.lexer import COMPARISONS
from tutor.algebra.limits import ANSWER, GRAPH, Limits
from tutor.algebra.masked_softmax import INFINITY, infinity
from tutor.algebra.vocabulary import CONSTANTS, FUNCTIONS, is_built_in, is_reserved
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tutor.algebra.lexer import Token

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "Equation",
    "is_built_in",
    "is_reserved",
    "parse",
    "parse_equations",
    "parse_value",
]

_COMPARISON, _SUM, _PRODUCT, _UNARY, _POWER = 5, 10, 20, 25, 30
_INFIX = {
    "+": ("add", _SUM),
    "-": ("sub", _SUM),
    "*": ("mul", _PRODUCT),
    "/": ("div", _PRODUCT),
    "@": ("matmul", _PRODUCT),
    "^": ("pow", _POWER),
    **{sign: (op, _COMPARISON) for sign, op in COMPARISONS.items()},
}
_OPERAND_STARTS = ("number", "name", "(", "[", "√", "frac")


#: Signs that compute a new value of a name from its old one.
_AUGMENTED = {"+=": "add", "-=": "sub", "*=": "mul", "/=": "div", "@=": "matmul"}
#: The beginning of an equation.
_STEP_HEAD = re.compile(r"(?:^|[;\n])\s*(?P<name>[^\W\d]\w*)\s*=(?!=)")
_NO_LOOPS = N_("A loop can't be a node. Write out each pass, with a name for each value.")
_NO_CONDITION = N_("Write a condition as where(c, a, b): a if c is true, b if it is false.")
_NO_PYTHON = N_("“{name}” is a Python statement. Write only formulas, as in y = a*b; z = y + c.")
_NO_TUPLE = N_("Write a step for each name, as in a = x[0]; b = x[1].")
_NOT_SUBTRACTED = N_("Entries can't be changed in place. Write a new value, such as g = {name} - one_hot(y, 3).")
_NOT_IN_PLACE = N_(
    "Entries can't be changed in place. Write a new value, such as {name} = where({name} > 0, {name}, 0)."
)
_NO_LOGIC = N_(
    "Conditions are numbers here, 1 or 0: write (x > 0) * (y > 0) for “and”, max(…, …) for “or”, 1 - (x > 0) for “not”."
)
#: Words of Python that are not names when a value follows them, and what to write instead.
_STATEMENTS = {
    **dict.fromkeys(("if", "elif", "else"), _NO_CONDITION),
    **dict.fromkeys(("for", "while"), _NO_LOOPS),
    **dict.fromkeys(("and", "or", "not"), _NO_LOGIC),
    **dict.fromkeys(("def", "return", "import", "from", "class", "with", "assert", "print", "lambda"), _NO_PYTHON),
}

#: A comment, up to the end of its line.
_COMMENT = re.compile(r"#[^\n]*")
#: The beginning of `a, b = …`.
_NAMES_HEAD = re.compile(r"[^\W\d]\w*\s*(?:,\s*[^\W\d]\w*\s*)+=(?!=)")
#: The beginning of `f(x, y) = …`.
_FUNCTION_HEAD = re.compile(r"[^\W\d]\w*\((?P<inputs>\s*[^\W\d]\w*\s*(?:,\s*[^\W\d]\w*\s*)*)\)\s*=(?!=)")


@dataclass(frozen=True, slots=True)
class Equation:
    """`name = expr`; the name may be missing."""

    name: str | None
    expr: Expr
    position: int
    inputs: tuple[str, ...] = ()
    """the inputs in brackets behind the name, if there are any"""


def parse(
    text: str,
    names: Collection[str] | None = None,
    limits: Limits = ANSWER,
    own_functions: Mapping[str, tuple[int, int]] | None = None,
    spellings: Mapping[str, str] | None = None,
) -> Expr:
    """Return the tree of one expression; nothing is folded.

    `names` are the names it may use, including ones like `dL/dz`; None allows any. `spellings` maps other spellings to
    them. `own_functions` maps the names of further functions, which are functions only directly before a bracket, to the
    least and the greatest number of their operands. Raises `AlgebraError`.
    """
    return _Parser(text, names, limits, own_functions, own_functions or (), spellings or {}).parse_single()


def parse_equations(
    text: str,
    limits: Limits = GRAPH,
    own_functions: Mapping[str, tuple[int, int]] | None = None,
    redefinable: Collection[str] = (),
    given: Collection[str] = (),
) -> list[Equation]:
    """Return the equations of a graph's text, `t = a + b; z = t * c`; the last one may lack a name.

    A new line that begins with a name and = needs no semicolon before it, and # begins a comment. The last equation may be
    written with its inputs: `f(x, y) = x * y`.

    A name in `given` has a value, even if it would be a constant or a function otherwise, such as e or σ.

    `own_functions` maps the names of further functions to the least and the greatest number of their operands; those in
    `redefinable` are functions only directly before a bracket. Raises `AlgebraError`.
    """
    parser = _Parser(_COMMENT.sub(_blank_out, text), None, limits, own_functions, redefinable)
    parser.step_names = {name for name in given if is_built_in(name)}
    return parser.parse_equations()


def parse_value(text: str) -> Expr:
    """Return the tree of a value without names: `3`, `-1/2`, `log(3)`, `[[1, 2], [3, 4]]`. Raises `AlgebraError`."""
    return parse(text, names=(), limits=GRAPH)


def _blank_out(found: re.Match[str]) -> str:
    """Return spaces in place of a text, so that what follows keeps its offset."""
    return " " * len(found[0])


class _Parser(CallParser):
    """Parses a whole text."""

    #: Names of steps of a graph that would mean something else otherwise.
    step_names: Collection[str] = ()

    def parse_single(self) -> Expr:
        if self.token.kind == "end":
            raise AlgebraError(message(N_("There is nothing here yet. Type a value.")), 0)
        # Outside brackets a comparison is not a value.
        tree = self.parse_expression(_COMPARISON + 1)
        if self.token.kind != "end":
            self.reject_token()
        return self.read_infinity([(None, tree)])[0][1] or tree

    def parse_equations(self) -> list[Equation]:
        found: list[Equation] = []
        # A step may be called e, σ or mean: then the name means the step, except as a call.
        self.step_names = {*self.step_names} | {
            unicodedata.normalize("NFC", match["name"])
            for match in _STEP_HEAD.finditer(self.text)
            if match["name"] not in self.custom
        }
        while True:
            while self.token.kind == ";":
                self.next()
            if self.token.kind == "end":
                break
            if found and found[-1].inputs:
                text = N_(
                    "For a step, write “{name} = …”. To use a function as a node, define it with "
                    "--node, or in a file under [nodes]."
                )
                raise AlgebraError(message(text, name=found[-1].name), found[-1].position, len(found[-1].name or ""))
            first = self.token
            name = None
            inputs: tuple[str, ...] = ()
            if first.kind == "name" and (head := _FUNCTION_HEAD.match(self.text, first.position)):
                inputs = tuple(part.strip() for part in head["inputs"].split(","))
                while self.token.kind != "=":
                    self.next()
            augmented = _AUGMENTED.get(self.peek().kind) if first.kind == "name" else None
            if first.kind == "name" and (inputs or augmented or self.peek().kind == "="):
                name = first.text
                if not inputs:
                    self.next()
                self.next()
                if is_reserved(name) and not (name in self.step_names and is_built_in(name)):
                    raise self.reserved_name_error(first)
                if name in self.functions and name not in self.step_names and name not in self.redefinable:
                    raise self.reserved_name_error(first)
            elif first.text in _STATEMENTS and first.kind == "name" and self.peek().kind in _OPERAND_STARTS:
                raise self.error(_STATEMENTS[first.text], first, name=first.text)
            elif first.kind == "name" and _NAMES_HEAD.match(self.text, first.position):
                raise self.error(_NO_TUPLE, first)
            tree = self.parse_expression(0)
            if (
                name is None
                and self.token.kind in ("=", *_AUGMENTED)
                and isinstance(tree, Apply)
                and tree.op == "index"
            ):
                owner = tree.args[0]
                text = _NOT_IN_PLACE if self.token.kind == "=" else _NOT_SUBTRACTED
                raise self.error(text, first, name=owner.name if isinstance(owner, Sym) else "x")
            if augmented and name:
                tree = self.count_node(Apply(augmented, (Sym(name, first.position), tree), first.position))
            found.append(Equation(name, tree, first.position, inputs))
            if self.token.kind not in (";", "end") and not self.begins_equation(self.token):
                self.reject_token(between_equations=True)
        if not found:
            raise AlgebraError(message(N_("There is no formula. Write one, such as z = (a + b) * c.")), 0)
        trees = self.read_infinity([(equation.name, equation.expr) for equation in found])
        return [
            replace(equation, expr=tree)
            for equation, (_name, tree) in zip(found, trees, strict=True)
            if tree is not None
        ]

    def reserved_name_error(self, token: Token) -> AlgebraError:
        text = N_("“{name}” already has a meaning here. Choose another name.")
        return self.error(text, token, name=token.text)

    def parse_expression(self, binding: int) -> Expr:
        owner = self.token
        tree = self.parse_operand()
        while True:
            token = self.token
            if token.kind == "T":
                self.next()
                tree = self.count_node(Apply("T", (tree,), token.position))
            elif token.kind == "attribute":
                tree = self.parse_attribute(owner, tree)
            elif token.kind in _INFIX:
                op, strength = _INFIX[token.kind]
                if strength < binding or (strength == binding and op != "pow"):
                    return tree
                self.next()
                if op == "pow":
                    if self.skip_transpose():
                        tree = self.count_node(Apply("T", (tree,), token.position))
                        continue
                    # The level stays for all powers that follow. A bracket is on it, so that a power is no deeper
                    # when it is written with one.
                    depth = self.depth
                    self.enter_nesting()
                    self.is_level_counted = self.token.kind in ("(", "{")
                right = self.parse_expression(strength)
                if op == "pow":
                    self.depth = depth
                tree = self.count_node(Apply(op, (tree, right), token.position))
                if strength == _COMPARISON and self.token.kind in COMPARISONS:
                    raise self.error(N_("Write two comparisons as a product: (0 < x) * (x < 1)."))
            elif token.kind in ("number", "fraction") or (token.kind == "frac" and self.previous.kind == "number"):
                raise self.adjacent_number_error()
            elif token.kind == "[" and not isinstance(tree, Num):
                tree = self.parse_index(tree)
            elif token.kind == "[":
                raise self.error(N_("A matrix right after a value is not a product. Write * or @ between them."))
            elif self.begins_equation(token):
                return tree
            elif (token.kind in _OPERAND_STARTS or self.at_braces(token)) and binding < _PRODUCT:
                right = self.parse_expression(_PRODUCT)
                tree = self.count_node(Apply("mul", (tree, right), token.position))
            else:
                return tree

    def begins_equation(self, token: Token) -> bool:
        """Return whether a token is the first one on its line of a graph, and the name of an equation."""
        if self.names is not None or self.depth or token.kind != "name":
            return False
        if "\n" not in self.text[self.previous.position : token.position]:
            return False
        return self.peek().kind in ("=", *_AUGMENTED) or bool(_FUNCTION_HEAD.match(self.text, token.position))

    def parse_operand(self) -> Expr:
        token = self.next()
        if token.kind == "number":
            return self.count_node(Num(token.value, token.text))
        if token.kind == "name":
            return self.parse_name(token)
        if token.kind == "(" or self.at_braces(token):
            return self.parse_parenthesized(token)
        if token.kind in _OPERAND_PARSERS:
            return _OPERAND_PARSERS[token.kind](self, token)
        if token.kind == "[":
            return self.parse_grid(token)
        if token.kind in ("+", "-"):
            depth = self.depth
            if self.second_previous.kind not in ("(", "{", "^"):
                self.enter_nesting()
            inside = self.parse_expression(_UNARY)
            self.depth = depth
            return inside if token.kind == "+" else self.count_node(Apply("neg", (inside,), token.position))
        if token.kind == "end":
            raise self.error(N_("The text ends too early: a value is missing here."), token)
        if token.kind == "T":
            raise self.error(N_("Write .T after the matrix: X.T."), token)
        if token.kind == "/" and self.second_previous.kind == "/":
            raise self.error(N_("“//” rounds down, so its derivative is 0. Write a quotient with one “/”."), token)
        if token.kind in ("{", "}"):
            raise self.error(N_("Use ( ) as brackets here."), token)
        if token.kind == "attribute":
            raise self.attribute_error(token)
        if token.kind == "=":
            raise self.error(N_("“=” can't be used here. Write just the value."), token)
        if token.kind == ")":
            raise self.error(N_("A value is missing before this “)”."), token)
        raise self.error(N_("A value is missing before “{c}”."), token, c=token.text)

    def parse_name(self, token: Token) -> Expr:
        name = token.text
        declared = self.names is not None and name in self.names
        if name in self.step_names and self.token.kind != "(":
            return self.count_node(Sym(name, token.position))
        if name in _STATEMENTS and not declared and (self.token.kind in _OPERAND_STARTS or self.token.text == "not"):
            raise self.error(_STATEMENTS[name], token, name=name)
        is_function = name in self.functions and not declared
        is_bare_allowed = self.names is not None and name in FUNCTIONS
        if is_function and (is_bare_allowed or name not in self.redefinable or self.token.kind == "("):
            return self.parse_call(token)
        if name in INFINITY and self.names is not None and not declared:
            return self.count_node(infinity(token.position))
        if name in CONSTANTS and not declared:
            return self.parse_constant(name, token.position)
        if not declared and (tree := self.parse_foreign_name(token)):
            return tree
        if self.names is not None and not declared:
            raise self.unknown_name_error(token)
        if self.names is None and self.token.kind == "(" and self.token.position == token.position + token.width:
            self.reject_unknown_function(token)
        return self.count_node(Sym(name, token.position))

    def parse_parenthesized(self, opening: Token) -> Expr:
        depth = self.depth
        if not self.is_level_counted:
            self.enter_nesting()
        self.is_level_counted = False
        tuples, self.reads_tuples = self.reads_tuples, False
        tree = self.parse_expression(0)
        if tuples and self.token.kind == ",":
            tree = self.parse_tuple(opening, tree)
        self.reads_tuples = tuples
        self.expect_closing(opening, "}" if opening.kind == "{" else ")")
        self.depth = depth
        return tree

    def parse_tuple(self, opening: Token, first: Expr) -> Expr:
        """Parse the rest of a tuple as a vector."""
        cells = [first]
        while self.token.kind == ",":
            self.next()
            if self.token.kind == ")":
                break
            cells.append(self.parse_cell())
        return self.count_node(Grid((tuple(cells),), opening.position, True))

    def at_braces(self, token: Token) -> bool:
        """Return whether a token opens braces that are read as brackets: in LaTeX, and around an exponent."""
        if token.kind != "{":
            return False
        return "\\" in self.text or self.text[: token.position].rstrip().endswith("^")

    def skip_transpose(self) -> bool:
        r"""Move on behind the exponent in `X^T`, `X^{T}` and `X^\top`; return False for any other exponent."""
        token = self.peek() if self.token.kind == "{" else self.token
        # A name T may be that of an input.
        if token.kind != "T" and (token.text != "T" or self.names is None or "T" in self.names):
            return False
        if opening := self.token if self.token.kind == "{" else None:
            self.next()
        self.next()
        if opening:
            self.expect_closing(opening, "}")
        return True

    def parse_fraction_sign(self, token: Token) -> Expr:
        """Return the tree of ½."""
        above, below = unicodedata.normalize("NFKC", token.text).split("⁄")
        parts = Num(Fraction(int(above)), above), Num(Fraction(int(below)), below)
        return self.count_node(Apply("div", parts, token.position))

    def parse_root(self, token: Token) -> Expr:
        r"""Parse the radicand of √ or in `\sqrt{…}`: a number, a name, or brackets."""
        if self.token.kind == "[":
            raise self.error(N_("Write a root other than the square root as a power: x^(1/3)."))
        below = self.token
        if below.kind not in ("number", "fraction", "name", "(", "{"):
            raise self.error(N_("Write a square root as sqrt(x)."), token)
        self.enter_nesting()
        inside = self.parse_parenthesized(self.next()) if below.kind in ("(", "{") else self.parse_operand()
        self.depth -= 1
        after = self.token
        # Without brackets it can't be seen where the root ends.
        if below.kind not in ("(", "{") and (after.kind in ("^", "name", "(", "[", "T", "attribute")):
            raise self.error(N_("Where does this root end? Write it with brackets: sqrt(…)."), token)
        return self.count_node(Apply("sqrt", (inside,), token.position))

    def parse_latex_fraction(self, token: Token) -> Expr:
        r"""Parse `\frac{1}{2}`."""
        parts = []
        for _part in range(2):
            if self.token.kind != "{":
                raise self.error(N_("Write this fraction with a slash, as in 1/2."), token)
            parts.append(self.parse_parenthesized(self.next()))
        return self.count_node(Apply("div", tuple(parts), token.position))


_OPERAND_PARSERS: Mapping[str, Callable[[_Parser, Token], Expr]] = {
    "fraction": _Parser.parse_fraction_sign,
    "√": _Parser.parse_root,
    "string": _Parser.parse_string,
    "frac": _Parser.parse_latex_fraction,
    "begin-matrix": _Parser.parse_latex_matrix,
}
