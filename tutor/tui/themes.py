"""The colour themes. A hue always means something, and never alone: a sign or a word goes with it.

Forward values are `forward`, gradients, blanks and the focus `backward`; verdicts are `right` and `wrong`; all that
costs nothing (hints, revealed and carried answers, due reviews) is `help`. Keys and decoration have no hue.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App


#: The colours that mean something.
Hue = Literal["forward", "backward", "right", "wrong", "help"]
HUES: tuple[Hue, ...] = ("forward", "backward", "right", "wrong", "help")

#: The share of a hue in the ground of a tinted field, and the steps in which it is reduced.
_WELL_TINT, _WELL_STEP = 0.16, 0.02
#: The least contrast of text that carries information, by WCAG 2.2.
MIN_CONTRAST = 4.5


@dataclass(frozen=True, eq=False)
class Palette:
    """The colours of a theme, each as `#rrggbb` or as the name of one of the terminal's own colours.

    `ground`, `surface` and `raised` are backgrounds, `bright` to `faint` texts, `edge`, `line` and `grid` are lines.
    `on_chip` is text on reversed cells of a hue; `fade` is how far what is out of focus moves towards the ground.
    """

    ground: str
    surface: str
    raised: str
    bright: str
    text: str
    muted: str
    faint: str
    edge: str
    line: str
    grid: str
    forward: str
    backward: str
    right: str
    wrong: str
    help: str
    on_chip: str
    fade: float
    dark: bool = True
    #: Whether the terminal shows every colour, only its own sixteen, or none.
    colours: Literal["all", "sixteen", "none"] = "all"

    @property
    def needs_brackets(self) -> bool:
        """Return whether a chip or a well needs brackets to stand out from other text."""
        return self.colours == "none"

    @property
    def has_paper(self) -> bool:
        """Return whether free space is dotted."""
        return self.colours == "all" and self.grid != self.ground

    def ink(
        self,
        colour: str = "text",
        *,
        on: str = "ground",
        fade: float = 0.0,
        tint: float = 0.0,
        bold: bool = False,
        italic: bool = False,
        underline: bool = False,
        strike: bool = False,
    ) -> Style:
        """Return the style of text: a colour by its name here, moved by `fade` (0 to 1) towards the ground.

        `on` names the background. With `tint`, the ground is moved by that share towards `on` instead.
        """
        return _ink(self, colour, on, round(fade, 3), round(tint, 3), bold, italic, underline, strike)

    def shade(self, hue: str, share: float, *, on: str = "ground") -> Style:
        """Return the style of a mark: a hue moved by a share (0 to 1) towards the ground, however faint it becomes."""
        if self.colours != "all":
            return self.ink(hue, on=on)
        return Style(color=blend(getattr(self, hue), self.ground, share), bgcolor=getattr(self, on))

    def chip(self, hue: str) -> Style:
        """Return the style of text on reversed cells of a hue."""
        if self.colours == "none":
            return Style(bold=True, reverse=True)
        return self.ink("on_chip", on=hue, bold=True)

    def well(self, hue: str, *, bold: bool = False) -> Style:
        """Return the style of text of a hue in a tinted field, whose tint is weaker where the text needs it."""
        tint = 0.0 if self.colours != "all" else _well_tint(self.ground, getattr(self, hue))
        return self.ink(hue, on=hue, tint=tint or _WELL_TINT, bold=bold)

    def trace(self, hue: str, share: float, *, bold: bool = False) -> Style:
        """Return the style of lines and dots that carry no information: a colour moved by `share` towards the ground."""
        if self.colours == "none":
            return Style(bold=bold or None)
        if self.colours == "sixteen":
            return Style(color=getattr(self, hue), dim=share > 0.3 or None, bold=bold or None)
        return _trace(self, hue, round(share, 2), bold)

    def variables(self) -> dict[str, str]:
        """Return the palette as variables of the stylesheet: `$forward`, `$muted`, `$on-chip`."""
        names = (field.name for field in fields(self) if field.name not in ("fade", "dark", "colours"))
        return {name.replace("_", "-"): getattr(self, name) for name in names}


@lru_cache(maxsize=8192)
def _ink(
    palette: Palette,
    colour: str,
    on: str,
    fade: float,
    tint: float,
    bold: bool,
    italic: bool,
    underline: bool,
    strike: bool,
) -> Style:
    attributes: dict[str, Any] = {
        name: value or None
        for name, value in {"bold": bold, "italic": italic, "underline": underline, "strike": strike}.items()
    }
    if palette.colours == "none":
        return Style(**attributes)
    ink, ground = getattr(palette, colour), getattr(palette, on)
    if tint:
        ground = blend(palette.ground, ground, tint)
    if palette.colours == "sixteen":
        background = None if tint or on in ("ground", "surface", "raised") else ground
        return Style(color=ink, bgcolor=background, dim=fade > 0 or None, **attributes)
    return Style(color=_fade(ink, ground, fade), bgcolor=ground, **attributes)


@lru_cache(maxsize=256)
def _well_tint(ground: str, ink: str) -> float:
    """Return the strongest tint on which text of the hue can be read."""
    tint = _WELL_TINT
    while tint > _WELL_STEP and contrast(ink, blend(ground, ink, tint)) < MIN_CONTRAST:
        tint -= _WELL_STEP
    return tint


@lru_cache(maxsize=2048)
def _trace(palette: Palette, hue: str, share: float, bold: bool) -> Style:
    colour = blend(getattr(palette, hue), palette.ground, share)
    return Style(color=colour, bgcolor=palette.ground, bold=bold or None)


def _fade(ink: str, ground: str, share: float) -> str:
    """Return a colour moved towards its ground, but text that can be read stays so."""
    steps = 10
    for step in range(steps, 0, -1):
        faded = blend(ink, ground, share * step / steps)
        if contrast(faded, ground) >= MIN_CONTRAST or contrast(ink, ground) < MIN_CONTRAST:
            return faded
    return ink


@lru_cache(maxsize=8192)
def blend(first: str, second: str, share: float) -> str:
    """Return the colour `share` (0 to 1) of the way from the first to the second, both `#rrggbb`.

    One of the terminal's own colours can't be mixed: the nearer of the two is returned.
    """
    if not (first.startswith("#") and second.startswith("#")):
        return first if share <= 0.5 else second
    return Color.parse(first).blend(Color.parse(second), share).hex6


DARK_PALETTE = Palette(
    ground="#12141c",
    surface="#181b25",
    raised="#222735",
    bright="#f5f7fc",
    text="#cfd6e6",
    muted="#9aa4ba",
    faint="#8791a9",
    edge="#59637a",
    line="#363e52",
    grid="#1f2431",
    forward="#79c0ff",
    backward="#ffb454",
    right="#7fe0a3",
    wrong="#ff7b93",
    help="#c58fd6",
    on_chip="#14161d",
    fade=0.28,
)

LIGHT_PALETTE = Palette(
    ground="#fbfaf6",
    surface="#f3f1ea",
    raised="#e6e3d8",
    bright="#0e1014",
    text="#2b2d33",
    muted="#55544a",
    faint="#625f51",
    edge="#a09b8c",
    line="#c9c4b4",
    grid="#efece3",
    forward="#0b5cad",
    backward="#8a4500",
    right="#11672f",
    wrong="#b3173d",
    help="#7a2f8f",
    on_chip="#ffffff",
    fade=0.12,
    dark=False,
)

HIGH_CONTRAST_PALETTE = Palette(
    ground="#000000",
    surface="#000000",
    raised="#262626",
    bright="#ffffff",
    text="#ffffff",
    muted="#e0e0e0",
    faint="#c4c4c4",
    edge="#c4c4c4",
    line="#ffffff",
    grid="#000000",
    forward="#74d4ff",
    backward="#ffd23f",
    right="#7dffa0",
    wrong="#ff9e9e",
    help="#e0a0d0",
    on_chip="#000000",
    fade=0.0,
)

#: Hues that differ by 20 or more (CIEDE2000) for every kind of colour vision.
COLOUR_BLIND_PALETTE = replace(
    DARK_PALETTE, forward="#74dcfa", backward="#f7cf5a", right="#effff0", wrong="#f5647f", help="#ba78ff"
)

#: For terminals with sixteen colours: the terminal's own.
SIXTEEN_COLOURS = Palette(
    ground="default",
    surface="default",
    raised="default",
    bright="default",
    text="default",
    muted="default",
    faint="default",
    edge="default",
    line="default",
    grid="default",
    forward="bright_blue",
    backward="bright_yellow",
    right="bright_green",
    wrong="bright_red",
    help="bright_magenta",
    on_chip="black",
    fade=0.0,
    colours="sixteen",
)

#: For NO_COLOR: bold, underlined and reversed text only.
NO_COLOURS = Palette(**{**SIXTEEN_COLOURS.__dict__, "colours": "none"})


def _make_theme(name: str, palette: Palette) -> Theme:
    return Theme(
        name=f"backprop-{name}",
        primary=palette.bright,
        secondary=palette.muted,
        accent=palette.backward,
        success=palette.right,
        warning=palette.help,
        error=palette.wrong,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.surface,
        panel=palette.raised,
        dark=palette.dark,
        variables={
            **palette.variables(),
            "text-muted": palette.muted,
            "border": palette.line,
            "border-blurred": palette.line,
            "block-cursor-background": palette.raised,
            "block-cursor-foreground": palette.bright,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": palette.raised,
            "block-cursor-blurred-foreground": palette.bright,
            "block-cursor-blurred-text-style": "bold",
            "scrollbar": palette.edge,
            "scrollbar-hover": palette.faint,
            "scrollbar-active": palette.muted,
            "scrollbar-background": palette.ground,
            "scrollbar-background-hover": palette.ground,
            "scrollbar-background-active": palette.ground,
            "scrollbar-corner-color": palette.ground,
        },
    )


#: The palettes of the program's own themes by their names in the settings.
PALETTES = {
    "dark": DARK_PALETTE,
    "light": LIGHT_PALETTE,
    "high-contrast": HIGH_CONTRAST_PALETTE,
    "colour-blind": COLOUR_BLIND_PALETTE,
}
#: The themes by their names in the settings.
THEMES = {name: _make_theme(name, palette) for name, palette in PALETTES.items()}
_PALETTES_BY_THEME = {THEMES[name].name: palette for name, palette in PALETTES.items()}

#: The theme for sixteen colours and for NO_COLOR: the terminal's own colours, all of which are dropped for NO_COLOR.
TERMINAL_COLOURS = "ansi-dark"


def palette_of(app: App[Any]) -> Palette:
    """Return the palette of the theme in use, in the colours that the terminal can show."""
    if app.no_color:
        return NO_COLOURS
    if app.console.color_system == "standard":
        return SIXTEEN_COLOURS
    return palette_of_theme(app.current_theme)


def palette_of_theme(theme: Theme) -> Palette:
    """Return the palette of a theme; that of one of Textual's own is made from its colours."""
    if theme.name not in _PALETTES_BY_THEME:
        _PALETTES_BY_THEME[theme.name] = _derive_palette(theme)
    return _PALETTES_BY_THEME[theme.name]


