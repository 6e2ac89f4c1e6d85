"""Pictures of the running program: `python tests/pictures/make.py [FOLDER]`.

Without a folder, it renews the pictures of the READMEs beside this file. With a folder, it takes all pictures and an
`index.html` that shows them on one page, for a review of every screen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))


@dataclass(frozen=True)
class Picture:
    """An exercise (or the list, if empty), the keys to press, the size in cells, the language and the look."""

    name: str
    exercise: str
    keys: tuple[str, ...]
    size: tuple[int, int] = (80, 24)
    language: str = "en"
    theme: str = "dark"
    ascii: bool = False
    colourless: bool = False
    new: bool = False
    animated: bool = False


REPLAY = Picture("replay", "basics/two-roads", ("f6",), (100, 31), animated=True)
REPLAY_KO = replace(REPLAY, name="replay-ko", language="ko")
README = Picture("exercise", "basics/two-roads", ("1", "4", "enter", "6", "enter", "2", "0", "enter"), (120, 36))

ALL = (
    README,
    REPLAY,
    REPLAY_KO,
    Picture("home", "", ()),
    Picture("home-ko", "", (), language="ko"),
    Picture("home-120", "", (), (120, 40)),
    Picture("home-172", "", (), (172, 50)),
    Picture("welcome", "", (), new=True),
    Picture("welcome-120", "", (), (120, 40), new=True),
    Picture("welcome-ko", "", (), language="ko", new=True),
    Picture("palette", "", ("ctrl+p",)),
    Picture("palette-ko", "", ("ctrl+p", *"rule"), language="ko"),
    Picture("settings", "", ("ctrl+p", *"settings", "enter")),
    Picture("progress", "", ("f5",)),
    Picture("progress-ko", "", ("f5",), (120, 40), "ko"),
    Picture("search", "", ("slash", *"sigm")),
    Picture("first", "basics/add-multiply", ()),
    Picture("wrong-ko", "basics/add-multiply", ("1", "enter", "1", "2", "0", "enter", "f2"), language="ko"),
    Picture("fault", "basics/two-roads", ("x", "+", "(", "y")),
    Picture("solved", "basics/times", ("3", "enter", "2", "enter")),
    Picture("explain", "basics/two-roads", ("f6", "right", "right")),
    Picture("explain-ko", "matrices/sigma-xw", ("f6", "end"), (120, 40), "ko"),
    Picture("card", "basics/two-roads", ("tab", "f4")),
    Picture("card-ko", "basics/two-roads", ("tab", "f4"), (60, 16), "ko"),
    Picture("rules", "", ("f4",)),
    Picture("playground", "", ("f9", *"L = (w*x + b - y)^2", "tab", "right", "right", "right")),
    Picture("help", "basics/times", ("f1",)),
    Picture("matrix", "matrices/sigma-xw", ("enter", *("1", "enter") * 5, "2", "enter"), (120, 40)),
    Picture("matrix-80", "matrices/sigma-xw", ("enter", "1"), (80, 24)),
    Picture("wide-ko", "basics/sigmoid-in-parts", ("f2",), (120, 40), "ko"),
    Picture("narrow", "basics/two-roads", (), (60, 16)),
    Picture("question", "basics/left-to-right", (*"7", "enter", *"10", "enter", *"70", "enter")),
    Picture("rule-opens", "basics/times", ("7", "enter", "8", "enter", "9", "enter")),
    Picture("opened", "basics/sigmoid-folded", ("ctrl+o",)),
    Picture("lstm", "sequences/lstm-cell", ()),
    Picture("lstm-172", "sequences/lstm-cell", (), (172, 40)),
    Picture("softmax", "losses/softmax-in-parts", ()),
    Picture("attention", "sequences/attention-head", (), (172, 50)),
    Picture("light", "basics/two-roads", README.keys, theme="light"),
    Picture("high-contrast", "basics/two-roads", README.keys, theme="high-contrast"),
    Picture("colour-blind", "basics/two-roads", README.keys, theme="colour-blind"),
    Picture("colourless", "basics/two-roads", README.keys, colourless=True),
    Picture("ascii", "basics/two-roads", README.keys, ascii=True),
    Picture("ascii-home", "", ("f1",), ascii=True),
    Picture("ascii-matrix", "matrices/sigma-xw", ("enter", "1"), ascii=True),
    Picture("too-small", "basics/two-roads", (), (40, 10)),
)


async def take(picture: Picture) -> str:
    """Return the picture as SVG."""
    from tests.pictures.screens import replay_picture, still_picture
    from tutor import i18n
    from tutor.packs import library
    from tutor.practice.storage.store import Store, default_path
    from tutor.tui.app import TutorApp

    i18n.set_language(picture.language)
    shared = os.environ["BACKPROP_TUTOR_HOME"]
    if picture.new:
        os.environ["BACKPROP_TUTOR_HOME"] = tempfile.mkdtemp()
    home = default_path().parent
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(f'theme = "{picture.theme}"\n')
    if not picture.new:
        (home / "welcomed").touch()
    os.environ.pop("NO_COLOR", None)
    if picture.colourless:
        os.environ["NO_COLOR"] = "1"
    exercise = library.find_exercise(picture.exercise).without_stages() if picture.exercise else None
    with Store.open(default_path()) as store:
        app = TutorApp(store, exercise, restart=True, ascii=picture.ascii)
        async with app.run_test(size=picture.size) as pilot:
            await pilot.pause(0.3)
            for key in picture.keys:
                await pilot.press(key)
            await pilot.pause(0.2)
            title = "backprop-tutor"
            svg = await replay_picture(app, pilot, title) if picture.animated else still_picture(app, title)
    os.environ["BACKPROP_TUTOR_HOME"] = shared
    return svg


def main() -> None:
    os.environ["BACKPROP_TUTOR_HOME"] = tempfile.mkdtemp()
    os.environ["COLORTERM"] = "truecolor"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    for picture in ALL if len(sys.argv) > 1 else (README, REPLAY, REPLAY_KO):
        file = folder / f"{picture.name}.svg"
        file.write_text(asyncio.run(take(picture)), encoding="utf-8")
        print(file)
    if len(sys.argv) > 1:
        images = (f'<h2>{picture.name}</h2><img src="{picture.name}.svg" alt="{picture.name}">' for picture in ALL)
        page = f'<!doctype html><meta charset="utf-8"><title>backprop-tutor</title>{"".join(images)}'
        (folder / "index.html").write_text(page, encoding="utf-8")
        print(folder / "index.html")


if __name__ == "__main__":
    main()
