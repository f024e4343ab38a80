"""A strict reading of a Power BI project: whatever it does not know is a problem.

Public readers of TMDL accept a misspelt property, a wrong indentation and a relationship with a
column that is not there; Power BI Desktop does not. So this reads the text anew, with its own list
of what may stand where, and looks up every name that is used.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pbi_parsers import dax

FLAG = "flag"
TEXT = r".+"
NAME = r"(?:[A-Za-z0-9_]+|'(?:[^']|'')+')"
GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Per kind of object: where it may stand, its properties with what they may be.
OBJECTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "database": (("",), {"compatibilityLevel": r"1[56]\d\d|17\d\d"}),
    "model": (
        ("",),
        {
            "culture": "nl-NL",
            "defaultPowerBIDataSourceVersion": "powerBI_V3",
            "discourageImplicitMeasures": FLAG,
            "sourceQueryCulture": "nl-NL",
        },
    ),
    "dataAccessOptions": (
        ("model",),
        {"legacyRedirects": FLAG, "returnErrorValuesAsNull": FLAG},
    ),
    "annotation": (("",), {}),
    "ref": (("",), {}),
    "expression": (("",), {"lineageTag": GUID}),
    "relationship": (
        ("",),
        {
            "isActive": "false",
            "toCardinality": "many",
            "fromColumn": rf"{NAME}\.{NAME}",
            "toColumn": rf"{NAME}\.{NAME}",
        },
    ),
    "table": (("",), {"lineageTag": GUID, "dataCategory": "Time"}),
    "measure": (
        ("table",),
        {"formatString": TEXT, "displayFolder": r"[^\\;]+(?:\\[^\\;]+)*", "lineageTag": GUID},
    ),
    "column": (
        ("table",),
        {
            "dataType": "string|int64|decimal|double|dateTime|boolean",
            "isHidden": FLAG,
            "isKey": FLAG,
            "formatString": TEXT,
            "lineageTag": GUID,
            "summarizeBy": "none",
            "sourceColumn": r"\w+",
            "sortByColumn": NAME,
        },
    ),
    "hierarchy": (("table",), {"lineageTag": GUID}),
    "level": (("hierarchy",), {"lineageTag": GUID, "column": NAME}),
    "partition": (("table",), {"mode": "import", "source": "="}),
}
REQUIRED = {
    "measure": {"displayFolder", "lineageTag"},
    "column": {"dataType", "lineageTag", "summarizeBy", "sourceColumn"},
    "relationship": {"fromColumn", "toColumn"},
    "table": {"lineageTag"},
    "partition": {"mode", "source"},
    "level": {"lineageTag", "column"},
    "hierarchy": {"lineageTag"},
    "expression": {"lineageTag"},
    "database": {"compatibilityLevel"},
    "model": {"culture", "discourageImplicitMeasures"},
}
DESCRIBED = {"table", "measure", "column", "expression"}
FUNCTIONS = {"CALCULATE", "COUNTROWS", "IF", "KEEPFILTERS", "MAX", "SWITCH", "TRUE"}
M_TYPES = {
    "type text": ("string", pa.types.is_string),
    "Int64.Type": ("int64", pa.types.is_integer),
    "Currency.Type": ("decimal", pa.types.is_decimal),
    "type number": ("double", pa.types.is_floating),
    "type date": ("dateTime", pa.types.is_date),
    "type datetime": ("dateTime", pa.types.is_timestamp),
    "type logical": ("boolean", pa.types.is_boolean),
}
M_QUERY = re.compile(
    r"let\n"
    r'    Bron = Parquet\.Document\(File\.Contents\(Text\.TrimEnd\(ParquetMap, "\\"\) & '
    r'"\\(?P<file>\w+\.parquet)"\)\),\n'
    r"    Kolommen = Table\.SelectColumns\(Bron, \{(?P<columns>[^}]*)\}\),\n"
    r"    Typen = Table\.TransformColumnTypes\(Kolommen, \{(?P<types>.*)\}\)"
    r"(?P<keys>(?:,\n    Sleutel\d+ = .+)*)\n"
    r"in\n"
    r"    (?P<last>\w+)"
)
M_KEY = re.compile(
    r"    (?P<step>Sleutel\d+) = Table\.AddColumn\((?P<before>\w+), \"(?P<name>\w+)\", "
    r"each Text\.Combine\(\{(?P<parts>[^}]*)\}, \"\|\"\), type text\)"
)
SCHEMA = re.compile(
    r"https://developer\.microsoft\.com/json-schemas/fabric/"
    r"(?:pbip/pbipProperties/1\.0\.0|gitIntegration/platformProperties/2\.0\.0|"
    r"item/semanticModel/definitionProperties/1\.0\.0|item/report/definitionProperties/2\.0\.0|"
    r"item/report/definition/(?:versionMetadata/1\.0\.0|report/3\.0\.0|pagesMetadata/1\.0\.0|"
    r"page/2\.0\.0|visualContainer/2\.1\.0))/schema\.json"
)
# What the schemas of Microsoft allow, as far as we write it: per file its keys, all required.
JSON_KEYS = {
    "Impactkompas.pbip": {"$schema", "version", "artifacts", "settings"},
    ".platform": {"$schema", "metadata", "config"},
    "definition.pbism": {"$schema", "version", "settings"},
    "definition.pbir": {"$schema", "version", "datasetReference"},
    "version.json": {"$schema", "version"},
    "report.json": {"$schema", "themeCollection"},
    "pages.json": {"$schema", "pageOrder", "activePageName"},
    "page.json": {"$schema", "name", "displayName", "displayOption", "height", "width"}
    | {"filterConfig"},
    "visual.json": {"$schema", "name", "position", "visual"},
}
ROLES = {"slicer": {"Values"}, "lineChart": {"Category", "Series", "Y"}, "tableEx": {"Values"}}


Lines = Iterator[tuple[int, str]]


@dataclass
class Node:
    """One object of a TMDL file."""

    kind: str
    name: str
    value: str
    place: str
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def all(self, kind: str) -> list["Node"]:
        return [child for child in self.children if child.kind == kind]


class Problems(list[str]):
    """What is wrong, in sentences with a place."""


def problems_of(project: Path, parquet: Path) -> Problems:
    """Return everything that is not as Power BI wants it, or that this check does not know."""
    problems = Problems()
    model = project / "Impactkompas.SemanticModel"
    nodes = {
        file.relative_to(model).as_posix(): _parse(file, problems)
        for file in sorted(model.rglob("*.tmdl"))
    }
    known = {"database.tmdl", "model.tmdl", "expressions.tmdl", "relationships.tmdl"}
    tables = []
    for name, found in nodes.items():
        file = Path(name)
        if file.parent.name == "tables":
            if [node.kind for node in found] != ["table"] or found[0].name != file.stem:
                problems.append(f"{name}: is not exactly the table of its name")
            tables += found
        elif file.name not in known or file.parent.name != "definition":
            problems.append(f"{name}: is no file of a model")
    if {Path(name).name for name in nodes if "/tables/" not in name} != known:
        problems.append("a file of the model is missing")
    top = [node for name, found in nodes.items() if "/tables/" not in name for node in found]
    _check_model(top, tables, problems)
    for table in tables:
        _check_table(table, parquet, problems)
    names = {table.name: table for table in tables}
    _check_relationships([node for node in top if node.kind == "relationship"], names, problems)
    for table in tables:
        for measure in table.all("measure"):
            _check_dax(measure, names, problems)
    _check_json(project, names, problems)
    return problems


def _parse(file: Path, problems: Problems) -> list[Node]:
    """Read a file by its tabs; a line that is nothing known is a problem."""
    reader = _Reader(file.name, problems)
    lines = iter(enumerate(file.read_text(encoding="utf-8").split("\n"), start=1))
    following = next(lines, None)
    while following is not None:
        following = reader.read(*following, lines) or next(lines, None)
    for node in _walk(reader.roots):
        if missing := REQUIRED.get(node.kind, set()) - set(node.properties):
            problems.append(f"{node.place}: {node.kind} {node.name} lacks {sorted(missing)}")
    return reader.roots


class _Reader:
    """Puts the lines of one file under each other, as their tabs say."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.roots: list[Node] = []
        self._file = file
        self._problems = problems
        self._stack: list[Node] = []
        self._described: list[tuple[int, str]] = []

    def read(self, number: int, line: str, lines: Lines) -> tuple[int, str] | None:
        """Read one line; return the line after it when that was read already."""
        place = f"{self._file}:{number}"
        if not line.strip():
            self._expect(not line, f"{place}: an empty line with spaces")
            return None
        depth = len(line) - len(line.lstrip("\t"))
        content = line[depth:]
        self._expect(content == content.strip(), f"{place}: spaces around a line")
        if content.startswith("///"):
            self._described.append((depth, content[3:].strip()))
            return None
        kind = content.split(" ", 1)[0]
        if kind in OBJECTS:
            self._declare(kind, content, depth, place)
            return None
        self._expect(not self._described, f"{place}: a description of no object")
        self._described = []
        if not 0 < depth <= len(self._stack):
            self._problems.append(f"{place}: {content!r} belongs to nothing")
            return None
        del self._stack[depth:]
        return _property(self._stack[-1], content, place, depth, lines, self._problems)

    def _declare(self, kind: str, content: str, depth: int, place: str) -> None:
        node = _declaration(content, place, self._problems)
        self._expect(depth <= len(self._stack), f"{place}: too deep")
        del self._stack[depth:]
        parent = self._stack[-1] if self._stack else None
        above = parent.kind if parent else ""
        self._expect(above in OBJECTS[kind][0], f"{place}: {kind} cannot stand in {above!r}")
        self._expect(
            all(at == depth for at, _ in self._described),
            f"{place}: a description at another depth",
        )
        node.description = " ".join(text for _, text in self._described)
        self._expect(
            kind not in DESCRIBED or bool(node.description),
            f"{place}: {kind} {node.name} has no description",
        )
        self._described = []
        (parent.children if parent else self.roots).append(node)
        self._stack.append(node)

    def _expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self._problems.append(problem)


