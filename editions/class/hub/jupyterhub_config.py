"""JupyterHub for a room. `npm run hub` starts it and hands over its settings (room/settings.py)."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from room.forking import ServerParent
from room.isolation import end_with_parent
from room.login import RosterAuthenticator
from room.settings import VARIABLE, read_settings
from room.spawner import Queue, RoomSpawner

c = get_config()  # noqa: F821
room = read_settings()
end_with_parent()  # of `npm run hub`

here = Path(__file__).parent
state = Path(room.state)
private = state / "hub"

c.JupyterHub.bind_url = f"{'https' if room.certificate else 'http'}://{room.ip}:{room.port}"
if room.certificate:
    c.JupyterHub.ssl_cert = room.certificate
    c.JupyterHub.ssl_key = room.key
# Between the proxy, the hub and the servers everything stays on this machine.
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{room.hubPort}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{room.proxyPort}"
# setpriv ends the proxy with the hub, even if the hub was killed.
c.ConfigurableHTTPProxy.command = ["setpriv", "--pdeathsig", "TERM", room.node, room.proxy]
c.ConfigurableHTTPProxy.pid_file = str(private / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{private}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(private / "cookie_secret")
c.JupyterHub.cleanup_servers = True
c.JupyterHub.log_level = "INFO"
c.JupyterHub.shutdown_on_logout = False
c.JupyterHub.authenticate_prometheus = True
c.JupyterHub.template_vars = {"announcement_home": f'<a href="/services/room/">Who can see my exercises?</a>'}

c.JupyterHub.authenticator_class = RosterAuthenticator
c.RosterAuthenticator.roster = room.roster
c.Authenticator.username_pattern = r"^[a-z][a-z0-9-]{0,15}$"
c.Authenticator.allow_all = True  # all of the roster; the authenticator knows no others

c.JupyterHub.spawner_class = RoomSpawner
# Not as `c.RoomSpawner`: each learner's spawner would get copies, including its own queue.
RoomSpawner.room = room
RoomSpawner.queue = Queue(room.starting)
RoomSpawner.server_parent = ServerParent()
# The queue is ours: the hub's own limits would refuse (429) those who come when others are starting.
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.active_server_limit = 0
c.Spawner.start_timeout = 900  # with the time in the queue
c.Spawner.http_timeout = 180
c.Spawner.ip = "127.0.0.1"
c.Spawner.cmd = [str(Path(sys.executable).parent / "jupyterhub-singleuser")]
c.Spawner.disable_user_config = True
c.Spawner.default_url = room.firstPage
c.Spawner.env_keep = []
c.Spawner.environment = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(Path(room.node).parent), "/usr/bin", "/bin"]),
    "LANG": "C.UTF-8",
    "PYTHONNOUSERSITE": "1",
    "JUPYTER_CONFIG_DIR": str(here.parents[1] / "shared" / "server"),
    "JUPYTER_PATH": room.jupyterPath,  # the kernel, and the renderer of figures
    "LIF_FC_MNIST_KERNELS": str(room.kernels),
    "LIF_FC_MNIST_IDLE": str(room.idle),
    # Each kernel would otherwise take all cores, and thirty kernels thirty times all cores.
    "LIF_FC_MNIST_THREADS": str(room.threads),
    "TF_NUM_INTRAOP_THREADS": str(room.threads),
    "TF_NUM_INTEROP_THREADS": "1",
    "UV_THREADPOOL_SIZE": "2",
}

c.JupyterHub.services = [
    {
        "name": "room",
        "url": f"http://127.0.0.1:{room.pagePort}",
        "command": [sys.executable, "-m", "room.page"],
        "cwd": str(here),
        "environment": {VARIABLE: os.environ[VARIABLE]},
        "oauth_no_confirm": True,
        "display": True,
    }
]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=room"]},
    {
        "name": "room",
        "services": ["room"],
        "scopes": ["list:users", "read:users:name", "read:users:activity", "read:servers", "servers"],
    },
]
