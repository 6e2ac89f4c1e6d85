"""A start that is a symbol: what comes back to the output of a graph where the calculation goes on behind it."""

from __future__ import annotations

import re

from tutor.algebra import Sym

#: d(where the calculation ends)/d(the output).
START = re.compile(r"[d∂](?P<goal>(?!\d)\w+)\s*/\s*[d∂](?P<output>(?!\d)\w+)")


def symbol_of_start(text: str) -> Sym | None:
    """The symbol that a start such as `dL/dz` or `∂L/∂z` is, None where it is a value."""
    match = START.fullmatch(text.strip())
    return Sym(f"d{match['goal']}/d{match['output']}") if match else None
