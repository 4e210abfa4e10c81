"""Two texts that say nearly the same are shown by what only one of them says."""

from arena.rendering.differences import find_difference

WORDS = "Black tea wants boiling water and three to five minutes in a warm pot."


def test_what_only_one_says_is_marked():
    found = find_difference(f"<p>{WORDS}</p>", f"<p>{WORDS.replace('warm', 'cold')}</p>")
    assert found is not None
    assert found.a.endswith("in a <mark>warm </mark>pot.")
    assert found.b.endswith("in a <mark>cold </mark>pot.")
    assert 0.8 < found.similarity < 1


def test_exchanging_the_sides_exchanges_the_texts():
    one, two = f"<p>{WORDS}</p>", f"<p>{WORDS} Or six.</p>"
    found, mirrored = find_difference(one, two), find_difference(two, one)
    assert found is not None
    assert mirrored is not None
    assert (found.a, found.b) == (mirrored.b, mirrored.a)


def test_texts_that_are_equal_short_or_quite_different_have_none():
    assert find_difference(f"<p>{WORDS}</p>", f"<p>{WORDS}</p>") is None
    assert find_difference("<p>Three minutes.</p>", "<p>Five minutes.</p>") is None
    assert find_difference(f"<p>{WORDS}</p>", "<p>" + " ".join(f"word{k}" for k in range(14)) + "</p>") is None


def test_markup_in_a_text_stays_text():
    found = find_difference(f"<p>{WORDS} &lt;b&gt;Yes&lt;/b&gt;</p>", f"<p>{WORDS} &lt;i&gt;No&lt;/i&gt;</p>")
    assert found is not None
    assert "&lt;b&gt;Yes&lt;/b&gt;" in found.a
    assert "<b>" not in found.a


def test_signs_of_languages_without_spaces_are_compared_one_by_one():
    found = find_difference("<p>お茶は三分から五分ほど蒸らします。</p>", "<p>お茶は三分から六分ほど蒸らします。</p>")
    assert found is not None
    assert found.a == "お茶は三分から<mark>五</mark>分ほど蒸らします。"


def test_blocks_stay_on_lines_of_their_own():
    found = find_difference(f"<p>{WORDS}</p><ul><li>One</li></ul>", f"<p>{WORDS}</p><ul><li>Two</li></ul>")
    assert found is not None
    assert found.a == f"{WORDS}<br><mark>One</mark>"
