"""What became of a change that is to be taken back, in sentences for a person. Pure."""

from dataclasses import dataclass

from shared.contracts.said import Said, said, verbatim

_RECORDS = {
    "activity": said("activity"),
    "contact": said("contact"),
    "forbidden_email": said("forbidden e-mail"),
    "relationship": said("relationship"),
    "task": said("task"),
}


@dataclass(frozen=True, slots=True)
class Undone:
    """One change of a mail, and what became of it.

    Attributes:
        what: The record and what was changed.
        done: Whether it is taken back now.
        detail: What was done, or why not.
    """

    what: Said
    done: bool
    detail: Said

    @property
    def sentence(self) -> Said:
        """Both in one line."""
        return said("{what}: {detail}", what=self.what, detail=self.detail)


def record_named(entity: str, name: object, address: str | None) -> Said:
    """Return a record by its number, with the address that the change was about."""
    record = said("{record} {name}", record=_RECORDS.get(entity) or verbatim(entity), name=name)
    return said("{record}, {address}", record=record, address=address) if address else record
