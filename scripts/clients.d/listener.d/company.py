"""Stands in for QuickBooks' API: shows every company, as connecting one asks for it."""

import http.server


class Company(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"CompanyInfo": {"CompanyName": "Books"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Company)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
