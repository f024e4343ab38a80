"""Contracts for open data that the organisation added: which tables, and which of their topics."""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

from ingest.contracts import ContractError, read_standard, refuse_faults
from ingest.definitions.lists import built_in
from ingest.home import Home
from ingest.kpi_ids import layer_of, normalised_kpi_id
from ingest.odcs import custom
from ingest.open_data.topics import YEAR, Topic, is_count_unit, plain

CATALOGS = ("CBS", "dataderden")
# In a title: the year or years that a table is about, which differ in the next table.
YEARS = "{year}"
_SERVER = ("table", "title")
_SCHEMA = ("region", "period", "totals")
_TOPIC = ("title", "unit", "group")
_CONTRACT = ("sourceName", "licence")
_ANY_YEARS = r"(?:19|20)\d\d(?: (?:19|20)\d\d)*"


@dataclass(frozen=True)
class AddedTopic:
    """A topic that the organisation added: how it is found, and the impact figure it makes."""

    topic: Topic
    name: str
    definition: str | None

    @property
    def kpi_unit(self) -> str:
        """Return the unit of the figure; one that our list does not have stays the source's own."""
        unit = self.topic.unit
        return {"%": "percentage"}.get(unit, "count" if is_count_unit(unit) else unit)


@dataclass(frozen=True)
class OpenDataContract:
    """One table, or the newest of a series with the same title but for its years.

    `totals` says per other dimension which of its titles (or codes) stands for everybody.
    """

    contract_id: str
    version: str
    catalog: str
    table_id: str | None
    title: str | None
    region: str
    period: str | None
    totals: Mapping[str, str]
    topics: tuple[AddedTopic, ...]
    source_name: str
    licence: str

    @property
    def place(self) -> str:
        """Return where the contract stands in the home."""
        return place_of(self.contract_id)

    @property
    def what(self) -> str:
        """Return what the contract is about, as in a sentence."""
        return f"tabel {self.table_id}" if self.table_id else f"de reeks '{self.title}'"

    def is_about(self, table_id: str, title: str, catalog: str) -> bool:
        """Say whether this contract wants something of a table."""
        if catalog != self.catalog:
            return False
        if self.table_id is not None:
            return table_id.lower() == self.table_id.lower()
        years = plain(YEARS)
        pattern = re.escape(plain(str(self.title))).replace(years, _ANY_YEARS)
        return re.fullmatch(pattern, plain(title)) is not None


def place_of(contract_id: str) -> str:
    """Return where the contract with this id stands in a home."""
    return f"contracts/open-data/{contract_id}.yaml"


def title_of_series(title: str) -> str | None:
    """Return the title with its years left open; None when it has none."""
    if not YEAR.search(title):
        return None
    years = re.escape(YEARS)
    return re.sub(rf"{years}(?:[^\w{{]+{years})+", YEARS, YEAR.sub(YEARS, title.strip()))


def usable_contracts(home: Home) -> tuple[list[OpenDataContract], dict[str, str]]:
    """Return the contracts that can be used, and per contract that has faults what they are.

    In the place of a contract with faults stands its last good copy, if there is one.
    """
    found: list[OpenDataContract] = []
    faults: dict[str, str] = {}
    taken: dict[str, str] = {}
    for file in sorted(home.open_data_contracts.glob("*.yaml")):
        for copy in (file, _kept_copies(home) / file.name):
            if copy != file and not copy.exists():
                break
            try:
                contract = load_open_data_contract(copy)
                _refuse_taken(contract, taken)
            except ContractError as error:
                faults.setdefault(file.stem, str(error))
                continue
            taken |= {each.topic.topic_id: contract.place for each in contract.topics}
            found.append(contract)
            break
    return found, faults


def keep_good_copies(home: Home, faulty: Iterable[str]) -> None:
    """Keep a copy of every contract without faults, and forget those that are gone."""
    files = {file.name: file for file in home.open_data_contracts.glob("*.yaml")}
    folder = _kept_copies(home)
    folder.mkdir(parents=True, exist_ok=True)
    for kept in folder.glob("*.yaml"):
        if kept.name not in files:
            kept.unlink()
    for name, file in files.items():
        if file.stem not in faulty:
            shutil.copyfile(file, folder / name)


def kpi_rows(contracts: Iterable[OpenDataContract]) -> dict[str, dict[str, Any]]:
    """Return, by id, the impact figures that contracts add, as rows of the definition list."""
    return {
        each.topic.topic_id: {
            "kpi_id": each.topic.topic_id,
            "layer": "impact",
            "origin": "eigen",
            "name_nl": each.name,
            "definition_nl": each.definition,
            "unit": each.kpi_unit,
            "requires_age_band": False,
            "per_age_band_only": False,
            "status": "text",
            "confidence": "own",
            "source": f"{contract.source_name}, {contract.what}",
            "notes": contract.licence,
            "definition_version": f"{contract.place} {contract.version}",
        }
        for contract in contracts
        for each in contract.topics
    }


