"""Catalogs of translations: complete, and in Korean correct for any value of a placeholder."""

from __future__ import annotations

import re
from functools import cache

import polib
import pytest
from rich.cells import cell_len

from tests.support.source_messages import SOURCE, source_messages
from tutor.i18n import DEFAULT_LANGUAGE, LANGUAGES, parse_po

#: The languages that have a catalog: English texts are the keys.
TRANSLATIONS = [code for code in LANGUAGES if code != DEFAULT_LANGUAGE]
REMEDY = "The commands at the top of each tutor.po bring the catalogs up to date."

PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")

# Particles whose form depends on the sound before them, which is unknown after a placeholder or a sign.
PARTICLE = (
    r"(?:은|는|이|가|을|를|[과와](?:는|의|도)?|으?로(?:서|써|는|도|만|부터)?|이?(?:나|랑|란|라고|라는|라면))(?![가-힣])"
)
LOOSE_PARTICLE = re.compile(rf"(?:\}}|[+−×÷=≈→←●σΣ∂@*/^·√?…])[”’\"'`)\]]*{PARTICLE}")
# A particle after brackets follows the noun before them, as in `값({v})을`.
NOUN_WITH_BRACKET = re.compile(r"(?<=[가-힣])\([^()]*\)")
# Both forms at once, as in `을(를)`: a noun before the particle avoids that.
BOTH_FORMS = re.compile(r"\((?:으|는|가|를|과|은|이|을|와)\)")

#: Words that Korean texts avoid, each with its replacement.
BANNED = {
    "분배": "기울기는 그대로 흘려보내거나 합칩니다",
    "배분": "기울기는 그대로 흘려보내거나 합칩니다",
    "나눈다": "기울기는 그대로 흘려보내거나 합칩니다",
    "나눠": "기울기는 그대로 흘려보내거나 합칩니다",
    "나뉘": "값은 여러 곳으로 흐릅니다",
    "나누어 보": "역수를 곱해 보냅니다",
    "나누어 주": "기울기는 그대로 흘려보내거나 합칩니다",
    "나누어 준": "기울기는 그대로 흘려보내거나 합칩니다",
    "지역 기울기": "국소적 미분",
    "지역 미분": "국소적 미분",
    "로컬": "국소적 미분",
    "하류 기울기": "역전파 값",
    "모양": "형상",
    "엣지": "에지",
    "체인": "연쇄법칙",
    "행렬곱": "행렬 곱",
    "전치 행렬": "전치행렬",
}


@cache
def catalog(language: str) -> polib.POFile:
    return polib.pofile(SOURCE / "locale" / language / "LC_MESSAGES" / "tutor.po")


def translations() -> list[tuple[str, str]]:
    return [(entry.msgid, entry.msgstr) for entry in catalog("ko") if entry.msgstr]


def loose_particles(text: str) -> list[str]:
    """Return each particle right after a placeholder or a sign, with what is before it."""
    return [match[0] for match in LOOSE_PARTICLE.finditer(NOUN_WITH_BRACKET.sub("", text))]


def test_catalogs_are_parsed_as_polib_parses_them() -> None:
    text = (SOURCE / "locale" / "ko" / "LC_MESSAGES" / "tutor.po").read_text(encoding="utf-8")
    text += 'msgid "one \\"line\\"\\n"\n"and another"\nmsgstr ""\n"역슬래시 \\\\n\\t"\n"와 줄\\n"\n\n'
    text += '#~ msgid "gone"\n#~ msgstr "없음"\n\nmsgid "empty"\nmsgstr ""\n'
    theirs = {entry.msgid: entry.msgstr for entry in polib.pofile(text) if entry.msgstr and not entry.obsolete}
    assert dict(parse_po(text)) == theirs
    assert 'one "line"\nand another' in theirs


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_catalog_contains_exactly_the_texts_of_the_source(language: str) -> None:
    source = source_messages()
    ids = [entry.msgid for entry in catalog(language)]
    missing = [f"{place}: {text!r}" for text, place in source.items() if text not in ids]
    extra = [repr(text) for text in ids if text not in source]
    twice = [repr(text) for text in set(ids) if ids.count(text) > 1]
    problems = [
        f"{word}:\n  " + "\n  ".join(texts)
        for word, texts in (("missing", missing), ("extra", extra), ("twice", twice))
        if texts
    ]
    assert not problems, "\n".join([f"{language}/LC_MESSAGES/tutor.po", *problems, REMEDY])


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_catalog_has_no_fuzzy_or_obsolete_entries(language: str) -> None:
    entries = catalog(language)
    assert not [entry.msgid for entry in entries if entry.fuzzy]
    assert not [entry.msgid for entry in entries.obsolete_entries()], REMEDY
    assert not [entry.msgid for entry in entries if any(line for _file, line in entry.occurrences)], REMEDY


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated(language: str) -> None:
    assert not [entry.msgid for entry in catalog(language) if not entry.msgstr.strip()]


