"""Sentences of mail systems that introduce the recipients that failed, and what ends their say.

Those that are compared with folded lines have no diacritics. Each is linear.
"""

import re

from services.classifier.parse.seldom import SeldomPattern

ORIGINAL = SeldomPattern(
    r"^[ \t>]{0,4}(?:"
    r"-{2,30} ?(?:below this line|this is a copy|original message|the header|message header"
    r"|returned (?:message|mail)|unsent message|forwarded message|original mail|the body"
    r"|message (?:text|body) follows|start of returned|undelivered message|begin message"
    r"|the original)"
    r"|return-path:|received: ?from|received: ?\(|original message follows|your original message"
    r"|the (?:header of the )?original message follows|puvodni zprava|původní zpráva|ursprüngliche"
    r"|the text of (?:your|the) (?:original )?message|original message headers|-{3,8} original"
    r"|puvodni hlavicky|\*{3,8} ?original|the first \d{1,4} lines of|(?:original )?message headers:"
    r"|message header follows|here is a copy|headers of the original)",
    re.IGNORECASE | re.MULTILINE,
)
"""The original begins here."""

GAVE_UP = SeldomPattern(
    r"\b5(?:\.\d{1,3}){2}\b|\b55[0-9][ -]|(?:error|fail(?:ed|ure)|problem).{0,40}deliver"
    r"|mailbox.{0,30}\bfull\b|delivery report unavailable"
)
"""Says that a mail was given up, where it is sure that a mail system speaks."""

INTRODUCTION = SeldomPattern(
    r"address(?:es|\(es\))?|recipients?|undeliver|deliver|failed|failure|unknown|not found"
    r"|rejected|returned|permanent|error|transcript|unable|invalid|no such|cannot|could not"
    r"|did not reach|dorucen|dorucit|nedoruc|prijem|zustell|empfanger|remis|destinat|entreg"
    r"|bezorg|odbiorc|dostarcz|adres|mailbox|^\s*<?[^\s@]{1,64}@[^\s@]{1,200}>?:?$|rcpt to"
    r"|5\d\d[ -]|5\.\d\.\d|to:|wasn.t able|mail system at host"
)
"""Enough, where a mail system speaks."""

FAILED = SeldomPattern(
    r"(?:could|can|was|were|is|has|have|did|will)(?: not|n.?t) (?:be |been )?(?:deliver|reach|sent)"
    r"|cannot (?:be )?(?:deliver|sent|reach)|unable to (?:deliver|send)|not able to deliver"
    r"|\bundeliver|(?:delivery|deliver) .{0,60}fail|fail(?:ed|ure).{0,40}deliver"
    r"|fail(?:ed|ure) (?:recipient|address|reason)|(?:recipient|address).{0,30}(?:failed|reject)"
    r"|returned to (?:the )?sender|permanent(?: \w{1,12})? (?:delivery )?error"
    r"|not delivered to|mail system at host"
    r"|nezdaril|nedoruc|nelze dorucit|nemohl[ao]? byt doruc|nebyl[ao]? doruc"
    r"|nepodarilo .{0,30}doruc|zustellung an folgende|fehler .{0,30}zustell|echec .{0,30}remise"
    r"|nicht .{0,40}zugestellt|unzustellbar|non remis|pas pu etre (?:remis|delivre|distribue)"
    r"|no .{0,20}entreg|niet .{0,30}bezorg|aflevering .{0,60}mislukt|nie .{0,40}dostarcz"
    r"|niedostarcz|niedorecz|dostarczenie .{0,60}nie powiodlo|mancato recapito"
    r"|errore .{0,30}recapito|zlyhal.{0,30}dorucen|dorucen.{0,30}zlyhal|kezbesithetetlen"
    r"|kezbesites.{0,60}nem sikerult|nem .{0,20}kezbesit"
)
"""Says by itself that a mail was not delivered; asked of whoever may be no mail system."""

SUCCEEDED = SeldomPattern(
    r"success(?:ful|fully)?.{0,30}(?:deliver|relay|sent)|(?:deliver|relay)(?:ed|y).{0,30}success"
    r"|uspesne doruc|erfolgreich (?:zugestellt|ubermittelt|weitergeleitet)"
)
"""Says that a mail did arrive, or went on (RFC 3461: `delivered`, `relayed`)."""

LEFT = SeldomPattern(
    r"(?:no longer|not) (?:an? )?(?:works?|employ|with (?:us|the company|our))|on vacation"
    r"|out of (?:the )?office|automatic (?:message|reply|response)|ji?z? ?(?:u nas |zde )?nepracuje"
    r"|mimo kancelar|dovolen|abwesend|im urlaub|nicht mehr (?:bei uns|im unternehmen)"
)
"""An answer that a machine gives for a person: of such addresses none has failed (H-23)."""

LISTED = SeldomPattern(
    r"[\s*-]{0,40}(?:(?:(?:failed |final |original )?(?:recipients?|address(?:es)?)|to|komu|an"
    r"|prijemce|adresat|email|e-mail|delivery failed)\s?:\s?)?[<\"'(\[]{0,2}[^\s<>:;,\"'()]{1,64}@"
)
"""A line that begins with an address, alone or as whom a mail was for."""

BRACKETED = SeldomPattern(r"\s{0,40}<[^\s<>@]{1,64}@[^\s<>@]{1,200}>:?\s*$")
"""An address alone in its line, as only machines write it."""

MEANT = SeldomPattern(
    r"(?:<|\b(?:(?:to|for)\b ?:? ?|(?:recipients?|address(?:es)?|komu|adresa) ?: ?)[<\"'(\[]?)"
    r"([^\s<>:;,\"'()\[\]]{1,64}@[^\s<>;,\"'()]{1,250})",
    re.IGNORECASE,
)
"""An address in a sentence that says whom a mail was for."""

NEVER = SeldomPattern(
    r"^[> ]{0,4}(?:from|reply-to|sender|message-id|return-path|received|cc|date|subject"
    r"|x-[a-z-]{2,30}"
    r"|references|in-reply-to|mail from|reporting-mta|odesilatel|von|od|de)\s?:"
    r"|mail from:|message-id|please (?:contact|forward|send|e-?mail)|contact (?:the|your|us)|http"
    r"|for (?:further |more )?(?:assistance|help|information)|postmaster@|send (?:mail|e-?mail) to"
    r"|if you (?:do so|have|need|feel|believe)|message from|sender address|from address|sent by"
    r"|write to|new (?:e-?mail )?address|napiste|piste|novy kontakt|kontaktujte|wenden sie"
)
"""Addresses of these lines are somebody else's."""
