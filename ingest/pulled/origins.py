"""Where a contract says that its rows are pulled from; a file in the inbox has no origin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from open_data_contract_standard.model import Server

from ingest.odcs import custom

# By type of server: what its rows are stored as, in which layout, and what it must declare.
STORED_AS = {"postgresql": "arrow", "api": "json"}
LAYOUTS = {"postgresql": "table", "api": "surveymonkey"}
ORIGIN_PROPERTIES = {"postgresql": ("query", "user", "sslmode"), "api": ("survey_id",)}
SURVEYMONKEY_HOSTS = (
    "https://api.surveymonkey.com",
    "https://api.eu.surveymonkey.com",
    "https://api.surveymonkey.ca",
)
_DEFAULT_PORT = 5432
# The modes of libpq in which nothing goes over the network in clear.
_SECURE = ("require", "verify-ca", "verify-full")
_ON_THIS_MACHINE = ("disable", "prefer", *_SECURE)


@dataclass(frozen=True)
class Database:
    """A query on a PostgreSQL database; `server` is the name that its password is kept under."""

    server: str
    host: str
    port: int
    database: str
    schema: str
    user: str
    query: str
    sslmode: str


@dataclass(frozen=True)
class SurveyApi:
    """A survey at SurveyMonkey; `location` is the address of the region of the account."""

    server: str
    location: str
    survey_id: str


Origin = Database | SurveyApi


def origin_of(server: Server) -> Origin | None:
    """Return where the rows of this server are pulled from, or None for a file in the inbox."""
    declared = custom(server.customProperties)
    if server.type == "postgresql":
        host = str(server.host)
        return Database(
            server=str(server.server),
            host=host,
            port=int(server.port or _DEFAULT_PORT),
            database=str(server.database),
            schema=server.schema_ or "public",
            user=str(declared["user"]),
            query=str(declared["query"]),
            sslmode=str(declared.get("sslmode", "prefer" if is_this_machine(host) else "require")),
        )
    if server.type == "api":
        return SurveyApi(
            server=str(server.server),
            location=str(server.location).rstrip("/"),
            survey_id=str(declared["survey_id"]),
        )
    return None


def is_this_machine(host: str | None) -> bool:
    """Say whether what goes to this host never leaves the machine."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def origin_faults(server: Server) -> Iterator[str]:
    """Give what is wrong with a server that rows are pulled from, as Dutch sentences."""
    declared = custom(server.customProperties)
    kind = str(server.type)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", server.server or ""):
        yield (
            "server mag alleen kleine letters, cijfers en streepjes hebben: onder die naam staat "
            "het geheim in keys/"
        )
    if declared.get("layout") != LAYOUTS[kind]:
        yield f"layout bij type {kind} is {LAYOUTS[kind]}"
    if server.path or server.format:
        yield f"path en format horen niet bij type {kind}: er is geen bestand"
    own_faults = _database_faults if kind == "postgresql" else _api_faults
    yield from own_faults(server, declared)


def _database_faults(server: Server, declared: dict[str, Any]) -> Iterator[str]:
    required = {
        "host": server.host,
        "database": server.database,
        "customProperties user": declared.get("user"),
    }
    yield from (
        f"{name} ontbreekt bij type postgresql" for name, value in required.items() if not value
    )
    if not str(server.port or _DEFAULT_PORT).isdigit():
        yield "port is een nummer, zoals 5432"
    if not re.match(r"\s*(select|with)\b", str(declared.get("query", "")), re.IGNORECASE):
        yield "customProperties query ontbreekt of is geen select: een query die alleen leest"
    allowed = _ON_THIS_MACHINE if is_this_machine(server.host) else _SECURE
    if declared.get("sslmode", allowed[-1]) not in allowed:
        yield f"sslmode is {', '.join(allowed)}: persoonsgegevens gaan versleuteld over het netwerk"


def _api_faults(server: Server, declared: dict[str, Any]) -> Iterator[str]:
    address = urlsplit(server.location or "")
    is_safe = address.scheme == "https" or (
        address.scheme == "http" and is_this_machine(address.hostname)
    )
    if not is_safe or not address.hostname or address.path.strip("/") or "@" in address.netloc:
        yield f"location is het adres van uw regio: {', '.join(SURVEYMONKEY_HOSTS)}"
    if not re.fullmatch(r"\d+", str(declared.get("survey_id", ""))):
        yield "customProperties survey_id ontbreekt of is geen nummer"
