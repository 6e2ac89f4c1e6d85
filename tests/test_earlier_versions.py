"""Files of an earlier version open unchanged: progress, settings, packs, exports, exercise files.

`tests/fixtures/version_7fda378/` holds files that the program at commit 7fda378 wrote, and the output of its commands
for them; its README says how. Everything stored must stay: events, ids, verdicts, states, dates, keys, new numbers. The
wording of messages may change, so it is compared only if BACKPROP_TUTOR_EXACT=1 is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tutor
from tests.support.run_tutor import run_in_fork

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from tests.support.caches import Caches

FIXTURE = Path(__file__).parent / "fixtures" / "version_7fda378"
EXACT = bool(os.environ.get("BACKPROP_TUTOR_EXACT"))
LANGUAGES = ("en", "ko")
#: The packs of the fixture. All others came with the program and may grow.
OWN_PACKS = ("earlier", "midterm", "mine")
#: The mistakes that the files of these packs declare.
OWN_MISTAKES = ("no-two", "uphill", "one-minus")
BEGUN_WITH_MISTAKES = ("chains/cube", "basics/reciprocal")
GRADED_IN_KOREAN = ("pack/10-neuron.toml", "earlier/questions", "earlier/code", "matrices/product")

_MARKED = re.compile(r"  (?P<mark>[✓~]| ) (?P<name>[\w-]+/[\w-]+) +(?P<title>.*?)(?: \((?P<state>[^()]*)\))?")
_LISTED = re.compile(r"(?P<id>[\w-]+): (?P<title>.*) \((?P<count>\d+); (?P<origin>[^)]*)\) (?P<path>.*)")
_KEY = re.compile(r'(?P<comment># )?(?P<id>"?[\w.-]+"?) = (?P<value>"[^"]*"|true|false)(?: +# .*)?')


class Learner:
    """A copy of the fixture, and the program run on it, each time in its own process."""

    def __init__(self, folder: Path, name: str = "home") -> None:
        self.folder = folder
        self.home = folder / name

    def run(self, *arguments: str, text: str = "", language: str | None = "en") -> subprocess.CompletedProcess[str]:
        """Run a command in the folder that holds `pack`. Without a language, the settings decide."""
        environment = {key: value for key, value in os.environ.items() if key not in ("LANGUAGE", "LC_ALL", "COLUMNS")}
        environment |= {"BACKPROP_TUTOR_HOME": str(self.home), "LANG": "C.UTF-8"}
        environment["PYTHONPATH"] = str(Path(tutor.__file__).parents[1])
        # The option goes last, because in `pack list` it belongs to the inner command.
        options = ("--lang", language) if language else ()
        return run_in_fork([*arguments, *options], text, environment=environment, folder=self.folder)

    def output(self, *arguments: str, text: str = "", language: str | None = "en", code: int = 0) -> str:
        """Return the output of a command that must succeed, with a placeholder for the data folder."""
        process = self.run(*arguments, text=text, language=language)
        assert (process.returncode, process.stderr) == (code, ""), process.stdout + process.stderr
        return process.stdout.replace(str(self.home), "{home}")

    def events(self) -> list[dict[str, Any]]:
        """Return all events of the progress file, as `export` prints them."""
        return [json.loads(line) for line in self.output("export").splitlines()]


@pytest.fixture(scope="module")
def read_only_copy(tmp_path_factory: pytest.TempPathFactory, caches: Caches) -> Learner:
    """Return a copy for commands that only read."""
    copy = copy_fixture(tmp_path_factory.mktemp("earlier") / "copy")
    caches.give(copy.home, with_index=True)
    return copy


@pytest.fixture
def learner(tmp_path: Path, caches: Caches) -> Learner:
    """Return a copy for commands that write."""
    copy = copy_fixture(tmp_path / "copy")
    caches.give(copy.home, with_index=True)
    return copy


def copy_fixture(folder: Path) -> Learner:
    shutil.copytree(FIXTURE, folder)
    return Learner(folder)


def expected(name: str) -> str:
    return (FIXTURE / name).read_text(encoding="utf-8")


#: Keys of `progress --json` that the earlier version did not write.
_LATER_KEYS = (
    "exams",
    "days",
    "days_practised",
    "streak",
    "tries",
    "in_code",
    "solved_in_code",
    "calibration",
    "placement",
    "rules_in_code",
    "steps",
    "needs",
)
#: The earlier version's rule of all custom nodes, whose events now count for the functions that the nodes compute.
_OWN = "own"
#: The rules for which custom nodes and questions in the fixture now count as well, so that their days have moved.
_FED_RULES = ("sigmoid", "sum")


# --- the part of each output that must stay ----------------------------------------------------------------------------------


def progress_of(learner: Learner, language: str) -> dict[str, Any]:
    """Return `progress --json` without empty weeks, of which there is one more every Monday.

    All reviews in the fixture were due in 2024, so nothing else depends on the date.
    """
    progress: dict[str, Any] = json.loads(learner.output("progress", "--json", language=language))
    progress["weeks"] = [week for week in progress["weeks"] if week["answers"]]
    return progress


def lasting_progress(progress: dict[str, Any]) -> dict[str, Any]:
    """Leave out the names of rules and mistakes, the titles and sizes of packs that may grow, and how good a rule is.

    Later versions measure that in another way, and by more rules; what the rules had is in `rules_that_stayed`.
    """
    if EXACT:
        return progress
    # Keys that came later are left out as well.
    progress = {key: value for key, value in progress.items() if key not in _LATER_KEYS}
    for row in (*progress["packs"], *progress["rules"]):
        for key in _LATER_KEYS:
            row.pop(key, None)
    packs = {
        pack["id"]: pack if pack["id"] in OWN_PACKS else {key: pack[key] for key in ("solved", "begun")}
        for pack in progress["packs"]
        if pack["id"] in OWN_PACKS or pack["solved"] or pack["begun"]
    }
    mistakes = [{key: mistake[key] for key in ("id", "count")} for mistake in progress["mistakes"]]
    return {key: value for key, value in progress.items() if key not in ("rules", "due")} | {
        "packs": packs,
        "mistakes": mistakes,
    }


def assert_rules_stayed(progress: dict[str, Any], recorded: dict[str, Any]) -> None:
    """Assert that the rules of the earlier version are due as they were, with the mistakes that come back."""
    rules = {rule["id"]: rule for rule in progress["rules"]}
    for rule in recorded["rules"]:
        if rule["id"] in _FED_RULES:
            assert rules[rule["id"]]["due"]
        elif rule["id"] != _OWN:
            assert {key: rules[rule["id"]][key] for key in ("due", "mistake")} == {
                key: rule[key] for key in ("due", "mistake")
            }, rule["id"]
    known = [rule for rule in recorded["due"] if rule not in (_OWN, *_FED_RULES)]
    assert [rule for rule in progress["due"] if rule in known] == known


def lasting_list(text: str) -> object:
    """Return the states of exercises, and the titles of those in the fixture's own packs."""
    if EXACT:
        return text
    matches = [match for line in text.splitlines() if (match := _MARKED.fullmatch(line))]
    assert matches
    states = {match["name"]: match["mark"] for match in matches if match["mark"].strip()}
    titles = {match["name"]: match["title"] for match in matches if match["name"].partition("/")[0] in OWN_PACKS}
    return states, titles


