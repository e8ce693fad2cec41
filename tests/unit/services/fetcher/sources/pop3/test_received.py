from datetime import UTC, datetime

import pytest

from services.fetcher.sources.pop3.received import HEAD_BYTES, dated_at, received_at

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
EIGHT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "head",
    [
        b"Received: from a by b; Mon, 02 Nov 2026 09:00:00 +0100\r\n\r\n",
        b"received : from a\r\n\tby b (;)\r\n ;\r\n Mon, 02 Nov 2026\r\n 09:00:00 +0100 (CET)\r\n",
        b"Return-Path: <a@b>\nReceived: x; 2 Nov 2026 08:00:00 -0000\n\nReceived: y; 1 Nov 2026\n",
        b"Received: x; 2 Nov 2026 08:00:00 GMT\r\nReceived: y; 1 Nov 2026 08:00:00 GMT\r\n\r\n",
    ],
)
def test_the_topmost_received_tells_the_moment(head: bytes) -> None:
    """I-11: folded, with comments, in any zone; older stamps below do not count."""
    assert received_at(head, NOW) == EIGHT
    assert dated_at(head, NOW) == EIGHT


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n",
        b" \r\n",
        b"no colon\r\n",
        b"Received: x\r\n\r\n",
        b"Received: x; soon\r\n\r\n",
        b"Received: x; \xff\xfe\x00\r\n\r\n",
        b"Received: x; Mon, 99 Nov 99999 99:99:99 +9999\r\n\r\n",
        b"\r\nReceived: x; 2 Nov 2026 08:00:00 GMT\r\n",
        b"X: " + b"x" * HEAD_BYTES + b"\r\nReceived: x; 2 Nov 2026 08:00:00 GMT\r\n",
    ],
)
def test_what_tells_no_moment_tells_none(head: bytes) -> None:
    """I-11: nothing hostile ends a round, and a body is no head."""
    assert received_at(head, NOW) is None
    assert dated_at(head, NOW) is None


def test_a_moment_to_come_is_not_believed() -> None:
    """I-11: a server whose clock is ahead."""
    assert received_at(b"Received: x; 3 Nov 2026 08:00:00 GMT\r\n\r\n", NOW) == NOW


def test_the_senders_word_counts_only_where_no_server_has_stamped() -> None:
    """I-11: `Date` is written by the sender."""
    date = b"Date: Mon, 02 Nov 2026 09:00:00 +0100\r\n"

    assert dated_at(date + b"\r\n", NOW) == EIGHT
    assert received_at(date + b"\r\n", NOW) is None
    stamped = b"Received: x; 2 Nov 2026 08:30:00 GMT\r\n" + date
    assert dated_at(stamped, NOW) == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
