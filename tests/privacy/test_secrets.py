"""The password or token of a source is nowhere but in keys/, whatever a night does with it."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ingest.home import Home
from ingest.pulled.secret import kept_from_children, without_secrets
from orchestration.defs.organisation import Organisation
from orchestration.defs.sources import contracted
from tests.unit.surveymonkey_service import TOKEN, Service, server_error, serving
from tests.unit.test_surveymonkey_api import details, document, response


def take_in(home: Home, as_of: date) -> str:
    """Take in the surveys as Dagster does, with its storage in the home; return what it shows."""
    result = dg.materialize(
        [contracted("survey")],
        resources={"organisation": Organisation(home=str(home.root), as_of=as_of.isoformat())},
        instance=dg.DagsterInstance.local_temp(str(home.dagster)),
    )
    return str([each.metadata for each in result.asset_materializations_for_node("take_in_survey")])


def places(home: Home, secret: str) -> list[Path]:
    files = (file for file in home.root.rglob("*") if file.is_file())
    return [file for file in files if secret.encode() in file.read_bytes()]


def test_a_token_is_in_no_file_log_or_metadata_after_a_bad_and_a_good_night(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    secret = home.keys / "surveymonkey.secret"
    secret.write_text(TOKEN)
    secret.chmod(0o600)
    with serving(Service(details(), [response(1), response(2)])) as service:
        contract = yaml.safe_dump(document(service.address), allow_unicode=True)
        (home.contracts / "evaluatie.yaml").write_text(contract, encoding="utf-8")
        home.settings_file.write_text("pull_patience_seconds = 1\n", encoding="utf-8")
        service.fail("details", server_error, times=99)
        shown = take_in(home, date(2026, 1, 4))
        assert "SurveyMonkey geeft foutcode 500" in shown or "de tijd voor deze bron" in shown
    with serving(Service(details(), [response(1), response(2)])) as service:
        contract = yaml.safe_dump(document(service.address), allow_unicode=True)
        (home.contracts / "evaluatie.yaml").write_text(contract, encoding="utf-8")
        shown += take_in(home, date(2026, 1, 5))
    assert "actueel" in shown
    assert TOKEN not in shown
    assert places(home, TOKEN) == [secret]


def test_the_environment_of_another_program_has_no_secret_and_the_night_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMPACTKOMPAS_SECRET_ECD_DATABASE", TOKEN)
    print_environment = [sys.executable, "-c", "import os; print(os.environ)"]
    with kept_from_children():
        inherited = subprocess.run(print_environment, capture_output=True, text=True, check=True)
    given = without_secrets(os.environ)
    assert TOKEN not in inherited.stdout
    assert "IMPACTKOMPAS_SECRET_ECD_DATABASE" not in given
    assert given.keys() == os.environ.keys() - {"IMPACTKOMPAS_SECRET_ECD_DATABASE"}
    assert os.environ["IMPACTKOMPAS_SECRET_ECD_DATABASE"] == TOKEN


def test_what_dagster_keeps_of_a_run_is_its_home_and_how_it_was_asked() -> None:
    assert set(Organisation.model_fields) == {"home", "as_of", "open_data", "engine"}
