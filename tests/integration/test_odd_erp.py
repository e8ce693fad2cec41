"""What `check` says of an ERP that works, but not as well as it could."""

from pathlib import Path

import pytest

from services.answers.odd_erp import oddities
from shared.netgenium.database.engine import write_transaction
from shared.settings.value_types import MailGroup
from tests.installation import an_installation

REFERENCE = Path("shared/netgenium/schema/reference.toml")


def test_an_erp_that_fits_well_is_odd_in_nothing(tmp_path: Path) -> None:
    """NG-2: no warning without a reason."""
    assert list(oddities(an_installation(tmp_path).erp)) == []


def test_a_mapping_without_the_contracts_team_is_told(tmp_path: Path) -> None:
    """T-5: the word p- needs it to say who sees the activity."""
    mapping = tmp_path / "mapping.toml"
    lines = [
        line
        for line in REFERENCE.read_text("utf-8").splitlines()
        if not line.startswith("many.team")
    ]
    mapping.write_text("\n".join(lines), "utf-8")

    (found,) = oddities(an_installation(tmp_path / "a", mapping=mapping).erp)

    assert found.about == "mapping"
    assert found.detail.startswith("contract.team is not mapped")


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("", ""),
        ("[task_comment]", "task_comment is not mapped, and crm has conversations"),
        (', sent_on = "ng_odeslano"', "task_comment.sent_on is not mapped, and crm has"),
    ],
)
def test_conversations_without_a_place_in_the_erp_are_told(
    tmp_path: Path, left_out: str, told: str
) -> None:
    """E-1, E-2: what is not mapped is not done; and nobody hears of it who has no conversations."""
    mapping, text = tmp_path / "mapping.toml", REFERENCE.read_text("utf-8")
    if left_out.startswith("["):
        text = "\n\n".join(one for one in text.split("\n\n") if not one.startswith(left_out))
    mapping.write_text(text.replace(left_out or "\0", ""), "utf-8")
    made = an_installation(tmp_path / "a", mapping=mapping)
    talking = made.box.model_copy(update={"conversations": True})

    found = [one.detail for one in oddities(made.erp, [talking])]

    assert [one.startswith(told) for one in found] == ([True] if told else [])
    assert list(oddities(made.erp, [made.box])) == []


def test_a_missing_index_comes_with_its_statement(tmp_path: Path) -> None:
    """NG-2: what the database's administrator has to run."""
    erp = an_installation(tmp_path).erp
    with write_transaction(erp.engine) as connection:
        connection.exec_driver_sql("DROP INDEX ix_susers_email")

    (found,) = oddities(erp)

    assert found.detail.startswith("susers.email: no index")
    assert "CREATE INDEX ix_susers_email ON susers (lower(trim(email" in found.remedy


def test_a_group_with_somebody_who_is_no_user_is_told(tmp_path: Path) -> None:
    """R-c: a misspelt member would get no mail, and nobody would know."""
    members = ("eva.mala@firma.cz", "gone@firma.cz", "evva@firma.cz")
    group = MailGroup(address="sales@firma.cz", members=members)
    installation = an_installation(tmp_path, mail_groups=(group,))

    found = [one.detail for one in oddities(installation.erp, [installation.box])]

    assert found == [
        "evva@firma.cz in a mailGroup of crm is no active user",
        "gone@firma.cz in a mailGroup of crm is no active user",
    ]
