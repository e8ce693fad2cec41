"""The database of the ERP, as every command opens it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from services.assembly.secret import own_mail
from shared.domain.own_mail import OwnMail
from shared.netgenium.database.engine import open_database
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.tables import ErpTables
from shared.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class Erp:
    """The ERP's database with its mapping, and what recognises mail that we have sent."""

    engine: Engine
    tables: ErpTables
    own_mail: OwnMail | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone, in which people are told times."""
        return ZoneInfo(self.tables.mapping.time.zone)


def open_erp(environment: Environment, *, makes: bool = False) -> Erp:
    """Return the database and mapping that `environment` names; connects only when first used.

    Args:
        environment: Names them.
        makes: An SQLite file that is not there is made: `init-db` alone does so.

    Raises:
        ConfigurationError: Mapping or database address cannot work.
    """
    tables = ErpTables(load_mapping(environment.mapping))
    engine = open_database(environment.database_url.get_secret_value(), makes=makes)
    return Erp(engine, tables, own_mail(environment))
