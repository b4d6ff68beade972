import pytest

from application.shared.version import VersionStale, assert_version


def test_the_version_that_was_read_is_the_present_one():
    assert_version(3, 3)


def test_no_expected_version_asks_for_no_check():
    assert_version(3, None)


@pytest.mark.parametrize("expected", [2, 4, 0])
def test_any_other_version_is_stale(expected: int):
    with pytest.raises(VersionStale, match=f"version 3, you read version {expected}"):
        assert_version(3, expected)
