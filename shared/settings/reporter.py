"""Reads who may report that mail came back (behaviour S-7). Pure."""

import re

from shared.contracts.said import said
from shared.settings.values import NotAllowedError

_REPORTER = re.compile(r"(?:[^\s@<>,;\"]+@)?(?:\*\.)?[\w-]+(?:\.[\w-]+)+")


def reporter(value: str) -> str:
    """Read who may report: an address or a domain, with `*` for anything, in lower case (S-7)."""
    written = value.strip().lower()
    if _REPORTER.fullmatch(written) is None:
        raise NotAllowedError(
            said("an address as bounces@relay.cz, or a domain as relay.cz, *.relay.cz")
        )
    return written if "@" in written else f"*@{written}"
