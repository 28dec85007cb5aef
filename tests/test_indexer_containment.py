"""What a contained process cannot do, tried by real ones: each prints what became of its attempt."""

from __future__ import annotations

import os
import platform
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.containment import allow_cpu

ROOT = Path(__file__).parent.parent
CONTAINED = """
import os, socket, subprocess, sys, time
from indexer.containment import Limits, allow_cpu, contain
contain(Limits(memory_bytes=1 << 30, file_bytes=1 << 20))
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own means are Linux's")


def run(attempt: str, *, setup: str = CONTAINED) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", setup + attempt],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def outcome(attempt: str) -> str:
    done = run(f"""
try:
    {attempt}
    print("done")
except Exception as error:
    print(type(error).__name__)
""")
    assert done.stderr == ""
    return done.stdout.strip()


@linux_only
@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
        "socket.create_connection(('127.0.0.1', 80), 1)",
        "socket.getaddrinfo('localhost', 80, flags=0) and socket.socket()",
    ],
)
def test_no_network(attempt: str) -> None:
    assert outcome(attempt) in ("PermissionError", "gaierror")


@linux_only
def test_no_network_for_what_it_starts() -> None:
    child = "import socket\ntry: socket.socket()\nexcept OSError as error: print(type(error).__name__)"
    done = run(f"subprocess.run([sys.executable, '-c', {child!r}], check=True)")
    assert done.stdout.strip() == "PermissionError"


@linux_only
def test_no_network_for_threads_that_began_before() -> None:
    setup = """
import socket, threading
from indexer.containment import Limits, contain
go = threading.Event()
def attempt():
    go.wait()
    try:
        socket.socket()
        print("done")
    except OSError as error:
        print(type(error).__name__)
thread = threading.Thread(target=attempt)
thread.start()
"""
    done = run("contain(Limits(1 << 30, 1 << 20)); go.set(); thread.join()", setup=setup)
    assert done.stdout.strip() == "PermissionError"


def test_what_work_needs_still_goes(tmp_path: Path) -> None:
    assert outcome(f"open({str(tmp_path / 'a')!r}, 'wb').write(bytes(1 << 19))") == "done"
    assert outcome("subprocess.run(['true'], check=True)") == "done"
    assert outcome("os.read(os.pipe()[0], 0)") == "done"


def test_libraries_are_quiet_and_python_is_not() -> None:
    done = run("os.write(2, b'from C'); sys.stderr.write('from Python')")
    assert done.stderr == "from Python"


def test_memory_is_bounded() -> None:
    assert outcome("bytearray(1 << 31)") == "MemoryError"


def test_files_are_bounded(tmp_path: Path) -> None:
    assert outcome(f"open({str(tmp_path / 'a')!r}, 'wb').write(bytes(1 << 21))") == "OSError"
    assert outcome("[open('/dev/null') for _ in range(300)]") == "OSError"


def test_time_of_computing_is_bounded() -> None:
    begun = time.monotonic()
    assert run("allow_cpu(0.5)\nwhile True: pass").returncode == -signal.SIGXCPU
    assert time.monotonic() - begun < 30


def test_time_is_given_anew_for_each_work() -> None:
    work = "begun = time.process_time()\nwhile time.process_time() < begun + 0.7: pass"
    done = run(f"for _ in range(3):\n    allow_cpu(1)\n    exec({work!r})\nprint('done')")
    assert done.stdout.strip() == "done", done.stderr


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others give back by themselves")
def test_memory_is_given_back() -> None:
    """Small pieces between which one in a thousand stays: glibc itself would keep them all."""
    done = run("""
from indexer.containment import give_back_memory
def resident_kb():
    return int(open("/proc/self/statm").read().split()[1]) * 4
pieces = [bytes(2000) for _ in range(150_000)]
kept = pieces[::1000]
full = resident_kb()
del pieces
give_back_memory()
print(full - resident_kb())
""")
    assert int(done.stdout) > 200_000


@linux_only
def test_it_steps_back() -> None:
    done = run("print(os.nice(0), open('/proc/self/oom_score_adj').read())")
    assert done.stdout.split() == ["19", "1000"]
    idle = CONTAINED.replace("1 << 20)", "1 << 20, is_idle=True)")
    assert run("print(os.sched_getscheduler(0) == os.SCHED_IDLE)", setup=idle).stdout.strip() == "True"


@linux_only
def test_it_ends_with_its_parent() -> None:
    """Killed without a word, as by kill -9, the parent takes it along."""
    child = (
        "import time; "
        + CONTAINED.strip().replace("\n", "; ")
        + "; print(os.getpid(), flush=True); time.sleep(300)"
    )
    child = "\n".join(child.split("; "))
    parent = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(300)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        pid = int(process.stdout.readline())
        process.kill()
        process.wait()
    deadline = time.monotonic() + 20
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_limit_in_this_process_is_only_soft() -> None:
    before = resource.getrlimit(resource.RLIMIT_CPU)
    try:
        allow_cpu(3600)
        assert resource.getrlimit(resource.RLIMIT_CPU)[1] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, before)
    assert os.times().user < 3600


@linux_only
@pytest.mark.parametrize(("is_idle", "policy"), [(False, "SCHED_OTHER"), (True, "SCHED_IDLE")])
def test_pace(is_idle: bool, policy: str) -> None:
    setup = CONTAINED.replace("1 << 20)", f"1 << 20, is_idle={is_idle})")
    done = run(f"print(os.sched_getscheduler(0) == os.{policy})", setup=setup)
    assert done.stdout.strip() == "True"
