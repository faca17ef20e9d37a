"""What tests cost: ``pytest --times`` prints a row for each group and keeps the figures."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path

import psutil
import pytest

TIMES = Path(__file__).with_name("times.json")
UNKNOWN = 60.0


def dearest_first(items: list[pytest.Item]) -> None:
    """Begin with the groups that take longest, so that the workers end together."""
    times = json.loads(TIMES.read_text())
    items.sort(key=lambda item: -times.get(group(item), UNKNOWN if group(item) else 0.0))


def group(item: pytest.Item) -> str:
    """Return the name of the group that runs in one process, or nothing."""
    return "_".join(sorted({mark.args[0] for mark in item.iter_markers("xdist_group")}))


def cpu() -> float:
    """Return the CPU seconds of this process and of all that it started."""
    spent = 0.0
    for process in [me := psutil.Process(), *me.children(recursive=True)]:
        try:
            spent += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:  # its parent has counted it by now
            continue
    return spent


class Times:
    """Measures each test where it runs, and adds up where the results are read."""

    def __init__(self) -> None:
        self.began: dict[str, tuple[float, float]] = {}
        self.rows: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Look at the clocks."""
        self.began[item.nodeid] = cpu(), time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Note what the test took in the report of its end."""
        if call.when == "teardown" and item.nodeid in self.began:
            spent, began = self.began.pop(item.nodeid)
            place = group(item) or f"{Path(item.nodeid.partition('::')[0]).parent}/"
            item.user_properties.append(("took", [place, cpu() - spent, time.monotonic() - began]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a test to its row."""
        for name, value in report.user_properties if report.when == "teardown" else ():
            if name == "took":
                place, spent, wall = value
                row = self.rows[place]
                self.rows[place] = [row[0] + 1, row[1] + spent, row[2] + wall]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the rows, the dearest first, and keep those of groups."""
        say = terminalreporter.write_line
        terminalreporter.section("group, or folder: tests, CPU seconds, seconds")
        for place, row in sorted(self.rows.items(), key=lambda pair: -pair[1][1]):
            say("{:42}{:6.0f}{:9.1f}{:9.1f}".format(place, *row))
        sums = [sum(column) for column in zip(*self.rows.values(), strict=True)]
        say("{:42}{:6.0f}{:9.1f}{:9.1f}".format("all", *sums))
        found = {place: round(row[1], 1) for place, row in self.rows.items() if "/" not in place}
        known = json.loads(TIMES.read_text()) | found
        TIMES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
