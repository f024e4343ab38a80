"""Errors in the registrations of the ECD: a planter per check."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from ingest.example import AS_OF
from ingest.example.layouts import layouts
from tests.quality_report.delivered import (
    Delivered,
    Row,
    by_day,
    day_of,
    every,
    in_period,
    without,
    written,
)
from tests.quality_report.planting import (
    THIS_MONTH,
    Hit,
    Planter,
    changed,
    copied,
    hits_of,
    month,
    shifted,
    spoil_share,
    year,
)

T, C = "trajecten", "contacten"
LONG_SILENCE = 200


def _word(file: str, column: str, code: str) -> str:
    return layouts()[file].word(column, code)


def _end(row: Row) -> date:
    return day_of(row["Einddatum"]) or date.max


def _is_open(row: Row) -> bool:
    return bool(row["Startdatum"]) and not row["Einddatum"] and not row["Reden einde"]


def _without_help_request(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [row for row in delivered["trajecten"] if planter.covers(delivered, row, "Startdatum")]
    chosen = every(by_day(judged, "Startdatum"), planter.amount(level, len(judged)))
    numbers = {row["Trajectnummer"] for row in chosen}
    delivered.tables["hulpvragen"] = without(
        delivered["hulpvragen"], lambda row: row["Trajectnummer"] in numbers
    )
    return [
        hit
        for row in chosen
        for hit in hits_of(delivered, planter, "trajecten", row, [day_of(row["Startdatum"])])
    ]


def _first_contact(delivered: Delivered, row: Row) -> date | None:
    days = [
        day_of(each["Contactdatum"]) for each in delivered.contacts_of.get(row["Trajectnummer"], ())
    ]
    return min((each for each in days if each), default=None)


def _without_start(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [row for row in delivered["trajecten"] if planter.covers(delivered, row, "Startdatum")]
    hits = []
    with_contact = [
        row for row in judged if in_period(_first_contact(delivered, row), planter.period)
    ]
    for row in every(by_day(with_contact, "Startdatum"), planter.amount(level, len(judged))):
        row["Startdatum"] = ""
        hits += hits_of(delivered, planter, "trajecten", row, [_first_contact(delivered, row)])
    return hits


def _without_list(
    file: str, moment_column: str, moment: str, service: str, day: str
) -> Callable[[Delivered, Planter, float], list[Hit]]:
    """Leave out the lists of one moment of clients with a single trajectory at the service.

    Judged is every trajectory of over 30 days; a list that is missing goes by its trajectory.
    """

    def plant(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
        of_service = [row for row in delivered["trajecten"] if row["Werksoort"] == service]
        count = Counter(row["Cliëntnummer"] for row in of_service)
        judged = [
            row
            for row in of_service
            if planter.covers(delivered, row, day)
            and (day_of(row["Startdatum"]) or AS_OF) + timedelta(days=30) < min(_end(row), AS_OF)
        ]

        def is_wanted(row: Row) -> bool:
            return row[moment_column] == moment and row.get("Werksoort", service) == service

        filled = {row["Cliëntnummer"] for row in delivered[file] if is_wanted(row)}
        right = [
            row
            for row in judged
            if row["Cliëntnummer"] in filled and count[row["Cliëntnummer"]] == 1
        ]
        before = sum(row["Cliëntnummer"] not in filled for row in judged)
        chosen = every(by_day(right, day), max(planter.amount(level, len(judged)) - before, 0))
        clients = {row["Cliëntnummer"] for row in chosen}
        delivered.tables[file] = without(
            delivered[file], lambda row: row["Cliëntnummer"] in clients and is_wanted(row)
        )
        return [
            hit
            for row in chosen
            for hit in hits_of(
                delivered, planter, "trajecten", row | {"LijstID": row["Trajectnummer"]},
                [day_of(row[day])],
            )
        ]  # fmt: skip

    return plant


def _without_contact(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [
        row
        for row in delivered["trajecten"]
        if _is_open(row)
        and row["Team"] == planter.team_code
        and (day_of(row["Startdatum"]) or AS_OF) <= AS_OF - timedelta(days=14)
    ]
    right = [row for row in judged if delivered.contacts_of.get(row["Trajectnummer"])]
    amount = planter.amount(level, len(judged)) - (len(judged) - len(right))
    # Long enough ago to be a case without contact, not so long that it is silent too long (P11).
    by_age = sorted(
        right,
        key=lambda row: (
            not 92 <= (AS_OF - (day_of(row["Startdatum"]) or AS_OF)).days <= 175,
            AS_OF - (day_of(row["Startdatum"]) or AS_OF),
        ),
    )
    chosen = by_age[: max(amount, 0)]
    numbers = {row["Trajectnummer"] for row in chosen}
    delivered.tables["contacten"] = without(
        delivered["contacten"], lambda row: row["Trajectnummer"] in numbers
    )
    return [hit for row in chosen for hit in hits_of(delivered, planter, "trajecten", row, [AS_OF])]


def _contact_outside(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    _, start = planter.period
    judged = [
        row
        for row in delivered["contacten"]
        if planter.covers(delivered, row, "Contactdatum") and row["Trajectnummer"]
    ]
    closed = {
        number
        for number, row in delivered.trajectories.items()
        if row["Team"] == planter.team_code and 20 < (start - _end(row)).days < 120
        if row["Einddatum"]
    }
    movable = [row for row in delivered["contacten"] if row["Trajectnummer"] in closed]
    hits = []
    chosen = every(by_day(movable, "Contactdatum"), planter.amount(level, len(judged), grows=True))
    for place, row in enumerate(chosen):
        day = start + timedelta(days=4 + place % 20)
        row["Contactdatum"] = written(day)
        row["Geregistreerd op"] = written(day + timedelta(days=1))
        hits += hits_of(delivered, planter, "contacten", row, [day])
    return hits


def _long_day(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Make a contact of twelve and a half hours, in weeks in which that is all that is too much."""
    hours = {
        row["Personeelsnummer"]: float(row["Contracturen"].replace(",", "."))
        for row in delivered["medewerkers"]
    }
    days: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in delivered["contacten"]:
        day = day_of(row["Contactdatum"])
        if row["Minuten"] and day:
            days[row["Personeelsnummer"], day].append(row)
    weeks: dict[tuple[str, date], int] = defaultdict(int)
    for (worker, day), rows in days.items():
        monday = day - timedelta(days=day.weekday())
        weeks[worker, monday] += sum(int(row["Minuten"]) for row in rows)
    judged = sorted(
        (day, worker)
        for (worker, day), rows in days.items()
        if rows[0]["Team"] == planter.team_code and in_period(day, planter.period)
    )
    longest = 750
    free = [
        {"worker": worker, "day": day}
        for day, worker in judged
        if weeks[worker, day - timedelta(days=day.weekday())] + longest <= 1.3 * 60 * hours[worker]
        and len(days[worker, day]) == 1
    ]
    taken: set[tuple[str, date]] = set()
    one_a_week = []
    for each in free:
        week = each["worker"], each["day"] - timedelta(days=each["day"].weekday())
        if week not in taken:
            taken.add(week)
            one_a_week.append(each)
    hits = []
    # In every month its own share, since quiet months have more room.
    for start in sorted({day.replace(day=1) for day, _ in judged}):
        of_month = [each for each in one_a_week if each["day"].replace(day=1) == start]
        amount = planter.amount(level, sum(day.replace(day=1) == start for day, _ in judged))
        for each in every(of_month, amount):
            for row in days[each["worker"], each["day"]]:
                row["Minuten"] = str(longest)
                hits += hits_of(delivered, planter, "contacten", row, [each["day"]])
    return hits


