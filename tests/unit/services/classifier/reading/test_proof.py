import pytest

from services.classifier.reading.proof import Proof
from shared.settings.box import Box
from tests.builders import EVA, JAN, a_box, a_mail, decide, reasons, some_facts, tasks

MX = "mx.firma.cz"
SENDER = "petr@acme.example"
OURS = a_box(authserv_id=(MX,))


def _proof(*fields: str, box: Box = OURS, sender: str = SENDER) -> Proof:
    """What is known of a mail whose header begins with `fields`, from the top."""
    head = "".join(f"{field}\n" for field in fields)
    raw = f"{head}From: {sender}\nTo: {EVA}\nSubject: Pump\n\nHello.\n"
    return a_mail(raw.encode(), box=box).proof


def _results(*values: str) -> list[str]:
    return [f"Authentication-Results: {value}" for value in values]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ([f"{MX}; dmarc=pass header.from=acme.example"], "proven"),
        ([f"{MX}; dmarc=pass header.from=mail.acme.example"], "proven"),
        ([f"{MX} 1; dkim=pass header.d=acme.example"], "proven"),
        ([f"{MX}; dkim=pass header.i=@mail.acme.example"], "proven"),
        ([f"{MX}; dkim=pass header.d=example"], "unknown"),
        ([f"{MX}; dmarc=fail (p=reject) header.from=acme.example"], "refuted"),
        ([f"{MX}; dmarc=fail (p=none) header.from=acme.example"], "unknown"),
        ([f"{MX}; dmarc=fail action=none header.from=acme.example"], "unknown"),
        ([f'{MX}; dmarc=fail reason="No valid SPF" header.from=a.b (policy=none)'], "refuted"),
        ([f'{MX}; dmarc=fail reason="No SPF" header.from=acme.example (policy=none)'], "unknown"),
        ([f"{MX}; dmarc=fail header.from=acme.example header.policy=none"], "unknown"),
        ([f"{MX}; dmarc=fail (policy=reject) header.from=acme.example"], "refuted"),
        ([f"{MX}; dmarc=fail; spf=none (p=none)"], "refuted"),
        ([f"{MX}; dmarc=pass header.from=evil.example"], "refuted"),
        ([f"{MX}; dmarc=none header.from=evil.example"], "refuted"),
        ([f"{MX}; dmarc=pass"], "unknown"),
        ([f"{MX}; dmarc=pass (p=reject)"], "unknown"),
        (
            [f"{MX}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example"],
            "unknown",
        ),
        ([f"{MX}; spf=fail smtp.mailfrom=acme.example"], "unknown"),
        ([f"{MX}; none"], "unknown"),
        (["other.example; dmarc=pass header.from=acme.example"], "unknown"),
        ([f"{MX}; dmarc=fail", f"{MX}; dmarc=pass header.from=acme.example"], "refuted"),
        ([f"{MX}; spf=pass", f"{MX}; dmarc=fail"], "refuted"),
        ([f"{MX}; spf=pass", f"{MX}; dmarc=pass header.from=acme.example"], "proven"),
        ([f"{MX}; dmarc=none", f"{MX}; dmarc=pass header.from=acme.example"], "unknown"),
        (["spf=none; compauth=pass reason=100"], "unknown"),
        ([f"=?utf-8?q?{MX}?=; dmarc=pass header.from=acme.example"], "unknown"),
        ([f"({MX}; dmarc=pass) x.example; dmarc=pass header.from=acme.example"], "unknown"),
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
        (
            [f'{MX}; spf=pass (of "x); dkim=pass header.d=acme.example; y=("@evil.example)'],
            "unknown",
        ),
        (
            [f'{MX}; spf=pass (of "x); dmarc=pass header.from=acme.example (y"@e.example)'],
            "unknown",
        ),
        (
            [f'{MX}; spf=pass (of "" x); dkim=pass header.d=acme.example; y=("@e.example")'],
            "unknown",
        ),
        ([f'{MX}; spf=pass (of "x@e.example" by y); dkim=pass header.d=acme.example'], "proven"),
        ([f'{MX}; dmarc=fail; spf=pass (of "x); compauth=pass; y=("@evil.example)'], "refuted"),
        (["", ";;;=;", "(" * 10_000, '"\\' * 5_000, "(\\" * 5_000], "unknown"),
        ([], "unknown"),
    ],
)
def test_only_what_the_receiving_system_found_counts(fields: list[str], state: str) -> None:
    """S-1, H-17: what a sender writes into such fields is ignored."""
    assert _proof(*_results(*fields)).state == state


