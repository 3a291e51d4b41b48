"""Usual ways to get a script into a page, each as Markdown that a student may write.

`RUN` leaves a mark in the top window and asks for an address below `/probe/`; `GET` is for what loads without a script.
"""

from __future__ import annotations

import base64

PROBE = "/probe/"


def _run(name: str) -> str:
    return f"(top.hits=top.hits||[]).push('{name}');fetch('/probe/{name}')"


def _data(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


def _svg(name: str) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{_run(name)}\"><script>{_run(name)}</script></svg>"


MARKDOWN = {
    "script": "<script>RUN</script>",
    "script-loaded": "<script src=GET></script>",
    "script-split": "<scr<script>ipt>RUN</scr</script>ipt>",
    "img-onerror": "<img src=GET onerror=\"RUN\">",
    "img-slash": "<img/src=x/onerror=\"RUN\">",
    "svg-onload": "<svg onload=\"RUN\"><g/onload=\"RUN\"></g></svg>",
    "svg-animate": "<svg><a><animate attributeName=href values=\"javascript:RUN\"/><text y=20>go</text></a></svg>",
    "iframe-srcdoc": "<iframe srcdoc=\"<script>RUN</script>\"></iframe>",
    "iframe-javascript": "<iframe src=\"javascript:RUN\"></iframe>",
    "link-javascript": "<a href=\"javascript:RUN\">go</a>",
    "link-entities": "<a href=\"jav&#x09;ascript&colon;RUN\">go</a>",
    "link-data": f"<a href=\"{_data('text/html', '<script>RUN</script>')}\">go</a>",
    "link-target": "<a href=\"javascript:RUN\" target=\"_top\" ping=GET>go</a>",
    "markdown-link": "[go](javascript:RUN_MD)",
    "markdown-link-entities": "[go](javascript&colon;RUN_MD)",
    "markdown-autolink": "<javascript:RUN_MD>",
    "markdown-reference": "[go][there]\n\n[there]: javascript:RUN_MD",
    "markdown-image": "![x](GET \"x\\\" onerror=RUN_MD x=\\\"\")",
    "markdown-image-javascript": "![x](javascript:RUN_MD)",
    "object": "<object data=\"javascript:RUN\"></object><object data=GET></object>",
    "embed": f"<embed src=\"{_data('image/svg+xml', _svg('embed'))}\"><embed src=GET>",
    "meta-refresh": "<meta http-equiv=refresh content=\"0;url=GET\">",
    "base": "<base href=\"/probe/base/\">",
    "form-action": "<form id=f action=GET><input name=x autofocus onfocus=\"RUN\"></form><button form=f>go</button>",
    "form-javascript": "<form action=\"javascript:RUN\"><button>go</button></form>",
    "button-formaction": "<form><button formaction=\"javascript:RUN\">go</button></form>",
    "style-import": "<style>@import 'GET'; body{background:url(GET)}</style>",
    "style-attribute": "<p style=\"background:url(GET);position:fixed;inset:0\">x</p>",
    "link-stylesheet": "<link rel=stylesheet href=GET><link rel=prefetch href=GET>",
    "details-ontoggle": "<details open ontoggle=\"RUN\"><summary>x</summary></details>",
    "video": "<video src=GET onerror=\"RUN\"></video><audio src=GET onerror=\"RUN\"></audio>",
    "video-poster": "<video poster=GET><source onerror=\"RUN\"></video>",
    "marquee": "<marquee onstart=\"RUN\">x</marquee>",
    "body-onload": "<body onload=\"RUN\" background=GET>",
    "math-href": "<math href=\"javascript:RUN\"><mtext>go</mtext></math>",
    "math-mutation": "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=RUN&gt;\">",
    "noscript-mutation": "<noscript><p title=\"</noscript><img src=x onerror=RUN>\">",
    "template-mutation": "<svg></p><style><a id=\"</style><img src=1 onerror=RUN>\">",
    "select-mutation": "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror=RUN>\">",
    "textarea-mutation": "<textarea><img title=\"</textarea><img src=x onerror=RUN>\"></textarea>",
    "comment-mutation": "<!--><img src=x onerror=\"RUN\">-->",
    "xmp-mutation": "<xmp><p title=\"</xmp><svg/onload=RUN>\">",
    "cdata": "<svg><![CDATA[><img src=x onerror=\"RUN\">]]>",
    "null-byte": "<scr\0ipt>RUN</scr\0ipt><img src=x one\0rror=\"RUN\">",
    "fence": "```html\"><img src=x onerror=RUN>\nx\n```",
    "fence-mermaid": "```mermaid\n<img src=x onerror=\"RUN\">\n```",
    "heading": "# x <img src=x onerror=\"RUN\">",
    "math": "$<img src=x onerror=\"RUN\">$ and $$</script><script>RUN</script>$$",
    "math-environment": "\\begin{x}<img src=x onerror=\"RUN\">\\end{x}",
    "mathjax-href": "$\\href{javascript:RUN_MD}{go}$",
    "mathjax-config": "<script type=\"text/x-mathjax-config\">RUN</script>",
    "table": "| a |\n|---|\n| <img src=x onerror=\"RUN\"> |",
    "definition": "x\n: <img src=x onerror=\"RUN\">",
    "bootstrap-gadget": "<a data-toggle=tooltip data-html=true title=\"<img src=x onerror=RUN>\" class=tabbable>go</a>",
    "bootstrap-target": "<a data-toggle=collapse data-target=\"<img src=x onerror=RUN>\">go</a>",
    "clobber": "<a id=MathJax></a><form name=formgrader><input name=base_url></form><img name=submission_id>",
    "popover": "<button popovertarget=p>go</button><div id=p popover onbeforetoggle=\"RUN\">x</div>",
    "import-map": "<script type=importmap>{\"imports\":{\"x\":\"GET\"}}</script><script type=module>import 'GET'</script>",
    "srcset": "<img srcset=\"GET 1x\"><picture><source srcset=GET><img></picture>",
    "input-image": "<input type=image src=GET onerror=\"RUN\">",
    "frameset": "<frameset onload=\"RUN\"><frame src=GET></frameset>",
    "portal": "<portal src=GET></portal><fencedframe src=GET></fencedframe>",
    "slot": "<div><template shadowrootmode=open><img src=GET onerror=\"RUN\"></template></div>",
    "files-prefix": "<a href=\"files/javascript:RUN\">go</a><img src=\"files/GET\">",
    "attachment-svg": "![x](attachment:x.svg)",
    "attachment-html": "![x](attachment:x.html)",
    "attachment-quotes": "![x](attachment:x.png)",
}  # fmt: skip

ATTACHMENTS = {
    "x.svg": {"image/svg+xml": base64.b64encode(_svg("attachment-svg").encode()).decode()},
    "x.html": {"text/html": base64.b64encode(b"<script>top.hits=['attachment-html']</script>").decode()},
    "x.png": {"image/png": '" onerror="(top.hits=top.hits||[]).push(`attachment-quotes`)" x="'},
}

# What a name may be, of a student or a file: no slash in it.
NAME = "<img src=x onerror=(top.hits=top.hits||[]).push(`name`)>"


def markdown() -> dict[str, str]:
    """Each vector by name, with its script and its address in it."""
    return {name: _filled(name, text) for name, text in MARKDOWN.items()}


def _filled(name: str, text: str) -> str:
    # Where Markdown or an attribute without quotes ends at blanks and brackets, the script does without.
    bare = f"top.hits=`{name}`"
    return text.replace("RUN_MD", bare).replace("RUN", _run(name)).replace("GET", f"{PROBE}{name}")
