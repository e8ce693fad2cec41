"""The configuration of a private Dovecot: release 2.4 renamed most of what 2.3 reads."""

import os
from dataclasses import dataclass
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid

from tests.servers.processes import HOST

OWNER = "mail"
"""Who owns all mail if root starts the server: it refuses to read mail as root."""

_CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT "
    "CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN "
    "CONTEXT=SEARCH LIST-STATUS BINARY MOVE LITERAL+ SPECIAL-USE"
)
_INTROSPECTION = """
introspection_mode = post
introspection_url = {introspection_url}
username_attribute = username
active_attribute = active
active_value = true
"""
_ONLY_2_3 = """
ssl_cert = <{chain}
ssl_key = <{key}
mail_location = maildir:{folder}/mail/%u
auth_username_format = %u
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
mail_plugins = acl
plugin {{
  acl = vfile
}}
"""
_TOKENS_2_3 = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens.conf
}}
"""
# A release reads what was written for an older one, and wants to know for which.
_FIRST_2_4 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
_ONLY_2_4 = """
ssl_server_cert_file = {chain}
ssl_server_key_file = {key}
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
auth_username_format = %{{user}}
passdb passwd-file {{
  mechanisms_filter = plain login
  default_password_scheme = PLAIN
  passwd_file_path = {folder}/users/%{{user}}
}}
userdb static {{
  allow_all_users = yes
  fields {{
    uid = {uid}
    gid = {gid}
    home = {folder}/mail/%{{user}}
  }}
}}
mail_plugins = acl
acl_driver = vfile
"""
_TOKENS_2_4 = f"oauth2 {{{{{_INTROSPECTION}}}}}\n"
# It starts only with a way to look at tokens; here no key fits any.
_NO_TOKENS_2_4 = """
oauth2 {{
  introspection_mode = local
  oauth2_local_validation {{
    dict fs {{
      fs posix {{
        prefix = {folder}/keys/
      }}
    }}
  }}
}}
"""
_BOTH = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = {host}
ssl = yes
mail_fsync = never
mail_max_userip_connections = 1000
first_valid_uid = 1
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
service anvil {{
  chroot =
  # Else everybody waits longer and longer after somebody's wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 200
}}
service pop3 {{
  process_limit = 200
}}
service imap-login {{
  chroot =
  process_limit = 200
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  process_limit = 200
  inet_listener pop3 {{
    port = {ports.pop3}
  }}
  inet_listener pop3s {{
    port = {ports.pop3s}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class DovecotPorts:
    """Where it listens."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int


@dataclass(frozen=True, slots=True)
class DovecotSettings:
    """What the server is to do; without an `introspection_url` it refuses every token.

    `without` are capabilities of IMAP that it hides.
    """

    folder: Path
    chain: Path
    key: Path
    ports: DovecotPorts
    introspection_url: str
    without: frozenset[str]

    def text(self, version: str) -> str:
        """Return the configuration for a release such as `2.4.1`."""
        return self._for_2_3() if version.startswith("2.3.") else self._for_2_4()

    def tokens(self) -> str:
        """Return the file that release 2.3 wants for its questions about tokens."""
        return _INTROSPECTION.format(introspection_url=self.introspection_url)

    def _for_2_3(self) -> str:
        text = self._filled(_BOTH, _ONLY_2_3, _TOKENS_2_3 if self.introspection_url else "")
        if self.without:
            told = " ".join(word for word in _CAPABILITIES.split() if word not in self.without)
            text += f"imap_capability = {told}\n"
        return text

    def _for_2_4(self) -> str:
        text = _FIRST_2_4 + self._filled(
            _BOTH, _ONLY_2_4, _TOKENS_2_4 if self.introspection_url else _NO_TOKENS_2_4
        )
        hidden = "".join(f"  {word} = no\n" for word in sorted(self.without))
        return text + (f"imap_capability {{\n{hidden}}}\n" if hidden else "")

    def _filled(self, *templates: str) -> str:
        root = os.getuid() == 0
        return "".join(templates).format(
            folder=self.folder,
            host=HOST,
            chain=self.chain,
            key=self.key,
            ports=self.ports,
            introspection_url=self.introspection_url,
            uid=OWNER if root else os.getuid(),
            gid=OWNER if root else os.getgid(),
        ) + ("" if root else _users_of_processes())


def _users_of_processes() -> str:
    """Return the settings for a server that is not root, and cannot become anybody."""
    user, group = getpwuid(os.getuid()).pw_name, getgrgid(os.getgid()).gr_name
    return (
        f"default_login_user = {user}\n"
        f"default_internal_user = {user}\n"
        f"default_internal_group = {group}\n"
    )
