"""The cause of trouble with the network is named, with its variable; no retry is made that cannot help."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import certifi
import pytest
import requests
import stamina

from auditor.cli.app import run
from auditor.datasets.download import Remote, download
from auditor.errors import ConfigurationError, UnreachableError
from auditor.flickr.budget import CallBudget
from auditor.flickr.transport import Credentials, Retry, TransientError, Transport, network_error
from auditor.sandbox import Sandbox, make_account
from auditor.web.trouble import CA_VARIABLES, Cause, holds_certificates, trouble

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
VARIABLES = (
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AUDITOR_FLICKR_URL", "AUDITOR_CONFIG"),
    *(form for name in PROXIES for form in (name, name.lower())),
)

Commands = Callable[..., tuple[int, str]]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections. It stays bound, so that no other test's server gets it meanwhile."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield int(unused.getsockname()[1])


@pytest.fixture
def flickr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Commands]:
    """Runs a command against the real Flickr, whose name is never resolved; a pause fails the test."""
    slept: list[float] = []

    def resolve(host: str | bytes | None, *given: object, **options: object) -> object:
        if host in {"127.0.0.1", b"127.0.0.1"}:
            return real(host, *given, **options)  # type: ignore[arg-type]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("time.sleep", slept.append)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AUDITOR_HOME", str(tmp_path / "home"))
    for name in ("FLICKR_API_KEY", "FLICKR_API_SECRET", "FLICKR_OAUTH_TOKEN", "FLICKR_OAUTH_TOKEN_SECRET"):
        monkeypatch.setenv(name, "hush")
    monkeypatch.chdir(tmp_path)

    def call(*words: str, **environ: str) -> tuple[int, str]:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(words)
        captured = capfd.readouterr()
        assert slept == [], "no retry can mend this"
        assert "Traceback" not in captured.err
        assert "hush" not in captured.err
        return int(ended.value.code or 0), captured.err

    with stamina.set_testing(False):
        yield call


COMMANDS = pytest.mark.parametrize(
    "words", [("whoami",), ("login", "--no-browser", "--token-file", "t.json"), ("sync",)], ids=str
)


@COMMANDS
@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_list_of_certificates_that_is_not_there_is_named(
    flickr: Commands, words: tuple[str, ...], name: str
) -> None:
    code, err = flickr(*words, **{name: "/nowhere.pem"})
    assert code == 2
    assert f"{name} names /nowhere.pem" in err
    assert "unset" in err.lower()


@COMMANDS
@pytest.mark.parametrize(
    "value",
    [
        "http://user:hush@ss@:x/",
        "http://127.0.0.1:99999",
        "http://",
        "http://[::1",
        "gopher://127.0.0.1:70",
        "http://127.0.0.1:hush",
        "http://..",
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_none_is_named(
    flickr: Commands, words: tuple[str, ...], name: str, value: str
) -> None:
    code, err = flickr(*words, **{name: value})
    assert code == 2
    assert name in err


@COMMANDS
def test_a_socks_proxy_without_its_package_is_named(flickr: Commands, words: tuple[str, ...]) -> None:
    code, err = flickr(*words, ALL_PROXY="socks5h://127.0.0.1:1080")
    assert code == 2
    assert "ALL_PROXY names a SOCKS proxy" in err
    assert "pip install" in err


@COMMANDS
@pytest.mark.parametrize("host", ["127.0.0.1:{}", "proxy.invalid:3128"])
def test_a_proxy_that_does_not_answer_is_named(
    flickr: Commands, words: tuple[str, ...], host: str, closed_port: int
) -> None:
    code, err = flickr(*words, HTTPS_PROXY=f"http://{host.format(closed_port)}")
    assert code == 5
    assert "the proxy of HTTPS_PROXY cannot be reached" in err


@COMMANDS
def test_no_network_is_not_a_flickr_that_is_down(flickr: Commands, words: tuple[str, ...]) -> None:
    code, err = flickr(*words)
    assert code == 5
    assert "no network" in err
    assert "Flickr may be down" not in err


def test_a_sandbox_that_does_not_run_is_told_at_once(flickr: Commands, closed_port: int) -> None:
    code, err = flickr("whoami", AUDITOR_FLICKR_URL=f"http://127.0.0.1:{closed_port}")
    assert code == 5
    assert "AUDITOR_FLICKR_URL" in err


def test_a_network_that_goes_in_the_middle_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once Flickr was reached, no connection is a bad moment and no state of the computer."""
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 100)
    with Sandbox(make_account(3)) as box:
        credentials = Credentials(box.key, box.secret, *box.issue_token("read"))
        client = Transport(credentials, budget, base_url=box.url, retry=Retry(3, 0.01, 0.01))
        client.read("flickr.test.login")
        calls = client.calls
    client.close()
    with pytest.raises(TransientError, match="no connection"):
        client.read("flickr.test.login")
    assert client.calls == calls + 3
    budget.close()


