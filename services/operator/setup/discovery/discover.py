"""From a database to the text of a mapping file."""

from dataclasses import dataclass

from sqlalchemy import Engine

from services.operator.setup.discovery.captions import captioned
from services.operator.setup.discovery.picture import picture_of
from services.operator.setup.discovery.proposal import propose
from services.operator.setup.discovery.writing import as_toml
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.engine import database_errors


@dataclass(frozen=True, slots=True)
class Discovered:
    """A proposed mapping.

    Attributes:
        toml: The file's text.
        records: How many records were found.
        lacking: What the file needs and does not have; empty: it can be loaded.
    """

    toml: str
    records: int
    lacking: tuple[str, ...]


def discover(engine: Engine) -> Discovered:
    """Propose a mapping of the database; changes nothing in it.

    Raises:
        ConfigurationError: The database has no table.
        TransientError: The database is unreachable.
    """
    with database_errors(engine), engine.connect() as connection:
        picture = captioned(connection, picture_of(connection))
    if not picture.tables:
        remedy = said("point NETGENIUM_DATABASE_URL to the ERP's database")
        raise ConfigurationError(
            [ConfigProblem("database", said("there is no table in it"), remedy)]
        )
    proposal = propose(picture)
    return Discovered(as_toml(proposal), len(proposal.records), proposal.lacking)
