"""What codes of the published tables mean in plain Dutch, for people who read the report."""

import re

LAYERS = {
    "impact": (
        "Impact",
        (
            "Hoe het met bewoners gaat, volgens open data. Hier werkt meer aan mee dan sociaal "
            "werk: een verandering zegt niets over de oorzaak."
        ),
    ),
    "effect": (
        "Effect",
        "Wat deelnemers zelf zeggen dat deelname hun bracht, in vragenlijsten achteraf.",
    ),
    "activity": (
        "Activiteiten en proces",
        "Wat de organisatie doet en hoe het werk loopt, uit de registratie.",
    ),
    "own": (
        "Eigen registratie",
        "Cijfers buiten de drie lagen van het model die de organisatie zelf bijhoudt.",
    ),
}
DESIGNS = {
    "afterwards": "vragenlijst achteraf",
    "professional": "lijst van de professional",
    "start_slot": "start- en slotlijst",
    "registration": "registratie",
    "open_data": "open data",
    "instrument": "instrument",
}
UNAVAILABLE = {
    "geen gegevens": "de organisatie levert de gegevens nog niet waaruit dit cijfer volgt",
    "tekst niet beschikbaar": "de openbare bron noemt alleen het nummer, niet de tekst; zij komt "
    "met de officiële definitielijst",
    "vraagkoppeling niet beschikbaar": "de bron zegt niet welke vragen bij deze KPI horen",
    "rekenregel niet gekozen": "de KPI heeft meer delen en de bron zegt niet welke vraag bij welk "
    "deel hoort",
    "databron niet gekoppeld": "er is geen open tabel gekoppeld waaruit dit cijfer volgt",
    "beschikbaar": "voor deze indeling is nog geen cijfer",
}
TEXT_STATUS = {
    "text": "hele tekst bekend",
    "id_only": "alleen het nummer is bekend",
    "part": "deel van een samengestelde KPI",
    "text_no_id": "tekst zonder nummer in de bron",
}
CONFIDENCE = {
    "verbatim": "letterlijk uit de bron",
    "ocr_repaired": "leesfout in de bron hersteld",
    "inferred": "afgeleid uit de bron",
    "own": "eigen tekst",
    "imported": "zoals ingelezen door de organisatie",
}
TIME_BEHAVIOURS = {
    "flow": "telt wat er in de periode gebeurde",
    "stock": "stand op de laatste dag van de periode",
    "cohort": "afgesloten groepen",
}
QUESTIONNAIRES = {
    "participant": "deelnemers",
    "professional": "professionals",
    "bonus": "bonusvragen",
}
# Reasons that are rules of the model and no check of the catalogue.
RULES = {
    "R21": {
        "name_nl": "Open data ouder dan twee jaar",
        "rule_nl": "Open data gelden als actueel tot en met twee jaar na hun peiljaar.",
    },
}
# Why a figure that was agreed on did not go out, for who receives the others.
HELD = {
    "afgeschermd": "het gaat om te weinig mensen, of het toeval is te groot",
    "geen cijfer": "er was niets om over te rekenen",
    "geen geldende duiding (R09)": "nog niet samen besproken, en een cijfer staat nooit alleen",
    "voorlopig": "de periode is nog niet gesloten",
    "onbetrouwbaar": "de registratie is er niet goed genoeg voor",
}
# A shape beside each word: never by colour alone.
RELIABILITIES = {
    "betrouwbaar": "●",
    "let op": "▲",
    "onbetrouwbaar": "■",
    "niet te bepalen": "○",
}
_CONTRADICTION = re.compile(r"(?:^| )(?=C\d+: )")


def contradictions(text: str | None) -> dict[str, str]:
    """Return the contradictions of the source that a KPI names, by their code."""
    parts = (part.partition(": ") for part in _CONTRADICTION.split(text or "") if part.strip())
    return {code: words for code, _, words in parts}


def listed(text: str | None) -> list[str]:
    """Return what a published column separates with commas."""
    return [part for part in (text or "").split(", ") if part]


def natural(code: str) -> list[tuple[int, str]]:
    """Return what sorts codes as people do: A8 before A10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", code)]


def people(count: int | None, design: str) -> str:
    """Return on how many a figure rests."""
    if count is None:
        return ""
    unit = "mensen" if design in ("afterwards", "professional", "start_slot") else "eenheden"
    return f"{count:,} {unit}".replace(",", ".")
