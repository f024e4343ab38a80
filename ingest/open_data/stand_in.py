"""A local OData v3 service that answers as the service of CBS does, from tables on disk."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from ingest.open_data.served_table import ServedTable

PAGE_ROWS = 10_000

_FEED = re.compile(r"/ODataFeed/OData/([^/]+)/?(.*)", re.IGNORECASE)
_CATALOGUE = re.compile(r"/ODataCatalog/Tables/?", re.IGNORECASE)
_NUMBER_WIDTH = 8


@contextmanager
def serving(tables: Iterable[ServedTable]) -> Iterator[str]:
    """Serve the tables on this machine as long as the context lasts; yield the address.

    The address is host and port without scheme, as cbsodata wants its catalogue.
    """
    server = _Server({table.table_id.lower(): table for table in tables})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.daemon = True
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _NotFoundError(Exception):
    """Nothing is served under this address."""


class _NotUnderstoodError(Exception):
    """The question is not one that this service can answer."""


class _Server(ThreadingHTTPServer):
    def __init__(self, tables: Mapping[str, ServedTable]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tables = tables

    def answer(self, host: str, path: str, options: Mapping[str, str]) -> str:
        """Return the JSON document under this path."""
        if _CATALOGUE.fullmatch(path):
            entries = [table.entry for table in self.tables.values()]
            return json.dumps({"value": _chosen(entries, options)})
        match = _FEED.fullmatch(path)
        table = self.tables.get(match[1].lower()) if match else None
        if match is None or table is None:
            raise _NotFoundError
        contents: dict[str, list[dict[str, Any]]] = {
            "TableInfos": [_table_infos(table)],
            "DataProperties": table.properties,
            "CategoryGroups": [],
            **table.dimensions,
        }
        address = f"http://{host}/ODataFeed"
        metadata = f"{address}/OData/{table.table_id}/$metadata"
        if not match[2]:
            names = ["TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties"]
            names += ["CategoryGroups", *table.dimensions]
            urls = [
                {"name": name, "url": f"{address}/odata/{table.table_id}/{name}"} for name in names
            ]
            return json.dumps({"odata.metadata": metadata, "value": urls})
        if match[2] in ("UntypedDataSet", "TypedDataSet"):
            here = f"{address}/odata/{table.table_id}/{match[2]}"
            return _page(table, match[2], here, options, f"{metadata}#Cbs.OData.WebAPI.{match[2]}")
        if match[2] not in contents:
            raise _NotFoundError
        rows = _chosen(contents[match[2]], options)
        return json.dumps({"odata.metadata": f"{metadata}#{match[2]}", "value": rows})


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer one question."""
        url = urlsplit(self.path)
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_port}"
        try:
            body = self.server.answer(host, unquote(url.path), dict(parse_qsl(url.query)))
            status = 200
        except _NotFoundError:
            body, status = '{"odata.error":{"message":{"value":"Resource not found."}}}', 404
        except _NotUnderstoodError as error:
            body, status = json.dumps({"odata.error": {"message": {"value": str(error)}}}), 400
        content = body.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the night has its own log."""


def _table_infos(table: ServedTable) -> dict[str, Any]:
    only_in_catalogue = ("Updated", "Identifier", "RecordCount", "ColumnCount", "SearchPriority")
    infos = {k: v for k, v in table.entry.items() if k not in only_in_catalogue}
    return infos | {"Identifier": table.table_id, "Description": infos["ShortDescription"]}


def _chosen(rows: list[dict[str, Any]], options: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows and fields of a metadata table that were asked for."""
    if "$filter" in options:
        names = dict.fromkeys(name for row in rows for name in row)
        columns = pa.table({n: _texts([row.get(n) for row in rows]) for n in names})
        mask = _Filter(options["$filter"], columns).mask().to_pylist()
        rows = [row for row, fits in zip(rows, mask, strict=True) if fits]
    if "$select" in options:
        names = dict.fromkeys(name.strip() for name in options["$select"].split(","))
        rows = [{name: row.get(name) for name in names} for row in rows]
    return rows


