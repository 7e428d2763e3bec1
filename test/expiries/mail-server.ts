import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Certificate } from '../support/certificates.js';
import type { Teardown } from '../support/vault.js';

/** A mail as it arrived. */
export interface Arrived {
  from: string;
  to: string[];
  /** The whole message (RFC 5322). */
  text: string;
  /** Whether the connection was encrypted. */
  secure: boolean;
  user: string | undefined;
}

/** A mail server on loopback that takes, refuses or hangs as it is told. */
export interface MailServer {
  port: number;
  mails: Arrived[];
  /** What becomes of the next mails. */
  behave(how: 'take' | 'refuse' | 'hang'): void;
}

/** Starts it; with STARTTLS where there is a certificate. It ends with the test. */
export async function startMailServer(t: Teardown, tls?: Certificate & { implicit?: boolean }): Promise<MailServer> {
  const mails: Arrived[] = [];
  let how: 'take' | 'refuse' | 'hang' = 'take';
  const options: SMTPServerOptions = {
    authOptional: true,
    allowInsecureAuth: true,
    secure: tls?.implicit ?? false,
    ...(tls ? { key: tls.key, cert: tls.cert } : { disabledCommands: ['STARTTLS'] }),
    onAuth: ({ username = '', password }, _session, done) => {
      if (password === 'smtp-password') done(null, { user: username });
      else done(new Error('wrong password'));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith('gone@')) done(Object.assign(new Error('no such user'), { responseCode: 550 }));
      else done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', chunk => chunks.push(chunk));
      stream.on('end', () => {
        if (how === 'hang') return;
        if (how === 'refuse') return done(Object.assign(new Error('try later'), { responseCode: 451 }));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
          secure: session.secure,
          user: session.user === undefined ? undefined : String(session.user),
        });
        done();
      });
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise(resolve => listening.once('listening', resolve));
  t.teardown(() => new Promise<void>(resolve => server.close(() => resolve())));
  const { port } = listening.address() as AddressInfo;
  return {
    port,
    mails,
    behave: next => {
      how = next;
    },
  };
}
