import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from stdnum.fi import hetu

from kokeilu.extract import COLUMNS
from kokeilu.law.areas import municipalities
from kokeilu.problems import Problem
from kokeilu.synthetic import extracts, months, places, world
from kokeilu.synthetic.codes import birth_day


@pytest.fixture(scope="module")
def frames(small: world.World, made: extracts.Extracts) -> list[pl.DataFrame]:
    return [made.frame(rows) for rows in small.rows]


@pytest.fixture(scope="module")
def everything(frames: list[pl.DataFrame], small: world.World) -> pl.DataFrame:
    return pl.concat(
        [
            frame.with_columns(as_of=pl.lit(months.last_day(rows.month)), month=pl.lit(rows.month))
            for frame, rows in zip(frames, small.rows, strict=True)
        ]
    )


def checksums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def synth(folder: Path, threads: str, *options: str) -> dict[str, str]:
    """Run `kokeilu synth` in a process of its own; checksums of what it wrote."""
    program = "from kokeilu.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "synth", "--scale", "small", "--out", str(folder), *options],
        env=os.environ | {"POLARS_MAX_THREADS": threads},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return checksums(folder)


@pytest.mark.parametrize("fmt", extracts.FORMATS)
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(tmp_path: Path, fmt: str) -> None:
    options = ("--last", "2018-03", "--format", fmt)
    one = synth(tmp_path / "one", "1", "--seed", "5", *options)
    assert set(one) == {
        f"register-2018-01-31.{fmt}",
        f"register-2018-02-28.{fmt}",
        f"register-2018-03-31.{fmt}",
        "truth.json",
    }
    assert synth(tmp_path / "four", "4", "--seed", "5", *options) == one
    other = synth(tmp_path / "other", "4", "--seed", "6", *options)
    assert all(other[name] != one[name] for name in one)


def test_a_month_does_not_depend_on_the_months_asked_for(small: world.World, made: extracts.Extracts) -> None:
    short = world.generate("small", 7, first="2019-02", last="2019-02")
    (rows,) = short.rows
    assert extracts.Extracts(short).frame(rows).equals(made.frame(small.rows[1]))


def test_columns_are_those_of_the_format_in_order(frames: list[pl.DataFrame]) -> None:
    assert all(frame.schema == pl.Schema(COLUMNS) for frame in frames)


def test_files_hold_what_the_frames_hold(small: world.World, made: extracts.Extracts, tmp_path: Path) -> None:
    (parquet,) = extracts.write(small, tmp_path, ["2021-02"])
    (csv,) = extracts.write(small, tmp_path, ["2021-02"], "csv")
    (rows,) = [rows for rows in small.rows if months.label(rows.month) == "2021-02"]
    assert parquet.name == "register-2021-02-28.parquet"
    assert pl.read_parquet(parquet).equals(made.frame(rows))
    assert pl.read_csv(csv, separator=";", schema=dict(COLUMNS)).equals(made.frame(rows))
    assert json.loads((tmp_path / "truth.json").read_text())["seed"] == 7
    assert not list(tmp_path.glob("*.part"))


def test_every_code_is_valid_temporary_unique_and_agrees_with_the_birth_date(
    everything: pl.DataFrame,
) -> None:
    people = everything.unique(["person", "birth_date"])
    assert people["person"].n_unique() == len(people)
    assert everything.group_by("person", "as_of").len()["len"].max() == 1
    for code, born in people.select("person", "birth_date").iter_rows():
        assert hetu.is_valid(code, allow_temporary=True)
        assert code[7] == "9"
        assert birth_day(code) == months.day_number(born)


