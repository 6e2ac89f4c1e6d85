"""Files written by an earlier version open unchanged: progress, settings, packs, exports, exercise files.

`tests/fixtures/version_7fda378/` holds what the program at commit 7fda378 wrote (its README says how), and beside that
what it then said of it. What is stored or stands for something stored must stay: events, ids, verdicts, states, dates,
keys, fresh numbers. The wording of the program's own texts may change, so it is compared only where
BACKPROP_TUTOR_EXACT=1 is set, as it was when this was recorded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIXTURE = Path(__file__).parent / "fixtures" / "version_7fda378"
EXACT = bool(os.environ.get("BACKPROP_TUTOR_EXACT"))
LANGUAGES = ("en", "ko")
#: The packs of the fixture; all others came with the program and may grow.
OWN_PACKS = ("earlier", "midterm", "mine")
#: Mistakes that stand in the files of these packs.
OWN_MISTAKES = ("no-two", "uphill", "one-minus")
LEFT_WITH_MISTAKES = ("chains/cube", "basics/reciprocal")
TOLD_IN_KOREAN = ("pack/10-neuron.toml", "earlier/questions", "earlier/code", "matrices/product")

_MARKED = re.compile(r"  (?P<mark>[✓~]| ) (?P<name>[\w-]+/[\w-]+) +(?P<title>.*?)(?: \((?P<state>[^()]*)\))?")
_LISTED = re.compile(r"(?P<id>[\w-]+): (?P<title>.*) \((?P<count>\d+); (?P<origin>[^)]*)\) (?P<path>.*)")
_KEY = re.compile(r'(?P<comment># )?(?P<id>"?[\w.-]+"?) = (?P<value>"[^"]*"|true|false)(?: +# .*)?')


class Learner:
    """A copy of the fixture, and the program run in it, each time as a process of its own."""

    def __init__(self, folder: Path, name: str = "home") -> None:
        self.folder = folder
        self.home = folder / name

    def run(self, *arguments: str, text: str = "", language: str | None = "en") -> subprocess.CompletedProcess[str]:
        """Run a command in the folder of the fixture, where `pack` is; without a language the settings decide."""
        environment = {key: value for key, value in os.environ.items() if key not in ("LANGUAGE", "LC_ALL", "COLUMNS")}
        environment |= {"BACKPROP_TUTOR_HOME": str(self.home), "LANG": "C.UTF-8"}
        environment["PYTHONPATH"] = str(Path(tutor.__file__).parents[1])
        # Of a command with commands of its own the option belongs to the inner one, so it is put at the end.
        chosen = ("--lang", language) if language else ()
        return subprocess.run(
            [sys.executable, "-m", "tutor", *arguments, *chosen],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            cwd=self.folder,
            timeout=120,
        )

    def says(self, *arguments: str, text: str = "", language: str | None = "en", code: int = 0) -> str:
        """What a command prints, with placeholders for the folders; it must have nothing to complain of."""
        done = self.run(*arguments, text=text, language=language)
        assert (done.returncode, done.stderr) == (code, ""), done.stdout + done.stderr
        return done.stdout.replace(str(self.home), "{home}")

    def events(self) -> list[dict[str, Any]]:
        """Everything in the progress file, as `export` tells it."""
        return [json.loads(line) for line in self.says("export").splitlines()]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Learner:
    """A copy for commands that only read."""
    return copy_of_the_fixture(tmp_path_factory.mktemp("earlier") / "copy")


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    """A copy for commands that write."""
    return copy_of_the_fixture(tmp_path / "copy")


def copy_of_the_fixture(folder: Path) -> Learner:
    shutil.copytree(FIXTURE, folder)
    return Learner(folder)


def expected(name: str) -> str:
    return (FIXTURE / name).read_text(encoding="utf-8")


# --- what is compared of each output ----------------------------------------------------------------------------------


def progress_of(learner: Learner, language: str) -> dict[str, Any]:
    """`progress --json` without the weeks in which nothing was done, of which there is one more every Monday.

    Everything in the fixture fell due in 2024, so that nothing else depends on the day.
    """
    found: dict[str, Any] = json.loads(learner.says("progress", "--json", language=language))
    found["weeks"] = [week for week in found["weeks"] if week["answers"]]
    return found


def lasting_progress(found: dict[str, Any]) -> dict[str, Any]:
    """What of it may never change: no names of rules and mistakes, and of packs that may grow no titles and sizes."""
    if EXACT:
        return found
    packs = {
        pack["id"]: pack if pack["id"] in OWN_PACKS else {key: pack[key] for key in ("solved", "begun")}
        for pack in found["packs"]
        if pack["id"] in OWN_PACKS or pack["solved"] or pack["begun"]
    }
    rules = [{key: value for key, value in rule.items() if key != "name"} for rule in found["rules"]]
    mistakes = [{key: met[key] for key in ("id", "count")} for met in found["mistakes"]]
    return {**found, "packs": packs, "rules": rules, "mistakes": mistakes}


def lasting_list(text: str) -> object:
    """The states of exercises, and the titles of those in the fixture's own packs."""
    if EXACT:
        return text
    found = [match for line in text.splitlines() if (match := _MARKED.fullmatch(line))]
    assert found
    states = {match["name"]: match["mark"] for match in found if match["mark"].strip()}
    titles = {match["name"]: match["title"] for match in found if match["name"].partition("/")[0] in OWN_PACKS}
    return states, titles


