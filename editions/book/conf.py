"""Sphinx's settings of the book. editions/book/make/book.ts prepares the sources and calls Sphinx; nothing here needs a network."""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from myst_parser.mdit_to_docutils import base as myst
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from pygments.formatters import HtmlFormatter
from pygments.token import STANDARD_TYPES, Text
from sphinx.highlighting import PygmentsBridge
from sphinx.search import SearchLanguage, languages
from sphinx.writers.html5 import HTML5Translator

project = "lif-fc-mnist"
html_title = "Spiking neurons read digits"
language = "en"
extensions = ["myst_nb"]

nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "application/vnd.plotly.v1+json", None)]
nb_code_prompt_show = "Show the solution"
nb_code_prompt_hide = "Hide the solution"
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

html_math_renderer = "katex"
# What a lexer does not know is shown without colours; the page is not at fault.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_favicon = "_static/favicon.svg"
html_permalinks_icon = "#"
html_js_files = [("main.js", {"defer": "defer"})]
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None
html_theme_options = {"navigation_with_keys": True}


class Code(HtmlFormatter):
    """Code that the keyboard can scroll, and that is half as large."""

    # Blanks, names and signs keep the text's colour: they need no tags.
    PLAIN = {"w", "nx", "p", "o"}

    def format_unencoded(self, tokensource, outfile):
        tokens = ((Text if STANDARD_TYPES.get(kind) in self.PLAIN else kind, text) for kind, text in tokensource)
        super().format_unencoded(tokens, outfile)

    def wrap(self, source):
        for is_line, html in super().wrap(source):
            yield is_line, html.replace("<pre>", '<pre tabindex="0">')


class Page(HTML5Translator):
    """Sphinx's HTML, with what screen readers and the keyboard miss in it."""

    def starttag(self, node, tagname, suffix="\n", empty=False, **attributes):
        if attributes.get("ROLE") == "heading":
            attributes["ARIA-LEVEL"] = 2
        if "table-wrapper" in node.get("classes", []):  # Furo's: a wide table scrolls in it
            attributes["TABINDEX"] = 0
        return super().starttag(node, tagname, suffix, empty, **attributes)


class Pairs(SearchLanguage):
    """Chinese words by pairs of letters. Sphinx's own way needs a dictionary, and splits what was asked at blanks alone."""

    lang = "zh"
    language_name = "Chinese"
    stopwords = set()
    PAIR_OR_WORD = "(?=([\u3400-\u9fff]{2}))|((?:(?![\u3400-\u9fff])%s)+)"
    js_splitter_code = (
        "var splitQuery = (query) => Array.from(query.matchAll(/%s/gu), ([, pair, word]) => pair ?? word);"
        % (PAIR_OR_WORD % r"[\p{L}\p{N}_]")
    )
    js_stemmer_code = "var Stemmer = function () { this.stemWord = (word) => word; };"

    def split(self, input):
        return [pair or word for pair, word in re.findall(self.PAIR_OR_WORD % r"\w", input)]

    def stem(self, word):
        return word.lower()

    def word_filter(self, word):
        return len(word) > 1


languages["zh"] = Pairs


# The sections of a translated book have the addresses of the English ones: the English headings by those of the page.
headings = {}
make_id, github_slugify = nodes.make_id, myst.github_slugify
nodes.make_id = lambda heading: make_id(headings.get(heading.lower(), heading))
myst.github_slugify = lambda heading: github_slugify(headings.get(heading.lower(), heading))


def begin_page(app, env, docname):
    file = Path(app.srcdir, "sections.json")
    headings.clear()
    if file.exists():
        headings.update(json.loads(file.read_text(encoding="utf-8")).get(docname, {}))


def visit_hidden_cell(translator, node):
    """Opens as a hint does. myst-nb makes an admonition of it, and hides its name from screen readers."""
    translator.body.append(
        f'<details class="hide {" ".join(node["classes"])}">\n<summary>\n'
        f'<p class="collapsed">{escape(node["prompt_show"])}</p>\n'
        f'<p class="expanded">{escape(node["prompt_hide"])}</p>\n</summary>\n'
    )


# The TeX is left in the page; editions/book/make/pages.ts sets it with the KaTeX of package.json.
def visit_inline_math(translator, node):
    translator.body.append(f'<span class="tex">{translator.encode(node.astext())}</span>')
    raise nodes.SkipNode


def visit_displayed_math(translator, node):
    translator.body.append(f'<div class="tex formula" tabindex="0">{translator.encode(node.astext())}</div>\n')
    raise nodes.SkipNode


def setup(app):
    PygmentsBridge.html_formatter = Code
    app.set_translator("html", Page)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_cell, depart_HideCellInput))
    app.add_html_math_renderer("katex", (visit_inline_math, None), (visit_displayed_math, None))
    app.connect("env-purge-doc", begin_page)
