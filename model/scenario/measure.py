"""What a measure may say, typed: whom it concerns, what it does, and what is known of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from ..errors import InputError, as_written
from ..parameters import Frozen, Number, Whole
from ..response import elasticity
from .values import LAST_DAY, Day, MeasureName


def meta(unit: str = "", source: str = "") -> dict[str, Any]:
    """Unit and source of a key, for the JSON Schema and the pages."""
    return {key: value for key, value in (("unit", unit), ("source", source)) if value}


class Side(Frozen):
    """One side of a scope: the institutions that all of the given conditions name. Empty means anyone.

    Blocs and countries are one condition: those of the named blocs, and the named countries besides.
    """

    blocs: tuple[str, ...] = Field((), description="Names of blocs", json_schema_extra=meta("names"))
    countries: tuple[str, ...] = Field((), description="Codes of countries", json_schema_extra=meta("codes"))
    kinds: tuple[str, ...] = Field(
        (), description="Kinds: university, institute, company", json_schema_extra=meta("names")
    )
    institutions: Literal["all", "listed"] | tuple[str, ...] = Field(
        "all", description="all, listed, or names", json_schema_extra=meta("names")
    )
    largest_share: Number | None = Field(
        None, gt=0, le=1, description="Of these, only the largest of each country", json_schema_extra=meta("share")
    )

    @field_validator("institutions")
    @classmethod
    def _someone(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if value == ():
            raise InputError("[] names nobody", allowed='"all", "listed", or a list of names')
        return value


class Motives(Frozen):
    """Added to the weights of terms of the formation value that an institution of `from` sees in one of `to`."""

    capability_gap: Number = Field(
        0.0, ge=-3, le=3, description="Learning from the more capable", json_schema_extra=meta("per log unit")
    )
    proximity: Number = Field(0.0, ge=-5, le=5, description="Near fields", json_schema_extra=meta("log"))
    complement: Number = Field(
        0.0, ge=-5, le=5, description="Knowledge that is missing at home", json_schema_extra=meta("log")
    )
    facility: Number = Field(0.0, ge=-5, le=5, description="Shared large facilities", json_schema_extra=meta("log"))
    same_kind: Number = Field(0.0, ge=-5, le=5, description="Institutions of one kind", json_schema_extra=meta("log"))


class Projects(Frozen):
    """Partnerships that a measure makes itself: projects that are called for and reviewed, placed by plan, or founded.

    With ``budget`` and ``cost`` it is a programme: money decides how many projects there are. With ``share`` a part of
    the opportunities of `from` is assigned by plan. With neither, partnerships are founded once, when the measure starts.
    """

    budget: Number = Field(
        0.0, ge=0, le=1e6, description="Announced budget", json_schema_extra=meta("million 2017 PPP dollars per year")
    )
    executed: Number = Field(
        1.0, ge=0, le=1, description="Share of the announced budget that is spent", json_schema_extra=meta("share")
    )
    cost: Number | None = Field(
        None,
        gt=0,
        le=1e5,
        description="Cost of a project, all years",
        json_schema_extra=meta("million 2017 PPP dollars"),
    )
    keys: Whole = Field(
        2,
        ge=0,
        le=2,
        description="Reviews that must agree: 2 both sides, 1 the side `from`, 0 none (by plan)",
        json_schema_extra=meta("reviews"),
    )
    pass_share: Number = Field(
        0.3, gt=0, le=1, description="Share of applications that one review passes", json_schema_extra=meta("share")
    )
    applications: Number = Field(
        8.0, ge=1, le=100, description="Applications for every project that there is money for",
        json_schema_extra=meta("1"),
    )  # fmt: skip
    acquainted: Number = Field(
        0.5, ge=0, le=1, description="Share of applications by present partners", json_schema_extra=meta("share")
    )
    recall: Number = Field(
        0.0, ge=0, le=1, description="How well refused applicants remember each other: strength of the memory",
        json_schema_extra=meta("1"),
    )  # fmt: skip
    share: Number = Field(
        0.0, ge=0, le=1, description="Share of the opportunities of `from` that is assigned by plan",
        json_schema_extra=meta("share"),
    )  # fmt: skip
    shape: Literal["pairs", "clique", "hub"] = Field(
        "pairs",
        description="What is founded: pairs across the sides, all pairs among members, or hubs of `from` with `to`",
    )
    density: Number = Field(
        1.0,
        gt=0,
        le=1,
        description="Share of the possible partnerships that are founded",
        json_schema_extra=meta("share"),
    )
    term_years: Number = Field(
        3.0, gt=0, le=50, description="Contract term of a project", json_schema_extra=meta("years")
    )

    @property
    def founded(self) -> bool:
        """Whether partnerships are founded once, instead of being paid or planned."""
        return self.budget == 0.0 and self.share == 0.0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.budget > 0.0 and self.cost is None:
            raise InputError("a budget without the cost of a project", where="cost", allowed="million 2017 PPP dollars")
        if self.budget > 0.0 and self.share > 0.0:
            raise InputError(
                "a budget and a share of opportunities",
                where="share",
                allowed="one of both: projects are paid or planned",
            )
        return self


def _different(table: Frozen, prefix: str, plain: Frozen | None) -> dict[str, Any]:
    """Dotted path -> value of what differs from a ``plain`` table; all that a table says where there is none by default."""
    out: dict[str, Any] = {}
    for key, value in table:
        default = getattr(plain, key, None)
        if isinstance(value, Frozen):
            out |= _different(value, f"{prefix}{key}.", default)
        elif value != default:
            out[f"{prefix}{key}"] = value
    return out


class Counts(Frozen):
    """An effect that was published as a change of counts some years after a measure began."""

    change: Number = Field(
        gt=-0.99, le=5, description="Change of the count, -0.15: 15 % fewer", json_schema_extra=meta("share")
    )
    after_years: Number = Field(
        gt=0, le=30, description="Years from its first effect to the count", json_schema_extra=meta("years")
    )
    of: Literal["works", "partnerships"] = Field("works", description="What was counted")
    then: Literal["stays", "grows"] = Field(
        "stays",
        description="Beyond those years: the change stays as it is (meeting eases to what keeps it), or meeting stays as low and "
        "the change grows",
    )

    @model_validator(mode="after")
    def _tells_of_a_rate(self) -> Self:
        elasticity(self.of, self.after_years)
        return self


class Effects(Frozen):
    """What a measure does at full strength. Factors are 1 and additions 0 when it does nothing."""

    meeting: Number = Field(
        1.0, ge=0, le=20, description="Factor of the meeting rate of scoped pairs", json_schema_extra=meta("factor")
    )
    counts: Counts | None = Field(
        None, description="Effect on counts, converted into a further factor of meeting by the packaged stock response"
    )
    formation: Number = Field(
        0.0, ge=-10, le=5, description="Added to the formation value", json_schema_extra=meta("log")
    )
    acceptance: Number = Field(
        1.0, ge=0, le=20, description="Factor of the probability of consent", json_schema_extra=meta("factor")
    )
    maintenance: Number = Field(
        0.0, ge=-5, le=5, description="Added to the maintenance value", json_schema_extra=meta("log")
    )
    opportunity: Number = Field(
        1.0,
        ge=0,
        le=10,
        description="Factor of the rate of opportunities, side `from`",
        json_schema_extra=meta("factor"),
    )
    capacity: Number = Field(
        1.0, ge=0.05, le=20, description="Factor of capacity, side `from`", json_schema_extra=meta("factor")
    )
    capability: Number = Field(
        0.0, ge=-1, le=1, description="Added to capability, side `to`", json_schema_extra=meta("log units per year")
    )
    capability_level: Number = Field(
        0.0,
        ge=-3,
        le=3,
        description="Shift of the level that capability returns to, side `to`, and of capability at once",
        json_schema_extra=meta("log units"),
    )
    size_growth: Number = Field(
        0.0,
        ge=-1,
        le=1,
        description="Added to the own drift of size, side `to`; national totals stay",
        json_schema_extra=meta("log per year"),
    )
    contract_term: Number = Field(
        1.0,
        ge=0.05,
        le=20,
        description="Factor of the contract terms that begin in scope",
        json_schema_extra=meta("factor"),
    )
    initiative: Number = Field(
        1.0,
        ge=0,
        le=20,
        description="Factor of the meeting rate where `from` is the one that proposes",
        json_schema_extra=meta("factor"),
    )
    leadership: Number = Field(
        0.0,
        ge=-5,
        le=5,
        description="Added to the log-odds that `from` leads a joint work with `to`",
        json_schema_extra=meta("log odds"),
    )
    works: Number = Field(
        1.0,
        ge=0,
        le=20,
        description="Factor of the joint works of scoped partnerships that appear",
        json_schema_extra=meta("factor"),
    )
    secondary: Number = Field(
        0.0,
        ge=0,
        le=1,
        description="s2 of secondary sanctions: `from` are threatened for partnerships with listed institutions of `to`",
        json_schema_extra=meta("1"),
    )
    motives: Motives = Field(
        default_factory=Motives, description="What `from` seeks in `to`: added to weights of terms"
    )


class Measure(Frozen):
    """A sanction or an instrument: a dated, scoped change of named quantities, and the evidence for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)

    title: str = Field(description="What it is")
    issuer: str = Field("", description="Who issued it")
    group: Literal["restriction", "incentive", "context"] = Field(
        description="Restriction, incentive, or context that is neither"
    )
    enabled: bool = Field(True, description="Whether it takes place", strict=True)
    start: Day = Field(description="First day", json_schema_extra=meta("date"))
    end: Day | None = Field(None, description="First day after it; absent: not lifted", json_schema_extra=meta("date"))
    lasts_years: Whole | None = Field(
        None,
        ge=1,
        le=100,
        description="Years from start to end, where `end` does not say",
        json_schema_extra=meta("years"),
    )
    ramp_years: Number = Field(
        0.0, ge=0, le=30, description="Time from nothing to full strength", json_schema_extra=meta("years")
    )
    lag_years: Number = Field(
        0.0, ge=0, le=30, description="Time from the date to the first effect", json_schema_extra=meta("years")
    )
    strength: Number = Field(
        1.0, ge=0, le=3, description="Scales every effect; 0 changes nothing", json_schema_extra=meta("1")
    )
    mode: Literal["none", "freeze_new", "no_renewal", "terminate"] = Field(
        "none", description="What happens to partnerships in scope; all but `none` also bar new ones"
    )
    wind_down_days: Whole = Field(
        0, ge=0, le=3650, description="Days until partnerships end, mode terminate", json_schema_extra=meta("days")
    )
    compliance: Number = Field(
        1.0, ge=0, le=1, description="Share of the institutions of `from` that follow", json_schema_extra=meta("share")
    )
    over_compliance: Number = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of other institutions of the countries of `to` that it spreads to",
        json_schema_extra=meta("share"),
    )
    leakage: Number = Field(
        0.0,
        ge=0,
        le=1,
        description="Chance that a partnership goes on as a personal one",
        json_schema_extra=meta("share"),
    )
    channel: Literal["all", "official"] = Field(
        "official", description="Whether personal partnerships are touched as well"
    )
    from_: Side = Field(
        default_factory=Side, alias="from", description="First side of the scope: those who must follow"
    )
    to: Side = Field(default_factory=Side, description="Second side of the scope")
    fields: tuple[str, ...] = Field((), description="Fields in scope; empty: all", json_schema_extra=meta("names"))
    effects: Effects = Field(default_factory=Effects, description="What it does at full strength")
    status: Literal["measured", "calibrated", "assumed"] = Field(
        "assumed", description="Where the effect size comes from"
    )
    range: tuple[Number, Number] | None = Field(
        None, description="Range of the main effect", json_schema_extra=meta("of the effect")
    )
    projects: Projects | None = Field(None, description="Partnerships that it makes itself, and their money")
    instruments: tuple[MeasureName, ...] = Field(
        (), description="Only partnerships that came from these measures; empty: any", json_schema_extra=meta("names")
    )
    exposed_to: str = Field(
        "", description="Bloc whose weight among the partners is the exposure to secondary sanctions",
        json_schema_extra=meta("name"),
    )  # fmt: skip
    answers: str = Field(
        "",
        description="Measure that it is the answer to: in force only while that one is",
        json_schema_extra=meta("name"),
    )
    preset: str = Field("", description="Preset that it was made from", json_schema_extra=meta("name"))
    evidence: str = Field("", description="What is known of the effect")
    source: str = Field("", description="Address or citation")

    def changes(self) -> dict[str, Any]:
        """Dotted path -> value of all that it does: what differs from a measure that does nothing, dates and sides apart."""
        out: dict[str, Any] = {}
        for key in ("strength", "mode", "wind_down_days", "compliance", "over_compliance", "leakage", "instruments"):
            if getattr(self, key) != type(self).model_fields[key].default:
                out[key] = getattr(self, key)
        if self.mode != "terminate":
            out.pop("wind_down_days", None)
        out |= _different(self.effects, "effects.", Effects())
        if self.projects is not None:
            out |= {"projects.shape": self.projects.shape} if self.projects.founded else {}
            out |= _different(self.projects, "projects.", Projects())
        return out

    @model_validator(mode="before")
    @classmethod
    def _lasting(cls, written: Any) -> Any:
        """Fill in the end of what lasts a number of years."""
        if not isinstance(written, dict) or written.get("end") is not None:
            return written
        start, years = written.get("start"), written.get("lasts_years")
        if type(start) is not date or type(years) is not int or not 1 <= years <= 100:
            return written
        day = 28 if (start.month, start.day) == (2, 29) else start.day
        end = date(start.year + years, start.month, day) if start.year + years <= LAST_DAY.year else LAST_DAY
        return {**written, "end": end}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise InputError(
                f"{self.end} does not come after the start", where="end", allowed=f"a date after {self.start}"
            )
        if self.effects.secondary > 0.0 and not self.exposed_to:
            raise InputError(
                "is missing, but effects.secondary is above 0", where="exposed_to",
                allowed="name of the bloc whose weight among the partners is the exposure",
            )  # fmt: skip
        if self.effects.counts is not None and self.ramp_years > 0.0:
            raise InputError(
                f"{self.ramp_years:g} years, beside effects.counts", where="ramp_years",
                allowed="0: how late counts answer is in the stock response already",
            )  # fmt: skip
        if self.range is not None and self.range[0] > self.range[1]:
            raise InputError(
                f"{as_written(self.range)} is reversed", where="range",
                allowed=as_written(self.range[::-1]),
            )  # fmt: skip
        return self
