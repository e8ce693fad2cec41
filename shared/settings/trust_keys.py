"""Keys of ours for what a sender may do (S-1)."""

from typing import Annotated, Literal

from pydantic import BaseModel

from shared.settings.key import Key
from shared.settings.values import choice, text


class TrustKeys(BaseModel):
    """Keys of ours for what a sender may do (S-1)."""

    authserv_id: Annotated[
        str | None,
        Key(
            "authservId",
            text,
            doc="Name by which the receiving server signs `Authentication-Results`.",
            source="S-1",
        ),
    ] = None
    sender_proof: Annotated[
        Literal["refuted", "unproven", "off"],
        Key(
            "senderProof",
            choice("refuted", "unproven", "off"),
            doc="When privileged effects are refused: sender `refuted`, also `unproven`, or `off`.",
            source="S-1",
        ),
    ] = "refuted"
