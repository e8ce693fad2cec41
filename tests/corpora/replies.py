"""Scores own text against quotes (kind `reply`)."""

from pathlib import Path

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.quotes import split_quotes
from tests.corpora.lines import lines_of
from tests.corpora.score import Score, Tally

_HEAD_BYTES = 300


def score(root: Path) -> Score:
    """Compare the own text, white space apart, where one is expected."""
    tally = Tally()
    for line in lines_of(root, "reply"):
        if isinstance(line.expected.get("reply"), str):
            wanted = " ".join(line.expected["reply"].split())
            found = " ".join(split_quotes(_text((root / line.file).read_bytes())).own.split())
            what = f"{line.file}: {wanted[:60]!r}, found {found[:60]!r}"
            tally.add(what, is_right=wanted == found)
    return tally.score("reply own text")


def _text(raw: bytes) -> str:
    """The text of a mail, or of a file that is text alone."""
    mail = parse_mail(raw, "key")
    is_mail = raw[:_HEAD_BYTES].count(b": ") > 2 and bool(mail.senders)
    return mail.text if is_mail else raw.decode("utf-8", "replace")
