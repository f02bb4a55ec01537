"""The benchmarks' report."""

import sys

import pytest

from kokeilu.installation import CHECKOUT


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(CHECKOUT))
    import bench.report

    yield bench.report
    for name in [name for name in sys.modules if name.startswith("bench")]:
        del sys.modules[name]


def test_a_row_keeps_its_budget_up_to_the_bound(report) -> None:
    assert report.Row("x", 3.0, "peer", 1.0, 3).kept
    assert not report.Row("x", 3.1, "peer", 1.0, 3).kept
    assert report.Row("x", 99.0, "peer", 1.0, None).kept


def test_the_table_says_which_budget_was_not_kept(report) -> None:
    text = report.render([("Title", [report.Row("work", 0.5, "numpy", 0.1, 4, "note")])])
    assert "| work | 0.5 s | numpy | 0.1 s | 5.00 | 4 | **no** | note |" in text


def test_seconds_takes_the_median_and_does_not_time_what_comes_before(report, monkeypatch) -> None:
    clock = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(report, "perf_counter", lambda: next(clock))
    before = []
    assert report.seconds(lambda: None, 3, lambda: before.append(1)) == 2.0
    assert len(before) == 3
