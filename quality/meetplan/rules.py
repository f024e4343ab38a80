"""The rules of the rule book on a meetplan: one function per rule, named after its number."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ingest import dutch
from ingest.kpi_ids import layer_of
from ingest.meetplan.sheets import sheet_of
from quality.meetplan.plan import Finding, Plan, Row, finding, listed, place
from quality.meetplan.structure import INPUT

MANY_KPIS, TOO_MANY_KPIS = 10, 15
ROADMAP_STEPS = range(1, 7)
_LAYERS_NL = {
    "impact": "impact",
    "effect": "effect",
    "activity": "activiteiten",
    "own": "eigen registratie",
}
_AGREEMENTS = ("registered_by", "registered_when", "collected_by", "reported_by", "reported_how")
_SEVERAL_EFFECTS = re.compile(r"[,;/\n]|\ben\b", re.IGNORECASE)
_SEVERAL_GROUPS = re.compile(r"[;\n]")


@dataclass(frozen=True)
class Selection:
    """The chosen KPI's of one service: over its running measurements, or of one that ended."""

    service_code: str
    measurements: tuple[Row, ...]
    rows: tuple[Row, ...]

    @property
    def kpi_ids(self) -> frozenset[str]:
        """Return the chosen KPI's, each once."""
        return frozenset(row["kpi_id"] for row in self.rows)


def selections(plan: Plan) -> Iterator[Selection]:
    """Give the selection per service; what ended does not add to what runs."""
    chosen: dict[str, list[Row]] = {}
    for row in plan.accepted("selected_kpis"):
        chosen.setdefault(row["measurement_code"], []).append(row)
    groups: dict[tuple[str, str], list[Row]] = {}
    for measurement in plan.accepted("measurements"):
        has_ended = measurement["ended_on"] is not None and measurement["ended_on"] < plan.as_of
        own_group = measurement["measurement_code"] if has_ended else ""
        groups.setdefault((measurement["service_code"], own_group), []).append(measurement)
    for (service_code, _), measurements in groups.items():
        rows = [row for each in measurements for row in chosen.get(each["measurement_code"], ())]
        if rows:
            yield Selection(service_code, tuple(measurements), tuple(rows))


def r01_selection_is_explicit(plan: Plan) -> Iterator[Finding]:
    """A measurement without chosen KPI's is no selection; 'alles' was refused while reading."""
    chosen = {row["measurement_code"] for row in plan.every("selected_kpis")}
    for measurement in plan.accepted("measurements"):
        if measurement["measurement_code"] not in chosen:
            sentence = (
                f"R01: meting {measurement['measurement_code']} heeft geen gekozen KPI's. "
                "Kies ze in blad Selectie, hooguit 10 tot 15 per werksoort."
            )
            yield finding("R01", "fout", "selected_kpis", sentence)


def r02_selection_is_limited(plan: Plan) -> Iterator[Finding]:
    """More than 10 KPI's of a service is much, more than 15 too many; not all from one layer."""
    for selection in selections(plan):
        count = len(selection.kpi_ids)
        service = f"R02: werksoort {selection.service_code}"
        if count > TOO_MANY_KPIS:
            sentence = (
                f"{service} heeft {count} gekozen KPI's; kies er hooguit {TOO_MANY_KPIS}. Zet er "
                f"minstens {count - TOO_MANY_KPIS} uit in blad Selectie; tot dan telt geen ervan."
            )
            yield finding("R02", "fout", "selected_kpis", sentence, selection.rows)
        elif count > MANY_KPIS:
            sentence = (
                f"{service} heeft {count} gekozen KPI's; {MANY_KPIS} tot {TOO_MANY_KPIS} is het "
                "maximum. Ga na of ze alle nodig zijn."
            )
            yield finding("R02", "waarschuwing", "selected_kpis", sentence, selection.rows)


def r02_selection_has_several_layers(plan: Plan) -> Iterator[Finding]:
    """Tell of a service of which all KPI's are of one layer."""
    for selection in selections(plan):
        layers = {plan.known.definitions.kpis[kpi_id].layer for kpi_id in selection.kpi_ids}
        if len(layers) == 1:
            sentence = (
                f"R02: alle gekozen KPI's van werksoort {selection.service_code} zijn van de laag "
                f"{_LAYERS_NL.get(layer := layers.pop(), layer)}. Kies uit meerdere lagen."
            )
            yield finding("R02", "waarschuwing", "selected_kpis", sentence, selection.rows)


