"""Measures in words, and which of them matter to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from model.response import meeting_path

from .results import signed

if TYPE_CHECKING:
    from model.scenario import Measure, Scenario, Side
    from model.scenario.measure import Counts

    from .sources import Source

TOLD = {"title", "issuer", "group", "status", "range", "evidence", "source", "preset"}
"""Keys of a measure that change nothing in a run."""
MODES = {
    "none": "",
    "freeze_new": "no new partnerships; running ones go on",
    "no_renewal": "no new partnerships; running ones end at their term",
    "terminate": "no new partnerships; running ones end {when}",
}
FACTORS = {
    "meeting": "meeting rate",
    "acceptance": "consent",
    "opportunity": "opportunities",
    "capacity": "capacity",
    "contract_term": "contract terms",
    "initiative": "own proposals",
    "works": "joint works that appear",
}
ADDITIONS = {
    "formation": "value of new partnerships",
    "maintenance": "value of keeping one",
    "capability": "capability a year",
    "capability_level": "level of capability",
    "size_growth": "growth of size a year",
    "leadership": "log-odds to lead",
    "secondary": "threat to partners of listed ones",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What scenarios of a comparison are called in figures and tables."""
GROUPS = {"restriction": "Restrictions", "incentive": "Incentives", "context": "Context"}


@dataclass(frozen=True)
class Told:
    """A measure as a report tells it."""

    name: str
    title: str
    group: str
    issuer: str
    start: date
    end: date | None
    ramp_years: float
    lag_years: float
    scope: str
    effect: str
    status: str
    range: str
    evidence: str
    source: str
    in_which: str = ""
    """In a comparison, which scenarios have it, where they differ."""
    other_dates: tuple[date, ...] = ()
    """Days on which it begins or ends in other scenarios than the first that has it."""

    @property
    def dates(self) -> str:
        """First day, and the first day after it."""
        return f"{self.start} to {self.end}" if self.end else f"from {self.start}"


def in_force(scenario: Scenario) -> dict[str, Measure]:
    """Measures of a scenario that can do anything before it ends."""
    return {
        name: measure
        for name, measure in scenario.measures.items()
        if measure.enabled and measure.strength != 0.0 and measure.start < scenario.time.end
    }


def told(source: Source) -> tuple[list[Told], list[Told]]:
    """The measures in which the scenarios of a comparison differ (all those of a run), and the others.

    Each by group and date.
    """
    of_all = [in_force(scenario) for scenario in source.scenarios]
    names = dict.fromkeys(name for measures in of_all for name in measures)
    differing, common = [], []
    for name in names:
        versions = [measures.get(name) for measures in of_all]
        first = next(version for version in versions if version is not None)
        if len(versions) > 1 and all(_substance(v) == _substance(versions[0]) for v in versions):
            common.append(tell(name, first))
        elif len(versions) == 1:
            differing.append(tell(name, first))
        else:
            differing.append(tell(name, first, _in_which(versions), _other_dates(versions)))
    order = list(GROUPS)
    return tuple(  # type: ignore[return-value]
        sorted(part, key=lambda m: (order.index(m.group), m.start, m.title)) for part in (differing, common)
    )


def _other_dates(versions: Sequence[Measure | None]) -> tuple[date, ...]:
    """Days on which other versions than the first begin or end."""
    there = [version for version in versions if version is not None]
    days = {day for version in there[1:] for day in (version.start, version.end) if day is not None}
    return tuple(sorted(days - {there[0].start, there[0].end}))


def tell(name: str, measure: Measure, in_which: str = "", other_dates: tuple[date, ...] = ()) -> Told:
    """A measure in words."""
    return Told(
        name=name,
        title=measure.title,
        group=measure.group,
        issuer=measure.issuer,
        start=measure.start,
        end=measure.end,
        ramp_years=measure.ramp_years,
        lag_years=measure.lag_years,
        scope=scope_words(measure),
        effect=effect_words(measure),
        status=measure.status,
        range="" if measure.range is None else signed(f"{measure.range[0]:g} to {measure.range[1]:g}"),
        evidence=measure.evidence,
        source=measure.source,
        in_which=in_which,
        other_dates=other_dates,
    )


def _substance(measure: Measure | None) -> dict[str, Any] | None:
    return None if measure is None else measure.model_dump(exclude=TOLD)


