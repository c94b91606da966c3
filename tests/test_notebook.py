"""The notebook of the documentation runs from top to bottom, and what its text says of its figures is so."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "mesa_tutorial.ipynb"

WHAT_THE_TEXT_SAYS = """
assert (lines.loc[:2013] == without.loc[:2013]).all(axis=None), "both lines are one until July 2014"
assert lines.loc[2035, "Russia-China"] < without.loc[2035, "Russia-China"], "this run ends with fewer"
late = {name: bands[name, "Russia-China"].loc[2030:2035] for name in ("classroom-2035", "never-restricted")}
under, never = late.values()
assert under[0.5].mean() <= never[0.5].mean(), "in the middle there are not more"
assert (under[0.95] > never[0.05]).all() and (never[0.95] > under[0.05]).all(), "the bands lie on each other"
one = simulate(scenario, replicates=1, seed=1).series
counted = one[(one["indicator"] == "partnerships.count") & (one["pair"] == "Russia-West")]
assert abs(counted["value"].iloc[-1] - lines.loc[2035, "Russia-West"]) < 1e-6, "simulate runs the same model"
"""


@pytest.fixture(scope="module")
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_stored_without_outputs(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 8
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    assert NOTEBOOK.stat().st_size < 30_000


@pytest.mark.long
def test_it_runs_and_its_figures_are_what_its_text_says(notebook: nbformat.NotebookNode) -> None:
    from nbclient import NotebookClient

    checked = nbformat.v4.new_notebook(
        cells=[*notebook.cells, nbformat.v4.new_code_cell(WHAT_THE_TEXT_SAYS)], metadata=notebook.metadata
    )
    NotebookClient(checked, timeout=600, kernel_name="python3").execute()
    pictures = [
        output
        for cell in checked.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 3
