"""What a graph calls its values, in LaTeX."""

from __future__ import annotations

import re

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
#: Greek letters by their English names, as they are typed; π, σ and Σ mean something else in formulas.
_SPELLED = {word for word in _GREEK.values() if not word.startswith("var")} - {"pi", "Pi", "sigma", "Sigma"}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "{}$&#_%"}
GRADIENT = re.compile(r"[d∂](.+)/[d∂](.+)")
_PARTS = re.compile(r"(?P<base>.*?)(?:_?(?P<digits>[0-9]+)|_(?P<word>[^\W_]+))?(?P<primes>'*)")


def text(words: str) -> str:
    """Words as they are, outside of formulas or inside of `\\text{…}`: nothing in them is a command."""
    return "".join(_SPECIAL.get(c, c) for c in words if c.isprintable())


class Letters:
    """The names of one derivation, each given to one thing only."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {"e": "", r"\pi": "", r"\sigma": ""}

    def letter(self, name: str) -> str:
        """A name as a letter with an index, a word, or a quotient of differentials: `x1`, `rate`, `dL/dz`.

        Where two names would look the same, the second is written as it was typed.
        """
        match = GRADIENT.fullmatch(name)
        if match:
            return differential(self.letter(match[1]), self.letter(match[2]))
        n = 1
        found = _pretty(name)
        while self._taken.setdefault(found, name) != name:
            found = rf"\text{{{text(name)}}}" if n == 1 else rf"\text{{{text(name)}}}_{{({n})}}"
            n += 1
        return found


def differential(above: str, below: str) -> str:
    """∂above/∂below."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def _pretty(name: str) -> str:
    match = _PARTS.fullmatch(name)
    base, index = (match["base"], match["digits"] or match["word"] or "") if match else (name, "")
    primes = match["primes"] if match else ""
    letter = _base(base)
    if match and match["word"] and letter.startswith(r"\mathrm"):
        letter, index = _base(f"{base}_{index}"), ""
    if index:
        letter += f"_{{{index if len(index) == 1 or index.isdigit() else _base(index)}}}"
    return f"{{{letter}{primes}}}" if primes else letter


def _base(name: str) -> str:
    if name in _GREEK:
        return f"\\{_GREEK[name]}"
    if name in _SPELLED:
        return f"\\{name}"
    if re.fullmatch(r"[A-Za-z]", name):
        return name
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return rf"\mathrm{{{text(name)}}}"
    return rf"\text{{{text(name)}}}"
