from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrypoints.http.errors import PROBLEM, bare_problem


class Protocol(HttpToolsProtocol):
    """uvicorn's, which answers bytes that are no HTTP in plain text: with the problem that all other errors are."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 # uvicorn's signature, and its words
        body = bare_problem(400, "request.not_http", language="id", instance="")
        head = (
            "HTTP/1.1 400 Bad Request",
            f"content-type: {PROBLEM}",
            f"content-length: {len(body)}",
            "content-language: id",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "connection: close",
        )
        self.transport.write("\r\n".join([*head, "", ""]).encode() + body)
        self.transport.close()
