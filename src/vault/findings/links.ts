/** Pages of the providers that stay where they are. */
export const LINKS = {
  entraCodes: 'https://learn.microsoft.com/entra/identity-platform/reference-error-codes',
  entraCodeFlow: 'https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow',
  entraAdminConsent: 'https://learn.microsoft.com/entra/identity-platform/v2-admin-consent',
  entraClientCredentials: 'https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow',
  entraRefreshTokens: 'https://learn.microsoft.com/entra/identity-platform/refresh-tokens',
  entraClaims: 'https://learn.microsoft.com/entra/identity-platform/claims-challenge',
  exchangeOAuth:
    'https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth',
  exchangeBasic:
    'https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online',
  exchangeRbac: 'https://learn.microsoft.com/exchange/permissions-exo/application-rbac',
  graphAccess: 'https://learn.microsoft.com/graph/auth-limit-mailbox-access',
  graphThrottling: 'https://learn.microsoft.com/graph/throttling-limits',
  google: 'https://developers.google.com/identity/protocols/oauth2',
  googleServiceAccount: 'https://developers.google.com/identity/protocols/oauth2/service-account',
  gmail: 'https://developers.google.com/workspace/gmail/imap/xoauth2-protocol',
} as const;
