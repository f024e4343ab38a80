"""Registration errors planted in the delivered rows: few, and each in one team and month."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ingest.example.deliveries import Row, dutch_date
from ingest.example.layouts import layouts
from ingest.example.registrations import Case, Contact, Trajectory

# Numbers that no client and no municipality has; GM1936 is a typing error for GM1963.
UNKNOWN_CLIENT = "9990001"
UNKNOWN_MUNICIPALITY = "GM1936"


@dataclass(frozen=True)
class Plan:
    """Where the errors of one check go: team, months, and how many at most."""

    team_code: str
    months: tuple[date, ...]
    amount: int


PLANS = {
    "K03": Plan("T03", (date(2025, 3, 1),), 8),
    "V04": Plan("T05", (date(2024, 2, 1),), 4),
    "C01": Plan("T02", (date(2024, 10, 1),), 6),
    "C03": Plan("T03", (date(2025, 2, 1),), 2),
    "C04": Plan("T01", (date(2025, 6, 1),), 4),
    "P01": Plan("T01", (date(2025, 9, 1),), 2),
    "P03": Plan("T03", (date(2025, 11, 1),), 3),
    "P06": Plan("T04", (date(2025, 5, 1),), 25),
    "T01": Plan("T01", (date(2024, 9, 1),), 1_000),
    "S10": Plan("T05", (date(2025, 4, 1),), 5),
}


@dataclass(frozen=True, order=True)
class PlantedError:
    """One planted error, named by the record that the check is to find."""

    check_id: str
    file: str
    record_ref: str
    team_code: str
    month: str


class ErrorPlanter:
    """Spoils rows on their way to the file; what really happened stays as it was."""

    def __init__(self) -> None:
        """Start with nothing planted."""
        self.planted: list[PlantedError] = []
        self._counts: dict[str, int] = defaultdict(int)

    def spoil(self, case: Case, rows: dict[str, list[Row]]) -> None:
        """Plant errors in the rows of one client, which are in the order of the case."""
        if not case.trajectories:
            return
        team_code = case.trajectories[0].team_code
        client_row = rows["clienten"][0]
        if client_row["Gemeentecode"] == "GM1963" and self._takes(
            "V04", team_code, case.client.registered_on
        ):
            client_row["Gemeentecode"] = UNKNOWN_MUNICIPALITY
            self._note(
                "V04", "clienten", client_row["RegistratieID"], team_code, case.client.registered_on
            )
        contact_rows = iter(rows["contacten"])
        for trajectory, row in zip(case.trajectories, rows["trajecten"], strict=True):
            self._spoil_trajectory(trajectory, row, rows)
            for contact in trajectory.contacts:
                self._spoil_contact(trajectory, contact, next(contact_rows))

    def write(self, path: Path) -> None:
        """Write the list of planted errors, sorted."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("check_id", "file", "record_ref", "team_code", "month"))
            for error in sorted(self.planted):
                writer.writerow(
                    (error.check_id, error.file, error.record_ref, error.team_code, error.month)
                )

    def _spoil_trajectory(
        self, trajectory: Trajectory, row: Row, rows: dict[str, list[Row]]
    ) -> None:
        team_code, started_on, ended_on = (
            trajectory.team_code,
            trajectory.started_on,
            trajectory.ended_on,
        )
        last_contact_on = max(
            (contact.contact_on for contact in trajectory.contacts), default=started_on
        )
        # A short trajectory, so that its contacts stay within a week of the wrong end date.
        is_short = started_on.day > 3 and last_contact_on <= started_on + timedelta(days=3)
        if self._takes("C01", team_code, started_on):
            rows["hulpvragen"] = [
                other for other in rows["hulpvragen"] if other["Trajectnummer"] != trajectory.id
            ]
            check_id = "C01"
        # Without a start date the month of registration is all that is left.
        elif _same_month(started_on, trajectory.recorded_on) and self._takes(
            "C03", team_code, started_on
        ):
            row["Startdatum"] = ""
            check_id = "C03"
        elif _same_month(started_on, ended_on) and self._takes("C04", team_code, started_on):
            row["Reden einde" if self._counts["C04"] % 2 else "Einddatum"] = ""
            check_id = "C04"
        elif ended_on and is_short and self._takes("P01", team_code, started_on):
            row["Einddatum"] = dutch_date(started_on - timedelta(days=3))
            check_id = "P01"
        else:
            return
        self._note(check_id, "trajecten", trajectory.id, team_code, started_on)

    def _spoil_contact(self, trajectory: Trajectory, contact: Contact, row: Row) -> None:
        team_code, day = contact.team_code, contact.contact_on
        if self._takes("K03", team_code, day):
            row["Cliëntnummer"] = UNKNOWN_CLIENT
            check_id = "K03"
        elif trajectory.ended_on is None and self._takes("P03", team_code, day):
            day = day.replace(year=day.year + 1)
            row["Contactdatum"] = dutch_date(day)
            check_id = "P03"
        elif _ended_before(trajectory, PLANS["P06"].months[0]) and self._takes(
            "P06", team_code, PLANS["P06"].months[0]
        ):
            day = PLANS["P06"].months[0] + timedelta(days=4 + self._counts["P06"] % 20)
            row["Contactdatum"] = dutch_date(day)
            row["Geregistreerd op"] = dutch_date(day + timedelta(days=1))
            check_id = "P06"
        elif int(contact.id[1:]) % 2 and self._takes("T01", team_code, day):
            row["Geregistreerd op"] = dutch_date(
                day + timedelta(days=16 + self._counts["T01"] % 12)
            )
            check_id = "T01"
        elif self._takes("S10", team_code, day):
            row["Minuten"] = "veel"
            check_id = "S10"
        else:
            return
        self._note(check_id, "contacten", contact.id, team_code, day)

    def _takes(self, check_id: str, team_code: str, day: date) -> bool:
        """Say whether a record of this team and day gets this error, and count it."""
        plan = PLANS[check_id]
        if plan.team_code != team_code or day.replace(day=1) not in plan.months:
            return False
        if self._counts[check_id] >= plan.amount:
            return False
        self._counts[check_id] += 1
        return True

    def _note(
        self, check_id: str, file: str, record_ref: str | int, team_code: str, day: date
    ) -> None:
        self.planted.append(
            PlantedError(
                check_id=check_id,
                file=layouts()[file].file_name,
                record_ref=str(record_ref),
                team_code=team_code,
                month=f"{day:%Y-%m}",
            )
        )


def _same_month(day: date, other: date | None) -> bool:
    return other is not None and day.replace(day=1) == other.replace(day=1)


def _ended_before(trajectory: Trajectory, month: date) -> bool:
    """Say whether a trajectory ended between three weeks and four months before a month."""
    return trajectory.ended_on is not None and 20 < (month - trajectory.ended_on).days < 120
