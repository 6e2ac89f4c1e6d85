"""Short names of the mistakes, for lists and summaries. Ids are for ever; these are for people."""

from __future__ import annotations

from tutor.engine import OPERATIONS
from tutor.i18n import N_, translate

#: By the part of the id behind the point: the same wrong rule has one name wherever it is made.
_LABELS = {
    "added": N_("added instead of multiplied"),
    "as-times": N_("the rule of ×"),
    "at-output": N_("slope taken at the output"),
    "averaged": N_("mean instead of sum"),
    "base-10": N_("logarithm to base 10"),
    "both-inputs": N_("multiplied by both lines"),
    "dropped-upstream": N_("upstream left out"),
    "elementwise": N_("cell by cell instead of @"),
    "forgot-1-minus": N_("factor 1 − y left out"),
    "forward-value": N_("forward value"),
    "function-itself": N_("the function instead of its slope"),
    "inverted-local": N_("divided by the slope"),
    "local-twice": N_("slope counted twice"),
    "log": N_("log x for 1/x"),
    "minus-on-first": N_("minus on the wrong line"),
    "no-factor": N_("exponent not brought down"),
    "no-log": N_("factor log left out"),
    "no-minus": N_("minus left out"),
    "no-numerator": N_("numerator left out"),
    "no-square": N_("square left out"),
    "no-transpose": N_("not transposed"),
    "not-lowered": N_("exponent not lowered"),
    "not-spread": N_("one number for all cells"),
    "numerator-rule": N_("the numerator's rule"),
    "one": N_("started at 1"),
    "one-branch": N_("a line left out of the sum"),
    "one-minus-y": N_("factor y left out"),
    "other-itself": N_("the other matrix alone"),
    "other-operand": N_("the other matrix's gradient"),
    "output-value": N_("started at the output's value"),
    "own-input": N_("the line's own value"),
    "plus-rule": N_("the rule of +"),
    "power-rule": N_("the rule for powers"),
    "product": N_("multiplied instead of added"),
    "ran-forward": N_("upstream pushed forward"),
    "sigma-at-input": N_("σ's slope taken at the input"),
    "sigma-twice": N_("σ taken twice"),
    "skipped-node": N_("a node skipped"),
    "slip": N_("arithmetic"),
    "split": N_("gradient shared out"),
    "split-by-size": N_("gradient shared out"),
    "started-at-output": N_("started at the output's value"),
    "sum-of-inputs": N_("the two lines added"),
    "times-cell": N_("multiplied by the cells"),
    "times-inner": N_("extra factor x"),
    "times-input": N_("multiplied by the input"),
    "times-output": N_("multiplied by the output"),
    "times-rule": N_("the rule of ×"),
    "transposed-result": N_("rows and columns swapped"),
    "two-x": N_("x doubled instead of squared"),
    "undo": N_("calculation run backwards"),
    "unsummed-upstream": N_("went on before adding"),
    "upside-down": N_("divided by the wrong line"),
    "upstream-only": N_("upstream only"),
    "whole-on-one-line": N_("the whole sum on one line"),
    "wrong-side": N_("wrong order or wrong rule"),
    "wrong-side-no-transpose": N_("wrong order, not transposed"),
    "wrong-sign": N_("wrong sign"),
    "wrong-sign-argument": N_("wrong sign in the exponent"),
    "y-squared": N_("y·y instead of y·(1 − y)"),
    "zero": N_("zero"),
}


def label(mistake: str) -> str:
    """The name of a mistake in the language in use, its node's sign before it; an author's id as it is."""
    where, _, which = mistake.partition(".")
    if which not in _LABELS:
        return mistake
    name = translate(_LABELS[which])
    return f"{OPERATIONS[where].sign}: {name}" if where in OPERATIONS else name
