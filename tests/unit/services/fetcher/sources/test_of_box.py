"""What a box is read from."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.fetcher.sources.of_box import SourceKind, sources_of
from shared.settings.box_file import load_boxes

ALONE: Mapping[SourceKind, Mapping[str, str]] = {
    SourceKind.MAILBOX: {"imapUrl": "imap.firma.cz", "pop3Password": "heslo"},
    SourceKind.EML_DIR: {"emlDir": "/srv/eml"},
}
"""Keys that a box needs to be read from one kind of source and no other."""


@pytest.mark.parametrize("kind", SourceKind)
def test_one_source_of_any_kind_is_enough(kind: SourceKind, tmp_path: Path) -> None:
    """I-1: a box that is read from a single source is whole, and is read from that one."""
    keys = {"rootPath": "/srv/erp", "pop3Email": "crm@firma.cz", **ALONE[kind]}
    adds = "".join(f'<add key="{key}" value="{value}" />' for key, value in keys.items())
    file = tmp_path / "crm.xml"
    file.write_text(f"<configuration><appSettings>{adds}</appSettings></configuration>", "utf-8")

    (box,) = load_boxes([file]).boxes

    assert [source.kind for source in sources_of(box)] == [kind]
