"""Originals, landed deliveries and rows go when their term is over, and not a day before."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.contracts import load_contracts
from ingest.deliveries import DeliveryError, resume, take_in
from ingest.door import DoorBatch, DoorResult
from ingest.kept.retention import Expired, Retention, SourceTerms, Terms
from ingest.ledger import Ledger
from ingest.originals import Originals
from orchestration.settings import Settings
from tests.unit.small_organisation import DAY, KEY, REF, Organisation, contract, new_organisation

FIRST, SECOND = date(2026, 1, 4), date(2026, 1, 5)


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    """A home with contracts and no deliveries yet."""
    return new_organisation(tmp_path)


def expire(organisation: Organisation, as_of: date, **terms: object) -> Expired:
    """Apply the terms, then make raw again."""
    contracts = load_contracts(organisation.home.contracts)
    expired = Retention(
        organisation.home,
        contracts,
        Terms(**terms),
        as_of,  # type: ignore[arg-type]
    ).apply()
    organisation.night(as_of)
    return expired


def refs(organisation: Organisation, name: str) -> list[str]:
    return [row["record_ref"] for row in organisation.rows(name)]


def test_an_original_is_destroyed_after_thirty_days_and_its_landing_stays(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST)
    organisation.night(FIRST)
    originals = Originals(organisation.home, "clienten")
    (delivery_id,) = originals.delivery_ids()
    # 4 January and 30 days is 3 February.
    assert expire(organisation, date(2026, 2, 3)).originals == 0
    assert originals.exists(delivery_id)
    assert expire(organisation, date(2026, 2, 4)).originals == 6
    assert not originals.path(delivery_id).exists()
    assert not originals.key_path(delivery_id).exists()
    assert refs(organisation, "clienten") == ["R-7001", "R-1", "R-2"]
    destroyed = Ledger(organisation.home.ledger_file).events("clienten")[-1]
    assert (destroyed.event, destroyed.delivery_id) == ("destroyed", delivery_id)
    assert destroyed.message == (
        "clienten_20260104.csv: origineel vernietigd (bewaartermijn van 30 dagen)."
    )


def test_the_term_of_an_original_begins_when_it_came_in_not_at_the_day_in_its_name(
    organisation: Organisation,
) -> None:
    organisation.deliver(date(2025, 6, 1))
    organisation.night(FIRST)
    assert expire(organisation, date(2026, 2, 3)).originals == 0
    assert expire(organisation, date(2026, 2, 4)).originals == 6


def test_a_source_may_have_terms_of_its_own(organisation: Organisation) -> None:
    organisation.deliver(FIRST)
    organisation.night(FIRST)
    own = {"clienten": SourceTerms(originals_days=0), "cliente": SourceTerms(rows_years=1)}
    expired = expire(organisation, SECOND, sources=own)
    assert expired.originals == 1
    assert Originals(organisation.home, "clienten").delivery_ids() == []
    assert [sentence for sentence in expired.sentences() if "'cliente'" in sentence]


def test_a_delivery_that_counts_no_more_goes_with_its_original(organisation: Organisation) -> None:
    organisation.deliver(FIRST)
    organisation.night(FIRST)
    organisation.deliver(SECOND, clienten=["R-8;0000008;;;01-02-2025;Nieuw;01-01-1990"])
    organisation.night(SECOND)
    landed = organisation.home.landing / "clienten"
    assert len(list(landed.glob("*.parquet"))) == 2
    assert expire(organisation, date(2026, 2, 3)).landed == 0
    assert expire(organisation, date(2026, 2, 4)).landed == 1
    (left,) = landed.glob("*.parquet")
    assert left.stem.startswith("20260105-")
    # What counts stays, however old its original.
    assert expire(organisation, date(2026, 6, 1)).landed == 0
    assert refs(organisation, "clienten") == ["R-7001", "R-1", "R-2", "R-8"]


def test_rows_go_by_the_end_of_their_trajectory_and_a_client_with_his_last_row(
    organisation: Organisation,
) -> None:
    organisation.deliver(
        FIRST,
        # 1 ended five years ago, 2 a day later, 3 runs; who has none goes by his own date.
        trajecten=["K-11;T-11;0000011;w1;04-01-2021", "K-12;T-12;0000012;w1;05-01-2021",
                   "K-13;T-13;0000013;w1;"],
        contacten=["C-11;C-11;T-11;0000011;w1;01-03-2020", "C-12;C-12;T-12;0000012;w1;01-03-2020",
                   "C-13;C-13;T-13;0000013;w1;01-03-2015", "C-14;C-14;;;w1;04-01-2021",
                   "C-15;C-15;;;w1;05-01-2021", "C-16;C-16;;;w1;geen dag"],
        complexiteit=["Z-11;T-11;01-02-2020", "Z-13;T-13;01-02-2015"],
        clienten=["R-11;0000011;;;01-02-2020;A;01-01-1990",
                  "R-12;0000012;;;01-02-2020;B;01-01-1990",
                  "R-13;0000013;;;01-02-2015;C;01-01-1990"],
        medewerkers=["W-3;w3;04-01-2021", "W-4;w4;"],
    )  # fmt: skip
    organisation.night(FIRST)
    expired = expire(organisation, SECOND)
    assert expired.rows == {
        "clienten": 1, "trajecten": 1, "contacten": 2, "complexiteit": 1, "medewerkers": 1,
    }  # fmt: skip
    assert refs(organisation, "trajecten") == ["K-7001", "K-1", "K-2", "K-12", "K-13"]
    assert refs(organisation, "contacten")[4:] == ["C-12", "C-13", "C-15"]
    assert refs(organisation, "complexiteit") == ["Z-7001", "Z-1", "Z-13"]
    assert refs(organisation, "clienten") == ["R-7001", "R-1", "R-2", "R-12", "R-13"]
    assert refs(organisation, "medewerkers") == ["W-1", "W-2", "W-4"]
    state = organisation.night(SECOND)["contacten"]
    # A row without a day that can be read goes with its delivery.
    counts = (state.rows_in, state.rows_out, state.rejected, state.duplicates, state.expired)
    assert counts == (10, 7, 1, 0, 2)
    (sentence,) = expired.sentences()
    assert sentence == (
        "Rijen ouder dan hun bewaartermijn verwijderd: complexiteit 1, contacten 2, "
        "medewerkers 1, trajecten 1, clienten 1."
    )
    again = expire(organisation, SECOND)
    assert (again.rows, again.landed) == ({}, 0)


def test_a_day_that_cannot_be_does_not_take_a_row_away_before_a_check_has_seen_it(
    organisation: Organisation,
) -> None:
    columns: dict[str, tuple[str, dict[str, Any]]] = {
        "record_ref": REF,
        "attendance_id": ("Deelname", KEY),
        "attended_on": ("Datum", DAY),
        "recorded_on": ("Vastgelegd", DAY),
    }
    document = contract("deelnames", "attendances", "ecd", columns)
    file = organisation.home.contracts / "deelnames.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    lines = [
        "Record;Deelname;Datum;Vastgelegd",
        "D-1;D-1;01-01-1970;05-01-2021",
        "D-2;D-2;01-01-1970;04-01-2021",
        "D-3;D-3;01-01-1970;",
        "D-4;D-4;31-12-1999;05-01-2021",
        "D-5;D-5;01-01-2000;05-01-2021",
    ]
    delivered = organisation.home.inbox / f"deelnames_{FIRST:%Y%m%d}.csv"
    delivered.write_text("\n".join([*lines, ""]), encoding="utf-8")
    organisation.night(FIRST)

    expired = expire(organisation, SECOND)

    # Five years after they were registered; an old day that can be, or nothing else, counts.
    assert refs(organisation, "deelnames") == ["D-1", "D-4"]
    assert expired.rows == {"deelnames": 3}


def test_a_held_delivery_whose_term_is_over_says_so_and_cannot_be_resumed(
    organisation: Organisation,
) -> None:
    def jump(batch: DoorBatch) -> list[DoorResult]:
        return [DoorResult("S08", None, 1, 1, "afgekeurd", holds=True, message="een sprong")]

    organisation.deliver(FIRST)
    (contract,) = [each for each in organisation.contracts if each.source_id == "clienten"]
    take_in(organisation.home, contract, as_of=FIRST, judge=jump)
    contracts = load_contracts(organisation.home.contracts)
    as_of = date(2026, 2, 4)
    expired = Retention(organisation.home, contracts, Terms(), as_of).apply()
    assert expired.lost == ["clienten_20260104.csv"]
    state = take_in(organisation.home, contract, as_of=as_of, judge=jump)
    assert state.state == "vastgehouden"
    assert "Het origineel is vernietigd" in state.message
    with pytest.raises(DeliveryError, match="het origineel is vernietigd"):
        resume(organisation.home, "clienten")


def test_terms_are_read_from_the_settings_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        "[retention]\nrows_years = 7\n[retention.sources.ecd-contacten]\noriginals_days = 0\n",
        encoding="utf-8",
    )
    terms = Settings.of(file).retention
    assert (terms.years("ecd-clienten"), terms.days("ecd-clienten")) == (7, 30)
    assert (terms.years("ecd-contacten"), terms.days("ecd-contacten")) == (7, 0)
