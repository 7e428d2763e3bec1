import { CATALOGUE } from '../src/vault/findings/look-up.js';
import { actionOf, filledWords, type Row, wordsWhere } from '../src/vault/findings/words.js';

const INTRODUCTION = `# What failures mean

What Tokenwell says when a provider or a mail server refuses: for each code or reply what happened, who must act, and what to do.
This page is made from the catalogue (\`npm run findings\`); do not change it by hand.

What becomes of an account, whether it is tried again, and the \`class\` and status of an answer are decided by \`error\` and
HTTP status alone, because providers change their numbers and texts. These choose the words: \`who\`, \`detail\`, \`action\` and
\`link\` of a problem, and the same of an account's \`finding\`. Of several codes the first that says more than "refused" counts; where
none is known, the words of the \`error\` stand. What stands in angle brackets is put in where Tokenwell knows it.
Where nobody signs in (client_credentials, jwt_bearer) the words for a mailbox owner are not used: another row's say what an
administrator or operator does, else those of the \`error\`. Commands are shown to operators, never to mailbox owners.

| \`who\`            | must act                                                          |
| ---------------- | ----------------------------------------------------------------- |
| \`mailbox_owner\`  | the owner of the mailbox: sign in again, by a connect link        |
| \`tenant_admin\`   | an administrator of the organisation that the mailbox belongs to  |
| \`exchange_admin\` | whoever administers the mailboxes, such as in Exchange Online     |
| \`operator\`       | whoever runs Tokenwell                                            |
| \`provider\`       | nobody here: waiting helps                                        |
`;

const TITLES: Readonly<Record<string, string>> = {
  OAUTH: 'Any token endpoint, by its `error`, status or form',
  REVOCATION: 'Any revocation endpoint',
  SIGN_IN: 'Any sign-in page, by its `error`',
  MICROSOFT_CLIENT: 'Microsoft (AADSTS): secrets, certificates and assertions',
  MICROSOFT_APPLICATION: 'Microsoft (AADSTS): application, tenant and cloud',
  MICROSOFT_REQUEST: 'Microsoft (AADSTS): scopes, resources and parameters',
  MICROSOFT_POLICY: 'Microsoft (AADSTS): consent, assignment and policies',
  MICROSOFT_SIGN_IN: 'Microsoft (AADSTS): signing in',
  MICROSOFT_FAULTS: 'Microsoft (AADSTS): faults and limits of the service',
  GOOGLE_CODES: 'Google, by `error` or `error_subtype`',
  GOOGLE_TEXTS: 'Google, by what it writes',
  MAIL_REPLIES: 'Replies of IMAP, POP and SMTP servers',
  GRAPH_REPLIES: 'Replies of Microsoft Graph',
  REFUSED_TOKEN: 'Other reports of a refused token',
};

/** The page of all findings (docs/findings.md), made from the catalogue. */
export function findingsPage(): string {
  const { named, ...keyed } = CATALOGUE;
  const groups = new Map<string, readonly [string, Row][]>(
    [
      ...Object.entries(named).map(([name, rows]) => [name, Object.entries<Row>(rows)] as const),
      ...Object.values(keyed).flatMap(family =>
        Object.entries(family).map(([name, rows]) => [name, rows.map(row => [keysOf(row), row] as const)] as const),
      ),
    ].map(([name, rows]) => [name, rows.map(([key, row]) => [key, row])]),
  );
  const sections = Object.entries(TITLES).map(([name, title]) => section(title, groups.get(name) ?? []));
  return [INTRODUCTION, ...sections].join('\n');
}

function section(title: string, rows: readonly [string, Row][]): string {
  const lines = rows.map(([key, row]) => {
    const known = { host: 'The provider', what: 'something' };
    const words = filledWords(row, known);
    const more = words.link === undefined ? '' : ` [More](${words.link})`;
    const other = row.unattended && wordsWhere(false, row);
    const where = other
      ? ` Where nobody signs in (\`${other.who}\`): ${cell(actionOf(filledWords(other, known)))}`
      : '';
    return `| ${cell(key)} | ${cell(words.happened)} | \`${words.who}\` | ${cell(actionOf(words))}${more}${where} |`;
  });
  return [
    `## ${title}\n`,
    '| code or text | what happened | who | what to do |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function keysOf(row: { codes?: readonly string[]; texts?: readonly string[] }): string {
  return (row.codes ?? row.texts ?? []).join(', ');
}

/** Angle brackets outside of code would be taken for tags, and a bar for the end of a cell. */
function cell(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map(part => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('>', '&gt;')))
    .join('')
    .replaceAll('|', '\\|');
}
