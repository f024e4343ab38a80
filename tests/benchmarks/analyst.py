"""Six KPI's as an analyst would count them with pandas, from the raw tables to every breakdown.

EIGEN-BEREIK persons reached, A8 hours per intervention, A11 declarable hours, A12 open cases,
EIGEN-AFGEROND closed trajectories, EIGEN-DOORLOOPTIJD days per trajectory. No SQL and no models:
read, merge, group. Codes and numbers are categoricals, since that is what makes pandas fast here.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

KPIS = ("EIGEN-BEREIK", "A8", "A11", "A12", "EIGEN-AFGEROND", "EIGEN-DOORLOOPTIJD")
UNKNOWN = "onbekend"
BREAKDOWNS = {
    "total": [],
    "service": ["service_code"],
    "municipality": ["municipality_code"],
    "wijk": ["wijk_code"],
    "service_municipality": ["service_code", "municipality_code"],
    "team": ["team_code"],
    "service_team": ["service_code", "team_code"],
    "project": ["project_code"],
    "commissioner": ["commissioner_code"],
    "service_commissioner": ["service_code", "commissioner_code"],
    "age_band": ["age_band"],
}
KEYS = [
    "service_code", "municipality_code", "wijk_code", "team_code", "project_code",
    "commissioner_code", "age_band",
]  # fmt: skip
PERIODS = {"year": "Y", "quarter": "Q", "month": "M"}
HISTORY_YEARS = 20


def read(raw: Path, table: str, columns: list[str]) -> pd.DataFrame:
    """Read the good rows of a raw table; texts become categoricals."""
    names = ["source_id", "record_ref", "reject_reason"] if not table.startswith("open_") else []
    texts = [name for name in columns if name.endswith(("_id", "_code"))]
    found = pq.read_table(raw / table, columns=columns + names, read_dictionary=texts).to_pandas(
        date_as_object=False
    )
    if names:
        found = found[found["reject_reason"].isna()].drop(columns="reject_reason")
    return found


def once(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return one row per key: the first source and record."""
    rows = rows[rows[key].notna()].sort_values(["source_id", "record_ref"])
    return rows.drop_duplicates(key).set_index(key)


def known(codes: pd.Series) -> pd.Series:
    """Return codes with 'onbekend' for what was not registered."""
    codes = codes.astype("category")
    if UNKNOWN not in codes.cat.categories:
        codes = codes.cat.add_categories(UNKNOWN)
    return codes.fillna(UNKNOWN)


def first_known(codes: pd.Series, others: pd.Series) -> pd.Series:
    """Return codes, and the other ones where there are none."""
    codes, others = codes.astype("category"), others.astype("category")
    every = codes.cat.categories.union(others.cat.categories)
    return codes.cat.set_categories(every).fillna(others.cat.set_categories(every))


