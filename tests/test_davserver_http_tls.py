"""A certificate on the disk: used, renewed without a restart, and refused in words."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from pathlib import Path

import pytest

from davserver.http.tls import Certificate, CertificateUnusable
from tests.certificates import make_certificate


def served_name(certificate: Certificate) -> str:
    """The name in the certificate that a client is shown."""
    ours, theirs = socket.socketpair()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    with ours, theirs:
        context = certificate.context()
        thread = threading.Thread(target=lambda: context.wrap_socket(ours, server_side=True).detach())
        thread.start()
        with client.wrap_socket(theirs) as shaken:
            shown = shaken.getpeercert(binary_form=True)
            thread.join(10)
            assert shown is not None
    return "new" if b"new.example" in shown else "old" if b"old.example" in shown else "?"


def test_a_renewed_certificate_is_used(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "old.example")
    served = Certificate(certificate, key)
    assert served_name(served) == "old"
    make_certificate(tmp_path, "new.example")
    served.reload()
    assert served_name(served) == "new"


def test_an_unusable_renewal_leaves_the_last_good_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key = make_certificate(tmp_path, "old.example")
    served = Certificate(certificate, key)
    certificate.write_text("half a cert")
    served.reload()
    served.reload()
    assert served_name(served) == "old"
    assert len(caplog.records) == 1
    os.unlink(certificate)
    served.reload()
    assert served_name(served) == "old"
    make_certificate(tmp_path, "new.example")
    served.reload()
    assert served_name(served) == "new"


def test_old_versions_of_tls_are_off(tmp_path: Path) -> None:
    assert Certificate(*make_certificate(tmp_path, "x")).context().minimum_version is ssl.TLSVersion.TLSv1_2


def test_what_cannot_be_used_is_told_with_its_files(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "a.example")
    (tmp_path / "other").mkdir()
    _, other_key = make_certificate(tmp_path / "other", "b.example")
    for files in ((certificate, other_key), (key, key), (tmp_path / "none", key), (certificate, tmp_path)):
        with pytest.raises(CertificateUnusable) as refused:
            Certificate(*files)
        assert str(files[0]) in str(refused.value)
        assert str(files[1]) in str(refused.value)
