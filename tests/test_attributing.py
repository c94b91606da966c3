"""Attribution: Shapley values of known games, coalitions that end where they should, sums that hold, and the command."""

from __future__ import annotations

import itertools
import json
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.attributing import attribute, players_of, shapley
from experiments.attributing.coalitions import Coalitions
from experiments.attributing.outcome import read_outcome, value_of
from experiments.cli import main
from experiments.results import damage
from experiments.runner import resolved, run_scenarios
from model.errors import InputError
from model.scenario import Scenario, load_scenario

SMALL = (
    "world.institutions=40", "time.start=2014-01-01", "time.show_from=2019-01-01", "time.end=2024-01-01",
    "run.replicates=3", "run.seed=4", "record.snapshots=[]",
)  # fmt: skip
TIES = "partnerships.count:Russia-West:2022-2023"

# --- games --------------------------------------------------------------------------------------------------------


def by_mask(value: object, players: int) -> np.ndarray:
    return np.array([value({p for p in range(players) if mask >> p & 1}) for mask in range(2**players)], float)  # type: ignore[operator]


def test_the_glove_game() -> None:
    """Two left gloves and one right one; a pair is worth 1. Known: 1/6, 1/6, 2/3."""
    values = by_mask(lambda s: 2 in s and bool(s & {0, 1}), 3)
    assert shapley.exact(values) == pytest.approx([1 / 6, 1 / 6, 2 / 3])


def test_a_game_without_interaction_gives_each_its_own() -> None:
    own = [3.0, -1.0, 0.5, 0.0]
    assert shapley.exact(by_mask(lambda s: 7.0 + sum(own[p] for p in s), 4)) == pytest.approx(own)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.floats(-1e3, 1e3), min_size=2**n, max_size=2**n)))
def test_values_sum_to_the_whole_and_are_means_over_all_orders(values: list[float]) -> None:
    n = len(values).bit_length() - 1
    found = shapley.exact(np.array(values))
    assert found.sum() == pytest.approx(values[-1] - values[0], abs=1e-8)
    every = list(itertools.permutations(range(n)))
    assert shapley.from_orders(every, dict(enumerate(values))) == pytest.approx(found, abs=1e-8)
    drawn = shapley.orders(n, 2, np.random.default_rng(1))
    assert shapley.from_orders(drawn, dict(enumerate(values))).sum() == pytest.approx(values[-1] - values[0], abs=1e-8)


def test_orders_come_with_their_reverse_and_reach_everybody() -> None:
    drawn = shapley.orders(5, 3, np.random.default_rng(2))
    assert len(drawn) == 6 and all(sorted(order) == list(range(5)) for order in drawn)
    assert all(drawn[2 * k + 1] == drawn[2 * k][::-1] for k in range(3))
    assert shapley.coalitions((2, 0, 1)) == [0b000, 0b100, 0b101, 0b111]


def test_sampling_comes_to_the_exact_values() -> None:
    values = np.random.default_rng(5).normal(size=16)
    drawn = [
        shapley.from_orders(shapley.orders(4, 2, np.random.default_rng(k)), dict(enumerate(values))) for k in range(800)
    ]
    error = np.std(drawn, axis=0) / 800**0.5
    assert np.all(np.abs(np.mean(drawn, axis=0) - shapley.exact(values)) < 4 * error + 1e-12)


# --- coalitions ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ends() -> tuple[Scenario, Scenario]:
    """The hindcast, and without three measures of 2022 and with one that is new."""
    baseline = resolved(load_scenario("hindcast", SMALL))
    changed = dict(baseline.measures)
    for name in ("academies-2022", "german-freeze-2022", "listings-2022"):
        changed[name] = changed[name].model_copy(update={"enabled": False})
    changed["bridge"] = changed["cross-years-2020"].model_copy(
        update={"title": "Bridge", "start": changed["academies-2022"].start, "end": None}
    )
    scenario = baseline.model_copy(update={"name": "other", "measures": changed})
    return baseline, scenario


def test_players_are_what_differs(ends: tuple[Scenario, Scenario]) -> None:
    players = players_of(*ends)
    assert [p.name for p in players] == ["academies-2022", "german-freeze-2022", "listings-2022", "bridge"]
    grouped = players_of(*ends, groups=[("freezes", ["academies-2022", "german-freeze-2022"])])
    assert [(p.name, len(p.measures)) for p in grouped] == [("freezes", 2), ("listings-2022", 1), ("bridge", 1)]
    assert {p.name for p in players_of(*ends, by_kind=True)} == {
        "academy-moratorium", "funding-ban", "listing", "cross-years",
    }  # fmt: skip
    damped = ends[1].model_copy(update={"inputs": ends[1].inputs.model_copy(update={"damping": 0.5})})
    assert players_of(ends[0], damped)[-1].setting == "inputs"


def test_what_cannot_be_attributed_is_refused(ends: tuple[Scenario, Scenario]) -> None:
    baseline, scenario = ends
    with pytest.raises(InputError, match="do not differ"):
        players_of(baseline, baseline)
    with pytest.raises(InputError, match="world"):
        players_of(baseline, resolved(load_scenario("hindcast", [*SMALL, "world.institutions=50"])))
    with pytest.raises(InputError, match="does not differ"):
        players_of(baseline, scenario, groups=[("x", ["pandemic"])])
    with pytest.raises(InputError, match="two groups"):
        players_of(baseline, scenario, groups=[("x", ["bridge"]), ("y", ["bridge"])])


