"""A whole small installation in a temporary folder: SQLite, a company, a box, an emlDir."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.answers.records import list_records
from services.assembly.composition import Erp, open_erp
from services.assembly.run import Tally, run_once
from services.operator.setup.company import fill_company
from services.operator.setup.company_entries import Company
from shared.contracts.messages import MailRecorded
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.environment import Environment

COMPANY = Company.model_validate(
    {
        "activity_types": ["E-mail", "Documentation"],
        "roles": [{"name": "Board"}, {"name": "Sales", "parent": "Board"}],
        "users": [
            {"login": "novak", "name": "Jan Novák", "email": "jan.novak@firma.cz", "role": "Sales"},
            {"login": "eva", "name": "Eva Malá", "email": "Eva.Mala@firma.cz", "role": "Board"},
            {
                "login": "gone",
                "name": "Bývalý Zaměstnanec",
                "email": "gone@firma.cz",
                "active": False,
            },
        ],
        "relationships": [
            {
                "name": "ACME s.r.o.",
                "emails": ["info@acme.example"],
                "domains": ["acme.example"],
                "contacts": [
                    {"name": "Petr Svoboda", "emails": ["Petr@acme.example", "p@home.cz"]}
                ],
            },
            {"name": "Beta a.s.", "emails": ["@beta.example"]},
            {"name": "Gama Praha", "domains": ["gama.example"]},
            {
                "name": "Gama Brno",
                "contacts": [{"name": "Desk Gama", "emails": ["gama.example"]}],
            },
        ],
        "contracts": [
            {"number": "123", "subject": "Lis", "relationship": "ACME s.r.o.", "team": ["novak"]},
            {"number": "2025-7", "closed": True},
            {"number": "2026-7"},
            {"number": "8"},
        ],
        "orders": [{"number": "2026-15"}, {"number": "2025-16"}, {"number": "2026-16"}],
        "opportunities": [{"number": "9"}],
        "tasks": [{"number": "55", "subject": "Čerpadlo", "solvers": ["eva"]}],
    }
)


@dataclass(slots=True)
class Installation:
    """An installation, and what happened in it."""

    folder: Path
    box: Box
    erp: Erp
    recorded: list[MailRecorded] = field(default_factory=list)

    @property
    def eml(self) -> Path:
        """The emlDir."""
        return self.folder / "eml"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def drop(self, name: str, raw: bytes) -> None:
        """Put a mail into emlDir."""
        (self.eml / name).write_bytes(raw)

    def run(self) -> Tally:
        """Process everything that waits."""
        tally = Tally(self.recorded.append)
        run_once([self.box], self.erp, self.data, tally)
        return tally

    def verdicts(self) -> list[str]:
        """Verdicts of all recorded mails, in order."""
        return [", ".join(mail.verdict) for mail in self.recorded]

    def list(self, table: str) -> Sequence[Mapping[str, Any]]:
        """Records of the database, the oldest first."""
        return list(list_records(self.erp, table))[::-1]


def mapping_with_files(folder: Path) -> Path:
    """The reference mapping, but with attachments in files."""
    mapping = folder / "mapping.toml"
    reference = Path("shared/netgenium/schema/reference.toml").read_text("utf-8")
    mapping.write_text(reference.replace('strategy = "table"', 'strategy = "directory"'), "utf-8")
    return mapping


_FILLED: dict[tuple[str, str], bytes] = {}
"""SQLite files by mapping and company: to make one takes six times as long as to copy it."""


def _filled(environment: Mapping[str, str], company: Company, file: Path) -> Erp:
    """The ERP with our tables and a company in it; on SQLite it lies in `file`."""
    mapping = environment.get("NETGENIUM_MAPPING", "")
    kind = Path(mapping).read_text("utf-8") if mapping else "", company.model_dump_json()
    is_file = "NETGENIUM_DATABASE_URL" not in environment
    if is_file and kind in _FILLED:
        file.write_bytes(_FILLED[kind])
        return open_erp(Environment.from_environ(environment), makes=True)
    erp = open_erp(Environment.from_environ(environment), makes=True)
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, company)
    if is_file:
        # With its last connection the file is whole: nothing is left in its log.
        erp.engine.dispose()
        _FILLED[kind] = file.read_bytes()
    return erp


def an_installation(
    folder: Path,
    company: Company = COMPANY,
    mapping: Path | None = None,
    database_url: str | None = None,
    **box: Any,
) -> Installation:
    """Make an installation in `folder`, on SQLite or `database_url`; `box` are settings of its box.

    Two installations may share one database.
    """
    data, eml = folder / "data", folder / "eml"
    for needed in (eml, folder / "erp", data):
        needed.mkdir(parents=True)
    environment = {"CRMSERVICE_DATA": str(data)}
    if mapping:
        environment["NETGENIUM_MAPPING"] = str(mapping)
    if database_url:
        environment["NETGENIUM_DATABASE_URL"] = database_url
    erp = _filled(environment, company, Path(data, "netgenium.db"))
    settings = {
        "name": "crm",
        "email": "crm@firma.cz",
        "root_path": str(folder / "erp"),
        "time_zone": ZoneInfo("Europe/Prague"),
        "eml_dir": eml,
        "eml_settle_seconds": 0,
    }
    return Installation(folder, Box(**(settings | box)), erp)