def _walk(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)


def _declaration(content: str, place: str, problems: Problems) -> Node:
    kind = content.split(" ", 1)[0]
    patterns = {
        "database": r"database",
        "model": r"model (?P<name>Model)",
        "dataAccessOptions": r"dataAccessOptions",
        "annotation": r"annotation (?P<name>\w+) = (?P<value>\S+)",
        "ref": rf"ref table (?P<name>{NAME})",
        "expression": r'expression (?P<name>\w+) = (?P<value>"[^"]+" meta \[.+\])',
        "relationship": rf"relationship (?P<name>{GUID})",
        "table": rf"table (?P<name>{NAME})",
        "measure": rf"measure (?P<name>{NAME}) = (?P<value>.+)",
        "column": rf"column (?P<name>{NAME})",
        "hierarchy": rf"hierarchy (?P<name>{NAME})",
        "level": rf"level (?P<name>{NAME})",
        "partition": rf"partition (?P<name>{NAME}) = (?P<value>m)",
    }
    match = re.fullmatch(patterns[kind], content)
    if match is None:
        problems.append(f"{place}: {content!r} declares no {kind}")
        return Node(kind, "?", "", place)
    groups = match.groupdict()
    return Node(kind, unquoted(groups.get("name") or ""), groups.get("value") or "", place)


