/**
 * Draws a token and says how long it lives. Against the demo (`npm run demo`), from the project's folder:
 *
 *     . demo/session.sh
 *     TOKENWELL_URL=$VAULT TOKENWELL_KEY=$HELPDESK_KEY node_modules/.bin/tsx examples/draw-token.ts demo-mail
 *
 * A service of your own imports from 'tokenwell/client' instead.
 */
import { TokenwellClient, TokenwellError } from '../src/client/client.js';

const { TOKENWELL_URL: url = 'http://127.0.0.1:8080', TOKENWELL_KEY: key = '' } = process.env;
const [credential = 'demo-mail'] = process.argv.slice(2);

try {
  const tokens = new TokenwellClient({ url, key });
  // Ask before each use and keep nothing: the vault answers from memory as long as the token lives.
  const { access_token, expires_in, scope, warning } = await tokens.token(credential, { minTtl: 120 });
  if (warning) console.error(`The token is good, but: ${warning.detail}`);
  console.log(`A token of ${access_token.length} characters for ${scope}, good for ${expires_in} s.`);
} catch (error) {
  if (!(error instanceof TokenwellError)) throw error;
  // `code` is for the program, the rest for the person who reads the log.
  console.error(`${error.code}: ${error.detail} ${error.action ?? ''}`);
  if (error.retryAfter !== undefined) console.error(`Worth another try in ${error.retryAfter} s.`);
  process.exitCode = 1;
}
