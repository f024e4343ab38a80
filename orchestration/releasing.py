"""Shows what would be released and what stays behind, asks, and releases it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from exports.audience import Audience, KpiVerdict, Proposal, hand_out, propose
from ingest.dutch import day
from orchestration.night import Night
from orchestration.run_lock import run_lock
from orchestration.terminal import plain_table


def release(
    root: Path,
    audience: str,
    code: str,
    moment: date,
    *,
    confirm: Callable[[], bool],
    console: Console,
) -> bool:
    """Show what goes out to an audience, ask, and release it; return whether it was released."""
    night = Night.of(root)
    settings = night.settings
    with run_lock(night.home):
        proposal = propose(night.home, Audience(audience), code, moment, settings.business_date)
        _show(proposal, console)
        if not confirm():
            console.print("Er is niets vrijgegeven.")
            return False
        folder = hand_out(
            night.home,
            proposal,
            {
                "name": settings.organisation_name,
                "is_example": settings.is_example,
                "story_contact": settings.story_contact,
            },
        )
    console.print(f"Vrijgegeven: {folder}", markup=False, soft_wrap=True)
    return True


def _show(proposal: Proposal, console: Console) -> None:
    console.print(
        f"{proposal.audience.capitalize()}: {proposal.name_nl} ({proposal.code}), meetmoment "
        f"{day(proposal.moment)}",
        markup=False,
        soft_wrap=True,
        style="bold",
    )
    if proposal.released_on is not None:
        console.print(
            f"Dit meetmoment is vrijgegeven op {day(proposal.released_on)}: cijfers en duidingen "
            "blijven die van toen. Alleen de verhalen worden opnieuw bekeken.",
            soft_wrap=True,
        )
    _show_kpis(proposal.kpis, console)
    _show_texts(proposal, console)
    _show_stories(proposal, console)


def _show_kpis(kpis: Sequence[KpiVerdict], console: Console) -> None:
    """List what was chosen per KPI; what was not chosen, or is of the process, in one line each."""
    table = plain_table("KPI", "Werksoort", ("Gaat mee", "right"), "Blijft achter")
    others: dict[str, set[str]] = {}
    for kpi in kpis:
        if not kpi.kept and len(kpi.held) == 1 and _is_out_of_scope(*kpi.held):
            others.setdefault(next(iter(kpi.held)), set()).add(kpi.kpi_id)
            continue
        held = ", ".join(f"{count} {reason}" for reason, count in kpi.held.items())
        table.add_row(
            f"{kpi.kpi_id} {kpi.name_nl}", kpi.service_nl or "open data", str(kpi.kept), held or "-"
        )
    console.print(table)
    for reason, ids in others.items():
        console.print(
            f"Gaat niet mee, {reason}: {', '.join(sorted(ids))}.", markup=False, soft_wrap=True
        )


def _is_out_of_scope(reason: str) -> bool:
    return reason.endswith(("(R07)", "(R01)"))


def _show_texts(proposal: Proposal, console: Console) -> None:
    """Show the texts that go out as they were typed: who releases them should have read them."""
    texts = [
        (f"Duiding van {day(row['session_on'])}", row["interpretation_nl"], row["unexpected_nl"])
        for row in proposal.rows("interpretation")
    ]
    texts += [("Afspraak", row["action_nl"], None) for row in proposal.rows("action")]
    for title, *said in texts:
        console.print(f"{title}: {' '.join(filter(None, said))}", markup=False, soft_wrap=True)


def _show_stories(proposal: Proposal, console: Console) -> None:
    for each in proposal.told:
        what = f"Verhaal {each.story_id}"
        if each.reason:
            console.print(f"{what} gaat niet mee: {each.reason}.", markup=False, soft_wrap=True)
            continue
        doubt = ""
        if not each.has_project:
            doubt = " Het hoort bij geen project: ga na of het over dit werk gaat."
        title = each.title_nl or "zonder titel"
        console.print(f"{what} gaat mee: {title}.{doubt}", markup=False, soft_wrap=True)
    if not proposal.told:
        console.print("Er zijn geen verhalen bij dit werk.")
