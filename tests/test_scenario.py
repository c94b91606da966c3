"""Scenarios: what extends what, overrides, text and back, the content's hash, and the JSON Schema."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from test_broken_files import assert_good_message

from experiments.cli import main
from model.clock import quarter_start
from model.errors import InputError
from model.parameters import parameter_table
from model.scenario import Scenario, json_schema, load_scenario, packaged_scenarios
from model.scenario.loading import merged, parse_override, scenario_from_text
from model.scenario.measure import Measure, Side
from model.scenario.values import MEASURE_NAME, NAME, MeasureName

HEAD = "version = 1\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- extends -----------------------------------------------------------------------------------------------------


def test_a_base_is_looked_up_beside_the_file_then_in_scenarios_then_in_the_package(here: Path) -> None:
    for folder in ("mine", "scenarios"):
        (here / folder).mkdir()
    child = here / "mine/child.toml"
    child.write_text(HEAD + 'extends = "classroom"\n')
    assert load_scenario("mine/child.toml").title == "Classroom"
    (here / "scenarios/classroom.toml").write_text(HEAD + 'title = "of scenarios"\n')
    assert load_scenario("mine/child.toml").title == "of scenarios"
    (here / "mine/classroom.toml").write_text(HEAD + 'title = "beside"\n')
    assert load_scenario("mine/child.toml").title == "beside"
    # from the present folder, a name means ./scenarios before the package, and nothing beside
    assert load_scenario("classroom").title == "of scenarios"
    (here / "scenarios/classroom.toml").unlink()
    assert load_scenario("classroom").title == "Classroom"


def test_a_base_may_be_a_path_from_the_file(here: Path) -> None:
    (here / "a/b").mkdir(parents=True)
    (here / "a/base.toml").write_text(HEAD + 'title = "base"\n')
    (here / "a/b/child.toml").write_text(HEAD + 'extends = "../base.toml"\n')
    assert load_scenario("a/b/child.toml").title == "base"
    (here / "a/b/child.toml").write_text(HEAD + f'extends = "{(here / "a/base.toml").as_posix()}"\n')
    assert load_scenario(here / "a/b/child.toml").title == "base"


def test_a_derived_file_changes_what_it_says_and_nothing_else(here: Path) -> None:
    (here / "child.toml").write_text(
        HEAD
        + 'extends = "hindcast"\n[world]\nfloor = 3\n[measures.listings-2022]\nleakage = 0.2\nfrom.kinds = ["company"]\n'
    )
    child, base = load_scenario("child.toml"), load_scenario("hindcast")
    assert (child.name, base.name) == ("child", "hindcast")
    changed = {
        ".".join(map(str, path))
        for path, value in leaves(child.to_dict())
        if dict(leaves(base.to_dict())).get(path) != value
    }
    assert changed == {"name", "world.floor", "measures.listings-2022.leakage", "measures.listings-2022.from.kinds"}
    assert child.measures["listings-2022"].from_ == Side(countries=("US",), kinds=("company",))


def test_a_name_is_not_inherited(here: Path) -> None:
    (here / "base.toml").write_text(HEAD + 'name = "given"\n')
    (here / "child.toml").write_text(HEAD + 'extends = "base"\n')
    (here / "named.toml").write_text(HEAD + 'extends = "child"\nname = "other"\n')
    assert [load_scenario(f"{name}.toml").name for name in ("base", "child", "named")] == ["given", "child", "other"]


def test_tables_merge_and_everything_else_is_replaced() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4, "e": {"f": 5}}
    change = {"a": {"c": [3]}, "d": {"x": 1}, "e": 6, "g": 7}
    before = json.dumps([base, change])
    assert merged(base, change) == {"a": {"b": 1, "c": [3]}, "d": {"x": 1}, "e": 6, "g": 7}
    assert json.dumps([base, change]) == before


# --- overrides ---------------------------------------------------------------------------------------------------


def test_overrides_are_toml_or_bare_text(here: Path) -> None:
    scenario = load_scenario(
        "hindcast",
        [
            "world.institutions = 60", "run.engine=plain", "title=Any text, = signs too", "question='quoted'",
            "time.end=2023-01-01", "parameters.size.log_sd=1", "measures.pandemic.enabled=false",
            "measures.pandemic.fields=['physics']", "measures.pandemic.from={countries=['IT']}",
            "inputs.growth.RU.publications=-0.02", "record.snapshots=[]", "world.data=",
        ],
    )  # fmt: skip
    assert (scenario.world.institutions, scenario.run.engine) == (60, "plain")
    assert (scenario.title, scenario.question) == ("Any text, = signs too", "quoted")
    assert scenario.time.end == date(2023, 1, 1) and scenario.parameters.size.log_sd == 1.0
    assert not scenario.measures["pandemic"].enabled and scenario.measures["pandemic"].fields == ("physics",)
    assert scenario.measures["pandemic"].from_ == Side(countries=("IT",))
    assert scenario.inputs.growth["RU"].publications == -0.02
    assert scenario.record.snapshots == () and scenario.world.data == ""


def test_the_last_override_holds_and_a_mapping_says_the_same() -> None:
    texts = load_scenario("hindcast", ["run.seed=3", "time.end=2020-01-01", "run.seed=4"])
    values = load_scenario("hindcast", {"run.seed": 4, "time.end": date(2020, 1, 1)})
    assert texts == values and values.run.seed == 4
    # a table is replaced, not merged
    other = load_scenario("hindcast", {"measures.listings-2022.to": {"countries": ["CN"]}})
    assert other.measures["listings-2022"].to == Side(countries=("CN",))


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=1", 1), ("a=1.5", 1.5), ("a=word", "word"), ("a='1'", "1"), ("a=two words", "two words"), ("a=", ""),
     ("a=1\nb = 2", "1\nb = 2"), ("a=2020-01-01", date(2020, 1, 1)), ("a=True", "True"), (f"a={'[' * 2000}", "[" * 2000)],
)  # fmt: skip
def test_values_of_overrides(text: str, value: object) -> None:
    assert parse_override(text) == ("a", value)


SETTINGS: dict[str, tuple[str, ...]] = {
    "nonsense": ("nonsense", "path.to.key=value"),
    "=3": ("path.to.key=value",),
    "world.institution=60": ("world.institution", "did you mean 'world.institutions'"),
    "wrold.institutions=60": ("wrold.institutions", "did you mean 'world.institutions'"),
    "whatever=60": ("whatever", "allowed: version"),
    "parameters.opportunity_rate=3": ("did you mean 'parameters.process.opportunity_rate'",),
    "world..institutions=60": ("world..institutions", "allowed: institutions"),
    "world.institutions.x=60": ("world.institutions.x",),
    "world.institutions=many": ("--set world.institutions", '"many" is text', "20 to 200000"),
    "world.institutions=0": ("--set world.institutions", "0 is too small", "20 to 200000"),
    "world.institutions=true": ("--set world.institutions", "true is"),
    "world=3": ("--set world", "3 is a number", "a table with institutions"),
    "time.end=2020-02-01": ("--set time.end", "2020-02-01", "2020-04-01"),
    "time.end=1990-01-01": ("--set time.end", "1990-01-01", "after 1996-01-01"),
    "time.end='2020-01-01'": ("--set time.end", "is text", "without quotes"),
    "run.engine=fst": ("--set run.engine", '"fst"', "did you mean 'fast'"),
    "run.seed=-1": ("--set run.seed", "-1 is too small"),
    "measures.sectorial-2014.strength=0.5": ("sectorial-2014", "did you mean 'sectoral-2014'"),
    "measures.sectoral-2014.strenght=0.5": ("did you mean 'measures.sectoral-2014.strength'",),
    "measures.sectoral-2014.strength=5": ("--set measures.sectoral-2014.strength", "5 is too large", "0 to 3"),
    "measures.sectoral-2014.enabled=False": (
        "--set measures.sectoral-2014.enabled",
        '"False" is text',
        "true or false",
    ),
    "measures.sectoral-2014.end=2014-01-01": ("--set measures.sectoral-2014.end", "after 2014-07-31"),
    "measures.sectoral-2014.to.countries=['Russia']": ("--set measures.sectoral-2014.to.countries", "'RU'"),
    "measures.sectoral-2014.fields=physics": ("--set measures.sectoral-2014.fields", "a list of texts"),
    "measures=3": ("--set measures", "3 is a number"),
    "inputs.growth.XX.publications=0.1": ("--set inputs.growth.XX", '"XX"', "RU, CN"),
    "parameters.size.log_sd=nan": ("--set parameters.size.log_sd", "nan is not finite", "0.1 to 3"),
    "version=2": ("--set version", "2 is not a version", "version = 1"),
    "name=../x": ("--set name", '"../x" is no name', "letters, digits"),
    "extends=classroom": ("extends", "allowed: version"),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_broken_setting_is_explained(here: Path, setting: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "hindcast", "--set", setting]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    (line,) = streams.err.splitlines()
    assert_good_message(json.loads(line)["message"], SETTINGS[setting])


def test_a_broken_mapping_is_explained() -> None:
    with pytest.raises(InputError, match=r"override run\.seed: 1\.5 is not whole"):
        load_scenario("hindcast", {"run.seed": 1.5})
    with pytest.raises(InputError, match=r"did you mean 'world\.institutions'"):
        load_scenario("hindcast", {"world.institution": 60})


# --- in Python ---------------------------------------------------------------------------------------------------


def test_a_scenario_cannot_be_changed_nor_made_of_unknown_values() -> None:
    scenario = load_scenario("classroom")
    with pytest.raises(ValidationError, match="frozen"):
        scenario.title = "other"
    with pytest.raises(ValidationError, match="is text, not a whole number"):
        Scenario.model_validate({"version": 1, "name": "x", "world": {"institutions": "60"}})
    with pytest.raises(ValidationError, match="Extra inputs"):
        Side(bloc=("West",))  # type: ignore[call-arg]


# --- text and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_comes_back_from_its_text(here: Path, name: str) -> None:
    scenario = load_scenario(name)
    again = scenario_from_text(scenario.to_toml())
    assert again == scenario and again.content_hash() == scenario.content_hash()
    (here / "resolved.toml").write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario("resolved.toml") == scenario
    assert Scenario.model_validate(scenario.to_dict()) == scenario


def test_text_that_is_no_scenario_is_explained() -> None:
    with pytest.raises(InputError, match="kept: is not TOML: line 1"):
        scenario_from_text("[", "kept")
    with pytest.raises(InputError, match=r"scenario: world\.institutions: 3 is too small"):
        scenario_from_text(HEAD + 'name = "x"\n[world]\ninstitutions = 3\n')


def _values(kind: Any, metadata: tuple[object, ...] = ()) -> st.SearchStrategy[Any]:
    """Values that a type of the schema allows."""
    if kind is MeasureName:
        return st.from_regex(MEASURE_NAME, fullmatch=True)
    if get_origin(kind) is Annotated:
        return _values(get_args(kind)[0], (*metadata, *kind.__metadata__))
    if get_origin(kind) in (Union, UnionType):
        return st.one_of([_values(member, metadata) for member in get_args(kind) if member is not type(None)])
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        items = get_args(kind)
        if items[-1] is Ellipsis:
            return st.lists(_values(items[0]), min_size=1, max_size=3)
        return st.tuples(*(_values(item) for item in items)).map(sorted)
    if get_origin(kind) is dict:
        return st.dictionaries(
            st.from_regex(r"[A-Za-z0-9_-]{1,9}", fullmatch=True), _values(get_args(kind)[1]), max_size=2
        )
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _tables(kind)
    low = max((getattr(m, name) for m in metadata for name in ("ge", "gt") if hasattr(m, name)), default=-9)
    high = min((m.le for m in metadata if hasattr(m, "le")), default=9)
    if kind is float:
        above = any(hasattr(m, "gt") for m in metadata)
        return st.floats(low, high, exclude_min=above) | st.just(high)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(), str: st.text(max_size=20), int: st.integers(int(low), int(high)),
        date: st.builds(quarter_start, st.integers(1900, 2199), st.integers(0, 3)),
    }  # fmt: skip
    return simple[kind]


def _tables(kind: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Tables of a model with any of its keys, and those that it needs."""
    needed, others = {}, {}
    for name, field in kind.model_fields.items():
        key = field.alias or name
        (needed if field.is_required() else others)[key] = _values(field.annotation, tuple(field.metadata))
    special = {"version": st.just(1), "name": st.from_regex(NAME, fullmatch=True)}
    needed |= {key: special[key] for key in special if key in needed}
    return st.fixed_dictionaries(needed, optional=others)


