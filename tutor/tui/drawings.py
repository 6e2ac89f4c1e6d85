"""A graph's drawings in both densities, each made when it is first looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor.drawing import Box, Density, Drawing, draw

#: A graph of more boxes fits no terminal in full: drawing it to see that would take seconds.
_FITS_SOME_SCREEN = 200


class Drawings(Mapping[Density, Drawing]):
    """The drawings of `boxes`, by density."""

    def __init__(self, boxes: Sequence[Box], ascii: bool = False) -> None:
        self._boxes = boxes
        self._ascii = ascii
        self._made: dict[Density, Drawing] = {}

    @property
    def usual(self) -> Density | None:
        """The density where none is wished for; None: the one that fits."""
        return "compact" if len(self._boxes) > _FITS_SOME_SCREEN else None

    def __getitem__(self, density: Density) -> Drawing:
        if density not in self._made:
            self._made[density] = draw(self._boxes, density, ascii=self._ascii)
        return self._made[density]

    def __iter__(self) -> Iterator[Density]:
        return iter(("full", "compact"))

    def __len__(self) -> int:
        return 2
