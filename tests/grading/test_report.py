"""Reports survive the trip through JSON."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safetylab.grading import Check, Report, Row, Status

points = st.integers(0, 40).map(lambda quarters: quarters / 4)
checks = st.builds(
    Check,
    name=st.text(),
    points=points,
    max_points=points,
    message=st.text(),
    misconception=st.text(),
)
rows = st.builds(
    Row,
    exercise=st.text(),
    title=st.text(),
    points=points,
    max_points=points,
    status=st.sampled_from(Status),
    message=st.text(),
    misconception=st.text(),
    written=points,
    waiting=points,
    checks=st.lists(checks, max_size=3).map(tuple),
)
reports = st.builds(
    Report,
    lab=st.text(),
    rows=st.lists(rows, max_size=4).map(tuple),
    notes=st.lists(st.text(), max_size=3).map(tuple),
    hidden=st.booleans(),
)


@given(reports)
def test_json_gives_back_an_equal_report(report: Report) -> None:
    again = Report.from_json(report.to_json())
    assert again == report
    assert all(isinstance(row.status, Status) for row in again.rows)
    assert all(isinstance(check, Check) for row in again.rows for check in row.checks)


def test_written_points_are_counted_apart() -> None:
    both = Row("1.1", "", 2, 5, Status.PARTLY, written=2, waiting=2)
    untouched = Row("1.2", "", 0, 4, Status.NOT_STARTED, written=4)
    report = Report("lab", (both, untouched))
    assert (report.score, report.max_score, report.waiting) == (2, 3, 2)
