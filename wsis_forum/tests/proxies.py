"""The nginx of the deployment, started before a site of a test."""

import os
import re
import subprocess
import time
from contextlib import contextmanager

from scripts.peers.ports import answers, free_port
from wsis_forum.tests.deployed import DEPLOY


@contextmanager
def shipped_nginx(folder, site, **changed):
    """Start it with other ports and a certificate of its own; give its plain port and that of TLS.

    ``changed`` gives other values to its directives, so that a test need not wait.
    """
    plain, tls = free_port(), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = (DEPLOY / "nginx/wsis-forum.conf").read_text()
    server = re.sub(r" *listen \[::\].*\n", "", server)
    for there, here in (("listen 80", f"listen 127.0.0.1:{plain}"),
                        ("listen 443", f"listen 127.0.0.1:{tls}"),
                        ("127.0.0.1:8000", f"127.0.0.1:{site}"),
                        ("/etc/ssl/wsis-forum", str(folder)),
                        ("/var/log/nginx", str(folder))):  # fmt: skip
        assert there in server
        server = server.replace(there, here)
    for directive, value in changed.items():
        server, times = re.subn(rf"(?<=\b{directive} )\w+(?=;)", value, server)
        assert times
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    whole = folder / "nginx.conf"
    # The folders of a test are its own user's alone.
    user = "user root; " if os.geteuid() == 0 else ""
    whole.write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{}}\nhttp {{\n{temporary}{server}}}\n"
    )
    nginx = subprocess.Popen(["nginx", "-c", whole, "-e", folder / "errors"])
    stop_at = time.monotonic() + 30
    while not answers(tls) and time.monotonic() < stop_at:
        time.sleep(0.05)
    yield plain, tls
    nginx.terminate()
    nginx.wait()
