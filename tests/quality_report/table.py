"""The table of planters: every check of the catalogue is in it, or has a reason why not."""

from tests.quality_report import others, registrations, slices, surveys
from tests.quality_report.planting import Planter

PLANTERS: tuple[Planter, ...] = (
    *registrations.PLANTERS,
    *slices.PLANTERS,
    *surveys.PLANTERS,
    *others.PLANTERS,
)
DOOR, MODELS = "deur", "model"
# What is planted together; what disturbs one another is in another night.
NIGHTS = (*dict.fromkeys(planter.night for planter in PLANTERS), DOOR, MODELS)
# Checks of which the error is not planted, and why.
NOT_PLANTED: dict[str, str] = {
    "X04": "Niet gemeten: het voorbeeld levert zijn open data zelf en vergelijkt ze niet.",
    "Q07": "Nog niet gemeten.",
}
# What a reader of the table has to know of a check.
REMARKS: dict[str, str] = {
    "X03": "Geen levering kan dit geven; houdt de uitgave vast.",
    "X02": "Geen levering kan dit geven; houdt de uitgave vast.",
    "X01": "Geen levering kan dit geven; houdt de uitgave vast.",
    "C02": "Geen KPI leest wie verwees.",
    "P13": "Geen KPI leest de afloop.",
    "C10": "Merkt cijfers van de lopende maand en voorraden, niet die van de maand zonder contact.",
    "K02": "Dubbele rijen tellen een keer, dus geen cijfer beweegt.",
    "P14": "Meldt alleen.",
    "T05": "Meldt alleen.",
    "S03": "Meldt alleen.",
    "S06": "Meldt alleen.",
}
