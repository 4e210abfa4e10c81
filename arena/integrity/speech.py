"""Whether a text, around a mention of a name, says of itself that it is its author."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from arena.integrity.folding import fold_word
from arena.integrity.names import Name
from arena.integrity.phrases import ENGLISH, OTHERS, Phrases

NAMED: Final = "\ue000"
"""Stands for every sign of a name, so that what is said of one name is not read as words of its own."""
BEFORE: Final = 200
AFTER: Final = 90
_ARTICLES: Final = frozenset({"a", "an", "un", "une", "ein", "eine", "einem", "una", "uma", "um"})
_MADE_ME: Final = re.compile(
    r"^(?:'s (?:team|researchers|engineers))?,?(?: (?:which|that|who|the company that))?(?: (?:has|have|originally))?"
    r" (?:trained|created|developed|made|built|designed|programmed) me\b"
)
_POLICY: Final = re.compile(r"^(?:'s)?(?: [\w\-]+){0,3}? (?:policy|policies|guidelines|terms)\b")
_FIRST_PERSON: Final = re.compile(r"(?<!\w)(?:i|i'm|i can't|me|my)(?!\w)")
_PRESENT: Final = re.compile(r"^,? here(?: ?[.!,:\n]|$| to| with)|^ speaking\b|^(?:てす|と申します)")
_BEGINS: Final = re.compile(r"[.!?\n。、！]\s*$|(?:hi|hello|hey|this is)\W+$")
_GREETS: Final = re.compile(
    r"(?:(?<!\w)(?:hi|hello|hey|bonjour|salut|hola|ciao|hallo|ola)\W+(?:it's|this is|ici|aqui|hier ist|qui) "
    r"|(?:^|[.!?,\n])\W*sono |(?:^|[.!?\n]\W*)i, )$"
)
_OF_OTHERS: Final = re.compile(
    r"^(?:'s?(?!\w)(?! \w*(?:model|assistant|ai|language|large|gpt))|-(?!based|powered|like)\w"
    r"| (?:is|are|was|were|has|have|can|will|does|did|would|user|users|fan|fans|expert|experts|enthusiast|engineer|"
    r"developer|employee|subscriber|customer|owner|plugin|ist|sind|est|sont|es|son|sono)(?!\w))"
)
_PARTICLE: Final = re.compile(
    r"^ (?:the|of|de|von|van|da|du|le|la|season|sun|rising|sign|woman|man|herder|farmer)(?!\w)"
)
_KIND: Final = re.compile(
    r"^[ \-]?(?:ai|based|powered|chat|language|large|model|modell|assistant|llm|bot|instance|variant)"
)
_FAMILY: Final = re.compile(r"^ (?:family|series|line|models?)(?!\w)")
_SURNAME: Final = re.compile(r"^ (?!I\b|AI\b|Assistant\b|Model\b|LLM\b)[A-ZÀ-Þ][\w'’-]*")
_OBJECT: Final = tuple(map(fold_word, ("を", "は", "が", "을", "를", "에서 일")))
"""What makes a name in Japanese or Korean the object of a sentence, or its subject."""
_MADE_BY: Final = tuple(map(fold_word, ("が開発", "が訓練", "が作")))
_MAKING: Final = (
    "creat|develop|maker|entwickler|createur|creador|criador|создател|создал|разработала|обучила|"
    "开发者|创造者|由|開発者"
)
_OPENS_WITH_MAKER: Final = tuple(map(fold_word, _MAKING.split("|")))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A mention as it stands: the folded text before and after it, names as NAMED, and the original after it."""

    before: str
    after: str
    original: str
    written: str
    versioned: bool


@dataclass(frozen=True, slots=True)
class _Language:
    """The expressions of one language, and its words by what they do."""

    opened: re.Pattern[str]
    in_role: re.Pattern[str] | None
    made: re.Pattern[str]
    model: re.Pattern[str]
    link: re.Pattern[str]
    me: re.Pattern[str]
    spaced: bool


def names_itself(near: Surroundings, name: Name) -> bool:
    """Return whether a text says, around a mention of `name`, that its author has that name or was made by it."""
    if name.proper and not (near.written[:1].isupper() or any(map(str.isdigit, near.written))):
        return False
    if _MADE_ME.match(near.after) or (_POLICY.match(near.after) and _FIRST_PERSON.search(_sentence(near.before))):
        return not name.proper
    if _says_present(near, name):
        return True
    return any(_introduces(language, near, name) for language in _languages())


