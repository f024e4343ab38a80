"""After a night: who asked for it hears how it ended, in words of ours, and nobody else."""

import io
import logging
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from rich.console import Console
from typer.testing import CliRunner

from ingest.deliveries import take_in
from ingest.door import DoorResult
from ingest.home import Home
from ingest.pulled import Patience
from ingest.raw_tables import raw_tables, write_table
from ingest.readers import csv_table
from orchestration import progress, report
from orchestration.cli import app, telling
from orchestration.dbt import DbtError
from orchestration.notify import channels
from orchestration.notify.night import Ended, after_night, fault, step_faults
from orchestration.run_lock import BusyError, NightError
from orchestration.settings import Settings, SettingsError
from orchestration.standing import Standing
from tests.unit.notify_servers import (
    HASTE,
    PASSWORD,
    TOKEN,
    USER,
    Fault,
    authority,
    by_mail,
    keep_secret,
    mail_server,
    publish_at,
    silence,
    status,
    telling_home,
    trickle,
    webhook,
)
from tests.unit.small_ecd import BSN, client, csv_bytes, loaded, write_contract

HELD, NOT_PUBLISHED, CRASH, BUSY = 2, 3, 10, 11
BEGAN = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PATIENCE", HASTE)


def ended(exit_code: int = NOT_PUBLISHED, *faults: str) -> Ended:
    return Ended(exit_code, "20260106T030000Z", "/srv/impact/logs/nacht.log", faults)


# What is said, and through what.


def test_a_webhook_gets_who_what_and_where_as_json_with_a_text(tmp_path: Path) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=f"{hook.address}/hook")
        sent = after_night(home.root, ended(NOT_PUBLISHED, "Stap warehouse: de schijf is vol."))
    assert (sent.arrived, sent.failed) == (["webhook"], [])
    assert hook.paths == ["POST /hook"]
    assert hook.tokens == [None]
    sentences = ["Stap warehouse: de schijf is vol.",
                 "De vorige uitgave blijft staan: nog geen uitgave."]  # fmt: skip
    assert hook.bodies == [
        {
            "text": "Welzijn &lt;Zuid&gt; &amp; Noord: de nacht is niet gepubliceerd\n\n"
            f"- {sentences[0]}\n- {sentences[1]}\n\n"
            "Run 20260106T030000Z, afsluitcode 3. Log: /srv/impact/logs/nacht.log\n",
            "organisation": "Welzijn <Zuid> & Noord",
            "headline": "de nacht is niet gepubliceerd",
            "sentences": sentences,
            "exit_code": 3,
            "run_id": "20260106T030000Z",
            "log": "/srv/impact/logs/nacht.log",
        }
    ]


def test_the_secret_takes_its_place_in_the_address_or_goes_as_a_token(tmp_path: Path) -> None:
    with webhook() as hook:
        address = hook.address + "/services/{secret}"
        home = telling_home(tmp_path, webhook_url=address, webhook_bearer=True)
        keep_secret(home, "notify-webhook", TOKEN)
        assert after_night(home.root, ended()).arrived == ["webhook"]
    assert hook.paths == [f"POST /services/{TOKEN}"]
    assert hook.tokens == [f"Bearer {TOKEN}"]


def test_a_secret_that_is_gone_or_open_to_others_is_said_and_nothing_goes_out(
    tmp_path: Path,
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address + "/{secret}")
        (missing,) = after_night(home.root, ended()).failed
        keep_secret(home, "notify-webhook", TOKEN).chmod(0o640)
        (readable,) = after_night(home.root, ended()).failed
    assert "keys/notify-webhook.secret (chmod 600)" in missing
    assert "leesbaar" in readable
    assert hook.paths == []


