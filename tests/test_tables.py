"""Tables of a world: the packaged facts, counts by pair and bloc, a user's own folder, and folders that are broken."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
from test_broken_files import assert_good_message

from experiments.cli import main
from model import load_scenario
from model.calibration import read_calibration
from model.errors import InputError
from model.simulation import simulate
from model.tables import PACKAGED, any_foreign, bloc_pair, observed, observed_by_bloc, read_tables, reference_vintage
from model.tables.reading import REGISTERED_RUSSIAN
from model.world import build_inputs, build_world

HEAD = "version = 1\n"


# --- the packaged facts ------------------------------------------------------------------------------------------


def test_the_packaged_world() -> None:
    tables = read_tables()
    assert tables.countries == ("RU", "CN", "US", "DE", "FR", "GB", "IT", "JP", "IN")
    assert tables.blocs == ("Russia", "China", "West", "Other")
    assert dict(zip(tables.countries, tables.country_blocs, strict=True))["JP"] == "West"
    assert len(tables.fields) == 8
    assert math.isclose(sum(field.world_share for field in tables.fields.values()), 1.0)
    assert read_tables() is tables


def test_counts_are_those_of_their_vintages() -> None:
    tables = read_tables()
    works = {(r["country_a"], r["country_b"], r["year"], r["vintage"]): r["works"] for r in tables.copublications}
    assert len(works) == len(tables.copublications) == 2300
    # OpenAlex, and Scopus beside it
    assert works["CN", "RU", 2022, "openalex-2024-08"] == 4768
    assert works["RU", "US", 2022, "openalex-2024-08"] == 8264
    assert works["RU", "US", 2022, "scopus-2023"] == 4824
    assert works["CN", "RU", 2022, "scopus-2023"] == 4225
    assert works["CN", "RU", 2018, "scopus-2019"] == 2457
    assert works["GB", "RU", 2016, "openalex-2024-05"] == 4232
    assert tables.national["RU", "publications"][2022] == 98702
    assert tables.national["CN", "publications"][2022] == 976141
    assert max(tables.national["RU", "researchers_fte"]) == 2020  # Russian inputs end there


def test_institutions_that_publish() -> None:
    tables = read_tables()
    assert tables.publishing_institutions("RU") == 1818
    assert tables.registered("RU") == REGISTERED_RUSSIAN == 815 + 795 + 60
    assert tables.publishing_institutions("CN") == pytest.approx((1086 + 857 + 367) * 1818 / 1670)
    assert tables.university_share("CN") == pytest.approx(1086 / 2310)


def test_a_country_without_counts_gets_the_mean_of_the_others(own: Path) -> None:
    (own / "institution_counts.csv").write_text(
        "country,kind,organizations\nKR,Education,300\nKR,Facility,100\nXX,ALL,9\nDE,Education,500\n"
    )
    tables = read_tables(own)
    assert tables.registered("FR") == 0.0
    assert tables.publishing_institutions("KR") == pytest.approx(400 * 1818 / 1670)
    assert tables.publishing_institutions("FR") == pytest.approx((400 + 500) / 2 * 1818 / 1670)
    assert tables.university_share("FR") == pytest.approx(815 / 1670)


# --- counts by pair and bloc -------------------------------------------------------------------------------------


def test_artefacts_are_missing_and_nothing_else_is() -> None:
    counts = observed(read_tables())
    assert counts.shape == (34, 36) and list(counts.index) == list(range(1990, 2024))
    missing = {(int(counts.index[y]), counts.columns[p]) for y, p in zip(*np.nonzero(counts.isna()), strict=True)}
    assert missing == {(2016, "RU-US"), (2016, "GB-RU")}
    assert counts.loc[2015, "RU-US"] == 5772 and counts.loc[2022, "CN-RU"] == 4768
    european = observed(read_tables(), "openalex-2024-05")
    assert math.isnan(european.loc[2016, "GB-RU"]) and european.isna().sum().sum() == 1
    assert observed(read_tables(), "scopus-2021").loc[2016, "RU-US"] == 4488  # no artefact there


def test_vintages() -> None:
    tables = read_tables()
    assert reference_vintage(tables) == "openalex-2024-08"
    assert observed(tables).equals(observed(tables, "openalex-2024-08"))
    with pytest.raises(InputError, match="did you mean 'scopus-2023'"):
        observed(tables, "scopus-2032")
    with pytest.raises(InputError, match="there is no vintage"):
        any_foreign(tables, "x")
    foreign = any_foreign(tables)
    assert list(foreign.columns) == sorted(tables.countries) and foreign.loc[2018, "RU"] == 29374
    assert any_foreign(tables, "openalex-2024-05").empty


def test_counts_by_bloc_by_hand() -> None:
    tables, counts = read_tables(), observed(read_tables())
    by_bloc = observed_by_bloc(tables)
    west = ("US", "DE", "FR", "GB", "IT", "JP")
    year = 2022
    russia_west = sum(counts.loc[year, "-".join(sorted(("RU", code)))] for code in west)
    assert by_bloc.loc[year, "Russia-West"] == russia_west == 8264 + 4878 + 2820 + 3505 + 2732 + 1521
    assert by_bloc.loc[year, "Russia-China"] == 4768
    assert by_bloc.loc[year, "Russia-Other"] == 2386
    inside = [(a, b) for a in west for b in west if a < b]
    assert by_bloc.loc[year, "West-West"] == sum(counts.loc[year, f"{a}-{b}"] for a, b in inside)
    assert by_bloc.loc[year, "all"] == counts.loc[year].sum() == by_bloc.loc[year].drop("all").sum()
    # an artefact is missing in every sum that holds it, and in no other
    assert set(by_bloc.columns[by_bloc.loc[2016].isna()]) == {"Russia-West", "all"}
    assert by_bloc.drop(index=2016).notna().all().all()
    assert (bloc_pair(tables, "CN-RU"), bloc_pair(tables, "DE-RU"), bloc_pair(tables, "DE-GB")) == ("Russia-China", "Russia-West", "West-West")  # fmt: skip


# --- a user's own folder -----------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tables about Korea, Germany and France, in the present folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "own"
    folder.mkdir()
    write(folder, GOOD)
    (tmp_path / "korea.toml").write_text(
        HEAD + '[world]\ndata = "own"\ninstitutions = 40\n[time]\nstart = 2012-01-01\nshow_from = 2014-01-01\nend = 2017-01-01\n'
        '[measures.ban]\ntitle = "ban"\ngroup = "restriction"\nstart = 2015-01-01\nmode = "terminate"\nchannel = "all"\n'
        'from = { blocs = ["EU"] }\nto = { countries = ["KR"], institutions = "listed" }\n'
    )  # fmt: skip
    return folder


def write(folder: Path, files: dict[str, str | bytes | None]) -> None:
    """Write the files of a folder; None makes a folder in their place."""
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


COUNTRIES = """[countries]
KR = { name = "Korea", bloc = "Korea" }
DE = { name = "Germany", bloc = "EU" }
FR = { name = "France", bloc = "EU" }
"""
NATIONAL = "country,indicator,year,value\n" + "".join(
    f"{code},publications,{year},{value + 1000 * (year - 2010)}\n"
    for code, value in (("KR", 60000), ("DE", 100000), ("FR", 70000))
    for year in (2010, 2015, 2020)
)
COUNTS = "country_a,country_b,year,works,vintage\nKR,DE,2015,900,mine\nFR,KR,2015,400,mine\nDE,FR,2015,9000,mine\n"
INSTITUTIONS = "country,name,kind\nKR,KAIST,university\nKR,KIST,institute\nDE,Max-Planck-Gesellschaft,institute\n"
LISTINGS = "country,institution,list,from,until\nKR,KAIST,a list,2014-03-01,\n"
FACILITIES = '[facilities.x]\ntitle = "X"\nfield = "physics"\nmembers = ["DE", "KR"]\nshare = 0.1\n'
GOOD: dict[str, str | bytes | None] = {
    "countries.toml": COUNTRIES, "national_inputs.csv": NATIONAL, "copublications.csv": COUNTS,
    "institutions.csv": INSTITUTIONS, "listings.csv": LISTINGS, "facilities.toml": FACILITIES,
}  # fmt: skip


def test_a_folder_of_ones_own_works_from_end_to_end(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "korea.toml"]) == 0
    scenario = load_scenario("korea.toml")
    world = build_world(scenario)
    assert world.countries == ("KR", "DE", "FR") and world.blocs == ("Korea", "EU") and world.n == 40
    assert world.names[world.rows["KAIST"]] == "KAIST" and world.real[world.rows["KIST"]]
    assert len(world.fields) == 8 and world.facility_names == ("x",)
    done = simulate(scenario, replicates=2, seed=1)
    volume = done.series[done.series["indicator"] == "partnerships.count"]
    assert {"Korea-EU", "EU-EU", "DE-KR", "DE-FR"} <= set(volume["pair"])
    assert volume["value"].sum() > 0 and not done.series["value"].isin([np.inf, -np.inf]).any()
    # the ban ends every partnership of the listed university, and of that one only
    kaist = done.spells[(done.spells["a"] == "KAIST") | (done.spells["b"] == "KAIST")]
    ended = done.spells[done.spells["reason"] == "terminated"]
    assert len(ended) > 0 and set(ended.index) <= set(kaist.index)
    assert observed_by_bloc(read_tables("own")).loc[2015].to_dict() == {
        "Korea-EU": 1300.0,
        "EU-EU": 9000.0,
        "all": 10300.0,
    }
    assert main(["run", "korea.toml", "--replicates", "1", "--no-figures", "--quiet", "--out", "result"]) == 0
    assert "Korea-EU" in capsys.readouterr().out


def test_inputs_are_those_of_the_folder(own: Path) -> None:
    inputs = build_inputs(load_scenario("korea.toml"))
    middle_of_2015 = int(np.argmin(np.abs(inputs.times - 2015.375)))
    assert inputs.publications[middle_of_2015] == pytest.approx([65000, 105000, 75000], rel=2e-3)
    assert (inputs.capability_level == 0.0).all()  # no spending: as the mean of the others


def test_two_files_are_enough(own: Path) -> None:
    for name in set(GOOD) - {"countries.toml", "national_inputs.csv"}:
        (own / name).unlink()
    tables = read_tables(own)
    assert tables.copublications == () and reference_vintage(tables) is None
    assert observed(tables).empty and observed_by_bloc(tables).empty and any_foreign(tables).empty
    # what the package knows of these countries is taken from there
    assert {row["country"] for row in tables.institutions} == {"DE", "FR"}
    assert tables.listings == () and tables.registered("DE") == read_tables().registered("DE")
    assert build_world(load_scenario("korea.toml")).n == 40


def test_a_changed_table_is_read_again(own: Path) -> None:
    before = read_tables("own")
    assert read_tables(own) is before  # the same folder by another path
    (own / "copublications.csv").write_text(COUNTS + "DE,FR,2016,1,mine\n")
    assert len(read_tables("own").copublications) == len(before.copublications) + 1


def test_a_folder_may_hold_its_own_calibration(own: Path) -> None:
    text = read_calibration().to_toml().replace('"formation.base" = ', '"formation.base" = -1.25 # ')
    (own / "calibration.toml").write_text(text)
    assert load_scenario("korea.toml").parameters.formation.base == -1.25
    assert load_scenario("korea.toml", ["parameters.formation.base=-1"]).parameters.formation.base == -1.0


def test_a_calibration_with_an_unknown_weight_is_explained(own: Path) -> None:
    (own / "calibration.toml").write_text(read_calibration().to_toml().replace("formation.base", "formation.bas"))
    with pytest.raises(InputError, match=r"own/calibration\.toml: parameters\.formation\.bas: (.|\n)*'base'"):
        load_scenario("korea.toml")


def test_the_packaged_tables_are_not_touched_by_ones_own(own: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PACKAGED.iterdir() if path.is_file()}
    read_tables(own)
    assert read_tables().countries[0] == "RU"
    assert before == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PACKAGED.iterdir() if path.is_file()}  # fmt: skip


# --- broken folders ----------------------------------------------------------------------------------------------

# file, its content, what must be said besides its name
BROKEN: dict[str, tuple[str, str | bytes | None, tuple[str, ...]]] = {
    "no table of countries": ("countries.toml", COUNTRIES.replace("[countries]", "[country]"), ("'countries', but 'country'",)),
    "empty countries": ("countries.toml", "", ("no table 'countries'",)),
    "no bloc": ("countries.toml", COUNTRIES.replace("bloc", "blok"), ("countries.KR", "'bloc', but 'blok'")),
    "number as name": ("countries.toml", COUNTRIES.replace('"Korea", bloc', "3, bloc"), ("countries.KR.name", "text, in quotes")),
    "code with a sign": ("countries.toml", COUNTRIES.replace("KR =", '"K-R" ='), ('"K-R" is no code', "letters and digits")),
    "bloc with a sign": ("countries.toml", COUNTRIES.replace('"EU"', '"E-U"'), ('"E-U" is no bloc', "without -")),
    "one country": ("countries.toml", COUNTRIES[: COUNTRIES.index("DE")], ("one country", "two or more")),
    "countries that are no TOML": ("countries.toml", "[countries\n", ("line 1", "[countries")),
    "countries in Latin-1": ("countries.toml", COUNTRIES.replace("Korea", "Corée").encode("latin-1"), ("UTF-8", "line 2")),
    "countries twice": ("countries.toml", COUNTRIES + COUNTRIES, ("line 5", "already")),
    "column misspelled": ("national_inputs.csv", NATIONAL.replace("indicator", "indicater"), ("'indicator', but 'indicater'",)),
    "semicolons": ("national_inputs.csv", NATIONAL.replace(",", ";"), ('separated by ";"', "commas")),
    "text as number": ("national_inputs.csv", NATIONAL.replace(",60000", ",many"), ("line 2, column value", '"many" is no number')),
    "negative number": ("national_inputs.csv", NATIONAL.replace(",60000", ",-1"), ("line 2, column value", "-1 is negative")),
    "nan": ("national_inputs.csv", NATIONAL.replace(",60000", ",nan"), ("line 2, column value", "not finite")),
    "year that is none": ("national_inputs.csv", NATIONAL.replace("2015", "15"), ("line 3, column year", '"15"', "1900 to 2200")),
    "row twice": ("national_inputs.csv", NATIONAL + "KR,publications,2010,1\n", ("KR, publications, 2010", "twice")),
    "country unknown": ("national_inputs.csv", NATIONAL + "KP,publications,2010,1\n", ('"KP"', "did you mean 'KR'")),
    "indicator unknown": ("national_inputs.csv", NATIONAL + "KR,researcher_fte,2010,1\n", ("did you mean 'researchers_fte'",)),
    "country without publications": ("national_inputs.csv", NATIONAL.replace("FR,publications", "FR,population"), ("publications of FR",)),
    "no rows": ("national_inputs.csv", "", ("no column 'country'",)),
    "too many cells": ("national_inputs.csv", NATIONAL + "KR,publications,2011,1,2\n", ("line 11", "more cells")),
    "too few cells": ("national_inputs.csv", NATIONAL + "KR,publications\n", ("line 11, column year", "1900 to 2200")),
    "open quotes": ("national_inputs.csv", NATIONAL + 'KR,"publications,2011,3\n', ("is not CSV",)),
    "null character": ("national_inputs.csv", NATIONAL + "KR,publi\0cations,2011,3\n", ("line 11", "cannot be printed")),
    "inputs in Latin-1": ("national_inputs.csv", (NATIONAL + "KR,é,2011,3\n").encode("latin-1"), ("saved as UTF-8",)),
    "folder in place of a table": ("national_inputs.csv", None, ("not a regular file", "CSV")),
    "pair with itself": ("copublications.csv", COUNTS + "KR,KR,2015,1,mine\n", ("KR, KR, 2015", "itself")),
    "pair in both orders": ("copublications.csv", COUNTS + "DE,KR,2015,1,mine\n", ("DE, KR, 2015, mine", "twice")),
    "pair of an unknown country": ("copublications.csv", COUNTS + "KR,DD,2015,1,mine\n", ('"DD"', "did you mean 'DE'")),
    "negative count": ("copublications.csv", COUNTS + "KR,DE,2016,-1,mine\n", ("line 5, column works", "negative")),
    "kind unknown": ("institutions.csv", INSTITUTIONS.replace("university", "universty"), ("KAIST", "did you mean 'university'")),
    "institution elsewhere": ("institutions.csv", INSTITUTIONS + "RU,MSU,university\n", ("MSU", '"RU"', "KR, DE, FR")),
    "institution twice": ("institutions.csv", INSTITUTIONS + "DE,KAIST,university\n", ("KAIST", "twice")),
    "institution without a name": ("institutions.csv", INSTITUTIONS + "DE,,university\n", ("line 5, column name", "empty")),
    "listing of an unknown one": ("listings.csv", LISTINGS.replace("KAIST", "KAISD"), ('"KAISD"', "did you mean 'KAIST'")),
    "listing with a date of its own": ("listings.csv", LISTINGS.replace("2014-03-01", "1.3.2014"), ("line 2, column from", "2022-08-02")),
    "listing without a date": ("listings.csv", LISTINGS.replace("2014-03-01", ""), ("KAIST", "no date")),
    "listing that ends before": ("listings.csv", LISTINGS.replace("-01,", "-01,2013-01-01"), ("KAIST", "2013-01-01", "later")),
    "field of a facility": ("facilities.toml", FACILITIES.replace("physics", "phsics"), ("facilities.x.field", "'physics'")),
    "member of a facility": ("facilities.toml", FACILITIES.replace('"KR"', '"RU"'), ("facilities.x.members", '"RU"')),
    "share of a facility": ("facilities.toml", FACILITIES.replace("0.1", "10"), ("facilities.x.share", "from 0 to 1")),
    "members as text": ("facilities.toml", FACILITIES.replace('["DE", "KR"]', '"DE"'), ("facilities.x.members", "a list")),
    "field without a number": ("fields.toml", '[fields]\na = { title = "A" }\n', ("fields.a", "facility_dependence")),
    "field out of range": (
        "fields.toml", '[fields]\na = { title = "A", facility_dependence = 2, dual_use = 0, help_need = 0, world_share = 1 }\n',
        ("fields.a.facility_dependence", "2 is out of range"),
    ),
    "fields without a share": (
        "fields.toml", '[fields]\na = { title = "A", facility_dependence = 0, dual_use = 0, help_need = 0, world_share = 0 }\n',
        ("every world_share is 0",),
    ),
    "registered kind": (
        "institution_counts.csv",
        "country,kind,organizations\nKR,Educaton,3\n",
        ("KR", "did you mean 'Education'"),
    ),
    "no registered ones": (
        "institution_counts.csv",
        "country,kind,organizations\nKR,ALL,3\n",
        ("counts no institutions", "Education, Facility, Government"),
    ),
    "calibration that is none": ("calibration.toml", "[observation]\ncoverage = 'x'\n", ("calibration",)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_explained(own: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, content, said = BROKEN[name]
    if content is None:
        (own / file).unlink()
    write(own, {file: content})
    assert main(["check", "korea.toml"]) == 2
    text = capsys.readouterr().out.strip()
    assert_good_message(text, (file, *said))
    assert text.startswith("korea.toml: ")


@pytest.mark.parametrize("name", ["countries.toml", "national_inputs.csv"])
def test_a_missing_table_is_explained(own: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (own / name).unlink()
    assert main(["check", "korea.toml"]) == 2
    assert_good_message(capsys.readouterr().out.strip(), (name, "there is no such"))
    with pytest.raises(InputError, match="there is no such folder"):
        read_tables(own / "nowhere")
