"""A private RabbitMQ node."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.servers.certificates import Authority
from tests.servers.processes import HOST, ServerProcess, data_folder, free_port, program, wait_until

PACKAGES = "rabbitmq-server"
_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/*/sbin")
_GREETING = b"AMQP\0\0\x09\x01"
# Unroutable dead letters are tried again after this time instead of three minutes.
_ADVANCED = "[{rabbit,[{dead_letter_worker_publisher_confirm_timeout,3000}]}]."


class RabbitMQ:
    """One node with its own data; `kill` and `start` again keep what was confirmed.

    Tests that look at queues use a virtual host of their own.
    """

    name = "rabbitmq"

    def __init__(self) -> None:
        """Make the data folder; nothing runs yet."""
        self._folder = data_folder("rabbitmq")
        self.port, self.tls_port = free_port(), free_port()
        self._dist_port, self._epmd_port, self._made = free_port(), free_port(), 0
        self._authority = Authority(self._folder)
        self.ca_file = self._authority.ca_file
        self._node = f"crm{self.port}@localhost"
        self._configure()
        command = [
            *self._with_environment(),
            program("rabbitmq-server", *_PLACES, packages=PACKAGES),
        ]
        self._process = ServerProcess(
            command, self._folder / "log", self._answers, whole_group=True
        )

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""
        self._process.start()

    def stop(self) -> None:
        """End it as an administrator does."""
        self._process.end(signal.SIGTERM)

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""
        self._process.end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it do nothing at all, with its connections open; `thaw` ends that."""
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send(signal.SIGCONT)

    def remove(self) -> None:
        """End it and remove its data."""
        self.kill()
        epmd = program(
            "epmd", "/usr/lib/erlang/bin", "/usr/lib/erlang/erts-*/bin", packages="erlang-base"
        )

        def gone() -> bool:
            command = [epmd, "-port", str(self._epmd_port), "-kill"]
            killed = subprocess.run(command, capture_output=True, text=True, check=False)
            return "Killed" in killed.stdout or "Cannot connect" in killed.stdout + killed.stderr

        wait_until(gone, "the end of epmd")
        shutil.rmtree(self._folder, ignore_errors=True)

    def control(self, *arguments: str) -> str:
        """What `rabbitmqctl` says."""
        command = [*self._with_environment(), program("rabbitmqctl", *_PLACES, packages=PACKAGES)]
        done = subprocess.run(
            [*command, "--node", self._node, "--quiet", *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """The address of a fresh virtual host, which is gone afterwards."""
        self._made += 1
        name = f"v{self._made}"
        self.control("add_vhost", name)
        self.control("set_permissions", "--vhost", name, "guest", ".*", ".*", ".*")
        try:
            yield self.url(name)
        finally:
            self.start()
            self.control("delete_vhost", name)

    def url(self, vhost: str = "%2F", user: str = "guest", *, tls: bool = False) -> str:
        """The address for a user whose password is the name."""
        scheme, port = ("amqps", self.tls_port) if tls else ("amqp", self.port)
        return f"{scheme}://{user}:{user}@{HOST}:{port}/{vhost}"

    def _answers(self) -> bool:
        with (
            suppress(OSError),
            socket.create_connection((HOST, self.port), timeout=5) as connection,
        ):
            connection.sendall(_GREETING)
            return bool(connection.recv(1))
        return False

    def _configure(self) -> None:
        chain, key = self._authority.issue()
        cookie = self._folder / ".erlang.cookie"
        cookie.write_text("CRMSERVICE")
        cookie.chmod(0o400)
        (self._folder / "plugins").write_text("[].")
        (self._folder / "advanced.config").write_text(_ADVANCED)
        (self._folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {HOST}:{self.port}\n"
            f"listeners.ssl.1 = {HOST}:{self.tls_port}\n"
            f"ssl_options.cacertfile = {self.ca_file}\n"
            f"ssl_options.certfile = {chain}\n"
            f"ssl_options.keyfile = {key}\n"
            "ssl_options.verify = verify_none\n"
            "disk_free_limit.absolute = 50MB\n"
        )

    def _with_environment(self) -> list[str]:
        folder = self._folder
        variables = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"
            ),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
        }
        return ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
