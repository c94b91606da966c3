"""Runs that are not there: counted, tested for a pattern, and never taken for something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_sweeps import grid_of, known_sample, write_sweep
from test_sensitivity import FOUR, hypercube

from experiments.analysing import Wanted, analyse, sample_of, tables
from experiments.analysing.wording import sections
from experiments.sweeping.dataset import open_dataset
from model.errors import InputError

LATIN = {"kind": "latin-hypercube", "points": 200}


def total(a: Any, b: Any, c: Any, d: Any, k: int) -> Any:
    """Some outcome."""
    return a + b + 0.1 * c + 0.01 * k


def test_holes_are_counted_by_kind(tmp_path: Path) -> None:
    def undefined_at_high_a(a: Any, b: Any, c: Any, d: Any, k: int) -> Any:
        return np.where(a > 0.99, np.nan, b)

    sample = known_sample(
        tmp_path / "s", FOUR, hypercube(FOUR, 200), {"y": undefined_at_high_a}, design=LATIN, replicates=2,
        failed=[0, 1, 7], until=390,
    )  # fmt: skip
    one = analyse(sample).outcomes[0]
    high = np.flatnonzero(sample.codes[:195, 0] > 0.99)
    assert (one.holes.failed, one.holes.missing, one.holes.undefined) == (3, 10, 2 * len(high))
    assert one.holes.points_without_value == 1 + 5 + len(high)
    assert one.luck is not None and one.luck.points_with_value == 200 - one.holes.points_without_value


def test_one_per_cent_of_failures_changes_little_and_is_said(tmp_path: Path) -> None:
    rows = hypercube(FOUR, 400)
    failed = np.random.default_rng(1).choice(400, 4, replace=False).tolist()
    whole = analyse(known_sample(tmp_path / "a", FOUR, rows, {"y": total}, design=LATIN))
    holed = analyse(known_sample(tmp_path / "b", FOUR, rows, {"y": total}, design=LATIN, failed=failed))
    of_whole, of_holed = (
        {row["factor"]: row["coefficient"] for row in tables(a)["regression"]} for a in (whole, holed)
    )
    assert of_holed == pytest.approx(of_whole, abs=0.02)
    assert "4 of 400 runs have no value (4 failed" in "\n".join(sections(holed)[0].lines)
    assert any("4 of 400 runs failed: made to fail (4 times)" in note for note in holed.notes)
    assert holed.complete  # nothing had to be refused
    assert tables(holed)["luck"][0]["uneven"] == ""


def test_one_run_without_a_value_is_said_in_the_singular(tmp_path: Path) -> None:
    found = analyse(known_sample(tmp_path / "s", FOUR, hypercube(FOUR, 200), {"y": total}, design=LATIN, failed=[3]))
    (section, *_) = sections(found)
    assert section.title == "y, partnerships (latin-hypercube, 200 points, 1 replicate)"
    assert "1 of 200 runs has no value (1 failed, 0 undefined, 0 not run); 1 point has none at all." in section.lines
    assert "1 of 200 runs failed: made to fail (1 time)" in found.notes


def test_holes_that_follow_a_factor_are_told(tmp_path: Path) -> None:
    rows = hypercube(FOUR, 200)
    failed = [point for point, row in enumerate(rows) if row[1] > 1.8]
    found = analyse(known_sample(tmp_path / "s", FOUR, rows, {"y": total}, design=LATIN, failed=failed))
    (uneven,) = found.outcomes[0].holes.uneven
    assert (uneven.factor, uneven.words) == ("x2", "where it is high")
    assert "may be biased" in "\n".join(sections(found)[0].lines)


def test_an_outcome_without_any_value_is_refused_whole(tmp_path: Path) -> None:
    outcomes = {"y": lambda *_: np.nan, "z": total}
    found = analyse(known_sample(tmp_path / "s", FOUR, hypercube(FOUR, 60), outcomes, design=LATIN))
    assert not found.complete
    assert [refusal.analysis for refusal in found.outcomes[0].refused] == ["all analyses"]
    assert found.outcomes[1].given_data is not None
    assert {row["outcome"] for row in tables(found)["effects"]} == {"z"}


def test_infinite_values_are_holes(tmp_path: Path) -> None:
    outcomes = {"y": lambda a, *_: np.where(a < 0.1, np.inf, a)}
    sample = known_sample(tmp_path / "s", FOUR, hypercube(FOUR, 100), outcomes, design=LATIN)
    assert analyse(sample).outcomes[0].holes.undefined == 10


def test_a_sweep_that_goes_on_is_analysed_as_far_as_it_is(tmp_path: Path) -> None:
    sample = known_sample(tmp_path / "s", FOUR, hypercube(FOUR, 200), {"y": total}, design=LATIN, until=150)
    found = analyse(sample)
    assert not found.complete
    assert any("150 of 200 runs are there" in note for note in found.notes)
    assert found.outcomes[0].holes.uneven == ()


def test_a_folder_without_runs_and_a_shard_are_refused(tmp_path: Path) -> None:
    factors, rows = grid_of(a=[0.0, 1.0])
    with pytest.raises(InputError, match="holds no runs yet"):
        known_sample(tmp_path / "empty", factors, rows, {"y": lambda a, _: a}, until=0)
    folder = write_sweep(tmp_path / "shard", factors, rows, {"y": lambda a, _: a})
    identity = (folder / "sweep.json").read_text()
    (folder / "sweep.json").write_text(identity.replace('{"format"', '{"subset": [0, 1], "format"', 1))
    with pytest.raises(InputError, match="shard"):
        sample_of(open_dataset(folder))


def test_labels_that_are_not_there_are_explained(tmp_path: Path) -> None:
    factors, rows = grid_of(a=[0.0, 1.0])
    sample = known_sample(tmp_path / "s", factors, rows, {"ties": lambda a, _: a})
    with pytest.raises(InputError, match="did you mean 'ties'"):
        analyse(sample, Wanted(outcomes=("tied",)))
    with pytest.raises(InputError, match="--lower-is-better"):
        analyse(sample, Wanted(lower_is_better=("works",)))
