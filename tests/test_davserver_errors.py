"""Errors as answers: which status, and whose sentence is told."""

from __future__ import annotations

import pytest
from wsgidav.dav_error import (
    HTTP_CONFLICT,
    HTTP_FORBIDDEN,
    HTTP_LOCKED,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_FOUND,
    HTTP_PRECONDITION_FAILED,
    DAVError,
    PRECONDITION_CODE_LockTokenMismatch,
)

from davserver.errors import refusal, refused, status_of
from indexer import errors
from indexer.errors import LibraryError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DAVError(HTTP_PRECONDITION_FAILED, "The precise reason."), "The precise reason."),
        (DAVError(HTTP_CONFLICT, "Resource is not locked by token."), "Resource is not locked by token."),
        (DAVError(HTTP_FORBIDDEN, "No <b> & no 'quotes'."), "No <b> & no 'quotes'."),
        (DAVError(HTTP_CONFLICT), "The folder for this name does not exist."),
        (DAVError(HTTP_NOT_FOUND, "/Upload/a.jpg"), "There is nothing here under this name."),
        (DAVError(HTTP_LOCKED, "/Upload/a.jpg"), "Another program has locked this file."),
        (DAVError(HTTP_METHOD_NOT_ALLOWED), "Method Not Allowed"),
        (errors.BadName("it is too long"), str(errors.BadName("it is too long"))),
    ],
)
def test_the_most_precise_sentence_is_told(error: DAVError | LibraryError, sentence: str) -> None:
    answer = refusal(error)
    assert answer.status.partition(" ")[2] == sentence
    assert answer.body == f"{sentence}\n".encode()
    assert dict(answer.headers)["Content-Type"] == "text/plain; charset=utf-8"


def test_a_condition_is_told_in_xml_with_the_sentence_beside_it() -> None:
    reason = "Resource is not locked by token."
    answer = refusal(DAVError(HTTP_CONFLICT, reason, err_condition=PRECONDITION_CODE_LockTokenMismatch))
    assert answer.status == f"409 {reason}"
    assert b"lock-token-matches-request-uri" in answer.body
    assert dict(answer.headers)["Content-Type"] == "application/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NoRoom(), 507),
        (errors.TooLarge(5), 413),
        (errors.ReadOnly(), 403),
        (errors.BadName("it is odd"), 400),
        (errors.IncompleteUpload(1, 2), 400),
        (errors.ChecksumMismatch("MD5"), 400),
        (errors.NameOccupied("a"), 405),
        (errors.NoSuchEntry("a"), 409),
        (errors.NoSuchItem(), 404),
        (errors.TooManyAttempts(3), 400),
    ],
)
def test_statuses(error: LibraryError, status: int) -> None:
    assert status_of(error) == status
    assert refusal(error).status.startswith(f"{status} ")


def test_a_status_line_is_one_short_line_of_ascii() -> None:
    answer = refused(400, "Z\u00fcrich\r\nSet-Cookie: a=b " + "x" * 500)
    assert answer.status == "400 Z?rich"
    assert len(refused(400, "x" * 500).status) == 204
    assert "Z\u00fcrich".encode() in answer.body
