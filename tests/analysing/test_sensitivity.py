"""Sobol indices, Morris and regression on functions whose answers are known, through a sweep's dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_sweeps import ishigami, known_sample
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import qmc

from experiments.analysing import OfOutcome, Wanted, analyse, tables
from experiments.analysing.screening import Screening, elementary_effects
from experiments.analysing.variance_based import SobolIndices, sobol_indices
from experiments.analysing.wording import sections
from experiments.sweeping.design import Points
from experiments.sweeping.sampling import unit_sample
from experiments.sweeping.schema import Design, Factor

PI = float(np.pi)
THREE = [{"name": name, "range": [-PI, PI]} for name in ("x1", "x2", "x3")]
# Ishigami's function with a = 7, b = 0.1: variances by hand (Saltelli and others 2008, section 4.6)
_A, _B = 7.0, 0.1
_V1, _V2, _V13 = 0.5 * (1 + _B * PI**4 / 5) ** 2, _A**2 / 8, _B**2 * PI**8 * 8 / 225
_V = _V1 + _V2 + _V13
FIRST = {"x1": _V1 / _V, "x2": _V2 / _V, "x3": 0.0}
TOTAL = {"x1": (_V1 + _V13) / _V, "x2": _V2 / _V, "x3": _V13 / _V}
SECOND = {("x1", "x2"): 0.0, ("x1", "x3"): _V13 / _V, ("x2", "x3"): 0.0}


def problem(factors: list[dict[str, Any]]) -> dict[str, Any]:
    """SALib's words for factors."""
    return {
        "num_vars": len(factors), "names": [f["name"] for f in factors], "bounds": [list(f["range"]) for f in factors],
    }  # fmt: skip


def saltelli(factors: list[dict[str, Any]], base: int, second_order: bool = True) -> list[list[float]]:
    """Rows of Saltelli's sample, as the runner draws them."""
    shares = unit_sample(Design(kind="sobol", base=base, second_order=second_order, seed=1), len(factors))
    low, high = np.array([f["range"] for f in factors], dtype=float).T
    return (low + shares * (high - low)).tolist()


def noisy(x1: Any, x2: Any, x3: Any, replicate: int) -> Any:
    """Ishigami's function with luck: the same at every point, and a rest."""
    rest = np.random.default_rng(replicate).normal(0.0, 3.0, len(x1))
    return ishigami(x1, x2, x3) + 10.0 * replicate + rest


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> OfOutcome:
    """The whole analysis of Ishigami's function on 2,048 base points."""
    folder = tmp_path_factory.mktemp("ishigami") / "sweep"
    design = {"kind": "sobol", "base": 2048}
    sample = known_sample(folder, THREE, saltelli(THREE, 2048), {"y": ishigami}, design=design)
    return analyse(sample).outcomes[0]


def test_the_hand_values_are_the_published_ones() -> None:
    assert [FIRST[name] for name in ("x1", "x2")] == pytest.approx([0.3139, 0.4424], abs=5e-5)
    assert [TOTAL[name] for name in ("x1", "x2", "x3")] == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5)


def test_ishigami_through_the_pipeline_is_within_published_values(analysed: OfOutcome) -> None:
    sobol = analysed.sobol
    assert sobol is not None and sobol.blocks == 2048
    assert {i.factors[0]: i.value for i in sobol.first} == pytest.approx(FIRST, abs=0.015)
    assert {i.factors[0]: i.value for i in sobol.total} == pytest.approx(TOTAL, abs=0.015)
    assert {i.factors: i.value for i in sobol.second} == pytest.approx(SECOND, abs=0.03)
    assert sobol.variance == pytest.approx(_V, rel=0.02)


def test_intervals_of_ishigami_hold_the_true_values(analysed: OfOutcome) -> None:
    assert analysed.sobol is not None
    for found, true in ((analysed.sobol.first, FIRST), (analysed.sobol.total, TOTAL)):
        for index in found:
            assert abs(index.value - true[index.factors[0]]) <= index.half_width < 0.1
    for index in analysed.sobol.second:
        assert abs(index.value - SECOND[index.factors]) <= index.half_width < 0.2


