"""Designs of sweeps: known samples, distributions by hand, ranges that are looked up, checks before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from short_sweeps import short

from experiments.cli import main
from experiments.results import damage
from experiments.sweeping import load_sweep, open_dataset, run_sweep
from experiments.sweeping.design import Points, column_of
from experiments.sweeping.distributions import Distribution
from experiments.sweeping.planning import in_bytes, in_words
from experiments.sweeping.sampling import unit_sample
from experiments.sweeping.schema import Design, Factor
from model.errors import InputError
from model.parameters import parameter_table


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(here: Path, text: str) -> str:
    """A sweep file with this text."""
    (here / "short.toml").write_text(text)
    return "short.toml"


# --- samples ---------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 99))
def test_a_latin_hypercube_has_one_point_in_each_slice(points: int, factors: int, seed: int) -> None:
    sample = unit_sample(Design(kind="latin-hypercube", points=points, seed=seed), factors)
    for column in sample.T:
        assert sorted((column * points).astype(int)) == list(range(points))


@pytest.mark.parametrize("second", [True, False])
def test_sobol_is_saltellis_design_in_the_order_of_salib(second: bool) -> None:
    """Blocks of A, A with one column of B each, B with one of A each, B; the columns by hand."""
    base, factors = 8, 3
    sample = unit_sample(Design(kind="sobol", base=base, second_order=second, seed=5), factors)
    width = (2 * factors if second else factors) + 2
    assert sample.shape == (base * width, factors)
    for block in sample.reshape(base, width, factors):
        a, b = block[0], block[-1]
        for k in range(factors):
            mixed = a.copy()
            mixed[k] = b[k]
            assert np.array_equal(block[1 + k], mixed)
            if second:
                mixed = b.copy()
                mixed[k] = a[k]
                assert np.array_equal(block[1 + factors + k], mixed)
    assert len(np.unique((sample.reshape(base, width, factors)[:, 0] * base).astype(int), axis=0)) == base


@pytest.mark.parametrize("levels", [4, 6])
def test_morris_moves_one_factor_at_a_time_on_its_levels(levels: int) -> None:
    factors, trajectories = 4, 5
    sample = unit_sample(Design(kind="morris", trajectories=trajectories, levels=levels), factors)
    steps = np.diff(sample.reshape(trajectories, factors + 1, factors), axis=1)
    assert np.array_equal((steps != 0.0).sum(axis=2), np.ones((trajectories, factors)))
    assert np.array_equal((steps != 0.0).sum(axis=1), np.ones((trajectories, factors)))
    assert np.allclose(np.abs(steps[steps != 0.0]), levels / (2 * (levels - 1)))
    places = sample * (levels - 1)
    assert np.allclose(places, places.round())


def test_a_sample_hangs_on_its_seed_only() -> None:
    for keys in (
        {"kind": "sobol", "base": 4},
        {"kind": "morris", "trajectories": 3},
        {"kind": "latin-hypercube", "points": 9},
    ):
        one, same, other = (unit_sample(Design(**keys, seed=seed), 3) for seed in (1, 1, 2))  # type: ignore[arg-type]
        assert np.array_equal(one, same) and not np.array_equal(one, other)
        assert np.array_equal(one, unit_sample(Design(**keys), 3))  # type: ignore[arg-type]


CROSSED = Design(kind="latin-hypercube", points=7, levers="crossed")
UNCERTAIN = [Factor(name=name, paths=(name,), range=(0.0, 1.0)) for name in ("a", "b")]
FUND = Factor(name="fund", role="lever", measures=("fund",))
CALL = Factor(name="call", role="lever", paths=("call",), levels=("none", "small", "large"))


@pytest.mark.parametrize("factors", [[*UNCERTAIN, FUND, CALL], [FUND, UNCERTAIN[0], CALL, UNCERTAIN[1]]])
def test_crossed_levers_meet_every_point_of_the_sample(factors: list[Factor]) -> None:
    """The states are those of a sample of the uncertainties alone; each of them has every combination, the last running fastest."""
    points = Points(tuple(factors), CROSSED, (None,) * 4)
    assert len(points) == 7 * 6
    rows = [dict(zip((f.name for f in factors), points.values(k), strict=True)) for k in range(len(points))]
    alone = unit_sample(Design(kind="latin-hypercube", points=7), 2)
    for k, row in enumerate(rows):
        assert (row["a"], row["b"]) == tuple(alone[k // 6])
        assert (row["fund"], row["call"]) == (k % 6 >= 3, ("none", "small", "large")[k % 3])
    assert points.settings(4)["measures.fund.enabled"] is True and points.settings(4)["call"] == "small"


CROSSING = 'kind = "latin-hypercube"\npoints = 3\nlevers = "crossed"'
LEVER = 'role = "lever"\nlevels = [0.0, 2.0]'


def test_the_number_of_crossed_points_is_that_of_the_file(here: Path) -> None:
    sweep = load_sweep(written(here, short(0, values=LEVER, design=CROSSING)))
    assert len(sweep.points) == sweep.file.points == 6
    assert [sweep.points.values(k)[0] for k in range(6)] == [0.0, 2.0] * 3


@pytest.mark.parametrize(
    ("values", "design", "said"),
    [
        ("levels = [0.0, 2.0]", CROSSING, "there is no lever"),
        ('role = "lever"\nrange = [0.0, 2.0]', CROSSING, "a lever that is crossed needs levels; 'mobility' has none"),
        (LEVER, 'kind = "sobol"\nbase = 2\nlevers = "crossed"', "a sobol design has no levers"),
        (LEVER, 'kind = "latin-hypercube"\npoints = 3\nlevers = "cross"', "allowed: sampled, crossed"),
    ],
)
def test_levers_that_cannot_be_crossed_are_refused(here: Path, values: str, design: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_sweep(written(here, short(0, values=values, design=design)))


def test_levers_without_uncertainties_are_not_crossed(here: Path) -> None:
    text = short(0, values=LEVER, design=CROSSING).replace('range = "assumed"', 'role = "lever"\nlevels = [8.0, 12.0]')
    with pytest.raises(InputError, match="there is no uncertainty"):
        load_sweep(written(here, text))


# --- values ----------------------------------------------------------------------------------------------------------

SHARES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


@pytest.mark.parametrize(
    ("keys", "quantiles"),
    [
        ({"family": "uniform", "low": 2.0, "high": 4.0}, [2.0, 2.5, 3.0, 3.5, 4.0]),
        ({"family": "triangular", "low": 0.0, "mode": 0.0, "high": 1.0}, 1.0 - np.sqrt(1.0 - SHARES)),
        ({"family": "beta", "a": 1.0, "b": 1.0, "low": -1.0, "high": 1.0}, [-1.0, -0.5, 0.0, 0.5, 1.0]),
        ({"family": "beta", "a": 2.0, "b": 1.0}, np.sqrt(SHARES)),
        ({"family": "normal", "mean": 1.0, "sd": 2.0, "low": -100.0, "high": 100.0}, [-100.0, -0.34898, 1.0, 2.34898, 100.0]),
        ({"family": "lognormal", "median": 3.0, "sigma": 0.5, "high": 1e4}, [0.0, 2.14116, 3.0, 4.20333, 1e4]),
        ({"family": "normal", "mean": 0.0, "sd": 1.0, "low": 0.0}, [0.0, 0.31864, 0.67449, 1.15035, np.inf]),
    ],
)  # fmt: skip
def test_quantiles_of_distributions_by_hand(keys: dict[str, object], quantiles: list[float]) -> None:
    assert Distribution.model_validate(keys).quantiles(SHARES) == pytest.approx(quantiles, abs=1e-4)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('family = "normal", mean = 1.0', "needs mean, sd; sd is missing"),
        ('family = "uniform", low = 1.0, high = 2.0, sd = 1.0', "has no sd"),
        ('family = "uniform", low = 2.0, high = 1.0', "must lie below high"),
        ('family = "triangular", low = 0.0, mode = 3.0, high = 1.0', "mode, 3, must lie between"),
        ('family = "lognormal", median = 1.0, sigma = 1.0, low = -1.0', "below 0"),
        ('family = "normal", mean = 1.0, sd = 0.0', "greater than 0"),
        ('family = "norml", mean = 1.0, sd = 1.0', "triangular"),
        ('family = "normal", mean = 1.0, s = 1.0', "there is no key 's'"),
    ],
)
def test_faults_of_distributions_are_named(here: Path, keys: str, said: str) -> None:
    file = written(here, short(4, values=f"distribution = {{{keys}}}"))
    with pytest.raises(InputError) as caught:
        load_sweep(file)
    assert "factors.mobility.distribution" in caught.value.where and said in str(caught.value), str(caught.value)


def test_ranges_levels_and_measures_take_their_shares() -> None:
    def values(**keys: object) -> list[object]:
        column = column_of(Factor.model_validate({"name": "x", "paths": ["a.b"], **keys}), SHARES)
        return [column[k] for k in range(len(SHARES))]

    assert values(range=(1.0, 3.0)) == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert values(range=(1.0, 16.0), scale="log") == pytest.approx([1.0, 2.0, 4.0, 8.0, 16.0])
    assert values(levels=("a", "b", "c")) == ["a", "a", "b", "c", "c"]
    assert values(paths=(), measures=("m",)) == [False, False, True, True, True]


def test_one_at_a_time_begins_with_the_scenario_and_changes_one_factor(here: Path) -> None:
    sweep = load_sweep(written(here, short(0, values="levels = [0.0, 1.0, 2.0]", design='kind = "one-at-a-time"')))
    prior = next(row.prior for row in parameter_table() if row.name == "process.opportunity_rate")
    rate = sweep.base.parameters.process.opportunity_rate
    assert prior is not None
    assert [sweep.points.values(k) for k in range(len(sweep.points))] == [
        (1.0, rate), (0.0, rate), (2.0, rate), (1.0, prior[0]), (1.0, prior[1]),
    ]  # fmt: skip
    assert sweep.points.settings(0) == {}
    assert sweep.points.settings(2) == {"measures.mobility-2022.strength": 2.0}
    assert sweep.points.settings(4) == {"parameters.process.opportunity_rate": prior[1]}
    assert sweep.scenario(0) == sweep.base.model_copy(update={"record": sweep.scenario(0).record})


def test_measures_are_switched_together(here: Path) -> None:
    own = 'measures = ["academies-2022", "ukri-2022"]'
    text = short(0, design='kind = "grid"').replace(
        'paths = ["measures.mobility-2022.strength"]\nrange = [0.0, 2.0]', own
    )
    sweep = load_sweep(written(here, text.replace('range = "assumed"', "levels = [12.0]")))
    off, on = sweep.scenario(0), sweep.scenario(1)
    for name in ("academies-2022", "ukri-2022"):
        assert (off.measures[name].enabled, on.measures[name].enabled) == (False, True)
    assert off.measures["mobility-2022"].enabled
    table = sweep.points.table(sweep.base.content_hash()).to_pandas()
    assert table["mobility"].tolist() == [False, True]


# --- ranges that are assumed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("parameters.process.opportunity_rate", None),
        ("measures.mobility-2022.effects.counts.change", None),
        ("measures.mobility-2022.strength", "is not about strength"),
        ("world.institutions", "has no range that goes with it"),
    ],
)
def test_assumed_ranges_are_looked_up(here: Path, path: str, said: str | None) -> None:
    from model.scenario import load_scenario
    from model.scenario.ranges import main_effect

    measure = load_scenario("classroom").measures["mobility-2022"]
    main = main_effect(measure)
    path = path.replace("effects.counts.change", str(main))
    text = short(4, values='range = "assumed"').replace("measures.mobility-2022.strength", path)
    if path.startswith("parameters"):
        text = text.replace(
            'paths = ["parameters.process.opportunity_rate"]\nrange = "assumed"',
            'paths = ["measures.mobility-2022.strength"]\nrange = [0.0, 1.0]',
            2,
        )
        text = text.replace(
            'paths = ["measures.mobility-2022.strength"]\nrange = [0.0, 1.0]',
            'paths = ["parameters.process.opportunity_rate"]\nrange = "assumed"',
            1,
        )
    file = written(here, text)
    if said is not None:
        with pytest.raises(InputError) as caught:
            load_sweep(file)
        assert caught.value.where == "short.toml: factors.mobility.range" and said in str(caught.value)
        return
    wanted = next((row.prior for row in parameter_table() if f"parameters.{row.name}" == path), measure.range)
    sweep = load_sweep(file)
    assert sweep.factors[0].bounds == wanted
    assert f"range = [\n    {wanted[0]}" in sweep.to_toml()  # type: ignore[index]


# --- checks before anything runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "key", "said"),
    [
        ("range = [0.0, 30.0]", "range", "is too large"),
        ("levels = [0.0, 30.0]", "levels, entry 2", "30.0 is too large"),
        ('distribution = {family = "normal", mean = 0.0, sd = 1.0}', "distribution", "is too small"),
    ],
)
def test_the_outermost_values_of_a_sample_are_checked(here: Path, values: str, key: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_sweep(written(here, short(50, values=values)))
    assert caught.value.where == f"short.toml: factors.mobility.{key}" and said in caught.value.message


def test_morris_needs_ends(here: Path) -> None:
    values = 'distribution = {family = "normal", mean = 1.0, sd = 0.1}'
    with pytest.raises(InputError) as caught:
        load_sweep(written(here, short(0, values=values, design='kind = "morris"\ntrajectories = 4')))
    assert caught.value.where == "short.toml: factors.mobility.distribution"
    assert "not finite" in caught.value.message


@pytest.mark.parametrize(
    ("values", "grid", "allowed"),
    [
        ("levels = [0.0, 1.0, 2.0]", "", "allowed: 2 or 4 levels; or design.levels = 6"),
        ("levels = [0.0, 0.5, 1.0, 1.5, 2.0]", "levels = 6", "allowed: 2 or 3 or 6 levels; or design.levels = 10"),
        ("levels = [1.0]", "", "1 level, which no step changes"),
    ],
)
def test_morris_refuses_levels_that_his_grid_cannot_run_equally_often(
    here: Path, values: str, grid: str, allowed: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_sweep(written(here, short(0, values=values, design=f'kind = "morris"\ntrajectories = 4\n{grid}')))
    assert caught.value.where == "short.toml: factors.mobility.levels" and allowed in str(caught.value)


@pytest.mark.parametrize("grid", [4, 6, 8, 10, 12])
def test_morris_runs_levels_that_divide_his_grid_equally_often_and_changes_them(grid: int) -> None:
    shares = np.arange(grid) / (grid - 1)
    for levels in range(2, grid + 1):
        places = np.minimum((shares * levels).astype(int), levels - 1)
        equal = len(set(np.bincount(places, minlength=levels))) == 1
        assert equal == (grid % levels == 0)
        assert not equal or bool(np.all(places[: grid // 2] != places[grid // 2 :]))


def test_a_design_of_100_000_points_is_loaded_without_making_its_scenarios(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model.scenario.loading import ScenarioFiles

    made = []
    own = ScenarioFiles.scenario
    monkeypatch.setattr(ScenarioFiles, "scenario", lambda self, *words: made.append(1) or own(self, *words))
    sweep = load_sweep(written(here, short(100_000)))
    assert (len(sweep.points), sweep.runs) == (100_000, 100_000)
    assert len(made) < 20
    table = sweep.points.table(sweep.base.content_hash())
    assert table.num_rows == 100_000 and len(set(table["scenario_sha256"].to_pylist())) == 100_000


# --- the command -----------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_and_leaves_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(here, short(40, replicates=3, design='kind = "sobol"\nbase = 8'))
    assert main(["sweep", file, "--dry-run", "--json", "--jobs", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["design"], told["points"], told["runs"]) == ("sobol", 48, 144)
    assert told["seconds"] == pytest.approx(144 * told["seconds_each"] / 2)
    assert main(["sweep", file, "--dry-run", "--subset", "0:100"]) == 0
    out = capsys.readouterr().out
    assert "Saltelli's design for Sobol indices: 48 design points, 3 replicates each, 100 of 144 runs." in out
    assert sorted(path.name for path in here.iterdir()) == ["short.toml"]


def test_the_disk_that_a_dry_run_names_is_what_a_sweep_takes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(here, short(300))
    assert main(["sweep", file, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["bytes"]
    run_sweep(load_sweep(file), here / "out", jobs=1)
    taken = sum(path.stat().st_size for path in (here / "out").rglob("*") if path.is_file())
    assert 0.7 * taken < told < 1.5 * taken


def test_a_sample_is_summed_up_by_outcome(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(here, short(6, replicates=2))
    assert main(["sweep", file, "--out", "out", "--jobs", "1", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "6 design points with 2 replicates each" in out and "`comity analyse out`" in out
    assert not (here / "out/figures").exists() and not (here / "out/summary.csv").exists()
    found = open_dataset(here / "out")
    assert found.complete and damage(here / "out") == []
    means = found.runs().groupby("point")["ties"].mean()
    assert main(["sweep", file, "--out", "out", "--resume", "--jobs", "1", "--quiet", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["outcome"] for row in rows] == ["ties", "degree"]
    assert (rows[0]["low"], rows[0]["median"], rows[0]["high"]) == (means.min(), means.median(), means.max())


def test_points_give_python_values(here: Path) -> None:
    """What JSON and TOML can hold: settings travel and are hashed."""
    factor = Factor.model_validate({"name": "x", "paths": ["a.b"], "range": (0.0, 1.0)})
    points = Points((factor,), Design(kind="latin-hypercube", points=4), (0.5,))
    assert all(type(points.values(k)[0]) is float for k in range(4))


def test_times_and_sizes_are_said_in_units_that_one_reads() -> None:
    assert [in_words(s) for s in (0.07, 3.0, 89.0, 90.0, 3600.0, 5400.0, 200_000.0)] == [
        "0.07 seconds", "3 seconds", "89 seconds", "1.5 minutes", "60 minutes", "1.5 hours", "2.3 days",
    ]  # fmt: skip
    assert [in_bytes(n) for n in (10, 15_300, 2_500_000, 31_000_000_000)] == ["1 kB", "15 kB", "2.5 MB", "31 GB"]
