import type { TokenwellError } from '../client/client.js';

/** What every command ends with. */
export const EXIT = { ok: 0, refused: 1, attention: 1, misuse: 2, unavailable: 3, flaw: 4, differs: 5 } as const;

const EXIT_HELP = `
Exit codes:
  0  done
  1  the vault or the provider said no, or it could not be done
  2  used wrongly: arguments, files or environment
  3  nothing answers, or it is unavailable at present: try again later
  4  ledger verify found a flaw
  5  apply --dry-run: there is something to do
With --json, standard error holds JSON too when a vault says no, or none answers: code, detail, action and more. Wrong
use, and what fails on this machine, is told there in words.`;

const EXIT_HELP_OF_SERVE = `
Exit codes:
  0  ended after SIGTERM or SIGINT
  1  it could not start, or its end took longer than 30 s
  2  used wrongly: arguments, files or environment; every mistake is named
  3  the database cannot be reached: try again later`;

const EXIT_HELP_OF_DOCTOR = `
Exit codes:
  0  done: nobody must act within 30 days
  1  somebody must act, or the vault or the provider said no: something ends within 30 days or has ended, or an account
     needs its owner, an administrator or an operator
  2  used wrongly: arguments, files or environment
  3  nothing answers, or it is unavailable at present: try again later`;

/** The codes as the help of a command tells them. */
export function exitHelp(command: string): string {
  if (command === 'doctor') return EXIT_HELP_OF_DOCTOR;
  return command === 'serve' ? EXIT_HELP_OF_SERVE : EXIT_HELP;
}

const TRANSIENT = ['throttled', 'unavailable', 'in_doubt'];

/** Whether waiting may help, judged by the class of an error or finding. */
export function isTransient(errorClass: string | undefined): boolean {
  return errorClass !== undefined && TRANSIENT.includes(errorClass);
}

/** The exit code for what a vault answered, or did not answer. */
export function exitCodeOf({ status, code }: TokenwellError): number {
  if (status === 429 || status >= 500) return EXIT.unavailable;
  return status === 0 && code !== 'unexpected_answer' ? EXIT.unavailable : EXIT.refused;
}
