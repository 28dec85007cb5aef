"""``photocloud import`` and ``photocloud check`` as commands, beside a running server and through kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.photos import Shot, jpeg
from tests.server_process import ROOT, ServerProcess, add_account, environment, photocloud


def command(server: ServerProcess, name: str, folder: Path, *, expect: int = 0) -> Any:
    done = photocloud(name, str(folder), "--user", server.user, "--data", str(server.data), "--json")
    assert done.returncode == expect, done.stdout + done.stderr
    return json.loads(done.stdout)


def make_card(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"IMG_{number:04}.JPG").write_bytes(jpeg(Shot(seed=number % 256)) + str(number).encode())
    return folder


def test_beside_a_running_server(server: ServerProcess, tmp_path: Path) -> None:
    card = make_card(tmp_path / "Card", 5)
    assert len(command(server, "check", card, expect=3)["missing"]) == 5
    done = command(server, "import", card)
    assert (done["new"], done["held"], done["failures"]) == (5, 0, [])
    server.wait_idle()
    with server.client() as dav:
        assert len(dav.files_below("/Upload/Card")) == 5
        assert {item["state"] for item in dav.items()} == {"ready"}
        assert dav.get("/Upload/Card/IMG_0003.JPG").body == (card / "IMG_0003.JPG").read_bytes()
    assert command(server, "import", card)["held"] == 5
    assert command(server, "check", card) == {"held": 5, "missing": [], "ignored": 0, "failures": []}


def test_names_are_told_in_one_line_that_no_terminal_obeys(tmp_path: Path) -> None:
    data, card = tmp_path / "data", tmp_path / "Card\x1b[2J"
    card.mkdir()
    for name in (b"a\x1b[31m.jpg", b"b\nAll files are held.jpg", b"\xff.jpg", "ü.jpg".encode()):
        Path(os.fsdecode(os.fsencode(card) + b"/" + name)).write_bytes(name)
    add_account(data)
    words = [str(card), "--user", "alice", "--data", str(data)]
    checked, brought = photocloud("check", *words), photocloud("import", *words)
    missing = photocloud("import", f"{card}\n", *words[1:])
    for done in (checked, brought, missing):
        assert "\x1b" not in done.stdout + done.stderr
    assert [checked.returncode, brought.returncode, missing.returncode] == [3, 3, 2]
    told = checked.stdout.splitlines()
    assert len(told) == 5
    assert sum(line.endswith("ü.jpg: not here") for line in told) == 1
    assert sum(line.endswith("\\nAll files are held.jpg: not here") for line in told) == 1
    assert len(missing.stderr.splitlines()) == 1


def test_kill_nine_in_the_middle_and_again(tmp_path: Path) -> None:
    data, card = tmp_path / "data", make_card(tmp_path / "Card", 400)
    add_account(data)
    words = ["import", str(card), "--user", "alice", "--data", str(data)]
    running = subprocess.Popen(
        [sys.executable, "-m", "davserver", *words], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while len(list((data / "originals").rglob("*.jpg"))) < 20:
        assert running.poll() is None, "it was too fast to be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    done = photocloud(*words, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["new"] + told["held"] == 400
    assert told["held"] >= 19
    assert len(list((data / "originals").rglob("*.jpg"))) == 400
    assert list((data / "staging").iterdir()) == []


def test_a_server_that_starts_meanwhile_does_not_disturb(server: ServerProcess, tmp_path: Path) -> None:
    card = make_card(tmp_path / "Card", 300)
    words = ["import", str(card), "--user", server.user, "--data", str(server.data), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "davserver", *words], cwd=ROOT, env=environment(), stdout=subprocess.PIPE
    ) as running:
        while running.poll() is None and not server.originals():
            time.sleep(0.005)
        server.restart()
        told = json.loads(running.communicate()[0])
    assert running.returncode == 0
    assert (told["new"], told["failures"]) == (300, [])


def test_wrong_usage(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add_account(data)
    for name in ("import", "check"):
        assert (
            photocloud(name, str(tmp_path / "gone"), "--user", "alice", "--data", str(data)).returncode == 2
        )
        assert photocloud(name, str(ROOT / "docs"), "--user", "nobody", "--data", str(data)).returncode == 1
    assert photocloud("import", str(tmp_path), "--user", "alice", "--data", str(data)).returncode == 2


def test_plain_words_and_what_failed(server: ServerProcess, tmp_path: Path) -> None:
    card = make_card(tmp_path / "Card", 1)
    (card / "bad\nname.jpg").write_bytes(b"x")
    words = (str(card), "--user", server.user, "--data", str(server.data))
    done = photocloud("import", *words)
    assert done.returncode == 3
    assert "1 new" in done.stdout
    assert "control character" in done.stdout
    checked = photocloud("check", *words)
    assert checked.returncode == 3
    assert "bad" in checked.stdout
