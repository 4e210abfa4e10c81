"""HTML taken apart again, and what strangers try."""

from collections.abc import Iterator
from html.parser import HTMLParser

from arena.rendering.sanitise import ATTRIBUTES, CLASSES, TAGS

Tag = tuple[str, dict[str, str]]

NOTES = (
    '<p class="cut">(empty)</p>',
    '<p class="cut">The text is longer; the rest is not shown here.</p>',
)
"""What the arena itself says at the end of a text."""

HOSTILE = (
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://spy.example/pixel.gif'>",
    "<img srcset='https://spy.example/pixel.gif 1x'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><image href='https://spy.example/'/><use href='data:image/svg+xml,x#y'/></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1)></animate></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi href='javascript:alert(1)'>x</mi></math>",
    "<math href='javascript:alert(1)'><mtext>click</mtext></math>",
    "<math><maction actiontype='statusline#http://x' xlink:href='javascript:alert(1)'>click</maction></math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<math><mtext></mtext><mglyph src='https://spy.example/'></mglyph></math>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href=' &#1; javascript:alert(1)'>click</a>",
    "<a href='java&#9;script:alert(1)'>click</a>",
    "<a href='JaVaScRiPt:alert(1)'>click</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>click</a>",
    "<a href='vbscript:msgbox(1)'>click</a>",
    "<a href='blob:https://a.example/1'>click</a>",
    "<a href='https://a.example' ping='https://spy.example' target=_blank id=x name=y style='color:red'>click</a>",
    "<a href='https://a.example' onclick=alert(1) hx-get='/log-out' data-x=1 title=t lang=de>click</a>",
    "<p style='background:url(https://spy.example/)' id=stage class='vote-bar'>text</p>",
    "<div class='choice highlight' hx-post='/x'>text</div>",
    "<span class='hl-k visually-hidden cut'>text</span>",
    "<table background='https://spy.example/'><td background='https://spy.example/'>cell</td></table>",
    "<body background='https://spy.example/' onload=alert(1)>",
    "<iframe src='https://spy.example/'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<frameset><frame src='https://spy.example/'></frameset>",
    "<object data='https://spy.example/'></object><embed src='https://spy.example/'>",
    "<video src='https://spy.example/' poster='https://spy.example/'><source src='https://spy.example/'></video>",
    "<audio src='https://spy.example/' autoplay></audio>",
    "<form action='https://spy.example/'><input name=q><button formaction='javascript:alert(1)'>go</button></form>",
    "<style>@import 'https://spy.example/'; body { display: none }</style>",
    "<link rel=stylesheet href='https://spy.example/'>",
    "<meta http-equiv=refresh content='0;url=https://spy.example/'>",
    "<base href='https://spy.example/'>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='https://spy.example/'?>",
    "<details open ontoggle=alert(1)>text</details>",
    "<marquee onstart=alert(1)>text</marquee>",
    "<input autofocus onfocus=alert(1)>",
    "<xss-element onclick=alert(1)>text</xss-element>",
    "<h1>as large as the page's own</h1>",
    "<plaintext>",
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self.oddities: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.oddities.append(data)

    def handle_decl(self, decl: str) -> None:
        self.oddities.append(decl)

    def handle_pi(self, data: str) -> None:
        self.oddities.append(data)

    def unknown_decl(self, data: str) -> None:
        self.oddities.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def tags_of(html: str) -> list[str]:
    return [tag for tag, _ in read(html).tags]


def text_of(html: str) -> str:
    """What a reader sees, without layout."""
    return "".join(read(html).texts)


def links_of(html: str) -> list[str]:
    return [attributes["href"] for _, attributes in read(html).tags if "href" in attributes]


def wrongs_of(html: str) -> Iterator[str]:
    """Say everything in a piece of HTML that must not reach a browser, by a list of what may."""
    for note in NOTES:
        html = html.removesuffix(note)
    found = read(html)
    yield from (f"comment or declaration {oddity!r}" for oddity in found.oddities)
    for tag, attributes in found.tags:
        if tag not in TAGS:
            yield f"tag {tag}"
        for name, value in attributes.items():
            yield from _wrongs_of_attribute(tag, name, value)


def _wrongs_of_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    listed = ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
    if name not in listed or name.startswith("on") or "src" in name or name in {"id", "style", "title"}:
        yield f"attribute {name} of {tag}"
    if name == "href" and not value.lower().startswith(("http://", "https://")):
        yield f"link to {value!r}"
    if name == "rel" and value != "nofollow noopener noreferrer":
        yield f"rel {value!r}"
    if name == "class" and not all(word in CLASSES or word.startswith("hl-") for word in value.split()):
        yield f"class {value!r}"
