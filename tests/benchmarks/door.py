"""How fast deliveries go past the door, and whether memory grows with them: part of `make bench`.

Each figure is of a process of its own, on files that it writes first: contacts (11 columns, two
pseudonyms) and clients (19 columns, names, BSN's and a match token). Rates are per second of
processor time, so that they hold per core whatever runs beside it.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

SIZES = {"contacten": (500_000, 2_000_000), "clienten": (250_000, 1_000_000)}
BUDGETS = {"contacten": 300_000, "clienten": 100_000}
CONTRACTS = Path(__file__).parents[2] / "ingest" / "example" / "contracts"
AS_OF = date(2026, 1, 6)


def contact_lines(count: int) -> Iterator[str]:
    yield (
        '"ContactID";"Trajectnummer";"Cliëntnummer";"Personeelsnummer";"Team";"Contactdatum";'
        '"Minuten";"Declarabel";"Soort contact";"Notitie";"Geregistreerd op"\r\n'
    )
    for number in range(count):
        day = f"{1 + number % 28:02d}-{1 + number // 28 % 12:02d}-2025"
        yield (
            f'"C{number:08d}";"T{number % 90_000:07d}";"{number % 50_000:07d}";'
            f'"P{number % 60:04d}";"TEAM{number % 9}";"{day}";"{15 + number % 90}";'
            f'"{"JN"[number % 2]}";"Gesprek";"";"{day}"\r\n'
        )


def client_lines(count: int) -> Iterator[str]:
    yield (
        '"RegistratieID";"Cliëntnummer";"BSN";"Voornaam";"Tussenvoegsel";"Achternaam";"Geslacht";'
        '"Geboortedatum";"Straat";"Huisnummer";"Postcode";"Woonplaats";"Gemeentecode";"Telefoon";'
        '"E-mail";"Inschrijfdatum";"Geregistreerd op"\r\n'
    )
    # A client whose number is zero is nobody.
    for number in range(1, count + 1):
        day = f"{1 + number % 28:02d}-{1 + number // 28 % 12:02d}"
        yield (
            f'"R{number:08d}";"{number:07d}";"{100_000_000 + number}";"Noor";"de";"Naam{number}";'
            f'"V";"{day}-{1940 + number % 70}";"Kade";"{number % 300}";"3071 AB";"Rotterdam";'
            f'"GM0599";"06{number:08d}";"n{number}@example.nl";"{day}-2024";"{day}-2025"\r\n'
        )


LINES = {"contacten": contact_lines, "clienten": client_lines}


def measure(name: str, count: int) -> dict[str, float]:
    """Take one generated delivery in; return processor seconds and the peak of memory in MiB."""
    from ingest.contracts import load_contract
    from ingest.deliveries import take_in
    from ingest.home import Home
    from ingest.landing import Landing
    from ingest.personal_data import PersonalData, Postcodes
    from ingest.pseudonyms import Pseudonyms
    from ingest.readers import open_reader
    from quality.door import judge

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        contract = load_contract(CONTRACTS / f"ecd-{name}.yaml")
        delivery = home.inbox / f"{name}_20260105.csv"
        with delivery.open("w", encoding=contract.encoding, newline="") as file:
            file.writelines(LINES[name](count))
        personal_data = PersonalData(contract, Pseudonyms(home), Postcodes({}, {}))
        began = time.process_time()
        with delivery.open("rb") as data:
            table = open_reader(contract).read(data, contract)
            Landing(contract, personal_data).write(table, home.landing / "bench", "bench")
        landed = time.process_time()
        result = take_in(home, contract, as_of=AS_OF, judge=judge)
        done = time.process_time()
        if result.rows_out != count:
            raise SystemExit(f"{name}: {result.message or result}")
    return {
        "landed": landed - began,
        "whole": done - landed,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def rates() -> dict[str, dict[str, float]]:
    """Return of every kind of delivery the rows per second and per core, and memory per size."""
    found: dict[str, dict[str, float]] = {}
    for name, sizes in SIZES.items():
        for count in sizes:
            done = subprocess.run(
                [sys.executable, "-m", __name__, name, str(count)],
                check=True,
                capture_output=True,
                text=True,
            )
            took = json.loads(done.stdout.splitlines()[-1])
            # The larger size is the one that counts; both tell whether memory grows.
            found[name] = {
                **found.get(name, {}),
                "landed_per_s": round(count / took["landed"]),
                "whole_per_s": round(count / took["whole"]),
                f"memory_mib_{count}": round(took["memory"]),
            }
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - read by the parent
