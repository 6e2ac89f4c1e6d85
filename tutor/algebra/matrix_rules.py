"""Rules that bring formulas of matrices to the form in which a person writes them.

Products with ones become sums, or disappear; the rows of one-hot targets add up to 1; P·(1 − Y/P) is P − Y.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import normal_form
from tutor.algebra.expr import ONE_HOT, Sym
from tutor.algebra.functions import DEFINED, NONZERO
from tutor.algebra.normal_form import Product, Sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.normal_form import Atom, AtomTable, Form

#: A bracket with more terms than this stays as it is.
_MAX_TERMS = 6


def is_transposed(form: Form) -> bool:
    """Return whether a form is the transpose of something."""
    atom = normal_form.as_atom(form)
    return atom is not None and atom.op == "T"


def as_ones(form: Form) -> Product | None:
    """Return the number c of a matrix c·ones(…); None for any other matrix."""
    if not isinstance(form, Product) or not form.shape or not form.is_broadcast_number():
        return None
    number = normal_form.copy_form(form)
    assert isinstance(number, Product)
    number.shape = None
    return number


def is_one_hot(form: Form) -> bool:
    """Return whether each row of a form is known to be a single 1 among zeros."""
    atom = normal_form.as_atom(form)
    return atom is not None and isinstance(atom.expr, Sym) and atom.expr.domain == ONE_HOT


def multiply_by_ones(left: Form, right: Form, add_up: Callable[[Form, int], Form]) -> Form | None:
    """Return a matrix product with ones without it: a sum, or the other factor, perhaps repeated; None if it stays.

    `add_up` sums a form along an axis.
    """
    if left.shape is None or right.shape is None:
        return None
    (rows, inner), columns = left.shape, right.shape[1]
    for number, other, axis, kept in ((as_ones(right), left, 1, columns), (as_ones(left), right, 0, rows)):
        if number is None or (inner != 1 and kept != 1):
            continue
        result = normal_form.copy_form(other)
        result = result if inner == 1 else add_up(result, axis)
        product = _times(number, result)
        if product is not None:
            product.shape = rows, columns
        return product
    return None


def _times(number: Product, form: Form) -> Form | None:
    if isinstance(form, Sum):
        # A bracket times a symbol is left as it is.
        factor = normal_form.as_number(number)
        return None if factor is None else form.scale(factor)
    form.multiply(number)
    return form


def take_numbers_out(product: Product) -> Product:
    """Take the numbers out of a product of matrices, in place, and return their product."""
    numbers = Product(Fraction(1), rank=product.rank)
    if product.shape is None or product.is_broadcast_number():
        return numbers
    for atom, (above, below) in list(product.powers.items()):
        if atom.shape is None:
            del product.powers[atom]
            numbers.powers[atom] = above, below
    return numbers


def cancel_in_brackets(product: Product, atoms: AtomTable) -> Product:
    """Return P·(1 − Y/P) as P − Y: with a factor inside a bracket of matrices if it cancels there."""
    for bracket, powers in product.powers.items():
        if (
            bracket.sum is None
            or bracket.shape is None
            or powers != (Fraction(1), Fraction(0))
            or len(bracket.sum.terms) > _MAX_TERMS
        ):
            continue
        factor = next((atom for atom in product.powers if _cancels(atom, product, bracket.sum)), None)
        if factor is not None:
            return _multiply_out(product, bracket, bracket.sum, factor, atoms)
    return product


def _cancels(atom: Atom, product: Product, inside: Sum) -> bool:
    """Return whether a factor of a product is in the denominator of a term in a bracket, and is never 0."""
    if atom.shape is None or not atom.properties & NONZERO or not atom.properties & DEFINED:
        return False
    return product.powers[atom][0] > 0 and any(
        core.powers.get(atom, (Fraction(0), Fraction(0)))[0] < 0 for core, _ in inside.terms.values()
    )


def _multiply_out(product: Product, bracket: Atom, inside: Sum, factor: Atom, atoms: AtomTable) -> Product:
    above, below = product.powers[factor]
    terms = [*inside.terms.values()]
    if inside.number:
        terms.append((Product(Fraction(1), rank=inside.rank), inside.number))
    cores = []
    for core, number in terms:
        multiplied = normal_form.copy_form(core)
        assert isinstance(multiplied, Product)
        multiplied.multiply_power(factor, above, below)
        cores.append((multiplied, number))
    result = Product(product.number, dict(product.powers), product.exp_argument, product.shape, product.rank)
    del result.powers[bracket], result.powers[factor]
    for atom, exponents in _common_numbers([core for core, _ in cores]).items():
        for core, _ in cores:
            del core.powers[atom]
        result.multiply_power(atom, *exponents)
    numbers = [number * core.number for core, number in cores]
    common = abs(numbers[0]) if len({abs(number) for number in numbers}) == 1 else Fraction(1)
    result.number *= common
    total = Sum(rank=inside.rank)
    for (core, _), number in zip(cores, numbers, strict=True):
        monic = core.monic()
        total.add_term(monic.key(), monic, number / common)
    total.shape = total.inferred_shape()
    result.multiply(atoms.product(total))
    result.shape = product.shape
    return result


def _common_numbers(cores: list[Product]) -> dict[Atom, tuple[Fraction, Fraction]]:
    """Return the powers of numbers that all products have."""
    first, *rest = cores
    return {
        atom: exponents
        for atom, exponents in first.powers.items()
        if atom.shape is None and all(core.powers.get(atom) == exponents for core in rest)
    }
