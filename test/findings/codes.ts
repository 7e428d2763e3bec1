/** AADSTS numbers that are known from documentation and from the field; each has words of its own in the catalogue. */
export const AADSTS = `
  16000 16001 16003 28000 28002 28003 70011 700022 50001 500011 500014 50002 500021 500022 500212 500213 50011 50012
  50013 50027 50020 90072 50034 50048 50053 50055 50057 50058 50059 90019 90124 90130 9001023 50072 50074 50076 50078
  50079 50085 50089 50132 50133 50140 50144 50105 50126 50128 90002 50097 50131 50158 53000 53001 53002 53003 53004
  53011 530032 530035 50147 501481 501491 50173 50194 50196 501051 54005 65001 65004 65002 65005 650052 650054 650056
  650057 650059 70000 70001 7000112 700005 70002 70003 70004 70005 70007 70008 70016 70018 70019 700016 700021 700023
  700024 500133 700025 700027 5002738 70043 700082 700084 7000215 7000218 7000222 7000229 50033 50087 50088 70012 90006
  90012 90024 90033 90090 90013 90014 900144 90023 90100 90112 9002313 90036 90038 900382 900432 1000104 90055 429 90093
  90094 90095 9002331 9002332 1002012 135010 135011`
  .trim()
  .split(/\s+/);

/** The errors of RFC 6749 §5.2, RFC 8707, OpenID Connect and what providers use like them. */
export const ERRORS = `invalid_client invalid_grant unauthorized_client invalid_scope invalid_request
  unsupported_grant_type invalid_resource invalid_target consent_required interaction_required login_required access_denied
  server_error temporarily_unavailable slow_down admin_policy_enforced`.split(/\s+/);

/** What Google says: `error`, its text, and what the words must be about. */
export const GOOGLE: readonly [says: Record<string, string>, about: RegExp][] = [
  [{ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }, /seven days.*Testing/],
  [{ error: 'invalid_grant', error_description: 'Bad Request' }, /gives no reason/],
  [
    { error: 'invalid_grant', error_description: 'reauth related error (invalid_rapt)', error_subtype: 'invalid_rapt' },
    /session/,
  ],
  [{ error: 'admin_policy_enforced' }, /App access control/],
  [{ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, /key.*signed/],
  [
    { error: 'invalid_grant', error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes)' },
    /clock/,
  ],
  [{ error: 'invalid_grant', error_description: 'Invalid JWT: Failed audience check.' }, /oauth2\.googleapis\.com/],
  [{ error: 'invalid_grant', error_description: 'Invalid grant: account not found' }, /suspended/],
  [{ error: 'invalid_grant', error_description: 'Invalid email or User ID' }, /suspended/],
  [
    {
      error: 'unauthorized_client',
      error_description:
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    },
    /Domain-wide delegation/,
  ],
  [{ error: 'invalid_client', error_description: 'The OAuth client was not found.' }, /no client with this client id/],
  [{ error: 'deleted_client', error_description: 'The OAuth client was deleted.' }, /six months/],
  [{ error: 'disabled_client' }, /disabled at Google/],
  [{ error: 'redirect_uri_mismatch' }, /OAuth2Callback/],
  [{ error: 'org_internal' }, /External/],
];

/** What mail servers and mail APIs reply, and what the words must be about. */
export const REPLIES: readonly [reply: string, who: string, about: RegExp][] = [
  ['A03 BAD User is authenticated but not connected.', 'exchange_admin', /Add-MailboxPermission.*FullAccess/],
  ['A01 NO AUTHENTICATE failed.', 'exchange_admin', /Enterprise application/],
  ['A01 NO AUTHENTICATE failed. Error="AuthFailed:LogonDenied-BasicAuthBlocked"', 'exchange_admin', /no right to this/],
  ['-ERR Authentication failure: unknown user name or bad password.', 'exchange_admin', /POP wants the token/],
  ['535 5.7.3 Authentication unsuccessful [AM0P190CA0015]', 'exchange_admin', /SMTP\.SendAsApp/],
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
    'exchange_admin',
    /Set-CASMailbox/,
  ],
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    'exchange_admin',
    /whole organisation/,
  ],
  [
    '535 5.7.139 Authentication unsuccessful, user is locked by your organization’s security defaults policy.',
    'tenant_admin',
    /security defaults/,
  ],
  [
    '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.',
    'tenant_admin',
    /Sign-in logs/,
  ],
  ['530 5.7.57 Client not authenticated to send mail.', 'operator', /port 587/],
  ['550 5.7.30 Basic authentication is not supported for Client Submission.', 'operator', /password/],
  ['430 4.2.0 STOREDRV; mailbox logon failure; MapiExceptionLogonFailed', 'exchange_admin', /full access/],
  ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'exchange_admin', /SendAs/],
  ['554 5.2.252 SendAsDenied; a@b.example not allowed to send as c@d.example', 'exchange_admin', /SendAs/],
  [
    '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied',
    'exchange_admin',
    /SendAs/,
  ],
  ['ErrorSendAsDenied: The user account which was used to submit', 'exchange_admin', /SendAs/],
  ['432 4.3.2 Concurrent connections limit exceeded; sender thread limit exceeded', 'provider', /three connections/],
  ['550 5.1.8 Access denied, bad outbound sender', 'exchange_admin', /spam/],
  ['{"error":{"code":"InvalidAuthenticationToken","message":"Invalid audience."}}', 'operator', /for Graph/],
  ['error="insufficient_claims"', 'mailbox_owner', /called back/],
  ['ErrorAccessDenied: Access is denied. Check credentials and try again.', 'tenant_admin', /Test-ServicePrincipal/],
  [
    'ErrorAccessDenied: Access to OData is disabled: [RAOP] : Blocked',
    'exchange_admin',
    /Test-ApplicationAccessPolicy/,
  ],
  ['NoPermissionsInAccessToken', 'tenant_admin', /no permission at all/],
  ['MailboxNotEnabledForRESTAPI', 'exchange_admin', /licence/],
  ['ErrorMailboxNotEnabledForRESTAPI', 'exchange_admin', /licence/],
  ['ErrorInvalidUser: The requested user is invalid.', 'operator', /user principal name/],
  ['ErrorItemNotFound', 'operator', /immutable/],
  ['ErrorFolderNotFound', 'operator', /immutable/],
  ['ApplicationThrottled', 'provider', /Retry-After/],
  ['MailboxConcurrency', 'provider', /Retry-After/],
  ['A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)', 'operator', /mail\.google\.com/],
  ['Gmail API has not been used in project 1234 before or it is disabled.', 'operator', /Gmail API/],
  ['Request had insufficient authentication scopes.', 'mailbox_owner', /tick every box/],
];
