"""Errors of formulas that can't be parsed, each with what to write instead."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from tutor.algebra import foreign, functions
from tutor.algebra.errors import AlgebraError
from tutor.algebra.lexer import DERIVATIVE, skeleton
from tutor.algebra.token_reader import TokenReader
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tutor.algebra.lexer import Token

#: What people write for a function whose name is not the closest in its letters.
_ABBREVIATIONS = {
    **dict.fromkeys(("sig", "sigm", "sigma", "logistic"), "sigmoid"),
    "sgn": "sign",
}
#: The error of an unknown name lists at most this many known ones.
_MAX_LISTED_NAMES = 12
#: Brackets with more than one value.
_SEVERAL_VALUES = re.compile(r"\([^()]*,[^()]*\)")
#: A Korean letter, alone or in a syllable.
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

_VALUES_IN_BRACKETS = N_("Commas separate values only inside [ ]: write [1, 2] or [[1, 2], [3, 4]].")
#: A number up to a comma, what follows the comma, and digits in groups.
_COMMA_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]{3})*) ?$")
_AFTER_COMMA = re.compile(r"(?:, ?[0-9]+)+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_SPACED_NUMBER = re.compile(r"[0-9]{1,3}(?:\s[0-9]{3})+(?:[.,][0-9]+)?(?![0-9.,])")


def _nearest_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that was probably meant by `name`."""
    expansion = _ABBREVIATIONS.get(name)
    if expansion in known:
        return expansion
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None)


def _listed(names: Iterable[str]) -> str:
    """Return names with commas between them, the first ones if there are many."""
    names = list(names)
    return ", ".join(names if len(names) <= _MAX_LISTED_NAMES else [*names[:_MAX_LISTED_NAMES], "…"])


