"""The expectations at the door: what a delivery must be before it replaces the last good one."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_be_unique import (
    ExpectColumnValuesToBeUnique,
)
from great_expectations.expectations.core.expect_table_columns_to_match_set import (
    ExpectTableColumnsToMatchSet,
)
from great_expectations.expectations.expectation import Expectation

from ingest.contracts import SourceContract
from ingest.door import DoorBatch, DoorResult, State
from ingest.dutch import number, percentage
from quality.catalogue import Check, catalogue
from quality.expectations import Outcome, validate

# No column of a delivery has these names: a header has no line break.
_ROW_COUNT, _VANISHED, _MISSING_DAYS = "rows\n", "vanished\n", "missing days\n"
_DOUBLES, _UNKNOWN_CLIENTS = "double rows\n", "unknown clients\n"
_IS_REJECTED = "is_rejected"
_ENDS_BEFORE_START = "ends_before_start"
_ROW_NUMBER = "row_number"
# A share that is only passed when not one row is good.
_ALL = Decimal("0.999999999")

Checks = Mapping[str, Check]


@dataclass(frozen=True)
class _Question:
    """One check on one column: what was counted, and the expectations that give the verdict.

    The check fails by `flags` and the source is held by `holds`; a check that blocks at once has
    only the latter, one that never does only the former. `problem` says in Dutch what is wrong and
    what to do, `way_out` what may be done besides when the source is held.
    """

    check: Check
    column_name: str | None
    n_applicable: int
    n_hit: int
    problem: str
    holds: Expectation | None = None
    flags: Expectation | None = None
    way_out: str = ""


def judge(batch: DoorBatch, chosen: Iterable[Check] = ()) -> list[DoorResult]:
    """Judge a delivery before it is accepted: its columns and volume, then its rows and keys.

    S02, S07 to S09, K02 and K03 are about the whole delivery, S10 about its rejected rows, whatever
    the column, K01 about each key of the contract and P01 about trajectories. Without an earlier
    delivery there is no S08 or S09, without periods no S07, without a list of clients no K03.
    An expectation that throws gives the state 'fout' and holds the source: nobody knows then what
    was delivered. Messages hold no values. `chosen` are the checks with the thresholds that the
    organisation chose; without any those of the catalogue hold.
    """
    checks = {each.id: each for each in chosen or catalogue()}
    counts = {
        _ROW_COUNT: batch.rows_in,
        _VANISHED: batch.vanished_ids,
        _MISSING_DAYS: batch.missing_days,
        _DOUBLES: batch.duplicates,
        _UNKNOWN_CLIENTS: batch.unknown_clients,
    }
    header = pd.DataFrame([dict.fromkeys(batch.found_columns, 0) | counts])
    rows = _rows(batch, checks)
    questions = [
        _columns_present(batch, checks),
        *_volume(batch, checks),
        *_vanished(batch, checks),
        *_vanished_questions(batch, checks),
        *_periods(batch, checks),
        _doubles(batch, checks),
        *_clients_known(batch, checks),
    ]
    of_rows = [
        _readable(batch, rows, checks),
        *_keys_unique(batch, rows, checks),
        *_ends_after_start(batch, rows, checks),
    ]
    return [
        *_answers(header, questions),
        *_nothing_to_compare(questions),
        *_answers(rows, of_rows),
    ]


def _answers(frame: pd.DataFrame, questions: list[_Question]) -> list[DoorResult]:
    """Validate all questions about one frame at once."""
    expectations = {
        f"{place} {level}": expectation
        for place, question in enumerate(questions)
        for level, expectation in (("flags", question.flags), ("holds", question.holds))
        if expectation is not None
    }
    outcomes = validate(frame, expectations)
    return [
        _verdict(question, outcomes.get(f"{place} flags"), outcomes.get(f"{place} holds"))
        for place, question in enumerate(questions)
    ]


def _verdict(question: _Question, flags: Outcome | None, holds: Outcome | None) -> DoorResult:
    is_held = holds is not None and not holds.success
    state: State = "akkoord"
    message = ""
    if not all(outcome.has_run for outcome in (flags, holds) if outcome):
        state, is_held = "fout", True
        message = f"controle {question.check.id} kon niet worden uitgevoerd; meld dit als storing"
    elif question.n_applicable == 0:
        state = "niet van toepassing"
    elif is_held:
        state, message = "afgekeurd", question.problem + question.way_out
    elif question.n_applicable < question.check.floor_count:
        state = "te weinig"
    elif flags is not None and not flags.success:
        state, message = "afgekeurd", question.problem
    return DoorResult(
        check_id=question.check.id,
        column_name=question.column_name,
        n_applicable=question.n_applicable,
        n_hit=question.n_hit,
        state=state,
        holds=is_held,
        message=message,
    )


def _columns_present(batch: DoorBatch, checks: Checks) -> _Question:
    """S02: what the contract names is in the header; a question that is not there was not asked."""
    required = {
        name: None
        for column in batch.contract.landed_columns
        if not column.is_question
        for name in column.sources
    }
    missing = [name for name in required if name not in batch.found_columns]
    return _Question(
        checks["S02"],
        column_name=None,
        n_applicable=len(required),
        n_hit=len(missing),
        problem=f"er ontbreken verplichte kolommen: {', '.join(missing)}. Vraag de leverancier om "
        f"deze kolommen, of pas contracts/{batch.contract.file_name} aan",
        holds=ExpectTableColumnsToMatchSet(column_set=list(required), exact_match=False),
    )


def _volume(batch: DoorBatch, checks: Checks) -> Iterator[_Question]:
    """S08: not far fewer and not far more rows than the last accepted delivery."""
    if not batch.previous_rows:
        return
    s08 = checks["S08"]
    previous = batch.previous_rows
    difference = batch.rows_in - previous
    # Both must be so: a large share and, in rows, more than the ordinary course of things.
    lowest = math.ceil(previous * (1 - s08.hold_share))
    highest = math.floor(previous * (1 + (s08.rise_threshold or s08.hold_share)))
    yield _Question(
        s08,
        column_name=None,
        n_applicable=max(batch.rows_in, previous),
        n_hit=abs(difference),
        problem=f"{number(batch.rows_in)} rijen, de vorige levering had er {number(previous)} "
        f"({percentage(difference / previous)}). Klopt dat, geef de levering dan vrij met "
        f"'impactkompas resume {batch.contract.source_id}'; vraag anders om een nieuwe levering",
        holds=ExpectColumnValuesToBeBetween(
            column=_ROW_COUNT,
            min_value=min(lowest, previous - s08.floor_count + 1),
            max_value=max(highest, previous + s08.floor_count - 1),
        ),
    )


def _vanished(batch: DoorBatch, checks: Checks) -> Iterator[_Question]:
    """S09: what was there in what the delivery covers, is still there."""
    if not batch.previous_ids:
        return
    s09 = checks["S09"]
    yield _Question(
        s09,
        column_name=None,
        n_applicable=batch.previous_ids,
        n_hit=batch.vanished_ids,
        problem=f"{number(batch.vanished_ids)} van {number(batch.previous_ids)} registraties zijn "
        "verdwenen uit wat deze levering dekt. Klopt dat, geef de levering dan vrij met "
        f"'impactkompas resume {batch.contract.source_id}'; vraag anders om een nieuwe levering",
        holds=ExpectColumnValuesToBeBetween(
            column=_VANISHED,
            max_value=max(math.floor(batch.previous_ids * s09.hold_share), s09.floor_count - 1),
        ),
    )


def _vanished_questions(batch: DoorBatch, checks: Checks) -> Iterator[_Question]:
    """S09: a question that was there is still there, unless a person says that it ended."""
    if not batch.previous_questions:
        return
    vanished = [name for name in batch.previous_questions if name not in batch.found_columns]
    names = ", ".join(f"'{name}'" for name in vanished)
    yield _Question(
        checks["S09"],
        column_name="question_id",
        n_applicable=len(batch.previous_questions),
        n_hit=len(vanished),
        problem=f"de vorige levering had vragen die nu niet in de kop staan: {names}. Heten zij nu "
        f"anders, pas dan contracts/{batch.contract.file_name} aan; worden zij niet meer gesteld, "
        f"geef de levering dan vrij met 'impactkompas resume {batch.contract.source_id}'",
        holds=ExpectTableColumnsToMatchSet(
            column_set=list(batch.previous_questions), exact_match=False
        ),
    )


def _periods(batch: DoorBatch, checks: Checks) -> Iterator[_Question]:
    """S07: between the first and last day that were delivered lies no day that was not."""
    if not batch.period_days:
        return
    yield _Question(
        checks["S07"],
        column_name=None,
        n_applicable=batch.period_days,
        n_hit=batch.missing_days,
        problem=f"van {number(batch.missing_days)} dagen tussen de geleverde perioden is er geen "
        "levering. Vraag de leverancier om het bestand van die periode",
        flags=ExpectColumnValuesToBeBetween(column=_MISSING_DAYS, max_value=0),
    )


def _doubles(batch: DoorBatch, checks: Checks) -> _Question:
    """K02: few rows equal an earlier one in every column; they were left out."""
    k02 = checks["K02"]
    return _Question(
        k02,
        column_name=None,
        n_applicable=batch.rows_in,
        n_hit=batch.duplicates,
        problem=f"{number(batch.duplicates)} van {number(batch.rows_in)} rijen staan er dubbel in "
        "en tellen een keer. Vraag de leverancier om elke registratie een keer te leveren",
        flags=ExpectColumnValuesToBeBetween(
            column=_DOUBLES, max_value=math.floor(batch.rows_in * k02.flag_threshold)
        ),
    )


def _clients_known(batch: DoorBatch, checks: Checks) -> Iterator[_Question]:
    """K03: the clients that rows name are in the lists of clients; no list says nothing."""
    k03 = checks["K03"]
    contract = batch.contract
    if not _judged_columns(k03, contract):
        return

    def at_most(share: Decimal) -> Expectation:
        return ExpectColumnValuesToBeBetween(
            column=_UNKNOWN_CLIENTS, max_value=math.floor(batch.rows_of_clients * share)
        )

    yield _Question(
        k03,
        column_name="client_id",
        n_applicable=batch.rows_of_clients,
        n_hit=batch.unknown_clients,
        problem=f"van {number(batch.unknown_clients)} van {number(batch.rows_of_clients)} rijen "
        "staat de cliënt niet in de cliëntenlijst. Lever ook de cliënten",
        way_out=_released_by_hand(contract),
        flags=at_most(k03.flag_threshold),
        holds=at_most(k03.hold_share) if k03.can_hold(batch.rows_of_clients) else None,
    )


def _released_by_hand(contract: SourceContract) -> str:
    release = f"'impactkompas resume {contract.source_id}'"
    return f"; klopt de levering toch, geef haar dan vrij met {release}"


def _nothing_to_compare(questions: list[_Question]) -> Iterator[DoorResult]:
    """Give the checks that were looked at while there was nothing to hold the delivery against."""
    asked = {question.check.id for question in questions}
    for check_id in ("S07", "S08", "S09"):
        if check_id not in asked:
            yield DoorResult(check_id, None, 0, 0, "niet van toepassing")


def _readable(batch: DoorBatch, rows: pd.DataFrame, checks: Checks) -> _Question:
    """S10: few rows were rejected, whatever the column."""
    s10 = checks["S10"]

    def at_most(share: Decimal) -> Expectation:
        return ExpectColumnValuesToBeInSet(
            column=_IS_REJECTED, value_set=[False], mostly=float(1 - share)
        )

    rejected = int(rows[_IS_REJECTED].sum())
    # What one person filled in wrongly says nothing of the forms of others.
    held = _ALL if batch.contract.is_by_hand else s10.hold_share
    return _Question(
        s10,
        column_name=None,
        n_applicable=len(rows),
        n_hit=rejected,
        problem=f"{number(rejected)} van {number(len(rows))} rijen zijn afgekeurd. Kijk of "
        "scheidingsteken, datumnotatie, decimaalteken en codelijsten in "
        f"contracts/{batch.contract.file_name} nog kloppen",
        flags=at_most(s10.flag_threshold),
        # In a delta of a few rows one that does not fit is no sign that all are read wrongly.
        holds=at_most(held)
        if batch.contract.is_by_hand
        or batch.contract.coverage != "delta"
        or len(rows) >= s10.floor_count
        else None,
    )


def _keys_unique(batch: DoorBatch, rows: pd.DataFrame, checks: Checks) -> Iterator[_Question]:
    """K01: no two accepted rows share a key of the contract."""
    for key in _keys(batch):
        filled = rows[rows[_digest_name(key)].notna()]
        repeated = filled[filled[_digest_name(key)].duplicated(keep=False)]
        yield _Question(
            checks["K01"],
            column_name=key[0],
            n_applicable=len(filled),
            n_hit=len(repeated),
            problem=f"{number(len(repeated))} rijen delen hun sleutel ({', '.join(key)}) met een "
            f"andere rij, als eerste rij {repeated[_ROW_NUMBER].min()}. Zoek uit welke rij geldt "
            "en laat de andere uit de export halen",
            holds=ExpectColumnValuesToBeUnique(column=_digest_name(key)),
        )


def _ends_after_start(batch: DoorBatch, rows: pd.DataFrame, checks: Checks) -> Iterator[_Question]:
    """P01: no accepted trajectory ends before it starts."""
    p01 = checks["P01"]
    if not _judged_columns(p01, batch.contract):
        return
    judged = rows[_ENDS_BEFORE_START]
    n_applicable, n_hit = int(judged.count()), int(judged.sum())

    def at_most(share: Decimal) -> Expectation:
        return ExpectColumnValuesToBeInSet(
            column=_ENDS_BEFORE_START, value_set=[False], mostly=float(1 - share)
        )

    yield _Question(
        p01,
        column_name="ended_on",
        n_applicable=n_applicable,
        n_hit=n_hit,
        problem=f"{number(n_hit)} van {number(n_applicable)} trajecten eindigen voor hun start. "
        f"Kijk of start en einde in contracts/{batch.contract.file_name} verwisseld zijn",
        way_out=_released_by_hand(batch.contract),
        flags=at_most(p01.flag_threshold),
        holds=at_most(p01.hold_share) if p01.can_hold(n_applicable) else None,
    )


def _rows(batch: DoorBatch, checks: Checks) -> pd.DataFrame:
    """Return what is judged of every row: its number, whether it was rejected, keys and dates.

    Of a key there is a digest of eight bytes, so that millions of rows stay small; it is empty
    for a rejected row and for a key that is not filled in. Of the dates of a trajectory there is
    whether they are in the wrong order, empty for a rejected row and without both.
    """
    keys = _keys(batch)
    dates = _judged_columns(checks["P01"], batch.contract)
    parts = [_judged_part(chunk, keys, dates) for chunk in batch.chunks()]
    if not parts:
        nothing = batch.contract.table.schema().empty_table().to_pandas(date_as_object=False)
        return _judged_part(nothing, keys, dates)
    return pd.concat(parts, ignore_index=True)


def _judged_part(
    chunk: pd.DataFrame, keys: list[tuple[str, ...]], dates: list[str]
) -> pd.DataFrame:
    is_rejected = chunk["reject_reason"].notna()
    part: dict[str, Any] = {_ROW_NUMBER: chunk[_ROW_NUMBER], _IS_REJECTED: is_rejected}
    for key in keys:
        values = chunk[list(key)]
        digests = pd.util.hash_pandas_object(values, index=False).astype("UInt64")
        part[_digest_name(key)] = digests.mask(is_rejected | values.isna().any(axis="columns"))
    if dates:
        started_on, ended_on = (chunk[name] for name in dates)
        is_wrong = (ended_on < started_on).astype("boolean")
        part[_ENDS_BEFORE_START] = is_wrong.mask(is_rejected | started_on.isna() | ended_on.isna())
    return pd.DataFrame(part)


def _judged_columns(judging: Check, contract: SourceContract) -> list[str]:
    """Return the columns of the raw table of a contract that a check judges, as it lists them."""
    own = (contract.table.source_name, contract.table.table_name)
    return [column for *table, column in judging.columns if tuple(table) == own]


def _keys(batch: DoorBatch) -> list[tuple[str, ...]]:
    """Return the key of the contract and its unique columns; a list has a row per item."""
    contract = batch.contract
    per_item = (contract.item.name_column,) if contract.item else ()
    unique = [(each.name, *per_item) for each in contract.landed_columns if each.unique]
    return list(dict.fromkeys([contract.key, *unique]))


def _digest_name(key: tuple[str, ...]) -> str:
    return f"digest of {' '.join(key)}"
