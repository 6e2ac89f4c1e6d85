"""Calls in formulas: functions, and those of other programs with their methods and libraries."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from tutor.algebra import foreign
from tutor.algebra.call_forms import ALONG_AXIS, FORMS, LAYERS, REDUCTIONS, Call, Form, library_name, sequence
from tutor.algebra.einsum import subscripts_tree
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, free_names
from tutor.algebra.masked_softmax import INFINITY, infinity, read_masked_steps
from tutor.algebra.matrix_parser import MatrixParser
from tutor.algebra.vocabulary import FUNCTIONS
from tutor.i18n import N_

if TYPE_CHECKING:
    from tutor.algebra.lexer import Token

#: Functions of our own whose calls have other forms besides the plain one.
_OWN_FORMS = frozenset([*REDUCTIONS, *ALONG_AXIS, "range", "arange", "concat", "stack", "reshape"])
#: SymPy's matrices, of which a flat list is a column.
COLUMN_TYPES = ("Matrix", "ImmutableMatrix")
_SIZE_OF_ONES = N_("ones needs the numbers of rows and columns, as in ones(2, 3).")


def _signature(name: str, arity: int) -> str:
    """Return an example call of a function, `max(a, b)`."""
    return f"{name}({', '.join('abcdefgh'[:arity])})"


class CallParser(MatrixParser):
    """Parses the calls of a formula."""

    #: Whether values in round brackets may be a tuple: `torch.cat((a, b))`.
    reads_tuples = False

    def parse_call(self, token: Token) -> Expr:
        """Parse the call of a function by its own name."""
        if self.token.kind != "(":
            raise self.error(N_("{name} needs brackets: write {name}(…)."), token, name=token.text)
        return self.finish_call(Call(token.text, "own", [], token.position, token.width), token)

    def is_custom(self, name: str) -> bool:
        """Return whether a name is that of a function of the exercise's author."""
        return name in self.custom

    def finish_call(self, call: Call, token: Token) -> Expr:
        """Parse the values of a call, and return its tree."""
        form = None if call.style == "own" and self.is_custom(call.name) else FORMS.get(call.name)
        if form is None or (call.style == "own" and call.name in FUNCTIONS and call.name not in _OWN_FORMS):
            op, least, most = self.functions.get(
                call.name, (call.name, form.least if form else 1, form.most if form else 1)
            )
            form = Form(lambda call: call.apply(op, *call.values), least, most)
        before = len(call.values)
        self.parse_values(call, form)
        if op_is_ones := call.name == "ones":
            call.values = sequence(call.values)
        is_short = len(call.values) + len(call.keywords) < form.least or (form.least > 0 and not call.values)
        if self.previous.kind == ")" and (is_short or len(call.values) > form.most):
            self.reject_values(call, form)
        if op_is_ones:
            self.check_ones(token, call.values)
        try:
            tree = form.build(call)
            call.finish()
        except AlgebraError as error:
            raise AlgebraError(error.message, token.position, token.width) from None
        if call.name in COLUMN_TYPES and len(call.values) > before and isinstance(tree, Grid) and tree.is_vector:
            tree = Grid(tuple((cell,) for cell in tree.rows[0]), tree.position)
        return self.count_node(tree)

    def parse_values(self, call: Call, form: Form) -> None:
        """Parse the values and keywords between the brackets of a call."""
        opening = self.next()
        self.enter_nesting()
        tuples, self.reads_tuples = self.reads_tuples, form.takes_lists or call.name == "ones"
        while self.token.kind != ")" or (not call.values and form.least):
            if self.token.kind == "name" and self.peek().kind == "=":
                keyword = self.next().text
                self.next()
                call.keywords[keyword] = self.parse_keyword_value()
            else:
                if len(call.values) >= form.most and call.values:
                    self.reject_values(call, form)
                call.values.append(self.parse_expression(0))
            if self.token.kind != ",":
                break
            if form.most == 1 and self.previous.text.isdecimal() and self.peek().text.isdecimal():
                raise self.comma_error()
            self.next()
        self.reads_tuples = tuples
        self.expect_closing(opening, ")")
        self.depth -= 1

    def parse_keyword_value(self) -> Expr:
        """Parse a value behind `axis=`; `None`, `True` and names in quotes stay names."""
        token = self.token
        if token.kind == "string" or (token.kind == "name" and token.text in ("None", "True", "False")):
            self.next()
            return Sym(token.text.strip("'\""), token.position)
        return self.parse_expression(0)

    def reject_values(self, call: Call, form: Form) -> NoReturn:
        """Raise the error of a call with too few or too many values."""
        text = _SIZE_OF_ONES if call.name == "ones" else N_("{name} takes {n} values: write {form}.")
        if form.most == 1:
            text = N_("{name} takes one value: write {form}.")
        least = max(form.least, 1)
        if form.example:
            raise call.error(N_("{name} is written {form}."), form=form.example)
        raise call.error(text, n=least, form=_signature(call.name, least))

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
            raise self.error(N_("A matrix can have at most {n} entries."), token, n=self.limits.cells)

    def parse_foreign_name(self, token: Token) -> Expr | None:
        """Parse a name of another program, `np.exp(x)` or `dot(A, B)`; return None for any other name."""
        if token.text in foreign.LIBRARIES and self.token.kind == "attribute":
            return self.parse_library_name(token)
        is_adjacent = self.token.kind == "(" and self.token.position == token.position + token.width
        if is_adjacent and token.text not in self.functions and token.text in FORMS:
            return self.finish_call(Call(token.text, "own", [], token.position, token.width), token)
        return None

    def parse_library_name(self, token: Token) -> Expr:
        """Parse `np.exp(x)`, `torch.nn.functional.relu(x)`, `math.pi`: only the part after the last point counts."""
        while self.token.kind == "attribute":
            attribute = self.next()
        name = attribute.text[1:]
        whole = attribute._replace(
            text=name, position=token.position, length=attribute.position + attribute.width - token.position
        )
        if self.token.kind == "(" and name in LAYERS:
            return self.parse_layer(whole, token.text)
        if self.token.kind == "(" and (name in self.functions or name in FORMS):
            return self.finish_call(
                Call(library_name(name), "library", [], whole.position, whole.width, library=token.text), whole
            )
        if name in INFINITY:
            return self.count_node(infinity(token.position))
        if name in foreign.CONSTANTS:
            return self.parse_constant(foreign.CONSTANTS[name], token.position)
        if name in foreign.INSTEAD:
            raise self.error(foreign.INSTEAD[name], whole, name=name)
        if name in self.functions or name in FORMS:
            raise self.error(N_("{name} needs brackets: write {name}(…)."), whole, name=name)
        raise self.unknown_library_function(whole)

    def parse_layer(self, token: Token, library: str) -> Expr:
        """Parse a layer that is made and then called: `nn.ReLU()(x)`, `nn.Softmax(dim=1)(X)`."""
        made = Call(library_name(LAYERS[token.text]), "library", [], token.position, token.width, library=library)
        self.parse_values(made, Form(lambda call: call.values[0], 0, 2))
        if self.token.kind != "(":
            raise self.error(N_("{name} is a layer: call it on a value, as in {name}()(x)."), token, name=token.text)
        called = Call(made.name, "library", [], token.position, token.width, dict(made.keywords), library)
        return self.finish_call(called, token)

    def parse_attribute(self, owner: Token, tree: Expr) -> Expr:
        """Parse what follows a value: `.exp()`, `.dot(B)`, `.sum(axis=0)`, `.shape[0]`, `.grad`."""
        token = self.next()
        name = token.text[1:]
        if self.token.kind == "(" and (name in self.functions or name in FORMS):
            return self.finish_call(Call(name, "method", [tree], token.position, token.width), token)
        if name == "shape" and self.token.kind == "[":
            self.next()
            axis = self.parse_expression(0)
            self.expect_closing(token, "]")
            return self.count_node(Apply("size", (tree, axis), token.position))
        if name == "values" and isinstance(tree, Apply) and tree.op in ("amax", "amin"):
            # PyTorch gives the greatest values and their indexes.
            return tree
        if name == "size":
            return self.count_node(Apply("size", (tree,), token.position))
        if name == "mT":
            return self.count_node(Apply("T", (tree,), token.position))
        if name == "grad" and isinstance(tree, Sym):
            gradient = next((known for known in self.compound_names if known.endswith(f"/d{tree.name}")), None)
            if gradient:
                return self.count_node(Sym(gradient, tree.position))
        if self.token.kind == "(" and name in foreign.INSTEAD:
            raise self.error(foreign.INSTEAD[name], token, name=name)
        raise self.attribute_error(token, owner if isinstance(tree, Sym) else None)

    def parse_string(self, token: Token) -> Expr:
        """Return the subscripts of einsum, or the infinity of `float("-inf")`."""
        content = token.text[1:-1].strip()
        called = self.text[: token.position].rstrip()
        if called.endswith("(") and called[:-1].rstrip().endswith("einsum"):
            return self.count_node(subscripts_tree(content, token.position))
        if content.lstrip("+-") in INFINITY:
            found = self.count_node(infinity(token.position))
            return Apply("neg", (found,), token.position) if content.startswith("-") else found
        text = N_('Text in quotes is allowed only as the first argument of einsum: einsum("ij,jk->ik", A, B).')
        raise self.error(text, token)

    def read_infinity(self, equations: list[tuple[str | None, Expr]]) -> list[tuple[str | None, Expr | None]]:
        """Return equations in which a softmax of −∞ has become a masked one; None for a step that only it used."""
        if not any(name in self.text for name in INFINITY):
            return list(equations)
        return read_masked_steps(equations)

    def parse_constant(self, name: str, position: int) -> Expr:
        """Return e or π."""
        if name == "e":
            return self.count_node(Apply("exp", (Num(Fraction(1), "1"),), position))
        return self.count_node(Sym("pi", position))