def _property(
    node: Node,
    content: str,
    place: str,
    depth: int,
    lines: Lines,
    problems: Problems,
) -> tuple[int, str] | None:
    """Add a property to its object; return the line after it when that was read already."""
    name = re.split(r"[: ]", content, maxsplit=1)[0]
    allowed = OBJECTS[node.kind][1].get(name)
    if allowed is None:
        problems.append(f"{place}: {node.kind} has no property {name!r}")
        return None
    if name in node.properties:
        problems.append(f"{place}: {name} stands twice")
    if allowed == FLAG:
        node.properties[name] = "true"
        if content != name:
            problems.append(f"{place}: {name} takes no value")
        return None
    if allowed == "=":
        block, pending = [], None
        if content != f"{name} =":
            problems.append(f"{place}: {name} is followed by its text, two deeper")
        for number, line in lines:
            if not line.startswith("\t" * (depth + 2)):
                pending = (number, line)
                break
            block.append(line[depth + 2 :])
        node.properties[name] = "\n".join(block)
        return pending
    value = content.removeprefix(f"{name}: ")
    node.properties[name] = value
    if value == content or not re.fullmatch(allowed, value):
        problems.append(f"{place}: {name} cannot be {value!r}")
    return None


def unquoted(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _check_model(top: list[Node], tables: list[Node], problems: Problems) -> None:
    named = [node.name for node in top if node.kind == "ref"]
    if sorted(named) != sorted(table.name for table in tables):
        problems.append("model.tmdl: the references are not the tables")
    expressions = [node for node in top if node.kind == "expression"]
    meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    if len(expressions) != 1 or not expressions[0].value.endswith(meta):
        problems.append("expressions.tmdl: there is not exactly one folder parameter")
    tags = Counter(
        node.properties["lineageTag"]
        for node in _walk([*top, *tables])
        if "lineageTag" in node.properties
    )
    problems += [
        f"lineageTag {tag} stands {count} times" for tag, count in tags.items() if count > 1
    ]
    for what, names in (
        ("table", [table.name for table in tables]),
        ("measure", [each.name for table in tables for each in table.all("measure")]),
        ("relationship", [node.name for node in top if node.kind == "relationship"]),
    ):
        for name, count in Counter(each.casefold() for each in names).items():
            if count > 1:
                problems.append(f"{what} {name} stands {count} times")


def _check_table(table: Node, parquet: Path, problems: Problems) -> None:
    columns = {column.name: column for column in table.all("column")}
    names = Counter(
        node.name.casefold()
        for kind in ("column", "measure", "hierarchy")
        for node in table.all(kind)
    )
    problems += [f"{table.name}: {name} stands {n} times" for name, n in names.items() if n > 1]
    for column in columns.values():
        order = column.properties.get("sortByColumn")
        if order is not None:
            target = columns.get(unquoted(order))
            if target in (None, column) or target.properties.get("dataType") != "int64":
                problems.append(f"{column.place}: {order} orders nothing")
    for hierarchy in table.all("hierarchy"):
        levels = [unquoted(each.properties.get("column", "")) for each in hierarchy.all("level")]
        if len(levels) < 2 or not set(levels) <= set(columns) or len(set(levels)) < len(levels):
            problems.append(f"{hierarchy.place}: a level is no column, or stands twice")
    if sum("isKey" in column.properties for column in columns.values()) > 1:
        problems.append(f"{table.name}: more than one key")
    partitions = table.all("partition")
    if len(partitions) != 1:
        problems.append(f"{table.name}: not exactly one partition")
        return
    _check_m(table, partitions[0], parquet, problems)


def _check_m(table: Node, partition: Node, parquet: Path, problems: Problems) -> None:
    query = M_QUERY.fullmatch(partition.properties.get("source", ""))
    if query is None:
        problems.append(f"{partition.place}: the query is none that we know")
        return
    file = parquet / query["file"]
    if not file.is_file():
        problems.append(f"{partition.place}: {file.name} is not in the release")
        return
    schema = pq.read_schema(file)
    selected = re.findall(r'"(\w+)"', query["columns"])
    types = re.findall(r'\{"(\w+)", ([^}]+)\}', query["types"])
    if selected != [name for name, _ in types]:
        problems.append(f"{partition.place}: what is selected is not what is typed")
    given: dict[str, str] = {}
    for name, m_type in types:
        if name not in schema.names:
            problems.append(f"{partition.place}: {file.name} has no column {name}")
        elif m_type not in M_TYPES or not M_TYPES[m_type][1](schema.field(name).type):
            problems.append(f"{partition.place}: {name} is no {m_type}")
        else:
            given[name] = M_TYPES[m_type][0]
    step = "Typen"
    for line in query["keys"].split(",\n")[1:]:
        key = M_KEY.fullmatch(line)
        if key is None or key["before"] != step:
            problems.append(f"{partition.place}: a key that we do not know: {line.strip()}")
            break
        parts = set(re.findall(r"\[(\w+)\]", key["parts"]))
        if not parts or not parts <= set(given):
            problems.append(f"{partition.place}: {key['name']} is made of what is not there")
        given[key["name"]] = "string"
        step = key["step"]
    if query["last"] != step:
        problems.append(f"{partition.place}: the last step is not what comes out")
    found = {
        column.properties.get("sourceColumn", ""): column.properties.get("dataType", "")
        for column in table.all("column")
    }
    if found != given or len(found) != len(table.all("column")):
        odd = set(found.items()) ^ set(given.items())
        problems.append(f"{partition.place}: columns differ from the query: {sorted(odd)}")


def _check_relationships(
    relationships: list[Node], tables: dict[str, Node], problems: Problems
) -> None:
    roads: dict[str, set[str]] = {}
    seen = set()
    for each in relationships:
        ends = [_column_at(each, end, tables, problems) for end in ("fromColumn", "toColumn")]
        if None in ends:
            continue
        (source, from_column), (target, to_column) = ends  # type: ignore[misc]
        if from_column.properties.get("dataType") != to_column.properties.get("dataType"):
            problems.append(f"{each.place}: the two sides are of different types")
        if "toCardinality" not in each.properties and "isKey" not in to_column.properties:
            problems.append(f"{each.place}: {target}[{to_column.name}] is no key")
        pair = (source, from_column.name, target, to_column.name)
        if source == target or pair in seen:
            problems.append(f"{each.place}: stands twice, or refers to itself")
        seen.add(pair)
        if "isActive" not in each.properties:
            if source in roads.setdefault(target, set()):
                problems.append(f"{each.place}: two active roads from {target} to {source}")
            roads[target].add(source)
    for start in roads:
        for end, count in Counter(_ends(start, roads)).items():
            if count > 1:
                problems.append(f"{count} active roads lead from {start} to {end}")


def _column_at(
    relationship: Node, end: str, tables: dict[str, Node], problems: Problems
) -> tuple[str, Node] | None:
    """Return the table and the column at one end of a relationship, when they exist."""
    value = relationship.properties.get(end, "")
    table, name = (unquoted(part) for part in [*re.findall(NAME, value), "?", "?"][:2])
    columns = tables[table].all("column") if table in tables else []
    for column in columns:
        if column.name == name:
            return table, column
    problems.append(f"{relationship.place}: {end} {table}[{name}] does not exist")
    return None


def _ends(start: str, roads: dict[str, set[str]]) -> Iterator[str]:
    for following in roads.get(start, ()):
        yield following
        yield from _ends(following, roads)


@cache
def _is_dax(text: str) -> bool:
    try:
        dax.to_ast(text)
    except Exception:  # noqa: BLE001 - the parser asserts
        return False
    return True


def _check_dax(measure: Node, tables: dict[str, Node], problems: Problems) -> None:
    text = measure.value
    if not _is_dax(text):
        problems.append(f"{measure.place}: no DAX: {text}")
    bare = re.sub(r'"(?:[^"]|"")*"', '""', text)
    if bare.count("(") != bare.count(")"):
        problems.append(f"{measure.place}: brackets do not match")
    for table, column in re.findall(r"'((?:[^']|'')+)'\[((?:[^\]]|\]\])+)\]", bare):
        name = table.replace("''", "'")
        columns = [each.name for each in tables[name].all("column")] if name in tables else []
        if column.replace("]]", "]") not in columns:
            problems.append(f"{measure.place}: {name}[{column}] does not exist")
    bare = re.sub(r"'(?:[^']|'')+'\[(?:[^\]]|\]\])+\]", "0", bare)
    measures = {each.name for table in tables.values() for each in table.all("measure")}
    for name in re.findall(r"\[((?:[^\]]|\]\])+)\]", bare):
        if name not in measures:
            problems.append(f"{measure.place}: measure [{name}] does not exist")
    bare = re.sub(r"\[(?:[^\]]|\]\])+\]", "0", bare)
    for name in re.findall(r"'((?:[^']|'')+)'", bare):
        if name.replace("''", "'") not in tables:
            problems.append(f"{measure.place}: table {name} does not exist")
    bare = re.sub(r"'(?:[^']|'')+'", "0", bare)
    for word in re.findall(r"[A-Za-z_]\w*", bare):
        if word not in FUNCTIONS:
            problems.append(f"{measure.place}: {word} is no function that we use")


def _check_json(project: Path, tables: dict[str, Node], problems: Problems) -> None:
    contents = dict(_json_files(project, problems))
    for name, content in contents.items():
        expected = JSON_KEYS[Path(name).name]
        if set(content) != expected:
            odd = sorted(set(content) ^ expected)
            problems.append(f"{name}: keys too many or too few: {odd}")
        if not SCHEMA.fullmatch(str(content.get("$schema"))):
            problems.append(f"{name}: a schema that we do not know")
        for kind, entity, field_name in _fields(content):
            known = tables[entity].all(kind.lower()) if entity in tables else []
            if field_name not in {each.name for each in known}:
                problems.append(f"{name}: {kind} {entity}[{field_name}] does not exist")
        if name.endswith("visual.json"):
            page = contents.get(f"{Path(name).parents[2].as_posix()}/page.json", {})
            _check_visual(name, content, page, problems)
    _check_overlap(contents, problems)
    report = "Impactkompas.Report"
    pages = contents.get(f"{report}/definition/pages/pages.json", {}).get("pageOrder", [])
    there = {Path(name).parent.name for name in contents if name.endswith("/page.json")}
    if set(pages) != there or not there:
        problems.append("pages.json: does not name the pages that are there")
    path = contents.get(f"{report}/definition.pbir", {}).get("datasetReference", {})
    if not (project / report / path.get("byPath", {}).get("path", "?")).is_dir():
        problems.append("definition.pbir: leads to no model")
    artifacts = contents.get("Impactkompas.pbip", {}).get("artifacts", [])
    if [each.get("report", {}).get("path") for each in artifacts] != [report]:
        problems.append("Impactkompas.pbip: does not name the report")


def _json_files(project: Path, problems: Problems) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(project.rglob("*")):
        if file.is_dir() or file.suffix == ".tmdl" or file.name == ".gitignore":
            continue
        name = file.relative_to(project).as_posix()
        if file.name not in JSON_KEYS:
            problems.append(f"{name}: is no file of a project")
            continue
        try:
            yield name, json.loads(file.read_text(encoding="utf-8"))
        except json.JSONDecodeError:
            problems.append(f"{name}: no JSON")


def _check_overlap(contents: dict[str, dict[str, Any]], problems: Problems) -> None:
    places = [(name, each["position"]) for name, each in contents.items() if "position" in each]
    for (name, one), (other_name, other) in combinations(places, 2):
        if (
            one["x"] < other["x"] + other["width"]
            and other["x"] < one["x"] + one["width"]
            and one["y"] < other["y"] + other["height"]
            and other["y"] < one["y"] + one["height"]
        ):
            problems.append(f"{name} lies over {other_name}")


def _check_visual(
    name: str, content: dict[str, Any], page: dict[str, Any], problems: Problems
) -> None:
    place = content.get("position", {})
    if set(place) != {"x", "y", "z", "height", "width", "tabOrder"}:
        problems.append(f"{name}: its place is not whole")
    elif (
        place["x"] + place["width"] > page.get("width", 0)
        or place["y"] + place["height"] > page.get("height", 0)
        or min(place["x"], place["y"]) < 0
    ):
        problems.append(f"{name}: lies beside the page")
    visual = content.get("visual", {})
    roles = set(visual.get("query", {}).get("queryState", {}))
    if roles != ROLES.get(visual.get("visualType")):
        problems.append(f"{name}: {visual.get('visualType')} has other roles than {sorted(roles)}")
    if set(visual) - {"visualType", "query", "objects", "drillFilterOtherVisuals"}:
        problems.append(f"{name}: the visual has keys that we do not know")
    if content.get("name") != Path(name).parent.name or len(content["name"]) > 50:
        problems.append(f"{name}: is not called as its folder")


def _fields(content: Any, sources: dict[str, str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield every column and measure that a part of a report names, with its table."""
    if isinstance(content, dict):
        if isinstance(content.get("From"), list):
            sources = {each["Name"]: each["Entity"] for each in content["From"]}
        for kind in ("Column", "Measure"):
            if isinstance(content.get(kind), dict) and "Property" in content[kind]:
                source = content[kind].get("Expression", {}).get("SourceRef", {})
                entity = source.get("Entity") or (sources or {}).get(source.get("Source"), "?")
                yield kind, entity, content[kind]["Property"]
        for value in content.values():
            yield from _fields(value, sources)
    elif isinstance(content, list):
        for value in content:
            yield from _fields(value, sources)
