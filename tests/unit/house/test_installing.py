"""What `make` says on a system where something is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.debian.__main__ import mirror_of, what_is_missing

PACKAGE = f"python3.{sys.version_info.minor}-venv"


def _prepare(folder: Path, user: int) -> subprocess.CompletedProcess[str]:
    """Prepare a `.venv` in `folder` as `user`, with an interpreter that Debian ships without venv.

    Its apt-get writes what it is asked into `folder`, and fails.
    """
    bare = f'case "$*" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"'
    scripts = {
        "python3": bare,
        "id": f"echo {user}",
        "apt-get": f'echo "$@" >>{folder}/asked; [ "$1" = update ]',
    }
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["./requirements/prepare", "python3", folder / ".venv"],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_whoever_lacks_venv_is_told_which_package_has_it(tmp_path: Path) -> None:
    """House: `make` names the package of the very interpreter, and does nothing else."""
    done = _prepare(tmp_path, user=1000)

    assert done.returncode == 1
    assert done.stderr == (
        "make: Python's venv module is missing; run: "
        f"sudo apt-get update && sudo apt-get install {PACKAGE}\n"
    )
    assert not (tmp_path / "asked").exists()


def test_root_gets_venv_installed(tmp_path: Path) -> None:
    """House: root is asked nothing; where apt-get fails, `make` ends there."""
    done = _prepare(tmp_path, user=0)

    assert done.returncode != 0
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert [line.split()[0] for line in asked] == ["update", "install"]
    assert asked[-1].split()[-1] == PACKAGE
    assert not (tmp_path / ".venv").exists()


def test_debian_comes_from_the_mirror_of_this_machine() -> None:
    """House: the first address of Debian's own archive counts, not its security fixes or others."""
    others = "http://a.example/security/ Debian Debian-Security\nhttps://b.example/ Other Debian\n"

    assert mirror_of(
        f"{others}mirror+file:/x Debian Debian\nhttp://c.example/ Debian Debian\n"
    ) == ("http://c.example/")
    assert mirror_of(others) == ""
    assert mirror_of("https://d.example/without-a-release\n") == ""


def test_whoever_cannot_make_a_debian_is_told_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House: `make test-debian13` names every program, its package, root and the mirror at once."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "git").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "git").chmod(0o755)

    told = list(what_is_missing("trixie", mirror="", path=str(tmp_path)))

    assert [line.partition(":")[0].split(",")[0] for line in told] == [
        "root",
        "debootstrap",
        "unshare",
        "a mirror of Debian",
    ]
    assert "apt-get install debootstrap" in told[1]
    assert "apt-get install util-linux" in told[2]