def test_a_letter_says_the_same_over_starttls_to_a_server_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    with mail_server(trusted.server) as mailbox:
        home = telling_home(tmp_path, **by_mail(mailbox, smtp_starttls=True, smtp_user=USER))
        keep_secret(home, "notify-smtp", PASSWORD)
        assert after_night(home.root, ended(CRASH)).failed == []
    (letter,), (session,) = mailbox.letters, mailbox.sessions
    assert session.ssl is not None
    assert session.authenticated
    assert mailbox.recipients == [["beheer@example.nl", "analist@example.nl"]]
    assert letter["From"] == "impactkompas@example.nl"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"].strip() == (
        "Welzijn <Zuid> & Noord: de nacht is afgebroken door een onverwachte fout"
    )
    assert letter.get_content().splitlines() == [
        "Welzijn <Zuid> & Noord: de nacht is afgebroken door een onverwachte fout",
        "",
        "- De vorige uitgave blijft staan: nog geen uitgave.",
        "",
        "Run 20260106T030000Z, afsluitcode 10. Log: /srv/impact/logs/nacht.log",
    ]


def test_without_starttls_a_letter_goes_to_a_server_that_has_none(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        home = telling_home(tmp_path, **by_mail(mailbox))
        assert after_night(home.root, ended()).arrived == ["e-mail"]
    assert [session.ssl for session in mailbox.sessions] == [None]


def test_a_server_without_starttls_gets_nothing_when_it_was_asked_for(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        home = telling_home(tmp_path, **by_mail(mailbox, smtp_starttls=True))
        (said,) = after_night(home.root, ended()).failed
    assert "biedt geen STARTTLS" in said
    assert mailbox.letters == []


def test_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    unknown = authority(tmp_path)
    with mail_server(unknown.server) as mailbox, webhook(unknown.server) as hook:
        choices = by_mail(mailbox, smtp_starttls=True)
        home = telling_home(tmp_path, webhook_url=f"{hook.address}/hook", **choices)
        sent = after_night(home.root, ended())
    assert len(sent.failed) == 2
    assert all("certificaat van 127.0.0.1 wordt niet vertrouwd" in said for said in sent.failed)
    assert (mailbox.letters, hook.paths) == ([], [])


def test_a_wrong_password_is_said_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    with mail_server(trusted.server) as mailbox:
        home = telling_home(tmp_path, **by_mail(mailbox, smtp_starttls=True, smtp_user=USER))
        keep_secret(home, "notify-smtp", "verkeerd-Wachtwoord")
        (said,) = after_night(home.root, ended()).failed
    assert "keys/notify-smtp.secret" in said
    assert "verkeerd-Wachtwoord" not in said


# Servers that misbehave.


def test_a_webhook_that_fails_once_is_asked_again(tmp_path: Path) -> None:
    with webhook() as hook:
        hook.due += [status(500)]
        home = telling_home(tmp_path, webhook_url=hook.address)
        assert after_night(home.root, ended()).arrived == ["webhook"]
    assert len(hook.bodies) == 2
    assert hook.bodies[0] == hook.bodies[1]


def test_a_webhook_that_goes_on_failing_is_given_up_and_said(tmp_path: Path) -> None:
    with webhook() as hook:
        hook.due += [status(503)] * 9
        home = telling_home(tmp_path, webhook_url=hook.address)
        sent = after_night(home.root, ended())
    assert sent.failed == ["De melding per webhook kwam niet aan: 127.0.0.1 geeft foutcode 503."]
    assert len(hook.paths) == HASTE.attempts


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(404), "weigert (code 404)"),
        (status(400), "geeft foutcode 400"),
        (status(302, Location="/elders"), "verwijst door"),
    ],
)
def test_an_answer_that_trying_again_does_not_better_is_said_at_once(
    tmp_path: Path, fault: Fault, said: str
) -> None:
    with webhook() as hook:
        hook.due += [fault]
        home = telling_home(tmp_path, webhook_url=hook.address + "/{secret}")
        keep_secret(home, "notify-webhook", TOKEN)
        (failed,) = after_night(home.root, ended()).failed
    assert said in failed
    assert TOKEN not in failed
    assert len(hook.paths) == 1


