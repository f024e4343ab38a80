"""What becomes of the columns about persons before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.cells import BadCell, bad_cell, date_parser, moment_parser, year_parser
from ingest.columns import map_distinct
from ingest.contracts import Column, SourceContract
from ingest.pseudonyms import Pseudonyms
from ingest.raw_tables import raw_tables

# Who took longer did not: one of the two moments is wrong.
_SECONDS_IN_A_YEAR = 366 * 24 * 60 * 60
_POSTCODE = r"^[1-9]\d{3}([A-Z]{2})?$"
# The digits of what was filled in and is no postcode; no postcode begins with a zero.
_NO_POSTCODE = "0000"


@dataclass(frozen=True)
class Postcodes:
    """The area of every postcode that the organisation delivered, in the newest division."""

    buurt_codes: dict[str, str]
    division_years: dict[str, str]

    @classmethod
    def read(cls, raw: Path) -> "Postcodes":
        """Read the postcodes that were taken in; without any, every area stays unknown."""
        folder = raw_tables()["organisation", "postcodes"].folder(raw)
        columns = ["postcode", "buurt_code", "division_year", "reject_reason"]
        rows = [
            row
            for file in sorted(folder.glob("*.parquet"))
            for row in pq.read_table(file, columns=columns).to_pylist()
            if row["reject_reason"] is None and row["postcode"]
        ]
        rows.sort(key=lambda row: row["division_year"] or 0)
        return cls(
            {row["postcode"]: row["buurt_code"] for row in rows},
            {row["postcode"]: str(row["division_year"]) for row in rows if row["division_year"]},
        )


@dataclass(frozen=True)
class PersonalData:
    """Turns personal columns of one contract into pseudonyms, years and areas."""

    contract: SourceContract
    pseudonyms: Pseudonyms
    postcodes: Postcodes

    def protect(self, column: Column, sources: list[pa.StringArray]) -> pa.StringArray:
        """Return what may be kept of a column, as text; a wrong date becomes a bad cell.

        A postcode that is unknown or no postcode gives no area, and moments that cannot be
        subtracted give no duration, which is no fault of the row; of what is no postcode only the
        digits tell that something else was filled in (check V06).
        """
        texts = sources[0]
        if column.classification == "pseudonymise":
            return self._pseudonymise(column, sources)
        match column.transform:
            case "year_of_date":
                return map_distinct(texts, self._year, pa.string())
            case "buurt_of_postcode":
                return map_distinct(_postcodes(texts), self.postcodes.buurt_codes.get, pa.string())
            case "division_year_of_postcode":
                years = self.postcodes.division_years
                return map_distinct(_postcodes(texts), years.get, pa.string())
            case "postcode4":
                digits = pc.utf8_slice_codeunits(_postcodes(texts), 0, 4)
                is_none = pc.and_(pc.is_valid(texts), pc.is_null(digits))
                return pc.if_else(is_none, _NO_POSTCODE, digits)
            case "seconds_between":
                return self._seconds_between(*sources)
        raise AssertionError(f"contract with unknown transformLogic {column.transform}")

    def _pseudonymise(self, column: Column, sources: list[pa.StringArray]) -> pa.StringArray:
        domain = str(column.domain)
        match column.transform:
            case "match_token":
                names, birth_dates = sources
                return self.pseudonyms.match_tokens(domain, names, self._dates(birth_dates))
            case "bsn":
                return self.pseudonyms.citizen_numbers(domain, sources[0])
            case _:
                return self.pseudonyms.identifiers(domain, sources[0])

    def _seconds_between(self, first: pa.StringArray, last: pa.StringArray) -> pa.StringArray:
        parse = moment_parser(self.contract.date_format, self.contract.excel_serial_dates)
        started, ended = (map_distinct(texts, parse, pa.int64()) for texts in (first, last))
        seconds = pc.subtract(ended, started)
        is_duration = pc.and_(
            pc.greater_equal(seconds, 0), pc.less_equal(seconds, _SECONDS_IN_A_YEAR)
        )
        return pc.if_else(is_duration, seconds.cast(pa.string()), pa.scalar(None, pa.string()))

    def _dates(self, texts: pa.StringArray) -> pa.Date32Array:
        def date_or_none(text: str) -> date | None:
            try:
                return self._parse_date(text)
            except BadCell:
                return None

        return map_distinct(texts, date_or_none, pa.date32())

    def _year(self, text: str) -> str:
        try:
            return str(self._parse_year(text))
        except BadCell as bad:
            return bad_cell(str(bad))

    @cached_property
    def _parse_date(self) -> Callable[[str], date | None]:
        return date_parser(self.contract.date_format, self.contract.excel_serial_dates)

    @cached_property
    def _parse_year(self) -> Callable[[str], int]:
        return year_parser(self.contract.date_format, self.contract.excel_serial_dates)


def _postcodes(texts: pa.StringArray) -> pa.StringArray:
    bare = pc.utf8_upper(pc.replace_substring_regex(texts, r"[\s\x{00A0}]", ""))
    return pc.if_else(pc.match_substring_regex(bare, _POSTCODE), bare, pa.scalar(None, pa.string()))
