"""Who may change the task of a problem (behaviour S-8). Pure."""

from dataclasses import dataclass

from shared.contracts.said import Said, said
from shared.domain.public_mail import of_one_domain


@dataclass(frozen=True, slots=True)
class ProblemTask:
    """The task of a problem.

    Attributes:
        contract: Id of the contract that it is under.
        makers: Senders of the mail that has made it; of a task that people made, nobody.
    """

    id: int
    number: str
    contract: int | None = None
    makers: frozenset[str] = frozenset()


def customer_may_not(task: ProblemTask, sender: str, contract: int | None) -> Said | None:
    """Return why a customer may not change `task` and put it under `contract`; None if he may."""
    if not task.makers or not all(of_one_domain(sender, maker) for maker in task.makers):
        return said("S-8: nobody of the sender's domain has made the task of this problem")
    if task.contract is not None and task.contract != contract:
        return said("S-8: the task of this problem is under another contract, and stays there")
    return None
