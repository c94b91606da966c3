"""Puts a report together and writes it as one file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import InputError

from ..comparing.wording import joined
from . import assumptions, reproduction
from .measures import GROUPS, Told, told
from .pictures import Picture, pictures
from .results import ChangeRow, ScenarioResults, dashed, of_comparison, of_run, span
from .sources import Source, open_source
from .timeline import timeline

if TYPE_CHECKING:
    from model.scenario import Scenario

TEMPLATE = "report.html"
GLANCE = "outcomes"
"""The figure that stands before the tables."""


@dataclass(frozen=True)
class Chapter:
    """Everything that the page says about one folder."""

    anchor: str
    source: Source
    title: str
    scenarios: tuple[Scenario, ...]
    setting: list[tuple[str, str]]
    measures: list[Told]
    common_measures: list[Told]
    timeline: str
    glance: list[Picture]
    pictures: list[Picture]
    compared: list[ScenarioResults]
    rows: list[ChangeRow]
    sentences: list[tuple[str, str]]
    periods: tuple[str, str]
    notes: list[str]
    parameters: list[assumptions.AssumedParameter]
    parameters_off: int
    parameters_known: int
    growth: list[assumptions.AssumedGrowth]
    assumed_count: int
    known_count: int
    commands: list[str]
    facts: list[tuple[str, str]]
    data: list[tuple[str, str]]
    own_data: bool
    condition: str


def write_report(folders: Sequence[Path], out: Path, force: bool = False) -> Path:
    """Write one page about finished runs and comparisons.

    Raises `InputError` for what is no such folder, or if ``out`` is there and not to be replaced.
    """
    if out.is_dir():
        raise InputError("is a folder", where=str(out), allowed="the name of a file")
    if out.exists() and not force:
        raise InputError("is there already", where=str(out), allowed="another --out, or --force to replace it")
    if not out.absolute().parent.is_dir():
        raise InputError("there is no such folder", where=str(out.parent), allowed="a folder to write to")
    chapters = [chapter(open_source(folder), number) for number, folder in enumerate(folders, start=1)]
    fresh = out.with_name(f"{out.name}.new")
    fresh.write_text(render(chapters), encoding="utf-8")
    os.replace(fresh, out)
    return out


def render(chapters: Sequence[Chapter]) -> str:
    """The page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("experiments.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    finished = max(str(c.source.manifest.get("times", {}).get("finished", ""))[:10] for c in chapters)
    title = chapters[0].title if len(chapters) == 1 else f"{len(chapters)} results"
    return environment.get_template(TEMPLATE).render(
        chapters=chapters, title=title, day=_in_words(finished), groups=GROUPS, many=len(chapters) > 1
    )


def _in_words(day: str) -> str:
    """A date as one writes it."""
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return "an unknown day"
    return f"{then.day} {then:%B %Y}"


def chapter(source: Source, number: int) -> Chapter:
    """What there is to say about a folder."""
    from ..figures.context import Context

    base = source.scenarios[0]
    context = Context(max(source.scenarios, key=lambda s: s.time.end))
    own, common = told(source)
    parameters, off, known = assumptions.assumed_parameters(base)
    compared: list[ScenarioResults] = []
    rows: list[ChangeRow] = []
    sentences: list[tuple[str, str]] = []
    periods = ("", "")
    notes: list[str]
    if source.is_comparison:
        compared = of_comparison(source)
        notes = list(source.comparison.notes)
    else:
        from ..results.summary import summarise

        summary = summarise(base, source.results[0].series)
        rows, sentences = of_run(summary)
        periods = tuple(span(f"{a}-{b}") for a, b in (summary.before, summary.after))  # type: ignore[assignment]
        notes = list(summary.notes)
    drawn = pictures(source, context.condition)
    growth = {(g.country, g.what): g for s in source.scenarios for g in assumptions.assumed_growth(s)}
    return Chapter(
        anchor=f"result-{number}",
        source=source,
        title=_title(source),
        scenarios=source.scenarios,
        setting=_setting(source, context),
        measures=own,
        common_measures=common,
        timeline=timeline(own, *_window(source, own), projected_from=_projected(context)),
        glance=[picture for picture in drawn if picture.name == GLANCE],
        pictures=[picture for picture in drawn if picture.name != GLANCE],
        compared=compared,
        rows=rows,
        sentences=sentences,
        periods=periods,
        notes=[dashed(note[:1].upper() + note[1:]) for note in notes],
        parameters=parameters,
        parameters_off=off,
        parameters_known=known,
        growth=list(growth.values()),
        assumed_count=sum(measure.status == "assumed" for measure in (*own, *common)),
        known_count=sum(measure.status != "assumed" for measure in (*own, *common)),
        commands=reproduction.commands(source),
        facts=reproduction.facts(source),
        data=reproduction.data_files(source),
        own_data=bool(base.world.data),
        condition=context.condition,
    )


def _title(source: Source) -> str:
    titles = [scenario.title or scenario.name for scenario in source.scenarios]
    if not source.is_comparison:
        return dashed(titles[0])
    return dashed(f"{joined(titles[1:])} against {titles[0]}")


def _window(source: Source, measures: Sequence[Told]) -> tuple[date, date]:
    """Days between which measures are drawn: not long before the first of them, and to the end."""
    shown = min(scenario.time.show_from for scenario in source.scenarios)
    end = max(scenario.time.end for scenario in source.scenarios)
    if not source.is_comparison or not measures:
        return shown, end
    return max(shown, date(min(m.start for m in measures).year - 2, 1, 1)), end


def _projected(context: Any) -> float | None:
    spans = context.projected_spans(frozenset(context.blocs))
    return max((a for a, _ in spans), default=None) if spans else None


def _setting(source: Source, context: Any) -> list[tuple[str, str]]:
    """Facts about the world and the run."""
    base, tables = source.scenarios[0], context.tables
    members = {
        bloc: [name for name, of in zip(tables.country_names, tables.country_blocs, strict=True) if of == bloc]
        for bloc in tables.blocs
    }
    blocs = "; ".join(f"{bloc}: {', '.join(names)}" if names != [bloc] else bloc for bloc, names in members.items())
    end = max(s.time.end for s in source.scenarios)
    replicates = source.manifest.get("run", {}).get("replicates", base.run.replicates)
    return [
        ("Blocs and countries", blocs),
        ("Institutions", f"{base.world.institutions:,} simulated ones, each standing for many real ones of its country"),
        ("Time", f"run from {base.time.start:%Y}, shown from {base.time.show_from:%Y} until the end of {end.year - (end.month == 1)}"),
        ("Replicates", f"{replicates}: the same world and measures with other luck"),
        ("Measures in force", str(len({name for s in source.scenarios for name in s.measures if s.measures[name].enabled}))),
    ]  # fmt: skip
