"""The benchmarks give rows of the right form, and the Mesa model they compare with is the same process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.against_mesa import hindcast_vs_mesa, mesa_copy
from benchmarks.figure import MEASURED, PAGE, draw, with_table
from benchmarks.growth import draw_and_read, memory_limit, opportunity_growth, work_of
from benchmarks.measuring import Row, row
from benchmarks.mesa_model import MesaHindcast
from benchmarks.phases import TimedModel, timed_model, without_measures
from benchmarks.reference_process import opportunity, opportunity_costs
from benchmarks.sweeps import sweep
from benchmarks.teaching import fuzzed, klass
from benchmarks.whole_runs import profile, replicate
from experiments.cli import main
from experiments.cli.benching import chosen_names, find_benchmarks
from experiments.errors import ExperimentError
from model.dynamics import plain
from model.dynamics.opportunity import consent_probability
from model.dynamics.state import ACCEPTED, NOW
from model.errors import InputError

KEYS = {"name", "value", "unit", "against", "aim", "low", "high"}


@pytest.fixture(scope="module")
def grown() -> TimedModel:
    """A small world with partnerships in and out of terms, and memories of former ones."""
    return timed_model(without_measures(60, 2000, 9), 32)


# --- rows ------------------------------------------------------------------------------------------------------------


def test_a_row_is_the_median_between_the_extremes() -> None:
    made = row("a", [3.0, 1.0, 2.5], "us", aim="<= 2.5")
    assert (made.value, made.low, made.high, made.met()) == (2.5, 1.0, 3.0, True)
    assert row("a", [2.6], "us", aim="<= 2.5").met() is False
    assert row("a", [300.0], "times", aim=">= 300").met() is True
    assert row("a", [299.0], "times", aim=">= 300").met() is False
    assert row("a", [1.0], "us").met() is None


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (
            lambda: opportunity(1, (400, 800)),
            {"opportunity_us", "opportunity_us_800", "opportunity_us_plain", "opportunity_growth_reference"},
        ),
        (
            lambda: hindcast_vs_mesa(40, 2, 1, 5, 2),
            {"hindcast_vs_mesa_kernel", "hindcast_vs_mesa_whole", "hindcast_mesa_us", "hindcast_kernel_us"},
        ),
        (
            lambda: opportunity_growth((40, 80), 2, 1, 200),
            {"hindcast_opportunity_us_40", "hindcast_opportunity_us_80", "opportunity_growth"},
        ),
        (lambda: memory_limit(60, 4, 1, 1, 5), {"memory_limit_ratio", "memory_limit_us"}),
        (lambda: replicate(1), {"replicate_ms", "replicate_alone_ms"}),
    ],
    ids=["opportunity_us", "hindcast_vs_mesa", "opportunity_growth", "memory_limit_ratio", "replicate_ms"],
)
def test_rows_have_the_keys_that_readers_expect(make, names: set[str]) -> None:
    rows: list[Row] = make()
    assert {made.name for made in rows} == names
    for made in rows:
        assert set(made.to_dict()) == KEYS
        assert 0.0 < made.low <= made.value <= made.high < np.inf


@pytest.mark.long
def test_a_sweep_is_measured_with_all_its_processes() -> None:
    rows = {made.name: made for made in sweep(40, 40)}
    assert set(rows) == {"sweep_s", "sweep_gb", "sweep_overhead", "sweep_two_core_efficiency", "sweep_start_s"}
    assert 0.1 < rows["sweep_gb"].value < 20.0
    assert rows["sweep_s"].value > 0.0 and rows["sweep_overhead"].value > 0.0


@pytest.mark.long
def test_a_class_and_hostile_messages_are_measured_on_a_server_of_their_own() -> None:
    rows = {made.name: made.value for made in [*klass(3.0), *fuzzed(80)]}
    assert set(rows) == {
        "teach_class_median_s", "teach_class_p95_s", "teach_class_mb", "teach_class_dropped",
        "teach_fuzz_unanswered", "teach_fuzz_mb",
    }  # fmt: skip
    assert 0.0 < rows["teach_class_median_s"] <= rows["teach_class_p95_s"]
    assert rows["teach_class_mb"] > 50.0
    assert rows["teach_class_dropped"] == rows["teach_fuzz_unanswered"] == 0


def test_the_shares_of_a_profile_add_up_to_one() -> None:
    shares = [made.value for made in profile("classroom", 1) if made.unit == "share"]
    assert len(shares) > 5
    assert min(shares) >= 0.0
    assert sum(shares) == pytest.approx(1.0, abs=0.01)


def test_the_reference_case_keeps_its_degree() -> None:
    _, degree = opportunity_costs(400, "fast", 4)
    assert degree == pytest.approx(6.0, abs=0.5)


# --- the Mesa model --------------------------------------------------------------------------------------------------


def test_the_mesa_model_chooses_and_answers_as_the_plain_engine(grown: TimedModel) -> None:
    world, setting, regime, state = grown.world.arrays, grown.setting, grown.forces.regime, grown.state
    n, now = grown.world.n, float(state.clock[NOW])
    mesa = mesa_copy(grown, 1)
    assert (state.former >= 0).any()
    assert mesa.now == now
    places = {agent: place for place, agent in enumerate(mesa.institutions)}
    meet, weights = np.empty(n), np.empty(n)
    for i, agent in enumerate(mesa.institutions):
        plain.choice_weights(world, setting, regime, state, i, now, meet, weights)
        chances = np.zeros(n)
        others, own = agent.options(now)
        chances[[places[other] for other in others]] = own
        assert np.abs(chances / chances.sum() - weights / weights.sum()).max() < 1e-9
        stranger = next(j for j in range(n) if j != i and mesa.institutions[j] not in agent.partners)
        expected = consent_probability(world, setting, regime, state, i, stranger, 0, now)
        assert mesa.institutions[stranger].consent(agent, now) == pytest.approx(expected, abs=1e-9)


def test_the_mesa_model_moves_sizes_and_capabilities_alike(grown: TimedModel) -> None:
    mesa = mesa_copy(grown, 1)
    mesa.growth = mesa.growth._replace(drift_sd=0.0)
    for agent in mesa.institutions:
        agent.own_drift = 0.0
    mesa.move_institutions(mesa.now)
    a = grown.world.arrays
    for c in range(len(a.country_bloc)):
        mean = np.mean([np.exp(i.log_size) for i in mesa.institutions if i.country == c]) * grown.growth.reference
        assert mean == pytest.approx(mesa.publications[c] / grown.growth.institutions[c])
    assert sum(i.capability for i in mesa.institutions) == pytest.approx(0.0, abs=1e-9)


def test_partners_of_the_mesa_model_know_each_other(grown: TimedModel) -> None:
    mesa = mesa_copy(grown, 3)
    mesa.step()
    for i in mesa.institutions:
        assert all(j.partners[i] is partnership for j, partnership in i.partners.items())
        assert i not in i.partners
        assert not i.former.keys() & i.partners.keys()
    assert mesa.formed > 0
    assert mesa.observed()["ties"] == sum(1 for p in mesa.partnerships if p.end == np.inf)


@pytest.mark.statistical
def test_the_mesa_model_runs_alike_in_distribution() -> None:
    """Means over replicates from an empty network: within four standard errors of each other."""
    scenario, replicates, quarters = without_measures(40, 2000, 5), 40, 16
    base = timed_model(scenario)
    own, mesa = [], []
    for k in range(replicates):
        model = TimedModel(scenario, replicate=k, world=base.world)
        for _ in range(quarters):
            model.run_for(1)
        ties = int(model.state.degree.sum()) // 2
        formed = int(model.state.counts[ACCEPTED])
        works = model.ledger.finish(k, model.state).led.sum()
        own.append((ties, formed, formed - ties, model.state.degree.var(), works))
        other = MesaHindcast(base, k)
        for _ in range(quarters):
            other.step()
        mesa.append(tuple(other.observed().values()))
    a, b = np.array(own, float), np.array(mesa, float)
    error = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / replicates)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4.0 * error).all()
    assert (np.abs(np.log(a.std(axis=0) / b.std(axis=0))) < 4.0 / np.sqrt(replicates)).all()


# --- the loop of draws and reads -------------------------------------------------------------------------------------


def test_the_loop_does_as_much_as_the_engine_is_expected_to(grown: TimedModel) -> None:
    work = work_of(grown, np.arange(grown.world.n))
    assert work.draws >= 2.0 + work.strangers
    assert work.strangers > 0.0
    assert work.partners > 0.0
    before = grown.state.opportunities.copy()
    draw_and_read(grown.world.arrays, grown.state, grown.bounds, grown.key, 50, 3.0, 1.5, 0.5)
    assert grown.state.opportunities.sum() - before.sum() == 50


# --- the command -----------------------------------------------------------------------------------------------------


def test_long_benchmarks_run_when_asked_for() -> None:
    benchmarks = find_benchmarks()
    assert "world_100k" not in chosen_names(benchmarks, None, False)
    assert chosen_names(benchmarks, None, True) == list(benchmarks)
    assert chosen_names(benchmarks, ["world_100k"], False) == ["world_100k"]


def test_a_wrong_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--only", "replicate_s"]) == 2
    assert "replicate_ms" in capsys.readouterr().err.split("did you mean")[1]
    with pytest.raises(InputError, match="there is no benchmark 'x'"):
        chosen_names(find_benchmarks(), ["x"], False)


def test_without_a_working_copy_the_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="part of a working copy"):
        find_benchmarks(tmp_path)


def test_the_command_prints_rows(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark = find_benchmarks()["replicate_ms"]
    quick = {"replicate_ms": type(benchmark)(lambda: [row("replicate_ms", [1.0, 2.0, 3.0], "ms", aim="<= 50")], "a")}
    monkeypatch.setattr("experiments.cli.benching.find_benchmarks", lambda: quick)
    assert main(["bench", "--json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)
    assert printed == {
        "name": "replicate_ms", "value": 2.0, "unit": "ms", "against": "", "aim": "<= 50", "low": 1.0, "high": 3.0,
    }  # fmt: skip
    assert main(["bench", "-q"]) == 0
    assert "met" in capsys.readouterr().out


def test_the_figure_shows_measured_costs(tmp_path: Path) -> None:
    names = ("opportunity_us", "opportunity_us_3200")
    rows = [row(name, [value], "us").to_dict() for name, value in zip(names, (0.6, 0.9), strict=True)]
    measured = tmp_path / "rows.json"
    measured.write_text(json.dumps(rows), encoding="utf-8")
    draw(measured, tmp_path / "cost.png")
    assert (tmp_path / "cost.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "cost.png").stat().st_size < 150_000


def test_the_page_shows_the_measured_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, json.loads(MEASURED.read_text(encoding="utf-8"))) == page