def _made_possible(content: dict[str, Any]) -> dict[str, Any]:
    """What stands between keys: dates in order, years in order."""
    if "time" in content:
        days = sorted({date(1950, 1, 1), date(1960, 1, 1), date(1970, 1, 1), *content["time"].values()})
        content["time"] = dict(zip(("start", "show_from", "end"), days[:3], strict=True))
    if "compare_years" in content:
        first, last, then, until = content["compare_years"]
        content["compare_years"] = [first, last, max(then, last + 1), max(until, then, last + 1)]
    for growth in content.get("inputs", {}).get("growth", {}).values():
        if "range" in growth:
            low, *_, high = sorted([*growth["range"], growth.get("publications", 0.0)])
            growth["range"] = [low, high]
    for measure in content.get("measures", {}).values():
        if measure.get("end", date.max) <= measure["start"]:
            del measure["end"]
        if measure.get("effects", {}).get("secondary") and not measure.get("exposed_to"):
            measure["exposed_to"] = "West"
        if "counts" in measure.get("effects", {}):  # the years in which a count tells of a rate
            measure["effects"]["counts"]["after_years"] = 4.0 + measure["effects"]["counts"]["after_years"] / 4.0
            measure["ramp_years"] = 0.0
        projects = measure.get("projects", {})
        if projects.get("budget"):
            projects["share"] = 0.0
            projects.setdefault("cost", 1.0)
    return content