def _derive_palette(theme: Theme) -> Palette:
    """Return a palette made from a theme's colours, each moved away from the ground until it can be read."""
    generated = theme.to_color_system().generate()
    try:
        base = {
            name: Color.parse(generated[name])
            for name in (
                "background",
                "surface",
                "panel",
                "foreground",
                "primary",
                "secondary",
                "accent",
                "success",
                "warning",
                "error",
            )
        }
    except ColorParseError:
        return SIXTEEN_COLOURS
    if any(colour.ansi is not None for colour in base.values()):
        return SIXTEEN_COLOURS
    ground, surface, text = base["background"], base["surface"], base["foreground"]
    raised = base["panel"].blend(ground, 0.4)
    extreme = Color(255, 255, 255) if theme.dark else Color(0, 0, 0)

    def readable(colour: Color) -> str:
        for step in range(21):
            moved = colour.blend(extreme, step / 20)
            if all(contrast(moved.hex6, under.hex6) >= MIN_CONTRAST for under in (ground, surface, raised)):
                return moved.hex6
        return extreme.hex6

    back = base["warning"] if _is_near(base["primary"], base["accent"]) else base["accent"]
    helping = base["secondary"]
    if any(_is_near(helping, other) for other in (base["primary"], back, base["success"], base["error"])):
        helping = base["primary"].blend(base["error"], 0.5)
    dark_ink, light_ink = "#101010", "#ffffff"
    return Palette(
        ground=ground.hex6,
        surface=surface.hex6,
        raised=raised.hex6,
        bright=text.blend(extreme, 0.5).hex6,
        text=readable(text),
        muted=readable(text.blend(ground, 0.25)),
        faint=readable(text.blend(ground, 0.4)),
        edge=text.blend(ground, 0.6).hex6,
        line=text.blend(ground, 0.75).hex6,
        grid=text.blend(ground, 0.92).hex6,
        forward=readable(base["primary"]),
        backward=readable(back),
        right=readable(base["success"]),
        wrong=readable(base["error"]),
        help=readable(helping),
        on_chip=dark_ink if theme.dark else light_ink,
        fade=0.2 if theme.dark else 0.1,
        dark=theme.dark,
    )


def _is_near(first: Color, second: Color) -> bool:
    """Return whether two colours look much the same."""
    return sum(abs(a - b) for a, b in zip(first.rgb, second.rgb, strict=True)) < 90


@cache
def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours `#rrggbb`, from 1 to 21, by WCAG 2.2."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (channel / 255 for channel in Color.parse(colour).rgb)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


#: The styles of the levels of mastery; learning is the green of solid, faded, as `progress_marks` paints it.
MASTERY_STYLES = {"new": "$muted", "learning": "$right 60%", "shaky": "$wrong", "solid": "$right"}
