"""Damage to bytes, as transport, gateways and attackers do it; the same for the same chance."""

import random
from collections.abc import Sequence

_PIECES = (
    *(b"\n", b"\r\n", b"\r", b"\n\n", b"--x", b"--x--", b"--", b":", b" ", b"\t", b"=?utf-8?B?"),
    *(b"?=", b"=?", b"\xff", b"\x00", b"\xc3", b"\xef\xbb\xbf", b"=\n", b"=20", b"%", b"(", b")"),
    *(b'"', b"\\", b"<", b">", b"@", b",", b";", b"&#0;", b"&#x110000;", b"<table>", b"<p"),
    *(b"<blockquote>", b"Content-Type: multipart/mixed; boundary=x\n", b"charset=utf-16", b"> "),
    *(
        b"Content-Transfer-Encoding: base64\n",
        b"filename*0*=utf-8''%",
        b"BEGIN:VEVENT\n",
        b"9999999999",
    ),
    *(b"END:VEVENT\n", b"\xe2\x80\xae", b"\xf0\x9f\x90\x88", b"\x1b$B", b"-0", b"99", b"+9999"),
)
_MOST_REPEATED = 2000
_MOST_BYTES = 200_000
_SPAN = 60


def mutated(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return `raw` with one to eight things done to it."""
    for _ in range(chance.randint(1, 8)):
        raw = _damaged(raw, others, chance)[:_MOST_BYTES]
    return raw


def _damaged(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    begin = chance.randint(0, len(raw))
    end = min(begin + chance.randint(0, _SPAN), len(raw))
    match chance.randint(0, 7):
        case 0:
            return raw[:begin] + raw[end:]
        case 1:
            return raw[:begin] + chance.choice(_PIECES) + raw[begin:]
        case 2:
            return raw[:begin] + chance.randbytes(end - begin) + raw[end:]
        case 3:
            return raw[:end] + raw[begin:]
        case 4:
            return raw[:begin] + raw[begin:end] * chance.randint(2, _MOST_REPEATED) + raw[end:]
        case 5:
            other = chance.choice(others)
            cut = chance.randint(0, len(other))
            return raw[:begin] + other[cut : cut + 20 * _SPAN] + raw[end:]
        case 6:
            return (
                raw[:begin] + chance.choice(_PIECES) * chance.randint(2, _MOST_REPEATED) + raw[end:]
            )
        case _:
            return raw[:begin]
