"""The choice of the language, translated output, and a third language."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest

import tutor
from tests.support.app_driver import screen_text, wait_until
from tests.support.sample_problems import OPERATION_PROBLEMS
from tutor import i18n
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.wording import describe_blank, template_values
from tutor.i18n import LANGUAGES, LocalizedText, language_from_env, message
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.run_tutor import Run

pytestmark = pytest.mark.usefixtures("second_start")

HANGUL = re.compile("[가-힣]")
PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
CATALOGS = Path(tutor.__file__).parent / "locale"
TEXTS = [entry.msgid for entry in polib.pofile(CATALOGS / "ko/LC_MESSAGES/tutor.po")]

FORMULA = ("z = (a + b) * c", "a=50", "b=70", "c=2")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.utf8"}, "ko"),
        ({"LANG": "ko-KR"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "kok_IN.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": ""}, "ko"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ko:en"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LANGUAGE": "en:ko"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LANGUAGE": ""}, "ko"),
    ],
)
def test_the_language_follows_the_locale(environment: Mapping[str, str], language: str) -> None:
    assert language_from_env(environment) == language


def test_an_unknown_language_is_english() -> None:
    i18n.set_language("ko")
    i18n.set_language("tlh")
    assert i18n.current_language() == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_formatted(language: str) -> None:
    i18n.set_language(language)
    for text in TEXTS:
        names = set(PLACEHOLDER.findall(text))
        shown = str(message(text, **{name: f"⟨{name}⟩" for name in names}))
        assert shown
        for name in names:
            assert f"⟨{name}⟩" in shown, shown
        if not names:
            assert shown == i18n.translate(text)


def test_messages_are_translated_when_they_are_shown() -> None:
    right = message("Right. The exact value is {value}.", value=message("start"))
    i18n.set_language("ko")
    assert str(right) == "맞습니다. 정확한 값은 시작값입니다."
    i18n.set_language("en")
    assert str(right) == "Right. The exact value is start."


def test_a_text_without_a_translation_is_shown_in_english() -> None:
    i18n.set_language("ko")
    assert str(message("Nobody wrote this {what}.", what="sentence")) == "Nobody wrote this sentence."


def test_an_authors_text_follows_the_language() -> None:
    both, english, one = (
        LocalizedText({"en": "chain", "ko": "사슬"}),
        LocalizedText({"en": "chain"}),
        LocalizedText({"": "z = x*y"}),
    )
    i18n.set_language("ko")
    assert [str(both), str(english), str(one), str(LocalizedText({}))] == ["사슬", "chain", "z = x*y", ""]
    i18n.set_language("en")
    assert [str(both), str(LocalizedText({"ko": "사슬"}))] == ["chain", "사슬"]


#: Names that are the same in every language.
FUNCTION = re.compile(
    r"\b(?:prod|cumsum|einsum|conv2d|masked|trace|where|concat|stack|reshape|detach|scatter|softmax|softplus|erf|silu|gelu|sqrt|tanh|relu|sigmoid|mean|sum|broadcast|cross_entropy|ones|outer|sign|abs|max"
    r"|min|exp|log)(?![A-Za-z])"
)


@pytest.mark.parametrize("name", OPERATION_PROBLEMS)
def test_everything_about_a_blank_is_translated_to_korean(name: str) -> None:
    i18n.set_language("ko")
    problem = OPERATION_PROBLEMS[name]
    for blank in problem.blanks:
        texts = [describe_blank(problem, blank), *(hint_at(problem, blank, rung).text for rung in (1, 2, 4))]
        texts += [grade(problem, blank, answer).message for answer in ("98765.4", "1 +", "foo")]
        texts += [
            candidate.feedback(template_values(problem, blank, "7")) for candidate in candidates_at(problem, blank)
        ]
        for text in map(str, texts):
            assert HANGUL.search(text) or "∂" in text, text
            assert not re.search("[a-z]{4}", FUNCTION.sub("", text)), text


def test_help_is_in_korean(run_tutor: Run) -> None:
    asked = run_tutor("--lang", "ko", "--help")
    assert asked.returncode == 0
    assert "에지를 하나씩 손으로 계산하며 역전파를 익힙니다." in asked.stdout
    assert run_tutor("--help", LANG="ko_KR.UTF-8").stdout == asked.stdout


def test_a_worked_graph_is_in_korean(run_tutor: Run) -> None:
    worked = run_tutor("solve", *FORMULA, LANG="ko_KR.UTF-8")
    assert worked.returncode == 0, worked.stderr
    assert "시작값" in worked.stdout
    assert "∂z/∂c = 120" in worked.stdout
    assert not HANGUL.search(run_tutor("solve", *FORMULA, "--lang", "en", LANG="ko_KR.UTF-8").stdout)


def test_an_error_is_in_korean(run_tutor: Run) -> None:
    refused = run_tutor("solve", "z = (a + b", "a=1", LANG="ko_KR.UTF-8")
    assert refused.returncode == 2
    assert "여는 괄호 “(” 뒤에 닫는 괄호가 없습니다." in refused.stderr


def test_plain_mode_is_in_korean(run_tutor: Run) -> None:
    lines = run_tutor("play", *FORMULA, "--plain", "--lang", "ko", text="2\n?\n120\n2\n2\n")
    assert lines.returncode == 0, lines.stderr
    assert "✓ 맞습니다." in lines.stdout
    assert "힌트 1/4: 구할 값은 ∂z/∂c입니다." in lines.stdout
    assert "다 풀었습니다." in lines.stdout


CODES_WITH_ESPERANTO = [*LANGUAGES, "eo"]


@pytest.fixture
def esperanto(tmp_path: Path) -> Path:
    """Make a folder of catalogs with another language that has few translations."""
    for folder in CATALOGS.iterdir():
        (tmp_path / folder.name).symlink_to(folder)
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    texts = {"Usage:": "Uzado:", "The language: {codes}.": "La lingvo: {codes}.", "leave the playground": "foriri"}
    entries = (f'msgid "{text}"\nmsgstr "{translation}"\n' for text, translation in texts.items())
    (folder / "tutor.po").write_text("\n".join(entries), encoding="utf-8")
    return tmp_path


@pytest.fixture
def run_with_esperanto(esperanto: Path, home: Path) -> Run:
    """Run the program after a third language was registered."""
    program = (
        "import sys; from pathlib import Path; from tutor import i18n; i18n._CATALOG_DIR = Path(sys.argv[1]); "
        "i18n.LANGUAGES['eo'] = i18n.Language('eo', 'Esperanto', 'Esperanto', ('jes',)); "
        "from tutor.cli import main; main(sys.argv[2:])"
    )

    def run(*arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, str(esperanto), *arguments]
        env = {**os.environ, **environment}
        return subprocess.run(command, input=text, capture_output=True, encoding="utf-8", env=env, timeout=60)

    return run


def test_a_third_language_is_an_option(run_with_esperanto: Run) -> None:
    assert run_with_esperanto("--lang", "eo", "--help").stdout.startswith("Uzado:")
    assert (
        f"La lingvo: {' or '.join(CODES_WITH_ESPERANTO)}."
        in run_with_esperanto("list", "--help", LANG="eo.UTF-8").stdout
    )
    assert ", ".join(CODES_WITH_ESPERANTO) in run_with_esperanto("--lang", "tlh", "list").stderr


def test_a_third_language_is_a_setting(run_with_esperanto: Run, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text('language = "eo"')
    assert run_with_esperanto("solve", "--help").stdout.startswith("Uzado:")
    shown = run_with_esperanto("settings", "--all").stdout
    assert f'# {", ".join(CODES_WITH_ESPERANTO)}\nlanguage = "eo"' in shown
    (home / "settings.toml").write_text('language = "tlh"')
    assert ", ".join(f'"{code}"' for code in CODES_WITH_ESPERANTO) in run_with_esperanto("list").stderr


def test_texts_without_a_third_language_are_in_english(run_with_esperanto: Run) -> None:
    played = run_with_esperanto("play", "basics/add-multiply", "--plain", "--lang", "eo", text=":help\n")
    assert played.stdout == run_with_esperanto("play", "basics/add-multiply", "--plain", text=":help\n").stdout
    assert ":quit: foriri" in run_with_esperanto("--plain", "--lang", "eo", text="playground\n:help\n").stdout


def test_a_third_language_confirms_a_question(run_with_esperanto: Run) -> None:
    run_with_esperanto("play", "basics/add-multiply", "--plain", text="1\n")
    assert "To undo it: backprop-tutor reset --undo" in run_with_esperanto("reset", "--all", text="jes\n").stdout


def test_mistakes_as_json_contain_every_language(run_with_esperanto: Run) -> None:
    rows = json.loads(run_with_esperanto("mistakes", "--json").stdout)
    assert all(
        row["name"].keys() == set(CODES_WITH_ESPERANTO) and row["name"]["eo"] == row["name"]["en"] for row in rows
    )


async def test_a_third_language_can_be_chosen_in_the_palette(esperanto: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_CATALOG_DIR", esperanto)
    monkeypatch.setitem(i18n.LANGUAGES, "eo", i18n.Language("eo", "Esperanto", "Esperanto", ("jes",)))
    with Store.open(default_path()) as store:
        async with TutorApp(store).run_test() as pilot:
            await wait_until(pilot, lambda: "Enter" in screen_text(pilot), "the list")
            await pilot.press("ctrl+p", *"esperanto")
            await wait_until(pilot, lambda: "Language: Esperanto" in screen_text(pilot), "the command")
            await pilot.press("enter")
            await wait_until(pilot, lambda: i18n.current_language() == "eo", "the language")
