"""The secret of the installation, which signs our own mail (behaviours I-9, R-0)."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from shared.contracts.said import said
from shared.domain.own_mail import OwnMail
from shared.errors import ConfigProblem, ConfigurationError
from shared.owner import give, make_folder_of_owner
from shared.settings.environment import Environment
from shared.settings.reading import MissingError, UnreadableError, read_small_file

FILE = "secret"
_LIMIT_BYTES = 4096
_RANDOM_BYTES = 32


def own_mail(environment: Environment) -> OwnMail | None:
    """Return what recognises our own mail; None where there is no secret yet, so no mail either.

    Raises:
        ConfigurationError: The file of the secret cannot be read, or is empty.
    """
    if environment.secret:
        return OwnMail(environment.secret)
    file = environment.data / FILE
    try:
        text = read_small_file(file, _LIMIT_BYTES).decode("ascii", "replace").strip()
    except MissingError:
        return None
    except UnreadableError as error:
        raise ConfigurationError([ConfigProblem(str(file), error.what, error.remedy)]) from None
    if not text:
        remedy = said("remove it and run crmservice init-db")
        raise ConfigurationError([ConfigProblem(str(file), said("is empty"), remedy)])
    return OwnMail(SecretStr(text))


def make_secret(data: Path) -> None:
    """Make the file of the secret, readable for its owner alone, unless it is there.

    Raises:
        ConfigurationError: It cannot be written.
    """
    file = data / FILE
    try:
        make_folder_of_owner(data)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        what = said("cannot be written: {reason}", reason=error.strerror)
        remedy = said("correct the access rights of the data folder")
        raise ConfigurationError([ConfigProblem(str(file), what, remedy)]) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        give(descriptor, data)
        written.write(secrets.token_hex(_RANDOM_BYTES) + "\n")