def load_open_data_contract(file: Path) -> OpenDataContract:
    """Load one contract, or raise ContractError with everything that is wrong with it."""
    place = place_of(file.stem)
    document, standard = read_standard(file, place)
    refuse_faults(place, document, standard, _faults(standard))
    [server], [schema] = standard.servers or [], standard.schema_ or []
    wanted, layout = custom(server.customProperties), custom(schema.customProperties)
    told = custom(standard.customProperties)
    return OpenDataContract(
        contract_id=file.stem,
        version=str(standard.version),
        catalog=str(server.catalog),
        table_id=str(wanted["table"]) if "table" in wanted else None,
        title=str(wanted["title"]) if "title" in wanted else None,
        region=str(layout["region"]),
        period=layout.get("period"),
        totals=layout.get("totals") or {},
        topics=tuple(_topic(property_) for property_ in schema.properties or []),
        source_name=str(told["sourceName"]),
        licence=str(told["licence"]),
    )


def topic_of(topic_id: str, *, title: str, unit: str, group: str, minimum: Decimal | None) -> Topic:
    """Return the topic of the column with this title and unit, under a group if one is given."""
    return Topic(
        topic_id=topic_id,
        unit=unit.strip().lower(),
        titles=(re.escape(plain(title)),),
        group=re.escape(plain(group)) if group else None,
        minimum=minimum,
    )


def _topic(property_: SchemaProperty) -> AddedTopic:
    said = custom(property_.customProperties)
    limits = property_.logicalTypeOptions or {}
    return AddedTopic(
        topic=topic_of(
            str(property_.name),
            title=str(said["title"]),
            unit=str(said["unit"]),
            group=str(said.get("group") or ""),
            minimum=Decimal(str(limits["minimum"])) if "minimum" in limits else None,
        ),
        name=str(property_.businessName),
        definition=property_.description,
    )


def _faults(standard: OpenDataContractStandard) -> Iterator[str]:
    """Give every fault as a Dutch sentence, without file name and full stop."""
    told = custom(standard.customProperties)
    yield from _unknown(told, _CONTRACT)
    for name in _CONTRACT:
        if not str(told.get(name) or "").strip():
            yield f"{name} ontbreekt; cijfers van een ander staan er nooit zonder bron en licentie"
    match (standard.servers, standard.schema_):
        case ([server], [schema]):
            wanted = custom(server.customProperties)
            yield from _unknown(wanted, _SERVER)
            if server.catalog not in CATALOGS:
                yield f"catalog is {' of '.join(CATALOGS)}"
            if ("table" in wanted) == ("title" in wanted):
                yield (
                    "er moet een table (een tabelnummer) of een title staan, niet allebei; schrijf "
                    f"in een title {YEARS} op de plaats van de jaren"
                )
            elif "title" in wanted and YEARS not in str(wanted["title"]):
                yield f"title heeft geen {YEARS}; geef anders het tabelnummer als table"
            yield from _schema_faults(schema)
        case _:
            yield "er moet precies een server (de catalogus) en een schema zijn"


def _schema_faults(schema: SchemaObject) -> Iterator[str]:
    layout = custom(schema.customProperties)
    yield from _unknown(layout, _SCHEMA)
    if not layout.get("region"):
        yield "region ontbreekt: de dimensie met gebieden, zoals WijkenEnBuurten of RegioS"
    if not isinstance(layout.get("totals") or {}, dict):
        yield "totals geeft per dimensie de titel van het totaal, zoals {Marges: Waarde}"
    if not schema.properties:
        yield "er staat geen enkel onderwerp onder properties"
    for topic_id, count in Counter(each.name for each in schema.properties or []).items():
        if count > 1:
            yield f"{topic_id} staat er {count} keer"
    for property_ in schema.properties or []:
        for fault in (*topic_id_faults(str(property_.name)), *_topic_faults(property_)):
            yield f"{property_.name}: {fault}"


def topic_id_faults(topic_id: str) -> Iterator[str]:
    """Give what is wrong with an id that an organisation gives to a topic."""
    if normalised_kpi_id(topic_id) != topic_id or not topic_id.startswith("EIGEN-"):
        yield "een eigen onderwerp heet EIGEN-..., in hoofdletters, zoals EIGEN-I-WMO"
    elif layer_of(topic_id) not in (None, "impact"):
        yield "deze letter staat voor een andere laag (R04); open data is impact: EIGEN-I-..."
    elif (topic_id,) in built_in()["kpis"]:
        yield "deze KPI is ingebouwd; kies een andere naam"


def _topic_faults(property_: SchemaProperty) -> Iterator[str]:
    said = custom(property_.customProperties)
    yield from _unknown(said, _TOPIC)
    if not (property_.businessName or "").strip():
        yield "businessName ontbreekt: de naam die lezers van het cijfer zien"
    for name in ("title", "unit"):
        if not str(said.get(name) or "").strip():
            yield f"{name} ontbreekt: de {name} van de kolom bij de bron, want nummers verschuiven"
    minimum = (property_.logicalTypeOptions or {}).get("minimum", 0)
    if isinstance(minimum, bool) or not isinstance(minimum, (int, float)):
        yield "minimum is geen getal"


def _unknown(declared: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for name in declared.keys() - set(known):
        yield f"eigenschap '{name}' is onbekend; kies {', '.join(known)}"


def _refuse_taken(contract: OpenDataContract, taken: Mapping[str, str]) -> None:
    twice = [each.topic.topic_id for each in contract.topics if each.topic.topic_id in taken]
    if twice:
        raise ContractError(
            "\n".join(
                f"{contract.place}: {name} staat ook in {taken[name]}; houd er een."
                for name in twice
            )
        )


def _kept_copies(home: Home) -> Path:
    return home.open_data / "contracts"
