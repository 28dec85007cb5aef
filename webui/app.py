"""The web UI as one WSGI application: the table of addresses, the wall against errors, safe headers.

`davserver.application` builds it and puts it behind `davserver.gate`, which has checked HTTP Basic.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse, request, response

from indexer.accounts import Accounts
from indexer.clocks import Clocks
from indexer.devices import Devices
from indexer.failures import Failures
from indexer.grouping.decisions import Scope
from indexer.groups import Groups
from indexer.ledger import Ledger
from indexer.library import Library
from indexer.memories import Memories
from indexer.own_words import OwnWords
from indexer.receipts.copies import Receipts
from indexer.resumable import Resumables
from webui.albums import AlbumCalls
from webui.api import Api, json_answer
from webui.claims import Claims
from webui.clocks import ClockCalls
from webui.devices import DevicePages
from webui.errors import NoSuchPage, NotLoggedIn, Problem, WrongMethod, problem_of
from webui.failures import FailurePages
from webui.groups import DecisionCalls, GroupCalls
from webui.media import Media
from webui.memories import MemoryCalls
from webui.own_words import OwnWordCalls
from webui.pages import Pages
from webui.receipts import ReceiptPages
from webui.setup_gate import SetupGate
from webui.static_files import StaticFiles
from webui.uploads import Uploads
from webui.visitors import Visitors, is_browser_page

__all__ = ["SetupGate", "create_app"]

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Handler = Callable[..., HTTPResponse]

_log = logging.getLogger(__name__)

_SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(library: Library, accounts: Accounts, setup: SetupGate, resumables: Resumables) -> WsgiApp:
    """The application; it holds no state of its own and may be called by many threads at once."""
    visitors = Visitors(accounts)
    static_files = StaticFiles()
    pages = Pages(accounts, visitors, setup, static_files)
    api = Api(library, accounts, visitors)
    media = Media(library, visitors)
    app = Bottle()
    devices = DevicePages(Devices(accounts.devices, accounts.clock), visitors, pages)
    uploads = Uploads(resumables, visitors)
    claims = Claims(resumables.intake, visitors)
    failures = FailurePages(library, Failures(library.catalog), visitors, pages)
    receipts = ReceiptPages(Receipts(library.catalog, library.staging), visitors, pages)
    groups = Groups(library.catalog)
    shots, bursts = GroupCalls(groups, visitors, Scope.SHOT), GroupCalls(groups, visitors, Scope.BURST)
    decisions = DecisionCalls(groups, Ledger(library.catalog), visitors)
    own_words = OwnWordCalls(OwnWords(library.catalog, accounts.clock), visitors)
    clocks = ClockCalls(Clocks(library.catalog, accounts.clock), visitors)
    for method, path, handler in _routes(
        pages,
        devices,
        failures,
        receipts,
        api,
        media,
        static_files,
        uploads,
        claims,
        shots,
        bursts,
        decisions,
        own_words,
        clocks,
    ):
        app.route(path, method, handler)
    suggested = Memories(library.catalog, accounts.clock)
    memories = MemoryCalls(library, suggested, visitors)
    albums = AlbumCalls(library, suggested, visitors)
    for method, path, handler in _memory_routes(memories, albums):
        app.route(path, method, handler)
    app.install(_wall(pages))
    app.default_error_handler = _bottle_errors(pages)
    return with_safe_headers(app)


def _routes(
    pages: Pages,
    devices: DevicePages,
    failures: FailurePages,
    receipts: ReceiptPages,
    api: Api,
    media: Media,
    static_files: StaticFiles,
    uploads: Uploads,
    claims: Claims,
    shots: GroupCalls,
    bursts: GroupCalls,
    decisions: DecisionCalls,
    own_words: OwnWordCalls,
    clocks: ClockCalls,
) -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/", pages.home),
        ("GET", "/memories", pages.memories),
        ("GET", "/memories/<memory_id>", pages.memory),
        ("GET", "/albums", pages.albums),
        ("GET", "/albums/<album_id>", pages.album),
        ("GET", "/settings", pages.settings),
        ("GET", "/connect", pages.connect),
        ("GET", "/upload", pages.upload),
        ("GET", "/check", pages.check),
        ("GET", "/devices", devices.page),
        ("POST", "/devices", devices.add),
        ("POST", "/devices/<device_id>/revoke", devices.revoke),
        ("GET", "/failures", failures.page),
        ("POST", "/failures/retry", failures.retry_all),
        ("POST", "/failures/pause", failures.pause),
        ("POST", "/failures/<item_id>/retry", failures.retry),
        ("GET", "/receipts", receipts.list_page),
        ("GET", "/receipts/<receipt_id>", receipts.page),
        ("POST", "/receipts/<receipt_id>/close", receipts.close),
        ("GET", "/login", pages.login_form),
        ("POST", "/login", pages.log_in),
        ("POST", "/logout", pages.log_out),
        ("GET", "/setup", pages.setup_form),
        ("POST", "/setup", pages.set_up),
        ("GET", "/static/<name:path>", static_files.serve),
        ("GET", "/api/v1/openapi.json", api.openapi),
        ("GET", "/api/v1/session", api.session),
        ("POST", "/api/v1/session", api.log_in),
        ("DELETE", "/api/v1/session", api.log_out),
        ("GET", "/api/v1/status", api.status),
        ("POST", "/api/v1/indexing", api.set_indexing),
        ("GET", "/api/v1/timeline", api.timeline),
        ("GET", "/api/v1/items", api.items),
        ("GET", "/api/v1/facets", api.facets),
        ("GET", "/api/v1/items/<item_id>", api.item),
        ("POST", "/api/v1/items/<item_id>", own_words.say),
        ("GET", "/api/v1/items/<item_id>/original", media.original),
        ("GET", "/api/v1/items/<item_id>/thumbnail", media.thumbnail),
        ("GET", "/api/v1/items/<item_id>/preview", media.preview),
        ("GET", "/api/v1/items/<item_id>/clip", media.clip),
        ("GET", "/api/v1/items/<item_id>/playable", media.playable),
        ("GET", "/api/v1/items/<item_id>/full", media.full),
        ("POST", "/api/v1/items/<item_id>/retry", failures.retry_by_api),
        ("POST", "/api/v1/shots", shots.merge),
        ("GET", "/api/v1/shots/<group_id>", shots.get),
        ("POST", "/api/v1/shots/<group_id>", shots.change),
        ("POST", "/api/v1/shots/<group_id>/split", shots.split),
        ("POST", "/api/v1/bursts", bursts.merge),
        ("GET", "/api/v1/bursts/<group_id>", bursts.get),
        ("POST", "/api/v1/bursts/<group_id>", bursts.change),
        ("POST", "/api/v1/bursts/<group_id>/split", bursts.split),
        ("GET", "/api/v1/decisions", decisions.list),
        ("POST", "/api/v1/decisions/<decision_id>/undo", decisions.undo),
        ("GET", "/api/v1/clock-suggestions", clocks.list),
        ("POST", "/api/v1/clock-suggestions/<clock_id>", clocks.correct),
        ("GET", "/api/v1/grouping", decisions.grouping),
        ("POST", "/api/v1/grouping", decisions.set_grouping),
        ("GET", "/api/v1/failures", failures.list),
        ("POST", "/api/v1/failures/retry", failures.retry_all_by_api),
        ("POST", "/api/v1/originals/check", api.check_originals),
        ("POST", "/api/v1/originals/held", claims.accept),
        ("OPTIONS", "/api/v1/uploads/", uploads.options),
        ("POST", "/api/v1/uploads/", uploads.create),
        ("OPTIONS", "/api/v1/uploads/<upload_id>", uploads.options),
        ("HEAD", "/api/v1/uploads/<upload_id>", uploads.head),
        ("PATCH", "/api/v1/uploads/<upload_id>", uploads.patch),
        ("DELETE", "/api/v1/uploads/<upload_id>", uploads.delete),
        ("POST", "/api/v1/uploads/<upload_id>", uploads.override),
        ("GET", "/api/v1/receipts", receipts.list),
        ("GET", "/api/v1/receipts/<receipt_id>.csv", receipts.csv),
        ("GET", "/api/v1/receipts/<receipt_id>", receipts.one),
        ("GET", "/api/v1/receipts/<receipt_id>/SHA256SUMS", receipts.checksums),
        ("POST", "/api/v1/receipts/<receipt_id>/close", receipts.close_by_api),
        ("GET", "/api/v1/devices", devices.list),
        ("POST", "/api/v1/devices", devices.add_by_api),
        ("DELETE", "/api/v1/devices/<device_id>", devices.revoke_by_api),
    ]


def _memory_routes(memories: MemoryCalls, albums: AlbumCalls) -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/api/v1/memories", memories.list),
        ("POST", "/api/v1/memories", memories.make),
        ("GET", "/api/v1/memories/<memory_id>", memories.one),
        ("POST", "/api/v1/memories/<memory_id>", memories.change),
        ("GET", "/api/v1/albums", albums.list),
        ("POST", "/api/v1/albums", albums.make),
        ("GET", "/api/v1/albums/<album_id>", albums.one),
        ("POST", "/api/v1/albums/<album_id>", albums.change),
        ("DELETE", "/api/v1/albums/<album_id>", albums.delete),
    ]


def _wall(pages: Pages) -> Callable[[Handler], Handler]:
    """A Bottle plugin: what a handler raises becomes an answer; the unforeseen is logged first."""

    def guard(handler: Handler) -> Handler:
        def guarded(*args: Any, **kwargs: Any) -> HTTPResponse:
            try:
                return handler(*args, **kwargs)
            except NotLoggedIn as error:
                return _answer(pages, problem_of(error)) if _is_api() else pages.ask_who()
            except Exception as error:  # noqa: BLE001 - this is the wall
                problem = problem_of(error)
                if problem.status == 500:
                    _log.exception("%s %s failed", request.method, request.path)
                return _answer(pages, problem)

        return guarded

    return guard


def _bottle_errors(pages: Pages) -> Callable[[HTTPError], bytes]:
    """What Bottle itself refuses (no such address, wrong method), worded like everything else."""

    def reword(error: HTTPError) -> bytes:
        known = {404: NoSuchPage(), 405: WrongMethod(request.method)}
        problem = problem_of(known.get(error.status_code, error))
        if problem.status == 500:
            _log.error("%s %s failed", request.method, request.path, exc_info=error.exception)
        answer = _answer(pages, problem)
        response.status = problem.status
        for name, value in answer.headerlist:
            response.set_header(name, value)
        return bytes(answer.body)

    return reword


def _answer(pages: Pages, problem: Problem) -> HTTPResponse:
    if not _is_api():
        return pages.error(problem)
    headers = dict(problem.headers)
    # A page's own calls get no challenge: the browser would cover the page with its password box.
    if problem.code == NotLoggedIn.code and not is_browser_page(request.environ):
        headers["WWW-Authenticate"] = 'Basic realm="Private Photo Cloud", charset="UTF-8"'
    return json_answer(problem.as_json(), problem.status, headers)


def _is_api() -> bool:
    return bool(request.path.startswith("/api/"))


def with_safe_headers(app: WsgiApp) -> WsgiApp:
    """The same application with the headers that keep every answer harmless, unless it set stricter ones."""

    def safe(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            missing = [pair for pair in _SAFE_HEADERS.items() if pair[0].lower() not in present]
            return start_response(status, headers + missing, exc_info)

        return app(environ, start)

    return safe
