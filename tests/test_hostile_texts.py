"""Every text from outside, in every output: nothing in it acts, wherever it comes from and wherever it goes.

The tables of fields and outputs are complete: a field, a command or an option added later fails the last tests until it
is listed here.
"""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from textual.screen import Screen

from tests.support.app_driver import open_app, open_home, screen_text, wait_until, wait_until_steady
from tests.support.hostile_texts import (
    LONG,
    PAYLOADS,
    PREFIXES,
    assert_harmless,
    hostile_text,
    mark_of,
    toml_file,
    unsafe_characters,
)
from tutor import cli, settings
from tutor.commands.group import cli as command_group
from tutor.packs import library, model
from tutor.packs.path_argument import open_path
from tutor.practice.event import TEXT_COLUMNS
from tutor.practice.storage.store import Store, default_path
from tutor.tui import (
    all_bindings,  # noqa: F401 - it imports every screen
    palette,  # noqa: F401 - its screen is not among them
    screens,
)
from tutor.tui.app import TutorApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.pilot import Pilot

    from tests.support.run_tutor import Run

pytestmark = [pytest.mark.usefixtures("second_start"), pytest.mark.takes_long]

#: Texts of an exercise file: where each is in the file.
TEXTS: dict[str, tuple[str | int, ...]] = {
    "ExerciseFile.title": ("title",),
    "ExerciseFile.text": ("text",),
    "ExerciseFile.after": ("after",),
    "ExerciseFile.source": ("source",),
    "ExerciseFile.note": ("note",),
    "ExerciseFile.labels": ("labels", "x"),
    "BlankTable.hint": ("blank", "x->mul1", "hint"),
    "BlankTable.after": ("blank", "x->mul1", "after"),
    "MistakeTable.en": ("blank", "x->mul1", "mistake", 0, "en"),
    "MistakeTable.ko": ("blank", "x->mul1", "mistake", 0, "ko"),
    "QuestionTable.prompt": ("question", 0, "prompt"),
    "QuestionTable.hint": ("question", 0, "hint"),
    "QuestionTable.accept": ("question", 2, "accept", 1),
    "PredictionTable.text": ("prediction", 0, "text"),
    "ChoiceTable.en": ("question", 1, "choices", 1, "en"),
    "ChoiceTable.ko": ("question", 1, "choices", 1, "ko"),
    "ChoiceTable.why": ("question", 1, "choices", 1, "why"),
}
#: Texts of `pack.toml`.
PACK_TEXTS = ("title", "description", "authors", "licence", "presumes")
#: Fields that hold values, names or other tables: a text in their place is refused, and the refusal is shown.
VALUES: dict[str, tuple[str | int, ...]] = {
    **{f"ExerciseFile.{key}": (key,) for key in ["graph", "id", "start", "wrt", "blanks", "stages", "forward", "given", "level", "minutes", "needs", "links", "mode", "points", "carried", "inputs", "vary", "where", "nodes", "fold", "values", "code", "blank", "question", "prediction"]},
    **{f"CodeTable.{key}": ("code", key) for key in ("style", "parameters", "layer", "faulty")},
    **{f"PredictionTable.{key}": ("prediction", 0, key) for key in ("before", "about", "than", "cell", "than_cell")},
    **{f"VaryTable.{key}": ("vary", "x", key) for key in ("from", "to", "step", "choose", "fix")},
    **{f"NodeTable.{key}": ("nodes", "f", key) for key in ("inputs", "value")},
    "WhereTable.that": ("where", 0, "that"),
    **{f"BlankTable.{key}": ("blank", "x->mul1", key) for key in ("digits", "tolerance", "mistake", "symbols", "points")},
    **{f"MistakeTable.{key}": ("blank", "x->mul1", "mistake", 0, key) for key in ("id", "answer")},
    **{f"QuestionTable.{key}": ("question", 0, key) for key in ["digits", "tolerance", "symbols", "answer", "choices", "mistake", "skills", "select", "none_of_these", "ungraded", "points"]},
    **{f"ChoiceTable.{key}": ("question", 1, "choices", 1, key) for key in ("right", "last")},
}  # fmt: skip
PACK_VALUES = ("format", "id", "order", "languages", "mode", "open", "due", "reveal", "points", "carried")
#: Names that an author makes up: keys of tables, and the unknown key of a file.
KEYS: dict[str, tuple[str | int, ...]] = {
    "key of the file": (),
    **{f"key of {table}": (table,) for table in ("inputs", "vary", "nodes", "fold", "values", "labels", "blank")},
}

