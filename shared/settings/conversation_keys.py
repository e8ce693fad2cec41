"""Keys of ours for conversations with customers."""

from typing import Annotated

from pydantic import BaseModel

from shared.settings.key import Key
from shared.settings.values import address, flag, text


class ConversationKeys(BaseModel):
    """Keys of ours for conversations with customers."""

    conversations: Annotated[
        bool,
        Key(
            "conversations",
            flag,
            doc="`true`: answers are filed under the task whose tag is in their subject, and "
            "comments for customers are mailed.",
            source="E-1, E-2",
        ),
    ] = False
    support_address: Annotated[
        str | None,
        Key(
            "supportAddress",
            address,
            doc="Address of people who get what cannot be decided, and what customers answer.",
            source="E-1, E-3",
        ),
    ] = None
    ticket_box: Annotated[
        bool,
        Key(
            "ticketBox",
            flag,
            doc="`true`: mail from outside without a number opens a task.",
            source="E-7",
        ),
    ] = False
    ticket_contract: Annotated[
        str | None,
        Key("ticketContract", text, doc="Number of the contract of such tasks.", source="E-7"),
    ] = None
    ticket_solver: Annotated[
        str | None,
        Key(
            "ticketSolver",
            text,
            doc="Login or address of the user who solves such tasks.",
            source="E-7",
        ),
    ] = None
    ticket_answer: Annotated[
        bool,
        Key(
            "ticketAnswer",
            flag,
            doc="`true`: the sender gets the number of his new task by mail.",
            source="E-7",
        ),
    ] = False
