"""Standard output: JSON in any locale, and output that is lost."""

import io
import json
from errno import ENOSPC

import pytest

from services.operator.output import Output, lost, write_json


class Full(io.RawIOBase):
    """A disk without space."""

    def writable(self) -> bool:
        """As a file that is open for writing."""
        return True

    def write(self, _data: object) -> int:
        """No space, ever."""
        raise OSError(ENOSPC, "No space left on device")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "ascii", "iso8859-2", "cp1252"])
def test_json_is_read_back_from_any_encoding(encoding: str) -> None:
    """O-6: what an encoding lacks is escaped as JSON escapes it; a lone surrogate, too."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding, errors="backslashreplace")
    said = {"subject": "Žluťoučký kůň \U0001f600 \x9b", "file": "a\udc80.eml"}

    write_json(said, stream)
    stream.flush()

    assert json.loads(raw.getvalue().decode(encoding)) == said


def test_utf_8_stays_readable() -> None:
    """O-6: where it can be written, a letter is itself."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "utf-8")

    write_json({"name": "kůň"}, stream)
    stream.flush()

    assert raw.getvalue() == '{"name": "kůň"}\n'.encode()


@pytest.mark.parametrize("write_through", [False, True])
def test_an_error_is_remembered_whoever_hides_it(*, write_through: bool) -> None:
    """O-6: also of a stream that keeps nothing which could be written again."""
    stream = Output(Full(), "utf-8", write_through=write_through)  # type: ignore[arg-type]

    with pytest.raises(OSError, match="No space"):
        print("told", file=stream, flush=True)

    assert stream.lost
    assert stream.lost.errno == ENOSPC
    stream.detach()


def test_nothing_is_lost_where_all_is_written() -> None:
    """O-6: what can be written is no trouble."""
    assert lost() is None