SOLVED = "start\n7\n"


def base_file() -> dict[str, Any]:
    mistake = {"id": "by-seven", "answer": "7*x*y", "en": "E", "ko": "K"}
    return {
        "graph": "z = x * y",
        "start": 7,
        "labels": {"x": "X"},
        "inputs": {"x": 5, "y": 3},
        "vary": {"x": {"from": 2, "to": 9}, "y": {"from": 2, "to": 9}},
        "blank": {"x->mul1": {"mistake": [mistake]}},
        "prediction": [{"before": "x->mul1", "about": "sign"}],
        "question": [
            {"prompt": "P", "answer": "x + y"},
            {"prompt": "C", "choices": [{"en": "A", "right": True}, {"en": "B"}]},
            {"prompt": "T", "accept": ["right", "also"]},
        ],
    }


def put(data: dict[str, Any], place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Put a value at its place in nested tables, which are made if need be."""
    inner: Any = data
    for key, following in pairwise(place):
        made: Any = [{}] if isinstance(following, int) else {}
        inner = inner[key] if isinstance(key, int) else inner.setdefault(key, made)
    inner[place[-1]] = value
    return data


def write_pack(folder: Path, rotation: int = 0) -> Path:
    """Write a pack whose texts are all hostile, and which can be used."""
    folder.mkdir(parents=True)
    header: dict[str, Any] = {"format": 1, "id": "hostile", "languages": ["en"]}
    for key in PACK_TEXTS:
        text = hostile_text(f"PackFile.{key}", rotation)
        header[key] = [text] if key == "authors" else text
    (folder / "pack.toml").write_text(toml_file(header))
    data = base_file()
    for name, place in TEXTS.items():
        put(data, place, hostile_text(name, rotation))
    (folder / "01-ex.toml").write_text(toml_file(data))
    return folder


@pytest.fixture
def pack(home: Path) -> Path:
    """Return an added pack with hostile texts."""
    return write_pack(home / "packs" / "hostile")


@pytest.fixture
def attempts(tmp_path: Path) -> Path:
    """Return an export in which every text is hostile, in a file with a hostile name."""
    return write_attempts(tmp_path / hostile_text("file name", without="/\0")[:60], 0)


def write_attempts(file: Path, rotation: int) -> Path:
    good = {"worksheet": "w", "kind": "answer", "pack": "hostile", "exercise": "ex", "fingerprint": "f",
            "at": "2026-01-01T00:00:00+00:00", "rule": "mul.0", "blank": "x->mul1", "verdict": "mistaken"}  # fmt: skip
    lines = [
        {**good, "id": str(number), name: hostile_text(f"Event.{name}", rotation)}
        for number, name in enumerate(TEXT_COLUMNS)
        if name != "at"
    ]
    lines += [{**good, "id": "begin", "kind": "begin", "verdict": ""}]
    learner = hostile_text("learner", rotation)
    file.write_text("".join(json.dumps({"learner": learner, **line}) + "\n" for line in lines))
    return file


Output = tuple[str, str]
RunHere = "Callable[..., Output]"


@pytest.fixture
def run_here(capsys: pytest.CaptureFixture[str]) -> Callable[..., Output]:
    """Return a function that runs a command in this process and returns its output, checked, and its errors."""

    def run(kind: str, *arguments: object) -> Output:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        assert code in (0, 1, 2), arguments
        captured = capsys.readouterr()
        assert_harmless(kind, captured.out)
        assert_harmless("text", captured.err)
        return captured.out, captured.err

    return run


#: By command and option: the kind of output, and the arguments; PACK, FILE, ATTEMPTS and TEXT are put in.
OUTPUTS: list[tuple[str, tuple[str, ...]]] = [
    ("text", ("list",)),
    ("json", ("list", "--json")),
    ("text", ("pack", "list")),
    ("text", ("pack", "add", "PACK")),
    ("markdown", ("pack", "table", "PACK")),
    ("text", ("pack", "export", "hostile/ex", "--gift")),
    ("json", ("pack", "export", "hostile/ex", "--jupyterquiz")),
    ("text", ("pack", "remove", "TEXT")),
    ("text", ("check", "PACK")),
    ("json", ("check", "PACK", "--json")),
    ("github", ("check", "PACK", "--github")),
    ("text", ("check", "TEXT")),
    ("text", ("import", "ATTEMPTS")),
    ("text", ("import", "TEXT")),
    ("text", ("progress",)),
    ("json", ("progress", "--json")),
    ("jsonl", ("export", "--learner", "LEARNER")),
    ("csv", ("export", "--learner", "LEARNER", "--csv")),
    ("markdown", ("export", "--learner", "LEARNER", "--report", "md")),
    ("html", ("export", "--learner", "LEARNER", "--report", "html")),
    ("text", ("report", "ATTEMPTS")),
    ("csv", ("report", "ATTEMPTS", "--csv", "learners")),
    ("csv", ("report", "ATTEMPTS", "--csv", "mistakes")),
    ("csv", ("report", "ATTEMPTS", "--csv", "flags")),
    ("csv", ("report", "ATTEMPTS", "--gradebook", "canvas", "--points", "POINTS")),
    ("csv", ("report", "ATTEMPTS", "--gradebook", "moodle", "--points", "POINTS")),
    ("text", ("report", "ATTEMPTS", "--gradebook", "moodle", "--points", "ATTEMPTS")),
    ("json", ("report", "ATTEMPTS", "--json")),
    ("text", ("report", "ATTEMPTS", "--no-regrade")),
    ("text", ("report", "ATTEMPTS", "--items")),
    ("json", ("report", "ATTEMPTS", "--items", "--json")),
    ("csv", ("report", "ATTEMPTS", "--csv", "items")),
    ("csv", ("report", "ATTEMPTS", "--csv", "wrong-answers")),
    ("csv", ("report", "ATTEMPTS", "--csv", "messages")),
    ("text", ("report", "TEXT")),
    ("text", ("pack", "list", "--from", "TEXT")),
    ("text", ("pack", "add", "--from", "TEXT")),
    ("text", ("pack", "add", "TEXT", "--from", "https://TEXT")),
    ("text", ("completion", "bash")),
    ("text", ("completion", "TEXT")),
    ("text", ("grade", "hostile/ex", "--blank", "x->mul1", "--answer", "TEXT")),
    ("text", ("grade", "hostile/ex", "--blank", "x->mul1", "--answer", "105")),
    ("text", ("grade", "hostile/ex", "--blank", "TEXT", "--answer", "105")),
    ("json", ("grade", "hostile/ex", "--blank", "x->mul1", "--answer", "TEXT", "--json")),
    ("json", ("grade", "hostile/ex", "--blank", "q2", "--answer", "2", "--json")),
    ("text", ("grade", "TEXT", "--blank", "x", "--answer", "1")),
    ("text", ("code", "TEXT")),
    ("text", ("code", "hostile/ex", "--to", "CODE")),
    ("json", ("code", "CODE/hostile-ex.py", "--check", "--json")),
    ("text", ("code", "hostile/ex", "--torch", "--to", "CODE")),
    ("text", ("code", "hostile/ex", "--style", "layer", "--parameter", "y", "--to", "CODE")),
    ("json", ("code", "CODE/hostile-ex-layer.py", "--check", "--json")),
    ("text", ("code", "hostile/ex", "--style", "layer", "--parameter", "TEXT")),
    ("text", ("play", "TEXT")),
    ("text", ("play", "z = x*y", "TEXT")),
    ("text", ("new", "TEXT")),
    ("text", ("new", "NEW", "--title", "TEXT", "--author", "TEXT", "--languages", "en", "--yes")),
    ("text", ("reset", "TEXT", "--yes")),
    ("text", ("reset", "hostile/ex", "--yes")),
    ("text", ("reset", "--undo")),
    ("text", ("settings",)),
    ("text", ("where",)),
    ("text", ("where", "--report")),
    ("text", ("mistakes",)),
    ("json", ("mistakes", "--json")),
    ("text", ("sheet", "hostile/ex")),
    ("text", ("sheet", "hostile/ex", "--key")),
    ("text", ("sheet", "TEXT")),
    ("text", ("solve", "TEXT", "x=2")),
    ("text", ("solve", "hostile/ex")),
    ("svg", ("solve", "hostile/ex", "--svg")),
    ("text", ("solve", "hostile/ex", "--tikz", "--blank")),
    ("text", ("solve", "hostile/ex", "--mermaid")),
    ("text", ("solve", "hostile/ex", "--dot")),
    ("text", ("solve", "z = x*y", "x=2", "y=TEXT")),
    ("text", ("solve", "z = x*y", "x=2", "TEXT=3", "--json")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--start", "TEXT", "--latex")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--wrt", "TEXT", "--numpy")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--symbols", "TEXT", "--torch")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--node", "TEXT", "--check", "TEXT")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--hessian", "TEXT")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--gradient", "TEXT")),
    ("text", ("solve", "z = x*y", "x=2", "y=3", "--TEXT")),
    ("text", ("TEXT",)),
]  # fmt: skip
#: Commands whose output is tested in a process or on a screen of its own, below.
INTERACTIVE = {("play",), ("review",), ("placement",), ("serve",)}
#: Options that change what is written.
FORMAT_OPTIONS = {
    "--json",
    "--github",
    "--csv",
    "--report",
    "--latex",
    "--numpy",
    "--torch",
    "--check",
    "--title",
    "--svg",
    "--tikz",
    "--mermaid",
    "--dot",
    "--gift",
    "--jupyterquiz",
    "--gradebook",
}


def test_every_command_writes_hostile_texts_as_plain_text(
    pack: Path, attempts: Path, tmp_path: Path, home: Path, run_here: Callable[..., Output]
) -> None:
    text = hostile_text("argument", without="\0")
    (home / "settings.toml").write_text(toml_file({"theme": text, text: 1, "keys": {text: text}}))
    learner = hostile_text("learner", without="\0")[:60]
    replaced = {"PACK": str(pack), "ATTEMPTS": str(attempts), "NEW": str(tmp_path / "new"), "LEARNER": learner}
    points = {"points": {"hostile/ex": 3}, "titles": {"hostile/ex": hostile_text("title of a column")}}
    replaced["POINTS"] = str(tmp_path / "points.toml")
    (tmp_path / "points.toml").write_text(toml_file(points))
    code = str(tmp_path / "code")
    found = ""
    for kind, arguments in OUTPUTS:
        given = [replaced.get(argument, argument.replace("TEXT", text).replace("CODE", code)) for argument in arguments]
        out, err = run_here(kind, *given)
        found += out + err
    shown = [*(f"PackFile.{key}" for key in ("title",)), "ExerciseFile.title", "argument", "MistakeTable.en"]
    shown += [f"Event.{name}" for name in TEXT_COLUMNS if name not in ("at", "kind")]
    assert not [name for name in shown if mark_of(name) not in found]


#: What texts on sheets may bring besides what every sheet has: light markup, and signs that LaTeX writes with commands.
TEXT_STRUCTURE = {"code", "strong", "em"} | {
    f"\\{name}" for name in ("textbackslash", "textasciitilde", "textasciicircum", "ensuremath", "approx", "surd", "to")
}


class _Elements(HTMLParser):
    """The elements of a page, each with its attributes, and whatever is no element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag} {name}" for name, _value in attrs)}

    def handle_comment(self, data: str) -> None:
        self.found.add(f"comment {data}")


