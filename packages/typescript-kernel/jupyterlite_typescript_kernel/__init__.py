"""A TypeScript kernel for JupyterLite: an extension that JupyterLite finds by itself."""

from importlib.metadata import version

__version__ = version("jupyterlite-typescript-kernel")


def _jupyter_labextension_paths():
    return [{"src": "labextension", "dest": "jupyterlite-typescript-kernel"}]
