"""The HTML pages: set-up, login, the frames that scripts fill, how to mount, and errors in words.

Every form works without JavaScript. Forms of people who are not logged in yet are guarded by the
origin of the request, all others by the session's token as well.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from bottle import HTTPResponse, request

from indexer.accounts import SHORTEST_PASSWORD, Accounts
from indexer.errors import LibraryError
from indexer.model import Person
from webui.bodies import read_form, text_field
from webui.errors import BadRequest, Problem, SetupClosed, WebError, WrongPassword, problem_of
from webui.setup_gate import SetupGate
from webui.static_files import StaticFiles
from webui.visitors import (
    Visitors,
    client_address,
    refuse_other_sites,
    scheme,
    session_cookie,
    session_secret,
)

_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """What a browser sees at the addresses that are not ``/api``."""

    def __init__(
        self, accounts: Accounts, visitors: Visitors, setup: SetupGate, static_files: StaticFiles
    ) -> None:
        self._accounts = accounts
        self._visitors = visitors
        self._setup = setup
        self._first_account = threading.Lock()
        loader = jinja2.FileSystemLoader(_TEMPLATES)
        self._templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
        self._templates.globals["static"] = static_files.address
        self._templates.globals["static_files"] = static_files

    def home(self) -> HTTPResponse:
        """The timeline, or the way to it."""
        visitor = self._visitors.find(request.environ)
        if visitor is None:
            return self.ask_who()
        return self.render(
            "timeline.html",
            person=visitor.person,
            csrf_token=visitor.csrf_token,
            address=mount_address(request.environ),
        )

    def upload(self) -> HTTPResponse:
        """Where the browser uploads files and folders."""
        return self._frame("upload.html")

    def check(self) -> HTTPResponse:
        """Where the browser compares a card with the library."""
        return self._frame("check.html")

    def memories(self) -> HTTPResponse:
        """The memories as cards."""
        return self._frame("memories.html")

    def memory(self, memory_id: str) -> HTTPResponse:
        """One memory; its script asks for it by this id."""
        return self._frame("memory.html", id=memory_id)

    def albums(self) -> HTTPResponse:
        """The albums as cards."""
        return self._frame("albums.html")

    def album(self, album_id: str) -> HTTPResponse:
        """One album, likewise."""
        return self._frame("album.html", id=album_id)

    def settings(self) -> HTTPResponse:
        """How a person's photos are grouped, and what they decided about it."""
        return self._frame("settings.html")

    def connect(self) -> HTTPResponse:
        """How to mount the shares, with this server's own address."""
        visitor = self._visitors.require(request.environ)
        return self.render(
            "connect.html",
            person=visitor.person,
            address=mount_address(request.environ),
            is_new=request.query.get("welcome") == "1",
        )

    def ask_who(self) -> HTTPResponse:
        """Send a stranger to set-up when there is no account yet, else to the login and then back here."""
        if self._accounts.is_empty():
            return go_to("/setup")
        wanted = request.environ.get("PATH_INFO", "/")
        item = request.query.decode().get("item", "")
        came_for = f"/?item={item}" if wanted == "/" and item.isalnum() and item.isascii() else wanted
        return go_to("/login" if came_for == "/" else f"/login?next={quote(came_for)}")

    def login_form(self) -> HTTPResponse:
        if self._accounts.is_empty():
            return go_to("/setup")
        if self._visitors.find(request.environ) is not None:
            return go_to("/")
        return self._login_page(name="", came_for=request.query.decode().get("next", ""))

    def log_in(self) -> HTTPResponse:
        """Check the posted name and password; the same form again, with a sentence, when they are wrong."""
        refuse_other_sites(request.environ)
        form = read_form(request.environ)
        name, came_for = text_field(form, "user"), form.get("next", "")
        try:
            address = client_address(request.environ)
            person = self._accounts.check_password(name, text_field(form, "password"), address)
            if person is None:
                raise WrongPassword
        except (WebError, LibraryError) as error:
            return self._login_page(name=name, came_for=came_for, problem=problem_of(error))
        return self._logged_in(person, local_path(came_for))

    def log_out(self) -> HTTPResponse:
        token = read_form(request.environ).get("csrf_token", "")
        self._visitors.require_for_change(request.environ, token)
        self._accounts.close_session(session_secret(request.environ))
        answer = go_to("/login")
        answer.add_header("Set-Cookie", session_cookie(request.environ, ""))
        return answer

    def setup_form(self) -> HTTPResponse:
        if not self._accounts.is_empty():
            return go_to("/login")
        token = request.query.decode().get("token", "")
        if not self._setup.admits(request.environ, token):
            return self.render("setup_closed.html", 403, was_wrong=bool(token))
        return self._setup_page(name="", token=token)

    def set_up(self) -> HTTPResponse:
        """Create the owner's account; the same form again, with a sentence, when that cannot be."""
        refuse_other_sites(request.environ)
        form = read_form(request.environ)
        token, name, password = form.get("token", ""), text_field(form, "user"), text_field(form, "password")
        if not self._setup.admits(request.environ, token):
            raise SetupClosed
        try:
            if password != form.get("repeat"):
                raise BadRequest("The two passwords differ; type the same one twice.")
            owner = self._add_owner(name, password)
        except (WebError, LibraryError) as error:
            return self._setup_page(name=name, token=token, problem=problem_of(error))
        return self._logged_in(owner, "/connect?welcome=1") if owner else go_to("/login")

    def error(self, problem: Problem) -> HTTPResponse:
        """An error as a page."""
        return self.render("error.html", problem.status, problem.headers, problem=problem)

    def render(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTTPResponse:
        """A page of this moment for this person: no cache keeps it."""
        common = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        html = self._templates.get_template(template).render(values).encode("utf-8", "replace")
        return HTTPResponse(html, status, headers={**common, **(headers or {})})

    def _frame(self, template: str, **values: Any) -> HTTPResponse:
        """A page that its script fills."""
        visitor = self._visitors.require(request.environ)
        return self.render(template, person=visitor.person, csrf_token=visitor.csrf_token, **values)

    def _add_owner(self, name: str, password: str) -> Person | None:
        """The first account, or None when someone else was faster."""
        with self._first_account:
            return self._accounts.add(name, password) if self._accounts.is_empty() else None

    def _logged_in(self, person: Person, path: str) -> HTTPResponse:
        secret, _ = self._accounts.open_session(person)
        answer = go_to(path)
        answer.add_header("Set-Cookie", session_cookie(request.environ, secret))
        return answer

    def _login_page(self, *, name: str, came_for: str, problem: Problem | None = None) -> HTTPResponse:
        status, headers = (problem.status, problem.headers) if problem else (200, {})
        return self.render("login.html", status, headers, name=name, came_for=came_for, problem=problem)

    def _setup_page(self, *, name: str, token: str, problem: Problem | None = None) -> HTTPResponse:
        return self.render(
            "setup.html",
            problem.status if problem else 200,
            name=name,
            token=token,
            problem=problem,
            shortest_password=SHORTEST_PASSWORD,
        )


def mount_address(environ: dict[str, Any]) -> str:
    """The address to mount: the one this browser is using."""
    return f"{scheme(environ)}://{environ.get('HTTP_HOST') or 'localhost'}/"


def local_path(came_for: str) -> str:
    """Where to go after login: a path of this server, whatever the address said."""
    is_local = came_for.startswith("/") and came_for.isascii() and came_for.isprintable()
    # Browsers read "//host" and "/\\host" as another server.
    return came_for if is_local and came_for[1:2] not in ("/", "\\") else "/"


def go_to(path: str) -> HTTPResponse:
    return HTTPResponse(status=303, headers={"Location": path, "Cache-Control": "no-store"})
