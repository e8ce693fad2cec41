"""What docs/getting-mail.md has people copy into a box's file loads as it stands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.settings.box_file import load_boxes

WriteBox = Callable[..., Path]

PAGE = (Path(__file__).parents[4] / "docs" / "getting-mail.md").read_text("utf-8")
ADD = re.compile(r'<add key="(\w+)" value="([^"]*)" />')
BLOCKS = [ADD.findall(block) for block in PAGE.split("\n\n") if ADD.search(block)]


def test_the_page_has_a_file_for_each_provider() -> None:
    """I-1: four of them, and the lines for groups and journal reports."""
    servers = [value for block in BLOCKS for key, value in block if key == "imapUrl"]

    assert len(servers) == 4
    assert len(BLOCKS) == 6


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_the_page_loads(write_box: WriteBox, block: list[tuple[str, str]]) -> None:
    """I-1: beside `rootPath`, without a problem and without a warning."""
    without = ("emlDir", "pop3Email") if ("pop3Email", "crm@firma.cz") in block else ()

    loaded = load_boxes([write_box(*block, without=without)])

    assert (loaded.warnings, loaded.idle) == ((), ())
    assert loaded.boxes[0].email == "crm@firma.cz"
