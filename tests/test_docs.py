"""The pages keep their word: examples print what stands below them, and every key of scenario files is explained."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

import examples  # noqa: E402
import refresh_examples  # noqa: E402


@pytest.mark.parametrize("page", examples.PAGES, ids=lambda page: page.stem)
def test_examples_print_what_the_page_says(page: Path) -> None:
    document = examples.parse(page)
    with examples.empty_folder():
        for example in document:
            example.evaluate()
    assert any(examples.has_output(example) for example in document)


def test_the_pages_with_examples_are_found() -> None:
    assert {"README", "tutorial"} <= {page.stem for page in examples.PAGES}


def test_every_table_of_files_is_on_the_page_about_them() -> None:
    from experiments.sweeping.schema import SweepFile
    from experiments.teach.lesson import Lesson
    from model.scenario import json_schema

    pages = {"scenarios.md": json_schema(), "sweeps.md": SweepFile.model_json_schema()}
    for page, schema in (pages | {"lessons.md": Lesson.model_json_schema()}).items():
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        tables = {name for name in schema["$defs"] if not name.endswith("Parameters")}
        assert {name for name in tables if f"```{{settings}} {name}\n" not in text} == set()


def test_every_ready_experiment_is_on_the_page_about_them() -> None:
    from experiments.sweeping import packaged_sweeps

    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    assert {name for name in packaged_sweeps() if f"comity sweep {name} " not in page} == set()
    pictures = {name for figures in refresh_examples.FIGURES_OF_EXPERIMENTS.values() for name in figures.values()}
    assert {name for name in pictures if f"](images/{name}.png)" not in page} == set()


def test_the_page_names_the_assumed_parameters_that_its_experiment_cannot_vary() -> None:
    from experiments.sweeping import load_sweep
    from model.parameters import parameter_table

    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    varied = {path.removeprefix("parameters.") for f in load_sweep("all-assumed").points.factors for path in f.paths}
    assumed = {row.name for row in parameter_table() if row.status == "assumed"}
    assert varied < assumed
    assert {name for name in assumed - varied if f"`{name}`" not in page} == set()


def test_every_group_of_parameters_is_on_the_page_about_them() -> None:
    from model.parameters import parameter_table

    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    lines = [line.split()[1:] for line in page.splitlines() if line.startswith("```{parameters}")]
    assert {name for line in lines for name in line} == {row.name.split(".")[0] for row in parameter_table()}


def test_the_citation_names_the_version_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {project['version']}" in citation
    assert f"license: {project['license']}" in citation
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{project['version']}]" in changes


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("a 12\n", "a 12  \n", True),
        ("a 12\n", "a 13\n", False),
        ("a ... c\n", "a 12 b c\n", True),
        ("first\n...\nlast\n", "first\nx\ny\nlast\n", True),
        ("first\n...\nlast\n", "first\nlast\n", True),
        ("first\n...\nlast\n", "first\nx\n", False),
        ("", "word\n", False),
    ],
)
def test_outputs_match_to_the_last_digit_but_for_what_is_left_out(want: str, got: str, same: bool) -> None:
    assert examples.matches(want, got, numbers=True) is same


def test_elsewhere_only_the_words_around_numbers_are_compared() -> None:
    assert examples.matches("Russia   1,204  +3 %\n", "Russia  987  -12 %\n", numbers=False)
    assert not examples.matches("Russia 1,204\n", "China 1,204\n", numbers=False)


@pytest.mark.parametrize(
    ("want", "got", "now"),
    [
        ("a 1\n", "a 2\n", "a 2\n"),
        ("a ...\n", "a 2\n", "a ...\n"),
        ("head 1\n...\n", "head 2\nrow 5\n", "head 2\n...\n"),
        ("head 1\n...\n", "other\nrow 5\n", "other\nrow 5\n"),
    ],
)
def test_refreshing_keeps_what_is_left_out(want: str, got: str, now: str) -> None:
    assert examples.refreshed(want, got) == now


def test_refreshing_writes_new_outputs_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Words.\n\n```python\n>>> 1 + 1\n3\n>>> x = 5\n>>> print(x)\n```\n\n"
        "```console\n$ comity check classroom\nclassroom: well\n```\nMore words.\n",
        encoding="utf-8",
    )
    assert refresh_examples.refresh(page) == 3
    assert page.read_text(encoding="utf-8") == (
        "Words.\n\n```python\n>>> 1 + 1\n2\n>>> x = 5\n>>> print(x)\n5\n```\n\n"
        "```console\n$ comity check classroom\nclassroom: ok\n```\nMore words.\n"
    )
    assert refresh_examples.refresh(page) == 0
