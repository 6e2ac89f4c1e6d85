"""Sums of products by the names of their axes: `einsum("ij,jk->ik", A, B)`.

Back along an operand, the upstream takes the place of that operand, and the subscripts are exchanged. In the rules of
mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra.array_functions import bound
from tutor.algebra.einsum import Subscripts
from tutor.algebra.expr import ONE
from tutor.algebra.matrix_functions import identity_like
from tutor.algebra.ops import broadcast_like, is_exact, is_matrix, shape_of, transpose
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations.lines import times_each
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value


def _ones_like(x: Value) -> Value:
    return broadcast_like(ONE if is_exact(x) else 1.0, x)


def _sum_of_products(parts: Sequence[str], result: str, *operands: Value) -> Value:
    return bound("einsum", Subscripts(tuple(parts), result))(*operands)


def _gathered(subscripts: Subscripts, slot: int, g: Value, operands: Sequence[Value]) -> tuple[str, Value]:
    """Return the gradient on the axes that the upstream or the other operand has, and their letters."""
    own = subscripts.operands[slot]
    parts, values = [subscripts.result], [g]
    for other, (part, value) in enumerate(zip(subscripts.operands, operands, strict=True)):
        if other != slot:
            parts.append(part)
            values.append(value)
    known = "".join(dict.fromkeys(letter for letter in own if letter in "".join(parts)))
    if parts == [known]:
        return known, g
    return known, _sum_of_products(parts, known, *values)


def _vjp(subscripts: Subscripts, slot: int, g: Value, z: Value, *operands: Value) -> Value:
    own, x = subscripts.operands[slot], operands[slot]
    known, gathered = _gathered(subscripts, slot, g, operands)
    if own == known:
        return gathered
    if len(set(own)) < len(own):
        # A letter that occurs twice picks the diagonal.
        return _diagonal(gathered, x) if known else times_each(gathered, x) * identity_like(x)
    return _repeated(known, own, gathered, x)


def _diagonal(entries: Value, x: Value) -> Value:
    """Return a square matrix with a vector on its diagonal."""
    return _sum_of_products(["i", "ij"], "ij", entries, identity_like(x))


def _repeated(known: str, own: str, value: Value, x: Value) -> Value:
    """Return a value repeated along the axes of `own` that it lacks."""
    if not known:
        return broadcast_like(value, x)
    return _sum_of_products([known, own], own, value, _ones_like(x))


# --- mistakes --------------------------------------------------------------------------------------------------


def _not_repeated(subscripts: Subscripts, e: EdgeContext) -> Value:
    known, gathered = _gathered(subscripts, e.slot, e.g, e.operands)
    if known == subscripts.operands[e.slot]:
        raise ValueError("no summed axis")
    return gathered


def _transposed(subscripts: Subscripts, e: EdgeContext) -> Value:
    if len(subscripts.operands[e.slot]) < 2:
        raise ValueError("one axis")
    return transpose(_vjp(subscripts, e.slot, e.g, e.z, *e.operands))


def _not_diagonal(subscripts: Subscripts, e: EdgeContext) -> Value:
    own = subscripts.operands[e.slot]
    if len(own) < 2 or own[0] != own[1]:
        raise ValueError("no diagonal")
    known, gathered = _gathered(subscripts, e.slot, e.g, e.operands)
    return broadcast_like(gathered, e.x) if not known else _repeated("i", "ij", gathered, e.x)


def _other_operand(subscripts: Subscripts, e: EdgeContext) -> Value:
    if len(subscripts.operands) < 2:
        raise ValueError("no other operand")
    return _vjp(subscripts, 1 - e.slot, e.g, e.z, *e.operands)


def _own_input(subscripts: Subscripts, e: EdgeContext) -> Value:
    """Return the gradient with the own operand in place of the other one."""
    own, other = subscripts.operands[e.slot], subscripts.operands[1 - e.slot] if len(e.operands) > 1 else None
    if other is None or len(own) != len(other) or shape_of(e.x) != shape_of(e.o):
        raise ValueError("no operand of the same shape")
    return _vjp(subscripts, e.slot, e.g, e.z, e.x, e.x)


def _without_other(subscripts: Subscripts, e: EdgeContext) -> Value:
    if len(subscripts.operands) < 2:
        raise ValueError("no other operand")
    operands = [value if slot == e.slot else _each_one(value) for slot, value in enumerate(e.operands)]
    return _vjp(subscripts, e.slot, e.g, e.z, *operands)


def _each_one(value: Value) -> Value:
    return _ones_like(value) if is_matrix(value) else value * 0 + 1


def _einsum(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    subscripts = function.parameters
    assert isinstance(subscripts, Subscripts)
    return Operation(
        id="einsum",
        symbol=f"einsum {','.join(subscripts.operands)}→{subscripts.result}",
        title=N_("einsum"),
        forward=function,
        vjp=tuple(partial(_vjp, subscripts, slot) for slot in range(len(subscripts.operands))),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(
            N_(
                "Put the upstream in place of this input and swap their subscripts. If only this input "
                "has an axis, repeat the result along it."
            ),
        ),
        confirmation=(N_("the sum of products with the upstream in this input's place"),),
        skill_name=(N_("Einstein summation"),),
        question=(
            N_(
                "The answer has the shape of this input, {shape}; the upstream is {up_shape}. Choose "
                "one entry: which outputs contain it, and which entry multiplies it in each?"
            ),
        ),
        why=N_(
            "Each output is a sum of products, and an entry appears in every product with its "
            "subscripts. When it rises by 1, each of these products rises by the entry it is "
            "multiplied by. Adding upstream times that entry over all these products is an einsum "
            "again."
        ),
        mistakes=(
            Mistake(
                "not-repeated",
                N_("summed axis left out"),
                partial(_not_repeated, subscripts),
                N_(
                    "The numbers are right, but the answer has the shape {shape}. Which outputs does "
                    "each entry of this input affect?"
                ),
                asks=N_("Did you leave out one of this input's axes?"),
            ),
            Mistake(
                "transposed",
                N_("rows and columns swapped"),
                partial(_transposed, subscripts),
                N_(
                    "The numbers are right, but rows and columns are swapped. In which order does this "
                    "input have its subscripts?"
                ),
                asks=N_("Did you swap the two subscripts of this input?"),
            ),
            Mistake(
                "not-diagonal",
                N_("gradient off the diagonal"),
                partial(_not_diagonal, subscripts),
                N_(
                    "A subscript that appears twice picks the diagonal. How much does the output change "
                    "when an entry off the diagonal changes?"
                ),
                asks=N_("Did you give a gradient to entries off the diagonal?"),
            ),
            Mistake(
                "other-operand",
                N_("gradient of the other input"),
                partial(_other_operand, subscripts),
                N_("That is the gradient of the other input. Which edge is selected now?"),
                asks=N_("Did you compute the gradient of the other input?"),
            ),
            Mistake(
                "own-input",
                N_("own input instead of the other"),
                partial(_own_input, subscripts),
                N_(
                    "That uses this input itself, but its gradient needs the other input. Which "
                    "entries of the other input multiply it?"
                ),
                asks=N_("Did you multiply by this input instead of the other one?"),
            ),
            Mistake(
                "other-left-out",
                N_("other input left out"),
                partial(_without_other, subscripts),
                N_("That adds up upstreams. By which entry of the other input do you have to multiply each one first?"),
                asks=N_("Did you leave out the other input?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {"einsum": _einsum}
TABLE = (_einsum(bound("einsum", Subscripts(("ij", "jk"), "ik")), [(2, 3), (3, 2)]),)
