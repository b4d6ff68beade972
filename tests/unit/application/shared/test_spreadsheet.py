import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.shared.spreadsheet import defused, restored

texts = st.text(st.sampled_from("'=+-@\t\r\n a1"), max_size=6)


@given(texts)
def test_what_was_defused_runs_nothing_and_comes_back_as_it_was(text: str):
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert restored(defused(text)) == text


@pytest.mark.parametrize("text", ["", "Bagus", "'Bagus'", "1+1", " =1"])
def test_what_runs_nothing_stays(text: str):
    assert defused(text) == restored(text) == text
