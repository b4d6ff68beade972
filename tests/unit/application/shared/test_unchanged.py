from application.shared.unchanged import UNCHANGED, merged


def test_absent_means_unchanged():
    assert merged(UNCHANGED, "Budi") == "Budi"


def test_none_clears():
    assert merged(None, "Budi") is None


def test_a_value_takes_the_place_of_the_present_one():
    assert merged("Siti", "Budi") == "Siti"
