"""Writes the deliveries of the example as they really arrive, in the layout of its contracts."""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import xlsxwriter

from ingest.example.instruments import Measurement
from ingest.example.layouts import Layout, layouts
from ingest.example.organisation import Organisation
from ingest.example.registrations import Case, Contact, Session, Trajectory, WorkedHours
from ingest.example.surveys import Response

TRUTH_VALUES = {True: "true", False: "false", None: ""}
# A collector id has nine digits; this one is no BSN.
COLLECTOR_ID = 402118345
DIVISION_YEAR = 2020
# The last day of the codes that nobody uses any more; old registrations still have them.
RETIRED = {"juridisch_awbz": date(2014, 12, 31), "belspreekuur": date(2021, 12, 31)}

Row = dict[str, str | int]


class Inbox:
    """Writes rows to the CSV exports of the ECD and of the organisation; counts them per file."""

    def __init__(self, folder: Path) -> None:
        """Open one file per table, each with its header."""
        self.counts: dict[str, int] = {}
        self._files: list[IO[str]] = []
        self._writers: dict[str, Any] = {}
        for name, layout in layouts().items():
            if name.startswith("deelnemersvragenlijst"):
                continue
            file = (folder / layout.file_name).open("w", encoding="cp1252", newline="")
            writer = csv.writer(
                file, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC
            )
            writer.writerow(layout.columns)
            self._files.append(file)
            self._writers[name] = writer
            self.counts[layout.file_name] = 0

    def write(self, rows: dict[str, list[Row]]) -> None:
        """Write rows, given per file with their columns by name."""
        for name, rows_of_file in rows.items():
            layout, writer = layouts()[name], self._writers[name]
            self.counts[layout.file_name] += len(rows_of_file)
            for row in rows_of_file:
                writer.writerow([row[column] for column in layout.columns])

    def __enter__(self) -> Self:
        """Return the open inbox."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every file."""
        for file in self._files:
            file.close()


@cache
def dutch_date(day: date | None) -> str:
    """Return a date as dd-mm-jjjj; no date is an empty cell."""
    return f"{day:%d-%m-%Y}" if day else ""


def dutch_number(hundredths: int | None) -> str:
    """Return hundredths with decimal comma and thousands point; nothing is an empty cell."""
    if hundredths is None:
        return ""
    return f"{hundredths // 100:,}".replace(",", ".") + f",{hundredths % 100:02d}"


def case_rows(case: Case) -> dict[str, list[Row]]:
    """Return the rows of one client; trajectories and contacts in the order of the case."""
    client, person = case.client, case.client.person
    rows: dict[str, list[Row]] = {
        "clienten": [
            {
                "RegistratieID": client.registration_id,
                "Cliëntnummer": client.number,
                "BSN": client.bsn,
                "Voornaam": person.first_name,
                "Tussenvoegsel": person.infix,
                "Achternaam": person.last_name,
                "Geslacht": person.sex,
                "Straat": person.street,
                "Huisnummer": person.house_number,
                "Woonplaats": client.home.place,
                "Telefoon": person.phone,
                "E-mail": person.email,
                "Geboortedatum": dutch_date(person.born_on),
                "Postcode": _written_postcode(client.home.text, client.number)
                if client.has_postcode
                else "",
                "Gemeentecode": client.home.municipality_code if client.has_municipality else "",
                "Inschrijfdatum": dutch_date(client.registered_on),
                "Geregistreerd op": dutch_date(client.recorded_on),
            }
        ],
        "trajecten": [_trajectory_row(trajectory) for trajectory in case.trajectories],
        "contacten": [],
        "complexiteit": [],
        "hulpvragen": [],
        "ondersteuning": [],
        "verwijzingen": [],
        "beoordelingen": [],
        "budgetten": [],
        "startslot_smw": [
            {
                "LijstID": filled.id,
                "Cliëntnummer": filled.client_number,
                "Invullernummer": filled.respondent_number,
                "Invuller": _word("startslot_smw", "respondent_role", filled.role),
                "Start of slot": _word("startslot_smw", "moment_code", filled.moment),
                "Datum": dutch_date(filled.filled_on),
                "Hoe vaak": _word("startslot_smw", "frequency_rank", str(filled.frequency_rank)),
                "Last (1-10)": filled.burden_score,
                "Team": filled.team_code,
                "Geregistreerd op": dutch_date(filled.recorded_on),
            }
            for filled in case.start_slot
        ],
    }
    for trajectory in case.trajectories:
        rows["contacten"] += [contact_row(contact) for contact in trajectory.contacts]
        _add_details(rows, trajectory)
    return rows


