"""The bare lower bound: what no program that keeps the promises can be faster than.

Each mail is read, backed up with the same flushes, parsed by the fastest parser there is, looked
up by 2 SELECT and stored by 3 INSERT through the plain driver, committed with full durability in
the same groups, and its file deleted. No rules, no explanation, no mapping.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from fast_mail_parser import parse_email

from bench.bare import Bare

GROUP_MAILS, GROUP_BYTES = 100, 8 * 1024 * 1024


def run(eml: Path, data: Path, database: Bare) -> int:
    """Process every file of `eml`; gives their number."""
    count = 0
    for group in _groups(sorted(eml.iterdir())):
        _back_up(group, data)
        database.begin()
        for path, raw in group:
            _store(database, path.name, raw)
        database.commit()
        for path, _ in group:
            path.unlink()
        count += len(group)
    return count


def _groups(paths: list[Path]) -> Iterator[list[tuple[Path, bytes]]]:
    group: list[tuple[Path, bytes]] = []
    size = 0
    for path in paths:
        raw = path.read_bytes()
        if group and (len(group) == GROUP_MAILS or size + len(raw) > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append((path, raw))
        size += len(raw)
    if group:
        yield group


def _back_up(group: list[tuple[Path, bytes]], data: Path) -> None:
    for path, raw in group:
        half = data / f"{path.name}.part"
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(descriptor, raw)
        os.fsync(descriptor)
        os.close(descriptor)
        half.rename(data / path.name)
    descriptor = os.open(data, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _store(database: Bare, name: str, raw: bytes) -> None:
    mail = parse_email(raw)
    attached = [(part.filename, part.content) for part in mail.attachments]
    texts = "".join(mail.text_plain), "".join(mail.text_html)
    database.store(name, mail.subject, *texts, attached)
