"""`comity analyse`: what a sweep says.

Contract with `experiments.analysing` (looked up when the command runs): `sample_of(dataset)`, `read_case(text, sample)`,
`analyse(sample, wanted) -> Analysis`, `tables(analysis)`, `to_dict(analysis)`, and `wording.sections(analysis)`. The figures are
those of `experiments.analysing.drawing`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .settings import AsJson, Folder, Force, NoFigures, Out, Quiet
from .staging import drawn, staged

if TYPE_CHECKING:
    from ..analysing import Analysis

Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="LABEL", help="Outcome to analyse; may be repeated; default: all."),
]
Cases = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        metavar='"LABEL < VALUE"',
        help="Which points are of interest to PRIM and not good enough for policies; may be repeated; default: the worst"
        " quarter.",
    ),
]
Lower = Annotated[
    list[str] | None,
    typer.Option("--lower-is-better", metavar="LABEL", help="Outcome of which less is better; may be repeated."),
]
WholeBlocks = Annotated[
    bool, typer.Option("--whole-blocks", help="Sobol indices without the blocks of the sample that have holes.")
]


def analyse(
    folder: Folder,
    outcome: Outcomes = None,
    case: Cases = None,
    lower_is_better: Lower = None,
    whole_blocks: WholeBlocks = False,
    out: Out = None,
    force: Force = False,
    no_figures: NoFigures = False,
    quiet: Quiet = False,
    json: AsJson = False,
) -> int:
    """Say what a sweep shows: effects, Sobol and Morris indices, where a policy fails (PRIM), robustness and regret."""
    from datetime import UTC, datetime

    from ..analysing import Wanted, read_case, sample_of, to_dict
    from ..analysing import analyse as analyse_sample
    from ..analysing.writing import write_analysis
    from ..results import choose_folder
    from ..sweeping.dataset import open_dataset

    started, output = datetime.now(UTC), Output(json, quiet)
    dataset = open_dataset(folder)
    sample = sample_of(dataset)
    wanted = Wanted(
        tuple(outcome or ()),
        tuple(read_case(text, sample) for text in case or ()),
        tuple(lower_is_better or ()),
        whole_blocks,
    )
    target = choose_folder(f"{sample.name}-analysed", dataset_hash(folder), out)
    with staged(output, target, force, kind="analysis", started=started, data="") as (inside, manifest):
        found = analyse_sample(sample, wanted)
        write_analysis(inside, found)
        complete = no_figures or drawn(output, lambda: _draw(inside, found))
        manifest |= {"sweep": {"name": sample.name, "folder": str(folder), "sha256": dataset_hash(folder)}}
    if json:
        output.json({"folder": str(target), **to_dict(found)})
    else:
        _print(output, found)
    output.say("done", str(target), folder=str(target))
    return 0 if complete and found.complete else 3


def dataset_hash(folder: Path) -> str:
    """sha256 over the names and bytes of a sweep's design and parts."""
    import hashlib

    from model.sources import sha256

    parts = [folder / "design.parquet", *sorted((folder / "data").glob("*.parquet"))]
    text = "\n".join(f"{path.name} {sha256(path)}" for path in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def _draw(folder: Path, found: Analysis) -> None:
    from ..analysing.drawing import draw_analysis

    draw_analysis(folder, found)


def _print(output: Output, found: Analysis) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from ..analysing.wording import sections

    for section in sections(found):
        output.text(section.title)
        if section.rows:
            shown = Table(box=SIMPLE_HEAD)
            for place, heading in enumerate(section.headings):
                shown.add_column(heading, justify="left" if place == 0 else "right", overflow="fold")
            for row in section.rows:
                shown.add_row(*row)
            output.table(shown)
        for line in section.lines:
            output.text(line)
        output.text("")
    for note in found.notes:
        output.text(f"Note: {note}.")
