"""The report: well-formed, self-contained, complete, readable aloud, and true to the numbers it tells."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.errors import ExperimentError
from experiments.reporting import write_report
from experiments.reporting.assumptions import assumed_parameters
from experiments.reporting.measures import effect_words, in_force, scope_words, tell, told
from experiments.reporting.reproduction import plain_command
from experiments.reporting.results import dashed
from experiments.reporting.sources import open_source
from experiments.reporting.timeline import timeline
from model.errors import InputError
from model.parameters import parameter_table
from model.response import meeting_path
from model.scenario import load_scenario

SMALL = [
    "--set", "world.institutions=40", "--set", "time.start=2014-01-01", "--set", "time.show_from=2019-01-01",
    "--replicates", "3", "--seed", "4", "--jobs", "1", "--quiet",
]  # fmt: skip
VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """What a page is made of: elements must be closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> is out of order"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def parsed(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison, with its figures."""
    target = tmp_path_factory.mktemp("compared") / "out"
    words = ["compare", "hindcast", "no-2022", *SMALL, "--out", str(target)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["comity", *words])  # what the manifest keeps
        assert main(words) == 0
    return target


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return parsed(write_report([folder], folder.parent / "compared.html"))


@pytest.fixture(scope="module")
def run_page(folder: Path) -> Page:
    return parsed(write_report([folder / "hindcast"], folder.parent / "run.html"))


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["page", "run_page"])
def test_nothing_is_fetched_and_nothing_runs(which: str, request: pytest.FixtureRequest) -> None:
    found: Page = request.getfixturevalue(which)
    for tag, attributes in found.attributes:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "srcset", "data", "action", "poster"}:
                assert value.startswith(("#", "data:image/png;base64,"))
    assert not re.search(r"url\(|@import|https?://", "".join(found.text))


def test_the_style_asks_for_nothing_either(folder: Path) -> None:
    text = (folder.parent / "compared.html").read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert "url(" not in style and "@import" not in style and "@media print" in style
    assert len(text.encode()) < 2_000_000


@pytest.mark.parametrize("which", ["page", "run_page"])
def test_structure_is_said_to_who_does_not_see(which: str, request: pytest.FixtureRequest) -> None:
    found: Page = request.getfixturevalue(which)
    tags = Counter(tag for tag, _ in found.attributes)
    assert (tags["h1"], tags["main"], tags["html"]) == (1, 1, 1)
    assert [tag for tag, _ in found.attributes[:6]].count("title") == 1
    assert dict(found.attributes)["html"] == {"lang": "en"}
    identities = [attributes["id"] for _, attributes in found.attributes if "id" in attributes]
    assert len(identities) == len(set(identities))
    for tag, attributes in found.attributes:
        if tag == "img":
            assert len(attributes["alt"]) > 40 and attributes["width"].isdigit() and attributes["height"].isdigit()
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or (attributes["role"], bool(attributes["aria-label"])) == (
                "img", True,
            )  # fmt: skip
        if tag == "th":
            assert attributes["scope"] in {"col", "row", "rowgroup"}
        if tag == "a":
            assert attributes["href"].removeprefix("#") in identities


def test_it_tells_all_that_a_stranger_asks(page: Page, folder: Path) -> None:
    words = page.words
    hindcast, other = (load_scenario(name) for name in ("hindcast", "no-2022"))
    assert dashed(f"{other.title} against {hindcast.title}") in words
    assert other.question in words.replace("\u2019", "'")
    for heading in ("In short", "The setting", "The measures that differ", "Results", "What is assumed"):
        assert heading in words
    manifest = json.loads((folder / "manifest.json").read_text())
    assert f"Comity {manifest['program']['version']}" in words and "Seed 4" in words
    assert manifest["scenarios"]["no-2022"][:16] in words
    assert "comity compare hindcast no-2022 --set world.institutions=40" in words and "--seed 4" in words
    assert f"comity reproduce {folder}/hindcast" in words
    assert "Conditional on realised inputs" in words and "not forecasts" in words
    for name in manifest["data"]:
        assert name in words


def test_its_numbers_are_those_of_the_comparison(page: Page, folder: Path) -> None:
    rows = json.loads((folder / "comparison.json").read_text())["rows"]
    (row,) = [
        r for r in rows
        if (r["indicator"], r["pair"], r["period"]) == ("partnerships.count", "Russia-West", "2022-2023")
    ]  # fmt: skip
    said = f"{row['difference']:+,.0f}".replace("-", "\u2212")
    assert said in page.words and f"{row['baseline_value']:,.0f}" in page.words


