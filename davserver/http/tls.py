"""TLS: the certificate from two files, read again when they change, and handshakes that never wait."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import ssl
import threading
import time
from pathlib import Path

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 1.0
_HANDSHAKE = b"\x16"

_Version = tuple[tuple[int, int, int], ...]


class CertificateUnusable(Exception):
    """The certificate or its key cannot be read, or they do not belong together."""

    def __init__(self, certificate: Path, key: Path, reason: str) -> None:
        super().__init__(f"Cannot use the TLS certificate {certificate} with the key {key}: {reason}.")


class Certificate:
    """A certificate (with its chain) and its key, as they are on the disk now. Safe between threads.

    Raises CertificateUnusable when they cannot be used at the start. Later, files that cannot be
    used are reported once and the last good ones stay.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate = certificate
        self._key = key
        # Entered again by a signal handler that interrupts `context` in the same thread.
        self._lock = threading.RLock()
        self._looked_at = time.monotonic()
        self._version = self._read_version()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """What to shake hands with; looks for changed files at most once a second."""
        with self._lock:
            if time.monotonic() - self._looked_at >= _LOOK_EVERY_S:
                self._looked_at = time.monotonic()
                self._renew()
            return self._context

    def reload(self) -> None:
        """Look for changed files now."""
        with self._lock:
            self._renew()

    def _renew(self) -> None:
        version = self._read_version()
        if version == self._version:
            return
        self._version = version
        try:
            self._context = self._load()
        except CertificateUnusable as error:
            _log.warning("%s The earlier one stays in use.", error)

    def _read_version(self) -> _Version:
        try:
            found = [os.stat(path) for path in (self._certificate, self._key)]
        except OSError:
            return ()
        return tuple((status.st_ino, status.st_size, status.st_mtime_ns) for status in found)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            # An encrypted key would make OpenSSL ask on the terminal; a wrong password ends that.
            context.load_cert_chain(self._certificate, self._key, password=b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            raise CertificateUnusable(self._certificate, self._key, str(reason)) from error
        return context


def speaks_tls(sock: socket.socket) -> bool:
    """Whether the first byte that came, which stays unread, begins a handshake (RFC 8446 5.1).

    Raises BlockingIOError when none has come, ConnectionError when the client has ended.
    """
    first = sock.recv(1, socket.MSG_PEEK)
    if not first:
        raise ConnectionError
    return first == _HANDSHAKE


def shake_hands(sock: socket.socket) -> int:
    """Go on shaking hands without waiting: the selector's event to go on at, 0 when it is done.

    Raises OSError for a client that speaks no TLS, or none that is accepted.
    """
    assert isinstance(sock, ssl.SSLSocket)
    try:
        sock.do_handshake()
    except ssl.SSLWantReadError:
        return selectors.EVENT_READ
    except ssl.SSLWantWriteError:
        return selectors.EVENT_WRITE
    return 0
