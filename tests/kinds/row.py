"""One row: a mail, whose kind it is of, what it shows, and what is right of it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import JAN, PETR


@dataclass(frozen=True, slots=True)
class Row:
    """A mail of a kind.

    Attributes:
        of: The mail of docs/real-mail.md whose kind it is of.
        shows: What is special about it.
        raw: The mail.
        want: What is right, by the names of `tests.kinds.seen`.
        box: Settings of the box.
        known: What the directory has otherwise.
    """

    of: str
    shows: str
    raw: bytes
    want: Mapping[str, Any]
    box: Mapping[str, Any]
    known: Mapping[str, Any]


def row(
    of: str,
    shows: str,
    raw: bytes,
    *,
    box: Mapping[str, Any] | None = None,
    known: Mapping[str, Any] | None = None,
    **want: Any,
) -> Row:
    """A row of the table."""
    return Row(of, shows, raw, want, box or {}, known or {})


def letter(
    body: str = "Text\n",
    *,
    head: str = "",
    charset: str = "utf-8",
    sender: str = PETR,
    to: str = JAN,
    subject: str = "Dotaz",
    date: str = "Mon, 16 Nov 2026 08:00:00 +0100",
) -> bytes:
    """A mail whose bytes are in `charset`, header included; `head` are further fields."""
    fields = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {date}\n"
    kind = "" if "content-type:" in head.lower() else "Content-Type: text/plain; charset=utf-8\n"
    return f"{fields}{kind}{head}\n{body}".encode(charset, "surrogateescape")


def page(body: str, **fields: Any) -> bytes:
    """A mail of HTML."""
    head = "Content-Type: text/html; charset=utf-8\n" + fields.pop("head", "")
    return letter(body, head=head, **fields)


def parts(kind: str, *pieces: str, **fields: Any) -> bytes:
    """A multipart of `kind`; each piece has its own fields, a blank line and a body."""
    body = "".join(f"--b\n{piece}\n" for piece in pieces) + "--b--\n"
    return letter(body, head=f"Content-Type: multipart/{kind}; boundary=b\n", **fields)


def text(body: str) -> str:
    """A piece of plain text."""
    return f"Content-Type: text/plain; charset=utf-8\n\n{body}"


def html(body: str) -> str:
    """A piece of HTML."""
    return f"Content-Type: text/html; charset=utf-8\n\n{body}"


def encoded(content: str | bytes, charset: str = "utf-8") -> str:
    """Return `content` in base64."""
    raw = content.encode(charset) if isinstance(content, str) else content
    return base64.b64encode(raw).decode()


PDF = encoded(b"%PDF-1.4 hello")
"""A file of 14 bytes."""
