"""The commands about people and their devices: ``photocloud user ...`` and ``photocloud device ...``.

The library is imported by the commands themselves: ``--help`` should not wait.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from davserver.commands.console import DONE, USAGE, complain, confirmed, moment, password, report

if TYPE_CHECKING:
    from indexer.model import Device


def user_add(parsed: argparse.Namespace, settings: Settings) -> int:
    from davserver.core import open_core

    with open_core(settings) as core:
        person = core.accounts.add(parsed.name, password(parsed, parsed.name))
    role = "the owner's account" if person.is_owner else "an account"
    report(parsed, {"name": person.name, "owner": person.is_owner}, f"Created {role} {person.name!r}.")
    return DONE


def user_list(parsed: argparse.Namespace, settings: Settings) -> int:
    from davserver.core import open_core

    with open_core(settings) as core:
        people = core.accounts.list()
    rows = [{"name": person.name, "owner": person.is_owner} for person in people]
    lines = [f"{person.name}{' (owner)' if person.is_owner else ''}" for person in people]
    report(parsed, {"users": rows}, "\n".join(lines) or "There are no accounts yet.")
    return DONE


def user_passwd(parsed: argparse.Namespace, settings: Settings) -> int:
    from davserver.core import open_core

    with open_core(settings) as core:
        core.accounts.set_password(parsed.name, password(parsed, parsed.name))
    report(parsed, {"name": parsed.name}, f"Changed the password of {parsed.name!r}.")
    return DONE


def user_remove(parsed: argparse.Namespace, settings: Settings) -> int:
    """Remove an account and what is known of its library; the originals stay on the disk."""
    from davserver.core import open_core

    with open_core(settings) as core, core.folder.held():
        core.accounts.require(parsed.name)
        if not (parsed.yes or confirmed(f"Remove {parsed.name!r} with library, albums and devices")):
            return complain("Nothing was removed; say --yes to do it.", USAGE)
        core.accounts.remove(parsed.name)
    report(
        parsed, {"name": parsed.name}, f"Removed {parsed.name!r}. The originals are still in {settings.data}."
    )
    return DONE


def device_add(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the new device's password: the only time that anybody sees it."""
    from davserver.core import open_core

    with open_core(settings) as core:
        person = core.accounts.require(parsed.user)
        made = core.devices.add(person, parsed.label, is_read_only=parsed.read_only)
    row = {**_device_row(person.name, made.device), "password": made.password}
    lines = [
        f"Name:      {person.name}",
        f"Password:  {made.password}",
        "",
        "It is shown only this once. Type the name exactly as it stands here.",
    ]
    report(parsed, row, "\n".join(lines))
    return DONE


def device_list(parsed: argparse.Namespace, settings: Settings) -> int:
    from davserver.core import open_core

    with open_core(settings) as core:
        accounts = core.accounts
        people = accounts.list() if parsed.user is None else (accounts.require(parsed.user),)
        rows = [_device_row(person.name, device) for person in people for device in core.devices.list(person)]
    lines = [
        f"{row['user']}: {row['label']} ({'read-only' if row['read_only'] else 'full'}), "
        f"last used {row['used_at'] or 'never'}"
        for row in rows
    ]
    report(parsed, {"devices": rows}, "\n".join(lines) or "There are no devices yet.")
    return DONE


def device_revoke(parsed: argparse.Namespace, settings: Settings) -> int:
    """Its next request is refused, also by a server that is running."""
    from davserver.core import open_core

    with open_core(settings) as core:
        person = core.accounts.require(parsed.user)
        core.devices.revoke_label(person, parsed.label)
    report(parsed, {"user": person.name, "label": parsed.label}, f"Revoked {parsed.label!r}.")
    return DONE


def _device_row(user: str, device: Device) -> dict[str, Any]:
    return {
        "user": user,
        "label": device.label,
        "read_only": device.is_read_only,
        "created_at": moment(device.created_at),
        "used_at": None if device.used_at is None else moment(device.used_at),
    }
