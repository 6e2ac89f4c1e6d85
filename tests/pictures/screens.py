"""Pictures of the running program: of a screen as it is, and of a replay frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pictures.animation import Frame, animated_svg, frame_of
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.themes import palette_of

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.tui.app import TutorApp

#: The ground and the text of a terminal that shows its own colours.
_TERMINAL = ("#101010", "#d8d8d8")
#: Ticks of the program that one frame stands for, and its seconds; then the time to read a step.
_TICKS, _FRAME_SECONDS, _READING_SECONDS = 2, 0.1, 1.5
_FIRST_SECONDS, _LAST_SECONDS = 1.2, 3.0


def still_picture(app: TutorApp, title: str) -> str:
    """Return the picture of the screen that the app shows."""
    return animated_svg([frame_of(app.screen._compositor.render_strips(), 1)], title, *_own_colours(app))


def _own_colours(app: TutorApp) -> tuple[str, str]:
    """Return the colours of the ground and of text; those of a terminal where it has its own."""
    palette = palette_of(app)
    return (palette.ground, palette.text) if palette.colours == "all" else _TERMINAL


async def replay_frames(app: TutorApp, pilot: Pilot[bool]) -> list[Frame]:
    """Return the frames of the replay that the app shows, from its first step to its last."""
    screen = app.screen
    assert isinstance(screen, ExplainScreen)
    await pilot.press("home")

    async def shot(seconds: float) -> Frame:
        screen.show_moment()
        await pilot.pause()
        return frame_of(screen._compositor.render_strips(), seconds)

    frames = [await shot(_FIRST_SECONDS)]
    while screen.player.move(1, moves=True):
        while screen.player.progress < 1:
            for _tick in range(_TICKS):
                screen.player.tick(moves=True)
            frames.append(await shot(_FRAME_SECONDS))
        frames[-1] = Frame(frames[-1].rows, _READING_SECONDS)
    frames[-1] = Frame(frames[-1].rows, _LAST_SECONDS)
    return frames


async def replay_picture(app: TutorApp, pilot: Pilot[bool], title: str) -> str:
    """Return the animated picture of the replay that the app shows."""
    frames = await replay_frames(app, pilot)
    return animated_svg(frames, title, *_own_colours(app))
