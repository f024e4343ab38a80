"""The dead man's switch: says once that nights stay away."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exports.release import current_release, published_at
from ingest import dutch
from ingest.home import Home
from orchestration.exit_codes import OK, SILENT
from orchestration.notify.channels import Sent, channels, deliver
from orchestration.notify.messages import Message, organisation
from orchestration.settings import Settings


@dataclass(frozen=True)
class Watched:
    """Whether nights come, in a Dutch sentence, and where that was told."""

    exit_code: int
    sentence: str
    sent: Sent = field(default_factory=Sent)


def look(home: Home, settings: Settings, now: datetime) -> Watched:
    """See whether a night was published in time, and tell people when not: once per silence.

    A silence is known by the release that stays the newest. It counts as told when the message
    arrived somewhere; until then every look tries again. `now` is an instant with its zone.
    """
    release = current_release(home)
    moment = published_at(release) if release else None
    hours = settings.notify.silent_after_hours
    if release and moment and now - moment <= timedelta(hours=hours):
        home.silence_file.unlink(missing_ok=True)
        return Watched(OK, f"De laatste nacht is gepubliceerd: {_told(moment)}.")
    newest = release.name if release else None
    sentence = (
        f"De laatste gepubliceerde nacht is van {_told(moment)}, meer dan {hours} uur geleden."
        if moment
        else "Er is nog nooit een nacht gepubliceerd."
    )
    if _told_of(home) == {"newest": newest}:
        return Watched(SILENT, f"{sentence} Dat is al gemeld.")
    message = Message(
        organisation=organisation(settings),
        headline="het is stil, er komt geen nacht",
        sentences=(
            sentence,
            "Kijk of de machine en de timer of Dagster lopen, en draai 'impactkompas run'.",
        ),
        exit_code=SILENT,
        run_id=newest,
        log=str(home.logs / "nacht.log"),
    )
    sent = deliver(channels(home, settings.notify, message))
    if sent.arrived:
        sent.failed.extend(_remember(home, newest))
    return Watched(SILENT, sentence, sent)


def try_out(home: Home, settings: Settings) -> Sent:
    """Send a message that only shows that messages arrive."""
    message = Message(
        organisation=organisation(settings),
        headline="dit is een proefmelding",
        sentences=("Zo komt een melding over de nacht aan.",),
        exit_code=OK,
        run_id=None,
        log=str(home.logs / "nacht.log"),
    )
    return deliver(channels(home, settings.notify, message))


def _told(moment: datetime) -> str:
    here = moment.astimezone(dutch.AMSTERDAM)
    return f"{dutch.day(here)} {here:%H:%M}"


def _told_of(home: Home) -> object:
    """Return the silence that people were told of; what cannot be read was not told."""
    try:
        return json.loads(home.silence_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _remember(home: Home, newest: str | None) -> list[str]:
    try:
        home.logs.mkdir(parents=True, exist_ok=True)
        home.silence_file.write_text(json.dumps({"newest": newest}), encoding="utf-8")
    except OSError:
        sentence = (
            f"Dat dit gemeld is kon niet worden onthouden in {home.silence_file}: de melding komt "
            "steeds terug. Geef schrijfrecht op die map."
        )
        return [sentence]
    return []