def contact_row(contact: Contact) -> Row:
    """Return the row of a contact."""
    return {
        "ContactID": contact.id,
        "Trajectnummer": contact.trajectory_id,
        "Cliëntnummer": contact.client_number,
        "Personeelsnummer": contact.worker_number,
        "Team": contact.team_code,
        "Contactdatum": dutch_date(contact.contact_on),
        "Minuten": contact.minutes,
        "Declarabel": _word("contacten", "is_declarable", TRUTH_VALUES[contact.is_declarable]),
        "Geregistreerd op": dutch_date(contact.recorded_on),
    }


def session_rows(session: Session) -> dict[str, list[Row]]:
    """Return the rows of a session and of who attended it."""
    recorded_on = dutch_date(session.recorded_on)
    return {
        "groepsactiviteiten": [
            {
                "ActiviteitID": session.id,
                "Project": session.project.code,
                "Werksoort": _word(
                    "groepsactiviteiten", "service_code", session.project.plan.service_code
                ),
                "Team": session.project.team_code,
                "Datum": dutch_date(session.held_on),
                "Minuten": session.minutes,
                "Aantal medewerkers": session.worker_count,
                "Geregistreerd op": recorded_on,
            }
        ],
        "deelnames": [
            {
                "DeelnameID": attendance.id,
                "ActiviteitID": session.id,
                "Cliëntnummer": attendance.client_number,
                "Datum": dutch_date(session.held_on),
                "Geregistreerd op": recorded_on,
            }
            for attendance in session.attendances
        ],
    }


def measurement_rows(measurement: Measurement) -> dict[str, list[Row]]:
    """Return the row of a filled-in list of an instrument, by its file."""
    name = measurement.instrument
    row: Row = {
        "LijstID": measurement.id,
        "Ingevuld door": _word(name, "respondent_role", measurement.role),
        "Datum": dutch_date(measurement.measured_on),
        **{
            column: measurement.scores.get(dimension, "")
            for dimension, column in layouts()[name].dimensions.items()
        },
    }
    if measurement.client_number:
        row |= {
            "Cliëntnummer": measurement.client_number,
            "Werksoort": _word(name, "service_code", measurement.service_code),
            "Team": measurement.team_code,
            "Geregistreerd op": dutch_date(measurement.recorded_on),
        }
    else:
        row |= {
            "Project": measurement.title,
            "Leeftijdsgroep": _word(name, "age_band", measurement.age_band),
        }
    if measurement.moment:
        row["Meetmoment"] = _word(name, "moment_code", measurement.moment)
    return {name: [row]}


def hours_row(hours: WorkedHours) -> Row:
    """Return the row of a worker-month."""
    return {
        "RegelID": hours.id,
        "Personeelsnummer": hours.worker_number,
        "Team": hours.team_code,
        "Maand": dutch_date(hours.month),
        "Uren": dutch_number(hours.hundredths),
        "Geregistreerd op": dutch_date(hours.recorded_on),
    }


def organisation_rows(organisation: Organisation) -> dict[str, list[Row]]:
    """Return what the organisation keeps itself: workers, postcodes, code lists, projects."""
    return {
        "medewerkers": [
            {
                "RegistratieID": worker.registration_id,
                "Personeelsnummer": worker.number,
                "Voornaam": worker.person.first_name,
                "Achternaam": worker.person.last_name,
                "E-mail": worker.person.email,
                "Team": worker.team_code,
                "In dienst": dutch_date(worker.employed_from),
                "Uit dienst": dutch_date(worker.employed_until),
                "Contracturen": dutch_number(worker.contract_hours * 100),
                "Geregistreerd op": dutch_date(worker.employed_from),
            }
            for worker in organisation.workers
        ],
        "postcodes": [
            {
                "postcode": postcode.text,
                "buurt": postcode.buurt_code,
                "jaar": DIVISION_YEAR,
            }
            for postcode in organisation.postcodes
        ],
        "codelijsten": [
            {
                "Regel": f"CO{number:05d}",
                "Lijst": list_name,
                "Code": code,
                "Omschrijving": label,
                "Geldig vanaf": "",
                "Geldig tot en met": dutch_date(RETIRED.get(code)),
            }
            for number, (list_name, code, label) in enumerate(_codes(organisation), 1)
        ],
        "projecten": [
            {
                "Projectcode": project.code,
                "Titel": project.title,
                "Andere schrijfwijzen": "|".join(project.aliases),
                "Werksoort": _word("projecten", "service_code", project.plan.service_code),
                "Team": project.team_code,
                "Gebied": project.area_code,
                "Opdrachtgever": project.commissioner_code,
                "Startdatum": dutch_date(project.started_on),
                "Einddatum": dutch_date(project.ended_on),
                "Bereikt": project.reached_count,
                "Uitgenodigd": project.invited_count,
            }
            for project in organisation.projects
        ],
    }