def lasting_packs(text: str) -> object:
    """Where the packs are; those that came with the program by their ids."""
    if EXACT:
        return text
    found = [match for line in text.splitlines() if (match := _LISTED.fullmatch(line))]
    own = {match["id"]: match.group("title", "count", "path") for match in found if match["id"] in OWN_PACKS}
    return own, len({match["origin"] for match in found})


def lasting_settings(text: str) -> object:
    """The settings and keys that are chosen."""
    if EXACT:
        return text
    found = [match for line in text.splitlines() if (match := _KEY.fullmatch(line))]
    return {match["id"].strip('"'): match["value"] for match in found if not match["comment"]}


def lasting_findings(text: str) -> object:
    """What is found where; a later version may find more to warn of."""
    found = json.loads(text)
    if EXACT:
        return found
    return [(one["severity"], one["file"], one["line"], one["key"]) for one in found]


def grades_of(learner: Learner, language: str) -> Iterator[dict[str, Any]]:
    """What is said to each of the answers in `grade_answers.jsonl`; in Korean to those about texts of the pack."""
    answers = [json.loads(line) for line in expected("grade_answers.jsonl").splitlines()]
    if language == "ko":
        answers = [one for one in answers if one["exercise"] in TOLD_IN_KOREAN]
    while answers:
        exercise, seed = answers[0]["exercise"], answers[0]["seed"]
        some = [one for one in answers if (one["exercise"], one["seed"]) == (exercise, seed)]
        answers = [one for one in answers if one not in some]
        options = () if seed is None else ("--seed", str(seed))
        text = "".join(json.dumps({key: one[key] for key in ("blank", "answer")}) + "\n" for one in some)
        done = learner.run("grade", exercise, "--json", *options, text=text, language=language)
        assert not done.stderr, done.stderr
        for one, line in zip(some, done.stdout.splitlines(), strict=True):
            yield one | json.loads(line)


def lasting_grade(grade: dict[str, Any]) -> dict[str, Any]:
    """The verdict, the mistake, the place; the message where it stands in the exercise file."""
    if EXACT:
        return grade
    if "error" in grade:
        return {key: grade[key] for key in ("exercise", "seed", "blank", "answer")}
    own = grade["mistake"] in OWN_MISTAKES
    return {key: value for key, value in grade.items() if key != "reads_as" and (own or key != "message")}


# --- reading ----------------------------------------------------------------------------------------------------------


