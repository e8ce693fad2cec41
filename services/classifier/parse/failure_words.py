"""Words by which mail servers say why they refuse (B-3), folded: lower case, no diacritics.

Each pattern is an alternation of plain phrases with short gaps: linear.
"""

from services.classifier.parse.seldom import SeldomPattern


def _any(*phrases: str) -> SeldomPattern:
    return SeldomPattern("|".join(phrases))


FULL = _any(
    r"(?:mailbox|mail box|inbox|account|user|maildir|recipient).{0,30}(?:is |was |has |are )"
    r".{0,20}(?:full\b|over ?quota)",
    r"mailbox (?:for \S{1,100} )?(?:full|size limit|exceeds)|full mailbox|box full",
    r"over ?(?:the )?(?:disk |storage |mail |allowed |allotted )?quota|quota.{0,20}(?:exceed|full)",
    r"exceed(?:ed|s|ing)?.{0,40}(?:quota|storage|mailbox size)|not enough (?:storage|space|disk)",
    r"insufficient (?:system )?(?:storage|disk|space)|no space left|out of (?:disk )?space",
    r"storage (?:limit|space|allocation)|too much mail data|disk quota|would exceed",
    r"exceeds? (?:the )?(?:maximum |allowed )?(?:storage|mailbox)|message store.{0,20}full",
    r"schranka.{0,40}(?:plna|preplnena|kapacit)|plna schranka|prekrocen[ay]? (?:kvot|kapacit)",
    r"postfach.{0,40}voll|speicherplatz|boite.{0,30}pleine|casella.{0,20}piena|buzon.{0,20}lleno",
    r"skrzynka.{0,30}(?:pelna|przepelniona)|storage is full|mailbox has reached|552 .{0,20}storage",
)
"""A full mailbox: soft."""

SOFT = _any(
    r"after (?:pipelined )?mail from|unrout(?:e)?able sender|sender address|sender domain|mailfrom",
    r"misconfigured|send mail as|groups\.google\.com|malformed or unexpected name server"
    r"|not found, try again|try again later|temporarily",
    r"blacklist|block ?list|spamhaus|spamcop|my name was rejected|too many recipients",
    r"message size exceed|size limit|message too (?:big|large)|googlegroups\.com|groups/answer",
    r"in (?:reply|response) to (?:end of data|mail from)|delivery failed \d{1,3} attempts",
)
"""Never the address's fault, however exact the status claims to be: soft."""

MOVED = _any(
    r"user (?:has )?moved to|has moved to|new e-?mail address is|has been replaced by|"
    r"address (?:has )?changed|no longer uses this|has changed (?:his|her|their) address",
)
"""The recipient is elsewhere now."""

GONE = _any(
    r"(?:user|recipient|mailbox|mail box|account|address|alias|person|name|customer|member)s?\b"
    r".{0,90}\b(?:unknown|un ?known|not found|does ?n.t exist|does not exist|do not exist"
    r"|doesn t exist|not known|not exist|invalid|not listed|no longer (?:exist|valid|available"
    r"|active|with|on server|in use|accepts)|nonexist|non-exist|not a (?:known|valid)"
    r"|not recognized|not valid|is not a|not defined|is not in\b|could ?n.t be found"
    r"|could not be found|wasn t found|has been (?:removed|deleted)|deleted|isn t in my)",
    r"(?:unknown|no such|invalid|nonexistent|non-existent|undefined|bad|unrecognized"
    r"|unable to find|cannot find|can.t find|not find|illegal|no valid)"
    r"(?: \w{1,12}){0,3} (?:user|recipients?|mailbox|account|address(?:es)?|alias|person"
    r"|customer|host|domain|destination|e-?mail|local part|name)",
    r"there is no (?:user|account|mailbox|one|such)|no (?:mailbox|account|user|person) (?:here|by"
    r"|with|found|named|exists)|does not have an? (?:\S{1,40} )?(?:account|mailbox)",
    r"doesn.?t have an? (?:\S{1,40} )?(?:account|mailbox)|no mail ?box (?:here|by|found)",
    r"mailbox unavailable|no mail ?box available|user unknown|unknown user|unknown recipient"
    r"|unknown local|unknown address|user not found",
    r"address not found|recipient not found|resolver\.adr\.(?:ex)?recipnotfound|recipnotfound",
    r"host (?:or domain name )?(?:unknown|not found)|unknown host|host name lookup failure",
    r"domain (?:name )?(?:\S{1,100} )?(?:not found|does ?n.t exist|does not exist|unknown)",
    r"name or service not known|no such domain|unrouteable|unroutable|nxdomain|bad destination",
    r"could(?:n.t| not) find any host|couldn.t be found or is unable|no mx|all relevant mx",
    r"name service error.{0,80}not found|nullmx|domain .{0,60}not accept mail|"
    r"no route found to domain|not listed in (?:domino|public)|no existe|desconocid|inconnu"
    r"|utente sconosciuto|n.existe pas|inexistente|nicht bekannt|unbekannt|existiert nicht"
    r"|nicht gefunden|nie istnieje|neexistuje|nenalezen|nebyla nalezena|neznam[ya]",
    r"not our customer|not a local (?:user|address)|is a deactivated|not a known user"
    r"|not known here"
    r"|no longer (?:employed|works|a valid)|recipient(?: address)? rejected: (?:user|access denied)"
    r"|addressee unknown|not exist|nobody here|this user doesn|this address no longer"
    r"|invalid recipient|recipient unknown|no such (?:person|address|user|local)",
)
"""The address does not exist, or its domain does not."""

POLICY = _any(
    r"\bspam|spamhaus|spamcop|black ?list|block ?list|\bdnsbl|\brbl\b|blocked|reputation|banned",
    r"relay(?:ing)? (?:access )?(?:denied|not|prohibited|is not)|unable to relay|cannot relay",
    r"not permitted to relay|relaying|authenticat|\bspf\b|\bdkim\b|\bdmarc\b|policy|policies",
    r"virus|malware|content (?:rejected|filter)|message (?:was )?rejected|too (?:big|large|long)",
    r"exceeds? .{0,30}size|size limit|maximum (?:message )?size|unsolicited|\bptr\b|reverse dns",
    r"not authori[sz]ed|access denied|permission|restricted|sender .{0,40}(?:reject|denied|invalid"
    r"|not exist|verify|unknown|not allowed)|administrative(?:ly)? prohib|prohibited|suspicious",
    r"rate limit|too many|\btls\b|nevyzadan|odmitnut.{0,30}(?:zasad|pravid)|abgelehnt"
    r"|not accepting",
)
"""A policy, spam, a mail too big: soft."""

TEMPORARY = _any(
    r"temporar|try again|timed? ?out|connection (?:refused|reset|lost|died)|deferred|delayed",
    r"expired|retry|still being|will be retried|greylist|docasn|vorubergehend|system error",
    r"loop|too many hops|unreachable|not responding|resources|local error|disabled",
    r"service unavailable",
    r"suspended|inactive|deactivat|on vacation|locked|frozen",
)
"""Temporary, or trouble of systems and of accounts that may come back: soft."""

DELAYED = _any(
    r"not yet (?:been )?delivered|delivery attempts will continue|will continue to try",
    r"will keep trying|still being retried|delivery delayed|this is a warning message only",
    r"no action is required on|you do not need to resend|dorucovani .{0,30}zpozden",
    r"zustellung .{0,30}verzogert",
)
"""The sender of the bounce goes on trying."""
