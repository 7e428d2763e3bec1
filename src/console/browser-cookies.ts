import type { FastifyReply, FastifyRequest } from 'fastify';

const KEPT_SECONDS = 3_600;

/** What a browser holds of a consent that it began: proof that it did, and the link that it came by. */
export interface Held {
  browser: string;
  link: string;
  /** For an administrator, where only one can go on. */
  adminLink?: string;
}

/**
 * The cookies of consents, one each, so that two may run beside each other. Name and Secure follow our public address,
 * never the request (invariant 10): over https `__Host-` binds them to this host and path.
 */
export class BrowserCookies {
  readonly #secure: boolean;

  constructor(publicUrl: string) {
    this.#secure = publicUrl.startsWith('https:');
  }

  /** Undefined when this browser did not begin the consent, or so long ago that it forgot. */
  held(request: FastifyRequest, consent: string): Held | undefined {
    const [browser, link, adminLink] = (request.cookies[this.#name(consent)] ?? '').split('.');
    return browser && link ? { browser, link, ...(adminLink ? { adminLink } : {}) } : undefined;
  }

  /** Longer than a consent may take, so that its page can still be opened again. */
  keep(reply: FastifyReply, consent: string, { browser, link, adminLink }: Held): void {
    const value = [browser, link, ...(adminLink ? [adminLink] : [])].join('.');
    reply.setCookie(this.#name(consent), value, {
      path: '/',
      httpOnly: true,
      // Strict would keep it from the callback, which the provider's page leads to.
      sameSite: 'lax',
      secure: this.#secure,
      maxAge: KEPT_SECONDS,
    });
  }

  #name(consent: string): string {
    return `${this.#secure ? '__Host-' : ''}tokenwell-${consent}`;
  }
}