def test_a_person_whose_search_ended_is_told_once_and_then_absent(everything: pl.DataFrame) -> None:
    ended = everything.filter(~pl.col("job_search_valid"))
    assert set(ended["employment_code"]) == {"01", "05", "08"}
    assert set(ended["service"]) == set(ended["benefit"]) == {"none"}
    before = everything.with_columns(month=pl.col("month") + 1).select("person", "month", "job_search_valid")
    later = ended.filter(pl.col("month") > everything["month"].min())
    joined = later.join(before, on=["person", "month"], how="left")
    assert len(joined) > 1000
    assert joined["job_search_valid_right"].all()
    assert joined["job_search_valid_right"].null_count() == 0


def test_people_leave_only_by_a_row_that_says_so(everything: pl.DataFrame) -> None:
    last = everything["month"].max()
    valid = everything.filter(pl.col("job_search_valid") & (pl.col("month") < last))
    after = everything.with_columns(month=pl.col("month") - 1).select("person", "month")
    assert valid.join(after, on=["person", "month"], how="anti").is_empty()


def test_states_services_and_benefits_agree(everything: pl.DataFrame) -> None:
    valid = everything.filter("job_search_valid")
    in_service = pl.col("service") != "none"
    assert valid.filter(in_service)["employment_code"].unique().sort().to_list() == ["07", "08", "09"]
    others = valid.filter(~in_service)
    assert others["employment_code"].unique().sort().to_list() == ["00", "01", "02", "03"]
    out_of_work = others.filter(pl.col("employment_code").is_in(["02", "03"]))
    assert out_of_work["unemployed_since"].null_count() == 0
    assert (out_of_work["unemployed_since"] >= out_of_work["job_search_since"]).all()
    assert (everything["job_search_since"] <= everything["as_of"]).all()
    assert (out_of_work["unemployed_since"] <= out_of_work["as_of"]).all()
    paid = valid.filter(pl.col("benefit") == "earnings_related")
    assert paid["earnings_related_right"].drop_nulls().all()
    assert valid.filter(pl.col("employment_code").is_in(["00", "01"]))["benefit"].unique().to_list() == ["none"]


def test_support_days_grow_by_weekdays_paid_and_never_shrink(everything: pl.DataFrame) -> None:
    steps = everything.sort("person", "month").with_columns(
        grown=pl.col("labour_market_support_days").diff().over("person"),
        gap=pl.col("month").diff().over("person"),
    )
    steps = steps.filter(pl.col("gap") == 1)
    assert steps["grown"].min() == 0
    assert steps["grown"].max() == 23
    paid = steps.filter(
        (pl.col("benefit") == "labour_market_support")
        & (pl.col("service") == "none")
        & pl.col("as_of").is_in([months.last_day(months.parse("2021-02"))])
    )
    # Who became entitled within the month is paid from the next one on.
    assert (paid["grown"] == 20).mean() > 0.97
    in_service = steps.filter(pl.col("job_search_valid") & (pl.col("service") != "none"))
    assert in_service["grown"].max() == 0


def test_what_describes_a_person_does_not_churn(everything: pl.DataFrame) -> None:
    fixed = ["family_name", "given_names", "birth_date", "service_language", "education", "occupation"]
    fixed += ["protected", "email", "phone"]
    changes = everything.group_by("person").agg(pl.col(fixed).n_unique())
    assert changes.select(pl.col(fixed).max()).row(0) == (1,) * len(fixed)
    moves = everything.group_by("person").agg(pl.col("street_address").n_unique())["street_address"].mean()
    assert moves is not None
    assert 1 < moves < 1.1


def test_addresses_lie_in_the_municipality_and_nobody_can_be_reached(everything: pl.DataFrame) -> None:
    home = {row["postal_code"]: row["municipality"] for row in places.read_rows("postal-codes.csv")}
    known = everything.filter(pl.col("municipality").is_not_null()).unique(["person", "municipality"])
    assert known["postal_code"].replace_strict(home).equals(known["municipality"])
    helsinki = known.filter(pl.col("municipality") == "091")["postal_code"]
    assert helsinki.str.starts_with("00").all()
    assert helsinki.n_unique() > 60
    mail = everything["email"].drop_nulls()
    assert mail.str.contains(r"^[a-z.]+[0-9]+@example\.(com|net|org)$").all()
    assert everything["phone"].drop_nulls().str.contains(r"^\+358 000 [0-9]{7}$").all()


