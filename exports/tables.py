"""The published tables, as the contracts of the dbt marts declare them, and the SQL from that."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from ingest.yaml_files import read_yaml

MARTS = Path(__file__).parents[1] / "dbt_project" / "models" / "marts"

# What Power BI, Excel and old DuckDB drivers read alike; a HUGEINT would become a DOUBLE.
PublishedType = Literal[
    "BIGINT", "INTEGER", "DECIMAL(18,4)", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN", "VARCHAR"
]


class Column(BaseModel):
    """One column of a published table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: PublishedType
    description: str


class DataTest(BaseModel):
    """One data test of dbt, on one column or on the columns of its arguments.

    `where` says of which rows it holds; with severity `warn` no release waits for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    column: str | None = None
    arguments: dict[str, Any] = {}
    where: str | None = None
    severity: Literal["error", "warn"] = "error"


class PublishedTable(BaseModel):
    """One published table; its key is unique (absent keys included) and orders its rows.

    `group` are the columns that tell one distribution from another: its cells are shown together or
    hidden together. `labels` say in words which row is meant, `sorted_by` gives per column the one
    that orders it, and `hierarchies` name columns from coarse to fine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    source: str | None
    protection: Literal["figures", "distribution", "checks", "none"]
    key: tuple[str, ...]
    group: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    tests: tuple[DataTest, ...] = ()
    labels: tuple[str, ...] = ()
    sorted_by: dict[str, str] = {}
    hierarchies: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _key_has_columns(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names) or not set(self.key) <= set(names):
            raise ValueError(f"{self.name}: a column is named twice, or a key has no column")
        if bool(self.group) != (self.protection == "distribution") or not set(self.group) < set(
            self.key
        ):
            raise ValueError(
                f"{self.name}: a distribution, and nothing else, groups part of its key"
            )
        ordered = {*self.sorted_by, *self.sorted_by.values()}
        levels = {level for hierarchy in self.hierarchies.values() for level in hierarchy}
        if not ordered | levels | set(self.labels) <= set(names):
            raise ValueError(f"{self.name}: a label, order or level is no column")
        return self

    def differences(self, found: dict[str, str]) -> list[str]:
        """Return in Dutch how the columns found (name to type) differ from the declared ones.

        A decimal may be wider or finer than it is published; no other type may differ.
        """
        declared = {column.name: column.type for column in self.columns}
        missing = [f"kolom {name} ontbreekt" for name in declared if name not in found]
        extra = [f"kolom {name} is niet beschreven" for name in found if name not in declared]
        other = [
            f"kolom {name} is {found[name]} en hoort {declared[name]} te zijn"
            for name in declared
            if name in found and _kind(found[name]) != _kind(declared[name])
        ]
        return [f"{self.name}: {difference}" for difference in missing + extra + other]

    def select(self, rows: str) -> str:
        """Return the query that gives `rows` (a query) the declared types and order."""
        columns = ", ".join(
            f"cast({column.name} as {column.type}) as {column.name}" for column in self.columns
        )
        order = ", ".join(f"{name} nulls first" for name in self.key)
        return f"select {columns} from ({rows}) order by {order}"

    def comments(self, schema: str) -> list[str]:
        """Return the statements that describe the table and its columns inside `schema`."""
        table = f"{schema}.{self.name}"
        return [f"comment on table {table} is {quoted(self.description)}"] + [
            f"comment on column {table}.{column.name} is {quoted(column.description)}"
            for column in self.columns
        ]


def _kind(sql_type: str) -> str:
    return sql_type.partition("(")[0]


def quoted(text: str | Path) -> str:
    """Return `text` as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


# The one table that the warehouse does not hold: a night cannot know its own release beforehand.
RUN = PublishedTable(
    name="run",
    description="De nacht waaruit deze uitgave komt. Korrel: een rij.",
    source=None,
    protection="none",
    key=("run_id",),
    columns=(
        Column(name="run_id", type="VARCHAR", description="Nacht; ook de map van deze uitgave."),
        Column(name="as_of", type="DATE", description="Dag waarop de cijfers gelden."),
        Column(name="started_at", type="TIMESTAMP", description="Begin van de nacht (UTC)."),
        Column(name="code_version", type="VARCHAR", description="Versie van de programmatuur."),
        Column(
            name="open_data_origin",
            type="VARCHAR",
            description="Herkomst van de open data: example (voorbeeldtabel), recorded of live.",
        ),
        Column(
            name="minimum_count", type="INTEGER", description="Kleinste aantal dat getoond wordt."
        ),
        Column(
            name="kept_percentage",
            type="INTEGER",
            description="Hoeveel procent van de eigen cijfers die op zichzelf groot genoeg zijn, "
            "ook getoond wordt; de rest is weggelaten of afgeschermd om wat ernaast staat.",
        ),
        Column(
            name="cultural_background_ground",
            type="VARCHAR",
            description="Grondslag waarop culturele achtergrond wordt verwerkt en wie dat besloot; "
            "leeg als zij niet wordt verwerkt.",
        ),
    ),
)


@cache
def published_tables() -> tuple[PublishedTable, ...]:
    """Return every mart that says in its dbt YAML how it is published, by name, and the run."""
    marts = [
        _published(model)
        for file in sorted(MARTS.glob("*/_*__models.yml"))
        for model in read_yaml(file)["models"]
        if "published" in model.get("config", {}).get("meta", {})
    ]
    return (*sorted(marts, key=lambda table: table.name), RUN)


def _published(model: dict[str, Any]) -> PublishedTable:
    declared = model["config"]["meta"]["published"]
    protected = declared["protection"] != "none"
    return PublishedTable(
        **declared,
        description=model["description"]
        + (" Beschermd: kleine aantallen zijn afgeschermd, de rest is afgerond." * protected),
        source=model["name"],
        columns=tuple(
            Column(
                name=column["name"],
                type=column["data_type"].upper(),
                description=column["description"],
            )
            for column in model["columns"]
        ),
        tests=tuple(_tests(model)),
    )


def _tests(model: dict[str, Any]) -> Iterator[DataTest]:
    """Give every data test of a model and of its columns."""
    for column, declared in ((None, model), *((each["name"], each) for each in model["columns"])):
        for test in declared.get("data_tests", ()):
            ((name, options),) = test.items()
            yield DataTest(
                name=name,
                column=column,
                arguments=options["arguments"],
                **options.get("config", {}),
            )
