"""Whether the database can be used, asked before work and after every trouble."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from services.assembly.composition import Erp
from shared.errors import AwayError, PermanentError
from shared.netgenium.database.engine import PART
from shared.netgenium.database.probe import answers
from shared.netgenium.schema.inspection import require_schema


@dataclass(slots=True)
class DatabaseProbe:
    """Whether the database can be used; looks at its schema and our rights the first time.

    Attributes:
        erp: The database and its mapping.
        first: What else is done when it answers for the first time.
        proof: Asks the database to show it: to answer, or to let us write, too.
        rights: Asks whether the login may do its work.
    """

    erp: Erp
    first: Callable[[], None] = lambda: None
    proof: Callable[[Engine], None] = answers
    rights: Callable[[Engine], None] = answers
    _looked: bool = field(default=False, init=False)

    def __call__(self) -> None:
        """Return if it can be used.

        Raises:
            AwayError: It cannot, or its schema cannot be looked at now.
            ConfigurationError: It does not fit the mapping.
        """
        if not self._looked:
            self._look()
        self.proof(self.erp.engine)

    def _look(self) -> None:
        try:
            require_schema(self.erp.engine, self.erp.tables)
        except PermanentError as error:
            # A database that is being restored, or rights that come later: waiting helps.
            raise AwayError(error.sentence, PART) from error
        self.rights(self.erp.engine)
        self.first()
        self._looked = True
