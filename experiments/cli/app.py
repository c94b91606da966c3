"""The commands in one place, and what becomes of an error."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from . import (
    analysing,
    attributing,
    benching,
    branching,
    calibrating,
    channelling,
    checking,
    claiming,
    comparing,
    diffing,
    doctoring,
    exporting,
    fit_checking,
    hindcasting,
    keeping,
    measuring,
    querying,
    reporting,
    running,
    saom,
    scenarios,
    sharding,
    sweeping,
    teaching,
    timelining,
)
from .output import Output

DONE, FAILED, BAD_INPUT, PARTLY_DONE, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""
NOT_ONE_OF = re.compile(r"'([^']*)' is not one of (.*)")
"""What typer says of a value that is none of the possible ones."""
TRACEBACK = "COMITY_TRACEBACK"
"""Environment variable that asks for the traceback of an unexpected error."""

app = typer.Typer(
    name="comity",
    help="An agent-based laboratory of science and technology partnerships under sanctions and cooperation policies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., int]] = {
    "run": running.run,
    "compare": comparing.compare,
    "branch": branching.branch,
    "diff": diffing.diff,
    "report": reporting.report,
    "attribute": attributing.attribute,
    "channels": channelling.channels,
    "claims": claiming.claims,
    "sweep": sweeping.sweep,
    "status": sharding.status,
    "merge": sharding.merge,
    "analyse": analysing.analyse,
    "query": querying.query,
    "list": scenarios.list_scenarios,
    "show": scenarios.show,
    "check": checking.check,
    "new": scenarios.new,
    "measures": measuring.measures,
    "timeline": timelining.timeline,
    "schema": checking.schema,
    "plot": keeping.plot,
    "reproduce": keeping.reproduce,
    "export": exporting.export,
    "hindcast": hindcasting.hindcast,
    "calibrate": calibrating.calibrate,
    "fit-check": fit_checking.fit_check,
    "saom": saom.saom,
    "teach": teaching.teach,
    "export-page": teaching.export_page,
    "doctor": doctoring.doctor,
    "bench": benching.bench,
}
for name, function in COMMANDS.items():
    app.command(name)(function)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"comity {version('comity')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
    traceback: Annotated[bool, typer.Option("--traceback", hidden=True, help="Show tracebacks.")] = False,
) -> None:
    """An agent-based laboratory of science and technology partnerships under sanctions and cooperation policies."""
    if traceback:
        os.environ[TRACEBACK] = "1"


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command of ``arguments`` (default: those of the process) and return its exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    try:
        code = app(args=list(arguments) if arguments is not None else None, prog_name="comity", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        return _explained(error)
    if code == INTERRUPTED:
        Output().error("interrupted; nothing was written", INTERRUPTED)
    return code if isinstance(code, int) else DONE


def _leave(number: int, _: object) -> None:
    """End on SIGTERM as on an error: what was begun is removed."""
    sys.exit(128 + number)


def _with_nearest(message: str) -> str:
    """Typer's message of an option that is wrong, with the name that was probably meant."""
    from model.errors import nearest_name

    message = message.replace("Value error, ", "")
    found = NOT_ONE_OF.search(message)
    nearest = nearest_name(found[1], re.findall(r"'([^']*)'", found[2])) if found else ""
    return f"{message} Did you mean {nearest!r}?" if nearest else message


def _explained(error: Exception) -> int:
    """Say what went wrong in a line or two, and return the exit code."""
    from model.errors import InputError

    from ..errors import ExperimentError, Interrupted

    output = Output()
    if isinstance(error, InputError):
        output.error(str(error), BAD_INPUT)
        return BAD_INPUT
    if hasattr(error, "format_message"):  # typer's own: an unknown option, a missing argument
        output.error(
            f"{_with_nearest(error.format_message())}\n  `comity --help` and `comity COMMAND --help` list what there is",
            BAD_INPUT,
        )
        return BAD_INPUT
    if isinstance(error, Interrupted):
        output.error(str(error), INTERRUPTED)
        return INTERRUPTED
    if isinstance(error, ExperimentError):
        output.error(str(error), FAILED)
        return FAILED
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exception(error)
        return FAILED
    reason = " ".join(str(error).split())[:300] or "no message"
    output.error(f"unexpected {type(error).__name__}: {reason}\n  {TRACEBACK}=1 shows where it happened", FAILED)
    return FAILED
