"""Names of a graph in LaTeX, and the bars of gradients."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
#: English names of Greek letters that names may use; π, σ and Σ have a meaning in formulas.
_SPELLED_GREEK = {word for word in GREEK.values() if not word.startswith("var")} - {"pi", "Pi", "sigma", "Sigma"}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "{}$&#_%"}
GRADIENT_PATTERN = re.compile(r"[d∂](.+)/[d∂](.+)")
#: Accents of single letters, by their combining mark and by their name behind an underscore, as in `y_hat`. A bar is
#: missing, because a bar marks a gradient.
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vec"}
_BAR, _BAR_INDEX = "\u0304", r"_{\mathrm{bar}}"
_ACCENTED_WORD = re.compile(r"(?P<letter>[A-Za-z])_(?P<accent>hat|tilde)|(?P<short>[xyzXYZ])hat")
#: A letter that gets a short bar, with its index beside the bar. An index in square brackets picks an entry of a value:
#: the gradient of an entry is not the entry of a gradient.
_BARRED_LETTER = re.compile(r"(?P<letter>[A-Za-z]|\\[A-Za-z]+)(?P<index>_\{(?!\[)(?:[^{}]|\{[^{}]*\})*\})?")
_NAME_PATTERN = re.compile(r"(?P<base>.*?)(?:_?(?P<digits>[0-9]+)|_(?P<word>[^\W_]+))?(?P<primes>'*)")


def escape_latex(words: str) -> str:
    """Return plain text for use outside formulas or in `\\text{…}`, with all special characters escaped."""
    return "".join(_ESCAPES.get(c, c) for c in words if c.isprintable())


class LatexNames:
    """The LaTeX names of one derivation, all different; those in `reserved` have a meaning in its formulas."""

    def __init__(self, reserved: Collection[str] = ("e", r"\sigma")) -> None:
        self._owners: dict[str, str] = dict.fromkeys((r"\pi", *reserved), "")
        self._aliases: dict[str, str] = {}

    def set_alias(self, name: str, latex: str) -> None:
        """Write a name as `latex` from now on."""
        self._aliases[name] = latex

    def name(self, name: str) -> str:
        """Return a letter with an index, a word, or a partial derivative, for names like `x1`, `rate`, `dL/dz`.

        If two names would look the same, the second is written as it was typed, a Greek letter in bold.
        """
        if name in self._aliases:
            return self._aliases[name]
        match = GRADIENT_PATTERN.fullmatch(name)
        if match:
            return partial_derivative(self.name(match[1]), self.name(match[2]))
        n = 1
        latex = first = _format_name(name)
        while self._owners.setdefault(latex, name) != name:
            typed = rf"\boldsymbol{{{first}}}" if name in GREEK else rf"\text{{{escape_latex(name)}}}"
            latex = typed if n == 1 else rf"{typed}_{{({n})}}"
            n += 1
        return latex


def adjoint(text: str) -> str:
    """Return a name or a formula with a bar, which marks its gradient."""
    letter = _BARRED_LETTER.fullmatch(text)
    return rf"\bar{{{letter['letter']}}}{letter['index'] or ''}" if letter else rf"\overline{{{text}}}"


def function_name(label: str) -> str:
    """Return the name of a function in front of its operands: a single letter, or a word in upright type."""
    name = _format_base(label)
    if name.startswith(r"\mathrm"):
        return name.replace(r"\mathrm", r"\operatorname", 1)
    return rf"\operatorname{{{name}}}" if name.startswith(r"\text") else name


def partial_derivative(above: str, below: str) -> str:
    """Return ∂above/∂below."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _format_name(name: str) -> str:
    accented = _ACCENTED_WORD.fullmatch(name)
    if accented:
        return rf"\{accented['accent'] or 'hat'}{{{accented['letter'] or accented['short']}}}"
    match = _NAME_PATTERN.fullmatch(name)
    base, index = (match["base"], match["digits"] or match["word"] or "") if match else (name, "")
    primes = match["primes"] if match else ""
    letter = _format_base(base)
    if match and match["word"] and letter.startswith(r"\mathrm"):
        letter, index = _format_base(f"{base}_{index}"), ""
    if index:
        written = index if len(index) == 1 or index.isdigit() else _format_base(index)
        letter = f"{letter[:-1]}, {written}}}" if letter.endswith(_BAR_INDEX) else f"{letter}_{{{written}}}"
    return f"{{{letter}{primes}}}" if primes else letter


def _format_base(name: str) -> str:
    if name in GREEK:
        return f"\\{GREEK[name]}"
    if name in _SPELLED_GREEK:
        return f"\\{name}"
    if re.fullmatch(r"[A-Za-z]", name):
        return name
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return rf"\mathrm{{{escape_latex(name)}}}"
    letter, mark = (*unicodedata.normalize("NFD", name), "", "")[:2]
    if len(unicodedata.normalize("NFD", name)) == 2 and (mark == _BAR or mark in _ACCENTS):
        plain = _format_base(letter)
        if not plain.startswith((r"\text", r"\mathrm")):
            return plain + _BAR_INDEX if mark == _BAR else rf"\{_ACCENTS[mark]}{{{plain}}}"
    return rf"\text{{{escape_latex(name)}}}"
