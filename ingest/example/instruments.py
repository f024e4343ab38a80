"""Scores of instruments: of clients (ZRM, Positieve Gezondheid) and anonymous (satisfaction)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from ingest.example.layouts import layouts
from ingest.example.organisation import DELIVERED_ON, LAST_DAY, Organisation, Project
from ingest.example.registrations import Case, Trajectory
from ingest.example.surveys import (
    SHARE_UNKNOWN_TITLE,
    UNKNOWN_TITLE,
    activity_day,
    age_band,
)

ZRM_SERVICES = ("AMW", "OUD")
HEALTH_SERVICES = ("AMW", "MZO", "OUD")
# Of every so many lists with typing errors, one score was typed that is not on the scale.
LISTS_PER_TYPING_ERROR = 50
OFF_SCALE = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """A filled-in list of an instrument; a dimension without a score was left blank."""

    id: str
    instrument: str  # also the first part of its file name
    client_number: str
    role: str
    moment: str
    measured_on: date
    service_code: str
    team_code: str
    project: Project | None
    title: str
    age_band: str
    scores: dict[str, int]
    recorded_on: date


class InstrumentGenerator:
    """Fills in instruments with a chance of its own, so that no other file changes."""

    def __init__(self, seed: int) -> None:
        """Start the numbering; the same seed gives the same lists for the same cases."""
        self._seed = seed
        self._rng = Random(f"instruments {seed}")
        self._numbers = count(1)

    def of_case(self, case: Case) -> Iterator[Measurement]:
        """Give the lists of one client, trajectory after trajectory."""
        for trajectory in case.trajectories:
            if trajectory.service_code in ZRM_SERVICES and self._rng.random() < 0.5:
                yield from self._zrm(trajectory)
            if trajectory.service_code in HEALTH_SERVICES and self._rng.random() < 0.25:
                scores = {
                    dimension: min(10, max(0, round(self._rng.gauss(6, 2))))
                    for dimension in layouts()["positieve_gezondheid"].dimensions
                }
                day = trajectory.started_on
                yield self._of(trajectory, "positieve_gezondheid", "deelnemer", "", day, scores)

    def satisfaction(self, organisation: Organisation) -> Iterator[Measurement]:
        """Give the anonymous forms of every project."""
        rng = Random(f"satisfaction {self._seed}")
        for project in organisation.projects:
            for _ in range(round(project.invited_count * rng.uniform(0.2, 0.5))):
                day = activity_day(rng, project)
                is_unknown = rng.random() < SHARE_UNKNOWN_TITLE
                title = project.title if rng.random() < 0.9 else rng.choice(project.aliases)
                score = min(10, max(1, round(rng.gauss(7.6, 1.3))))
                if day > LAST_DAY:
                    continue
                yield Measurement(
                    id=f"K{next(self._numbers):06d}",
                    instrument="tevredenheid",
                    client_number="",
                    role="deelnemer",
                    moment="",
                    measured_on=day,
                    service_code=project.plan.service_code,
                    team_code=project.team_code,
                    project=None if is_unknown else project,
                    title=UNKNOWN_TITLE if is_unknown else title,
                    age_band=age_band(rng, project.plan.service_code),
                    scores={"algemeen": score},
                    recorded_on=day,
                )

    def _zrm(self, trajectory: Trajectory) -> Iterator[Measurement]:
        """Give the matrix at the start, and mostly at the end; some domains are never scored."""
        rng = self._rng
        first = {
            domain: rng.choices((1, 2, 3, 4, 5), (6, 18, 30, 28, 18))[0]
            for domain in layouts()["zrm"].dimensions
            if rng.random() > 0.04
        }
        yield self._of(trajectory, "zrm", "professional", "start", trajectory.started_on, first)
        if trajectory.ended_on and rng.random() < 0.7:
            last = {
                domain: min(5, max(1, score + rng.choices((0, 1, 2, -1), (45, 33, 10, 12))[0]))
                for domain, score in first.items()
            }
            yield self._of(trajectory, "zrm", "professional", "slot", trajectory.ended_on, last)

    def _of(
        self,
        trajectory: Trajectory,
        instrument: str,
        role: str,
        moment: str,
        day: date,
        scores: dict[str, int],
    ) -> Measurement:
        return Measurement(
            id=f"K{next(self._numbers):06d}",
            instrument=instrument,
            client_number=trajectory.client_number,
            role=role,
            moment=moment,
            measured_on=day,
            service_code=trajectory.service_code,
            team_code=trajectory.team_code,
            project=None,
            title="",
            age_band="",
            scores=scores,
            recorded_on=min(day + timedelta(days=self._rng.randrange(4)), DELIVERED_ON),
        )


def mistyped(measurement: Measurement) -> Measurement:
    """Return the list as it was typed in: now and then with a score that is not on the scale."""
    if measurement.instrument != "zrm" or int(measurement.id[1:]) % LISTS_PER_TYPING_ERROR:
        return measurement
    return replace(
        measurement, scores=measurement.scores | {next(iter(measurement.scores)): OFF_SCALE}
    )
