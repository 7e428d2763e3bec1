import { rootCertificates } from 'node:tls';
import { type Mail, type Mailer, MailInDoubt } from '../vault/ports.js';
import type { Secret } from '../vault/secret.js';

/** Where mails go, and by which server. */
export interface MailerOptions {
  /** `smtp[s]://user:password@host:port`; user and password percent-encoded. */
  url: Secret;
  from: string;
  to: readonly string[];
  /** Whether this server may be talked to without TLS, where it offers none. */
  plain: boolean;
  /** Certificates (PEM) of authorities that are trusted besides the well-known ones. */
  authorities?: string | undefined;
  /** Milliseconds for one mail from beginning to end; 10,000 unless said. */
  deadlineMs?: number;
}

const SUBMISSION = { 'smtp:': 587, 'smtps:': 465 } as const;

/** Sends by SMTP submission (RFC 6409), with TLS from the first byte (RFC 8314) or by STARTTLS (RFC 3207). */
export function createMailer(options: MailerOptions): Mailer {
  const { from, to, deadlineMs = 10_000 } = options;
  return {
    send: async ({ id, subject, text }: Mail) => {
      // A tenth of a second to load, for those alone who send mails.
      const { createTransport } = await import('nodemailer');
      // A connection for each: there is one mail a day.
      const transport = createTransport(connection(options, deadlineMs));
      let late: NodeJS.Timeout | undefined;
      const deadline = new Promise<never>((_resolve, reject) => {
        late = setTimeout(() => reject(new MailInDoubt()), deadlineMs);
      });
      const sending = transport.sendMail({ from, to: [...to], messageId: `<${id}@tokenwell>`, subject, text });
      try {
        const { rejected } = await Promise.race([sending, deadline]);
        return rejected;
      } finally {
        clearTimeout(late);
        sending.catch(() => undefined);
        transport.close();
      }
    },
  };
}

function connection({ url, plain, authorities }: MailerOptions, deadlineMs: number) {
  const { protocol, hostname, port, username, password } = new URL(url.reveal());
  const secure = protocol === 'smtps:';
  const user = decodeURIComponent(username);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? SUBMISSION[secure ? 'smtps:' : 'smtp:'] : Number(port),
    secure,
    requireTLS: !secure && !plain,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(password) } }),
    ...(authorities === undefined ? {} : { tls: { ca: [...rootCertificates, authorities] } }),
    ...{
      connectionTimeout: deadlineMs,
      greetingTimeout: deadlineMs,
      socketTimeout: deadlineMs,
      dnsTimeout: deadlineMs,
    },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}