def test_every_attempt_is_there_as_it_was_written(copied: Learner) -> None:
    assert copied.says("export") == expected("export.jsonl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_progress_is_what_it_was(copied: Learner, language: str) -> None:
    wanted = json.loads(expected(f"expected_progress.{language}.json"))
    assert lasting_progress(progress_of(copied, language)) == lasting_progress(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_exercises_are_begun_and_solved_as_they_were(copied: Learner, language: str) -> None:
    wanted = expected(f"expected_list.{language}.txt")
    assert lasting_list(copied.says("list", language=language)) == lasting_list(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_added_packs_are_where_they_were(copied: Learner, language: str) -> None:
    said = pack_list_of(copied, language)
    assert lasting_packs(said) == lasting_packs(expected(f"expected_pack_list.{language}.txt"))


def pack_list_of(learner: Learner, language: str) -> str:
    """`pack list` with a placeholder for the folder of the built-in packs."""
    said = learner.says("pack", "list", language=language)
    folders = [Path(match["path"]) for match in map(_LISTED.fullmatch, said.splitlines()) if match]
    built_in = next(folder.parent for folder in folders if folder.name == "basics")
    return said.replace(str(built_in), "{built-in}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("option", ["", "all"])
def test_chosen_settings_and_keys_hold(copied: Learner, option: str, language: str) -> None:
    wanted = expected(f"expected_settings{option and '_' + option}.{language}.txt")
    said = copied.says("settings", *([f"--{option}"] if option else []), language=language)
    if option or EXACT:
        assert lasting_settings(said) == lasting_settings(wanted)
    else:
        assert said.splitlines()[1:] == wanted.splitlines()[1:]


def test_every_id_of_a_key_is_still_known(copied: Learner) -> None:
    def ids(text: str) -> set[str]:
        lines = text[text.index("[keys]") :].splitlines()
        return {match["id"].strip('"') for line in lines if (match := _KEY.fullmatch(line))}

    then = ids(expected("expected_settings_all.en.txt"))
    assert len(then) > 50
    assert then <= ids(copied.says("settings", "--all"))


def test_the_chosen_language_is_spoken_without_being_asked_for(copied: Learner) -> None:
    said = copied.says("list", language=None)
    assert said == copied.says("list", language="ko") != copied.says("list", language="en")


def test_the_formulas_of_the_playground_are_remembered(copied: Learner) -> None:
    said = copied.run("--plain", text="playground\n:list\n:quit\nquit\n").stdout
    remembered = json.loads((FIXTURE / "home" / "playground.json").read_text(encoding="utf-8"))
    assert len(remembered) == 2
    for number, one in enumerate(remembered, 1):
        assert f"{number}: {one['formula']}   {one['values']}" in said


def test_looking_changes_nothing_and_sets_nothing_aside(learner: Learner) -> None:
    files = sorted(path.relative_to(FIXTURE) for path in (FIXTURE / "home").rglob("*") if path.is_file())
    for command in (("list",), ("progress",), ("export",), ("settings",), ("pack", "list"), ("where",)):
        learner.says(*command)
    for file in files:
        if file.suffix != ".sqlite3":
            assert (learner.folder / file).read_bytes() == (FIXTURE / file).read_bytes(), file
    assert not [path for path in learner.home.iterdir() if "damaged" in path.name]


# --- files of exercises -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_has_no_errors_and_the_warnings_it_had(copied: Learner, language: str) -> None:
    wanted = lasting_findings(expected(f"expected_check.{language}.json"))
    found = lasting_findings(copied.says("check", "pack", "--json", language=language))
    if EXACT:
        assert found == wanted
    else:
        assert isinstance(found, list)
        assert isinstance(wanted, list)
        assert set(wanted) <= set(found)
        assert not [one for one in found if one[0] == "error"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_get_the_verdicts_they_got(copied: Learner, language: str) -> None:
    wanted = [json.loads(line) for line in expected(f"expected_grade.{language}.jsonl").splitlines()]
    found = list(grades_of(copied, language))
    assert [*map(lasting_grade, found)] == [*map(lasting_grade, wanted)]
    for grade in found:
        hangul = re.search("[가-힣]", grade.get("message") or grade["error"])
        assert bool(hangul) == (language == "ko"), grade


def test_the_pack_can_be_added_again_and_progress_is_kept(learner: Learner) -> None:
    before = lasting_list(learner.says("list"))
    learner.says("pack", "add", "pack")
    assert lasting_list(learner.says("list")) == before


# --- going on ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("earlier/symbols", "up*log(b)"), ("midterm/layer", "2 * A"), ("gallery/softplus", "16")],
)
def test_an_exercise_that_was_left_open_goes_on_in_the_same_try(learner: Learner, exercise: str, answer: str) -> None:
    before = learner.events()
    done = learner.run("play", exercise, "--plain", text=f"{answer}\n")
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr, done.stdout + done.stderr
    *earlier, new = learner.events()
    assert earlier == before
    last = next(event for event in reversed(before) if f"{event['pack']}/{event['exercise']}" == exercise)
    assert [new[key] for key in ("worksheet", "seed", "fingerprint")] == [
        last[key] for key in ("worksheet", "seed", "fingerprint")
    ]
    assert new["blank"]
    assert (new["kind"], new["verdict"]) in (("answer", "right"), ("noted", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("exercise", LEFT_WITH_MISTAKES)
def test_answers_that_were_not_right_are_held_as_they_were(learner: Learner, exercise: str, language: str) -> None:
    before = learner.events()
    wanted = expected(f"expected_resumed_{exercise.replace('/', '_')}.{language}.txt")
    assert lasting_entries(resumed(learner, exercise, language)) == lasting_entries(wanted)
    assert learner.events() == before


def resumed(learner: Learner, exercise: str, language: str) -> str:
    """An exercise opened again, the whole of it told, and every open blank looked at."""
    text = ":words\n" + 5 * ":back\n" + ":quit\n"
    return learner.says("play", exercise, "--plain", text=text, language=language, code=1)


def lasting_entries(text: str) -> object:
    """The answers that are held, each with the mark of its verdict."""
    return text if EXACT else set(re.findall(r"^([✓✗~!]) (\S+): ", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("exercise", "typed", "wanted"),
    [
        (
            "chains/cube",
            [":back", "8", "?", ":clear", "32", ":undo"],
            ["answer mul carried ", "hint mul  ", "clear mul  ", "answer mul right ", "undo mul  "],
        ),
        (
            "basics/reciprocal",
            ["-0.19", "3", "1"],
            ["answer inv coarse ", "answer inv mistaken any.upstream-only", "answer inv wrong ", "hint inv  "],
        ),
        ("basics/sigmoid-folded", [":open", ":fold"], ["begin   ", "open   ", "fold   "]),
        ("earlier/matrix", ["1"], ["begin   ", "answer sigmoid wrong-shape "]),
    ],
)
def test_new_attempts_are_kept_in_the_words_of_the_old_ones(
    learner: Learner, exercise: str, typed: list[str], wanted: list[str]
) -> None:
    before = len(learner.events())
    learner.says("play", exercise, "--plain", text="\n".join(typed) + "\n", code=1)
    new = learner.events()[before:]
    assert [f"{one['kind']} {one['rule']} {one['verdict']} {one['mistake']}" for one in new] == wanted


def test_an_exam_that_is_finished_stays_finished(learner: Learner) -> None:
    before = learner.events()
    learner.says("play", "midterm/product", "--plain", text="1\n1\n1\n1\n1\n")
    assert learner.events() == before


def test_a_review_begins_with_what_is_due(learner: Learner) -> None:
    before = learner.events()
    done = learner.run("review", "--plain", text="?\n:quit\n")
    assert done.returncode == 1
    assert not done.stderr
    assert [event["kind"] for event in learner.events()[len(before) :]] == ["review", "hint"]


def test_a_reset_can_be_taken_back(learner: Learner) -> None:
    def state(exercise: str) -> str | None:
        lines = map(_MARKED.fullmatch, learner.says("list").splitlines())
        return next((match["mark"] for match in lines if match and match["name"] == exercise), None)

    assert (state("chains/diamond"), state("chains/cube"), state("basics/two-roads")) == (" ", "~", " ")
    learner.says("reset", "--undo")
    assert (state("chains/diamond"), state("chains/cube"), state("basics/two-roads")) == ("✓", "✓", " ")
    learner.says("reset", "--undo")
    assert state("basics/two-roads") == "✓"


def test_one_setting_is_changed_and_all_else_stays(learner: Learner) -> None:
    file = learner.home / "settings.toml"
    before = file.read_text(encoding="utf-8")
    said = learner.says("settings")
    file.write_text(before.replace('theme = "colour-blind"', 'theme = "high-contrast"'), encoding="utf-8")
    assert learner.says("settings") == said.replace("theme = colour-blind", "theme = high-contrast") != said


def test_skills_made_anew_from_the_attempts_are_those_that_were_kept(learner: Learner) -> None:
    before = lasting_progress(progress_of(learner, "en"))
    connection = sqlite3.connect(learner.home / "progress.sqlite3")
    connection.executescript("DELETE FROM derived; DELETE FROM skill;")
    connection.close()
    assert lasting_progress(progress_of(learner, "en")) == before


def test_the_export_comes_back_whole_on_another_computer(learner: Learner) -> None:
    wanted = lasting_progress(json.loads(expected("expected_progress.en.json")))
    known = learner.says("import", "export.jsonl")
    assert f" {len(learner.events())} " in known
    assert learner.says("export") == expected("export.jsonl")
    other = Learner(learner.folder, "other")
    shutil.copytree(learner.home / "packs", other.home / "packs")
    other.says("import", "export.jsonl")
    assert other.says("export") == expected("export.jsonl")
    assert lasting_progress(progress_of(other, "en")) == wanted


def test_what_was_remembered_of_packs_does_no_harm(learner: Learner) -> None:
    """The old program's caches, as they are beside a learner's files: with the times of the files as they are here."""
    fill_caches(learner, lambda path: [path.stat().st_mtime_ns, path.stat().st_size])
    wanted = json.loads(expected("expected_progress.ko.json"))
    assert lasting_progress(progress_of(learner, "ko")) == lasting_progress(wanted)
    assert lasting_list(learner.says("list")) == lasting_list(expected("expected_list.en.txt"))


def fill_caches(learner: Learner, stamp: Callable[[Path], list[int]]) -> None:
    for name in ("atlas", "titles"):
        text = (FIXTURE / "caches" / f"{name}.json").read_text(encoding="utf-8")
        data = json.loads(text.replace("{home}", str(learner.home)))
        for path, known in data.get("exercises", {}).items():
            known["stamp"] = stamp(next(one for one in (Path(path), *Path(path).parents) if one.is_file()))
        for folder, known in data.get("folders", {}).items():
            files = sorted(Path(folder).glob("[0-9]*.toml"))
            known["stamp"] = [[file.name, *stamp(file), file.stat().st_mode] for file in files]
            file = Path(folder) / "pack.toml"
            known["pack"] = [[file.name, *stamp(file), file.stat().st_mode]]
        (learner.home / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
