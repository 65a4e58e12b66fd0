"""JupyterHub for a workshop. `npm run hub` starts it and passes its settings (workshop/settings.py)."""

import asyncio
import hashlib
import hmac
import os
import sys
from pathlib import Path

from jupyterhub.auth import Authenticator

sys.path.insert(0, str(Path(__file__).parent))

from workshop.settings import VARIABLE, read_roster, read_settings
from workshop.spawner import LearnerSpawner

c = get_config()  # noqa: F821
settings = read_settings()
here = Path(__file__).parent
private = Path(settings.state) / "hub"


class RosterAuthenticator(Authenticator):
    """Accepts the names on the roster, with the passwords on the slips.

    JupyterHub's own authenticators share one password, let anyone sign up, or check the accounts of the machine. A
    password has 38 random bits, so failed attempts are not counted.
    """

    async def authenticate(self, handler, data):
        person = read_roster(settings.roster).get(data["username"])
        if person is None:
            return None
        _, n, r, p, salt, expected = person["password"].split("$")
        found = await asyncio.to_thread(
            hashlib.scrypt, data["password"].encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=32
        )
        return person["name"] if hmac.compare_digest(found.hex(), expected) else None


c.JupyterHub.bind_url = f"{'https' if settings.certificate else 'http'}://{settings.ip}:{settings.port}"
if settings.certificate:
    c.JupyterHub.ssl_cert = settings.certificate
    c.JupyterHub.ssl_key = settings.key
# The proxy, the hub and the servers talk to each other on this machine only.
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hubPort}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxyPort}"
# setpriv ends the proxy when the hub ends, even if the hub is killed.
c.ConfigurableHTTPProxy.command = ["setpriv", "--pdeathsig", "TERM", settings.node, settings.proxy]
c.ConfigurableHTTPProxy.pid_file = str(private / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{private}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(private / "cookie_secret")
c.JupyterHub.template_vars = {"announcement_home": '<a href="/services/class/">Who can see my exercises?</a>'}

c.JupyterHub.authenticator_class = RosterAuthenticator
c.Authenticator.username_pattern = r"^[a-z][a-z0-9-]{0,15}$"
c.Authenticator.allow_all = True  # everyone whom the authenticator accepts

c.JupyterHub.spawner_class = LearnerSpawner
LearnerSpawner.workshop = settings
# No limit: it would answer 429 while others start, and starting all servers at once takes no longer in total.
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.http_timeout = 300
c.Spawner.disable_user_config = True
c.Spawner.default_url = settings.firstPage
c.Spawner.env_keep = []
c.Spawner.environment = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(Path(settings.node).parent), "/usr/bin", "/bin"]),
    "LANG": "C.UTF-8",
    "PYTHONNOUSERSITE": "1",
    "JUPYTER_CONFIG_DIR": str(here.parents[1] / "shared" / "server"),
    "JUPYTER_PATH": settings.jupyterPath,  # the kernel, and the renderer of figures
    "LIF_FC_MNIST_KERNELS": str(settings.kernels),
    "LIF_FC_MNIST_IDLE": str(settings.idle),
    # By default each kernel would use all cores, and thirty kernels thirty times as many.
    "LIF_FC_MNIST_THREADS": str(settings.threads),
    "TF_NUM_INTRAOP_THREADS": str(settings.threads),
    "TF_NUM_INTEROP_THREADS": "1",
    "UV_THREADPOOL_SIZE": "2",
}

c.JupyterHub.services = [
    {
        "name": "class",
        "url": f"http://127.0.0.1:{settings.pagePort}",
        "command": ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "workshop.page"],
        "cwd": str(here),
        "environment": {VARIABLE: os.environ[VARIABLE]},
        "oauth_no_confirm": True,
    }
]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=class"]},
    # JupyterHub's admin page, on which the teacher sees who is in, and starts and stops servers. It opens none of them.
    {
        "name": "teacher",
        "users": [name for name, person in read_roster(settings.roster).items() if person.get("teacher")],
        "scopes": ["admin-ui", "list:users", "read:users", "read:servers", "servers"],
    },
]
