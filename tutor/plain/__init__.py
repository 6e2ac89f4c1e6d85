"""The whole tutor in plain lines: for screen readers, pipes and terminals that can't draw."""

from tutor.plain.telling import caret, picture, point_at
from tutor.plain.trying import Playground
from tutor.plain.work import Plain

__all__ = ["Plain", "Playground", "caret", "picture", "point_at"]
