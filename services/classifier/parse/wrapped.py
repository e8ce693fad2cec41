"""A whole multipart behind one transfer encoding, which RFC 2045 section 6.4 forbids.

Some programs write it all the same. What is in it is read as if it stood free, and the whole stays
a file, too.
"""

from services.classifier.parse.scanner import Part, scan_multipart
from services.classifier.parse.transfer import transfer_encoding
from shared.backup.parts import decode_transfer


def unwrapped(raw: bytes, part: Part, defects: list[str]) -> tuple[bytes, list[Part]] | None:
    """Return the decoded body of the multipart `part` and the leaves in it; None if it is not one.

    Args:
        raw: The mail.
        part: One of its leaves.
        defects: Gets what was wrong.
    """
    encoding = transfer_encoding(part.headers)
    if not part.untyped or encoding == "identity":
        return None
    body = decode_transfer(memoryview(raw)[part.start : part.end], encoding)
    leaves = scan_multipart(body, part.headers, defects)
    if any(leaf.untyped for leaf in leaves):
        return None
    defects.append("a multipart behind a transfer encoding")
    return body, leaves
