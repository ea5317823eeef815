"""nginx before FastCGI programs, which is how QGIS Server and MapServer are put on a network."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from .processes import LOOPBACK, Process, Server, ServerError, accepts, free_port, missing

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
{user}
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 200m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    fastcgi_read_timeout 60s;
    upstream programs {{ {upstream} }}
    server {{
        listen {address}:{port};
        # Without a name QGIS Server writes links such as http://:8081/.
        server_name {address};
{locations}
    }}
}}
"""


class FastCgiServer(Server):
    """nginx and some processes of one FastCGI program, connected by Unix sockets in the scratch folder.

    Parameters
    ----------
    folder : where configuration, sockets and logs go; its path must be short (a socket's has 107 bytes at most)
    program : the FastCGI program
    processes : how many of it run; each answers one request at a time
    port : TCP port of 127.0.0.1; None takes a free one, which a restart keeps
    end_signal : what the program takes as the request to end
    """

    def __init__(
        self,
        folder: Path,
        program: Path,
        *,
        processes: int,
        port: int | None,
        end_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        super().__init__(folder)
        self.end_signal = end_signal
        self.program, self.count = program, processes
        self.port = port or free_port()

    @staticmethod
    def missing_parts(program: Path) -> str:
        """Why the program cannot be served here; empty when it can."""
        return missing(program, "nginx", "spawn-fcgi")

    @property
    def root(self) -> str:
        """Root of the web server."""
        return f"http://{LOOPBACK}:{self.port}"

    def serve(self, locations: str, environment: dict[str, str]) -> None:
        """Start the programs with the variables and nginx with its ``location`` blocks; return when both listen."""
        if accepts(self.port):
            raise ServerError(f"Port {self.port} of {LOOPBACK} is taken by another program.")
        self.folder.mkdir(parents=True, exist_ok=True)
        sockets = [self.folder / f"{number}.sock" for number in range(self.count)]
        for socket in sockets:
            socket.unlink(missing_ok=True)
            self._spawn(socket, environment)
        for process, socket in zip(self.processes, sockets, strict=True):
            process.wait_for(socket.exists, self.program.name)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                # As root nginx would give its work to an account that cannot enter the scratch folder.
                user="user root;" if os.geteuid() == 0 else "",
                upstream=" ".join(f"server unix:{socket};" for socket in sockets),
                address=LOOPBACK,
                port=self.port,
                locations=locations,
            )
        )
        words: Sequence[str | Path] = ["nginx", "-e", "stderr", "-p", self.folder, "-c", configuration]
        nginx = Process(words, self.folder / "nginx.log")
        self.processes.append(nginx)
        nginx.wait_for(lambda: accepts(self.port), "nginx")

    def _spawn(self, socket: Path, environment: dict[str, str]) -> None:
        words = ["spawn-fcgi", "-n", "-s", socket, "--", self.program]
        log = self.folder / f"{self.program.name}.log"
        self.processes.append(Process(words, log, env=environment, end_signal=self.end_signal))
