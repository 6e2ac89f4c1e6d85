"""Palettes and the grid of cells: text stays readable, wide characters whole, and only what differs is sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.theme import BUILTIN_THEMES

from tutor.tui.canvas import Canvas, line_bar, wrap
from tutor.tui.nearest_colours import NearestColours, nearest_colour
from tutor.tui.themes import (
    DARK_PALETTE,
    HUES,
    NO_COLOURS,
    PALETTES,
    SIXTEEN_COLOURS,
    contrast,
    palette_of_theme,
)

_TEXTS = ("bright", "text", "muted", "faint", *HUES)


def test_every_text_is_readable_on_every_ground_in_every_theme() -> None:
    palettes = {**PALETTES, **{name: palette_of_theme(theme) for name, theme in BUILTIN_THEMES.items()}}
    for name, palette in palettes.items():
        if palette.colours != "all":
            continue
        for colour in _TEXTS:
            for ground in ("ground", "surface", "raised"):
                ratio = contrast(getattr(palette, colour), getattr(palette, ground))
                assert ratio >= (7 if name == "high-contrast" else 4.5), (name, colour, ground)
            faded = palette.ink(colour, fade=palette.fade).color
            assert faded is not None
            assert contrast(faded.get_truecolor().hex, palette.ground) >= 4.5, (name, colour)
        for hue in (*HUES, "muted", "bright"):
            well = palette.well(hue)
            assert well.color is not None
            assert well.bgcolor is not None
            ratio = contrast(well.color.get_truecolor().hex, well.bgcolor.get_truecolor().hex)
            assert ratio >= 4.5, (name, hue)
        for hue in HUES:
            assert contrast(palette.on_chip, getattr(palette, hue)) >= 4.5, (name, hue)


def test_without_colours_and_with_sixteen_no_mixed_colour_is_sent() -> None:
    for palette in (NO_COLOURS, SIXTEEN_COLOURS):
        for style in (palette.chip("wrong"), palette.well("help"), palette.ink("forward", fade=0.5)):
            colours = [colour for colour in (style.color, style.bgcolor) if colour is not None]
            assert all(colour.triplet is None for colour in colours)
            assert palette.colours == "sixteen" or not colours


_CELLS = st.text(alphabet="ab가나━x̂", max_size=12)


@given(st.lists(st.tuples(st.integers(-3, 32), st.integers(0, 2), _CELLS), max_size=8), st.integers(0, 8))
def test_rows_keep_their_width_and_only_differing_cells_are_sent(puts: list[tuple[int, int, str]], cut: int) -> None:
    before, after = Canvas(30, 3, DARK_PALETTE), Canvas(30, 3, DARK_PALETTE)
    for number, (x, y, text) in enumerate(puts):
        after.put(x, y, text)
        if number < cut:
            before.put(x, y, text)
    repaired = [list(row) for row in before.cells]
    for y, x, width in after.changed_spans(before):
        repaired[y][x : x + width] = after.cells[y][x : x + width]
        assert cell_len("".join(repaired[y])) == 30
    assert repaired == after.cells
    assert all(cell_len(after.strip(y).text) == 30 for y in range(3))


def test_what_is_between_two_changes_far_apart_is_not_sent() -> None:
    before, after = Canvas(60, 1, DARK_PALETTE), Canvas(60, 1, DARK_PALETTE)
    after.put(3, 0, "ab")
    after.put(40, 0, "가")
    assert after.changed_spans(before) == [(0, 3, 2), (0, 40, 2)]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40))
def test_a_bar_shows_every_part_and_is_full_only_at_the_end(part: int, whole: int, width: int) -> None:
    on, off = DARK_PALETTE.ink("right"), DARK_PALETTE.ink("line")
    text = "".join(run for run, _style in line_bar(min(part, whole), whole, width, on, off))
    assert len(text) == width
    assert (text[0] != "─") == (min(part, whole) > 0)
    assert (text == "━" * width) == (0 < whole <= part)


@given(st.text(alphabet="a 가\n", max_size=60), st.integers(2, 20))
def test_wrapped_lines_fit_and_keep_their_words(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_256_colours_keep_greys_grey_and_hues_their_hue() -> None:
    def nearest(colour: str) -> str:
        found = nearest_colour(Color.parse(colour))
        assert found is not None
        assert found.type is ColorType.EIGHT_BIT
        return found.get_truecolor().hex

    for palette in PALETTES.values():
        for name in ("ground", "surface", "raised", "text", "muted"):
            triplet = Color.parse(nearest(getattr(palette, name))).get_truecolor()
            assert max(triplet) - min(triplet) <= 40, name
        for name in ("text", "muted", "forward", "backward", "right", "wrong", "help"):
            assert contrast(nearest(getattr(palette, name)), nearest(palette.ground)) >= 4.5, name
    assert nearest_colour(Color.default()) == Color.default()
    strip = NearestColours().apply([Segment("x", Style(color="#222735", bold=True))], TextualColor(0, 0, 0))
    assert strip == [Segment("x", Style(color="color(235)", bold=True))]
