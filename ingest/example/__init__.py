"""The example organisation: real municipalities, fictional people, and what is known to be true."""

import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ingest.example.deliveries import (
    Inbox,
    case_rows,
    contact_row,
    hours_row,
    organisation_rows,
    session_rows,
    write_forms,
    write_surveymonkey,
)
from ingest.example.errors import ErrorPlanter
from ingest.example.layouts import CONTRACTS
from ingest.example.meetplan import write_meetplan
from ingest.example.organisation import DELIVERED_ON, build_organisation
from ingest.example.registrations import CaseGenerator
from ingest.example.surveys import responses
from ingest.example.truth import GroundTruth
from ingest.home import Home

AS_OF = DELIVERED_ON + timedelta(days=1)
SETTINGS = f"""\
organisation_name = "Voorbeeldorganisatie"
is_example = true
as_of = "{AS_OF:%Y-%m-%d}"
open_data = "example"
"""


@dataclass(frozen=True)
class ExampleSummary:
    """What was written: rows per file in the inbox, known figures, and planted errors."""

    root: Path
    as_of: date
    rows: dict[str, int]
    truth_count: int
    planted_count: int


def write_example(
    root: Path, *, scale: float = 1.0, seed: int = 1, clean: bool = False
) -> ExampleSummary:
    """Write the example organisation into its home; the same seed and scale give the same bytes.

    Scale 1 is about 100,000 rows of ECD and 60 workers; `clean` leaves out the planted errors.
    What is true is written to `ground_truth/`, for tests only.
    """
    home = Home(root)
    home.create()
    truth_folder = root / "ground_truth"
    truth_folder.mkdir(exist_ok=True)
    for contract in sorted(CONTRACTS.glob("*.yaml")):
        shutil.copyfile(contract, home.contracts / contract.name)
    home.settings_file.write_text(SETTINGS, encoding="utf-8")

    organisation = build_organisation(scale, seed)
    write_meetplan(home.meetplan_file, organisation)
    truth = GroundTruth(organisation)
    planter = ErrorPlanter()
    generator = CaseGenerator(organisation, scale, seed)
    participants: dict[str, list[tuple[str, date]]] = defaultdict(list)
    with Inbox(home.inbox) as inbox:
        inbox.write(organisation_rows(organisation))
        for case in generator.cases():
            truth.add_case(case)
            rows = case_rows(case)
            if not clean:
                planter.spoil(case, rows)
            inbox.write(rows)
            for project_code, joined_on in case.projects:
                participants[project_code].append((case.client.number, joined_on))
        for contact in generator.anonymous_contacts():
            truth.add_contact(contact)
            inbox.write({"contacten": [contact_row(contact)]})
        for session in generator.sessions(participants):
            truth.add_session(session)
            inbox.write(session_rows(session))
        for hours in generator.worked_hours():
            truth.add_worked_hours(hours)
            inbox.write({"urenregistratie": [hours_row(hours)]})
    truth.add_ended_projects()
    filled = list(responses(organisation, seed))
    for response in filled:
        truth.add_response(response)
    surveys = dict((write_forms(home.inbox, filled), write_surveymonkey(home.inbox, filled)))

    truth_count = truth.write(truth_folder / "kpi.csv")
    planter.write(truth_folder / "planted_errors.csv")
    return ExampleSummary(
        root=root,
        as_of=AS_OF,
        rows=inbox.counts | surveys,
        truth_count=truth_count,
        planted_count=len(planter.planted),
    )
