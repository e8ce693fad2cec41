"""Certificates of a private authority, for servers of the test run."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """Signs certificates for `localhost` and 127.0.0.1, or for others that do not fit."""

    def __init__(self, folder: Path) -> None:
        """Make an authority; `ca_file` in `folder` proves its certificates."""
        self._folder = folder
        self._authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        self.ca_file.chmod(0o644)

    def issue(self, *names: str) -> tuple[Path, Path]:
        """Certificate chain and key for `names`, as files; for this machine if there are none."""
        issued = self._authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
        stem = "-".join(names).replace("*", "any") or "localhost"
        chain, key = self._folder / f"{stem}.crt", self._folder / f"{stem}.key"
        for file in (chain, key):
            file.unlink(missing_ok=True)
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(chain), append=True)
        issued.private_key_pem.write_to_path(str(key))
        for file in (chain, key):
            file.chmod(0o644)
        return chain, key

    def server_context(self, *names: str) -> ssl.SSLContext:
        """TLS for a server written in Python."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.issue(*names))
        return context
