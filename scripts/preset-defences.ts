import type { Defence } from './defences.js';

const TEST = { test: 'test/presets.test.ts' };
const FILLS = {
  ...TEST,
  only: 'a preset fills in|Microsoft in|domain in|Google asks|what is said|another choice|holds together|without a preset|as it was filled',
};
const RULES = { ...TEST, only: 'would refuse|refused first|stands for anybody|do not know|in a sentence' };
const ADDRESSES = { ...TEST, only: 'would refuse|client id that|two clouds|of v1' };
const STORED = { ...TEST, only: 'would refuse|stays editable' };
const ACCESS = { ...TEST, only: 'a token allows|too little' };
const DELEGATED = {
  ...TEST,
  only: 'service account|each mailbox|accounts follow|refused assertion|without a certificate',
};
const FOUND = { ...TEST, only: 'no preset knows|real server|RFC 8414' };

/** What presets fill in and refuse, what tokens are held against, and mailboxes that are acted for. */
export const PRESET_DEFENCES: readonly Defence[] = [
  {
    name: 'presets: a choice that changed fills in anew',
    file: 'src/vault/presets/expansion.ts',
    defence: 'return own === undefined || cameBack ? known : own;',
    without: 'return own === undefined ? known : own;',
    ...FILLS,
  },
  {
    name: 'presets: what was changed in the same PUT stands',
    file: 'src/vault/presets/expansion.ts',
    defence: 'JSON.stringify(own) === JSON.stringify(was);',
    without: 'true;',
    ...FILLS,
  },
  {
    name: 'presets: a tenant is no path',
    file: 'src/vault/presets/expansion.ts',
    defence: '(!TENANT.test(tenant) || isPlaceholder(tenant))',
    without: 'isPlaceholder(tenant)',
    ...FILLS,
  },
  {
    name: 'presets: a tenant for anybody is not for an application',
    file: 'src/vault/presets/catalog.ts',
    defence: 'name === said?.toLowerCase()',
    without: 'name === said',
    ...RULES,
  },
  {
    name: 'presets: a guide knows a tenant for anybody however it is written',
    file: 'src/vault/presets/catalog.ts',
    defence: 'tenant: anybody ?? said',
    without: 'tenant: said',
    ...TEST,
    only: 'registers the application|however its tenant',
  },
  {
    name: 'presets: a tenant named like a part of every object is one organisation',
    file: 'src/vault/setup/microsoft-beginning.ts',
    defence: '(Object.hasOwn(AUDIENCES, tenant) ? AUDIENCES[tenant] : undefined)',
    without: 'AUDIENCES[tenant]',
    ...TEST,
    only: 'registers the application|however its tenant',
  },
  {
    name: 'addresses: what is no client id of Microsoft is none',
    file: 'src/vault/presets/address-rules.ts',
    defence: 'preset.clientId.form.test(clientId.trim())',
    without: 'true',
    ...ADDRESSES,
  },
  {
    name: 'addresses: one credential is in one cloud',
    file: 'src/vault/presets/address-rules.ts',
    defence: 'if (both.length === 0 && common) {',
    without: 'if (both.length === 9 && common) {',
    ...ADDRESSES,
  },
  {
    name: 'stored: a client id stays editable',
    file: 'src/vault/presets/address-rules.ts',
    defence: "...(areAsStored('clientId', 'tokenUrl') ? [] : clientIdErrors(input, at)),",
    without: '...clientIdErrors(input, at),',
    ...STORED,
  },
  {
    name: 'stored: addresses of v1 stay editable',
    file: 'src/vault/presets/address-rules.ts',
    defence: 'if (stored && url === stored[key] && !namesResource(stored)) return [];',
    without: '',
    ...STORED,
  },
  {
    name: 'stored: two clouds stay editable',
    file: 'src/vault/presets/address-rules.ts',
    defence:
      "...(areAsStored('cloud', 'authorizationUrl', 'tokenUrl', 'scope', 'consentScope') ? [] : cloudErrors(input, at)),",
    without: '...cloudErrors(input, at),',
    ...STORED,
  },
  {
    name: 'stored: scopes stay editable',
    file: 'src/vault/presets/scope-rules.ts',
    defence: 'const judged = asked.filter(([, key]) => !was || input[key] !== was[key]);',
    without: 'const judged = asked;',
    ...STORED,
  },
  {
    name: 'stored: a tenant for anybody stays editable',
    file: 'src/vault/presets/scope-rules.ts',
    defence: '...(was && before?.tenant === at.tenant ? [] : tenantErrors(input, at)),',
    without: '...tenantErrors(input, at),',
    ...STORED,
  },
  {
    name: 'addresses: v1 may be asked by a resource in its query',
    file: 'src/vault/presets/address-rules.ts',
    defence: 'return inUrl ||',
    without: 'return',
    ...ADDRESSES,
  },
  {
    name: 'addresses: v1 knows no scope',
    file: 'src/vault/presets/address-rules.ts',
    defence: '!outdated.form.test(new URL(url).pathname)',
    without: "outdated.detail !== ''",
    ...ADDRESSES,
  },
  {
    name: 'presets: names of objects are no scopes',
    file: 'src/vault/presets/scope-rules.ts',
    defence: 'const notBare = new Map(Object.entries(scopes.notBare ?? {}));',
    without:
      'const bag: Record<string, string> = scopes.notBare ?? {}; const notBare = { has: (name: string) => bag[name], get: (name: string) => bag[name] };',
    ...RULES,
  },
  {
    name: 'presets: one resource a token request',
    file: 'src/vault/presets/scope-rules.ts',
    defence: "if (field === 'scope' && resourcesOf(tokens, scopes).size > 1) {",
    without: "if (field === 'scope' && resourcesOf(tokens, scopes).size > 9) {",
    ...RULES,
  },
  {
    name: 'presets: a draw of two resources asks nobody',
    file: 'src/vault/tokens.ts',
    defence: 'if (severalResources(credential, scope)) throw invalid([SEVERAL]);',
    without: '',
    ...RULES,
  },
  {
    name: 'presets: what a token lacks is told',
    file: 'src/vault/testing.ts',
    defence: "const enough = access.severity !== 'critical';",
    without: 'const enough = true;',
    ...ACCESS,
  },
  {
    name: 'presets: what may be given elsewhere is not said to be missing',
    file: 'src/vault/presets/access.ts',
    defence: 'const lacking = missing.filter(name => !unsure.includes(name));',
    without: 'const lacking = missing;',
    ...ACCESS,
  },
  {
    name: 'presets: a permission for all mailboxes is told',
    file: 'src/vault/presets/access.ts',
    defence: 'wanted.filter(({ everywhere }) => everywhere)',
    without: 'wanted.filter(({ everywhere }) => everywhere === undefined)',
    ...ACCESS,
  },
  {
    name: 'presets: names in a token are not believed to be names',
    file: 'src/vault/presets/access.ts',
    defence: "typeof name === 'string' && NAME.test(name)",
    without: "typeof name === 'string'",
    ...ACCESS,
  },
  {
    name: 'jwt_bearer: a mailbox that is named no more is acted for no more',
    file: 'src/vault/credentials.ts',
    defence: 'if (had.includes(account.account) && !has.includes(account.account)) await tx.accounts.remove(account);',
    without: '',
    ...DELEGATED,
  },
  {
    name: 'jwt_bearer: the assertion is for one mailbox',
    file: 'src/oauth/jwt-bearer.ts',
    defence: '.setSubject(subject)',
    without: '.setSubject(clientId)',
    ...DELEGATED,
  },
  {
    name: 'jwt_bearer: a refused assertion is nobody’s sign-in',
    file: 'src/oauth/jwt-bearer.ts',
    defence: 'SIGN_IN_AGAIN.has(token.reason) ?',
    without: "token.reason === 'never' ?",
    ...DELEGATED,
  },
  {
    name: 'jwt_bearer: a key alone is for it alone',
    file: 'src/vault/client-auth-rules.ts',
    defence: "grantType !== 'jwt_bearer') {",
    without: "grantType === 'authorization_code') {",
    ...DELEGATED,
  },
  {
    name: 'discovery: nothing that a shell would run',
    file: 'src/oauth/discovery.ts',
    defence: '/^https?:\\/\\/[\\w.~:/?@%=&+,[\\]-]+$/.test(text) && URL.canParse(text)',
    without: 'URL.canParse(text)',
    ...FOUND,
  },
  {
    name: 'discovery: the issuer is the one that was named',
    file: 'src/oauth/issuer-metadata.ts',
    defence: 'if (metadata?.issuer === issuer) return metadata;',
    without: 'if (metadata) return metadata;',
    ...FOUND,
  },
];
