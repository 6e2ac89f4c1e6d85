"""New packs and exercises pass every check, and the schemas match the models."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tutor.packs import library
from tutor.packs.checks.runner import check_packs
from tutor.packs.json_schema import SCHEMA_FILES, build_schema, schema_text

if TYPE_CHECKING:
    from tests.support.run_tutor import Run


def test_a_third_language_needs_only_its_registry_line(tmp_path: Path) -> None:
    exercise = """graph = "z = x * y"
[inputs]
x = 2
y = 3
[vary]
[text]
en = "One"
eo = "Unu"
[[blank.x.mistake]]
id = "sum"
answer = "x + y"
eo = "Ne."
[[question]]
prompt = { en = "Why?", eo = "Kial?" }
choices = [{ en = "a", eo = "b", right = true }, { en = "c" }]
"""
    code = f"""
from pathlib import Path
from tutor import i18n
i18n.LANGUAGES["eo"] = i18n.Language("eo", "Esperanto", "Esperanto", ("jes",))
from tutor.packs.checks.runner import check_packs
from tutor.packs.library import read_pack
from tutor.packs.scaffold import new_pack
folder = Path({str(tmp_path)!r}) / "mine"
new_pack(folder, "Mine", [], ["en", "eo"])
assert check_packs([folder]) == []
(folder / "02-second.toml").write_text({exercise!r})
print(*check_packs([folder]), sep="\\n")
i18n.set_language("eo")
opened = read_pack(folder).open("second").variant().problem
print(opened.author_notes["x->mul1"].mistakes[0].feedback, sorted(str(each.text) for each in opened.questions[0].choices))
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert process.stderr == ""
    warning = 'The text in “{0}” is missing. Add {0} = "…", or remove the language from the pack.'
    assert [line.removeprefix(f"{tmp_path}/mine/02-second.toml:") for line in process.stdout.splitlines()] == [
        "9: warning: blank.x.mistake[0]: " + warning.format("en"),
        "15: warning: question[0].choices[1]: " + warning.format("eo"),
        "Ne. ['b', 'c']",
    ]


@pytest.mark.parametrize("languages", ["en", "ko", "en,ko"])
def test_a_new_pack_passes_all_checks(tmp_path: Path, run_tutor: Run, languages: str) -> None:
    done = run_tutor("new", str(tmp_path / "week-1"), "--yes", "--languages", languages)
    assert done.returncode == 0, done.stderr
    assert check_packs([tmp_path / "week-1"]) == []
    assert run_tutor("check", str(tmp_path / "week-1"), "--strict").returncode == 0
    assert library.read_pack(tmp_path / "week-1").open("first").variant().problem.blanks


def test_answers_to_the_prompts_are_written(tmp_path: Path, run_tutor: Run) -> None:
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
def test_a_new_exercise_opens_and_comes_last(tmp_path: Path, run_tutor: Run, graph: str, inputs: list[str]) -> None:
    run_tutor("new", str(tmp_path / "mine"), "--yes")
    done = run_tutor("new", str(tmp_path / "mine" / "next"), "--graph", graph, *inputs)
    assert done.returncode == 0, done.stderr
    assert [entry.id for entry in library.read_pack(tmp_path / "mine").entries] == ["first", "next"]
    assert not [finding for finding in check_packs([tmp_path / "mine"]) if finding.severity != "note"]
    assert library.read_pack(tmp_path / "mine").open("next").has_variants


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mine"], "Something is already here. Choose a new name, or empty the folder."),
        (["two words"], "“two words” can't be an id. Use letters, digits and -, as in two-roads."),
        (["mine/first", "--graph", "z = x * y"], "This pack already has an exercise “first”."),
        (["nowhere/x", "--graph", "z = x * y"], "There is no pack here. `backprop-tutor new nowhere` creates one."),
        (["mine/next", "--graph", "z = x * ("], "02-next.toml:2: graph: "),
        (["mine/next", "x=3"], "Only an exercise has inputs. Give its graph with --graph."),
        (["other", "--yes", "--languages", "en,xx"], "The languages are en, ko."),
    ],
)
def test_a_failed_command_says_why_and_writes_nothing(
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


def test_the_shipped_schemas_are_up_to_date() -> None:
    home = library.built_in_dir()
    assert home is not None
    for name, model in SCHEMA_FILES.items():
        written = (home / name).read_text(encoding="utf-8")
        assert written == schema_text(model), "write them with tutor.packs.json_schema.write_schemas(folder)"


def test_the_built_in_packs_fit_the_schemas() -> None:
    home = library.built_in_dir()
    assert home is not None
    for path in home.glob("*/*.toml"):
        name = "pack.schema.json" if path.name == "pack.toml" else "exercise.schema.json"
        assert_fits_schema(tomllib.loads(path.read_text(encoding="utf-8")), build_schema(SCHEMA_FILES[name]), str(path))


def test_the_schema_refuses_broken_exercises() -> None:
    schema = build_schema(SCHEMA_FILES["exercise.schema.json"])
    for broken in (
        {"graph": "z = x", "titel": "x"},
        {"graph": 3},
        {"graph": ""},
        {"graph": "z = x", "vary": {"x": {"form": 2}}},
        {"graph": "z = x", "level": "high"},
        {"graph": "z = x", "level": 6},
        {"graph": "z = x", "title": {"fr": "x"}},
        {"graph": "z = x", "title": {}},
        {"graph": "z = x", "links": ["javascript:x"]},
        {"graph": "z = x", "inputs": {"x": {"symbol": False}}},
        {"graph": "z = x", "blank": {"x": {"mistake": [{"id": "m"}]}}},
    ):
        with pytest.raises(AssertionError):
            assert_fits_schema(broken, schema, "")
    assert json.dumps(schema)


#: The Python types of JSON's types; `assert_fits_schema` makes sure that a bool is not an integer.
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}


def assert_fits_schema(value: Any, schema: dict[str, Any], where: str, root: dict[str, Any] | None = None) -> None:
    """Assert that a value fits a schema, of the part of JSON Schema that ours use."""
    root = root or schema
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in schema:
        assert any(_fits_schema(value, option, where, root) for option in schema["anyOf"]), (where, value)
    if "type" in schema:
        assert isinstance(value, TYPES[schema["type"]]), (where, value)
        assert isinstance(value, bool) == (schema["type"] == "boolean"), (where, value)
    assert value in schema.get("enum", [value]), (where, value)
    assert value == schema.get("const", value), (where, value)
    if isinstance(value, dict):
        assert set(schema.get("required", [])) <= set(value), (where, value)
        assert len(value) >= schema.get("minProperties", 0), (where, value)
        for key, inner in value.items():
            assert_fits_schema(key, schema.get("propertyNames", {}), where, root)
            inner_schema = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            assert inner_schema is not False, (where, key)
            assert_fits_schema(inner, inner_schema if isinstance(inner_schema, dict) else {}, f"{where}.{key}", root)
    elif isinstance(value, list):
        assert schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)), (where, value)
        for inner in value:
            assert_fits_schema(inner, schema.get("items", {}), where, root)
    elif isinstance(value, str):
        assert len(value) >= schema.get("minLength", 0), (where, value)
        assert re.search(schema.get("pattern", ""), value), (where, value)
    elif not isinstance(value, bool):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), (where, value)
        assert value > schema.get("exclusiveMinimum", value - 1), (where, value)


def _fits_schema(value: Any, schema: dict[str, Any], where: str, root: dict[str, Any]) -> bool:
    try:
        assert_fits_schema(value, schema, where, root)
    except AssertionError:
        return False
    return True
