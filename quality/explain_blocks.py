"""Which table each KPI judges, and why rows of it do not count: from the YAML of its model."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ingest.raw_tables import SOURCES, raw_tables
from ingest.yaml_files import read_yaml

KPI_MODELS = Path(__file__).parents[1] / "dbt_project" / "models" / "kpi"
# A list is one record of a survey, while each of its answers is a row in raw.
RECORD_REF = {"int_survey_responses": "response_id"}
_RAW_TABLES = {"int_survey_responses": ("survey", "answers")}


class Block(BaseModel):
    """`meta.kpi.explain` of a KPI model: which table it judges, and what it leaves out.

    `subject` is the SQL of the subject_key of a row of `records`. `match` says, for columns of the
    observation, what they are in such a row: needed where a subject has rows of several days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    class LeftOut(BaseModel):
        """A condition on a row, and in Dutch why such a row does not count."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        when: str
        why_nl: str

    records: str
    subject: str
    match: dict[str, str] = {}
    left_out: tuple[LeftOut, ...] = ()


@cache
def explain_blocks() -> dict[str, tuple[Block, ...]]:
    """Return the blocks of every KPI with a model of its own, by KPI id."""
    found = {}
    for file in sorted(KPI_MODELS.rglob("*.yml")):
        for model in read_yaml(file).get("models", ()):
            kpi = model.get("config", {}).get("meta", {}).get("kpi")
            if kpi:
                blocks = kpi.get("explain", [])
                blocks = blocks if isinstance(blocks, list) else [blocks]
                found[kpi["id"]] = tuple(Block.model_validate(block) for block in blocks)
    return found


def answers_block(design: str) -> Block:
    """Return what holds for every effect KPI: which filled-in lists count in a design."""
    subject = "'response:' || source_id || ':' || response_id"
    asked = (
        "select subject_key from int_effect_observations "
        "where measure_kind = 'kpi' and measure_id = $kpi_id"
    )
    other = {
        "professional": ("questionnaire <> 'professional'", "lijst van een deelnemer"),
        "afterwards": ("questionnaire = 'professional'", "lijst van een professional"),
    }[design]
    reasons = {
        other[0]: f"{other[1]}: een eigen cijfer",
        f"{subject} not in ({asked})": "geen van de gekoppelde vragen is gesteld",
        f"{subject} not in ({asked} and denominator > 0)": (
            "alleen 'n.v.t.' of niets geantwoord waar het antwoord telt"
        ),
    }
    return Block(
        records="int_survey_responses",
        subject=subject,
        left_out=tuple(Block.LeftOut(when=when, why_nl=why) for when, why in reasons.items()),
    )


def text_literal(why_nl: str) -> str:
    """Return the SQL of a reason."""
    return "'" + why_nl.replace("'", "''") + "'"


def raw_key(records: str) -> tuple[str, str] | None:
    """Return the raw table behind a staging model; None for a model that counts further."""
    source, _, table = records.removeprefix("stg_").partition("__")
    key = _RAW_TABLES.get(records, (source, table))
    return key if key in raw_tables() else None


def table_name(records: str) -> str:
    """Return how the table is called for a person."""
    key = raw_key(records)
    return ".".join(key) if key else records


def generic_reasons(records: str) -> Iterator[tuple[str, str]]:
    """Give the conditions, with the SQL of the reason, that hold for a table whatever the KPI."""
    if key := _counted_once_by().get(records):
        yield (
            f"row_number() over (partition by {key} order by source_id, record_ref) > 1",
            text_literal("zelfde nummer als een eerdere rij, en die telt"),
        )
    if records in _RAW_TABLES:
        yield "left_out_reason is not null", "left_out_reason"


@cache
def _counted_once_by() -> dict[str, str]:
    """Return the staging models of which only the first row per key counts, with that key."""
    return {
        model["name"]: model["config"]["meta"]["counted_once_by"]
        for file in sorted(SOURCES.glob("*/_*__models.yml"))
        for model in read_yaml(file)["models"]
        if "counted_once_by" in model.get("config", {}).get("meta", {})
    }
