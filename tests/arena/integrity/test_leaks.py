"""Leaks are found where a response names its author, and hardly anywhere else: `cases` and `innocent` are the list."""

import base64
import codecs
import hashlib
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.integrity.leaks import MARK, Leak, LeakKind, find_leaks, leaks_version, mask_leaks
from arena.integrity.names import Cast, names_of
from tests.arena.integrity.cases import CAST, LEAKS
from tests.arena.integrity.innocent import INNOCENT

NAMES = names_of(CAST, CAST[0])
WELL_KNOWN = ("Claude", "ChatGPT", "Gemini", "DeepSeek", "Mistral", "Vicuna", "Falcon")
OPENINGS = (
    "I am {}.",
    "My name is {}",
    "Je suis {}.",
    "Ich bin {}!",
    "Soy {}.",
    "我叫{}。",
    "Меня зовут {}.",
    "```\n# I am {}\n```",
)


def masked(text: str, prompt: str = "") -> str:
    return mask_leaks(text, find_leaks(text, NAMES, prompt))


def is_hidden(text: str, told: str) -> bool:
    """Return whether a leak was found, and what told the name is no longer there."""
    seen = masked(text)
    return MARK in seen and told not in seen


def test_the_list_is_long_enough():
    assert len(LEAKS) >= 120
    assert len(INNOCENT) >= 110
    assert len({text for text, _ in (*LEAKS, *INNOCENT)}) == len(LEAKS) + len(INNOCENT)
    assert all(told in text for text, told in LEAKS)


def test_recall_and_precision_on_the_list():
    """What docs/methodology.md states."""
    missed = [text for text, told in LEAKS if not is_hidden(text, told)]
    wrong = [text for text, prompt in INNOCENT if find_leaks(text, NAMES, prompt)]
    found = len(LEAKS) - len(missed)
    assert found / len(LEAKS) >= 0.97, missed
    assert found / (found + len(wrong)) >= 0.99, wrong


# A messenger of the gods is a model to whoever knows one of that name, and no rule tells the two apart.
TAKEN_WRONGLY = "I am Hermes, messenger of the gods."


@pytest.mark.parametrize(("text", "prompt"), [case for case in INNOCENT if case[0] != TAKEN_WRONGLY])
def test_an_innocent_response_stays_as_it_is(text, prompt):
    assert masked(text, prompt) == text


def test_every_mention_of_a_name_that_was_told_is_hidden_and_other_names_stay():
    text = "I am Claude 3 Opus. Claude is made by Anthropic; ask `claude.ai` or GPT-4."
    assert masked(text) == f"I am {MARK}. {MARK} is made by {MARK}; ask `{MARK}` or GPT-4."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I am Claude", LeakKind.SELF),
        ("Four.\n\n— Claude", LeakKind.SIGNATURE),
        ("Four.<|im_end|>", LeakKind.TOKEN),
        ("C l a u d e", LeakKind.HIDDEN),
        ("See quokka-9000b", LeakKind.AUTHOR),
    ],
)
def test_a_leak_says_how_the_name_was_told(text, kind):
    (leak,) = find_leaks(text, NAMES)
    assert leak.kind is kind
    assert kind.told
    assert Leak.from_dict(leak.to_dict()) == leak


def test_what_the_prompt_speaks_of_may_be_spoken_of():
    assert masked("Q2xhdWRl", "Write Claude in base64.") == "Q2xhdWRl"
    assert masked("It is quokka-9000b.", "What is quokka-9000b?") == "It is quokka-9000b."
    assert masked("[INST] begins it.", "Explain [INST].") == "[INST] begins it."
    assert masked("Yes, I am Claude.", "Are you Claude?") == f"Yes, I am {MARK}."


def test_code_and_links_lose_the_names_and_nothing_else():
    text = (
        "```python\nclient = connect('claude-2')  # I am Claude\nprint(1 + 1)\n```\n[home](https://claude.ai/about?x=1)"
    )
    assert masked(text) == (
        f"```python\nclient = connect('{MARK}')  # I am {MARK}\nprint(1 + 1)\n```\n[home](https://{MARK}/about?x=1)"
    )


def test_names_of_contestants_count_as_they_are_written():
    names = names_of([Cast("Plain"), Cast("Zed 5", model="zeta/zed-5-large")])
    for text in ("I am plain.", "My name is plain to see.", "I am rarely wrong."):
        assert find_leaks(text, names) == ()
    for text in ("I am Plain.", "I am Zed 5.", "I am zed-5-large.", "I was trained by Zeta."):
        assert find_leaks(text, names), text


