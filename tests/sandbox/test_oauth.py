import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flickrapi
import flickrapi.auth
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import Client as Signer
from requests_oauthlib import OAuth1Session

from auditor.sandbox import Sandbox

from .conftest import Client

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOGIN = "method=flickr.test.login&format=json&nojsoncallback=1"


def signed(box: Sandbox, **options: Any) -> requests.Request:
    """test.login, signed with a good token unless `options` (of oauthlib's client) say otherwise."""
    token, token_secret = box.issue_token("read")
    options = {"resource_owner_key": token, "resource_owner_secret": token_secret, **options}
    key, secret = options.pop("key", box.key), options.pop("secret", box.secret)
    url, headers, body = Signer(key, secret, **options).sign(f"{box.url}/services/rest/", "POST", LOGIN, FORM)
    return requests.Request("POST", url, headers, data=body)


def send(request: requests.Request) -> requests.Response:
    with requests.Session() as session:
        return session.send(request.prepare(), timeout=10, allow_redirects=False)


def authorize(box: Sandbox, token: str, decision: str, perms: str = "write") -> requests.Response:
    """What the browser does: look at the page, then press a button."""
    url = f"{box.url}/services/oauth/authorize"
    page = send(requests.Request("GET", url, params={"oauth_token": token, "perms": perms}))
    assert page.status_code == 200
    assert token in page.text
    return send(
        requests.Request("POST", url, data={"oauth_token": token, "perms": perms, "decision": decision})
    )


@pytest.fixture
def flickr(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[flickrapi.FlickrAPI]:
    oauth = flickrapi.auth.OAuthFlickrInterface
    monkeypatch.setattr(flickrapi.FlickrAPI, "REST_URL", f"{box.url}/services/rest/")
    for name in ("REQUEST_TOKEN", "AUTHORIZE", "ACCESS_TOKEN"):
        monkeypatch.setattr(oauth, f"{name}_URL", f"{box.url}/services/oauth/{name.lower()}")
    with requests.Session() as session:
        monkeypatch.setattr(oauth, "session", session)
        yield flickrapi.FlickrAPI(box.key, box.secret, format="parsed-json", store_token=False, timeout=10)


@pytest.mark.parametrize("perms", ["read", "write", "delete"])
def test_flickrapi_logs_in_with_a_typed_code(flickr: flickrapi.FlickrAPI, box: Sandbox, perms: str) -> None:
    flickr.get_request_token(oauth_callback="oob")
    token = parse_qs(urlsplit(flickr.auth_url(perms=perms)).query)["oauth_token"][0]
    page = authorize(box, token, "allow", perms)
    flickr.get_access_token(page.text.partition("<code>")[2].partition("</code>")[0])
    assert flickr.token_cache.token.user_nsid == box.account.me.nsid
    # checkToken, which flickrapi asks for in XML.
    assert flickr.token_valid(perms=perms)
    assert flickr.test.login()["user"]["id"] == box.account.me.nsid


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_the_browser_comes_back_to_the_callback_with_what_was_decided(box: Sandbox, decision: str) -> None:
    callback = "http://127.0.0.1:9/bäck?state=a%26b"
    with OAuth1Session(box.key, box.secret, callback_uri=callback) as session:
        pending = session.fetch_request_token(f"{box.url}/services/oauth/request_token")
        reply = authorize(box, pending["oauth_token"], decision)
        assert reply.status_code == 302
        back = parse_qs(urlsplit(reply.headers["Location"]).query)
        assert back["state"] == ["a&b"]
        assert back["oauth_token"] == [pending["oauth_token"]]
        if decision == "deny":
            assert "oauth_verifier" not in back
            return
        session.parse_authorization_response(reply.headers["Location"])
        granted = session.fetch_access_token(f"{box.url}/services/oauth/access_token")
        assert granted["user_nsid"] == box.account.me.nsid
        again = session.post(f"{box.url}/services/oauth/access_token", timeout=10)
        assert (again.status_code, again.text) == (401, "oauth_problem=token_rejected")


@pytest.mark.parametrize("callback", ["javascript:alert(1)", "file:///etc/passwd", "x", "http://[::1"])
def test_a_callback_that_is_no_web_address_is_refused(box: Sandbox, callback: str) -> None:
    signer = Signer(box.key, box.secret, callback_uri=callback)
    url, headers, _ = signer.sign(f"{box.url}/services/oauth/request_token", "POST")
    reply = send(requests.Request("POST", url, headers))
    assert (reply.status_code, reply.text) == (401, "oauth_problem=callback_rejected")


def test_a_wrong_code_gives_no_token(box: Sandbox) -> None:
    with OAuth1Session(box.key, box.secret, callback_uri="oob") as session:
        pending = session.fetch_request_token(f"{box.url}/services/oauth/request_token")
        authorize(box, pending["oauth_token"], "allow")
        session.auth.client.verifier = "000-000-000"
        reply = session.post(f"{box.url}/services/oauth/access_token", timeout=10)
        assert (reply.status_code, reply.text) == (401, "oauth_problem=verifier_invalid")


REFUSALS = {
    "wrong secret": (
        {"secret": "wrong"},
        401,
        "oauth_problem=signature_invalid&debug_sbs=POST&http%3A%2F%2F127.0.0.1",
    ),
    "clock behind": ({"timestamp": "1000000000"}, 401, "oauth_problem=timestamp_refused"),
    "clock ahead": ({"timestamp": str(int(time.time()) + 4000)}, 401, "oauth_problem=timestamp_refused"),
    "plain text": ({"signature_method": "PLAINTEXT"}, 401, "oauth_problem=signature_method_rejected"),
    "no token": (
        {"resource_owner_key": None, "resource_owner_secret": None},
        400,
        "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token",
    ),
    "unknown key": (
        {"key": "nobody"},
        200,
        '{"stat": "fail", "code": 100, "message": "Invalid API Key (Key not found)"}',
    ),
    "dead token": (
        {"resource_owner_key": "72157-0"},
        200,
        '{"stat": "fail", "code": 98, "message": "Invalid auth token"}',
    ),
}


@pytest.mark.parametrize(("options", "status", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_bad_call_is_refused_in_the_words_of_flickr(
    box: Sandbox, options: dict[str, Any], status: int, text: str
) -> None:
    reply = send(signed(box, **options))
    assert reply.status_code == status
    assert reply.text.startswith(text)
    assert reply.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("skew", [-290, 290, -310, 310])
def test_a_clock_may_be_off_by_five_minutes(box: Sandbox, client: Client, skew: int) -> None:
    box.account.clock = lambda: time.time() + skew
    assert client.post("test.login").status_code == (200 if abs(skew) < 300 else 401)


def test_a_call_that_is_sent_twice_is_refused(box: Sandbox) -> None:
    request = signed(box)
    assert send(request).json()["stat"] == "ok"
    assert send(request).text == "oauth_problem=nonce_used"


def test_a_revoked_token_is_dead(box: Sandbox, client: Client) -> None:
    assert client.call("test.login")["stat"] == "ok"
    box.provider.revoke(client.session.auth.client.resource_owner_key)  # type: ignore[union-attr]
    assert client.call("test.login")["code"] == 98


@pytest.mark.parametrize(
    ("perms", "method", "message"),
    [
        ("none", "test.login", "Insufficient permissions. Method requires read privileges; none granted."),
        (
            "none",
            "photos.addTags",
            "Insufficient permissions. Method requires write privileges; none granted.",
        ),
        (
            "read",
            "photos.addTags",
            "Insufficient permissions. Method requires write privileges; read granted.",
        ),
    ],
)
def test_too_little_permission_is_code_99(
    login: Callable[[str], Client], perms: str, method: str, message: str
) -> None:
    assert login(perms).call(method) == {"stat": "fail", "code": 99, "message": message}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["tags", "photo_id", "title", "a b", "ü"]), st.text(), min_size=1))
