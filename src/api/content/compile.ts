import { compileContent, TemplateSyntaxError, type CompiledContent, type ContentSource } from '../../mail/template.js';
import { Problem } from '../common/problems.js';

/**
 * Parses content for use. @throws Problem `validation` that points at the field, with line and column of the mistake.
 * `base` is the JSON pointer of the content in the body ('' or '/content').
 */
export function compiledOrRefused(content: ContentSource, base = ''): CompiledContent {
  try {
    return compileContent(content);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const pointer = `${base}/${error.field}`;
    throw new Problem('validation', `${pointer}: line ${error.line}, column ${error.column}: ${error.reason}`, {
      errors: [{ pointer, message: error.reason, line: error.line, column: error.column }],
      cause: error,
    });
  }
}