def stack(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Put rows below others; a categorical stays one."""
    both = pd.concat([one, other], ignore_index=True)
    for name in both.columns.intersection(one.columns).intersection(other.columns):
        if isinstance(one[name].dtype, pd.CategoricalDtype):
            parts = [one[name], other[name].astype("category")]
            both[name] = union_categoricals(parts, ignore_order=True)
    return both


def age_band(birth_year: pd.Series, day: pd.Series) -> pd.Series:
    """Return the age band on the first of January of a year."""
    age = day.dt.year - birth_year - 1
    bands = pd.cut(
        age, [-1000, 18, 27, 65, 1000], right=False, labels=["0-17", "18-26", "27-64", "65+"]
    )
    return bands.cat.add_categories(UNKNOWN).fillna(UNKNOWN)


def month(day: pd.Series) -> pd.Series:
    """Return the first day of the month."""
    return day.dt.to_period("M").dt.to_timestamp()


class Organisation:
    """The tables of an organisation, with what every KPI needs of them."""

    def __init__(self, raw: Path) -> None:
        settings = pq.read_table(raw / "run" / "settings").to_pandas().set_index("name")["value"]
        self.as_of = pd.Timestamp(settings["as_of"])
        self.regions = self._read_regions(raw)
        self.clients = self._read_clients(raw)
        self.trajectories = self._read_trajectories(raw)
        self.contacts = read(
            raw, "ecd/contacts",
            ["contact_on", "minutes", "is_declarable", "client_id", "trajectory_id", "worker_id",
             "team_code"],
        ).query("contact_on <= @self.as_of")  # fmt: skip
        self.projects = once(
            read(
                raw, "organisation/projects",
                ["project_code", "service_code", "team_code", "area_code", "commissioner_code",
                 "ended_on"],
            ),
            "project_code",
        )  # fmt: skip
        self.sessions = once(
            read(
                raw, "ecd/group_activities",
                ["activity_id", "project_code", "service_code", "team_code", "held_on", "minutes",
                 "worker_count"],
            ).query("held_on <= @self.as_of"),
            "activity_id",
        )  # fmt: skip
        self.attendances = read(raw, "ecd/attendances", ["activity_id", "client_id", "attended_on"])
        self.hours = (
            read(raw, "ecd/worked_hours", ["worker_id", "team_code", "month_start", "hours"])
            .astype({"hours": "float64"})
            .query("month_start <= @self.as_of")
        )

    def _read_regions(self, raw: Path) -> pd.DataFrame:
        regions = read(
            raw, "open_data/regions",
            ["region_code", "division_year", "municipality_code", "wijk_code", "revision"],
        )  # fmt: skip
        newest = regions.loc[regions["region_code"] == "NL00", "division_year"].max()
        regions["is_listed"] = regions["division_year"] == newest
        listed = regions.groupby("region_code", observed=True)["is_listed"].any()
        regions = regions.sort_values(["division_year", "revision"]).drop_duplicates(
            "region_code", keep="last"
        )
        return regions.set_index("region_code").assign(is_listed=listed)

    def _read_clients(self, raw: Path) -> pd.DataFrame:
        clients = once(
            read(
                raw, "ecd/clients", ["client_id", "birth_year", "buurt_code", "municipality_code"]
            ),
            "client_id",
        )  # fmt: skip
        listed = self.regions.index[self.regions["is_listed"]]
        buurt = clients["buurt_code"].astype("object")
        municipality = clients["municipality_code"].astype("object")
        municipality = municipality.fillna("GM" + buurt.str[2:6])
        region = buurt.where(buurt.isin(listed)).fillna(
            municipality.where(municipality.isin(listed))
        )
        return clients.assign(region_code=region.fillna(UNKNOWN).astype("category"))

    def _read_trajectories(self, raw: Path) -> pd.DataFrame:
        found = once(
            read(
                raw, "ecd/trajectories",
                ["trajectory_id", "client_id", "service_code", "team_code", "commissioner_code",
                 "started_on", "ended_on"],
            ),
            "trajectory_id",
        )  # fmt: skip
        for column in ("service_code", "team_code", "commissioner_code"):
            found[column] = known(found[column])
        found["birth_year"] = found["client_id"].map(self.clients["birth_year"]).astype("float64")
        found["region_code"] = found["client_id"].map(self.clients["region_code"])
        return found.reset_index()

    def placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add municipality and wijk to rows with a region."""
        region = known(rows["region_code"])
        for column in ("municipality_code", "wijk_code"):
            rows[column] = known(region.map(self.regions[column]))
        return rows


def persons_reached(data: Organisation) -> pd.DataFrame:
    """Return a row per person, month and what the contact or session was of."""
    contacts = (
        data.contacts[["client_id", "trajectory_id", "team_code"]]
        .assign(observed_on=month(data.contacts["contact_on"]))
        .drop_duplicates()
    )
    of_trajectory = data.trajectories.set_index("trajectory_id")
    looked_up = {
        column: contacts["trajectory_id"].map(of_trajectory[column])
        for column in ("client_id", "service_code", "team_code", "commissioner_code")
    }
    met = pd.DataFrame(
        {
            "subject": first_known(contacts["client_id"], looked_up["client_id"]),
            "observed_on": contacts["observed_on"],
            "service_code": known(looked_up["service_code"]),
            "team_code": known(first_known(looked_up["team_code"], contacts["team_code"])),
            "commissioner_code": known(looked_up["commissioner_code"]),
        }
    )
    sessions, activity = data.sessions, data.attendances["activity_id"]
    day = data.attendances["attended_on"].fillna(activity.map(sessions["held_on"]))
    attended = pd.DataFrame({"subject": data.attendances["client_id"], "observed_on": month(day)})
    for column in ("service_code", "team_code"):
        of_project = sessions["project_code"].map(data.projects[column])
        attended[column] = known(activity.map(first_known(sessions[column], of_project)))
    payer = sessions["project_code"].map(data.projects["commissioner_code"])
    attended["commissioner_code"] = known(activity.map(payer))
    attended["project_code"] = known(activity.map(sessions["project_code"]))
    attended = attended[day <= data.as_of].drop_duplicates()
    reached = stack(met, attended)
    reached = reached[reached["subject"].notna()].copy()
    reached["region_code"] = known(reached["subject"].map(data.clients["region_code"]))
    birth_year = reached["subject"].map(data.clients["birth_year"]).astype("float64")
    reached["age_band"] = age_band(birth_year, reached["observed_on"])
    return data.placed(reached.assign(numerator=1.0))


def closed(data: Organisation) -> pd.DataFrame:
    """Return the trajectories that ended, on their last day."""
    ended = data.trajectories[data.trajectories["ended_on"] <= data.as_of].copy()
    ended["subject"] = ended["trajectory_id"].cat.remove_unused_categories()
    ended["observed_on"] = ended["ended_on"]
    ended["age_band"] = age_band(ended["birth_year"], ended["ended_on"])
    return data.placed(ended)


def hours_per_intervention(data: Organisation, ended: pd.DataFrame) -> pd.DataFrame:
    """Return the minutes of every trajectory and project that ended."""
    minutes = data.contacts.groupby("trajectory_id", observed=True)["minutes"].sum()
    trajectories = ended.assign(
        numerator=ended["trajectory_id"].map(minutes).astype("float64").fillna(0.0)
    )
    of_session = data.sessions.assign(
        minutes=data.sessions["minutes"] * data.sessions["worker_count"]
    )
    of_project = of_session.groupby("project_code", observed=True)["minutes"].sum(min_count=1)
    projects = data.projects.reset_index()
    projects = projects[
        (projects["ended_on"] <= data.as_of) & projects["project_code"].isin(of_project.index)
    ].copy()
    projects["subject"] = projects["project_code"]
    projects["observed_on"] = projects["ended_on"]
    projects["region_code"] = known(projects["area_code"])
    projects["numerator"] = projects["project_code"].map(of_project).astype("float64").fillna(0.0)
    for column in ("service_code", "team_code", "commissioner_code"):
        projects[column] = known(projects[column])
    return stack(trajectories, data.placed(projects)).assign(denominator=1.0)


def declarable_hours(data: Organisation) -> pd.DataFrame:
    """Return declarable and worked minutes per worker and month, in the team with most hours."""
    hours = data.hours[data.hours["worker_id"].notna()].assign(
        observed_on=lambda rows: month(rows["month_start"])
    )
    hours = hours.sort_values(["hours", "team_code"], ascending=[False, True])
    per_month = hours.groupby(["worker_id", "observed_on"], observed=True)
    worked = per_month.agg(team_code=("team_code", "first"), hours=("hours", "sum")).reset_index()
    worked = worked[worked["hours"] > 0]
    billed = data.contacts[data.contacts["is_declarable"].fillna(False).astype(bool)]
    billed = (
        billed.assign(observed_on=month(billed["contact_on"]))
        .groupby(["worker_id", "observed_on"], observed=True)["minutes"].sum()
        .rename("numerator").reset_index()
    )  # fmt: skip
    worked["worker_id"] = worked["worker_id"].astype("object")
    billed["worker_id"] = billed["worker_id"].astype("object")
    found = worked.merge(billed, on=["worker_id", "observed_on"], how="left")
    return pd.DataFrame(
        {
            "subject": found["worker_id"].astype("category"),
            "observed_on": found["observed_on"],
            "team_code": known(found["team_code"]),
            "numerator": found["numerator"].astype("float64").fillna(0.0),
            "denominator": found["hours"] * 60,
        }
    )


def open_cases(data: Organisation) -> pd.DataFrame:
    """Return every trajectory on every month-end on which it was open."""
    rows = data.placed(data.trajectories.copy())
    rows["subject"] = rows["trajectory_id"]
    first = pd.Timestamp(data.as_of.year - HISTORY_YEARS, 1, 31)
    keys = ["subject", "service_code", "team_code", "commissioner_code", "municipality_code",
            "wijk_code", "birth_year"]  # fmt: skip
    found = []
    for month_end in pd.date_range(first, data.as_of, freq="ME"):
        is_open = (rows["started_on"] <= month_end) & ~(rows["ended_on"] <= month_end)
        if is_open.any():
            found.append(rows.loc[is_open, keys].assign(observed_on=month_end))
    cases = pd.concat(found, ignore_index=True)
    cases["age_band"] = age_band(cases["birth_year"], cases["observed_on"])
    return cases.assign(numerator=1.0)


def per_breakdown(
    kpi: str, rows: pd.DataFrame, *, per_subject: str = "sum", is_stock: bool = False
) -> pd.DataFrame:
    """Count every subject once per period and breakdown, then add."""
    rows = rows.reindex(columns=["subject", "observed_on", "numerator", "denominator", *KEYS])
    found = []
    for period, letter in PERIODS.items():
        start = rows["observed_on"].dt.to_period(letter)
        counted = rows.assign(period_start=start.dt.start_time)
        if is_stock:
            counted = counted[rows["observed_on"] == start.dt.end_time.dt.normalize()]
        for breakdown, keys in BREAKDOWNS.items():
            part = counted.dropna(subset=keys) if keys else counted
            if part.empty:
                continue
            per_once = part.groupby(
                ["subject", "period_start", *keys], observed=True, sort=False, as_index=False
            )[["numerator", "denominator"]]
            once = per_once.sum(min_count=1) if per_subject == "sum" else per_once.max()
            slices = once.groupby(["period_start", *keys], observed=True, sort=False)
            figures = slices[["numerator", "denominator"]].sum(min_count=1)
            figures = figures.assign(n=slices.size()).reset_index()
            texts = [figures[key].astype(str) for key in keys]
            slice_key = texts[0].str.cat(texts[1:], sep="|") if texts else ""
            found.append(
                figures[["period_start", "numerator", "denominator", "n"]].assign(
                    kpi_id=kpi, period_type=period, breakdown=breakdown, slice_key=slice_key
                )
            )
    return pd.concat(found, ignore_index=True)


def count(raw: Path) -> pd.DataFrame:
    """Return the figures of all six KPI's, per period and breakdown."""
    data = Organisation(raw)
    ended = closed(data)
    lasted = ended[ended["started_on"] <= ended["ended_on"]]
    days = (lasted["ended_on"] - lasted["started_on"]).dt.days.astype("float64")
    return pd.concat(
        [
            per_breakdown("EIGEN-BEREIK", persons_reached(data), per_subject="max"),
            per_breakdown("A8", hours_per_intervention(data, ended)),
            per_breakdown("A11", declarable_hours(data)),
            per_breakdown("A12", open_cases(data), is_stock=True),
            per_breakdown("EIGEN-AFGEROND", ended.assign(numerator=1.0)),
            per_breakdown("EIGEN-DOORLOOPTIJD", lasted.assign(numerator=days, denominator=1.0)),
        ],
        ignore_index=True,
    )


def main() -> None:
    raw, out = map(Path, sys.argv[1:])
    began = time.perf_counter()
    figures = count(raw)
    seconds = time.perf_counter() - began
    figures.to_parquet(out)
    print(json.dumps({"seconds": seconds, "rows": len(figures)}))  # noqa: T201 - read by the parent


if __name__ == "__main__":
    main()
