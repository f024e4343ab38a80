"""The table of planters: every check of the catalogue is in it, or in the door or the models."""

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
# What a reader of the table has to know of a check.
REMARKS: dict[str, str] = {
    "X01": "Geen levering kan dit geven; houdt de uitgave vast.",
    "X02": "Geen levering kan dit geven; houdt de uitgave vast.",
    "X03": "Geen levering kan dit geven; houdt de uitgave vast.",
    "C02": "Geen KPI leest wie verwees.",
    "P13": "Geen KPI leest de afloop.",
    "C10": "Merkt voorraden en de lopende maand, niet de maanden waarin het contact ontbreekt.",
    "P11": "Merkt voorraden en de lopende maand, niet de maand waarin de afsluiting ontbreekt.",
    "D03": "Drempel 0: bij 0,5x en 1x is de code een kwart en de helft minder gebruikt.",
    "D05": "Bij 0,5x en 1x ontbreekt een kwart en de helft van de contacten.",
    "K02": "Dubbele rijen tellen een keer, dus geen cijfer beweegt.",
    "P14": "Meldt alleen.",
    "T05": "Meldt alleen.",
    "S03": "Meldt alleen.",
    "S06": "Meldt alleen.",
    "S07": "Telt de dagen; merkt geen cijfers.",
    "R24": "Een waarde die niet telt, staat in geen cijfer.",
    "Q01": "Ook wie niet weet hoeveel mensen de lijst kregen, haalt de norm niet.",
}
