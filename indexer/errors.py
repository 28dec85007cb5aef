"""The error tree of the library; each error words itself for the person who will read it.

LibraryError
|- NotFound
|  |- NoSuchItem
|  |- NoSuchEntry
|  |- NoSuchReceipt
|  |- NoSuchTransfer
|  |- NoSuchGroup         a shot or burst
|  |- NoSuchCollection    a memory or album
|  |- NoSuchDecision
|  |- NoSuchClock
|  |- NoSuchAccount
|  |- NoSuchDevice
|  `- NoDerivative        (carries the item's state)
|- OriginalMissing        the rows are there, the bytes are lost
|- CatalogBusy            another process holds it, and does not go on
|- ImportFailed           a file or folder on the server's own disks cannot be read
|- Refused
|  |- BadName             a name that no share can hold
|  |- NoRoom              the disk is full, or would be
|  |- TooLarge            over the owner's limit
|  |- IncompleteUpload    fewer or more bytes than announced
|  |- UploadBroken        the connection broke before the end
|  |- ChecksumMismatch
|  |- WeakPassword
|  |- NameTaken
|  |- NotGrouped          the items are not together, or not by a rule
|  |- NameOccupied        a folder or file has this name already
|  |- TooManyProperties
|  |- TransferExists
|  |- TransferBusy        its parts are being put together
|  |- PartsMissing        or they overlap
|  |- TooManyParts
|  |- TooManyTransfers
|  |- WrongOffset         it does not go on where the bytes end
|  |- BeyondEnd           more bytes than it was to have
|  |- UploadTakenOver     another request goes on with it
|  |- ReadOnly
|  |- ReadOnlyDevice      its password may look, not change
|  |- LabelTaken
|  |- TooManyDevices
|  |- OwnerNeeded         the owner's account goes last
|  |- TooManyAttempts
|  `- BadQuery
`- DataFolderError
   |- DataFolderInUse
   |- DataFolderUnusable
   |- CatalogTooNew         a newer version has written it
   |- CatalogDamaged
   |- SnapshotDamaged       or none at all
   |- CatalogInUse
   |- NobodyKnown           neither a catalog nor a snapshot knows any account
   `- OwnerKnown            so none can be made anew

Faces translate classes, never texts: davserver.errors, webui.errors and davserver.cli hold one
table each.
"""

from __future__ import annotations

from pathlib import Path


class LibraryError(Exception):
    """Base of everything the library raises on purpose; ``str()`` is a sentence for people."""


class NotFound(LibraryError):
    """What was asked for is not there (or not this person's, which is told the same way)."""


class NoSuchCollection(NotFound):
    """No memory or album of this id in this person's library."""

    def __init__(self) -> None:
        super().__init__("There is no such memory or album; it may have been merged or deleted.")


class NoSuchClock(NotFound):
    def __init__(self) -> None:
        super().__init__("This camera's clock does not seem wrong any more.")


class NoSuchItem(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such item in your library.")


class NoSuchGroup(NotFound):
    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what} in your library; it may have been regrouped.")


