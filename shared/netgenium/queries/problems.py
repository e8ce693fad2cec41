"""Reads what is known of the tasks of problems: the classifier predicts, the writer decides."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from shared.domain.problem_tasks import ProblemTask
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.tables import effect_table, journal_table
from shared.netgenium.queries.recorded import read_problem_tasks
from shared.netgenium.schema.tables import ErpTables


def read_problems(
    connection: Connection, erp: ErpTables, problem_ids: Iterable[str]
) -> Mapping[str, ProblemTask]:
    """Return the task of each problem that has one, with its contract and its makers (P-2, S-8)."""
    found = read_problem_tasks(connection, erp, problem_ids)
    ids = {task_id for task_id, _ in found.values()}
    contracts, makers = _contracts(connection, erp, ids), _makers(connection, ids)
    return {
        problem: ProblemTask(
            task_id, number, contracts.get(task_id), frozenset(makers.get(task_id, ()))
        )
        for problem, (task_id, number) in found.items()
    }


def _contracts(connection: Connection, erp: ErpTables, ids: set[int]) -> Mapping[int, int | None]:
    if not erp.has("task", "contract"):
        return {}
    task = erp.table("task").c
    return {
        row.id: row.contract
        for chunk in in_chunks(sorted(ids))
        for row in connection.execute(select(task.id, task.contract).where(task.id.in_(chunk)))
    }


def _makers(connection: Connection, ids: set[int]) -> Mapping[int, set[str]]:
    """Return senders of the mails that have made the tasks; people's own tasks have none."""
    effect, journal = effect_table.c, journal_table.c
    makers: dict[int, set[str]] = {}
    for chunk in in_chunks(sorted(ids)):
        query = (
            select(effect.record_id, journal.sender)
            .join_from(effect_table, journal_table, effect.cause_id == journal.mail_id)
            .where(
                effect.record_id.in_(chunk),
                effect.entity == "task",
                effect.kind == "create_task",
                journal.sender.is_not(None),
            )
        )
        for task_id, sender in connection.execute(query):
            makers.setdefault(task_id, set()).add(sender)
    return makers
