"""What is said: by construction nothing that came from a file, a cell or a library."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from ingest import dutch
from ingest.home import Home
from ingest.open_data import TableResult
from ingest.source_states import SourceResult
from ingest.unforeseen import described
from orchestration.exit_codes import CRASH, FLAGS, HELD, NOT_PUBLISHED, OK
from orchestration.settings import Settings
from orchestration.standing import RELIABILITY_NL, Standing, release_line
from quality.catalogue import catalogue

_HEADLINES = {
    OK: "de nacht is gepubliceerd",
    FLAGS: "de nacht is gepubliceerd, met iets om na te kijken",
    HELD: "de nacht is gepubliceerd, maar een bron vraagt om actie",
    NOT_PUBLISHED: "de nacht is niet gepubliceerd",
    CRASH: "de nacht is afgebroken door een onverwachte fout",
}
PUBLISHED = (OK, FLAGS, HELD)


@dataclass(frozen=True)
class Message:
    """What goes out, the same by every channel."""

    organisation: str
    headline: str
    sentences: tuple[str, ...]
    exit_code: int
    run_id: str | None
    log: str

    @property
    def title(self) -> str:
        """Return of whom this is and what happened, in one line."""
        return f"{self.organisation}: {self.headline}"

    def as_text(self) -> str:
        """Return the whole message as people read it."""
        run = f"Run {self.run_id}, afsluitcode" if self.run_id else "Afsluitcode"
        listed = "\n".join(f"- {sentence}" for sentence in self.sentences)
        return f"{self.title}\n\n{listed}\n\n{run} {self.exit_code}. Log: {self.log}\n"

    def as_json(self) -> dict[str, object]:
        """Return the message for a webhook; Slack and Teams show `text`, without its own marks."""
        return {
            "text": escape(self.as_text(), quote=False),
            "organisation": self.organisation,
            "headline": self.headline,
            "sentences": list(self.sentences),
            "exit_code": self.exit_code,
            "run_id": self.run_id,
            "log": self.log,
        }


def night_message(
    home: Home, settings: Settings, exit_code: int, run_id: str, log: str, faults: Iterable[str]
) -> Message:
    """Return what to say of a night; `faults` are Dutch sentences about what failed in it."""
    try:
        sentences = [*faults, *_circumstances(home, settings, exit_code)]
    except Exception as error:  # noqa: BLE001 - less is said then, but it is said
        sentences = [*faults, f"De bijzonderheden zijn niet te lezen ({described(error)})."]
    return Message(
        organisation=organisation(settings),
        headline=_HEADLINES[exit_code],
        sentences=tuple(sentences),
        exit_code=exit_code,
        run_id=run_id or None,
        log=log,
    )


def organisation(settings: Settings) -> str:
    """Return the name above a message."""
    return settings.organisation_name + (" (voorbeeldgegevens)" if settings.is_example else "")


def _circumstances(home: Home, settings: Settings, exit_code: int) -> Iterator[str]:
    release = release_line(home, settings.business_date)
    if exit_code not in PUBLISHED:
        yield f"De vorige uitgave blijft staan: {release}."
        return
    standing = Standing.of(home, settings.business_date)
    yield from filter(None, map(_of_source, standing.sources))
    yield from filter(None, map(_of_table, standing.tables))
    if standing.refused:
        yield (
            f"Meetplan: {dutch.number(standing.refused)} keer een fout; "
            f"{home.meetplan_findings_file.name} heeft de lijst."
        )
    for check_id in standing.failed_checks:
        yield f"Controle {_named(check_id)} kon niet worden uitgevoerd."
    if standing.doubtful:
        counts = standing.own_figures
        told = ", ".join(
            f"{dutch.number(counts[each])} {each}" for each in RELIABILITY_NL if counts[each]
        )
        yield f"KPI-rijen (zonder open data): {told}."
    yield f"Uitgave: {release}. 'impactkompas status' zegt waarom."


def _of_source(source: SourceResult) -> str:
    """Return how a source stands, in words of ours: its own message may name a file."""
    known = (
        f"De gegevens zijn van {dutch.day(source.data_as_of)}."
        if source.data_as_of
        else "Er is nog niets van ingenomen."
    )
    match source.state:
        case "vastgehouden":
            return f"{source.source_id}: vastgehouden, {_why(source.held_by)}. {known}"
        case "ontbreekt" if source.is_awaited:
            return f"{source.source_id}: er is nog geen levering."
        case "verouderd":
            long = " Dat duurt al te lang: bel de leverancier." if source.is_escalated else ""
            return f"{source.source_id}: er kwam niets nieuws binnen. {known}{long}"
    return ""


def _why(check_id: str | None) -> str:
    # S02 stands for whatever made a file unfit, not for its columns alone.
    if check_id and check_id != "S02":
        return f"door controle {_named(check_id)}"
    return "want het bestand is niet te lezen of past niet bij het contract"


def _named(check_id: str) -> str:
    names = {check.id: check.name_nl for check in catalogue()}
    return f"{check_id} ({names[check_id]})" if check_id in names else check_id


def _of_table(table: TableResult) -> str:
    match table.state:
        case "ontbreekt":
            return f"Open data {table.table_id}: ontbreekt."
        case "verouderd" if table.retrieved_on:
            stays = f"de kopie van {dutch.day(table.retrieved_on)} blijft in gebruik"
            return f"Open data {table.table_id}: verouderd; {stays}."
    return ""