def test_what_else_is_said_of_ishigami_is_true(analysed: OfOutcome) -> None:
    # x1 alone has a straight part: its regression coefficient is corr(x1, y) = E[x sin x] (1 + b pi^4 / 5) / (sd x sd y)
    assert analysed.given_data is not None and analysed.surrogates is not None
    by_name = {c.factor: c for c in analysed.given_data.factors}
    slope = (1 + _B * PI**4 / 5) / (PI / np.sqrt(3) * np.sqrt(_V))
    assert by_name["x1"].regression.value == pytest.approx(slope, abs=0.02)
    assert by_name["x2"].regression.value == pytest.approx(0.0, abs=0.03)
    assert analysed.given_data.r_squared == pytest.approx(slope**2, abs=0.02)
    assert {n: c.first_order for n, c in by_name.items()} == pytest.approx(FIRST, abs=0.03)
    assert analysed.surrogates.found[0].name.startswith("thin-plate spline")
    assert analysed.surrogates.found[0].q_squared > 0.95
    plane = next(quality for quality in analysed.surrogates.found if quality.name == "plane")
    assert plane.q_squared == pytest.approx(slope**2, abs=0.02)


def test_a_design_without_second_order_has_none(tmp_path: Path) -> None:
    sample = known_sample(
        tmp_path / "s", THREE, saltelli(THREE, 1024, second_order=False), {"y": ishigami},
        design={"kind": "sobol", "base": 1024, "second_order": False},
    )  # fmt: skip
    found = sobol_indices(sample, sample.outcomes[0].values)
    assert isinstance(found, SobolIndices) and found.second == ()
    assert {i.factors[0]: i.value for i in found.total} == pytest.approx(TOTAL, abs=0.03)


def test_luck_is_taken_off_the_indices(tmp_path: Path) -> None:
    design = {"kind": "sobol", "base": 2048}
    sample = known_sample(tmp_path / "s", THREE, saltelli(THREE, 2048), {"y": noisy}, design=design, replicates=3)
    found = sobol_indices(sample, sample.outcomes[0].values)
    assert isinstance(found, SobolIndices)
    assert found.noise_share == pytest.approx(3.0 / (_V + 3.0), abs=0.01)  # the rest of 3 replicates: 9 / 3
    with_luck = {i.factors[0]: i.value for i in found.total}
    assert with_luck["x3"] > TOTAL["x3"] + 0.08
    assert {i.factors[0]: i.less_noise for i in found.total} == pytest.approx(TOTAL, abs=0.03)
    assert {i.factors[0]: i.less_noise for i in found.first} == pytest.approx(FIRST, abs=0.03)


