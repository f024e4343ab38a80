"""Which source columns each KPI reads, from the compiled SQL, so that no check can be forgotten."""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ingest.raw_tables import raw_tables

# Source, table, column.
SourceColumn: TypeAlias = tuple[str, str, str]
SourceColumns: TypeAlias = frozenset[SourceColumn]

NOTHING: SourceColumns = frozenset()
# The parts of a select that get their own treatment; every other part decides which rows remain.
_NOT_A_CLAUSE = {"expressions", "with_", "from_", "joins", "laterals"}


def kpi_columns(manifest: Mapping[str, Any]) -> pa.Table:
    """Return the source columns that every model in models/kpi reads, in any clause.

    Grain: one row per KPI model and source column, as the raw table run.kpi_columns declares.
    A column of a parent counts when the child uses it; what decides the rows of a parent (filters,
    join and group keys) always counts. SQL that cannot be followed counts as reading everything
    that its parents have. A KPI may declare, in `meta.kpi.not_read`, tables of which no row comes
    through its filters: SQL does not show that a filter keeps one side of a union.

    Args:
        manifest: dbt's manifest.json after `dbt compile` or a build: with compiled code.
    """
    lineage = _Lineage(manifest)
    rows = [
        (node["name"], *column)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["fqn"][1] == "kpi"
        for column in lineage.relation_of(unique_id).everything
        if ".".join(column[:2]) not in _not_read(node)
    ]
    schema = raw_tables()["run", "kpi_columns"].schema()
    return pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in sorted(rows)], schema=schema
    )


def _not_read(node: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(node.get("config", {}).get("meta", {}).get("kpi", {}).get("not_read", ()))


def kpi_columns_key(project_dir: Path) -> str:
    """Return a hash that changes when `kpi_columns` could: of SQL, YAML and this file."""
    files = [
        file
        for folder in ("models", "macros")
        for file in (project_dir / folder).rglob("*")
        if file.suffix in {".sql", ".yml"}
    ]
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted([project_dir / "dbt_project.yml", *files]):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(project_dir).as_posix()} {content}\n".encode())
    return digest.hexdigest()


class _CannotFollowError(Exception):
    """The SQL has a form that this module does not follow."""


@dataclass(frozen=True)
class _Relation:
    """What a table or query gives, in source columns."""

    # Source columns behind each output column.
    columns: Mapping[str, SourceColumns]
    # Source columns that decide which rows there are.
    row_columns: SourceColumns = NOTHING
    # What a column that is not in `columns` stands for; None if there can be no other column.
    rest: SourceColumns | None = None

    @classmethod
    def opaque(cls, columns: SourceColumns) -> "_Relation":
        """Return a relation of which any part may depend on all of these source columns."""
        return cls(columns={}, row_columns=columns, rest=columns)

    @cached_property
    def everything(self) -> SourceColumns:
        """All source columns that matter to anything in this relation."""
        return NOTHING.union(self.row_columns, self.rest or NOTHING, *self.columns.values())

    def column(self, name: str) -> SourceColumns | None:
        """Return the source columns behind a column; None if this relation does not have it."""
        return self.columns.get(name, self.rest)

    def renamed(self, names: list[str]) -> "_Relation":
        """Return this relation under the column names of an alias such as `as t (a, b)`."""
        if not names:
            return self
        if self.rest is not None or len(names) != len(self.columns):
            return _Relation.opaque(self.everything)
        by_name = zip((name.lower() for name in names), self.columns.values(), strict=True)
        return _Relation(dict(by_name), self.row_columns)