def lasting_packs(text: str) -> object:
    """Return the titles and paths of the fixture's own packs, and the number of origins."""
    if EXACT:
        return text
    matches = [match for line in text.splitlines() if (match := _LISTED.fullmatch(line))]
    own = {match["id"]: match.group("title", "count", "path") for match in matches if match["id"] in OWN_PACKS}
    return own, len({match["origin"] for match in matches})


def lasting_settings(text: str) -> object:
    """Return the settings and keys that are set."""
    if EXACT:
        return text
    matches = [match for line in text.splitlines() if (match := _KEY.fullmatch(line))]
    return {match["id"].strip('"'): match["value"] for match in matches if not match["comment"]}


def lasting_findings(text: str) -> object:
    """Return the severity and position of each finding, without its wording."""
    findings = json.loads(text)
    if EXACT:
        return findings
    return [(finding["severity"], finding["file"], finding["line"], finding["key"]) for finding in findings]


def grades_of(learner: Learner, language: str) -> Iterator[dict[str, Any]]:
    """Yield the grade of each answer in `grade_answers.jsonl`; in Korean only those with texts of the pack."""
    answers = [json.loads(line) for line in expected("grade_answers.jsonl").splitlines()]
    if language == "ko":
        answers = [answer for answer in answers if answer["exercise"] in GRADED_IN_KOREAN]
    while answers:
        exercise, seed = answers[0]["exercise"], answers[0]["seed"]
        batch = [answer for answer in answers if (answer["exercise"], answer["seed"]) == (exercise, seed)]
        answers = [answer for answer in answers if answer not in batch]
        options = () if seed is None else ("--seed", str(seed))
        text = "".join(json.dumps({key: answer[key] for key in ("blank", "answer")}) + "\n" for answer in batch)
        process = learner.run("grade", exercise, "--json", *options, text=text, language=language)
        assert not process.stderr, process.stderr
        for answer, line in zip(batch, process.stdout.splitlines(), strict=True):
            yield answer | json.loads(line)


