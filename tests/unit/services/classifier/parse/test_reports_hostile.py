import time
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.parse import dialects, failure_reasons, reports
from services.classifier.parse.parsed_mail import Reports
from services.classifier.parse.reports import FAILURES, Reporting, read_reports
from services.classifier.parse.scanner import scan_mail
from tests.report_builders import a_complaint, a_recipient, a_report, a_text, reports_of

MEGABYTE = 1024 * 1024
SECONDS = 10.0
"""Far above what any of these takes, far below what a quadratic reader would take."""

SIZES = (
    'a@ @ < > ( : ; = " \\ . - 5.1. mailbox user recipient exceeded sender domain host unknown'
    " permanent RCPT to: <a@b.cz> +40 \\x{E1} =?utf-8?q? name_service_error does_not_have_a_"
).split()


def _nested(depth: int) -> bytes:
    levels = "".join(
        f"--x{level}\nContent-Type: multipart/mixed; boundary=x{level + 1}\n\n"
        for level in range(depth)
    )
    head = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/mixed; boundary=x0\n\n"
    return (head + levels).encode()


def _attached(mail: str, boundary: str) -> str:
    """`mail` as the attachment of a mail, in a multipart; without a boundary, alone."""
    head = "From: petr@acme.example\nSubject: Fwd: failure notice\n"
    if not boundary:
        return f"{head}Content-Type: message/rfc822\n\n{mail}"
    part = f"--{boundary}\nContent-Type: message/rfc822\n\n{mail}\n--{boundary}--\n"
    return f"{head}Content-Type: multipart/mixed; boundary={boundary}\n\n{part}"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a status part of one long value": lambda: a_report(a_recipient(final="a" * MEGABYTE)),
    "a status part of at signs": lambda: a_report(a_recipient(final="a@" * (MEGABYTE // 2))),
    "a status part of folded lines": lambda: a_report(a_recipient("X: y" + "\n z" * 300_000)),
    "a status part of blank lines": lambda: a_report("\n" * MEGABYTE),
    "multiparts in multiparts": lambda: _nested(3000),
    "lines of addresses": lambda: a_text("<a@b.example>: failed\n" * 50_000),
    "lines of header fields": lambda: a_text("From: a\n" * 100_000),
    "blank lines": lambda: a_text("\n" * MEGABYTE),
    "a long list of failed recipients": lambda: a_text(
        "", more="X-Failed-Recipients: " + ",".join(f"a{n}@b.cz" for n in range(9000)) + "\n"
    ),
    "a long feedback report": lambda: a_complaint(
        "Feedback-Type: abuse\n" + "".join(f"Original-Rcpt-To: a{n}@b.cz\n" for n in range(20_000))
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_reports_cost_little(name: str) -> None:
    """H-20, R-2: each is read within its bounds, and at most so many addresses are kept."""
    raw = HOSTILE[name]()
    begun = time.process_time()
    reports = reports_of(raw)
    assert time.process_time() - begun < SECONDS
    assert len(reports.failures) <= FAILURES
    assert len(reports.complainants) <= FAILURES


@pytest.mark.parametrize("piece", SIZES)
def test_one_giant_line_costs_little(piece: str) -> None:
    """H-20, R-2: whatever it repeats, in a text and in a report."""
    line = piece * (MEGABYTE // len(piece))
    begun = time.process_time()
    reports_of(a_text(f"This is the mail system at host x.\n\n<jan@acme.example>: {line}\n"))
    reports_of(a_report(a_recipient("Action: failed", f"Diagnostic-Code: {line}")))
    assert time.process_time() - begun < SECONDS


def test_a_bounce_of_a_hundred_thousand_recipients_keeps_the_first() -> None:
    """H-20: the forged bounce that names every customer."""
    blocks = [a_recipient("Status: 5.1.1", final=f"rfc822;u{n}@x.cz") for n in range(100_000)]
    raw = a_report(*blocks)
    begun = time.process_time()
    failures = reports_of(raw).failures
    assert time.process_time() - begun < SECONDS
    assert [failure.address for failure in failures] == [f"u{n}@x.cz" for n in range(FAILURES)]


def test_nesting_beyond_the_librarys_depth_is_a_defect() -> None:
    """H-20: a recursion that ends too deep harms nobody."""
    raw = _nested(3000)
    scan = scan_mail(raw)
    defects: list[str] = []
    assert read_reports(Reporting(raw, scan, (), ""), defects) == Reports()
    assert defects == ["the bounce cannot be read: RecursionError"]


@pytest.mark.parametrize("boundary", ["", "y"])
def test_a_report_inside_a_hundred_attached_mails_is_theirs(boundary: str) -> None:
    """H-20, R-2: of what somebody forwards as an attachment, however deep, nothing is reported."""
    raw = a_report(a_recipient("Action: failed", "Status: 5.1.1")).decode()
    for level in range(100):
        raw = _attached(raw, boundary and f"{boundary}{level}")
    assert reports_of(raw.encode()) == Reports()


def test_the_outermost_of_a_hundred_reports_counts() -> None:
    """H-20, R-2: each returns the one before; the addresses of the last are read, no others."""
    raw = "From: a@b.cz\n\nHello.\n"
    for level in range(100):
        block = a_recipient("Status: 5.1.1", final=f"rfc822;u{level}@x.cz")
        raw = a_report(block, original=raw).decode().replace("xx", f"x{level}")
    assert [failure.address for failure in reports_of(raw.encode()).failures] == ["u99@x.cz"]


def test_a_recipient_behind_a_megabyte_is_not_read() -> None:
    """H-20: of a status part the beginning is read; who stands there is known all the same."""
    early = a_recipient("Action: failed", "Status: 5.1.1", final="rfc822;early@x.cz")
    late = a_recipient("Action: failed", "Status: 5.1.1", final="rfc822;late@x.cz")
    filling = a_recipient("X-Filling: " + "z" * MEGABYTE, final="none")
    assert [f.address for f in reports_of(a_report(early, filling, late)).failures] == [
        "early@x.cz"
    ]


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_a_result(status: str, said: str) -> None:
    """R-2: reading is total."""
    for raw in (
        a_report(a_recipient("Action: failed", f"Diagnostic-Code: {status}"), said=said),
        a_report(status, said=said),
        a_text(said + status),
        a_complaint(f"Feedback-Type: abuse\n{status}"),
    ):
        reports = reports_of(raw)
        assert all("@" in failure.address for failure in reports.failures)
        assert all(address == address.lower() for address in reports.complainants)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("<\0bob@beta.example>", "bob@beta.example"),
        ("rfc822; bo\x07b@beta.example", "bob@beta.example"),
        ("rfc822;bob+00@beta.example", "bob+00@beta.example"),
        ("rfc822;+00bob+40beta.example", "bob@beta.example"),
        ("utf-8; bob\\x{0}@beta.example", "bob@beta.example"),
        ("utf-8; \\x{161}efa@beta.example", "šefa@beta.example"),
        ("=?utf-8?Q?bob=40beta.example?=", "bob@beta.example"),
        ("rfc822; =?utf-8?B?Ym9iQGJldGEuZXhhbXBsZQ==?=", "bob@beta.example"),
        ("rfc822; bo\u200bb@beta.example", None),
        ("rfc822; bob\ufffd@beta.example", None),
        ("rfc822; bob\ue000@beta.example", None),
        ("rfc822; @beta.example", None),
        ("rfc822; bob", None),
    ],
)
def test_what_no_address_can_be_is_none(value: str, address: str | None) -> None:
    """B-2, R-3: addresses of reports are clean before anybody compares or stores them."""
    bounce = reports_of(a_report(a_recipient("Action: failed", "Status: 5.1.1", final=value)))
    complaint = reports_of(
        a_complaint(f"Feedback-Type: abuse\nOriginal-Rcpt-To: {value}\n", original="From: x@y.cz\n")
    )

    expected = [address] if address else []
    assert [one.address for one in bounce.failures] == expected
    assert list(complaint.complainants) == expected


@given(st.binary(max_size=60))
def test_reports_give_only_addresses_that_a_database_takes(value: bytes) -> None:
    """B-2, R-3: whatever bytes stand in a report, its addresses are printable, without blanks."""
    report = a_report(a_recipient("Action: failed", final="rfc822; HERE@b.cz"))
    found = reports_of(report.replace(b"HERE", value))

    for failure in found.failures:
        for address in failure.addresses:
            assert address.isprintable()
            address.encode("utf-8")
            assert len(address) <= 320


def test_a_recipient_who_is_told_of_a_thousand_times_is_judged_once() -> None:
    """H-20: what is said again costs no second reading (found by fuzzing)."""
    status = a_recipient("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 No user")

    with patch.object(reports, "judge", wraps=failure_reasons.judge) as judge:
        found = reports_of(a_report("\n".join([status] * 1000)))

    assert (len(found.failures), judge.call_count) == (1, 1)


def test_a_bounce_of_many_short_lines_is_cut_for_the_library() -> None:
    """H-20: it looks at every line with every pattern (found by fuzzing)."""
    with patch.object(dialects, "_asked", return_value=([], [])) as asked:
        dialects.library_failures(b"Subject: failure\n\n" + b"=\n" * 20_000, [])
        dialects.library_failures(b"Subject: failure\n\n<a@b.cz>: no user\n", [])

    given = [call.args[0] for call in asked.call_args_list]
    assert [raw.count(b"\n") < dialects.MAIL_LINES for raw in given] == [True, True]
    assert b"<a@b.cz>" in given[1]
