"""Reports by strangers: of customers, of addresses that nobody can write, of nothing of ours."""

from collections.abc import Mapping
from typing import Any

from tests.attacks.attack import Attack, attack, came, failed
from tests.builders import BOB, JAN, PETR

_OFFER = "<offer@firma.cz>"
_SENT = {"sent": {_OFFER: frozenset({"info@acme.example"})}}
_IN = "incoming jan"


def _complaint(*fields: str, returned: str = "") -> Mapping[str, str]:
    """The body and type of an abuse report (RFC 5965)."""
    told = "".join(f"{one}\n" for one in fields)
    original = f"--b\nContent-Type: message/rfc822\n\n{returned}\n\nx\n" if returned else ""
    return {
        "body": "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        f"User-Agent: x/1\nVersion: 1\n{told}\n{original}--b--\n",
        "more": "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n",
    }


def _bounce(*blocks: str, kind: str = "delivery-status", returned: str = "") -> Mapping[str, str]:
    """The body and type of a delivery report (RFC 3464, RFC 6533)."""
    told = "".join(f"\n{one}\nAction: failed\nStatus: 5.1.1\n" for one in blocks)
    original = f"--b\nContent-Type: text/rfc822-headers\n\n{returned}\n\n" if returned else ""
    return {
        "body": "--b\nContent-Type: text/plain\n\nUndeliverable.\n--b\n"
        f"Content-Type: message/{kind}\n\nReporting-MTA: dns; mx\n{told}\n{original}--b--\n",
        "more": "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    }


def _final(*addresses: str) -> list[str]:
    return [f"Final-Recipient: rfc822; {one}" for one in addresses]


_PHRASE = "550 5.1.1 <{}> User unknown"
_WORDS: Mapping[str, Any] = {"sender": "<>", "subject": "Undelivered Mail Returned to Sender"}

REPORTS: list[Attack] = [
    attack(
        "arf-nonlatin",
        "a local part of other letters",
        f"{_IN}; holds \u4f60@victim.example; proven",
        came(0),
        **_complaint("Original-Rcpt-To: \u4f60@victim.example"),
    ),
    attack(
        "arf-nonlatin",
        "a domain of other letters",
        f"{_IN}; holds a@xn--h1alffa9f.example; proven",
        came(1),
        **_complaint("Original-Rcpt-To: a@\u0440\u043e\u0441\u0441\u0438\u044f.example"),
    ),
    attack(
        "arf-nonlatin",
        "beyond the basic plane",
        f"{_IN}; holds \U0001f600@victim.example; proven",
        came(3),
        **_complaint("Original-Rcpt-To: <\U0001f600@victim.example>"),
    ),
    attack(
        "arf-nonlatin",
        "a bounce of an internationalised address",
        f"{_IN}; holds \u4f60@victim.example; proven",
        came(4),
        **_bounce(
            "Final-Recipient: utf-8; \\x{4F60}@victim.example", kind="global-delivery-status"
        ),
    ),
    attack(
        "arf-nul",
        "before the address",
        f"{_IN}; holds {BOB}; proven",
        came(0),
        **_complaint(f"Original-Rcpt-To: \0{BOB}"),
    ),
    attack(
        "arf-nul",
        "inside the address",
        f"{_IN}; holds {BOB}; proven",
        came(1),
        **_complaint("Original-Rcpt-To: bob\0@beta.example"),
    ),
    attack(
        "arf-nul",
        "a surrogate",
        f"{_IN}; proven",
        came(3),
        **_complaint("Original-Rcpt-To: bob\udc80@beta.example"),
    ),
    attack(
        "arf-nul",
        "in a bounce, with a control character",
        f"{_IN}; holds {BOB}; proven",
        came(4),
        **_bounce(*_final("\0bo\x07b@beta.example")),
    ),
    attack(
        "dsn-forged",
        "of customers and strangers",
        f"{_IN}; holds {BOB}; holds {PETR}; holds v1@victim.example; proven",
        came(0),
        **_bounce(*_final(BOB, PETR, "v1@victim.example")),
    ),
    attack(
        "dsn-forged",
        "returns a mail that was never sent",
        f"{_IN}; holds {PETR}; proven",
        came(1),
        **_bounce(*_final(PETR), returned=f"From: {JAN}\nMessage-ID: <no@firma.cz>"),
    ),
    attack(
        "dsn-forged",
        "returns ours, which went to somebody else",
        f"{_IN}; holds {PETR}; proven",
        came(3),
        earlier=_SENT,
        **_bounce(*_final(PETR), returned=f"From: {JAN}\nMessage-ID: {_OFFER}"),
    ),
    attack(
        "dsn-forged",
        "in the name of the customer's own server, refuted",
        f"{_IN}; refuted; sender not believed",
        failed(4, "acme.example"),
        sender="mailer-daemon@acme.example",
        **_bounce(*_final(PETR)),
    ),
    attack(
        "dsn-null-sender",
        "with a field of Exim",
        f"{_IN}; holds {BOB}; unknown",
        (came(0)[0], ""),
        more=f"Return-Path: <>\nX-Failed-Recipients: {BOB}\n",
        body=_PHRASE.format(BOB),
        **_WORDS,
    ),
    attack(
        "dsn-null-sender",
        "as a report",
        f"{_IN}; holds {BOB}; unknown",
        came(1),
        **{**_WORDS, **_bounce(*_final(BOB))},
    ),
    attack(
        "dsn-null-sender",
        "without From",
        f"{_IN}; holds {BOB}; unknown",
        came(3),
        **{**_WORDS, "sender": None, **_bounce(*_final(BOB))},
    ),
    attack(
        "dsn-null-sender",
        "with two",
        f"{_IN}; holds {PETR}; unknown",
        came(4),
        **{**_WORDS, "sender": "postmaster@acme.example, x@evil.example", **_bounce(*_final(PETR))},
    ),
    attack(
        "dsn-forged",
        "a From that the server read otherwise, as a list of ours",
        f"{_IN}; unknown",
        came(0),
        sender="a: <mailer-daemon@firma.cz>",
        **{
            **(report := _bounce(*_final(PETR))),
            "more": f"List-Id: <all.firma.cz>\n{report['more']}",
        },
    ),
    attack(
        "dsn-forged",
        "the same where no proof is asked for",
        f"{_IN}; holds {PETR}; unknown",
        came(0),
        settings={"sender_proof": "off"},
        sender="a: <mailer-daemon@firma.cz>",
        **{
            **(report := _bounce(*_final(PETR))),
            "more": f"List-Id: <all.firma.cz>\n{report['more']}",
        },
    ),
]
"""All of them."""
