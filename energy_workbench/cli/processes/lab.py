"""`energy-workbench lab`: JupyterLab for analysts, with a token of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

import typer

from energy_workbench.runtime import disk, logs, secret
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.paths import shipped
from energy_workbench.runtime.settings import Settings
from energy_workbench.widgets.site import policy

SHARE = Path(__file__).parent / "lab_share"
"""What Jupyter finds before what the machine has."""

TOKEN: Final = "lab.token"  # noqa: S105 -- the name of its file

app = typer.Typer(help="JupyterLab for analysts.")


@app.callback(invoke_without_command=True)
def lab() -> None:
    """Start JupyterLab on the tutorials and the analyst's own notebooks."""
    settings = settings_room.load_base()
    os.umask(disk.OWNERS)
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(settings.home)}
    for name in secret.NAMES:
        # Mail and webhooks are the schedule's: no notebook is to find their secrets.
        environment.pop(secret.PREFIX + name.upper(), None)
    # Kernels are started with an extension of ours; what else the machine's Jupyter has is found after it.
    environment["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SHARE), environment.get("JUPYTER_PATH")]))
    sys.stdout.flush()
    os.execvpe(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments(settings)], environment)  # noqa: S606


def lab_token(settings: Settings) -> str:
    """The token of JupyterLab, made at first use and kept in the home with mode 600.

    Raises
    ------
    SettingsError
        If its file can be read by others, or cannot be read or written.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    return secret.made(settings.home, TOKEN)


def config_file(settings: Settings) -> Path:
    """A configuration that holds the token: other users of the machine see a command line, not this file."""
    configuration = {
        "IdentityProvider": {"token": lab_token(settings)},
        "LabApp": {"log_level": "WARN"},
        "Application": {"logging_config": logs.jupyter(settings)},
        "ServerApp": {
            "jpserver_extensions": {
                "energy_workbench.widgets.site.alive": True,
                "energy_workbench.widgets.site.connections": True,
            },
            "tornado_settings": {"headers": policy.LAB},
        },
    }
    path = settings.home / "lab.json"
    with disk.replaced(path, private=True) as draft:
        draft.write_text(json.dumps(configuration), "utf-8")
    return path


def link(settings: Settings) -> str:
    """Address at which an analyst opens the first tutorial."""
    server = settings.public_url or f"{settings.service_url.rsplit(':', 1)[0]}:{settings.lab_port}"
    return f"{server}{settings.base_of('lab')}lab/tree/tutorials/first_look.ipynb?token={lab_token(settings)}"


def arguments(settings: Settings) -> list[str]:
    """Options of JupyterLab: nothing is asked from outside, nothing opens a browser."""
    notebooks: Path = shipped("notebooks")
    return [
        "--no-browser",
        f"--config={config_file(settings)}",
        f"--ServerApp.ip={settings.host}",
        f"--ServerApp.port={settings.lab_port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={settings.base_of('lab')}",
        f"--IdentityProvider.secure_cookie={settings.public_url.startswith('https:')}",
        f"--ServerApp.allow_remote_access={bool(settings.public_url)}",
        f"--ServerApp.root_dir={notebooks}",
        "--ServerApp.allow_root=True",
        "--log-level=WARN",
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=False",
        "--LabApp.extension_manager=readonly",
        "--MappingKernelManager.cull_idle_timeout=7200",
        f"--ServerApp.cookie_secret_file={settings.home / 'lab.cookie'}",
    ]
