"""Mistakes in the settings: all of them are told, one on a line."""

from __future__ import annotations

from config.errors import ConfigError, Mistake


def test_a_line_for_each_mistake() -> None:
    mistakes = [Mistake("environment", "port", "no"), Mistake("command line", "host", "never")]
    error = ConfigError(mistakes)
    assert str(error).splitlines() == ["environment: port: no", "command line: host: never"]
    assert error.mistakes == tuple(mistakes)