def sheet_structure(source: Path, ids: list[str], folder: Path, run_here: Callable[..., Output]) -> set[str]:
    """Return the elements and commands in the sheets of an exercise, and in their keys, for students with these ids."""
    roster = folder / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id"], *([id] for id in ids)])
    structure: set[str] = set()
    for key in ([], ["--key"]):
        for ending in ("html", "tex"):
            target = folder / f"sheet.{ending}"
            run_here("text", "sheet", source, "--students", roster, *key, "--to", target)
            text = target.read_text("utf-8")
            assert not unsafe_characters(text)
            structure |= _Elements(text).found if ending == "html" else set()
            structure |= set(re.findall(r"\\[a-zA-Z]+", text)) if ending == "tex" else set()
    return structure


def test_sheets_show_hostile_texts_as_plain_text(pack: Path, tmp_path: Path, run_here: Callable[..., Output]) -> None:
    harmless = tmp_path / "01-harmless.toml"
    harmless.write_text(toml_file({**base_file(), "text": "A text."}))
    ids = [PAYLOADS["HTML"], PAYLOADS["TeX"] + "\u202e\x1b"]
    found = sheet_structure(pack / "01-ex.toml", ids, tmp_path, run_here)
    assert found <= sheet_structure(harmless, ["kim"], tmp_path, run_here) | TEXT_STRUCTURE


