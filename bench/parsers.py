"""`python -m bench.parsers`: three ways to parse, in mails a second and in what they get right.

compat32: the standard library's parser with decoded headers and payloads. Rust: fast-mail-parser,
with compat32 for what it refuses. Scan: our scanner alone. Ours: everything that `parse_mail`
gives, which is more than the others do: text of HTML, digests, byte ranges, safe names.
"""

import random
import time
import tracemalloc
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32
from email.utils import getaddresses

from fast_mail_parser import ParseError, parse_email

from bench.mails import a_mail
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.scanner import scan_mail

Parser = Callable[[bytes], object]
_SECONDS = 1.0


def with_compat32(raw: bytes) -> str:
    """Read headers and payloads, as a program would; return the subject."""
    message = message_from_bytes(raw, policy=compat32)
    subject = str(make_header(decode_header(message["subject"] or "")))
    getaddresses(message.get_all("from", []) + message.get_all("to", []))
    for part in message.walk():
        if not part.is_multipart():
            part.get_payload(decode=True)
    return subject


def with_rust(raw: bytes) -> str:
    """Take the fastest parser, and the standard library where it refuses; return the subject."""
    try:
        return str(parse_email(raw).subject)
    except ParseError:
        return with_compat32(raw)


PARSERS: dict[str, Parser] = {
    "compat32": with_compat32,
    "Rust + compat32": with_rust,
    "scan alone": scan_mail,
    "ours": lambda raw: parse_mail(raw, "key"),
}


def main() -> None:
    """Print speed, memory and correctness."""
    chance = random.Random(7)
    shapes = {
        "5 KB text": a_mail("plain", 1, chance),
        "50 KB HTML": a_mail("html", 2, chance),
        "200 KB file": a_mail("attachment", 3, chance),
        "5 MB file": a_mail("large attachment", 4, chance),
    }
    print("mails/s".ljust(18) + "".join(f"{name:>14}" for name in shapes))
    for parser, parse in PARSERS.items():
        rates = "".join(f"{_rate(parse, raw):14,.0f}" for raw in shapes.values())
        print(f"{parser:18}{rates}")
    print("\npeak memory in MB beside the mail")
    for parser, parse in PARSERS.items():
        print(f"{parser:18}" + "".join(f"{_peak(parse, raw):14.1f}" for raw in shapes.values()))
    print("\nwhat they give")
    for case, raw in _cases().items():
        print(f"  {case}")
        for parser in ("compat32", "Rust + compat32"):
            print(f"    {parser:18}{_told(PARSERS[parser], raw)}")
        mail = parse_mail(raw, "key")
        files = [(part.name, part.size, (part.start, part.end)) for part in mail.attachments]
        print(f"    {'ours':18}{mail.subject!r} {files or ''}")


def _cases() -> dict[str, bytes]:
    file = b'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\n'
    return {
        "one bad character in base64": b"Subject: s\n" + file + b"aGVs*bG8=\n",
        "an encoded word cut inside a character": (
            b"Subject: =?utf-8?B?UMU=?= =?utf-8?B?mcOtbG9oYQ==?=\n\nx"
        ),
        "an unknown charset": b"Subject: =?x-none?Q?P=C5=99=C3=ADloha?=\n\nx",
        "a file's bytes in the mail": b"Subject: s\n" + file + b"aGVsbG8=\n",
    }


def _rate(parse: Parser, raw: bytes) -> float:
    """Return the best rate of three runs."""
    best = 0.0
    for _ in range(3):
        count, begin = 0, time.perf_counter()
        while (spent := time.perf_counter() - begin) < _SECONDS / 3:
            parse(raw)
            count += 1
        best = max(best, count / spent)
    return best


def _peak(parse: Parser, raw: bytes) -> float:
    tracemalloc.start()
    parse(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _told(parse: Parser, raw: bytes) -> str:
    try:
        return repr(parse(raw))
    except (LookupError, ValueError) as error:
        return f"fails: {type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
