"""Figures of analyses: which are drawn, that they show the numbers, and that nothing hangs over the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from known_sweeps import grid_of, known_sample
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from test_sensitivity import FOUR, hypercube, saltelli, trajectories

from experiments.analysing import Analysis, Sample, Wanted, analyse, read_case
from experiments.analysing.drawing import draw_analysis
from experiments.analysing.wording import sections
from experiments.figures import boxes, indices, style, surface, sweep, tornado
from experiments.figures.surface import draw_surface

LONG = "A factor whose title is much longer than what there is room for at the left of any panel"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Figure]:
    """Name -> figure of all that is drawn, instead of files."""
    figures: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, name: str) -> list[Path]:
        figures[name] = figure
        return [folder / f"{name}.png"]

    for module in (boxes, indices, surface, sweep, tornado):
        monkeypatch.setattr(module, "save", keep)
    return figures


def steep(a: Any, b: Any, c: Any, d: Any, k: int) -> Any:
    """An outcome with an interaction, and luck."""
    return 100.0 + 50.0 * a * (b > 1.0) + 5.0 * c + np.random.default_rng(k).normal(0.0, 2.0, len(a))


def titled(factors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The factors with a long title among them."""
    return [{**factor, "title": LONG if place == 1 else f"Factor {place}"} for place, factor in enumerate(factors)]


def latin(folder: Path) -> Sample:
    """A Latin hypercube of two outcomes."""
    design = {"kind": "latin-hypercube", "points": 300}
    outcomes = {"Joint works": steep, "share of all": lambda a, b, c, d, _: 0.01 * b}
    return known_sample(folder, titled(FOUR), hypercube(FOUR, 300), outcomes, design=design, replicates=2)


