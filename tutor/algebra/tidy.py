"""A tree as a person would write it: numbers combined and in front, like powers and like terms collected.

The value stays the same, and where it is defined: x²/x keeps its gap at 0 unless the domain of x leaves 0 out.
Products of sums are not multiplied out. The cost grows with the tree's size: what is shared stays shared where
it is large.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from tutor.algebra import forms
from tutor.algebra.forms import NONNEGATIVE, NONZERO, POSITIVE, TOTAL, Atom, Form, Product
from tutor.algebra.limits import MAX_BITS
from tutor.algebra.tree import Apply, Expr, Grid, Num, Sym, children, postorder

Shape = tuple[int, int] | None

#: A sum or product that is used more than once and has more parts than this is kept as one part.
_LARGE = 64
_HALF = Fraction(1, 2)
#: Functions that have a value everywhere, and what is known of it.
_EVERYWHERE = {
    "sin": 0,
    "cos": 0,
    "tanh": 0,
    "sign": 0,
    "softmax": POSITIVE,
    "sigmoid": POSITIVE,
    "softplus": POSITIVE,
    "relu": NONNEGATIVE,
    "abs": NONNEGATIVE,
    "max": 0,
    "min": 0,
    "matmul": 0,
    "T": 0,
    "sum": 0,
    "mean": 0,
    "broadcast": 0,
    "mse": NONNEGATIVE,
}


def tidy(formula: Expr, shapes: Mapping[str, Shape] | None = None) -> Expr:
    """`formula` written the way a person would. `shapes` tell which names are matrices, (rows, columns)."""
    return forms.built(_Tidy(shapes or {}).form(formula))


def domain_of(formula: Expr, shapes: Mapping[str, Shape] | None = None) -> str:
    """What values a formula can take: "positive", "nonzero", or "real" where nothing is known."""
    form = _Tidy(shapes or {}).form(formula)
    return "positive" if form.known(POSITIVE) else "nonzero" if form.known(NONZERO) else "real"


class _Tidy:
    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.atoms = forms.Atoms()

    def form(self, formula: Expr) -> Form:
        """The form of a tree, what is inside before what it is inside of."""
        order = list(postorder(formula))
        uses = Counter(id(child) for node in order for child in children(node))
        done: dict[int, Form] = {}
        for rank, node in enumerate(order):
            self.atoms.rank = rank
            if isinstance(node, Num):
                found: Form = Product(node.value, rank=rank)
            elif isinstance(node, Sym):
                found = self.symbol(node)
            elif isinstance(node, Grid):
                found = self.grid(node, done)
            else:
                assert isinstance(node, Apply)
                args = [self.taken(done[id(arg)], uses[id(arg)] > 1) for arg in node.args]
                found = self.applied(node.op, args)
            done[id(node)] = forms.settled(found)
        return done[id(formula)]

    def taken(self, form: Form, shared: bool) -> Form:
        """An operand that may be changed: a copy where others use it too, one part of it where it is large."""
        if not shared:
            return form
        return self.atoms.boxed(form).product() if forms.size(form) > _LARGE else forms.copied(form)

    def symbol(self, symbol: Sym) -> Form:
        known = TOTAL
        if symbol.name == "pi" or symbol.domain == "positive":
            known |= POSITIVE
        elif symbol.domain == "nonzero":
            known |= NONZERO
        order = 0 if symbol.name == "pi" else 1
        return self.atoms.atom(("s", symbol.name), symbol, known, self.shapes.get(symbol.name), order).product()

    def grid(self, grid: Grid, done: Mapping[int, Form]) -> Form:
        rows = [[self.atoms.boxed(forms.copied(done[id(cell)])) for cell in row] for row in grid.rows]
        cells = [cell for row in rows for cell in row]
        known = TOTAL if all(cell.known & TOTAL for cell in cells) else 0
        shape = len(rows), len(rows[0])
        made = Grid(tuple(tuple(cell.tree for cell in row) for row in rows))
        return self.atoms.atom(("g", shape, *cells), made, known, shape, 2).product()

    def applied(self, op: str, args: list[Form]) -> Form:
        """An operation on forms."""
        if op in ("add", "sub", "mul", "div") and sum(map(forms.bits, args)) > MAX_BITS:
            return self.opaque(op, args)
        if op in ("add", "sub"):
            return forms.added(args[0], args[1], 1 if op == "add" else -1)
        if op == "neg":
            return self.negated(args[0])
        if op in ("mul", "div"):
            return self.divided(args[0], args[1]) if op == "div" else self.times(args[0], args[1])
        if op == "pow":
            return self.power(args[0], args[1])
        rule = getattr(self, f"_{op}", None)
        found = rule(*args) if rule else None
        return found if found is not None else self.opaque(op, args)

    def negated(self, form: Form) -> Form:
        product = self.atoms.product(form)
        product.number = -product.number
        return product

    def times(self, left: Form, right: Form) -> Form:
        product = self.atoms.product(left)
        product.multiply(self.atoms.product(right))
        return product

    def divided(self, left: Form, right: Form) -> Form:
        inverse = self.raised(self.atoms.product(right), Fraction(-1))
        if inverse is None:
            return self.opaque("div", [left, right])
        return self.times(left, inverse)

    def power(self, base: Form, exponent: Form) -> Form:
        number = forms.number(exponent)
        if number is not None:
            found = self.raised(self.atoms.product(forms.copied(base)), number)
            if found is not None:
                return found
        elif isinstance(base, Product) and (whole := base.exponential()) is not None:
            # e^x to the y: e^(x·y).
            return self.grown(self.times(whole, exponent))
        return self.opaque("pow", [base, exponent])

    def raised(self, base: Product, exponent: Fraction) -> Product | None:
        """A product to a power, None where that would change it or can't be done part by part."""
        if exponent == 1:
            return base
        if exponent == 0:
            return Product(Fraction(1), shape=base.shape, rank=base.rank) if base.known(TOTAL) else None
        if exponent.denominator != 1 and not base.made_of_positives():
            return None
        found = Product(Fraction(1), shape=base.shape, rank=base.rank)
        if not self._number_raised(found, base.number, exponent):
            return None
        for atom, (above, below) in base.parts.items():
            if atom.known & NONZERO:
                found.include(atom, (above - below) * exponent, Fraction(0))
            elif exponent.denominator != 1 or (exponent < 0 and below):
                return None
            elif exponent < 0:
                found.include(atom, Fraction(0), above * -exponent)
            else:
                found.include(atom, above * exponent, below * exponent)
        if base.grown is not None:
            found.grown = base.grown.scaled(exponent)
        return found

    def _number_raised(self, found: Product, number: Fraction, exponent: Fraction) -> bool:
        if number == 0 and exponent < 0:
            return False
        if number == 1:
            return True
        if number < 0 and exponent.denominator != 1:
            return False
        if number == 0:
            found.number = Fraction(0)
        else:
            found.include(self.atoms.number(number), exponent, Fraction(0))
        return True

    def grown(self, exponent: Form) -> Form:
        if forms.number(exponent) == 0:
            return Product(Fraction(1), rank=exponent.rank)
        return Product(Fraction(1), grown=forms.as_sum(exponent), shape=exponent.shape, rank=exponent.rank)

    def _exp(self, a: Form) -> Form:
        inside = forms.lone(a)
        if inside is not None and inside.op == "log" and inside.known & TOTAL:
            return forms.copied(inside.args[0])
        return self.grown(a)

    def _log(self, a: Form) -> Form | None:
        if isinstance(a, Product) and (exponent := a.exponential()) is not None:
            return exponent
        return Product(Fraction(0), rank=a.rank) if forms.number(a) == 1 else None

    def _sqrt(self, a: Form) -> Form | None:
        product = self.atoms.product(forms.copied(a))
        if product.number < 0:
            return None
        if not product.made_of_positives():
            # √(x²) is |x|, whatever the sign of x.
            whole = Product(product.number, None, product.grown, product.shape, product.rank)
            for atom, (above, below) in product.parts.items():
                if above % 2 or below % 2:
                    return None
                size = self.applied("abs", [atom.product()])
                sized = forms.lone(size)
                assert sized is not None
                whole.include(sized, above, below)
            product = whole
        found = Product(Fraction(1), shape=product.shape, rank=product.rank)
        if product.number and not self._number_raised(found, product.number, _HALF):
            return None
        if not product.number:
            found.number = Fraction(0)
        for atom, (above, below) in product.parts.items():
            found.include(atom, above / 2, below / 2)
        if product.grown is not None:
            found.grown = product.grown.scaled(_HALF)
        return found

    def _abs(self, a: Form) -> Form | None:
        if a.known(NONNEGATIVE):
            return a
        if isinstance(a, Product) and a.number not in (0, 1):
            size, a.number = abs(a.number), Fraction(1)
            inside = self.atoms.product(self.applied("abs", [a]))
            inside.number *= size
            return inside
        return None

    def _sign(self, a: Form) -> Form | None:
        number = forms.number(a)
        if number is not None:
            return Product(Fraction((number > 0) - (number < 0)), rank=a.rank)
        if a.known(POSITIVE | TOTAL):
            return Product(Fraction(1), shape=a.shape, rank=a.rank)
        if isinstance(a, Product) and a.number not in (0, 1):
            turned = a.number < 0
            a.number = Fraction(1)
            inside = self.atoms.product(self.applied("sign", [a]))
            inside.number *= -1 if turned else 1
            return inside
        return None

    def _relu(self, a: Form) -> Form | None:
        if a.known(NONNEGATIVE):
            return a
        number = forms.number(a)
        return None if number is None else Product(max(number, Fraction(0)), rank=a.rank)

    def _ones(self, rows: Form, columns: Form) -> Form | None:
        return Product(Fraction(1), shape=_sizes(rows, columns), rank=rows.rank)

    def _broadcast(self, a: Form, *sizes: Form) -> Form | None:
        if not sizes:
            return None
        a.shape = _sizes(*sizes)
        return a

    def _T(self, a: Form) -> Form | None:
        inside = forms.lone(a)
        if inside is not None and inside.op == "T":
            return forms.copied(inside.args[0])
        if isinstance(a, Product) and a.shape and a.spread_alone():
            a.shape = a.shape[1], a.shape[0]
            return a
        return self.linear("T", [a])

    def _matmul(self, a: Form, b: Form) -> Form | None:
        return self.linear("matmul", [a, b])

    def _sum(self, a: Form, axis: Form | None = None) -> Form | None:
        return self.total("sum", a, axis)

    def _mean(self, a: Form, axis: Form | None = None) -> Form | None:
        return self.total("mean", a, axis)

    def total(self, op: str, a: Form, axis: Form | None) -> Form | None:
        if isinstance(a, Product) and a.shape and a.spread_alone():
            rows, columns = a.shape
            along = None if axis is None else forms.number(axis)
            if op == "sum":
                a.number *= rows * columns if along is None else rows if along == 0 else columns
            a.shape = None if along is None else (1, columns) if along == 0 else (rows, 1)
            return a
        return self.linear(op, [a], () if axis is None else (axis,))

    def linear(self, op: str, args: list[Form], rest: tuple[Form, ...] = ()) -> Form | None:
        """A linear operation: the numbers of its operands go in front."""
        number = Fraction(1)
        for arg in args:
            if isinstance(arg, Product) and arg.number not in (0, 1):
                number *= arg.number
                arg.number = Fraction(1)
        product = self.opaque(op, [*args, *rest])
        product.number = number
        return product

    def opaque(self, op: str, args: list[Form]) -> Product:
        """An operation that is left as it is, on tidied operands."""
        boxed = [self.atoms.boxed(arg) for arg in args]
        known = _known_of(op, boxed)
        shape = _shape_of(op, boxed)
        made = Apply(op, tuple(box.tree for box in boxed))
        atom = self.atoms.atom((op, *boxed), made, known, shape, 2)
        if not atom.op:
            atom.op, atom.args = op, tuple(args)
        return atom.product()


