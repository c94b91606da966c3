"""An institution as a Mesa agent: a view of one row of the arrays, and the place where a rule can be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from .dynamics.state import NOW
from .dynamics.twin import Option

if TYPE_CHECKING:
    from .partnership_model import PartnershipModel


class Institution(mesa.Agent):
    """One institution. Its attributes are read from the model's arrays; nothing is stored here.

    Override `propose`, `end` or `accept` to give some institutions a rule of their own; hand the subclass to the model
    (``PartnershipModel(scenario, institution_of=...)``). Such a run uses the twin, which asks the institutions.
    """

    model: PartnershipModel

    def __init__(self, model: PartnershipModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def name(self) -> str:
        """Its name; generated where `real` is false."""
        return self.model.world.names[self.row]

    @property
    def real(self) -> bool:
        """Whether it carries the name of a real institution."""
        return self.model.world.real[self.row]

    @property
    def country(self) -> str:
        """Code of its country."""
        return self.model.world.countries[self.model.world.arrays.country[self.row]]

    @property
    def bloc(self) -> str:
        """Its bloc."""
        return self.model.world.blocs[self.model.world.arrays.bloc[self.row]]

    @property
    def kind(self) -> str:
        """University, institute or company."""
        return self.model.world.kinds[self.model.world.arrays.kind[self.row]]

    @property
    def log_size(self) -> float:
        """Ln of its size over the reference size."""
        return float(self.model.state.log_size[self.row])

    @property
    def capability(self) -> float:
        """Its capability, log units, world mean 0."""
        return float(self.model.state.capability[self.row])

    @property
    def degree(self) -> int:
        """Number of its partnerships."""
        return int(self.model.state.degree[self.row])

    @property
    def partners(self) -> list[Institution]:
        """Its partners."""
        return [self.model.institution(j) for j in self.model.twin().partners(self.row)]

    def propose(self, other: Institution, time: float) -> float:
        """Weight of proposing a partnership to a stranger, against 1 for no change."""
        return self.model.twin().propose(self.row, other.row, time)

    def end(self, other: Institution, time: float) -> float:
        """Weight of ending the partnership with a partner, against 1 for no change."""
        return self.model.twin().end(self.row, other.row, time)

    def accept(self, other: Institution, field: str, time: float) -> float:
        """Probability of accepting the proposal of another institution in a field."""
        return self.model.twin().accept(self.row, other.row, self.model.world.fields.index(field), time)

    def explain(self) -> list[Option]:
        """The choice it has now: every option with its probability and what it is made of, likeliest first."""
        return self.model.twin().explain(self.row, float(self.model.state.clock[NOW]))


class RuleOf:
    """Lets the twin ask an institution, by row numbers."""

    def __init__(self, institution: Institution) -> None:
        self.institution = institution

    def propose(self, other: int, time: float) -> float:
        """Weight of a proposal."""
        return self.institution.propose(self.institution.model.institution(other), time)

    def end(self, other: int, time: float) -> float:
        """Weight of an end."""
        return self.institution.end(self.institution.model.institution(other), time)

    def accept(self, other: int, field: int, time: float) -> float:
        """Probability of consent."""
        model = self.institution.model
        return self.institution.accept(model.institution(other), model.world.fields[field], time)