@contextmanager
def server(greet: Callable[[socket.socket], object]) -> Iterator[int]:
    """The port of a server that does `greet` with each connection, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while listening.fileno() >= 0:
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        greet(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def no_tls(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def https() -> Iterator[str]:
    """An https address that answers with a handshake that fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with server(lambda connection: context.wrap_socket(connection, server_side=True)) as port:
        yield f"https://127.0.0.1:{port}"


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[str]:
    """An https address whose certificate nobody vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2"]
    subprocess.run(
        [openssl, *words, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with server(lambda connection: context.wrap_socket(connection, server_side=True)) as port:
        yield f"https://127.0.0.1:{port}"


def test_a_certificate_that_nobody_vouches_for_is_told_with_the_reason(
    self_signed: str, tmp_path: Path
) -> None:
    waits: list[float] = []
    with pytest.raises(UnreachableError, match="could not be checked: self") as caught:
        download(Remote(f"{self_signed}/a.csv", "a.csv"), tmp_path, wait=waits.append)
    assert waits == []
    assert "clock" in caught.value.hint


def test_what_answers_without_encryption_is_no_wrong_clock(tmp_path: Path) -> None:
    with server(no_tls) as port, pytest.raises(UnreachableError, match="does not speak its encryption"):
        download(Remote(f"https://127.0.0.1:{port}/a.csv", "a.csv"), tmp_path)


def test_a_proxy_that_is_reached_over_http_only_is_told(flickr: Commands) -> None:
    with server(no_tls) as port:
        code, err = flickr("whoami", HTTPS_PROXY=f"https://127.0.0.1:{port}")
    assert code == 5
    assert "write http:// in HTTPS_PROXY" in err


def test_what_speaks_no_http_is_not_asked_again(flickr: Commands) -> None:
    with server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        code, err = flickr("whoami", AUDITOR_FLICKR_URL=f"http://127.0.0.1:{port}")
    assert code == 5
    assert "does not speak HTTP" in err


def test_a_proxy_that_says_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.flickr.transport.TIMEOUT", (0.2, 0.2))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    ended = threading.Event()
    budget = CallBudget(tmp_path / "a.sqlite3", "k", 100)
    client = Transport(Credentials("k", "s", "t", "s"), budget, retry=Retry(1))
    with server(lambda connection: ended.wait(10)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(TransientError, match="through the proxy of HTTPS_PROXY"):
            client.read("flickr.test.login")
        ended.set()
    client.close()
    budget.close()


@pytest.mark.parametrize(
    ("status", "says"), [(b"407 Proxy Authentication Required", "a user name"), (b"403 Forbidden", "through")]
)
def test_a_proxy_that_refuses_is_named(flickr: Commands, status: bytes, says: str) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    with server(refuse) as port:
        code, err = flickr("whoami", HTTPS_PROXY=f"http://127.0.0.1:{port}")
    assert code == 5
    assert "the proxy of HTTPS_PROXY" in err
    assert says in err


def test_a_file_without_certificates_is_named(
    https: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("hello")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setattr("auditor.web.address.Address.is_loopback", False)
    with pytest.raises(ConfigurationError, match="REQUESTS_CA_BUNDLE"):
        download(Remote(f"{https}/a.csv", "a.csv"), tmp_path)


def test_a_download_without_network_is_not_tried_again(flickr: Commands, tmp_path: Path) -> None:
    waits: list[float] = []
    with pytest.raises(UnreachableError, match="no network"):
        download(Remote("https://example.org/a.csv", "a.csv"), tmp_path, wait=waits.append)
    assert waits == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_certificates_is_one_by_the_names_that_openssl_looks_for(tmp_path: Path) -> None:
    assert not holds_certificates(tmp_path)
    (tmp_path / "readme.txt").touch()
    assert not holds_certificates(tmp_path)
    (tmp_path / "4a6481c9.0").touch()
    assert holds_certificates(tmp_path)


def test_a_list_of_certificates_of_pythons_own_that_is_gone_is_named_with_how_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    error = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /x/cacert.pem")
    found = trouble(error, "https://api.flickr.com/", "Flickr")
    assert found.cause is Cause.SETTINGS
    assert "the list of trusted certificates cannot be read" in found.message
    assert "certifi" in found.hint


def test_a_certificate_that_is_not_trusted_names_the_variable_that_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verified = ssl.SSLCertVerificationError(1, "certificate verify failed")
    verified.verify_message = "self-signed certificate"
    error = requests.exceptions.SSLError(verified)
    error.__cause__ = verified
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    url = "https://x.example/"
    assert "says which certificates" not in trouble(error, url, "x").hint
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    assert (
        "REQUESTS_CA_BUNDLE says which certificates are trusted"
        in trouble(error, "https://x.example/", "x").hint
    )
    told = network_error(error, "https://api.flickr.com/")
    assert (type(told), "self-signed" in told.message) == (UnreachableError, True)
