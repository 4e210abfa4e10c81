"""How a text says of itself who wrote it, language by language: words before a name, and what may stand between.

"I am (a large language model trained by) OpenAI": an opening, then only words of which one speaks of oneself. Where a
preposition stands between, something must have been made, or a model be spoken of: "I am from Google" says nothing.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language, separated by bars.

    Attributes
    ----------
    opening : begins what somebody says of itself. role : "as", which needs a first person after the name.
    made, model, link, other : what may stand between; a link needs something made, or a model, beside it.
    me : words of the first person. spaced : whether spaces part the words.
    """

    opening: str
    role: str
    made: str
    model: str
    link: str
    other: str
    me: str
    spaced: bool = True


ENGLISH: Final = Phrases(
    opening="i am|i'm|i was|i've been|i have been|i'm called|i am called|my name is|my name's|my name|call me|i go by|"
    "it's me|it is me|my creators are|my creator is|my creators at|my creators|my creator|my developers are|"
    "my developer is|my developers at|my developers|my developer|my makers at|my maker is|my maker|my model name is|"
    "my model is|my underlying model is|my architecture is|my underlying architecture is|i belong to|"
    "my training at|my training data at|my training by|the model behind me is|"
    "i identify as|i run on|i'm powered by|i am powered by|"
    "you are talking to|you're talking to|you are chatting with|you're chatting with|you are speaking with|"
    "you're speaking with|you are speaking to|this response was|this answer was|this reply was",
    role="as|speaking as|being",
    made="trained|fine-tuned|finetuned|created|developed|made|built|designed|provided|based|powered|running|hosted|"
    "generated|written|produced|composed|called|named|known|released",
    model="ai|a.i.|language model|language models|model|models|llm|assistant|chatbot|bot|system|program|architecture|"
    "intelligence|transformer|neural network|series|version|variant|instance|product|family",
    link="by|from|at|of|on|for|to",
    other="a|an|the|my|your|own|very|just|actually|simply|really|currently|also|indeed|in fact|large|small|multimodal|"
    "artificial|generative|conversational|virtual|digital|helpful|friendly|new|advanced|latest|open source|open-source|"
    "pre-trained|pretrained|member|part|team|researchers|engineers|scientists|folks|people|company|companies|"
    "startup|lab|and|or|which|that|was|is|am|who|as|name|you",
    me="i|i'm|i've|i'd|i'll|me|my|mine|myself|we|our",
)

