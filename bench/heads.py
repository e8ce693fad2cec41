"""Headers of the generated mails, and who writes them."""

import random

USERS, COMPANIES, CONTACTS_EACH = 100, 500, 4


def a_contact(chance: random.Random) -> str:
    """Return the address of somebody whom the ERP knows."""
    return f"p{chance.randrange(CONTACTS_EACH)}@c{chance.randrange(COMPANIES)}.example"


def a_user(chance: random.Random) -> str:
    """Return the address of one of us."""
    return f"u{chance.randrange(USERS)}@firma.cz"


def message_id(number: int) -> str:
    """Return the Message-ID of the mail with this number."""
    return f"<{number}@mails.example>"


def head(number: int, sender: str, to: str, subject: str, content_type: str, *more: str) -> bytes:
    """Return the header and its empty line; the date is that of the mail's number.

    Args:
        number: Of the mail, from 0.
        sender: An address.
        to: Addresses with blanks between them.
        subject: ASCII or encoded words.
        content_type: With its parameters.
        more: Further lines.
    """
    minutes, seconds = divmod(number, 60)
    hours, minutes = divmod(minutes, 60)
    domain = sender.partition("@")[2]
    lines = (
        (
            f"Received: from mx.{domain} by mail.firma.cz with ESMTPS id {number:08x};"
            " Mon, 2 Nov 2026 09:12:00 +0100"
        ),
        (
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=s1;"
            f" h=from:to:subject:date; bh={'A' * 43}=; b={'B' * 340}=="
        ),
        f"From: =?utf-8?B?UGV0ciBTdm9ib2Rh?= <{sender}>",
        "To: " + ", ".join(f"=?utf-8?Q?Jan_Nov=C3=A1k?= <{one}>" for one in to.split()),
        f"Cc: Info <info@{domain}>",
        f"Subject: {subject}",
        f"Date: Mon, {2 + hours // 24:02} Nov 2026 {hours % 24:02}:{minutes:02}:{seconds:02} +0100",
        f"Message-ID: {message_id(number)}",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}",
        "Content-Transfer-Encoding: 8bit",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
