from datetime import UTC, datetime

import pytest

from services.writer.log_lines import line_of, one_line, unwritten

A, B, C = (line_of(word, datetime(2026, 11, 2, 9, tzinfo=UTC)) for word in "ABC")


def test_a_line_has_the_manuals_form() -> None:
    """R-d: `NOTICE yyyy-MM-dd HH:mm:ss WORD`."""
    assert line_of("PROCESSED", datetime(2026, 11, 2, 9, 5, tzinfo=UTC)) == (
        b"NOTICE 2026-11-02 09:05:00 PROCESSED\n"
    )


@pytest.mark.parametrize(
    "word",
    [
        "A\nNOTICE 2026-11-02 09:00:00 B",
        "A\rB",
        "A\x1b[2JB",
        "A\x85B",
        "A\u2028B",
        "A\u202eB",
        "A\0",
    ],
)
def test_a_word_is_one_printable_line(word: str) -> None:
    """R-d: whatever comes as a verdict writes no line of its own, and nothing to a terminal."""
    assert one_line(word).isprintable()
    assert one_line(word).splitlines() == [one_line(word)]
    assert len(one_line(word * 1000)) <= 250


@pytest.mark.parametrize(
    ("tail", "missing"),
    [
        (b"", A + B + B + C),
        (A, B + B + C),
        (A + B, B + C),
        (A + B + B + C, b""),
        # Another process's order.
        (C + B, A + B),
        # Torn by a crash or a full disk.
        (A + B[:-1], b"\n" + B + C),
        (A + C[:-1], b"\n" + B + B),
        (A[:10], A[10:] + B + B + C),
        # Torn by somebody else.
        (b"some other program", b"\n" + A + B + B + C),
    ],
)
def test_only_what_is_missing_is_appended(tail: bytes, missing: bytes) -> None:
    """R-d: after a crash between writing and confirming, no line is lost and none is doubled."""
    assert unwritten([A, B, B, C], tail) == missing


def test_a_crash_after_any_byte_is_repaired() -> None:
    """R-d: whatever part of the lines has reached the disk, the rest makes them whole."""
    lines = [A, B, A, C, B]
    text = b"".join(lines)
    for cut in range(len(text) + 1):
        whole = text[:cut] + unwritten(lines, text[:cut])
        assert sorted(whole.splitlines(keepends=True)) == sorted(lines)


def test_nothing_to_write_leaves_a_foreign_line_alone() -> None:
    """R-d: a line that somebody else is writing is not ours to end."""
    assert unwritten([], b"some other") == b""


def test_lines_of_later_mails_do_not_hide_what_is_missing() -> None:
    """R-d: between crash and repair other mails may have been recorded."""
    shuffled = [C, A, B, B, A, C, A, C, B]
    written = b"".join(sorted(shuffled)[:4])

    assert sorted((written + unwritten(shuffled, written)).splitlines(keepends=True)) == sorted(
        shuffled
    )
