import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { jsonPointer, Problem, type ProblemDetail } from './problems.js';

/** An issue as zod reports it through Standard Schema. */
interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  code?: string;
  keys?: readonly string[];
  errors?: readonly (readonly Issue[])[];
}

interface FlatIssue {
  path: PropertyKey[];
  message: string;
  /** How far a reader of the body comes before it: where nothing tells which of several forms is meant, not even to the field that should. */
  depth: number;
}

const mostErrors = 100;

/** Unions report the branch that came closest: whose problems lie deepest, and of those the one with the fewest. Unknown fields are reported one by one. */
function flatten(issues: readonly Issue[], base: PropertyKey[] = []): FlatIssue[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path ?? []).map((p) => (typeof p === 'object' ? p.key : p))];
    if (issue.code === 'invalid_union' && issue.errors && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => flatten(branch, path));
      const closest = branches.reduce((best, branch) => (isCloser(branch, best) ? branch : best));
      return closest.length > 0 ? closest : [{ path, message: issue.message, depth: path.length }];
    }
    if (issue.code === 'unrecognized_keys' && issue.keys) {
      return issue.keys.map((key) => ({ path: [...path, key], message: 'Unknown field', depth: path.length + 1 }));
    }
    const depth = issue.code === 'invalid_union' ? path.length - 1 : path.length;
    return [{ path, message: issue.message, depth }];
  });
}

function isCloser(branch: readonly FlatIssue[], best: readonly FlatIssue[]): boolean {
  const depth = (issues: readonly FlatIssue[]) => Math.min(...issues.map((issue) => issue.depth));
  return depth(branch) > depth(best) || (depth(branch) === depth(best) && branch.length < best.length);
}

/** One message a field: the first rule it breaks is the one to mend. */
function distinct(issues: readonly FlatIssue[]): FlatIssue[] {
  const byPath = new Map<string, FlatIssue>();
  for (const issue of issues) {
    const pointer = jsonPointer(issue.path);
    if (!byPath.has(pointer)) byPath.set(pointer, issue);
  }
  return [...byPath.values()];
}

const names = (issues: readonly FlatIssue[]) => {
  const listed = issues.slice(0, 3).map((i) => `${jsonPointer(i.path) || 'the body'}: ${i.message}`);
  return issues.length > 3 ? `${listed.join('; ')}; and ${issues.length - 3} more` : listed.join('; ');
};

/** The problem of what a schema refused: 422 with pointers for a body, 400 with names for parameters, 404 for an ID in the path. */
export function validationProblem(
  issues: readonly Issue[],
  where: ArgumentMetadata['type'],
  parameter?: string,
): Problem {
  const flat = distinct(flatten(issues));
  const errors: ProblemDetail[] = flat.slice(0, mostErrors).map((issue) => {
    if (where === 'body') return { pointer: jsonPointer(issue.path), message: issue.message };
    return { parameter: parameter ?? String(issue.path[0] ?? ''), message: issue.message };
  });
  if (where === 'body') return new Problem('validation', names(flat), { errors });
  if (where === 'param')
    return new Problem('not-found', `Nothing has this address: ${errors[0]?.message ?? 'not an ID'}.`);
  return new Problem('invalid-parameter', errors.map((e) => `${e.parameter}: ${e.message}`).join('; '), { errors });
}

/**
 * Validates what a route declares with `@Body({ schema })`, `@Query({ schema })`, `@Param('id', { schema })` and `@Headers(name, { schema })`,
 * and hands the parsed value on. The same schemas make the OpenAPI document.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Refused(issues as readonly Issue[]) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (error instanceof Refused) throw validationProblem(error.issues, metadata.type, metadata.data);
      throw error;
    }
  }
}

class Refused extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('refused');
  }
}