OTHERS: Final = (
    Phrases(
        opening="je suis|je m'appelle|mon nom est|on m'appelle|j'ai ete|mes createurs sont|mon createur est|"
        "c'est moi|vous parlez a|vous parlez avec|vous discutez avec",
        role="en tant que|comme",
        made="cree|creee|entraine|entrainee|developpe|developpee|concu|concue|fabrique|base|fonde|nomme|appele",
        model="ia|modele|modele de langage|modele de langue|assistant|assistante|chatbot|systeme|programme|"
        "intelligence artificielle|agent conversationnel|version",
        link="par|de|d'|chez|sur|du",
        other="un|une|le|la|l'|les|grand|grande|de langage|virtuel|virtuelle|linguistique|ici|equipe|chercheurs|"
        "societe|entreprise|et|qui|a ete|simplement|en fait",
        me="je|j'ai|j'|me|m'|mon|ma|mes|moi|nous",
    ),
    Phrases(
        opening="ich bin|ich heiße|mein name ist|mein name lautet|man nennt mich|ich wurde|meine entwickler sind|"
        "mein entwickler ist|du sprichst mit|sie sprechen mit|ich basiere",
        role="als",
        made="entwickelt|trainiert|erstellt|geschaffen|gebaut|entwickeltes|trainiertes|erschaffenes|erstelltes|"
        "entwickelter|trainierter|basierend|basierendes|namens",
        model="ki|ki-modell|ki-assistent|sprachmodell|ki-sprachmodell|modell|assistent|chatbot|system|programm|version",
        link="von|bei|auf|der|des|vom|durch",
        other="ein|eine|einem|das|dem|großes|großen|kunstliche|intelligenz|virtueller|hilfreicher|firma|unternehmen|"
        "team|forschern|und|mit dem namen|eigentlich|in wirklichkeit|ja",
        me="ich|mich|mir|mein|meine|meiner|wir|habe",
    ),
    Phrases(
        opening="soy|yo soy|me llamo|mi nombre es|fui|he sido|me llaman|mis creadores son|mi creador es|estas hablando con",
        role="como",
        made="creado|creada|entrenado|entrenada|desarrollado|desarrollada|diseñado|diseñada|hecho|basado|basada|llamado",
        model="ia|modelo|modelo de lenguaje|modelo de ia|asistente|chatbot|sistema|programa|inteligencia artificial|version",
        link="por|de|en|del",
        other="un|una|el|la|gran|grande|de lenguaje|virtual|equipo|empresa|compañia|y|que|fue",
        me="yo|me|mi|mis|puedo|no puedo|tengo|soy|estoy|nosotros",
    ),
    Phrases(
        opening="io sono|mi chiamo|il mio nome e|sono stato|sono stata|sono un|sono una|sono il|mi chiamano|"
        "i miei creatori sono|stai parlando con",
        role="come|in quanto|in qualita di",
        made="creato|creata|addestrato|addestrata|sviluppato|sviluppata|progettato|progettata|basato|basata|chiamato",
        model="ia|modello|modello linguistico|modello di linguaggio|assistente|chatbot|sistema|programma|"
        "intelligenza artificiale|versione",
        link="da|di|su|dal|dalla|del",
        other="un|una|il|la|l'|grande|grandi dimensioni|virtuale|azienda|societa|team|e|che|stato",
        me="io|mi|mio|mia|posso|non posso|sono|ho|noi",
    ),
    Phrases(
        opening="sou|eu sou|meu nome e|o meu nome e|me chamo|chamo-me|fui|meus criadores sao|meu criador e|"
        "voce esta falando com",
        role="como|enquanto|na qualidade de",
        made="criado|criada|treinado|treinada|desenvolvido|desenvolvida|projetado|projetada|feito|baseado|baseada|chamado",
        model="ia|modelo|modelo de linguagem|assistente|chatbot|sistema|programa|inteligencia artificial|versao",
        link="por|pela|pelo|de|da|do|no|na|em",
        other="um|uma|o|a|grande|virtual|empresa|equipe|equipa|e|que|foi|de linguagem",
        me="eu|me|meu|minha|posso|nao posso|sou|estou|tenho|nos",
    ),
    Phrases(
        opening="я|меня зовут|мое имя|зовите меня|меня создала|меня создали|меня разработала|меня обучила|мой создатель|"
        "мои создатели|вы общаетесь с|я был|я была|я это",
        role="как|будучи",
        made="создан|создана|созданный|созданная|обучен|обучена|обученный|обученная|разработан|разработана|"
        "разработанный|разработанная|основан|основанный|называюсь",
        model="ии|модель|языковая модель|ии-модель|нейросеть|ассистент|помощник|чат-бот|чатбот|система|программа|"
        "искусственный интеллект|виртуальный ассистент",
        link="от|из|на|в",
        other="большая|большой|виртуальный|компанией|компания|компании|командой|корпорацией|фирмой|и|это|есть|был|была|"
        "просто|основе|по имени",
        me="я|мне|меня|мой|моя|мои|мною|мы|могу",
    ),
    Phrases(
        opening="我是|我叫|我叫做|我的名字是|我的名字叫|我名叫|我由|我就是|我的开发者是|我的创造者是|您正在与|本回答由|叫我|我是由",
        role="作为|身为",
        made="开发|训练|创建|研发|推出|打造|生成|提供|基于|名为|叫做",
        model="人工智能|语言模型|大语言模型|大型语言模型|模型|助手|聊天机器人|机器人|程序|系统|ai|版本",
        link="由|来自|被|于",
        other="一个|一款|一种|的|是|大型|大|公司|团队|研究|智能|虚拟|和|与|您的|你的",
        me="我|我们|本人",
        spaced=False,
    ),
    Phrases(
        opening="私は|僕は|わたしは|私の名前は|私の開発者は|名前は|こちらは",
        role="",
        made="開発|訓練|作成|学習|作られた|開発された|訓練された",
        model="人工知能|言語モデル|大規模言語モデル|aiモデル|モデル|アシスタント|チャットボット|aiアシスタント|ai",
        link="による",
        other="大規模|の|な|社|という|は|、",
        me="私|僕|わたし",
        spaced=False,
    ),
    Phrases(
        opening="저는|나는|제 이름은|내 이름은",
        role="",
        made="개발한|만든|훈련한|훈련된|개발된",
        model="인공지능|언어 모델|모델|어시스턴트|챗봇|ai",
        link="에서|의",
        other="대규모|거대",
        me="저|제|나|내",
        spaced=False,
    ),
)
