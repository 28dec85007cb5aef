"""The web UI over a real library in a temporary folder, spoken to by direct WSGI calls.

Every call passes through wsgiref's validator, so an answer that breaks the WSGI rules fails the test.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from config.settings import Settings
from davserver.core import Core, open_core
from indexer.accounts import Accounts
from indexer.hashing import Announced
from indexer.intake import Intake
from indexer.model import Door, Person
from indexer.resumable import Resumables
from indexer.store import Store
from indexer.worker import Worker
from tests.libraries import CHEAP_HASHER, lay_catalog
from webui.app import SetupGate, create_app

TOKEN = "printed-by-serve"
NAME = "alice"
PASSWORD = "correct-horse-battery"
HOST = "photos:8080"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str:
        """The error's word for scripts."""
        return str(self.json()["error"]["code"])


@dataclass(slots=True)
class Site:
    """The application, its library, and one browser's cookie and token."""

    core: Core
    app: Any
    environ: dict[str, Any] = field(default_factory=dict)
    cookie: str = ""
    csrf_token: str = ""

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        environ: Mapping[str, Any] | None = None,
    ) -> Answer:
        """One request; a cookie that the answer sets is kept."""
        path, _, query = path.partition("?")
        request = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": HOST,
            "REMOTE_ADDR": "192.168.1.20",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **({"HTTP_COOKIE": self.cookie} if self.cookie else {}),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
            **self.environ,
            **(environ or {}),
        }
        setup_testing_defaults(request)
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, sent: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started.append((status, sent))
            return lambda data: None

        with closing(cast(Any, validator(self.app)(request, start))) as parts:
            content = b"".join(parts)
        status, sent = started[-1]
        answer = Answer(int(status[:3]), {name.lower(): value for name, value in sent}, content)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def post(self, path: str, fields: Mapping[str, str], **options: Any) -> Answer:
        """Send a form as a browser does."""
        return self.call("POST", path, body=urlencode(fields).encode(), **options)

    def post_json(self, path: str, value: Any, *, is_tokened: bool = True, **options: Any) -> Answer:
        headers = {"X-CSRF-Token": self.csrf_token} if is_tokened and self.csrf_token else {}
        return self.call("POST", path, body=json.dumps(value).encode(), headers=headers, **options)

    def log_in(self, name: str = NAME, password: str = PASSWORD) -> Answer:
        """Log in by the API and keep cookie and token."""
        answer = self.post_json("/api/v1/session", {"user": name, "password": password})
        if answer.status == 200:
            self.csrf_token = answer.json()["csrf_token"]
        return answer

    def add_person(self, name: str = NAME, password: str = PASSWORD) -> Person:
        return self.core.accounts.add(name, password)

    def bring(self, person: Person, name: str, content: bytes) -> str:
        """A file comes in through the real intake; its item waits for the worker. The item's id."""
        intake = intake_of(self.core)
        incoming = intake.begin(person.id, name, Announced(len(content)))
        incoming.write(content)
        entry = intake.accept(incoming, person.id, name, door=Door.SHARE, client_mtime=None)
        assert entry.sha256 is not None
        return entry.sha256

    def work(self) -> None:
        """Everything that is pending is done when this returns."""
        Worker(self.core.catalog, self.core.originals, self.core.folder.derivatives).drain()


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """A site without any account."""
    lay_catalog(folder / "catalog.sqlite3")
    with open_core(Settings(data=folder)) as opened:
        core = replace(
            opened, accounts=Accounts(opened.catalog.people, opened.catalog.devices, hasher=CHEAP_HASHER)
        )
        resumables = Resumables(intake_of(core), core.folder.staging / "resumable")
        resumables.sweep()
        yield Site(core, create_app(core.library, core.accounts, SetupGate(TOKEN), resumables))


def intake_of(core: Core) -> Intake:
    """The way in, with nobody to wake."""
    return Intake(core.staging, core.originals, Store(core.folder.junk), core.catalog, lambda: None)
