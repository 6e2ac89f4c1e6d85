"""Search: what learners type finds what they mean, the titles first, in both languages and on both keyboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.timing import runs_within
from tutor import hangul
from tutor.packs import library
from tutor.packs.exercise_search import find_exercises, read_texts
from tutor.text_search import SearchFields, find

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLES = (
    "시그마를 손으로",
    "시작값이 2일 때",
    "두 갈래 길",
    "몫의 미분",
    "과일 값",
    "Two roads from x",
    "The sigmoid",
    "relu",
)


def found(query: str, titles: Sequence[str] = TITLES) -> list[str]:
    return list(find(query, titles, lambda title: SearchFields((title,))).items)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("시그마", "시그마를 손으로"),
        ("ㅅㄱㅁ", "시그마를 손으로"),
        ("ㄷㄱㄹ", "두 갈래 길"),
        ("두갈래", "두 갈래 길"),
        # While a syllable is being typed, its last consonant may be the first of the next one.
        ("식", "시그마를 손으로"),
        ("식ㅁ", "시그마를 손으로"),
        ("목", "몫의 미분"),
        ("고", "과일 값"),
        ("갑", "과일 값"),
        # Decomposed, as file systems and some input methods give it.
        ("\u1109\u1175\u1100\u1173", "시그마를 손으로"),
        ("\u1109\u1100", "시그마를 손으로"),
        # With the keyboard in the other language.
        ("tlrmak", "시그마를 손으로"),
        ("TLRMAK", "시그마를 손으로"),
        ("Tlrmak", "시그마를 손으로"),
        ("tra", "시그마를 손으로"),
        ("ahrt", "몫의 미분"),
        ("rhkdlf rkqt", "과일 값"),
        ("냐흐ㅐㅑㅇ", "The sigmoid"),
        ("ㄴㅑ으ㅐㅑㅇ", "The sigmoid"),
        ("ㄱ디ㅕ", "relu"),
        ("ㅅ재", "Two roads from x"),
        # A few letters, and typos.
        ("twords", "Two roads from x"),
        ("sigmiod", "The sigmoid"),
        ("sgimoid", "The sigmoid"),
        ("sigmoids", "The sigmoid"),
        ("ROADS two", "Two roads from x"),
    ],
)
def test_what_was_meant_is_found(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_nothing_is_found_where_nothing_is_alike() -> None:
    for query in ("zebra", "ㅋㅋㅋ", "쿠키", "xq", "relv"):
        assert found(query) == []
    assert found("  ") == list(TITLES)


@pytest.mark.parametrize(
    "word",
    ["시그마", "값이", "닭장", "왜", "않다", "뷁", "의미", "까치", "예", "얘기", "몫", "웬일", "괜찮다", "뒤", "ㅋㅋ"],
)
def test_the_keyboard_types_what_an_input_method_composes(word: str) -> None:
    assert hangul.to_hangul(hangul.to_latin(word)) == word


def test_every_syllable_has_its_keys() -> None:
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    assert len({hangul.to_latin(syllable) for syllable in syllables}) == len(syllables)
    assert all(hangul.to_hangul(hangul.to_latin(syllable)) == syllable for syllable in syllables[::7])
    assert hangul.typed_letters("값ㄳ과x") == "ㄱㅏㅂㅅㄱㅅㄱㅗㅏx"


def test_titles_come_before_names_packs_and_texts() -> None:
    fields = {
        "text": SearchFields(("One",), ("a/b",), ("Pack",), ("About the chain rule.",)),
        "pack": SearchFields(("Two",), ("a/c",), ("Chains",)),
        "name": SearchFields(("Three",), ("chains/d",), ("Pack",)),
        "inside": SearchFields(("Unchained",)),
        "word": SearchFields(("A chain",)),
        "start": SearchFields(("Chain reaction",)),
        "other language": SearchFields(("사슬", "Chain")),
    }
    order = find("chain", list(fields), fields.__getitem__).items
    assert order == ["start", "word", "other language", "inside", "name", "pack", "text"]
    # Initial consonants fit nearly every long text.
    assert found("ㅅㅅ", ["x"]) == []


def test_letters_that_were_found_are_marked() -> None:
    hits = find("식ㅁ", TITLES, lambda title: SearchFields((title,)))
    assert [hits.items[0][begin:end] for begin, end in hits.reading.spans(hits.items[0])] == ["시그마"]


def test_exercises_are_found_by_what_their_files_say() -> None:
    packs = library.all_packs(installed=False)
    assert find_exercises("x * (x + y)", packs).items == []
    hits = find_exercises("x * (x + y)", packs, read_texts(packs)).items
    assert ("basics", "two-roads") in [(pack.id, entry.id) for pack, entry in hits]
    assert str(find_exercises("two roads", packs).items[0][1].title) == "Two branches from x"


def test_a_long_query_of_the_worst_kind_takes_no_time() -> None:
    query, text = "가" * 199 + "나" + "ㄱ" * 100_000, "가" * 100_000
    assert runs_within(lambda: find(query, [text], lambda title: SearchFields((title,))), 60)
