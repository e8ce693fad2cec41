"""A leaf of a mail, or of a package in it, with the bytes that it is in."""

from dataclasses import dataclass

from services.classifier.parse.scanner import Part
from services.classifier.parse.transfer import decoded_prefix, transfer_encoding
from shared.contracts.content import Inside


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part, and where its bytes are.

    Attributes:
        source: The bytes that it is a range of.
        part: What its header says.
        package: The part of the mail whose decoded bytes `source` is a piece of; None for a part
            of the mail itself.
        offset: Where that piece begins; None if it is none, so that no file can be stored of it.
        name: What the package calls it.
    """

    source: bytes
    part: Part
    package: Part | None = None
    offset: int | None = 0
    name: str = ""

    def beginning(self, limit: int) -> bytes:
        """Return at most the first `limit` encoded bytes, decoded."""
        return decoded_prefix(self.source, self.part, limit)

    @property
    def inside(self) -> Inside | None:
        """The place in the package."""
        if self.package is None or self.offset is None:
            return None
        encoding = transfer_encoding(self.part.headers)
        start, end = self.offset + self.part.start, self.offset + self.part.end
        return Inside(start=start, end=end, encoding=encoding)
