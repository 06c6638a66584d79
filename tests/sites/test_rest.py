"""REST of several sites: each call takes `?site=`, is refused without one, and a token does what it may there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.api.beside import RestAlone
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import Operation, operations
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API, _with
from tests.sites.conftest import cheaply

EVERY = [(name, operation) for each in (WorkbenchContract, RestAlone) for name, _, operation in operations(each)]
OF_ONE_SITE = [pytest.param(operation, id=name) for name, operation in EVERY if not operation.everywhere]


@pytest.fixture
def nobody(base: Settings) -> Iterator[TestClient]:
    """A caller without a token."""
    with TestClient(create_app(base), base_url="http://127.0.0.1:3000", follow_redirects=False) as client:
        yield client


@pytest.fixture
def admin(base: Settings, nobody: TestClient) -> TestClient:
    """A caller who may do everything everywhere."""
    return _with(nobody, tokens_of(base).editor)


def path(operation: Operation) -> str:
    """Its address, with something in the place of each parameter."""
    return API + re.sub(r"{\w+}", "1", operation.path)


def test_what_is_asked_of_all_sites_is_known() -> None:
    everywhere = {name for name, operation in EVERY if operation.everywhere}
    assert everywhere == {"sites", "fleet", "health", "tokens", "create_token", "revoke_token"}


@pytest.fixture(scope="module")
def shared(template, tmp_path_factory) -> Iterator[TestClient]:
    """A service for calls that change nothing, as each is refused."""
    import shutil

    from energy_workbench.runtime import settings

    base = settings.load_base(shutil.copytree(template, tmp_path_factory.mktemp("shared") / "home"))
    with TestClient(create_app(base), base_url="http://127.0.0.1:3000", follow_redirects=False) as client:
        registry = Registry(base.registry_url)
        client.headers["Authorization"] = f"Bearer {tokens_of(base).editor}"
        client.only_kolkata = registry.create_token("asha", "admin", sites=["kolkata"])  # type: ignore[attr-defined]
        registry.close()
        yield client


@pytest.mark.parametrize("operation", OF_ONE_SITE)
def test_every_call_needs_a_site_named_and_takes_one(shared: TestClient, operation: Operation) -> None:
    address, verb = path(operation), operation.verb
    unnamed = shared.request(verb, address)
    assert (unnamed.status_code, unnamed.json()["title"]) == (400, "No site is named")
    assert "berlin, kolkata" in unnamed.json()["detail"]
    unknown = shared.request(verb, address, params={"site": "paris"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Not found")
    assert "berlin, kolkata" in unknown.json()["detail"]
    elsewhere = shared.request(
        verb, address, params={"site": "berlin"}, headers={"Authorization": f"Bearer {shared.only_kolkata}"}
    )
    assert elsewhere.status_code == 403
    assert "kolkata" in elsewhere.json()["detail"]
    for named in ("kolkata", "Kolkata"):
        told = shared.request(verb, address, params={"site": named})
        assert "No site is named" not in told.text
        assert "there is no site" not in told.text


@pytest.mark.parametrize("operation", OF_ONE_SITE)
def test_every_call_that_needs_a_site_says_so(operation: Operation, document: dict) -> None:
    told = document["paths"][API + operation.path][operation.verb.lower()]
    assert {"$ref": "#/components/parameters/site"} in told["parameters"]
    assert {"400", "403", "404"} <= told["responses"].keys()


@pytest.fixture(scope="module")
def document(shared: TestClient) -> dict:
    """The OpenAPI document."""
    return shared.get("/openapi.json").json()


def test_the_parameter_is_documented_once(document: dict) -> None:
    told = document["components"]["parameters"]["site"]
    assert (told["name"], told["in"], told["required"]) == ("site", "query", False)
    assert str(document).count(told["description"]) == 1
    for path_, verb in (("/sites", "get"), ("/sites/figures", "get"), ("/tokens", "get"), ("/health", "get")):
        assert "#/components/parameters/site" not in str(document["paths"][API + path_][verb])


def test_the_sites_are_listed_with_the_callers_role(base: Settings, admin: TestClient, nobody: TestClient) -> None:
    listed = admin.get(f"{API}/sites").json()
    assert [(row["site"], row["name"], row["timezone"], row["currency"], row["role"]) for row in listed["items"]] == [
        ("berlin", "Berlin", "Europe/Berlin", "EUR", "admin"),
        ("kolkata", "Kolkata", "Asia/Kolkata", "INR", "admin"),
    ]
    assert listed["total"] == 2
    registry = Registry(base.registry_url)
    asha = _with(nobody, registry.create_token("asha", "editor", sites=["kolkata"]))
    registry.close()
    assert [(row["site"], row["role"]) for row in asha.get(f"{API}/sites").json()["items"]] == [("kolkata", "editor")]
    assert [row["site"] for row in asha.get(f"{API}/sites/figures").json()["items"]] == ["kolkata"]
    assert nobody.get(f"{API}/sites").status_code == 401


def test_a_token_does_at_each_site_what_it_may_there(base: Settings, nobody: TestClient) -> None:
    registry = Registry(base.registry_url)
    token = registry.create_token("asha", "editor", sites=["kolkata"])
    asha = _with(nobody, token)
    meter = {"number": "NEW", "name": "New", "type": "other"}
    # The only one that it may see need not be named.
    assert asha.get(f"{API}/site").json()["site"] == "kolkata"
    assert asha.post(f"{API}/meters", json=meter, params={"site": "kolkata"}).status_code == 201
    assert asha.get(f"{API}/meters", params={"site": "berlin"}).status_code == 403
    registry.grant_token("asha", "viewer", "berlin")
    unnamed = asha.get(f"{API}/meters")
    assert (unnamed.status_code, "berlin, kolkata" in unnamed.json()["detail"]) == (400, True)
    assert asha.get(f"{API}/meters", params={"site": "berlin"}).status_code == 200
    assert asha.post(f"{API}/meters", json=meter, params={"site": "berlin"}).status_code == 403
    assert asha.get(f"{API}/meters/NEW", params={"site": "kolkata"}).json()["id"] == "mtr_1000003"
    # Who it was that changed something is written down where it was changed.
    assert asha.get(f"{API}/audit", params={"site": "kolkata"}).json()["items"][0]["by"] == "asha"
    registry.close()


def test_a_role_at_a_site_outlives_its_token_and_grows_by_no_rotation(base: Settings) -> None:
    registry = Registry(base.registry_url)
    registry.create_token("asha", "admin", sites=["kolkata"])
    registry.revoke_token("asha")
    registry.rotate_token("asha", "another secret")
    held = registry.holder("another secret")
    assert (held.at("kolkata"), held.at("berlin")) == ("admin", None)
    # Who gets the name anew has nothing of it.
    registry.revoke_token("asha")
    assert registry.holder(registry.create_token("asha", "viewer")).sites == {}
    registry.close()


def test_tokens_are_made_by_who_governs_all_sites(base: Settings, admin: TestClient, nobody: TestClient) -> None:
    made = admin.post(f"{API}/tokens", json={"name": "asha", "role": "admin", "sites": ["Kolkata"]})
    assert made.status_code == 201
    assert made.json()["sites"] == {"kolkata": "admin"}
    asha = _with(nobody, made.json()["token"])
    assert asha.put(f"{API}/site", json={"name": "Works East"}).status_code == 200
    for verb, address in (("GET", "/tokens"), ("POST", "/tokens"), ("DELETE", "/tokens/viewer")):
        assert asha.request(verb, API + address, json={"name": "x", "role": "admin"}).status_code == 403
    assert admin.post(f"{API}/tokens", json={"name": "b", "role": "viewer", "sites": ["paris"]}).status_code == 404
    assert admin.post(f"{API}/tokens", json={"name": "b", "role": "viewer", "sites": "kolkata"}).status_code == 422


def test_a_token_of_a_removed_site_sees_nothing(base: Settings, nobody: TestClient) -> None:
    from energy_workbench.runtime.settings import sites
    from energy_workbench.services.sites.changes import added, removed

    registry = Registry(base.registry_url)
    asha = _with(nobody, registry.create_token("asha", "admin", sites=["kolkata"]))
    registry.close()
    removed(base, sites.Place("kolkata", 1))
    assert asha.get(f"{API}/meters").status_code == 403
    assert asha.get(f"{API}/sites").json()["items"] == []
    # Not even where another is called so.
    added(base, "Kolkata", "Asia/Kolkata", cheaply("Kolkata"))  # type: ignore[arg-type]
    assert asha.get(f"{API}/meters", params={"site": "kolkata-2"}).status_code == 403


def test_a_change_at_one_site_is_none_at_another(admin: TestClient) -> None:
    etag = admin.get(f"{API}/meters/MAIN", params={"site": "berlin"}).headers["etag"]
    changed = admin.put(f"{API}/meters/MAIN", json={"name": "Hall"}, params={"site": "kolkata"})
    assert changed.status_code == 200
    berlin = admin.get(f"{API}/meters/MAIN", params={"site": "berlin"})
    assert (berlin.headers["etag"], berlin.json()["name"]) == (etag, "Main")


def test_a_site_that_is_added_answers_without_a_restart(base: Settings, admin: TestClient) -> None:
    from energy_workbench.services.sites.changes import added

    added(base, "Paris", "Europe/Paris", cheaply("Paris"))  # type: ignore[arg-type]
    assert admin.get(f"{API}/site", params={"site": "paris"}).json()["timezone"] == "Europe/Paris"
    assert admin.get(f"{API}/sites").json()["total"] == 3


def test_a_service_of_a_further_site_s_settings_serves_all(base: Settings) -> None:
    from energy_workbench.runtime import settings

    app = create_app(settings.load(site="kolkata"))
    with TestClient(app, base_url="http://127.0.0.1:3000") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(base).editor}"
        assert client.get(f"{API}/sites").json()["total"] == 2
