"""Pictures of the running program: `python tests/pictures/make.py [FOLDER]`.

Each is the real app, driven by keys. Without a folder only the README's picture is made anew, beside this file.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """An exercise (or the list, where it is empty), the keys pressed, the size in cells, the language."""

    name: str
    exercise: str
    keys: tuple[str, ...]
    size: tuple[int, int] = (80, 24)
    language: str = "en"


README = Picture("exercise", "basics/two-roads", ("1", "4", "enter", "6", "enter", "2", "0", "enter"), (86, 22))

ALL = (
    README,
    Picture("home", "", ()),
    Picture("home-ko", "", (), language="ko"),
    Picture("first", "basics/add-multiply", ()),
    Picture("wrong-ko", "basics/add-multiply", ("1", "enter", "1", "2", "0", "enter", "f2"), language="ko"),
    Picture("fault", "basics/two-roads", ("x", "+", "(", "y")),
    Picture("solved", "basics/times", ("3", "enter", "2", "enter")),
    Picture("explain", "basics/two-roads", ("f6", "right", "right")),
    Picture("explain-ko", "matrices/sigma-xw", ("f6", "end"), (120, 40), "ko"),
    Picture("card", "basics/two-roads", ("tab", "f4")),
    Picture("card-ko", "basics/two-roads", ("tab", "f4"), (60, 16), "ko"),
    Picture("rules", "", ("f4",)),
    Picture("playground", "", ("f9", *"z=log(a)*(b", "enter")),
    Picture("help", "basics/times", ("f1",)),
    Picture("matrix", "matrices/sigma-xw", ("enter", *("1", "enter") * 5, "2", "enter"), (120, 40)),
    Picture("matrix-80", "matrices/sigma-xw", ("enter", "1"), (80, 24)),
    Picture("wide-ko", "basics/sigmoid-in-parts", ("f2",), (120, 40), "ko"),
    Picture("narrow", "basics/two-roads", (), (60, 16)),
    Picture("too-small", "basics/two-roads", (), (40, 10)),
)


async def take(picture: Picture) -> str:
    """The picture as SVG."""
    from tutor import i18n
    from tutor.packs import library
    from tutor.practice.store import Store, default_path
    from tutor.tui.app import TutorApp

    i18n.use(picture.language)
    exercise = library.find(picture.exercise) if picture.exercise else None
    with Store.open(default_path()) as store:
        app = TutorApp(store, exercise, restart=True)
        async with app.run_test(size=picture.size) as pilot:
            await pilot.pause()
            for key in picture.keys:
                await pilot.press(key)
            await pilot.pause()
            return app.export_screenshot(title="backprop-tutor")


def main() -> None:
    os.environ["BACKPROP_TUTOR_HOME"] = tempfile.mkdtemp()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    for picture in ALL if len(sys.argv) > 1 else (README,):
        file = folder / f"{picture.name}.svg"
        file.write_text(asyncio.run(take(picture)), encoding="utf-8")
        print(file)


if __name__ == "__main__":
    main()