@pytest.mark.parametrize("name", ["***", "…", "\u200b\u200b", "\u0321\u0334", "❄❄"])
def test_a_name_without_letters_is_looked_for_nowhere_or_as_it_is(name):
    cast = [Cast(name, "c1", name, name), Cast("Quokka 9000", "c2")]
    names = names_of(cast, cast[0])
    assert find_leaks("Three minutes, *** or four.", names, "") == ()
    assert find_leaks("I am Quokka 9000.", names, "")


def test_the_version_changes_with_the_names_and_fits_its_column():
    assert leaks_version(NAMES) == leaks_version(names_of(CAST, CAST[1]))
    assert leaks_version(NAMES) != leaks_version(names_of(CAST[1:], CAST[1]))
    assert len(leaks_version(NAMES)) == 16


def disguises(name: str) -> list[str]:
    """Return a name as it is and in every disguise that must not pass."""
    alike = name.translate(str.maketrans("aeopcx", "аеорсх"))
    return [
        name,
        name.upper(),
        name.lower(),
        "\u200b".join(name),
        "\u2060".join(name),
        " ".join(name),
        ".".join(name),
        "-".join(name),
        alike if alike != name else name,
        name.translate(str.maketrans("aeio", "4310")),
        name[0] + "\u0301" + name[1:],
        "".join(chr(0xFEE0 + ord(letter)) for letter in name),
        f"{name[:2]}**{name[2:]}**",
        "".join(f"&#{ord(letter)};" for letter in name),
        "".join(f"%{ord(letter):02x}" for letter in name),
        name[::-1],
        codecs.encode(name, "rot13"),
        base64.b64encode(name.encode()).decode(),
        base64.b64encode(f"I am {name}".encode()).decode(),
        name.encode().hex(),
        *(hashlib.new(method, name.encode()).hexdigest() for method in ("md5", "sha1", "sha256")),
    ]


def traces(name: str) -> set[str]:
    """Return what may not be found in a masked text, whatever disguise the name had."""
    return {form.casefold() for form in (*disguises(name), quote(name))}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_name_is_left_in_any_disguise(data):
    name = data.draw(st.sampled_from(WELL_KNOWN))
    said = data.draw(st.sampled_from(disguises(name)))
    opening = data.draw(st.sampled_from(OPENINGS))
    rest = data.draw(
        st.sampled_from(("", " It is four. ", f" {name} and {name.lower()} once more.", "\n\n- one\n- two"))
    )
    seen = masked(f"{opening.format(name)} {said} {rest}").casefold()
    assert MARK in seen
    assert not [trace for trace in traces(name) if trace in seen]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_masking_twice_is_masking_once_and_the_mark_tells_no_length(data):
    parts = [
        data.draw(st.sampled_from(OPENINGS)).format(
            data.draw(st.sampled_from(disguises(data.draw(st.sampled_from(WELL_KNOWN)))))
        )
    ]
    parts += data.draw(
        st.lists(st.sampled_from([*WELL_KNOWN, "and", "is", "tea.", "made by OpenAI", "\n", "I", "as"]), max_size=8)
    )
    text = " ".join(parts)
    once = masked(text)
    assert masked(once) == once
    assert set(once.split(MARK)) <= {text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)}


WORDS = st.text(string.ascii_letters + string.digits + " .,!?*_`#()[]<>|\n\\&;:'\"éüжщ漢字", max_size=300)


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_any_text_is_taken_and_the_leaks_are_places_of_it_in_order(text):
    leaks = find_leaks(text, NAMES)
    places = [place for leak in leaks for place in (leak.start, leak.end)]
    assert places == sorted(places)
    assert all(0 <= leak.start < leak.end <= len(text) for leak in leaks)
    assert masked(masked(text)) == masked(text)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["tea", "I am", "my name is", "trained by", "as", "hot", "you.", "Best regards,\n", "4", "—"])
    )
)
def test_a_text_without_names_stays_as_it_is(words):
    text = " ".join(words)
    assert masked(text) == text


def test_a_long_text_is_read_in_a_blink():
    """Nothing here goes back over what it has read: twice the text costs twice the time."""
    for piece in (
        "I am a large language model ",
        "a.b.c.d.e.f ",
        "QUJD" * 20 + " ",
        "41 " * 50,
        "<|",
        "claude ",
        "我是一个",
    ):
        find_leaks(piece * (40_000 // len(piece)), NAMES)
