"""Figures: what is drawn is what the series say, the same bytes each time, for any set of blocs and any odd run."""

from __future__ import annotations

import colorsys
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.figure import Figure

from experiments.figures import (
    arms,
    bands,
    comparison,
    context,
    design,
    differences,
    draw_comparison,
    draw_run,
    draw_sweep,
    initiative,
    labels,
    layout,
    marks,
    mix,
    network,
    page,
    style,
    sweep,
    trajectories,
)
from experiments.results.writing import write_frames
from experiments.runner import run_scenario
from model.errors import InputError
from model.scenario import Scenario, load_scenario
from model.simulation import Simulation
from model.tables import observed_by_bloc, read_tables
from model.world import build_world

SMALL = (
    "world.institutions=60", "time.start=2010-01-01", "time.show_from=2012-01-01", "time.end=2016-01-01",
    "run.replicates=5", "run.seed=11", "record.snapshots=[2013-01-01, 2016-01-01]",
)  # fmt: skip


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """A small run of the packaged world."""
    return run_scenario(load_scenario("classroom", SMALL), jobs=1)


@pytest.fixture(scope="module")
def folder(simulation: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frames of the small run; its result is not finished."""
    target = tmp_path_factory.mktemp("run")
    write_frames(target, simulation)
    return target


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """Name -> figure of all that is drawn, instead of files."""
    figures: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, name: str) -> list[Path]:
        figures[name] = figure
        return [folder / style.FIGURES / f"{name}.png"]

    for module in (trajectories, mix, initiative, network, comparison, differences, sweep):
        monkeypatch.setattr(module, "save", keep)
    return figures


def frame(values: dict[tuple[str, str], list[list[float]]], dates: list[str]) -> pd.DataFrame:
    """A tidy series: (indicator, pair) -> values by date and replicate."""
    rows = [
        (k, pd.Timestamp(day), pair, indicator, value)
        for (indicator, pair), by_date in values.items()
        for day, row in zip(dates, by_date, strict=True)
        for k, value in enumerate(row)
    ]
    return pd.DataFrame(rows, columns=["replicate", "date", "pair", "indicator", "value"]).assign(
        scenario="hand", unit="works a year"
    )


def written(target: Path, scenario: Scenario, series: pd.DataFrame, snapshots: pd.DataFrame | None = None) -> Path:
    """A folder with a hand-made series."""
    empty = pd.DataFrame(columns=["replicate", "date", "a", "b"])
    target.mkdir(parents=True, exist_ok=True)
    write_frames(
        target,
        SimpleNamespace(
            scenario=scenario,
            series=series,
            indicators=series.iloc[:0],
            spells=empty,
            snapshots=empty if snapshots is None else snapshots,
            programmes=empty,
        ),  # type: ignore[arg-type]
    )
    return target


def texts(of: Axes | Figure) -> list[str]:
    """All words of a panel or a figure."""
    return [text.get_text() for text in of.findobj(matplotlib.text.Text) if text.get_text()]


def panel(figure: Figure, title: str) -> Axes:
    """The panel with a title."""
    (found,) = [axes for axes in figure.axes if title in texts(axes)]
    return found


def line(axes: Axes, colour: str) -> np.ndarray:
    """Points of the one thick line of a colour, float64[T, 2]."""
    (found,) = [
        item for item in axes.get_lines()
        if item.get_color() == colour and item.get_linestyle() == "-" and item.get_linewidth() > 1
    ]  # fmt: skip
    return np.asarray(found.get_xydata())


# --- colours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blocs", [["Russia", "China", "West", "Other"], ["Iran", "EU"], [f"b{k}" for k in range(12)]])
def test_every_bloc_and_every_pair_has_its_own_colour(blocs: list[str]) -> None:
    of_blocs, of_pairs = style.bloc_colours(blocs), style.pair_colours(blocs)
    assert len(set(of_blocs.values())) == len(blocs)
    between = [of_pairs[f"{a}-{b}"] for a, b in itertools.combinations(blocs, 2)]
    assert len(set(between)) == len(between) and style.WITHIN not in between
    assert all(of_pairs[f"{blocs[0]}-{other}"] == of_blocs[other] for other in blocs[1:])


def test_no_bloc_of_the_packaged_world_is_red() -> None:
    for colour in style.bloc_colours(read_tables().blocs).values():
        hue, _, saturation = colorsys.rgb_to_hls(*matplotlib.colors.to_rgb(colour))
        assert saturation < 0.3 or 20 / 360 < hue < 330 / 360


# Machado, Oliveira and Fernandes 2009: severity 1, linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(colour: str, deficiency: str) -> np.ndarray:
    """CIELAB as seen with a deficiency."""
    srgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(DEFICIENCIES[deficiency] @ linear, 0.0, 1.0)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colour_blind_readers_tell_the_first_colours_apart(deficiency: str) -> None:
    seen = [lab(colour, deficiency) for colour in style.PALETTE[:7]]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


# --- paths and fans -----------------------------------------------------------------------------------------------


def test_values_go_to_their_pair_period_and_replicate() -> None:
    series = frame(
        {("output.volume", "B"): [[1.0, 2.0], [3.0, 4.0]], ("output.volume", "A"): [[5.0, 6.0], [7.0, np.nan]]},
        ["2020-12-31", "2021-12-31"],
    )
    series = series.sample(frac=1.0, random_state=3).astype({"pair": "category", "indicator": "category"})
    paths = bands.read_paths(series, "output.volume", ["A", "missing", "B"], date(2020, 1, 1))
    assert paths.pairs == ("A", "B")
    assert list(paths.times) == [2020.5, 2021.5] and list(paths.replicates) == [0, 1]
    assert np.array_equal(paths.of("B"), [[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(paths.of("A"), [[5.0, 6.0], [7.0, np.nan]], equal_nan=True)


def test_periods_stand_in_their_middles_whatever_their_length() -> None:
    quarters = np.array(["2020-03-31", "2020-06-30", "2020-09-30"], "datetime64[D]")
    assert list(bands.middles(quarters, date(2020, 1, 1))) == [2020.125, 2020.375, 2020.625]
    late = np.array(["2020-12-31", "2021-12-31"], "datetime64[D]")
    assert list(bands.middles(late, date(2020, 7, 1))) == [2020.75, 2021.5]


def test_quantiles_leave_out_what_is_undefined() -> None:
    values = np.array([[1.0, 2.0, 3.0], [np.nan, 4.0, 6.0], [np.nan] * 3])
    assert np.array_equal(bands.quantiles(values, (0.5,))[0], [2.0, 5.0, np.nan], equal_nan=True)
    assert np.isnan(bands.quantiles(np.empty((2, 0)), (0.5,))).all()


@pytest.mark.parametrize(("count", "filled", "lines"), [(1, 0, 1), (3, 0, 4), (5, 2, 1), (20, 2, 1)])
def test_few_replicates_are_drawn_one_by_one_and_many_as_bands(count: int, filled: int, lines: int) -> None:
    axes = Figure().add_subplot()
    values = np.random.default_rng(1).random((4, count))
    bands.fan(axes, np.arange(4.0), values, "#0072B2")
    assert len(axes.collections) == filled and len(axes.get_lines()) == lines
    assert np.allclose(axes.get_lines()[-1].get_ydata(), np.median(values, axis=1))
    if filled:
        outer = axes.collections[0].get_paths()[0].vertices
        assert np.isclose(outer[:, 1].max(), np.quantile(values, 0.95, axis=1).max())
        assert np.isclose(outer[:, 1].min(), np.quantile(values, 0.05, axis=1).min())


def test_a_fan_of_one_period_can_be_seen() -> None:
    axes = Figure().add_subplot()
    bands.fan(axes, np.array([2020.5]), np.arange(6.0)[None], "#0072B2")
    assert axes.get_lines()[-1].get_marker() == "D" and len(axes.collections) == 2


# --- volume and share ---------------------------------------------------------------------------------------------

YEARS = ["2014-12-31", "2015-12-31", "2016-12-31"]
HAND = (
    "time.start=2010-01-01", "time.show_from=2014-01-01", "time.end=2017-01-01", "world.institutions=40",
    "record.snapshots=[]", "run.ensemble=false",
)  # fmt: skip


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """Three years of two pairs of the packaged world, five replicates."""
    volume = [[10.0, 20.0, 30.0, 40.0, 50.0], [100.0, 200.0, 300.0, 400.0, 500.0], [7.0, 7.0, 7.0, 7.0, 7.0]]
    share = [[0.1] * 5, [0.2] * 5, [0.3] * 5]
    series = frame(
        {
            ("output.volume", "Russia-West"): volume,
            ("output.volume", "Russia-China"): [[1.0] * 5, [0.0] * 5, [2.0] * 5],
            ("output.share", "Russia-West"): share,
        },
        YEARS,
    )
    return written(tmp_path / "hand", load_scenario("hindcast", HAND), series)


def test_the_panel_shows_the_median_and_the_observed_points(by_hand: Path, drawn: dict[str, Figure]) -> None:
    draw_run(by_hand)
    axes = panel(drawn["volume"], "Russia – West")
    colour = style.pair_colours(read_tables().blocs)["Russia-West"]
    assert np.array_equal(line(axes, colour), [[2014.5, 30.0], [2015.5, 300.0], [2016.5, 7.0]])
    (points,) = [item for item in axes.get_lines() if item.get_marker() == "o"]
    observed = observed_by_bloc(read_tables())["Russia-West"]
    # 2016 is an artefact: no point
    assert np.array_equal(points.get_xydata(), [[2014.5, observed[2014]], [2015.5, observed[2015]]])
    assert points.get_markerfacecolor() == context.OBSERVED
    assert axes.get_yscale() == "log" and "works a year (log)" in texts(axes)
    assert panel(drawn["volume"], "Russia – China").get_yscale() == "linear"  # a median is zero there
    assert any("2016 is missing" in words for words in texts(drawn["volume"]))


def test_share_has_its_own_figure_and_observed_share(by_hand: Path, drawn: dict[str, Figure]) -> None:
    draw_run(by_hand)
    axes = panel(drawn["share"], "Russia – West")
    (points,) = [item for item in axes.get_lines() if item.get_marker() == "o"]
    table = observed_by_bloc(read_tables())
    assert np.allclose(points.get_ydata(), [table["Russia-West"][y] / table["all"][y] for y in (2014, 2015)])
    assert axes.get_ylim()[0] == 0.0
    assert len(drawn["share"].axes) == 1  # the only pair with a share
    assert not any("works a year" in words for words in texts(drawn["share"]))


def test_a_year_that_was_still_being_filled_is_hollow(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    series = frame(
        {("output.volume", "Russia-West"): [[1.0] * 5, [2.0] * 5]}, ["2022-12-31", "2023-12-31"]
    )  # fmt: skip
    changes = [*HAND, "time.show_from=2022-01-01", "time.end=2024-01-01"]
    draw_run(written(tmp_path, load_scenario("hindcast", changes), series))
    points = [item for item in drawn["volume"].axes[0].get_lines() if item.get_marker() == "o"]
    filled = {float(item.get_xdata()[0]): item.get_markerfacecolor() for item in points}
    assert filled == {2022.5: context.OBSERVED, 2023.5: "white"}


def test_every_hindcast_figure_says_what_it_is_conditional_on(folder: Path, drawn: dict[str, Figure]) -> None:
    draw_run(folder)
    assert set(drawn) == {"volume", "share", "partner-mix", "initiators-leaders", "network"}
    for name, figure in drawn.items():
        assert "Conditional on realised inputs" in texts(figure), name
        if name != "network":
            assert any("replicate noise only, not parameter uncertainty" in words for words in texts(figure)), name


def test_captions_say_what_replicates_differ_in() -> None:
    assert context.Context(load_scenario("classroom")).spread == "replicate noise only, not parameter uncertainty"
    assert context.Context(load_scenario("hindcast")).spread == "luck, and sets of parameters from the ensemble"


def test_projected_inputs_are_shaded_and_named() -> None:
    whole = context.Context(load_scenario("hindcast"))
    assert whole.projected_spans(frozenset(whole.blocs)) == [(2023.0, 2024.0)]
    assert whole.condition == "Conditional on realised inputs (1996–2022; projected outside)"
    ahead = context.Context(load_scenario("detente", ["time.show_from=2026-01-01"]))
    assert ahead.condition == "Inputs are projected"
    axes = Figure().add_subplot()
    axes.set_xlim(1996, 2036)
    axes.set_ylim(0, 1)
    axes.plot([2023.0, 2036.0], [0.9, 0.9])
    detente = context.Context(load_scenario("detente"))
    trajectories.shade_projected(axes, detente, ["Russia"], 3.0, 1.3)
    (span,) = [
        patch for patch in axes.patches if matplotlib.colors.to_hex(patch.get_facecolor()).upper() == style.SHADE
    ]
    assert (span.get_x(), span.get_x() + span.get_width()) == (2023.0, 2036.0)
    (words,) = axes.texts
    assert words.get_text() == "inputs projected" and words.get_position()[1] < 0.7  # below the line


def test_years_without_observed_works_have_no_points(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    series = frame(
        {("output.volume", "Russia-West"): [[1.0] * 5, [2.0] * 5]}, ["2026-12-31", "2027-12-31"]
    )  # fmt: skip
    changes = [*HAND, "time.show_from=2026-01-01", "time.end=2028-01-01"]
    draw_run(written(tmp_path, load_scenario("hindcast", changes), series))
    (axes,) = drawn["volume"].axes
    assert not [item for item in axes.get_lines() if item.get_marker() == "o"]
    assert not any("observed" in words for words in texts(drawn["volume"]))


# --- marks --------------------------------------------------------------------------------------------------------


def marks_for(scenario: Scenario, *pairs: tuple[str, str]) -> dict[str, marks.Mark]:
    """Title -> mark, of the measures that concern any of the pairs."""
    found = marks.scenario_marks(scenario, read_tables(), pairs)
    return {mark.title: mark for mark in found}


def test_marks_are_the_measures_that_concern_a_pair() -> None:
    hindcast = load_scenario("hindcast")
    west = marks_for(hindcast, ("Russia", "West"))
    assert "OFAC lists Russian institutions" in west and "US lists Chinese universities" not in west
    assert any(title.startswith("Pandemic") for title in west)  # anyone with anyone
    named = "Joint university of Moscow State University and Beijing Institute of Technology"
    assert named not in west and named in marks_for(hindcast, ("China", "Russia"))
    # the Wolf Amendment is the first restriction between China and the West
    assert marks_for(hindcast, ("China", "West"))["US lists Chinese universities"].label == "R2"
    off = load_scenario("hindcast", ["measures.listings-2022.enabled=false", "measures.ostp-2022.strength=0.0"])
    assert set(west) - set(marks_for(off, ("Russia", "West"))) == {
        "OFAC lists Russian institutions", "US winds down ties with Russian government-affiliated institutions",
    }  # fmt: skip


def test_only_dates_that_are_shown_are_marked() -> None:
    early = load_scenario("hindcast", ["time.show_from=2021-01-01", "time.end=2022-04-01"])
    found = marks_for(early, ("Russia", "West"))
    assert all(date(2021, 1, 1) <= day < date(2022, 4, 1) for mark in found.values() for day in mark.starts + mark.ends)
    assert not any("Sectoral" in title for title in found)
    (years,) = [m for m in marks_for(early, ("Russia", "China")).values() if m.title.startswith("Years of")]
    assert years.starts == () and years.ends == (date(2022, 1, 1),)  # it began before, and ends within


def test_numbers_of_neighbouring_dates_stand_together(folder: Path) -> None:
    days = [date(2014, 7, 31), *(date(2022, 3, day) for day in range(1, 11))]
    restrictions = {f"m{k}": {"title": f"t{k}", "group": "restriction", "start": day} for k, day in enumerate(days)}
    pandemic = {"title": "p", "group": "context", "start": date(2020, 3, 15), "end": date(2022, 6, 15)}
    scenario = load_scenario("hindcast", {"measures": {**restrictions, "p": pandemic}})
    found = list(marks_for(scenario, ("Russia", "West")).values())
    axes = Figure().add_subplot()
    axes.set_xlim(1996, 2024)
    marks.draw_marks(axes, found, marks.rows_of(found), 2.9)
    words = [text.get_text() for text in axes.texts]
    assert words == ["C1", "×C1", "R1", "R2–11"]
    assert marks.ranges([5, 4, 6, 9]) == "4–6, 9"


@given(
    st.lists(st.tuples(st.floats(-1, 5), st.floats(0.01, 0.3)), min_size=1, max_size=12),
)
def test_labels_are_moved_apart_and_no_further(items: list[tuple[float, float]]) -> None:
    places, sizes = ([item[k] for item in items] for k in (0, 1))
    moved = labels.spread(places, sizes, 0.0, 4.0)
    order = np.argsort(places, kind="stable")
    at, size = np.array(moved)[order], np.array(sizes)[order]
    assert (np.diff(at) >= 0.5 * (size[1:] + size[:-1]) - 1e-9).all()
    assert at[0] - 0.5 * size[0] >= -1e-9 and at[-1] + 0.5 * size[-1] <= 4.0 + 1e-9
    again = labels.spread(moved, sizes, 0.0, 4.0)
    assert np.allclose(again, moved)


def test_text_is_broken_and_cut_to_its_room() -> None:
    words = "European framework programmes closed to Russian public bodies"
    lines = page.wrapped(words, 1.5)
    assert " ".join(lines) == words and all(page.text_width(part) <= 1.5 for part in lines)
    assert page.shortened(words, 1.5) == f"{' '.join(words.split()[:2])} …"
    assert page.shortened("short", 1.5) == "short"


# --- mix, initiators, leaders -------------------------------------------------------------------------------------


def test_the_mix_by_country_is_the_mix_by_bloc_in_parts(simulation: Simulation) -> None:
    about = context.Context(simulation.scenario)
    tables = about.tables
    works = bands.read_paths(simulation.series, "output.works", mix._country_pairs(about), date(2012, 1, 1))
    for bloc in about.blocs:
        shares, inside = mix.country_mix(about, works, bloc)
        assert np.allclose(shares.sum(axis=0) + inside, 1.0)
        assert bool(inside.any()) == (tables.country_blocs.count(bloc) > 1)
        for other in set(about.blocs) - {bloc}:
            own = bands.read_paths(simulation.series, "output.mix", [f"{bloc}>{other}"], date(2012, 1, 1))
            of_bloc = [k for k, name in enumerate(tables.country_blocs) if name == other]
            assert np.allclose(shares[of_bloc].sum(axis=0), np.nanmean(own.values[0], axis=1))


def test_the_observed_mix_is_over_all_partners(simulation: Simulation) -> None:
    about = context.Context(simulation.scenario)
    assert np.allclose(sum(mix.observed_mix(about, "Russia").values()).loc[2012], 1.0)
    west, counts = mix.observed_mix(about, "West"), about.observed.loc[2012]
    own = counts[["Russia-West", "China-West", "West-West", "West-Other"]].sum()
    assert west["Russia"].loc[2012] == pytest.approx(counts["Russia-West"] / own)


def test_the_areas_fill_the_panel(folder: Path, drawn: dict[str, Figure]) -> None:
    draw_run(folder)
    axes = panel(drawn["partner-mix"], "Partner countries of Russia")
    tops = [item.get_paths()[0].vertices[:, 1].max() for item in axes.collections if isinstance(item, PolyCollection)]
    assert max(tops) == pytest.approx(1.0)
    assert {"China", "India", "United States"} <= set(texts(axes))


def test_shares_are_those_of_the_first_named(simulation: Simulation, folder: Path, drawn: dict[str, Figure]) -> None:
    draw_run(folder)
    colours = style.pair_colours(read_tables().blocs)
    for title, indicator, pair in (
        ("China leads, with West", "leaders.share", "China>West"),
        ("Russia initiates, with West", "initiators.share", "Russia>West"),
    ):
        expected = bands.read_paths(simulation.series, indicator, [pair], date(2012, 1, 1)).values[0]
        axes = panel(drawn["initiators-leaders"], title)
        points = line(axes, colours[pair.replace(">", "-")])
        assert np.allclose(points[:, 1], np.median(expected, axis=1), equal_nan=True)
        assert sum(axes.get_ylim()) == pytest.approx(1.0)  # one half is in the middle


# --- the network --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("institutions", [40, 700])
def test_institutions_have_places_of_their_own_in_the_arc_of_their_bloc(institutions: int) -> None:
    world = build_world(load_scenario("hindcast", [f"world.institutions={institutions}"]))
    where = layout.ring(world)
    assert len(np.unique(where.at.round(9), axis=0)) == world.n
    radius = np.hypot(*where.at.T)
    assert radius.min() > layout.INNER and radius.max() < layout.OUTER
    bearing = np.angle(np.exp(1j * (np.arctan2(*where.at.T[::-1]) - where.arcs[world.arrays.bloc].mean(axis=1))))
    half = 0.5 * np.abs(np.diff(where.arcs, axis=1))[world.arrays.bloc, 0]
    assert (np.abs(bearing) < half).all()


def test_institutions_never_move_and_partnerships_are_counted(
    simulation: Simulation, folder: Path, drawn: dict[str, Figure]
) -> None:
    draw_run(folder)
    figure = drawn["network"]
    places = []
    for axes in figure.axes:
        dots = [item for item in axes.collections if isinstance(item, PathCollection)]
        offsets = np.concatenate([np.asarray(item.get_offsets()) for item in dots])
        places.append(offsets[np.lexsort(offsets.T)])
    world = build_world(simulation.scenario)
    assert len(places) == 2 and len(places[0]) == world.n
    assert np.array_equal(places[0], places[1])
    first = simulation.snapshots[simulation.snapshots["replicate"] == 0]
    bloc = dict(zip(read_tables().countries, read_tables().country_blocs, strict=True))
    ends = zip(first["country_a"].map(bloc).astype(str), first["country_b"].map(bloc).astype(str), strict=True)
    pairs = pd.Series([frozenset(pair) for pair in ends], index=first.index)
    words = texts(figure)
    for day in first["date"].unique():
        count = int((pairs[first["date"] == day] == frozenset(("China", "West"))).sum())
        assert count > 0 and f"{count:,}" in words
    assert "Lomonosov Moscow State University (Russia)" in words


def test_at_most_three_dates_are_drawn_of_which_one_is_the_last() -> None:
    days = np.array([f"20{k:02d}-12-31" for k in range(10, 17)], "datetime64[D]")
    assert list(network._chosen(days).astype(str)) == ["2010-12-31", "2013-12-31", "2016-12-31"]
    assert len(network._chosen(days[:1])) == 1


def test_snapshots_of_another_world_are_refused(simulation: Simulation, tmp_path: Path) -> None:
    strange = simulation.snapshots.assign(a="Miskatonic University")
    target = written(tmp_path, simulation.scenario, simulation.series, strange)
    with pytest.raises(InputError, match="Miskatonic"):
        draw_run(target)


# --- files --------------------------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_bytes(folder: Path, simulation: Simulation, tmp_path: Path) -> None:
    first = draw_run(folder)
    assert [path.relative_to(folder).as_posix() for path in first] == [
        f"figures/{name}.{kind}"
        for name in ("volume", "share", "partner-mix", "initiators-leaders", "network")
        for kind in ("png", "svg")
    ]
    write_frames(tmp_path, simulation)
    command = "import sys, pathlib, experiments.figures as f; f.draw_run(pathlib.Path(sys.argv[1]))"
    command += "; assert 'matplotlib.pyplot' not in sys.modules"  # no global state
    subprocess.run(
        [sys.executable, "-c", command, str(tmp_path)],
        check=True, env={**os.environ, "PYTHONHASHSEED": "7", "MPLBACKEND": "svg", "TZ": "Asia/Tokyo"},
    )  # fmt: skip
    for path in first:
        assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes(), path.name
        assert b"dc:date" not in path.read_bytes()


def test_settings_of_the_user_neither_matter_nor_change(by_hand: Path) -> None:
    first = [path.read_bytes() for path in draw_run(by_hand)]
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "lines.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        assert [path.read_bytes() for path in draw_run(by_hand)] == first
        assert dict(matplotlib.rcParams) == before


def test_frames_that_are_missing_are_told(tmp_path: Path, simulation: Simulation) -> None:
    (tmp_path / "scenario.resolved.toml").write_text(simulation.scenario.to_toml())
    with pytest.raises(InputError, match=r"series\.parquet"):
        draw_run(tmp_path)


# --- odd runs and other worlds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        ["run.replicates=1"],
        ["run.replicates=2", "record.every=quarter", "record.snapshots=[]"],
        ["time.show_from=2015-01-01", "record.snapshots=[2015-04-01]"],
        ["time.start=2028-01-01", "time.show_from=2029-01-01", "time.end=2031-01-01", "record.snapshots=[]"],
    ],
    ids=["one replicate", "quarters", "one year", "years to come"],
)
def test_odd_runs_are_drawn(tmp_path: Path, changes: list[str]) -> None:
    scenario = load_scenario("classroom", [*SMALL, "world.institutions=40", *changes])
    write_frames(tmp_path, run_scenario(scenario, jobs=1))
    paths = draw_run(tmp_path)
    assert all(path.stat().st_size > 5000 for path in paths)
    assert any(path.name == "network.png" for path in paths) == bool(scenario.record.snapshots)


def own_world(target: Path, countries: dict[str, str], with_observed: bool) -> Path:
    """Tables of a user's own: code -> bloc."""
    target.mkdir()
    rows = "".join(f'{code} = {{ name = "Land {code}", bloc = "{bloc}" }}\n' for code, bloc in countries.items())
    (target / "countries.toml").write_text(f"[countries]\n{rows}")
    inputs = [
        f"{code},publications,{year},{1000 * (k + 2)}" for k, code in enumerate(countries) for year in range(2008, 2020)
    ]
    (target / "national_inputs.csv").write_text("\n".join(["country,indicator,year,value", *inputs]) + "\n")
    seen = [f"{a},{b},{y},40,mine" for a, b in itertools.combinations(sorted(countries), 2) for y in range(2010, 2015)]
    lines = ["country_a,country_b,year,works,vintage", *(seen if with_observed else [])]
    (target / "copublications.csv").write_text("\n".join(lines) + "\n")
    return target


def own_run(tmp_path: Path, countries: dict[str, str], with_observed: bool) -> Path:
    """A run in a world of one's own, without measures."""
    tables = own_world(tmp_path / "tables", countries, with_observed)
    path = tmp_path / "own.toml"
    path.write_text(f'version = 1\n[world]\ninstitutions = 40\ndata = "{tables.as_posix()}"\n')
    changes = [change for change in SMALL if not change.startswith("world")]
    write_frames(tmp_path, run_scenario(load_scenario(path, changes), jobs=1))
    return tmp_path


def test_another_set_of_blocs_is_drawn(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    codes = ["IR", "DE", "FR", "AE", "CN", "IN", "US", "BR"]
    blocs = ["Iran", "EU", "EU", "Gulf", "China", "South Asia", "USA", "Brazil"]
    draw_run(own_run(tmp_path, dict(zip(codes, blocs, strict=True)), True))
    assert len(drawn["volume"].axes) == context.MOST_PANELS
    titles = {"Iran – EU", "Iran – Gulf", "Iran – China", "Iran – South Asia", "Iran – USA", "Iran – Brazil"}
    assert titles <= set(texts(drawn["volume"]))
    caption = " ".join(texts(drawn["volume"]))
    assert "6 of 21 pairs of blocs: those of Iran, then the largest." in caption
    assert "Points: observed (mine)." in caption
    assert "other pairs" in texts(drawn["network"])


def test_a_world_of_one_bloc_without_observed_works_is_drawn(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    draw_run(own_run(tmp_path, {"AA": "Union", "BB": "Union"}, False))
    assert set(drawn) == {"volume", "share", "network"}
    assert "Within Union" in texts(drawn["volume"].axes[0])


# --- comparisons --------------------------------------------------------------------------------------------------


def runs_by_hand() -> list[Any]:
    """Two runs of the same luck that part in 2015; three replicates."""
    base = frame({("output.volume", "Russia-West"): [[10.0, 20.0, 30.0]] * 3, ("output.share", "Russia-West"): [[0.1, 0.2, 0.3]] * 3}, YEARS)  # fmt: skip
    other = frame(
        {
            ("output.volume", "Russia-West"): [[10.0, 20.0, 30.0], [11.0, 22.0, 39.0], [13.0, 23.0, np.nan]],
            ("output.share", "Russia-West"): [[0.1, 0.2, 0.3], [0.2, 0.3, 0.4], [0.1, 0.2, 0.3]],
        },
        YEARS,
    )
    scenarios = (
        load_scenario("hindcast", HAND),
        load_scenario("hindcast", [*HAND, "measures.sectoral-2014.enabled=false"]),
    )
    return [SimpleNamespace(scenario=s, series=f) for s, f in zip(scenarios, (base, other), strict=True)]


def test_differences_are_taken_within_replicates() -> None:
    base, other = (arms.arm_of(place, run) for place, run in enumerate(runs_by_hand()))
    difference = differences.paired_difference(other.volume, base.volume, "Russia-West")
    assert list(difference.times) == [2014.5, 2015.5, 2016.5]
    assert np.allclose(difference.mean, [0.0, 4.0, 3.0]) and np.allclose(difference.median, [0.0, 2.0, 3.0])
    # 1, 2, 9: standard error sqrt(19) / sqrt(3), t with 2 degrees of freedom 4.303; 3, 3: no spread
    half = 4.302653 * np.sqrt(19.0 / 3.0)
    assert np.allclose(difference.high - difference.mean, [0.0, half, 0.0])
    assert np.allclose(difference.mean - difference.low, [0.0, half, 0.0])


def test_a_comparison_shows_both_quantities_and_what_differs(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    draw_comparison(tmp_path, runs_by_hand())
    assert set(drawn) == {"volume", "difference"}
    left, right = drawn["difference"].axes
    assert np.allclose(line(left, style.colour(0))[:, 1], [0.0, 4.0, 3.0])
    assert np.allclose(line(right, style.colour(0))[:, 1], [0.0, 0.1, 0.0])
    assert "R1" in texts(left) and any("[A]" in words for words in texts(drawn["difference"]))
    assert not any("OFAC" in words for words in texts(drawn["volume"]))  # the same in both
    (axes,) = drawn["volume"].axes
    for colour in (arms.BASE, style.colour(0)):
        assert len(line(axes, colour)) == 3


def test_files_of_a_comparison_are_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in draw_comparison(tmp_path / "a", runs_by_hand())]
    paths = draw_comparison(tmp_path / "b", runs_by_hand())
    assert [path.name for path in paths] == ["volume.png", "volume.svg", "difference.png", "difference.svg"]
    assert [path.read_bytes() for path in paths] == first


def dated(name: str, **changes: object) -> dict[str, Any]:
    """The measures of the hindcast, one of them changed or, with None, taken away."""
    measures = dict(load_scenario("hindcast").measures)
    measures[name] = measures[name].model_copy(update=changes)
    return measures


def test_only_the_dates_that_differ_are_marked() -> None:
    base = dict(load_scenario("hindcast").measures)
    name, start = "sectoral-2014", date(2014, 7, 31)
    cases: list[tuple[dict[str, Any], tuple[date, ...], tuple[date, ...], str]] = [
        ({k: v for k, v in base.items() if k != name}, (start,), (), " [A]"),
        (dated(name, end=date(2026, 1, 1)), (), (date(2026, 1, 1),), " [A; B to 2026-01-01]"),
        (dated(name, start=date(2016, 1, 1)), (start, date(2016, 1, 1)), (), " [A from 2014-07-31; B from 2016-01-01]"),
        (dated(name, strength=0.5), (start,), (), " [other effects]"),
    ]
    for other, starts, ends, note in cases:
        (found,) = arms.differing([base, other])
        assert (found.starts, found.ends, found.note.replace(marks.NO_BREAK, " ")) == (starts, ends, note)
    assert arms.differing([base, dated(name, title="Another name")]) == []


def test_runs_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    base, other = runs_by_hand()
    with pytest.raises(InputError, match="1 runs"):
        draw_comparison(tmp_path, [base])
    late = SimpleNamespace(
        scenario=other.scenario, series=other.series.assign(date=other.series["date"] + pd.DateOffset(years=30))
    )
    with pytest.raises(InputError, match="in common"):
        draw_comparison(tmp_path, [base, late])
    stranger = SimpleNamespace(scenario=other.scenario, series=other.series.assign(pair="Iran-EU"))
    with pytest.raises(InputError, match="no pair of blocs"):
        draw_comparison(tmp_path, [base, stranger])


def test_identical_runs_differ_by_zero(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    base, _ = runs_by_hand()
    draw_comparison(tmp_path, [base, SimpleNamespace(scenario=base.scenario, series=base.series)])
    assert (line(drawn["difference"].axes[0], style.colour(0))[:, 1] == 0.0).all()


# --- sweeps -------------------------------------------------------------------------------------------------------


def grid(
    axes: dict[str, list[Any]], value: Callable[..., float], outcome: str = "gap", unit: str = "share"
) -> pd.DataFrame:
    """A sweep's table over all combinations."""
    rows = [
        {**dict(zip(axes, point, strict=True)), "outcome": outcome, "median": value(*point),
         "low": value(*point) - 0.1, "high": value(*point) + 0.2, "unit": unit}
        for point in itertools.product(*axes.values())
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_two_axes_give_a_map_and_curves(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    table = grid({"x": [2.0, 1.0, 4.0], "y": ["none", "ban"]}, lambda x, y: x / 10 + (y == "ban"))
    table = table.drop(index=table.index[(table["x"] == 4.0) & (table["y"] == "ban")])
    draw_sweep(tmp_path, table, ["x", "y"], ["gap"])
    assert set(drawn) == {"sweep-gap-map", "sweep-gap-curves"}
    axes, bar = drawn["sweep-gap-map"].axes
    (cells,) = [item for item in axes.collections if isinstance(item, QuadMesh)]
    expected = np.ma.masked_invalid([[0.1, 0.2, 0.4], [1.1, 1.2, np.nan]])  # rows y, columns x in their order
    assert np.ma.allclose(cells.get_array(), expected) and np.array_equal(cells.get_array().mask, expected.mask)
    assert {"10 %", "20 %", "40 %", "110 %", "120 %", "–"} <= set(texts(axes))
    assert bar.get_position().width < 0.5
    (curves,) = drawn["sweep-gap-curves"].axes
    first, second = (np.asarray(item.get_xydata()) for item in curves.get_lines())
    assert np.allclose(first, [[1.0, 0.1], [2.0, 0.2], [4.0, 0.4]]) and np.allclose(second, [[1.0, 1.1], [2.0, 1.2]])
    assert "y = none" in texts(drawn["sweep-gap-curves"])


def test_one_axis_gives_curves_only_and_wide_spans_are_in_logs(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    draw_sweep(tmp_path, grid({"rate": [1, 10, 100]}, lambda rate: float(rate)).assign(replicates=7), ["rate"], ["gap"])
    assert any("band: 90 % of 7 replicates" in words for words in texts(drawn["sweep-gap-curves"]))
    (axes,) = drawn.pop("sweep-gap-curves").axes
    assert not drawn and axes.get_xscale() == "log" and list(axes.get_xticks()) == [1.0, 10.0, 100.0]
    (band,) = axes.collections
    assert band.get_paths()[0].vertices[:, 1].max() == pytest.approx(100.2)


def test_further_axes_are_panels(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    axes = {"x": [1, 2], "y": [1, 2], "z": [3, 4], "who": ["A", "B"]}
    draw_sweep(
        tmp_path, grid(axes, lambda x, y, z, who: x + 10 * y + 100 * z + 1000 * (who == "B")), list(axes), ["gap"]
    )
    figure = drawn["sweep-gap-map"]
    (cells,) = [item for item in panel(figure, "z = 4, who = B").collections if isinstance(item, QuadMesh)]
    assert np.array_equal(np.ma.getdata(cells.get_array()), [[1411.0, 1412.0], [1421.0, 1422.0]])
    assert len(drawn["sweep-gap-curves"].axes) == 4
    many = {"x": [1, 2], "y": [1, 2], "z": list(range(20))}
    draw_sweep(tmp_path, grid(many, lambda x, y, z: float(x + y + z)), list(many), ["gap"])
    assert any("first 12 of 20" in words for words in texts(drawn["sweep-gap-map"]))


def test_a_scale_with_both_signs_has_zero_in_its_middle() -> None:
    colours, norm = sweep.colour_scale(np.array([-1.0, 3.0, np.nan]))
    assert norm(0.0) == 0.5 and (norm.vmin, norm.vmax) == (-3.0, 3.0) and colours.name == "PuOr_r"
    _, flat = sweep.colour_scale(np.array([2.0, 2.0]))
    assert flat.vmin < 2.0 < flat.vmax
    assert sweep.colour_scale(np.array([np.nan]))[1].vmin == 0.0


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.1234, "share", "12.3 %"), (0.5, "relative change", "+50 %"), (-0.5, "relative change", "−50 %"),
     (12345.6, "works a year", "12,346"), (0.00001, "", "1.0e−05"), (np.nan, "share", "–"), (0.0, "", "0")],
)  # fmt: skip
def test_numbers_are_short(value: float, unit: str, text: str) -> None:
    assert design.number(value, unit) == text


def test_outcomes_have_files_of_their_own(tmp_path: Path) -> None:
    table = pd.concat([grid({"x": [1, 2]}, float, name) for name in ("Gap, 2022", "gap 2022", "Δ")])
    paths = draw_sweep(tmp_path, table, ["x"], ["Gap, 2022", "gap 2022", "Δ"])
    assert len(set(paths)) == 6 and all(path.is_file() for path in paths)


def test_tables_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    table = grid({"strength": [1, 2]}, float)
    with pytest.raises(InputError, match="did you mean 'strength'"):
        draw_sweep(tmp_path, table, ["strenght"], ["gap"])
    with pytest.raises(InputError, match="no outcome"):
        draw_sweep(tmp_path, table, ["strength"], ["gaps"])
    with pytest.raises(InputError, match="strength = 1 stands there twice"):
        draw_sweep(tmp_path, pd.concat([table, table.iloc[:1]], ignore_index=True), ["strength"], ["gap"])
    with pytest.raises(InputError, match="at least one axis"):
        draw_sweep(tmp_path, table, [], ["gap"])
