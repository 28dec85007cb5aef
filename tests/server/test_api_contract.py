"""The API keeps to its own description whatever is sent to it: no answer that is not announced there.

schemathesis makes requests from the description, right ones and wrong ones, for a caller with a
session and for one with HTTP Basic.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, CheckFunction
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients import DavClient, basic
from tests.photos import Shot, jpeg
from tests.server_process import ServerProcess
from webui.openapi import DESCRIPTION

AnyCase: TypeAlias = "Case[Any]"
AS_OFTEN_AS_NEEDED = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/offset+octet-stream")
def bytes_of_an_upload(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else bytes(getattr(value, "data", b""))


API = schemathesis.openapi.from_dict(DESCRIPTION)
API.config.generation.update(with_security_parameters=False)
# Wrong passwords lock the address out of everything else for a while: logging in is a test of its own.
CALLS, LOGIN = API.exclude(path="/session", method="POST"), API.include(path="/session", method="POST")


@pytest.fixture(scope="module")
def item_id(own_server: ServerProcess) -> str:
    """A photo that the server has."""
    with own_server.client() as client:
        client.put("/Upload/photo.jpg", jpeg(Shot(gps=(48.1, 11.5), make="Canon")))
        own_server.wait_idle()
        (item,) = client.items()
    return str(item["id"])


@pytest.fixture(params=["session", "basic"])
def login(request: pytest.FixtureRequest, own_server: ServerProcess) -> dict[str, str]:
    """The headers of a browser that is logged in, and those of a script."""
    if request.param == "basic":
        return {"Authorization": basic(own_server.user, own_server.password)}
    with DavClient(own_server.host, own_server.port, None, None) as browser:
        known = {"user": own_server.user, "password": own_server.password}
        answer = browser.post_json("/api/v1/session", known)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


@CALLS.parametrize()
@AS_OFTEN_AS_NEEDED
def test_every_answer_is_as_described(
    own_server: ServerProcess, item_id: str, login: dict[str, str], case: AnyCase
) -> None:
    ask(own_server, case, login)
    if "item_id" in case.path_parameters:
        case.path_parameters["item_id"] = item_id
        ask(own_server, case, login)


@LOGIN.parametrize()
@AS_OFTEN_AS_NEEDED
def test_every_answer_to_a_login_is_as_described(own_server: ServerProcess, case: AnyCase) -> None:
    ask(own_server, case, {})


def ask(server: ServerProcess, case: AnyCase, login: dict[str, str]) -> None:
    """Send it; anything that is not described fails."""
    case.call_and_validate(base_url=f"{server.url}api/v1", headers=login, checks=CHECKS)
