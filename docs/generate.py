"""Write the generated pages of docs, from code, YAML and figures; with --check, judge all pages."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml
from benchmark_pages import FOLDER as BENCHMARKS
from benchmark_pages import pages as benchmark_pages
from page_parts import head as _head
from page_parts import table as _table
from pydantic import BaseModel
from typer.core import TyperGroup
from typer.main import get_group

from exports.tables import published_tables
from ingest.contracts import load_contract
from ingest.definitions.lists import seed
from ingest.example.layouts import CONTRACTS
from ingest.raw_tables import raw_tables
from orchestration.cli import app
from orchestration.report import LAYERS_NL
from orchestration.settings import Settings
from quality.catalogue import SHARE, Check, catalogue
from quality.rules import NOT_IN_CODE, named_tests, rules

ROOT = Path(__file__).parents[1]
DBT = ROOT / "dbt_project"
REFERENCE = ROOT / "docs" / "reference"
QUALITY_REPORT = ROOT / "docs" / "quality-report.json"

KPI_FIELDS_NL = {
    "name_nl": "Naam",
    "definition_nl": "Definitie",
    "intended_effect_nl": "Beoogd effect",
    "linked_impact_ids": "Gekoppelde impact-KPI's",
    "question_ids": "Gekoppelde vragen",
    "formula_nl": "Wat wordt geteld",
    "choice_nl": "Keuze",
    "kind_code": "Soort",
    "unit": "Eenheid",
    "time_behaviour": "Tijd",
    "availability_nl": "Beschikbaarheid",
    "source": "Bron van de tekst",
    "confidence": "Zekerheid van de tekst",
    "notes": "Kanttekening",
}
# What dim_kpi is made of, in order; without an import the lists are what is built in.
DEFINITION_MODELS = (
    "int_kpis",
    "int_intended_effects",
    "int_kpi_question_links",
    "int_effect_rules",
    "int_kpi_definitions",
    "int_open_data_links",
    "dim_kpi",
)
RULE_KINDS_NL = {"enforce": "afgedwongen", "support": "ondersteund", "document": "uitgelegd"}
CLASSES = ("drop", "pseudonymise", "generalise", "keep")
SEVERITIES_NL = {"block": "houdt vast", "flag": "markeert", "info": "meldt"}


def kpis() -> list[dict[str, Any]]:
    """Return the rows of dim_kpi, by its own SQL, in a warehouse without figures."""
    warehouse = duckdb.connect()
    for each in (DBT / "seeds" / "definitions").glob("*.csv"):
        warehouse.read_csv(str(each), header=True).create_view(each.stem)
    warehouse.execute("create view fct_kpi_value as select '' as kpi_id, 0 as value where false")
    render = _renderer()
    for source, table in raw_tables():
        if source == "definition" or (source, table) == ("open_data", "observations"):
            nothing = raw_tables()[source, table].schema().empty_table()
            warehouse.register(f"stg_{source}__{table}", nothing)
    for model in DEFINITION_MODELS:
        (file,) = DBT.glob(f"models/**/{model}.sql")
        warehouse.execute(f"create view {model} as {render(file.read_text(encoding='utf-8'))}")
    # Whether there are figures differs per organisation, so that is not said here.
    found = warehouse.sql("""
        select * replace (
            replace(availability_nl, 'geen gegevens', 'beschikbaar zodra er gegevens zijn')
            as availability_nl
        )
        from dim_kpi
    """)
    layers = list(LAYERS_NL)
    return sorted(
        (dict(zip(found.columns, row, strict=True)) for row in found.fetchall()),
        key=lambda kpi: (
            layers.index(kpi["layer"]),
            kpi["parent_code"] or "",
            re.sub(r"\d+", lambda number: number[0].zfill(4), kpi["kpi_id"]),
        ),
    )


def _renderer() -> Callable[[str], str]:
    """Return what fills in the templates of the definition models, as dbt does on DuckDB."""
    blocks = [
        model["config"]["meta"]["kpi"] | {"model": model["name"]}
        for file in sorted(DBT.glob("models/kpi/**/*.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ())
        if "kpi" in model.get("config", {}).get("meta", {})
    ]
    project = yaml.safe_load((DBT / "dbt_project.yml").read_text(encoding="utf-8"))
    templates = jinja2.Environment(extensions=["jinja2.ext.do"])  # noqa: S701 - SQL, not HTML
    templates.globals |= {
        "ref": str,
        "var": project["vars"].get,
        "dbt": {
            "type_string": lambda: "varchar",
            "escape_single_quotes": lambda text: text.replace("'", "''"),
            "string_literal": lambda text: f"'{text}'",
            "split_part": lambda text, mark, part: f"split_part({text}, {mark}, {part})",
            "listagg": lambda values, mark, order: f"string_agg({values}, {mark} {order})",
        },
    }
    macros = DBT / "macros" / "kpi" / "kpi_metadata.sql"
    literals: Any = templates.from_string(macros.read_text(encoding="utf-8")).module
    templates.globals |= {
        "sql_text": literals.sql_text,
        "sql_boolean": literals.sql_boolean,
        "kpi_metadata": lambda: blocks,
    }
    return lambda sql: templates.from_string(sql).render()


def kpis_page() -> Iterator[str]:
    """Yield the lines about every KPI, by layer and life domain."""
    yield from _head("KPI's", "de definitielijst en de modellen in `dbt_project`")
    (values,) = (table for table in published_tables() if table.name == "kpi_value")
    told = {column.name: column.description for column in values.columns}
    yield from (f"- {told['unit']}", f"- Tijd: {told['time_behaviour']}", "")
    for layer, in_layer in groupby(kpis(), key=lambda kpi: kpi["layer"]):
        yield from (f"## Laag: {LAYERS_NL[layer]}", "")
        for domain, in_domain in groupby(in_layer, key=_life_domain):
            group = list(in_domain)
            yield from (f"### {domain}", "")
            yield from _table(
                ("KPI", "Naam", "Beschikbaarheid"),
                ((_link(kpi["kpi_id"]), kpi["name_nl"], kpi["availability_nl"]) for kpi in group),
            )
            for kpi in group:
                yield from _entry(
                    f"#### {kpi['kpi_id']}",
                    {label: kpi[field] for field, label in KPI_FIELDS_NL.items()}
                    | {"Tegenstrijdigheden in de bron": _links(kpi["contradictions"])},
                )

    yield from ("## Tegenstrijdigheden in de bron", "")
    yield from ("Ze worden niet stilzwijgend opgelost: elke KPI die zij raken noemt ze.", "")
    for each in seed("contradictions"):
        yield from _entry(
            f"### {each['contradiction_id']}", {"Wat": each["text_nl"], "Bron": each["source"]}
        )


def _life_domain(kpi: dict[str, Any]) -> str:
    code = kpi["parent_code"]
    return f"{code} {kpi['parent_name_nl']}" if code else "Zonder leefgebied"


def checks_page() -> Iterator[str]:
    """Yield the lines about every check of the catalogue."""
    yield from _head("Controles", "`quality/checks`")
    yield from _table(
        ("Controle", "Naam", "Gevolg", "Keurt af boven", "Houdt vast of onbetrouwbaar boven"),
        (
            (
                _link(check.id),
                check.name_nl,
                SEVERITIES_NL[check.severity],
                _threshold(check, check.flag_threshold),
                _threshold(check, check.block_threshold),
            )
            for check in catalogue()
        ),
    )
    for check in catalogue():
        rise = check.rise_threshold
        yield from _entry(
            f"## {check.id}",
            {
                "Naam": check.name_nl,
                "Regel": check.rule_nl,
                "Herstel": check.remedy_nl,
                "Eigenaar": check.owner,
                "Grootste toename": _threshold(check, rise) if rise is not None else None,
                "Oordeelt vanaf": f"{check.floor_count} (rijen of personen). {check.floor_note_nl}",
                "Draait bij": ", ".join(check.runs_at),
                "Beoordeelt": _judged(check),
            },
        )


def _threshold(check: Check, threshold: Decimal | None) -> str:
    if threshold is None:
        return "nooit"
    is_share = check.measure_nl == SHARE
    number, unit = (100 * threshold, "%") if is_share else (threshold, check.measure_nl)
    return f"{number.normalize():f} {unit}".replace(".", ",")


def _judged(check: Check) -> str:
    columns = (".".join(column).removesuffix(".*") for column in check.columns)
    return ", ".join(f"`{column}`" for column in columns)


def published_tables_page() -> Iterator[str]:
    """Yield the lines about every published table and its columns."""
    yield from _head("Gepubliceerde tabellen", "de beschrijvingen van de modellen in `dbt_project`")
    for table in published_tables():
        yield from _entry(
            f"## {table.name}",
            {
                "Inhoud": table.description,
                "Sleutel": ", ".join(f"`{name}`" for name in table.key),
            },
        )
        yield from _table(
            ("Kolom", "Type", "Betekenis"),
            ((f"`{each.name}`", each.type, each.description) for each in table.columns),
        )


def settings_page() -> Iterator[str]:
    """Yield the lines about every setting and every command."""
    yield from _head("Instellingen en opdrachten", "`orchestration`")
    yield from ("## Instellingen", "", "In `settings.toml`; een omgevingsvariabele wint.", "")
    prefix = Settings.model_config["env_prefix"]
    yield from _table(
        ("Instelling", "Standaard", "Kan zijn", "Betekenis", "Omgevingsvariabele"),
        ((*cells, f"`{prefix}{name.upper()}`") for name, *cells in _settings(Settings)),
    )
    for block, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel) and (told := list(_settings(type(field.default)))):
            yield from (f"## Instellingen onder `[{block}]`", "")
            yield from _table(
                ("Instelling", "Standaard", "Kan zijn", "Betekenis"),
                (tuple(cells) for _, *cells in told),
            )
    for name, command in _commands(get_group(app)):
        yield from (f"## impactkompas {name}", "", command.help or "", "")
        parameters: list[Any] = command.params
        yield from _table(
            ("Optie", "Standaard", "Betekenis", "Omgevingsvariabele"),
            (
                (
                    ", ".join(f"`{option}`" for option in each.opts),
                    "verplicht" if each.required else _code(each.default),
                    each.help,
                    _code(each.envvar),
                )
                for each in parameters
            ),
        )


def _settings(block: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """Yield of every setting that is described: its name, as code, default, what it can be, why."""
    schema = block.model_json_schema()["properties"]
    for name, field in block.model_fields.items():
        if field.description:
            possible = _possible(schema[name])
            default = None if "blok" in possible or possible == "lijst" else field.default
            yield name, f"`{name}`", _code(default), possible, field.description


def _commands(group: TyperGroup, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command by what one types, those of a group inside the group included."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def rules_page() -> Iterator[str]:
    """Yield the lines about every rule of the rule book: where it lives and what tests it."""
    yield from _head("Regels", "`quality/rules.yml` en de namen van de tests")
    told = (
        "Een afgedwongen regel wordt gecontroleerd of geweigerd, een ondersteunde regel is een "
        "waarschuwing, een veld of een kolom, een uitgelegde regel is voor mensen. De bron is het "
        "document met zijn regels: 003 is de Handleiding KPI-model."
    )
    yield from (told, "")
    yield from _table(
        ("Regel", "Soort", "Wat de regel zegt", "Bron", "Waar zij woont", "Tests met haar naam"),
        (
            (
                rule.id,
                RULE_KINDS_NL[rule.kind],
                rule.rule_nl,
                rule.source,
                ", ".join(
                    place
                    if place.startswith(NOT_IN_CODE)
                    else f"[{Path(place).name}](../../{place})"
                    for place in rule.lives_in
                ),
                ", ".join(f"`{name}`" for _, name in named_tests(rule.id)),
            )
            for rule in rules()
        ),
    )


def personal_data_page() -> Iterator[str]:
    """Yield the lines about every column of the contracts of the example: the input of a DPIA."""
    yield from _head("Gegevens per bron", "de contracten in `ingest/example/contracts`")
    told = (
        "Per contract van het voorbeeld: welke kolommen er komen, wat ermee gebeurt en hoe lang "
        "het bewaard wordt. De contracten van uw organisatie zeggen hetzelfde over uw bronnen; "
        "[de invoer voor een DPIA](../how-to/dpia.md) legt de klassen en de termijnen uit."
    )
    yield from (told, "")
    terms = Settings.model_fields["retention"].default
    for file in sorted(CONTRACTS.glob("*.yaml")):
        contract = load_contract(file)
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield from _entry(
            f"## {written['name']}",
            {
                "Waarvoor": written["description"]["purpose"],
                "Tabel": f"`{contract.table.source_name}.{contract.table.table_name}`",
                "Bewaard": f"originelen {terms.days(contract.source_id)} dagen, "
                f"rijen {terms.years(contract.source_id)} jaar",
            },
        )
        columns = sorted(
            (column for column in contract.columns if column.sources),
            key=lambda column: CLASSES.index(column.classification),
        )
        yield from _table(
            ("Klasse", "Kolommen in de levering"),
            (
                (f"`{class_}`", ", ".join(f"`{column.sources[0]}`" for column in of_class))
                for class_, of_class in groupby(columns, lambda column: column.classification)
            ),
        )


def quality_report_page() -> Iterator[str]:
    """Yield the lines about how good the checks are, as `make quality-report` measured it."""
    report = json.loads(QUALITY_REPORT.read_text(encoding="utf-8"))
    yield from _head("Hoe goed zijn de controles", "`docs/quality-report.json`")
    yield (
        "Van elke controle is de fout in de geleverde bestanden van de voorbeeldorganisatie gezet: "
        "half zo veel als de drempel, precies zo veel en twee keer zo veel. Daarnaast zijn "
        f"{len(report['seeds'])} organisaties zonder fouten beoordeeld, van {report['months']} "
        "maanden. Opnieuw meten: `make quality-report`."
    )
    yield ""
    yield from _table(
        ("Wat", "Gemeten", "Norm"),
        (
            (
                "Fouten van twee keer de drempel: gevonden, en precies de juiste cijfers gemerkt",
                _percentage(report["recall_at_2x"]),
                "≥ 95 %",
            ),
            ("Delen die bij de halve drempel afgekeurd worden", str(report["fired_at_half"]), "0"),
            (
                "Schone leveringen of uitgaven die vastgehouden zijn",
                str(report["false_blocks"]),
                "≤ 1",
            ),
            (
                "Delen van schone gegevens die afgekeurd worden",
                _percentage(report["false_flag_share"]),
                "≤ 2 %",
            ),
            (
                "Gemerkte cijfers met grenzen waarvan de ware waarde ertussen ligt",
                _percentage(report["truth_inside_bounds"]),
                "100 %",
            ),
            (
                "Gemerkte cijfers die te begrenzen zijn",
                _percentage(report["boundable_share"]),
                "-",
            ),
        ),
    )
    yield (
        "Een fout telt als gevonden als de controle dat deel (team en periode) afkeurt of die bron "
        "vasthoudt. Welke cijfers gemerkt moeten worden is los van de controles berekend, uit de "
        "rijen waarin de fout is gezet. Schone gegevens: zonder Q01 en Q02, want dat er weinig "
        "antwoorden zijn is daar gewoon waar. Een streepje is niet gemeten."
    )
    yield ""
    yield (
        "Grenzen zeggen hoever een cijfer kan bewegen door de registraties die een controle "
        "aanwijst, ook als die in een andere maand, gemeente of werksoort staan en hier kunnen "
        "horen. Een registratie of oordeel dat er nooit kwam en waar geen rij op wijst, ziet een "
        "cijfer niet: daar ligt de ware waarde soms buiten de grenzen. Van alle cijfers met "
        "grenzen van de nachten met fouten, ook die niet gemerkt zijn, ligt zij er bij "
        f"{_percentage(report['truth_inside_bounds_of_all_figures'])} tussen."
    )
    yield ""
    yield from _table(
        (
            "Controle",
            "Naam",
            "Fout",
            "Gevallen",
            "0,5x",
            "1x",
            "2x",
            "Te merken cijfers",
            "Gemist",
            "Te veel",
            "Opmerking",
        ),
        (
            (
                f"[{check['id']}](checks.md#{check['id'].lower()})",
                check["name_nl"],
                "; ".join(check["planted_nl"]) or "-",
                str(check["cases"]),
                *(_number(check["fired"][level]) for level in ("0.5", "1", "2")),
                str(check["rows_expected"]),
                str(check["rows_missing"]),
                str(check["rows_extra"]),
                check["remark_nl"] or "-",
            )
            for check in report["checks"]
        ),
    )
    if flags := report["false_flags_by_check"]:
        told = ", ".join(f"{check_id} ({number})" for check_id, number in flags.items())
        yield f"Afgekeurde delen van schone gegevens: {told}."
        yield ""


def _number(number: int | None) -> str:
    return "-" if number is None else str(number)


def _percentage(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %".replace(".", ",")


def _possible(schema: dict[str, Any]) -> str:
    """Return in Dutch which values the JSON schema of a setting allows."""
    kind = schema.get("anyOf", [schema])[0]
    if kind.get("type") == "array":
        return "blokken" if "$ref" in kind["items"] else "lijst"
    if "$ref" in kind or kind.get("type") == "object":
        return "blok"
    if "enum" in kind:
        return " of ".join(f"`{value}`" for value in kind["enum"])
    if "pattern" in kind:
        return f"`{kind['pattern']}`"
    if "maximum" in kind:
        return f"geheel getal van {kind['minimum']} tot en met {kind['maximum']}"
    if "minimum" in kind:
        return f"geheel getal vanaf {kind['minimum']}"
    if kind["type"] == "boolean":
        return "`true` of `false`"
    return "datum (jjjj-mm-dd)" if kind.get("format") == "date" else "tekst"


def _code(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "" if value is None else f"`{value}`"


def _entry(heading: str, facts: dict[str, str | None]) -> Iterator[str]:
    yield from (heading, "")
    yield from (f"- {label}: {' '.join(fact.split())}" for label, fact in facts.items() if fact)
    yield ""


def _link(heading: str) -> str:
    anchor = re.sub(r"[^\w-]", "", heading.lower())
    return f"[{heading}](#{anchor})"


def _links(headings: str) -> str:
    return ", ".join(_link(heading) for heading in headings.split(", "))


PAGES = {
    "kpis.md": kpis_page,
    "checks.md": checks_page,
    "published-tables.md": published_tables_page,
    "settings.md": settings_page,
    "rules.md": rules_page,
    "personal-data.md": personal_data_page,
    "quality-report.md": quality_report_page,
}


def old_pages(pages: dict[Path, str]) -> Iterator[str]:
    """Yield a sentence for each generated page that is not what it would become now."""
    for file, text in pages.items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield f"{file.relative_to(ROOT)} is old: run `make reference`."


def dead_references() -> Iterator[str]:
    """Yield a sentence for each link, make target or command in the pages that is not there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = {
        "make": set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)),
        "impactkompas": set(get_group(app).commands),
    }
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")):
        text = file.read_text(encoding="utf-8")
        page = file.relative_to(ROOT)
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in link and not (file.parent / link).exists():
                yield f"{page} links to {link}, which does not exist."
        # Only in code, since 'make' is a word as well.
        for code in re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL):
            for program, name in re.findall(r"\b(make|impactkompas)\s+([a-z][a-z-]*)", code):
                if name not in known[program]:
                    yield f"{page} names `{program} {name}`, which does not exist."


def main() -> None:
    """Write the pages, or exit with 1 and a sentence per page that is not right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, judge the pages")
    pages = {REFERENCE / name: "\n".join(page()) for name, page in PAGES.items()}
    pages |= {BENCHMARKS / name: "\n".join(lines) for name, lines in benchmark_pages().items()}
    if parser.parse_args().check:
        problems = [*old_pages(pages), *dead_references()]
        print(*problems, sep="\n", end="\n" * bool(problems))
        sys.exit(bool(problems))
    for file, text in pages.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
