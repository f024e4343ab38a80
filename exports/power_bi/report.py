"""The first page of the report: pick a KPI, a period and a breakdown, and see the figures."""

from typing import Any

from exports.power_bi.model import VALUES, Model, stable_id
from exports.power_bi.tmdl import platform
from exports.star import column_caption, table_caption

_DEFINITION = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
_PAGE = "start"
_WIDTH, _HEIGHT = 1280, 720
_MARGIN = 16
_SLICER_WIDTH, _SLICER_HEIGHT = 240, 76
# What a reader picks with, from top to bottom; the last is what a page starts with.
_SLICERS = (
    ("dim_kpi", "layer_nl"),
    ("dim_kpi", "parent_label_nl"),
    ("dim_kpi", "kpi_label_nl"),
    ("dim_period", "period_name_nl"),
    ("dim_region", "region_label_nl"),
    ("dim_service", "service_name_nl"),
)
# Without these a figure is of many rows and every measure is empty.
CHOSEN = (("dim_breakdown", "breakdown_nl", "Totaal"), ("dim_period", "period_type_nl", "Jaar"))
_COLUMNS = (
    ("dim_kpi", "kpi_label_nl"),
    ("dim_design", "design_nl"),
    ("dim_period", "period_name_nl"),
)
_SHOWN = ("value", "interval_low", "interval_high", "n_subjects")


def report_files(model: Model) -> dict[str, str | dict[str, Any]]:
    """Return the files of the report, to be written as JSON."""
    files: dict[str, str | dict[str, Any]] = {
        ".platform": platform("Report"),
        "definition.pbir": {
            "$schema": "https://developer.microsoft.com/json-schemas/fabric/item/report/"
            "definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": "../Impactkompas.SemanticModel"}},
        },
        "definition/version.json": _file("versionMetadata/1.0.0", version="2.0.0"),
        "definition/report.json": _file("report/3.0.0", themeCollection={}),
        "definition/pages/pages.json": _file(
            "pagesMetadata/1.0.0", pageOrder=[_PAGE], activePageName=_PAGE
        ),
        f"definition/pages/{_PAGE}/page.json": _file(
            "page/2.0.0",
            name=_PAGE,
            displayName="KPI's",
            displayOption="FitToPage",
            height=_HEIGHT,
            width=_WIDTH,
            filterConfig={"filters": [_filter(*chosen) for chosen in CHOSEN]},
        ),
    }
    for number, visual in enumerate(_visuals(model)):
        name = stable_id("visual", str(number))[:20]
        files[f"definition/pages/{_PAGE}/visuals/{name}/visual.json"] = _file(
            "visualContainer/2.1.0", name=name, **visual
        )
    return files


def _file(schema: str, **content: Any) -> dict[str, Any]:
    return {"$schema": f"{_DEFINITION}/{schema}/schema.json", **content}


def _visuals(model: Model) -> list[dict[str, Any]]:
    values = table_caption(VALUES)
    step = _SLICER_HEIGHT + _MARGIN
    slicers = [
        _visual(
            (_MARGIN, _MARGIN + place * step, _SLICER_WIDTH, _SLICER_HEIGHT),
            place,
            "slicer",
            {"Values": [_column(*each)]},
            objects={"data": [{"properties": {"mode": _literal("'Dropdown'")}}]},
        )
        for place, each in enumerate(_SLICERS)
    ]
    left = _SLICER_WIDTH + 2 * _MARGIN
    width = _WIDTH - left - _MARGIN
    measures = [_measure(values, column_caption(VALUES, name)) for name in _SHOWN]
    measures += [
        _measure(values, measure.name)
        for table in model.tables
        if table.name == values
        for measure in table.measures
        if measure.name in ("Betrouwbaarheid van het cijfer", "Waarom leeg")
    ]
    trend = {
        "Category": [_column("dim_period", "period_name_nl")],
        "Series": [_column("dim_kpi", "kpi_label_nl")],
        "Y": [_measure(values, column_caption(VALUES, "value"))],
    }
    return [
        *slicers,
        _visual((left, _MARGIN, width, 260), len(slicers), "lineChart", trend),
        _visual(
            (left, 260 + 2 * _MARGIN, width, _HEIGHT - 260 - 3 * _MARGIN),
            len(slicers) + 1,
            "tableEx",
            {"Values": [*(_column(*each) for each in _COLUMNS), *measures]},
        ),
    ]


def _visual(
    place: tuple[int, int, int, int],
    order: int,
    kind: str,
    roles: dict[str, list[dict[str, Any]]],
    objects: dict[str, Any] | None = None,
) -> dict[str, Any]:
    x, y, width, height = place
    return {
        "position": {
            "x": x,
            "y": y,
            "z": order * 1000,
            "height": height,
            "width": width,
            "tabOrder": order,
        },
        "visual": {
            "visualType": kind,
            "query": {
                "queryState": {role: {"projections": fields} for role, fields in roles.items()}
            },
            **({"objects": objects} if objects else {}),
            "drillFilterOtherVisuals": True,
        },
    }


def _column(table: str, column: str) -> dict[str, Any]:
    return _projection("Column", table_caption(table), column_caption(table, column))


def _measure(table: str, name: str) -> dict[str, Any]:
    return _projection("Measure", table, name)


def _projection(kind: str, table: str, name: str) -> dict[str, Any]:
    return {
        "field": {kind: {"Expression": {"SourceRef": {"Entity": table}}, "Property": name}},
        "queryRef": f"{table}.{name}",
        "nativeQueryRef": name,
    }


def _literal(value: str) -> dict[str, Any]:
    return {"expr": {"Literal": {"Value": value}}}


def _filter(table: str, column: str, value: str) -> dict[str, Any]:
    """Return a filter of the page that keeps one value of a column, until a reader changes it."""
    entity, name = table_caption(table), column_caption(table, column)
    return {
        "name": stable_id("filter", table, column)[:20],
        "field": {"Column": {"Expression": {"SourceRef": {"Entity": entity}}, "Property": name}},
        "type": "Categorical",
        "filter": {
            "Version": 2,
            "From": [{"Name": "t", "Entity": entity, "Type": 0}],
            "Where": [
                {
                    "Condition": {
                        "In": {
                            "Expressions": [
                                {
                                    "Column": {
                                        "Expression": {"SourceRef": {"Source": "t"}},
                                        "Property": name,
                                    }
                                }
                            ],
                            "Values": [[{"Literal": {"Value": f"'{value}'"}}]],
                        }
                    }
                }
            ],
        },
    }
