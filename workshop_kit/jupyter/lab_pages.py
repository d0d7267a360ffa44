"""The owner's pages: JupyterLab and its dashboards, at a port that was taken for them. Run as ``python -m workshop_kit.jupyter.lab_pages``.

Jupyter on its own looks for a free port and uses it a moment later, when another program may have it.
"""

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp
from traitlets import Integer

from workshop_kit.processes.listening import handed_on


class LabPages(ServerApp):
    """Jupyter's server, which answers on a socket that listens already."""

    listening = Integer(config=True, help="The number of that socket.")

    def _find_http_port(self) -> None:
        # It was found by whoever listens.
        pass

    def _bind_http_server_tcp(self) -> bool:
        self.http_server.add_socket(handed_on(self.listening))
        return True


def main() -> None:
    """Serve the pages until asked to end."""
    LabApp.serverapp_class = LabPages
    LabApp.launch_instance()


if __name__ == "__main__":
    main()
