"""The pages of docs/benchmarks, from what `make bench` kept there."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from page_parts import head, table

from tests.benchmarks.figures import GIB, exponent, latest, middle, ratio
from tests.benchmarks.sizes import INGEST, PUBLISHING, TRANSFORMS
from tests.benchmarks.tables import PARTS

FOLDER = Path(__file__).parent / "benchmarks"
LATEST, HISTORY = FOLDER / "latest.json", FOLDER / "history.jsonl"
# DESIGN.md §6: what is measured, the bound, and whether it is a most or a least.
BUDGETS: dict[str, tuple[str, float, str]] = {
    "transform_vs_floor_10m": (
        "Modellen (som van de tijden van dbt) tegen dezelfde SQL als los DuckDB-script, 10 miljoen",
        1.5,
        "≤",
    ),
    "pandas_vs_transform_10m": (
        "Zes KPI's: pandas tegen de modellen, 10 miljoen (hoger is sneller dan pandas)",
        1.5,
        "≥",
    ),
    "memory_vs_pandas_10m": (
        "Zes KPI's: geheugen van de modellen tegen dat van pandas, 10 miljoen",
        0.667,
        "≤",
    ),
    "growth_1m_to_10m": ("Modellen: tijd bij precies tien keer zo veel contacten", 11, "≤"),
    "peak_memory_gib_10m": (
        "Geheugen van alle processen samen tijdens de modellen (GiB), 10 miljoen",
        4,
        "≤",
    ),
    "incremental_share_1pct": (
        "Nacht met 1 % nieuwe rijen tegen alles opnieuw: innemen en modellen",
        0.25,
        "≤",
    ),
    "ingest_rows_per_s_per_core": (
        "Contacten lezen en pseudonimiseren, rijen per seconde en kern",
        300_000,
        "≥",
    ),
}
# What one is told to reckon with; the first is the example itself.
EXAMPLE_WORKERS, EXAMPLE_YEARS, EXAMPLE_CONTACTS = 60, 3, 51_678
WORKERS, YEARS = 250, 5
ORGANISATIONS, MUNICIPALITIES = 500, 342
NIGHT_HOURS = 8
MEMORY, MEMORY_OF_PANDAS = "Geheugen van de modellen", "Geheugen van pandas, zes KPI's"
DISK = "Schijf, alles na de eerste nacht"
Points = list[tuple[float, float]]
HOW = """\
## Hoe er gemeten is

- De organisatie is het voorbeeld, zo vaak als nodig gekopieerd als geleverde bestanden, met in elke
  kopie andere mensen en nummers (`tests/benchmarks/larger.py`). De eerste zestien kopieën hebben
  eigen teams en projecten: ongeveer 1.000 medewerkers. Wat daarboven komt is meer van hetzelfde
  werk: zo groot is geen organisatie.
- Elke ronde begint met een leeg thuis. Na de nacht draaien de andere manieren op dezelfde ruwe
  tabellen, om de beurt. Een tijd telt pas als de uitkomst gelijk is: van het losse script elke
  tabel van de marts, van pandas teller, noemer en aantal van elk cijfer.
- Het losse script is de SQL die dbt zelf compileerde, in een DuckDB-proces met dezelfde
  instellingen. dbt bouwt modellen naast elkaar, en de som van hun tijden telt dubbel wat tegelijk
  liep. De doorlooptijd staat er daarom naast.
- pandas telt zes KPI's (`tests/benchmarks/analyst.py`); daarvoor worden de modellen van die zes
  alleen gebouwd.
- Geheugen is wat alle processen samen vasthouden (resident), vijf keer per seconde gemeten.
- Een stap mag {limit} minuten duren; wat langer duurt is niet geëindigd, en krijgt geen tijd.
- Een nieuwe nacht krijgt 1 % nieuwe rijen als deltalevering: nieuwe cliënten van de laatste maand
  met alles van hen, en van bekende cliënten contacten, deelnames en de rest in die maand. Alles
  opnieuw is de eerste nacht van hetzelfde thuis.