@pytest.mark.parametrize("rotation", range(len(PREFIXES)))
def test_no_prefix_makes_a_formula_in_a_spreadsheet(
    tmp_path: Path, rotation: int, run_here: Callable[..., Output]
) -> None:
    file = write_attempts(tmp_path / "attempts.jsonl", rotation)
    run_here("text", "import", file)
    run_here("csv", "export", "--csv", "--learner", hostile_text("learner", rotation, without="\0")[:60])
    for table in ("learners", "mistakes", "flags", "items", "wrong-answers", "messages"):
        run_here("csv", "report", file, "--csv", table)


@pytest.mark.parametrize("as_key", [False, True])
def test_every_field_that_is_refused_is_quoted_as_plain_text(
    tmp_path: Path, as_key: bool, run_here: Callable[..., Output]
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "pack.toml").write_text(toml_file({"format": 1, "id": "broken", "languages": ["en"]}))
    for number, (name, place) in enumerate((KEYS if as_key else VALUES).items()):
        text = hostile_text(name)
        where, value = ((*place, text), 1) if as_key else (place, text)
        (folder / f"{number:02}-ex{number}.toml").write_text(toml_file(put(base_file(), where, value)))
    num_files = len(list(folder.glob("*-ex*")))
    for kind, options in (("text", []), ("json", ["--json"]), ("github", ["--github"])):
        out, _err = run_here(kind, "check", folder, *options)
        assert len({number for number in range(num_files) if f"{number:02}-ex{number}.toml" in out}) == num_files
    # A pack of one exercise, because every check reads them all.
    folder = tmp_path / "header"
    folder.mkdir()
    (folder / "01-ex.toml").write_text(toml_file(base_file()))
    for key in () if as_key else PACK_VALUES:
        header = {"format": 1, "id": "header", "title": "T", key: hostile_text(f"PackFile.{key}")}
        (folder / "pack.toml").write_text(toml_file(header))
        for kind, options in (("text", []), ("github", ["--github"])):
            assert "pack.toml" in run_here(kind, "check", folder, *options)[0]