def test_a_hole_refuses_the_indices_and_says_why(tmp_path: Path) -> None:
    design = {"kind": "sobol", "base": 256}
    rows = saltelli(THREE, 256)
    failed = np.random.default_rng(2).choice(len(rows), len(rows) // 100, replace=False).tolist()
    sample = known_sample(tmp_path / "s", THREE, rows, {"y": ishigami}, design=design, failed=failed)
    found = analyse(sample)
    assert not found.complete and found.outcomes[0].sobol is None
    (refused,) = [row for row in tables(found)["refused"] if row["analysis"] == "Sobol indices"]
    torn = len({point // 8 for point in failed})
    assert refused["because"] == "holes" and f"tears {torn} of 256 blocks" in refused["reason"]
    assert "sobol" not in tables(found)
    assert "--whole-blocks" in refused["reason"] and "--resume" not in refused["reason"]  # they would fail again
    # what stands with holes is there
    assert found.outcomes[0].given_data is not None and found.outcomes[0].surrogates is not None
    whole = analyse(sample, Wanted(whole_blocks=True)).outcomes[0].sobol
    assert whole is not None and whole.blocks == 256 - torn
    assert {i.factors[0]: i.value for i in whole.total} == pytest.approx(TOTAL, abs=0.1)


def test_only_runs_that_are_missing_are_said_to_be_made_by_going_on(tmp_path: Path) -> None:
    rows = saltelli(THREE, 256)
    sample = known_sample(
        tmp_path / "s", THREE, rows, {"y": ishigami}, design={"kind": "sobol", "base": 256}, until=2000
    )
    found = analyse(sample)
    assert [r.reason for r in found.outcomes[0].refused if "--resume` makes runs that are missing" in r.reason]
    assert not found.complete


def test_a_hole_in_one_of_several_replicates_refuses_nothing(tmp_path: Path) -> None:
    design = {"kind": "sobol", "base": 512}
    rows = saltelli(THREE, 512)
    # replicate 1 is luckier by 100 everywhere: a plain mean over what is there would be far off
    lucky = {"y": lambda a, b, c, k: ishigami(a, b, c) + 100.0 * k}
    failed = [2 * point + 1 for point in range(0, len(rows), 97)]
    sample = known_sample(tmp_path / "s", THREE, rows, lucky, design=design, replicates=2, failed=failed)
    found = sobol_indices(sample, sample.outcomes[0].values)
    assert isinstance(found, SobolIndices) and found.blocks == 512
    assert {i.factors[0]: i.value for i in found.total} == pytest.approx(TOTAL, abs=0.06)


def test_an_outcome_that_never_changes_has_no_indices(tmp_path: Path) -> None:
    design = {"kind": "sobol", "base": 32}
    sample = known_sample(tmp_path / "s", THREE, saltelli(THREE, 32), {"y": lambda *_: 5.0}, design=design)
    one = analyse(sample).outcomes[0]
    assert one.sobol is None
    assert any("no variance" in refusal.reason for refusal in one.refused)


# --- Morris ---------------------------------------------------------------------------------------------------------

FOUR = [{"name": f"x{k}", "range": [0.0, float(k)]} for k in range(1, 5)]


def trajectories(factors: list[dict[str, Any]], count: int) -> list[list[float]]:
    """Rows of Morris's design, as the runner draws them."""
    shares = unit_sample(Design(kind="morris", trajectories=count, levels=4, seed=1), len(factors))
    low, high = np.array([f["range"] for f in factors], dtype=float).T
    return (low + shares * (high - low)).tolist()


MORRIS = {"kind": "morris", "trajectories": 20, "levels": 4}


def test_elementary_effects_of_a_plane_are_its_slopes(tmp_path: Path) -> None:
    plane = {"y": lambda a, b, c, d, _: 3.0 * a - 2.0 * b + 0.0 * c + 5.0}
    sample = known_sample(tmp_path / "s", FOUR, trajectories(FOUR, 20), plane, design=MORRIS)
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    assert [e.factor for e in found.factors[:2]] == ["x2", "x1"]  # -2 over a range of 2, 3 over a range of 1
    by_name = {e.factor: e for e in found.factors}
    assert {n: e.mu.value for n, e in by_name.items()} == pytest.approx({"x1": 3, "x2": -4, "x3": 0, "x4": 0}, abs=1e-9)
    assert {n: e.mu_star for n, e in by_name.items()} == pytest.approx({"x1": 3, "x2": 4, "x3": 0, "x4": 0}, abs=1e-9)
    assert max(e.sigma for e in found.factors) == pytest.approx(0.0, abs=1e-9)
    assert max(e.mu_star_half_width for e in found.factors) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("levels", "grid"), [(3, 6), (5, 10), (4, 8)])
def test_levels_and_switches_have_the_effects_that_they_have(tmp_path: Path, levels: int, grid: int) -> None:
    """Each factor changes an additive outcome by 1 over its whole range, whatever steps the design makes of it."""
    given = [
        {"name": "switch", "levels": [False, True]},
        {"name": "x", "range": [2.0, 4.0]},
        {"name": "steps", "levels": [3.0 * k for k in range(levels)]},
        {"name": "words", "levels": ["low", "high"]},
        {"name": "log", "range": [0.1, 10.0], "scale": "log"},
    ]
    made = [Factor(**{"paths": (name["name"],), **name}) for name in given]
    points = Points(tuple(made), Design(kind="morris", trajectories=12, levels=grid), (None,) * len(made))
    rows = [points.values(point) for point in range(len(points))]
    additive = {
        "y": lambda switch, x, steps, words, log, _: switch * 1.0 - (x - 2.0) / 2.0 + steps / (3.0 * (levels - 1))
        + (words == "high") + np.log10(log) / 2.0
    }  # fmt: skip
    design = {"kind": "morris", "trajectories": 12, "levels": grid}
    sample = known_sample(tmp_path / "s", given, rows, additive, design=design)
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening) and len(found.factors) == 5
    assert [e.mu_star for e in found.factors] == pytest.approx([1.0] * 5)
    assert max(e.sigma for e in found.factors) == pytest.approx(0.0, abs=1e-9)
    assert {e.factor: e.mu.value for e in found.factors}["x"] == pytest.approx(-1.0)


def test_an_effect_is_per_whole_range_though_the_design_reaches_only_a_part(tmp_path: Path) -> None:
    ends = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]
    factors = [{"name": name, "range": [0.0, 1.0]} for name in ("a", "b")]
    sample = known_sample(tmp_path / "s", factors, ends * 4, {"y": lambda a, b, _: 3.0 * a + b}, design=MORRIS)
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    assert {e.factor: e.mu_star for e in found.factors} == pytest.approx({"a": 3.0, "b": 1.0})


