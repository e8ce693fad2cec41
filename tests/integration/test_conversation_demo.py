"""The second half of `make demo` tells the story that it promises (E-1, E-2, E-3, E-7)."""

import re

import pytest

from demo import conversation


def test_the_demo_talks_with_a_customer_by_mail(capsys: pytest.CaptureFixture[str]) -> None:
    """E-1, E-2, E-3, E-7: a ticket, an answer to it, the reply as a comment, a mail for people."""
    conversation.main()

    told = capsys.readouterr().out
    ticket, comment, reply, unknown = told.split("\n>>> ")[1:]
    tag = re.findall(r"sends to alice.cerna@strojirny.example: (\[#56-\w{6}\]) Lis", told)
    assert len(tag) == 2
    assert tag[0] == tag[1]
    assert "NEW TASK CREATED" in ticket
    assert "Vyřizujeme ho pod číslem 56" in ticket
    assert "Přijedeme ve čtvrtek v 9 hodin." in comment.partition("<<<")[2]
    assert "FILED" in reply
    assert "sends to tomas.maly@lisovna.example: Odpověď k úkolu 56" in reply
    assert "protože: žádný úkol nemá číslo 999" in unknown
    assert "    attached: message/rfc822" in unknown
    assert [line.strip() for line in told.partition("in the ERP:\n")[2].splitlines()] == [
        "Tomáš Malý: Přijedeme ve čtvrtek v 9 hodin. Hodí se vám to?",
        "(by mail): Ano, čtvrtek platí.",
    ]
    assert told.count("<<<") == 4
