"""How errors are told: every one has a status, a word and a sentence, and nothing inner gets out."""

from __future__ import annotations

import pytest

from indexer import errors as library_errors
from webui import errors
from webui.errors import problem_of


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.NotLoggedIn(), 401, "not_logged_in"),
        (errors.WrongPassword(), 401, "wrong_password"),
        (errors.ForgedRequest(), 403, "csrf"),
        (errors.BodyTooLarge(10), 413, "too_large"),
        (library_errors.NoSuchItem(), 404, "not_found"),
        (library_errors.NoDerivative("preview", "pending"), 404, "not_ready"),
        (library_errors.NoDerivative("preview", "failed"), 404, "no_derivative"),
        (library_errors.BadQuery("kind", "is odd"), 400, "bad_query"),
        (library_errors.NameTaken("alice"), 409, "name_taken"),
        (library_errors.ChecksumMismatch("MD5"), 460, "checksum_mismatch"),
        (library_errors.NoRoom(), 507, "no_room"),
        (library_errors.LibraryError("odd"), 500, "internal"),
    ],
)
def test_status_and_code(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert problem.message == str(error)
    assert problem.as_json()["error"]["code"] == code


def test_state_of_an_item_that_is_not_ready_is_told() -> None:
    assert (
        problem_of(library_errors.NoDerivative("preview", "pending")).as_json()["error"]["state"] == "pending"
    )


def test_waiting_time_is_told() -> None:
    assert problem_of(library_errors.TooManyAttempts(7)).headers == {"Retry-After": "7"}


def test_unforeseen_errors_give_nothing_away() -> None:
    problem = problem_of(RuntimeError("password=hunter2"))
    assert problem.status == 500
    assert "hunter2" not in problem.message
