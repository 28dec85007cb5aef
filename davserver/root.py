"""One person's whole tree as mounts see it: ``/`` lists the shares, each share resolves the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wsgidav import util
from wsgidav.dav_provider import DAVCollection, DAVProvider

from davserver import library_share, upload_share
from davserver.library_share import LibraryShare
from davserver.locks import PersonLocks
from davserver.quiet import quiet_file
from davserver.read_only import ReadOnlyResource
from davserver.stored_file import ref_url
from davserver.upload_share import UploadShare
from indexer.accounts import LOGIN_KEY
from indexer.catalog.listings import Listed


class PersonTree(DAVProvider):  # type: ignore[misc]  # WsgiDAV has no types
    """WsgiDAV's provider for one person, with that person's own locks."""

    def __init__(self, upload: UploadShare, library: LibraryShare, locks: PersonLocks) -> None:
        super().__init__()
        self.set_share_path("/")
        self.lock_manager = locks
        self.upload = upload
        self.library = library

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        """The resource of an absolute, decoded path; None when there is none."""
        return self._shared(path, environ) or quiet_file(path, environ)

    def _shared(self, path: str, environ: dict[str, Any]) -> Any:
        share, _, rest = path.strip("/").partition("/")
        if not share:
            return Root(path, environ)
        if share == upload_share.NAME:
            return self.upload.resolve(rest, path, environ)
        if share == library_share.NAME:
            return self.library.resolve(rest, path, environ)
        return None


class Root(ReadOnlyResource, DAVCollection):  # type: ignore[misc]  # WsgiDAV has no types
    """What is mounted: a folder with the shares in it, and nothing else ever."""

    refusal = "Nothing can be kept here; copy files into the Upload folder."

    def get_member_names(self) -> list[str]:
        """Both shares; to a read-only device only the Library."""
        return [library_share.NAME] if self._is_read_only() else [upload_share.NAME, library_share.NAME]

    def get_member(self, name: str) -> Any:
        return self.provider.get_resource_inst(util.join_uri(self.path, name), self.environ)

    def get_display_name(self) -> str:
        return "Private Photo Cloud"

    def get_ref_url(self) -> str:
        return ref_url(self.path)

    def listed(self) -> Listed:
        """Its own line of a listing; the name is what file managers call the drive."""
        return Listed("", self.get_display_name(), True)

    def listed_members(self) -> Iterable[Listed]:
        """The lines of the shares."""
        return [Listed(name, name, True) for name in self.get_member_names()]

    def get_available_bytes(self) -> Any:
        return self.get_member(upload_share.NAME).get_available_bytes()

    def get_used_bytes(self) -> Any:
        return self.get_member(upload_share.NAME).get_used_bytes()

    def _is_read_only(self) -> bool:
        return bool(self.environ[LOGIN_KEY].is_read_only)