def test_of_ranges_the_effects_and_intervals_are_those_of_salib(tmp_path: Path) -> None:
    from SALib.analyze import morris as reference

    curved = {"y": lambda a, b, c, d, _: a * b + c**2 - d}
    rows = trajectories(FOUR, 40)
    sample = known_sample(tmp_path / "s", FOUR, rows, curved, design={**MORRIS, "trajectories": 40})
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    shares = np.array(rows) / np.arange(1.0, 5.0)
    y = curved["y"](*np.array(rows).T, 0)
    told = reference.analyze(problem(FOUR), shares, y, num_resamples=1000, conf_level=0.95, num_levels=4, seed=1)
    own = {e.factor: (e.mu.value, e.mu_star, e.sigma, e.mu_star_half_width) for e in found.factors}
    for k, name in enumerate(("x1", "x2", "x3", "x4")):
        expected = [told[key][k] for key in ("mu", "mu_star", "sigma", "mu_star_conf")]
        assert own[name] == pytest.approx(expected)


def test_interactions_and_curves_show_in_sigma(tmp_path: Path) -> None:
    # in shares u of the ranges: u1 u2 has effects u2 and u1; of levels 0, 1/3, 2/3, 1 each as often
    curved = {"y": lambda a, b, c, d, _: a * (b / 2.0) + (c / 3.0 - 0.5) ** 2}
    sample = known_sample(tmp_path / "s", FOUR, trajectories(FOUR, 400), curved, design={**MORRIS, "trajectories": 400})
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    by_name = {e.factor: e for e in found.factors}
    spread = float(np.std([0, 1 / 3, 2 / 3, 1]))
    assert by_name["x1"].mu.value == pytest.approx(0.5, abs=0.04)
    assert by_name["x1"].sigma == pytest.approx(spread, abs=0.03)
    # from 0 to 2/3 the square falls by 2/9, from 1/3 to 1 it rises by as much: +-1/3 for a step of 2/3
    assert by_name["x3"].mu_star == pytest.approx(1 / 3, abs=1e-9)
    assert by_name["x3"].mu.value == pytest.approx(0.0, abs=0.04)
    assert by_name["x3"].sigma == pytest.approx(1 / 3, abs=0.01)


def morris_1991(*x: Any) -> Any:
    """The function of section 4 of Morris (1991), with the coefficients that he draws left at zero."""
    u = np.column_stack(x[:20])
    w = 2.0 * (u - 0.5)
    for k in (2, 4, 6):
        w[:, k] = 2.0 * (1.1 * u[:, k] / (u[:, k] + 0.1) - 0.5)
    y = 20.0 * w[:, :10].sum(axis=1)
    for i in range(6):
        for j in range(i + 1, 6):
            y = y - 15.0 * w[:, i] * w[:, j]
    for i in range(5):
        for j in range(i + 1, 5):
            for k in range(j + 1, 5):
                y = y - 10.0 * w[:, i] * w[:, j] * w[:, k]
    return y + 5.0 * w[:, 0] * w[:, 1] * w[:, 2] * w[:, 3]


