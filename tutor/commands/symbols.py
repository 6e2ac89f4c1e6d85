"""Options of `solve` that are no plain values: what stays a symbol, what the start is, which gradients are wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.commands.errors import Refused
from tutor.commands.options import read_exact
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from tutor.algebra.values import Value

_DOMAINS = ("real", "nonzero", "positive")
_SIZE = re.compile(r"([0-9]{1,4})[x×]([0-9]{1,4})")
#: What was meant as a symbol of the start.
_LIKE_A_SYMBOL = re.compile(r"\s*[d∂]\s*\w*\s*(/.*)?")
#: As many cells as a graph's text may have.
_MOST_CELLS = 10_000


def read_symbols(texts: tuple[str, ...]) -> dict[str, Value]:
    """`x:positive,y`, `X:2x3` -> symbols by name, a matrix as a `Whole`. Raises `Refused`."""
    from tutor.algebra.tree import Sym
    from tutor.algebra.whole import Whole

    found: dict[str, Value] = {}
    for text in texts:
        for part in text.split(","):
            name, *settings = (piece.strip() for piece in part.split(":"))
            if not name.isidentifier():
                raise Refused(
                    message(N_("“{text}” is no symbol. Write names, as in x or x:positive or X:2x3."), text=text), 2
                )
            if name in found:
                raise Refused(message(N_("Symbol {name} is given twice. Leave one out."), name=name), 2)
            domain, shape = "real", None
            for setting in settings:
                if size := _SIZE.fullmatch(setting):
                    shape = _shape(name, int(size[1]), int(size[2]))
                elif setting in _DOMAINS:
                    domain = setting
                else:
                    sentence = N_("“{text}” is not known of symbol {name}. It may be {known}, or a shape such as 2x3.")
                    known = ", ".join(_DOMAINS)
                    raise Refused(message(sentence, text=setting, name=name, known=known), 2)
            symbol = Sym(name, domain=domain)
            found[name] = symbol if shape is None else Whole(symbol, shape)
    return found


def _shape(name: str, rows: int, columns: int) -> tuple[int, int]:
    if not 1 <= rows * columns <= _MOST_CELLS:
        text = N_("The shape of symbol {name} can't be used. A matrix has 1 to {n} entries.")
        raise Refused(message(text, name=name, n=_MOST_CELLS), 2)
    return rows, columns


def read_start(text: str | None) -> Value:
    """The start: a value, exact, or a symbol such as `dL/dz`; 1 where nothing is said. Raises `Refused`."""
    from tutor.algebra.tree import ONE
    from tutor.packs.symbols import symbol_of_start

    if text is None:
        return ONE
    symbol = symbol_of_start(text)
    if symbol is None and _LIKE_A_SYMBOL.fullmatch(text):
        raise Refused(message(N_("“{text}” is no start. Write a value, or a symbol such as dL/dz."), text=text), 2)
    return symbol or read_exact(text)


def read_wrt(text: str | None) -> tuple[str, ...] | None:
    """`a,b` -> the names, None where nothing is said. Raises `Refused`."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not all(name.isidentifier() for name in names):
        raise Refused(message(N_("“{text}” is no list of inputs. Write their names, as in a,b."), text=text), 2)
    return names
