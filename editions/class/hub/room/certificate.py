"""Makes a certificate for the hub: `certificate.py CERTIFICATE KEY HOST…`. Prints its SHA-256 fingerprint.

No browser knows who signed it, so each shows a warning; what it does is encrypt the passwords on their way. One that
is there, fits the hosts and is valid for another two days is kept, to avoid a second warning. JupyterHub brings
certipy, which would make an authority first: whoever trusts one of those trusts all that its key signs, for years.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 30


def name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def is_usable(path: str, key: str, names: list[x509.GeneralName]) -> x509.Certificate | None:
    """The certificate in a file, if it will do."""
    try:
        with open(path, "rb") as file:
            found = x509.load_pem_x509_certificate(file.read())
        present = list(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (OSError, ValueError, x509.ExtensionNotFound):
        return None
    late = found.not_valid_after_utc < datetime.now(timezone.utc) + timedelta(days=2)
    return found if present == names and not late and os.path.exists(key) else None


def make(path: str, key_path: str, names: list[x509.GeneralName]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lif-fc-mnist workshop")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for target, content in ((key_path, secret), (path, certificate.public_bytes(serialization.Encoding.PEM))):
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    return certificate


def main(path: str, key: str, *hosts: str) -> None:
    names = [name_of(host) for host in hosts]
    certificate = is_usable(path, key, names) or make(path, key, names)
    print(certificate.fingerprint(hashes.SHA256()).hex(":").upper())


if __name__ == "__main__":
    main(*sys.argv[1:])
