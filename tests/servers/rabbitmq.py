"""A private RabbitMQ node."""

import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from tests.servers.certificates import Authority
from tests.servers.processes import (
    HOST,
    ServerProcess,
    data_folder,
    free_port,
    listens,
    program,
    unprivileged,
)

# The programs of the same names in /usr/sbin become another user and forget the environment.
_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/*/sbin", "/opt/rabbitmq/sbin")
_ERLANG = ("/usr/lib/erlang/bin", "/usr/lib/erlang/erts-*/bin", "/opt/erlang/lib/erlang/bin")
_USER = "guest"
_HELLO = b"AMQP\0\0\x09\x01"
_ADVANCED = "[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 3000}]}].\n"
"""Milliseconds until a dead letter without a confirm is sent again; usually 180,000."""

_ADD_NAMES = """
[File | Configurations] = init:get_plain_arguments(),
{ok, names} = dets:open_file(names, [{file, File}]),
[begin {ok, [#{id := {Name, _}, uid := Id}]} = file:consult(Configuration),
       dets:insert_new(names, {Name, Id}) end || Configuration <- Configurations],
ok = dets:close(names), halt().
"""
"""Enters quorum queues into the file of their names."""

_SPARE = 5
"""Virtual hosts made by one command: the command takes longer than what it does."""