def write_forms(folder: Path, responses: Iterable[Response]) -> tuple[str, int]:
    """Write the workbook that Microsoft Forms gives; return its name and number of rows."""
    layout = layouts()["deelnemersvragenlijst_forms"]
    filled = [response for response in responses if response.survey == "forms"]
    workbook = xlsxwriter.Workbook(folder / layout.file_name)
    # Without a fixed moment the file would differ from one run to the next.
    workbook.set_properties({"created": datetime(2026, 1, 5, 7, 30)})
    sheet = workbook.add_worksheet("Sheet1")
    moment = workbook.add_format({"num_format": "m/d/yy h:mm:ss"})
    # The form's author left line ends and hard spaces behind the questions; Forms keeps them.
    headers = [
        header + (("", "\n", "\u00a0")[place % 3] if place > 4 else "")
        for place, header in enumerate(layout.columns)
    ]
    sheet.add_table(
        0,
        0,
        max(len(filled), 1),
        len(headers) - 1,
        {"name": "Table1", "columns": [{"header": header} for header in headers]},
    )
    for row, response in enumerate(filled, 1):
        sheet.write_number(row, 0, response.id)
        sheet.write_datetime(row, 1, response.started_at, moment)
        sheet.write_datetime(row, 2, response.completed_at, moment)
        sheet.write_string(row, 3, "anonymous")
        for column, text in enumerate(_given(layout, response), 5):
            if text:
                stray = "\u00a0" if (row + column) % 23 == 0 else ""
                sheet.write_string(row, column, text + stray)
    workbook.close()
    return layout.file_name, len(filled)


