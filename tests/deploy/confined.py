"""A stand-in for systemd that confines a program as units do: `python confined.py NAMESPACES CALLS -- PROGRAM …`.

As systemd, it allows the system calls that are listed, forbids to make other namespaces than those that are listed,
takes every capability away, and all of that for good. Root becomes nobody, as `User=` would have it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

ALLOW, ERROR = 0x7FFF0000, 0x00050000
MASKED = 7
NOBODY = 65534
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
NAMESPACES = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
"""CLONE_NEW… of <linux/sched.h>, by systemd's names."""


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp` of libseccomp."""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("mask", ctypes.c_uint64), ("value", ctypes.c_uint64))


class Filter:
    """A filter of system calls; what no rule is about gets the default."""

    def __init__(self, default: int) -> None:
        self._lib = ctypes.CDLL("libseccomp.so.2")
        self._lib.seccomp_init.restype = ctypes.c_void_p
        self._it = ctypes.c_void_p(self._lib.seccomp_init(ctypes.c_uint32(default)))

    def rule(self, action: int, call: str, *comparisons: Comparison) -> None:
        """What becomes of a call with such arguments; one that this machine has not is left out."""
        number = self._lib.seccomp_syscall_resolve_name(call.encode())
        array = (Comparison * max(len(comparisons), 1))(*comparisons)
        self._lib.seccomp_rule_add_array(self._it, ctypes.c_uint32(action), number, len(comparisons), array)

    def load(self) -> None:
        """From here on it holds, for this process and all that it starts."""
        if self._lib.seccomp_load(self._it) != 0:
            raise OSError("the filter was not taken")


def confine(namespaces: list[str], calls: list[str]) -> None:
    """Confine this process."""
    system = ctypes.CDLL(None)
    if os.geteuid() == 0:
        for capability in range(64):
            system.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    system.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    shut = Filter(ALLOW)
    shut.rule(ERROR | errno.ENOSYS, "clone3")  # its flags cannot be seen
    for flag in (flag for name, flag in NAMESPACES.items() if name not in namespaces):
        for call, argument in (("unshare", 0), ("clone", 0), ("setns", 1)):
            shut.rule(ERROR | errno.EPERM, call, Comparison(argument, MASKED, flag, flag))
    shut.load()
    listed = Filter(ERROR | errno.EPERM)
    for call in calls:
        listed.rule(ALLOW, call)
    listed.load()


if __name__ == "__main__":
    confine(sys.argv[1].split(), sys.argv[2].split())
    os.execvp(sys.argv[4], sys.argv[4:])
