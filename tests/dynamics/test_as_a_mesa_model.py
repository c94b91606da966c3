"""The model as a Mesa user meets it: agents, data collection, time, events, rules of one's own, explanations."""

from __future__ import annotations

from datetime import date
from math import exp

import mesa
import numpy as np
import pytest
from mesa.datacollection import DataCollector
from random_worlds import different_arrays, ties
from small_models import END, finished, measure, model, scenario

from model.clock import year_of
from model.dynamics import plain
from model.dynamics.state import NOW
from model.errors import InputError
from model.institution import Institution
from model.partnership_model import PartnershipModel

TINY = {"institutions": 36, "end": date(2011, 4, 1)}
MEASURES = {"less": measure(date(2010, 5, 20), effects={"meeting": 0.3, "maintenance": -0.5})}
LIVELY = {"formation": {"base": 0.5}, "contracts": {"median_months": 4.0}, "maintenance": {"base": 1.5}}


@pytest.fixture(scope="module")
def grown() -> PartnershipModel:
    return finished(scenario(MEASURES, institutions=40, parameters=LIVELY))


# --- a mesa.Model ----------------------------------------------------------------------------------------------------


def test_it_is_a_mesa_model_whose_time_counts_quarters() -> None:
    run = model(scenario())
    assert isinstance(run, mesa.Model)
    assert (run.time, run.steps, run.running) == (0.0, 0, True)
    run.step()
    run.run_for(2)
    assert (run.time, run.steps, run.now) == (3.0, 3, date(2010, 10, 1))
    run.run_until(5)
    assert (run.time, run.steps, run.now) == (5.0, 5, date(2011, 4, 1))
    run.run_model()
    assert (run.time, run.steps, run.running, run.now) == (16.0, 16, False, END)


def test_ways_to_run_are_one_way() -> None:
    runs = [model(scenario(MEASURES)) for _ in range(4)]
    runs[0].run_model()
    runs[1].run_for(16)
    runs[2].run_until(16)
    runs[3].run_to_end()
    for other in runs[1:]:
        assert different_arrays(runs[0].state, other.state) == []


def test_it_is_called_back_after_every_step() -> None:
    dates: list[date] = []
    model(scenario()).run_to_end(lambda run: dates.append(run.now))
    assert len(dates) == 16
    assert dates[0] == date(2010, 4, 1) and dates[-1] == END and dates == sorted(set(dates))


def test_events_of_a_user_are_fired_at_their_time_and_change_nothing() -> None:
    run, seen = model(scenario(MEASURES)), []

    def look() -> None:
        seen.append((run.time, run.now))

    event = run.schedule_event(look, at=2.5)
    run.schedule_event(look, after=4)
    cancelled = run.schedule_event(look, at=3.0)
    cancelled.cancel()
    run.run_to_end()
    assert [time for time, _ in seen] == [2.5, 4.0]
    assert seen[1][1] == date(2011, 1, 1)
    assert event.time == 2.5
    assert different_arrays(run.state, finished(scenario(MEASURES)).state) == []


def test_generators_of_mesa_play_no_part_in_results() -> None:
    run = model(scenario())
    for _ in range(8):
        run.run_for(1)
        run.random.random()
        run.rng.random(7)
    run.run_to_end()
    assert different_arrays(run.state, finished(scenario()).state) == []


def test_data_are_collected_as_elsewhere() -> None:
    run = model(scenario())
    collector = DataCollector(
        model_reporters={"ties": lambda m: len(ties(m.state)), "now": "now"},
        agent_reporters={"degree": "degree", "country": "country"},
    )
    run.run_to_end(collector.collect)
    of_model = collector.get_model_vars_dataframe()
    of_agents = collector.get_agent_vars_dataframe()
    assert len(of_model) == 16 and len(of_agents) == 16 * run.world.n
    sums = of_agents["degree"].groupby(level="Step").sum()
    assert (sums.to_numpy() == 2 * of_model["ties"].to_numpy()).all()
    assert of_model["ties"].iloc[-1] > 0


def test_a_model_needs_a_seed() -> None:
    of = scenario()
    open_seed = of.model_copy(update={"run": of.run.model_copy(update={"seed": None})})
    with pytest.raises(InputError, match=r"run\.seed"):
        PartnershipModel(open_seed)
    assert PartnershipModel(open_seed, seed=3).seed == 3


# --- institutions ----------------------------------------------------------------------------------------------------


def test_agents_are_all_institutions_as_an_agent_set(grown: PartnershipModel) -> None:
    assert len(grown.agents) == grown.world.n
    assert {agent.row for agent in grown.agents} == set(range(grown.world.n))
    assert all(isinstance(agent, Institution) for agent in grown.agents)
    chinese = grown.agents.select(lambda agent: agent.country == "CN")
    assert len(chinese) == (grown.world.arrays.country == grown.world.countries.index("CN")).sum()
    assert sum(grown.agents.get("degree")) == 2 * len(ties(grown.state))
    assert len(grown.agents) == len({id(agent) for agent in grown.agents}) == grown.world.n  # asked twice, made once


