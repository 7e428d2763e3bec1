import { LINKS } from './links.js';
import type { CodeRow } from './words.js';

/** Faults and limits of Entra ID itself. */
export const MICROSOFT_FAULTS: readonly CodeRow[] = [
  {
    codes: ['50033', '50087', '50088', '90006', '90012', '90024', '90033', '90090'],
    class: 'unavailable',
    who: 'provider',
    happened: 'Entra ID or its directory has a passing fault.',
    todo: 'Wait: it is tried again by itself. If it stays for an hour, look at the service health page of Microsoft.',
  },
  {
    codes: ['70012'],
    class: 'unavailable',
    who: 'provider',
    happened: 'The service for personal Microsoft accounts has a passing fault.',
    todo: 'Wait for Microsoft; nobody here needs to change anything.',
  },
  {
    codes: ['50196'],
    class: 'throttled',
    who: 'provider',
    happened: 'Entra ID saw the same request again and again, and turns this client away for a while.',
    todo: 'Wait some minutes. If it comes back, look for another program that asks with the same client id in a loop.',
  },
  {
    codes: ['90055', '429'],
    class: 'throttled',
    who: 'provider',
    happened: 'The tenant or the application sends more requests than Entra ID takes.',
    todo: 'Wait as long as Entra ID says; if it comes back, share one token among the services in the place of many.',
  },
  {
    codes: ['90036'],
    class: 'unavailable',
    who: 'operator',
    happened: 'The directory of Microsoft met an error that it did not expect and that will not pass.',
    todo: 'Open a case at Microsoft with the correlation id, the trace id and the time.',
    link: LINKS.entraCodes,
  },
];
