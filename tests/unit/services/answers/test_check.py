from pathlib import Path

import pytest

from services.answers.check import _memory
from services.fetcher.seen import Seen, seen_file
from services.fetcher.sources.of_box import sources_of
from shared.settings.value_types import ServerAddress
from tests.builders import a_box


@pytest.mark.parametrize("damaged", [False, True])
def test_a_damaged_memory_is_a_warning(tmp_path: Path, *, damaged: bool) -> None:
    """O-6, I-5: told, and left to the fetcher, which begins it anew."""
    (source,) = sources_of(a_box(imap_url=ServerAddress(host="m")))
    file = seen_file(tmp_path, source.box)
    assert list(_memory(source, tmp_path)) == []
    Seen(file).close()
    if damaged:
        file.write_bytes(b"nonsense of more than a few bytes" * 99)

    found = [(check.name, check.status) for check in _memory(source, tmp_path)]

    assert found == ([("memory of crm", "warn")] if damaged else [])
    assert file.is_file()
