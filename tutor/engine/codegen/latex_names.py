"""Names of a graph in LaTeX."""

from __future__ import annotations

import re

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
#: English names of Greek letters that names may use; π, σ and Σ have a meaning in formulas.
_SPELLED_GREEK = {word for word in _GREEK.values() if not word.startswith("var")} - {"pi", "Pi", "sigma", "Sigma"}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "{}$&#_%"}
GRADIENT_PATTERN = re.compile(r"[d∂](.+)/[d∂](.+)")
_NAME_PATTERN = re.compile(r"(?P<base>.*?)(?:_?(?P<digits>[0-9]+)|_(?P<word>[^\W_]+))?(?P<primes>'*)")


def escape_latex(words: str) -> str:
    """Return plain text for use outside formulas or in `\\text{…}`, with all special characters escaped."""
    return "".join(_ESCAPES.get(c, c) for c in words if c.isprintable())


class LatexNames:
    """The LaTeX names of one derivation, all different."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {"e": "", r"\pi": "", r"\sigma": ""}

    def name(self, name: str) -> str:
        """Return a letter with an index, a word, or a partial derivative, for names like `x1`, `rate`, `dL/dz`.

        If two names would look the same, the second is written as it was typed.
        """
        match = GRADIENT_PATTERN.fullmatch(name)
        if match:
            return partial_derivative(self.name(match[1]), self.name(match[2]))
        n = 1
        latex = _format_name(name)
        while self._owners.setdefault(latex, name) != name:
            latex = rf"\text{{{escape_latex(name)}}}" if n == 1 else rf"\text{{{escape_latex(name)}}}_{{({n})}}"
            n += 1
        return latex


def partial_derivative(above: str, below: str) -> str:
    """Return ∂above/∂below."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _format_name(name: str) -> str:
    match = _NAME_PATTERN.fullmatch(name)
    base, index = (match["base"], match["digits"] or match["word"] or "") if match else (name, "")
    primes = match["primes"] if match else ""
    letter = _format_base(base)
    if match and match["word"] and letter.startswith(r"\mathrm"):
        letter, index = _format_base(f"{base}_{index}"), ""
    if index:
        letter += f"_{{{index if len(index) == 1 or index.isdigit() else _format_base(index)}}}"
    return f"{{{letter}{primes}}}" if primes else letter


def _format_base(name: str) -> str:
    if name in _GREEK:
        return f"\\{_GREEK[name]}"
    if name in _SPELLED_GREEK:
        return f"\\{name}"
    if re.fullmatch(r"[A-Za-z]", name):
        return name
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return rf"\mathrm{{{escape_latex(name)}}}"
    return rf"\text{{{escape_latex(name)}}}"
