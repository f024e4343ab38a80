"""A small survey for tests of its readers: a contract per tool, and what comes out of a file."""

from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from ingest.contracts import SourceContract, load_contract
from ingest.readers import TextTable, open_reader

LEARNT = "Ik heb meer mensen leren kennen"
ALONE = "Ik voel me minder alleen"
ANSWERS = {"Eens": "3", "Oneens": "2"}

_KEPT = {"logicalType": "string", "classification": "keep"}


def document(
    layout: str,
    format_: str,
    questions: dict[str, str],
    *,
    response_id: str,
    completed_on: str | None,
    answers: dict[str, str] = ANSWERS,
    server: dict[str, str] | None = None,
    **dialect: Any,
) -> dict[str, Any]:
    """Return a contract as it would stand in YAML; questions are id and heading."""
    asked = [
        {
            **_KEPT,
            "name": name,
            "physicalName": heading,
            "semanticType": "question",
            "enum": [{"value": word, "label": code} for word, code in answers.items()],
        }
        for name, heading in questions.items()
    ]
    moment = {**_KEPT, "logicalType": "date", "name": "completed_on", "physicalName": completed_on}
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "vragenlijst",
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "inbox",
                "type": "local",
                "path": f"vragenlijst_{{delivered_on}}.{format_}",
                "format": format_,
                **(server or {}),
                "customProperties": [
                    {"property": name, "value": value}
                    for name, value in {"layout": layout, **dialect}.items()
                ],
            }
        ],
        "schema": [
            {
                "name": "answers",
                "customProperties": [{"property": "source", "value": "survey"}],
                "properties": [
                    {**_KEPT, "name": "response_id", "physicalName": response_id,
                     "required": True, "primaryKey": True},
                    *([moment] if completed_on else []),
                    {**_KEPT, "name": "project_title",
                     "customProperties": [{"property": "value", "value": "Taalcafé"}]},
                    *asked,
                ],
            }
        ],
        "customProperties": [{"property": "questionnaire", "value": "participant"}],
    }  # fmt: skip


def column(contract: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one column of a contract document, to change it."""
    properties: list[dict[str, Any]] = contract["schema"][0]["properties"]
    return next(each for each in properties if each["name"] == name)


def loaded(folder: Path, contract: dict[str, Any], stem: str = "vragenlijst") -> SourceContract:
    """Write a contract document, for files whose name begins with its stem, and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    server = contract["servers"][0]
    server["path"] = server["path"].replace("vragenlijst", stem)
    file = folder / f"{stem}.yaml"
    file.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    return load_contract(file)


def read(content: bytes, contract: SourceContract) -> TextTable:
    """Read the file as a night does."""
    return open_reader(contract).read(BytesIO(content), contract)


def rows_of(table: TextTable) -> list[dict[str, Any]]:
    """Return the rows of the table by column name, with '#' the row number."""
    return [
        {"#": number, **dict(zip(table.header, cells, strict=True))}
        for batch in table.batches
        for number, *cells in zip(
            batch.row_numbers.to_pylist(),
            *(column.to_pylist() for column in batch.columns),
            strict=True,
        )
    ]
