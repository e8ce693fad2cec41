import pytest

from services.fetcher.sources.pop3.refusal import Refusal, meaning_of_command, meaning_of_login

LOGINS = {
    "[IN-USE] Do you have another POP session running?": Refusal.BUSY,
    "[in-use] mailbox": Refusal.BUSY,
    "[INUSE] Mailbox is locked": Refusal.BUSY,
    "[LOGIN-DELAY] wait 5 minutes": Refusal.LATER,
    "[LOGIN-DELAY 300] minimum time between logins": Refusal.LATER,
    "[SYS/TEMP] Temporary authentication failure": Refusal.LATER,
    "[SYS/TEMP] Login failed, account locked for maintenance": Refusal.LATER,
    "[UNAVAILABLE] Temporary authentication failure.": Refusal.LATER,
    "[SYS/PERM] mailbox is locked by the administrator": Refusal.LOGIN,
    "[SYS/PERM] POP access is disabled, try again never": Refusal.LOGIN,
    "[AUTH] account locked, try again later": Refusal.LOGIN,
    "[AUTH] mailbox in use": Refusal.LOGIN,
    "Mailbox locked by another process": Refusal.BUSY,
    "maildrop already locked": Refusal.BUSY,
    "Unable to lock maildrop": Refusal.BUSY,
    "can't get a lock on mailbox, it is in use": Refusal.BUSY,
    "Another session is active": Refusal.BUSY,
    "Too many simultaneous connections": Refusal.LATER,
    "Too many POP3 logins, please wait": Refusal.LATER,
    "Maximum number of connections from user+IP exceeded": Refusal.LATER,
    "Server busy, try again later": Refusal.LATER,
    "Temporary failure": Refusal.LATER,
    "Internal server error": Refusal.LATER,
    "Connection is closed. 10": Refusal.LATER,
    "POP3 access is disabled for this user": Refusal.LOGIN,
    "POP is not enabled for your account. Try again after switching it on": Refusal.LOGIN,
    "account is disabled": Refusal.LOGIN,
    "Your account has been temporarily locked": Refusal.LOGIN,
    "account locked, try again later": Refusal.LOGIN,
    "User account is locked out": Refusal.LOGIN,
    "account suspended; maildrop in use by billing": Refusal.LOGIN,
    "too many failed logins, account is blocked": Refusal.LOGIN,
    "Logon failure: unknown user name or bad password.": Refusal.LOGIN,
    "invalid password, try again": Refusal.LOGIN,
    "Authentication failed, please try again": Refusal.LOGIN,
    "no": Refusal.LOGIN,
}


@pytest.mark.parametrize("words", LOGINS)
def test_a_refused_login_is_understood(words: str) -> None:
    """F-55, F-61: codes count first, then words: an account that is locked is never knocked at."""
    assert meaning_of_login(f"-ERR {words}") is LOGINS[words]


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("[SYS/TEMP] disk is away", Refusal.LATER),
        ("[IN-USE] expired lock", Refusal.BUSY),
        ("[SYS/PERM] message is damaged", Refusal.MAIL),
        ("no such message", Refusal.MAIL),
        ("message is in use", Refusal.MAIL),
    ],
)
def test_only_a_code_makes_a_refused_mail_the_servers_trouble(words: str, meaning: Refusal) -> None:
    """F-53: what is said of a mail in words is about this mail."""
    assert meaning_of_command(f"-ERR {words}") is meaning
