"""The packages and benchmarks ask nothing of a system that only some have, but in the one file for that."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from experiments import systems

ROOT = Path(__file__).parents[1]
THE_ONE = ROOT / "experiments/systems.py"
FILES = sorted(path for folder in ("model", "experiments", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
MODULES = {
    "crypt",
    "curses",
    "fcntl",
    "grp",
    "nis",
    "posix",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
}
FUNCTIONS = {
    "os": {
        "chown", "chroot", "ctermid", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "fstatvfs", "getegid", "geteuid",
        "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid", "initgroups",
        "killpg", "lchown", "lockf", "mkfifo", "mknod", "nice", "O_DIRECTORY", "O_NOFOLLOW", "openpty", "pathconf", "posix_fadvise",
        "posix_fallocate", "posix_spawn", "pread", "pwrite", "process_cpu_count", "sched_getaffinity", "sched_setaffinity",
        "sched_yield", "sendfile", "setgid", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync", "sysconf", "tcgetpgrp",
        "uname", "wait", "wait3", "wait4", "waitid", "WEXITSTATUS", "WIFSIGNALED",
    },
    "signal": {
        "alarm", "getitimer", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT",
        "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1", "SIGUSR2", "SIGXCPU", "siginterrupt", "sigwait",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "socketpair", "sendmsg"},
    "time": {"clock_gettime", "tzset"},
}  # fmt: skip
PLACES = ("/proc/", "/dev/", "/sys/", "/tmp", "/etc/")


def posix_only(text: str) -> list[str]:
    """What a program asks of a system that Windows, or macOS, does not have."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names if name.name.partition(".")[0] in MODULES]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found += [module] if module.partition(".")[0] in MODULES else []
                found += [f"{module}.{name.name}" for name in names if name.name in FUNCTIONS.get(module, ())]
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in FUNCTIONS.get(module, ()):
                found.append(f"{module}.{name}")
            case ast.Constant(value=str(place)) if place.startswith(PLACES):
                found.append(place)
    return sorted(set(found))


def test_one_file_alone_asks_for_what_only_some_systems_have() -> None:
    found = {path.relative_to(ROOT).as_posix(): posix_only(path.read_text(encoding="utf-8")) for path in FILES}
    assert len(found) > 300
    assert [name for name, calls in found.items() if calls] == [THE_ONE.relative_to(ROOT).as_posix()], found


def test_paths_are_those_of_pathlib() -> None:
    assert [path for path in FILES if "os.path" in path.read_text(encoding="utf-8")] == []


def test_what_only_some_systems_have_is_found() -> None:
    text = "import fcntl, os\nfrom os import fork\nfrom signal import SIGKILL\nos.statvfs('.')\nopen('/proc/self/stat')\nos.getpid()"
    assert posix_only(text) == ["/proc/self/stat", "fcntl", "os.fork", "os.statvfs", "signal.SIGKILL"]
    assert posix_only(THE_ONE.read_text(encoding="utf-8")) == [
        "os.process_cpu_count",
        "os.sched_getaffinity",
        "resource",
    ]


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        ({"process_cpu_count": lambda: 3, "sched_getaffinity": lambda _: {0, 1}}, 3),
        ({"sched_getaffinity": lambda _: {0, 1}}, 2),
        ({"cpu_count": lambda: 5}, 5),
        ({"cpu_count": lambda: None}, 1),
    ],
)
def test_cores_are_those_that_the_process_may_use(
    has: dict[str, object], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("process_cpu_count", "sched_getaffinity"):
        monkeypatch.delattr(os, name, raising=False)
    for name, function in has.items():
        monkeypatch.setattr(os, name, function, raising=False)
    assert systems.cores() == expected
