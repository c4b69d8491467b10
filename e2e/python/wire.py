"""Raw HTTP with a signature of our own making: what no SDK would send.

The signer follows the published Signature Version 4 rules and shares no code with the server or an SDK, so a story
can bend one step at a time.
"""

import dataclasses
import datetime
import hashlib
import hmac
import http.client
import json
import socket
import urllib.parse

from server import ACCESS_KEY_ID, SECRET_ACCESS_KEY

JSON = "application/x-amz-json-1.1"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def members(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.members["__type"]

    @property
    def message(self):
        members = self.members
        return members.get("Message", members.get("message"))


@dataclasses.dataclass(frozen=True)
class Signer:
    """How a request is signed. Each field can be bent with `dataclasses.replace`."""

    access_key_id: str = ACCESS_KEY_ID
    secret_access_key: str = SECRET_ACCESS_KEY
    region: str = "us-east-1"
    service: str = "secretsmanager"
    terminator: str = "aws4_request"
    ahead_by: datetime.timedelta = datetime.timedelta()
    scope_date: str | None = None

    def time(self):
        return (datetime.datetime.now(datetime.timezone.utc) + self.ahead_by).strftime("%Y%m%dT%H%M%SZ")

    def scope(self, time):
        return f"{self.scope_date or time[:8]}/{self.region}/{self.service}/{self.terminator}"

    def authorize(self, headers, body, path="/"):
        """The headers with X-Amz-Date and Authorization added."""
        time = self.time()
        headers = {**headers, "X-Amz-Date": time}
        names, signature = self._sign("POST", path, "", headers, body, time)
        credential = f"{self.access_key_id}/{self.scope(time)}"
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def presign(self, headers, body, expires=300):
        """The query string that carries the signature instead."""
        time = self.time()
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self.access_key_id}/{self.scope(time)}",
            "X-Amz-Date": time,
            "X-Amz-Expires": str(expires),
            "X-Amz-SignedHeaders": ";".join(sorted(name.lower() for name in headers)),
        }
        text = "&".join(f"{_quote(name)}={_quote(value)}" for name, value in sorted(query.items()))
        _, signature = self._sign("POST", "/", text, headers, body, time)
        return f"{text}&X-Amz-Signature={signature}"

    def _sign(self, method, path, query, headers, body, time):
        lowered = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        names = ";".join(sorted(lowered))
        canonical = "\n".join(
            [method, path, query]
            + [f"{name}:{lowered[name]}" for name in sorted(lowered)]
            + ["", names, hashlib.sha256(body).hexdigest()]
        )
        scope = self.scope(time)
        to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{self.secret_access_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return names, hmac.digest(key, to_sign.encode(), "sha256").hex()


def _quote(text):
    return urllib.parse.quote(text, safe="-_.~")


class Wire:
    """A connectionless client of one server: each call opens its own socket."""

    def __init__(self, server):
        self.port = server.port

    def headers(self, operation, content_type=JSON):
        return {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": content_type,
            "X-Amz-Target": f"secretsmanager.{operation}",
        }

    def call(self, operation, members=None, *, body=None, signer=Signer(), headers=None, bend=None):
        """Signs and sends. `bend` may change the signed headers before they leave."""
        body = json.dumps(members or {}).encode() if body is None else body
        signed = signer.authorize(headers or self.headers(operation), body)
        return self.send(bend(signed) if bend else signed, body)

    def send(self, headers, body, *, target="/", method="POST"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def request_bytes(self, operation, members):
        """One whole signed request as it would cross the wire."""
        body = json.dumps(members).encode()
        headers = Signer().authorize(self.headers(operation), body) | {"Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST / HTTP/1.1\r\n{head}\r\n".encode(), body
