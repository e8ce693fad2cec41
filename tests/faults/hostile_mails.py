"""Builders of hostile mails of any size, for the test of memory and time."""

import base64
from collections.abc import Callable
from functools import partial

TO = "jan.novak@firma.cz"
HEAD = b"From: petr@acme.example\nTo: " + TO.encode() + b"\nSubject: x\n"

Builder = Callable[[int], bytes]
"""Gives a mail of about so many bytes."""


def _repeated(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


def _body(piece: bytes, fields: bytes, size: int) -> bytes:
    return HEAD + fields + b"\n" + _repeated(piece, size)


def _field(name: bytes, piece: bytes, size: int) -> bytes:
    """A field of pieces, as often as fields may be long: behind each other, then a text."""
    line = name + b": " + _repeated(piece, min(size, 100_000)) + b"\n"
    return _repeated(line, size) + HEAD + b"\nContract:1\n"


def _parts(part: bytes, size: int, fields: bytes = b"") -> bytes:
    whole = b"\n--x\n" + part
    head = HEAD + b"Content-Type: multipart/mixed; boundary=x\n" + fields + b"\n"
    return head + _repeated(whole, size)


def _nested(size: int) -> bytes:
    level = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    count = max(size // (len(level) + 6), 1)
    return HEAD + b"".join(level % (number, number) for number in range(count)) + b"\nx"


def _lost_boundaries(size: int) -> bytes:
    part = b"--g\nContent-Type: multipart/mixed; boundary=never\n\n"
    return HEAD + b"Content-Type: multipart/mixed\n\n" + _repeated(part, size)


def _html(piece: bytes, size: int, before: bytes = b"") -> bytes:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n"
    half = b"--x\nContent-Type: text/html\n\n" + before + _repeated(piece, size // 2) + b"\n"
    return head + half * 2


def _calendar(line: bytes, size: int, before: bytes = b"") -> bytes:
    fields = HEAD + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
    begin = b"BEGIN:VEVENT\nUID:1\n" + before
    return fields + begin + _repeated(line, size) + b"\nEND:VEVENT\nEND:VCALENDAR\n"


def _torn(size: int) -> bytes:
    lines = base64.encodebytes(b"x" * (size // 4 * 3))
    return _file(b"base64", lines[:-3] + b"\n=")


def _file(encoding: bytes, body: bytes) -> bytes:
    fields = b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: " + encoding
    return HEAD + fields + b"\n\n" + body


def _filed(encoding: bytes, piece: bytes, tail: bytes, size: int) -> bytes:
    return _file(encoding, _repeated(piece, size) + tail)


_QP = b"Content-Transfer-Encoding: quoted-printable\n"
_B64 = b"Content-Transfer-Encoding: base64\n"
_HTML = b"Content-Type: text/html; charset=utf-8\n"
_UTF8 = b"Content-Type: text/plain; charset=utf-8\n"
_REPORT = b"Content-Type: multipart/report; boundary=x\nReturn-Path: <>\n"

BUILDERS: dict[str, Builder] = {
    "tokens on one line": partial(_body, b"Contract:1 ", b""),
    "tokens, line by line": partial(_body, b"Contract:1 p2\n", b""),
    "tokens in HTML": partial(_body, b"Contract:1 ", _HTML),
    "letters on one line": partial(_body, b"x", b""),
    "words": partial(_body, b"ab ", b""),
    "lines": partial(_body, b"a\n", b""),
    "lines behind a token": lambda size: _body(b"a\n", b"", size).replace(
        b"\n\n", b"\n\nOrder:1\n"
    ),
    "blank lines": partial(_body, b"\n", b""),
    "quoted lines": partial(_body, b"> Contract:1\n", b""),
    "control characters": partial(_body, b"a\0", _UTF8),
    "wide characters": partial(_body, "\U0001f600".encode(), _UTF8),
    "one wide character": lambda size: _body(b"x", _UTF8, size) + "\U0001f600".encode(),
    "bytes of no charset": partial(_body, b"\xff\xfe\x81 ", b""),
    "text in base64 of short lines": partial(_body, b"QQ\r\n", _B64),
    "text in quoted-printable": partial(_body, b"=41=\n", _QP),
    "a file in base64": lambda size: _file(b"base64", base64.encodebytes(b"x" * (size // 4 * 3))),
    "a file in torn base64": _torn,
    "a file in base64 of short lines": partial(_filed, b"base64", b"QQ\r\n", b""),
    "a file in torn base64 of short lines": partial(_filed, b"base64", b"A\r\n", b"A"),
    "a file in base64 of line ends": partial(_filed, b"base64", b"\r\n", b"A"),
    "a file in quoted-printable": partial(_filed, b"quoted-printable", b"=\n", b""),
    "a file in uuencode": partial(_filed, b"x-uuencode", b"#0V%T\n", b""),
    "a file as it is": partial(_filed, b"8bit", b"\0\xff", b""),
    "HTML of brackets": partial(_html, b"<"),
    "HTML of paragraphs": partial(_html, b"<p>x"),
    "HTML of line breaks": partial(_html, b"a<br>"),
    "HTML of cells": partial(_html, b"<td>"),
    "HTML of entities": partial(_html, b"&amp;"),
    "HTML of bold words": partial(_html, b"<b>x</b> "),
    "HTML of words": partial(_html, b"ab "),
    "HTML of attributes": partial(_html, b" a=b", before=b"<p "),
    "HTML of unclosed blocks": partial(_html, b"<div>"),
    "HTML of comments": partial(_html, b"<!-- -->"),
    "HTML of links": partial(_html, b"<a href=//x>y</a>"),
    "a calendar of attendees": partial(_calendar, b"ATTENDEE:mailto:a@b.cz\n"),
    "a calendar of folds": partial(_calendar, b"\n ", before=b"SUMMARY:x"),
    "a calendar of zones": partial(_calendar, b"BEGIN:VTIMEZONE\nEND:VTIMEZONE\n"),
    "a calendar of events": partial(_calendar, b"END:VEVENT\nBEGIN:VEVENT\nUID:1\n"),
    "header fields": lambda size: _repeated(b"X: y\n", size) + HEAD + b"\nx",
    "long header fields": partial(_field, b"X-A", b"b"),
    "folded header fields": partial(_field, b"X-A", b"b\n "),
    "recipients": partial(_field, b"To", b"a@b.cz, "),
    "brackets in recipients": partial(_field, b"To", b"<"),
    "quotes in recipients": partial(_field, b"Cc", b'"a" '),
    "encoded words": partial(_field, b"Cc", b"=?utf-8?Q?=C3=A9?= "),
    "references": partial(_field, b"References", b"<a@b.cz> "),
    "proofs": partial(_field, b"Authentication-Results", b"mx; dkim=pass "),
    "envelopes": partial(_field, b"Delivered-To", b"a@b.cz,"),
    "parts": partial(_parts, b"\nx"),
    "parts of header fields": partial(_parts, b"a:\n" * 5000),
    "files": partial(_parts, b"Content-Type: application/pdf; name=a.pdf\n\nx"),
    "boundaries": partial(_parts, b"--x"),
    "other boundaries": partial(_parts, b"\n--y\n" * 100),
    "texts in parts": partial(_parts, b"\n" + b"word " * 2000),
    "a report of recipients": partial(
        _parts,
        b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: x;a@b.cz\n\n" * 5000,
        fields=_REPORT,
    ),
    "nested multiparts": _nested,
    "lost boundaries": _lost_boundaries,
    "no header": lambda size: _repeated(b"a b\n", size),
    "no blank line": lambda size: HEAD + _repeated(b"X: y\n", size),
    "carriage returns": lambda size: HEAD.replace(b"\n", b"\r") + _repeated(b"\r", size),
}
