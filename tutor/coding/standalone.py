"""The styles of code exercises that need no graph, and are the same wherever they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.coding.accumulation import AccumulationStyle
from tutor.coding.gradient_check import GradientCheckStyle
from tutor.coding.styles import AutogradStyle
from tutor.coding.training import TrainingStyle
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.coding.styles import CodeStyle
    from tutor.packs.code_settings import Style

_STYLES: Mapping[Style, Callable[[], CodeStyle]] = {
    "autograd": AutogradStyle,
    "accumulation": AccumulationStyle,
    "gradient-check": GradientCheckStyle,
    "training": TrainingStyle,
}
STANDALONE_TITLES: Mapping[Style, str] = {
    "autograd": N_("A small autograd"),
    "accumulation": N_("Gradient accumulation"),
    "gradient-check": N_("A gradient check"),
    "training": N_("A network for XOR"),
}


def standalone_style(style: Style) -> CodeStyle:
    """Return a style that needs no graph."""
    return _STYLES[style]()