def test_codes_of_occupations_and_municipalities_exist(everything: pl.DataFrame) -> None:
    groups = {row["unit_group"] for row in places.read_rows("occupations.csv")}
    assert set(everything["occupation"].drop_nulls()) <= groups
    assert set(everything["municipality"].drop_nulls()) <= {*municipalities()}
    levels = everything["education"].drop_nulls()
    assert levels.min() >= 0  # type: ignore[operator]
    assert levels.max() == 8


def test_under_temporary_protection_people_have_a_place_but_no_home() -> None:
    later = world.generate("small", 7, first="2022-02", last="2023-06")
    made = extracts.Extracts(later)
    by_month = {months.label(rows.month): made.frame(rows) for rows in later.rows}
    assert not by_month["2022-02"]["temporary_protection"].any()
    spring = by_month["2022-06"].filter("temporary_protection")
    assert len(spring) > 20
    assert set(spring["municipality"]) == {"none"}
    assert set(spring["placed_in"]) <= {each.code for each in later.places.municipalities}
    assert set(spring["language"]) == {"uk", "ru"}
    others = by_month["2022-06"].filter(~pl.col("temporary_protection"))
    assert set(others["placed_in"]) == {"none"}
    summer = by_month["2023-06"].filter("temporary_protection")
    settled = summer.filter(pl.col("municipality") != "none")
    assert 0 < len(settled) < len(summer)
    assert set(settled["placed_in"]) == {"none"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": "big"}, "no scale 'big'"),
        ({"seed": -1}, "negative"),
        ({"first": "2020-02", "last": "2020-01"}, "before the first"),
        ({"first": "2017-12"}, "not within 2018-01 to 2024-12"),
        ({"last": "2025-01"}, "not within 2018-01 to 2024-12"),
        ({"last": "2020"}, "is not a month"),
    ],
)
def test_arguments_are_checked(arguments: dict[str, str | int], message: str) -> None:
    with pytest.raises(Problem, match=message):
        world.generate(**({"scale": "small", "seed": 1} | arguments))  # type: ignore[arg-type]


def test_formats_months_and_folders_are_checked(small: world.World, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no format 'xlsx'"):
        extracts.write(small, tmp_path, fmt="xlsx")
    with pytest.raises(Problem, match="not generated for 2018-01"):
        extracts.write(small, tmp_path, ["2018-01"])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem, match="cannot make the folder"):
        extracts.write(small, tmp_path / "file")
    extracts.write(small, tmp_path, ["2021-01"])
    (tmp_path / "register-2021-02-28.parquet.part").mkdir()
    with pytest.raises(Problem, match="cannot write"):
        extracts.write(small, tmp_path, ["2021-02"])


def test_a_folder_never_mixes_two_registers(small: world.World, tmp_path: Path) -> None:
    extracts.write(small, tmp_path, ["2021-02"])
    before = checksums(tmp_path)
    other = world.generate("small", 8, first="2021-01", last="2021-02")
    with pytest.raises(Problem, match="another register"):
        extracts.write(other, tmp_path)
    assert checksums(tmp_path) == before
    extracts.write(small, tmp_path, ["2021-02", "2021-03"])
    assert len(checksums(tmp_path)) == 3
    (tmp_path / "truth.json").unlink()
    with pytest.raises(Problem, match="another register"):
        extracts.write(small, tmp_path)


def test_a_full_disk_is_told_in_one_line(small: world.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(Path, "with_name", lambda path, name: full)
    for fmt in extracts.FORMATS:
        with pytest.raises(Problem, match="No space left") as caught:
            extracts.write(small, tmp_path, ["2021-02"], fmt)
        assert "\n" not in str(caught.value)
