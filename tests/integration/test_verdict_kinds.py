"""The verdicts of the demo's mails are of known kinds."""

from pathlib import Path

from services.operator.setup.company_file import load_company
from shared.contracts.verdict import KINDS, kind_of
from tests.installation import an_installation


def test_every_mail_of_the_demo_is_of_a_known_kind(tmp_path: Path) -> None:
    """O-3, R-d: a kind that is not known has no series before its first mail."""
    installation = an_installation(tmp_path, load_company(Path("demo/company.toml")))
    mails = sorted(Path("demo/mails").glob("*.eml"))
    for mail in mails:
        installation.drop(mail.name, mail.read_bytes())

    installation.run()

    assert len(installation.recorded) == len(mails)
    assert {kind_of(mail.verdict) for mail in installation.recorded} <= set(KINDS)