def texts(figure: Figure) -> list[str]:
    """All words of a figure."""
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def inside(figure: Figure) -> None:
    """Nothing that is drawn hangs over the page, by more than a hair."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    box = figure.get_tightbbox(canvas.get_renderer())
    width, height = figure.get_size_inches()
    assert box.x0 > -0.02 and box.y0 > -0.02 and box.x1 < width + 0.02 and box.y1 < height + 0.02, box


def analysed(sample: Sample, *cases: str) -> Analysis:
    """The analysis with some cases."""
    return analyse(sample, Wanted(cases=tuple(read_case(case, sample) for case in cases)))


def test_a_latin_hypercube_has_its_figures(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    found = analysed(latin(tmp_path / "s"), "Joint works < 112")
    draw_analysis(tmp_path, found)
    kinds = ("tornado", "surface", "trade-off", "box", "parallel")
    assert set(drawn) >= {*(f"joint-works-{kind}" for kind in kinds), "factors-by-outcomes"}
    for figure in drawn.values():
        inside(figure)


def test_the_tornado_has_the_ends_of_each_factor(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    found = analysed(latin(tmp_path / "s"))
    draw_analysis(tmp_path, found)
    own = [effect.effect.value for effect in found.outcomes[0].effects if effect.factor == "x1"]
    (axes,) = drawn["joint-works-tornado"].axes
    widths = [patch.get_width() for patch in axes.patches]
    assert len(widths) == 2 * 4
    assert any(width == pytest.approx(own[0]) for width in widths)
    assert any(width == pytest.approx(own[-1]) for width in widths)


def test_the_trade_off_has_every_box_and_the_final_one(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    found = analysed(latin(tmp_path / "s"), "Joint works < 112")
    draw_analysis(tmp_path, found)
    (discovery,) = found.outcomes[0].discoveries
    (axes,) = drawn["joint-works-trade-off"].axes
    points = np.asarray(axes.collections[0].get_offsets())
    assert points == pytest.approx(np.array([(box.coverage, box.density) for box in discovery.trajectory]))
    final = next(line for line in axes.get_lines() if line.get_marker() == "D")
    assert (final.get_xdata()[0], final.get_ydata()[0]) == (
        discovery.boxes[0].box.coverage, discovery.boxes[0].box.density,
    )  # fmt: skip


def test_parallel_coordinates_have_a_line_for_each_point(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    sample = latin(tmp_path / "s")
    found = analysed(sample, "Joint works < 112")
    draw_analysis(tmp_path, found)
    (axes,) = drawn["joint-works-parallel"].axes
    counts = {
        matplotlib.colors.to_hex(c.get_color()[0]).upper(): len(c.get_segments())
        for c in axes.collections
        if isinstance(c, LineCollection)
    }
    (discovery,) = found.outcomes[0].discoveries
    assert counts == {boxes.CASE: discovery.cases, boxes.OTHER: 300 - discovery.cases}


def test_a_sobol_design_has_bars_and_a_matrix(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    sample = known_sample(
        tmp_path / "s",
        titled(FOUR),
        saltelli(FOUR, 64),
        {"y": steep},
        design={"kind": "sobol", "base": 64},
        replicates=2,
    )
    found = analysed(sample)
    draw_analysis(tmp_path, found)
    sobol = found.outcomes[0].sobol
    assert sobol is not None
    (axes,) = drawn["y-sobol"].axes
    widths = sorted(patch.get_width() for patch in axes.patches)
    assert widths == pytest.approx(sorted(max(0.0, index.value) for index in (*sobol.first, *sobol.total)))
    cells = [text for text in texts(drawn["y-interactions"]) if text.replace("\u2212", "").replace(".", "").isdigit()]
    assert len(cells) == 4 + 6
    for figure in drawn.values():
        inside(figure)


def test_outcomes_that_are_noise_show_no_factors(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    """Indices of luck are the largest of all: a figure across outcomes would be about nothing else."""
    design = {"kind": "latin-hypercube", "points": 100}
    outcomes = {"works": steep, "luck": lambda a, *other: np.random.default_rng(7 + other[-1]).normal(size=len(a))}
    sample = known_sample(tmp_path / "s", titled(FOUR), hypercube(FOUR, 100), outcomes, design=design, replicates=2)
    draw_analysis(tmp_path, analysed(sample))
    said = " ".join(texts(drawn["factors-by-outcomes"])).replace("\n", " ")
    assert "Left out, for most of the variance of their means is noise: luck (" in said
    assert "works (" not in said
    shown = drawn["factors-by-outcomes"].axes[0].collections[0].get_array()
    assert (
        np.ma.getmaskarray(shown).reshape(4, 2)[:, 1].all() and not np.ma.getmaskarray(shown).reshape(4, 2)[:, 0].any()
    )
    inside(drawn["factors-by-outcomes"])


def test_of_what_is_mostly_luck_no_pairs_and_no_surface_are_shown(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    levels = [float(k) for k in range(9)]
    factors, rows = grid_of(a=levels, b=levels)
    outcomes = {
        "luck": lambda a, b, k: np.random.default_rng(8 + 100 * k).normal(size=len(a)),
        "y": lambda a, b, k: a * b + 0 * k,
    }
    found = analysed(known_sample(tmp_path / "s", factors, rows, outcomes, replicates=2))
    draw_analysis(tmp_path, found)
    assert {"y-interactions", "y-surface"} <= set(drawn) and not {"luck-interactions", "luck-surface"} & set(drawn)
    luck, y = ("\n".join(section.lines) for section in sections(found))
    assert "Interactions cannot be told from luck" in luck and "Not given: surface; " in luck and "(Q2 -" in luck
    assert "of the variance over points less noise" in y and "surface;" not in y


def test_shares_of_pairs_are_those_less_noise(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    factors, rows = grid_of(a=[0.0, 1.0, 2.0, 3.0], b=[0.0, 1.0, 2.0, 3.0])
    luck = lambda a, k: 0.5 * np.random.default_rng(7 + k).normal(size=len(a))  # noqa: E731
    found = analysed(known_sample(tmp_path / "s", factors, rows, {"y": lambda a, b, k: a + luck(a, k)}, replicates=4))
    draw_analysis(tmp_path, found)
    (pair,) = [share for share in found.outcomes[0].shares if len(share.factors) == 2]
    assert pair.less_noise is not None and pair.less_noise < pair.share
    assert f"{pair.less_noise:.2f}" in texts(drawn["y-interactions"])


def test_lines_of_a_surface_can_be_read_on_what_they_lie_on(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    x = np.linspace(0.0, 1.0, 21)
    for name, low in (("one-sign", 0.0), ("both-signs", -1.0)):
        values = low + (1.0 - low) * np.add.outer(x, x) / 2.0
        draw_surface(tmp_path, name, "t", "r", "", ("x", x), ("y", x), values, np.zeros((1, 2)), (False, False), [])
        (fills, lines) = [c for c in drawn[name].axes[0].collections if isinstance(c, QuadContourSet)]
        for level, ink in zip(lines.levels, lines.get_edgecolor(), strict=True):
            below = np.dot(fills.cmap(fills.norm(level))[:3], (0.299, 0.587, 0.114))
            assert abs(float(np.dot(ink[:3], (0.299, 0.587, 0.114))) - below) > 0.3
        assert len(lines.labelTexts) > 2


def test_a_morris_design_has_its_figure(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    design = {"kind": "morris", "trajectories": 10}
    sample = known_sample(tmp_path / "s", titled(FOUR), trajectories(FOUR, 10), {"y": steep}, design=design)
    found = analysed(sample)
    draw_analysis(tmp_path, found)
    assert found.outcomes[0].screening is not None
    bars, cloud = drawn["y-morris"].axes
    stars = [e.mu_star for e in found.outcomes[0].screening.factors]
    assert [patch.get_width() for patch in bars.patches] == pytest.approx(stars)
    marked = next(line for line in cloud.get_lines() if line.get_marker() == "o")
    assert list(marked.get_ydata()) == pytest.approx([e.sigma for e in found.outcomes[0].screening.factors])
    inside(drawn["y-morris"])


def test_a_grid_has_a_map_and_policies_a_table(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    factors, rows = grid_of(policy=["none", "fund"], a=[0.0, 1.0, 2.0], b=[0.0, 1.0, 2.0])
    factors[0]["role"] = "lever"
    sample = known_sample(
        tmp_path / "s", factors, rows, {"y": lambda p, a, b, k: a + (p == "fund") * b + k}, replicates=2, failed=[4, 5]
    )
    draw_analysis(tmp_path, analysed(sample))
    assert {"sweep-y-map", "y-tornado", "y-interactions", "y-policies", "y-surface"} <= set(drawn)
    assert "2 of 36 runs have no value." in " ".join(texts(drawn["y-policies"])).replace("\n", " ")
    for figure in drawn.values():
        inside(figure)


def test_one_at_a_time_has_a_tornado_with_its_base(tmp_path: Path, drawn: dict[str, Figure]) -> None:
    factors = [{"name": "a", "levels": [0.0, 1.0, 2.0]}, {"name": "b", "levels": [0.0, 5.0]}]
    rows = [(1.0, 0.0), (0.0, 0.0), (2.0, 0.0), (1.0, 5.0)]
    sample = known_sample(
        tmp_path / "s", factors, rows, {"y": lambda a, b, k: a + b + k}, design={"kind": "one-at-a-time"}, replicates=2
    )
    draw_analysis(tmp_path, analysed(sample))
    assert set(drawn) == {"y-tornado"}
    widths = sorted(patch.get_width() for patch in drawn["y-tornado"].axes[0].patches)
    assert widths == pytest.approx([-1.0, 1.0, 5.0, 5.0])


def test_the_same_analysis_gives_the_same_bytes(tmp_path: Path) -> None:
    found = analysed(latin(tmp_path / "s"), "Joint works < 112")
    for name in ("one", "two"):
        draw_analysis(tmp_path / name, found)
    files = sorted(path.name for path in (tmp_path / "one" / style.FIGURES).iterdir())
    assert files
    for name in files:
        one, two = (tmp_path / folder / style.FIGURES / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), name
