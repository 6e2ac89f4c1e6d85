"""A new pack or exercise passes every check; the schemas are those of the model."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tutor.packs import library
from tutor.packs.checks.runner import check_packs
from tutor.packs.json_schema import SCHEMA_FILES, build_schema, schema_text

if TYPE_CHECKING:
    from tests.support.run_tutor import Run


@pytest.mark.parametrize("languages", ["en", "ko", "en,ko"])
def test_a_new_pack_has_nothing_to_mend(tmp_path: Path, run_tutor: Run, languages: str) -> None:
    done = run_tutor("new", str(tmp_path / "week-1"), "--yes", "--languages", languages)
    assert done.returncode == 0, done.stderr
    assert check_packs([tmp_path / "week-1"]) == []
    assert run_tutor("check", str(tmp_path / "week-1"), "--strict").returncode == 0
    assert library.read_pack(tmp_path / "week-1").open("first").variant().problem.blanks


def test_what_is_asked_is_written(tmp_path: Path, run_tutor: Run) -> None:
    done = run_tutor("new", str(tmp_path / "one"), text='Say "hello"\n가나\nko\n')
    assert done.returncode == 0, done.stderr
    described = tomllib.loads((tmp_path / "one" / "pack.toml").read_text(encoding="utf-8"))
    assert (described["title"], described["authors"], described["languages"]) == ('Say "hello"', ["가나"], ["ko"])


@pytest.mark.parametrize(
    ("graph", "inputs"),
    [
        ("u = w * x + b - t; L = u ^ 2", []),
        ("z = x * (x + y)", []),
        ("y = 1 / (1 + exp(-x))", ["x=log(4)"]),
        ("z = sigmoid(w * x + b)", []),
        ("z = x ^ n", []),
        ("f = sum(X @ W)", []),
        ("h = relu(X @ W + b); L = mean((h - T)^2)", []),
        ("y = w @ x", []),
        ("S = sigmoid(X @ W); f = sum(S)", ["X=[[0.1, 0.2], [0.3, 0.5]]", "W=[[1], [-2]]"]),
    ],
)
def test_a_new_exercise_opens_and_stands_behind_the_others(
    tmp_path: Path, run_tutor: Run, graph: str, inputs: list[str]
) -> None:
    run_tutor("new", str(tmp_path / "mine"), "--yes")
    done = run_tutor("new", str(tmp_path / "mine" / "next"), "--graph", graph, *inputs)
    assert done.returncode == 0, done.stderr
    assert [entry.id for entry in library.read_pack(tmp_path / "mine").entries] == ["first", "next"]
    assert not [finding for finding in check_packs([tmp_path / "mine"]) if finding.severity != "note"]
    assert library.read_pack(tmp_path / "mine").open("next").has_variants


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mine"], "There is something here already. Choose a new name, or empty the folder."),
        (["two words"], "“two words” is no id. Use letters, digits and -, such as two-roads."),
        (["mine/first", "--graph", "z = x * y"], "There is an exercise “first” in this pack already."),
        (["nowhere/x", "--graph", "z = x * y"], "There is no pack here. `backprop-tutor new nowhere` makes one."),
        (["mine/next", "--graph", "z = x * ("], "02-next.toml:2: graph: "),
        (["mine/next", "x=3"], "Inputs belong to an exercise. Give its graph with --graph."),
        (["other", "--yes", "--languages", "en,xx"], "Texts are written in en, ko."),
    ],
)
def test_what_can_not_be_made_gets_one_sentence_and_leaves_nothing(
    tmp_path: Path, run_tutor: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    run_tutor("new", "mine", "--yes")
    before = sorted(tmp_path.rglob("*"))
    done = run_tutor("new", *arguments)
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_the_schemas_that_are_shipped_are_those_of_the_model() -> None:
    home = library.built_in_dir()
    assert home is not None
    for name, model in SCHEMA_FILES.items():
        written = (home / name).read_text(encoding="utf-8")
        assert written == schema_text(model), (
            "python -c 'from tutor.packs import schema; …' writes them: schema.write(folder)"
        )


def test_every_key_of_the_built_in_packs_is_in_the_schemas() -> None:
    home = library.built_in_dir()
    assert home is not None
    for path in home.glob("*/*.toml"):
        name = "pack.schema.json" if path.name == "pack.toml" else "exercise.schema.json"
        assert_fits_schema(tomllib.loads(path.read_text(encoding="utf-8")), build_schema(SCHEMA_FILES[name]), str(path))


def test_a_schema_refuses_what_the_model_refuses() -> None:
    model = build_schema(SCHEMA_FILES["exercise.schema.json"])
    for wrong in ({"graph": "z = x", "titel": "x"}, {"graph": 3}, {"graph": "z = x", "vary": {"x": {"form": 2}}},
                  {"graph": "z = x", "level": "high"}, {"graph": "z = x", "blank": {"x": {"mistake": [{"id": "m"}]}}}):  # fmt: skip
        with pytest.raises(AssertionError):
            assert_fits_schema(wrong, model, "")
    assert json.dumps(model)


def assert_fits_schema(value: Any, rule: dict[str, Any], where: str) -> None:
    """The part of JSON Schema that our schemas use."""
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
    }
    if "oneOf" in rule:
        assert any(_fits_schema(value, option, where) for option in rule["oneOf"]), (where, value)
        return
    named = rule.get("type", [])
    if named:
        assert isinstance(value, tuple(kinds[kind] for kind in ([named] if isinstance(named, str) else named))) or (
            "number" in named and isinstance(value, float)
        ), (where, value)
    assert value in rule.get("enum", [value]), (where, value)
    assert value == rule.get("const", value), (where, value)
    if isinstance(value, dict):
        assert set(rule.get("required", [])) <= set(value), (where, value)
        for key, inner in value.items():
            known = rule.get("properties", {}).get(key, rule.get("additionalProperties", {}))
            assert known is not False, (where, key)
            assert_fits_schema(inner, known, f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            assert_fits_schema(inner, rule.get("items", {}), where)


def _fits_schema(value: Any, rule: dict[str, Any], where: str) -> bool:
    try:
        assert_fits_schema(value, rule, where)
    except AssertionError:
        return False
    return True
