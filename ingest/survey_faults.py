"""What can be wrong with a contract on a survey tool or form, for the person who writes it."""

import re
from collections.abc import Iterator
from typing import Any

from open_data_contract_standard.model import SchemaObject, Server

from ingest.odcs import custom, item_of, source_columns
from ingest.readers import header_key

# What survey tools tell of who filled in a list; nothing of it is an answer.
_RESPONDENT = {
    "microsoft_forms": ("E-mail", "Email", "Naam", "Name"),
    "surveymonkey": (
        *("IP Address", "Email Address", "First Name", "Last Name"),
        *("IP-adres", "E-mailadres", "Voornaam", "Achternaam"),
    ),
    "limesurvey": (
        *("token", "ipaddr", "refurl", "firstname", "lastname", "email"),
        *("Access code", "IP address", "Referrer URL", "First name", "Last name", "Email address"),
    ),
}
# What the sender of a list said of the invited: anything, unless the contract lists the words.
_SAID_BY_SENDER = re.compile(r"(custom data |attribute_)\d+")


def survey_faults(server: Server, schema: SchemaObject, declared: dict[str, Any]) -> Iterator[str]:
    """Give every fault in what a contract says of a survey export, as a Dutch sentence."""
    layout = str(custom(server.customProperties).get("layout"))
    respondent = {header_key(name) for name in _RESPONDENT.get(layout, ())}
    for property_ in schema.properties or []:
        headings = {header_key(name) for name in source_columns(property_)}
        is_clear = property_.classification in ("keep", "generalise")
        is_list = bool(property_.enum) and item_of(property_) is None
        is_said = any(map(_SAID_BY_SENDER.fullmatch, headings)) and not is_list
        if is_clear and (is_said or not respondent.isdisjoint(headings)):
            yield (
                f"kolom '{property_.name}': '{property_.physicalName}' gaat over de invuller en "
                "blijft buiten; kies drop, of pseudonymise"
            )
        if layout == "limesurvey" and property_.name == "completed_on" and property_.required:
            yield (
                "kolom 'completed_on': laat required weg; een lijst zonder submitdate is niet "
                "ingestuurd, wat geen fout is: zij telt niet mee"
            )
    if layout == "pdf_form":
        yield from _form_faults(server, schema, declared)


def _form_faults(server: Server, schema: SchemaObject, declared: dict[str, Any]) -> Iterator[str]:
    form = custom(server.customProperties).get("form")
    if not isinstance(form, dict) or not form:
        yield (
            "form ontbreekt: de velden die zeggen welk formulier het is, met hun waarde, zoals "
            "{formulier_id: ERV-2026-1}"
        )
    if server.format == "pdf" and declared.get("coverage") != "delta":
        yield "een los formulier vult de vorige aan: zet coverage op delta, of lever een zip"
    for property_ in schema.properties or []:
        is_clear = property_.classification in ("keep", "generalise")
        if is_clear and "kopie_id" in source_columns(property_):
            yield (
                f"kolom '{property_.name}': kopie_id kan uit de antwoorden zijn afgeleid; kies "
                "pseudonymise met domain: response"
            )
