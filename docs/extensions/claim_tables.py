"""Directive `claims`: the claims that the model is held against, from their own table."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from generated_tables import literal, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Claims(SphinxDirective):
    """Every claim: what was published and where, what agrees with it, of which kind it is and why."""

    def run(self) -> list[nodes.Node]:
        from experiments.claims import packaged_claims
        from experiments.claims.wording import agreeing

        rows = []
        for claim in packaged_claims().claims:
            tested = (
                agreeing(claim) + (f": {claim.bounds}" if claim.bounds else "")
                if claim.quantity
                else "cannot be tested"
            )
            rows.append(
                (literal(claim.name), f"{claim.published} ({claim.source})", tested, f"{claim.kind}: {claim.because}")
            )
        return [table(("claim", "published", "what agrees with it", "kind, and why"), rows, (18, 28, 26, 28))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True}