random_scenarios = _tables(Scenario).map(_made_possible)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(random_scenarios)
def test_any_scenario_comes_back_from_its_text(content: dict[str, Any]) -> None:
    scenario = Scenario.model_validate(content)
    text = scenario.to_toml()
    again = scenario_from_text(text)
    assert again == scenario
    assert (again.to_toml(), again.content_hash()) == (text, scenario.content_hash())


# --- hash --------------------------------------------------------------------------------------------------------


def leaves(content: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """(path, value) of everything that is no table."""
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _others(value: Any) -> list[Any]:
    """Values of the same type, some of which will be allowed."""
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value - 1, value * 0.5, value + 0.001, value - 0.001]
        case date():
            return [value.replace(year=value.year + 1), value.replace(year=value.year - 1)]
        case list() | tuple():
            numbers = [v for v in value if isinstance(v, float | int)]
            return [[*value, "earth"], value[1:], value[:-1], [v + 1 for v in numbers], [2 * v for v in numbers],
                    [date(2000, 1, 1)]]  # fmt: skip
        case _:
            choices = ["listed", "plain", "quarter", "incentive", "freeze_new", "all", "measured", "clique"]
            return [*choices, f"{value}x"]


def test_the_hash_tells_every_leaf_apart() -> None:
    measure = {
        "title": "t", "group": "restriction", "start": date(2010, 1, 1), "end": date(2020, 1, 1), "range": [0.0, 1.0],
        "from": {"blocs": ["West"], "largest_share": 0.5}, "mode": "none",
        "projects": {"cost": 1.0}, "exposed_to": "West",
    }  # fmt: skip
    scenario = load_scenario("classroom", {"measures": {"x": measure}, "run.seed": 3, "inputs.growth.RU": {}})
    seen, base = {scenario.content_hash()}, scenario.to_dict()
    number = 0
    for path, value in leaves(base):
        if path in {("version",), ("parameters", "size", "reference")}:
            continue  # one value only
        for other in _others(value):
            changed: Any = tomllib.loads(scenario.to_toml())
            table = changed
            for key in path[:-1]:
                table = table[key]
            table[path[-1]] = other
            try:
                found = Scenario.model_validate(changed)
            except ValidationError:
                continue
            if found == scenario:
                continue
            seen.add(found.content_hash())
            number += 1
            break
        else:
            pytest.fail(f"no other value of {'.'.join(path)} was possible")
    assert number > 100 and len(seen) == number + 1


