"""Receipts of copies as pages, JSON, CSV and SHA256SUMS: may the card be formatted?"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from bottle import HTTPResponse, request

from indexer.errors import BadQuery, NoSuchReceipt
from indexer.receipt import FileOutcome, Receipt, ReceiptFile, ReceiptState, relative
from indexer.receipts import forms
from indexer.receipts.copies import MOST_FILES, MOST_RECEIPTS, Receipts
from webui.api import json_answer, parse_limit
from webui.bodies import read_form
from webui.moments import ago
from webui.pages import Pages, go_to
from webui.receipt_json import entry_json, receipt_json
from webui.visitors import Visitor, Visitors

_ON_A_PAGE = 50
_FILES_ON_A_PAGE = 1000
_BLOCK_CHARS = 256 * 1024
_STATES = {
    ReceiptState.OPEN: "Files are arriving",
    ReceiptState.VERIFYING: "Reading the files back",
    ReceiptState.CLOSED: "Finished",
}
_OUTCOMES = {
    FileOutcome.NEW: "new",
    FileOutcome.HELD: "already held",
    FileOutcome.NOT_MEDIA: "not media",
    FileOutcome.JUNK: "system file",
    FileOutcome.EMPTY: "empty",
    FileOutcome.INCOMPLETE: "cut",
    FileOutcome.FAILED: "failed",
}


class ReceiptPages:
    """Everything under ``/receipts`` and ``/api/v1/receipts``."""

    def __init__(self, receipts: Receipts, visitors: Visitors, pages: Pages) -> None:
        self._receipts = receipts
        self._visitors = visitors
        self._pages = pages

    def list_page(self) -> HTTPResponse:
        """The receipts of the caller, newest first."""
        visitor = self._visitor()
        found, next_cursor = self._receipts.page(visitor.person, _asked("cursor"), _ON_A_PAGE)
        now = self._receipts.clock()
        return self._pages.render(
            "receipts.html",
            person=visitor.person,
            csrf_token=visitor.csrf_token,
            rows=[(one, _STATES[one.state], ago(one.ended_at, now)) for one in found],
            is_later_page=_asked("cursor") is not None,
            next_cursor=next_cursor,
        )

    def page(self, receipt_id: str) -> HTTPResponse:
        """One receipt to read and to print; raises NoSuchReceipt, BadQuery."""
        visitor, receipt = self._found(receipt_id)
        after = _parse_cursor(_asked("cursor"))
        troubled = self._receipts.files(receipt, limit=_FILES_ON_A_PAGE, only_troubled=True)
        found = self._receipts.files(receipt, after=after, limit=_FILES_ON_A_PAGE)
        return self._pages.render(
            "receipt.html",
            person=visitor.person,
            csrf_token=visitor.csrf_token,
            receipt=receipt,
            prepared=self._receipts.prepared(receipt),
            state=_STATES[receipt.state],
            when=_span(receipt),
            is_later_page=bool(after),
            troubled=[(relative(one.path, receipt.folder), one) for one in troubled.files],
            rows=[(relative(one.path, receipt.folder), _OUTCOMES[one.outcome], one) for one in found.files],
            next_cursor=_cursor(found.next_key),
            day_of=_day,
        )

    def close(self, receipt_id: str) -> HTTPResponse:
        """End a copy from its page, and back to it."""
        token = read_form(request.environ).get("csrf_token", "")
        visitor = self._visitors.require_for_change(request.environ, token)
        receipt = self._receipts.end(visitor.person, _parse_id(receipt_id))
        return go_to(f"/receipts/{receipt.id}")

    def list(self) -> HTTPResponse:
        """A page of the caller's receipts, newest first; raises BadQuery."""
        found, next_cursor = self._receipts.page(
            self._visitor().person, _asked("cursor"), _limit(_ON_A_PAGE, MOST_RECEIPTS)
        )
        return json_answer({"receipts": [receipt_json(one) for one in found], "next": next_cursor})

    def one(self, receipt_id: str) -> HTTPResponse:
        """A receipt with a page of its files: JSON, or CSV or the page for those who ask for these."""
        _, receipt = self._found(receipt_id)
        accepted = request.environ.get("HTTP_ACCEPT", "")
        if "application/json" not in accepted:
            if "text/csv" in accepted:
                return self._csv(receipt)
            if "text/html" in accepted:
                return _varying(go_to(f"/receipts/{receipt.id}"))
        page = self._receipts.files(
            receipt,
            after=_parse_cursor(_asked("cursor")),
            limit=_limit(_FILES_ON_A_PAGE, MOST_FILES),
            only_troubled=_asked("only") == "troubled",
        )
        whole = {
            **receipt_json(receipt),
            "prepared": self._receipts.prepared(receipt),
            "entries": [entry_json(file) for file in page.files],
            "next": _cursor(page.next_key),
        }
        return _varying(json_answer(whole))

    def csv(self, receipt_id: str) -> HTTPResponse:
        """All files of a receipt for a spreadsheet; raises NoSuchReceipt."""
        return self._csv(self._found(receipt_id)[1])

    def checksums(self, receipt_id: str) -> HTTPResponse:
        """What ``sha256sum -c`` reads in the copied folder on the card; raises NoSuchReceipt."""
        receipt = self._found(receipt_id)[1]
        lines = forms.checksums(self._receipts.all_files(receipt), receipt.folder)
        return _download(lines, "text/plain", "SHA256SUMS")

    def close_by_api(self, receipt_id: str) -> HTTPResponse:
        """End a copy; the receipt as it is now. Raises NoSuchReceipt."""
        visitor = self._visitors.require_for_call(request.environ)
        return json_answer(receipt_json(self._receipts.end(visitor.person, _parse_id(receipt_id))), 202)

    def _csv(self, receipt: Receipt) -> HTTPResponse:
        lines = forms.csv_lines(self._receipts.all_files(receipt))
        name = forms.file_name(receipt.folder, receipt.begun_at).removesuffix(".txt")
        return _varying(_download(lines, "text/csv", f"{name}.csv"))

    def _found(self, receipt_id: str) -> tuple[Visitor, Receipt]:
        visitor = self._visitor()
        return visitor, self._receipts.get(visitor.person, _parse_id(receipt_id))

    def _visitor(self) -> Visitor:
        return self._visitors.require(request.environ)


