"""The errors that AWS answers with, as an exception and as the XML of each service."""

from __future__ import annotations

from xml.sax.saxutils import escape

NAMESPACES = {
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
}
_FIRST_SERVER_ERROR = 500


class AwsError(Exception):
    """An answer other than success: HTTP status, AWS's code, AWS's message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep the three parts."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def access_denied(message: str) -> AwsError:
    """Return the 403 that most refusals are."""
    return AwsError(403, "AccessDenied", message)


def validation_error(message: str) -> AwsError:
    """Return the 400 for a parameter out of its limits."""
    return AwsError(400, "ValidationError", message)


def error_xml(service: str, error: AwsError, request_id: str) -> bytes:
    """Return the body: S3's form for S3, the query protocol's for the others."""
    code, message = escape(error.code), escape(expressible(error.message))
    if service == "s3":
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{code}</Code><Message>{message}</Message>"
            f"<RequestId>{request_id}</RequestId><HostId>embedded</HostId></Error>"
        ).encode()
    side = "Receiver" if error.status >= _FIRST_SERVER_ERROR else "Sender"
    namespace = NAMESPACES.get(service, NAMESPACES["sts"])
    return (
        f'<ErrorResponse xmlns="{namespace}">\n  <Error>\n    <Type>{side}</Type>\n'
        f"    <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n"
        f"  <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n"
    ).encode()


def expressible(text: str) -> str:
    """Return the text without the characters that XML 1.0 can't contain.

    An escape sequence of seven bits becomes its form of eight bits (ECMA-48, 5.3), which
    terminals obey too; other control characters become U+FFFD.
    """
    for final in "[]PX^_":
        text = text.replace("\x1b" + final, chr(ord(final) + 0x40))
    return "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in text)