def r02b_begins_with_one_service(plan: Plan) -> Iterator[Finding]:
    """R02b and R03: tell of a second service before the first one was evaluated."""
    measurements = sorted(plan.accepted("measurements"), key=lambda row: row["started_on"])
    if not measurements:
        return
    first = measurements[0]["service_code"]
    of_first = [row for row in measurements if row["service_code"] == first]
    others = sorted({row["service_code"] for row in measurements} - {first})
    if others and not any(_is_past(row["evaluated_on"], plan) for row in of_first):
        sentence = (
            f"R02b: er zijn metingen voor {listed([first, *others])}, terwijl geen meting van "
            f"{first} geëvalueerd is. Begin klein: breid pas uit na de evaluatie (R03)."
        )
        rows = [row for row in measurements if row["service_code"] != first]
        yield finding("R02b", "waarschuwing", "measurements", sentence, rows)


def r05_effects_have_their_impact(plan: Plan) -> Iterator[Finding]:
    """Hint at effect KPI's of which the linked impact KPI was not chosen."""
    kpis = plan.known.definitions.kpis
    for selection in selections(plan):
        alone = [
            row
            for row in selection.rows
            if kpis[row["kpi_id"]].layer == "effect"
            and kpis[row["kpi_id"]].linked_impact_ids
            and selection.kpi_ids.isdisjoint(kpis[row["kpi_id"]].linked_impact_ids)
        ]
        if alone:
            effects = sorted({row["kpi_id"] for row in alone})
            impacts = sorted(
                {each for kpi_id in effects for each in kpis[kpi_id].linked_impact_ids}
            )
            sentence = (
                f"R05: werksoort {selection.service_code}: bij {listed(effects)} is de gekoppelde "
                f"impact-KPI ({listed(impacts)}) niet gekozen. Beginnen met effecten mag; liever "
                "kiest u van impact naar effect naar activiteit."
            )
            yield finding("R05", "hint", "selected_kpis", sentence, alone, "kpi_id")


def r06_effects_share_life_domains(plan: Plan) -> Iterator[Finding]:
    """Tell of effect KPI's in a life domain of which no impact KPI was chosen."""
    kpis = plan.known.definitions.kpis
    for selection in selections(plan):
        domains = {
            kpis[kpi_id].life_domain
            for kpi_id in selection.kpi_ids
            if kpis[kpi_id].layer == "impact"
        }
        apart = [
            row
            for row in selection.rows
            if kpis[row["kpi_id"]].layer == "effect"
            and kpis[row["kpi_id"]].life_domain is not None
            and kpis[row["kpi_id"]].life_domain not in domains
        ]
        # Without any impact KPI there is nothing to be in line with: that is for R05.
        if domains and apart:
            effects = listed(sorted({row["kpi_id"] for row in apart}))
            sentence = (
                f"R06: werksoort {selection.service_code}: {effects} ligt in een leefgebied "
                "waaruit geen impact-KPI gekozen is. Kies effecten in dezelfde leefgebieden."
            )
            yield finding("R06", "waarschuwing", "selected_kpis", sentence, apart, "kpi_id")


def r07_activities_stay_internal(plan: Plan) -> Iterator[Finding]:
    """Refuse activity KPI's, the organisation's own too, for an opdrachtgever."""
    kpis = plan.known.definitions.kpis
    rows = [
        row
        for row in plan.accepted("selected_kpis")
        if row["audience"] == "opdrachtgever"
        and "activity" in (kpis[row["kpi_id"]].layer, layer_of(row["kpi_id"]))
    ]
    if rows:
        ids = listed(sorted({row["kpi_id"] for row in rows}))
        where = place(sheet_of("selected_kpis"), rows)
        sentence = f"R07: {where}: {ids}: proces-KPI's zijn alleen intern. Kies 'intern'."
        yield finding("R07", "fout", "selected_kpis", sentence, rows, "audience")