Kleiner, en zonder iets te bewaren: `make bench SIZES=0.1 REPEATS=1`.
"""


def runs() -> list[dict[str, Any]]:
    """Return every run that was kept, the oldest first."""
    if not HISTORY.exists():
        return []
    return [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]


def benchmarks_page() -> Iterator[str]:
    """Yield the lines about the newest run: budgets, times per size, and former runs."""
    yield from head("Hoe snel, en met hoeveel geheugen", "`docs/benchmarks/history.jsonl`", "bench")
    kept = runs()
    if not kept:
        yield from ("Er is nog niet gemeten.", "")
        return
    run = kept[-1]
    yield from _told(run)
    yield from ("## Budgetten", "")
    figures = json.loads(LATEST.read_text(encoding="utf-8"))
    yield from table(
        ("Wat", "Gemeten", "Budget", "Gehaald"),
        (
            (
                told,
                _number(figures[name]),
                f"{sign} {_number(bound)}",
                _verdict(figures[name], bound, sign),
            )
            for name, (told, bound, sign) in BUDGETS.items()
        ),
    )
    yield from _spark(run)
    yield from (
        "Een streepje: deze maat is niet gemeten. Opdracht: `make bench`.",
        "",
        "## Per grootte",
        "",
        "![Seconden per aantal contacten](times.svg)",
        "",
    )
    for size in run["sizes"]:
        yield from _size(size)
    yield from HOW.format(limit=_number(run["limit_minutes"])).splitlines()
    yield ""
    yield from ("## Eerdere metingen", "")
    yield from table(
        ("Datum", "Commit", "Groottes (miljoen)", *BUDGETS),
        (
            (
                each["date"],
                f"`{each['commit']}`",
                ", ".join(
                    _number(size["millions"]) for size in each["sizes"] if "skipped" not in size
                ),
                *(_number(latest(each)[name]) for name in BUDGETS),
            )
            for each in reversed(kept)
        ),
    )


def scale_page() -> Iterator[str]:
    """Yield the lines about what a million rows cost, and what that means for more of them."""
    yield from head("Schaal op papier", "`docs/benchmarks/history.jsonl`", "bench")
    sizes = [
        size
        for run in runs()[-1:]
        for size in run["sizes"]
        if "skipped" not in size and "transforms" in size
    ]
    if len(sizes) < 2:
        yield from ("Er zijn nog geen twee groottes gemeten: `make bench`.", "")
        return
    run, last = runs()[-1], sizes[-1]
    yield from _told(run)
    yield from ("## Wat een miljoen contacten kost", "")
    yield (
        "Gemeten bij de grootste grootte die eindigde, gedeeld door haar miljoenen contacten. De "
        "groei is hoe de kosten toenemen tussen de laatste twee groottes: 1 is even snel als het "
        "aantal contacten, minder is langzamer. Opdracht: `make bench`."
    )
    yield ""
    costs = _costs(sizes)
    yield from table(
        ("Wat", "Gemeten bij (contacten)", "Per miljoen contacten", "Groei"),
        (
            (
                name,
                _number(points[-1][0]),
                f"{_number(points[-1][1] / points[-1][0] * 1e6)} {_unit(name)}",
                _number(exponent(*points[-2:])),
            )
            for name, points in costs.items()
        ),
    )
    yield from _disk(last)
    yield from _for_whom(costs)
    yield from _engines(run, last, costs)


def _told(run: dict[str, Any]) -> Iterator[str]:
    machine = run["machine"]
    yield (
        f"Gemeten op {run['date']}, commit `{run['commit']}`: {machine['cores']} kernen "
        f"({machine['cpu']}), {_number(machine['memory_gib'])} GiB geheugen; "
        f"{run['repeats']} keer, om en om, de mediaan telt."
    )
    yield ""


def _spark(run: dict[str, Any]) -> Iterator[str]:
    for size in reversed(run["sizes"]):
        if found := size.get("spark"):
            equal = found.get("rows_equal")
            told = (
                f"niet gemeten: {found['reason']}"
                if equal is None
                else "elke KPI-rij gelijk"
                if equal
                else "KPI-rijen verschillen"
            )
            yield from (f"Spark bij {_number(size['millions'])} miljoen: {told}.", "")
            return


def _size(size: dict[str, Any]) -> Iterator[str]:
    yield from (f"### {_number(size['millions'])} miljoen contacten", "")
    if "skipped" in size:
        yield from (f"Overgeslagen: {size['skipped']}.", "")
        return
    agreed = (
        f"{_number(size.get('same_rows'))} rijen van de marts zijn gelijk aan die van het losse "
        f"script, {_number(size.get('same_figures'))} cijfers aan die van pandas."
    )
    yield from (
        f"{_number(size['contacts'])} contacten, {_number(size['rows'])} rijen in totaal. {agreed}",
        "",
    )
    yield from table(
        ("Wat", "Seconden", "Miljoen contacten per minuut", "Geheugen (GiB)"),
        (
            (told, _number(seconds), _number(size["contacts"] / seconds * 60 / 1e6), _gib(peak))
            for told, seconds, peak in _rows(size)
            if seconds and seconds >= 0.05
        ),
    )
    for name, reason in size["unfinished"].items():
        yield from (f"{name}: {reason}.", "")
    if part := size.get("incremental"):
        new, full = middle(part["seconds"]), middle(part["full"])
        yield (
            f"Een nacht met {_number(part['new_rows'])} nieuwe rijen (1 %): {_number(new)} s voor "
            f"innemen en modellen, tegen {_number(full)} s voor alles."
        )
        yield ""


def _rows(size: dict[str, Any]) -> Iterator[tuple[str, float | None, float | None]]:
    for name, step in size["steps"].items():
        yield f"Nacht: {name}", step["seconds"], step["peak"]
    for part, title in PARTS.items():
        found = size.get(part, {})
        yield (
            title[0].upper() + title[1:],
            middle(found.get("seconds", [])),
            middle(found.get("peak", [])),
        )
        if part == "transforms" and found:
            yield "Nacht: hele bouw van dbt (doorlooptijd)", middle(found["wall"]), None


def _costs(sizes: list[dict[str, Any]]) -> dict[str, Points]:
    """Return per cost its (contacts, cost) at every size that has it, when there are two."""
    costs: dict[str, Points] = {
        told: [
            (size["contacts"], sum(size["steps"].get(name, {}).get("seconds", 0) for name in names))
            for size in sizes
        ]
        for told, names in (
            ("Innemen", INGEST),
            ("Modellen en controles", (TRANSFORMS,)),
            (PUBLISHING, (PUBLISHING,)),
        )
    }
    for told, part in ((MEMORY, "transforms"), (MEMORY_OF_PANDAS, "pandas")):
        costs[told] = [
            (size["contacts"], (middle(size.get(part, {}).get("peak", [])) or 0) / GIB)
            for size in sizes
        ]
    costs[DISK] = [(size["contacts"], sum(size["disk"].values()) / GIB) for size in sizes]
    known = {told: [point for point in points if point[1]] for told, points in costs.items()}
    return {told: points for told, points in known.items() if len(points) > 1}


def _disk(last: dict[str, Any]) -> Iterator[str]:
    yield from ("Schijf, per miljoen contacten, na de eerste nacht:", "")
    millions = last["contacts"] / 1e6
    names = {
        "originals": "originelen, versleuteld (30 dagen)",
        "landing": "landing (blijft)",
        "raw": "ruw (weg te gooien)",
        "warehouse": "bouwdatabase (weg te gooien)",
        "releases": "een uitgave",
        "frozen": "bevroren cijfers (blijft)",
    }
    yield from table(
        ("Wat", "GiB"),
        ((told, _gib(last["disk"][name] / millions)) for name, told in names.items()),
    )


def _for_whom(costs: dict[str, Points]) -> Iterator[str]:
    one = EXAMPLE_CONTACTS * WORKERS / EXAMPLE_WORKERS * YEARS / EXAMPLE_YEARS
    in_region = 34 * ORGANISATIONS / MUNICIPALITIES
    yield from ("## Een organisatie, 34 gemeenten, Nederland", "")
    yield (
        f"Doorgerekend, niet gemeten. Aangenomen: {WORKERS} medewerkers die contacten registreren "
        f"zoals in het voorbeeld ({_number(EXAMPLE_CONTACTS)} contacten van {EXAMPLE_WORKERS} "
        f"medewerkers in {EXAMPLE_YEARS} jaar), {YEARS} jaar bewaard; {ORGANISATIONS} organisaties "
        f"over {MUNICIPALITIES} gemeenten, alles op een machine als deze. Tussen twee gemeten "
        "groottes is het wat daartussen ligt; daarboven groeit het zoals tussen de laatste twee, "
        "tijd en schijf nooit minder dan evenredig."
    )
    yield ""
    shown = [name for name in costs if name != MEMORY_OF_PANDAS]
    yield from table(
        ("Voor wie", "Miljoen contacten", *(f"{name} ({_unit(name)})" for name in shown)),
        (
            (
                who,
                _number(contacts / 1e6),
                *(_number(_at(contacts, costs[name], name != MEMORY)) for name in shown),
            )
            for who, contacts in (
                ("Een organisatie", one),
                (f"34 gemeenten, {in_region:.0f} organisaties", one * in_region),
                (f"Nederland, {ORGANISATIONS} organisaties", one * ORGANISATIONS),
            )
        ),
    )


def _engines(run: dict[str, Any], last: dict[str, Any], costs: dict[str, Points]) -> Iterator[str]:
    """Say at how many contacts a machine like this one ends, per engine."""
    memory = run["machine"]["memory_gib"]
    yield from ("## Waar welke motor ophoudt", "")
    if points := costs.get(MEMORY_OF_PANDAS):
        yield (
            f"- pandas: alles moet in het geheugen. De {_number(memory)} GiB van deze machine zijn "
            f"vol bij ongeveer {_number(_reaches(memory, points) / 1e6)} miljoen contacten, voor "
            "zes van de KPI's."
        )
    steps = [costs[name] for name in costs if _unit(name) == "s"]
    rows = [points[0] for points in steps[0]]
    night = [(contacts, sum(_at(contacts, each) for each in steps)) for contacts in rows]
    told = "" if PUBLISHING in costs else " (publiceren niet meegeteld: dat is niet gemeten)"
    yield (
        f"- DuckDB: een nacht van {NIGHT_HOURS} uur waarin alles opnieuw gaat is op deze machine "
        f"vol bij ongeveer {_number(_reaches(NIGHT_HOURS * 3600, night) / 1e6)} miljoen "
        f"contacten{told}. Wat niet in het geheugen past gaat naar schijf."
    )
    found = last.get("spark", {})
    if found.get("seconds"):
        times = ratio(middle(found["wall"]), middle(last["transforms"]["wall"]))
        yield (
            f"- Spark: op deze machine {_number(times)} keer zo lang als DuckDB (doorlooptijd). "
            "Zinvol vanaf waar een machine niet genoeg is, op een cluster; dat is niet gemeten."
        )
    else:
        reason = found.get("reason", "niet gedraaid")
        yield (
            f"- Spark: in deze meting niet gemeten ({reason}). Bedoeld voor wat daarboven komt, op "
            "een cluster."
        )
    yield ""


def _at(contacts: float, points: Points, is_never_less: bool = True) -> float:
    """Return a cost at a number of contacts, on the lines between what was measured."""
    place = next((at for at, (rows, _) in enumerate(points) if rows >= contacts), len(points) - 1)
    small, large = points[max(place, 1) - 1], points[max(place, 1)]
    power = exponent(small, large)
    if contacts > large[0] and is_never_less:
        power = max(1.0, power)
    return float(large[1] * (contacts / large[0]) ** power)


def _reaches(most: float, points: Points) -> float:
    """Return at how many contacts a cost gets to a bound, past what was measured."""
    small, large = points[-2:]
    return float(large[0] * (most / large[1]) ** (1 / max(1.0, exponent(small, large))))


def _unit(name: str) -> str:
    return "GiB" if name in (MEMORY, MEMORY_OF_PANDAS, DISK) else "s"


def _verdict(value: float | None, bound: float, sign: str) -> str:
    if value is None:
        return "-"
    return "ja" if (value <= bound if sign == "≤" else value >= bound) else "nee"


def _gib(size: float | None) -> str:
    return "-" if size is None else _number(size / GIB)


def _number(value: float | None) -> str:
    """Return a number as Dutch readers know it, with three digits that say something."""
    if value is None:
        return "-"
    if value == int(value) or abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.{1 if abs(value) >= 10 else 2}f}".rstrip("0").rstrip(".")
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def pages() -> dict[str, Iterable[str]]:
    """Return the lines of every page by its name."""
    return {"README.md": benchmarks_page(), "scale.md": scale_page()}