def test_every_assumed_number_that_acts_stands_with_its_range(page: Page) -> None:
    scenario = load_scenario("hindcast", ["time.start=2014-01-01", "time.show_from=2019-01-01"])
    parameters, off, known = assumed_parameters(scenario)
    assert len(parameters) + off + known == len(parameter_table())
    for parameter in parameters:
        assert parameter.name in page.words and parameter.range in page.words
    for name, measure in in_force(scenario).items():
        assert " ".join(tell(name, measure).title.split()) in page.words
    assert {p.name for p in parameters} == {
        row.name for row in parameter_table() if row.status == "assumed" and row.default != 0.0
    }


def test_what_differs_stands_first_and_says_where(folder: Path) -> None:
    differing, common = told(open_source(folder))
    assert {m.name for m in differing} >= {"academies-2022", "listings-2022"}
    assert not {m.name for m in differing} & {m.name for m in common}
    (found,) = [m for m in differing if m.name == "academies-2022"]
    assert found.in_which == "A: with it; B: without it"
    assert [m.group for m in common] == sorted(
        [m.group for m in common], key=["restriction", "incentive", "context"].index
    )


def test_one_run_has_its_table_and_all_its_measures(run_page: Page) -> None:
    words = run_page.words
    assert "observed" in words and "The measures" in words and "90 % of replicates" in words
    assert sum(tag == "img" for tag, _ in run_page.attributes) >= 3  # drawn for the page: the folder has no figures


def test_several_results_stand_on_one_page(folder: Path, tmp_path: Path) -> None:
    found = parsed(write_report([folder, folder / "no-2022"], tmp_path / "both.html"))
    tags = Counter(tag for tag, _ in found.attributes)
    assert (tags["article"], tags["h1"], tags["nav"]) == (2, 1, 1)


# --- parts --------------------------------------------------------------------------------------------------------


def test_measures_in_words() -> None:
    measures = load_scenario("hindcast").measures
    assert effect_words(measures["german-freeze-2022"]) == (
        "no new partnerships; running ones go on; followed by 90\u00a0%; leaks: 30\u00a0%"
    )
    assert scope_words(measures["eu-programmes-2022"]) == "DE, FR, IT → RU (university, institute)"
    assert "2017 PPP dollars" in effect_words(measures["technology-fund-2019"])
    assert effect_words(measures["affiliations-2022"]) == "joint works that appear × 0.75"
    path = meeting_path(-0.15, 4, "works", "stays")
    assert effect_words(measures["sectoral-2014"]) == (
        f"works −15\u00a0% after 4 years, as meeting rate × {path.first:.2g}, × {path.then:.2g} from year 2"
    )


def test_text_of_users_is_escaped() -> None:
    measure = load_scenario("hindcast").measures["pandemic"].model_copy(update={"title": "<script>alert(1)</script>"})
    drawn = timeline([tell("x", measure)], date(2019, 1, 1), date(2024, 1, 1))
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn
    assert timeline([], date(2019, 1, 1), date(2024, 1, 1)) == ""


def test_signs_and_spans() -> None:
    assert dashed("Russia-West: -5 (-6 to -4), 2019-2021, x-2") == "Russia-West: −5 (−6 to −4), 2019–2021, x-2"


def test_options_that_change_no_number_are_left_out() -> None:
    words = [
        "comity",
        "compare",
        "a",
        "b",
        "--out",
        "x",
        "--jobs",
        "2",
        "--quiet",
        "--seed",
        "3",
        "--set",
        "y=1",
        "--out=z",
        "-q",
    ]
    assert plain_command(words) == ["comity", "compare", "a", "b", "--seed", "3", "--set", "y=1"]


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_writes_the_page_and_refuses_what_it_cannot_tell(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(folder), "--out", str(out), "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == out.stat().st_size
    first = out.read_bytes()
    assert main(["report", str(folder), "--out", str(out)]) == 2
    assert main(["report", str(folder), "--out", str(out), "--force"]) == 0
    assert out.read_bytes() == first  # the same results give the same page
    with pytest.raises(InputError, match="is no folder"):
        write_report([tmp_path / "none"], tmp_path / "x.html")
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / "comparison.json").write_text("{}")
    with pytest.raises(ExperimentError, match="damaged"):
        write_report([broken], tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()
