"""A certificate, from the last lesson to the paper, and what becomes of a revoked one."""

from pathlib import Path

import httpx
import msgspec
import pytest

from application.learning.certificate_queries import CertificateView
from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import HOST, Person, Platform, running, settings_for


def view_of(answer: httpx.Response) -> CertificateView:
    return msgspec.json.decode(answer.content, type=CertificateView)


@pytest.fixture
async def learner(platform: Platform) -> Person:
    return await platform.person(Role.MAHASISWA, "Maya Mahasiswa")


@pytest.fixture
async def code(platform: Platform, dosen: Person, learner: Person) -> str:
    awarded: str = (await platform.award(dosen, learner))["code"]
    return awarded


async def test_everybody_who_knows_the_number_can_check_it(client: httpx.AsyncClient, code: str) -> None:
    answer = await client.get(f"/v1/certificates/{code}")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["code"], shown["learner_name"], shown["is_valid"]) == (code, "Maya Mahasiswa", True)
    assert (shown["course_title"], shown["revoked_at"], shown["revoked_reason"]) == ("Struktur Data", None, None)
    for written in (code.lower(), code.replace("-", ""), code.removeprefix("TK-"), code.replace("0", "o")):
        again = await client.get(f"/v1/certificates/{written}")
        assert (again.status_code, again.json()) == (200, shown)
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get(f"/v1/certificates/{code}", headers=known)).status_code == 304


@pytest.mark.parametrize("written", ["TK-0000-0000-0000", "TK-0000-0000-0001", "x", "%00", "%F0%9F%98%80", "A" * 5000])
async def test_another_number_is_nobodys(client: httpx.AsyncClient, written: str) -> None:
    for target in (f"/v1/certificates/{written}", f"/v1/certificates/{written}/pdf"):
        assert_problem(await client.get(target), 404, "certificate.not_found")


async def test_it_comes_as_paper_in_either_language(client: httpx.AsyncClient, code: str) -> None:
    target = f"/v1/certificates/{code}/pdf"
    indonesian = await client.get(target)
    assert indonesian.status_code == 200, indonesian.text
    assert indonesian.headers["content-type"] == "application/pdf"
    assert indonesian.headers["content-disposition"] == f'attachment; filename="{code}.pdf"'
    assert indonesian.headers["content-language"] == "id"
    assert "Accept-Language" in indonesian.headers.get_list("vary", split_commas=True)
    assert indonesian.content.startswith(b"%PDF-")
    assert f"(http://{HOST}/v1/certificates/{code})".encode() in indonesian.content
    assert (await client.get(target)).content == indonesian.content

    english = await client.get(target, headers={"Accept-Language": "en"})
    assert english.headers["content-language"] == "en"
    assert english.content != indonesian.content
    known = {"If-None-Match": indonesian.headers["etag"]}
    assert (await client.get(target, headers=known)).status_code == 304
    assert (await client.get(target, headers={**known, "Accept-Language": "en"})).status_code == 200


async def test_where_it_is_checked_may_be_a_setting(http_database_url: str, data_dir: Path, code: str) -> None:
    settings = settings_for(http_database_url, data_dir, TEKUN_PUBLIC_URL="https://tekun.example.org/")
    async with running(settings) as other, other.client() as elsewhere:
        pdf = (await elsewhere.get(f"/v1/certificates/{code}/pdf")).content
    assert f"(https://tekun.example.org/v1/certificates/{code})".encode() in pdf


async def test_a_revoked_one(client: httpx.AsyncClient, dosen: Person, learner: Person, code: str) -> None:
    target = f"/v1/certificates/{code}/revocation"
    revoked = await client.put(target, json={"reason": "Tugas orang lain."}, headers=dosen.headers)
    assert revoked.status_code == 200, revoked.text
    assert (revoked.json()["is_valid"], revoked.json()["revoked_reason"]) == (False, "Tugas orang lain.")
    again = await client.put(target, json={"reason": "Tugas orang lain."}, headers=dosen.headers)
    shown = await client.get(f"/v1/certificates/{code}")
    assert view_of(again) == view_of(revoked) == view_of(shown)
    assert_problem(await client.get(f"/v1/certificates/{code}/pdf"), 409, "certificate.revoked")
    [mine] = (await client.get("/v1/me/certificates", headers=learner.headers)).json()["items"]
    assert mine == shown.json()

    assert (await client.delete(target, headers=dosen.headers)).status_code == 204
    assert (await client.delete(target, headers=dosen.headers)).status_code == 204
    assert (await client.get(f"/v1/certificates/{code}")).json()["is_valid"]
    assert (await client.get(f"/v1/certificates/{code}/pdf")).status_code == 200


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, 1, None, "a\x00b"])
async def test_a_reason_is_needed(client: httpx.AsyncClient, dosen: Person, code: str, reason: object) -> None:
    refused = await client.put(f"/v1/certificates/{code}/revocation", json={"reason": reason}, headers=dosen.headers)
    assert_problem(refused, 400, "request.invalid")
    assert refused.json()["errors"][0]["pointer"] == "/reason"
    assert (await client.get(f"/v1/certificates/{code}")).json()["is_valid"]


async def test_my_certificates_come_in_pages(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, learner: Person
) -> None:
    codes = [(await platform.award(dosen, learner))["code"] for _ in range(3)]
    target = "/v1/me/certificates"
    first = (await client.get(target, params={"limit": 2}, headers=learner.headers)).json()
    assert [item["code"] for item in first["items"]] == [codes[2], codes[1]]
    rest = await client.get(target, params={"limit": 2, "cursor": first["next_cursor"]}, headers=learner.headers)
    assert ([item["code"] for item in rest.json()["items"]], rest.json()["next_cursor"]) == ([codes[0]], None)
    foreign = await client.get(target, params={"cursor": first["next_cursor"]}, headers=dosen.headers)
    assert_problem(foreign, 400, "cursor.invalid")
