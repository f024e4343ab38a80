"""What Dagster loads, and the settings of an organisation."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from ingest.dutch import AMSTERDAM
from orchestration import dbt
from orchestration.settings import Settings, SettingsError


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> tuple[dg.Definitions, Path]:
    """The definitions, loaded with a home that does not exist."""
    from orchestration.definitions import defs

    home = tmp_path_factory.mktemp("nobody") / "home"
    dbt.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMPACTKOMPAS_HOME", str(home))
        return defs(), home


def test_loading_the_definitions_touches_no_home(
    definitions: tuple[dg.Definitions, Path],
) -> None:
    loaded, home = definitions
    dg.Definitions.validate_loadable(loaded)
    assert not home.exists()


def test_the_night_is_scheduled_at_four_in_amsterdam_and_off(
    definitions: tuple[dg.Definitions, Path],
) -> None:
    schedule = definitions[0].resolve_schedule_def("nightly_at_four")
    assert schedule.cron_schedule == "0 4 * * *"
    assert schedule.execution_timezone == "Europe/Amsterdam"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def test_one_setting_turns_the_schedule_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.defs.schedules import schedules

    monkeypatch.setenv("IMPACTKOMPAS_NIGHTLY_SCHEDULE", "true")
    (schedule,) = schedules().schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


@pytest.mark.parametrize(
    ("asked_at", "tick", "asks"),
    [
        pytest.param(None, (1, 4, 0), True, id="the first tick of a date"),
        pytest.param((1, 4, 0), (1, 4, 0), True, id="the same tick after the scheduler died"),
        pytest.param((1, 4, 0), (1, 11, 0), False, id="another tick of that date"),
        pytest.param((1, 4, 0), (2, 0, 30), True, id="half past midnight the next day"),
    ],
)
def test_a_date_has_one_scheduled_night(
    asked_at: tuple[int, int, int] | None, tick: tuple[int, int, int], asks: bool, tmp_path: Path
) -> None:
    from orchestration.defs.schedules import BUSINESS_DATE_TAG, one_per_date

    def moment(day: int, hour: int, minute: int) -> datetime:
        # In winter Amsterdam is an hour ahead: half past midnight is the day before in UTC.
        return datetime(2026, 12, day, hour, minute, tzinfo=AMSTERDAM)

    @dg.job
    def night() -> None:
        """Do nothing."""

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        if asked_at:
            at = moment(*asked_at).astimezone(UTC).isoformat()
            tags = {BUSINESS_DATE_TAG: "2026-12-01", ".dagster/scheduled_execution_time": at}
            instance.create_run_for_job(night, tags=tags)
        context = dg.build_schedule_context(instance, moment(*tick).astimezone(UTC))
        asked = one_per_date(context)
    assert isinstance(asked, dg.RunRequest) is asks
    if isinstance(asked, dg.RunRequest):
        assert asked.tags[BUSINESS_DATE_TAG] == f"2026-12-{tick[0]:02}"


def test_the_night_runs_every_asset_and_shows_every_check(
    definitions: tuple[dg.Definitions, Path],
) -> None:
    from exports.tables import published_tables
    from quality.catalogue import catalogue

    loaded, _ = definitions
    job = loaded.resolve_job_def("nightly")
    keys = set(loaded.resolve_all_asset_keys())
    assert dg.AssetKey(["release", "published"]) in keys
    assert job.asset_layer.executable_asset_keys == {
        key for key in keys if loaded.resolve_asset_graph().get(key).is_materializable
    }
    shown = {key.name for key in job.asset_layer.asset_graph.asset_check_keys}
    assert {check.id for check in catalogue() if check.runs_at != ("kpi",)} <= shown
    assert {table.name for table in published_tables()} <= shown
    # Data tests of the marts are read by great-expectations instead.
    assert not [name for name in shown if name.startswith(("filled_", "unique_combination_fct"))]


def test_what_is_asked_wins_over_the_environment_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('as_of = "2026-01-01"\nopen_data = "example"\ncaseload_unit = "fte"\n')
    monkeypatch.setenv("IMPACTKOMPAS_OPEN_DATA", "recorded:/somewhere")
    settings = Settings.of(file, as_of="2026-02-02", open_data=None)
    assert settings.business_date == date(2026, 2, 2)
    assert settings.open_data == "recorded:/somewhere"
    assert settings.calculation_choices()["caseload_unit"] == "fte"


def test_computing_takes_half_of_the_memory_of_the_machine_unless_another_limit_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setattr("orchestration.settings._memory_in_mib", lambda: 4_000)
    assert Settings.of(file).memory_limit == "2000MiB"
    monkeypatch.setattr("orchestration.settings._memory_in_mib", lambda: 64_000)
    assert Settings.of(file).memory_limit == "3072MiB"
    file.write_text('memory_limit = "8GB"\n')
    assert Settings.of(file).memory_limit == "8GB"


def test_the_limits_of_a_service_stand_beside_those_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[services.SRW]\ndays_without_contact = 90\nlongest_days = 365\n")
    chosen = Settings.of(file).calculation_choices()

    assert {name: value for name, value in chosen.items() if name.startswith("service:")} == {
        "service:youngest:JGW": "10",
        "service:oldest:JGW": "27",
        "service:days_without_contact:SRW": "90",
        "service:longest_days:SRW": "365",
    }


def test_an_empty_block_takes_the_usual_limits_of_a_service_away(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[services.JGW]\n")
    chosen = Settings.of(file).calculation_choices()

    assert not [name for name in chosen if name.startswith("service:")]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("minimum_count = 5", "minimum_count"),
        ("[services.JGW]\njongste = 10", "services.JGW.jongste"),
        ('caseload_unit = "hoofden"', "caseload_unit"),
        ("kleur = 3", "kleur"),
        ('open_data = "soms"', "open_data"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, line: str, named: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(line)
    with pytest.raises(SettingsError, match=named):
        Settings.of(file)


@pytest.mark.parametrize("pattern", ["kpi/**/kpi_*", "checks/**/chk_*", "figure_checks/**/chk_*"])
def test_the_lists_of_models_are_made_from_the_folders(pattern: str) -> None:
    dbt.write_model_names()
    listed = dbt.GENERATED.read_text(encoding="utf-8")
    files = list((dbt.PROJECT / "models").glob(f"{pattern}.sql"))
    assert files
    for file in files:
        assert f"'{file.stem}'" in listed
