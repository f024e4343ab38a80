"""A real PostgreSQL on this machine, started for the tests and gone after them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from adbc_driver_postgresql import dbapi

ADMIN, ADMIN_PASSWORD = "beheer", "beheer-Wachtwoord"
READER, READER_PASSWORD = "impactkompas", "lezer'Wachtwoord \\1"


@dataclass(frozen=True)
class Server:
    """A server on the loopback address, with a database `zorg` and a user who may read it."""

    port: int
    data: Path
    programs: Path

    def execute(self, *statements: str) -> None:
        """Change something in the database, as its administrator."""
        uri = f"host=127.0.0.1 port={self.port} dbname=zorg user={ADMIN} password={ADMIN_PASSWORD}"
        with dbapi.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def control(self, *arguments: str) -> None:
        """Run pg_ctl on this server, and wait."""
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        log = self.data.parent / "log"
        command = [self.programs / "pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options]
        _as_other_than_root([*command, *arguments])


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a folder of its own; skip the test where PostgreSQL cannot be had."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed here: run `make postgresql` as root on Debian")
    # Not in pytest's folder: that is closed for the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="impactkompas-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        password = folder / "password"
        password.write_text(ADMIN_PASSWORD)
        password.chmod(0o644)
        server = Server(_free_port(), folder / "data", programs[-1])
        initdb = [programs[-1] / "initdb", "-D", server.data, "-U", ADMIN, "-A", "scram-sha-256"]
        encoding = ["-E", "UTF8", "--locale=C", "--no-sync", "--pwfile", password]
        _as_other_than_root([*initdb, *encoding])
        server.control("start")
        try:
            _fill(server)
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def _fill(server: Server) -> None:
    uri = f"host=127.0.0.1 port={server.port} dbname=postgres user={ADMIN} "
    with (
        dbapi.connect(f"{uri} password={ADMIN_PASSWORD}", autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("create database zorg")
    password = READER_PASSWORD.replace("'", "''")
    server.execute(
        f"create role {READER} login password '{password}'",
        f"grant pg_read_all_data to {READER}",
    )


def _as_other_than_root(command: list[str | Path]) -> None:
    """Run a command of PostgreSQL, which refuses to run as root."""
    other = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        user=other.pw_uid if other else None,
        group=other.pw_gid if other else None,
        extra_groups=[] if other else None,
        cwd="/",
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
