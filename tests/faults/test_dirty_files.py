"""Every dirty file is right, rejected by row and column with a reason, or held with a message.

The files are made by the modules in `seeded`: each has a function `files` that gives DirtyFile's.
A new family of files is a new module there.
"""

import hashlib
import hmac
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from ingest.contracts import SourceContract, load_contract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.ledger import Ledger
from quality.door import judge
from tests.faults import seeded
from tests.faults.dirty import DirtyFile, Held, Taken, Token

DELIVERED_ON = date(2026, 1, 5)
# Stands in every file where a name stands; a message or the ledger may never repeat it.
SECRET = "Geheim"


# Of the list of faults: the family of files with each, and what stands in the names of its files.
FAULTS = {
    30: ("cuts", ""),
    31: ("quotes", ""),
    33: ("encodings", "encoded twice"),
    32: ("encodings", ""),
    34: ("numbers", ""),
    35: ("dates", ""),
    36: ("layouts", "columns the other way round|columns by another key"),
    37: ("layouts", "column|header twice"),
    39: ("workbooks", "1904"),
    38: ("workbooks", ""),
}


def every_file() -> Iterator[tuple[DirtyFile, int | None]]:
    """Give every file, with the number of its fault when the list has it."""
    for module in pkgutil.iter_modules(seeded.__path__):
        files = getattr(import_module(f"{seeded.__name__}.{module.name}"), "files", tuple)()
        numbers = {number: words for number, (name, words) in FAULTS.items() if name == module.name}
        for file in files:
            fits = [number for number, words in numbers.items() if re.search(words, file.name)]
            yield file, next(iter(fits), None)


FILES = list(every_file())


def with_fault(number: int | None) -> pytest.MarkDecorator:
    files = [file for file, fault in FILES if fault == number]
    assert files
    return pytest.mark.parametrize("file", files, ids=str)


def test_every_file_has_a_name_of_its_own() -> None:
    names = Counter(file.name for file, _ in FILES)
    assert [name for name, count in names.items() if count > 1] == []


@with_fault(30)
def test_fault_30_a_cut_file_is_noticed_by_its_last_line_or_its_trailer(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


@with_fault(31)
def test_fault_31_quotes_line_ends_and_separators_in_text_merge_nobody(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


@with_fault(32)
def test_fault_32_every_encoding_gives_the_right_letters_or_is_refused(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


@with_fault(33)
def test_fault_33_what_was_encoded_twice_is_flagged(file: DirtyFile, tmp_path: Path) -> None:
    judge_file(file, tmp_path)


@with_fault(34)
def test_fault_34_numbers_are_right_or_rejected(file: DirtyFile, tmp_path: Path) -> None:
    judge_file(file, tmp_path)


@with_fault(35)
def test_fault_35_dates_are_right_or_rejected(file: DirtyFile, tmp_path: Path) -> None:
    judge_file(file, tmp_path)


@with_fault(36)
def test_fault_36_columns_in_another_order_give_the_same(file: DirtyFile, tmp_path: Path) -> None:
    judge_file(file, tmp_path)


@with_fault(37)
def test_fault_37_a_column_renamed_added_dropped_or_double_is_told(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


@with_fault(38)
def test_fault_38_a_workbook_is_read_as_people_see_it_or_held(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


@with_fault(39)
def test_fault_39_dates_counted_from_1904_are_right(file: DirtyFile, tmp_path: Path) -> None:
    judge_file(file, tmp_path)


@with_fault(None)
def test_it_is_right_or_rejected_or_held_and_never_silently_different(
    file: DirtyFile, tmp_path: Path
) -> None:
    judge_file(file, tmp_path)


def judge_file(file: DirtyFile, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    contract = written_contract(file, home)
    path = contract.path.replace("{delivered_on}", f"{DELIVERED_ON:%Y%m%d}")
    (home.inbox / path).write_bytes(file.data)
    result = take_in(home, contract, as_of=DELIVERED_ON, judge=judge)

    raw_file = contract.table.folder(home.raw) / f"{contract.source_id}.parquet"
    assert SECRET not in home.ledger_file.read_text(encoding="utf-8")
    match file.expected:
        case Held(check_id, names):
            assert (result.state, result.held_by) == ("vastgehouden", check_id), result.message
            assert [name for name in names if name not in result.message] == [], result.message
            assert not raw_file.exists()
        case Taken():
            assert result.state == "actueel", result.message
            assert result.rows_in == result.rows_out + result.rejected + result.duplicates
            assert result.duplicates == file.expected.duplicates
            judge_rows(file.expected, contract, home, pq.read_table(raw_file).to_pylist())


def written_contract(file: DirtyFile, home: Home) -> SourceContract:
    written = home.contracts / f"{file.contract['id']}.yaml"
    written.write_text(yaml.safe_dump(dict(file.contract), allow_unicode=True), encoding="utf-8")
    return load_contract(written)


def judge_rows(
    expected: Taken, contract: SourceContract, home: Home, raw: list[dict[str, Any]]
) -> None:
    kept = {column.raw_name for column in contract.landed_columns}
    for row in expected.rows:
        assert kept <= row.keys(), "the truth of a row has every column that is kept"
    right = [row for row in raw if row["reject_reason"] is None]
    truth = [{name: in_raw(value, home) for name, value in row.items()} for row in expected.rows]
    found = [{name: row[name] for name in known} for row, known in zip(right, truth, strict=False)]
    assert found == truth
    assert [row["row_number"] for row in right] == [row["row_number"] for row in truth]

    rejected = {row["row_number"]: row for row in raw if row["reject_reason"] is not None}
    assert {
        number: (row["reject_column"], row["reject_reason"]) for number, row in rejected.items()
    } == dict(expected.rejected)
    assert all(
        row[row["reject_column"]] is None
        for row in rejected.values()
        if row["reject_column"] in kept
    )

    (delivery,) = Ledger(home.ledger_file).deliveries(contract.source_id, DELIVERED_ON)
    accepted = delivery.accepted
    assert accepted is not None
    (s05,) = [each for each in accepted.door if each.check_id == "S05"]
    assert s05.state == ("akkoord" if contract.trailer else "niet van toepassing")
    numbers = ", ".join(map(str, expected.left_out))
    assert s05.message == (f"rij {numbers} is een totaalregel en telt niet mee" if numbers else "")
    flags = {
        (each.check_id, each.column_name) for each in accepted.door if each.state == "afgekeurd"
    }
    assert set(expected.flags) <= flags
    # Whatever else is flagged is a share of rejected cells: never an encoding or a structure.
    assert {check_id for check_id, _ in flags - set(expected.flags)} <= {"S10"}


def in_raw(value: Any, home: Home) -> Any:
    """Return what raw must hold for a value of the truth."""
    if not isinstance(value, Token):
        return value
    # The promise of the pseudonyms, written down once more: HMAC-SHA-256, its first 16 bytes.
    (key_file,) = home.keys.glob(f"{value.domain}*.key")
    _, secret = key_file.read_text(encoding="ascii").split()
    digest = hmac.new(bytes.fromhex(secret), value.text.encode(), hashlib.sha256).hexdigest()
    return f"{value.domain}:k1:{digest[:32]}"
