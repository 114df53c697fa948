"""Why a certificate is not taken, in words that lead to a cure."""

from __future__ import annotations

import ssl

from cryptography import x509
from cryptography.x509.oid import NameOID

from claudeflare.diagnosis.finding import Finding, problem

EXPIRED, NOT_YET_VALID, HOSTNAME, ADDRESS = 10, 9, 62, 64
UNTRUSTED = frozenset({7, 18, 19, 20, 21})
"""Of OpenSSL's X509_V_ERR_…: another signer of the same name, self-signed itself, self-signed in its chain, and
twice an issuer nobody knows."""


def certificate_problem(error: ssl.SSLCertVerificationError, host: str, shown: str | None) -> Finding:
    """`shown`: what the certificate says of itself, if it could be had."""
    code = error.verify_code
    if code == EXPIRED:
        summary = f"The certificate of {host} has expired."
        cure = "check this machine's date; if that is right, whoever runs the upstream has to renew it"
    elif code == NOT_YET_VALID:
        summary, cure = f"The certificate of {host} is not valid yet.", "check this machine's date"
    elif code in (HOSTNAME, ADDRESS):
        summary = f"The certificate that {host} shows is for another name."
        cure = "correct the host in CLAUDEFLARE_UPSTREAM_URL, or the account's --base-url"
    elif code in UNTRUSTED:
        summary = (
            f"The certificate of {host} is signed by nobody this machine trusts: it is self-signed, or a proxy on "
        )
        summary += "the way opens TLS."
        cure = "SSL_CERT_FILE=/path/to/authorities.pem, with the certificate of whoever signed it added to the others"
    else:
        summary = f"The certificate of {host} is not accepted: {error.verify_message}."
        cure = "see what stands between: openssl s_client -connect HOST:443"
    return problem("upstream", summary, cure, shown)


def certificate_words(der: bytes | None) -> str | None:
    """Whose it is, from whom and until when; None when it cannot be read."""
    if der is None:
        return None
    try:
        found = x509.load_der_x509_certificate(der)
        subject, issuer = _name(found.subject), _name(found.issuer)
    except ValueError:
        return None
    return f"It is for {subject}, issued by {issuer}, valid until {found.not_valid_after_utc:%Y-%m-%d %H:%M} UTC."


def _name(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if attributes := name.get_attributes_for_oid(kind):
            return str(attributes[0].value)
    return "nobody in particular"
