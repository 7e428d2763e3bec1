import type { Static } from 'typebox';
import { SetupGuide, SetupQuery } from '../../api/setup.js';
import { markdownOf, scriptOf } from '../../vault/setup/formats.js';
import type { Planned } from '../../vault/setup/plan.js';
import { callerOf } from '../auth.js';
import { preferred } from '../negotiation.js';
import { CredentialParams, MarkdownText, PowerShellText } from '../route-schemas.js';
import type { Routes } from '../scope.js';
import { setupAnswer } from '../setup-answer.js';

const MARKDOWN = 'text/markdown';
const POWERSHELL = 'text/x-powershell';

const guide = {
  operationId: 'getSetupGuide',
  summary: 'What to set up at the provider, step by step',
  description:
    'The steps with the credential’s own values, for one purpose and for the mailboxes that it names: who does each, why, by hand or by commands that can be pasted as they stand. It asks for what the purpose needs and says what to take away. `Accept: text/markdown` gives it as text to send on, `Accept: text/x-powershell` as one script. Where the provider has no guide, the answer is 404 and names the presets that have one. Before anything is stored, say with `preset`, `tenant`, `cloud`, `grant_type` (`client_credentials`) and `method` (`client_secret_post`) what the credential will be: the guide begins with the registration and ends where the credential is stored. Nothing is called.',
  tags: ['Credentials'],
  params: CredentialParams,
  querystring: SetupQuery,
  response: {
    200: {
      content: {
        'application/json': { schema: SetupGuide },
        [MARKDOWN]: { schema: MarkdownText },
        [POWERSHELL]: { schema: PowerShellText },
      },
    },
  },
  'x-required-role': 'auditor',
  'x-problems': ['conflict'],
} as const;

/** `/credentials/{credential}/setup`: the guide for administrators of the provider. */
export const setupRoutes: Routes = (app, { vault }, done) => {
  app.get('/credentials/:credential/setup', { schema: guide }, async (request, reply) => {
    const { credential } = request.params;
    const { purpose, mailbox } = request.query;
    const wish = { purpose, mailbox, planned: plannedIn(request.query) };
    const found = await vault.setup.guide(callerOf(request), credential, wish);
    reply.header('vary', 'accept');
    const type = preferred(request.headers.accept, ['application/json', MARKDOWN, POWERSHELL]);
    if (type === 'application/json') return setupAnswer(found);
    if (type === MARKDOWN) return reply.type(`${MARKDOWN}; charset=utf-8`).send(markdownOf(found));
    reply.header('content-disposition', `attachment; filename="setup-${credential}.ps1"`);
    return reply.type(`${POWERSHELL}; charset=utf-8`).send(scriptOf(found));
  });
  done();
};

/** What is to be stored, where the query says something of it. */
function plannedIn({ preset, tenant, cloud, grant_type, method }: Static<typeof SetupQuery>): Planned | undefined {
  if ([preset, tenant, cloud, grant_type, method].every(said => said === undefined)) return undefined;
  return { preset, tenant, cloud, grantType: grant_type ?? 'client_credentials', method };
}
