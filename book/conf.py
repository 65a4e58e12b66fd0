"""Sphinx's settings of the book. tools/book/book.mjs prepares the sources and calls Sphinx; nothing here needs a network."""

from docutils import nodes

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
# What a lexer does not know is shown without colours, and is no fault of the page.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_favicon = "_static/favicon.svg"
html_permalinks_icon = "#"
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# Sphinx would fetch each page that it finds, which no browser allows from disk: page/search.ts shows summaries of its own.
html_show_search_summary = False
html_last_updated_fmt = None
html_theme_options = {"navigation_with_keys": True}


def visit_inline_math(translator, node):
    translator.body.append(f'<span class="tex">{translator.encode(node.astext())}</span>')
    raise nodes.SkipNode


def visit_displayed_math(translator, node):
    translator.body.append(f'<div class="tex">{translator.encode(node.astext())}</div>\n')
    raise nodes.SkipNode


def setup(app):
    # The TeX is left in the page; tools/book/book.mjs sets it with the KaTeX of package.json.
    app.add_html_math_renderer("katex", (visit_inline_math, None), (visit_displayed_math, None))
