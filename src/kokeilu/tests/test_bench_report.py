"""The benchmarks' report."""

import sys
from types import ModuleType, SimpleNamespace

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
    row = report.Row("work", 0.5, "numpy", 0.1, 4, "note")
    text = report.render([report.Section("Title", [row], 3.0)])
    assert "| work | 0.5 s | numpy | 0.1 s | 5.00 | 4 | **no** | note |" in text
    assert "Slow" not in text
    assert "Slow: measuring this took 5 minutes." in report.render([report.Section("Title", [row], 300.0)])


def test_a_benchmark_that_gives_nothing_says_why(report) -> None:
    text = report.render([report.Section("Title", missing="there is no demonstration")])
    assert "## Title\n\nNot measured: there is no demonstration.\n" in text


def test_one_that_fails_leaves_the_others(report, monkeypatch, tmp_path, capsys) -> None:
    import bench.__main__ as bench

    def fail() -> None:
        raise RuntimeError("no Spark")

    good = ModuleType("bench.good", "What is good.")
    good.run = lambda: [report.Row("work", 1.0, "peer", 2.0, 1)]
    bad = ModuleType("bench.bad", "What is bad.")
    bad.run = fail
    for module in (good, bad):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(
        bench.pkgutil, "iter_modules", lambda _: [SimpleNamespace(name=name) for name in ("good", "bad")]
    )
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results.md")
    assert bench.main([]) == 1
    text = (tmp_path / "results.md").read_text()
    assert "## What is bad\n\nNot measured: it failed.\n" in text
    assert "| work | 1 s | peer | 2 s | 0.50 | 1 | yes |  |" in text
    assert "RuntimeError: no Spark" in capsys.readouterr().err
    assert bench.main(["good"]) == 0
    assert bench.main(["nothing"]) == 2


def test_seconds_takes_the_median_and_does_not_time_what_comes_before(report, monkeypatch) -> None:
    clock = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(report, "perf_counter", lambda: next(clock))
    before = []
    assert report.seconds(lambda: None, 3, lambda: before.append(1)) == 2.0
    assert len(before) == 3
