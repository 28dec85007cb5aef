"""The ``photocloud`` command: arguments in, exit code out.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 done in part (what failed is listed).
The library is imported by the commands themselves: a decoding process imports this module anew, and
``--help`` should not wait.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from config.errors import ConfigError
from config.load import load
from config.settings import Settings, options
from davserver.commands import importing, people, upkeep
from davserver.commands.console import DONE, FAILED, USAGE, complain

if TYPE_CHECKING:
    from davserver.application import Application

Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing is raised for what a person can mend."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = load(vars(parsed), os.environ)
    except ConfigError as error:
        return complain(str(error), USAGE)
    return _run(parsed.command, parsed, settings)


def _run(command: Command, parsed: argparse.Namespace, settings: Settings) -> int:
    from indexer.errors import LibraryError

    try:
        return command(parsed, settings)
    except LibraryError as error:
        return complain(str(error), FAILED)
    except BrokenPipeError:
        return FAILED
    except KeyboardInterrupt:
        return complain("Stopped.", FAILED)


def serve(parsed: argparse.Namespace, settings: Settings) -> int:
    """The main job, until Ctrl-C or SIGTERM."""
    from davserver.application import open_application
    from davserver.http.tls import CertificateUnusable
    from davserver.server import AddressUnusable

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _warn_about_pillow()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with open_application(settings) as application:
            signal.signal(signal.SIGHUP, lambda *_: application.server.reload())
            print(_welcome(application, settings), flush=True)
            with suppress(KeyboardInterrupt):
                application.server.serve()
            print("Stopping: files in flight are finished or refused cleanly.", flush=True)
    except (AddressUnusable, CertificateUnusable) as error:
        return complain(str(error), FAILED)
    return DONE


def worker(parsed: argparse.Namespace, settings: Settings) -> int:
    """Only the worker. With ``--follow-input``, standard input wakes it, and its end stops it."""
    from davserver.core import open_core
    from indexer.containment import die_with_parent
    from indexer.worker import Worker

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    wake, stop = threading.Event(), threading.Event()
    for name in [name for name in os.environ if name.startswith("PHOTOCLOUD_")]:
        del os.environ[name]  # read by now, and not for processes that decode
    if parsed.follow_input:
        die_with_parent()
        # Ctrl-C in a terminal reaches the whole group; the server decides when we go.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_follow_input, args=[wake, stop], daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: _stop(wake, stop))
    with open_core(settings) as core:
        Worker(core.catalog, core.originals, core.folder.derivatives, settings.workers).run(wake, stop)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="photocloud", description="Private Photo Cloud: a network drive that becomes a photo library."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serving = _command(commands, "serve", serve, "serve the shares and the web UI (the main job)")
    _add_options(serving, "host", "port", "workers", "threads")
    users = commands.add_parser("user", help="accounts; the first is the owner's")
    user_commands = users.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, command, help_text in (
        ("add", people.user_add, "create an account"),
        ("passwd", people.user_passwd, "change a password"),
    ):
        user_command = _command(user_commands, name, command, help_text, reports=True)
        user_command.add_argument("name", metavar="NAME")
        user_command.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    _command(user_commands, "list", people.user_list, "list the accounts", reports=True)
    removing = _command(user_commands, "remove", people.user_remove, "remove an account", reports=True)
    removing.add_argument("name", metavar="NAME")
    removing.add_argument("--yes", action="store_true", help="do not ask")
    _add_device_commands(commands)
    _add_folder_commands(commands)
    _add_upkeep_commands(commands)
    working = _command(commands, "worker", worker, "only the worker")
    _add_options(working, "workers")
    working.add_argument("--follow-input", action="store_true", help=argparse.SUPPRESS)
    return parser


def _add_folder_commands(commands: Any) -> None:
    for name, command, help_text in (
        ("import", importing.bring, "bring in a folder on this machine, without changing it"),
        ("check", importing.check, "tell which files of a folder are held, and which are not"),
    ):
        folder_command = _command(commands, name, command, help_text, reports=True)
        folder_command.add_argument("folder", metavar="DIR")
        folder_command.add_argument("--user", metavar="NAME", required=True, help="whose library")


def _add_upkeep_commands(commands: Any) -> None:
    _command(commands, "status", upkeep.status, "counts, queue, failures, disk", reports=True)
    checking = "re-hash the originals and list damaged ones"
    _command(commands, "verify", upkeep.verify, checking, reports=True)
    renewing = "make the index anew from the originals (and the newest snapshot)"
    rebuilding = _command(commands, "rebuild", upkeep.rebuild, renewing, reports=True)
    rebuilding.add_argument("--snapshot", metavar="FILE", help="go back to this snapshot of the catalog")
    rebuilding.add_argument(
        "--owner", metavar="NAME", help="make this account anew, where neither catalog nor snapshot is left"
    )
    rebuilding.add_argument("--password-stdin", action="store_true", help="read it from standard input")


def _add_device_commands(commands: Any) -> None:
    devices = commands.add_parser("device", help="passwords for what mounts the shares")
    device_commands = devices.add_subparsers(title="commands", required=True, metavar="COMMAND")
    adding = _command(device_commands, "add", people.device_add, "make a device password", reports=True)
    adding.add_argument("label", metavar="LABEL")
    adding.add_argument("--read-only", action="store_true", help="it may only look at the Library")
    listing = _command(device_commands, "list", people.device_list, "list the devices", reports=True)
    revoking = _command(
        device_commands, "revoke", people.device_revoke, "end a device password", reports=True
    )
    revoking.add_argument("label", metavar="LABEL")
    for command, is_required in ((adding, True), (listing, False), (revoking, True)):
        command.add_argument("--user", metavar="NAME", required=is_required, help="whose device")


def _command(
    commands: Any, name: str, command: Command, help_text: str, *, reports: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(command=command)
    _add_options(parser, "data")
    if reports:
        parser.add_argument("--json", action="store_true", help="report as JSON")
    return parser


def _add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    for option in options():
        if option.name in names:
            help_text = f"{option.help} (default: {option.default})".replace("%", "%%")
            parser.add_argument(
                f"--{option.name.replace('_', '-')}", help=help_text, metavar=option.name.upper()
            )


def _welcome(application: Application, settings: Settings) -> str:
    shown = _reachable_host(settings.host)
    scheme, dav = ("https", "davs") if settings.tls_certificate else ("http", "dav")
    address = f"{scheme}://{shown}:{application.port}/"
    here = f"{scheme}://localhost:{application.port}/"
    lines = ["Private Photo Cloud is running.", ""]
    if application.accounts.is_empty():
        lines.append(f"  First, create your account:  {here}setup")
        if not shown.startswith("127."):
            lines.append(f"  (from another device:        {address}setup?token={application.setup_token})")
    lines += [
        f"  Open in the browser:         {address}",
        f"  Mount as a network drive:    {address}",
        "     Finder: Go > Connect to Server.  Explorer: Map network drive.",
        f"     Linux Files: Other Locations, {dav}://{shown}:{application.port}/",
        "  Then copy a camera card into the folder Upload.",
        "",
        f"  Data folder: {settings.data}",
        "  Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


def _reachable_host(host: str) -> str:
    """What other devices can type: the machine's own address when we listen on all of them."""
    if host not in ("0.0.0.0", "::", ""):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing; only asks which way it would go (RFC 5737)
        return str(probe.getsockname()[0])
    return "localhost"


def _follow_input(wake: threading.Event, stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        wake.set()
    _stop(wake, stop)


def _stop(wake: threading.Event, stop: threading.Event) -> None:
    stop.set()
    wake.set()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _warn_about_pillow() -> None:
    from importlib.metadata import version

    if int(version("Pillow").split(".")[0]) < 12:
        print(
            f"Warning: Pillow {version('Pillow')} has known memory bugs; "
            "install with --no-deps -r requirements.lock as the README says.",
            file=sys.stderr,
        )
