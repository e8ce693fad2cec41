"""`mail preview --task`: what a template is filled with about a task (behaviour M-4)."""

from collections.abc import Mapping

from sqlalchemy import select

from services.assembly.composition import Erp
from services.assembly.mailing import signer_of
from shared.contracts.said import said
from shared.domain.tickets import ticket
from shared.errors import WrongUseError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.database.trimmed import Trimmed
from shared.settings.environment import Environment


def values_about(erp: Erp, environment: Environment, number: str) -> Mapping[str, str]:
    """Return number, tag and subject of a task, and its newest comment, if it has one.

    Raises:
        WrongUseError: No task has this number.
        ConfigurationError: There is no secret yet.
        TransientError: The database is unreachable.
    """
    signer, task = signer_of(erp.own_mail, environment), erp.tables.table("task").c
    query = select(task.id, task.subject).where(Trimmed(task.number) == number)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        row = connection.execute(query.order_by(task.id)).first()
        if row is None:
            raise WrongUseError(
                said("no task has the number {number}: crmservice list tasks", number=number)
            )
        values = {"task_number": number, "ticket": ticket(number, signer), "subject": row.subject}
        if erp.tables.has("task_comment"):
            comment = erp.tables.table("task_comment").c
            newest = select(comment.text).where(comment.task == row.id).order_by(comment.id.desc())
            values |= {"comment": text} if (text := connection.scalar(newest.limit(1))) else {}
    return {name: value or "" for name, value in values.items()}
