"""Examples of the pages: found with sybil, run in an empty folder, compared with the output that stands below them.

- ```` ```python ```` blocks are run; one that begins with ``>>>`` has its outputs below its statements, as in doctest.
- ```` ```console ```` blocks hold commands after ``$``, each with its standard output below it.
- ```` ```{code-block} toml ```` blocks with a ``:caption:`` are written to the file that the caption names.

In an output ``...`` stands for any text within a line, and a line of its own for any lines. Numbers are compared to the
last digit on the platform that they were made on; elsewhere, where a processor may round a sum differently, only the
words around them are.
"""

from __future__ import annotations

import doctest
import io
import os
import platform
import re
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from sybil import Document, Example, Region
from sybil.parsers.abstract import DocTestStringParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

ROOT = Path(__file__).parents[1]
PAGES = tuple(
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if re.search(r"^```(console|python)$", page.read_text(encoding="utf-8"), re.MULTILINE)
)
"""Pages with examples."""
SAME_NUMBERS = sys.platform == "linux" and platform.machine() == "x86_64"
"""Whether outputs are compared to the last digit here."""
DONE, BAD_INPUT = 0, 2
"""Exit codes of commands that pages show; bad input is shown on purpose."""

COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<want>(?:(?!\$ ).*\n)*)", re.MULTILINE)
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Command:
    """A command and the output that stands below it."""

    words: tuple[str, ...]
    want: str


# --- finding ------------------------------------------------------------------------------------------------------


class ConsoleParser:
    """Finds the commands of ```` ```console ```` blocks."""

    lexer = FencedCodeBlockLexer("console")

    def __call__(self, document: Document) -> Iterable[Region]:
        for block in self.lexer(document):
            source = block.lexemes["source"]
            for match in COMMAND.finditer(source):
                start = block.start + source.offset + match.start()
                command = Command(tuple(shlex.split(match["command"])), match["want"])
                yield Region(start, start + len(match[0]), command, check)


class PythonParser(PythonCodeBlockParser):
    """Finds ```` ```python ```` blocks; their outputs are compared as those of commands are."""

    def __init__(self) -> None:
        super().__init__()
        self.doctest_parser = DocTestStringParser(check)


def parse(page: Path) -> Document:
    """A page with its examples, in their order."""
    return Document.parse(str(page), PythonParser(), ConsoleParser(), CodeBlockParser("toml", write_file))


# --- running ------------------------------------------------------------------------------------------------------


@contextmanager
def empty_folder() -> Iterator[Path]:
    """The examples' working folder. Replicates run in this process: a worker would import the caller's main module."""
    from experiments.runner import crew

    before, jobs = Path.cwd(), crew.default_jobs
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        crew.default_jobs = lambda: 1
        try:
            yield Path(folder)
        finally:
            crew.default_jobs = jobs
            os.chdir(before)


def write_file(example: Example) -> None:
    """Write a block to the file that its caption names; a block without one is only shown."""
    caption = example.region.lexemes.get("options", {}).get("caption")
    if caption:
        path = Path(caption.strip("`"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(example.parsed, encoding="utf-8")


def output_of(example: Example) -> str:
    """Run a command or a statement; its standard output, and what it says on standard error if there is no other."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        if isinstance(example.parsed, Command):
            _run(example.parsed)
        else:
            code = compile(example.parsed.source, example.path, "single", dont_inherit=True)
            exec(code, example.namespace)
    return out.getvalue() or err.getvalue()


def _run(command: Command) -> None:
    from experiments.cli import main

    program, *words = command.words
    if program != "comity":
        raise ValueError(f"a console block runs comity, not {program}")
    code = main(words)
    if code not in (DONE, BAD_INPUT):
        raise AssertionError(f"`{shlex.join(command.words)}` ended with exit code {code}")


def has_output(example: Example) -> bool:
    """Whether an output is expected below an example (it may be none)."""
    return isinstance(example.parsed, Command | doctest.Example)


def place_of_output(example: Example) -> tuple[int, int]:
    """Where the expected output of an example begins and ends in the text of its page."""
    asked = 1 if isinstance(example.parsed, Command) else example.parsed.source.count("\n")
    lines = example.document.text[example.start :].splitlines(keepends=True)
    start = example.start + sum(map(len, lines[:asked]))
    return start, start + sum(map(len, lines[asked : asked + example.parsed.want.count("\n")]))


def check(example: Example) -> str | None:
    """What differs between the output of an example and what stands on the page; None if nothing does."""
    got, want = output_of(example), example.parsed.want
    if matches(want, got):
        return None
    lines = unified_diff(tidy(want).splitlines(), tidy(got).splitlines(), "on the page", "now", lineterm="", n=1)
    return "\n".join([*lines, "`uv run python docs/refresh_examples.py` writes what comes out now; read the diff."])


# --- comparing ----------------------------------------------------------------------------------------------------


def tidy(text: str) -> str:
    """Without spaces at the ends of lines and empty lines at both ends."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n") + "\n" if any(lines) else ""


def skeleton(line: str) -> str:
    """A line without its numbers and the widths that follow from them."""
    return re.sub(r"\s+|─+", " ", NUMBER.sub("0", line)).strip()


def matches(want: str, got: str, numbers: bool = SAME_NUMBERS) -> bool:
    """Whether an output is the one that was expected; without ``numbers`` only the words around them count."""
    want, got = tidy(want), tidy(got)
    if not numbers:
        want, got = ("".join(f"{skeleton(line)}\n" for line in text.splitlines()) for text in (want, got))
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else _line(line) for line in want.splitlines())
    return re.fullmatch(pattern, got) is not None


def _line(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"


def refreshed(want: str, got: str) -> str:
    """The output that belongs on the page now: what stands there where it still fits, else with new numbers.

    Lines that are left out (``...``) stay left out as long as the lines that are shown are still there in their order;
    otherwise the whole output is given, for a person to shorten.
    """
    if matches(want, got, numbers=True):
        return want
    left = tidy(got).splitlines()
    lines = []
    for line in tidy(want).splitlines():
        if line == "...":
            lines.append(line)
            continue
        same = [place for place, other in enumerate(left) if skeleton(other) == skeleton(line)]
        if not same:
            return tidy(got)
        lines.append(left[same[0]])
        left = left[same[0] + 1 :]
    short = "".join(f"{line}\n" for line in lines)
    return short if matches(short, got, numbers=True) else tidy(got)
