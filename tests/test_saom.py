"""Bare actor-oriented cases against the field's reference program (tests/data/saom)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.cli import main
from experiments.saom import choice_probabilities, read_case, run_periods
from experiments.saom.case import Case
from experiments.saom.process import COLUMNS, adjacency, runs_table, start_state, statistics, world_of
from model.dynamics.draws import stream_key
from model.errors import InputError

DATA = Path(__file__).parent / "data" / "saom"
CASES = sorted(path.parent.name for path in DATA.glob("*/case.toml"))
PERIODS = 4000
INITIATIVE = "a-initiative-with-confirmation"


def reference(name: str, table: str) -> np.ndarray:
    return np.loadtxt(DATA / name / f"{table}.csv.gz", delimiter=",")


def test_choice_probabilities_are_the_published_ones() -> None:
    found = choice_probabilities(read_case(DATA / INITIATIVE))
    expected = np.loadtxt(DATA / "expected_p1_A_start.csv.gz", delimiter=",")
    assert np.abs(found - expected).max() < 1e-9


def test_changes_of_the_objective_are_the_published_ones() -> None:
    """ln of a probability against no change is Delta_ij."""
    found = choice_probabilities(read_case(DATA / INITIATIVE))
    delta = np.log(found / np.diag(found)[:, None])
    expected = np.loadtxt(DATA / "expected_delta_A_start.csv.gz", delimiter=",")
    assert np.abs(delta - expected).max() < 1e-9


@pytest.mark.parametrize("name", CASES)
def test_the_twin_decides_as_the_plain_engine(name: str) -> None:
    case = read_case(DATA / name)
    twin, plain = (list(run_periods(case, 2, 5, engine)) for engine in ("twin", "plain"))
    for a, b in zip(twin, plain, strict=True):
        assert (adjacency(a) == adjacency(b)).all()
        assert (a.opportunities == b.opportunities).all()


def judged(case: Case, name: str, periods: int, engine: str) -> tuple[dict[str, float], dict[str, float], np.ndarray]:
    """z of the means, Kolmogorov-Smirnov statistics over their 0.1 % critical value, z of the tie probabilities."""
    start = adjacency(start_state(case, world_of(case)))
    tied, rows = np.zeros((case.n, case.n)), []
    for state in run_periods(case, periods, 1, engine):  # type: ignore[arg-type]
        network = adjacency(state)
        tied += network
        rows.append(statistics(case, network, start))
    ours = pd.DataFrame(rows, columns=list(COLUMNS))
    theirs = pd.read_csv(DATA / name / "reference_runs.csv.gz")
    n, m = len(ours), len(theirs)
    error = np.sqrt(ours.var() / n + theirs.var() / m)
    z = ((ours.mean() - theirs.mean()) / error.where(error > 0, 1.0)).to_dict()
    critical = 1.949 * np.sqrt((n + m) / (n * m))
    ks = {c: stats.ks_2samp(ours[c], theirs[c], method="asymp").statistic / critical for c in COLUMNS}
    p, q = tied / n, reference(name, "reference_tie_probability")
    pooled = (p * n + q * m) / (n + m)
    error_of_ties = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    upper = np.triu(np.ones_like(p, bool), 1) & (error_of_ties > 0)
    return z, ks, (p - q)[upper] / error_of_ties[upper]


@pytest.mark.statistical
@pytest.mark.parametrize("engine", ["fast", "plain"])
@pytest.mark.parametrize("name", CASES)
def test_distributions_are_those_of_the_reference(name: str, engine: str) -> None:
    z, ks, ties = judged(read_case(DATA / name), name, PERIODS, engine)
    assert max(map(abs, z.values())) < 4.0, z
    assert max(ks.values()) < 1.0, ks
    assert np.abs(ties).max() < 5.0  # 1,770 pairs: a standard normal exceeds 5 once in a thousand tables
    assert 0.9 < float(np.mean(ties**2)) < 1.1 or name.startswith("d-")  # in d most pairs hardly ever change


@pytest.mark.parametrize("name", CASES)
def test_means_are_near_those_of_the_reference(name: str) -> None:
    """The quick part: fewer periods, so a coarser net."""
    z, _, _ = judged(read_case(DATA / name), name, 300, "fast")
    assert max(map(abs, z.values())) < 4.5, z


def test_statistics_of_a_network_that_can_be_drawn() -> None:
    """A triangle 0-1-2 with a tail 2-3, one isolate; the tie 0-1 was there, 3-4 was lost."""
    case = Case(
        read_case(DATA / INITIATIVE).settings, np.array([0, 0, 1, 1, 1]), np.zeros((0, 2), int), np.full((5, 5), 0.5)
    )
    tied, start = np.zeros((2, 5, 5), bool)
    for i, j in ((0, 1), (1, 2), (0, 2), (2, 3)):
        tied[i, j] = tied[j, i] = True
    for i, j in ((0, 1), (3, 4)):
        start[i, j] = start[j, i] = True
    found = dict(zip(COLUMNS, statistics(case, tied, start), strict=True))
    assert found == {
        "ties": 4, "triangles": 1, "same_bloc_ties": 2, "sum_W": 2.0, "degree_var": round(float(np.var([2, 2, 3, 1, 0])), 6),
        "changed_dyads": 4, "created": 3, "dropped": 1, "isolates": 1, "max_degree": 3,
    }  # fmt: skip


def test_the_command_writes_the_table_and_the_probabilities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = str(DATA / "d-initiative-with-confirmation"), tmp_path / "runs.csv"
    words = ["saom", folder, "--periods", "20", "--seed", "3", "--out", str(out)]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["periods"] == 20
    written = pd.read_csv(out)
    assert list(written) == list(COLUMNS)
    pd.testing.assert_frame_equal(written, runs_table(read_case(Path(folder)), 20, 3), check_dtype=False)
    assert main(words) == 2  # it is there already
    again = [*words[:-1], str(tmp_path / "again.csv"), "--engine", "plain"]
    assert main(again) == 0
    table = tmp_path / "p.csv"
    assert main(["saom", str(DATA / INITIATIVE), "--probabilities", "--out", str(table)]) == 0
    probabilities = np.loadtxt(table, delimiter=",")
    assert probabilities.shape == (60, 60)
    assert np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (replaced("case.toml", "density", "densty"), "did you mean 'density'"),
        (replaced("case.toml", "offset", "ofset"), "did you mean 'offset'"),
        (replaced("case.toml", '"initiative-with-confirmation"', '"initiative"'), "initiative-with-confirmation"),
        (replaced("case.toml", "rate = 6.0", 'rate = "6"'), "case.toml: rate"),
        (replaced("case.toml", "rate = 6.0", "rate = -1"), "case.toml: rate"),
        (replaced("case.toml", "rate = 6.0", ""), "is missing"),
        (replaced("case.toml", "[effects]", "[effects"), "is not TOML"),
        (replaced("case.toml", 'dyadic_covariate = "dyadic_W.csv"', ""), "has no file"),
        (replaced("case.toml", "dyadic_W.csv", "dyadic_V.csv"), "no such file"),
        (replaced("actors.csv", "id,bloc", "name,bloc"), "has no column 'id'"),
        (replaced("actors.csv", "2,1,", "1,1,"), "stands there twice"),
        (replaced("start.csv", "1,3", "1,99"), "no actor '99'"),
        (replaced("start.csv", "1,3", "1,1"), "tie to itself"),
        (replaced("start.csv", "1,3", "6,1"), "stands there twice"),
        (replaced("dyadic_W.csv", "0.4746", "much"), "line 1"),
        (replaced("dyadic_W.csv", "0.4746,", ""), "60 rows of 60"),
        (replaced("dyadic_W.csv", "0.4746", "nan"), "not finite"),
        (lambda folder: (folder / "start.csv").unlink(), "no such table"),
        (lambda folder: (folder / "case.toml").write_bytes(b"\xff\xfe"), "UTF-8"),
    ],
)
def test_a_broken_case_is_explained(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    folder = tmp_path / "case"
    shutil.copytree(DATA / INITIATIVE, folder)
    spoil(folder)
    with pytest.raises(InputError) as caught:
        read_case(folder)
    assert said in str(caught.value)
    assert str(folder) in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


def test_another_seed_and_another_period_have_other_luck() -> None:
    case = read_case(DATA / INITIATIVE)
    table = runs_table(case, 3, 1)
    assert not table.equals(runs_table(case, 3, 2))
    assert table.equals(runs_table(case, 3, 1))
    assert (stream_key(1, 0) != stream_key(1, 1)).any()


def test_effects_may_be_absent(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(DATA / INITIATIVE, folder)
    (folder / "case.toml").write_text('process = "forcing"\nrate = 2.0\n[effects]\ndensity = -1.0\n')
    case = read_case(folder)
    p = choice_probabilities(case)
    tied = adjacency(start_state(case, world_of(case)))
    weight = np.where(tied, np.e, 1 / np.e)
    np.fill_diagonal(weight, 1.0)
    assert np.allclose(p, weight / weight.sum(axis=1, keepdims=True), rtol=1e-12)
    assert len(runs_table(case, 2, 1)) == 2
