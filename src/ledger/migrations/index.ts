import type { Migration } from 'kysely';
import * as initial from './0001_initial.js';

/** All migrations in order. A released migration is never edited; a change is a new file here. */
export const migrations: Record<string, Migration> = {
  '0001_initial': initial,
};
