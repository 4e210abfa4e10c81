"""Prompts that ask who answers: whatever a model says to them, it names itself or avoids to."""

import re
from functools import lru_cache
from typing import Final

from arena.integrity.folding import fold, fold_word
from arena.integrity.known import FAMILIES

_QUOTED: Final = re.compile(
    r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|「[^」\n]*」|(?<!\w)\'[^\'\n]*\'(?!\w)|```.*?```', re.DOTALL
)
_ABOUT_WORDS: Final = re.compile(
    r"^\W*(?:please )?(?:translate|rewrite|paraphrase|correct|proofread|summari[sz]e|continue|write|ubersetze|traduis|"
    r"traduce|traduci|traduza)\b"
)
_GREETINGS: Final = (
    "hi|hello|hey|ok|okay|so|but|and|now|please|first|well|tell me|can you tell me|could you tell me|i want to know|just|"
    "bonjour|salut|dis-moi|hallo|sag mir|hola|dime|ciao|dimmi|oi|ola|me diga|diga-me|привет|скажи|скажите"
)
_END: Final = r"(?=[^\w\n]*(?:$|\n|[.?!…])|,| (?:and|et|und|y|e|exactly|really|please)\b)"
_QUESTIONS: Final = (
    # English
    "who are you|what are you|who r u|what is your name|what's your name|who is this|what are you called|"
    "who exactly are you|what exactly are you|who am i talking to|who am i speaking to|who am i speaking with|"
    "who am i chatting with|what am i talking to|introduce yourself|identify yourself|are you an ai|are you human|"
    "are you a bot|who you are|what you are|"
    # French
    "qui es-tu|qui etes-vous|tu es qui|vous etes qui|qu'es-tu|comment t'appelles-tu|comment vous appelez-vous|"
    "quel est ton nom|quel est votre nom|presente-toi|a qui ai-je affaire|"
    # German
    "wer bist du|wer sind sie|was bist du|wie heißt du|wie heißen sie|wie ist dein name|mit wem spreche ich|"
    "stell dich vor|stelle dich vor|"
    # Spanish
    "quien eres|quien eres tu|que eres|como te llamas|cual es tu nombre|quien es usted|presentate|con quien hablo|"
    # Italian
    "chi sei|chi sei tu|cosa sei|come ti chiami|qual e il tuo nome|chi e lei|presentati|con chi sto parlando|"
    # Portuguese
    "quem e voce|quem es tu|o que e voce|como voce se chama|como te chamas|qual e o seu nome|qual e seu nome|"
    "qual e o teu nome|apresente-se|com quem estou falando|"
    # Russian
    "кто ты|кто вы|ты кто|как тебя зовут|как вас зовут|что ты такое|представься|представьтесь|с кем я говорю|"
    # Korean
    "너는 누구니|당신은 누구입니까|누구세요|이름이 뭐야|넌 누구야"
)
_ASIAN: Final = (
    "你是谁|您是谁|你叫什么|你是什么模型|你是哪个模型|你是哪种模型|你是什么ai|你是由谁|谁开发了你|谁创造了你|谁训练了你|"
    "你的系统提示|介绍一下你自己|自我介绍一下|你的开发者是谁|你基于什么模型|"
    "あなたは誰|あなたはだれ|君は誰|あなたの名前は|お名前は何|どのモデルですか|何のモデル|誰があなたを|誰に作られ|"
    "あなたを作ったのは|あなたのシステムプロンプト|自己紹介して"
)
_MODEL: Final = r"""
\b(?:which|what)(?: \w+)?(?: (?:ai|language|gpt|chat))*(?: (?:model|llm|ai|version|chatbot|assistant))+(?: exactly)? YOU\b
\b(?:are you|you are|you're)(?: (?:a|an|based on|powered by|actually|really|secretly|running on))* NAMES\b[^.!\n]*\?
\bwho (?:has )?(?:MADE|owns) youEND
\b(?:what|which) (?:company|organi[sz]ation|lab|firm) (?:has )?(?:MADE|owns) youEND
\bwho (?:is|are|was) your (?:creator|creators|developer|developers|maker|makers|owner|inventor)\b
\b(?:what|which) (?:is|are|was) your (?:\w+ )?HIDDEN\b
\bwhat's your (?:\w+ )?HIDDEN\b
\b(?:repeat|print|show|reveal|output|give|tell|ignore)\b[^.?!\n]{0,40}\b(?:your|the) (?:\w+ )?system (?:prompt|message)\b
\b(?:quel|quelle|quels) (?:modele|ia|version)(?: \w+){0,3} (?:es-tu|etes-vous|utilises-tu)\b
\bqui (?:t'a|vous a) (?:cree|entraine|developpe|concu|fabrique)\b
\b(?:quel est|montre|affiche)[^.?!\n]{0,20}\b(?:ton|votre) (?:prompt systeme|message systeme)\b
\bwelche?s? (?:ki-?)?(?:modell|sprachmodell|ki|version)(?: \w+){0,2} bist du\b
\bwer hat dich (?:entwickelt|erschaffen|trainiert|gemacht|programmiert|gebaut|erfunden)\b
\b(?:dein|deinen) (?:system-?prompt|systemprompt)\b
\bque (?:modelo|ia|version)(?: \w+){0,4} eres\b
\bquien te (?:creo|hizo|entreno|desarrollo|programo|ha creado)\b
\b(?:tu|tus|su|teu|seu) (?:prompt|mensaje|instrucciones|mensagem) (?:de|del|do) sistema\b
\bche (?:modello|ia|versione)(?: \w+){0,3} sei\b
\bchi ti ha (?:creato|addestrato|sviluppato|fatto|programmato)\b
\b(?:tuo|vostro) (?:prompt|messaggio) di sistema\b
\b(?:que|qual) modelo(?: \w+){0,4} (?:voce e|e voce|es tu|tu es)\b
\bquem (?:te|o) (?:criou|treinou|desenvolveu|fez|programou)\b
\bquem (?:criou|treinou|desenvolveu|fez) voce\b
"""
_PARTS: Final = {
    "YOU": r"(?:are you|is this|am i (?:talking|speaking|chatting)|do you (?:run on|use)|powers you)",
    "MADE": "made|created|trained|built|developed|designed|programmed|invented",
    "HIDDEN": r"(?:model name|model version|underlying model|system prompt|system message|training cutoff|"
    r"knowledge cutoff|initial instructions|original instructions)",
    "END": _END,
}
_RUSSIAN: Final = (
    "какая ты модель|какая вы модель|что ты за модель|кто тебя создал|кто вас создал|кто тебя разработал|"
    "кто тебя обучил|твой системный промпт|твой создатель|какой ты версии"
)


def asks_identity(prompt: str) -> bool:
    """Return whether a prompt asks who or what answers it, who made that, or for its hidden instructions.

    What stands in quotation marks or in code is not asked, and neither is what is only to be translated or corrected.
    """
    folded = fold(_QUOTED.sub(" ", prompt.replace("’", "'"))).text
    if _ABOUT_WORDS.match(folded):
        return False
    return any(pattern.search(folded) for pattern in _patterns())


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(re.escape(fold_word(name)) for _, clear, common, _ in FAMILIES for name in (*clear, *common))
    begin = rf"(?:^|[.?!\n,;…])[^\w\n]*(?:(?:{_either(_GREETINGS)})[ ,:]+){{0,3}}"
    standing = rf"{begin}(?:{_either(_QUESTIONS)}){_END}"
    parts = {**_PARTS, "NAMES": f"(?:{names})"}
    written = [re.sub("[A-Z]{3,}", lambda part: parts[part[0]], line) for line in _MODEL.split("\n") if line]
    return tuple(re.compile(told) for told in (standing, _either(_ASIAN), _either(_RUSSIAN), *written))


def _either(words: str) -> str:
    return "|".join(re.escape(fold_word(word)) for word in words.split("|"))
