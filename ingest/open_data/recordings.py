"""Tables of published figures on disk: the project's example and recorded tables of CBS."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.open_data.figure_files import (
    read_csv,
    read_csv_rows,
    read_json,
    read_json_table,
    rows_of,
    text_table,
)
from ingest.open_data.served_table import (
    TOPIC_KEY,
    FigureColumn,
    Figures,
    ServedTable,
    clean,
    key_of_title,
    serve,
    title_of_key,
)
from ingest.open_data.topics import YEAR, plain

EXAMPLE = Path(__file__).parent / "example"

_TABLE_ID = re.compile(r"(\d{4,6}[A-Za-z]{2,4})(?:_|$)")
_REGION_CODE = r"^[A-Z]{2}[0-9A-Z]{2,8}$"
_OUR_REGION_CODE = r"^(NL|GM|WK|BU)[0-9]"
_TITLED_DIMENSIONS = {
    plain(name): name
    for name in ("Leeftijd", "Marges", "Perioden", "Geslacht", "Persoonskenmerken")
}
_NAME_TITLES = re.compile(r"(gm |gemeente)naam|wijken en buurten|regio s")
# The title of a table of which none was recorded: by its folder, else by a column that it has.
_TITLES = {
    r"kwb|kerncijfers|AantalInwoners": "Kerncijfers wijken en buurten",
    r"wijkbuurtkaart": "Kerncijfers gemeenten in de Wijk- en buurtkaart",
    r"monitor_(jv|jongvolwassenen)": "Gezondheidsmonitor Jongvolwassenen",
    r"gezondheidsmonitor": "Gezondheidsmonitor",
    r"gezondheid": "Gezondheid per wijk en buurt",
}


class NotATableError(Exception):
    """The folder holds no table with figures by region; the message (Dutch) says what it lacks."""


class BrokenTableError(Exception):
    """The table cannot be read; the message (Dutch) says why and what to do."""


@dataclass(frozen=True)
class Recording:
    """One table on disk, not read yet."""

    table_id: str
    files: tuple[Path, ...]
    reader: Callable[["Recording"], ServedTable]

    def fingerprint(self) -> str:
        """Return a text that changes when a file of this table changes."""
        state = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in self.files]
        return hashlib.sha256(repr(state).encode()).hexdigest()

    def read(self) -> ServedTable:
        """Read the table.

        Raises NotATableError when there are no figures by region, BrokenTableError when there
        are but they cannot be read.
        """
        try:
            return self.reader(self)
        except (NotATableError, BrokenTableError):
            raise
        except Exception as error:
            # Whatever lies in that folder, it may not stop the other tables.
            raise BrokenTableError(
                f"Tabel {self.table_id} is niet te lezen ({type(error).__name__}). "
                "Zet het bestand opnieuw neer, zoals het van StatLine kwam."
            ) from error


def recordings_in(folder: Path) -> list[Recording]:
    """Return the tables under `folder`: the project's example, or one subfolder per table.

    Subfolders that start with the same table id are one table. Raises NotATableError when
    there is no such folder or nothing in it.
    """
    if (folder / "series.csv").is_file():
        files = tuple(sorted(folder.glob("*.csv")))
        ids = [row["table_id"] for row in read_csv_rows(folder / "tables.csv")]
        return [Recording(table_id, files, _read_example) for table_id in ids]
    found: dict[str, list[Path]] = {}
    if folder.is_dir():
        for subfolder in sorted(path for path in folder.iterdir() if path.is_dir()):
            match = _TABLE_ID.match(subfolder.name)
            table_id = match[1] if match else subfolder.name
            found.setdefault(table_id, []).extend(sorted(p for p in subfolder.iterdir()))
    if not found:
        raise NotATableError(
            f"In de map {folder.name} staan geen opgenomen tabellen. "
            "Zet per tabel een map neer die met het tabelnummer begint, of kies een andere map."
        )
    return [Recording(table_id, tuple(files), _read_folder) for table_id, files in found.items()]


def _read_example(recording: Recording) -> ServedTable:
    """Read one table of the example, which holds published figures one per row."""
    folder = recording.files[0].parent
    mine = {"table_id": recording.table_id}.items()
    table = next(row for row in read_csv_rows(folder / "tables.csv") if mine <= row.items())
    series = {
        row["series"]: row for row in read_csv_rows(folder / "series.csv") if mine <= row.items()
    }
    columns: dict[str, FigureColumn] = {}
    for one in series.values():
        if one["title"] not in columns:
            key = key_of_title(one["title"], len(columns) + 1)
            groups = (one["group"],) if one["group"] else ()
            columns[one["title"]] = FigureColumn(key, one["title"], one["unit"], groups)
    rows: dict[tuple[str, str, str], dict[str, str | None]] = {}
    for figure in read_csv_rows(folder / "observations.csv"):
        if figure["series"] in series:
            one = series[figure["series"]]
            row = rows.setdefault((one["age"], figure["region_code"], one["year"]), {})
            row[columns[one["title"]].key] = figure["value"] or None
    data: dict[str, list[Any]] = {
        "WijkenEnBuurten": [region for _, region, _ in rows],
        "Perioden": [f"{year}JJ00" for _, _, year in rows],
    }
    if any(age for age, _, _ in rows):
        data["Leeftijd"] = [age for age, _, _ in rows]
    keys = [column.key for column in columns.values()]
    data |= {key: [row.get(key) for row in rows.values()] for key in keys}
    figures = Figures(
        data=clean(text_table(data), "WijkenEnBuurten", keys, blank=None),
        region="WijkenEnBuurten",
        columns=list(columns.values()),
        title=table["title"],
        map_year=int(table["division_year"]),
        names={r["region_code"]: r["region_name"] for r in read_csv_rows(folder / "regions.csv")},
        entry={
            "Source": table["source_name"],
            "Catalog": table["catalog"],
            "Modified": table["modified_on"] or None,
        },
    )
    return serve(recording.table_id, figures, {})


def _read_folder(recording: Recording) -> ServedTable:
    """Read a table from its folders, whatever of it was recorded."""
    figures = _figures_of(recording)
    dimension_files = {
        _stem(file).removesuffix("codes"): file for file in recording.files if _is_json(file)
    }
    if figures.region.lower() not in dimension_files:
        borrowed = _names_of_neighbours(recording, figures.map_year)
        figures = replace(figures, names=borrowed | figures.names)
    return serve(recording.table_id, figures, dimension_files)


def _figures_of(recording: Recording) -> Figures:
    """Read and unite all files with figures, with what the metadata files say about them.

    Files that are named TypedDataSet or UntypedDataSet are the figures; without any, every CSV
    file with region codes is.
    """
    series = [file for file in recording.files if _is_json(file) and _is_time_series(file)]
    if series:
        return _figures_of_series(series[0])
    named = [file for file in recording.files if "typeddataset" in file.name.lower()]
    files = named or [
        f for f in recording.files if re.search(r"\.csv(\.gz)?$", f.name, re.IGNORECASE)
    ]
    parts = [part for file in files if (part := _figures_of_file(file)) is not None]
    if not parts:
        raise NotATableError(
            f"Tabel {recording.table_id}: de map bevat geen cijfers per gebied "
            "(geen TypedDataSet of UntypedDataSet met gebiedscodes)."
        )
    properties = _metadata(recording, "DataProperties")
    entry = next(
        (
            rows[0]
            for name in ("CatalogEntry", "TableInfos", "Properties")
            if (rows := _metadata(recording, name))
        ),
        {},
    )
    map_year = next((int(row["MapYear"]) for row in properties if row.get("MapYear")), None)
    folders = " ".join(sorted({file.parent.name for file in recording.files}))
    described = folders.replace(recording.table_id, "") or folders
    # In this order the first that names exactly one year.
    told = [entry.get("Period"), entry.get("TemporalCoverage"), map_year, entry.get("Title")]
    told += [described, " ".join(file.name for file in files)]
    mentioned = [set(YEAR.findall(str(text or ""))) for text in told]
    year = next((int(one.pop()) for one in mentioned if len(one) == 1), None)
    periods = sorted({period for part in parts for period in _periods(part.data)})
    years = periods or ([year] if year else [])
    if not years:
        raise BrokenTableError(
            f"Van tabel {recording.table_id} is het peiljaar niet bekend. "
            f"Zet het in de naam van de map, bijvoorbeeld {recording.table_id}_2024."
        )
    columns = {column.key: column for part in parts for column in part.columns}
    title = entry.get("Title") or _derived_title(folders, columns, years)
    division = re.search(r"indeling (\d{4})", title)
    return Figures(
        data=_union([part.data for part in parts]),
        region=parts[0].region,
        columns=list(columns.values()),
        title=title,
        year=None if periods else year,
        map_year=map_year or (int(division[1]) if division else max(years)),
        names={code: name for part in parts for code, name in part.names.items()},
        entry=entry,
        properties=properties,
    )


def _figures_of_file(file: Path) -> Figures | None:
    """Read one file with figures; None when it holds no region codes."""
    raw = read_json_table(file) if _is_json(file) else read_csv(file)
    # In a typed set a point and a blank are both null, so there null says only 'not known'.
    blank = None if "untyped" in file.name.lower() else "."
    if any(TOPIC_KEY.fullmatch(name) for name in raw.column_names):
        return _figures_by_key(raw, blank)
    return _figures_by_title(raw, blank)


def _figures_by_key(raw: pa.Table, blank: str | None) -> Figures | None:
    """Read columns that carry OData keys, such as Eenzaam_28."""
    keys = [name for name in raw.column_names if TOPIC_KEY.fullmatch(name)]
    others = [name for name in raw.column_names if name not in keys and name != "ID"]
    region = next((name for name in others if _has_regions(raw[name])), None)
    if region is None:
        return None
    municipality_name = next((key for key in keys if key.startswith("Gemeentenaam")), None)
    names = _names(raw[region], raw[municipality_name]) if municipality_name else {}
    return Figures(
        data=clean(raw, region, keys, blank),
        region=region,
        columns=[FigureColumn(key, title_of_key(key), _unit_of_key(key)) for key in keys],
        title="",
        # Beside a wijk or buurt stands the name of its municipality.
        names={code: name for code, name in names.items() if code.startswith(("NL", "GM"))},
    )


def _figures_by_title(raw: pa.Table, blank: str | None) -> Figures | None:
    """Read columns that carry titles with the unit in brackets, as label and map files have."""
    headers = raw.column_names
    codes = next((header for header in headers if _has_regions(raw[header])), None)
    if codes is None:
        return None
    has_wijken = pc.any(pc.match_substring_regex(raw[codes], r"^\s*(WK|BU)")).as_py()
    region = "WijkenEnBuurten" if has_wijken else "RegioS"
    has_paths = sum("/" in header for header in headers) * 2 > len(headers)
    data = {region: raw[codes]}
    columns: list[FigureColumn] = []
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for header in headers:
        path, _, unit = header.strip().removesuffix(")").rpartition("(")
        path, unit = (path.strip(), unit) if path and header.strip()[-1] == ")" else (header, "")
        *groups, title = path.split("/") if has_paths else [path]
        if plain(title) in _TITLED_DIMENSIONS:
            data[_TITLED_DIMENSIONS[plain(title)]] = raw[header]
        elif _NAME_TITLES.fullmatch(plain(title)):
            names = names or _names(raw[codes], raw[header])
        elif header != codes and plain(title):
            seen[title] += 1
            key = key_of_title(title, seen[title])
            columns.append(FigureColumn(key, title, unit or None, tuple(groups)))
            data[key] = raw[header]
    keys = [column.key for column in columns]
    return Figures(
        data=clean(pa.table(data), region, keys, blank),
        region=region,
        columns=columns,
        title="",
        names=names,
    )


def _figures_of_series(file: Path) -> Figures:
    """Read the series per indicator, region and year of one municipality.

    Every year was taken from the table of that year, so there is no one regional division.
    """
    content = read_json(file)
    about, municipality = content["metadata"], content["gemeente"]
    places = {municipality["code"]: municipality, **content["buurten"]}
    columns = {
        name: FigureColumn(key_of_title(name, 1), said["label"], said["eenheid"])
        for name, said in about["indicatoren"].items()
    }
    years = sorted({y for p in places.values() for t in p["tijdreeksen"].values() for y in t})
    rows = [(code, year) for code in places for year in years]
    data: dict[str, list[Any]] = {
        "WijkenEnBuurten": [code for code, _ in rows],
        "Perioden": [f"{year}JJ00" for _, year in rows],
    }
    for name, column in columns.items():
        data[column.key] = [
            places[code]["tijdreeksen"].get(name, {}).get(year) for code, year in rows
        ]
    keys = [column.key for column in columns.values()]
    return Figures(
        data=clean(text_table(data), "WijkenEnBuurten", keys, blank="."),
        region="WijkenEnBuurten",
        columns=list(columns.values()),
        title="Kerncijfers wijken en buurten "
        f"{years[0]}-{years[-1]}, tijdreeks gemeente {municipality['naam']}",
        names={code: said["naam"] for code, said in places.items()},
        entry={"Source": about["bron"]},
    )


def _union(parts: list[pa.Table]) -> pa.Table:
    """Lay the files of one table under each other; a figure that a file lacks is unknown.

    Where two files have the same row, the one with the most columns gives it.
    """
    parts = sorted(parts, key=lambda part: part.num_columns, reverse=True)
    names = dict.fromkeys(name for part in parts for name in part.column_names)
    places = [name for name in names if not TOPIC_KEY.fullmatch(name) and name != "ID"]
    seen: set[tuple[str, ...]] = set()
    kept = []
    for part in parts:
        rows = list(zip(*(part[name].to_pylist() for name in places), strict=True))
        new = part.filter(pa.array([row not in seen for row in rows], pa.bool_()))
        seen.update(rows)
        for name in names.keys() - set(new.column_names):
            new = new.append_column(name, pa.array(["."] * new.num_rows, pa.string()))
        kept.append(new.select(list(names)))
    return pa.concat_tables(kept)


def _names_of_neighbours(recording: Recording, year: int | None) -> dict[str, str]:
    """Return region names from the other recorded tables; the nearest year decides.

    A name is only a label: what a figure belongs to is decided by code and division year.
    """
    found = []
    for file in recording.files[0].parents[1].glob("*/WijkenEnBuurten*.json*"):
        try:
            rows = rows_of(read_json(file))
        except (OSError, EOFError, ValueError):
            continue  # its own table says that it cannot be read
        years = YEAR.findall(file.parent.name)
        if rows and {"Key", "DetailRegionCode"} & rows[0].keys():
            distance = abs(int(years[-1]) - (year or 0)) if years else 10_000
            names = {str(r.get("Key") or r["Identifier"]).strip(): r["Title"] for r in rows}
            found.append((distance, str(file), names))
    nearest_last = sorted(found, key=lambda one: one[:2], reverse=True)
    return {code: name for _, _, names in nearest_last for code, name in names.items()}


def _names(codes: pa.ChunkedArray, names: pa.ChunkedArray) -> dict[str, str]:
    pairs = zip(codes.to_pylist(), names.to_pylist(), strict=True)
    return {code.strip(): name.strip() for code, name in pairs if code and name}


def _metadata(recording: Recording, name: str) -> list[dict[str, Any]]:
    files = [file for file in recording.files if _is_json(file) and _stem(file) == name.lower()]
    return rows_of(read_json(files[0])) if files else []


def _is_json(file: Path) -> bool:
    return re.search(r"\.json(\.gz)?$", file.name, re.IGNORECASE) is not None


def _is_time_series(file: Path) -> bool:
    content = read_json(file)
    return isinstance(content, dict) and "tijdreeksen" in (content.get("gemeente") or {})


def _stem(file: Path) -> str:
    return file.name.split(".")[0].lower()


def _has_regions(column: pa.ChunkedArray) -> bool:
    codes = pc.utf8_trim_whitespace(column)
    are_codes = pc.all(pc.match_substring_regex(codes, _REGION_CODE)).as_py() is True
    return are_codes and pc.any(pc.match_substring_regex(codes, _OUR_REGION_CODE)).as_py() is True


def _periods(data: pa.Table) -> list[int]:
    """Return the years in column Perioden, if there is one."""
    if "Perioden" not in data.column_names:
        return []
    return [int(key[:4]) for key in pc.unique(data["Perioden"]).to_pylist() if key]


def _unit_of_key(key: str) -> str | None:
    if key.startswith("Percentage"):
        return "%"
    return "aantal" if key.startswith("Aantal") else None


def _derived_title(folders: str, keys: Iterable[str], years: list[int]) -> str:
    """Return a title that says what the table is and over which years."""
    when = "/".join(str(year) for year in years)
    for text in (folders, " ".join(keys)):
        for pattern, title in _TITLES.items():
            if re.search(pattern, text, re.IGNORECASE):
                return f"{title} {when}"
    return f"{YEAR.sub('', folders).replace('_', ' ').strip()} {when}"
