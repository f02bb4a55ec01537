"""Personal identity codes at rest: found by keyed hash, readable only with the installation's key.

Two keys are derived from `settings.CODE_KEY` (HKDF, RFC 5869): one for HMAC-SHA-256, one for AES-256-GCM. The hash is
bound to the ciphertext as associated data, so that rows cannot be swapped.
"""

import hmac
import os
from collections.abc import Iterable
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


@cache
def _key(purpose: bytes, secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"kokeilu identity codes: " + purpose).derive(secret.encode())


def code_hashes(codes: Iterable[str]) -> list[bytes]:
    """The keyed hash of each code, 32 bytes, by which it is found."""
    key, digest = _key(b"find", settings.CODE_KEY), hmac.digest
    return [digest(key, code.encode(), "sha256") for code in codes]


def encrypt(codes: Iterable[str], hashes: Iterable[bytes]) -> list[bytes]:
    """Each code encrypted under a fresh nonce: nonce, ciphertext, tag."""
    cipher = AESGCM(_key(b"read", settings.CODE_KEY)).encrypt
    sealed = []
    for code, found_by in zip(codes, hashes, strict=True):
        nonce = os.urandom(NONCE_BYTES)
        sealed.append(nonce + cipher(nonce, code.encode(), found_by))
    return sealed


def decrypt(sealed: bytes, found_by: bytes) -> str:
    """The code again. Raises cryptography's InvalidTag where the key or the row is not the right one."""
    cipher = AESGCM(_key(b"read", settings.CODE_KEY))
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], found_by).decode()
