"""Dates that any reader of HTTP understands."""

from __future__ import annotations

import email.utils

import pytest

from davserver.http.dates import http_date


@pytest.mark.parametrize("second", [0, 1, 951782400, 1715700000, 1735689599, 2**33, -1])
def test_dates(second: int) -> None:
    assert email.utils.parsedate_to_datetime(http_date(second)).timestamp() == second
    assert http_date(second).endswith(" GMT")
