"""Who a learner is: names, signatures and the secret behind them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tutor.serving.identity import TICKET_SECONDS, Signer, clean_name, new_name
from tutor.serving.learners import Learners

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("anna", "anna"),
        (" Anna ", "anna"),
        ("20261234", "20261234"),
        ("a.b-c_d@example.org", "a.b-c_d@example.org"),
        ("", None),
        ("..", None),
        ("a..b", None),
        (".hidden", None),
        ("../anna", None),
        ("anna/..", None),
        ("anna\\x", None),
        ("anna\n", "anna"),
        ("an\nna", None),
        ("an\0na", None),
        ("con", None),
        ("nul.txt", None),
        ("김민수", "김민수"),
        ("Ａｎｎａ７", "anna7"),
        ("é" * 64, "é" * 64),
        ("김" * 64, "김" * 64),
        ("\U0001d538" * 70, None),
        ("a b", None),
        ("-a", None),
        ("a.", None),
        ("\ud800", None),
        ("a" * 64, "a" * 64),
        ("a" * 65, None),
        ("$(reboot)", None),
        ("--help", None),
    ],
)
def test_a_name_is_a_safe_folder_or_refused(typed: str, name: str | None) -> None:
    assert clean_name(typed) == name


def test_guests_have_names_of_their_own() -> None:
    names = {new_name() for _ in range(50)}
    assert len(names) == 50
    assert all(clean_name(name) == name for name in names)


def test_a_signature_is_good_for_one_text_and_one_purpose(tmp_path: Path) -> None:
    signer = Signer.load(tmp_path)
    signed = signer.sign("learner", "anna")
    assert signer.unsign("learner", signed) == "anna"
    assert signer.unsign("ticket", signed) is None
    assert signer.unsign("learner", signed.replace("anna", "bert")) is None
    assert signer.unsign("learner", "") is None
    assert signer.is_key("anna", signer.key_of("anna"))
    assert not signer.is_key("bert", signer.key_of("anna"))
    assert not signer.is_key("anna", "ключ")


def test_the_secret_stays_and_is_private(tmp_path: Path) -> None:
    signed = Signer.load(tmp_path).sign("learner", "anna")
    assert Signer.load(tmp_path).unsign("learner", signed) == "anna"
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    assert Signer.load(tmp_path / "other").unsign("learner", signed) is None


def test_a_secret_that_a_kill_has_left_empty_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"")
    Signer.load(tmp_path)
    assert len((tmp_path / "secret").read_bytes()) == 32


def test_a_ticket_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer.load(tmp_path)
    ticket = signer.ticket("anna.x")
    assert signer.learner_of(ticket) == "anna.x"
    assert signer.learner_of(ticket + "y") is None
    assert signer.learner_of("") is None
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + TICKET_SECONDS + 2)
    assert signer.learner_of(ticket) is None


def test_a_name_is_free_until_somebody_works_under_it(tmp_path: Path) -> None:
    learners = Learners(tmp_path)
    assert learners.is_free("anna")
    (learners.prepare("anna") / "progress.sqlite3").touch()
    assert not learners.is_free("anna")
    assert learners.is_free("bert")
