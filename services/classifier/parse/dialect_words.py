"""Sentences of mail systems that introduce the recipients that failed, and what ends their say.

Those that are compared with folded lines have no diacritics. Each is linear.
"""

import re

ORIGINAL = re.compile(
    r"^[ \t>]{0,4}(?:"
    r"-{2,30} ?(?:below this line|this is a copy|original message|the header|message header"
    r"|returned (?:message|mail)|unsent message|forwarded message|original mail|the body"
    r"|message (?:text|body) follows|start of returned|undelivered message|begin message"
    r"|the original)"
    r"|return-path:|received: from|received: \(|original message follows|your original message"
    r"|the (?:header of the )?original message follows|puvodni zprava|původní zpráva|ursprüngliche"
    r"|the text of (?:your|the) (?:original )?message|original message headers|-{3,8} original"
    r"|puvodni hlavicky|\*{3,8} ?original|the first \d{1,4} lines of|(?:original )?message headers:"
    r"|message header follows|here is a copy|headers of the original)",
    re.IGNORECASE | re.MULTILINE,
)
"""The original begins here."""

INTRODUCTION = re.compile(
    r"address(?:es|\(es\))?|recipients?|undeliver|deliver|failed|failure|unknown|not found"
    r"|rejected|returned|permanent|error|transcript|unable|invalid|no such|cannot|could not"
    r"|did not reach|dorucen|dorucit|nedoruc|prijem|zustell|empfanger|remis|destinat|entreg"
    r"|bezorg|odbiorc|dostarcz|adres|mailbox|^\s*<?[^\s@]{1,64}@[^\s@]{1,200}>?:?$|rcpt to"
    r"|5\d\d[ -]|5\.\d\.\d|to:|wasn.t able|mail system at host"
)
"""Enough, where a mail system speaks."""

NEVER = re.compile(
    r"^[> ]{0,4}(?:from|reply-to|sender|message-id|return-path|received|cc|date|subject"
    r"|x-[a-z-]{2,30}"
    r"|references|in-reply-to|mail from|reporting-mta|odesilatel|von|od|de)\s?:"
    r"|mail from:|message-id|please (?:contact|forward|send|e-?mail)|contact (?:the|your|us)|http"
    r"|for (?:further |more )?(?:assistance|help|information)|postmaster@|send (?:mail|e-?mail) to"
    r"|if you (?:do so|have|need|feel|believe)|message from|sender address|from address|sent by"
)
"""Addresses of these lines are somebody else's."""
