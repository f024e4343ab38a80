"""What a release holds for other tools than DuckDB and Parquet readers, in one call."""

from pathlib import Path

from exports.dictionary import DATA_PACKAGE, DICTIONARY, write_dictionary
from exports.power_bi import FOLDER, write_power_bi
from exports.spreadsheets import CSV_FOLDER, WORKBOOK, write_spreadsheets

# Where they stand; none of them ever holds a story.
BI_FILES = (WORKBOOK, CSV_FOLDER, DATA_PACKAGE, DICTIONARY, FOLDER)


def write_bi_files(folder: Path) -> None:
    """Write the workbook, CSV, dictionary and Power BI project of the release in `folder`.

    All are made from impact.duckdb of that same folder, so they are protected as it is.
    """
    write_spreadsheets(folder)
    write_dictionary(folder)
    write_power_bi(folder)