@pytest.mark.parametrize("fault", [silence, trickle])
def test_a_slow_server_does_not_keep_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(channels, "PATIENCE", Patience(total_seconds=1, attempts=3))
    with webhook() as hook, mail_server() as mailbox:
        hook.due += [fault] * 3
        home = telling_home(tmp_path, webhook_url=hook.address, **by_mail(mailbox))
        began = time.monotonic()
        sent = after_night(home.root, ended())
        assert time.monotonic() - began < 2.5
    assert sent.arrived == ["e-mail"]
    assert sent.failed == [
        "De melding per webhook kwam niet aan: het duurde langer dan 1 seconden."
    ]


def test_a_letter_that_is_refused_for_now_is_sent_once(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        mailbox.due += ["451 4.7.1 Later graag"]
        home = telling_home(tmp_path, **by_mail(mailbox))
        assert after_night(home.root, ended()).arrived == ["e-mail"]
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (["beheer@example.nl"], "weigert 1 van de 2 ontvangers"),
        (["beheer@example.nl", "analist@example.nl"], "weigert alle ontvangers"),
    ],
)
def test_recipients_that_a_server_refuses_are_counted(
    tmp_path: Path, refused: list[str], said: str
) -> None:
    with mail_server() as mailbox:
        mailbox.refused = dict.fromkeys(refused, "550 5.1.1 Onbekend")
        home = telling_home(tmp_path, **by_mail(mailbox))
        (failed,) = after_night(home.root, ended()).failed
    assert said in failed