def test_translations_keep_the_placeholders() -> None:
    differing = [
        (english, korean)
        for english, korean in translations()
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(korean))
    ]
    assert not differing


def test_translations_keep_the_final_punctuation() -> None:
    def ends(text: str) -> bool:
        return text.rstrip("” )'\"").endswith((".", "?", "!", "…"))

    assert not [(english, korean) for english, korean in translations() if ends(english) != ends(korean)]


def test_korean_sentences_are_polite() -> None:
    abrupt = re.compile(r"[가-힣](?:(?<!니다)(?<!요)\.|(?<!요)\?)(?!\w)")
    assert not [korean for _english, korean in translations() if abrupt.search(korean)]


def test_translations_keep_leading_and_trailing_spaces() -> None:
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert not [(english, korean) for english, korean in translations() if ends(english) != ends(korean)]


def test_translations_of_short_labels_are_short() -> None:
    labels = [(english, korean) for english, korean in translations() if re.fullmatch(r"[^.{]{1,12}", english)]
    assert not [(english, korean) for english, korean in labels if cell_len(korean) > 12]


def test_no_particle_follows_a_placeholder_or_a_sign() -> None:
    assert not [(loose_particles(korean), korean) for _english, korean in translations() if loose_particles(korean)]
    assert not [korean for _english, korean in translations() if BOTH_FORMS.search(korean)]


@pytest.mark.parametrize(
    "text",
    [
        "{node}가 받은 값",
        "{v}는 이 에지의 값입니다.",
        "“{name}”은 입력이 아닙니다.",
        "({name})을 쓰세요.",
        "{a}와 {b}가 다릅니다.",
        "{delta}로 바꾸면",
        "{name}이라는 이름",
        "×는 곱합니다.",
        "●에서 σ를 지나",
        "?를 누르세요.",
    ],
)
def test_a_loose_particle_is_found(text: str) -> None:
    assert loose_particles(text)


@pytest.mark.parametrize(
    "text",
    [
        "{node} 노드가 받은 값({v})을 쓰세요.",
        "변수 {name}의 값은 {value}입니다.",
        "{name}만 조금 변하면 {n}가지가 변합니다.",
        "{n}부터 {m}까지, {d}처럼, {n}개를",
        "1/x는 커질까요? y·(1 − y)라는 꼴입니다.",
        "몫들은 ●에서 만납니다.",
        "형상이 {typed}인 행렬은 {shape}이고",
    ],
)
def test_a_correct_particle_is_accepted(text: str) -> None:
    assert not loose_particles(text)


def test_no_banned_word_is_used() -> None:
    banned = [
        (word, instead, korean)
        for _english, korean in translations()
        for word, instead in BANNED.items()
        if word in korean
    ]
    assert not banned


def test_gradients_are_never_said_to_be_shared_out() -> None:
    shared = re.compile(r"나누어 (?!갖는 것이 아닙니다)")
    assert not [korean for _english, korean in translations() if shared.search(korean)]


def test_every_message_is_marked_for_the_catalogs() -> None:
    bare = re.compile(r"\b[mM]essage\(\s*[\"']")
    unmarked = [str(path) for path in SOURCE.rglob("*.py") if bare.search(path.read_text(encoding="utf-8"))]
    assert not unmarked, "write message(N_(…), …), so that the text is found for the catalogs"


def test_no_marked_text_is_inside_an_f_string() -> None:
    # Extraction skips f-strings, so such a text would silently be missing from the catalogs.
    hidden = re.compile(r"\{_\(\s*[\"']")
    hiding = [str(path) for path in SOURCE.rglob("*.py") if hidden.search(path.read_text(encoding="utf-8"))]
    assert not hiding, "take the text out of the f-string first"
