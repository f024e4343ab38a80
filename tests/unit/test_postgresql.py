"""An ECD's database: its rows come in like a file, it is never written, and it may be away."""

import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.contracts import Column, ContractError, Contracts, SourceContract
from ingest.deliveries import rebuild_raw, take_in
from ingest.door import DoorBatch
from ingest.home import Home
from ingest.ledger import Ledger
from ingest.originals import Originals
from ingest.pulled import Patience
from ingest.readers import open_reader
from ingest.source_states import SourceResult, source_states
from tests.unit.postgresql_server import READER, READER_PASSWORD, Server, running_server
from tests.unit.small_ecd import BSN, document, loaded

FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)
HASTE = Patience(total_seconds=20, attempts=3, first_wait_seconds=0.01)
SELECT = 'select * from "Clienten" order by 1'

CLIENTS = """
    create table "Clienten" (
        "RegistratieID" text, "Cliëntnummer" int, "BSN" text, "Achternaam" text,
        "Geboortedatum" date, "E-mail" text, "Postcode" char(7), "Gemeente" text,
        "Inschrijfdatum" timestamptz
    )
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@dataclass
class Organisation:
    """A home with a contract on the table of clients, and its nights."""

    home: Home
    contract: dict[str, Any]

    def night(self, as_of: date, patience: Patience = HASTE) -> SourceResult:
        return take_in(self.home, self.loaded(), as_of=as_of, judge=_content, patience=patience)

    def loaded(self) -> SourceContract:
        return loaded(self.home.contracts, self.contract)

    def change(self, **properties: Any) -> None:
        """Change the server of the contract: its own keys, or else its custom properties."""
        [at] = self.contract["servers"]
        for name, value in properties.items():
            if name in at:
                at[name] = value
            else:
                own = [each for each in at["customProperties"] if each["property"] != name]
                at["customProperties"] = [*own, {"property": name, "value": value}]

    @property
    def raw_file(self) -> Path:
        return self.home.raw / "ecd" / "clients" / "ecd-clienten.parquet"

    def rows(self) -> list[dict[str, Any]]:
        return pq.read_table(self.raw_file).to_pylist()

    def refs(self) -> list[str]:
        return [row["record_ref"] for row in self.rows() if row["reject_reason"] is None]

    def events(self) -> list[str]:
        return [event.event for event in Ledger(self.home.ledger_file).events()]


def _content(batch: DoorBatch) -> list[Any]:
    return []


@pytest.fixture
def organisation(tmp_path: Path, server: Server) -> Organisation:
    home = Home(tmp_path / "home")
    home.create()
    contract = document()
    contract["servers"] = [
        {
            "server": "ecd-database",
            "type": "postgresql",
            "host": "127.0.0.1",
            "port": server.port,
            "database": "zorg",
            "schema": "public",
            "customProperties": [
                {"property": "layout", "value": "table"},
                {"property": "user", "value": READER},
                {"property": "query", "value": SELECT},
            ],
        }
    ]
    write_secret(home, READER_PASSWORD)
    server.execute(
        'drop table if exists "Clienten" cascade',
        CLIENTS,
        client(1),
        client(2),
    )
    return Organisation(home, contract)


def write_secret(home: Home, secret: str, mode: int = 0o600) -> None:
    file = home.keys / "ecd-database.secret"
    file.write_text(f"{secret}\n", encoding="utf-8")
    file.chmod(mode)


def client(number: int, **changes: str) -> str:
    """Return the statement that adds a client; a change is SQL, by the name of the column."""
    row = {
        "RegistratieID": f"'R{number:04d}'",
        "Cliëntnummer": str(number),
        "BSN": f"'{BSN}'",
        "Achternaam": "'Wölfe-Ëijk'",
        "Geboortedatum": "'1985-03-17'",
        "E-mail": "'zoë.wölfe@example.nl'",
        "Postcode": "'3071 AB'",
        "Gemeente": "'GM0599'",
        # A quarter past midnight in Amsterdam: the day before in UTC.
        "Inschrijfdatum": "'2026-01-04 23:15:00+00'",
    }
    return f'insert into "Clienten" values ({", ".join((row | changes).values())})'


def test_the_rows_of_a_query_become_a_delivery_of_the_day(
    organisation: Organisation, server: Server
) -> None:
    server.execute(
        client(3, Gemeente="null"), client(4, Inschrijfdatum="'infinity'"), client(5), client(6)
    )
    result = organisation.night(FIRST)
    assert result == SourceResult(
        "ecd-clienten", "actueel", FIRST, rows_in=6, rows_out=5, rejected=1
    )
    first, _, third, fourth, *_ = organisation.rows()
    assert (first["birth_year"], first["postcode4"]) == (1985, "3071")
    assert first["registered_on"] == date(2026, 1, 5)
    assert (third["reject_reason"], third["municipality_code"]) == (None, None)
    assert (fourth["reject_column"], fourth["reject_reason"]) == ("registered_on", "geen datum")
    assert organisation.events() == ["received", "accepted"]


def test_nothing_of_a_pull_is_on_disk_in_clear(organisation: Organisation) -> None:
    organisation.night(FIRST)
    for file in organisation.home.root.rglob("*"):
        if file.is_file() and not file.is_relative_to(organisation.home.contracts):
            content = file.read_bytes()
            for value in (BSN, "Wölfe-Ëijk", "zoë.wölfe@example.nl"):
                assert value.encode() not in content, file
    [original] = (organisation.home.originals / "ecd-clienten").iterdir()
    assert stat.S_ISREG(original.stat().st_mode)
    assert original.stem.startswith("20260104-")
    assert "coming-in" not in original.stem


def test_equal_rows_are_skipped_and_keep_the_source_fresh(
    organisation: Organisation, server: Server
) -> None:
    organisation.night(FIRST)
    result = organisation.night(SECOND)
    assert organisation.events() == ["received", "accepted", "skipped"]
    assert (result.state, result.data_as_of) == ("actueel", SECOND)
    server.execute(client(3))
    assert organisation.night(THIRD).rows_in == 3
    assert organisation.refs() == ["R0001", "R0002", "R0003"]


def test_raw_is_restored_from_landing_without_asking_the_server(
    organisation: Organisation, server: Server
) -> None:
    organisation.night(FIRST)
    organisation.raw_file.unlink()
    organisation.change(host="127.0.0.2")
    contracts = Contracts([organisation.loaded()], [])
    rebuild_raw(organisation.home, contracts, as_of=FIRST)
    assert organisation.refs() == ["R0001", "R0002"]


def test_a_changed_contract_reads_the_kept_original_again_when_the_server_is_away(
    organisation: Organisation,
) -> None:
    organisation.night(FIRST)
    organisation.change(port=free_port())
    properties = organisation.contract["schema"][0]["properties"]
    properties[:] = [each for each in properties if each["name"] != "postcode4"]
    organisation.night(SECOND)
    assert {row["postcode4"] for row in organisation.rows()} == {None}


def test_a_night_that_is_done_over_gets_no_rows_of_today(
    organisation: Organisation, server: Server
) -> None:
    organisation.night(SECOND)
    server.execute(client(3))
    assert organisation.night(FIRST).state == "ontbreekt"
    assert organisation.night(SECOND).rows_in == 3


@pytest.mark.parametrize(
    "query",
    [
        'with gone as (delete from "Clienten" returning *) select * from gone',
        "select set_config('transaction_read_only', 'off', false), write_something() as x",
        "select write_something() as x",
    ],
)
def test_a_query_that_writes_is_refused_by_the_session(
    organisation: Organisation, server: Server, query: str
) -> None:
    server.execute(
        "create or replace function write_something() returns int language sql security definer "
        """as 'delete from "Clienten"; select 1'"""
    )
    organisation.change(query=query)
    result = organisation.night(FIRST)
    assert result.state == "ontbreekt"
    assert "Zet in het contract een query die alleen leest" in result.message
    organisation.change(query=SELECT)
    assert organisation.night(FIRST).rows_in == 2


@pytest.mark.parametrize("query", ['delete from "Clienten"', "drop table x", "", "call x()"])
def test_a_contract_takes_nothing_but_a_select(organisation: Organisation, query: str) -> None:
    organisation.change(query=query)
    with pytest.raises(ContractError, match="query ontbreekt of is geen select"):
        organisation.loaded()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "server down": ({"port": 1}, "er is geen verbinding met 127.0.0.1:1. Controleer host en port"),
    "database gone": ({"database": "weg"}, "laat ons niet binnen. Controleer database en user"),
    "column gone": ({"query": 'select "Weg" from "Clienten"'},
                    "kolom of tabel 'Weg' uit de query bestaat niet (meer)"),
    "table gone": ({"query": "select * from weg"}, "kolom of tabel 'weg' uit de query"),
    "wrong value": ({"query": 'select "Achternaam"::int as "RegistratieID" from "Clienten"'},
                    "de query kan een rij niet omrekenen (code 22P02)"),
    "wrong syntax": ({"query": "select from from"}, "kan de query niet uitvoeren (code 42601)"),
    "two statements": ({"query": "select 1; select 2"}, "kan de query niet uitvoeren"),
    "no TLS": ({"sslmode": "require"}, "er komt geen versleutelde verbinding"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_a_state_of_the_source_that_keeps_its_last_good_rows(
    organisation: Organisation, changes: dict[str, Any], said: str
) -> None:
    organisation.night(FIRST)
    organisation.change(**changes)
    result = organisation.night(SECOND)
    assert (result.state, result.data_as_of, result.rows_out) == ("verouderd", FIRST, 2)
    assert result.message.startswith("ecd-clienten: niet opgehaald, want ")
    assert said in result.message
    assert result.message.endswith("De bron blijft op de stand van 4 januari 2026.")
    assert "Wölfe" not in result.message
    assert organisation.refs() == ["R0001", "R0002"]
    # The command `status` looks at the ledger alone.
    assert source_states(organisation.home, [organisation.loaded()], as_of=SECOND) == [result]
    assert len(Originals(organisation.home, "ecd-clienten").delivery_ids()) == 1


def test_a_pull_that_works_again_ends_the_failure(organisation: Organisation) -> None:
    port = organisation.contract["servers"][0]["port"]
    organisation.change(port=1)
    assert organisation.night(FIRST).state == "ontbreekt"
    organisation.change(port=port)
    assert organisation.night(SECOND).state == "actueel"


def test_a_query_that_breaks_off_half_way_leaves_nothing(
    organisation: Organisation, server: Server
) -> None:
    organisation.night(FIRST)
    organisation.change(
        query="select 'R' || g as \"RegistratieID\", 1 / (400000 - g) as x "
        "from generate_series(1, 500000) g"
    )
    result = organisation.night(SECOND)
    assert "kan een rij niet omrekenen (code 22012)" in result.message
    assert [file.suffix for file in (organisation.home.originals / "ecd-clienten").iterdir()] == [
        ".enc"
    ]


def test_a_busy_database_is_asked_again(organisation: Organisation, server: Server) -> None:
    server.execute("create or replace function busy() returns int language plpgsql as $$ begin "
                   "raise exception 'druk' using errcode = '53300'; end $$")  # fmt: skip
    organisation.change(query='select * from "Clienten" where busy() = 1')
    result = organisation.night(FIRST)
    assert "is nu te druk of herstart (code 53300)" in result.message
    server.execute("create or replace function busy() returns int language sql as 'select 1'")
    assert organisation.night(SECOND).state == "actueel"


def test_a_connection_that_breaks_while_reading_is_made_again(
    organisation: Organisation, server: Server
) -> None:
    organisation.change(
        query="select g::text as k, case when g = 300000 then pg_terminate_backend("
        "pg_backend_pid()) end as x from generate_series(1, 400000) g"
    )
    before = (server.data.parent / "log").read_text().count("terminating connection")
    result = organisation.night(FIRST)
    assert "is nu te druk of herstart (code 57P01)" in result.message
    after = (server.data.parent / "log").read_text().count("terminating connection")
    assert after - before == HASTE.attempts


def test_a_query_that_takes_too_long_is_stopped(organisation: Organisation) -> None:
    organisation.change(query="select pg_sleep(30)::text as x")
    result = organisation.night(FIRST, Patience(total_seconds=1))
    assert "de tijd voor deze bron (1 min) is op" in result.message


def test_a_server_that_falls_silent_does_not_keep_the_night(
    organisation: Organisation, server: Server
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        organisation.change(port=silent.getsockname()[1])
        result = organisation.night(FIRST, Patience(total_seconds=0.5))
    assert "de tijd voor deze bron" in result.message


def test_a_wrong_password_is_tried_once_and_shown_nowhere(
    organisation: Organisation, server: Server
) -> None:
    write_secret(organisation.home, "verkeerd'Wachtwoord")
    result = organisation.night(FIRST)
    assert "het wachtwoord in keys/ecd-database.secret" in result.message
    refused = (server.data.parent / "log").read_text().count(f'failed for user "{READER}"')
    organisation.night(SECOND)
    after = (server.data.parent / "log").read_text().count(f'failed for user "{READER}"')
    assert after - refused == 1
    write_secret(organisation.home, READER_PASSWORD)
    assert organisation.night(THIRD).state == "actueel"
    for file in organisation.home.root.rglob("*"):
        if file.is_file() and file.suffix != ".secret":
            content = file.read_bytes()
            assert READER_PASSWORD.encode() not in content
            assert b"verkeerd'Wachtwoord" not in content


def test_a_password_may_come_from_the_environment(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (organisation.home.keys / "ecd-database.secret").unlink()
    result = organisation.night(FIRST)
    assert "het geheim van server ecd-database ontbreekt" in result.message
    assert "IMPACTKOMPAS_SECRET_ECD_DATABASE" in result.message
    monkeypatch.setenv("IMPACTKOMPAS_SECRET_ECD_DATABASE", READER_PASSWORD)
    assert organisation.night(FIRST).state == "actueel"


def test_a_password_that_others_can_read_is_not_used(organisation: Organisation) -> None:
    write_secret(organisation.home, READER_PASSWORD, mode=0o644)
    assert "voor anderen op deze machine leesbaar" in organisation.night(FIRST).message


@pytest.mark.parametrize("sslmode", ["disable", "prefer", "allow"])
def test_nothing_goes_over_a_network_in_clear(organisation: Organisation, sslmode: str) -> None:
    organisation.change(host="ecd.example.nl")
    origin = organisation.loaded().origin
    assert origin is not None
    assert origin.sslmode == "require"  # type: ignore[union-attr]
    organisation.change(sslmode=sslmode)
    with pytest.raises(ContractError, match="sslmode is require, verify-ca, verify-full"):
        organisation.loaded()


TYPES: dict[str, tuple[str, str | None]] = {
    "whole number": ("9007199254740993::bigint", "9007199254740993"),
    "many decimals": ("12345678901234567890.12345678901234567890::numeric",
                      "12345678901234567890,12345678901234567890"),
    "trailing zeros": ("1234.5600::numeric(10,4)", "1234,5600"),
    "double": ("0.1::float8", "0,1"),
    "single": ("0.1::float4", "0,1"),
    "small double": ("0.00001::float8", "0,00001"),
    "large double": ("1e22::float8", "10000000000000000000000"),
    "no number": ("'NaN'::numeric", "nan"),
    "true": ("true", "true"),
    "date": ("date '2026-02-01'", "2026-02-01"),
    "moment": ("timestamp '2026-02-01 13:45:12.5'", "2026-02-01 13:45:12.500000"),
    "moment with zone": ("timestamptz '2026-07-01 22:30:00+00'", "2026-07-02 00:30:00.000000"),
    "time": ("time '13:45:00'", "13:45:00.000000"),
    "end of time": ("'infinity'::date", "buiten bereik"),
    "begin of time": ("'-infinity'::timestamptz", "buiten bereik"),
    "year 67562": ("date '67562-01-01'", "buiten bereik"),
    "before Christ": ("timestamp '0044-03-15 12:00 BC'", "buiten bereik"),
    "first day": ("date '0001-01-01'", "0001-01-01"),
    "last day": ("timestamp '9999-12-31 23:59:59'", "9999-12-31 23:59:59.000000"),
    "uuid": ("'6f1c3ad2-9d6b-4f43-a0f5-1f0c9b6f1e11'::uuid",
             "6f1c3ad2-9d6b-4f43-a0f5-1f0c9b6f1e11"),
    "leading zeros": ("'0034'::varchar(10)", "0034"),
    "null": ("null::text", None),
    "empty": ("''::text", ""),
}  # fmt: skip


def test_every_type_becomes_text_without_loss(organisation: Organisation) -> None:
    names = [f"k{position}" for position in range(len(TYPES))]
    values = [f"{sql} as {name}" for name, (sql, _) in zip(names, TYPES.values(), strict=True)]
    table = read_query(organisation, f"select {', '.join(values)}", names)
    assert dict(zip(TYPES, table, strict=True)) == {name: text for name, (_, text) in TYPES.items()}


def read_query(organisation: Organisation, query: str, names: list[str]) -> list[str | None]:
    """Return the first row of a query as the reader of the contract gives it."""
    organisation.change(query=query)
    organisation.night(FIRST)
    contract = keeping(organisation.loaded(), names)
    [received, *_] = Ledger(organisation.home.ledger_file).events()
    with Originals(organisation.home, "ecd-clienten").open(received.delivery_id) as data:
        table = open_reader(contract).read(data, contract)
        assert list(table.header) == names
        [batch] = table.batches
    assert batch.row_numbers.to_pylist() == [1]
    return [column.to_pylist()[0] for column in batch.columns]


def keeping(contract: SourceContract, names: list[str]) -> SourceContract:
    """Return the contract with these columns kept as text, under names that no raw table needs."""
    return replace(
        contract, columns=tuple(Column(name, (name,), "string", "keep") for name in names)
    )


def test_a_moment_that_the_contract_wants_as_a_date_has_its_date_format(
    organisation: Organisation, server: Server
) -> None:
    organisation.change(dateFormat="%d-%m-%Y %H:%M:%S")
    server.execute(client(3, Inschrijfdatum="'1969-12-31 22:59:59.9+00'"))
    organisation.night(FIRST)
    assert [row["registered_on"] for row in organisation.rows()] == [
        date(2026, 1, 5),
        date(2026, 1, 5),
        date(1969, 12, 31),
    ]


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("array['a']", "text"),
        ("""'{"a": 1}'::json""", "json"),
        ("""'{"a": 1}'::jsonb""", "jsonb"),
        ("12.34::money", "money"),
        ("interval '1 day'", "interval"),
        ("'127.0.0.1'::inet", "inet"),
        ("'\\x01'::bytea", "bytea"),
        ("point '(1,2)'", "point"),
    ],
)
def test_a_type_without_one_text_holds_the_delivery_and_names_the_column(
    organisation: Organisation, sql: str, kind: str
) -> None:
    fields = '"RegistratieID", "Cliëntnummer", "BSN", "Achternaam", "Geboortedatum", "E-mail"'
    own = fields.replace(', "E-mail"', "") + ', "Postcode", "Gemeente", "Inschrijfdatum"'
    organisation.change(
        query=f'select {fields}, "Postcode", {sql} as "Gemeente", "Inschrijfdatum" from "Clienten"'
    )
    result = organisation.night(FIRST)
    assert (result.state, result.held_by) == ("vastgehouden", "S02")
    assert f"kolom 'Gemeente' heeft type {kind}," in result.message
    # Of a column that is dropped nobody needs the text.
    organisation.change(
        query=f'select {fields}, "Postcode", "Gemeente", "Inschrijfdatum" from (select *, '
        f'{sql} as "E-mail" from (select {own} from "Clienten") x) y'
    )
    assert organisation.night(SECOND).state == "actueel"


def test_many_rows_come_in_batches(organisation: Organisation, server: Server) -> None:
    organisation.change(query="select g::text as k from generate_series(1, 600000) g")
    organisation.night(FIRST)
    contract = keeping(organisation.loaded(), ["k"])
    [received, *_] = Ledger(organisation.home.ledger_file).events()
    with Originals(organisation.home, "ecd-clienten").open(received.delivery_id) as data:
        batches = list(open_reader(contract).read(data, contract).batches)
    assert max(len(batch.row_numbers) for batch in batches) <= 250_000
    numbers = pa.chunked_array([batch.row_numbers for batch in batches])
    assert numbers.to_pylist() == list(range(1, 600_001))
    texts = pa.chunked_array([batch.columns[0] for batch in batches])
    assert texts[599_999].as_py() == "600000"
