import traceback
from pathlib import Path

import pytest

from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.environment import Environment, read_environment


def _problems(environ: dict[str, str]) -> tuple[ConfigProblem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Environment.from_environ(environ)
    return caught.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    """I-1: nothing set means an SQLite file in ./data and one process, with absolute paths."""
    environment = Environment.from_environ({"PATH": "/bin", "RABBITMQ_URL": ""})
    data = Path.cwd() / "data"
    assert environment.data == data
    assert environment.database_url.get_secret_value() == f"sqlite:///{data}/netgenium.db"
    assert (environment.mapping, environment.rabbitmq_url, environment.metrics_port) == (None,) * 3
    assert (environment.log_level, environment.log_format) == (None, "auto")


def test_every_variable_is_read() -> None:
    """I-1: set variables are typed, and the default database moves with the data folder."""
    environment = Environment.from_environ(
        {
            "CRMSERVICE_DATA": "/srv/data",
            "NETGENIUM_MAPPING": "/srv/mapping.toml",
            "RABBITMQ_URL": "amqps://crm:heslo@rabbit/",
            "METRICS_PORT": "9100",
            "CRMSERVICE_LOG_LEVEL": "DEBUG",
            "CRMSERVICE_LOG_FORMAT": "json",
        }
    )
    assert environment.database_url.get_secret_value() == "sqlite:////srv/data/netgenium.db"
    assert (environment.mapping, environment.metrics_port) == (Path("/srv/mapping.toml"), 9100)
    assert environment.rabbitmq_url is not None
    assert environment.rabbitmq_url.get_secret_value() == "amqps://crm:heslo@rabbit/"
    assert (environment.log_level, environment.log_format) == ("debug", "json")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_value_may_stand_in_a_file(tmp_path: Path, end: str) -> None:
    """I-1: `<NAME>_FILE` names a file; one line end behind the value does not count."""
    file = tmp_path / "url"
    file.write_bytes(f"postgresql://crm:he slo @localhost/ng{end}".encode())
    environment = Environment.from_environ({"NETGENIUM_DATABASE_URL_FILE": str(file)})
    assert environment.database_url.get_secret_value() == "postgresql://crm:he slo @localhost/ng"


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfX", b"X  \r\n", b" X\t\n", b"\xef\xbb\xbf X \n"])
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("NETGENIUM_DATABASE_URL", "postgresql+psycopg://u:p@localhost/d"),
        ("RABBITMQ_URL", "amqp://u:p@localhost/"),
    ],
)
def test_a_byte_order_mark_and_blanks_are_no_part_of_an_address(
    tmp_path: Path, name: str, address: str, content: bytes
) -> None:
    """O-6: what editors leave in a file changes neither a database's name nor a password."""
    file = tmp_path / "url"
    file.write_bytes(content.replace(b"X", address.encode()))
    environment = Environment.from_environ({f"{name}_FILE": str(file)})
    found = environment.database_url if name.startswith("NET") else environment.rabbitmq_url
    assert found is not None
    assert found.get_secret_value() == address


def test_all_problems_of_the_environment_come_at_once_without_a_secret(tmp_path: Path) -> None:
    """I-1: five problems in one error, in which no value of a secret variable stands."""
    secret = "Tajne-Heslo-1"
    file = tmp_path / "secret"
    file.write_text(f"amqp://crm:{secret}@rabbit/\nsecond line", encoding="utf-8")
    environ = {
        "NETGENIUM_DATABASE_URL": secret,
        "RABBITMQ_URL_FILE": str(file),
        "METRICS_PORT": "http",
        "CRMSERVICE_LOG_LEVEL": "inof",
        "CRMSERVICE_LOGFORMAT": secret,
    }
    with pytest.raises(ConfigurationError) as caught:
        Environment.from_environ(environ)
    assert [problem.where.rpartition(" ")[2] for problem in caught.value.problems] == [
        "CRMSERVICE_LOGFORMAT",
        "NETGENIUM_DATABASE_URL",
        "RABBITMQ_URL_FILE",
        "METRICS_PORT",
        "CRMSERVICE_LOG_LEVEL",
    ]
    assert "nearest: info" in caught.value.problems[-1].remedy
    assert secret not in "".join(traceback.format_exception(caught.value))
    assert secret not in repr(caught.value.problems)


