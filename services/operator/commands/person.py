"""Who does something: recorded in the audit."""

import os
from getpass import getuser

from shared.contracts.said import said
from shared.errors import WrongUseError


def who(named: str | None) -> str:
    """Return the login, behind the name that was given; nobody can act in another one's name alone.

    Raises:
        WrongUseError: The name is no name.
    """
    if named is None:
        return _login()
    if not named.strip() or not named.isprintable():
        raise WrongUseError(said("--by wants the name of a person, in one line"))
    return f"{named.strip()} ({_login()})"


def _login() -> str:
    """Return the login; in a container a user may have none, then the number."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
