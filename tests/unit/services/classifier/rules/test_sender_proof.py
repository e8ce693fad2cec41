import pytest

from tests.builders import PETR, a_box, a_mail, decide, hits, reasons, some_facts

MX = "mx.firma.cz"


@pytest.mark.parametrize(
    ("fields", "state", "hit"),
    [
        ((f"{MX}; dmarc=pass header.from=acme.example",), "proven", True),
        ((f"{MX}; dmarc=fail header.from=acme.example",), "refuted", True),
        ((f"{MX}; spf=pass smtp.mailfrom=evil.example",), "unknown", False),
        (("evil.example; dmarc=pass header.from=acme.example",), "unknown", False),
        ((f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"), "refuted", True),
        ((), "unknown", False),
    ],
)
def test_every_trace_says_what_is_known_of_the_sender(
    fields: tuple[str, ...],
    state: str,
    hit: bool,  # noqa: FBT001
) -> None:
    """S-1, H-17: proven, refuted or unknown; a refuted sender alone stops nothing."""
    box = a_box(authserv_id=(MX,))
    more = "".join(f"Authentication-Results: {field}\n" for field in fields)
    decided = decide(a_mail("Dobrý den.\n", box=box, more=more, sender=PETR), some_facts(box))

    (said,) = reasons(decided, "S-1")
    assert said.startswith(f"{state}: ")
    assert [line.hit for line in decided.trace if line.id == "S-1"] == [hit]
    assert "R-15" in hits(decided)


def test_without_a_configured_name_no_result_is_believed() -> None:
    """S-1, H-17: the sender may have written the field."""
    more = f"Authentication-Results: {MX}; dmarc=pass header.from=acme.example\n"

    assert reasons(decide(a_mail(more=more)), "S-1")[0].startswith("unknown: ")