def _texts(values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _page(
    table: ServedTable, data_set: str, here: str, options: Mapping[str, str], metadata: str
) -> str:
    """Return one page of figures, with a link to the next page when there is one."""
    data = table.data
    if "$filter" in options:
        data = data.filter(_Filter(options["$filter"], data).mask())
    names = data.column_names
    if "$select" in options:
        names = [name.strip() for name in options["$select"].split(",")]
        if unknown := [name for name in names if name not in data.column_names]:
            raise _NotUnderstoodError(f"Could not find a property named '{unknown[0]}'.")
    start = _whole_number(options.get("$skip", "0"))
    rows = min(PAGE_ROWS, _whole_number(options.get("$top", str(PAGE_ROWS))))
    page = data.slice(start, rows)
    is_typed = data_set == "TypedDataSet"
    cells = [
        _cells(name, page[name], is_number=name in table.numbers, is_typed=is_typed)
        for name in names
    ]
    lines = ",".join("{" + ",".join(row) + "}" for row in zip(*cells, strict=True))
    link = ""
    if "$top" not in options and start + rows < data.num_rows:
        parameters = {**options, "$skip": start + rows}
        next_page = f"{here}?{urlencode(parameters, safe='$')}"
        link = f',"odata.nextLink":{json.dumps(next_page)}'
    return f'{{"odata.metadata":{json.dumps(metadata)},"value":[{lines}]{link}}}'


def _cells(name: str, column: pa.ChunkedArray, *, is_number: bool, is_typed: bool) -> list[str]:
    """Return the cells of a column as JSON; a number keeps exactly the digits it was read with."""
    if name == "ID":
        values = pc.utf8_trim_whitespace(column)
    elif is_number and is_typed:
        values = pc.if_else(pc.equal(column, "."), pa.scalar(None, pa.string()), column)
    elif is_number:
        padded = pc.utf8_lpad(column, _NUMBER_WIDTH)
        values = pc.binary_join_element_wise('"', padded, '"', "")
    else:
        written = {text: json.dumps(text) for text in pc.unique(column).to_pylist()}
        values = pa.chunked_array([pa.array([written[v] for v in column.to_pylist()], pa.string())])
    values = pc.fill_null(values, "null")
    return pc.binary_join_element_wise(f"{json.dumps(name)}:", values, "").to_pylist()  # type: ignore[no-any-return]


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise _NotUnderstoodError(f"'{text}' is not a whole number.")
    return int(text)


class _Filter:
    """A $filter as clients of CBS write it: eq, ne, startswith, substringof, substring, and, or."""

    _TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*|\d+|[(),])")

    def __init__(self, text: str, columns: pa.Table) -> None:
        self.columns = columns
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = self._TOKEN.match(text, position)
            if match is None:
                raise _NotUnderstoodError(f"Syntax error at position {position} in $filter.")
            self.tokens.append(match[1])
            position = match.end()

    def mask(self) -> pa.ChunkedArray:
        """Return for every row whether it fits."""
        found = self._any()
        if self.tokens:
            raise _NotUnderstoodError(f"Syntax error at '{self.tokens[0]}' in $filter.")
        return pc.fill_null(found, False)

    def _any(self) -> pa.ChunkedArray:
        found = self._all()
        while self.tokens[:1] == ["or"]:
            self._take("or")
            found = pc.or_kleene(found, self._all())
        return found

    def _all(self) -> pa.ChunkedArray:
        found = self._one()
        while self.tokens[:1] == ["and"]:
            self._take("and")
            found = pc.and_kleene(found, self._one())
        return found

    def _one(self) -> pa.ChunkedArray:
        if self.tokens[:1] == ["("]:
            self._take("(")
            found = self._any()
            self._take(")")
            return found
        if self.tokens[:1] == ["startswith"]:
            column, text = self._arguments(self._column, self._literal)
            return pc.starts_with(column, text)
        if self.tokens[:1] == ["substringof"]:
            text, column = self._arguments(self._literal, self._column)
            return pc.match_substring(column, text)
        column, operator, text = self._column(), self._take(), self._literal()
        if operator not in ("eq", "ne"):
            raise _NotUnderstoodError(f"Operator '{operator}' is not supported in $filter.")
        return pc.equal(column, text) if operator == "eq" else pc.not_equal(column, text)

    def _column(self) -> pa.ChunkedArray:
        if self.tokens[:1] == ["substring"]:
            column, start, length = self._arguments(self._column, self._literal, self._literal)
            first = _whole_number(start)
            return pc.utf8_slice_codeunits(column, first, first + _whole_number(length))
        name = self._take()
        if name not in self.columns.column_names:
            raise _NotUnderstoodError(f"Could not find a property named '{name}'.")
        return self.columns[name]

    def _arguments(self, *readers: Callable[[], Any]) -> list[Any]:
        self._take()
        found = []
        for position, reader in enumerate(readers):
            self._take("(" if position == 0 else ",")
            found.append(reader())
        self._take(")")
        return found

    def _literal(self) -> str:
        token = self._take()
        return token[1:-1].replace("''", "'") if token.startswith("'") else token

    def _take(self, expected: str | None = None) -> str:
        token = self.tokens.pop(0) if self.tokens else ""
        if not token or expected not in (None, token):
            raise _NotUnderstoodError(f"Syntax error in $filter near '{token}'.")
        return token
