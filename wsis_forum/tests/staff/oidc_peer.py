"""A real provider of OpenID Connect on HTTP, which knows one person and believes everybody."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT = "wsis-forum"
SECRET = "of-the-provider-and-us-alone-and-long"


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urlsplit(self.path)
        words = {name: values[0] for name, values in parse_qs(asked.query).items()}
        self.server.asked.append((asked.path, words))
        url = self.server.url
        if asked.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/keys",
                }
            )
        elif asked.path == "/authorize":
            back = urlencode({"code": "zenda", "state": words["state"]})
            self.send_response(302)
            self.send_header("Location", f"{words['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.answer(self.server.person)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        told = {"iss": self.server.url, "aud": CLIENT, "iat": now, "exp": now + 60}
        told |= {"auth_time": now}
        token = jwt.encode(told | self.server.person, SECRET)
        self.answer({"access_token": "ruritania", "token_type": "Bearer", "id_token": token})

    def answer(self, said):
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing: the tests look at what was asked."""


@contextmanager
def oidc_peer(**person):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    server.person, server.asked = {"sub": "7", **person}, []
    thread = Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
