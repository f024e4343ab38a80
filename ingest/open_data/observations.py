"""From one downloaded table to the rows of raw open data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.open_data.client import Download, OpenDataError, Row
from ingest.open_data.topics import YEAR, Topic, age_band_of_title, plain
from ingest.raw_tables import raw_tables

# What tells one figure of a table from another.
FIGURE_PLACE = ("topic_id", "region_code", "source_year", "age_band")
_REGION_KINDS = {"NL": "land", "GM": "gemeente", "WK": "wijk", "BU": "buurt"}


@dataclass(frozen=True)
class Layout:
    """Which columns of a table say where, when and for whom, and which year it is about."""

    region: str
    period: str | None
    age: str | None
    others: tuple[str, ...]
    division_year: int | None
    year: int | None


def layout_of(
    entry: Row, properties: list[Row], region: str | None = None, period: str | None = None
) -> Layout:
    """Return the layout of the table with this catalogue row and these DataProperties.

    A contract says what its dimensions of `region` and `period` are called. Raises OpenDataError
    when region or year cannot be told.
    """
    dimensions = [row for row in properties if row["Type"].endswith(("Dimension", "GeoDetail"))]
    for name in (region, period):
        if name is not None and name not in {row["Key"] for row in dimensions}:
            raise OpenDataError(
                f"Tabel {entry['Identifier']} heeft geen dimensie '{name}'. Zet in het contract "
                f"een van: {', '.join(row['Key'] for row in dimensions)}."
            )
    geo = [
        row for row in dimensions if (row["Key"] == region if region else row["Type"][:3] == "Geo")
    ]
    if len(geo) != 1:
        raise OpenDataError(
            f"Tabel {entry['Identifier']} heeft niet precies een kolom met gebieden, "
            "en kan daarom niet worden gebruikt."
        )
    region = str(geo[0]["Key"])
    period = period or next((r["Key"] for r in dimensions if r["Type"] == "TimeDimension"), None)
    age = next((row["Key"] for row in dimensions if row["Key"].startswith("Leeftijd")), None)
    map_year = int(geo[0].get("MapYear") or 0) or None
    told = YEAR.findall(entry["Period"] or "") or YEAR.findall(entry["Title"])
    year = int(told[-1]) if told else map_year
    if period is None and year is None:
        raise OpenDataError(
            f"Tabel {entry['Identifier']} zegt niet over welk jaar ze gaat, "
            "en kan daarom niet worden gebruikt."
        )
    division = re.search(r"indeling (\d{4})", entry["Title"])
    division_year = map_year or (int(division[1]) if division else None)
    return Layout(
        region=region,
        period=period,
        age=age,
        others=tuple(r["Key"] for r in dimensions if r["Key"] not in (region, period, age)),
        division_year=division_year,
        year=year,
    )


def whole_group(entry: Row, name: str, keys: list[Row], declared: str | None = None) -> str | None:
    """Return the key of a dimension that stands for everybody; None when there is only one key.

    Of margins that is the value itself. A contract may have `declared` which key it is, by title
    or code. Raises OpenDataError when there is no such key.
    """
    if declared is not None:
        for key in keys:
            if declared.strip() == key["Key"].strip() or plain(declared) == plain(key["Title"]):
                return str(key["Key"])
        raise OpenDataError(
            f"In {name} van tabel {entry['Identifier']} staat '{declared}' niet. Zet bij totals in "
            "het contract de titel of code die er wel staat."
        )
    if len(keys) == 1:
        return None
    for key in keys:
        code, title = key["Key"].strip(), (key["Title"] or "").strip().lower()
        is_total = title.startswith("totaal") or re.fullmatch(r"T\d{6}", code)
        if is_total or title == "waarde" or code == "MW00000":
            return str(key["Key"])
    raise OpenDataError(
        f"Tabel {entry['Identifier']} is uitgesplitst naar {name} zonder een totaal, "
        "en kan daarom niet worden gebruikt. Een contract kan bij totals zeggen wat het totaal is."
    )


def observations_of(
    entry: Row,
    revision: date,
    layout: Layout,
    topic_keys: Mapping[Topic, str],
    download: Download,
) -> pa.Table:
    """Return raw observations: one row per topic, region, year and age band.

    Raises OpenDataError when there are none, a region comes twice or a figure is not a number.
    """
    bands: dict[str, str | None] = {}
    if layout.age:
        keys = download.dimensions[layout.age]
        bands = {key["Key"]: age_band(key["Title"] or key["Key"]) for key in keys}
    band_of_table = age_band_of_title(entry["Title"])
    rows, codes, years, ages = [], [], [], []
    for row in download.rows:
        year = _year_of_period(row[layout.period]) if layout.period else layout.year
        code = region_code(row[layout.region])
        if year is not None and code[:2] in _REGION_KINDS:
            rows.append(row)
            codes.append(code)
            years.append(year)
            ages.append(bands[row[layout.age]] if layout.age else band_of_table)
    if not rows:
        raise OpenDataError(
            f"Tabel {entry['Identifier']} heeft geen jaarcijfers van land, gemeente, wijk of "
            "buurt, en kan daarom niet worden gebruikt."
        )
    if len(set(zip(codes, years, ages, strict=True))) < len(rows):
        raise OpenDataError(
            f"Tabel {entry['Identifier']} heeft meer dan een rij per gebied, jaar en leeftijd, "
            "en kan daarom niet worden gebruikt."
        )
    divisions = [layout.division_year or year for year in years]
    parts = []
    for topic, key in topic_keys.items():
        where = f"{key} van tabel {entry['Identifier']}"
        values, statuses = parse_values([row[key] for row in rows], where, topic.minimum)
        parts.append(
            _raw_table(
                "observations",
                table_id=[entry["Identifier"]] * len(rows),
                revision=[revision] * len(rows),
                topic_id=[topic.topic_id] * len(rows),
                topic_key=[key] * len(rows),
                region_code=codes,
                division_year=divisions,
                source_year=years,
                age_band=ages,
                value=values,
                value_status=statuses,
            )
        )
    return pa.concat_tables(parts).combine_chunks()


def regions_of(
    revision: date, layout: Layout, download: Download, observations: pa.Table
) -> pa.Table:
    """Return raw regions: one row per region and division year that has figures."""
    names = {
        region_code(key["Key"]): (key["Title"] or "").strip()
        for key in download.dimensions[layout.region]
    }
    places = observations.select(["region_code", "division_year"])
    places = places.group_by(places.column_names, use_threads=False).aggregate([])
    codes = places["region_code"].to_pylist()
    kinds = [_REGION_KINDS[code[:2]] for code in codes]
    # BU05991081 lies in WK059910 and in GM0599; all but the first four signs may be letters.
    wijken = [f"WK{code[2:8]}" if code[:2] in ("WK", "BU") else None for code in codes]
    return _raw_table(
        "regions",
        revision=[revision] * len(codes),
        region_code=codes,
        division_year=places["division_year"],
        region_kind=kinds,
        region_name=[names.get(code) or code for code in codes],
        municipality_code=[None if code[:2] == "NL" else f"GM{code[2:6]}" for code in codes],
        wijk_code=wijken,
    )


def region_code(key: str) -> str:
    """Return the region code without padding; the country is NL00 (RIVM writes NL01)."""
    code = key.strip()
    return "NL00" if code.startswith("NL") else code


def age_band(title: str) -> str | None:
    """Return our age band of a title such as '18 tot 65 jaar'; None when it is everybody."""
    text = title.strip().lower()
    if match := re.fullmatch(r"(\d+) jaar (?:of|en) ouder", text):
        return f"{match[1]}+"
    if match := re.fullmatch(r"(\d+) tot en met (\d+) jaar", text):
        return f"{match[1]}-{match[2]}"
    if match := re.fullmatch(r"(\d+) tot (\d+) jaar", text):
        return f"{match[1]}-{int(match[2]) - 1}"
    return None if text.startswith("totaal") else title.strip()


def parse_values(
    texts: list[str | None], where: str, minimum: Decimal | None
) -> tuple[pa.Array, pa.Array]:
    """Return values as DECIMAL(18,4) and their status, from the published text.

    A point is unknown, as is what is less than the `minimum`; a blank does not apply. Raises
    OpenDataError on anything else that is not a number.
    """
    nothing = pa.scalar(None, pa.string())
    text = pc.utf8_trim_whitespace(pa.array(texts, pa.string()))
    text = pc.if_else(pc.equal(text, ""), nothing, text)
    try:
        exact = pc.if_else(pc.equal(text, "."), nothing, text).cast(pa.decimal128(38, 20))
        values = pc.round(exact, 4, "half_towards_infinity").cast(pa.decimal128(18, 4))
    except pa.ArrowInvalid as error:
        raise OpenDataError(
            f"In kolom {where} staat iets anders dan een getal of een punt. De tabel is geweigerd; "
            "meld het aan wie de tabel levert."
        ) from error
    if minimum is not None:
        is_less = pc.less(values, pa.scalar(minimum, pa.decimal128(18, 4)))
        values = pc.if_else(is_less, pa.scalar(None, values.type), values)
    unpublished = pc.if_else(pc.is_valid(text), "onbekend", "niet van toepassing")
    return values, pc.if_else(pc.is_valid(values), "gepubliceerd", unpublished)


def revised_figures(former: pa.Table, observations: pa.Table) -> int:
    """Return how many published figures are another one now, or none any more."""
    both = _placed(former, "former").join(
        _placed(observations, "now"), list(FIGURE_PLACE), join_type="inner"
    )
    was_published = both.filter(pc.is_valid(both["former"]))
    is_same = pc.fill_null(pc.equal(was_published["former"], was_published["now"]), False)
    return len(was_published) - (pc.sum(is_same).as_py() or 0)


def _placed(observations: pa.Table, value_name: str) -> pa.Table:
    """Return values by their place; everybody is an age band of text, since null joins nothing."""
    columns = {name: observations[name] for name in FIGURE_PLACE}
    columns["age_band"] = pc.fill_null(columns["age_band"], "")
    return pa.table(columns | {value_name: observations["value"]})


def _year_of_period(key: str) -> int | None:
    """Return the year of a period key; None for quarters and months."""
    match = re.fullmatch(r"(\d{4})(JJ\d\d)?", key.strip())
    return int(match[1]) if match else None


def _raw_table(table_name: str, **columns: Any) -> pa.Table:
    return pa.table(columns, schema=raw_tables()["open_data", table_name].schema())
