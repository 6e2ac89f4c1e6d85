"""The command `serve`: what can't be served is told in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prefix", "tutor/"], "--prefix must be a path such as /tutor, without a slash at its end."),
        (["--single", "--links-only"], "--single and --links-only can't be combined. Choose one."),
        (["--sessions", "0"], "--sessions must be a whole number of at least 1."),
        (["--port", "x"], "--port"),
        (["--class-token", " "], "The code of --class-token is empty."),
        (["--idle", "nan"], "--idle must be a number of minutes above 0."),
        (["--origin", "tutor.example.edu"], "--origin must be an address such as https://tutor.example.edu."),
        (["--origin", "https://tutor.example.edu/tutor"], "--origin must be an address such as"),
        (["--url", "tutor.example.edu"], "--url must be an address such as https://tutor.example.edu/."),
    ],
    ids=[
        *("prefix", "single and links", "no sessions", "port", "empty code", "idle", "origin", "origin with a path"),
        "url",
    ],
)
def test_arguments_that_can_not_be_used_are_told_in_one_sentence(
    run_tutor: Run, arguments: list[str], sentence: str
) -> None:
    done = run_tutor("serve", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_links_are_for_each_student_and_only_once(run_tutor: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student\n김안나\nBert-7\n", encoding="utf-8")
    done = run_tutor("serve", "--links", str(roster), "--url", "https://tutor.example.edu/")
    lines = done.stdout.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["김안나", "Bert-7"]
    assert all(line.partition(",")[2].startswith("https://tutor.example.edu/?learner=") for line in lines)
    assert run_tutor("serve", "--links", str(roster), "--url", "https://tutor.example.edu/").stdout == done.stdout
    roster.write_text("student\nanna\nAnna\n", encoding="utf-8")
    refused = run_tutor("serve", "--links", str(roster))
    assert refused.returncode == 1
    assert "“anna” and “Anna” would be the same learner here." in refused.stderr


def test_links_lead_to_where_learners_can_open_them(run_tutor: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student\nanna\n", encoding="utf-8")
    below = run_tutor("serve", "--links", str(roster), "--port", "8001", "--prefix", "/tutor")
    assert below.stdout.startswith("anna,http://127.0.0.1:8001/tutor/?learner=anna&key=")
    anywhere = run_tutor("serve", "--links", str(roster), "--host", "0.0.0.0")
    assert (anywhere.returncode, anywhere.stdout) == (2, "")
    assert "Use --url" in anywhere.stderr