def test_a_policy_of_none_protects_only_others(  # a forged colleague is refuted all the same
) -> None:
    """S-1: dmarc=fail refutes a sender of an own domain whatever the domain publishes."""
    found = _proof(*_results(f"{MX}; dmarc=fail (p=none) header.from=firma.cz"), sender=JAN)

    assert found.state == "refuted"


def test_a_list_of_ours_may_rewrite_the_sender() -> None:
    """S-1: the server judged the list's From; nothing is refuted, and nothing proven."""
    judged = _results(f"{MX}; dmarc=pass header.from=acme.example")

    assert _proof(*judged, sender="obchod@firma.cz").state == "refuted"
    by_list = _proof(*judged, "List-Id: Sales <sales.firma.cz>", sender="obchod@firma.cz")
    assert (by_list.state, by_list.rewritten) == ("unknown", True)
    assert "a list of ours may have written From" in by_list.reason
    other = _proof(*judged, "List-Id: <sales.notfirma.cz>", sender="obchod@firma.cz")
    assert other.state == "refuted"


def test_a_user_who_logged_in_is_proven() -> None:
    """S-1: auth=pass proves the sender of an own domain that it names, and nobody else."""
    logged_in = _results(f"{MX}; auth=pass smtp.auth={JAN} smtp.mailfrom={JAN}")

    assert _proof(*logged_in, sender=JAN).state == "proven"
    assert _proof(*logged_in, sender=EVA).state == "unknown"
    outside = _results(f"{MX}; auth=pass smtp.auth={SENDER} smtp.mailfrom={SENDER}")
    assert _proof(*outside).state == "unknown"


def test_a_file_proves_nothing_unless_the_box_says_so() -> None:
    """S-1: whoever may write into emlDir writes its header, too."""
    raw = f"Authentication-Results: {MX}; dmarc=pass header.from=acme.example\n".encode()
    raw += f"From: {SENDER}\nTo: {EVA}\n\nHello.\n".encode()
    trusting = a_box(authserv_id=(MX,), eml_trusted=True)

    assert a_mail(raw, box=OURS, from_file=True).proof.state == "unknown"
    assert a_mail(raw, box=trusting, from_file=True).proof.state == "proven"


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
    assert _proof(*_results(f"{MX}; {before}dmarc=fail")).state == "refuted"


@pytest.mark.parametrize(
    ("name", "state"), [(MX, "refuted"), (f"{MX} 1", "refuted"), ("other.example", "unknown")]
)
def test_a_cut_field_of_ours_refutes(name: str, state: str) -> None:
    """S-1, H-17: what the rest said nobody knows; a cut field of somebody else says nothing."""
    results = f"{name}; dmarc=pass header.from=acme.example; " + "spf=pass; " * 12_000

    assert _proof(*_results(f"{results}dmarc=fail")).state == state


def test_without_a_sender_nothing_is_proven() -> None:
    """S-1, R-b: no single valid sender."""
    two = f"{SENDER}, {JAN}"

    assert _proof(*_results(f"{MX}; dmarc=pass header.from=acme.example"), sender=two).state == (
        "unknown"
    )


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
    """N-2, S-1, S-2, H-17: a forged employee gets UNKNOWN USER with the reason, and no task."""
    box = a_box(authserv_id=(MX,), sender_proof=setting)
    more = f"Authentication-Results: {MX}; dmarc={result} header.from=firma.cz\n"
    mail = a_mail(box=box, subject="New task: Pump", sender=JAN, to=EVA, more=more)
    decided = decide(mail, some_facts(box))

    assert bool(tasks(decided)) == made
    assert ("UNKNOWN USER" in decided.words) != made
    assert reasons(decided, "S-1")
    if not made:
        assert "N-2" in reasons(decided, "R-10")[0]
