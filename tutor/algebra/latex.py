r"""LaTeX in typed formulas: `\frac{1}{2}`, `\sqrt{2}`, `\cdot`, `\sigma`, `\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}`."""

from __future__ import annotations

import re
from unicodedata import normalize

#: A command, or a matrix's begin or end, or a style with its text.
_COMMAND = re.compile(
    r"\\(?:(?P<edge>begin|end)\s*\{[a-zA-Z]*(?:matrix|array)\}(?:\{[lcr|\s]*\})?"
    r"|(?:mathrm|mathbf|mathsf|mathit|mathcal|mathbb|mathscr|boldsymbol|bm|vec|operatorname|text)\s*"
    r"\{(?P<styled>[^{}\\]*)\}"
    r"|(?P<accent>hat|widehat|bar|overline|tilde|widetilde)\s*(?:\{\s*(?P<braced>\\?[^\W\d_]+)\s*\}|(?P<bare>[^\W\d_]))"
    r"|(?P<word>[a-zA-Z]+)|(?P<sign>.))",
    re.DOTALL,
)
#: A subscript behind a name.
_SUBSCRIPT = re.compile(r"_(?:\{\s*(?P<braced>\w+)\s*\}|(?P<bare>\w+))")
#: Signs above a letter, as marks that follow it.
_MARKS = {"hat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303"}
_DERIVATIVE = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:\\partial|\\mathrm\s*\{d\}|[∂d])\s*(?P<above>\\?[^\W\d]\w*)\s*\}"
    r"\s*\{\s*(?:\\partial|\\mathrm\s*\{d\}|[∂d])\s*(?P<below>\\?[^\W\d]\w*)\s*\}"
)
#: Commands that only move or scale what is around them.
_SPACING = frozenset(
    [
        "quad",
        "qquad",
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "displaystyle",
        "textstyle",
        "limits",
        "nolimits",
    ]
)
_OPERATORS = {"cdot": "*", "times": "*", "ast": "*", "odot": "*", "div": "/", "top": "T", "intercal": "T"}
_FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
GREEK = dict(
    zip(
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "tau",
            "phi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
            "Lambda",
            "Xi",
            "Pi",
            "Sigma",
            "Phi",
            "Psi",
            "Omega",
            "varepsilon",
            "varphi",
        ],
        "αβγδεζηθικλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩεφ",
        strict=True,
    )
)


def read_command(text: str, offset: int) -> tuple[str, str, int] | None:
    """Return the kind of a token, its text and its length for the LaTeX command at `offset`; None for no command.

    The kind is empty for a command that only spaces, and `command` for one that is not read.
    """
    match = _COMMAND.match(text, offset)
    if match is None:
        return None
    length = match.end() - offset
    if match["edge"]:
        return f"{match['edge']}-matrix", match[0], length
    if match["styled"] is not None:
        styled = match["styled"].strip()
        return _name(styled, text, offset, length) if styled.isidentifier() else ("command", match[0], length)
    if match["accent"]:
        letter = (match["braced"] or match["bare"]).lstrip("\\")
        mark = _MARKS[match["accent"].removeprefix("wide")]
        return _name(normalize("NFC", GREEK.get(letter, letter) + mark), text, offset, length)
    if match["sign"]:
        kind = {"\\": "new-row", "{": "{", "}": "}"}.get(match["sign"], "" if match["sign"] in ",;:! " else "command")
        return kind, match[0], length
    word = match["word"]
    if word in _SPACING:
        return "", word, length
    if word in _FRACTIONS:
        return "frac", match[0], length
    if word in _OPERATORS:
        return _OPERATORS[word], match[0], length
    if word == "sqrt":
        return "√", match[0], length
    if word in ("partial", "mathbf", "frac"):
        return "command", match[0], length
    return _name(GREEK[word], text, offset, length) if word in GREEK else ("name", word, length)


def read_subscript(text: str, offset: int) -> tuple[str, int] | None:
    """Return `_1` for `_{1}` or `_1` at `offset`, and its length in the text; None for no subscript."""
    match = _SUBSCRIPT.match(text, offset)
    return match and (f"_{match['braced'] or match['bare']}", len(match[0]))


def _name(name: str, text: str, offset: int, length: int) -> tuple[str, str, int]:
    """Return the token of a name with the subscript behind its command."""
    subscript = read_subscript(text, offset + length)
    return ("name", name + subscript[0], length + subscript[1]) if subscript else ("name", name, length)


def read_derivative(text: str, offset: int) -> tuple[str, int] | None:
    r"""Return `dL/dy` for `\frac{\partial L}{\partial y}` at `offset`, and its length; None for anything else."""
    match = _DERIVATIVE.match(text, offset)
    if match is None:
        return None
    above, below = (GREEK.get(match[part].lstrip("\\"), match[part].lstrip("\\")) for part in ("above", "below"))
    return f"d{above}/d{below}", match.end() - offset
