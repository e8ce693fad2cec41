"""Quotes are told from own text once per mail: it takes longer than all other reading."""

import pytest
from mailparser_reply.parser import EmailMessage

from tests.builders import a_mail, decide

SENTENCE = "This is an automatically generated e-mail, please do not reply.\n"


def test_a_text_is_told_apart_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """T-1: tokens and rules that ask for own text share one search for quotes."""
    searched: list[str] = []

    def counted(text: str, **options: object) -> EmailMessage:
        searched.append(text)
        return EmailMessage(text=text, **options)

    monkeypatch.setattr("services.classifier.parse.quotes.EmailMessage", counted)

    mail = a_mail(f"Zakázka:7\n{SENTENCE}", subject="Info about it", sender="netgenium@firma.cz")

    assert mail.tokens
    assert decide(mail).words == ("Inform other users…", "DELETED")
    assert len(searched) == 1
