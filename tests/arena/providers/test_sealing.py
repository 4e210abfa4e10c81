"""Keys at rest: read with any key at hand, written with the newest, and nothing of them in print."""

import pytest

from arena.providers.sealing import CannotUnseal, Sealed, reseal, seal, unseal

OLD, NEW = "an old key of thirty-two letters or so", "a new key of thirty-two letters or so"


def test_what_was_sealed_is_read_again_and_never_looks_the_same():
    first, second = seal("sk-Über-secret", [OLD]), seal("sk-Über-secret", [OLD])
    assert unseal(first, [OLD]) == unseal(second, [OLD]) == "sk-Über-secret"
    assert first != second
    assert "secret" not in first


def test_any_key_at_hand_reads_and_the_first_writes():
    old = seal("secret", [OLD])
    assert unseal(old, [NEW, OLD]) == "secret"
    fresh = reseal(old, [NEW, OLD])
    assert unseal(fresh, [NEW]) == "secret"
    with pytest.raises(CannotUnseal):
        unseal(fresh, [OLD])


@pytest.mark.parametrize("verb", [unseal, reseal])
def test_what_was_sealed_otherwise_or_changed_is_refused(verb):
    for token in ("", "nonsense", seal("secret", [OLD])[:-4]):
        with pytest.raises(CannotUnseal):
            verb(token, [OLD, NEW])


def test_a_sealed_secret_is_opened_and_never_printed():
    sealed = Sealed(seal("secret", [OLD]), (OLD,))
    assert sealed.open() == "secret"
    for printed in (repr(sealed), str(sealed), f"{sealed}", repr({"key": sealed})):
        assert "secret" not in printed
        assert sealed.token not in printed
        assert OLD not in printed
