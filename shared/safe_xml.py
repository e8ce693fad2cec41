"""XML from bytes that anybody may have written, as a plain tree (H-12, E-4). Pure.

No DTD, no entities, no network, no encoding in which a DOCTYPE could hide. The parser's own
messages are not passed on: they repeat pieces of the text, and such a piece may be part of a
password.

Known limits: an element over several lines has the number of its last one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from lxml import etree

from shared.contracts.said import Said, said

_THE_FILE = said("the file")
_DOCTYPE = b"<!DOCTYPE"
_DECLARED = re.compile(
    rb"""\A[\xef\xbb\xbf\xfe\xff\s]*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
_ENCODINGS = frozenset(
    (
        *("utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"),
        *("iso-8859-1", "iso-8859-2", "iso-8859-15"),
        *("windows-1250", "windows-1252", "cp1250", "cp1252"),
    )
)
"""In these, apart from zero bytes, everything below 128 is ASCII."""


@dataclass(frozen=True, slots=True, repr=False)
class XmlElement:
    """One element; without `repr`, because it may hold a password.

    Attributes:
        name: Its local name.
        namespace: Empty without one.
        line: Where its opening tag ends.
        text: All text directly in it.
    """

    name: str
    namespace: str
    line: int
    attributes: Mapping[str, str]
    text: str
    children: "tuple[XmlElement, ...]"


class XmlError(Exception):
    """Bytes that are not taken as XML.

    Attributes:
        line: Where; None: nobody knows.
        what: What is wrong, without any piece of the text.
        remedy: What to do about it.
    """

    def __init__(self, line: int | None, what: Said, remedy: Said) -> None:
        """Keep what is said to people."""
        super().__init__(what)
        self.line = line
        self.what = what
        self.remedy = remedy


def read_xml(raw: bytes, *, what: Said = _THE_FILE) -> XmlElement:
    """Return the root of `raw`, which messages call `what`; comments and instructions are left out.

    Raises:
        XmlError: It is not well-formed, has a DOCTYPE, or is in an encoding that is not taken.
    """
    if (line := _line_of_doctype(raw)) is not None:
        raise _doctype(line, what)
    declared = _DECLARED.match(raw.replace(b"\0", b""))
    if declared and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise _encoding(1, what)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise _syntax(error, what) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(1, what)
    return _element(root)


def _line_of_doctype(raw: bytes) -> int | None:
    # Without its zero bytes UTF-16 reads like ASCII, as far as this word goes.
    before, found, _ = raw.replace(b"\0", b"").partition(_DOCTYPE)
    return before.count(b"\n") + 1 if found else None


def _doctype(line: int, what: Said) -> XmlError:
    return XmlError(
        line, said("{what} contains a DOCTYPE", what=what), said("Remove it; none is needed.")
    )


def _encoding(line: int, what: Said) -> XmlError:
    remedy = said('Save it as UTF-8 and declare encoding="utf-8".')
    reason = said("{what} is not written in the encoding it declares", what=what)
    return XmlError(line, reason, remedy)


def _syntax(error: etree.XMLSyntaxError, what: Said) -> XmlError:
    line, column = error.position
    if "ncod" in str(error.msg):
        return _encoding(line, what)
    return XmlError(
        line or 1,
        said("{what} is not well-formed XML at column {column}", what=what, column=column),
        said("Close every element and quote; write & as &amp;, < as &lt; and a quote as &quot;."),
    )


def _element(element: etree._Element) -> XmlElement:
    # The parser takes 256 levels at most.
    name = etree.QName(element)
    texts = [element.text, *(child.tail for child in element)]
    return XmlElement(
        name=name.localname,
        namespace=name.namespace or "",
        # The stubs of lxml know no type for it.
        line=cast("int", element.sourceline),
        attributes={str(key): str(value) for key, value in element.attrib.items()},
        text="".join(str(text) for text in texts if text),
        children=tuple(_element(child) for child in element),
    )
