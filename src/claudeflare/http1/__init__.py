"""HTTP/1.1 messages on httptools (llhttp): heads in and out, framing, strictness, limits. Pure: bytes in, events out.

Rule: what two parsers could read differently is refused. llhttp runs without leniencies; what it leaves open (duplicate
Host, targets, sizes, trailers, versions, upgrade offers) is settled here. References are to RFC 9110 and RFC 9112.
"""