def test_very_long_texts_are_shown_in_bounded_space(tmp_path: Path, run_here: Callable[..., Output]) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    (folder / "pack.toml").write_text(toml_file({"format": 1, "id": "long", "title": LONG, "languages": ["en"]}))
    (folder / "01-ex.toml").write_text(toml_file({**base_file(), "title": LONG, "labels": {"x": LONG}, "level": LONG}))
    for arguments in (["check", folder], ["pack", "add", folder], ["list"], ["pack", "list"]):
        assert len(run_here("text", *arguments)[0]) < 100_000


def test_plain_mode_shows_hostile_texts_as_plain_text(pack: Path, run_tutor: Run) -> None:
    text = hostile_text("answer", without="\n\r\0\x0b\x0c\x85\u2028\u2029")
    lines = [
        ":hint",
        ":hint",
        "105",
        text,
        f":{text}",
        "21",
        "35",
        "7",
        "8",
        "2",
        "1",
        text,
        "right",
        ":list",
        text,
        ":quit",
    ]
    for arguments in (("play", "hostile/ex", "--plain"), ("play", str(pack), "--plain"), ("review", "--plain")):
        result = run_tutor(*arguments, text="\n".join(lines) + "\n")
        assert result.returncode in (0, 1), result.stderr
        for output in (result.stdout, result.stderr):
            assert "Traceback" not in output
            assert not unsafe_characters(output) - {"\t"}  # Authors may indent with tabs.
    shown = run_tutor("play", "hostile/ex", "--plain", text="\n".join(lines) + "\n").stdout
    names = ("ExerciseFile.title", "ExerciseFile.text", "MistakeTable.en", "QuestionTable.prompt")
    assert not [name for name in names if mark_of(name) not in shown]


