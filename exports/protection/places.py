"""Which slice of the work is a part of which: wijk of municipality, project of service and team."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from exports.protection.linked import Slice

_TOTAL = Slice("total")
_PROJECT_PARTS = ("service", "team", "commissioner")


@dataclass(frozen=True)
class Places:
    """The municipality of every wijk, and the codes of every project."""

    municipality_of: dict[str, str]
    projects: dict[str, tuple[str | None, ...]]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> "Places":
        """Read them from the attached warehouse."""
        regions = connection.execute(
            "select region_code, municipality_code from warehouse.mart.dim_region "
            "where municipality_code is not null"
        ).fetchall()
        projects = connection.execute(
            "select project_code, service_code, team_code, commissioner_code, area_code "
            "from warehouse.mart.dim_project"
        ).fetchall()
        return cls(dict(regions), {code: tuple(rest) for code, *rest in projects})

    def parts_of(self, part: Slice) -> Sequence[Slice]:
        """Return the slices that `part` is directly a part of."""
        match part.breakdown, part.codes:
            case "total", _:
                return ()
            case "wijk", (wijk,):
                return (Slice("municipality", (self.municipality_of.get(wijk, "onbekend"),)),)
            case "service_municipality", (region, service):
                return (Slice("service", (service,)), Slice("municipality", (region,)))
            case "service_team", (service, team):
                return (Slice("service", (service,)), Slice("team", (team,)))
            case "service_commissioner", (service, commissioner):
                return (Slice("service", (service,)), Slice("commissioner", (commissioner,)))
            case "project", (project,):
                return (_TOTAL, *self._project_in(project))
            case _:
                return (_TOTAL,)

    def _project_in(self, project: str) -> Sequence[Slice]:
        *codes, area = self.projects.get(project, (None,) * 4)
        found = [
            Slice(breakdown, (code,))
            for breakdown, code in zip(_PROJECT_PARTS, codes, strict=True)
            if code is not None
        ]
        service, _, commissioner = codes
        if service is not None and commissioner is not None:
            found.append(Slice("service_commissioner", (service, commissioner)))
        if area is not None:
            found += [Slice("wijk", (area,)), Slice("municipality", (area,))]
            if area in self.municipality_of:
                found.append(Slice("municipality", (self.municipality_of[area],)))
        return tuple(dict.fromkeys(found))
