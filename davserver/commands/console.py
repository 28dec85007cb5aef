"""What commands say and ask: reports in words or as JSON, sentences of failure, passwords. Exit codes."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Any

DONE, FAILED, USAGE, PARTLY = 0, 1, 2, 3


def password(parsed: argparse.Namespace, name: str) -> str:
    if parsed.password_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(f"Password for {name}: ")


def confirmed(question: str) -> bool:
    return sys.stdin.isatty() and input(f"{question}? Type yes: ").strip().lower() == "yes"


def moment(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def size(size_bytes: float) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:,.0f} {unit}" if unit == "bytes" else f"{size_bytes:,.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} TB"


def shown(name: str) -> str:
    """A name in one line that no terminal obeys: "\\n", "\\x1b" stand for what cannot be printed."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in name
    )


def report(parsed: argparse.Namespace, document: dict[str, Any], text: str) -> None:
    print(json.dumps(document, indent=2) if parsed.json else text)


def complain(sentence: str, code: int) -> int:
    print(f"photocloud: {sentence}", file=sys.stderr)
    return code
