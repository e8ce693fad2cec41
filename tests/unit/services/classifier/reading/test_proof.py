import pytest

from services.classifier.reading.proof import prove
from tests.builders import EVA, JAN, a_box, a_mail, decide, reasons, some_facts, tasks

MX = "mx.firma.cz"
SENDER = "petr@acme.example"
EXCHANGE = (
    "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=acme.example; dkim=none (message not signed) "
    "header.d=none;dmarc={} action=none header.from=acme.example;compauth={} reason=100"
)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ([f"{MX}; dmarc=pass header.from=acme.example"], "proven"),
        ([f"{MX} 1; dkim=pass header.d=acme.example"], "proven"),
        ([f"{MX}; dkim=pass header.i=@mail.acme.example"], "proven"),
        ([f"{MX}; dmarc=fail (p=none) header.from=acme.example"], "refuted"),
        ([f"{MX}; dmarc=pass header.from=evil.example"], "unknown"),
        (
            [f"{MX}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example"],
            "unknown",
        ),
        ([f"{MX}; spf=fail smtp.mailfrom=acme.example"], "unknown"),
        ([f"{MX}; none"], "unknown"),
        (["other.example; dmarc=pass"], "unknown"),
        ([f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"], "refuted"),
        ([EXCHANGE.format("none", "pass")], "proven"),
        ([EXCHANGE.format("pass", "fail")], "refuted"),
        ([EXCHANGE.format("pass", "none")], "proven"),
        ([f"{MX}; dmarc=fail", EXCHANGE.format("pass", "pass")], "refuted"),
        (["relay.example; spf=none", EXCHANGE.format("pass", "pass")], "unknown"),
        ([f"({MX}; dmarc=pass) x.example; dmarc=pass"], "unknown"),
        ([f'{MX}; spf=pass x="y; dmarc=pass z"@evil.example; dmarc=fail'], "refuted"),
        ([f'{MX}; spf=pass x="(y"@evil.example; dmarc=fail'], "refuted"),
        ([f'{MX}; spf=pass ("y; dmarc=pass; z"@evil.example); dmarc=fail'], "refuted"),
        ([f"{MX}; spf=pass (x (y; dmarc=pass) z; dmarc=pass); dmarc=fail"], "refuted"),
        ([MX + r"; spf=pass (x \) ; dmarc=pass); dmarc=fail"], "refuted"),
        (
            [MX + r'; dkim=pass header.d=evil.example x="\" header.d=acme.example \""@e.example'],
            "unknown",
        ),
        ([f'{MX}; dkim=pass header.d="acme.example"'], "proven"),
        ([f'{MX}; spf=pass ((x) "y) ; dmarc=fail x="'], "refuted"),
        ([f'{MX}; dkim=pass header.d="" acme.example'], "unknown"),
        (["", ";;;=;", "(" * 10_000, '"\\' * 5_000, "(\\" * 5_000], "unknown"),
        ([], "unknown"),
    ],
)
def test_only_the_receiving_systems_topmost_result_counts(fields: list[str], state: str) -> None:
    """S-1, H-17: what a sender writes into such fields is ignored."""
    assert prove(fields, MX, SENDER).state == state


@pytest.mark.parametrize(
    "before",
    [
        "".join(f"dkim=pass header.d=evil{n}.example; " for n in range(3000)),
        "spf=pass (" + "x" * 50_000 + "); ",
        "spf=pass " + "()" * 20_000 + "; ",
    ],
)
def test_a_long_field_is_read_to_its_end(before: str) -> None:
    """S-1, H-17: a result does not get lost behind many others, or behind a long comment."""
    assert prove([f"{MX}; {before}dmarc=fail"], MX, SENDER).state == "refuted"


@pytest.mark.parametrize(
    ("name", "state"), [(MX, "refuted"), (f"{MX} 1", "refuted"), ("other.example", "unknown")]
)
def test_a_cut_field_of_ours_refutes(name: str, state: str) -> None:
    """S-1, H-17: what stood in the rest nobody knows; a cut field of somebody else says nothing."""
    results = f"{name}; dmarc=pass header.from=acme.example; " + "spf=pass; " * 12_000
    mail = a_mail(more=f"Authentication-Results: {results}dmarc=fail\n", box=a_box(authserv_id=MX))

    assert mail.proof.state == state


def test_without_a_sender_nothing_is_proven() -> None:
    """S-1, R-b: no single valid sender."""
    assert prove([f"{MX}; dmarc=pass"], MX, None).state == "unknown"


@pytest.mark.parametrize(
    ("setting", "result", "made"),
    [
        ("refuted", "pass", True),
        ("refuted", "none", True),
        ("refuted", "fail", False),
        ("unproven", "none", False),
        ("unproven", "pass", True),
        ("off", "fail", True),
    ],
)
def test_a_new_task_asks_whether_the_sender_is_believed(
    setting: str,
    result: str,
    made: bool,  # noqa: FBT001
) -> None:
    """N-2, S-1, H-17: a forged employee gets UNKNOWN USER with the reason, and no task."""
    box = a_box(authserv_id=MX, sender_proof=setting)
    more = f"Authentication-Results: {MX}; dmarc={result}\n"
    mail = a_mail(box=box, subject="New task: Pump", sender=JAN, to=EVA, more=more)
    decided = decide(mail, some_facts(box))

    assert bool(tasks(decided)) == made
    assert ("UNKNOWN USER" in decided.words) != made
    assert reasons(decided, "S-1")
    if not made:
        assert "N-2" in reasons(decided, "R-10")[0]
