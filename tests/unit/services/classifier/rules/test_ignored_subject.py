import pytest

from tests.builders import a_box, a_mail, decide, hits, some_facts


@pytest.mark.parametrize("subject", ["Výpadek služby: server 3", "FW: VYPADEK  SLUZBY"])
def test_a_subject_with_an_ignored_value_is_skipped(subject: str) -> None:
    """R-12: a subject that contains a value of ignoreSubject, folded, stops with IGNORED."""
    box = a_box(ignore_subject=("nothing", "výpadek služby"))

    assert decide(a_mail(subject=subject), some_facts(box)).words == ("IGNORED", "DELETED")


@pytest.mark.parametrize("values", [(), ("",), ("  ",), ("Výpadek služeb",)])
def test_other_subjects_are_processed(values: tuple[str, ...]) -> None:
    """R-12: near miss - an empty value ignores nothing."""
    box = a_box(ignore_subject=values)

    assert "R-12" not in hits(decide(a_mail(subject="Výpadek služby"), some_facts(box)))
