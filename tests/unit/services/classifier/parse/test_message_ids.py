"""Message-IDs in the one form in which mails name each other."""

import pytest

from services.classifier.parse.mail import parse_mail
from tests.builders import a_mail


@pytest.mark.parametrize(
    "field",
    [
        "<a.b@c.example>",
        "  <a.b@c.example> ",
        "a.b@c.example",
        "=?utf-8?q?=3Ca=2Eb=40c=2Eexample=3E?=",
        "=?utf-8?q?=3Ca=2Eb?=\n =?utf-8?q?=40c=2Eexample=3E?=",
        "<a.b@c.example> (added by postmaster)",
    ],
)
def test_an_id_is_known_in_every_way_of_writing(field: str) -> None:
    """A-6: whoever answers names it plainly, in angle brackets."""
    assert parse_mail(f"Message-ID: {field}\n\n".encode(), "key").message_id == "<a.b@c.example>"
    assert a_mail(more=f"In-Reply-To: {field}\n").answers_to == ("<a.b@c.example>",)


@pytest.mark.parametrize("field", ["", "   "])
def test_an_empty_id_is_none(field: str) -> None:
    """A-6: nobody can answer it."""
    assert parse_mail(f"Message-ID: {field}\n\n".encode(), "key").message_id is None


def test_words_beside_an_id_are_no_ids() -> None:
    """A-6: old programs write whose mail they answer; a field without an id names none."""
    more = (
        "In-Reply-To: Message from Petr <petr@c.example> of Monday <x@y>\nReferences: your mail\n"
    )

    assert a_mail(more=more).answers_to == ("<petr@c.example>", "<x@y>")