def test_a_variable_and_its_file_contradict_each_other(tmp_path: Path) -> None:
    """I-1: both at once is a problem; an empty one is not set."""
    file = tmp_path / "url"
    file.write_text("amqp://localhost/", encoding="utf-8")
    (problem,) = _problems({"RABBITMQ_URL": "amqp://localhost/", "RABBITMQ_URL_FILE": str(file)})
    assert "RABBITMQ_URL_FILE is set as well" in problem.what
    only = Environment.from_environ({"RABBITMQ_URL": "", "RABBITMQ_URL_FILE": str(file)})
    assert only.rabbitmq_url is not None
    assert only.rabbitmq_url.get_secret_value() == "amqp://localhost/"


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no such file"), (b"\n", "empty"), (b"\xff\xfe", "not text")]
)
def test_a_file_that_holds_no_value_is_a_problem(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    """I-1: a missing, an empty and a binary file are problems that name the file."""
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    (problem,) = _problems({"RABBITMQ_URL_FILE": str(file)})
    assert problem.where == "environment variable RABBITMQ_URL_FILE"
    assert str(file) in problem.what
    assert words in problem.what


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CRMSERVICE_DTAA", "CRMSERVICE_DATA"),
        ("crmservice_data", "CRMSERVICE_DATA"),
        ("CRMSERVICE_LOGLEVEL", "CRMSERVICE_LOG_LEVEL"),
        ("CRMSERVICE_DATABASE_URL", "NETGENIUM_DATABASE_URL"),
        ("NETGENIUM_DATABASE_URL_FIEL", "NETGENIUM_DATABASE_URL_FILE"),
        ("CRMSERVICE_RABBITMQ_URL", "RABBITMQ_URL"),
        ("CRMSERVICE_METRICS_PORT", "METRICS_PORT"),
    ],
)
def test_a_misspelt_variable_names_the_nearest(name: str, meant: str) -> None:
    """I-1: a variable with our prefix that nearly is one of ours is a problem."""
    (problem,) = _problems({name: "x"})
    assert problem.where == f"environment variable {name}"
    assert problem.remedy == f"Did you mean {meant}?"


def test_variables_of_others_are_let_be() -> None:
    """I-1: without our prefix, or resembling none of ours, a variable is not our matter."""
    others = {"RABBITMQ_ULR": "x", "CRMSERVICE_IMAGE_TAG": "x", "NETGENIUM_": "x", "LOG_LEVEL": "x"}
    assert Environment.from_environ(others) == Environment.from_environ({})


def test_the_environment_shows_no_secret() -> None:
    """I-1: neither text nor JSON of the environment shows a password."""
    environment = Environment.from_environ({"RABBITMQ_URL": "amqps://crm:heslo@rabbit/"})
    assert "heslo" not in repr(environment) + str(environment) + environment.model_dump_json()


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-1: what is set for the process is what the service gets."""
    monkeypatch.setenv("CRMSERVICE_DATA", "/srv/data")
    assert read_environment().data == Path("/srv/data")


@pytest.mark.parametrize("name", ["CRMSERVICE_DATA", "NETGENIUM_MAPPING", "RABBITMQ_CA_FILE"])
def test_a_path_of_windows_is_none_of_this_machine(name: str) -> None:
    """I-13: it would become a folder with an odd name below the working directory."""
    (problem,) = _problems({name: r"D:\Services\CRMService"})

    assert problem.where == f"environment variable {name}"
    assert "not one of Windows" in problem.remedy


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("NETGENIUM_DATABASE_URL", "postgresql+psycopg://crm:he@slo@db.example/ng"),
        ("NETGENIUM_DATABASE_URL", "firebird://crm:he@slo/@db.example:3050//ng"),
        ("RABBITMQ_URL", "amqps://crm:he@slo@rabbit.example/"),
    ],
)
def test_no_part_of_a_password_is_taken_for_a_server(name: str, address: str) -> None:
    """I-1, INV-11: an @ as it is in a password is refused, and nothing of it is repeated."""
    (problem,) = _problems({name: address})

    assert "slo" not in str(problem.what)
    assert "%40" in str(problem.remedy)


@pytest.mark.parametrize(
    "address",
    [
        "amqp://u:p#x@rabbit.example/",
        "amqps://u:p/x@rabbit.example/",
        "amqps://u:p?x@rabbit.example/",
        "amqps://u:5#@rabbit.example/",
        "amqps://u:p@rabbit.example/crm#1",
    ],
)
def test_an_end_within_a_password_of_the_broker_is_named_with_what_to_write(address: str) -> None:
    """I-1: else the user's name would be told as the server, or the virtual host be cut short."""
    (problem,) = _problems({"RABBITMQ_URL": address})

    assert "%23 for a #, %2F for a /, %3F for a ?" in str(problem.remedy)
    assert "goes to" not in str(problem.what)


def test_what_stands_for_an_end_in_a_password_of_the_broker_is_taken() -> None:
    """I-1: near miss - written as it should be, and words after a question mark."""
    address = "amqps://u:p%23%2F%3F%40x@rabbit.example/crm?heartbeat=30"
    read = Environment.from_environ({"RABBITMQ_URL": address})

    assert read.rabbitmq_url
    assert read.rabbitmq_url.get_secret_value() == address


def test_an_at_in_a_path_or_a_query_is_none_of_a_password() -> None:
    """I-1: near miss - a file's name may have it, and one behind a password that has none."""
    for address in ("sqlite:////srv/a@b/c@d.db", "sqlite:///x.db?note=a@b@c"):
        read = Environment.from_environ({"NETGENIUM_DATABASE_URL": address})
        assert read.database_url.get_secret_value() == address