def test_the_signature_of_any_text_is_understood(box: Sandbox, client: Client, args: dict[str, str]) -> None:
    answer = client.call("photos.addTags", **args)
    assert answer["code"] == 1  # photo not found: so the signature was right
    assert box.log[-1].args == args


@pytest.mark.parametrize(
    ("step", "signed_as", "fields", "status", "text"),
    [
        (
            "request_token",
            {},
            {},
            400,
            "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback",
        ),
        ("access_token", {}, {}, 400, "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token"),
        (
            "request_token",
            None,
            {"oauth_consumer_key": "k", "oauth_callback": "oob"},
            400,
            "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_signature_method%26oauth_signature",
        ),
        ("nonsense", None, {}, 404, "no such step"),
    ],
)
def test_a_step_of_the_login_names_what_it_lacks(
    box: Sandbox, step: str, signed_as: dict[str, str] | None, fields: dict[str, str], status: int, text: str
) -> None:
    url, headers = f"{box.url}/services/oauth/{step}", {}
    if signed_as is not None:
        url, headers, _ = Signer(box.key, box.secret, **signed_as).sign(url, "POST")
    reply = send(requests.Request("POST", url, headers, data=fields))
    assert reply.status_code == status
    assert set(reply.text.split("&")[:1]) == set(text.split("&")[:1])
    assert set(text.rpartition("=")[2].split("%26")) <= set(reply.text.rpartition("=")[2].split("%26"))


def test_an_empty_token_is_none(box: Sandbox) -> None:
    data = {"method": "flickr.test.login", "oauth_token": "", "oauth_consumer_key": box.key}
    reply = requests.post(f"{box.url}/services/rest/", data=data, timeout=10)
    assert (reply.status_code, reply.text) == (
        400,
        "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token",
    )


def test_no_token_is_issued_for_a_permission_that_flickr_does_not_have(box: Sandbox) -> None:
    with pytest.raises(ValueError, match="no such permission: admin"):
        box.issue_token("admin")


def test_what_was_used_is_remembered_as_long_as_it_could_be_sent_again(box: Sandbox, client: Client) -> None:
    for hours in (0, 1, 2):
        now = time.time() + hours * 3600
        box.account.clock = lambda now=now: now  # type: ignore[misc]
        token, secret = box.issue_token("read")
        request = signed(box, resource_owner_key=token, resource_owner_secret=secret, timestamp=str(int(now)))
        assert send(request).json()["stat"] == "ok"
        assert send(request).text == "oauth_problem=nonce_used"
    assert len(box.provider._nonces) == 1
