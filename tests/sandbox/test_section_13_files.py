"""stripe-facts 13: files in evidence, from the upload to the bank (DOC file-upload)."""

import json

import pytest
import stripe

from tests.support.papers import named, paper
from tests.support.standin_disputes import DAY, disputed
from tests.support.standin_errors import refused

MIB = 1024 * 1024


async def upload(
    platform, content=None, name="receipt.pdf", purpose="dispute_evidence", options=None
):
    given = {
        "purpose": purpose,
        "file": named(paper() if content is None else content, name),
    }
    return await platform.v1.files.create_async(given, options or {})


def download(platform, file, key=None):
    path = file.url.removeprefix(platform.sandbox.base_url)
    return platform.sandbox.request(
        "GET", path, headers={"Authorization": f"Bearer {key or platform.key}"}
    )


@pytest.mark.parametrize(
    ("kind", "name"), [("pdf", "a.pdf"), ("jpg", "a.jpeg"), ("png", "no-ending")]
)
async def test_a_file_is_kept_for_its_purpose_and_can_be_read_back(
    platform, kind, name
):
    content = paper(kind)
    file = await upload(platform, content, name)
    assert file.id.startswith("file_")
    assert (file.purpose, file.type, file.size, file.filename) == (
        "dispute_evidence",
        kind,
        2000,
        name,
    )
    assert 270 * DAY < file.expires_at - file.created < 280 * DAY
    assert (await platform.v1.files.retrieve_async(file.id)).to_dict() == file.to_dict()
    assert download(platform, file) == (200, content)


async def test_the_content_is_not_for_everybody_and_not_for_ever(platform):
    file = await upload(platform)
    assert download(platform, file, "sk_test_somebody_else")[0] == 404
    assert download(platform, file, platform.publishable)[0] in (403, 404)
    platform.sandbox.advance(300 * DAY)
    assert download(platform, file)[0] == 404


async def test_documents_of_identity_are_not_handed_out(platform):
    assert (await upload(platform, purpose="identity_document")).url is None


async def test_files_are_listed_by_purpose_newest_first(platform):
    first, second = await upload(platform), await upload(platform)
    other = await upload(platform, purpose="identity_document")
    files = platform.v1.files
    assert [f.id for f in (await files.list_async()).data] == [
        other.id,
        second.id,
        first.id,
    ]
    listed = await files.list_async({"purpose": "dispute_evidence", "limit": 1})
    assert (
        [f.id for f in listed.data],
        listed.has_more,
    ) == ([second.id], True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (paper("gif"), "following mimetypes: application/pdf, image/jpeg, image/png."),
        (b"<html>", "don't currently support that file type"),
        (b"", "is empty"),
        (paper(size=5 * MIB + 1), "too large"),
        (paper(pages=50), "fewer than 50 pages"),
    ],
)
async def test_what_is_in_a_file_decides_whether_it_is_taken(platform, content, says):
    error = await refused(upload(platform, content, "honest.pdf"))
    assert (error.param, error.http_status) == ("file", 400)
    assert says in error.user_message


async def test_a_file_of_the_largest_size_and_length_is_taken(platform):
    assert (
        await upload(
            platform,
            paper(size=5 * MIB, pages=49),
        )
    ).size == 5 * MIB


async def test_a_text_is_no_file_and_a_file_no_text(platform):
    headers = {
        "Authorization": f"Bearer {platform.key}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = "purpose=dispute_evidence&file=receipt.pdf"
    status, answer = platform.sandbox.request("POST", "/v1/files", body, headers)
    assert (status, json.loads(answer)["error"]["param"]) == (400, "file")
    given = {"purpose": named(b"dispute_evidence"), "file": named(paper())}
    with pytest.raises(stripe.InvalidRequestError):
        await platform.v1.files.create_async(given)


async def test_what_is_not_played_is_refused(platform):
    assert (
        await refused(upload(platform, purpose="terminal_android_apk"))
    ).param == "purpose"
    linked = {
        "purpose": "dispute_evidence",
        "file": named(paper()),
        "file_link_data": {"create": True},
    }
    with pytest.raises(stripe.InvalidRequestError, match="file_link_data"):
        await platform.v1.files.create_async(linked)
    platform.http.problems.clear()  # the SDK writes a boolean in a part as Python does


async def test_the_same_key_gives_the_same_file_and_another_content_under_it_is_refused(
    platform,
):
    options = {"idempotency_key": "once"}
    file = await upload(platform, options=options)
    assert (await upload(platform, options=options)).id == file.id
    with pytest.raises(stripe.StripeError, match="same parameters"):
        await upload(platform, paper(size=2001), options=options)


async def test_evidence_names_files_of_ours_that_were_uploaded_for_a_dispute(platform):
    dispute = await disputed(platform)
    file, identity = (
        await upload(platform),
        await upload(platform, purpose="identity_document"),
    )

    def attach(file_id):
        return platform.v1.disputes.update_async(
            dispute.id, {"evidence": {"receipt": file_id}, "submit": False}
        )

    assert (await attach(file.id)).evidence.receipt == file.id
    assert (await refused(attach("file_nobodys"))).param == "evidence[receipt]"
    assert "purpose" in (await refused(attach(identity.id))).user_message
    whole = await platform.v1.disputes.retrieve_async(
        dispute.id, {"expand": ["evidence.receipt"]}
    )
    assert whole.evidence.receipt.filename == "receipt.pdf"


async def test_all_files_of_a_dispute_together_have_a_limit(platform):
    dispute = await disputed(platform)
    half = await upload(platform, paper(size=2_300_000))
    other = await upload(platform, paper("png", size=2_300_000), "other.png")
    evidence = {"receipt": half.id, "uncategorized_file": half.id}
    await platform.v1.disputes.update_async(
        dispute.id, {"evidence": evidence, "submit": False}
    )
    error = await refused(
        platform.v1.disputes.update_async(
            dispute.id, {"evidence": {"refund_policy": other.id}, "submit": False}
        )
    )
    assert "exceed the limit for a dispute's total size" in error.user_message


async def test_an_appeal_takes_files_too(platform):
    dispute = await disputed(platform)
    platform.control("POST", f"disputes/{dispute.id}/close", {"outcome": "lost"})
    platform.control("POST", f"disputes/{dispute.id}/appeal")
    file = await upload(platform)

    def filed(*ids: str):
        card = {"reason_for_filing": "Signed for.", "supporting_files": list(ids)}
        return platform.v1.disputes.update_async(
            dispute.id, {"evidence": {"appeal": {"card": card}}}
        )

    assert (
        await refused(filed(file.id, "file_nobodys"))
    ).param == "evidence[appeal][card][supporting_files][1]"
    assert (await filed(file.id)).evidence.appeal.card.supporting_files == [file.id]