def r11_targets_are_complete(plan: Plan) -> Iterator[Finding]:
    """Tell of a target without a value or a date, or of one before the start."""
    starts = {row["measurement_code"]: row["started_on"] for row in plan.accepted("measurements")}

    def is_early(row: Row) -> bool:
        start = starts.get(row["measurement_code"])
        return row["target_on"] is not None and start is not None and row["target_on"] < start

    faults: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
        (
            "target_on",
            "een richtwaarde zonder richtdatum",
            lambda row: row["target_value"] is not None and row["target_on"] is None,
        ),
        (
            "target_value",
            "een richtdatum zonder richtwaarde",
            lambda row: row["target_value"] is None and row["target_on"] is not None,
        ),
        ("target_on", "een richtdatum voor de start van de meting", is_early),
    )
    for column_name, fault, has_fault in faults:
        rows = [row for row in plan.accepted("selected_kpis") if has_fault(row)]
        if rows:
            where = place(sheet_of("selected_kpis"), rows)
            sentence = f"R11: {where}: {fault}. Maak het doel compleet: waarde en tijdsbestek."
            yield finding("R11", "waarschuwing", "selected_kpis", sentence, rows, column_name)


def r24_entered_values_are_impact(plan: Plan) -> Iterator[Finding]:
    """Refuse a hand-entered value of a KPI that does not come from a public source."""
    kpis = plan.known.definitions.kpis
    rows = [row for row in plan.accepted("impact_values") if kpis[row["kpi_id"]].layer != "impact"]
    if rows:
        ids = listed(sorted({row["kpi_id"] for row in rows}))
        where = place(sheet_of("impact_values"), rows)
        sentence = (
            f"R24: {where}: {ids} is geen impact-KPI. Effecten komen uit vragenlijsten en "
            "activiteiten uit het ECD; met de hand kan alleen een waarde uit een openbare bron."
        )
        yield finding("R24", "fout", "impact_values", sentence, rows, "kpi_id")


def r27_end_is_not_before_start(plan: Plan) -> Iterator[Finding]:
    """Refuse a measurement that ends before it starts."""
    rows = [
        row
        for row in plan.accepted("measurements")
        if row["ended_on"] is not None and row["ended_on"] < row["started_on"]
    ]
    if rows:
        where = place(sheet_of("measurements"), rows)
        sentence = f"R27: {where}: het einde ligt voor de start. Verbeter een van beide datums."
        yield finding("R27", "fout", "measurements", sentence, rows, "ended_on")


def r27_moments_are_agreed(plan: Plan) -> Iterator[Finding]:
    """Tell of a measurement without measuring moment, and of moments outside its period."""
    moments: dict[str, list[Row]] = {}
    for row in plan.accepted("measuring_moments"):
        moments.setdefault(row["measurement_code"], []).append(row)
    for measurement in plan.accepted("measurements"):
        code, start = measurement["measurement_code"], measurement["started_on"]
        end = measurement["ended_on"] or date.max
        of_it = moments.get(code, [])
        if not of_it:
            sentence = (
                f"R27: meting {code} heeft geen meetmoment. Spreek ze af in blad Meetmomenten."
            )
            yield finding("R27", "waarschuwing", "measurements", sentence, [measurement])
        if outside := [row for row in of_it if not start <= row["moment_on"] <= end]:
            period = f"die op {dutch.day(start)} begint"
            if measurement["ended_on"]:
                period += f" en op {dutch.day(end)} eindigt"
            where = place(sheet_of("measuring_moments"), outside)
            sentence = f"R27: {where}: buiten meting {code}, {period}. Verbeter de datum."
            yield finding(
                "R27", "waarschuwing", "measuring_moments", sentence, outside, "moment_on"
            )


def r28_agreements_are_complete(plan: Plan) -> Iterator[Finding]:
    """Tell who registers, when, who collects and reports, and in which form, when it is open."""
    headers = sheet_of("measurements").headers
    for measurement in plan.accepted("measurements"):
        if missing := [name for name in _AGREEMENTS if measurement[name] is None]:
            names = listed(f"'{headers[name]}'" for name in missing)
            sentence = (
                f"R28: meting {measurement['measurement_code']}: {names} is nog niet afgesproken. "
                "Vul dat aan in blad Metingen."
            )
            yield finding(
                "R28", "waarschuwing", "measurements", sentence, [measurement], missing[0]
            )


