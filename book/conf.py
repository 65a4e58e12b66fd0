"""Sphinx's settings of the book. tools/book/book.mjs prepares the sources and calls Sphinx; nothing here needs a network."""

from docutils import nodes

project = "lif-fc-mnist"
html_title = "Spiking neurons read digits"
language = "en"
extensions = ["myst_nb"]

nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "application/vnd.plotly.v1+json", None)]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

html_math_renderer = "katex"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["katex/katex.min.css", "book.css"]
html_favicon = "_static/favicon.svg"
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {
        "color-brand-primary": "#00527f",
        "color-brand-content": "#00527f",
        "color-brand-visited": "#6a3d7c",
    },
    "dark_css_variables": {
        "color-brand-primary": "#74c0f0",
        "color-brand-content": "#74c0f0",
        "color-brand-visited": "#d0a3e0",
    },
}


def visit_inline_math(translator, node):
    translator.body.append(f'<span class="tex">{translator.encode(node.astext())}</span>')
    raise nodes.SkipNode


def visit_displayed_math(translator, node):
    translator.body.append(f'<div class="tex">{translator.encode(node.astext())}</div>\n')
    raise nodes.SkipNode


def setup(app):
    # The TeX is left in the page; tools/book/book.mjs sets it with the KaTeX of package.json.
    app.add_html_math_renderer("katex", (visit_inline_math, None), (visit_displayed_math, None))