def lasting_grade(grade: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict, the mistake and the place, and the message if the exercise file declares it."""
    if EXACT:
        return grade
    if "error" in grade:
        return {key: grade[key] for key in ("exercise", "seed", "blank", "answer")}
    own = grade["mistake"] in OWN_MISTAKES
    # Later versions may add keys, such as "certain".
    kept = {"exercise", "seed", "blank", "answer", "verdict", "mistake", "at", *(["message"] if own else [])}
    return {key: value for key, value in grade.items() if key in kept}


# --- reading ----------------------------------------------------------------------------------------------------------


def test_every_attempt_is_kept_as_it_was_written(read_only_copy: Learner) -> None:
    assert read_only_copy.output("export") == expected("export.jsonl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_progress_is_unchanged(read_only_copy: Learner, language: str) -> None:
    recorded = json.loads(expected(f"expected_progress.{language}.json"))
    progress = progress_of(read_only_copy, language)
    assert_rules_stayed(progress, recorded)
    assert lasting_progress(progress) == lasting_progress(recorded)


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_of_exercises_are_unchanged(read_only_copy: Learner, language: str) -> None:
    recorded = expected(f"expected_list.{language}.txt")
    assert lasting_list(read_only_copy.output("list", language=language)) == lasting_list(recorded)


@pytest.mark.parametrize("language", LANGUAGES)
def test_user_packs_are_unchanged(read_only_copy: Learner, language: str) -> None:
    output = pack_list_of(read_only_copy, language)
    assert lasting_packs(output) == lasting_packs(expected(f"expected_pack_list.{language}.txt"))


def pack_list_of(learner: Learner, language: str) -> str:
    """Return `pack list` with a placeholder for the folder of the built-in packs."""
    output = learner.output("pack", "list", language=language)
    folders = [Path(match["path"]) for match in map(_LISTED.fullmatch, output.splitlines()) if match]
    built_in = next(folder.parent for folder in folders if folder.name == "basics")
    return output.replace(str(built_in), "{built-in}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("option", ["", "all"])
def test_settings_and_keys_are_unchanged(read_only_copy: Learner, option: str, language: str) -> None:
    recorded = expected(f"expected_settings{option and '_' + option}.{language}.txt")
    output = read_only_copy.output("settings", *([f"--{option}"] if option else []), language=language)
    if option or EXACT:
        assert lasting_settings(output) == lasting_settings(recorded)
    else:
        assert output.splitlines()[1:] == recorded.splitlines()[1:]


def test_every_id_of_a_binding_is_still_known(read_only_copy: Learner) -> None:
    def ids(text: str) -> set[str]:
        lines = text[text.index("[keys]") :].splitlines()
        return {match["id"].strip('"') for line in lines if (match := _KEY.fullmatch(line))}

    then = ids(expected("expected_settings_all.en.txt"))
    assert len(then) > 50
    assert then <= ids(read_only_copy.output("settings", "--all"))


def test_the_language_of_the_settings_is_used(read_only_copy: Learner) -> None:
    output = read_only_copy.output("list", language=None)
    assert output == read_only_copy.output("list", language="ko") != read_only_copy.output("list", language="en")


def test_the_formulas_of_the_playground_are_remembered(read_only_copy: Learner) -> None:
    output = read_only_copy.run("--plain", text="playground\n:list\n:quit\nquit\n").stdout
    remembered = json.loads((FIXTURE / "home" / "playground.json").read_text(encoding="utf-8"))
    assert len(remembered) == 2
    for number, entry in enumerate(remembered, 1):
        assert f"{number}: {entry['formula']}   {entry['values']}" in output


def test_commands_that_read_change_no_file(learner: Learner) -> None:
    files = sorted(path.relative_to(FIXTURE) for path in (FIXTURE / "home").rglob("*") if path.is_file())
    for command in (("list",), ("progress",), ("export",), ("settings",), ("pack", "list"), ("where",)):
        learner.output(*command)
    for file in files:
        if file.suffix != ".sqlite3":
            assert (learner.folder / file).read_bytes() == (FIXTURE / file).read_bytes(), file
    assert not [path for path in learner.home.iterdir() if "damaged" in path.name]


# --- files of exercises -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_has_no_errors_and_the_same_warnings(read_only_copy: Learner, language: str) -> None:
    recorded = lasting_findings(expected(f"expected_check.{language}.json"))
    actual = lasting_findings(read_only_copy.output("check", "pack", "--json", language=language))
    if EXACT:
        assert actual == recorded
    else:
        assert isinstance(actual, list)
        assert isinstance(recorded, list)
        assert set(recorded) <= set(actual)
        assert not [finding for finding in actual if finding[0] == "error"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_get_the_same_verdicts(read_only_copy: Learner, language: str) -> None:
    recorded = [json.loads(line) for line in expected(f"expected_grade.{language}.jsonl").splitlines()]
    actual = list(grades_of(read_only_copy, language))
    assert [*map(lasting_grade, actual)] == [*map(lasting_grade, recorded)]
    for grade in actual:
        hangul = re.search("[가-힣]", grade.get("message") or grade["error"])
        assert bool(hangul) == (language == "ko"), grade


def test_the_pack_can_be_added_again_without_losing_progress(learner: Learner) -> None:
    before = lasting_list(learner.output("list"))
    learner.output("pack", "add", "pack")
    assert lasting_list(learner.output("list")) == before


# --- continuing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("earlier/symbols", "up*log(b)"), ("midterm/layer", "2 * A"), ("gallery/softplus", "16")],
)
def test_an_open_exercise_continues_in_the_same_attempt(learner: Learner, exercise: str, answer: str) -> None:
    before = learner.events()
    process = learner.run("play", exercise, "--plain", text=f"{answer}\n")
    assert process.returncode == 1, process.stdout + process.stderr
    assert not process.stderr, process.stdout + process.stderr
    *earlier, new = learner.events()
    assert earlier == before
    last = next(event for event in reversed(before) if f"{event['pack']}/{event['exercise']}" == exercise)
    assert [new[key] for key in ("worksheet", "seed", "fingerprint")] == [
        last[key] for key in ("worksheet", "seed", "fingerprint")
    ]
    assert new["blank"]
    assert (new["kind"], new["verdict"]) in (("answer", "right"), ("noted", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("exercise", BEGUN_WITH_MISTAKES)
def test_wrong_answers_are_restored(learner: Learner, exercise: str, language: str) -> None:
    before = learner.events()
    recorded = expected(f"expected_resumed_{exercise.replace('/', '_')}.{language}.txt")
    assert lasting_entries(resumed(learner, exercise, language)) == lasting_entries(recorded)
    assert learner.events() == before


def resumed(learner: Learner, exercise: str, language: str) -> str:
    """Open an exercise again and return what plain mode prints of it and of its open blanks."""
    text = ":words\n" + 5 * ":back\n" + ":quit\n"
    return learner.output("play", exercise, "--plain", text=text, language=language, code=1)


def lasting_entries(text: str) -> object:
    """Return the places that have an answer, each with the mark of its verdict."""
    return text if EXACT else set(re.findall(r"^([✓✗~!]) (\S+): ", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("exercise", "typed", "recorded"),
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
def test_new_attempts_are_stored_in_the_same_terms(
    learner: Learner, exercise: str, typed: list[str], recorded: list[str]
) -> None:
    before = len(learner.events())
    learner.output("play", exercise, "--plain", text="\n".join(typed) + "\n", code=1)
    new = learner.events()[before:]
    assert [f"{event['kind']} {event['rule']} {event['verdict']} {event['mistake']}" for event in new] == recorded


def test_an_exam_that_is_finished_stays_finished(learner: Learner) -> None:
    before = learner.events()
    learner.output("play", "midterm/product", "--plain", text="1\n1\n1\n1\n1\n")
    assert learner.events() == before


def test_a_review_starts_with_due_rules(learner: Learner) -> None:
    before = learner.events()
    process = learner.run("review", "--plain", text="?\n:quit\n")
    assert process.returncode == 1
    assert not process.stderr
    assert [event["kind"] for event in learner.events()[len(before) :]] == ["review", "hint"]


def test_a_reset_can_be_undone(learner: Learner) -> None:
    def state(exercise: str) -> str | None:
        lines = map(_MARKED.fullmatch, learner.output("list").splitlines())
        return next((match["mark"] for match in lines if match and match["name"] == exercise), None)

    assert (state("chains/diamond"), state("chains/cube"), state("basics/two-roads")) == (" ", "~", " ")
    learner.output("reset", "--undo")
    assert (state("chains/diamond"), state("chains/cube"), state("basics/two-roads")) == ("✓", "✓", " ")
    learner.output("reset", "--undo")
    assert state("basics/two-roads") == "✓"


def test_changing_one_setting_keeps_all_others(learner: Learner) -> None:
    file = learner.home / "settings.toml"
    before = file.read_text(encoding="utf-8")
    output = learner.output("settings")
    file.write_text(before.replace('theme = "colour-blind"', 'theme = "high-contrast"'), encoding="utf-8")
    assert learner.output("settings") == output.replace("theme = colour-blind", "theme = high-contrast") != output


def test_skills_rebuilt_from_the_attempts_are_the_stored_ones(learner: Learner) -> None:
    before = lasting_progress(progress_of(learner, "en"))
    connection = sqlite3.connect(learner.home / "progress.sqlite3")
    connection.executescript("DELETE FROM derived; DELETE FROM skill;")
    connection.close()
    assert lasting_progress(progress_of(learner, "en")) == before


def test_an_export_imports_completely_on_another_computer(learner: Learner, caches: Caches) -> None:
    recorded = lasting_progress(json.loads(expected("expected_progress.en.json")))
    known = learner.output("import", "export.jsonl")
    assert f" {len(learner.events())} " in known
    assert learner.output("export") == expected("export.jsonl")
    other = Learner(learner.folder, "other")
    caches.give(other.home, with_index=True)
    shutil.copytree(learner.home / "packs", other.home / "packs")
    other.output("import", "export.jsonl")
    assert other.output("export") == expected("export.jsonl")
    assert lasting_progress(progress_of(other, "en")) == recorded


def test_caches_of_the_earlier_version_do_no_harm(learner: Learner) -> None:
    """The caches hold the modification times that the files have in this copy, so that they look current."""
    fill_caches(learner, lambda path: [path.stat().st_mtime_ns, path.stat().st_size])
    recorded = json.loads(expected("expected_progress.ko.json"))
    assert lasting_progress(progress_of(learner, "ko")) == lasting_progress(recorded)
    assert lasting_list(learner.output("list")) == lasting_list(expected("expected_list.en.txt"))


def fill_caches(learner: Learner, stamp: Callable[[Path], list[int]]) -> None:
    for name in ("atlas", "titles"):
        text = (FIXTURE / "caches" / f"{name}.json").read_text(encoding="utf-8")
        data = json.loads(text.replace("{home}", str(learner.home)))
        for path, known in data.get("exercises", {}).items():
            known["stamp"] = stamp(next(file for file in (Path(path), *Path(path).parents) if file.is_file()))
        for folder, known in data.get("folders", {}).items():
            files = sorted(Path(folder).glob("[0-9]*.toml"))
            known["stamp"] = [[file.name, *stamp(file), file.stat().st_mode] for file in files]
            file = Path(folder) / "pack.toml"
            known["pack"] = [[file.name, *stamp(file), file.stat().st_mode]]
        (learner.home / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