def _sizes(rows: Form, columns: Form) -> tuple[int, int]:
    found = [forms.number(size) for size in (rows, columns)]
    return int(found[0] or 1), int(found[1] or 1)


def _known_of(op: str, args: list[Atom]) -> int:
    total = TOTAL if all(arg.known & TOTAL for arg in args) else 0
    first = args[0].known
    if op in _EVERYWHERE:
        known = _EVERYWHERE[op]
        if op in ("relu", "abs", "tanh") and first & POSITIVE == POSITIVE:
            known |= POSITIVE
        if op == "abs" and first & NONZERO:
            known |= POSITIVE
        return known | total
    if op == "sqrt":
        return (first & NONZERO) | NONNEGATIVE | (total if first & NONNEGATIVE else 0)
    if op == "log":
        return total if first & POSITIVE == POSITIVE else 0
    if op == "pow" and first & POSITIVE == POSITIVE:
        return POSITIVE | total
    return 0


def _shape_of(op: str, args: list[Atom]) -> Shape:
    shapes = [arg.shape for arg in args]
    first = shapes[0]
    if op in ("cross_entropy", "mse"):
        return None
    if op == "matmul":
        return (first[0], shapes[1][1]) if first and shapes[1] else None
    if op == "T":
        return (first[1], first[0]) if first else None
    if op in ("sum", "mean"):
        if len(args) == 1 or first is None:
            return None
        return (1, first[1]) if _number(args[1]) == 0 else (first[0], 1)
    if op == "broadcast" and len(args) == 3:
        return int(_number(args[1]) or 1), int(_number(args[2]) or 1)
    return forms.wider(*shapes)


def _number(atom: Atom) -> Fraction | None:
    return forms.number(atom.product())
