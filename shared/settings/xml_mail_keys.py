"""Keys of ours for mail whose XML makes records (E-4)."""

from typing import Annotated

from pydantic import BaseModel, SecretStr

from shared.settings.key import Key
from shared.settings.values import address, flag, long_secret


class XmlMailKeys(BaseModel):
    """Keys of ours for mail whose XML makes records (E-4)."""

    xml_mail: Annotated[
        bool,
        Key(
            "xmlMail",
            flag,
            doc="`true`: XML mail of an `xmlSender` with `xmlSecret` makes and changes tasks, "
            "contacts and companies; see `xml-mail.md`.",
            source="E-4",
        ),
    ] = False
    xml_secret: Annotated[
        SecretStr | None,
        Key(
            "xmlSecret",
            long_secret,
            doc="What XML mail proves itself by: at least 16 characters.",
            source="E-4",
            secret=True,
        ),
    ] = None
    xml_sender: Annotated[
        tuple[str, ...],
        Key(
            "xmlSender",
            address,
            doc="Address that XML mail may come from; answers go to it, too.",
            source="E-4",
        ),
    ] = ()