def test_a_letter_that_is_refused_for_good_is_said(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        mailbox.due += ["554 5.7.1 Nee"]
        home = telling_home(tmp_path, **by_mail(mailbox))
        (failed,) = after_night(home.root, ended()).failed
    assert "weigert de e-mail (code 554)" in failed
    assert mailbox.letters == []


def test_servers_that_are_not_there_are_said_and_do_not_stop_each_other(tmp_path: Path) -> None:
    with webhook() as hook, mail_server() as mailbox:
        pass
    choices = by_mail(mailbox)
    home = telling_home(tmp_path, webhook_url=hook.address, **choices)
    sent = after_night(home.root, ended())
    assert sent.arrived == []
    assert [said.split(":")[0] for said in sent.failed] == [
        "De melding per webhook kwam niet aan",
        "De melding per e-mail kwam niet aan",
    ]


# When.


@pytest.mark.parametrize(
    ("from_exit_code", "told"),
    [(1, [1, 2, 3, 10]), (2, [2, 3, 10]), (3, [3, 10]), (10, [10])],
)
def test_from_the_asked_exit_code_on_a_night_is_told_and_a_busy_one_never(
    tmp_path: Path, from_exit_code: int, told: list[int]
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address, from_exit_code=from_exit_code)
        for exit_code in (0, 1, 2, 3, 10, 11):
            after_night(home.root, ended(exit_code))
    assert [body["exit_code"] for body in hook.bodies] == told


def test_without_settings_nothing_is_sent_and_nothing_is_said(tmp_path: Path) -> None:
    for root in (tmp_path / "nowhere", telling_home(tmp_path).root):
        sent = after_night(root, ended(CRASH))
        assert (sent.arrived, sent.failed) == ([], [])
    assert not (tmp_path / "nowhere").exists()


def test_the_guard_outside_hears_of_every_published_night_and_of_no_other(tmp_path: Path) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, heartbeat_url=hook.address + "/ping/{secret}")
        keep_secret(home, "notify-heartbeat", "een-twee")
        for exit_code in (0, 1, 2, 3, 10, 11):
            after_night(home.root, ended(exit_code))
    assert hook.paths == ["GET /ping/een-twee"] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_url": "ftp://kanarie.example/x"},
        {"webhook_url": "file:///etc/kanarie"},
        {"webhook_url": "https:kanarie"},
        {"webhook_url": "https://kanarie.example:poort/"},
        {"webhook_url": "https://kanarie:geheim@hook.example/"},
        {"webhook_url": "https://{secret}.kanarie.example/"},
        {"webhook_url": "http://kanarie.example/{secret}"},
        {"webhook_url": "http://kanarie.example/", "webhook_bearer": True},
        {"heartbeat_url": "http://kanarie.example/{secret}"},
        {"email_to": ["kanarie@example.nl"]},
        {"email_to": ["kanarie@example.nl\nBcc: x@example.nl"]},
        {"smtp_host": "kanarie.example", "smtp_user": "a", "smtp_starttls": False},
        {"from_exit_code": 11},
        {"silent_after_hours": 0},
        {"smtp_password": "kanarie"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_without_repeating_it(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    home = telling_home(tmp_path, **wrong)
    with pytest.raises(SettingsError, match="notify") as refused:
        Settings.of(home.settings_file)
    assert "kanarie" not in str(refused.value)


# What may be in it.


def test_a_published_night_tells_per_source_and_per_check_in_words_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        figures = [("activity", "betrouwbaar"), ("activity", "let op"), ("effect", "let op"),
                   ("own", "niet te bepalen"), ("impact", "onbetrouwbaar")]  # fmt: skip
        publish_at(home, BEGAN, *figures)
        contract = loaded(home.contracts)
        (home.inbox / "clienten_20260105.csv").write_bytes(csv_bytes(client(1)))

        def quoting(*_: object, **__: object) -> None:
            raise ValueError(f"could not convert {BSN}")

        monkeypatch.setattr(csv_table, "read", quoting)
        take_in(home, contract, as_of=date(2026, 1, 6), judge=lambda _: [])
        after_night(home.root, ended(HELD))
    (told,) = hook.bodies
    assert told["headline"] == "de nacht is gepubliceerd, maar een bron vraagt om actie"
    held = (
        "ecd-clienten: vastgehouden, want het bestand is niet te lezen of past niet bij het "
        "contract. Er is nog niets van ingenomen."
    )
    assert told["sentences"] == [
        held,
        "KPI-rijen (zonder open data): 1 betrouwbaar, 2 let op, 1 niet te bepalen.",
        "Uitgave: 20260106T030000Z, 0 dagen oud. 'impactkompas status' zegt waarom.",
    ]
    assert BSN not in hook.everything


def test_a_source_that_a_check_holds_is_told_with_the_check(tmp_path: Path) -> None:
    held = DoorResult("S08", None, 1, 1, "afgekeurd", holds=True, message=f"bij {BSN}")
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        contract = loaded(home.contracts)
        for day, verdicts in (("04", []), ("05", [held])):
            file = home.inbox / f"clienten_202601{day}.csv"
            file.write_bytes(csv_bytes(client(int(day))))
            take_in(home, contract, as_of=date(2026, 1, 6), judge=lambda _, told=verdicts: told)
        after_night(home.root, ended(HELD))
    assert hook.bodies[0]["sentences"][0] == (
        "ecd-clienten: vastgehouden, door controle S08 (Aantal rijen als verwacht). De gegevens "
        "zijn van 4 januari 2026."
    )
    assert BSN not in hook.everything


def test_a_check_that_could_not_be_made_is_named_and_is_a_flag(tmp_path: Path) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address, from_exit_code=1)
        schema = raw_tables()["run", "failed_checks"].schema()
        failed = pa.Table.from_pylist([{"check_id": "K03"}], schema=schema)
        write_table(home.raw, ("run", "failed_checks"), "night", failed)
        standing = Standing.of(home, date(2026, 1, 6))
        after_night(home.root, ended(standing.exit_code))
    (told,) = hook.bodies
    assert told["exit_code"] == 1
    assert told["sentences"][0] == "Controle K03 (Cliënt bestaat) kon niet worden uitgevoerd."


def test_a_source_that_never_came_is_named(tmp_path: Path) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        write_contract(home.contracts)
        after_night(home.root, ended(HELD))
    assert "ecd-clienten: er is nog geen levering." in hook.bodies[0]["sentences"]


def test_a_home_that_cannot_be_read_is_told_of_all_the_same(tmp_path: Path) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        run_id = publish_at(home, BEGAN)
        manifest = home.releases / run_id / "intern" / "manifest.json"
        manifest.write_text(f"{BSN} is geen manifest")
        assert after_night(home.root, ended()).arrived == ["webhook"]
    (sentence,) = hook.bodies[0]["sentences"]
    assert sentence.startswith("De bijzonderheden zijn niet te lezen (")
    assert BSN not in hook.everything


def test_of_an_error_of_others_only_its_kind_and_place_are_told() -> None:
    def failing(error: Exception) -> BaseException:
        try:
            raise error
        except type(error) as raised:
            return raised

    assert fault(failing(NightError("Er is iets.\nMeer regels"))) == "Er is iets."
    assert fault(failing(DbtError(f"dbt build lukte niet:\n{BSN}"))) == "dbt build lukte niet"
    told = fault(failing(ValueError(f"klant {BSN}")))
    assert told.startswith("Onverwachte fout: ValueError in tests/unit/test_notify.py regel ")
    assert BSN not in told


def test_of_a_step_that_failed_ours_is_told_and_of_others_only_the_kind() -> None:
    def steps(error: Exception) -> tuple[str, ...]:
        @dg.op
        def counting() -> None:
            raise error

        @dg.job
        def night() -> None:
            counting()

        with dg.DagsterInstance.ephemeral() as instance:
            done = night.execute_in_process(instance=instance, raise_on_error=False)
            return step_faults(done.all_events)

    assert steps(NightError("De sleutel is weg.")) == ("Stap counting: De sleutel is weg.",)
    assert steps(ValueError(f"klant {BSN}")) == (
        "Stap counting: onverwachte fout (ValueError); de melding zelf staat alleen in het log.",
    )


# Through the command.


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the terminal shows of it."""
    terminal = io.StringIO()
    monkeypatch.setattr(telling, "console", Console(file=terminal, width=200))
    return terminal


def run(home: Home, monkeypatch: pytest.MonkeyPatch, outcome: int | Exception) -> int | None:
    """Run the command with a night that ends so; None when it crashed."""

    def night(*_: object, **__: object) -> int:
        progress.start(None).run_id = "20260106T030000Z"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("orchestration.dbt.prepare", lambda: None)
    monkeypatch.setattr(report, "run_night", night)
    done = CliRunner().invoke(app, ["run", "--home", str(home.root)])
    return done.exit_code if isinstance(done.exception, SystemExit | None) else None


def test_the_command_tells_and_keeps_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        assert run(home, monkeypatch, HELD) == HELD
    assert hook.bodies[0]["run_id"] == "20260106T030000Z"
    assert hook.bodies[0]["log"] == str(home.logs / "nacht.log")
    assert "Gemeld: webhook." in said.getvalue()


def test_a_message_that_does_not_arrive_is_on_the_terminal_and_in_the_log_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: io.StringIO,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with webhook() as hook:
        pass
    home = telling_home(tmp_path, webhook_url=hook.address)
    with caplog.at_level(logging.WARNING):
        assert run(home, monkeypatch, HELD) == HELD
    for place in (said.getvalue(), caplog.text):
        assert "De melding per webhook kwam niet aan: 127.0.0.1 antwoordt niet." in place


def test_a_crash_is_told_without_what_it_was_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    with webhook() as hook, mail_server() as mailbox:
        home = telling_home(tmp_path, webhook_url=hook.address, **by_mail(mailbox))
        assert run(home, monkeypatch, ValueError(f"klant {BSN}")) is None
    (told,), (letter,) = hook.bodies, mailbox.letters
    assert told["exit_code"] == CRASH
    assert told["sentences"][0].startswith("Onverwachte fout: ValueError in ")
    assert told["log"] == str(home.logs / "crash.log")
    assert BSN not in hook.everything + letter.as_string() + said.getvalue()


def test_an_error_that_is_explained_is_told_by_its_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        assert run(home, monkeypatch, DbtError(f"dbt parse lukte niet:\n{BSN}")) == NOT_PUBLISHED
    assert hook.bodies[0]["sentences"][0] == "dbt parse lukte niet"
    assert BSN not in hook.everything


def test_a_night_that_finds_another_one_running_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    with webhook() as hook:
        home = telling_home(tmp_path, webhook_url=hook.address)
        assert run(home, monkeypatch, BusyError("Er loopt al een nacht.")) == BUSY
    assert (hook.paths, said.getvalue()) == ([], "")