# --- screens ---


def assert_harmless_screen(pilot: Pilot[bool]) -> None:
    """Assert that what is on the screen has no action, link or invisible character of an author's text."""
    for strip in pilot.app.screen._compositor.render_strips():
        assert not unsafe_characters(strip.text)
        for segment in strip:
            assert "evil" not in str(segment.style and segment.style.link), segment
            assert "app.quit" not in str(segment.style and segment.style.meta), segment


#: Screens on which authors' texts are tried here, and those that show none, or only texts that are tried elsewhere.
TRIED_SCREENS = {
    "ExerciseScreen", "ExplainScreen", "HelpScreen", "RuleCardScreen", "SummaryScreen", "HomeScreen", "ProgressScreen",
    "TutorPalette", "FileErrorsScreen",
}  # fmt: skip
OTHER_SCREENS = {
    "GlossaryScreen": "rules", "TooSmallScreen": "sizes", "SettingsScreen": "choices",
    "OnboardingReplayScreen": "our own exercise",
    "PlaygroundScreen": "a formula as it is typed", "WorkedExampleScreen": "a formula that was read",
    "ThemeChoiceScreen": "themes", "KeySettingsScreen": "our own texts", "KeyCaptureScreen": "our own texts",
    "ProgramScreen": "a formula that was read", "CodeScreen": "titles and texts as the exercise shows them",
    "PlacementGraphScreen": "graphs of our own exercises",
    "ReviewResultScreen": "rules", "PlacementResultScreen": "topics, and the title of one of our own exercises",
    "ConfirmScreen": "our own questions, with titles as the lists show them",
}  # fmt: skip