def _asked(name: str) -> str | None:
    return request.query.getunicode(name) or None


def _limit(default: int, most: int) -> int:
    return parse_limit(_asked("limit") or str(default), most)


def _parse_id(text: str) -> int:
    """The number of a receipt in an address; raises NoSuchReceipt for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NoSuchReceipt
    return int(text)


def _cursor(key: str | None) -> str | None:
    return None if key is None else base64.urlsafe_b64encode(key.encode()).decode()


def _parse_cursor(cursor: str | None) -> str:
    try:
        return base64.b64decode((cursor or "").encode(), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise BadQuery("cursor", "is not one that this server gave") from None


def _span(receipt: Receipt) -> str:
    begun, ended = (datetime.fromtimestamp(at).astimezone() for at in (receipt.begun_at, receipt.ended_at))
    last = f"{ended:%H:%M}" if begun.date() == ended.date() else f"{ended:%d %B %Y, %H:%M}"
    return f"{begun:%d %B %Y, %H:%M}" + (f" to {last}" if f"{begun:%d%H%M}" != f"{ended:%d%H%M}" else "")


def _day(file: ReceiptFile) -> str:
    """The day on which bytes that were held already first came."""
    return f"{datetime.fromtimestamp(file.first_at or 0).astimezone():%d %B %Y}"


def _download(lines: Iterable[str], mime: str, name: str) -> HTTPResponse:
    headers = {
        "Content-Type": f"{mime}; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    }
    return HTTPResponse(_blocks(lines), headers=headers)


def _blocks(lines: Iterable[str]) -> Iterator[bytes]:
    block: list[str] = []
    length = 0
    for line in lines:
        block.append(line)
        length += len(line)
        if length >= _BLOCK_CHARS:
            yield "".join(block).encode()
            block, length = [], 0
    # Even nothing is sent as a block: Bottle takes an empty iterator for a missing answer.
    yield "".join(block).encode()


def _varying(answer: HTTPResponse) -> HTTPResponse:
    answer.set_header("Vary", "Accept")
    return answer
