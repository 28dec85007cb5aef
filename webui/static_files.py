"""The files that pages load: styles, scripts, icons.

``webui/static`` holds plain files that work as they are; ``static/dist`` is filled by the frontend
build (``npm run build``). Addresses carry the digest of the file, so browsers keep a file for ever
and still get a new one with the first page after an upgrade.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from bottle import HTTPResponse, request, static_file

from webui.errors import NoSuchPage

STATIC_FOLDER = Path(__file__).parent / "static"
BUNDLE = "dist/app.js"
_FOR_EVER = "public, max-age=31536000, immutable"
# Workers live under the policy of their own script, and this one computes digests in WebAssembly.
_POLICY_OF_NAME = {"dist/hash-worker.js": "default-src 'none'; script-src 'wasm-unsafe-eval'"}
_MIME_OF_SUFFIX = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}


class StaticFiles:
    """Serves ``/static/...`` and makes the addresses that templates use."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._folder = folder

    def address(self, name: str) -> str:
        """Where a page finds this file; the digest is taken anew so that a rebuilt bundle shows at once."""
        return f"/static/{name}?v={self._version(name)}"

    def has_bundle(self) -> bool:
        """True when the frontend build has run."""
        return (self._folder / BUNDLE).is_file()

    def serve(self, name: str) -> HTTPResponse:
        """The file; raises NoSuchPage."""
        mime = _MIME_OF_SUFFIX.get(Path(name).suffix, True)
        answer = static_file(name, root=str(self._folder), mimetype=mime)
        if answer.status_code >= 400:
            raise NoSuchPage
        if policy := _POLICY_OF_NAME.get(name):
            answer.set_header("Content-Security-Policy", policy)
        is_current = request.query.get("v") == self._version(name)
        answer.set_header("Cache-Control", _FOR_EVER if is_current else "no-cache")
        return answer

    def _version(self, name: str) -> str:
        path = self._folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"