def test_the_hash_is_of_the_content_only(here: Path) -> None:
    (here / "one.toml").write_text(HEAD + 'name = "x"\n[run]\nseed = 3\nreplicates = 2\n[world]\nfloor = 5\n')
    (here / "two.toml").write_text(
        "# other\nname = 'x'\nversion = 1\n[world]\nfloor = 5\n[run]\nseed = 3\nreplicates = 2\n"
    )
    one, two = load_scenario("one.toml"), load_scenario("two.toml")
    assert one == two and one.content_hash() == two.content_hash()
    assert one.content_hash() == load_scenario("one.toml", ["parameters.size.log_sd=1.58"]).content_hash()
    whole, fraction = (load_scenario("one.toml", [f"parameters.size.log_sd={v}"]) for v in ("1", "1.0"))
    assert whole.content_hash() == fraction.content_hash() != one.content_hash()


# --- JSON Schema -------------------------------------------------------------------------------------------------


def _types(entry: Mapping[str, Any]) -> set[str]:
    parts = [entry, *entry.get("anyOf", []), *entry.get("prefixItems", [])]
    return {part["type"] for part in parts if "type" in part}


def test_the_schema_says_unit_and_meaning_of_every_number() -> None:
    schema = json_schema()
    numbers = 0
    for name, table in [("", schema), *schema["$defs"].items()]:
        for key, entry in table["properties"].items():
            assert entry.get("description"), (name, key)
            if _types(entry) & {"number", "integer"} and "const" not in entry:
                numbers += 1
                assert entry.get("unit"), (name, key)
            assert table["additionalProperties"] is False
    assert numbers > 70
    groups = schema["$defs"]["Parameters"]["properties"]
    for row in parameter_table():
        group, key = row.name.split(".")
        entry = schema["$defs"][groups[group]["$ref"].rsplit("/", 1)[-1]]["properties"][key]
        said = [entry[word] for word in ("unit", "status", "source", "description", "default", "minimum", "maximum")]
        assert said == [row.unit, row.status, row.source, row.description, row.default, row.low, row.high]


