"""Progress of long commands: silent, in lines, or as a bar."""

from __future__ import annotations

import io
import sys

import pytest

from davserver.commands.progress import progress


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


def test_quiet(capfd: pytest.CaptureFixture[str], clock: Clock) -> None:
    with progress("verify", quiet=True) as report:
        clock.now_s += 3600
        report(1, 2)
    assert capfd.readouterr() == ("", "")


def test_a_line_now_and_then(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with progress("verify", quiet=False) as report:
        for done in range(2500):
            clock.now_s += 0.01
            report(done + 1, 10000)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert 1 <= len(lines) <= 3
    assert all(line.startswith("verify: ") and line.endswith("of 10,000") for line in lines)


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("verify", quiet=False) as report:
        report(3, 4)
        report(4, 4)
    assert "verify" in terminal.getvalue()
    assert "4/4" in terminal.getvalue()
