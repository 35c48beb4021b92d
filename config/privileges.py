"""Leave root, which PostgreSQL refuses to run as, without losing sight of folders that only root may enter."""

import ctypes
import os
import pwd
import sys
from collections.abc import Iterable
from pathlib import Path

PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 28, 47, 2
NO_SETUID_FIXUP = 1 << 2  # or access(2), which initdb asks, would forget the capability
CAP_DAC_OVERRIDE = 1  # read and write whatever the file modes say: a checkout below /root, a virtual environment there
CAPABILITY_VERSION_3 = 0x20080522


def leave_root(data_dir: Path, folders: Iterable[Path]) -> None:
    """Create the server's folders and, where we are root, hand them to an unprivileged user and become that user."""
    root = os.geteuid() == 0
    account = _account(folders) if root else None
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), *_uid(account)}:
            raise PermissionError(f"{folder} belongs to another user")
        if account:
            _hand_over(folder, account)
    if account:
        _become(account)


def _account(folders: Iterable[Path]) -> pwd.struct_passwd:
    owners = [folder.stat().st_uid for folder in folders if folder.exists()]
    for uid in owners:
        if uid != 0:
            return pwd.getpwuid(uid)
    return pwd.getpwnam("nobody")


def _uid(account: pwd.struct_passwd | None) -> list[int]:
    return [account.pw_uid] if account else []


def _hand_over(folder: Path, account: pwd.struct_passwd) -> None:
    if folder.stat().st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _become(account: pwd.struct_passwd) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    linux = sys.platform == "linux"
    if linux:
        libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)  # for kernels that refuse the line above
    os.setgroups([])
    os.setresgid(*[account.pw_gid] * 3)
    os.setresuid(*[account.pw_uid] * 3)
    if linux:
        # Where a container withholds the capability, open folders still work and closed ones say so.
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        only = 1 << CAP_DAC_OVERRIDE
        if libc.capset(header, (ctypes.c_uint32 * 6)(only, only, only, 0, 0, 0)):
            libc.capset(header, (ctypes.c_uint32 * 6)())
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
