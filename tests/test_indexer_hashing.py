"""Bytes arriving: digests, announcements kept and broken, room, and nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ChecksumMismatch, IncompleteUpload, NoRoom, TooLarge
from indexer.hashing import CHECKSUMS, Announced, Staging
from indexer.model import Receiving

ALICE = 1
CONTENT = b"All the bytes of a photo."


def digests(content: bytes) -> tuple[tuple[str, str], ...]:
    of_hashlib = {name: hashlib.new(name, content).hexdigest() for name in ("md5", "sha1", "sha256")}
    return tuple((of_hashlib | {"adler32": f"{zlib.adler32(content):08x}"}).items())


def test_whole_bytes(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with staging.begin(ALICE, "a.jpg", Announced(len(CONTENT))) as incoming:
        incoming.write(CONTENT[:5])
        incoming.write(b"")
        incoming.write(CONTENT[5:])
        staged = incoming.finish()
        assert staged.path.read_bytes() == CONTENT
        assert staged.path.stat().st_mode & 0o077 == 0
        assert (staged.sha256, staged.size_bytes) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_every_checksum_of_any_blocks(tmp_path_factory: pytest.TempPathFactory, blocks: list[bytes]) -> None:
    staging = Staging(tmp_path_factory.getbasetemp())
    checksums = digests(b"".join(blocks))
    assert {name for name, _ in checksums} == set(CHECKSUMS)
    with staging.begin(ALICE, "a", Announced(None, checksums)) as incoming:
        for block in blocks:
            incoming.write(block)
        assert incoming.finish().sha256 == dict(checksums)["sha256"]


@pytest.mark.parametrize("size_bytes", [0, len(CONTENT) - 1, len(CONTENT) + 1])
def test_another_length_than_announced(size_bytes: int, tmp_path: Path) -> None:
    with Staging(tmp_path).begin(ALICE, "a", Announced(size_bytes)) as incoming:
        incoming.write(CONTENT)
        with pytest.raises(IncompleteUpload):
            incoming.finish()


@pytest.mark.parametrize("algorithm", CHECKSUMS)
def test_another_checksum_than_announced(algorithm: str, tmp_path: Path) -> None:
    digits = dict(digests(CONTENT))[algorithm]
    wrong = Announced(
        None, ((algorithm, digits), (algorithm, digits[:-1] + ("1" if digits[-1] == "0" else "0")))
    )
    with Staging(tmp_path).begin(ALICE, "a", wrong) as incoming:
        incoming.write(CONTENT)
        with pytest.raises(ChecksumMismatch, match=algorithm):
            incoming.finish()


def test_capitals_and_unknown_algorithms(tmp_path: Path) -> None:
    sha1 = hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest().upper()
    announced = Announced(None, (("sha1", sha1), ("crc64", "00")))
    with Staging(tmp_path).begin(ALICE, "a", announced) as incoming:
        incoming.write(CONTENT)
        incoming.finish()


def test_too_large(tmp_path: Path) -> None:
    staging = Staging(tmp_path, limit_bytes=10)
    with pytest.raises(TooLarge):
        staging.begin(ALICE, "a", Announced(11))
    assert list(tmp_path.iterdir()) == []
    with staging.begin(ALICE, "a", Announced(None)) as incoming:
        incoming.write(bytes(10))
        incoming.finish()
        with pytest.raises(TooLarge):
            incoming.write(b"1")
    with staging.begin(ALICE, "a", Announced(10)):
        pass


def test_no_room_before_any_byte(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    available = staging.available_bytes()
    with pytest.raises(NoRoom):
        staging.begin(ALICE, "a", Announced(available * 2))
    assert staging.receiving(ALICE) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_is_a_twentieth_of_a_small_disk(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free, all_bytes = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    tolerance = 64 << 20  # other processes write too
    assert Staging(tmp_path, keep_free_bytes=1 << 20).available_bytes() == pytest.approx(
        free - (1 << 20), abs=tolerance
    )
    everything = Staging(tmp_path, keep_free_bytes=1 << 60).available_bytes()
    assert everything == pytest.approx(max(0, free - all_bytes // 20), abs=tolerance)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int, _block: memoryview) -> int:
        raise OSError(number, os.strerror(number))

    with Staging(tmp_path).begin(ALICE, "a", Announced(None)) as incoming:
        monkeypatch.setattr("os.write", full)
        with pytest.raises(NoRoom):
            incoming.write(CONTENT)
        monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_short_writes_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("os.write", lambda fd, block: write(fd, block[:7]))
    with Staging(tmp_path).begin(ALICE, "a", Announced(len(CONTENT))) as incoming:
        incoming.write(CONTENT)
        assert incoming.finish().path.read_bytes() == CONTENT


def test_large_files_are_flushed_on_the_way(tmp_path: Path) -> None:
    block = os.urandom(1 << 20)
    with Staging(tmp_path).begin(ALICE, "a", Announced(20 << 20)) as incoming:
        for _ in range(20):
            incoming.write(block)
        assert incoming.finish().path.read_bytes() == block * 20


def test_what_is_arriving(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with staging.begin(ALICE, "DCIM/a.jpg", Announced(100)) as incoming, staging.begin(2, "b", Announced()):
        incoming.write(CONTENT)
        assert staging.receiving(ALICE) == (Receiving("DCIM/a.jpg", len(CONTENT), 100),)
        assert staging.receiving(2) == (Receiving("b", 0, None),)
    assert staging.receiving(ALICE) == staging.receiving(2) == ()


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    staging = Staging(tmp_path)

    def cut_off() -> None:
        with staging.begin(ALICE, "a", Announced(100)) as incoming:
            incoming.write(CONTENT)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_off()
    assert list(tmp_path.iterdir()) == []
    assert staging.receiving(ALICE) == ()