def test_an_institution_is_a_view_of_its_row(grown: PartnershipModel) -> None:
    arrays, state = grown.world.arrays, grown.state
    for row in (0, 7, grown.world.n - 1):
        agent = grown.institution(row)
        assert agent is grown.institution(row)
        assert agent.name == grown.world.names[row] and agent.real == grown.world.real[row]
        assert agent.kind == grown.world.kinds[arrays.kind[row]]
        assert agent.bloc == grown.world.blocs[arrays.bloc[row]]
        assert (agent.log_size, agent.capability) == (state.log_size[row], state.capability[row])
        assert agent.degree == len(agent.partners) == state.degree[row]
        assert all(agent in other.partners for other in agent.partners)


# --- explanations ----------------------------------------------------------------------------------------------------


def test_an_explanation_holds_every_option_with_its_plain_probability(grown: PartnershipModel) -> None:
    n, time = grown.world.n, float(grown.state.clock[NOW])
    for row in range(n):
        options = grown.institution(row).explain()
        meet, weights = np.empty(n), np.empty(n)
        plain.choice_weights(
            grown.world.arrays, grown.setting, grown.forces.regime, grown.state, row, time, meet, weights
        )
        found = {option.institution: option.probability for option in options}
        assert len(found) == len(options)
        assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
        for j, weight in enumerate(weights):
            assert found.get(j, 0.0) == pytest.approx(weight / weights.sum(), rel=1e-11)
        chances = [option.probability for option in options]
        assert chances == sorted(chances, reverse=True)


def test_an_explanation_says_what_a_weight_is_made_of(grown: PartnershipModel) -> None:
    agent = max(grown.agents, key=lambda a: a.degree)
    options = agent.explain()
    time = float(grown.state.clock[NOW])
    assert {option.action for option in options} == {"no change", "propose", "end"}
    touched = 0
    for option in options:
        if option.action == "no change":
            assert (option.institution, option.weight) == (agent.row, 1.0)
        elif option.action == "propose":
            parts = option.meeting * option.measures * exp(sum(option.terms.values()))
            assert option.weight == pytest.approx(parts, rel=1e-12)
            touched += option.measures != 1.0
        else:
            slot = grown.twin().slot(agent.row, option.institution)
            inside = time < grown.state.term[slot]
            parts = 0.0 if inside else option.measures * exp(-sum(option.terms.values()))
            assert option.weight == pytest.approx(parts, rel=1e-12)
        assert all(part != 0.0 for part in option.terms.values())
    assert {option.institution for option in options if option.action == "end"} == {p.row for p in agent.partners}
    assert touched or agent.bloc not in ("West", "China")


def test_decisions_of_an_institution_are_those_of_the_model(grown: PartnershipModel) -> None:
    time = float(grown.state.clock[NOW])
    pair = next(iter(ties(grown.state)))
    i, j = (grown.institution(row) for row in pair)
    twin = grown.twin()
    assert i.end(j, time) == twin.end(i.row, j.row, time)
    stranger = next(a for a in grown.agents if a.country != i.country and a not in i.partners)
    assert i.propose(stranger, time) == twin.propose(i.row, stranger.row, time) > 0.0
    chance = stranger.accept(i, grown.world.fields[2], time)
    assert 0.0 < chance == twin.accept(stranger.row, i.row, 2, time) < 1.0


def test_the_twin_looks_at_the_state_as_it_is() -> None:
    run = model(scenario())
    for _ in range(3):
        run.run_for(1)
        assert run.twin().state is run.state and run.twin().regime is run.forces.regime
        assert year_of(run.now) == run.state.clock[NOW]


def test_a_model_just_made_stands_at_the_start_of_its_first_quarter() -> None:
    """Sizes, capacities, rates and the date are set, so that it can explain itself."""
    measures = {"on": measure(date(2010, 1, 1), effects={"meeting": 0.5, "opportunity": 2.0})}
    run = model(scenario(measures))
    options = run.institution(0).explain()
    assert 1e-4 < sum(option.probability for option in options if option.action == "propose") < 0.9
    assert any(option.measures == pytest.approx(0.5) for option in options) or run.institution(0).bloc == "Russia"
    rate, sizes = run.state.rate.copy(), run.state.log_size.copy()
    run.run_for(1)
    assert np.array_equal(rate, run.state.rate)
    assert abs(sizes - run.state.log_size).max() < 0.3  # only an institution's own drift has moved