def r31_impact_is_chosen_together(plan: Plan) -> Iterator[Finding]:
    """Hint at chosen impact KPI's when nobody wrote down with whom."""
    kpis = plan.known.definitions.kpis
    with_impact = {
        row["measurement_code"]
        for row in plan.accepted("selected_kpis")
        if kpis[row["kpi_id"]].layer == "impact"
    }
    for measurement in plan.accepted("measurements"):
        code = measurement["measurement_code"]
        if code in with_impact and measurement["decided_with"] is None:
            sentence = (
                f"R31: meting {code}: schrijf bij 'Samen bepaald met' op wie de impact-KPI's mee "
                "koos; betrek de opdrachtgever en de uitvoerende collega's."
            )
            yield finding("R31", "hint", "measurements", sentence, [measurement], "decided_with")


def r32_scope_is_one_effect_and_one_group(plan: Plan) -> Iterator[Finding]:
    """Refuse a measurement with more than one, or an unknown, effect or with several groups."""
    effects = plan.known.definitions.intended_effects
    one = "precies een, met alleen het nummer, zoals E4.1"

    def is_unknown(text: str) -> bool:
        return text not in effects and not _SEVERAL_EFFECTS.search(text)

    faults: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        (
            "intended_effect_id",
            f"meer dan een beoogd effect. Kies er {one}",
            _SEVERAL_EFFECTS.search,
        ),
        ("intended_effect_id", f"geen bekend beoogd effect. Kies er {one}", is_unknown),
        ("target_group_nl", "meer dan een doelgroep. Kies er precies een", _SEVERAL_GROUPS.search),
    )
    for column_name, fault, has_fault in faults:
        rows = [row for row in plan.accepted("measurements") if has_fault(row[column_name])]
        if rows:
            where = place(sheet_of("measurements"), rows)
            sentence = f"R32: {where}: {fault}; maak zo nodig een tweede meting."
            yield finding("R32", "fout", "measurements", sentence, rows, column_name)


def k03_selection_comes_first(plan: Plan) -> Iterator[Finding]:
    """Tell of a measurement that began before anything was selected."""
    chosen = {row["measurement_code"] for row in plan.accepted("selected_kpis")}
    for measurement in plan.accepted("measurements"):
        code = measurement["measurement_code"]
        if code not in chosen and _is_past(measurement["started_on"], plan):
            sentence = (
                f"K03: meting {code} is op {dutch.day(measurement['started_on'])} begonnen "
                "terwijl haar selectie leeg is. Bepaal vooraf welke KPI's u gebruikt."
            )
            yield finding("K03", "waarschuwing", "measurements", sentence, [measurement])


def roadmap_has_six_steps(plan: Plan) -> Iterator[Finding]:
    """Refuse a step that no roadmap has."""
    rows = [
        row for row in plan.accepted("roadmap_steps") if row["step_number"] not in ROADMAP_STEPS
    ]
    yield from _input(rows, "roadmap_steps", "step_number", "een stap is 1 tot en met 6")


def impact_card_has_amounts(plan: Plan) -> Iterator[Finding]:
    """Refuse a line of an Impactkaart that gives nothing to compute with."""
    rows = plan.accepted("impact_card_items")
    without_amount = [
        row
        for row in rows
        if row["kind_code"] in ("kosten", "baat")
        and row["amount_eur"] is None
        and (row["quantity"] is None or row["coefficient_eur"] is None)
    ]
    without_quantity = [
        row
        for row in rows
        if row["kind_code"] in ("bereik", "uren bespaard") and row["quantity"] is None
    ]
    needs_amount = "kosten en baten vragen een bedrag, of een aantal met euro per eenheid"
    yield from _input(without_amount, "impact_card_items", "amount_eur", needs_amount)
    needs_quantity = "bereik en bespaarde uren vragen een aantal"
    yield from _input(without_quantity, "impact_card_items", "quantity", needs_quantity)


def _input(
    rows: Iterable[Row], table_name: str, column_name: str, rule_nl: str
) -> Iterator[Finding]:
    rows = list(rows)
    if rows:
        sheet = sheet_of(table_name)
        sentence = (
            f"{place(sheet, rows)}, kolom {sheet.headers[column_name]}: {rule_nl}. Vul de cel."
        )
        yield finding(INPUT, "fout", table_name, sentence, rows, column_name)


def _is_past(day: date | None, plan: Plan) -> bool:
    return day is not None and day <= plan.as_of
