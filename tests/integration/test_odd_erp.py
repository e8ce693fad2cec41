"""What `check` says of an ERP that works, but not as well as it could."""

from pathlib import Path

from services.answers.odd_erp import oddities
from shared.netgenium.database.engine import write_transaction
from shared.settings.value_types import MailGroup
from tests.installation import an_installation


def test_an_erp_that_fits_well_is_odd_in_nothing(tmp_path: Path) -> None:
    """NG-2: no warning without a reason."""
    assert list(oddities(an_installation(tmp_path).erp)) == []


def test_a_mapping_without_the_contracts_team_is_told(tmp_path: Path) -> None:
    """T-5: the word p- needs it to say who sees the activity."""
    mapping = tmp_path / "mapping.toml"
    reference = Path("shared/netgenium/schema/reference.toml").read_text("utf-8")
    lines = [line for line in reference.splitlines() if not line.startswith("many.team")]
    mapping.write_text("\n".join(lines), "utf-8")

    (found,) = oddities(an_installation(tmp_path / "a", mapping=mapping).erp)

    assert found.about == "mapping"
    assert found.detail.startswith("contract.team is not mapped")


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
