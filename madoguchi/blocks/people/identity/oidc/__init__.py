"""
Sign-in with an OpenID Connect provider, as デジタル認証アプリ asks for it: the protocol alone.

No session, no database, no page: the caller keeps a ``Begun`` on its own side between the two halves, takes it
away before the second half so that it works once, and turns a ``Verified`` into a session. One ``ProviderMemory``
serves a whole process. See ``docs/identity.md``.
"""

from madoguchi.blocks.people.identity.oidc.begin import sign_in_begin
from madoguchi.blocks.people.identity.oidc.discovery import ProviderMemory, metadata_from
from madoguchi.blocks.people.identity.oidc.failures import (
    AnswerRefused,
    AuthenticationTooOld,
    BegunUnreadable,
    ClaimsRefused,
    ClientRefused,
    CodeRefused,
    IssuerParameterWrong,
    LevelNotReached,
    LogoutTokenRefused,
    NonceWrong,
    ParametersRefused,
    ProviderUnfit,
    ProviderUnreachable,
    RefusedAtProvider,
    SignInFailed,
    SignInTooSlow,
    StateWrong,
    SubjectWrong,
    TokenAlgorithmRefused,
    TokenAnswerRefused,
    TokenAudienceWrong,
    TokenExpired,
    TokenHashWrong,
    TokenIssuerWrong,
    TokenKeyUnknown,
    TokenNotYetValid,
    TokenSignatureWrong,
    TokenUnreadable,
)
from madoguchi.blocks.people.identity.oidc.finish import sign_in_finish
from madoguchi.blocks.people.identity.oidc.keys import jwks_public, key_make, key_retire, keys_read
from madoguchi.blocks.people.identity.oidc.logout import logout_token_verify, logout_url
from madoguchi.blocks.people.identity.oidc.types import (
    ALGORITHMS,
    Begun,
    LogoutNotice,
    Metadata,
    PersonClaims,
    Provider,
    SigningKey,
    Timeouts,
    Verified,
)

__all__ = [
    "ALGORITHMS",
    "AnswerRefused",
    "AuthenticationTooOld",
    "Begun",
    "BegunUnreadable",
    "ClaimsRefused",
    "ClientRefused",
    "CodeRefused",
    "IssuerParameterWrong",
    "LevelNotReached",
    "LogoutNotice",
    "LogoutTokenRefused",
    "Metadata",
    "NonceWrong",
    "ParametersRefused",
    "PersonClaims",
    "Provider",
    "ProviderMemory",
    "ProviderUnfit",
    "ProviderUnreachable",
    "RefusedAtProvider",
    "SignInFailed",
    "SignInTooSlow",
    "SigningKey",
    "StateWrong",
    "SubjectWrong",
    "Timeouts",
    "TokenAlgorithmRefused",
    "TokenAnswerRefused",
    "TokenAudienceWrong",
    "TokenExpired",
    "TokenHashWrong",
    "TokenIssuerWrong",
    "TokenKeyUnknown",
    "TokenNotYetValid",
    "TokenSignatureWrong",
    "TokenUnreadable",
    "Verified",
    "jwks_public",
    "key_make",
    "key_retire",
    "keys_read",
    "logout_token_verify",
    "logout_url",
    "metadata_from",
    "sign_in_begin",
    "sign_in_finish",
]