class _Lineage:
    """The relations of one dbt manifest."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._nodes: Mapping[str, Any] = {**manifest["nodes"], **manifest["sources"]}
        self._dialect: str = manifest["metadata"]["adapter_type"]
        self._found: dict[str, _Relation] = {}

    def relation_of(self, unique_id: str) -> _Relation:
        """Return the relation of a source, seed or model."""
        if unique_id not in self._found:
            node = self._nodes[unique_id]
            read = {"source": self._source, "seed": self._seed, "model": self._model}
            self._found[unique_id] = read[node["resource_type"]](node)
        return self._found[unique_id]

    def _source(self, node: Mapping[str, Any]) -> _Relation:
        source, table = node["source_name"], node["name"]
        names = raw_tables()[source, table].all_columns
        return _Relation({name: frozenset([(source, table, name)]) for name in names})

    def _seed(self, node: Mapping[str, Any]) -> _Relation:
        """Return a relation without source columns: nobody registers what is in a seed."""
        file = Path(node["root_path"], node["original_file_path"])
        with file.open(encoding="utf-8", newline="") as lines:
            return _Relation(dict.fromkeys(next(csv.reader(lines)), NOTHING))

    def _model(self, node: Mapping[str, Any]) -> _Relation:
        if not node.get("compiled_code"):
            raise ValueError(f"Model {node['name']} has no compiled SQL: run `dbt compile` first.")
        parents = {
            unique_id: self.relation_of(unique_id) for unique_id in node["depends_on"]["nodes"]
        }
        try:
            query = sqlglot.parse_one(node["compiled_code"], dialect=self._dialect)
            tables = {
                self._table_name(self._nodes[unique_id]["relation_name"]): relation
                for unique_id, relation in parents.items()
            }
            return _Reader(tables, self._dialect).query(query, _Scope())
        except (SqlglotError, _CannotFollowError):
            return _Relation.opaque(
                NOTHING.union(*(relation.everything for relation in parents.values()))
            )

    def _table_name(self, relation_name: str) -> str:
        select = sqlglot.parse_one(f"select * from {relation_name}", dialect=self._dialect)
        return _table_text(select.find(exp.Table), self._dialect)


def _table_text(table: exp.Table | None, dialect: str) -> str:
    """Return the text of a table without its alias, the same however it was written."""
    if table is None:
        raise _CannotFollowError
    bare = table.copy()
    bare.set("alias", None)
    return bare.sql(dialect=dialect)


@dataclass(frozen=True)
class _Scope:
    """The names that a query can use: common table expressions, and the tables around it."""

    ctes: Mapping[str, _Relation] = field(default_factory=dict)
    tables: Mapping[str, _Relation] = field(default_factory=dict)
    aliases: Mapping[str, SourceColumns] = field(default_factory=dict)
    outer: "_Scope | None" = None

    def resolve(self, column: exp.Column) -> SourceColumns:
        """Return the source columns of a column reference; of everything in reach when in doubt."""
        scope: _Scope | None = self
        while scope is not None:
            found = scope.here(column.table.lower(), column.name.lower())
            if found is not None:
                return found
            scope = scope.outer
        return self.everything

    @property
    def everything(self) -> SourceColumns:
        """All source columns of all tables in reach."""
        here = (table.everything for table in self.tables.values())
        return NOTHING.union(*here, self.outer.everything if self.outer else NOTHING)

    def here(self, table: str, name: str) -> SourceColumns | None:
        """Return the source columns of a name that this very scope knows, or None."""
        if table:
            return self.tables[table].column(name) if table in self.tables else None
        relations = self.tables.values()
        certain = [found.columns[name] for found in relations if name in found.columns]
        possible = [found.rest for found in relations if found.rest is not None]
        if certain:
            return NOTHING.union(*certain, *possible)
        return self.everything if possible else self.aliases.get(name)


@dataclass(frozen=True)
class _Reader:
    """Reads one compiled model."""

    tables: Mapping[str, _Relation]
    dialect: str

    def query(self, query: exp.Expr, scope: _Scope) -> _Relation:
        """Return the relation of a select, union or bracketed query."""
        scope = self._with_ctes(query, scope)
        match query:
            case exp.Select():
                return self._select(query, scope)
            case exp.SetOperation():
                return self._set_operation(query, scope)
            case exp.Subquery() if not {*_filled(query)} - {"this", "alias", "with_"}:
                return self.query(query.this, scope)
        raise _CannotFollowError

    def _with_ctes(self, query: exp.Expr, scope: _Scope) -> _Scope:
        with_ = query.args.get("with_")
        if with_ is None:
            return scope
        if with_.recursive:
            raise _CannotFollowError
        ctes = dict(scope.ctes)
        for cte in with_.expressions:
            inner = _Scope(ctes=ctes, outer=scope.outer)
            ctes[cte.alias.lower()] = self.query(cte.this, inner).renamed(cte.alias_column_names)
        return _Scope(ctes=ctes, outer=scope.outer)

    def _select(self, select: exp.Select, scope: _Scope) -> _Relation:
        joins = select.args.get("joins") or []
        from_ = select.args.get("from_")
        tables: dict[str, _Relation] = {}
        for item in [
            *([from_.this] if from_ else []),
            *(join.this for join in joins),
            *(select.args.get("laterals") or []),
        ]:
            inner = _Scope(ctes=scope.ctes, tables=tables, outer=scope.outer)
            tables[item.alias_or_name.lower()] = self._table(item, inner)

        scope = _Scope(ctes=scope.ctes, tables=tables, outer=scope.outer)
        output = self._projections(select, scope)
        scope = _Scope(scope.ctes, tables, output.columns, scope.outer)
        clauses = [
            part
            for name, value in select.args.items()
            if name not in _NOT_A_CLAUSE
            for part in _as_list(value)
        ]
        row_columns = NOTHING.union(
            *(table.row_columns for table in tables.values()),
            *(self._join_columns(join, scope) for join in joins),
            *(self._columns(part, scope) for part in clauses),
        )
        if select.args.get("distinct") or _groups_by_position(select):
            row_columns = row_columns.union(output.everything)
        return _Relation(output.columns, row_columns, output.rest)

    def _projections(self, select: exp.Select, scope: _Scope) -> _Relation:
        columns: dict[str, SourceColumns] = {}
        rest: SourceColumns | None = None
        for projection in select.expressions:
            if not projection.is_star:
                name = projection.alias_or_name.lower()
                aliases = _Scope(scope.ctes, scope.tables, columns, scope.outer)
                found = self._columns(projection, aliases)
                columns[name] = columns.get(name, NOTHING) | found
                continue
            if _filled(projection.find(exp.Star) or projection):
                raise _CannotFollowError  # `exclude`, `replace`: the positions would be off
            for alias, relation in scope.tables.items():
                if isinstance(projection, exp.Column) and projection.table.lower() != alias:
                    continue
                for name, found in relation.columns.items():
                    columns[name] = columns.get(name, NOTHING) | found
                if relation.rest is not None:
                    rest = (rest or NOTHING) | relation.rest
        return _Relation(columns, rest=rest)

    def _set_operation(self, union: exp.SetOperation, scope: _Scope) -> _Relation:
        left = self.query(union.left, scope)
        right = self.query(union.right, scope)
        row_columns = left.row_columns | right.row_columns
        is_known = left.rest is None and right.rest is None
        if not is_known or len(left.columns) != len(right.columns) or union.args.get("by_name"):
            return _Relation.opaque(left.everything | right.everything)
        columns = {
            name: left.columns[name] | other
            for name, other in zip(left.columns, right.columns.values(), strict=True)
        }
        if union.args.get("distinct") or union.args.get("limit"):
            row_columns = row_columns.union(*columns.values())
        return _Relation(columns, row_columns)

    def _table(self, item: exp.Expr, scope: _Scope) -> _Relation:
        if item.args.get("pivots") or item.args.get("joins"):
            raise _CannotFollowError
        relation = self._unnamed_table(item, scope)
        return relation.renamed(item.alias_column_names)

    def _unnamed_table(self, item: exp.Expr, scope: _Scope) -> _Relation:
        match item:
            case exp.Table():
                text = _table_text(item, self.dialect)
                if not item.db and item.name.lower() in scope.ctes:
                    return scope.ctes[item.name.lower()]
                if text in self.tables:
                    return self.tables[text]
                if isinstance(item.this, exp.Func):
                    return _Relation.opaque(self._columns(item.this, scope))
            case exp.Subquery():
                # A derived table sees what stands around the query, not its neighbours.
                return self.query(item, _Scope(ctes=scope.ctes, outer=scope.outer))
            case exp.Values() | exp.Unnest() | exp.Lateral():
                return _Relation.opaque(self._columns(item, scope))
        raise _CannotFollowError

    def _join_columns(self, join: exp.Join, scope: _Scope) -> SourceColumns:
        if join.method:
            raise _CannotFollowError
        using = [exp.column(column.name) for column in join.args.get("using") or []]
        conditions = [*_as_list(join.args.get("on")), *using]
        return NOTHING.union(*(self._columns(condition, scope) for condition in conditions))

    def _columns(self, expression: exp.Expr, scope: _Scope) -> SourceColumns:
        """Return the source columns of every column in an expression, nested queries included."""
        found = NOTHING
        pending: list[exp.Expr] = [expression]
        while pending:
            node = pending.pop()
            if isinstance(node, exp.Query):
                inner = _Scope(ctes=scope.ctes, outer=scope)
                found |= self.query(node, inner).everything
            elif isinstance(node, exp.Column):
                found |= scope.resolve(node)
            elif isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
                found |= scope.everything
            else:
                pending.extend(node.iter_expressions())
        return found


def _groups_by_position(select: exp.Select) -> bool:
    """Return whether a select groups by column numbers or by `all`."""
    group = select.args.get("group")
    if group is None:
        return False
    return bool(group.args.get("all") or any(key.is_int for key in group.expressions))


def _filled(expression: exp.Expr) -> list[str]:
    return [name for name, value in expression.args.items() if value]


def _as_list(value: Any) -> list[exp.Expr]:
    values = value if isinstance(value, list) else [value]
    return [part for part in values if isinstance(part, exp.Expr)]
