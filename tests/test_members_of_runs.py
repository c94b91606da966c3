"""Replicates that run with members of an ensemble: who gets which, what a scenario keeps, and tables that do not fit."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import model.ensemble as ensembles
from experiments.cli import main
from model.calibration import calibration_file, read_calibration
from model.ensemble import Ensemble, as_member, ensemble_of, fingerprint, read_ensemble
from model.errors import InputError
from model.parameters import parameter_table
from model.partnership_model import PartnershipModel
from model.scenario import load_scenario
from model.scenario.moving import with_parameters
from model.scenario.ranges import main_effect, value_of

HINDCAST = load_scenario("hindcast")
PACKAGED = calibration_file("")
SHORT = {"world.institutions": 60, "time.start": date(2018, 1, 1), "time.show_from": date(2018, 1, 1),
         "time.end": date(2019, 1, 1), "record.snapshots": [], "run.replicates": 3}  # fmt: skip


def small(weights: list[float]) -> Ensemble:
    """An ensemble of two columns whose members differ by their number."""
    numbers = np.arange(len(weights), dtype=float)
    return Ensemble(
        np.array(weights), ("affinity.CN-RU", "parameters.maintenance.base"), np.column_stack([numbers, numbers / 10]),
        {"parameters.maintenance.base": HINDCAST.parameters.maintenance.base}, fingerprint(read_calibration()),
    )  # fmt: skip


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=12), st.integers(0, 10_000))
def test_any_stretch_of_replicates_holds_members_by_their_weights(raw: list[float], begin: int) -> None:
    weights = np.array(raw) / sum(raw)
    own, size = small(weights.tolist()), 200
    taken = np.bincount([own.member_of(begin + k) for k in range(size)], minlength=len(raw))
    assert taken.sum() == size
    # the discrepancy of Weyl's sequence with the golden ratio is below 3 log(n) for n terms
    assert np.abs(taken - size * weights).max() <= 2.0 * 3.0 * math.log(size)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ensemble.toml"
    own = small([0.25, 0.25, 0.5])
    path.write_text(own.to_toml(), encoding="utf-8")
    found = read_ensemble(path)
    assert found.columns == own.columns and found.fitted == own.fitted and found.calibration == own.calibration
    assert np.array_equal(found.values, own.values) and np.array_equal(found.weights, own.weights)
    assert found.effective == pytest.approx(1.0 / (2 * 0.25**2 + 0.5**2))


def test_the_packaged_ensemble_belongs_to_the_packaged_calibration() -> None:
    found = ensemble_of(HINDCAST)
    assert found is not None
    assert found.effective >= 8.0
    pairs = {name for name in found.columns if name.startswith("affinity.")}
    assert pairs == {f"affinity.{pair}" for pair in read_calibration().affinity}
    priors = {row.name: row.prior for row in parameter_table() if row.prior is not None}
    for name, (low, high) in priors.items():
        column = found.values[:, found.columns.index(f"parameters.{name}")]
        assert low - 1e-6 <= column.min() < column.max() <= high + 1e-6, name
    for name, value in found.fitted.items():
        group, _, rest = name.partition(".")
        if group == "measures":
            measure = HINDCAST.measures[rest]
            assert value_of(measure, main_effect(measure) or "") == pytest.approx(value), name
            low, high = measure.range or (value, value)
            column = found.values[:, found.columns.index(name)]
            assert min(low, high) - 1e-5 <= column.min() and column.max() <= max(low, high) + 1e-5, name


def test_a_replicate_runs_with_its_member() -> None:
    found = ensemble_of(HINDCAST)
    assert found is not None
    for replicate in range(4):
        scenario, calibration = as_member(HINDCAST, replicate)
        member = found.member_of(replicate)
        assert calibration is not None
        assert calibration.affinity["CN-RU"] == found.of(member, "affinity")["CN-RU"]
        assert calibration.coverage == read_calibration().coverage
        assert scenario.parameters.maintenance.base == found.of(member, "parameters")["maintenance.base"]
        sectoral = scenario.measures["sectoral-2014"]
        assert value_of(sectoral, main_effect(sectoral) or "") == pytest.approx(
            found.of(member, "measures")["sectoral-2014"]
        )
    model = PartnershipModel(load_scenario("hindcast", SHORT), replicate=2)
    assert model.calibration.affinity == (as_member(HINDCAST, 2)[1] or read_calibration()).affinity


def test_what_a_scenario_has_changed_stays() -> None:
    changed = with_parameters(HINDCAST, {"maintenance.base": HINDCAST.parameters.maintenance.base + 0.25})
    measures = load_scenario("hindcast", {"measures.sectoral-2014.effects.counts.change": -0.2}).measures
    changed = changed.model_copy(update={"measures": measures})
    scenario, _ = as_member(changed, 5)
    assert scenario.parameters.maintenance.base == changed.parameters.maintenance.base
    assert scenario.measures["sectoral-2014"] == measures["sectoral-2014"]
    assert scenario.measures["affiliations-2022"] != measures["affiliations-2022"]


def test_without_an_ensemble_every_replicate_has_the_packaged_table() -> None:
    alone = load_scenario("hindcast", {"run.ensemble": False})
    assert as_member(alone, 3) == (alone, None)
    models = [
        PartnershipModel(load_scenario("hindcast", {**SHORT, "run.ensemble": on}), replicate=3) for on in (True, False)
    ]
    assert models[1].calibration == read_calibration()
    assert models[0].calibration != models[1].calibration


def test_an_ensemble_of_another_calibration_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(read_ensemble(PACKAGED.with_name(ensembles.NAME)), calibration="0" * 64)
    monkeypatch.setattr(ensembles, "read_ensemble", lambda _: other)
    assert main(["run", "hindcast", "--jobs", "1", "--quiet"]) == 2
    assert "belongs to another calibration" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("weights = [ nonsense", "is no ensemble"),
        ("", "'members'"),
        ("columns = []\nweights = [1.0]\n[members]\n00 = [1.0]\n", "shape"),
        ('columns = ["parameters.a.b"]\nweights = [1.0]\n[fitted]\n[members]\n00 = [1.0]\n', "fitted has no"),
        ('columns = ["affinity.A-B"]\nweights = [0.4]\n[fitted]\n[members]\n00 = [1.0]\n', "sum to 1"),
        ('columns = ["affinity.A-B"]\nweights = [1.0]\n[fitted]\n[members]\n00 = [nan]\n', "finite"),
    ],
)
def test_a_damaged_table_is_told(tmp_path: Path, changed: str, said: str) -> None:
    path = tmp_path / "ensemble.toml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(InputError, match="ensemble") as error:
        read_ensemble(path)
    assert said in str(error.value)
