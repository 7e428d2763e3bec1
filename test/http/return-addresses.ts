/** The one foreign origin that the configuration of these cases allows. */
export const PORTAL = 'https://portal.example';

/** Where a page may lead on to. */
export const ALLOWED: readonly string[] = [
  PORTAL,
  `${PORTAL}/mailboxes?done=1#there`,
  `${PORTAL}:443/mailboxes`,
  'HTTPS://Portal.Example/',
  `${PORTAL}//evil.example`,
  `${PORTAL}/.\\evil.example`,
  `${PORTAL}/?to=https://evil.example`,
];

/** C12: whatever a browser would take for another place, or no web address at all; by the class of the trick. */
export const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'another origin': ['https://evil.example', 'https://evil.example/portal.example', 'http://portal.example/'],
  'no scheme': ['//evil.example', '///evil.example', 'portal.example', '/mailboxes', 'https%3A%2F%2Fportal.example'],
  backslashes: [
    '/\\evil.example',
    '\\\\evil.example',
    'https:\\\\evil.example',
    'https://evil.example\\@portal.example',
  ],
  'dots between': ['/./\\evil.example', '/.//evil.example', '/..//evil.example'],
  userinfo: [
    'https://portal.example@evil.example/',
    'https://portal.example:443@evil.example/',
    'https://someone@portal.example/',
    'https://someone:else@portal.example/',
  ],
  'a similar domain': [
    'https://portal.example.evil.example/',
    'https://evilportal.example/',
    'https://portal.example./',
    'https://p\u043ertal.example/',
    'https://portal.example\u3002evil.example/',
  ],
  'another port': [`${PORTAL}:444/`, `${PORTAL}:80/`],
  encoded: [
    'https://portal.example%2eevil.example/',
    'https://portal.example%40evil.example/',
    'https://evil.example%2f.portal.example/',
    '%2f%2fevil.example',
  ],
  'a slash of Unicode': [
    'https://evil.example\uff0f.portal.example/',
    'https://evil.example\u2044.portal.example/',
    'https://evil.example\u2215portal.example/',
  ],
  'in the query or behind it': [`https://evil.example?${PORTAL}`, `https://evil.example#${PORTAL}`],
  'no web address': [
    'javascript:alert(1)',
    'javascript://portal.example/%0aalert(1)',
    'data:text/html,hello',
    `blob:${PORTAL}/1`,
    'file:///etc/passwd',
    'portal:x',
  ],
  'a space in front': [' https://evil.example', ' //evil.example'],
};

/** Characters that browsers drop from an address, so that it becomes another one. */
export const WITH_CONTROLS: readonly string[] = [
  'https://portal.example\t.evil.example/',
  'java\tscript:alert(1)',
  '/\t/evil.example',
  '/\r/evil.example',
  '/\n/evil.example',
  '\u000b//evil.example',
  `\u0000${PORTAL}`,
  `${PORTAL}/\r\nset-cookie: a=b`,
];