def faults(value: Any, entry: Mapping[str, Any], root: Mapping[str, Any], path: str = "") -> list[str]:
    """What the schema has against a value; as much of JSON Schema as this one uses."""
    if "$ref" in entry:
        entry = {**root["$defs"][entry["$ref"].rsplit("/", 1)[-1]], **{k: v for k, v in entry.items() if k != "$ref"}}
    if "anyOf" in entry:
        of_each = [faults(value, option, root, path) for option in entry["anyOf"]]
        return [] if [] in of_each else min(of_each, key=len)
    types = {"object": Mapping, "array": list, "string": (str, date), "integer": int, "number": (int, float), "boolean": bool,
             "null": type(None)}  # fmt: skip
    if not isinstance(value, types[entry["type"]]) or (isinstance(value, bool) and entry["type"] != "boolean"):
        return [f"{path}: {value!r} is no {entry['type']}"]
    found = []
    if isinstance(value, Mapping):
        found += [f"{path}.{key} is missing" for key in entry.get("required", []) if key not in value]
        for key, item in value.items():
            inner = entry.get("properties", {}).get(key, entry.get("additionalProperties", True))
            found += faults(item, inner, root, f"{path}.{key}") if inner else [f"{path}.{key} is unknown"]
    elif isinstance(value, list):
        found += (
            [] if entry.get("minItems", 0) <= len(value) <= entry.get("maxItems", math.inf) else [f"{path}: length"]
        )
        kinds = entry.get("prefixItems") or [entry["items"]] * len(value)
        found += [f for k, (item, kind) in enumerate(zip(value, kinds, strict=False)) for f in faults(item, kind, root, f"{path}[{k}]")]  # fmt: skip
    elif "enum" in entry or "const" in entry:
        found += [] if value in entry.get("enum", [entry.get("const")]) else [f"{path}: {value!r} is no choice"]
    elif isinstance(value, int | float):
        low, high = entry.get("minimum", -math.inf), entry.get("maximum", math.inf)
        found += [] if low <= value <= high and value > entry.get("exclusiveMinimum", -math.inf) else [f"{path}: range"]
    return found


@pytest.mark.parametrize("name", packaged_scenarios())
def test_the_schema_accepts_the_packaged_files_and_what_they_resolve_to(name: str) -> None:
    schema = json_schema()
    assert faults(tomllib.loads(packaged_scenarios()[name].read_text(encoding="utf-8")), schema, schema) == []
    assert faults(tomllib.loads(load_scenario(name).to_toml()), schema, schema) == []


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    schema = json_schema()
    measure = '[measures.x]\ntitle = "t"\ngroup = "context"\nstart = 2022-02-24\n'
    for wrong in (
        "wrold = 1", "title = 3", "[world]\ninstitutions = 0", "[world]\ninstitutions = '60'", "[run]\nengine = 'fst'",
        f"{measure}mode = 'x'", f"{measure}to = {{ largest_share = 0 }}", f"{measure}range = [1.0]",
        f"{measure}to = {{ institutions = 3 }}", "[parameters.size]\nlog_sd = -1", "[parameters.size]\nlog_sdd = 1",
    ):  # fmt: skip
        assert faults(tomllib.loads(HEAD + wrong), schema, schema) != [], wrong


def test_measures_in_python_are_checked_as_in_files() -> None:
    measure = Measure(title="t", group="context", start=date(2020, 1, 1), from_=Side(blocs=("West",)))
    assert measure.from_.blocs == ("West",) and measure.strength == 1.0
    with pytest.raises(ValidationError, match="does not come after the start"):
        Measure(title="t", group="context", start=date(2020, 1, 1), end=date(2019, 1, 1))
