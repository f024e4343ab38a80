"""The log of everybody who looked at what is held about one person."""

import getpass
import json
from datetime import UTC, datetime

from ingest.home import Home
from ingest.kept.tombstones import Tombstones, number_identifier
from ingest.ledger import append_lines
from ingest.pseudonyms import normal_identifier


def note_reading(home: Home, what: str, domain: str, number: str, rows: int) -> None:
    """Add who did what on how many rows of whom: a mark, by which no one is found."""
    file = home.logs / "inzage.log"
    file.touch(mode=0o600)
    subject = Tombstones(home).mark(number_identifier(domain, normal_identifier(number)))
    line = {
        "at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "who": getpass.getuser(),
        "what": what,
        "domain": domain,
        "subject": subject,
        "rows": rows,
    }
    append_lines(file, [json.dumps(line)])