class NoSuchDecision(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such decision of yours.")


class NoSuchEntry(NotFound):
    def __init__(self, path: str) -> None:
        super().__init__(f"There is nothing named {path!r} in the Upload share.")


class NoSuchAccount(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no account named {name!r}.")


class NoSuchDevice(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such device; it may have been revoked already.")


class NoSuchReceipt(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such receipt, or it is not finished yet.")


class NoSuchTransfer(NotFound):
    def __init__(self) -> None:
        super().__init__(
            "This upload in parts is not known here: it was finished, dropped, or idle for a day."
        )


class NoDerivative(NotFound):
    """The item has no such derivative: not yet (``state`` pending), or never (ready, failed)."""

    def __init__(self, derivative: str, state: str) -> None:
        reason = "is not ready yet" if state == "pending" else "does not exist for this item"
        super().__init__(f"The {derivative} {reason}.")
        self.state = state


class OriginalMissing(LibraryError):
    def __init__(self, sha256: str) -> None:
        super().__init__("The stored file is missing from the server's disk; copy it again to heal it.")
        self.sha256 = sha256


class ImportFailed(LibraryError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"It could not be imported: {reason}.")


class Refused(LibraryError):
    """The request is understood and refused; nothing was changed."""


class BadName(Refused):
    def __init__(self, reason: str) -> None:
        super().__init__(f"This name cannot be kept: {reason}.")


class CatalogBusy(LibraryError):
    def __init__(self) -> None:
        super().__init__(
            "Another program keeps the catalog busy; nothing was changed. Try again in a minute."
        )


class NoRoom(Refused):
    def __init__(self, needed_bytes: int | None = None) -> None:
        size = f" for {needed_bytes:,} bytes" if needed_bytes else ""
        super().__init__(f"The server's disk has no room left{size}; free some space and copy again.")


class TooLarge(Refused):
    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file is larger than this server accepts ({limit_bytes:,} bytes).")


class IncompleteUpload(Refused):
    def __init__(self, received_bytes: int, expected_bytes: int) -> None:
        super().__init__(
            f"The upload was cut: {received_bytes:,} of {expected_bytes:,} bytes came; nothing was kept."
        )


class UploadBroken(Refused):
    def __init__(self) -> None:
        super().__init__("The connection broke during the upload; nothing was kept.")


class ChecksumMismatch(Refused):
    def __init__(self, algorithm: str) -> None:
        super().__init__(f"The bytes do not match the {algorithm} checksum sent with them; nothing was kept.")


class WeakPassword(Refused):
    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(f"Choose a password of {shortest} to {longest:,} characters.")


class NotGrouped(Refused):
    def __init__(self) -> None:
        super().__init__("This cannot be done with these files: they are not together in this way.")


class NameTaken(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is already an account named {name!r}.")


class NameOccupied(Refused):
    def __init__(self, path: str) -> None:
        super().__init__(f"The name {path!r} is in use already.")


class TooManyProperties(Refused):
    def __init__(self) -> None:
        super().__init__("A file keeps at most 100 properties of 16 KB each.")


class TransferExists(Refused):
    def __init__(self) -> None:
        super().__init__("An upload in parts of this name is under way already.")


class TransferBusy(Refused):
    def __init__(self) -> None:
        super().__init__("The parts of this upload are being put together; ask again in a moment.")


class PartsMissing(Refused):
    def __init__(self) -> None:
        super().__init__(
            "The parts of this upload leave a gap or overlap; those that came are kept for a day."
        )


class TooManyParts(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(f"An upload may come in {most:,} parts at most; send larger ones.")


class TooManyTransfers(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most:,} unfinished uploads in parts; finish or drop some.")


class WrongOffset(Refused):
    """``offset_bytes`` is where the upload goes on."""

    def __init__(self, offset_bytes: int) -> None:
        super().__init__(f"This upload goes on at byte {offset_bytes:,}; ask where, and send from there.")
        self.offset_bytes = offset_bytes


class BeyondEnd(Refused):
    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"This upload was to have {size_bytes:,} bytes; more came, or another length.")


class UploadTakenOver(Refused):
    def __init__(self) -> None:
        super().__init__("Another request goes on with this upload; ask where it is, and send from there.")


class ReadOnly(Refused):
    def __init__(self) -> None:
        super().__init__("The Library is read-only; copy new files to the Upload folder instead.")


class ReadOnlyDevice(Refused):
    def __init__(self) -> None:
        super().__init__("This device may only look at the Library; it cannot change anything.")


class LabelTaken(Refused):
    def __init__(self, label: str) -> None:
        super().__init__(f"You have a device named {label!r} already; revoke it, or choose another name.")


class TooManyDevices(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(f"An account has at most {most} devices; revoke one that is no longer used.")


class OwnerNeeded(Refused):
    def __init__(self) -> None:
        super().__init__("The owner's account can be removed only when it is the last one.")


class TooManyAttempts(Refused):
    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many failed logins; try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


class BadQuery(Refused):
    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"The parameter {parameter!r} {reason}.")


class DataFolderError(LibraryError):
    """The data folder cannot be served."""


class DataFolderInUse(DataFolderError):
    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another Private Photo Cloud is already serving {folder}; stop it first.")


class DataFolderUnusable(DataFolderError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"The data folder {folder} cannot be used: {reason}.")


class CatalogTooNew(DataFolderError):
    def __init__(self) -> None:
        super().__init__("A newer version of Private Photo Cloud has written this catalog; install that one.")


class CatalogDamaged(DataFolderError):
    def __init__(self, file: Path) -> None:
        super().__init__(f"The catalog {file} is damaged or missing; photocloud rebuild makes it anew.")


class SnapshotDamaged(DataFolderError):
    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is no snapshot that can be read. Nothing was changed.")


class CatalogInUse(DataFolderError):
    def __init__(self) -> None:
        super().__init__("Another photocloud command is using the catalog; end it, then try again.")


class NobodyKnown(DataFolderError):
    def __init__(self) -> None:
        super().__init__(
            "Neither the catalog nor a snapshot can be read, so the accounts are lost; nothing was changed. "
            "Say whose the originals are with --owner NAME: that account is made anew, and all of them are "
            "put into its library."
        )


class OwnerKnown(DataFolderError):
    def __init__(self) -> None:
        super().__init__("The accounts are all there; leave out --owner. Nothing was changed.")
