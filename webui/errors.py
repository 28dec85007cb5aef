"""What goes wrong on the way to an answer, and how the browser and scripts are told.

The web UI's own errors live here beside the one table that gives the library's errors their HTTP
status. `webui.app` catches both kinds in one place and words them as a page or as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer import errors as library_errors


class WebError(Exception):
    """Base of what the web UI itself refuses; ``str()`` is a sentence for people."""

    status = 400
    code = "bad_request"


class BadRequest(WebError):
    """The request cannot be understood."""


class BodyTooLarge(WebError):
    status = 413
    code = "too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"This request may carry at most {limit_bytes:,} bytes.")


class NotLoggedIn(WebError):
    status = 401
    code = "not_logged_in"

    def __init__(self) -> None:
        super().__init__("Log in first.")


class WrongPassword(WebError):
    status = 401
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("This name and password do not match.")


class ForgedRequest(WebError):
    """A change that another site may have sent in this person's name."""

    status = 403
    code = "csrf"

    def __init__(self) -> None:
        super().__init__("This request did not come from this page; reload the page and try again.")


class DeviceLogin(WebError):
    status = 403
    code = "device_login"

    def __init__(self) -> None:
        super().__init__("A device cannot look after devices; log in with the password of your account.")


class OwnerOnly(WebError):
    status = 403
    code = "owner_only"

    def __init__(self) -> None:
        super().__init__("Only the owner can do this, logged in with the password of the account.")


class SetupClosed(WebError):
    status = 403
    code = "setup_closed"

    def __init__(self) -> None:
        super().__init__(
            "Set up on the server itself, or with the link that “photocloud serve” printed when it started."
        )


class NoSuchPage(WebError):
    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class WrongMethod(WebError):
    status = 405
    code = "wrong_method"

    def __init__(self, method: str) -> None:
        super().__init__(f"This address does not answer {method} requests.")


class Broken(WebError):
    """The wall: something nobody expected; the log has it all, the visitor a sentence."""

    status = 500
    code = "internal"

    def __init__(self) -> None:
        super().__init__("Something went wrong on the server. Its log says more; please try again.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as it goes out: HTTP status, a word for scripts, a sentence for people."""

    status: int
    code: str
    message: str
    facts: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict[str, str]]:
        """The error object of the JSON API."""
        return {"error": {"code": self.code, "message": self.message, **self.facts}}


# The nearest class of an error's ancestry decides, so a subclass may have a line of its own.
_LIBRARY_PROBLEMS: dict[type[Exception], tuple[int, str]] = {
    library_errors.LibraryError: (500, "internal"),
    library_errors.NotFound: (404, "not_found"),
    library_errors.Refused: (400, "refused"),
    library_errors.NameTaken: (409, "name_taken"),
    library_errors.NotGrouped: (409, "not_grouped"),
    library_errors.WeakPassword: (400, "weak_password"),
    library_errors.BadName: (400, "bad_name"),
    library_errors.BadQuery: (400, "bad_query"),
    library_errors.LabelTaken: (409, "label_taken"),
    library_errors.TooManyDevices: (409, "too_many_devices"),
    library_errors.TooLarge: (413, "too_large"),
    library_errors.BeyondEnd: (413, "beyond_end"),
    library_errors.ChecksumMismatch: (460, "checksum_mismatch"),  # as tus wants it
    library_errors.WrongOffset: (409, "wrong_offset"),
    library_errors.UploadTakenOver: (423, "taken_over"),
    library_errors.PartsMissing: (409, "parts_missing"),
    library_errors.TooManyTransfers: (409, "too_many_uploads"),
    library_errors.NameOccupied: (409, "name_occupied"),
    library_errors.NoRoom: (507, "no_room"),
    library_errors.CatalogBusy: (503, "busy"),
}


def problem_of(error: Exception) -> Problem:
    """How this error is told; for anything unforeseen a `Broken`, which gives nothing away."""
    if isinstance(error, WebError):
        return Problem(error.status, error.code, str(error))
    if isinstance(error, library_errors.NoDerivative):
        code = "not_ready" if error.state == "pending" else "no_derivative"
        return Problem(404, code, str(error), facts={"state": str(error.state)})
    if isinstance(error, library_errors.TooManyAttempts):
        wait = {"Retry-After": str(max(1, round(error.retry_after_s)))}
        return Problem(429, "too_many_attempts", str(error), headers=wait)
    for ancestor in type(error).__mro__:
        if ancestor in _LIBRARY_PROBLEMS:
            return Problem(*_LIBRARY_PROBLEMS[ancestor], str(error))
    return problem_of(Broken())
