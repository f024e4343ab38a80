"""The layout of every file of the example, read from its contracts: the two cannot differ."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.example.organisation import DELIVERED_ON
from ingest.yaml_files import read_yaml

CONTRACTS = Path(__file__).parent / "contracts"


@dataclass(frozen=True)
class Layout:
    """What a contract says of its file: name, columns, and the supplier's word for each code."""

    file_name: str
    columns: tuple[str, ...]
    words: dict[str, dict[str, str]]  # our name -> our code -> the supplier's word
    questions: tuple[str, ...]
    dimensions: dict[str, str]  # our code of a dimension -> the supplier's column

    def word(self, name: str, code: str) -> str:
        """Return the supplier's word for a code of ours; nothing stays nothing."""
        return self.words[name][code] if code else ""


@cache
def layouts() -> dict[str, Layout]:
    """Return the layout of every file by the first part of its name, such as 'contacten'."""
    found = {}
    for file in sorted(CONTRACTS.glob("*.yaml")):
        contract = read_yaml(file)
        path = contract["servers"][0]["path"]
        columns: dict[str, None] = {}
        words = {}
        for column in contract["schema"][0]["properties"]:
            delivered = column.get("transformSourceObjects", [column.get("physicalName")])
            columns |= dict.fromkeys(filter(None, delivered))
            if "enum" in column:
                words[column["name"]] = {one["label"]: one["value"] for one in column["enum"]}
        found[path.split("_{")[0]] = Layout(
            file_name=path.format(delivered_on=f"{DELIVERED_ON:%Y%m%d}"),
            columns=tuple(columns),
            words=words,
            questions=tuple(
                column["name"]
                for column in contract["schema"][0]["properties"]
                if column.get("semanticType") == "question"
            ),
            dimensions={
                column["name"]: column["physicalName"]
                for column in contract["schema"][0]["properties"]
                if column.get("semanticType") == "dimension"
            },
        )
    return found
