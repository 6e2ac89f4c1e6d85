"""Normal forms of expressions: products of powers, and sums of such products with coefficients.

A `Product` is number · part^a · part^b … · e^exp_argument. Its parts are `Atom`s; equal expressions share one atom. If a
part may be zero, its power is two exponents, one in the numerator and one in the denominator.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, Union

from tutor.algebra import expr
from tutor.algebra.expr import Apply, Expr, Num
from tutor.algebra.functions import DEFINED, NONNEGATIVE, NONZERO, POSITIVE
from tutor.algebra.literals import exact_decimal

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor.algebra.ops import Shape

#: Denominators of coefficients that are written as fractions: x/4 rather than 0.25·x, but 0.1·x.
_FRACTION_DENOMINATORS = range(2, 10)


#: Powers of numbers greater than this are not computed.
_MAX_FOLDED_POWER = 10**12


class Atom:
    """One part of a product: a name, a function application, a sum in brackets, or a number under a root.

    `order` sorts the parts of a product: numbers, names, functions, sums. `rank` is its first occurrence in the tree.
    """

    __slots__ = ("args", "expr", "op", "order", "properties", "rank", "shape", "sum", "value")

    def __init__(self, expression: Expr, properties: int, shape: Shape, order: int, rank: int) -> None:
        self.expr = expression
        self.properties = properties
        self.shape = shape
        self.order = order
        self.rank = rank
        self.op = ""
        self.args: tuple[Form, ...] = ()
        self.sum: Sum | None = None
        self.value: Fraction | None = None

    def product(self) -> Product:
        """Return a new product of this part alone."""
        if self.value is not None:
            return Product(self.value, rank=self.rank)
        return Product(Fraction(1), {self: (Fraction(1), Fraction(0))}, shape=self.shape, rank=self.rank)


class Product:
    """A coefficient, powers of parts and a power of e.

    `powers` has the exponents of each part in the numerator and in the denominator, `rank` is the first occurrence of a
    part. Parts that are smaller than `shape` (a number, a row, a column) are broadcast to it.
    """

    __slots__ = ("exp_argument", "number", "powers", "rank", "shape")

    def __init__(
        self,
        number: Fraction,
        powers: dict[Atom, tuple[Fraction, Fraction]] | None = None,
        exp_argument: Sum | None = None,
        shape: Shape = None,
        rank: int = 0,
    ) -> None:
        self.number = number
        self.powers = {} if powers is None else powers
        self.exp_argument = exp_argument
        self.shape = shape
        self.rank = rank

    def multiply_power(self, atom: Atom, above: Fraction, below: Fraction) -> None:
        """Multiply by `atom`^`above` / `atom`^`below`, in place."""
        if atom in self.powers:
            before = self.powers.pop(atom)
            above, below = above + before[0], below + before[1]
        if atom.value is not None:
            folded = expr.power(Num(atom.value), Num(above))
            if isinstance(folded, Num) and max(map(abs, folded.value.as_integer_ratio())) < _MAX_FOLDED_POWER:
                self.number *= folded.value
                return
        if atom.properties & NONZERO:
            above, below = above - below, Fraction(0)
            if above == 0 and atom.properties & DEFINED:
                return
            if above == 0:
                above = below = Fraction(1)
        elif above and below:
            # x²/x⁵ is 1/x³, but x⁵/x² has no value at 0, which x³ has.
            above, below = (Fraction(0), below - above) if above < below else (above - below + 1, Fraction(1))
        self.powers[atom] = above, below

    def multiply(self, other: Product) -> None:
        """Multiply by another product in place; `other` must not be used afterwards."""
        parts = other.powers
        if len(parts) > len(self.powers):
            self.powers, parts = parts, self.powers
        self.number *= other.number
        for atom, (above, below) in parts.items():
            self.multiply_power(atom, above, below)
        if other.exp_argument is not None:
            total = (
                other.exp_argument
                if self.exp_argument is None
                else add_forms(self.exp_argument.scale(Fraction(1)), other.exp_argument, 1)
            )
            self.exp_argument = None if as_number(total) == 0 else as_sum(total)
        self.shape = broadcast_shape(self.shape, other.shape)
        self.rank = min(self.rank, other.rank)

    def has_properties(self, mask: int) -> bool:
        """Return whether it is known to have all properties of `mask`."""
        known = POSITIVE | DEFINED
        if self.number <= 0:
            known &= ~(NONZERO if self.number == 0 else NONNEGATIVE)
        for atom, (above, below) in self.powers.items():
            nonzero = atom.properties & NONZERO
            if not nonzero:
                known &= ~NONZERO
            if not atom.properties & NONNEGATIVE and (above % 2 or below % 2):
                known &= ~NONNEGATIVE
            if not _power_is_defined(atom, below):
                known &= ~DEFINED
        if self.exp_argument is not None and not self.exp_argument.has_properties(DEFINED):
            known &= ~DEFINED
        return known & mask == mask

    def all_positive(self) -> bool:
        """Return whether every part is positive, so that roots can be taken part by part."""
        return self.number > 0 and all(atom.properties & POSITIVE == POSITIVE for atom in self.powers)

    def inferred_shape(self) -> Shape:
        """Return the common shape of its parts."""
        return broadcast_shape(
            *(atom.shape for atom in self.powers), self.exp_argument.shape if self.exp_argument else None
        )

    def is_broadcast_number(self) -> bool:
        """Return whether it is a number, possibly broadcast to `shape`."""
        return self.inferred_shape() is None

    def exponential(self) -> Sum | None:
        """Return x if the product is e^x, None otherwise."""
        return (
            self.exp_argument.scale(Fraction(1)) if self.exp_argument and self.number == 1 and not self.powers else None
        )

    def key(self) -> Hashable:
        """Return a key that products share if they differ only in their coefficient."""
        return frozenset(self.powers.items()), self.exp_argument.key() if self.exp_argument else None

    def monic(self) -> Product:
        """Return the same product with coefficient 1."""
        return Product(Fraction(1), self.powers, self.exp_argument, self.inferred_shape(), self.rank)


class Sum:
    """A number and terms: monic products with their coefficients, by key.

    `rank` is the first occurrence of the number.
    """

    __slots__ = ("number", "rank", "shape", "terms")

    def __init__(self, number: Fraction = Fraction(0), shape: Shape = None, rank: int = 0) -> None:
        self.number = number
        self.rank = rank
        self.shape = shape
        self.terms: dict[Hashable, tuple[Product, Fraction]] = {}

    def add_term(self, key: Hashable, core: Product, factor: Fraction) -> None:
        """Add `factor` times a monic product, in place."""
        if key in self.terms:
            core, before = self.terms[key]
            factor += before
        if factor or not core.has_properties(DEFINED):
            self.terms[key] = core, factor
        else:
            self.terms.pop(key, None)

    def scale(self, factor: Fraction, shape: Shape = None) -> Sum:
        """Return a new sum: every term times `factor`, broadcast to `shape` if given."""
        result = Sum(self.number * factor, shape or self.shape, self.rank)
        result.terms = {key: (core, before * factor) for key, (core, before) in self.terms.items()}
        return result

    def has_negative(self) -> bool:
        return self.number < 0 or any(factor < 0 for _, factor in self.terms.values())

    def has_properties(self, mask: int) -> bool:
        """Return whether it is known to have all properties of `mask`."""
        terms = self.terms.values()
        if mask & DEFINED and not all(core.has_properties(DEFINED) for core, _ in terms):
            return False
        if not mask & POSITIVE:
            return True
        nonnegative = self.number >= 0 and all(
            factor > 0 and core.has_properties(NONNEGATIVE) for core, factor in terms
        )
        if mask & NONZERO:
            return nonnegative and (self.number > 0 or any(core.has_properties(POSITIVE) for core, _ in terms))
        return nonnegative

    def inferred_shape(self) -> Shape:
        return broadcast_shape(*(core.inferred_shape() for core, _ in self.terms.values()))

    def key(self) -> Hashable:
        """Return a key that equal sums share."""
        return self.number, self.shape, frozenset((key, factor) for key, (_, factor) in self.terms.items())


#: Operations on forms change their operands in place, so an operand must not be used afterwards.
Form: TypeAlias = Union[Product, Sum]  # noqa: UP007


class AtomTable:
    """The atoms of one simplification, one for each distinct expression."""

    def __init__(self) -> None:
        self._atoms: dict[Hashable, Atom] = {}
        #: The position in the tree, which new atoms get as their rank.
        self.rank = 0

    def atom(self, key: Hashable, expression: Expr, properties: int, shape: Shape, order: int) -> Atom:
        atom = self._atoms.get(key)
        if atom is None:
            atom = self._atoms[key] = Atom(expression, properties, shape, order, self.rank)
        return atom

    def number(self, value: Fraction) -> Atom:
        """Return a number as an atom, for its roots and for powers too large to compute."""
        known = DEFINED | (POSITIVE if value > 0 else NONZERO if value else NONNEGATIVE)
        atom = self.atom(("n", value), Num(value), known, None, 0)
        atom.value = value
        return atom

    def wrap(self, form: Form) -> Atom:
        """Return a form as one atom."""
        form = normalise(form)
        known = sum(bit for bit in (NONZERO, NONNEGATIVE, DEFINED) if form.has_properties(bit))
        if isinstance(form, Sum):
            atom = self.atom(("+", form.key()), to_expr(form), known, form.shape, 3)
            atom.sum = form
            return atom
        if (single_atom := as_atom(form)) is not None:
            return single_atom
        if (value := as_number(form)) is not None:
            return self.number(value)
        return self.atom(("*", form.number, form.shape, form.key()), to_expr(form), known, form.shape, 3)

    def product(self, form: Form) -> Product:
        """Return a form as a product; a sum becomes one atom in brackets."""
        form = normalise(form)
        if isinstance(form, Product):
            return form
        # Broadcast the whole product at the end, not the sum inside it.
        inside = form.scale(Fraction(1))
        inside.shape = form.inferred_shape()
        product = self.wrap(inside).product()
        product.shape = form.shape
        return product


def normalise(form: Form) -> Form:
    """Return a form with a sum of one term as that term, 0·x as 0 if x is defined everywhere, and −(a − b) as b − a."""
    if isinstance(form, Sum):
        if not form.terms:
            return Product(form.number, shape=form.shape, rank=form.rank)
        if form.number == 0 and len(form.terms) == 1:
            ((core, factor),) = form.terms.values()
            form = Product(factor, dict(core.powers), core.exp_argument, form.shape, core.rank)
    if isinstance(form, Product) and form.number == 0:
        undefined_powers = {
            atom: (Fraction(not below), Fraction(bool(below)))
            for atom, (_, below) in form.powers.items()
            if not _power_is_defined(atom, below)
        }
        exp_argument = (
            form.exp_argument if form.exp_argument and not form.exp_argument.has_properties(DEFINED) else None
        )
        return Product(Fraction(0), undefined_powers, exp_argument, form.shape, form.rank)
    if isinstance(form, Product) and form.number == -1 and (inside := as_atom(form.monic())) is not None:
        # But −(a + b) stays as it is.
        return inside.sum.scale(Fraction(-1), form.shape) if inside.sum and inside.sum.has_negative() else form
    return form


def _power_is_defined(atom: Atom, below: Fraction) -> bool:
    """Return whether a power of an atom is defined everywhere."""
    return bool(atom.properties & DEFINED and (not below or atom.properties & NONZERO))


def copy_form(form: Form) -> Form:
    """Return an independent copy."""
    if isinstance(form, Sum):
        return form.scale(Fraction(1))
    return Product(form.number, dict(form.powers), form.exp_argument, form.shape, form.rank)


def num_terms(form: Form) -> int:
    """Return the number of parts of a product or terms of a sum."""
    if isinstance(form, Sum):
        return len(form.terms)
    return len(form.powers) + (len(form.exp_argument.terms) if form.exp_argument else 0)


def bit_length(form: Form) -> int:
    """Return the number of bits of its coefficient."""
    top, bottom = form.number.as_integer_ratio()
    return top.bit_length() + bottom.bit_length()


def broadcast_shape(*shapes: Shape) -> Shape:
    """Return the shape of an elementwise operation on these shapes."""
    result: Shape = None
    for shape in shapes:
        if shape is not None:
            result = shape if result is None else (max(result[0], shape[0]), max(result[1], shape[1]))
    return result


def as_number(form: Form) -> Fraction | None:
    """Return the value of a form that is a plain number, None for any other form."""
    if form.shape is not None:
        return None
    if isinstance(form, Sum):
        return None if form.terms else form.number
    return None if form.powers or form.exp_argument else form.number


def as_atom(form: Form) -> Atom | None:
    """Return the atom that a form consists of, None if there is more to it."""
    if not isinstance(form, Product) or form.number != 1 or form.exp_argument or len(form.powers) != 1:
        return None
    ((atom, (above, below)),) = form.powers.items()
    return atom if above == 1 and not below and atom.shape == form.shape and atom.value is None else None


def as_sum(form: Form) -> Sum:
    """Return a form as a sum; ±(a + b) loses its brackets."""
    if isinstance(form, Sum):
        return form
    result = Sum(shape=form.shape, rank=form.rank)
    if not form.powers and form.exp_argument is None:
        result.number = form.number
        return result
    core = form.monic()
    if abs(form.number) == 1 and (inside := as_atom(core)) is not None and inside.sum is not None:
        return inside.sum.scale(form.number, form.shape)
    result.add_term(core.key(), core, form.number)
    return result


def add_forms(left: Form, right: Form, sign: int) -> Form:
    """Return left + right or, for a `sign` of −1, left − right."""
    into, other = as_sum(left), as_sum(right)
    if sign < 0:
        other = other.scale(Fraction(-1))
    if len(other.terms) > len(into.terms):
        into, other = other, into
    if other.number:
        into.rank = min(into.rank, other.rank) if into.number else other.rank
    into.number += other.number
    for key, (core, factor) in other.terms.items():
        into.add_term(key, core, factor)
    into.shape = broadcast_shape(into.shape, other.shape)
    return into


# --- back to trees -----------------------------------------------------------------------------------------


def to_expr(form: Form) -> Expr:
    """Return the tree of a form."""
    form = normalise(form)
    return _sum_to_expr(form) if isinstance(form, Sum) else _product_to_expr(form, form.number)


def _sum_to_expr(form: Sum) -> Expr:
    items = [(core.rank, core, factor) for core, factor in form.terms.values()]
    if form.number:
        # Write 1 − x and 1 + e^x with the 1 first, wherever it occurred.
        leading = form.number > 0 and (form.has_negative() or all(core.exponential() for _, core, _ in items))
        items.append((-1 if leading else form.rank, Product(Fraction(1)), form.number))
    items.sort(key=lambda item: item[0])
    # Start with a positive term if there is one.
    first = next((i for i, item in enumerate(items) if item[2] >= 0), 0)
    items.insert(0, items.pop(first))
    result = _product_to_expr(items[0][1], items[0][2])
    for _, core, factor in items[1:]:
        term = _product_to_expr(core, abs(factor))
        result = Apply("sub" if factor < 0 else "add", (result, term))
    inner = form.inferred_shape()
    if form.shape is not None and inner is None:
        return Apply("mul", (result, _ones(form.shape)))
    return _broadcast_expr(result, inner, form.shape)


def _broadcast_expr(formula: Expr, inner: Shape, shape: Shape) -> Expr:
    """Return a row or column broadcast to `shape` by products with ones."""
    if inner is None or shape is None:
        return formula
    if inner[0] != shape[0]:
        formula = Apply("matmul", (_ones((shape[0], 1)), formula))
    return Apply("matmul", (formula, _ones((1, shape[1])))) if inner[1] != shape[1] else formula


def _ones(shape: tuple[int, int]) -> Expr:
    return Apply("ones", (expr.as_expr(shape[0]), expr.as_expr(shape[1])))


def _product_to_expr(form: Product, factor: Fraction) -> Expr:
    above: list[Expr] = []
    below: list[Expr] = []
    items = [(atom.order, atom.rank, atom, up, down) for atom, (up, down) in form.powers.items()]
    for _, _, atom, up, down in sorted(items, key=lambda item: item[:2]):
        if up > 0:
            above.append(_make_power(atom.expr, up))
        if down > 0 or up < 0:
            below.append(_make_power(atom.expr, down or -up))
    if form.exp_argument is not None:
        names = sum(order < 2 for order, *_ in items) if form.exp_argument.terms else 0
        above.insert(min(names, len(above)), Apply("exp", (to_expr(form.exp_argument),)))
    inner = form.inferred_shape()
    if form.shape is not None and inner is None:
        above.append(_ones(form.shape))
    top, bottom = _split_fraction(abs(factor), is_only_factor=not above and not below)
    if top != 1 or not above:
        above.insert(0, Num(top))
    if bottom != 1:
        below.insert(0, Num(Fraction(bottom)))
    if factor < 0:
        first = above[0]
        above[0] = Num(-first.value) if isinstance(first, Num) else Apply("neg", (first,))
    numerator = _multiply_all(above)
    return _broadcast_expr(Apply("div", (numerator, _multiply_all(below))) if below else numerator, inner, form.shape)


def _split_fraction(factor: Fraction, is_only_factor: bool) -> tuple[Fraction, int]:
    """Return a coefficient as a numerator and a denominator."""
    if is_only_factor or factor.denominator == 1:
        return factor, 1
    plain = exact_decimal(factor) is not None and not (
        factor.numerator == 1 and factor.denominator in _FRACTION_DENOMINATORS
    )
    return (factor, 1) if plain else (Fraction(factor.numerator), factor.denominator)


def _make_power(base: Expr, exponent: Fraction) -> Expr:
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return Apply("sqrt", (base,))
    return Apply("pow", (base, Num(exponent)))


def _multiply_all(factors: list[Expr]) -> Expr:
    product = factors[0]
    for factor in factors[1:]:
        product = Apply("mul", (product, factor))
    return product
