"""Pages lead somewhere: what they name exists, and what they list is what the code has."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from shared.domain.vocabulary import PHRASES
from tests.modules import modules_of

FOLDERS = ("services", "shared", "tests", "docs", "bench", "demo", "deploy", "requirements", ".ci")
SUFFIXES = {".py", ".md", ".toml", ".yml", ".yaml", ".xml", ".json", ".service", ".sql", ""}
PAGES = [*sorted(Path("docs").rglob("*.md")), Path("README.md"), Path("CONTRIBUTING.md")]


@cache
def _texts() -> Sequence[tuple[Path, str]]:
    """Every file of the project that people write."""
    nested = [path for folder in FOLDERS for path in sorted(Path(folder).rglob("*"))]
    return [
        (path, path.read_text("utf-8", errors="ignore"))
        for path in (*nested, *sorted(Path().iterdir()))
        if path.is_file() and path.suffix in SUFFIXES and path.name != ".git"
    ]


def _is_there(name: str, named_by: Path) -> bool:
    """Whether `name` is a page beside who names it, at the top, or in docs."""
    return any((folder / name).is_file() for folder in (named_by.parent, Path(), Path("docs")))


def test_every_page_that_is_named_exists() -> None:
    """House: nobody is sent to a page that the repository does not have."""
    page = re.compile(r"(?<![\w*/.-])((?:\.\.?/)*(?:[\w-]+/)*[\w-]+\.md)\b")
    missing = [
        f"{path}: {name}"
        for path, text in _texts()
        for name in page.findall(text)
        if not _is_there(name, path)
    ]

    assert missing == []


def test_every_link_between_pages_arrives() -> None:
    """House: links lead to a file, and an anchor to a heading or an identifier."""
    broken = []
    for path in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", path.read_text("utf-8")):
            file, _, anchor = target.partition("#")
            there = path.parent / file if file else path
            if not there.exists() or (anchor and anchor not in _anchors(there)):
                broken.append(f"{path}: {target}")

    assert broken == []


def _anchors(page: Path) -> set[str]:
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


def test_nobody_is_sent_to_a_section_by_its_letter() -> None:
    """House: readers have pages and identifiers; sections with letters are nowhere."""
    lettered = re.compile(r"\bsections? [A-Z]\b")

    assert [str(path) for path, text in _texts() if lettered.search(text)] == []


def test_the_vocabulary_page_has_the_built_in_phrases() -> None:
    """V: docs/vocabulary.md lists every phrase of the code under its key, and no other."""
    rows = re.findall(
        r"^\| `(\w+)` \| (.+) \| [^|]+ \|$",
        Path("docs/vocabulary.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert {key: tuple(re.findall(r"`([^`]+)`", phrases)) for key, phrases in rows} == PHRASES
    assert [key for key, _ in rows] == list(PHRASES)


def test_the_readme_leads_to_every_page() -> None:
    """House: each page of docs is in the README's table, or in a folder that is."""
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", Path("README.md").read_text("utf-8")))

    assert {path.as_posix() for path in Path("docs").glob("*.md")} <= linked


def test_the_licence_is_said_alike_everywhere() -> None:
    """House: LICENSE, pyproject.toml and the README's last line name one licence."""
    assert "Apache License\n                           Version 2.0" in Path("LICENSE").read_text()
    project = Path("pyproject.toml").read_text("utf-8")
    assert '\nlicense = "Apache-2.0"\nlicense-files = ["LICENSE"]\n' in project
    assert Path("README.md").read_text("utf-8").rstrip().endswith("[Apache-2.0](LICENSE)")


def test_every_decision_is_in_the_index_and_complete() -> None:
    """House: docs/adr/README.md lists the decisions in order; each says why and what follows."""
    decisions = sorted(path for path in Path("docs/adr").glob("*.md") if path.name != "README.md")
    index = Path("docs/adr/README.md").read_text("utf-8")

    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == [path.name for path in decisions]
    for number, path in enumerate(decisions, start=1):
        text = path.read_text("utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for part in ("\nStatus: ", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"):
            assert part in text, f"{path}: {part.strip()}"


def test_a_commit_is_checked_as_make_check_does() -> None:
    """House: .pre-commit-config.yaml runs each part of `make check`, from our own `.venv`."""
    recipe = Path("Makefile").read_text("utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    parts = re.findall(r"^\t\$\(BIN\)/(\S+(?: -m \S+| \w+(?=[ \n]))?)", recipe, re.MULTILINE)
    hooks = Path(".pre-commit-config.yaml").read_text("utf-8")
    entries = re.findall(r"entry: \.venv/bin/(.+)$", hooks, re.MULTILINE)

    assert len(parts) == len(entries) > 0
    for part, entry in zip(parts, entries, strict=True):
        assert entry.startswith(part)
    assert set(re.findall(r"repo: (\S+)", hooks)) == {"local"}
    assert set(re.findall(r"language: (\S+)", hooks)) == {"system"}


def test_every_file_that_a_page_names_exists() -> None:
    """House: paths on pages and in docstrings are where the code is now; decisions are dated."""
    path_like = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]+)")
    modules = modules_of(*FOLDERS[:3])
    pages = [path for path in PAGES if path.parent.name != "adr"]
    missing = [
        f"{path}: {name}"
        for path in (*pages, *modules)
        for name in path_like.findall(path.read_text("utf-8"))
        if not any(Path().glob(name.rstrip("./")))
    ]

    assert missing == []


def test_the_newest_version_of_the_changelog_is_the_one_that_is_built() -> None:
    """House: `crmservice --version` names a version whose changes can be read."""
    changes = Path("CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\] - [\d-]{10}$", changes, re.MULTILINE)
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]

    assert released[0] == project["version"]
