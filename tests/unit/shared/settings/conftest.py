"""Builders of the files that the settings are read from."""

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

WriteBox = Callable[..., Path]

_NEEDED = {"rootPath": "/srv/netgenium", "pop3Email": "crm@firma.cz", "emlDir": "/srv/eml"}


@pytest.fixture
def write_box(tmp_path: Path) -> WriteBox:
    """Write a file that needs nothing more; `without` leaves keys out, `more` adds lines.

    The first `<add>` stands in line 4, in the order rootPath, pop3Email, emlDir, then `more`.
    """

    def write(
        *more: tuple[str, str],
        file: str = "crm.xml",
        without: tuple[str, ...] = (),
        **changed: str,
    ) -> Path:
        needed = {key: value for key, value in (_NEEDED | changed).items() if key not in without}
        adds = [
            f"<add key={quoteattr(key)} value={quoteattr(value)} />"
            for key, value in [*needed.items(), *more]
        ]
        head = ['<?xml version="1.0" encoding="utf-8" ?>', "<configuration>", "<appSettings>"]
        path = tmp_path / file
        lines = [*head, *adds, "</appSettings>", "</configuration>"]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write
