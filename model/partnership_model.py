"""The model: a `mesa.Model` whose step is a quarter, and the one way to run a simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from .calibration import Calibration, calibration_file, read_calibration
from .clock import QUARTER, QUARTERS_A_YEAR, date_of, year_of
from .dynamics import bounds as fast_bounds
from .dynamics import contracts, draws, events, fast, growth, output, plain, reliance
from .dynamics.state import DEGREE_BOUND, DEGREE_MAX, LOGGED, NOW, State, new_state, with_room, without_spare_spells
from .dynamics.twin import Twin
from .ensemble import as_member
from .errors import InputError
from .institution import Institution, RuleOf
from .instruments import renumbered
from .measures import Appearance, CompiledMeasure, Forces, Programmes, compile_measures, modes
from .numbers import growth_of, learning_of, publishing_of, setting_of
from .recording import Ledger
from .world import build_inputs, build_world

if TYPE_CHECKING:
    from .scenario import Scenario
    from .world import World


class PartnershipModel(mesa.Model):
    """Institutions form, keep and drop partnerships under measures.

    Mesa's time counts quarters since the start of the run; `now` is the date. Measures start and end as scheduled
    events, at their day. All random numbers are the counter-based ones of `model.dynamics.draws`: Mesa's own
    generators play no part in results.

    Parameters: the scenario; ``replicate`` and ``seed`` name the luck; ``world`` may be handed over, so that it is
    built once for many replicates; ``institution_of`` maps the world and a row of it to a subclass of
    `Institution` (or None) to give some institutions another rule. Without a ``calibration`` the replicate runs with a
    member of the scenario's ensemble, if it has one, else with the table that goes with its data.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        replicate: int = 0,
        seed: int | None = None,
        world: World | None = None,
        calibration: Calibration | None = None,
        institution_of: Callable[[World, int], type[Institution] | None] | None = None,
        **mesa_keywords: Any,
    ) -> None:
        seed = scenario.run.seed if seed is None else seed
        if seed is None:
            raise InputError("the scenario has no seed", where="run.seed", allowed="a whole number, or seed=...")
        super().__init__(rng=seed, **mesa_keywords)
        if calibration is None:
            scenario, calibration = as_member(scenario, replicate)
        self.configuration = scenario
        self.replicate, self.seed = replicate, seed
        self.world = world or build_world(scenario)
        self.calibration = calibration or read_calibration(calibration_file(scenario.world.data))
        self.key = draws.stream_key(seed, replicate)
        self.inputs = build_inputs(scenario)
        self.setting = setting_of(scenario, self.world, self.calibration)
        self.publishing = publishing_of(scenario, self.world, self.calibration)
        self.growth, self.learning = growth_of(scenario, self.world), learning_of(scenario)
        self.start, self.end = year_of(scenario.time.start), year_of(scenario.time.end)
        self._shown = year_of(scenario.time.show_from)
        self.forces = Forces(compile_measures(scenario, self.world, self.key), self.world, tuple(scenario.measures))
        self.appearance = Appearance(self.forces)
        rate = scenario.parameters.process.opportunity_rate
        self.programmes = Programmes(self.forces, self.world.omega, self.start, rate)
        self.state = self._first_state()
        self.bounds = fast_bounds.new_bounds(self.world.arrays, self.setting)
        self.ledger = Ledger(len(self.world.countries), self.publishing.strength_years)
        self._own_drift = np.zeros(self.world.n)
        self._standing = self._national_standing()
        self._quarters = 0  # quarters simulated so far
        self._open = False  # whether phases 1 to 3 of the present quarter are done
        self._events: list[tuple[_Bound, Any]] = []  # with Mesa's event, which holds the action weakly
        self._asleep = False  # while Mesa's clock is brought to the date of a restored model
        self._institutions: dict[int, Institution] = {}
        self._rules = self._own_rules(institution_of)
        self.engine = "twin" if self._rules else scenario.run.engine
        dates = sorted(year_of(day) for day in scenario.record.snapshots)
        self._snapshots = [date for date in dates if self.start < date <= self.end]
        self._schedule_measures()
        self._stand_at_the_start()

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> date:
        """The date that the state stands at."""
        return date_of(float(self.state.clock[NOW]))

    @property
    def quarters_in_all(self) -> int:
        """Quarters from start to end."""
        return round((self.end - self.start) * QUARTERS_A_YEAR)

    @property
    def quarters_left(self) -> int:
        """Quarters that are not over yet."""
        return self.quarters_in_all - self._quarters

    @property
    def quarter(self) -> int:
        """Number of the quarter that is being simulated, counted from the year 0."""
        return round((self.start + self._quarters * QUARTER) * QUARTERS_A_YEAR)

    def step(self) -> None:
        """Simulate one quarter.

        1. Measures whose date has come start, ramp, lapse; contract terms that ended are reviewed.
        2. National inputs, sizes and capabilities move.
        3. Programmes open calls and place projects, plans match partners, partnerships are founded.
        4. Partnerships form and dissolve in continuous time, cut at the dates of measures.
        5. Joint works are started, and those whose lag is over appear.
        6. What was asked for is recorded.
        """
        if self._asleep:
            return
        begin = self.start + self._quarters * QUARTER
        self._open_quarter(begin)  # phases 1 to 3, unless a measure inside the quarter has opened it already
        self._evolve(begin + QUARTER)  # phase 4
        output.expose(self.state, self.publishing, begin, begin + QUARTER)  # phase 5
        factors = self.appearance.factors(self.state, begin, begin + QUARTER)
        output.publish(self.world.arrays, self.publishing, self.forces.regime, self.state, self.key, begin, factors)
        self._record(begin + QUARTER)  # phase 6
        self._open = False
        self._quarters += 1
        self.running = self._quarters < self.quarters_in_all

    def run_to_end(self, after_step: Callable[[PartnershipModel], None] | None = None) -> PartnershipModel:
        """Run to the end of the scenario; ``after_step`` is called with the model after every quarter."""
        while self.running:
            self.run_until(self._quarters + 1)
            if after_step is not None:
                after_step(self)
        return self

    def run_to_date(self, day: date, after_step: Callable[[PartnershipModel], None] | None = None) -> PartnershipModel:
        """Run to a date before the end, which may lie inside a quarter; the measures of that day are still to come.

        What follows is the same, to the bit, as if the model had not stopped. ``after_step`` is called with the model
        after every whole quarter. Raises `InputError` for a date that has passed, and for one that the run does not hold.
        """
        time = year_of(day)
        if not max(self.start, float(self.state.clock[NOW])) < time < self.end:
            raise InputError(
                f"{day} is not within what is left of the run", where="until",
                allowed=f"a date after {self.now} and before {date_of(self.end)}",
            )  # fmt: skip
        held = self._hold_events(time)
        while self.start + (self._quarters + 1) * QUARTER <= time:
            self.run_until(self._quarters + 1)
            if after_step is not None:
                after_step(self)
        begin = self.start + self._quarters * QUARTER
        if begin < time:
            self.run_until((time - self.start) * QUARTERS_A_YEAR)
            self._open_quarter(begin)
            self._evolve(time)
        self._release_events(held)
        return self

    # --- stopping and going on ----------------------------------------------------------------------------------

    def capture(self) -> dict[str, np.ndarray]:
        """All that changes in a run, as named arrays: `restore` brings a new model of the same run to where this one is.

        Rules of institutions are not part of it; a rule that remembers must keep its memory itself.
        """
        kept = {f"state.{name}": array.copy() for name, array in without_spare_spells(self.state)._asdict().items()}
        if self.engine == "fast":
            kept |= {f"bounds.{name}": array.copy() for name, array in self.bounds._asdict().items()}
        kept |= {f"ledger.{name}": array for name, array in self.ledger.capture().items()}
        return kept | {
            "instruments": np.array(self.forces.instruments, np.str_),
            "own_drift": self._own_drift.copy(),
            "quarters": np.array(self._quarters),
            "open": np.array(self._open),
            "grid": self.setting.grid.copy(),
            "renewed": np.array(self.forces.time),  # when measures in force were last looked at
        }

    def restore(self, kept: Mapping[str, np.ndarray]) -> PartnershipModel:
        """Stand where the model stood that was captured. This one must be new; ``kept`` is not changed by what follows.

        The scenario may be another one if it differs only in what had not begun: see `model.checkpoint`.
        """
        kept = renumbered(kept, self.forces.instruments)
        time = float(kept["state.clock"][NOW])
        held = [action for action in self._hold_events(-np.inf) if action.time >= time]
        self._asleep = True
        if time > self.start:
            self.run_until((time - self.start) * QUARTERS_A_YEAR)
        self._asleep = False
        self._release_events(held)
        self.state = State(**{name: kept[f"state.{name}"].copy() for name in State._fields})
        if self.engine == "fast":
            self.bounds = fast_bounds.Bounds(**{name: kept[f"bounds.{name}"].copy() for name in self.bounds._fields})
        self.ledger.restore({key.removeprefix("ledger."): kept[key] for key in kept if key.startswith("ledger.")})
        self._own_drift = kept["own_drift"].copy()
        self._quarters, self._open = int(kept["quarters"]), bool(kept["open"])
        self.setting.grid[:] = kept["grid"]
        self.forces.update(float(kept["renewed"]), float(self.setting.grid[0]))
        self.forces.bound(self.setting, self.state)
        recorded = self.start + self._quarters * QUARTER
        taken = [date for date in self._snapshots if date <= recorded]
        self.ledger.snapshots = [
            kept for kept in self.ledger.snapshots if kept[0] in taken
        ]  # a branch may ask for fewer
        self._snapshots = self._snapshots[len(taken) :]
        return self

    def _hold_events(self, time: float) -> list[_Bound]:
        """Take the events from a time on out of Mesa's list, and return their actions in order."""
        held = [(action, event) for action, event in self._events if action.time >= time]
        for _, event in held:
            event.cancel()
        self._events = [pair for pair in self._events if pair not in held]
        return [action for action, _ in held]

    def _release_events(self, held: list[_Bound]) -> None:
        for action in held:
            self._enter_event(action)

    # --- the phases ---------------------------------------------------------------------------------------------

    def _open_quarter(self, begin: float) -> None:
        """Phases 1 to 3 of the quarter that begins at a time in years."""
        if self._open:
            return
        self._open = True
        self.state = with_room(self.state)
        p = self.configuration.parameters
        row = round((begin - self.start) * QUARTERS_A_YEAR)
        self.setting.grid[0] = begin
        # 1. measures and contract terms
        self.forces.update(begin, begin)
        self._renew_modes(begin)
        contracts.review(
            self.world.arrays, self.setting, self.forces.regime, self.forces.unrenewable, self.forces.reach,
            self.forces.leakage, np.array([p.contracts.renewed, p.contracts.lapsed]), self.state, self.key, begin,
        )  # fmt: skip
        # 2. inputs, sizes, capabilities
        growth.drift(self.growth, self._own_drift, self.key, self.quarter, QUARTER)
        self._own_drift += QUARTER * self.forces.added("size_growth")
        growth.resize(self.world.arrays, self.growth, self.state, self._own_drift, self.inputs.publications[row])
        self._shift_capabilities()
        growth.learn(
            self.world.arrays,
            self.learning,
            self.state,
            self.inputs.capability_level[row],
            self._standing,
            begin,
            QUARTER,
        )
        self._apply_to_institutions()
        # 3. programmes
        self.state = self.programmes.act(self.setting, self.state, self.key, begin)
        self._see_exposure()
        self.forces.bound(self.setting, self.state)
        events.open_stream(self.state, self.key, self.quarter)
        self._refresh_bounds()

    def _shift_capabilities(self) -> None:
        """Capabilities grow by measures, and follow at once a level that measures have shifted."""
        shift = self.forces.added("capability_level")
        self.state.capability[:] += QUARTER * self.forces.added("capability") + (shift - self.state.capability_shift)
        self.state.capability_shift[:] = shift

    def _apply_to_institutions(self) -> None:
        """Rates of opportunities and capacities under the measures in force."""
        rate = self.configuration.parameters.process.opportunity_rate
        self.state.rate[:] = rate * self.forces.institution_factor("opportunity")
        capacity = self.growth.capacity_scale * np.exp(self.growth.capacity_exponent * self.state.log_size)
        self.state.capacity[:] = capacity * self.forces.institution_factor("capacity")

    def _see_exposure(self) -> None:
        """Look up how much institutions rely on blocs: each quarter under secondary sanctions, and when they begin."""
        if self.forces.threaten:
            reliance.refresh_reliance(self.world.arrays, self.state)

    def _refresh_bounds(self) -> None:
        if self.engine == "fast":
            fast_bounds.refresh(self.world.arrays, self.setting, self.state, self.bounds)

    def _evolve(self, until: float) -> None:
        """Phase 4: the process of MODEL 3 up to a time in years, by the engine of the run."""
        while not self._evolve_while_room(until):
            self.state = with_room(self.state)
            if self.state.counts[DEGREE_MAX] > self.state.counts[DEGREE_BOUND]:
                self._refresh_bounds()

    def _evolve_while_room(self, until: float) -> bool:
        world, setting, regime, key = self.world.arrays, self.setting, self.forces.regime, self.key
        if self.engine == "fast":
            return fast.evolve(world, setting, regime, self.state, self.bounds, key, self.quarter, until)
        if self.engine == "plain":
            return plain.evolve(world, setting, regime, self.state, key, self.quarter, until)
        return self.twin().evolve(key, self.quarter, until, self._rules)

    def _record(self, end: float) -> None:
        if end == self._shown:
            self.ledger.open(self.state)
            self.state.counts[LOGGED] = 0
        period = 1.0 if self.configuration.record.every == "year" else QUARTER
        if end > self._shown and (end / period) % 1.0 == 0.0:
            self.ledger.close_period(self.world.arrays, self.state)
        while self._snapshots and self._snapshots[0] <= end:
            self._snapshots.pop(0)
            self.ledger.snapshot(self.state)

    # --- measures -----------------------------------------------------------------------------------------------

    def _schedule_measures(self) -> None:
        """Measures start, end and terminate as events, at their day; those about listed institutions also move with lists."""
        for measure in self.forces.measures:
            for time in modes.moves(measure, self.world):
                self._schedule(time, self._move_measure, measure)
            for time in modes.terminations(measure, self.world):
                self._schedule(time, self._terminate, measure)

    def _schedule(
        self, time: float, action: Callable[[float, CompiledMeasure], None], measure: CompiledMeasure
    ) -> None:
        if self.start <= time < self.end:
            self._enter_event(_Bound(action, time, measure))

    def _enter_event(self, action: _Bound) -> None:
        event = self.schedule_event(action, at=(action.time - self.start) * QUARTERS_A_YEAR)
        self._events.append((action, event))

    def _cut(self, time: float) -> None:
        """Bring the state to a date inside a quarter and renew what depends on the measures in force."""
        grid = self.start + self._quarters * QUARTER
        self._open_quarter(grid)
        self._evolve(time)
        threatened = self.forces.threaten
        if self.forces.update(time, grid):
            if not threatened:
                self._see_exposure()
            self.forces.bound(self.setting, self.state)
            before = events.stream_rate(self.state)
            self._apply_to_institutions()
            events.stretch_wait(self.state, self.key, self.quarter, before, events.stream_rate(self.state))

    def _move_measure(self, time: float, measure: CompiledMeasure) -> None:
        """A measure starts or ends, or the lists that it follows change."""
        self._cut(time)
        if measure.measure.mode == "no_renewal" and self.forces.place(measure) >= 0:
            modes.give_notice(self.forces, measure, self.setting, self.state, self.key, time)

    def _terminate(self, time: float, measure: CompiledMeasure) -> None:
        """The wind-down of a measure is over."""
        self._cut(time)
        self._end_partnerships(measure, time)

    def _renew_modes(self, begin: float) -> None:
        """While measures grow, notice and termination reach more partnerships from quarter to quarter."""
        for measure, terminates in modes.growing(self.forces, begin):
            if terminates:
                self._end_partnerships(measure, begin)
            else:
                modes.give_notice(self.forces, measure, self.setting, self.state, self.key, begin)

    def _end_partnerships(self, measure: CompiledMeasure, time: float) -> None:
        if self.forces.place(measure) >= 0:  # else its ramp has not begun to move
            self.state = with_room(self.state)
            modes.end_partnerships(self.forces, measure, self.setting, self.state, self.key, time)

    # --- institutions -------------------------------------------------------------------------------------------

    def twin(self) -> Twin:
        """The process in plain Python, on the present state: for explanations and own rules."""
        return Twin(self.world.arrays, self.setting, self.forces.regime, self.state)

    def institution(self, row: int) -> Institution:
        """The agent of a row; made when first asked for, so that a large world does not carry idle objects."""
        if row not in self._institutions:
            self._institutions[row] = Institution(self, row)
        return self._institutions[row]

    @property
    def agents(self) -> Any:
        """All institutions, as Mesa's AgentSet."""
        for row in range(self.world.n):
            self.institution(row)
        return super().agents

    def _own_rules(self, institution_of: Callable[[World, int], type[Institution] | None] | None) -> dict[int, RuleOf]:
        rules = {}
        for row in range(self.world.n) if institution_of else ():
            kind = institution_of(self.world, row)  # type: ignore[misc]
            if kind is not None:
                self._institutions[row] = kind(self, row)
                rules[row] = RuleOf(self._institutions[row])
        return rules

    # --- beginnings ---------------------------------------------------------------------------------------------

    def _first_state(self) -> State:
        log = 16 * self.world.n if self.configuration.record.decisions else 0
        blocs, instruments = len(self.world.blocs), len(self.forces.instruments)
        state = new_state(self.world.n, len(self.world.countries), log=log, blocs=blocs, instruments=instruments)
        state.capability[:] = self.world.arrays.capability
        state.rate[:] = self.configuration.parameters.process.opportunity_rate
        state.clock[:] = self.start
        return state

    def _stand_at_the_start(self) -> None:
        """Sizes, rates and the date of the first quarter, so that a model that was just made can explain itself."""
        self.setting.grid[0] = self.start
        self.forces.update(self.start, self.start)
        growth.resize(self.world.arrays, self.growth, self.state, self._own_drift, self.inputs.publications[0])
        self._apply_to_institutions()
        self._see_exposure()
        self.forces.bound(self.setting, self.state)
        if self._shown == self.start:
            self.ledger.open(self.state)

    def _national_standing(self) -> np.ndarray:
        """How far an institution stands above its country at the start, float64[n]: capabilities return to it."""
        country = self.world.arrays.country
        standing = self.world.arrays.capability - self.inputs.capability_level[0][country]
        return standing - standing.mean()


class _Bound:
    """An action with its arguments: Mesa calls an event without any."""

    def __init__(self, action: Callable[[float, CompiledMeasure], None], time: float, measure: CompiledMeasure) -> None:
        self.action, self.time, self.measure = action, time, measure

    def __call__(self) -> None:
        self.action(self.time, self.measure)
