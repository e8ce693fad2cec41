"""Bounces and complaints in a mail (RFC 3464, RFC 5965, vendors' dialects; behaviours R-2, R-3)."""

from services.classifier.parse.scanner import Scan
from services.classifier.parsed_mail import Reports


def read_reports(_raw: bytes, _scan: Scan, _text: str, _defects: list[str]) -> Reports:
    """What machines report in a scanned mail; `_text` is its readable text."""
    return Reports()
