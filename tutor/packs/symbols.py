"""Symbolic matrices as authors write them: `{ symbol = true, shape = ["n", 3], domain = "positive" }`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.algebra.expr import DOMAINS, MATRIX_DOMAINS, ONE_HOT, Sym
from tutor.algebra.matrix_expr import matrix_symbol
from tutor.algebra.ops import VectorShape
from tutor.algebra.parser import is_reserved
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.matrix_expr import MatrixExpr

#: A size that is written as a number; larger ones get a name, which is as good and quick to judge.
MAX_WRITTEN_SIZE = 12
#: The most characters of a name of a size.
MAX_NAME = 20
_KEYS = ("symbol", "domain", "shape")

_WRONG_KEY = N_("A symbol has no key “{key}”. Its keys are {known}.")
_WRONG_DOMAIN = N_("There is no domain “{domain}”. The domains are {known}.")
_ONE_HOT_NEEDS_ROWS = N_('Only a matrix has one-hot rows. Add a shape, such as shape = ["n", 3].')
_WRONG_SHAPE = N_('A shape lists rows and columns, such as ["n", 3], or one size for a vector, ["n"].')
_WRONG_SIZE = N_('A size is a whole number from 1 to {most}, or a name in quotes such as "n".')
_RESERVED_SIZE = N_("“{name}” can't be the name of a size. Use a letter such as n or m.")


class SymbolError(ValueError):
    """A fault of a symbol, at one of its keys."""

    def __init__(self, text: Message, *within: str | int) -> None:
        super().__init__(text)
        self.message = text
        self.within = within


@dataclass(frozen=True)
class MatrixSymbol:
    """A matrix or a vector that stays a symbol. Each size is a number or a name."""

    shape: tuple[int | str, ...]
    domain: str = "real"

    @property
    def size_names(self) -> list[str]:
        """The names among its sizes."""
        return [size for size in self.shape if isinstance(size, str)]

    def named(self, name: str, sizes: Mapping[str, int]) -> MatrixExpr:
        """Return it with its name and with the sizes that the names stand for."""
        shape = [sizes[size] if isinstance(size, str) else size for size in self.shape]
        if len(shape) == 1:
            return matrix_symbol(name, VectorShape.of_length(shape[0]), self.domain, is_vector=True)
        return matrix_symbol(name, (shape[0], shape[1]), self.domain)


def parse_symbol(raw: dict[str, Any]) -> Sym | MatrixSymbol:
    """Return a symbol, which gets its name later. Raises `SymbolError`."""
    for key in raw:
        if key not in _KEYS:
            raise SymbolError(message(_WRONG_KEY, key=key, known=", ".join(_KEYS)), key)
    if raw.get("symbol", True) is not True:
        raise SymbolError(message(N_("Write symbol = true for a symbol.")), "symbol")
    domain = raw.get("domain", "real")
    if "shape" not in raw and domain == ONE_HOT:
        raise SymbolError(message(_ONE_HOT_NEEDS_ROWS), "domain")
    known = MATRIX_DOMAINS if "shape" in raw else DOMAINS
    if domain not in known:
        raise SymbolError(message(_WRONG_DOMAIN, domain=domain, known=", ".join(known)), "domain")
    if "shape" not in raw:
        return Sym("", domain=domain)
    return MatrixSymbol(parse_shape(raw["shape"]), domain)


def parse_shape(raw: Any) -> tuple[int | str, ...]:
    """Return the sizes of a matrix or a vector, numbers or names. Raises `SymbolError`."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= 2:
        raise SymbolError(message(_WRONG_SHAPE), "shape")
    for size in raw:
        if isinstance(size, str) and size.isidentifier() and len(size) <= MAX_NAME:
            if is_reserved(size) or size == "pi":
                raise SymbolError(message(_RESERVED_SIZE, name=size), "shape")
        elif type(size) is not int or not 1 <= size <= MAX_WRITTEN_SIZE:
            raise SymbolError(message(_WRONG_SIZE, most=MAX_WRITTEN_SIZE), "shape")
    return tuple(raw)