def _in_which(versions: Sequence[Measure | None]) -> str:
    """Which scenarios, by their letters, have a measure, with what differs in words."""
    groups: dict[str, list[str]] = {}
    for version, letter in zip(versions, LETTERS, strict=False):
        if version is None:
            said = "without it"
        else:
            starts = {v.start for v in versions if v is not None}
            ends = {v.end for v in versions if v is not None}
            strengths = {v.strength for v in versions if v is not None}
            parts = [
                f"from {version.start}" if len(starts) > 1 else "",
                (f"until {version.end}" if version.end else "not lifted") if len(ends) > 1 else "",
                f"strength {version.strength:g}" if len(strengths) > 1 else "",
            ]
            said = ", ".join(filter(None, parts)) or "with it"
        groups.setdefault(said, []).append(letter)
    return "; ".join(f"{', '.join(who)}: {said}" for said, who in groups.items())


def scope_words(measure: Measure) -> str:
    """Who must follow, and towards whom."""
    both = f"{side_words(measure.from_)} → {side_words(measure.to)}"
    fields = f", {', '.join(measure.fields)} only" if measure.fields else ""
    channel = "" if measure.channel == "official" or measure.mode == "none" else ", personal partnerships too"
    return both + fields + channel


def side_words(side: Side) -> str:
    """One side of a scope."""
    places = [*side.blocs, *side.countries]
    where = ", ".join(places) if places else "anyone"
    details = list(side.kinds)
    if side.institutions == "listed":
        details.append("listed")
    elif side.institutions != "all":
        named = list(side.institutions)
        said = named[0] if len(named) == 1 else f"{len(named)} named institutions"
        if not places:
            where = said
        else:
            details.append(said)
    if side.largest_share is not None:
        details.append(f"largest {100 * side.largest_share:g}\u00a0%")
    return where + (f" ({', '.join(details)})" if details else "")


def effect_words(measure: Measure) -> str:
    """What a measure does at full strength."""
    effects = measure.effects
    parts = [MODES[measure.mode].format(when=_within(measure.wind_down_days))]
    for key, words in FACTORS.items():
        value = getattr(effects, key)
        if value != 1.0:
            parts.append(f"{words} × {value:g}")
    if effects.counts is not None:
        parts.append(_counts_words(effects.counts))
    for key, words in ADDITIONS.items():
        value = getattr(effects, key)
        if value != 0.0:
            parts.append(f"{words} {signed(f'{value:+g}')}")
    motives = {key: value for key, value in effects.motives.model_dump().items() if value != 0.0}
    if motives:
        parts.append("seeks " + ", ".join(f"{key.replace('_', ' ')} {value:+g}" for key, value in motives.items()))
    parts += _projects(measure.projects.model_dump() if measure.projects is not None else {})
    shares = (("compliance", 1.0, "followed by"), ("over_compliance", 0.0, "spreads to"), ("leakage", 0.0, "leaks:"))
    for key, nothing, words in shares:
        value = getattr(measure, key)
        if value != nothing:
            parts.append(f"{words} {100 * value:g}\u00a0%")
    if measure.strength != 1.0:
        parts.append(f"at strength {measure.strength:g}")
    if measure.lag_years:
        parts.append(f"after {_years(measure.lag_years)}")
    if measure.ramp_years:
        parts.append(f"growing over {_years(measure.ramp_years)}")
    return "; ".join(filter(None, parts)) or "nothing by itself"


def _counts_words(counts: Counts) -> str:
    """An effect on counts as it was published, and the factors of meeting that are made of it."""
    path = meeting_path(counts.change, counts.after_years, counts.of, counts.then)
    said = signed(f"{100 * counts.change:+g}")
    eased = f", × {path.then:.2g} from year {path.turn:g}" if path.turn < float("inf") else " for good"
    return f"{counts.of} {said}\u00a0% after {_years(counts.after_years)}, as meeting rate × {path.first:.2g}{eased}"


def _years(count: float) -> str:
    return "a year" if count == 1.0 else f"{count:g} years"


def _within(days: int) -> str:
    return {0: "at once", 1: "within a day"}.get(days, f"within {days} days")


def _projects(projects: Mapping[str, Any]) -> list[str]:
    """Partnerships that a measure makes itself."""
    if not projects:
        return []
    if projects["budget"] > 0.0:
        said = f"projects for {projects['budget']:g} million 2017 PPP dollars a year"
        spent = projects["executed"]
        return [said + (f", of which {100 * spent:g}\u00a0% are spent" if spent != 1.0 else "")]
    if projects["share"] > 0.0:
        return [f"{100 * projects['share']:g}\u00a0% of opportunities are assigned by plan"]
    shapes = {"pairs": "pairs across the sides", "clique": "all its members with each other", "hub": "a hub"}
    return [f"founds partnerships: {shapes.get(projects['shape'], projects['shape'])}"]
