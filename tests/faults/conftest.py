"""Says after the tests how many faults of the list came out as expected."""

import pytest

from tests.faults.counted import counted


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes: dict[str, str] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            told = "failed" if outcome == "error" else outcome
            outcomes[report.nodeid] = told
    if any("test_fault_" in name for name in outcomes):
        terminalreporter.write_line(counted(outcomes))
