"""The owner's pages: JupyterLab and its dashboards, at a port that was taken for them. Run as ``python -m workshop_kit.jupyter.lab_pages``.

Jupyter on its own looks for a free port and uses it a moment later, when another program may have it.
"""

from jupyter_server.serverapp import ServerApp
from jupyterlab import commands
from traitlets import Integer, Unicode

from workshop_kit.processes.listening import handed_on
from workshop_kit.words.catalog import language


class LabPages(ServerApp):
    """Jupyter's server, which answers on a socket that listens already, and says what went wrong in the workshop's language."""

    listening = Integer(config=True, help="The number of that socket.")
    language = Unicode(config=True, help="That language.")

    def _find_http_port(self) -> None:
        # It was found by whoever listens.
        pass

    def _bind_http_server_tcp(self) -> bool:
        self.http_server.add_socket(handed_on(self.listening))
        return True

    def load_server_extensions(self) -> None:
        """Load Voilà, and hand its pages their words."""
        super().load_server_extensions()
        self.web_app.settings["voila_jinja2_env"].globals["say"] = language(self.language)


def main() -> None:
    """Serve the pages until asked to end."""
    # As it is imported, JupyterLab would run Node, where there is one, to learn from where the user's settings let parts of it be had.
    commands._yarn_config = lambda _: {"yarn config": {}, "npm config": {}}
    from jupyterlab.labapp import LabApp

    LabApp.serverapp_class = LabPages
    LabApp.launch_instance()


if __name__ == "__main__":
    main()