async def test_screens_show_hostile_texts_as_plain_text(pack: Path, attempts: Path, tmp_path: Path) -> None:
    assert cli.run(["import", str(attempts)]) == 0
    seen: dict[str, str] = {}

    async def look(pilot: Pilot[bool], name: str = "") -> None:
        if name:
            await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == name, name)
        await wait_until_steady(pilot)
        assert_harmless_screen(pilot)
        seen[type(pilot.app.screen).__name__] = seen.get(type(pilot.app.screen).__name__, "") + screen_text(pilot)

    async with open_app(library.find_exercise("hostile/ex"), size=(200, 60)) as session:
        pilot = session.pilot
        for keys in (("ctrl+h",), ("ctrl+h",), (*"105", "enter"), ("pagedown",), ("pagedown",), ("pagedown",)):
            await pilot.press(*keys)
            await look(pilot, "ExerciseScreen")
        for key, name in (
            ("f1", "HelpScreen"),
            ("f4", "RuleCardScreen"),
            ("f6", "ExplainScreen"),
            ("ctrl+p", "TutorPalette"),
        ):
            await pilot.press(key)
            await look(pilot, name)
            await pilot.press("escape")
            await look(pilot, "ExerciseScreen")
        await session.solve()
        await look(pilot, "ExerciseScreen")
        await pilot.press("f9")
        await look(pilot, "SummaryScreen")
    async with open_home(size=(200, 60), packs=(open_path(pack),)) as pilot:
        await look(pilot, "HomeScreen")
        await pilot.press("f5")
        await look(pilot, "ProgressScreen")
    broken = write_pack(tmp_path / "broken") / "01-ex.toml"
    broken.write_text(toml_file({hostile_text("key"): hostile_text("value"), "graph": hostile_text("graph")}))
    with Store.open(default_path()) as store:
        async with TutorApp(store, packs=(), watch=broken).run_test(size=(200, 60)) as pilot:
            await look(pilot, "FileErrorsScreen")
    exercise = seen["ExerciseScreen"]
    assert not [name for name in ("ExerciseFile.labels", "MistakeTable.en") if mark_of(name) not in exercise]
    assert "[red]no[/red]" in exercise  # Markup is shown as it was written.
    assert hostile_text("PackFile.title")[:6].strip() in seen["HomeScreen"]
    assert set(seen) >= TRIED_SCREENS


# --- the tables are complete ---


def text_fields() -> Iterator[str]:
    tables = (
        model.ExerciseFile, model.VaryTable, model.NodeTable, model.WhereTable, model.BlankTable, model.MistakeTable,
        model.QuestionTable, model.ChoiceTable, model.CodeTable, model.PredictionTable,
    )  # fmt: skip
    for table in tables:
        for name, field in table.model_fields.items():
            yield f"{table.__name__}.{field.alias or name}"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Yield every command with its options."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif command is not None:
            yield (*path, name), {option for parameter in command.params for option in parameter.opts}


def test_every_field_of_a_pack_an_export_and_the_settings_is_listed() -> None:
    assert set(text_fields()) == {*TEXTS, *VALUES}
    assert set(model.PackFile.model_fields) == {*PACK_TEXTS, *PACK_VALUES}
    assert set(TEXT_COLUMNS) == {
        "id", "at", "worksheet", "kind", "pack", "exercise", "rule", "blank", "text", "verdict", "mistake", "fingerprint",
        "content", "message", "program", "link",
    }  # fmt: skip
    assert {*settings._DESCRIPTIONS, "keys"} == {
        "theme", "language", "density", "ascii", "animations", "predictions", "reasons", "keys",
    }  # fmt: skip


def test_every_command_and_format_is_listed() -> None:
    for path, options in commands(command_group):
        runs = [set(arguments) for _kind, arguments in OUTPUTS if arguments[: len(path)] == path]
        assert runs or path in INTERACTIVE, path
        tested = set().union(*runs)
        assert not (options & FORMAT_OPTIONS) - tested, path


def test_every_screen_is_listed() -> None:
    for module in pkgutil.iter_modules(screens.__path__):
        importlib.import_module(f"{screens.__name__}.{module.name}")
    pending: list[type[Any]] = [Screen]
    names: set[str] = set()
    while pending:
        for screen in pending.pop().__subclasses__():
            pending.append(screen)
            names.add(screen.__name__)
            own = screen.__module__.startswith("tutor.") and not screen.__subclasses__()
            assert not own or screen.__name__ in {*TRIED_SCREENS, *OTHER_SCREENS}, screen
    assert names >= {*TRIED_SCREENS, *OTHER_SCREENS}


def test_commands_print_in_no_other_way() -> None:
    for path in Path(cli.__file__).with_name("commands").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "click.echo(" not in source or path.name == "output.py", path
        assert "json.dumps(" not in source, path
        assert "print(" not in source.replace("print_", "").replace("fingerprint(", "") or path.name == "errors.py", (
            path
        )
