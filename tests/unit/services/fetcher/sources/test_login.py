import ssl
from pathlib import Path

import pytest

from services.fetcher.sources.login import backoff_seconds, tls_context, xoauth2
from shared.errors import ConfigurationError
from tests.builders import a_box
from tests.servers.certificates import Authority


def test_xoauth2_names_the_mailbox_and_the_token() -> None:
    """I-2: `user=` is the mailbox, parted by control characters."""
    assert xoauth2("a@b.cz", "t.o.k") == b"user=a@b.cz\x01auth=Bearer t.o.k\x01\x01"


def test_certificate_and_name_are_always_checked(tmp_path: Path) -> None:
    """I-2, F-60: TLS 1.2 at least; an authority of one's own replaces the public ones."""
    own = tls_context(a_box(ca_file=Authority(tmp_path).ca_file))

    for context in (own, tls_context(a_box())):
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert own.cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize("content", [None, "no certificate", ""])
def test_an_authority_that_is_none_is_told(tmp_path: Path, content: str | None) -> None:
    """I-2: a file that is missing or holds no certificate, before anything is connected."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationError, match=r"caFile .*ca\.pem cannot be used"):
        tls_context(a_box(ca_file=file))


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ("Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961),
        ("suggested backoff time: 500 Milliseconds", 0.5),
        ("Backoff Time: 999999999999 milliseconds", 3600),
        ("Backoff Time: 9999999999999999999 milliseconds", None),
        ("[IN-USE]", None),
        ("", None),
    ],
)
def test_a_throttling_server_says_how_long(answer: str, seconds: float | None) -> None:
    """F-57: Exchange names the time; nobody can make us wait for ever."""
    assert backoff_seconds(answer) == seconds
