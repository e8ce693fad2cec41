"""Why a connection failed, in our words, whatever the system or OpenSSL call it.

Their texts differ between versions and name lines of their own source, and nobody can say them in
other languages (faults F-59, F-60).
"""

import errno
import socket
import ssl
from collections.abc import Iterator

from shared.contracts.said import Said, said, verbatim

_BROKEN_OFF = said("it closed the connection")

_OF_KINDS: tuple[tuple[type[BaseException], Said], ...] = (
    (TimeoutError, said("no answer in time")),
    (ConnectionRefusedError, said("nothing listens there")),
    (socket.gaierror, said("its name is not known")),
    (UnicodeError, said("its name cannot be a name of a server")),
    (ssl.SSLZeroReturnError, _BROKEN_OFF),
    (ssl.SSLEOFError, _BROKEN_OFF),
    (ConnectionError, _BROKEN_OFF),
)

_OF_NUMBERS = {
    errno.ENETUNREACH: said("no way leads to its network"),
    errno.EHOSTUNREACH: said("no way leads to it"),
    errno.ETIMEDOUT: said("no answer in time"),
}

_NO_VERSION = said("it offers no version of TLS from 1.2 on")
_NO_CIPHER = said("it has no cipher in common with this machine")
_NO_TLS = said("what it answers is not TLS")
_OF_TLS = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "UNKNOWN_PROTOCOL": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "HTTP_REQUEST": _NO_TLS,
    "UNSUPPORTED_PROTOCOL": _NO_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": _NO_VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _NO_CIPHER,
    "NO_SHARED_CIPHER": _NO_CIPHER,
    "DH_KEY_TOO_SMALL": said("its keys are too weak"),
    "EE_KEY_TOO_SMALL": said("its keys are too weak"),
    "UNEXPECTED_EOF_WHILE_READING": _BROKEN_OFF,
}
"""By OpenSSL's names of its reasons, which last."""

_UNKNOWN_AUTHORITY = said("no authority that is trusted here has issued it")
_ANOTHER_NAME = said("it is for another name")
_OF_CERTIFICATES = {
    2: _UNKNOWN_AUTHORITY,
    9: said("it is not valid yet"),
    10: said("it has expired"),
    18: said("it is signed by itself"),
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    62: _ANOTHER_NAME,
    64: _ANOTHER_NAME,
}
"""By the numbers of X509_verify_cert_error_string(3)."""


def connection_trouble(error: BaseException) -> Said:
    """Return why a connection did not come about or broke, without its server's name.

    Args:
        error: Of a socket or of TLS. One of another kind is named as the code names it.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return refused_certificate(error)
    return next(_meanings(error), None) or verbatim(type(error).__name__)


def refused_certificate(error: ssl.SSLCertVerificationError) -> Said:
    """Return why a certificate is refused; what is rare, in OpenSSL's words."""
    known = _OF_CERTIFICATES.get(getattr(error, "verify_code", 0))
    return known or verbatim(getattr(error, "verify_message", None) or type(error).__name__)


def _meanings(error: BaseException) -> Iterator[Said]:
    yield from (words for kind, words in _OF_KINDS if isinstance(error, kind))
    if isinstance(error, ssl.SSLError):
        # OpenSSL's names are capital letters: less than a sentence, and the same everywhere.
        reason = error.reason or type(error).__name__
        yield _OF_TLS.get(reason) or verbatim(reason)
    elif isinstance(error, OSError):
        if error.errno in _OF_NUMBERS:
            yield _OF_NUMBERS[error.errno]
        if error.strerror:
            yield verbatim(error.strerror)
