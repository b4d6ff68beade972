import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.search_terms import INDEXED_LENGTH, asked_terms, search_terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Basis Data", "Basis Data"),
        ("", ""),
        ("线性代数", "线性 性代 代数 线 性 代 数"),
        ("艺", "艺 艺"),
        ("Python语言 入门", "Python 语言 入门 语 言 入 门"),
        ("Ｐｙｔｈｏｎ", "Python"),
        ("日本語のクラス", "日本 本語 語の のク クラ ラス 日 本 語 の ク ラ ス"),
        ("ประเทศ", "ปร ระ ะเ เท ทศ ป ร ะ เ ท ศ"),
        ("ที่นี่", "ที่นี่ ที่ นี่"),
    ],
)
def test_unspaced_runs_become_pairs(text: str, terms: str):
    assert search_terms(text).split() == terms.split()


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("basis data", "basis data"),
        ('"basis data" -sql or nosql', '"basis data" -sql or nosql'),
        ("线性代数", '"线性 性代 代数"'),
        ("艺", '"艺"'),
        ("-艺术 python", '-"艺术" python'),
        ("a-艺术", 'a- "艺术"'),
        ('"python 语言" 艺术', '"python 语言 " "艺术"'),
        ('"艺术', '" 艺术 '),
    ],
)
def test_what_is_asked_for_becomes_phrases_of_pairs(words: str, terms: str):
    assert asked_terms(words).split() == terms.split()


@given(st.text(st.sampled_from("线性代数艺术ab -\"'"), min_size=1))
def test_what_is_asked_for_is_made_of_what_is_stored(text: str):
    bare = text.replace('"', " ").replace("-", " ").replace("'", " ")
    stored = search_terms(bare).split()

    assert set(asked_terms(bare).replace('"', " ").split()) <= set(stored)


def test_no_more_is_indexed_than_a_vector_holds():
    assert len(search_terms("语" * 50_000)) < INDEXED_LENGTH * 4
