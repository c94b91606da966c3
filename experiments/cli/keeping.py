"""`comity plot` and `comity reproduce`: what can be done with a result that is there."""

from __future__ import annotations

from ..errors import ExperimentError
from .output import Output
from .settings import AsJson, Folder, Jobs, Quiet


def plot(folder: Folder, quiet: Quiet = False, json: AsJson = False) -> int:
    """Draw the figures of a result again."""
    from ..results import damage, open_result, register_figures
    from ..results.manifest import FIGURES

    output = Output(json, quiet)
    result = open_result(folder)
    wrong = [line for line in damage(folder) if not line.startswith(f"{FIGURES}/")]
    if wrong:
        raise ExperimentError(f"{folder} is damaged: {'; '.join(wrong[:3])}")
    from ..figures import draw_run
    from ..shocks import shocks_of
    from ..shocks.drawing import draw_shocks

    draw_run(folder)
    draw_shocks(folder, [result], shocks_of([result]))
    register_figures(folder)
    drawn = sorted(str(path) for path in (folder / FIGURES).iterdir())
    if json:
        output.json({"folder": str(folder), "figures": drawn})
    else:
        for path in drawn:
            output.text(path)
    return 0


def reproduce(folder: Folder, jobs: Jobs = None, quiet: Quiet = False, json: AsJson = False) -> int:
    """Run a result again and compare it bit for bit; notices damage. Exit code 0 if identical, 1 if not."""
    from ..results.reproducing import reproduce as reproduce_result

    output = Output(json, quiet)
    with output.progress(str(folder)) as listener:
        outcome = reproduce_result(folder, jobs=jobs, on_progress=listener)
    if json:
        output.json(
            {
                "folder": str(folder),
                "identical": outcome.identical,
                "damaged": list(outcome.damaged),
                "changed": list(outcome.changed),
                "differing": list(outcome.differing),
            }
        )
        return 0 if outcome.identical else 1
    for line in outcome.damaged:
        output.text(f"damaged: {line}")
    for line in outcome.changed:
        output.text(f"changed: {line}")
    for line in outcome.differing:
        output.text(f"differs: {line}")
    if outcome.damaged:
        output.text(f"{folder}: damaged; it was not run again")
    else:
        output.text(f"{folder}: {'identical, bit for bit' if outcome.identical else 'came out differently'}")
    return 0 if outcome.identical else 1
