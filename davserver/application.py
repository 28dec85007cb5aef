"""The composition root: settings in, a running application out; closed in reverse.

Nothing else makes these objects, and none of them looks anything up.
"""

from __future__ import annotations

import functools
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from davserver import upload_share
from davserver.core import Core, open_core
from davserver.gate import Gate
from davserver.http.proxies import TrustedProxies
from davserver.http.tls import Certificate
from davserver.library_share import LibraryShare
from davserver.locks import PersonLocks
from davserver.nextcloud.app import Nextcloud
from davserver.receipt_texts import ReceiptTexts
from davserver.root import PersonTree
from davserver.server import Server, make_server
from davserver.upload_share import UploadShare
from davserver.webdav import WebDav
from davserver.worker_process import WorkerProcess, bare
from indexer import maintenance, snapshots
from indexer.accounts import Accounts
from indexer.importing import spool
from indexer.intake import Intake
from indexer.model import Person
from indexer.receipts.copies import Receipts
from indexer.receipts.readback import Reader
from indexer.resumable import Resumables
from indexer.store import Store
from indexer.transfers import Transfers
from indexer.upload_tree import UploadTree
from webui.app import SetupGate, create_app

_SWEEP_EVERY_S = 3600.0
_EXPIRE_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Application:
    """A server that is bound to its port, and what its start message needs."""

    server: Server
    accounts: Accounts
    setup_token: str
    port: int


@contextmanager
def open_application(settings: Settings) -> Iterator[Application]:
    """Everything that `serve` runs: one server, one worker process, one housekeeper, one reader of copies.

    Raises DataFolderInUse, DataFolderUnusable, AddressUnusable, CertificateUnusable.
    """
    certificate = _certificate(settings)
    proxies = TrustedProxies(settings.trusted_proxies)
    with open_core(settings) as core, core.folder.held(), _worker_process(settings, core) as worker:
        intake = Intake(core.staging, core.originals, Store(core.folder.junk), core.catalog, worker.wake)
        maintenance.sweep_staging(intake)
        spool.sweep(intake)
        transfers = Transfers(core.staging, core.catalog, core.folder.staging / "parts")
        resumables = Resumables(intake, core.folder.staging / "resumable")
        # On a full disk this fails; reading, which may be how its owner makes room, still works.
        maintenance.guard(transfers.sweep)
        maintenance.guard(resumables.sweep)
        setup_token = secrets.token_urlsafe(16)
        web = create_app(core.library, core.accounts, SetupGate(setup_token), resumables)
        receipts = Receipts(core.catalog, core.staging)
        maintenance.guard(core.catalog.gathering.settle)
        dav = Nextcloud(WebDav(_tree_maker(core, intake, receipts)), transfers)
        gate = Gate(core.accounts, dav, web)
        server = make_server(gate, settings.host, settings.port, settings.threads, certificate, proxies)
        worker.start()
        hourly = (
            lambda: maintenance.sweep_junk(intake, time.time()),
            lambda: transfers.drop_idle(time.time()),
            lambda: resumables.drop_idle(time.time()),
            lambda: _take_snapshot(core),
        )
        reader = Reader(receipts, core.originals)
        with _in_background(functools.partial(_keep_house, intake, hourly)), _in_background(reader.run):
            try:
                yield Application(server, core.accounts, setup_token, server.bind_addr[1])
            finally:
                server.stop()


def _certificate(settings: Settings) -> Certificate | None:
    if not settings.tls_certificate:
        return None
    return Certificate(Path(settings.tls_certificate), Path(settings.tls_key))


def _tree_maker(core: Core, intake: Intake, receipts: Receipts) -> Callable[[Person], PersonTree]:
    def tree_of(person: Person) -> PersonTree:
        return PersonTree(
            UploadShare(intake, UploadTree(intake), person, ReceiptTexts(receipts, person)),
            LibraryShare(core.library, person),
            PersonLocks(core.catalog.locks, person.id),
        )

    return tree_of


def _with_root(root: str) -> str:
    # `python -m davserver` must find this very code, whatever folder the server was started in.
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))


@contextmanager
def _worker_process(settings: Settings, core: Core) -> Iterator[WorkerProcess]:
    command = [
        sys.executable, "-m", "davserver", "worker", "--follow-input",
        "--data", str(settings.data), "--workers", str(settings.workers),
    ]  # fmt: skip
    root = str(Path(__file__).resolve().parent.parent)
    environment = {**bare(os.environ), "OMP_NUM_THREADS": "1", "PYTHONPATH": _with_root(root)}
    reclaim = functools.partial(maintenance.guard, core.catalog.jobs.release_all)
    worker = WorkerProcess(command, environment, reclaim)
    try:
        yield worker
    finally:
        worker.stop()


@contextmanager
def _in_background(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Work that ends when its event is set, in a thread of its own while the server runs."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=[stop], daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_house(intake: Intake, hourly: Sequence[Callable[[], object]], stop: threading.Event) -> None:
    """Expire locks, write down what a full disk kept from receipts, and do the ``hourly`` chores."""
    next_sweep = 0.0
    while not stop.is_set():
        now = time.time()
        maintenance.guard(lambda: intake.catalog.locks.expire(f"/{upload_share.NAME}", time.time()))
        maintenance.guard(intake.tell_mishaps)
        if now >= next_sweep:
            for chore in hourly:
                maintenance.guard(chore)
            next_sweep = now + _SWEEP_EVERY_S
        stop.wait(_EXPIRE_EVERY_S)


def _take_snapshot(core: Core) -> None:
    today = datetime.fromtimestamp(time.time()).astimezone().date()
    snapshots.take_daily(core.folder, core.catalog, today, core.staging.available_bytes())
