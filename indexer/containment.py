"""What a process that decodes may do: compute for a while in bounded memory, and nothing else.

Called by the processes themselves before they see the first file (step 4 of the flow), and inherited
by the programs that they start. Linux alone knows all of it; elsewhere the limits of POSIX remain.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import platform
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass

_log = logging.getLogger(__name__)

_NICE = 19  # whoever copies or looks at photos goes first
_MOST_OPEN_FILES = 256
_KEPT_BYTES = 224 << 20  # of it some 150 MB are code and what is loaded once

# Of linux/prctl.h, linux/seccomp.h, linux/audit.h and the kernel's tables of system calls.
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_M_ARENA_MAX = -8  # malloc.h
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_ALLOW, _KILL_PROCESS, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # where in struct seccomp_data
_X32 = 0x40000000  # the first of another set of numbers for the same calls


@dataclass(frozen=True, slots=True)
class _Machine:
    """The system calls of one kind of processor: seccomp's own, and those by which a network is reached."""

    architecture: int
    seccomp: int
    refused: tuple[int, ...]


_MACHINES = {
    # socket and io_uring_setup, which can open sockets as well.
    "x86_64": _Machine(0xC000003E, 317, (41, 425)),
    "aarch64": _Machine(0xC00000B7, 277, (198, 425)),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """``is_idle`` processes compute only when nothing else wants to."""

    memory_bytes: int
    file_bytes: int
    is_idle: bool = False


def contain(limits: Limits) -> None:
    """Bound this process for good, and whatever it starts. It ends together with its parent."""
    die_with_parent()
    keep_libraries_quiet()
    os.nice(_NICE)
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, _MOST_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    # Only the soft limit: what it starts may be allowed more, or less.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, resource.RLIM_INFINITY))
    if sys.platform != "linux":
        return
    if limits.is_idle:
        _let_others_go_first()
    _be_killed_first()
    _allocate_in_one_place()
    try:
        refuse_network()
    except OSError as error:
        _log.warning("decoding processes are not kept from the network: %s", error)


def keep_libraries_quiet() -> None:
    """What C libraries say about odd files, on the terminal, goes nowhere; Python's own words still do."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def allow_cpu(seconds: float) -> None:
    """The process is killed when it has computed for so many seconds more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def give_back_memory() -> None:
    """Return to the system what a large file needed: glibc would keep it, some 200 MB in a process.

    What a usual picture needs is kept for the next one, to which asking for it anew would be a tenth of its
    work.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim and _resident_bytes() > _KEPT_BYTES:
        trim(0)


def _resident_bytes() -> int:
    """What the process holds in memory; where this cannot be known, as if it were too much."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return sys.maxsize


def die_with_parent() -> None:
    """Be killed when the thread that started this process ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def refuse_network() -> None:
    """No socket can be opened any more by any thread of this process, or by what it starts.

    Pipes and files that are open stay so. Raises OSError where the kernel cannot do it.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        raise OSError(errno.ENOSYS, f"not known for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    steps = _filter(machine)
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    flags = _SECCOMP_FILTER_FLAG_TSYNC
    if libc.syscall(machine.seccomp, _SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "the kernel refused the filter")


class _Step(ctypes.Structure):
    """struct sock_filter: an instruction, and how many to skip when it holds or not."""

    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step))]


def _filter(machine: _Machine) -> list[_Step]:
    """The program that the kernel runs before each system call."""
    refuse = _Step(_RETURN, 0, 0, _REFUSE | errno.EACCES)
    steps = [
        _Step(_LOAD, 0, 0, _ARCHITECTURE),
        _Step(_IF_EQUAL, 1, 0, machine.architecture),
        _Step(_RETURN, 0, 0, _KILL_PROCESS),
        _Step(_LOAD, 0, 0, _NUMBER),
        _Step(_IF_AT_LEAST, 0, 1, _X32),
        refuse,
    ]
    for number in machine.refused:
        steps += [_Step(_IF_EQUAL, 0, 1, number), refuse]
    return [*steps, _Step(_RETURN, 0, 0, _ALLOW)]


def _allocate_in_one_place() -> None:
    # The threads of a decoder each get an arena from glibc, and leave it behind half empty.
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose:
        choose(_M_ARENA_MAX, 1)


def _let_others_go_first() -> None:
    # It is a matter of pace only, so a container that forbids it still gets its films.
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _be_killed_first() -> None:
    # When the machine runs out of memory, a decoder is to blame, and nothing is lost with it.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