class ErrorReports(TokenReader):
    """The sentences for what can't be parsed."""

    def comma_error(self) -> AlgebraError:
        """Return the error of a comma that separates nothing: most often it is a decimal one."""
        typed = _COMMA_NUMBER.search(self.text, 0, self.token.position)
        after = _AFTER_COMMA.match(self.text, self.token.position)
        if typed is None or after is None or typed.end() != self.token.position:
            return self.error(N_("A comma is not expected here. Write decimals with a point, such as 0.5."))
        if after[0].startswith(", ") and self.text[: self.token.position].count("(") > self.text[
            : self.token.position
        ].count(")"):
            return self.error(_VALUES_IN_BRACKETS)
        groups = (typed[0] + after[0]).replace(" ", "").split(",")
        whole = "".join(groups)
        decimal = "".join(groups[:-1]).replace(".", "") + "." + groups[-1]
        if len(groups) > 2 and any(len(group.partition(".")[0]) != 3 for group in groups[1:]):
            return self.error(_VALUES_IN_BRACKETS)
        if len(groups) > 2 or "." in groups[-1]:
            return self.error(N_("Numbers can't contain commas. Write {whole}."), whole=whole)
        if len(groups[-1]) == 3 and "." not in groups[0]:
            return self.error(
                N_("Numbers can't contain commas. Write {whole}, or {d} for a decimal."), whole=whole, d=decimal
            )
        return self.error(N_("Write decimals with a point: {d}."), d=decimal)

    def adjacent_number_error(self) -> AlgebraError:
        """Return the error of a number right after a value: most often there is a space between groups of digits."""
        token, before = self.token, self.previous
        if token.kind == "frac":
            return self.error(N_("An operator is missing before this fraction. Write +, * or another one there."))
        if token.kind == "fraction":
            fraction = unicodedata.normalize("NFKC", token.text).replace("⁄", "/")
            whole = f"{before.text} + {fraction}" if before.kind == "number" else f"x*{fraction}"
            return self.error(
                N_("An operator is missing before {c}. Write it out, as in {whole}."), c=token.text, whole=whole
            )
        grouped = _SPACED_NUMBER.match(self.text, before.position) if before.kind == "number" else None
        if grouped and grouped.end() >= token.position + token.width:
            whole = re.sub(r"\s", "", grouped[0]).replace(",", ".")
            return AlgebraError(
                message(N_("Numbers can't contain spaces. Write {whole}."), whole=whole),
                grouped.start(),
                len(grouped[0]),
            )
        return self.error(N_("An operator is missing before {c}. Write *, ^ or another one there."), c=token.text)

    def attribute_error(self, token: Token, owner: Token | None = None) -> AlgebraError:
        """Return the error of an attribute that is not read, as in `X.shape`; `owner` is the name before it."""
        part = token.text[1:]
        if owner is not None:
            dotted_name = owner.text + token.text
            both = owner._replace(length=owner.width + token.width)
            near = difflib.get_close_matches(dotted_name, self.compound_names, n=1, cutoff=0.75)
            if near:
                return self.error(
                    N_("Unknown name “{name}”. Did you mean {near}?"), both, name=dotted_name, near=near[0]
                )
            if part in ("t", "mT", "transpose"):
                return self.error(N_("Write a transpose as {name}.T."), both, name=owner.text)
            if part == "grad" and self.names:
                known = ", ".join(sorted(self.names)[:_MAX_LISTED_NAMES])
                return self.error(
                    N_("“{name}” is not a name here. You can use {known}."), both, name=dotted_name, known=known
                )
            if part in ("dot", "matmul", "mm"):
                return self.error(N_("Write the product of two matrices with @, as in X @ W."), both)
        return self.error(
            N_("This point is not part of a number. Write numbers as 0.5 and a transpose as X.T."),
            token._replace(length=1),
        )

    def reject_unknown_function(self, token: Token) -> None:
        """Raise an error for an unknown name directly before a bracket, `tan(x)`; `y(1 - y)` is a product."""
        name = token.text
        if name == "Σ":
            raise self.error(N_("Write the sum of a matrix as sum(X)."), token)
        if len(name) < 2:
            if _SEVERAL_VALUES.match(self.text, self.token.position):
                text = N_("“{name}” is not a function here. Write out what it computes.")
                raise self.error(text, token, name=name)
            return
        if name in foreign.INSTEAD:
            raise self.error(foreign.INSTEAD[name], token, name=name)
        # A function with few values, such as sign, has no node: its gradient would be 0 everywhere.
        known = [
            known for known, (op, _, _) in self.functions.items()
            if op not in functions.FUNCTIONS or not functions.FUNCTIONS[op].values
        ]  # fmt: skip
        if near := _nearest_name(name.lower(), known):
            raise self.error(
                N_("“{name}” is not a function here. Did you mean {near}? For a product, write {name}*(…)."),
                token,
                name=name,
                near=near,
            )
        raise self.error(
            N_("“{name}” is not a function here. For a product, write {name}*(…). The functions are {known}."),
            token,
            name=name,
            known=_listed(known),
        )

    def unknown_library_function(self, token: Token) -> AlgebraError:
        """Return the error of `np.name`, whatever is wanted: functions are written without their library."""
        known = _listed(self.functions)
        if near := _nearest_name(token.text.lower(), self.functions):
            return self.error(
                N_("“{name}” can't be used here. Did you mean {near}?"), token, name=token.text, near=near
            )
        return self.error(
            N_("“{name}” can't be used here. The functions are {known}."), token, name=token.text, known=known
        )

    def unknown_name_error(self, token: Token) -> AlgebraError:
        if token.text in self.functions:
            return self.error(N_("{name} needs brackets: write {name}(…)."), token, name=token.text)
        token = self.merge_derivative(token)
        if self.token.kind == "attribute":
            return self.attribute_error(self.token, token)
        if token.text.casefold() in ("nan", "inf", "infinity"):
            return self.error(N_("“{c}” is not a number. Write a number."), token, c=token.text)
        if token.text in foreign.INSTEAD:
            return self.error(foreign.INSTEAD[token.text], token, name=token.text)
        names = sorted(self.names or ())
        known = _listed(names)
        if not names:
            return self.error(N_("Unknown name “{name}”. Only numbers can be used here."), token, name=token.text)
        if instead := self.suggestion(token):
            return self.error(instead, token, name=token.text.rstrip("'"))
        letters = list(token.text)
        if len(letters) > 1 and all(letter in names for letter in letters):
            return self.error(
                N_("Unknown name “{name}”. For a product, write {product}."),
                token,
                name=token.text,
                product="*".join(letters),
            )
        lookalike = next((name for name in names if skeleton(name) == skeleton(token.text)), None)
        if lookalike:
            return self.error(
                N_("“{name}” looks like {other} but has different letters. Type {other}."),
                token,
                name=token.text,
                other=lookalike,
            )
        if _HANGUL.search(token.text) and not any(map(_HANGUL.search, [*names, *self.spellings])):
            return self.error(
                N_("“{name}” is in Korean letters. Switch the keyboard to English. You can use {known}."),
                token,
                name=token.text,
                known=known,
            )
        if near := _nearest_name(token.text, [*names, *self.spellings, *self.functions]):
            return self.error(
                N_("Unknown name “{name}”. Did you mean {near}? You can use {known}."),
                token,
                name=token.text,
                near=near,
                known=known,
            )
        return self.error(N_("Unknown name “{name}”. You can use {known}."), token, name=token.text, known=known)

    def suggestion(self, token: Token) -> str | None:
        """Return how to write a matrix operation that other programs call by this name, None for any other name."""
        bare = token.text.rstrip("'")
        if token.text in ("matmul", "dot"):
            return N_("Write the product of two matrices with @, as in X @ W.")
        if token.text == "transpose":
            return N_("Write .T after the matrix: X.T.")
        if token.text == "Σ":
            return N_("Write the sum of a matrix as sum(X).")
        if bare != token.text and bare[:1].isupper() and bare in (self.names or ()):
            return N_("Write a transpose as {name}.T.")
        return None

    def merge_derivative(self, token: Token) -> Token:
        """Return the token extended to all of an unknown `dz/dx`, which is not meant as a quotient."""
        whole = DERIVATIVE.match(self.text, token.position) if self.token.kind == "/" else None
        if whole is None:
            return token
        return token._replace(text=f"d{whole['above']}/d{whole['below']}", length=len(whole[0]))
