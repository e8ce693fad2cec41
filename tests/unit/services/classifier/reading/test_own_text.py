"""The mail's own text, which several rules ask for."""

import pytest

from services.classifier.parse import quotes
from services.operator.present.as_json import mail_as_json
from tests.builders import EVA, a_mail, decide
from tests.rule_files import a_rule, facts_with


def test_own_text_is_told_from_quotes_once_for_all_who_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T-1, C-1, R-9: tokens, rules of one's own, the notice's sentence and `explain --json`."""
    texts: list[str] = []
    divided = quotes._library

    def counted(text: str) -> str:
        texts.append(text)
        return divided(text)

    monkeypatch.setattr(quotes, "_library", counted)
    when = 'when = { field = "own_text", op = "contains", value = "own words" }'
    facts = facts_with(a_rule(actions='{ do = "mark_seen" }', more=f"early = true\n{when}"))
    mail = a_mail("Contract:5\nown words\n\n> Contract:7\n", subject="Info about x", sender=EVA)

    decided = decide(mail, facts)

    assert mail_as_json(mail)["own_text"] == "Contract:5\nown words"
    assert {"C-1", "R-9"} <= {line.id for line in decided.trace}
    assert "sentence" in " ".join(line.reason for line in decided.trace if line.id == "R-9")
    assert len(texts) == 1
