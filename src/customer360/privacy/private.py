"""Who may read the files of a data set: their owner, and of the published copy the group that policy names."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

from customer360.core.policy import policy_table
from customer360.core.warehouse import Warehouse

FOLDERS = ("landing", "truth", "warehouse", "activation", "review", "audit", "reports", "target", "logs")
"""Folders that the project writes for data sets, as <folder>/<data set>. The inbox belongs to those who deliver."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def published_group(project: Path, policy: str) -> int | None:
    """The id of the group that may read published copies, of the seed privacy_policy; None where it names none.

    Raises DeclarationError where there is no such group or this user may not hand files to it.
    """
    table = policy_table(project, policy, "privacy_policy", ["published_group"])
    name = table.only_row()["published_group"]
    if not name:
        return None
    try:
        found = grp.getgrnam(name)
    except KeyError:
        raise table.error(
            2, "published_group", f"this machine has no group {name!r}", "Name one, or leave the cell empty"
        ) from None
    if os.geteuid() != 0 and found.gr_gid not in {os.getegid(), *os.getgroups()}:
        raise table.error(
            2,
            "published_group",
            f"the user who builds is not in group {name!r}",
            "Add the user to the group, or name another one",
        )
    return found.gr_gid


def close(project: Path, data_set: str, warehouse: Warehouse, group: int | None) -> None:
    """Take every file of a data set that others could read, from before or from another umask, away from them, and give
    its published versions to the group, where there is one."""
    published = (
        [version / "published" for version in warehouse.versions.glob("*")] if group is not None else []
    )
    passed = {above for folder in published for above in (folder, *folder.parents)}
    for top in FOLDERS:
        folder = project / top / data_set
        for path in [folder, *folder.rglob("*")] if folder.is_dir() else []:
            if path not in passed and not any(part in path.parents for part in published):
                _allow(path, path.lstat().st_mode & ~_OTHERS)
    for folder in published:
        seal(folder, group, warehouse.folder.parent)


def seal(published: Path, group: int | None, top: Path) -> None:
    """Let nobody write into a published folder, and the group read it, where there is one. The folders above it, up to
    `top`, can then be passed through and not listed."""
    for path in [published, *published.rglob("*")]:
        if group is not None:
            os.chown(path, -1, group)
        _allow(
            path,
            (0o700 if path.is_dir() else 0o400) | (0 if group is None else 0o050 if path.is_dir() else 0o040),
        )
    if group is None:
        return
    for above in published.parents:
        _allow(above, 0o711)
        if above == top:
            return


def _allow(path: Path, mode: int) -> None:
    about = path.lstat()
    own = os.geteuid() in (0, about.st_uid)
    if own and not stat.S_ISLNK(about.st_mode) and stat.S_IMODE(about.st_mode) != stat.S_IMODE(mode):
        path.chmod(stat.S_IMODE(mode))
