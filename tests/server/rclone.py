"""rclone with one server as its only remote, and nothing of its user's configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.programs import require, run
from tests.server.fronts import Certificate
from tests.server_process import PASSWORD, USER, environment


class Rclone:
    """Call it with rclone's arguments; the remote is ``:webdav:``. Nothing is tried twice."""

    def __init__(
        self, url: str, folder: Path, vendor: str = "other", certificate: Certificate | None = None
    ) -> None:
        require("rclone")
        configuration = folder / "rclone.conf"
        configuration.touch()
        self._settings = {
            "RCLONE_CONFIG": str(configuration),
            "RCLONE_WEBDAV_URL": url,
            "RCLONE_WEBDAV_VENDOR": vendor,
            "RCLONE_WEBDAV_USER": USER,
            "RCLONE_WEBDAV_PASS": run("rclone", "obscure", PASSWORD).strip(),
            "RCLONE_LOW_LEVEL_RETRIES": "1",
            "RCLONE_RETRIES": "1",
        }
        if certificate:
            self._settings["RCLONE_CA_CERT"] = str(certificate.file)

    def __call__(self, *arguments: str | Path, expect: int | None = 0) -> str:
        return run("rclone", *arguments, extra_environment=self._settings, expect=expect)

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["rclone", *map(str, arguments)],
            env=environment(self._settings),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
