from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import reverse

from delegations.office.request_limits import (
    LARGEST_FILE,
    BoundedUploadHandler,
    content_length,
    refuse_oversized,
)

MB = 1024 * 1024


def uploaded(pieces):
    handler = BoundedUploadHandler()
    handler.new_file("texts", "speech.pdf", "application/pdf", None)
    for place in range(pieces):
        handler.receive_data_chunk(b"x" * MB, place * MB)
    return handler.file_complete(pieces * MB)


def test_of_a_file_that_is_too_large_no_more_is_kept_than_the_largest_that_is_taken():
    with uploaded(25) as file:
        assert file.size == 25 * MB
        assert Path(file.temporary_file_path()).stat().st_size == LARGEST_FILE
    assert not Path(file.name).exists()


def test_a_file_of_a_size_that_is_taken_is_kept_whole():
    with uploaded(10) as file:
        assert Path(file.temporary_file_path()).stat().st_size == file.size == 10 * MB


@pytest.mark.parametrize(
    ("length", "bytes_announced"),
    [("12", 12), ("", 0), ("-1", -1), ("many", 0), ("²", 0), ("9" * 5000, 0)],
)
def test_a_length_that_is_no_number_announces_nothing(length, bytes_announced):
    request = RequestFactory().post("/code/", CONTENT_LENGTH=length)

    assert content_length(request) == bytes_announced
    assert refuse_oversized(request) is None


@pytest.mark.django_db
def test_a_pile_of_scans_is_taken_from_who_is_signed_in_alone(client, admin_client):
    drop = reverse("admin:invitations_droppedscan_drop")
    pile, too_large = ({"CONTENT_LENGTH": str(size * MB)} for size in (100, 121))

    assert admin_client.post(drop, b"", "text/plain", **pile).status_code == 200
    assert admin_client.post(drop, b"", "text/plain", **too_large).status_code == 413
    assert client.post(drop, b"", "text/plain", **pile).status_code == 413


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/?x=%00", "/admin/?edition=%00", "/admin/invitations/circular/add/?reference=%00",
     "/admin/invitations/correspondence/add/?invitation=1%00", "/admin/%00/change/"],
)  # fmt: skip
def test_an_address_that_holds_a_nul_is_refused_before_a_table_is_asked(admin_client, address):
    assert admin_client.get(address).status_code == 400
