"""Settings of one organisation: settings.toml in its home, overruled by IMPACTKOMPAS_*."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ingest.dutch import AMSTERDAM
from ingest.kept.retention import Terms
from ingest.open_data import Addresses
from orchestration.notify.settings import Notify
from quality.catalogue import CheckChoice, Waiver, check, chosen_checks


class SettingsError(Exception):
    """settings.toml cannot be used; the message says which line to mend."""


class ServiceLimits(BaseModel):
    """What an organisation calls usual for one service; what is not given has no limit here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    youngest: int | None = Field(default=None, ge=0)
    oldest: int | None = Field(default=None, ge=0)
    days_without_contact: int | None = Field(default=None, ge=1)
    longest_days: int | None = Field(default=None, ge=1)


# What holds for a service that an organisation says nothing about.
USUAL_LIMITS = {"JGW": ServiceLimits(youngest=10, oldest=27)}


def _memory_in_mib() -> int:
    """Return the memory of the machine, or of the container that we run in."""
    limit = Path("/sys/fs/cgroup/memory.max")
    of_container = limit.read_text().strip() if limit.exists() else "max"
    of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(of_machine, int(of_container) if of_container.isdigit() else of_machine) >> 20


class Settings(BaseSettings):
    """What an organisation chooses; calculation choices are published beside the figures."""

    model_config = SettingsConfigDict(env_prefix="IMPACTKOMPAS_", extra="forbid", frozen=True)

    organisation_name: str = Field(
        default="Organisatie", description="Naam die bij een nacht en bij `status` staat."
    )
    story_contact: str = Field(
        default="",
        description="Hoe iemand een verhaal terugneemt: een adres of telefoonnummer van de "
        "organisatie, voor de bladzijde voor bewoners. Leeg: bij de medewerker die men kent.",
    )
    is_example: bool = Field(
        default=False, description="Waar als de gegevens verzonnen zijn; de nacht zegt dat erbij."
    )
    as_of: date | None = Field(
        default=None, description="Peildatum van de cijfers; leeg is vandaag, in Amsterdam."
    )
    open_data: str = Field(
        default="live",
        pattern=r"^(example|live|recorded:.+)$",
        description="Waar de open data vandaan komen: het voorbeeld, het CBS zelf, of een map met "
        "opgenomen tabellen.",
    )
    open_data_tables_per_family: int = Field(
        default=3,
        ge=1,
        description="Aantal tabellen per reeks dat bij live wordt opgehaald, de nieuwste eerst.",
    )
    open_data_revisions_kept: int = Field(
        default=3,
        ge=1,
        description="Aantal uitgaven per tabel dat bewaard wordt: cijfers komen uit de nieuwste, "
        "de oudere blijven te raadplegen.",
    )
    open_data_patience_seconds: int = Field(
        default=600, ge=1, description="Seconden die de nacht hooguit op open data wacht."
    )
    pull_patience_seconds: int = Field(
        default=600,
        ge=1,
        description="Seconden die de nacht hooguit wacht op een bron die van een server komt: een "
        "database of SurveyMonkey.",
    )
    cbs_address: str = Field(
        default="opendata.cbs.nl", description="Adres van de open data van het CBS."
    )
    third_party_address: str = Field(
        default="dataderden.cbs.nl",
        description="Adres waar het CBS de open data van derden aanbiedt (Gezondheidsmonitor).",
    )
    month_close_days: int = Field(
        default=30,
        ge=0,
        description="Dagen na het einde van een periode waarin haar cijfers voorlopig blijven.",
    )
    caseload_unit: Literal["persons", "fte"] = Field(
        default="persons", description="Noemer van A13: medewerkers als personen of als fte."
    )
    fte_hours_per_week: int = Field(
        default=36, ge=1, description="Contracturen per week van een voltijdbaan."
    )
    social_legal_aid_service: str = Field(
        default="SRW", description="Code van de werksoort sociaal raadsliedenwerk."
    )
    debt_domain_code: str = Field(
        default="financieel_rondkomen_schulden_beslag",
        description="Code van de hulpvraag die voor rondkomen, schulden en beslag staat.",
    )
    school_social_work_service: str = Field(
        default="SMW", description="Code van de werksoort schoolmaatschappelijk werk."
    )
    censoring_end_reasons: str = Field(
        default="verhuisd,overleden",
        description="Redenen van afsluiting, met komma's ertussen, na welke een kind niet kan "
        "terugkomen (weg van school of uit het gebied): het telt niet mee bij de terugkeer.",
    )
    cultural_background_ground: str = Field(
        default="",
        description="Grondslag om culturele achtergrond (bonusvraag, bijzonder persoonsgegeven) te "
        "verwerken, en wie dat besloot. Leeg: de kolom wordt niet ingenomen.",
    )
    days_without_contact: int = Field(
        default=180,
        ge=1,
        description="Dagen zonder contact waarna een lopend traject te lang stil ligt (P11).",
    )
    services: dict[str, ServiceLimits] = Field(
        default={},
        description="Wat bij een werksoort gewoon is, in een blok `[services.JGW]`: `youngest` en "
        "`oldest` (leeftijd; bij jongerenwerk, JGW, zonder blok 10 en 27), `days_without_contact` "
        "en `longest_days` (duur van een traject). Niet opgegeven is geen grens.",
    )
    minimum_count: int = Field(
        default=10, ge=10, description="Kleinste aantal personen dat getoond wordt."
    )
    releases_kept: int = Field(
        default=14,
        ge=2,
        description="Aantal uitgaven dat bewaard wordt, de nieuwste eerst; terug naar een eerdere "
        "gaat met `impactkompas rollback`.",
    )
    open_figures_day: int = Field(
        default=1,
        ge=1,
        le=28,
        description="Dag van de maand vanaf welke cijfers van open perioden opnieuw worden "
        "uitgegeven. Tot die dag herhaalt elke nacht wat al gezien is, zodat twee nachten niet "
        "verschillen door wie er tussendoor bij kwam.",
    )
    retention: Terms = Field(
        default=Terms(),
        description="Bewaartermijnen, in een blok `[retention]`: originelen na `originals_days` "
        "(30) dagen vernietigd, rijen na `rows_years` (5) jaar verwijderd; voor een bron anders in "
        "`[retention.sources.<bron>]`.",
    )
    notify: Notify = Field(
        default=Notify(),
        description="Wie hoort hoe een nacht afliep, in een blok `[notify]`. Zonder adressen gaat "
        "er niets uit. Geheimen staan er nooit in.",
    )
    checks: dict[str, CheckChoice] = Field(
        default={},
        description="Andere drempel voor een controle, strenger of losser, met reden: een blok "
        "`[checks.C01]` met `reason` en `flag_threshold`, `block_threshold` of `floor_count`.",
    )
    waivers: tuple[Waiver, ...] = Field(
        default=(),
        description="Uitzonderingen: blokken `[[waivers]]` met `check_id`, `reason`, `person` en "
        "`valid_until`, zo nodig met `source_id` of `team_code`. De controle blijft afgekeurd, "
        "maar verlaagt geen cijfer.",
    )
    team_groups: dict[str, str] = Field(
        default={},
        description="Wie de terugmelding en de eigen, niet afgeschermde cijfers van een team mag "
        "lezen: een blok `[team_groups]` met per teamcode een groep van deze machine. Zonder "
        "groep alleen wie de nacht draait.",
    )
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="Waarmee de cijfers berekend worden. De uitkomst is dezelfde; Spark is voor "
        "wie meer rijen heeft dan een machine aankan (docs/how-to/run-on-spark.md).",
    )
    memory_limit: str = Field(
        default="",
        validate_default=True,
        description="Geheugen dat het rekenen mag gebruiken, zoals `2GB`; wat er niet in past gaat "
        "tijdelijk naar schijf. Leeg: de helft van wat de machine heeft, tot 3GB.",
    )

    @field_validator("memory_limit")
    @classmethod
    def _memory_of_the_machine(cls, asked: str) -> str:
        return asked or f"{min(_memory_in_mib() // 2, 3 * 1024)}MiB"

    @field_validator("checks")
    @classmethod
    def _thresholds_that_can_be(cls, checks: dict[str, CheckChoice]) -> dict[str, CheckChoice]:
        chosen_checks(checks)
        return checks

    @field_validator("waivers")
    @classmethod
    def _waived_checks_exist(cls, waivers: tuple[Waiver, ...]) -> tuple[Waiver, ...]:
        for waiver in waivers:
            check(waiver.check_id)
        return waivers

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let what was asked on the command line win, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def of(cls, settings_file: Path, **asked: object) -> "Settings":
        """Return the settings in `settings_file`; what was `asked` (and is not None) wins.

        Raises SettingsError with one line per setting that is wrong.
        """
        bound = type(
            "BoundSettings",
            (cls,),
            {"model_config": SettingsConfigDict(toml_file=settings_file)},
        )
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            settings: Settings = bound(**given)
        except ValidationError as error:
            lines = [
                f"- {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
                for problem in error.errors(include_input=False, include_url=False)
            ]
            raise SettingsError(
                f"{settings_file.name} heeft een instelling die niet kan:\n" + "\n".join(lines)
            ) from None
        return settings

    @property
    def business_date(self) -> date:
        """Return the date that the night computes with, in Amsterdam when none was set."""
        return self.as_of or datetime.now(AMSTERDAM).date()

    @property
    def open_data_addresses(self) -> Addresses:
        """Return where the catalogues of open data are."""
        return Addresses(cbs=self.cbs_address, third_party=self.third_party_address)

    def calculation_choices(self) -> dict[str, str]:
        """Return what dbt computes with, as the rows of raw table run.settings."""
        chosen = {
            "as_of": self.business_date.isoformat(),
            "month_close_days": self.month_close_days,
            "caseload_unit": self.caseload_unit,
            "fte_hours_per_week": self.fte_hours_per_week,
            "social_legal_aid_service": self.social_legal_aid_service,
            "debt_domain_code": self.debt_domain_code,
            "school_social_work_service": self.school_social_work_service,
            "censoring_end_reasons": self.censoring_end_reasons,
            "cultural_background_ground": self.cultural_background_ground,
            "days_without_contact": self.days_without_contact,
        } | {
            f"service:{name}:{service}": value
            for service, limits in (USUAL_LIMITS | self.services).items()
            for name, value in limits.model_dump(exclude_none=True).items()
        }
        return {name: str(value) for name, value in chosen.items()}
