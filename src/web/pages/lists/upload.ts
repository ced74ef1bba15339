import { ProblemError, type Schema } from '../../api.js';

/**
 * Sends a file to be imported into a list, without the columns that `ignore` names, and tells how much of it has gone out. `key` makes a second try
 * of the same file one import.
 * @throws ProblemError as every call of the API does; an AbortError when `signal` ends it.
 */
export function uploadImport(
  listId: string,
  file: Blob,
  fileName: string,
  key: string,
  ignore: readonly string[],
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<Schema<'Import'>> {
  const form = new FormData();
  form.append('file', file, fileName);
  // fetch tells nothing about how far an upload is.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = ignore.length === 0 ? '' : `?ignore=${encodeURIComponent(ignore.join(','))}`;
    request.open('POST', `/api/v1/lists/${listId}/import${query}`);
    request.setRequestHeader('Accept', 'application/json, application/problem+json');
    request.setRequestHeader('Idempotency-Key', key);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 202 && answer) resolve(answer as unknown as Schema<'Import'>);
      else reject(problem(request.status, answer));
    };
    request.onerror = () => reject(problem(0, undefined));
    request.onabort = () => reject(new DOMException('The upload was ended.', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function problem(status: number, document: Record<string, unknown> | undefined): ProblemError {
  if (typeof document?.['type'] === 'string') return new ProblemError({ ...document, type: document['type'], status });
  return new ProblemError({
    type: status === 0 ? 'network' : 'unreadable',
    status,
    title: 'The file did not arrive',
    detail:
      status === 0
        ? 'The connection broke off. Nothing has been imported: try again.'
        : `The answer was ${status}, without an explanation.`,
  });
}