class RabbitMQ:
    """A node with its own data, and its own epmd, which tells where the node listens.

    `kill` and `start` again keep what was confirmed. Tests that look at queues use a virtual host
    of their own. As root it runs as `nobody`.
    """

    name = "rabbitmq"

    def __init__(self, *, management: bool = False) -> None:
        """Make the data folder; nothing runs yet.

        Args:
            management: With HTTP on `management_port`, which makes it slower to start.
        """
        self.port, self.tls_port, self.management_port = free_port(), free_port(), free_port()
        self._folder = data_folder("rabbitmq")
        self.node = f"crm{self.port}@localhost"
        self._spare: list[str] = []
        self._used: list[str] = []
        self._made = 0
        self._environment = self._variables()
        self._write(management=management)
        epmd = program("epmd", *_ERLANG)
        epmd_port = self._environment["ERL_EPMD_PORT"]
        # Else the node starts one that outlives it.
        self._epmd = ServerProcess(
            [epmd, "-address", HOST, "-port", epmd_port],
            self._folder / "epmd.log",
            lambda: listens(int(epmd_port)),
            privileges=unprivileged(),
        )
        self._process = ServerProcess(
            self._command("rabbitmq-server"),
            self._folder / "log",
            self._answers,
            privileges=unprivileged(),
        )

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""
        self._epmd.start()
        self._process.start()

    def stop(self) -> None:
        """End it in an orderly manner, as a restart of the machine does; some seconds."""
        self._process.end(signal.SIGTERM)

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""
        self._process.end(signal.SIGKILL)
        self._keep_young_queues()

    def freeze(self) -> None:
        """Let it do nothing at all, with its connections open; `thaw` ends that."""
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send(signal.SIGCONT)

    def remove(self) -> None:
        """End it and remove its data."""
        self._process.end(signal.SIGKILL)
        self._epmd.end(signal.SIGKILL)
        shutil.rmtree(self._folder)

    def control(self, *arguments: str) -> str:
        """What `rabbitmqctl` says to `arguments`; the test fails if it refuses. Half a second."""
        done = subprocess.run(
            [*_become(), *self._command("rabbitmqctl", "-q", "-n", self.node), *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"rabbitmqctl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """The address of a fresh virtual host, which is gone some time afterwards."""
        self.start()
        if not self._spare:
            self._make_vhosts()
        name = self._spare.pop()
        yield self.url(name)
        self._used.append(name)

    def url(
        self,
        vhost: str = "%2F",
        user: str = _USER,
        password: str | None = None,
        *,
        tls: bool = False,
    ) -> str:
        """The address of a virtual host for a user, whose password is the name unless said."""
        scheme, port = ("amqps", self.tls_port) if tls else ("amqp", self.port)
        who = f"{quote(user, safe='')}:{quote(password or user, safe='')}"
        return f"{scheme}://{who}@{HOST}:{port}/{vhost}"

    def add_user(
        self,
        name: str,
        password: str,
        *,
        vhost: str,
        configure: str = "",
        write: str = "",
        read: str = "",
    ) -> str:
        """Add a user with these rights only; gives the user's address of `vhost`.

        Args:
            name: Who; a name that no other test gives.
            password: In clear.
            vhost: Name of the virtual host: the end of its address.
            configure: Pattern of names of queues and exchanges; nothing matches the empty one.
            write: The same.
            read: The same.
        """
        self.control("add_user", name, password)
        self.control("set_permissions", "-p", vhost, name, configure, write, read)
        return self.url(vhost, name, password)

    def load(self, definitions: Mapping[str, object]) -> None:
        """Load what a definitions file says, beside what is there."""
        file = self._folder / "definitions.json"
        file.write_text(json.dumps(definitions), "utf-8")
        # The node may run as another user.
        file.chmod(0o644)
        self.control("import_definitions", str(file))

    def _make_vhosts(self) -> None:
        """Make some virtual hosts, and delete those no longer needed, with one command."""
        new = [f"test{self._made + number}" for number in range(_SPARE)]
        self._made += _SPARE
        acts = [f'rabbit_vhost:delete(<<"{name}">>, <<"tests">>)' for name in self._used]
        for name in new:
            rights = f'<<"{_USER}">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"tests">>'
            acts += [
                f'ok = rabbit_vhost:add(<<"{name}">>, <<"tests">>)',
                f"rabbit_auth_backend_internal:set_permissions({rights})",
            ]
        self.control("eval", f"{', '.join(acts)}.")
        self._spare, self._used = new, []

    def _keep_young_queues(self) -> None:
        """Enter the quorum queues whose names have not been written.

        They wait up to 3 seconds in the memory of the node, and a queue whose name is lost is dead
        afterwards. Queues of real life are older than that when a node is killed; those of tests
        are not.
        """
        queues = [*self._folder.glob("mnesia/*/quorum/*/*/config")]
        if not queues:
            return
        queues.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        names = queues[0].parent.parent / "names.dets"
        erl = program("erl", *_ERLANG)
        subprocess.run(
            [*_become(), erl, "-noinput", "-eval", _ADD_NAMES, "-extra", names, *queues],
            cwd=self._folder,
            env=self._environment,
            check=True,
            capture_output=True,
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(_HELLO)
                return bool(connection.recv(1)) and listens(self.tls_port)
        except OSError:
            return False

    def _command(self, name: str, *arguments: str) -> list[str]:
        """The program with our environment alone: what is set for another node is not for it."""
        variables = [f"{key}={value}" for key, value in self._environment.items()]
        return ["env", "-i", *variables, program(name, *_PLACES), *arguments]

    def _variables(self) -> Mapping[str, str]:
        folder = self._folder
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CTL_DIST_PORT_MIN": "32768",
            "RABBITMQ_CTL_DIST_PORT_MAX": "60999",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            # So the script becomes the server instead of starting it: signals reach it, and it
            # dies with the test run.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput -start_epmd false"
            " -kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": HOST,
        }

    def _write(self, *, management: bool) -> None:
        folder, authority = self._folder, Authority(self._folder)
        chain, key = authority.issue()
        self.ca_file = authority.ca_file
        settings = {
            "listeners.tcp.1": f"{HOST}:{self.port}",
            "listeners.ssl.1": f"{HOST}:{self.tls_port}",
            "ssl_options.cacertfile": self.ca_file,
            "ssl_options.certfile": chain,
            "ssl_options.keyfile": key,
            "default_user": _USER,
            "default_pass": _USER,
            "disk_free_limit.absolute": "50MB",
            # The data may lie in memory, where half a gigabyte is a lot.
            "raft.wal_max_size_bytes": 2**26,
            "log.console": "true",
            "log.file": "false",
        }
        if management:
            settings |= {"management.tcp.ip": HOST, "management.tcp.port": self.management_port}
        conf = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (folder / "rabbitmq.conf").write_text(conf, "utf-8")
        (folder / "advanced.config").write_text(_ADVANCED, "utf-8")
        plugins = "[rabbitmq_management].\n" if management else "[].\n"
        (folder / "enabled_plugins").write_text(plugins, "utf-8")
        cookie = folder / ".erlang.cookie"
        cookie.write_text("tests", "utf-8")
        cookie.chmod(0o400)
        if unprivileged():
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "nobody", "nogroup")


def _become() -> list[str]:
    return ["setpriv", *unprivileged()] if unprivileged() else []
