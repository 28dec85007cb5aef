"""Where a COPY or MOVE goes: a table of Destination headers."""

from __future__ import annotations

import pytest
from wsgidav.dav_error import DAVError

from davserver.protocol.destination import destination_path


def environ(destination: str, host: str = "photos.example") -> dict[str, str]:
    return {"HTTP_DESTINATION": destination, "HTTP_HOST": host}


@pytest.mark.parametrize(
    ("destination", "host", "path"),
    [
        ("/Upload/a", "photos.example", "/Upload/a"),
        ("http://photos.example/Upload/a%20b", "photos.example", "/Upload/a b"),
        ("https://photos.example/Upload/a", "photos.example", "/Upload/a"),
        ("https://PHOTOS.example:443/Upload/a", "photos.example", "/Upload/a"),
        ("http://photos.example/Upload/a", "photos.example:80", "/Upload/a"),
        ("https://photos.example:8443/Upload/a", "photos.example:8443", "/Upload/a"),
        ("http://[::1]:8080/Upload/a", "[::1]:8080", "/Upload/a"),
        ("http://photos.example/Upload/what?", "photos.example", "/Upload/what"),
        ("http://photos.example/Upload/what?ever", "photos.example", "/Upload/what?ever"),
        ("http://photos.example/Upload/%C3%A9", "photos.example", "/Upload/é"),
    ],
)
def test_destinations_on_this_server(destination: str, host: str, path: str) -> None:
    assert destination_path(environ(destination, host)) == path


@pytest.mark.parametrize(
    ("destination", "status"),
    [
        ("", 400),
        ("Upload/a", 400),
        ("http://photos.example", 400),
        ("http://[photos/Upload/a", 400),
        ("/Upload/../a", 400),
        ("/Upload/%FF", 400),
        ("http://other.example/Upload/a", 502),
        ("http://photos.example:8080/Upload/a", 502),
    ],
)
def test_refused_destinations(destination: str, status: int) -> None:
    with pytest.raises(DAVError) as refused:
        destination_path(environ(destination))
    assert refused.value.value == status
