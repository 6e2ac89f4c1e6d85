"""Arguments that name symbols: `x`, `x:positive`, `X:2x3`, and those that name inputs: `a,b`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra.expr import MATRIX_DOMAINS, ONE_HOT, Sym
from tutor.algebra.matrix_expr import matrix_symbol
from tutor.algebra.parser import is_reserved
from tutor.algebra.sizes import MAX_SIZE_NAMES, named_sizes
from tutor.commands.errors import CommandError
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value

#: `2x3`, `nx3`: the rows end at the first x.
_SHAPE_PATTERN = re.compile(r"([0-9]{1,4}|[^\W\d]\w*?)[x×]([0-9]{1,4}|[^\W\d]\w*)")
#: The limit for matrices in a graph's text too.
_MAX_CELLS = 10_000


def parse_symbols(texts: tuple[str, ...]) -> dict[str, Value]:
    """Return symbols by name from `x:positive,y`, `X:2x3`, `X:nx3`, a matrix as a MatrixExpr. Raise CommandError."""
    found: dict[str, tuple[str, re.Match[str] | None]] = {}
    for text in texts:
        for part in text.split(","):
            name, *properties = (piece.strip() for piece in part.split(":"))
            if not name.isidentifier():
                raise CommandError(
                    message(N_("“{text}” is not a symbol. Write names such as x, x:positive or X:2x3."), text=text), 2
                )
            if name in found:
                raise CommandError(message(N_("Symbol {name} is given twice. Remove one of the two."), name=name), 2)
            found[name] = _parse_properties(name, properties)
    sizes = _parse_sizes(found)
    return {
        name: Sym(name, domain=domain) if shape is None else matrix_symbol(name, _to_shape(name, shape, sizes), domain)
        for name, (domain, shape) in found.items()
    }


def _parse_properties(name: str, properties: list[str]) -> tuple[str, re.Match[str] | None]:
    """Return the domain of a symbol and its shape, if it has one. Raise CommandError."""
    domain, shape = "real", None
    for word in properties:
        if word in MATRIX_DOMAINS:
            domain = word
        elif match := _SHAPE_PATTERN.fullmatch(word):
            shape = match
        else:
            sentence = N_("Symbol {name} can't be “{text}”. It can be {known}, or have a shape such as 2x3.")
            known = ", ".join(MATRIX_DOMAINS)
            raise CommandError(message(sentence, text=word, name=name, known=known), 2)
    if domain == ONE_HOT and shape is None:
        text = N_("Only a matrix has one-hot rows. Give symbol {name} a shape, as in {name}:nx3:one-hot.")
        raise CommandError(message(text, name=name), 2)
    return domain, shape


def _parse_sizes(found: Mapping[str, tuple[str, re.Match[str] | None]]) -> Mapping[str, int]:
    """Return the named sizes of all shapes. Raise CommandError."""
    words = [word for _domain, shape in found.values() if shape is not None for word in shape.groups()]
    names = list(dict.fromkeys(word for word in words if not word.isdecimal()))
    for name in names:
        if name in found or is_reserved(name):
            text = N_("“{name}” can't be the name of a size, because it has another meaning here. Use another letter.")
            raise CommandError(message(text, name=name), 2)
    if len(names) > MAX_SIZE_NAMES:
        text = N_("There are more than {n} names of sizes. Write some of the sizes as numbers.")
        raise CommandError(message(text, n=MAX_SIZE_NAMES), 2)
    return named_sizes(names)


def _to_shape(name: str, match: re.Match[str], sizes: Mapping[str, int]) -> tuple[int, int]:
    rows, columns = (int(word) if word.isdecimal() else sizes[word] for word in match.groups())
    if not 1 <= int(rows) * int(columns) <= _MAX_CELLS:
        text = N_("The shape of symbol {name} can't be used. A matrix can have 1 to {n} entries.")
        raise CommandError(message(text, name=name, n=_MAX_CELLS), 2)
    return rows, columns


def parse_wrt(text: str | None) -> tuple[str, ...] | None:
    """Return the names in `a,b`, None if there is no text. Raise CommandError."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or not all(name.isidentifier() for name in names):
        raise CommandError(message(N_("“{text}” is not a list of inputs. Write their names, as in a,b."), text=text), 2)
    return names
