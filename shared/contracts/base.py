"""What every contract has in common."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Frozen; a field it does not know is an error, so that no service guesses."""

    model_config = ConfigDict(frozen=True, extra="forbid")
