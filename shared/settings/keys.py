"""The one table of all keys of a box's XML file: the loader, its hints and the docs follow it."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.settings.key import Key
from shared.settings.manual_keys import MANUAL_KEYS
from shared.settings.own_keys import OWN_KEYS
from shared.settings.vocabulary_keys import VOCABULARY_KEYS

KEYS: tuple[Key, ...] = MANUAL_KEYS + OWN_KEYS + VOCABULARY_KEYS

KEY_BY_NAME: Mapping[str, Key] = MappingProxyType({key.name: key for key in KEYS})

OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "pop3Server": "pop3Url",
        "pop3Host": "pop3Url",
        "pop3User": "pop3Name",
        "pop3UserName": "pop3Name",
        "imapServer": "imapUrl",
        "imapHost": "imapUrl",
        "imapEmail": "pop3Email",
        "imapName": "pop3Name",
        "imapUser": "pop3Name",
        "imapPassword": "pop3Password",
        "imapOAuth": "pop3OAuth",
        "smtpUrl": "smtpServer",
        "smtpUser": "smtpName",
    }
)
"""Names that people expect; the address and the login have one set of keys for both protocols."""
