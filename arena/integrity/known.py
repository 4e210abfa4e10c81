"""Families of language models and who makes them, as far as they are widely known; the makers' own spellings.

A family is one line: names that are its own, names that are words or names of people as well, and its makers. An
addition raises `leaks.VERSION`.
"""

from typing import Final

Family = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]

FAMILIES: Final[tuple[Family, ...]] = (
    ("gpt", ("ChatGPT", "GPT", "InstructGPT", "davinci-003"), (), ("OpenAI",)),
    ("claude", (), ("Claude",), ("Anthropic",)),
    ("gemini", ("Google Bard", "Gemma", "LaMDA"), ("Gemini", "Bard", "PaLM"), ("Google", "DeepMind", "谷歌", "グーグル")),
    ("llama", ("Meta AI", "CodeLlama"), ("Llama",), ("Meta", "Facebook")),
    ("mistral", ("Mixtral", "Codestral", "Ministral"), ("Mistral",), ("Mistral AI",)),
    ("qwen", ("Qwen", "QwQ", "Tongyi Qianwen", "通义千问", "千问"), (), ("Alibaba", "阿里巴巴", "阿里云")),
    ("deepseek", ("DeepSeek", "深度求索"), (), ("DeepSeek",)),
    ("command", ("Command R", "Command A"), ("Coral", "Aya"), ("Cohere",)),
    ("grok", (), ("Grok",), ("xAI", "x.ai")),
    ("phi", ("Phi-2", "Phi-3", "Phi-4", "Bing Chat"), ("Phi", "Copilot", "Orca"), ("Microsoft",)),
    ("smollm", ("SmolLM", "StarCoder", "HuggingChat"), ("Zephyr",), ("Hugging Face",)),
    ("falcon", (), ("Falcon",), ("TII", "Technology Innovation Institute")),
    ("yi", (), ("Yi",), ("01.AI", "零一万物")),
    ("vicuna", ("FastChat",), ("Vicuna",), ("LMSYS", "Large Model Systems Organization")),
    ("alpaca", (), ("Alpaca",), ("Stanford",)),
    ("koala", (), ("Koala",), ("Berkeley AI Research",)),
    ("dolly", ("DBRX", "MPT"), ("Dolly",), ("Databricks", "MosaicML")),
    ("stablelm", ("StableLM", "Stable Beluga"), (), ("Stability AI",)),
    ("openassistant", ("OpenAssistant",), (), ("LAION",)),
    ("wizardlm", ("WizardLM", "WizardCoder", "MythoMax", "Airoboros", "RedPajama"), ("Guanaco", "Platypus"), ()),
    ("hermes", ("Nous Hermes", "OpenHermes"), ("Hermes", "Capybara"), ("Nous Research",)),
    ("jurassic", ("Jurassic-2",), ("Jamba", "Jurassic"), ("AI21 Labs", "AI21")),
    ("titan", (), ("Titan", "Nova"), ("Amazon", "AWS")),
    ("ernie", ("ERNIE Bot", "文心一言"), ("Ernie",), ("Baidu", "百度")),
    ("glm", ("ChatGLM", "GLM", "智谱清言"), (), ("Zhipu AI", "Zhipu", "智谱", "Tsinghua")),
    ("kimi", (), ("Kimi",), ("Moonshot AI", "月之暗面")),
    ("doubao", ("Doubao", "豆包"), (), ("ByteDance", "字节跳动")),
    ("hunyuan", ("Hunyuan", "混元"), (), ("Tencent", "腾讯")),
    ("baichuan", ("Baichuan", "InternLM", "MiniMax"), (), ()),
    ("gigachat", ("GigaChat", "ГигаЧат"), (), ("Sber", "Сбер", "Сбером")),
    ("yandexgpt", ("YandexGPT",), ("Алиса",), ("Yandex", "Яндекс", "Яндексом")),
    ("nemotron", ("Nemotron",), (), ("NVIDIA",)),
    ("granite", (), ("Granite",), ("IBM",)),
    ("olmo", ("OLMo",), ("Tulu",), ("Allen Institute for AI", "AI2")),
    ("luminous", (), ("Luminous",), ("Aleph Alpha",)),
    ("inflection", ("Inflection-2",), (), ("Inflection AI", "Inflection")),
    ("solar", (), ("Solar",), ("Upstage",)),
    ("exaone", ("EXAONE",), (), ("LG AI Research",)),
)  # fmt: skip

MARKERS: Final[tuple[tuple[str, str], ...]] = (
    ("gpt", r"<\|(?:im_start|im_end|im_sep|endoftext|endofprompt)\|>"),
    ("llama", r"\[/?INST\]|<</?SYS>>|<\|(?:begin_of_text|start_header_id|end_header_id|eot_id|eom_id)\|>"),
    ("gemini", r"<(?:start|end)_of_turn>"),
    ("deepseek", r"<[|｜](?:begin|end)[▁_]of[▁_]sentence[|｜]>|<[|｜](?:User|Assistant)[|｜]>"),
    ("command", r"<\|(?:START_OF_TURN|END_OF_TURN|USER|CHATBOT|SYSTEM)_TOKEN\|>"),
    ("phi", r"<\|(?:system|user|assistant|end)\|>"),
    ("vicuna", r"^### (?:Human|Assistant):"),
    ("alpaca", r"^### (?:Instruction|Response):"),
    ("openassistant", r"<\|(?:prompter|assistant)\|>"),
    ("claude", r"^\n?(?:Human|Assistant): *$"),
)
"""Signs by which a family parts the turns of a conversation, as expressions, by family."""
