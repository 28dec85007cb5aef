"""Cookies, and telling a page's own requests from another site's."""

from __future__ import annotations

import pytest

from webui.errors import ForgedRequest
from webui.visitors import is_browser_page, refuse_other_sites, session_cookie, session_secret

OWN = {"HTTP_HOST": "photos:8080"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_ORIGIN": "http://photos:8080"},
        {"HTTP_ORIGIN": "https://photos:8080"},
        {"HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_SEC_FETCH_SITE": "none"},
    ],
)
def test_own_pages_and_programs_pass(headers: dict[str, str]) -> None:
    refuse_other_sites(OWN | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "http://photos:9090"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://photos:8080"},
    ],
)
def test_other_sites_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedRequest):
        refuse_other_sites(OWN | headers)


@pytest.mark.parametrize(
    ("cookies", "secret"),
    [
        ("photocloud_session=abc", "abc"),
        ("theme=dark; photocloud_session=abc; x=y", "abc"),
        ("other_photocloud_session=abc", ""),
        ("", ""),
    ],
)
def test_secret_is_found_among_cookies(cookies: str, secret: str) -> None:
    assert session_secret({"HTTP_COOKIE": cookies}) == secret


def test_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    cookie = session_cookie({"wsgi.url_scheme": "http"}, "abc")
    assert cookie.startswith("photocloud_session=abc; Path=/;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookie_of_https_stays_on_https() -> None:
    assert session_cookie({"wsgi.url_scheme": "https"}, "abc").endswith("; Secure")


def test_nobody_is_believed_who_only_says_that_it_is_https() -> None:
    """The server asks the proxies that it trusts, and tells the scheme that is true."""
    told = {"wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "https"}
    assert "Secure" not in session_cookie(told, "abc")


def test_pages_are_told_from_programs() -> None:
    assert is_browser_page({"HTTP_USER_AGENT": "Mozilla/5.0 (X11)"})
    assert is_browser_page({"HTTP_X_REQUESTED_WITH": "photocloud"})
    assert not is_browser_page({"HTTP_USER_AGENT": "curl/8.5.0"})