def _copied_contacts(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [
        row
        for row in delivered["contacten"]
        if planter.covers(delivered, row, "Contactdatum") and row["Cliëntnummer"]
    ]
    hits = []
    amount = planter.amount(level, len(judged), grows=True)
    for place, row in enumerate(every(by_day(judged, "Contactdatum"), amount)):
        copy = copied(row, {"ContactID": f"C99{place:05d}"})
        delivered["contacten"].append(copy)
        hits += hits_of(delivered, planter, "contacten", copy, [day_of(copy["Contactdatum"])])
    return hits


def _second_trajectory(delivered: Delivered, row: Row, number: str, first: date, last: date) -> Row:
    """Add a trajectory of the same client and service, with its own help requests."""
    new = copied(
        row,
        {
            "Trajectnummer": number,
            "Aanmelddatum": written(first),
            "Startdatum": written(first),
            "Einddatum": written(last),
            "Geregistreerd op": written(first),
        },
    )
    delivered["trajecten"].append(new)
    delivered.trajectories[number] = dict(new)
    asked = [
        copied(each, {"RegelID": f"H{number}{place}", "Trajectnummer": number,
                      "Datum": written(first), "Geregistreerd op": written(first)})
        for place, each in enumerate(delivered["hulpvragen"])
        if each["Trajectnummer"] == row["Trajectnummer"]
    ]  # fmt: skip
    delivered["hulpvragen"].extend(asked)
    return new


def _alone(delivered: Delivered) -> set[str]:
    """Return the clients with a single trajectory."""
    count: dict[str, int] = defaultdict(int)
    for row in delivered["trajecten"]:
        count[row["Cliëntnummer"]] += 1
    return {client for client, trajectories in count.items() if trajectories == 1}


def _overlapping(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [row for row in delivered["trajecten"] if planter.covers(delivered, row, "Startdatum")]
    alone = _alone(delivered)
    long = [
        row
        for row in judged
        if row["Cliëntnummer"] in alone
        and row["Einddatum"]
        and in_period(_end(row), planter.period)
        and (_end(row) - (day_of(row["Startdatum"]) or AS_OF)).days > 20
    ]
    hits = []
    amount = planter.amount(level, len(judged), grows=True)
    for place, row in enumerate(every(by_day(long, "Startdatum"), amount)):
        first = (day_of(row["Startdatum"]) or AS_OF) + timedelta(days=5)
        new = _second_trajectory(
            delivered, row, f"T97{place:05d}", first, _end(row) - timedelta(days=3)
        )
        hits += hits_of(delivered, planter, "trajecten", new, [first, day_of(new["Einddatum"])])
    return hits


def _reopened(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Close a trajectory halfway and register the rest of it as a new one, ten days later."""
    judged = [row for row in delivered[T] if planter.covers(delivered, row, "Einddatum")]
    alone = _alone(delivered)
    long = [
        row
        for row in judged
        if row["Cliëntnummer"] in alone
        and (_end(row) - (day_of(row["Startdatum"]) or AS_OF)).days > 40
        and in_period(day_of(row["Startdatum"]), planter.period)
    ]
    hits = []
    amount = planter.amount(level, len(judged), grows=True)
    for place, row in enumerate(every(by_day(long, "Startdatum"), amount)):
        start, last = day_of(row["Startdatum"]) or AS_OF, _end(row)
        halfway = start + (last - start) // 2
        again = halfway + timedelta(days=10)
        new = _second_trajectory(delivered, row, f"T96{place:05d}", again, last)
        row["Einddatum"] = written(halfway)
        for contact in delivered.contacts_of.get(row["Trajectnummer"], ()):
            if (day_of(contact["Contactdatum"]) or start) > halfway:
                contact["Trajectnummer"] = new["Trajectnummer"]
        hits += hits_of(delivered, planter, T, row, [halfway])
    return hits


def _long_ago(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [row for row in delivered["trajecten"] if planter.covers(delivered, row, "Einddatum")]
    alone = _alone(delivered)
    right = [row for row in judged if row["Cliëntnummer"] in alone]
    hits = []
    for row in every(by_day(right, "Einddatum"), planter.amount(level, len(judged))):
        for column in ("Aanmelddatum", "Startdatum", "Geregistreerd op"):
            day = day_of(row[column])
            row[column] = written(day and day - timedelta(days=3652))
        hits += hits_of(delivered, planter, "trajecten", row, [_end(row), _end(row)])
    return hits


def _never_closed(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    of_team = [row for row in delivered["trajecten"] if row["Team"] == planter.team_code]
    judged = [row for row in of_team if _is_open(row)]
    old = [row for row in of_team if row["Einddatum"] and (AS_OF - _end(row)).days > LONG_SILENCE]
    hits = []
    amount = planter.amount(level, len(judged), grows=True)
    for row in every(by_day(old, "Einddatum")[-200:], amount):
        row["Einddatum"] = row["Reden einde"] = ""
        hits += hits_of(delivered, planter, "trajecten", row, [AS_OF])
    return hits


def _recorded_late(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Record one in eight contacts of a month so many days later; T01 is about days, not shares."""
    judged = [
        row for row in delivered["contacten"] if planter.covers(delivered, row, "Contactdatum")
    ]
    lag = round(level * planter.threshold)
    hits = []
    for row in every(by_day(judged, "Contactdatum"), -(-len(judged) // 8)):
        day = day_of(row["Contactdatum"])
        row["Geregistreerd op"] = written(day and day + timedelta(days=lag))
        if lag > 14:
            hits += hits_of(delivered, planter, "contacten", row, [day])
    return hits


def _in_batches(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    by_worker: dict[str, list[Row]] = defaultdict(list)
    for row in delivered["contacten"]:
        if planter.covers(delivered, row, "Contactdatum"):
            by_worker[row["Personeelsnummer"]].append(row)
    busy = {worker: rows for worker, rows in sorted(by_worker.items()) if len(rows) >= 20}
    hits = []
    for worker in list(busy)[: planter.amount(level, len(busy))]:
        rows = by_day(busy[worker], "Contactdatum")
        late = rows[-(len(rows) * 3 // 5) :]
        batch = max(day_of(row["Contactdatum"]) or AS_OF for row in rows) + timedelta(days=1)
        for row in late:
            row["Geregistreerd op"] = written(batch)
        for row in rows:
            hits += hits_of(delivered, planter, "contacten", row, [day_of(row["Contactdatum"])])
    return hits


def _closed_in_bulk(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Close so many on one day; the rule itself asks for fifteen."""
    _, start = planter.period
    day = start + timedelta(days=(2 - start.weekday()) % 7 + 7)  # the second Wednesday
    of_team = [row for row in delivered["trajecten"] if row["Team"] == planter.team_code]
    near = sorted(
        (
            row
            for row in of_team
            if row["Einddatum"]
            and day < _end(row) < day + timedelta(days=60)
            and (day_of(row["Startdatum"]) or day) < day
        ),
        key=_end,
    )
    there = [row for row in of_team if _end(row) == day]
    hits = []
    moved = near[: max(round(level * 15) - len(there), 0)]
    for row in moved:
        row["Einddatum"] = written(day)
    if level > 1:
        for row in there + moved:
            hits += hits_of(delivered, planter, "trajecten", row, [day])
    return hits


def _same_person_twice(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [
        row for row in delivered["clienten"] if planter.covers(delivered, row, "Inschrijfdatum")
    ]
    hits = []
    whole = [
        row
        for row in judged
        if row["Postcode"] and (day_of(row["Inschrijfdatum"]) or AS_OF).day < 28
    ]
    amount = planter.amount(level, len(judged), grows=True)
    for place, row in enumerate(every(by_day(whole, "Inschrijfdatum"), amount)):
        copy = copied(
            row,
            {
                "RegistratieID": f"CL98{place:05d}",
                "Cliëntnummer": f"98{place:05d}",
                "BSN": "",
                "Inschrijfdatum": shifted("Inschrijfdatum", 1)(row),
                "Geregistreerd op": shifted("Geregistreerd op", 1)(row),
            },
        )
        delivered["clienten"].append(copy)
        hits += hits_of(delivered, planter, "clienten", copy, [day_of(copy["Inschrijfdatum"])])
    return hits


def _recorded(row: Row) -> list[date | None]:
    return [day_of(row["Geregistreerd op"])]


def _in_future(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    open_numbers = {row["Trajectnummer"] for row in delivered[T] if _is_open(row)}
    of_year_before = [
        row
        for row in delivered[C]
        if in_period(day_of(row["Contactdatum"]), month(2025, 11))
        and row["Team"] == planter.team_code
        and row["Trajectnummer"] in open_numbers
    ]
    hits = []
    for row in of_year_before[: planter.amount(level, 0)]:
        day = (day_of(row["Contactdatum"]) or AS_OF).replace(year=2026)
        row["Contactdatum"] = written(day)
        # A day that is still to come is no month to stand in: that of registration is.
        hits += hits_of(delivered, planter, C, row, _recorded(row))
    return hits


def _too_old(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Make young people old: the client is pointed at for every trajectory."""
    alone = _alone(delivered)
    judged = [row for row in delivered[T] if planter.covers(delivered, row, "Startdatum")]
    right = [row for row in judged if row["Cliëntnummer"] in alone]
    clients = {row["Cliëntnummer"]: row for row in delivered["clienten"]}
    hits = []
    for row in every(by_day(right, "Startdatum"), planter.amount(level, len(judged))):
        client = clients[row["Cliëntnummer"]]
        client["Geboortedatum"] = f"{client['Geboortedatum'][:6]}1950"
        pointed = row | {"RegistratieID": client["RegistratieID"], "Personeelsnummer": ""}
        hits += hits_of(
            delivered, planter, T, pointed, [day_of(row["Startdatum"])], as_file="clienten"
        )
    return hits


PLANTERS = (
    Planter(
        "C01",
        "hulpvragen van trajecten weggelaten",
        "A",
        ("ecd.help_requests.help_request_code",),
        "T02",
        year(2024),
        _without_help_request,
    ),
    Planter(
        "C02",
        "Partij leeg bij inkomende verwijzingen",
        "A",
        ("ecd.referrals.party_code",),
        "T01",
        year(2023),
        spoil_share(
            "verwijzingen",
            "Verwijsdatum",
            changed(Partij=""),
            where=lambda _d, row: row["Richting"] == "Inkomend",
            is_wrong=lambda _d, row: not row["Partij"],
        ),
    ),
    Planter(
        "C03",
        "Startdatum leeg",
        "A",
        ("ecd.trajectories.started_on",),
        "T02",
        year(2025),
        _without_start,
    ),
    Planter(
        "C04",
        "Reden einde leeg",
        "A",
        ("ecd.trajectories.ended_on", "ecd.trajectories.end_reason_code"),
        "T03",
        year(2024),
        spoil_share(T, "Einddatum", changed(Reden__einde="")),
    ),
    Planter(
        "C05",
        "Werksoort leeg",
        "B",
        ("ecd.trajectories.service_code",),
        "T04",
        year(2024),
        spoil_share(T, "Startdatum", changed(Werksoort="")),
    ),
    Planter(
        "C06",
        "Postcode en Gemeentecode leeg",
        "A",
        ("ecd.clients.municipality_code",),
        "onbekend",
        month(2024, 9),
        spoil_share(
            "clienten",
            "Inschrijfdatum",
            changed(Postcode="", Gemeentecode=""),
            is_wrong=lambda _d, row: not row["Gemeentecode"] and not row["Postcode"],
        ),
    ),
    Planter(
        "C07",
        "beginlijsten (ZRM) weggelaten",
        "A",
        ("survey.instrument_scores.score",),
        "T05",
        year(2024),
        _without_list("zrm", "Meetmoment", "Begin", "Algemeen maatschappelijk werk", "Startdatum"),
    ),
    Planter(
        "C07",
        "startlijsten schoolmaatschappelijk werk weggelaten",
        "B",
        ("survey.start_slot.burden_score",),
        "T06",
        year(2024),
        _without_list(
            "startslot_smw", "Start of slot", "Start", "Schoolmaatschappelijk werk", "Startdatum"
        ),
    ),
    Planter(
        "C08",
        "eindlijsten (ZRM) weggelaten",
        "A",
        ("survey.instrument_scores.score",),
        "T04",
        year(2023),
        _without_list("zrm", "Meetmoment", "Einde", "Algemeen maatschappelijk werk", "Einddatum"),
    ),
    Planter(
        "C08",
        "slotlijsten schoolmaatschappelijk werk weggelaten",
        "B",
        ("survey.start_slot.frequency_rank",),
        "T06",
        year(2023),
        _without_list(
            "startslot_smw", "Start of slot", "Slot", "Schoolmaatschappelijk werk", "Einddatum"
        ),
    ),
    Planter(
        "C09",
        "Complexiteit 'Onbekend'",
        "A",
        ("ecd.trajectories.complexity_code",),
        "T05",
        year(2023),
        spoil_share(
            T,
            "Startdatum",
            changed(Complexiteit="Onbekend"),
            is_wrong=lambda _d, row: row["Complexiteit"] == "Onbekend",
            where=lambda _d, row: bool(row["Complexiteit"]),
        ),
    ),
    Planter(
        "C10",
        "contacten van lopende trajecten weggelaten",
        "A",
        ("ecd.contacts.contact_on",),
        "T03",
        THIS_MONTH,
        _without_contact,
    ),
    Planter(
        "P01",
        "start- en einddatum verwisseld",
        "B",
        ("ecd.trajectories.ended_on", "ecd.trajectories.started_on"),
        "T07",
        year(2024),
        spoil_share(
            T,
            "Einddatum",
            lambda _d, row: row.update(
                {"Startdatum": row["Einddatum"], "Einddatum": row["Startdatum"]}
            ),
            where=lambda _d, row: (
                row["Startdatum"] != row["Einddatum"]
                and row["Startdatum"][6:] == row["Einddatum"][6:]
            ),
            days=lambda row: [day_of(row["Einddatum"]), day_of(row["Startdatum"])],
        ),
    ),
    Planter(
        "P02",
        "Aanmelddatum drie dagen na Startdatum",
        "A",
        ("ecd.trajectories.intake_on", "ecd.trajectories.started_on"),
        "T01",
        year(2024),
        spoil_share(
            T,
            "Startdatum",
            changed(Aanmelddatum=shifted("Startdatum", 3)),
            where=lambda _d, row: bool(row["Aanmelddatum"]) and row["Startdatum"][3:5] != "12",
            days=lambda row: [day_of(row["Aanmelddatum"]), day_of(row["Startdatum"])],
        ),
    ),
    Planter(
        "P03",
        "Contactdatum een jaar later, na de peildatum",
        "B",
        ("ecd.contacts.contact_on",),
        "T04",
        month(2025, 11),
        _in_future,
    ),
    Planter(
        "P04",
        "Contactdatum 01-01-1970",
        "B",
        ("ecd.contacts.contact_on",),
        "T02",
        year(2023),
        spoil_share(
            C,
            "Geregistreerd op",
            changed(Contactdatum="01-01-1970"),
            where=lambda _d, row: bool(row["Trajectnummer"]),
            days=_recorded,
        ),
    ),
    Planter(
        "P05",
        "Geboortedatum 1950 bij jongerenwerk",
        "A",
        ("ecd.clients.birth_year",),
        "T07",
        year(2025),
        _too_old,
    ),
    Planter(
        "P06",
        "contact verplaatst naar na het einde van het traject",
        "A",
        ("ecd.contacts.contact_on",),
        "T04",
        month(2025, 5),
        _contact_outside,
    ),
    Planter(
        "P07",
        "contact van 750 minuten",
        "B",
        ("ecd.contacts.minutes",),
        "T03",
        year(2025),
        _long_day,
    ),
    Planter(
        "P08",
        "contacten nog eens onder een nieuw nummer",
        "B",
        ("ecd.contacts.minutes",),
        "T04",
        year(2023),
        _copied_contacts,
    ),
    Planter(
        "P09",
        "tweede traject binnen het eerste",
        "B",
        ("ecd.trajectories.started_on", "ecd.trajectories.ended_on"),
        "T03",
        year(2023),
        _overlapping,
    ),
    Planter(
        "P10",
        "start tien jaar eerder",
        "C",
        ("ecd.trajectories.started_on", "ecd.trajectories.ended_on"),
        "T02",
        year(2024),
        _long_ago,
    ),
    Planter(
        "P11",
        "einde en reden weggehaald bij trajecten die al lang stil zijn",
        "A",
        ("ecd.trajectories.ended_on",),
        "T05",
        THIS_MONTH,
        _never_closed,
    ),
    Planter(
        "P12",
        "traject halverwege gesloten, de rest als nieuw traject tien dagen later",
        "B",
        ("ecd.trajectories.ended_on",),
        "T01",
        year(2024),
        _reopened,
    ),
    Planter(
        "P13",
        "Uitkomstdatum leeg bij uitgaande verwijzingen",
        "A",
        ("ecd.referrals.outcome_on",),
        "T03",
        year(2023),
        spoil_share(
            "verwijzingen",
            "Verwijsdatum",
            changed(Uitkomstdatum=""),
            where=lambda _d, row: row["Richting"] == "Uitgaand",
            is_wrong=lambda _d, row: not row["Uitkomstdatum"],
        ),
    ),
    Planter(
        "T01",
        "een op de acht contacten zoveel dagen later geregistreerd",
        "A",
        ("ecd.contacts.contact_on",),
        "T08",
        month(2024, 9),
        _recorded_late,
    ),
    Planter(
        "T03",
        "helft van de contacten van een medewerker op een dag geregistreerd",
        "B",
        ("ecd.contacts.contact_on",),
        "T03",
        month(2024, 3),
        _in_batches,
    ),
    Planter(
        "T04",
        "trajecten op een dag afgesloten",
        "B",
        ("ecd.trajectories.ended_on",),
        "T01",
        month(2025, 6),
        _closed_in_bulk,
    ),
    Planter(
        "T05",
        "hulpvragen geregistreerd voor hun datum",
        "B",
        ("ecd.help_requests.requested_on",),
        "T06",
        year(2024),
        spoil_share("hulpvragen", "Datum", changed(Geregistreerd__op=shifted("Datum", -2))),
    ),
    Planter(
        "K03",
        "cliëntnummer dat niet bestaat",
        "B",
        ("ecd.contacts.client_id",),
        "T08",
        month(2025, 3),
        spoil_share(
            C,
            "Contactdatum",
            changed(Cliëntnummer=lambda row: f"99{row['ContactID'][-5:]}"),
            where=lambda _d, row: bool(row["Cliëntnummer"]),
        ),
    ),
    Planter(
        "K04",
        "trajectnummer dat niet bestaat",
        "B",
        ("ecd.contacts.trajectory_id",),
        "T05",
        year(2024),
        spoil_share(
            C,
            "Contactdatum",
            changed(Trajectnummer="X999"),
            where=lambda _d, row: bool(row["Trajectnummer"]),
        ),
    ),
    Planter(
        "K05",
        "personeelsnummer dat niet bestaat",
        "B",
        ("ecd.contacts.worker_id",),
        "T06",
        year(2025),
        spoil_share(C, "Contactdatum", changed(Personeelsnummer="M99999")),
    ),
    Planter(
        "K06",
        "cliënt nog eens onder een nieuw nummer",
        "B",
        ("ecd.clients.client_id",),
        "onbekend",
        month(2024, 9),
        _same_person_twice,
    ),
    Planter(
        "V01",
        "hulpvraag 'Juridisch: AWBZ', die niet meer geldt",
        "A",
        ("ecd.help_requests.help_request_code",),
        "T02",
        year(2023),
        spoil_share("hulpvragen", "Datum", changed(Hulpvraag="Juridisch: AWBZ")),
    ),
    Planter(
        "V02",
        "vorm 'Belspreekuur', die niet meer geldt",
        "A",
        ("ecd.support_forms.support_code",),
        "T01",
        year(2024),
        spoil_share("ondersteuning", "Datum", changed(Vorm__van__ondersteuning="Belspreekuur")),
    ),
    Planter(
        "V03",
        "werksoort Jongerenwerk bij sociaal raadslieden",
        "B",
        ("ecd.trajectories.service_code",),
        "T01",
        year(2025),
        spoil_share(T, "Startdatum", changed(Werksoort="Jongerenwerk")),
    ),
    Planter(
        "V04",
        "gemeentecode die niet bestaat",
        "A",
        ("ecd.clients.municipality_code",),
        "onbekend",
        year(2025),
        spoil_share(
            "clienten",
            "Inschrijfdatum",
            changed(Gemeentecode="GM1936"),
            where=lambda _d, row: bool(row["Gemeentecode"]),
        ),
    ),
    Planter(
        "V05",
        "gemeente waar de buurt niet in ligt",
        "B",
        ("ecd.clients.buurt_code",),
        "onbekend",
        month(2023, 9),
        spoil_share(
            "clienten",
            "Inschrijfdatum",
            changed(
                Gemeentecode=lambda row: "GM0513" if row["Gemeentecode"] != "GM0513" else "GM0599"
            ),
            where=lambda _d, row: bool(row["Gemeentecode"] and row["Postcode"]),
        ),
    ),
    Planter(
        "V06",
        "postcode zonder vier cijfers",
        "B",
        ("ecd.clients.buurt_code",),
        "onbekend",
        month(2025, 10),
        spoil_share(
            "clienten",
            "Inschrijfdatum",
            changed(Postcode="12 AB"),
            where=lambda _d, row: bool(row["Postcode"]),
        ),
    ),
    Planter(
        "V07",
        "duur van 0 minuten",
        "B",
        ("ecd.contacts.minutes",),
        "T04",
        year(2025),
        spoil_share(C, "Contactdatum", changed(Minuten="0")),
    ),
    Planter(
        "V08",
        "last 11 op een schaal van 1 tot 10",
        "A",
        ("survey.start_slot.burden_score",),
        "T06",
        year(2024),
        spoil_share("startslot_smw", "Datum", changed(**{"Last__(1-10)": "11"})),
    ),
    Planter(
        "S10",
        "Minuten 'veel'",
        "B",
        ("ecd.contacts.*",),
        "T05",
        month(2025, 4),
        spoil_share(C, "Contactdatum", changed(Minuten="veel")),
    ),
)
