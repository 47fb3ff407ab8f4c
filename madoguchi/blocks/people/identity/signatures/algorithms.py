"""Which algorithms may sign anything at all: documents, certificates, revocation lists, responses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asn1crypto import algos, keys
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

DIGESTS = frozenset({"sha256", "sha384", "sha512"})
CURVES = frozenset({"secp256r1", "secp384r1"})
MECHANISMS = {"rsassa_pkcs1v15": "rsa", "rsassa_pss": "rsa", "ecdsa": "ec"}
"""By the kind of key. CRYPTREC's list for e-government procurement has them all."""
RSA_BITS = range(2048, 8193)
"""A key of more bits proves nothing and takes long."""


def digest_refused(algorithm: Any) -> str:
    """Name a digest that may not be used; "" for one that may."""
    name = str(algorithm["algorithm"].native)
    return "" if name in DIGESTS else name


def mechanism_refused(algorithm: Any) -> str:
    """Name a signature algorithm that may not be used; "" for one that may."""
    written = str(algorithm["algorithm"].native)
    try:
        mechanism = algorithm.signature_algo
    except ValueError:
        return written
    if mechanism not in MECHANISMS:
        return written
    if mechanism == "rsassa_pss":
        parameters = algorithm["parameters"]
        digest = str(parameters["hash_algorithm"]["algorithm"].native)
        mask = str(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
        return "" if digest in DIGESTS and mask == digest else f"{written} {digest}/{mask}"
    try:
        digest = algorithm.hash_algo
    except ValueError:
        # rsaEncryption alone: the digest stands beside it and is judged there.
        return ""
    return "" if digest in DIGESTS else written


def key_refused(key: Any) -> str:
    """Name a public key that may not be used; "" for one that may."""
    kind = str(key.algorithm)
    if kind in {"rsa", "rsassa_pss"}:
        return "" if key.bit_size in RSA_BITS else f"RSA {key.bit_size}"
    if kind == "ec":
        form, curve = key.curve
        return "" if form == "named" and curve in CURVES else f"EC {curve if form == 'named' else form}"
    return kind


def pair_refused(algorithm: Any, key: Any) -> str:
    """Name what is wrong with a signature algorithm and the key that is said to have used it; "" for nothing."""
    if refused := mechanism_refused(algorithm) or key_refused(key):
        return refused
    wanted, kind = MECHANISMS[algorithm.signature_algo], str(key.algorithm)
    if wanted == ("ec" if kind == "ec" else "rsa") and (
        kind != "rsassa_pss" or algorithm.signature_algo == kind
    ):
        return ""
    return f"{algorithm.signature_algo} {kind}"


class AllowedAlgorithms(CMSAlgorithmUsagePolicy):
    """The same list for the libraries that build paths."""

    def digest_algorithm_allowed(
        self,
        algo: algos.DigestAlgorithm,
        moment: datetime | None,  # noqa: ARG002
    ) -> AlgorithmUsageConstraint:
        """Say whether a digest may be used."""
        return _constraint(digest_refused(algo))

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,  # noqa: ARG002
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Say whether a signature algorithm may be used, with this key."""
        refused = mechanism_refused(algo) if public_key is None else pair_refused(algo, public_key)
        return _constraint(refused)


def _constraint(refused: str) -> AlgorithmUsageConstraint:
    return AlgorithmUsageConstraint(allowed=not refused, failure_reason=refused or None)


class AllowedSignatures(DefaultSignatureValidator):
    """
    Verifies signatures, and refuses those of other algorithms before it looks.

    The libraries ask the policy about certificates only; revocation lists and responses come by here.
    """

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """
        Verify one signature.

        :raises InvalidSignature: it is wrong, or its algorithm or key is none of ours.
        """
        if refused := pair_refused(signature_algorithm, public_key_info):
            raise AlgorithmNotSupported(refused)
        super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)


ALLOWED = AllowedAlgorithms()
VERIFIER = AllowedSignatures()
