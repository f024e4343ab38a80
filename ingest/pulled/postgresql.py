"""The result of a query on PostgreSQL as an Arrow stream, over a session that cannot write."""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa
from adbc_driver_manager._reader import AdbcRecordBatchReader
from adbc_driver_postgresql import dbapi

from ingest.pulled.failures import Deadline, PullError
from ingest.pulled.origins import Database

_CONNECT_SECONDS = 10
# Silence after which a line counts as broken: a first probe after 30 s, then three times 10 s.
_KEEPALIVE = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
# Classes of SQLSTATE that tell of a bad minute: connection, rollback, resources, shutdown.
_BAD_MINUTE = ("08", "40", "53", "57P")
_STOPPED_FOR_TIME = "57014"
# A refusal by the server itself, unless it is only busy; the driver gives no code for it.
_REFUSAL, _BUSY = "FATAL", re.compile(r"starting up|shutting down|too many|connection slots")
_NO_TLS = re.compile(r"SSL connection|support SSL|SSL error|certificate", re.IGNORECASE)
# A value that the query cannot calculate with.
_DATA = "22"


def query_result(origin: Database, password: str, deadline: Deadline) -> Iterator[bytes]:
    """Give the rows of the query as an Arrow IPC stream, some megabytes at a time.

    Raises PullError, whose message quotes nothing that the server said: that may hold a value.
    """
    try:
        with (
            closing(dbapi.connect(_conninfo(origin, password, deadline), autocommit=True)) as asked,
            closing(asked.cursor()) as cursor,
        ):
            # The driver puts the query in a COPY (...): a comment at its end must not swallow that.
            cursor.execute(f"{origin.query}\n")
            # The reader that the cursor itself gives loses the code of an error on the way.
            handle = cursor.fetch_arrow()
            yield from _serialised(AdbcRecordBatchReader._import_from_c(handle.address))  # noqa: SLF001
    except (adbc.Error, OSError) as error:
        raise _explained(error, origin, deadline) from None


def _serialised(rows: pa.RecordBatchReader) -> Iterator[bytes]:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, rows.schema) as stream:
        for batch in rows:
            stream.write_batch(batch)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _conninfo(origin: Database, password: str, deadline: Deadline) -> str:
    seconds = max(1, int(deadline.seconds_left))
    options = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{seconds}s",
        "search_path": f'"{origin.schema}"',
    }
    settings = {
        "host": origin.host,
        "port": str(origin.port),
        "dbname": origin.database,
        "user": origin.user,
        "password": password,
        "sslmode": origin.sslmode,
        "gssencmode": "disable",
        "connect_timeout": str(min(_CONNECT_SECONDS, seconds)),
        "application_name": "impactkompas",
        "options": " ".join(f"-c {name}={_option(value)}" for name, value in options.items()),
        **_KEEPALIVE,
    }
    return " ".join(f"{name}={_quoted(value)}" for name, value in settings.items())


def _option(value: str) -> str:
    return re.sub(r"([\\\s])", r"\\\1", value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _explained(error: Exception, origin: Database, deadline: Deadline) -> PullError:
    state = getattr(error, "sqlstate", None)
    if not deadline.seconds_left or state == _STOPPED_FOR_TIME:
        return deadline.out_of_time()
    if state:
        return _query_failure(str(state), str(error), origin)
    return _connection_failure(str(error), origin)


def _query_failure(state: str, said: str, origin: Database) -> PullError:
    if state.startswith(_BAD_MINUTE):
        return PullError(
            f"de database op {origin.host} is nu te druk of herstart (code {state}). Laat de "
            "beheerder kijken als dit morgen weer zo is.",
            may_pass=True,
        )
    name = _name_in_query(said, origin)
    match state:
        case "42703" | "42P01" | "3F000":
            what = f"kolom of tabel {name}" if name else "een kolom of tabel"
            return PullError(
                f"{what} uit de query bestaat niet (meer) in de database. Vraag de leverancier wat "
                "er veranderd is en pas query in het contract aan."
            )
        case "42501":
            return PullError(
                f"gebruiker {origin.user} mag een tabel uit de query niet lezen. Laat de beheerder "
                "van de database leesrechten (grant select) geven."
            )
        case "25006" | "25001":
            return PullError(
                "de query wil schrijven, en dat laat Impactkompas niet toe. Zet in het contract "
                "een query die alleen leest."
            )
    if state.startswith(_DATA):
        return PullError(
            f"de query kan een rij niet omrekenen (code {state}). Kijk in het logboek van de "
            "database welke, en herstel de rij of de query in het contract."
        )
    return PullError(
        f"de database kan de query niet uitvoeren (code {state}). Probeer query uit het contract "
        "in de database zelf, en herstel haar daarna in het contract."
    )


def _connection_failure(said: str, origin: Database) -> PullError:
    place = f"{origin.host}:{origin.port}"
    if _REFUSAL in said and not _BUSY.search(said):
        return PullError(
            f"de database op {place} laat ons niet binnen. Controleer database en user in het "
            f"contract, het wachtwoord in keys/{origin.server}.secret, en of deze machine daar "
            "toegang heeft (pg_hba.conf)."
        )
    if _NO_TLS.search(said):
        return PullError(
            f"er komt geen versleutelde verbinding met {place} tot stand. Laat de beheerder TLS "
            f"aanzetten, of controleer sslmode (nu {origin.sslmode}) en het certificaat."
        )
    return PullError(
        f"er is geen verbinding met {place}. Controleer host en port in het contract, de firewall, "
        "en of de database aan staat.",
        may_pass=True,
    )


def _name_in_query(said: str, origin: Database) -> str | None:
    """Return a name that the server complains of, if it is one of our own query."""
    names: list[Any] = re.findall(r'"([^"]+)"', said)
    return next((f"'{name}'" for name in names if name in origin.query), None)
