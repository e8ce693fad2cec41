"""The typed settings of one technology box (manual, chapters 7 and 15.8)."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ConfigDict, Field

from shared.settings.box_keys import BoxKeys
from shared.settings.calendar_keys import CalendarKeys
from shared.settings.conversation_keys import ConversationKeys
from shared.settings.mailbox_keys import MailboxKeys
from shared.settings.manual_keys import ManualKeys
from shared.settings.outgoing_keys import OutgoingKeys
from shared.settings.pause import is_paused
from shared.settings.trust_keys import TrustKeys
from shared.settings.xml_mail_keys import XmlMailKeys


class Box(
    CalendarKeys,
    ConversationKeys,
    XmlMailKeys,
    OutgoingKeys,
    TrustKeys,
    MailboxKeys,
    BoxKeys,
    ManualKeys,
):
    """One technology box; each key is declared at the field that it fills.

    Defaults may depend on fields of `ManualKeys`, so that comes last here: pydantic fills the
    fields of the last base first.

    Attributes:
        vocabulary: What the configuration adds to the built-in phrases, by key (V).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    vocabulary: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    def members_of(self, address: str) -> tuple[str, ...]:
        """Return the users that `address` counts as; nothing for an address that is no group."""
        groups = (group for group in self.mail_groups if group.address == address)
        return tuple(dict.fromkeys(member for group in groups for member in group.members))

    def paused_at(self, moment: datetime) -> bool:
        """Tell whether the box may not be connected to at `moment`, an aware datetime (I-4)."""
        if self.stop_from is None or self.stop_to is None:
            return False
        return is_paused(moment, self.stop_from, self.stop_to, self.time_zone)
