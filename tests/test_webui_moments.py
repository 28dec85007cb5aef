"""How long ago, in words."""

from __future__ import annotations

import pytest

from webui.moments import ago

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (MINUTE, "1 minute ago"),
        (59 * MINUTE, "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (90 * MINUTE, "90 minutes ago"),
        (2 * HOUR, "2 hours ago"),
        (DAY, "1 day ago"),
        (40 * HOUR, "40 hours ago"),
        (400 * DAY, "400 days ago"),
    ],
)
def test_as_people_say_it(seconds: int, words: str) -> None:
    assert ago(1_000_000_000, 1_000_000_000 + seconds) == words
