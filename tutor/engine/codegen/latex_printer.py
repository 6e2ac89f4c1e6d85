"""LaTeX of formulas and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Grid, Num, Sym, postorder
from tutor.algebra.literals import exact_decimal
from tutor.algebra.printing import format_scalar
from tutor.engine.codegen.latex_fragments import (
    ATOM,
    PRODUCT,
    QUOTIENT,
    SIGN,
    LatexFragment,
    Operand,
    format_call,
    format_grid,
)
from tutor.engine.codegen.latex_names import function_name
from tutor.engine.codegen.latex_spellings import SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from tutor.engine.codegen.latex_columns import PrintedFormula

_FUNCTIONS = functions.table(lambda function: {function.id: function.latex} if function.latex else {})


def format_latex(
    formula: PrintedFormula,
    names: Mapping[str, LatexFragment],
    decimals: bool = False,
    rows: Mapping[str, LatexFragment] | None = None,
) -> LatexFragment:
    """Return a formula with its names replaced by texts.

    `decimals` prefers 0.5 to 1/2. `rows` has the transposes of vectors whose text is not a name.
    """
    tree, known = formula.tree, formula.shapes
    done: dict[int, LatexFragment] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = format_rational(part.value, decimals) or format_decimal(format_scalar(part))
        elif isinstance(part, Sym):
            done[id(part)] = (r"\pi", ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Grid):
            done[id(part)] = format_grid([[done[id(cell)][0] for cell in row] for row in part.rows]), ATOM
        elif isinstance(part, Apply):
            arg = part.args[0] if part.args else None
            if part.op == "T" and rows and isinstance(arg, Sym) and arg.name in rows:
                done[id(part)] = rows[arg.name]
            else:
                done[id(part)] = _format_apply(
                    part.op, [Operand(*done[id(arg)], known.get(id(arg))) for arg in part.args]
                )
    return done[id(tree)]


def _format_apply(op: str, operands: Sequence[Operand]) -> LatexFragment:
    if op in SPELLINGS:
        return SPELLINGS[op](*operands)
    called = _FUNCTIONS.get(op) or function_name(op)
    if "{0}" in called:
        return called.format(*(operand.text for operand in operands)), ATOM
    return format_call(called, [operand.text for operand in operands])


def format_rational(value: Fraction, decimals: bool) -> LatexFragment | None:
    """Return a short number exactly, as 0.5 or 1/2 as `decimals` prefers; None for a long one."""
    plain = exact_decimal(value)
    top, bottom = abs(value.numerator), value.denominator
    minus = "-" if value < 0 else ""
    if plain is not None and (decimals or bottom == 1):
        return plain, SIGN if minus else ATOM
    if top < 10_000 and bottom < 1_000:
        return rf"{minus}\frac{{{top}}}{{{bottom}}}", SIGN if minus else QUOTIENT
    return None if plain is None else (plain, SIGN if minus else ATOM)


def format_decimal(text: str) -> LatexFragment:
    """Return a decimal of `format_number`, such as `−1.5e−7`, in LaTeX."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    strength = SIGN if mantissa.startswith("-") else ATOM
    if not exponent:
        return mantissa, strength
    return rf"{mantissa} \times 10^{{{exponent}}}", min(strength, PRODUCT)
