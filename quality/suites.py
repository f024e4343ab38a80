"""The suite of every published table, derived from the dbt YAML that declares the table.

Its data tests, its key, its columns and how it is protected become expectations: nothing is listed
by hand. An expectation judges a column of a query on the table, so a condition of a data test, or
a row of another table, is looked up in SQL and only counted here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_pair_values_to_be_equal import (
    ExpectColumnPairValuesToBeEqual,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_be_unique import (
    ExpectColumnValuesToBeUnique,
)
from great_expectations.expectations.expectation import Expectation

from exports.protection import PROTECTED_NUMBERS
from exports.tables import DataTest, PublishedTable, published_tables, quoted
from ingest.dutch import number

_SHOWN = "status = 'getoond'"
_OWN = "design is distinct from 'open_data'"
_KEY = "key"


@dataclass(frozen=True)
class Rule:
    """What must hold of a table; `broken_nl` says in Dutch what is so when it does not.

    A rule that does not block only warns: a registration alone can break it.
    """

    broken_nl: str
    expectation: Expectation
    blocks: bool = True


class Suite:
    """The expectations of one published table, and the queries that give what they judge."""

    def __init__(self, table: PublishedTable, minimum_count: int) -> None:
        """Derive the suite; `minimum_count` is the smallest number of people that is shown."""
        self.table = table
        self._minimum = _as_published(minimum_count)
        self._selected: dict[str, str] = {}
        self.rules = tuple(self._rules())

    @property
    def rows_query(self) -> str | None:
        """Return the query for what `rules` judge of every row; None when there are none."""
        columns = ", ".join(f'{sql} as "{name}"' for name, sql in self._selected.items())
        return f"select {columns} from impact.main.{self.table.name}" if columns else None

    @cached_property
    def key_rule(self) -> Rule:
        """Return the rule for `key_query`: no two rows of the whole table share their key."""
        key = ", ".join(self.table.key)
        return Rule(f"rijen delen hun sleutel ({key})", ExpectColumnValuesToBeUnique(column=_KEY))

    @property
    def key_query(self) -> str:
        """Return the query for one number per row that stands for its key, empty parts included."""
        key = ", ".join(self.table.key)
        return f"select hash({key}) as {_KEY} from impact.main.{self.table.name}"

    @cached_property
    def columns_rule(self) -> Rule:
        """Return the rule for `columns_query`: the names, types and order of the contract."""
        return Rule(
            "kolommen, typen en volgorde zijn niet die van haar beschrijving in dbt",
            ExpectColumnPairValuesToBeEqual(
                column_A="declared", column_B="found", ignore_row_if="neither"
            ),
        )

    @property
    def columns_query(self) -> str:
        """Return the query for the declared columns beside those that are there, by place."""
        declared = ", ".join(
            f"({place}, {quoted(f'{column.name} {column.type}')})"
            for place, column in enumerate(self.table.columns, start=1)
        )
        return f"""
            select coalesce(declared, '') as declared, coalesce(found, '') as found
            from (values {declared}) as declared (place, declared)
            full join (
                select column_index as place, column_name || ' ' || data_type as found
                from duckdb_columns()
                where database_name = 'impact' and table_name = {quoted(self.table.name)}
            ) as found using (place)
        """

    def _rules(self) -> Iterator[Rule]:
        derived = {
            "filled": self._filled,
            "accepted_values": self._accepted_values,
            "relationships": self._relationships,
            "between": self._between,
            "ascending": self._ascending,
        }
        for test in self.table.tests:
            # The key has a query of its own: it is judged over the whole table at once.
            if test.name != "unique_combination":
                yield from derived[test.name](test)
        yield from self._protection_rules()

    def _column(self, sql: str, where: str | None = None) -> str:
        """Select an expression, empty in the rows that `where` leaves out; return its name."""
        name = f"{sql} waar {where}" if where else sql
        self._selected[name] = f"case when {where} then {sql} end" if where else sql
        return name

    def _filled(self, test: DataTest) -> Iterator[Rule]:
        columns = test.arguments["columns"]
        empty = " + ".join(f"cast({column} is null as integer)" for column in columns)
        yield _rule(
            test,
            f"leeg is {_either(columns)}",
            ExpectColumnValuesToBeInSet(column=self._column(empty, test.where), value_set=[0]),
        )

    def _accepted_values(self, test: DataTest) -> Iterator[Rule]:
        yield _rule(
            test,
            f"{test.column} heeft een waarde buiten haar lijst",
            ExpectColumnValuesToBeInSet(
                column=self._column(str(test.column), test.where),
                value_set=test.arguments["values"],
            ),
        )

    def _relationships(self, test: DataTest) -> Iterator[Rule]:
        other, field = _published_name(test.arguments["to"]), test.arguments["field"]
        table = self.table.name
        is_there = (
            f"exists (select 1 from impact.main.{other} as other "
            f"where other.{field} = {table}.{test.column})"
        )
        where = f"{test.column} is not null" + (f" and {test.where}" if test.where else "")
        yield _rule(
            test,
            f"{test.column} noemt een {field} die niet in {other} staat",
            ExpectColumnValuesToBeInSet(column=self._column(is_there, where), value_set=[True]),
        )

    def _between(self, test: DataTest) -> Iterator[Rule]:
        columns = test.arguments["columns"]
        for limit, function, side in (
            ("min_value", "least", "onder"),
            ("max_value", "greatest", "boven"),
        ):
            if (value := test.arguments.get(limit)) is not None:
                extreme = self._column(f"{function}({', '.join(columns)})", test.where)
                yield _rule(
                    test,
                    f"{side} {value} ligt {_either(columns)}",
                    ExpectColumnValuesToBeBetween(column=extreme, **{limit: value}),
                )

    def _ascending(self, test: DataTest) -> Iterator[Rule]:
        columns = test.arguments["columns"]
        for lower, higher in pairwise(columns):
            yield _rule(
                test,
                f"{lower} is groter dan {higher}",
                ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A=self._column(higher, test.where),
                    column_B=self._column(lower, test.where),
                    or_equal=True,
                    ignore_row_if="either_value_is_missing",
                ),
            )

    def _protection_rules(self) -> Iterator[Rule]:
        """Give what holds of protected rows only: hidden is empty, and shown is not of a few."""
        if self.table.protection == "checks":
            for count in ("n_applicable", "n_hit"):
                yield self._at_least(count, None)
        if self.table.protection not in ("figures", "distribution"):
            return
        names = {column.name for column in self.table.columns}
        filled = " + ".join(
            f"cast({name} is not null as integer)" for name in PROTECTED_NUMBERS if name in names
        )
        yield Rule(
            "een cijfer dat niet getoond wordt heeft nog een getal",
            ExpectColumnValuesToBeInSet(
                column=self._column(filled, f"not ({_SHOWN}) and {_OWN}"), value_set=[0]
            ),
        )
        for count in ("n_subjects", "numerator"):
            yield self._at_least(count, f"{_SHOWN} and {_OWN}")
        if self.table.group:
            cells = f"over (partition by {', '.join(self.table.group)})"
            whole = f"bool_and({_SHOWN}) {cells} = bool_or({_SHOWN}) {cells}"
            yield Rule(
                "een verdeling is voor een deel getoond",
                ExpectColumnValuesToBeInSet(column=self._column(whole), value_set=[True]),
            )

    def _at_least(self, count: str, where: str | None) -> Rule:
        return Rule(
            f"{count} toont minder dan {number(self._minimum)}",
            ExpectColumnValuesToBeBetween(
                column=self._column(count, where), min_value=self._minimum
            ),
        )


def _rule(test: DataTest, broken_nl: str, expectation: Expectation) -> Rule:
    condition = f" waar {test.where}" if test.where else ""
    return Rule(f"{broken_nl}{condition}", expectation, blocks=test.severity == "error")


def _either(columns: list[str]) -> str:
    *others, last = columns
    return f"{', '.join(others)} of {last}" if others else last


def _published_name(reference: str) -> str:
    """Return the published name of the mart in "ref('mart')"."""
    source = reference.removeprefix("ref('").removesuffix("')")
    return next(table.name for table in published_tables() if table.source == source)


def _as_published(count: int) -> int:
    """Return a count rounded to 5, as it is published."""
    return 5 * ((2 * count + 5) // 10)