def _says_present(near: Surroundings, name: Name) -> bool:
    """Return whether a name is said as one says hello: "Claude here", "Hey, it's Claude.", "I, Claude, ..."."""
    if name.maker:
        return False
    begins = not near.before.strip() or _BEGINS.search(near.before)
    greets = _GREETS.search(near.before) and re.match(r"[^\w\n]*(?:\n|$)|[.,!;]", near.after)
    return bool((begins and _PRESENT.match(near.after)) or greets)


def _sentence(before: str) -> str:
    return re.split(r"[.!?\n]", before)[-1]


def _introduces(language: _Language, near: Surroundings, name: Name) -> bool:
    opened = language.opened.search(near.before)
    in_role = None if opened or language.in_role is None else language.in_role.search(near.before)
    found = opened or in_role
    if found is None:
        return False
    if in_role and not language.me.search(re.split(r"[.!?,;\n]", near.after.lstrip(", "))[0][:60]):
        return False
    return _fits(language, found, near, name) and not _speaks_of_others(language, found[0], near, name)


def _fits(language: _Language, found: re.Match[str], near: Surroundings, name: Name) -> bool:
    """Return whether the words before a name lead to it: a product is, a maker made."""
    said = found[0]
    made = bool(language.made.search(said))
    between = found["between"]
    link, model = bool(language.link.search(between)), bool(language.model.search(between))
    if not name.maker and (not link or _FAMILY.match(near.after)):
        return True
    made_after = bool(language.made.search(near.after[:40])) and (link or not language.spaced)
    model_after = not language.spaced and bool(language.model.search(near.after[:12]))
    led = any(word in said for word in _OPENS_WITH_MAKER)
    return made or (model and link) or made_after or model_after or led


def _speaks_of_others(language: _Language, said: str, near: Surroundings, name: Name) -> bool:
    """Return whether what follows makes it somebody else: a user of it, a sign of the zodiac, a surname."""
    if not language.spaced:
        return near.after.lstrip(" ").startswith(_OBJECT) and not near.after.startswith(_MADE_BY)
    if _OF_OTHERS.match(near.after) and not name.maker:
        return True
    words = re.findall(r"\w+", said)
    if words and words[-1] in _ARTICLES and not _KIND.match(near.after):
        return (name.common and not near.versioned) or bool(re.match(r"^ \w", near.after))
    surname = _SURNAME.match(near.original) and not near.after.startswith(f" {NAMED}")
    return name.common and bool(surname or _PARTICLE.match(near.after))


@lru_cache(maxsize=1)
def _languages() -> tuple[_Language, ...]:
    return tuple(_compiled(phrases) for phrases in (ENGLISH, *OTHERS))


def _compiled(phrases: Phrases) -> _Language:
    between = _either(phrases.made, phrases.model, phrases.link, phrases.other)
    gap = r"(?:[^\w.!?;…。！？]{1,5}|(?<='))" if phrases.spaced else r"[^\w.!?;。！？]{0,4}"
    names = rf"{NAMED}+(?:'s)?"
    tail = rf"(?P<between>(?:{gap}(?:{between}|{names}(?=\s)))*){gap}$"
    begin = r"(?<!\w)" if phrases.spaced else ""
    role = re.compile(rf"{begin}(?:{_either(phrases.role)}){tail}") if phrases.role else None
    return _Language(
        opened=re.compile(rf"{begin}(?:{_either(phrases.opening)}){tail}"),
        in_role=role,
        made=_words(phrases.made, phrases.spaced),
        model=_words(phrases.model, phrases.spaced),
        link=_words(phrases.link, phrases.spaced),
        me=_words(phrases.me, phrases.spaced),
        spaced=phrases.spaced,
    )


def _words(said: str, spaced: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_either(said)})(?!\w)" if spaced else _either(said))


def _either(*lists: str) -> str:
    """Return an expression for any of the words, longest first, as they stand in folded texts."""
    words = {fold_word(word) for said in lists for word in said.split("|") if word}
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
