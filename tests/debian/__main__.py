"""`make demo` and `make test` on a fresh Debian in a folder: `make test-debian13`. Needs root.

    python3 -m tests.debian 13 [COMMAND]

The folder is made once, from the mirror of this machine's own apt sources, and stays for the next
time; the copy of the project in it is new each time. Everything runs with mounts and process
numbers of its own, which end with this process however it ends: nothing is left to unmount.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"12": "bookworm", "13": "trixie"}
PROGRAMS = {"debootstrap": "debootstrap", "git": "git", "unshare": "util-linux"}
"""What we call, and the package that has it."""

INCLUDED = "ca-certificates,git,make,python3"
"""What README.md asks for, beside the smallest Debian."""

PROJECT = "srv/crmservice"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
OURS = ("/etc/hosts", "/etc/resolv.conf", CERTIFICATES)
"""How this machine finds and trusts others; so does what runs in the folder."""

APART = ("setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child")
"""Runs a command that takes its mounts and all its processes with it when we end."""

INSIDE = """
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
# As Debian 13 has it.
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
folder=$1; shift
exec chroot "$folder" "$@"
"""
DEFAULT = "make demo && make test"
VERSIONS = r"""
echo; . /etc/os-release; echo "$PRETTY_NAME"; python3 --version
dpkg-query -W -f '${db:Status-Abbrev}|${Package} ${Version}\n' dovecot-core erlang-base \
    'firebird*-server' libfbclient2 'postgresql-[0-9][0-9]' rabbitmq-server 2>/dev/null \
    | sed -n 's/^ii *|//p'
"""


def main(words: list[str]) -> int:
    """Make the folder where it is missing, run the command in it; return its exit code."""
    number, command = words[0], " ".join(words[1:]) or DEFAULT
    folder = Path(os.environ.get(f"DEBIAN{number}_DIR") or f"/var/tmp/crmservice-debian{number}")  # noqa: S108 - by the FHS it outlives a restart
    mirror = os.environ.get("DEBIAN_MIRROR") or mirror_of(_index_targets())
    # Where Debian has debootstrap, which only root has on the PATH.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = what_is_missing(NAMES[number], mirror, os.environ["PATH"])
    wanting = [*missing, *_what_is_wrong(folder, number)]
    if wanting:
        print(f"make: test-debian{number} needs", *wanting, sep="\n  ", file=sys.stderr)  # noqa: T201
        return 1
    if not folder.exists():
        _make(folder, NAMES[number], mirror)
    _furnish(folder)
    return _run(folder, f"cd /{PROJECT} && {command}; code=$?; {VERSIONS} exit $code")


def mirror_of(targets: str) -> str:
    """Return Debian's own mirror among apt's sources, one `address origin label` per line."""
    for line in targets.splitlines():
        address, *whose = line.split()
        if whose == ["Debian", "Debian"] and address.startswith(("http:", "https:", "file:")):
            return address
    return ""


def what_is_missing(name: str, mirror: str, path: str) -> Iterator[str]:
    """Yield what this machine lacks for a Debian called `name`, each with what to do."""
    if os.geteuid() != 0:
        yield "root, to mount and to chroot: run it with sudo"
    for program, package in PROGRAMS.items():
        if not shutil.which(program, path=path):
            yield f"{program}: apt-get install {package}"
    if shutil.which("debootstrap", path=path) and not _knows(name):
        yield f"a debootstrap that knows {name}: a newer one"
    if not mirror:
        yield (
            "a mirror of Debian, of which apt's sources have none: "
            "apt-get update, or name one with DEBIAN_MIRROR=http://…"
        )
    if os.geteuid() == 0 and not _may_mount():
        yield "the right to mount: a container has to be privileged"


def _knows(name: str) -> bool:
    return Path("/usr/share/debootstrap/scripts", name).exists()


def _may_mount() -> bool:
    command = (*APART, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    try:
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        # Which program it is, is said already.
        return True


def _what_is_wrong(folder: Path, number: str) -> Iterator[str]:
    version = folder / "etc/debian_version"
    if folder.exists() and not (version.exists() and version.read_text().startswith(number)):
        yield f"another folder, {folder} has something else: DEBIAN{number}_DIR=/path"


def _index_targets() -> str:
    """Return what apt knows of its sources; nothing where there is no apt."""
    wanted = "$(REPO_URI) $(ORIGIN) $(LABEL)"
    command = ("apt-get", "indextargets", "--format", wanted, "Created-By: Packages")
    try:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    except FileNotFoundError:
        return ""
    return done.stdout.decode()


def _make(folder: Path, name: str, mirror: str) -> None:
    """Make the folder; one that is half made has another name, and is made anew."""
    half = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    options = ("--variant=minbase", "--force-check-gpg", f"--include={INCLUDED}")
    subprocess.run((*APART, "debootstrap", *options, name, half, mirror), check=True)
    half.rename(folder)


def _furnish(folder: Path) -> None:
    """Copy the project as it is here, and how this machine reaches others, into the folder."""
    for name in OURS:
        if Path(name).exists():
            shutil.copyfile(name, folder / name.lstrip("/"))
    shutil.rmtree(folder / PROJECT, ignore_errors=True)
    # Whoever calls us with sudo owns the files; git would refuse to look at them.
    listing = ("git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard")
    names = subprocess.run(listing, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / PROJECT / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / PROJECT / name, follow_symlinks=False)


def _run(folder: Path, script: str) -> int:
    variables = {
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PIP_CERT": CERTIFICATES,
        **{key: value for key, value in os.environ.items() if _leads_out(key)},
    }
    words = [f"{key}={value}" for key, value in variables.items()]
    env = ("env", "-i", *words, "sh", "-c", script)
    inside = (*APART, "sh", "-ec", INSIDE, "sh", str(folder), *env)
    return subprocess.run(inside, check=False).returncode


def _leads_out(variable: str) -> bool:
    """Whether an environment variable says how to reach a registry or a mirror."""
    return variable.upper().startswith("PIP_INDEX") or variable.upper().endswith("_PROXY")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("make: interrupted; nothing of it runs any more, and nothing is mounted")
    except subprocess.CalledProcessError as error:
        sys.exit(f"make: {error.cmd[len(APART)]} failed; above is why")
