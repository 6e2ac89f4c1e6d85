"""Tokens of one text, read one after the other within its limits."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.lexer import Token, tokenize
from tutor.algebra.typed_text import clean
from tutor.algebra.vocabulary import FUNCTIONS, REDEFINABLE
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.algebra.expr import Expr
    from tutor.algebra.limits import Limits


class TokenReader:
    """The current token and the one after it, and counts of what was read.

    `names` are the names that the text may use; None allows any. `own_functions` maps the names of further functions to
    the least and the greatest number of their operands; those in `redefinable` are functions only before a bracket.
    `spellings` maps other spellings to names.
    """

    def __init__(
        self,
        text: str,
        names: Collection[str] | None,
        limits: Limits,
        own_functions: Mapping[str, tuple[int, int]] | None = None,
        redefinable: Collection[str] = (),
        spellings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.functions = {**FUNCTIONS, **{name: (name, *arity) for name, arity in (own_functions or {}).items()}}
        #: Functions of an exercise's author, also those with the name of a newer one of ours.
        self.custom = frozenset(own_functions or ()) - set(redefinable)
        self.redefinable = {*REDEFINABLE, *redefinable} - self.custom
        most = limits.matrix_characters if "[" in text else limits.characters
        if len(text) > most:
            raise AlgebraError(message(N_("This is longer than {n} characters. Shorten it."), n=most), most)
        self.text = text = clean(text)
        self.names = names
        self.spellings = spellings
        self.limits = limits
        self.compound_names = [name for name in (*(names or ()), *spellings) if not name.isidentifier()]
        tokens = tokenize(text, self.compound_names, limits.exponent, is_answer=names is not None)
        self.tokens = _with_names(tokens, spellings) if spellings else tokens
        self.second_previous = self.previous = self.token = next(self.tokens)
        self.lookahead: Token | None = None
        self.nodes = self.cells = self.depth = 0
        #: Whether the nesting of the next bracket is counted already.
        self.is_level_counted = False

    def next(self) -> Token:
        """Return the current token and move to the next one."""
        self.second_previous, self.previous = self.previous, self.token
        self.token, self.lookahead = self.lookahead or next(self.tokens, self.token), None
        return self.previous

    def peek(self) -> Token:
        """Return the token after the current one."""
        self.lookahead = self.lookahead or next(self.tokens, self.token)
        return self.lookahead

    def error(self, text: str, token: Token | None = None, **values: object) -> AlgebraError:
        token = token or self.token
        return AlgebraError(Message(text, values), token.position, token.width)

    def count_node(self, tree: Expr) -> Expr:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise AlgebraError(
                message(N_("This has more than {n} parts. Shorten it."), n=self.limits.nodes),
                self.previous.position,
            )
        return tree

    def enter_nesting(self) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise self.error(
                N_("This is nested more than {n} levels deep. Give a part of it a name first."), n=self.limits.depth
            )


def _with_names(tokens: Iterator[Token], spellings: Mapping[str, str]) -> Iterator[Token]:
    """Yield the tokens with the names that are meant by other spellings of them."""
    for token in tokens:
        if token.kind == "name" and token.text in spellings:
            yield token._replace(text=spellings[token.text], length=token.width)
        else:
            yield token
