"""Wrong rules of the operations on numbers: bugs in one's head, and the rule of another function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tests.simulated.bug import Bug, names
from tests.simulated.own_pass import FORWARD, Array, Spot

if TYPE_CHECKING:
    from collections.abc import Callable

_sigmoid = FORWARD["sigmoid"]


def _bugs(ops: str, *rows: tuple[str, str, Callable[[Spot], Array | None]], slot: int | None = None) -> list[Bug]:
    """Return a bug for each row: what it is, the names that describe it, its formula."""
    slots = (0, 1) if slot is None else (slot,)
    return [
        Bug(f"{ops.replace(' ', ', ')}: {kind}", names(*ids.split()), edge=rule, ops=tuple(ops.split()), slots=slots)
        for kind, ids, rule in rows
    ]


BUGS = (
    *_bugs(
        "add",
        ("shared out evenly", "add.split", lambda s: s.g / 2),
        ("shared out by size", "add.split-by-size", lambda s: s.g * s.x / (s.x + s.o)),
        ("rule of ×", "add.times-rule", lambda s: s.g * s.o),
        ("run backwards", "add.undo", lambda s: s.g - s.o),
        ("pushed forward", "", lambda s: s.g + s.o),
    ),
    *_bugs("sub", ("minus on the first", "sub.minus-on-first", lambda s: -s.g), slot=0),
    *_bugs("sub", ("no minus", "sub.no-minus", lambda s: s.g), slot=1),
    *_bugs(
        "sub",
        ("shared out evenly", "sub.split", lambda s: s.g * s.l / 2),
        ("rule of ×", "sub.times-rule", lambda s: s.g * s.o),
        ("run backwards", "sub.undo", lambda s: s.g + s.o if s.slot == 0 else s.o - s.g),
    ),
    *_bugs(
        "mul",
        ("own value used", "mul.own-input", lambda s: s.g * s.x),
        ("rule of +", "mul.plus-rule", lambda s: s.g),
        ("run backwards", "mul.undo", lambda s: s.g / s.o),
        ("both lines", "mul.both-inputs", lambda s: s.g * s.x * s.o),
        ("the sum of the lines", "mul.sum-of-inputs", lambda s: s.g * (s.x + s.o)),
        ("the other line squared", "", lambda s: s.g * s.o * s.o),
        ("the other line added", "", lambda s: s.g + s.o),
    ),
    *_bugs(
        "div",
        ("numerator: multiplied", "div.undo div.as-times", lambda s: s.g * s.o),
        ("numerator: upside down", "div.upside-down", lambda s: s.g / s.x),
        ("numerator: passed on", "", lambda s: s.g),
        ("numerator: squared below", "", lambda s: s.g / s.o**2),
        ("numerator: with a minus", "any.wrong-sign", lambda s: -s.g / s.o),
        slot=0,
    ),
    *_bugs(
        "div",
        ("denominator: no minus", "div.no-minus", lambda s: s.g * s.o / s.x**2),
        ("denominator: no square", "div.no-square", lambda s: -s.g * s.o / s.x),
        ("denominator: no numerator", "div.no-numerator", lambda s: -s.g / s.x**2),
        ("denominator: rule of the numerator", "div.numerator-rule", lambda s: s.g / s.x),
        ("denominator: multiplied", "div.as-times", lambda s: s.g * s.o),
        ("denominator: x doubled", "", lambda s: -s.g * s.o / (2 * s.x)),
        ("denominator: numerator squared", "", lambda s: -s.g * s.o**2 / s.x**2),
        slot=1,
    ),
    *_bugs("neg", ("no minus", "neg.no-minus", lambda s: s.g)),
    *_bugs(
        "inv",
        ("no minus", "inv.no-minus", lambda s: s.g / s.x**2),
        ("no square", "inv.no-square", lambda s: -s.g / s.x),
        ("neither minus nor square", "", lambda s: s.g / s.x),
        ("at the output", "inv.at-output", lambda s: -s.g / s.z**2),
        ("log", "inv.log", lambda s: s.g * np.log(s.x)),
        ("x doubled", "inv.two-x", lambda s: -s.g / (2 * s.x)),
        ("run backwards", "inv.undo", lambda s: s.g * s.x),
        ("the square above", "", lambda s: -s.g * s.x**2),
        ("cubed", "", lambda s: -s.g / s.x**3),
    ),
    *_bugs(
        "pow",
        ("exponent not brought down", "pow.no-factor", lambda s: s.g * s.x ** (s.o - 1)),
        ("exponent not reduced", "pow.not-lowered", lambda s: s.g * s.o * s.z),
        ("the power itself", "pow.function-itself", lambda s: s.g * s.z),
        ("the exponent's rule", "pow.wrong-side", lambda s: s.g * s.z * np.log(s.x)),
        ("run backwards", "pow.undo", lambda s: s.g ** (1 / s.o)),
        ("lowered twice", "", lambda s: s.g * s.o * s.x ** (s.o - 2)),
        ("the lowered exponent as factor", "", lambda s: s.g * (s.o - 1) * s.x ** (s.o - 1)),
        ("exponent raised", "", lambda s: s.g * s.o * s.x ** (s.o + 1)),
        ("exponent alone", "", lambda s: s.g * s.o),
        ("x times the exponent", "", lambda s: s.g * s.o * s.x),
        slot=0,
    ),
    *_bugs(
        "pow",
        ("no log", "pow.no-log", lambda s: s.g * s.z),
        ("the base's rule", "pow.power-rule", lambda s: s.g * s.x * s.o ** (s.x - 1)),
        ("log alone", "", lambda s: s.g * np.log(s.o)),
        ("log of the exponent", "", lambda s: s.g * s.z * np.log(s.x)),
        slot=1,
    ),
    *_bugs(
        "exp",
        ("power rule used", "exp.power-rule", lambda s: s.g * s.x * np.exp(s.x - 1)),
        ("wrong sign above", "exp.wrong-sign-argument", lambda s: s.g * np.exp(-s.x)),
        ("times x", "exp.times-inner", lambda s: s.g * s.x * s.z),
        ("taken twice", "exp.at-output", lambda s: s.g * np.exp(s.z)),
        ("run backwards", "exp.undo", lambda s: np.log(s.g)),
        ("log's rule", "", lambda s: s.g / s.x),
        ("σ's rule", "", lambda s: s.g * s.z * (1 - s.z)),
        ("lowered by one", "", lambda s: s.g * np.exp(s.x - 1)),
    ),
    *_bugs(
        "log",
        ("at the output", "log.at-output", lambda s: s.g / s.z),
        ("to base 10", "log.base-10", lambda s: s.g / (s.x * math.log(10))),
        ("multiplied", "log.times-input", lambda s: s.g * s.x),
        ("run backwards", "log.undo", lambda s: np.exp(s.g)),
        ("exp's rule", "", lambda s: s.g * s.z),
        ("1/x's rule", "", lambda s: -s.g / s.x**2),
        ("exp of x", "", lambda s: s.g * np.exp(s.x)),
        ("squared below", "", lambda s: s.g / s.x**2),
    ),
    *_bugs(
        "sqrt",
        ("no half", "sqrt.no-half", lambda s: s.g / s.z),
        ("x, not its root", "sqrt.half-over-x", lambda s: s.g / (2 * s.x)),
        ("half alone", "sqrt.half-only", lambda s: s.g / 2),
        ("not lowered", "sqrt.not-lowered", lambda s: s.g * s.z / 2),
        ("run backwards", "sqrt.undo", lambda s: s.g**2),
        ("the square's rule", "", lambda s: s.g * 2 * s.x),
        ("two above", "", lambda s: s.g * 2 / s.z),
        ("1/x's rule", "", lambda s: -s.g / s.x**2),
    ),
    *_bugs(
        "sin",
        ("degrees", "sin.degrees", lambda s: s.g * math.cos(s.x * math.pi / 180)),
        ("wrong sign", "sin.swapped-sign", lambda s: -s.g * np.cos(s.x)),
        ("sin itself", "sin.function-itself", lambda s: s.g * s.z),
        ("at the output", "sin.at-output", lambda s: s.g * np.cos(s.z)),
        ("cos's rule", "", lambda s: -s.g * np.sin(s.x)),
    ),
    *_bugs(
        "cos",
        ("degrees", "cos.degrees", lambda s: -s.g * math.sin(s.x * math.pi / 180)),
        ("wrong sign", "cos.swapped-sign", lambda s: s.g * np.sin(s.x)),
        ("cos itself", "cos.function-itself", lambda s: s.g * s.z),
        ("at the output", "cos.at-output", lambda s: -s.g * np.sin(s.z)),
    ),
    *_bugs(
        "sigmoid",
        ("1 − y left out", "sigmoid.forgot-1-minus", lambda s: s.g * s.z),
        ("y left out", "sigmoid.one-minus-y", lambda s: s.g * (1 - s.z)),
        ("y squared", "sigmoid.y-squared", lambda s: s.g * s.z**2),
        ("slope at the input", "sigmoid.sigma-at-input", lambda s: s.g * s.x * (1 - s.x)),
        ("σ applied twice", "sigmoid.sigma-twice", lambda s: s.g * _sigmoid(s.z) * (1 - _sigmoid(s.z))),
        ("tanh's rule", "", lambda s: s.g * (1 - s.z**2)),
        ("plus for minus", "", lambda s: s.g * s.z * (1 + s.z)),
        ("minus one", "any.wrong-sign", lambda s: s.g * s.z * (s.z - 1)),
        ("exp's rule", "", lambda s: s.g * np.exp(s.x)),
        ("relu's rule", "", lambda s: s.g * (s.x > 0)),
        ("y less y doubled", "", lambda s: s.g * (s.z - 2 * s.z)),
    ),
    *_bugs(
        "tanh",
        ("σ's rule", "tanh.sigmas-rule", lambda s: s.g * s.z * (1 - s.z)),
        ("slope at the input", "tanh.at-input", lambda s: s.g * (1 - s.x**2)),
        ("no square", "tanh.no-square", lambda s: s.g * (1 - s.z)),
        ("y squared", "tanh.y-squared", lambda s: s.g * s.z**2),
        ("tanh applied twice", "tanh.tanh-twice", lambda s: s.g * (1 - np.tanh(s.z) ** 2)),
        ("plus for minus", "", lambda s: s.g * (1 + s.z**2)),
        ("two y", "", lambda s: s.g * (1 - 2 * s.z)),
        ("y itself", "", lambda s: s.g * s.z),
    ),
    *_bugs(
        "softplus",
        ("slope of the log alone", "softplus.no-inner", lambda s: s.g / (1 + np.exp(s.x))),
        ("inner derivative alone", "softplus.inner-only", lambda s: s.g * np.exp(s.x)),
        ("at the output", "softplus.at-output", lambda s: s.g * _sigmoid(s.z)),
        ("σ's rule", "softplus.sigmas-rule", lambda s: s.g * _sigmoid(s.x) * (1 - _sigmoid(s.x))),
        ("itself", "softplus.function-itself", lambda s: s.g * s.z),
        ("tanh", "", lambda s: s.g * np.tanh(s.x)),
        ("relu's rule", "", lambda s: s.g * (s.x > 0)),
    ),
    *_bugs(
        "silu",
        ("σ alone", "silu.gate-only", lambda s: s.g * _sigmoid(s.x)),
        ("σ's rule", "silu.sigmas-rule", lambda s: s.g * _sigmoid(s.x) * (1 - _sigmoid(s.x))),
        ("x times σ's rule", "silu.gate-slope-only", lambda s: s.g * s.x * _sigmoid(s.x) * (1 - _sigmoid(s.x))),
        ("itself", "silu.function-itself", lambda s: s.g * s.z),
    ),
    *_bugs(
        "relu",
        ("gate open", "relu.open-gate", lambda s: s.g),
        ("gate by the upstream", "relu.gate-on-gradient", lambda s: np.maximum(s.g, 0)),
        ("times the value", "relu.passes-value", lambda s: s.g * s.z),
        ("gate turned round", "", lambda s: s.g * (s.x < 0)),
        ("|x|'s rule", "", lambda s: s.g * np.sign(s.x)),
        ("gate by both", "", lambda s: np.maximum(s.g, 0) * (s.x > 0)),
    ),
    *_bugs(
        "abs",
        ("sign left out", "abs.unsigned", lambda s: s.g),
        ("absolute value of the upstream", "abs.absolute-gradient", lambda s: np.abs(s.g)),
        ("times the value", "abs.passes-value", lambda s: s.g * s.x),
        ("sign turned round", "any.wrong-sign", lambda s: -s.g * np.sign(s.x)),
        ("relu's rule", "", lambda s: s.g * (s.x > 0)),
    ),
    *_bugs(
        "max min",
        ("both lines", "max.both min.both", lambda s: s.g * np.ones_like(s.z)),
        ("the other line", "max.loser min.loser", lambda s: s.g * (1 - s.l)),
        ("half each", "max.split min.split", lambda s: s.g / 2),
        ("times the value", "max.passes-value min.passes-value", lambda s: s.g * s.x),
        ("times the other value", "max.times-rule min.times-rule", lambda s: s.g * s.o),
        ("the winner's value", "", lambda s: s.g * s.z),
    ),
)
