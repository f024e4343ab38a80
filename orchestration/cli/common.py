"""What the commands share: the application, the home, exit codes and errors in sentences."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration import dbt
from orchestration.exit_codes import BUSY, CRASH, FLAGS, HELD, NOT_PUBLISHED, OK, SILENT

__all__ = [
    "BUSY",
    "CRASH",
    "DEFAULT_HOME",
    "FLAGS",
    "HELD",
    "NOT_PUBLISHED",
    "OK",
    "SILENT",
    "HomeOption",
    "app",
    "console",
    "existing_file",
    "explained_errors",
]

app = typer.Typer(
    help="Laat zien wat sociaal werk verandert: van registratie tot KPI, elke nacht.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Its own handle on the terminal: what dbt prints during a night goes to the log instead.
console = Console(file=sys.stdout, highlight=False)

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="IMPACTKOMPAS_HOME",
        help="Map met alles van één organisatie.",
        file_okay=False,
    ),
]
DEFAULT_HOME = Path("data")


def existing_file(file: Path) -> Path:
    """Return the file that is asked for, or leave with a sentence when there is none."""
    if not file.is_file():
        console.print(f"{file} is er niet of is geen bestand.", markup=False, soft_wrap=True)
        raise typer.Exit(FLAGS)
    return file


def explained_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn an error that was foreseen into its sentence; what was not foreseen exits with 10."""

    @wraps(command)
    def command_with_sentences(*arguments: object, **options: object) -> None:
        from exports.release import ReleaseError
        from ingest.contracts import ContractError
        from ingest.definitions.lists import DefinitionsError
        from ingest.deliveries import DeliveryError
        from ingest.drafting import SampleError
        from ingest.kept.backups import BackupError
        from ingest.keys import KeyFileError
        from ingest.ledger import LedgerError
        from ingest.open_data.client import OpenDataError
        from orchestration.own_kpis import KpiError
        from orchestration.run_lock import BusyError, NightError
        from orchestration.settings import SettingsError
        from quality.explain import ExplainError
        from quality.judged_release import ResumeError

        try:
            command(*arguments, **options)
        except BusyError as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(BUSY) from None
        except (
            BackupError,
            ContractError,
            DefinitionsError,
            DeliveryError,
            KeyFileError,
            LedgerError,
            ReleaseError,
            ResumeError,
            NightError,
            SettingsError,
            dbt.DbtError,
        ) as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(NOT_PUBLISHED) from None
        except (ExplainError, KpiError, OpenDataError, SampleError) as error:
            console.print(str(error), markup=False, soft_wrap=True)
            raise typer.Exit(FLAGS) from None
        except typer.Exit:
            raise
        except Exception:
            # The log of a crash belongs in the home that was asked for.
            if home := options.get("home"):
                os.environ["IMPACTKOMPAS_HOME"] = str(home)
            raise

    return command_with_sentences