def test_morris_finds_in_his_own_function_what_he_found(tmp_path: Path) -> None:
    factors = [{"name": f"x{k}", "range": [0.0, 1.0]} for k in range(1, 21)]
    rows = morris_sample.sample(problem(factors), 50, num_levels=4, seed=3).tolist()
    sample = known_sample(tmp_path / "s", factors, rows, {"y": morris_1991}, design={**MORRIS, "trajectories": 50})
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    by_name = {e.factor: e for e in found.factors}
    important, straight = [f"x{k}" for k in range(1, 11)], ["x8", "x9", "x10"]
    assert {e.factor for e in found.factors[:10]} == set(important)
    assert max(by_name[f"x{k}"].mu_star for k in range(11, 21)) == pytest.approx(0.0, abs=1e-9)
    assert [by_name[name].mu.value for name in straight] == pytest.approx([40.0] * 3)  # 20 * 2, no interaction
    assert max(by_name[name].sigma for name in straight) == pytest.approx(0.0, abs=1e-9)
    assert min(by_name[name].sigma for name in ("x1", "x2", "x3", "x4", "x5", "x6", "x7")) > 5.0


def test_a_trajectory_with_a_hole_is_left_out_and_counted(tmp_path: Path) -> None:
    plane = {"y": lambda a, b, c, d, _: 3.0 * a - 2.0 * b}
    rows = trajectories(FOUR, 20)
    sample = known_sample(tmp_path / "s", FOUR, rows, plane, design=MORRIS, failed=[0, 1, 52])
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening) and (found.trajectories, found.trajectories_of_design) == (18, 20)
    assert {e.factor: e.mu_star for e in found.factors}["x2"] == pytest.approx(4.0)
    told = analyse(sample)
    assert "18 of 20 trajectories" in "\n".join(sections(told)[0].lines)
    assert told.complete  # nothing was refused because of the holes: exit code 0
    few = known_sample(tmp_path / "t", FOUR, rows, plane, design=MORRIS, failed=list(range(0, 100, 6)))
    assert not isinstance(elementary_effects(few, few.outcomes[0].values), Screening)


def test_sigma_of_luck_is_what_luck_alone_gives(tmp_path: Path) -> None:
    lucky = {"y": lambda a, b, c, d, k: np.random.default_rng(k).normal(0.0, 1.0, len(a)) + k}
    rows = trajectories(FOUR, 400)
    sample = known_sample(
        tmp_path / "s", FOUR, rows, lucky, design={**MORRIS, "trajectories": 400}, replicates=4
    )  # fmt: skip
    found = elementary_effects(sample, sample.outcomes[0].values)
    assert isinstance(found, Screening)
    assert found.factors[0].sigma_of_luck == pytest.approx(np.sqrt(2 / 4) / (2 / 3), rel=0.05)
    assert [e.sigma for e in found.factors] == pytest.approx([found.factors[0].sigma_of_luck] * 4, rel=0.1)


# --- given data -----------------------------------------------------------------------------------------------------


def hypercube(factors: list[dict[str, Any]], points: int) -> list[list[float]]:
    """Rows of a Latin hypercube."""
    low, high = np.array([f["range"] for f in factors], dtype=float).T
    return (low + qmc.LatinHypercube(len(factors), rng=np.random.default_rng(5)).random(points) * (high - low)).tolist()


def test_coefficients_of_a_plane_are_shares_of_its_spread(tmp_path: Path) -> None:
    plane = {"y": lambda a, b, c, d, _: 3.0 * a - 4.0 * b / 2.0}
    sample = known_sample(tmp_path / "s", FOUR, hypercube(FOUR, 400), plane, design={"kind": "latin-hypercube"})
    one = analyse(sample).outcomes[0]
    assert one.given_data is not None and one.given_data.r_squared == pytest.approx(1.0)
    by_name = {c.factor: c for c in one.given_data.factors}
    assert {n: c.regression.value for n, c in by_name.items()} == pytest.approx(
        {"x1": 0.6, "x2": -0.8, "x3": 0.0, "x4": 0.0}, abs=0.03
    )
    assert {n: c.first_order for n, c in by_name.items()} == pytest.approx(
        {"x1": 0.36, "x2": 0.64, "x3": 0.0, "x4": 0.0}, abs=0.06
    )


def test_the_same_seed_gives_the_same_intervals(tmp_path: Path) -> None:
    rows = sobol_sample.sample(problem(THREE), 64, seed=4).tolist()
    sample = known_sample(tmp_path / "s", THREE, rows, {"y": ishigami}, design={"kind": "sobol", "base": 64})
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    assert tables(analyse(sample)) == tables(analyse(sample))
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
