"""What every contract has in common."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Frozen. A field it does not know is an error when it is made, so that no service guesses.

    When it is read such a field is passed over: a newer service adds optional fields without a new
    version, and the older ones beside it go on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def read(cls, fields: object) -> Self:
        """Return what another service has made, from `fields`.

        Raises:
            ValidationError: It is none of a version that we know.
        """
        return cls.model_validate(fields, extra="ignore")

    @classmethod
    def read_json(cls, text: str | bytes) -> Self:
        """Return what another service has made, from its JSON.

        Raises:
            ValidationError: It is none of a version that we know.
        """
        return cls.model_validate_json(text, extra="ignore")
