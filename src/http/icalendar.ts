import { hashOf } from '../vault/opaque.js';

/** A day that people should know of. */
export interface CalendarDay {
  /** What is the same in every reading of the same event; hashed before it leaves. */
  name: string;
  summary: string;
  /** Who must act and what to do. */
  description: string;
  /** Epoch milliseconds; its day in UTC counts. */
  at: number;
}

const ALARM_DAYS = [30, 7];
const LONGEST_LINE = 75;

/** A calendar of whole days with an alarm 30 and 7 days before (RFC 5545). `now` in epoch milliseconds. */
export function calendarText(title: string, days: readonly CalendarDay[], now: number): string {
  const lines = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Tokenwell//Expiries//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH'],
    ...[`X-WR-CALNAME:${escaped(title)}`, 'REFRESH-INTERVAL;VALUE=DURATION:PT12H', 'X-PUBLISHED-TTL:PT12H'],
    ...days.flatMap(day => eventLines(day, now)),
    'END:VCALENDAR',
  ];
  return lines.map(line => `${folded(line)}\r\n`).join('');
}

function eventLines({ name, summary, description, at }: CalendarDay, now: number): string[] {
  const said = escaped(summary);
  const alarm = (days: number) => [
    ...['BEGIN:VALARM', 'ACTION:DISPLAY', `DESCRIPTION:${said}`, `TRIGGER:-P${days}D`, 'END:VALARM'],
  ];
  return [
    'BEGIN:VEVENT',
    `UID:${hashOf(name).slice(0, 32)}@tokenwell`,
    `DTSTAMP:${basic(now)}`,
    `DTSTART;VALUE=DATE:${basic(at).slice(0, 8)}`,
    `SUMMARY:${said}`,
    `DESCRIPTION:${escaped(description)}`,
    'TRANSP:TRANSPARENT',
    ...ALARM_DAYS.flatMap(alarm),
    'END:VEVENT',
  ];
}

/** ISO 8601 in its basic form, in UTC: 20270131T120000Z. */
function basic(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** A text value (§3.3.11). */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|[\r\n]/g, '\\n');
}

/** Lines of at most 75 octets, cut between characters; what goes on begins with a space (§3.1). */
function folded(line: string): string {
  const parts = [''];
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LONGEST_LINE) {
      parts.push('');
      octets = 1;
    }
    parts[parts.length - 1] += character;
    octets += size;
  }
  return parts.join('\r\n ');
}
