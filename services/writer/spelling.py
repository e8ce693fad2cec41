"""Commands as the database can hold them, so that what is compared is what was stored (NG-7).

Done once for a whole command, whatever its fields: a NUL, half a surrogate pair or a letter that
the database does not have never reaches a statement, and never tells two values apart that are
stored alike.
"""

from sqlalchemy import Dialect

from shared.contracts.base import Contract
from shared.contracts.messages import MailClassified
from shared.netgenium.schema.types import spelled


def as_spelled(mail: MailClassified, dialect: Dialect) -> MailClassified:
    """Return `mail` with its Message-ID and commands' texts as the database can hold them."""
    content = mail.content
    if content is not None:
        message_id = _spelled(content.message_id, dialect)
        if message_id is not content.message_id:
            content = content.model_copy(update={"message_id": message_id})
    new = {
        "commands": _spelled(mail.commands, dialect),
        "otherwise": _spelled(mail.otherwise, dialect),
        "content": content,
    }
    changed = {name: value for name, value in new.items() if value is not getattr(mail, name)}
    return mail.model_copy(update=changed) if changed else mail


def _spelled(value: object, dialect: Dialect) -> object:
    """Return `value` itself where nothing in it changes."""
    if isinstance(value, str):
        new = spelled(value, dialect)
        return value if new == value else new
    if isinstance(value, tuple):
        items = tuple(_spelled(item, dialect) for item in value)
        return value if all(map(_same, items, value)) else items
    if isinstance(value, dict):
        texts = {name: _spelled(old, dialect) for name, old in value.items()}
        return value if all(map(_same, texts.values(), value.values())) else texts
    if isinstance(value, Contract):
        fields = vars(value).items()
        changed = {name: now for name, old in fields if (now := _spelled(old, dialect)) is not old}
        return value.model_copy(update=changed) if changed else value
    return value


def _same(one: object, other: object) -> bool:
    return one is other
