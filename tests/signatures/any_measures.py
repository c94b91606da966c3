"""Random measures that the schema allows: what it says of each key, types and bounds, is what they are drawn from."""

from __future__ import annotations

import math
from datetime import date, timedelta
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from model.scenario.measure import Effects, Measure, Motives, Projects

NAMES = ("one", "two", "three")
"""Names of the measures of a scenario."""
OF_TABLES: dict[str, st.SearchStrategy[Any]] = {
    "blocs": st.lists(st.sampled_from(["Russia", "China", "West", "Other"]), max_size=3, unique=True),
    "countries": st.lists(st.sampled_from(["RU", "CN", "US", "DE", "IN"]), max_size=3, unique=True),
    "kinds": st.lists(st.sampled_from(["university", "institute", "company"]), max_size=2, unique=True),
    "institutions": st.sampled_from(["all", "listed", ["Lomonosov Moscow State University"], ["Peking University"]]),
    "fields": st.lists(st.sampled_from(["physics", "medicine", "earth"]), max_size=2, unique=True),
    "instruments": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    "answers": st.sampled_from(["", *NAMES]),
    "exposed_to": st.sampled_from(["Russia", "China", "West"]),
    "preset": st.just(""),
}
"""Keys that hold names."""
MILDER: dict[tuple[type, str], tuple[float, float]] = {
    (Effects, "meeting"): (0.0, 8.0), (Effects, "initiative"): (0.0, 8.0), (Effects, "formation"): (-10.0, 2.0),
    (Effects, "opportunity"): (0.0, 3.0), (Effects, "maintenance"): (-3.0, 5.0), (Effects, "capability"): (-0.3, 0.3),
    (Motives, "capability_gap"): (-1.0, 1.0), (Motives, "proximity"): (-2.0, 2.0), (Motives, "complement"): (-2.0, 2.0),
    (Motives, "facility"): (-2.0, 2.0), (Motives, "same_kind"): (-2.0, 2.0), (Measure, "strength"): (0.0, 1.5),
    (Measure, "lag_years"): (0.0, 1.0), (Projects, "budget"): (1e3, 1e5), (Projects, "applications"): (1.0, 20.0),
    (Projects, "cost"): (0.1, 10.0), (Projects, "share"): (0.1, 1.0),
}  # fmt: skip
"""Narrower bounds than those of the schema: where strong measures meet, drawing and rejecting candidates is slow."""
DAYS = st.integers(0, 700).map(lambda day: date(2011, 10, 1) + timedelta(days=day))
"""Starts, most of them in the two years of the run."""


def inside(annotation: Any) -> Any:
    """The type within an annotation that may also be None or is checked further."""
    if get_origin(annotation) is Annotated:
        return inside(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return next(inside(part) for part in get_args(annotation) if part is not type(None))
    return annotation


def bounds(info: FieldInfo) -> tuple[float, float]:
    """Smallest and largest number that a key may have, an open end moved a little inwards."""
    low, high = -math.inf, math.inf
    for said in info.metadata:
        match said:
            case annotated_types.Ge(ge=value):
                low = value
            case annotated_types.Gt(gt=value):
                low = value + 0.01
            case annotated_types.Le(le=value):
                high = value
            case annotated_types.Lt(lt=value):
                high = value - 0.01
    return low, high


def values(table: type[BaseModel], key: str, info: FieldInfo) -> st.SearchStrategy[Any]:
    """Values that a key of a table may have."""
    of = inside(info.annotation)
    if key in OF_TABLES:
        return OF_TABLES[key]
    if isinstance(of, type) and issubclass(of, BaseModel):
        return tables(of)
    low, high = MILDER.get((table, key), bounds(info))
    if of is float:
        spread = [low + (high - low) * k / 24 for k in range(25)]  # for the ends are drawn more often than the middle
        return st.sampled_from(spread) | st.floats(low, high)
    if of is int:
        return st.integers(int(low), int(min(high, 1000)))
    if key == "enabled":
        return st.sampled_from([True] * 9 + [False])
    if of is bool:
        return st.booleans()
    if get_origin(of) is Literal:
        return st.sampled_from(get_args(of))
    if of is str:
        return st.text("abc ", max_size=5)
    if key == "range":
        return st.tuples(st.floats(-5.0, 0.0), st.floats(0.0, 5.0)).map(list)
    if of is date:
        return DAYS
    raise AssertionError(f"no values are known for {table.__name__}.{key}")


def tables(table: type[BaseModel], must: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """Tables with what must be there, and other keys, each as likely left out as not."""
    if table is Projects and not must:  # paid, planned, founded
        paid = tables(Projects, ("budget", "cost")).map(affordable)
        planned = tables(Projects, ("share",)).map(lambda projects: without(projects, "budget"))
        founded = tables(Projects, ("shape",)).map(lambda projects: without(projects, "budget", "cost", "share"))
        return st.one_of(paid, planned, founded)
    every = {info.alias or key: values(table, key, info) for key, info in table.model_fields.items() if key != "end"}
    needed = {*must, *(info.alias or key for key, info in table.model_fields.items() if info.is_required())}
    needed |= {"effects"} & set(every)
    return st.fixed_dictionaries(
        {key: every[key] for key in sorted(needed)},
        optional={key: every[key] for key in sorted(set(every) - needed)},
    )


def affordable(projects: dict[str, Any]) -> dict[str, Any]:
    """Money for no more than some hundred projects a year in the small world."""
    cost = min(1e5, max(projects["cost"], projects["budget"] / 1e5))
    return without(projects, "share") | {"cost": cost}


def without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table without some of its keys."""
    return {key: value for key, value in table.items() if key not in keys}


@st.composite
def scenarios(draw: st.DrawFn, count: int) -> dict[str, dict[str, Any]]:
    """So many measures by their names, which speak of each other only as they may."""
    measures = {name: draw(tables(Measure)) for name in NAMES[:count]}
    makers = [name for name, measure in measures.items() if measure.get("projects") is not None]
    for place, measure in enumerate(measures.values()):
        measure["instruments"] = [name for name in measure.get("instruments", ()) if name in makers]
        if measure.get("answers") not in NAMES[:place]:
            measure["answers"] = ""
        if draw(st.booleans()):
            measure["end"] = measure["start"] + timedelta(days=draw(st.integers(1, 500)))
        if measure["effects"].get("secondary", 0.0) > 0.0:
            measure.setdefault("exposed_to", "West")
    return measures