def test_the_empty_and_the_full_coalition_are_the_two_scenarios_to_the_bit(ends: tuple[Scenario, Scenario]) -> None:
    baseline, scenario = ends
    players = players_of(baseline, scenario)
    between = Coalitions(baseline.to_toml(), scenario.to_toml(), players, [0, 2 ** len(players) - 1])
    again = pickle.loads(pickle.dumps(between))
    assert [c.to_toml() for c in again] == [c.to_toml() for c in between]
    done = dict(run_scenarios([baseline, scenario, between.of(0), between.of(15)], jobs=1))
    for end, coalition in ((0, 2), (1, 3)):
        pd.testing.assert_frame_equal(
            done[end].series.drop(columns="scenario"), done[coalition].series.drop(columns="scenario"), check_exact=True
        )


def test_a_coalition_has_what_joined_from_the_scenario_and_the_rest_from_the_baseline(
    ends: tuple[Scenario, Scenario],
) -> None:
    players = players_of(*ends)
    made = Coalitions(ends[0].to_toml(), ends[1].to_toml(), players, range(16)).of(0b1001)
    on = {name for name, measure in made.measures.items() if measure.enabled}
    assert "academies-2022" not in on and {"german-freeze-2022", "listings-2022", "bridge"} <= on


# --- attributions -------------------------------------------------------------------------------------------------


def test_contributions_sum_to_the_change_exact_and_sampled(ends: tuple[Scenario, Scenario]) -> None:
    players = players_of(*ends)
    outcome = read_outcome(TIES, ends[1])
    found = attribute(*ends, players, outcome, jobs=1)
    assert (found.method, found.coalitions, found.runs, found.replicates) == ("exact", 16, 48, 3)
    assert sum(c.value for c in found.contributions) == pytest.approx(found.change, rel=1e-12)
    assert found.scenario_value - found.baseline_value == pytest.approx(found.change)
    whole = dict(run_scenarios(list(ends), jobs=1))
    own = [s.series for s in whole.values()]
    means = [
        f[(f["indicator"] == "partnerships.count") & (f["pair"] == "Russia-West") & (f["date"].dt.year >= 2022)][
            "value"
        ].mean()
        for f in own
    ]
    assert (found.baseline_value, found.scenario_value) == pytest.approx(tuple(means))
    sampled = attribute(*ends, players, outcome, exact=False, pairs=1, jobs=1)
    assert sampled.method == "sampled" and sampled.orders == 2
    assert sum(c.value for c in sampled.contributions) == pytest.approx(found.change, rel=1e-12)
    assert all(c.alone is None for c in sampled.contributions)


def test_any_number_of_processes_gives_the_same_attribution(ends: tuple[Scenario, Scenario]) -> None:
    players = players_of(*ends)
    outcome = read_outcome("output.mix:Russia>China:2023", ends[1])
    assert attribute(*ends, players, outcome, jobs=1) == attribute(*ends, players, outcome, jobs=2)


def test_what_does_nothing_contributes_nothing(ends: tuple[Scenario, Scenario]) -> None:
    """A measure between others than the pair, after the period, has value 0 exactly."""
    baseline, scenario = ends
    late = scenario.measures["bridge"].model_copy(update={"start": pd.Timestamp(2023, 12, 31).date()})
    scenario = scenario.model_copy(update={"measures": {**scenario.measures, "bridge": late}})
    found = attribute(baseline, scenario, players_of(baseline, scenario), read_outcome(
        "partnerships.count:Russia-West:2022", scenario), jobs=1)  # fmt: skip
    (bridge,) = [c for c in found.contributions if c.player == "bridge"]
    assert (bridge.value, bridge.alone, bridge.last, bridge.standard_error) == (0.0, 0.0, 0.0, 0.0)


def test_too_many_for_all_coalitions(ends: tuple[Scenario, Scenario]) -> None:
    players = players_of(*ends) * 4
    with pytest.raises(InputError, match="65,536 coalitions"):
        attribute(*ends, players, read_outcome(TIES, ends[1]), exact=True, jobs=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("partnerships.count:Russia-West", "no outcome"),
        ("partnerships.count:Russia-West:twenty", "no outcome"),
        ("partnerships.count:Russia-West:2023-2022", "reversed"),
        ("partnerships.cuont:Russia-West:2022", "partnerships.count"),
        ("partnerships.count:West-Russia:2022", "Russia-West"),
        ("partnerships.count:Russia-West:2030", "not inside"),
    ],
)
def test_outcomes_that_are_none_are_explained(ends: tuple[Scenario, Scenario], text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_outcome(text, ends[1])


def test_values_of_networks_too(ends: tuple[Scenario, Scenario]) -> None:
    outcome = read_outcome("polarisation.modularity:World:2023", ends[1])
    found = attribute(*ends, players_of(*ends)[:1], outcome, jobs=1)
    assert found.runs == 6 and np.isfinite(found.baseline_value)
    assert partial(value_of, outcome).func is value_of


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "attribute", "no-2022", "--baseline", "hindcast", "--outcome", TIES, "--groups", "--orders", "1",
        *itertools.chain(*(("--set", setting) for setting in SMALL)), "--jobs", "1", "--quiet", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert sum(c["value"] for c in said["contributions"]) == pytest.approx(said["change"])
    assert {"funding-ban", "listing"} <= {c["player"] for c in said["contributions"]}
    written = json.loads((tmp_path / "out/attribution.json").read_text())
    assert written == {key: said[key] for key in written}
    assert damage(tmp_path / "out") == [] and (tmp_path / "out/figures/contributions.png").is_file()
    assert main([*words, "--force", "--no-figures"]) == 0
    assert "sum: the whole change" in capsys.readouterr().out
    assert main([*words, "--force", "--group", "nothing"]) == 2
