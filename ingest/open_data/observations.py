"""From one downloaded table to the rows of raw open data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.open_data.client import Download, OpenDataError, Row
from ingest.open_data.topics import YEAR, age_band_of_title
from ingest.raw_tables import raw_tables

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


def layout_of(entry: Row, properties: list[Row]) -> Layout:
    """Return the layout of the table with this catalogue row and these DataProperties.

    Raises OpenDataError when region or year cannot be told.
    """
    dimensions = [row for row in properties if row["Type"].endswith(("Dimension", "GeoDetail"))]
    geo = [row for row in dimensions if row["Type"].startswith("Geo")]
    if len(geo) != 1:
        raise OpenDataError(
            f"Tabel {entry['Identifier']} heeft niet precies een kolom met gebieden, "
            "en kan daarom niet worden gebruikt."
        )
    region = geo[0]["Key"]
    period = next((row["Key"] for row in dimensions if row["Type"] == "TimeDimension"), None)
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


def whole_group(entry: Row, name: str, keys: list[Row]) -> str | None:
    """Return the key of a dimension that stands for everybody; None when there is only one key.

    Of margins that is the value itself. Raises OpenDataError when there is no such key.
    """
    if len(keys) == 1:
        return None
    for key in keys:
        code, title = key["Key"].strip(), (key["Title"] or "").strip().lower()
        is_total = title.startswith("totaal") or re.fullmatch(r"T\d{6}", code)
        if is_total or title == "waarde" or code == "MW00000":
            return str(key["Key"])
    raise OpenDataError(
        f"Tabel {entry['Identifier']} is uitgesplitst naar {name} zonder een totaal, "
        "en kan daarom niet worden gebruikt."
    )


def observations_of(
    entry: Row, layout: Layout, topic_keys: Mapping[str, str], download: Download
) -> pa.Table:
    """Return raw observations: one row per topic, region, year and age band.

    Raises OpenDataError when a region comes twice or a figure is not a number.
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
    if len(set(zip(codes, years, ages, strict=True))) < len(rows):
        raise OpenDataError(
            f"Tabel {entry['Identifier']} heeft meer dan een rij per gebied, jaar en leeftijd, "
            "en kan daarom niet worden gebruikt."
        )
    divisions = [layout.division_year or year for year in years]
    parts = []
    for topic_id, key in topic_keys.items():
        where = f"{key} van tabel {entry['Identifier']}"
        values, statuses = parse_values([row[key] for row in rows], where)
        parts.append(
            _raw_table(
                "observations",
                table_id=[entry["Identifier"]] * len(rows),
                topic_id=[topic_id] * len(rows),
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


def regions_of(layout: Layout, download: Download, observations: pa.Table) -> pa.Table:
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


def parse_values(texts: list[str | None], where: str) -> tuple[pa.Array, pa.Array]:
    """Return values as DECIMAL(18,4) and their status, from the published text.

    A point is unknown, a blank does not apply. Raises OpenDataError on anything else that is
    not a number.
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
    # None of our topics can be negative: some releases have -1 where a point was meant.
    zero = pa.scalar(0, pa.decimal128(18, 4))
    values = pc.if_else(pc.less(values, zero), pa.scalar(None, values.type), values)
    unpublished = pc.if_else(pc.is_valid(text), "onbekend", "niet van toepassing")
    return values, pc.if_else(pc.is_valid(values), "gepubliceerd", unpublished)


def _year_of_period(key: str) -> int | None:
    """Return the year of a period key; None for quarters and months."""
    match = re.fullmatch(r"(\d{4})(JJ\d\d)?", key.strip())
    return int(match[1]) if match else None


def _raw_table(table_name: str, **columns: Any) -> pa.Table:
    return pa.table(columns, schema=raw_tables()["open_data", table_name].schema())
