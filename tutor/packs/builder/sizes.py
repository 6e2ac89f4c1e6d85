"""Names of sizes in an exercise file: the same name is the same size everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.sizes import MAX_SIZE_NAMES, named_sizes
from tutor.i18n import N_, message
from tutor.packs.symbols import MatrixSymbol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.algebra.sizes import Size
    from tutor.packs.builder.context import BuildContext
    from tutor.packs.diagnostics import KeyPath


def build_sizes(context: BuildContext, names: Collection[str]) -> Mapping[str, Size]:
    """Return the sizes of all symbolic matrices of a file by name.

    `names` are those of the graph; a size with one of them, or with one of a symbol, is reported.
    """
    taken = {*names, *context.file.inputs, *context.file.values}
    found: dict[str, str] = {}
    for key_path, symbol, own_names in _iter_symbols(context):
        for name in symbol.size_names:
            if name in found:
                continue
            found[name] = name
            if name in taken or name in own_names:
                # So that other errors can be found, too.
                found[name] = f"{name}'"
                text = N_("“{name}” is the name of both a size and a value. Rename the size.")
                context.report(message(text, name=name), *key_path, "shape")
            elif len(found) == MAX_SIZE_NAMES + 1:
                text = N_("There are more than {n} names of sizes. Write some of the sizes as numbers.")
                context.report(message(text, n=MAX_SIZE_NAMES), *key_path, "shape")
    sizes = named_sizes(list(found.values())[:MAX_SIZE_NAMES])
    return {name: sizes[other] for name, other in found.items() if other in sizes}


def _iter_symbols(context: BuildContext) -> Iterator[tuple[KeyPath, MatrixSymbol, Collection[str]]]:
    """Yield the symbolic matrices of a file, each with its place and the names of the symbols beside it."""
    for name, value in context.file.inputs.items():
        if isinstance(value, MatrixSymbol):
            yield ("inputs", name), value, ()
    for number, question in enumerate(context.file.question):
        for name, meaning in question.symbols.items():
            if isinstance(meaning, MatrixSymbol):
                yield ("question", number, "symbols", name), meaning, question.symbols
