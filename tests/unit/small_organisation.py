"""A small organisation whose sources know each other's clients, one of them a canary."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import yaml

from ingest.contracts import SourceContract, load_contracts
from ingest.deliveries import rebuild_raw, take_in
from ingest.home import Home
from ingest.kept.erasure import Erasure, comply, erase, find_person
from ingest.source_states import SourceResult, source_states

AS_OF = date(2026, 1, 5)
NUMBER, BSN = "0047119", "111222333"
# What of client 0047119 may be nowhere after an erasure; R-, T- and C-numbers are the source's.
CANARIES = (NUMBER, BSN, "Kanariepiet", "29-02-1988", "1988-02-29", "kanarie@example.nl",
            "R-7001", "T-7001", "K-7001", "C-7001", "C-7002", "Z-7001")  # fmt: skip


def contract(
    source_id: str, table: str, source: str, columns: dict[str, tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    """Return a contract in which every column is kept text unless it says otherwise."""
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": source_id,
        "name": source_id,
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "inbox",
                "type": "local",
                "path": f"{source_id}_{{delivered_on}}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "delimiter": ";",
                "customProperties": [
                    {"property": "layout", "value": "table"},
                    {"property": "dateFormat", "value": "%d-%m-%Y"},
                    {"property": "decimalSeparator", "value": ","},
                ],
            }
        ],
        "schema": [
            {
                "name": table,
                "customProperties": [{"property": "source", "value": source}],
                "properties": [
                    {"name": name, "physicalName": header, "logicalType": "string",
                     "classification": "keep", **facts}
                    for name, (header, facts) in columns.items()
                ],
            }
        ],
        "customProperties": [{"property": "coverage", "value": "full"}],
    }  # fmt: skip


def token(domain: str = "client", **facts: Any) -> dict[str, Any]:
    property_ = [{"property": "domain", "value": domain}]
    return {"classification": "pseudonymise", "customProperties": property_, **facts}


DROP, DAY = {"classification": "drop"}, {"logicalType": "date"}
REF = ("Record", {"required": True, "unique": True})
KEY = {"required": True, "primaryKey": True}
CONTRACTS = [
    contract("contacten", "contacts", "ecd", {
        "record_ref": REF, "contact_id": ("Contact", KEY), "trajectory_id": ("Traject", {}),
        "client_id": ("Client", token()), "worker_id": ("Medewerker", token("worker")),
        "contact_on": ("Datum", DAY),
    }),
    contract("clienten", "clients", "ecd", {
        "record_ref": REF, "client_id": ("Client", token(**KEY)), "bsn": ("BSN", DROP),
        "email": ("Mail", DROP), "registered_on": ("Datum", DAY),
        "match_token": ("", token(transformLogic="match_token",
                                  transformSourceObjects=["Naam", "Geboren"])),
    }),
    # Taken in before the trajectories: which are erased is not known by then.
    contract("complexiteit", "complexity_history", "ecd", {
        "record_ref": REF, "trajectory_id": ("Traject", {"required": True}),
        "valid_from": ("Datum", DAY),
    }),
    contract("trajecten", "trajectories", "ecd", {
        "record_ref": REF, "trajectory_id": ("Traject", KEY), "client_id": ("Client", token()),
        "worker_id": ("Medewerker", token("worker")), "ended_on": ("Einde", DAY),
    }),
    contract("medewerkers", "workers", "ecd", {
        "record_ref": REF, "worker_id": ("Medewerker", token("worker", **KEY)),
        "employed_until": ("Uit dienst", DAY),
    }),
    contract("startslot", "start_slot", "survey", {
        "record_ref": REF, "response_id": ("Lijst", KEY), "client_id": ("Client", token()),
        "respondent_id": ("Invuller", token()), "filled_on": ("Datum", DAY),
    }),
]  # fmt: skip
del CONTRACTS[1]["schema"][0]["properties"][5]["physicalName"]

ROWS = {
    "clienten": [
        "Record;Client;BSN;Mail;Datum;Naam;Geboren",
        f"R-7001;{NUMBER};{BSN};kanarie@example.nl;01-02-2025;Kanariepiet;29-02-1988",
        "R-1;0000001;100000009;a@example.nl;01-02-2025;De Boer;01-01-1980",
        "R-2;0000002;100000010;b@example.nl;01-02-2025;Kanariepiet;29-02-1988",
    ],
    "trajecten": [
        "Record;Traject;Client;Medewerker;Einde",
        f"K-7001;T-7001;{NUMBER};w1;",
        "K-1;T-1;0000001;w1;01-03-2025",
        "K-2;T-2;0000002;w2;",
    ],
    "contacten": [
        "Record;Contact;Traject;Client;Medewerker;Datum",
        f"C-7001;C-7001;T-7001;{NUMBER};w1;03-02-2025",
        # Booked on another's trajectory by mistake: that one stays the other's.
        f"C-7002;C-7002;T-1;{NUMBER};w1;03-02-2025",
        "C-1;C-1;T-1;0000001;w1;03-02-2025",
        "C-2;C-2;;;w2;03-02-2025",
    ],
    "complexiteit": ["Record;Traject;Datum", "Z-7001;T-7001;01-02-2025", "Z-1;T-1;01-02-2025"],
    "medewerkers": ["Record;Medewerker;Uit dienst", "W-1;w1;", "W-2;w2;"],
    "startslot": [
        "Record;Lijst;Client;Invuller;Datum",
        "S-1;S-1;0000001;p1;01-02-2025",
        "S-2;S-2;0000002;0000001;01-02-2025",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Organisation:
    """A home with sources that know each other's clients, and its nights."""

    home: Home

    @property
    def contracts(self) -> list[SourceContract]:
        return load_contracts(self.home.contracts).usable

    def deliver(self, day: date, **more: list[str]) -> None:
        """Deliver every source in full, with `more` rows."""
        for source_id, rows in ROWS.items():
            file = self.home.inbox / f"{source_id}_{day:%Y%m%d}.csv"
            file.write_text("\n".join([*rows, *more.get(source_id, []), ""]), encoding="utf-8")

    def night(self, as_of: date) -> dict[str, SourceResult]:
        """Take in, leave out who was erased, and make raw; return how every source stands."""
        for each in self.contracts:
            take_in(self.home, each, as_of=as_of, judge=lambda _: [])
        comply(self.home, self.contracts)
        rebuild_raw(self.home, load_contracts(self.home.contracts), as_of=as_of)
        states = source_states(self.home, self.contracts, as_of=as_of)
        return {state.source_id: state for state in states}

    def erase(self, number: str, domain: str = "client") -> Erasure:
        """Erase who has this number."""
        person = find_person(self.home, self.contracts, domain, number, AS_OF)
        return erase(self.home, self.contracts, person)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows in raw of a source, rejected ones apart."""
        (file,) = self.home.raw.glob(f"*/*/{name}.parquet")
        return [row for row in pq.read_table(file).to_pylist() if row["reject_reason"] is None]

    def refs(self) -> list[str]:
        """Return the record numbers of all rows in raw."""
        return sorted(row["record_ref"] for name in ROWS for row in self.rows(name))

    def places(self, *texts: str) -> list[str]:
        """Return every file of the home in which a text stands, as bytes or in a table."""
        found = []
        for file in sorted(self.home.root.rglob("*")):
            if file.is_file() and self.home.inbox not in file.parents:
                content = file.read_bytes()
                if file.suffix == ".parquet":
                    content += str(duckdb.sql(f"from '{file}'").fetchall()).encode()
                found += [f"{file.name}: {text}" for text in texts if text.encode() in content]
        return found


def new_organisation(folder: Path) -> Organisation:
    """Return a home with the contracts and no deliveries yet."""
    home = Home(folder / "home")
    home.create()
    for document in CONTRACTS:
        file = home.contracts / f"{document['id']}.yaml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return Organisation(home)
