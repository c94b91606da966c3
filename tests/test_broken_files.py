"""Files and settings that are wrong: each gets a line or two with the place and what would be right, and exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import main
from model.scenario import packaged_scenarios
from model.scenario.files import packaged_folder

HEAD = "version = 1\n"
MEASURE = HEAD + '[measures.x]\ntitle = "t"\ngroup = "restriction"\nstart = 2022-02-24\n'
BASED = HEAD + 'extends = "hindcast"\n'

# text of a file -> what the message must say besides the file: the key, and the remedy or the nearest name
BROKEN: dict[str, tuple[str, tuple[str, ...]]] = {
    # a typo in a key, at each depth
    "key of the file": (HEAD + 'titel = "x"\n', ("titel", "did you mean 'title'")),
    "name of a table": (HEAD + "[wrold]\ninstitutions = 60\n", ("wrold", "did you mean 'world'")),
    "key of a table": (HEAD + "[world]\ninstitution = 60\n", ("world.institution:", "did you mean 'institutions'")),
    "key of a measure": (MEASURE + "strenght = 1\n", ("measures.x.strenght", "did you mean 'strength'")),
    "key of a side": (MEASURE + 'from = { bloc = ["West"] }\n', ("measures.x.from.bloc", "did you mean 'blocs'")),
    "key of effects": (MEASURE + "effects = { meting = 0.5 }\n", ("measures.x.effects.meting", "'meeting'")),
    "key of a growth path": (
        HEAD + "[inputs.growth]\nRU = { publication = 0 }\n",
        ("inputs.growth.RU", "'publications'"),
    ),
    "group of parameters": (HEAD + "[parameters.formtion]\nbase = 1\n", ("parameters.formtion", "'formation'")),
    "parameter": (HEAD + "[parameters.formation]\nbas = 1\n", ("parameters.formation.bas", "did you mean 'base'")),
    "parameter without its group": (
        HEAD + "[parameters]\nopportunity_rate = 3\n",
        ("parameters.opportunity_rate", "did you mean 'process.opportunity_rate'"),
    ),
    "key with a line break": (HEAD + '"a\\nb" = 3\n', ("a\\nb", "allowed: version")),
    # wrong types
    "number as text": (HEAD + '[world]\ninstitutions = "60"\n', ("world.institutions", '"60" is text', "20 to 200000")),
    "truth value as number": (
        HEAD + "[world]\ninstitutions = true\n",
        ("world.institutions", "true is", "whole number"),
    ),
    "fraction as whole number": (HEAD + "[world]\ninstitutions = 60.5\n", ("world.institutions", "60.5 is not whole")),
    "number as truth value": (MEASURE + "enabled = 1\n", ("measures.x.enabled", "true or false")),
    "text as truth value": (MEASURE + 'enabled = "no"\n', ("measures.x.enabled", '"no" is text', "true or false")),
    "number as text of a title": (HEAD + "title = 3\n", ("title", "3 is a number", "text, in quotes")),
    "text as table": (HEAD + 'world = "big"\n', ("world", "is text", "a table with institutions")),
    "list as table": (HEAD + "world = [1, 2]\n", ("world", "is a list", "a table with institutions")),
    "number as measures": (HEAD + "measures = 3\n", ("measures", "3 is a number", "tables")),
    "list as measures": (HEAD + '[[measures]]\ntitle = "t"\n', ("measures", "is a list", "tables")),
    "text as measure": (HEAD + '[measures]\nx = "y"\n', ("measures.x", "is text", "a table with title")),
    "text as list": (MEASURE + 'from = { blocs = "West" }\n', ("measures.x.from.blocs", "a list of texts")),
    "number in a list of names": (MEASURE + "fields = [1]\n", ("measures.x.fields, entry 1", "text, in quotes")),
    "number as group of parameters": (HEAD + "[parameters]\nprocess = 3\n", ("parameters.process", "a table with")),
    "number as growth path": (HEAD + "[inputs.growth]\nRU = 0.1\n", ("inputs.growth.RU", "a table with publications")),
    "number as folder": (HEAD + "[world]\ndata = 3\n", ("world.data", "text, in quotes")),
    "deeply nested title": (HEAD + f"title = {'[' * 200}{']' * 200}\n", ("title", "is a list", "text, in quotes")),
    # dates
    "dates reversed": (MEASURE + "end = 2020-01-01\n", ("measures.x.end", "2020-01-01", "after 2022-02-24")),
    "quoted date": (HEAD + '[time]\nstart = "1996-01-01"\n', ("time.start", "is text", "without quotes")),
    "date with a time": (HEAD + "[time]\nstart = 1996-01-01T00:00:00\n", ("time.start", "time of day", "such as 2022")),
    "year as date": (HEAD + "[time]\nstart = 1996\n", ("time.start", "1996 is a number", "a date such as")),
    "date that is none": (HEAD + "[time]\nend = 2020-02-30\n", ("line 3", "end = 2020-02-30", "nvalid date")),
    "date far away": (HEAD + "[time]\nend = 2999-01-01\n", ("time.end", "2999-01-01", "2200-12-31")),
    "date off the grid": (HEAD + "[time]\nend = 2020-02-01\n", ("time.end", "2020-02-01", "2020-04-01")),
    "snapshot off the grid": (
        HEAD + "[record]\nsnapshots = [2014-02-03]\n",
        ("record.snapshots, entry 1", "2014-04-01"),
    ),
    "end before start": (HEAD + "[time]\nend = 1990-01-01\n", ("time.end", "1990-01-01", "after 1996-01-01")),
    "shown before start": (HEAD + "[time]\nshow_from = 1970-01-01\n", ("time.show_from", "1976-01-01 or later")),
    "years in no order": (
        HEAD + "compare_years = [2021, 2019, 2022, 2023]\n",
        ("compare_years", "[2021, 2019", "such as"),
    ),
    "three years": (HEAD + "compare_years = [2019, 2021, 2022]\n", ("compare_years", "3 entries", "4 whole numbers")),
    # unknown names
    "country by its name": (MEASURE + 'from = { countries = ["Russia"] }\n', ("from.countries", "did you mean 'RU'")),
    "unknown country": (MEASURE + 'from = { countries = ["ZZ"] }\n', ("from.countries", '"ZZ"', "RU, CN, US")),
    "unknown bloc": (MEASURE + 'to = { blocs = ["Wset"] }\n', ("measures.x.to.blocs", "did you mean 'West'")),
    "unknown kind": (MEASURE + 'to = { kinds = ["universities"] }\n', ("to.kinds", "did you mean 'university'")),
    "unknown institution": (
        MEASURE + 'to = { institutions = ["Lomonosov Moscow University"] }\n',
        ("to.institutions", "did you mean 'Lomonosov Moscow State University'"),
    ),
    "institutions as one word": (MEASURE + 'to = { institutions = "liste" }\n', ("to.institutions", "'listed'")),
    "institutions as number": (MEASURE + "to = { institutions = 3 }\n", ("to.institutions", '"listed" or a list')),
    "nobody": (MEASURE + "to = { institutions = [] }\n", ("to.institutions", "names nobody", '"all"')),
    "unknown field": (MEASURE + 'fields = ["phyics"]\n', ("measures.x.fields", "did you mean 'physics'")),
    "unknown mode": (MEASURE + 'mode = "termnate"\n', ("measures.x.mode", "did you mean 'terminate'")),
    "unknown channel": (MEASURE + 'channel = "personal"\n', ("measures.x.channel", '"all", "official"')),
    "unknown status": (MEASURE + 'status = "guessed"\n', ("measures.x.status", '"measured"')),
    "unknown group": (
        HEAD + '[measures.x]\ntitle = "t"\ngroup = "restrict"\nstart = 2022-02-24\n',
        ("measures.x.group", "did you mean 'restriction'"),
    ),
    "unknown engine": (HEAD + '[run]\nengine = "fst"\n', ("run.engine", '"fast", "plain", "twin"')),
    "unknown period": (HEAD + '[record]\nevery = "month"\n', ("record.every", '"year", "quarter"')),
    "unknown measure to change": (
        BASED + "[measures.sectorial-2014]\nstrength = 0.5\n",
        ("measures.sectorial-2014", "did you mean 'sectoral-2014'"),
    ),
    "measure to change, with a date": (
        BASED + "[measures.sectorial-2014]\nstart = 2015-01-01\n",
        ("measures.sectorial-2014.title: is missing", "did you mean 'sectoral-2014'"),
    ),
    "growth of an unknown country": (HEAD + "[inputs.growth]\nXX = { publications = 0.1 }\n", ("growth.XX", "RU, CN")),
    "name of a measure with a dot": (
        MEASURE.replace("measures.x", 'measures."a.b"'),
        ('measures."a.b"', "letters, digits"),
    ),
    "name that is a path": (HEAD + 'name = "../../x"\n', ("name", '"../../x"', "letters, digits")),
    "no such data folder": (HEAD + '[world]\ndata = "no/such"\n', ("world.data", '"no/such"', "countries.toml")),
    # numbers out of range
    "negative size": (
        HEAD + "[parameters.size]\nlog_sd = -1\n",
        ("parameters.size.log_sd", "-1 is too small", "0.1 to 3"),
    ),
    "no institutions": (HEAD + "[world]\ninstitutions = 0\n", ("world.institutions", "0 is too small", "20 to 200000")),
    "ten million institutions": (HEAD + "[world]\ninstitutions = 10_000_000\n", ("10000000 is too large", "200000")),
    "number without end": (HEAD + f"[run]\nreplicates = 0x1{'0' * 5000}\n", ("run.replicates", "too large", "100000")),
    "number of 5000 digits": (HEAD + f"[run]\nreplicates = 1{'0' * 5000}\n", ("too long",)),
    "number too large for a float": (
        MEASURE + f"strength = 1{'0' * 400}\n",
        ("measures.x.strength", "not finite", "0 to 3"),
    ),
    "nan": (MEASURE + "strength = nan\n", ("measures.x.strength", "nan is not finite", "from 0 to 3")),
    "inf": (MEASURE + "effects = { meeting = inf }\n", ("measures.x.effects.meeting", "not finite", "0 to 20")),
    "strength below zero": (MEASURE + "strength = -1\n", ("measures.x.strength", "-1 is too small", "from 0 to 3")),
    "compliance in percent": (MEASURE + "compliance = 90\n", ("measures.x.compliance", "90 is too large", "0 to 1")),
    "share of nobody": (MEASURE + "to = { largest_share = 0 }\n", ("to.largest_share", "above 0 up to 1")),
    "wind-down backwards": (MEASURE + "wind_down_days = -3\n", ("measures.x.wind_down_days", "0 to 3650")),
    "range reversed": (MEASURE + "range = [1.0, 0.5]\n", ("measures.x.range", "reversed", "[0.5, 1.0]")),
    "range of one": (MEASURE + "range = [1.0]\n", ("measures.x.range", "1 entry", "2 numbers")),
    "range of three": (MEASURE + "range = [1.0, 2.0, 3.0]\n", ("measures.x.range", "3 entries", "2 numbers")),
    "range of text": (MEASURE + 'range = ["a", 1]\n', ("measures.x.range, entry 1", '"a" is text')),
    "parameter out of range": (
        HEAD + "[parameters.process]\nopportunity_rate = 100\n",
        ("parameters.process.opportunity_rate", "100 is too large", "2 to 40"),
    ),
    "growth out of range": (
        HEAD + "[inputs.growth]\nRU = { publications = 5 }\n",
        ("growth.RU.publications", "-0.5 to 0.5"),
    ),
    "seed below zero": (HEAD + "[run]\nseed = -1\n", ("run.seed", "-1 is too small", "4294967295")),
    # what is missing
    "empty": ("", ("has no version", "version = 1")),
    "no version": ('title = "x"\n', ("has no version", "version = 1")),
    "version 2": ("version = 2\n", ("version: 2", "version = 1")),
    "version as text": ('version = "1"\n', ('version: "1"', "version = 1")),
    "version true": ("version = true\n", ("version: true", "version = 1")),
    "version 1.0": ("version = 1.0\n", ("version: 1.0", "version = 1")),
    "no start": (HEAD + '[measures.x]\ntitle = "t"\ngroup = "context"\n', ("measures.x.start: is missing", "a date")),
    "no title": (
        HEAD + '[measures.x]\nstart = 2022-02-24\ngroup = "context"\n',
        ("measures.x.title: is missing", "text"),
    ),
    "no group": (
        HEAD + '[measures.x]\ntitle = "t"\nstart = 2022-02-24\n',
        ("measures.x.group: is missing", '"context"'),
    ),
    "nothing of a measure": (HEAD + "[measures.x]\n", ("measures.x.title: is missing (and 2 more)",)),
    # what it extends
    "extends itself": (HEAD + 'extends = "file"\n', ("extends", "file -> file")),
    "extends a missing name": (HEAD + 'extends = "hindcst"\n', ("extends", "did you mean 'hindcast'")),
    "extends a missing path": (HEAD + 'extends = "other/hindcst.toml"\n', ("extends", "no such file", "'hindcast'")),
    "extends a number": (HEAD + "extends = 3\n", ("extends", "3 is no name", "in quotes")),
    "extends a list": (HEAD + 'extends = ["hindcast"]\n', ("extends", "is no name", "in quotes")),
    "extends nothing": (HEAD + 'extends = ""\n', ("extends", "no scenario", "comity list")),
    # what is no TOML
    "not TOML": ("this is not TOML", ("line 1", "this is not TOML", "key = value")),
    "open bracket": (HEAD + "[world\n", ("line 2", "[world")),
    "text without quotes": (HEAD + "title = Some text\n", ("line 2", "title = Some text", '"text"')),
    "key twice": (HEAD + "version = 1\n", ("line 2", "stands in the file already")),
    "table twice": (HEAD + "[world]\nfloor = 3\n[world]\nfloor = 3\n", ("line 4", "stands in the file already")),
    "brackets without end": (HEAD + f"a = {'[' * 2000}{']' * 2000}\n", ("nested too deeply",)),
    "tables without end": (HEAD + f"[{'.'.join(['a'] * 3000)}]\nb = 1\n", ("there is no key 'a'",)),
    "null character": (HEAD + "\0\n", ("line 2", "\\u0000")),
}


def assert_good_message(text: str, said: tuple[str, ...]) -> None:
    """A line or two, with what must be said, and nothing of the inside of the program."""
    assert len(text.splitlines()) <= 2
    assert all(len(line) < 500 for line in text.splitlines())
    for fragment in said:
        assert fragment in text, text
    for inside in (
        "Traceback",
        "datetime.",
        "<class",
        "pydantic",
        "Value error",
        "Input should",
        "dictionary",
        "tuple",
    ):
        assert inside not in text, text


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty present folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_explained(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, said = BROKEN[name]
    (here / "file.toml").write_text(text, encoding="utf-8")
    assert main(["check", "file.toml"]) == 2
    streams = capsys.readouterr()
    assert streams.err == ""
    assert streams.out.startswith("file.toml: ")
    assert_good_message(streams.out.strip(), said)


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def _loop(path: Path) -> None:
    path.symlink_to("other.toml")
    path.with_name("other.toml").symlink_to(path.name)


PLACES: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "missing": (lambda path: None, ("there is no such file",)),
    "folder": (Path.mkdir, ("is a folder", "a TOML file")),
    "100 MB": (_large, ("100,000,000 bytes", "at most 1,000,000")),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), ("leads nowhere",)),
    "circle of links": (_loop, ("leads nowhere",)),
    "device without end": (lambda path: path.symlink_to("/dev/zero"), ("not a regular file",)),
    "pipe": (lambda path: os.mkfifo(path), ("not a regular file",)),
    "Latin-1": (lambda path: path.write_bytes(b"# a\nversion = 1 # caf\xe9\n"), ("not UTF-8 text (line 2)", "UTF-8")),
    "UTF-16": (lambda path: path.write_bytes("version = 1\n".encode("utf-16")), ("not UTF-8", "saved as UTF-8")),
    "null characters": (lambda path: path.write_bytes(bytes(100)), ("not TOML", "line 1")),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("by", ["path", "extends"])
def test_what_is_no_readable_file_is_explained(
    here: Path, name: str, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = PLACES[name]
    make(here / "file.toml")
    (here / "child.toml").write_text(HEAD + 'extends = "file.toml"\n')
    assert main(["check", "file.toml" if by == "path" else "child.toml"]) == 2
    out = capsys.readouterr().out.strip()
    assert "file.toml" in out
    assert_good_message(out, said)


def test_a_fault_is_said_of_the_file_that_has_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "base.toml").write_text(BASED + "[world]\ninstitution = 60\n")
    (here / "child.toml").write_text(HEAD + 'extends = "base"\n[world]\nfloor = 3\n')
    assert main(["check", "child.toml"]) == 2
    assert "base.toml: world.institution: " in capsys.readouterr().out
    (here / "base.toml").write_text(BASED + "[time]\nshow_from = 2010-01-01\n")
    (here / "child.toml").write_text(HEAD + 'extends = "base"\n[time]\nend = 2005-01-01\n')
    assert main(["check", "child.toml"]) == 2
    assert capsys.readouterr().out.startswith("child.toml: time.end: 2005-01-01")


def test_a_chain_of_files_that_bites_its_tail(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, base in (("one", "two"), ("two", "three"), ("three", "one")):
        (here / f"{name}.toml").write_text(HEAD + f'extends = "{base}"\n')
    assert main(["check", "one.toml"]) == 2
    assert_good_message(capsys.readouterr().out.strip(), ("extends itself", "one -> two -> three -> one"))
    for number in range(40):
        (here / f"n{number}.toml").write_text(HEAD + f'extends = "n{number + 1}"\n')
    assert main(["check", "n0.toml"]) == 2
    assert_good_message(capsys.readouterr().out.strip(), ("extends more than",))


def test_names_that_are_no_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, said in (
        ("hindcst", "'hindcast'"),
        ("", "comity list"),
        (".", "comity list"),
        ("a\0b.toml", "no such file"),
    ):
        assert main(["check", name]) == 2
        assert_good_message(capsys.readouterr().out.strip(), (said,))


def test_a_file_with_a_byte_order_mark_is_good(here: Path) -> None:
    (here / "file.toml").write_bytes(b"\xef\xbb\xbfversion = 1\n")
    assert main(["check", "file.toml"]) == 0


def test_every_packaged_file_is_good(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = packaged_scenarios()
    sweeps = sorted(packaged_folder().glob("experiments/*.toml"))
    assert len(files) >= 5 and sweeps
    assert main(["check", *files, *map(str, [*files.values(), *sweeps])]) == 0
    assert capsys.readouterr().out.count(": ok\n") == 2 * len(files) + len(sweeps)


def test_the_real_command_says_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["good.toml", "typo.toml", "date.toml"]
    for name, text in zip(names, (HEAD, *(BROKEN[key][0] for key in ("key of a table", "quoted date"))), strict=True):
        (here / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "check", *names],
        cwd=here, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr == ""
    assert main(["check", *names]) == 2
    assert done.stdout == capsys.readouterr().out
    assert done.stdout.startswith("good.toml: ok\n")


def test_a_new_scenario_can_be_made_of_any_good_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its folder and its titles are called."""
    folder = here / ('a "quoted" folder ' + "long" * 40)
    folder.mkdir()
    (folder / "base.toml").write_text(
        MEASURE.replace('"t"', '"two\\nlines # and a sign"') + '[measures.y]\ntitle = "é"\ngroup = "context"\nstart = 2020-01-01\n',
        encoding="utf-8-sig",
    )  # fmt: skip
    assert main(["new", "mine", "--from", str(folder / "base.toml")]) == 0
    assert main(["check", "mine"]) == 0
    assert capsys.readouterr().out.endswith("mine: ok\n")
