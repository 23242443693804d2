"""The training page while it happens: served to this machine alone, by the standard library."""

from __future__ import annotations

import html
import json
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from nn.callbacks import Recorder
from nn.module import Module
from viz.given import refusal
from viz.notebook_page import frame
from viz.training import page, payload


class Live(Recorder):
    """A Recorder that serves its page while it records.

    >>> watch = Live(port=0)
    >>> watch.url.startswith("http://127.0.0.1:")
    True
    >>> watch.close()

    The address is printed when training begins. Only this machine can reach it, and only pages of its own address may
    ask. `close()` ends it; so does leaving a `with` block.
    """

    def __init__(self, data=None, most=200, port=0, points=None, title="Training"):
        super().__init__(data, most)
        self.points = points
        self.title = title
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def on_train_begin(self, logs=None):
        with self.lock:
            super().on_train_begin(logs)
        sys.stdout.write(f"Watch the training at {self.url}\n")

    def on_epoch_end(self, epoch, logs=None):
        with self.lock:
            super().on_epoch_end(epoch, logs)

    def _repr_html_(self) -> str:
        return frame(f'src="{html.escape(self.url)}"')

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def live(data=None, **settings) -> Live:
    """A callback that serves the training page as it happens: `fit(..., callbacks=[viz.live(X)])`.

    Without data, or given the model itself, activations and boundary are left out.
    """
    if isinstance(data, str) or not isinstance(data, Module | Sequence | np.ndarray | None):
        raise refusal(data, "live takes a sample of inputs, or nothing")
    return Live(None if isinstance(data, Module) else data, **settings)


def _handler(watch):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers.get("Host", "")
            if host not in (f"127.0.0.1:{self.server.server_address[1]}", f"localhost:{self.server.server_address[1]}"):
                # A page of another name that leads here (DNS rebinding) may not read along.
                self._send(403, "text/plain", "only http://127.0.0.1 is served")
                return
            with watch.lock:
                if self.path == "/":
                    self._send(200, "text/html; charset=utf-8", page(watch, watch.points, watch.title, live=True))
                elif self.path == "/frames":
                    self._send(200, "application/json", json.dumps(payload(watch)["frames"]))
                else:
                    self._send(404, "text/plain", "there is / and /frames")

        def _send(self, code, kind, text):
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing: the terminal belongs to the progress bar."""

    return Handler