def write_surveymonkey(folder: Path, responses: Iterable[Response]) -> tuple[str, int]:
    """Write the 'all responses' CSV of SurveyMonkey; return its name and number of rows."""
    layout = layouts()["deelnemersvragenlijst_surveymonkey"]
    count = 0
    with (folder / layout.file_name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        asked = 2 + len(layout.questions)
        metadata = len(layout.columns) - asked
        writer.writerow(layout.columns)
        writer.writerow([""] * metadata + ["Response"] * asked)
        for response in responses:
            if response.survey != "surveymonkey":
                continue
            count += 1
            writer.writerow(
                [
                    response.id,
                    COLLECTOR_ID,
                    _american(response.started_at),
                    _american(response.completed_at),
                    f"192.0.2.{response.id % 254 + 1}",  # a range kept for documentation
                    f"deelnemer{response.id}@example.nl" if response.id % 3 == 0 else "",
                    "",
                    "",
                    "",
                    *_given(layout, response),
                ]
            )
    return layout.file_name, count


def _word(name: str, column: str, code: str) -> str:
    return layouts()[name].word(column, code)


def _written_postcode(postcode: str, client_number: str) -> str:
    """Return the postcode as one colleague or another types it."""
    return f"{postcode[:4]} {postcode[4:]}" if int(client_number) % 3 == 0 else postcode


def _trajectory_row(trajectory: Trajectory) -> Row:
    return {
        "Trajectnummer": trajectory.id,
        "Cliëntnummer": trajectory.client_number,
        "Werksoort": _word("trajecten", "service_code", trajectory.service_code),
        "Team": trajectory.team_code,
        "Personeelsnummer": trajectory.worker_number,
        "Opdrachtgever": trajectory.commissioner_code,
        "Aanmelddatum": dutch_date(trajectory.intake_on) if trajectory.has_intake else "",
        "Startdatum": dutch_date(trajectory.started_on),
        "Einddatum": dutch_date(trajectory.ended_on),
        "Reden einde": _word("trajecten", "end_reason_code", trajectory.end_reason_code),
        "Complexiteit": _word("trajecten", "complexity_code", trajectory.complexity_code),
        "Geregistreerd op": dutch_date(trajectory.recorded_on),
    }


def _add_details(rows: dict[str, list[Row]], trajectory: Trajectory) -> None:
    """Add the rows of everything registered under a trajectory, contacts apart."""
    keys: Row = {"Trajectnummer": trajectory.id, "Cliëntnummer": trajectory.client_number}
    for record_id, valid_from, code in trajectory.complexity:
        rows["complexiteit"].append(
            {
                "RegelID": record_id,
                "Trajectnummer": trajectory.id,
                "Ingangsdatum": dutch_date(valid_from),
                "Complexiteit": _word("complexiteit", "complexity_code", code),
                "Geregistreerd op": dutch_date(valid_from),
            }
        )
    for asked in trajectory.help_requests:
        rows["hulpvragen"].append(
            keys
            | {
                "RegelID": asked.id,
                "Hulpvraag": _word("hulpvragen", "help_request_code", asked.code),
                "Datum": dutch_date(asked.requested_on),
                "Geregistreerd op": dutch_date(asked.recorded_on),
            }
        )
    for support in trajectory.support:
        realised = TRUTH_VALUES[support.is_realised]
        rows["ondersteuning"].append(
            keys
            | {
                "RegelID": support.id,
                "Vorm van ondersteuning": _word("ondersteuning", "support_code", support.code),
                "Datum": dutch_date(support.provided_on),
                "Gerealiseerd": _word("ondersteuning", "is_realised", realised),
                "Geregistreerd op": dutch_date(support.recorded_on),
            }
        )
    for referral in trajectory.referrals:
        rows["verwijzingen"].append(
            keys
            | {
                "VerwijzingID": referral.id,
                "Richting": _word("verwijzingen", "direction_code", referral.direction),
                "Partij": _word("verwijzingen", "party_code", referral.party_code),
                "Verwijsdatum": dutch_date(referral.referred_on),
                "Uitkomstdatum": dutch_date(referral.outcome_on),
                "Geregistreerd op": dutch_date(referral.recorded_on),
            }
        )
    for assessment in trajectory.assessments:
        verdict = TRUTH_VALUES[assessment.is_right_first_time]
        rows["beoordelingen"].append(
            keys
            | {
                "BeoordelingID": assessment.id,
                "Beoordelaar": _word("beoordelingen", "assessor_role", assessment.assessor_role),
                "Datum": dutch_date(assessment.assessed_on),
                "In één keer goed": _word("beoordelingen", "is_right_first_time", verdict),
                "Toelichting": assessment.note,
                "Geregistreerd op": dutch_date(assessment.recorded_on),
            }
        )
    for budget in trajectory.budgets:
        rows["budgetten"].append(
            keys
            | {
                "AanvraagID": budget.id,
                "Aanvraagdatum": dutch_date(budget.requested_on),
                "Besluitdatum": dutch_date(budget.decided_on),
                "Aangevraagd bedrag": dutch_number(budget.requested_cents),
                "Toegekend bedrag": dutch_number(budget.granted_cents),
                "Geregistreerd op": dutch_date(budget.recorded_on),
            }
        )


def _codes(organisation: Organisation) -> Iterable[tuple[str, str, str]]:
    """Give list, code and label: what the contracts translate, and what is used as it is."""
    for list_name, file, column in (
        ("werksoort", "trajecten", "service_code"),
        ("hulpvraag", "hulpvragen", "help_request_code"),
        ("ondersteuningsvorm", "ondersteuning", "support_code"),
        ("reden_einde", "trajecten", "end_reason_code"),
        ("verwijspartij", "verwijzingen", "party_code"),
    ):
        for code, label in layouts()[file].words[column].items():
            yield list_name, code, label
    for team in organisation.teams:
        yield "team", team.code, team.label
    for code, label in organisation.commissioners.items():
        yield "opdrachtgever", code, label


def _given(layout: Layout, response: Response) -> list[str]:
    """Return title, age band and answers as texts; what was not asked is blank too."""
    return [
        response.title,
        layout.word("age_band", response.age_band),
        *(
            layout.word(question, response.answers.get(question, ""))
            for question in layout.questions
        ),
    ]


def _american(moment: datetime) -> str:
    """Return a moment as SurveyMonkey writes it: month first, hour not padded."""
    return f"{moment:%m/%d/%Y} {moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}"
