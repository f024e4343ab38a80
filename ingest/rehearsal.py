"""What a delivery would do: taken in by a home that is gone afterwards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.contracts import SourceContract, load_contract, load_contracts
from ingest.coverage import expected_name
from ingest.deliveries import DeliveryError
from ingest.home import Home
from ingest.kept.persons import CLIENTS
from ingest.raw_tables import raw_tables

_STAGE = ".proef-"


def contracts_for(home: Home, file_name: str, source_id: str | None) -> list[SourceContract]:
    """Return the contracts that would take a file with this name in, or the one that is asked for.

    A draft is tried too. Raises ContractError with the faults of the contract that is asked for,
    and DeliveryError when no contract has such files.
    """
    if source_id is not None:
        file = home.contracts / f"{source_id}.yaml"
        if not file.exists():
            raise DeliveryError(f"contracts/{file.name} bestaat niet.")
        return [load_contract(file)]
    contracts = load_contracts(home.contracts).usable
    found = [each for each in contracts if each.arrival(file_name, date.max)]
    if not found:
        raise DeliveryError(
            "Geen contract neemt een bestand met deze naam in. Hernoem het, of kies een contract "
            "met --source ID; een bron zonder contract begint met 'impactkompas source new'."
        )
    return found


@contextmanager
def rehearsal(home: Home, contract: SourceContract, file: Path, as_of: date) -> Iterator[Home]:
    """Give a home in which this file lies ready for this source, beside what came before.

    What is read there is linked or copied, and everything that is written goes away with it, so
    the real home knows nothing of it. What is written is encrypted or pseudonymised as always.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    for left_behind in home.root.glob(f"{_STAGE}*"):
        shutil.rmtree(left_behind)
    with TemporaryDirectory(prefix=_STAGE, dir=home.root) as folder:
        stage = Home(Path(folder))
        stage.create()
        for known in home.landing.glob("*.*"):
            shutil.copyfile(known, stage.landing / known.name)
        _link(home.landing / contract.source_id, stage.landing / contract.source_id)
        _link(home.keys, stage.keys, pattern="*.key")
        for table in (home.raw / "organisation").glob("*"):
            _link(table, stage.raw / "organisation" / table.name)
        if contract.table.table_name != CLIENTS:
            clients = raw_tables()["ecd", CLIENTS]
            _link(clients.folder(home.raw), clients.folder(stage.raw))
        # No delivery is a link, so this one is copied; it goes away with the rest.
        shutil.copyfile(file, stage.inbox / _name_of(contract, file, as_of))
        yield stage


def _link(folder: Path, to: Path, pattern: str = "*.parquet") -> None:
    """Link files: a file that is replaced there leaves the real one alone."""
    to.mkdir(parents=True, exist_ok=True)
    for file in folder.glob(pattern):
        (to / file.name).symlink_to(file.resolve())


def _name_of(contract: SourceContract, file: Path, as_of: date) -> str:
    """Return the name under which the file would be delivered; its own if that fits."""
    if contract.origin:
        raise DeliveryError(f"{contract.source_id} wordt opgehaald en heeft geen bestanden.")
    if contract.arrival(file.name, as_of):
        return file.name
    name = contract.path.replace("{delivered_on}", f"{as_of:%Y%m%d}").replace("*", "proef")
    if contract.arrival(name, as_of) is None:
        raise DeliveryError(
            "De naam van dit bestand zegt niet waarover het gaat. Hernoem het naar "
            f"{expected_name(contract.path)}."
        )
    return name
