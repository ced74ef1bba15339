import { createClient } from '../client/client.js';

/** The API of the server this page comes from, with the session's cookie. Every refusal is thrown as a ProblemError. */
export const api = createClient();

export { dataOf, ProblemError, type FieldProblem, type Schema } from '../client/client.js';
