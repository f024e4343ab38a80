"""What sqlfluff needs of dbt to render our models: as few words as parse like the real ones."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import yaml

_PROJECT = Path(__file__).parents[1] / "dbt_project.yml"
_META = {"kpi": {"id": "kpi", "period_types": ["year"]}, "check": {"id": "check"}}
_MODEL = SimpleNamespace(name="model", resource_type="model", config=SimpleNamespace(meta=_META))


def _call(function: str) -> Callable[..., str]:
    return lambda *arguments: f"{function}({', '.join(map(str, arguments))})"


execute = True
graph = SimpleNamespace(nodes={"model": _MODEL})
var = yaml.safe_load(_PROJECT.read_text(encoding="utf-8"))["vars"].__getitem__
adapter = SimpleNamespace(dispatch=lambda macro, _package: _call(macro))
dbt = SimpleNamespace(
    date_trunc=lambda part, day: f"date_trunc('{part}', {day})",
    dateadd=lambda part, count, day: f"date_add({day}, interval ({count}) {part})",
    datediff=lambda first, last, part: f"date_diff('{part}', {first}, {last})",
    escape_single_quotes=lambda text: text.replace("'", "''"),
    last_day=lambda day, _part: f"last_day({day})",
    listagg=lambda column, separator, order: f"string_agg({column}, {separator} {order})",
    split_part=lambda text, delimiter, part: f"split_part({text}, {delimiter}, {part})",
    string_literal=lambda text: f"'{text}'",
    type_string=lambda: "varchar",
)
