"""`einsum("ij,jk->ik", A, B)`: sums of products, written by naming the axes. One or two operands with two axes at most.

An axis that is not in the result is summed. A letter that occurs twice in one operand picks its diagonal.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor.algebra import ops
from tutor.algebra.array_function import ArrayFunction
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ZERO, Apply, Expr, Num, number
from tutor.algebra.ops import VectorShape, is_vector_shape
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.array_function import Reading
    from tutor.algebra.ops import Shape, Value

#: The most products in one sum.
MAX_PRODUCTS = 50_000
_EXAMPLE = 'einsum("ij,jk->ik", A, B)'
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Subscripts(NamedTuple):
    """The letters of the axes of each operand and of the result."""

    operands: tuple[str, ...]
    result: str

    def __str__(self) -> str:
        return f"{','.join(self.operands)}->{self.result}"


def subscripts_tree(text: str, position: int = 0) -> Apply:
    """Return a text in quotes as part of a formula: the codes of its characters."""
    return Apply("subscripts", tuple(number(ord(character)) for character in text), position)


def text_of(tree: Apply) -> str:
    """Return the text of what `subscripts_tree` made."""
    return "".join(chr(code.value.numerator) for code in tree.args if isinstance(code, Num))


def read_subscripts(text: str, num_operands: int, offset: int) -> Subscripts:
    """Return the subscripts of a text such as `ij,jk->ik`; without an arrow the letters that occur once are the result.

    Raises `AlgebraError`.
    """
    left, arrow, right = text.replace(" ", "").partition("->")
    parts = tuple(left.split(","))
    if not set(left + right) <= _LETTERS | {","} or "," in right:
        template = N_("The subscripts of einsum are letters, one for each axis, as in {example}.")
        raise AlgebraError(message(template, example=_EXAMPLE), offset)
    if len(parts) != num_operands or num_operands > 2:
        template = N_("einsum takes one or two values; commas separate the letters of each: {example}.")
        raise AlgebraError(message(template, example=_EXAMPLE), offset)
    if any(len(part) > 2 for part in (*parts, right)):
        template = N_("Values have at most two axes here, so {text} has too many. Sum over the others first.")
        raise AlgebraError(message(template, text=text), offset)
    counts = Counter("".join(parts))
    result = right if arrow else "".join(sorted(letter for letter, times in counts.items() if times == 1))
    unknown = next((letter for letter in result if letter not in counts), None)
    if unknown is not None:
        template = N_("The result has the axis {letter}, but none of the values has it.")
        raise AlgebraError(message(template, letter=unknown), offset)
    if len(set(result)) < len(result):
        template = N_("The result has the axis {letter} twice. Name each axis of the result once.")
        raise AlgebraError(message(template, letter=result[0]), offset)
    if len(result) > 2:
        template = N_("Values have at most two axes here, so {text} has too many. Sum over the others first.")
        raise AlgebraError(message(template, text=text), offset)
    return Subscripts(parts, result)


def _read(args: Sequence[Expr | None], offset: int) -> Reading:
    first = args[0]
    if not isinstance(first, Apply) or first.op != "subscripts":
        text = N_("einsum begins with its subscripts in quotes: {example}.")
        raise AlgebraError(message(text, example=_EXAMPLE), offset)
    return read_subscripts(text_of(first), len(args) - 1, offset), tuple(range(1, len(args)))


def axis_sizes(subscripts: Subscripts, shapes: Sequence[Shape], offset: int = 0) -> Mapping[str, int]:
    """Return the size of each axis by its letter. Raises `AlgebraError`."""
    sizes: dict[str, int] = {}
    for letters, shape in zip(subscripts.operands, shapes, strict=True):
        axes = () if shape is None else (shape[1],) if is_vector_shape(shape) or len(letters) == 1 else tuple(shape)
        if len(axes) != len(letters) or (len(letters) == 1 and shape is not None and shape[0] > 1):
            template = N_("“{letters}” names {n} axes, but this value has {m}.")
            has = 0 if shape is None else 1 if is_vector_shape(shape) else 2
            raise AlgebraError(message(template, letters=letters, n=len(letters), m=has), offset)
        for letter, size in zip(letters, axes, strict=True):
            if sizes.setdefault(letter, size) != size:
                template = N_("The axis {letter} has {n} entries in one place and {m} in another.")
                raise AlgebraError(message(template, letter=letter, n=sizes[letter], m=size), offset)
    return sizes


def _num_products(subscripts: Subscripts, shapes: Sequence[Shape]) -> int:
    return prod(int(size) for size in axis_sizes(subscripts, shapes).values())


def _shape(subscripts: Subscripts, shapes: Sequence[Shape], offset: int) -> Shape:
    sizes = axis_sizes(subscripts, shapes, offset)
    if _num_products(subscripts, shapes) > MAX_PRODUCTS:
        text = N_("This sum has more than {n} products. Use smaller matrices.")
        raise AlgebraError(message(text, n=MAX_PRODUCTS), offset)
    axes = [sizes[letter] for letter in subscripts.result]
    return None if not axes else VectorShape.of_length(axes[0]) if len(axes) == 1 else (axes[0], axes[1])


def _without_row_axis(value: Value, letters: str) -> Value:
    """Return a vector with its only axis, after that of a batch. Raises `ValueError` for a number."""
    if len(letters) == 1 and not hasattr(value, "shape"):
        raise ValueError("a number in place of a vector")
    return value[..., 0, :] if len(letters) == 1 else value


def _forward(subscripts: Subscripts, *operands: Value) -> Value:
    values = [_without_row_axis(value, part) for value, part in zip(operands, subscripts.operands, strict=True)]
    if any(map(ops.is_exact, operands)):
        return _exact(subscripts, values)
    np = ops.load_arrays().np
    pattern = f"{','.join(f'...{part}' for part in subscripts.operands)}->...{subscripts.result}"
    result = np.einsum(pattern, *(np.asarray(value) for value in values))
    if len(subscripts.result) == 1:
        return result[..., None, :]
    return float(result) if not subscripts.result and result.ndim == 0 else np.ascontiguousarray(result)


def _exact(subscripts: Subscripts, values: Sequence[Any]) -> Value:
    """Return the sums of exact numbers, as fractions where all are rational. Raises `ValueError` for a wrong shape."""
    sizes: dict[str, int] = {}
    for value, part in zip(values, subscripts.operands, strict=True):
        sizes |= dict(zip(part, getattr(value, "shape", ()) if part else (), strict=True))
    cells = [_cells_by_key(value, part) for value, part in zip(values, subscripts.operands, strict=True)]
    rational = all(isinstance(cell, Num) for by_key in cells for cell in by_key.values())
    entries: list[dict[Any, Any]] = [
        {key: cell.value for key, cell in by_key.items()} if rational else by_key for by_key in cells
    ]
    summed = [letter for letter in sizes if letter not in subscripts.result]
    order = [*subscripts.result, *summed]
    places = [tuple(order.index(letter) for letter in part) for part in subscripts.operands]
    zero = Fraction(0) if rational else ZERO
    totals: list[Any] = []
    for outer in product(*(range(sizes[letter]) for letter in subscripts.result)):
        total = zero
        for inner in product(*(range(sizes[letter]) for letter in summed)):
            at = outer + inner
            term = entries[0][tuple(at[place] for place in places[0])]
            for by_key, key in zip(entries[1:], places[1:], strict=True):
                term = term * by_key[tuple(at[place] for place in key)]
            total = total + term
        totals.append(number(total) if isinstance(total, Fraction) else total)
    if not subscripts.result:
        return totals[0]
    columns = sizes[subscripts.result[-1]]
    return ops.make_matrix(tuple(tuple(totals[i : i + columns]) for i in range(0, len(totals), columns)))


def _cells_by_key(value: Any, letters: str) -> dict[Any, Any]:
    if not letters:
        return {(): value}
    return {key: value[key] for key in product(*map(range, value.shape))}


RECORDS = (
    ArrayFunction(
        id="einsum",
        read=_read,
        shape=_shape,
        forward=_forward,
        to_args=lambda subscripts, operands: (subscripts_tree(str(subscripts)), *operands),
        work=_num_products,
    ),
)
