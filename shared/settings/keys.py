"""All keys of a box's XML file: the loader, its hints and the page follow the fields of `Box`."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.settings.box_keys import BoxKeys
from shared.settings.calendar_keys import CalendarKeys
from shared.settings.conversation_keys import ConversationKeys
from shared.settings.key import DeclaredKey, declared
from shared.settings.mailbox_keys import MailboxKeys
from shared.settings.manual_keys import ManualKeys
from shared.settings.outgoing_keys import OutgoingKeys
from shared.settings.trust_keys import TrustKeys
from shared.settings.vocabulary_keys import VOCABULARY_KEYS
from shared.settings.xml_mail_keys import XmlMailKeys

_GROUPS = (
    *(ManualKeys, BoxKeys, MailboxKeys, TrustKeys),
    *(OutgoingKeys, ConversationKeys, XmlMailKeys, CalendarKeys),
)

KEYS: tuple[DeclaredKey, ...] = (
    *(key for group in _GROUPS for key in declared(group)),
    *VOCABULARY_KEYS,
)

KEY_BY_NAME: Mapping[str, DeclaredKey] = MappingProxyType({key.name: key for key in KEYS})

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
