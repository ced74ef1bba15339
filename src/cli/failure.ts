import { ProblemError } from '../client/client.js';
import { ConfigError } from '../config.js';
import { plain } from './api/output.js';
import { CannotImport } from './importLegacy/cannotImport.js';

/** Why a command ends without having done what was asked, for people; and its exit code. */
export class Failure extends Error {
  override name = 'Failure';

  constructor(
    message: string,
    /** 1: refused or failed; 2: the command line asks for something that there is not. */
    readonly exitCode: 1 | 2 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** An error of any kind as one line, or several where fields are at fault. */
  static of(error: unknown): Failure {
    if (error instanceof Failure) return error;
    if (error instanceof ProblemError) return new Failure(problemText(error), 1, { cause: error });
    if (error instanceof ConfigError || error instanceof CannotImport) return new Failure(error.message);
    if (error instanceof SyntaxError) {
      return new Failure(
        `What answered is not Oncemail: ${plain(error.message)}\n  Is the address right? Give it with --url or ONCEMAIL_URL.`,
        1,
        { cause: error },
      );
    }
    if (error instanceof Error) return new Failure(`${error.name}: ${causeText(error)}`, 1, { cause: error });
    return new Failure(String(error));
  }
}

/** An error in words; those of connections have them in what caused them, one for each address that was tried. */
export function causeText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(causeText))].join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

/** What the API says is wrong, field by field, and what to do where that is known. */
export function problemText(problem: ProblemError): string {
  const lines = [
    `${plain(problem.title)}${problem.status > 0 ? ` (${problem.status})` : ''}: ${plain(problem.detail)}`.replace(
      /: $/,
      '',
    ),
  ];
  for (const { pointer, parameter, message } of problem.errors) {
    const where = pointer ?? parameter ?? '';
    const said = `${where ? `${where}: ` : ''}${message}`;
    if (!problem.detail.includes(said)) lines.push(`  ${plain(said)}`);
  }
  if (problem.is('unauthenticated')) lines.push('  Give a key with --api-key or ONCEMAIL_API_KEY.');
  if (problem.type === 'network' && problem.cause !== undefined) {
    lines.push(`  ${plain(causeText(rootOf(problem.cause)))}`);
  }
  if (problem.type === 'network' || problem.type === 'unreadable')
    lines.push('  Is the address right? Give it with --url or ONCEMAIL_URL.');
  if (problem.retryAfter !== undefined) lines.push(`  Try again in ${problem.retryAfter} s.`);
  if (problem.requestId !== undefined) lines.push(`  Request ${plain(problem.requestId)}`);
  return lines.join('\n');
}
