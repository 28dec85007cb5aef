"""Files that come in chunks, as Nextcloud's clients and rclone send them: each folder here is a transfer.

MKCOL begins one, PUT brings a chunk, PROPFIND tells what has come, and moving ``.file`` away puts the chunks
together, by the same PUT that every other file comes in by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wsgidav.dav_error import (
    HTTP_FORBIDDEN,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_FOUND,
    DAVError,
)

from davserver.nextcloud.addresses import Chunks, destination_in_share, place, under_share
from davserver.protocol import headers
from davserver.protocol.dav_xml import parse_propfind, read
from davserver.protocol.properties import MULTISTATUS, MULTISTATUS_END, Extras, Form, href, member_href
from davserver.wsgi import Environ, ShortAnswer
from indexer import names
from indexer.accounts import LOGIN_KEY
from indexer.blocks import blocks
from indexer.catalog.listings import Listed
from indexer.model import Part, Person, Transfer
from indexer.transfers import Transfers

_WHOLE = ".file"
_METHODS = ("OPTIONS", "PROPFIND", "MKCOL", "PUT", "MOVE", "DELETE")


@dataclass(frozen=True, slots=True)
class ChunkFolders:
    """``put`` answers a PUT in the Upload share."""

    transfers: Transfers
    put: Callable[[Environ], ShortAnswer]

    def answer(self, at: Chunks, environ: Environ) -> ShortAnswer:
        """Raises DAVError and LibraryError; what was acknowledged before is kept then."""
        method, person = environ["REQUEST_METHOD"], environ[LOGIN_KEY].person
        if method == "OPTIONS":
            allowed = ("Allow", ", ".join(_METHODS))
            return ShortAnswer("200 OK", (("DAV", "1"), allowed, ("MS-Author-Via", "DAV")))
        if method == "PROPFIND":
            return self._list(at, environ, person)
        if at.transfer is None or method not in _METHODS:
            raise DAVError(HTTP_METHOD_NOT_ALLOWED, context_info="Here files can be sent in chunks only.")
        if method == "MKCOL":
            return self._begin(at.transfer, at.part, environ, person)
        transfer = self.transfers.get(person.id, at.transfer)
        if method == "PUT":
            return self._receive(transfer, at.part or "", environ)
        if method == "MOVE":
            return self._assemble(transfer, at.part, environ)
        return self._drop(transfer, at.part)

    def _begin(self, name: str, part: str | None, environ: Environ, person: Person) -> ShortAnswer:
        if part is not None:
            raise DAVError(HTTP_FORBIDDEN, context_info="A transfer holds no folders.")
        names.check(name)
        told = _told(Transfer(person.id, name, None, None, 0.0), environ)
        self.transfers.begin(person.id, name, target=told.target, expected_bytes=told.expected_bytes)
        return ShortAnswer("201 Created")

    def _receive(self, transfer: Transfer, part: str, environ: Environ) -> ShortAnswer:
        """One chunk; when this is answered, it survives a power cut."""
        at, is_offset = place(part)
        transfer = _told(transfer, environ)
        announced = headers.announced(environ | {"HTTP_OC_TOTAL_LENGTH": ""})
        with self.transfers.begin_part(transfer, announced) as incoming:
            for block in blocks(environ["wsgi.input"]):
                incoming.write(block)
            kept = self.transfers.keep_part(incoming, transfer, part, at, is_offset=is_offset)
        etag = f'"{kept.file}"'
        return ShortAnswer("201 Created", (("ETag", etag), ("OC-ETag", etag)))

    def _assemble(self, transfer: Transfer, part: str | None, environ: Environ) -> ShortAnswer:
        """Put all chunks together; after a refusal they are still there for another try."""
        if part != _WHOLE:
            raise DAVError(HTTP_FORBIDDEN, context_info="Only the whole file (.file) can be moved away.")
        target = destination_in_share(environ)
        with self.transfers.whole(transfer, _total_bytes(environ)) as whole:
            put = under_share(environ, f"/{target}")
            put |= {"REQUEST_METHOD": "PUT", "CONTENT_LENGTH": str(whole.size_bytes), "wsgi.input": whole}
            for name in ("HTTP_TRANSFER_ENCODING", "HTTP_X_EXPECTED_ENTITY_LENGTH", "HTTP_DESTINATION"):
                put.pop(name, None)
            if environ.get("HTTP_OVERWRITE", "T").strip().upper() == "F":
                put["HTTP_IF_NONE_MATCH"] = "*"
            answer = self.put(put)
            if answer.status.startswith("2"):
                self.transfers.finish(transfer)
        return answer

    def _drop(self, transfer: Transfer, part: str | None) -> ShortAnswer:
        if part is None:
            self.transfers.drop(transfer)
        elif not self.transfers.drop_part(transfer, part):
            raise DAVError(HTTP_NOT_FOUND)
        return ShortAnswer("204 No Content")

    def _list(self, at: Chunks, environ: Environ, person: Person) -> ShortAnswer:
        """What has come: a client that was interrupted goes on from there."""
        own, members = self._lines(at, person)
        form, url = Form(parse_propfind(read(environ)), Extras()), href(environ["PATH_INFO"].rstrip("/"))
        texts = [form.response(f"{url}/" if own.is_folder else url, own)]
        if environ.get("HTTP_DEPTH", "1").strip() != "0":
            texts += [form.response(member_href(url, line), line) for line in members]
        xml = "".join([MULTISTATUS, *texts, MULTISTATUS_END]).encode()
        return ShortAnswer("207 Multi-Status", (("Content-Type", "application/xml; charset=utf-8"),), xml)

    def _lines(self, at: Chunks, person: Person) -> tuple[Listed, Iterable[Listed]]:
        if at.transfer is None:
            return Listed("", person.name, True), map(_transfer_line, self.transfers.all_of(person.id))
        transfer = self.transfers.get(person.id, at.transfer)
        lines = [_part_line(part) for part in self.transfers.parts(transfer)]
        if at.part is None:
            return _transfer_line(transfer), lines
        line = next((line for line in lines if line.name == at.part), None)
        if line is None:
            raise DAVError(HTTP_NOT_FOUND)
        return line, ()


def _transfer_line(transfer: Transfer) -> Listed:
    return Listed(transfer.name, transfer.name, True, transfer.begun_at, transfer.begun_at)


def _part_line(part: Part) -> Listed:
    mime = "application/octet-stream"
    return Listed(part.name, part.name, False, part.at, part.at, size_bytes=part.size_bytes, mime=mime)


def _told(transfer: Transfer, environ: Environ) -> Transfer:
    """The transfer with what the headers of this request tell of it; raises for an impossible target."""
    target, total = transfer.target, _total_bytes(environ)
    if environ.get("HTTP_DESTINATION"):
        target = destination_in_share(environ)
        names.check(target)
    return replace(
        transfer, target=target, expected_bytes=transfer.expected_bytes if total is None else total
    )


def _total_bytes(environ: Environ) -> int | None:
    total = environ.get("HTTP_OC_TOTAL_LENGTH", "")
    return headers.announced({"HTTP_OC_TOTAL_LENGTH": total}).size_bytes
